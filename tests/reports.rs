//! Every report is read back by a reader of its format, and says what the analysis found.

mod hostile;
mod limits;
mod places;
pub mod readers;
mod sarif;
mod schema;

use std::fs;

use gonogo::emit::{Format, Style, emit};
use gonogo::report::{Report, Root};
use gonogo::rule::suppression::{Origin, State, Suppression};
use gonogo::settings::Settings;
use gonogo::tree::{Disk, Memory};

use crate::support::{golden, root};
use readers::{Told, github, gitlab, json, junit, markdown, sarif as read_sarif};

/// The report on a folder of the repository, as if it were a repository itself.
fn fixture(name: &str) -> Report {
    let tree = Disk::open(root().join("fixtures").join(name)).expect("a fixture");
    let settings = Settings { all: true, ..Settings::default() };
    Report::new(vec![Root::judge(&tree, "", "", &settings)], &settings)
}

fn report(files: &[(&str, &str)]) -> Report {
    let tree: Memory = files.iter().map(|(path, text)| (*path, (*text).to_owned())).collect();
    let settings = Settings::default();
    Report::new(vec![Root::judge(&tree, "", "", &settings)], &settings)
}

fn written(report: &Report, name: &str) -> String {
    let format = Format::ALL.into_iter().find(|(known, _)| *known == name).expect("a format").1;
    emit(report, format, Style::default())
}

const FIXTURES: [&str; 4] = ["drift", "go", "messy", "nogo"];

/// Indexes that lock: findings of severity high.
fn indexes(count: usize) -> String {
    (0..count).map(|number| format!("CREATE INDEX i{number} ON t (a{number});\n")).collect()
}

/// A file that is ours and cannot be judged.
const UNREADABLE: (&str, &str) = ("chart.yaml", "apiVersion: v1\nkind: Pod\na: {{ b }\n  c: }}: [\n");

#[test]
fn all_formats_tell_of_the_same_findings() {
    for name in FIXTURES {
        let report = fixture(name);
        let mut wanted = json(&written(&report, "json"));
        wanted.sort();
        assert_eq!(wanted.is_empty(), name == "go");
        let told: [(&str, Vec<Told>); 5] = [
            ("sarif", read_sarif(&written(&report, "sarif")).results),
            ("sarif-github", read_sarif(&written(&report, "sarif-github")).results),
            ("gitlab", gitlab(&written(&report, "gitlab")).0),
            ("junit", junit(&written(&report, "junit")).findings),
            ("markdown", markdown(&written(&report, "markdown")).rows),
        ];
        for (format, mut told) in told {
            let wanted: Vec<Told> = wanted.iter().filter(|told| told.counts || format == "sarif").cloned().collect();
            for one in told.iter_mut().filter(|_| format.starts_with("sarif")) {
                // There it is the beginning of a longer text.
                let begins = |wanted: &&Told| one.message.starts_with(&wanted.message) && wanted.line == one.line;
                one.message = wanted.iter().find(begins).map(|wanted| wanted.message.clone()).unwrap_or_default();
            }
            told.sort();
            assert_eq!(told, wanted, "{name} as {format}");
        }
    }
}

/// A step shows few annotations, so this is compared level by level.
#[test]
fn annotations_are_the_worst_ten_of_each_level() {
    for name in FIXTURES {
        let report = fixture(name);
        let wanted = json(&written(&report, "json"));
        let told = github(&written(&report, "github"));
        for (severity, level) in [("high", "error"), ("medium", "warning"), ("low", "notice")] {
            let wanted: Vec<&Told> = wanted.iter().filter(|told| told.counts && told.severity == severity).collect();
            let told: Vec<&Told> = told.findings.iter().filter(|(shown, _)| shown == level).map(|(_, told)| told).collect();
            assert!(told.len() <= 10 && told.len() == wanted.len().min(10), "{name}: {told:#?}");
            assert!(told.iter().zip(wanted).all(|(one, other)| *one == other), "{name}");
        }
    }
}

