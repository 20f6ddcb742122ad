//! The engine: failing checks, threads, supersession, fingerprints, suppressions.

use gonogo::diagnostic::{Judged, Place, Severity};
use gonogo::emit::{Format, Style, emit};
use gonogo::lint::{self, judge};
use gonogo::report::{Report, Root, Verdict};
use gonogo::rule::{Check, Context, File, RULES, Rule};
use gonogo::settings::Settings;
use gonogo::source::Span;
use gonogo::tree::Memory;
use gonogo::workspace::Workspace;

use crate::support::POD;

fn tree(files: &[(&str, &str)]) -> Memory {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

fn workspace(files: &[(&str, &str)]) -> Workspace {
    Workspace::build(&tree(files), "", &Settings::default())
}

fn root(files: &[(&str, &str)]) -> Root {
    Root::judge(&tree(files), "", "", &Settings::default())
}

fn rule(name: &str) -> &'static Rule {
    Rule::find(name).expect("a rule")
}

fn panics_on_bad_files(file: &File<'_>, cx: &mut Context<'_>) {
    assert!(!file.document.source.path().contains("bad"), "secret canary: {}", file.document.source.text());
    let place = Place { source: file.id, span: Span::new(0, 1) };
    cx.report(place, "seen");
}

#[test]
fn a_failing_check_costs_its_subject_only_and_the_verdict() {
    let workspace = workspace(&[("bad.yaml", POD), ("good.yaml", POD)]);
    let outcome = judge(&workspace, &[(rule("malformed-manifest"), Check::File(panics_on_bad_files))], &Settings::default());
    let paths: Vec<&str> =
        outcome.findings.iter().map(|finding| workspace.path(finding.diagnostic.primary.place.source)).collect();
    assert_eq!(paths, ["good.yaml"]);
    let notes: Vec<(&str, Judged)> = outcome.notes.iter().map(|note| (note.path.as_str(), note.judged)).collect();
    assert_eq!(notes, [("bad.yaml", Judged::Nothing)]);
    let settings = Settings { fail_on: Severity::High, ..Settings::default() };
    let mut root = Root::new(workspace, outcome, "", "");
    for finding in &mut root.findings {
        finding.diagnostic.severity = Severity::Low;
    }
    let report = Report::new(vec![root], &settings);
    assert_eq!(report.verdict, Verdict::NoVerdict);
    for (_, format) in Format::ALL {
        let text = emit(&report, format, Style::default());
        assert!(!text.contains("canary"), "{text}");
        assert!(text.contains("bad.yaml"), "{text}");
    }
}

fn says_more(file: &File<'_>, cx: &mut Context<'_>) {
    cx.report(Place { source: file.id, span: Span::new(0, 3) }, "better");
}

fn says_less(file: &File<'_>, cx: &mut Context<'_>) {
    cx.report(Place { source: file.id, span: Span::new(0, 3) }, "simpler");
    cx.report(Place { source: file.id, span: Span::new(4, 5) }, "simpler, elsewhere");
}

#[test]
fn the_better_finding_silences_the_simpler_one_at_its_place() {
    let simple = rule("malformed-manifest");
    let mut better = simple.clone();
    (better.name, better.supersedes) = ("better", &["malformed-manifest"]);
    let better: &'static Rule = Box::leak(Box::new(better));
    let workspace = workspace(&[("pod.yaml", POD)]);
    let outcome = judge(&workspace, &[(simple, Check::File(says_less)), (better, Check::File(says_more))], &Settings::default());
    let messages: Vec<&str> = outcome.findings.iter().map(|finding| finding.diagnostic.message.as_str()).collect();
    assert_eq!(messages, ["better", "simpler, elsewhere"]);
}

/// Many files with findings of all families, in an order that threads would like to shuffle.
fn many() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for number in 1..60 {
        let sql = format!("CREATE INDEX i{number} ON t (a);\nALTER TABLE t DROP COLUMN c{number};\n");
        files.push((format!("db/{number:04}_a.sql"), sql));
        files.push((format!("k8s/{number}.yaml"), POD.replace("web:1.0.0", "web:latest")));
        files.push((format!("svc{number}/.env.production"), "A=1\nA=2\n".to_owned()));
    }
    files
}

#[test]
fn the_report_is_the_same_for_any_number_of_threads() {
    let files = many();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let tree: Memory = files.iter().cloned().collect();
            let settings = Settings::default();
            let report = Report::new(vec![Root::judge(&tree, "", "", &settings)], &settings);
            Format::ALL.map(|(_, format)| emit(&report, format, Style { coverage: true, ..Style::default() }))
        })
    };
    let one = run(1);
    assert!(one[2].matches("\"rule\":").count() >= 4 * 59);
    for threads in [2, 8, 64] {
        assert!(one == run(threads), "with {threads} threads");
    }
}

fn fingerprints(files: &[(&str, &str)]) -> Vec<String> {
    root(files).findings.into_iter().map(|finding| finding.fingerprint).collect()
}

