//! The command line as people and scripts meet it. The exit codes are an interface.

use std::fs;
use std::io::Read as _;
use std::process::{Command, Stdio};

use crate::support::{POD, Run, Scratch, gonogo};

const BAD_INDEX: &str = "CREATE INDEX i ON t (a);\n";
const BROKEN: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: [web\n";

fn check(files: &[(&str, &str)], arguments: &[&str]) -> Run {
    let scratch = Scratch::new(files);
    gonogo(scratch.path(), arguments)
}

#[test]
fn exit_codes_are_the_same_in_every_format() {
    let cases: &[(&[(&str, &str)], i32)] = &[
        (&[("web.yaml", POD)], 0),
        (&[("db/1_a.sql", BAD_INDEX)], 1),
        (&[("main.c", "int main;")], 3),
        (&[("web.yaml", POD), ("broken.yaml", BROKEN)], 1),
        (&[("web.yaml", POD), ("chart.yaml", "apiVersion: v1\nkind: Pod\na: {{ b }\n  c: }}: [\n")], 3),
    ];
    for (files, code) in cases {
        for (format, _) in gonogo::emit::Format::ALL {
            let run = check(files, &["check", ".", "--output", format]);
            assert_eq!(run.code, *code, "{files:?} as {format}: {}{}", run.out, run.err);
        }
    }
}

#[test]
fn gonogo_alone_judges_the_current_folder() {
    let run = check(&[("db/1_a.sql", BAD_INDEX)], &[]);
    assert_eq!(run.code, 1);
    assert!(
        run.verdict().starts_with("NO-GO  1 high · 0 medium · 0 low · 1 of 1 file judged · the one migration pending"),
        "{}",
        run.out
    );
}

#[test]
fn nothing_recognised_is_no_verdict_unless_allowed() {
    let files = [("main.c", "int main;")];
    let run = check(&files, &["check", "."]);
    assert_eq!(run.code, 3);
    assert!(run.verdict().starts_with("NO VERDICT"), "{}", run.out);
    let run = check(&files, &["check", ".", "--allow-empty"]);
    assert_eq!((run.code, run.verdict().starts_with("GO")), (0, true), "{}", run.out);
}

#[test]
fn wrong_usage_is_two_and_says_what_to_do() {
    let cases: &[(&[&str], &str)] = &[
        (&["check", "no/such/place"], "there is nothing at no/such/place"),
        (&["check", ".", "--select", "blocking-indx"], "did you mean `blocking-index`?"),
        (&["check", ".", "--ignore", "quite-something-else"], "`gonogo rules` lists them"),
        (&["check", ".", "--output", "xml"], "text, concise, json"),
        (&["check", ".", "--output", "json="], "a file name"),
        (&["check", ".", "--output", "json", "--output", "text"], "only one report can go to standard output"),
        (&["check", ".", "--fail-on", "severe"], "high, medium, low"),
        (&["explain", "blocking-indx"], "did you mean `blocking-index`?"),
        (&["--no-such-flag"], "--no-such-flag"),
    ];
    for (arguments, hint) in cases {
        let run = check(&[("web.yaml", POD)], arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.out);
        assert!(run.err.contains(hint), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn thresholds_change_the_verdict_or_the_view_but_not_both() {
    let files = [("db/1_a.sql", "SET lock_timeout = 9; ALTER TABLE t DROP COLUMN IF EXISTS c;\n")];
    assert_eq!(check(&files, &["check", "."]).code, 0);
    let run = check(&files, &["check", ".", "--fail-on", "medium", "--min-severity", "high"]);
    assert_eq!(run.code, 1);
    assert!(!run.out.contains("dropped-column") && run.verdict().contains("1 medium"), "{}", run.out);
}

#[test]
fn exit_zero_hides_a_no_go_but_never_what_could_not_be_judged() {
    let bad = ("db/1_a.sql", BAD_INDEX);
    let open = ("chart.yaml", "apiVersion: v1\nkind: Pod\na: {{ b }\n  c: }}: [\n");
    let run = check(&[bad], &["check", ".", "--exit-zero"]);
    assert_eq!((run.code, run.verdict().starts_with("NO-GO")), (0, true));
    assert_eq!(check(&[bad, open], &["check", "."]).code, 1);
    let run = check(&[bad, open], &["check", ".", "--exit-zero"]);
    assert_eq!(run.code, 3);
    assert!(run.verdict().contains("no verdict on what was not judged"), "{}", run.out);
}

#[test]
fn a_file_filters_the_report_and_its_folder_is_read_all_the_same() {
    let files = [("db/1_a.sql", "CREATE TABLE t (a int);\n"), ("db/2_b.sql", BAD_INDEX), ("db/3_c.sql", BAD_INDEX)];
    let run = check(&files, &["check", "db/2_b.sql", "--output", "concise"]);
    assert_eq!(run.code, 1);
    assert!(run.out.starts_with("db/2_b.sql:1:1:") && !run.out.contains("db/3_c.sql"), "{}", run.out);
    let text = check(&files, &["check", "db/2_b.sql"]).out;
    assert!(text.contains("created in db/1_a.sql:1"), "{text}");
    // Named, even a file without the shape of a migration and in a skipped folder is judged.
    let run = check(&[("vendor/report.sql", BAD_INDEX)], &["check", "vendor/report.sql"]);
    assert_eq!(run.code, 1, "{}", run.out);
}

#[test]
fn several_folders_are_several_roots() {
    let files = [("a/db/1_a.sql", BAD_INDEX), ("b/web.yaml", POD)];
    let run = check(&files, &["check", "a", "b", "--output", "concise"]);
    assert!(run.out.starts_with("a/db/1_a.sql:1:1:"), "{}", run.out);
    assert!(run.verdict().contains("2 of 2 files judged"), "{}", run.out);
}

#[test]
fn several_reports_come_from_one_run() {
    let scratch = Scratch::new(&[("db/1_a.sql", BAD_INDEX)]);
    let run = gonogo(scratch.path(), &["check", ".", "--output", "concise", "--output", "json=report.json"]);
    let json = fs::read_to_string(scratch.path().join("report.json")).expect("a report");
    assert_eq!((run.code, run.out.lines().count()), (1, 2));
    assert!(json.contains("\"rule\":\"blocking-index\""));
}

#[test]
fn quiet_says_the_verdict_alone_when_it_is_go() {
    assert_eq!(check(&[("web.yaml", POD)], &["check", ".", "--quiet"]).out.lines().count(), 1);
    assert!(check(&[("db/1_a.sql", BAD_INDEX)], &["check", ".", "--quiet"]).out.contains("blocking-index"));
}

#[test]
fn colours_only_when_asked_or_in_a_terminal() {
    let files = [("db/1_a.sql", BAD_INDEX)];
    assert!(!check(&files, &["check", "."]).out.contains('\x1b'));
    assert!(check(&files, &["check", ".", "--color", "always"]).out.contains('\x1b'));
}

#[test]
fn the_json_report_keeps_its_promise() {
    let run = check(&[("db/1_a.sql", "\u{FEFF}-- ä\nCREATE INDEX i ON t (a);\n")], &["check", ".", "--output", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(report["schema_version"], 1);
    assert_eq!((&report["verdict"], &report["inputs"], &report["judged"]), (&"no-go".into(), &1.into(), &1.into()));
    for key in ["tool", "in_part", "skipped", "bases", "pending", "migrations", "findings", "notes"] {
        assert!(report.get(key).is_some(), "{key}");
    }
    let finding = &report["findings"][0];
    for key in [
        "rule",
        "family",
        "severity",
        "message",
        "path",
        "labels",
        "help",
        "assumptions",
        "fixes",
        "folded",
        "fingerprint",
        "suppressed",
    ] {
        assert!(finding.get(key).is_some(), "{key}");
    }
    let place = ["line", "column", "end_line", "end_column", "start_byte", "end_byte"].map(|key| finding[key].as_u64());
    // The mark takes three bytes of the file, the umlaut two.
    assert_eq!(place, [2, 1, 2, 13, 9, 21].map(Some));
}

#[test]
fn explain_and_rules_speak_of_every_rule() {
    let rules = check(&[], &["rules"]).out;
    for rule in gonogo::rule::RULES {
        assert!(rules.contains(rule.name));
        let page = check(&[], &["explain", rule.name]);
        assert!(page.code == 0 && page.out.starts_with(&format!("# {}", rule.name)) && page.out.contains("## When it is fine"));
    }
}

#[test]
fn help_and_version_are_no_mistakes() {
    for argument in ["--help", "--version", "help"] {
        let run = check(&[], &[argument]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{argument}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let lines: String = (0..20_000).map(|number| format!("CREATE INDEX i{number} ON t (a);\n")).collect();
    let scratch = Scratch::new(&[("db/1_a.sql", &lines)]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_gonogo"))
        .args(["check", ".", "--output", "concise"])
        .current_dir(scratch.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut first = [0; 16];
    child.stdout.take().expect("a pipe").read_exact(&mut first).expect("a first line");
    let output = child.wait_with_output().expect("an end");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(1), ""));
}
