//! What allows a finding, for how long, and what is said of what allows nothing.

use gonogo::diagnostic::{Judged, Severity};
use gonogo::emit::{Format, Style, emit};
use gonogo::report::{Report, Root};
use gonogo::rule::RULES;
use gonogo::rule::suppression::{Origin, line_to_allow};
use gonogo::settings::{Allowance, Paths, Settings};
use gonogo::source::Span;
use gonogo::tree::Memory;

use crate::repository::{Repository, findings};
use crate::support::POD;

const INDEX: &str = "CREATE INDEX i ON t (a);\n";

fn judge(files: &[(&str, &str)], settings: &Settings) -> Root {
    let tree: Memory = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    Root::judge(&tree, "", "", settings)
}

/// `rule`, or `(rule)` where it is allowed, in order.
fn told(root: &Root) -> Vec<String> {
    let name = |finding: &gonogo::rule::Finding| {
        let name = finding.rule.name;
        if finding.suppressed.is_some() { format!("({name})") } else { name.to_owned() }
    };
    root.findings.iter().map(name).collect()
}

fn on(day: &str) -> Settings {
    Settings { today: Some(day.to_owned()), ..Settings::default() }
}

fn allowance(rule: &str, pattern: &str) -> Allowance {
    Allowance {
        rule: rule.to_owned(),
        paths: Paths::new("", &[pattern.to_owned()]).expect("a pattern"),
        reason: "it is small".to_owned(),
        until: None,
        file: "gonogo.toml".to_owned(),
        span: Span::new(0, 0),
    }
}

fn with(allowed: Allowance) -> Settings {
    Settings { allowed: vec![allowed], ..on("2026-11-20") }
}

#[test]
fn it_holds_to_the_end_of_its_last_day() {
    let files = [("db/1_a.sql", format!("-- gonogo: allow blocking-index until 2026-11-20 because it is small\n{INDEX}"))];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    assert_eq!(told(&judge(&files, &on("2026-11-20"))), ["(blocking-index)"]);
    assert_eq!(told(&judge(&files, &on("2026-11-21"))), ["expired-suppression", "blocking-index"]);
}

#[test]
fn annotations_end_as_comments_do() {
    let pod = POD.replace("1.0.0", "latest");
    let with = |value: &str| {
        let noted = format!("metadata:\n  annotations: {{\"gonogo/allow.mutable-image-tag\": \"{value}\"}}");
        let pod = pod.replace("metadata:", &noted);
        told(&judge(&[("pod.yaml", &pod)], &on("2026-11-20")))
    };
    assert_eq!(with("a demo"), ["(mutable-image-tag)"]);
    assert_eq!(with("until 2026-11-20 because it is a demo"), ["(mutable-image-tag)"]);
    assert_eq!(with("until 2026-11-19 because it is a demo"), ["expired-suppression", "mutable-image-tag"]);
    assert_eq!(with("because"), ["unexplained-suppression", "mutable-image-tag"]);
    assert_eq!(with("until May because it is a demo"), ["misspelt-suppression", "mutable-image-tag"]);
}

/// An object in a List, JSON, an annotation that an anchor brings.
#[test]
fn annotations_hold_for_their_own_object() {
    let item = |name: &str, annotations: &str| {
        format!(
            "{{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {{\"name\": \"{name}\"{annotations}}}, \
             \"spec\": {{\"containers\": [{{\"name\": \"a\", \"image\": \"a:latest\"}}]}}}}"
        )
    };
    let allowed = item("a", ", \"annotations\": {\"gonogo/allow.mutable-image-tag\": \"a demo\"}");
    let list = format!("{{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{allowed},\n{}]}}", item("b", ""));
    assert_eq!(told(&judge(&[("list.json", &list)], &on("2026-11-20"))), ["(mutable-image-tag)", "mutable-image-tag"]);
    let shared = "x-shared: &shared {gonogo/allow.mutable-image-tag: a demo}\n";
    let pod = POD.replace("1.0.0", "latest").replace("metadata:", "metadata:\n  annotations: {<<: *shared}");
    assert_eq!(told(&judge(&[("pod.yaml", &format!("{shared}{pod}"))], &on("2026-11-20"))), ["(mutable-image-tag)"]);
}