#[test]
fn the_reports_on_a_bad_day_are_what_they_were() {
    let report = fixture("nogo");
    for (format, file) in
        [("github", "nogo.github.txt"), ("gitlab", "nogo.gitlab.json"), ("junit", "nogo.junit.xml"), ("markdown", "nogo.md")]
    {
        golden(&root().join("fixtures").join(file), &written(&report, format));
    }
    // On many lines, so that a change can be read.
    let sarif: serde_json::Value = serde_json::from_str(&written(&report, "sarif")).expect("JSON");
    let pretty = serde_json::to_string_pretty(&sarif).expect("JSON");
    golden(&root().join("fixtures/nogo.sarif"), &format!("{pretty}\n").replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn a_clean_run_is_no_empty_report() {
    let report = fixture("go");
    assert_eq!(written(&report, "gitlab"), "[]\n");
    let suites = junit(&written(&report, "junit"));
    assert_eq!((suites.tests, suites.passed, suites.failures, suites.errors), (1, 1, 0, 0));
    let annotations = github(&written(&report, "github"));
    assert!(annotations.findings.is_empty() && annotations.other.is_empty());
    let markdown = written(&report, "markdown");
    assert!(markdown.starts_with("<!-- gonogo -->\n## GO\n\n0 high · 0 medium · 0 low · "), "{markdown}");
    let sarif = read_sarif(&written(&report, "sarif"));
    assert!(sarif.successful && sarif.results.is_empty() && sarif.errors.is_empty());
}

#[test]
fn what_was_not_judged_is_in_every_report() {
    let report = report(&[UNREADABLE]);
    let sarif = read_sarif(&written(&report, "sarif"));
    assert_eq!((sarif.successful, sarif.errors.as_slice()), (false, [UNREADABLE.0.to_owned()].as_slice()));
    let suites = junit(&written(&report, "junit"));
    assert_eq!((suites.tests, suites.passed, suites.failures, suites.errors), (1, 0, 0, 1));
    assert_eq!(gitlab(&written(&report, "gitlab")).1, [UNREADABLE.0]);
    assert_eq!(github(&written(&report, "github")).other, [("error".to_owned(), UNREADABLE.0.to_owned())]);
    let markdown = written(&report, "markdown");
    assert!(markdown.contains("## NO VERDICT") && markdown.contains("- <code>chart.yaml:"), "{markdown}");
}

#[test]
fn nothing_to_judge_passes_nowhere() {
    let report = report(&[("main.c", "int main;")]);
    let suites = junit(&written(&report, "junit"));
    assert_eq!((suites.tests, suites.passed, suites.errors), (1, 0, 1));
    assert!(!read_sarif(&written(&report, "sarif")).successful);
}

/// Findings that are not shown still decide, and no report may look as if all were well.
#[test]
fn a_hidden_finding_passes_no_test() {
    let tree: Memory =
        [("db/1_a.sql", "SET lock_timeout = 9; ALTER TABLE t DROP COLUMN IF EXISTS c;\n".to_owned())].into_iter().collect();
    let settings = Settings {
        fail_on: gonogo::diagnostic::Severity::Medium,
        min_severity: gonogo::diagnostic::Severity::High,
        ..Settings::default()
    };
    let report = Report::new(vec![Root::judge(&tree, "", "", &settings)], &settings);
    let suites = junit(&written(&report, "junit"));
    assert_eq!((suites.tests, suites.passed, suites.failures), (1, 0, 1));
    assert!(written(&report, "markdown").contains("## NO-GO"));
}

/// Three findings: one counts, one is allowed, one is in the baseline.
fn with_states(origin: Origin) -> Report {
    let mut report = report(&[("db/1_a.sql", &indexes(3))]);
    let root = &mut report.roots[0];
    root.fixed = Some(0);
    root.findings.retain(|finding| finding.rule.name == "blocking-index");
    root.findings[1].known = true;
    root.findings[2].suppressed = Some(Suppression {
        origin,
        rule: root.findings[2].rule.name.to_owned(),
        reason: "the table is <small>".to_owned(),
        until: Some("2999-01-31".to_owned()),
        file: "db/1_a.sql".to_owned(),
        line: Some(7),
        place: root.findings[2].diagnostic.primary.place,
        state: State::Holds,
    });
    report
}

#[test]
fn what_is_allowed_or_known_fails_nowhere() {
    let report = with_states(Origin::Source);
    assert_eq!(github(&written(&report, "github")).findings.len(), 1);
    assert_eq!(gitlab(&written(&report, "gitlab")).0.len(), 1);
    assert_eq!(junit(&written(&report, "junit")).failures, 1);
    assert_eq!(markdown(&written(&report, "markdown")).rows.len(), 1);
    // Code scanning knows neither mark, and would raise them all.
    assert_eq!(read_sarif(&written(&report, "sarif-github")).results.len(), 1);
    let line = written(&report, "markdown");
    assert!(line.contains("1 high · 0 medium · 0 low · 1 allowed"), "{line}");
}

#[test]
fn sarif_says_who_allowed_a_finding_and_what_the_baseline_holds() {
    for (origin, kind) in [(Origin::Source, "inSource"), (Origin::Config, "external")] {
        let sarif: serde_json::Value = serde_json::from_str(&written(&with_states(origin), "sarif")).expect("JSON");
        schema::assert_valid(&sarif);
        let results = sarif["runs"][0]["results"].as_array().expect("results");
        let states: Vec<_> = results.iter().map(|result| result["baselineState"].as_str().unwrap_or("none")).collect();
        assert_eq!(states, ["new", "unchanged", "new"]);
        assert!(results[0].get("suppressions").is_none());
        assert_eq!(results[1]["suppressions"][0]["kind"], "external");
        let allowed = &results[2]["suppressions"][0];
        assert_eq!((allowed["kind"].as_str(), allowed["status"].as_str()), (Some(kind), Some("accepted")));
        assert_eq!(allowed["justification"], "the table is <small> (until 2999-01-31)");
        let line = allowed.pointer("/location/physicalLocation/region/startLine").and_then(serde_json::Value::as_u64);
        assert_eq!(line, (origin == Origin::Source).then_some(7));
    }
}

#[test]
fn without_a_baseline_nothing_is_new() {
    let sarif = written(&report(&[("db/1_a.sql", &indexes(1))]), "sarif");
    assert!(sarif.contains("\"ruleId\"") && !sarif.contains("baselineState"), "{sarif}");
}

#[test]
fn the_readme_names_every_format() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    for (name, _) in Format::ALL {
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
}