#[test]
fn a_fingerprint_stays_when_lines_move_and_changes_with_its_subject() {
    let sql = "CREATE INDEX i ON t (a);\nCREATE INDEX i ON t (a);\nCREATE INDEX j ON t (b);\n";
    let before = fingerprints(&[("db/1_a.sql", sql)]);
    assert_eq!(before.iter().collect::<std::collections::HashSet<_>>().len(), 3, "each is its own");
    let moved = format!("-- a comment\n\n\n{}", sql.replace("CREATE INDEX", "CREATE   INDEX"));
    assert_eq!(fingerprints(&[("db/1_a.sql", &moved)]), before);
    assert_ne!(fingerprints(&[("db/1_a.sql", &sql.replace("(a)", "(b)"))])[0], before[0]);
    let pod = POD.replace("web:1.0.0", "web:latest");
    let relabelled = pod.replace("metadata:", "# x\nmetadata:\n  labels: {a: b}");
    assert_eq!(fingerprints(&[("p.yaml", &pod)]), fingerprints(&[("p.yaml", &relabelled)]));
}

#[test]
fn a_comment_with_a_reason_allows_what_stands_below_it() {
    let index = "CREATE INDEX i ON t (a);";
    let table = [
        (format!("-- gonogo: allow blocking-index because it is small\n{index}"), true),
        (format!("{index} -- gonogo: allow blocking-index because it is small"), true),
        ("-- gonogo: allow blocking-index because it is small\n-- another comment\nCREATE\nINDEX i ON t (a);".to_owned(), true),
        (format!("-- gonogo: allow blocking-index because it is small\n\nSELECT 1;\n{index}"), false),
        (format!("-- gonogo: allow blocking-index\n{index}"), false),
        (format!("-- gonogo: allow dropped-column because it is small\n{index}"), false),
    ];
    for (text, allowed) in &table {
        let root = root(&[("db/1_a.sql", text)]);
        let found = root.findings.iter().filter(|finding| finding.rule.name == "blocking-index");
        let suppressed: Vec<bool> = found.map(|finding| finding.suppressed.is_some()).collect();
        assert_eq!(suppressed, [*allowed], "{text}");
    }
    let pod = POD.replace("web:1.0.0", "web:latest # gonogo: allow mutable-image-tag because it is a demo");
    assert!(root(&[("p.yaml", &pod)]).findings[0].suppressed.is_some());
    let above = format!("# gonogo: allow mutable-image-tag because it is a demo\n{}", POD.replace(":1.0.0", ""));
    assert!(root(&[("p.yaml", &above)]).findings[0].suppressed.is_some());
    assert!(
        root(&[(".env.production", "A=1\n# gonogo: allow duplicate-setting because both are read\nA=2\n")]).findings[0]
            .suppressed
            .is_some()
    );
}

#[test]
fn a_suppression_that_allows_nothing_is_said() {
    let root = root(&[("db/1_a.sql", "-- gonogo: allow blocking-idx because x\nCREATE INDEX i ON t (a);")]);
    let said = root.findings.iter().find(|finding| finding.rule.name == "misspelt-suppression").expect("a finding");
    assert!(said.diagnostic.message.contains("`blocking-idx`, which is no rule; did you mean `blocking-index`?"));
}

#[test]
fn rules_are_selected_and_left_out_by_name() {
    let files = [("db/1_a.sql", "CREATE INDEX i ON t (a);\nSET lock_timeout = 9; ALTER TABLE t DROP COLUMN IF EXISTS c;")];
    let names = |settings: &Settings| -> Vec<&str> {
        let workspace = workspace(&files);
        lint::lint(&workspace, settings).findings.iter().map(|finding| finding.rule.name).collect()
    };
    let only = vec!["dropped-column".to_owned()];
    assert_eq!(names(&Settings { select: only.clone(), ..Settings::default() }), ["dropped-column"]);
    assert_eq!(names(&Settings { ignore: only, ..Settings::default() }), ["blocking-index"]);
    assert!(RULES.len() >= 9);
}

#[test]
fn what_is_not_for_production_is_a_note() {
    let pod = POD.replace("web:1.0.0", "web:latest");
    for (path, severity) in
        [("k8s/web.yaml", Severity::High), ("overlays/staging/web.yaml", Severity::Low), ("examples/web.yaml", Severity::Low)]
    {
        let root = root(&[(path, &pod)]);
        assert_eq!(root.findings[0].diagnostic.severity, severity, "{path}");
    }
}

#[test]
fn findings_about_one_place_share_a_frame() {
    let rule = rule("malformed-manifest");
    let workspace = workspace(&[("pod.yaml", POD)]);
    let outcome = judge(&workspace, &[(rule, Check::File(says_more)), (rule, Check::File(says_less))], &Settings::default());
    let report = Report::new(vec![Root::new(workspace, outcome, "", "")], &Settings::default());
    let text = emit(&report, Format::Text, Style::default());
    let place = text.matches("[pod.yaml:1:1]").count();
    assert_eq!((place, text.matches("high[malformed-manifest]").count()), (1, 3), "{text}");
}