/// A comment of a template is one, and so is what stands above the `---` that a file begins with.
#[test]
fn manifests_have_comments_of_more_than_one_kind() {
    let pod = POD.replace("1.0.0", "latest");
    let allow = "gonogo: allow mutable-image-tag because it is a demo";
    let above = |text: &str| told(&judge(&[("charts/web/templates/pod.yaml", &format!("{text}\n{pod}"))], &on("2026-11-20")));
    for comment in ["{{- /* X */ -}}", "{{/* X */}}", "# {{/* X */}}", "# X", "\n# licence\n# X\n---", "# {{ .x }} X"] {
        assert_eq!(above(&comment.replace('X', allow)), ["(mutable-image-tag)"], "{comment}");
    }
    let between = format!("{pod}# {allow}\n---");
    assert_eq!(above(&between), ["mutable-image-tag", "unused-suppression", "mutable-image-tag"]);
    assert_eq!(above(&format!("{{{{ \"{allow}\" }}}}")), ["mutable-image-tag"], "a text is no comment");
}

#[test]
fn several_rules_share_a_comment() {
    let text = format!("-- gonogo: allow blocking-index, missing-down because it is small\n{INDEX}");
    let files = [("db/1_a.up.sql", text.as_str()), ("db/0_z.up.sql", "SELECT 1;"), ("db/0_z.down.sql", "SELECT 1;")];
    assert_eq!(told(&judge(&files, &on("2026-11-20"))), ["(blocking-index)", "(missing-down)"]);
    let second = text.replace("missing-down", "mutable-image-tag");
    assert_eq!(told(&judge(&[("db/1_a.sql", &second)], &on("2026-11-20"))), ["unused-suppression", "(blocking-index)"]);
}

#[test]
fn the_configuration_allows_by_path() {
    let files = [("db/1_a.sql", INDEX), ("db/old/1_a.sql", INDEX)];
    let root = judge(&files, &with(allowance("blocking-index", "db/old/")));
    assert_eq!(told(&root), ["blocking-index", "(blocking-index)"]);
    let suppression = root.findings[1].suppressed.as_ref().expect("allowed");
    assert_eq!((suppression.origin, suppression.line, suppression.file.as_str()), (Origin::Config, None, "gonogo.toml"));
    assert_eq!(root.notes, []);
}

/// The configuration is no document here, so what is wrong with it is a note.
#[test]
fn what_the_configuration_allows_in_vain_is_said() {
    let files = [("db/1_a.sql", INDEX), ("web.yaml", POD)];
    let said = |allowed: Allowance| {
        let root = judge(&files, &with(allowed));
        assert_eq!(told(&root), ["blocking-index"]);
        let notes: Vec<String> = root.notes.iter().map(|note| format!("{}: {}", note.path, note.message)).collect();
        assert!(root.notes.iter().all(|note| note.judged == Judged::Whole));
        notes.join("\n")
    };
    assert!(said(allowance("blocking-index", "web.yaml")).contains("where there is none"));
    assert!(said(allowance("blocking-index", "db/9*")).contains("in files that are not there"));
    assert!(said(allowance("blocking-idx", "db/")).contains("did you mean `blocking-index`?"));
    assert!(said(Allowance { reason: " ".to_owned(), ..allowance("blocking-index", "db/") }).contains("no reason"));
    let over = Allowance { until: Some("2026-11-19".to_owned()), ..allowance("blocking-index", "db/") };
    assert_eq!(
        said(over),
        "gonogo.toml: this allowed `blocking-index` until 2026-11-19, which is over, so it counts again (expired-suppression)"
    );
    // What speaks of more than was read is not held against anybody.
    assert_eq!(said(Allowance { file: "../gonogo.toml".to_owned(), ..allowance("blocking-index", "api/") }), "");
}

#[test]
fn an_entry_whose_file_is_read_points_into_it() {
    let root = judge(
        &[("db/1_a.sql", INDEX), (".env", "A=1\n")],
        &with(Allowance { file: ".env".to_owned(), span: Span::new(0, 1), ..allowance("missing-down", "db/") }),
    );
    assert_eq!(told(&root), ["unused-suppression", "blocking-index"]);
    assert_eq!(root.location(root.findings[0].diagnostic.primary.place).line, 1);
}

/// Where its rule did not look, nobody knows what a comment is good for.
#[test]
fn what_was_not_looked_at_is_not_unused() {
    let comment = "-- gonogo: allow blocking-index because it is small\n";
    let plain = format!("{comment}SELECT 1;\n");
    assert_eq!(told(&judge(&[("db/1_a.sql", &plain)], &on("2026-11-20"))), ["unused-suppression"]);
    let quiet = |path: &str, settings: Settings| {
        assert_eq!(told(&judge(&[(path, &plain)], &settings)), [""; 0], "{path}");
    };
    quiet("db/1_a.sql", Settings { ignore: vec!["blocking-index".to_owned()], ..on("2026-11-20") });
    let select = vec!["dropped-column".to_owned(), "unused-suppression".to_owned()];
    quiet("db/1_a.sql", Settings { select, ..on("2026-11-20") });
    quiet("db/mysql/1_a.sql", on("2026-11-20"));
    quiet("db/1_a.sql", Settings { ignore: vec!["unused-suppression".to_owned()], ..on("2026-11-20") });
    let broken = "# gonogo: allow mutable-image-tag because x\napiVersion: v1\nkind: Pod\nmetadata:\n  name: [web\n";
    assert_eq!(told(&judge(&[("pod.yaml", broken)], &on("2026-11-20"))), ["malformed-manifest"]);
}

#[test]
fn a_named_file_hears_nothing_of_comments_in_others() {
    let comment = format!("-- gonogo: allow dropped-column because x\n{INDEX}");
    let tree: Memory = [("db/1_a.sql", comment.as_str()), ("db/2_b.sql", INDEX)].into_iter().collect();
    assert_eq!(told(&Root::judge(&tree, "", "db/2_b.sql", &on("2026-11-20"))), ["blocking-index"]);
}

/// A comment that was idle before is nobody's news; one that a change leaves without anything to allow is.
#[test]
fn a_change_answers_for_the_comments_that_it_leaves_behind() {
    let allow = "# gonogo: allow mutable-image-tag because it is a demo";
    let idle = format!("{allow}\n{POD}");
    let used = POD.replace("    image: web:1.0.0\n", &format!("    {allow}\n    image: web:latest\n"));
    let gone = "    image: web:latest\n";
    let repository = Repository::new(&[("idle.yaml", &idle), ("used.yaml", &used), ("x.yaml", &POD.replace("1.0.0", "latest"))]);
    repository.write("README", "x").commit("second").branch("feature");
    let told = || repository.check(&["--changed"]).out;
    repository.remove("x.yaml");
    assert_eq!(findings(&repository.check(&["--changed"])), [""; 0], "{}", told());
    repository.write("used.yaml", &used.replace(gone, ""));
    let run = repository.check(&["--changed"]);
    assert_eq!(findings(&run).len(), 1, "{}", run.out);
    assert!(run.out.starts_with("used.yaml:8:21: low[unused-suppression]"), "{}", run.out);
}

#[test]
fn findings_about_comments_cannot_be_allowed() {
    let text = "# gonogo: allow unused-suppression because we tidy later\n# gonogo: allow missing-down because x\nA=1\n";
    let root = judge(&[(".env.production", text)], &on("2026-11-20"));
    assert_eq!(told(&root), ["unused-suppression", "unused-suppression"]);
    assert!(root.findings[0].diagnostic.message.contains("cannot be allowed"));
    assert!(root.findings.iter().all(|finding| finding.diagnostic.severity == Severity::Low));
    let text = emit(&Report::new(vec![root], &Settings::default()), Format::Text, Style::default());
    assert!(!text.contains("on purpose?"), "{text}");
}

/// A name that is far too long or holds control characters reaches no report as it is.
#[test]
fn hostile_comments_are_harmless() {
    let long = "x".repeat(100_000);
    let hostile = "# gonogo: allow \u{1b}[31m\u{202e}a because b\n";
    let root = judge(&[(".env.production", &format!("# gonogo: allow {long} because b\n{hostile}A=1\n"))], &on("2026-11-20"));
    assert_eq!(told(&root), ["misspelt-suppression", "misspelt-suppression"]);
    let report = Report::new(vec![root], &Settings::default());
    for (_, format) in Format::ALL {
        let text = emit(&report, format, Style::default());
        assert!(text.len() < 20_000 && !text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
}

/// The line that a report prints, put where it tells, allows the finding: in every language.
#[test]
fn the_printed_line_works() {
    let pod = POD.replace("1.0.0", "latest");
    let files = [("db/1_a.sql", INDEX), ("pod.yaml", &pod), (".env.production", "A=1\nA=2\n")];
    for (path, text) in files {
        let root = judge(&[(path, text)], &on("2026-11-20"));
        let finding = &root.findings[0];
        let line = line_to_allow(&root.workspace, finding).expect("a line").replace('…', "it is small");
        let at = root.workspace.line(finding.diagnostic.primary.place) as usize - 1;
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        let line = format!("{line}\n");
        lines.insert(at, &line);
        let allowed = judge(&[(path, &lines.concat())], &on("2026-11-20"));
        assert_eq!(told(&allowed), [format!("({})", finding.rule.name)], "{path}: {line}");
    }
    let json = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {}, \"spec\": {\"containers\": [{\"name\": \"a\", \"image\": \"a\"}]}}";
    let root = judge(&[("pod.json", json)], &on("2026-11-20"));
    let line = line_to_allow(&root.workspace, &root.findings[0]).expect("a line").replace('…', "it is small");
    let allowed = json.replace("\"metadata\": {}", &line);
    assert_eq!(told(&judge(&[("pod.json", &allowed)], &on("2026-11-20"))), ["(mutable-image-tag)"]);
}

/// A shipped file with a checksum, and what cannot be read: the entry for the configuration, which matches its file alone.
#[test]
fn where_no_edit_helps_the_configuration_is_offered() {
    let path = "db/[x] {a,b}!\"*/V1__a.sql";
    let told = |path: &str, all: bool| {
        let root = judge(&[(path, INDEX)], &Settings { all, ..on("2026-11-20") });
        line_to_allow(&root.workspace, &root.findings[0]).expect("a line")
    };
    let comment = "-- gonogo: allow blocking-index because …";
    assert_eq!([told(path, false), told("db/1_a.up.sql", true)], [comment; 2]);
    let entry = told(path, true);
    assert!(
        entry.starts_with("its runner compares checksums") && entry.contains("[[allow]]\nrule = \"blocking-index\"\n"),
        "{entry}"
    );
    let pattern = entry.split("paths = [").nth(1).and_then(|rest| rest.split("]\nreason").next()).expect("a pattern");
    let pattern: String = serde_json::from_str(pattern).expect("a string");
    let paths = Paths::new("", &[pattern]).expect("a pattern");
    assert!(paths.matches(path) && !paths.matches("db/x a!\"y/V1__a.sql") && !paths.matches("x/db/[x] {a,b}!\"*/V1__a.sql"));
    let broken = judge(&[("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: [web\n")], &on("2026-11-20"));
    let entry = line_to_allow(&broken.workspace, &broken.findings[0]).expect("a line");
    assert!(entry.starts_with("in gonogo.toml:\n[[allow]]"), "{entry}");
}

#[test]
fn only_rules_about_suppressions_cannot_be_allowed() {
    let names: Vec<&str> = RULES.iter().filter(|rule| !rule.can_be_allowed).map(|rule| rule.name).collect();
    assert_eq!(names, ["expired-suppression", "misspelt-suppression", "unexplained-suppression", "unused-suppression"]);
}

/// Two secrets that differ make the same fingerprint, so that nobody can try secrets against it.
#[test]
fn no_fingerprint_is_made_of_a_secret() {
    let prints = |path: &str, text: String| {
        let root = judge(&[(path, &text)], &on("2026-11-20"));
        assert!(!root.findings.is_empty(), "{path}");
        root.findings.into_iter().map(|finding| (finding.fingerprint, finding.essence)).collect::<Vec<_>>()
    };
    let probe = "{httpGet: {path: /, port: 80, httpHeaders: [{name: Authorization, value: SECRET}]}}";
    let probes = format!("    livenessProbe: {probe}\n    readinessProbe: {probe}\n");
    let pod = format!("{POD}{probes}");
    let holding = [
        ("db/1_a.sql", "CREATE INDEX i ON t (a) WHERE b = 'pg://u:SECRET@h/d';\n"),
        (".env.production", "A=1\nA=SECRET\n"),
        ("pod.yaml", pod.as_str()),
    ];
    for (path, text) in holding {
        let with = |secret| prints(path, text.replace("SECRET", secret));
        assert_eq!(with("hunter2"), with("correct-horse"), "{path}");
    }
    let plain = |name: &str| prints("db/1_a.sql", format!("CREATE INDEX {name} ON t (a); -- {name}\n"));
    assert_ne!(plain("a"), plain("b"));
    let commented = |words: &str| prints("db/1_a.sql", format!("CREATE INDEX i {words} ON t (a);\n"));
    assert_eq!(commented("/* one */"), commented("-- another\n"));
}
