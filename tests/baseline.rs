//! An old repository becomes GO, and stays it as long as nothing new comes.

use std::fs;

use gonogo::report::baseline::{Baseline, Compared};
use gonogo::report::{Report, Root, Verdict};
use gonogo::settings::{BASELINE, Settings};
use gonogo::tree::Memory;

use crate::repository::INDEX;
use crate::support::{POD, Run, Scratch, from_environment, gonogo};

const OLD: &[(&str, &str)] = &[
    (
        "db/1_a.sql",
        "CREATE INDEX i ON t (a);\nCREATE INDEX i ON t (a);\nSET lock_timeout = 9; ALTER TABLE t DROP COLUMN IF EXISTS c;\n",
    ),
    (".env.production", "A=1\nA=canary-secret\n"),
];

pub fn run(scratch: &Scratch, arguments: &[&str]) -> Run {
    gonogo(scratch.path(), arguments)
}

pub fn file(scratch: &Scratch) -> String {
    fs::read_to_string(scratch.path().join(BASELINE)).expect("a baseline")
}

/// `(exit code, known, fixed)` of a check, as machines are told.
pub fn counts(scratch: &Scratch) -> (i32, u64, Option<u64>) {
    let run = run(scratch, &["check", "--output", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let known = report["findings"].as_array().expect("findings").iter().filter(|finding| finding["known"] == true).count();
    assert_eq!(report["known"].as_u64(), Some(known as u64));
    (run.code, known as u64, report["fixed"].as_u64())
}

#[test]
fn the_whole_life_of_a_baseline() {
    let scratch = Scratch::new(OLD);
    assert_eq!(counts(&scratch), (1, 0, None));
    let written = run(&scratch, &["baseline"]);
    assert_eq!((written.code, written.err.as_str()), (0, ""));
    assert!(written.out.starts_with("gonogo-baseline.json: 4 known findings (4 added, 0 dropped)\n"), "{}", written.out);
    assert_eq!(counts(&scratch), (0, 4, Some(0)));
    let text = run(&scratch, &["check"]);
    assert!(text.out.starts_with("GO  0 high · 0 medium · 0 low · 4 known to gonogo-baseline.json · 2 of 2"), "{}", text.out);

    // Blank lines, comments and other blanks on top and within change nothing.
    let moved = format!("\n\n-- hello\n{}", OLD[0].1.replace("CREATE INDEX", "CREATE  /* x */\n INDEX"));
    scratch.write("db/1_a.sql", moved.as_bytes());
    scratch.write(".env.production", b"\n# b\nB=1\nA=1\n\nA=canary-secret\n");
    assert_eq!(counts(&scratch), (0, 4, Some(0)));

    // A new bad line, even one that is like two that are known.
    scratch.write("db/1_a.sql", format!("{moved}{INDEX}").as_bytes());
    assert_eq!(counts(&scratch), (1, 4, Some(0)));
    let grown = run(&scratch, &["baseline", "--no-grow"]);
    assert_eq!(grown.code, 1);
    assert!(grown.out.contains("not written, because 1 finding is new") && grown.out.contains("db/1_a.sql: blocking-index"));
    assert_eq!(counts(&scratch), (1, 4, Some(0)));

    // One is fixed: it is counted, and dropped when asked, and nothing is added then.
    scratch.write(
        "db/1_a.sql",
        moved.replace("SET lock_timeout = 9; ALTER TABLE t DROP COLUMN IF EXISTS c;", "SELECT 1;").as_bytes(),
    );
    assert_eq!(counts(&scratch), (0, 3, Some(1)));
    assert!(run(&scratch, &["check"]).verdict().contains(" · 1 fixed (`gonogo baseline --prune`) · "));
    scratch.write("db/2_b.sql", INDEX.as_bytes());
    let pruned = run(&scratch, &["baseline", "--prune"]);
    assert!(pruned.out.starts_with("gonogo-baseline.json: 3 known findings (0 added, 1 dropped)\n"), "{}", pruned.out);
    assert_eq!(counts(&scratch), (1, 3, Some(0)));
    let renewed = run(&scratch, &["baseline"]);
    assert!(renewed.out.starts_with("gonogo-baseline.json: 4 known findings (1 added, 0 dropped)\n  added: 1 blocking-index\n"));
    assert_eq!(counts(&scratch), (0, 4, Some(0)));
    assert_eq!(run(&scratch, &["baseline", "--no-grow"]).code, 0);
}

#[test]
fn known_findings_are_shown_when_asked_for_and_count_when_the_baseline_does_not() {
    let scratch = Scratch::new(OLD);
    run(&scratch, &["baseline"]);
    for format in ["text", "concise"] {
        assert!(!run(&scratch, &["check", "--output", format]).out.contains("blocking-index"));
        let shown = run(&scratch, &["check", "--output", format, "--show-known"]);
        assert_eq!(shown.out.matches("high[blocking-index]").count(), 2);
        assert!(shown.code == 0 && shown.out.contains(" is built (known)\n"), "{}", shown.out);
    }
    let without = run(&scratch, &["check", "--no-baseline"]);
    assert!(without.code == 1 && !without.out.contains("known"), "{}", without.out);
}

#[test]
fn it_is_sorted_holds_no_secret_and_merges_line_by_line() {
    let scratch = Scratch::new(OLD);
    scratch.write("db\u{202e}/0_z.sql", INDEX.as_bytes());
    run(&scratch, &["baseline"]);
    let text = file(&scratch);
    assert!(!text.contains("canary") && !text.contains('\u{202e}'), "{text}");
    let lines: Vec<&str> = text.trim_end().split('\n').collect();
    let (first, last, entries) = (lines[0], lines[lines.len() - 1], &lines[1..lines.len() - 1]);
    assert!(first.starts_with("[{\"gonogo-baseline\":1,") && last == "]", "{text}");
    assert_eq!(entries.len(), 5);
    assert!(entries.iter().all(|line| line.starts_with(",{\"rule\":\"") && line.contains("\"hint\":\"")));
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let paths: Vec<&str> = json.as_array().expect("a list").iter().skip(1).filter_map(|entry| entry["path"].as_str()).collect();
    assert!(paths.is_sorted() && paths.contains(&"db\u{202e}/0_z.sql"), "{paths:?}");
    // Written again, on another number of threads, byte for byte the same; in any order and twice it says the same.
    run(&scratch, &["baseline", "--threads", "1"]);
    assert_eq!(file(&scratch), text);
    let turned: Vec<&str> = entries.iter().rev().chain(entries).copied().collect();
    scratch.write(BASELINE, format!("\u{feff}{first}\r\n{}\n]", turned.join("\n")).as_bytes());
    assert_eq!(counts(&scratch), (0, 5, Some(0)));
    run(&scratch, &["baseline"]);
    assert_eq!(file(&scratch), text);
    // A line less is one finding new, and no other line changes.
    scratch.write(BASELINE, text.replace(&format!("{}\n", entries[2]), "").as_bytes());
    assert_eq!(counts(&scratch).1, 4);
}

#[test]
fn what_cannot_be_read_is_never_known() {
    let broken = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: [web\n";
    let open = "apiVersion: v1\nkind: Pod\na: {{ b }\n  c: }}: [\n";
    let scratch = Scratch::new(&[("db/1_a.sql", INDEX), ("broken.yaml", broken)]);
    let written = run(&scratch, &["baseline"]);
    assert!(written.out.contains("still counts, because it cannot be read: broken.yaml:"), "{}", written.out);
    assert_eq!(counts(&scratch), (1, 1, Some(0)));
    fs::remove_file(scratch.path().join("broken.yaml")).expect("a file");
    scratch.write("chart.yaml", open.as_bytes());
    let written = run(&scratch, &["baseline"]);
    assert!(written.out.contains("still not judged: chart.yaml"), "{}", written.out);
    assert_eq!(counts(&scratch), (3, 1, Some(0)));
}

/// An entry whose rule did not look at its file is neither fixed nor dropped.
#[test]
fn what_nobody_looked_at_stays_in_it() {
    let scratch = Scratch::new(OLD);
    run(&scratch, &["baseline"]);
    let text = file(&scratch);
    let select = ["check", "--select", "dropped-column", "--output", "json"];
    assert!(run(&scratch, &select).out.contains("\"known\":1,\"fixed\":0"));
    run(&scratch, &["baseline", "--select", "dropped-column"]);
    assert_eq!(file(&scratch), text);
    let large = format!("{}-- {}\n", OLD[0].1, "x".repeat(2 << 20));
    scratch.write("db/1_a.sql", large.as_bytes());
    run(&scratch, &["baseline", "--prune", "--max-file-size", "1"]);
    assert_eq!(file(&scratch), text);
    let named = run(&scratch, &["check", ".env.production", "--output", "json"]);
    assert!(named.out.contains("\"known\":1,\"fixed\":0"), "{}", named.out);
}

#[test]
fn a_file_that_moves_takes_its_findings_along() {
    let scratch = Scratch::new(OLD);
    run(&scratch, &["baseline"]);
    fs::rename(scratch.path().join("db/1_a.sql"), scratch.path().join("db/9_z.sql")).expect("a rename");
    assert_eq!(counts(&scratch), (0, 4, Some(0)));
    // A second copy is new.
    scratch.write("db/9_copy.sql", OLD[0].1.as_bytes());
    assert_eq!(counts(&scratch), (1, 4, Some(0)));
    fs::remove_file(scratch.path().join("db/9_copy.sql")).expect("a file");
    let pruned = run(&scratch, &["baseline", "--prune"]);
    assert!(pruned.out.contains("4 known findings (0 added, 0 dropped)"), "{}", pruned.out);
    assert!(file(&scratch).contains("db/9_z.sql") && !file(&scratch).contains("db/1_a.sql"));
    // As long as the old file is there, a copy of it is new.
    let scratch = Scratch::new(OLD);
    run(&scratch, &["baseline"]);
    scratch.write("db/2_b.sql", INDEX.as_bytes());
    scratch.write("db/1_a.sql", b"SELECT 1;\n");
    assert_eq!(counts(&scratch), (1, 1, Some(3)));
}

#[test]
fn what_is_allowed_needs_no_entry() {
    let scratch = Scratch::new(&[("db/1_a.sql", INDEX)]);
    run(&scratch, &["baseline"]);
    scratch.write("db/1_a.sql", format!("-- gonogo: allow blocking-index because it is small\n{INDEX}").as_bytes());
    let verdict = run(&scratch, &["check"]).out;
    assert!(verdict.contains("1 allowed · 0 known to gonogo-baseline.json · 1 of 1"), "{verdict}");
    assert!(run(&scratch, &["baseline"]).out.contains("0 known findings (0 added, 1 dropped)"));
    assert_eq!(file(&scratch).trim_end().split('\n').count(), 2);
}

#[test]
fn each_root_has_its_own() {
    let scratch = Scratch::new(&[("a/db/1_a.sql", INDEX), ("b/db/1_a.sql", INDEX), ("b/web.yaml", POD)]);
    let written = run(&scratch, &["baseline", "a", "b"]);
    assert!(written.out.starts_with("a/gonogo-baseline.json: 1 known finding (1 added, 0 dropped)\n"), "{}", written.out);
    assert!(written.out.contains("\nb/gonogo-baseline.json: 1 known"));
    let both = run(&scratch, &["check", "a", "b"]);
    assert!(both.code == 0 && both.verdict().contains("2 known to gonogo-baseline.json"), "{}", both.out);
    fs::remove_file(scratch.path().join("b").join(BASELINE)).expect("a file");
    assert_eq!(run(&scratch, &["check", "a", "b"]).code, 1);
    let outside = run(&scratch, &["check", "a", "b", "--baseline", "a/gonogo-baseline.json"]);
    assert!(outside.code == 2 && outside.err.contains("lies outside the folder"), "{}", outside.err);
}

#[test]
fn it_can_stand_elsewhere_below_the_root_but_not_outside() {
    let scratch = Scratch::new(&[("r/db/1_a.sql", INDEX), ("r/ci/x", "")]);
    assert_eq!(run(&scratch, &["baseline", "r", "--baseline", "r/ci/known.json"]).code, 0);
    assert_eq!(run(&scratch, &["check", "r", "--baseline", "r/ci/known.json"]).code, 0);
    assert_eq!(run(&scratch, &["check", "r"]).code, 1);
    for (path, hint) in [
        ("known.json", "lies outside"),
        ("r/../known.json", "lies outside"),
        ("r/no/known.json", "is not there"),
        ("r/ci", "folder"),
        ("r/ci/nothing.json", "there is no baseline"),
    ] {
        let refused = run(&scratch, &["check", "r", "--baseline", path]);
        assert!(refused.code == 2 && refused.err.contains(hint), "{path}: {}", refused.err);
    }
    for arguments in [&["baseline", "r/db/1_a.sql"][..], &["baseline", "r", "--output", "json"], &["baseline", "r/ci"]] {
        let refused = run(&scratch, arguments);
        assert_eq!(refused.code, 2, "{arguments:?}: {}{}", refused.out, refused.err);
    }
    let clean = Scratch::new(&[("web.yaml", POD)]);
    assert!(run(&clean, &["baseline"]).out.contains("not written, because there is nothing"));
    assert!(!clean.path().join(BASELINE).exists());
}

/// Whatever stands there: exit 2 and a sentence, never a GO, and what is no baseline is not overwritten.
#[test]
fn a_broken_baseline_is_refused() {
    let first = "[{\"gonogo-baseline\":1}";
    let deep = format!("[{{\"gonogo-baseline\":1,\"x\":{}", "[".repeat(100_000));
    let nested = format!("[{{\"gonogo-baseline\":1,\"x\":{}{}}}]", "[".repeat(100), "]".repeat(100));
    let texts: &[(&str, &str)] = &[
        ("", "none that gonogo wrote"),
        ("canary", "none that gonogo wrote"),
        ("{\"canary\": 1}", "none that gonogo wrote"),
        ("[]", "its first line does not say so"),
        ("[{\"rule\":\"canary\"}]", "its first line does not say so"),
        ("[{\"gonogo-baseline\":2}]", "format 2"),
        ("[{\"gonogo-baseline\":-1}]", "none that gonogo wrote"),
        ("[{\"gonogo-baseline\":\"canary\"}]", "none that gonogo wrote"),
        (&format!("{first},{{\"rule\":\"canary\"}}]"), "entry 1 lacks"),
        (&format!("{first},{{\"rule\":1,\"path\":\"a\",\"fingerprint\":\"b\"}}]"), "none that gonogo wrote"),
        (&format!("{first},null]"), "none that gonogo wrote"),
        (&format!("{first}\0]"), "none that gonogo wrote"),
        (&format!("{first}\n<<<<<<< HEAD\n]"), "merge"),
        (&deep, "none that gonogo wrote"),
    ];
    let scratch = Scratch::new(&[("web.yaml", POD)]);
    for (text, hint) in texts {
        scratch.write(BASELINE, text.as_bytes());
        for command in ["check", "baseline"] {
            let run = run(&scratch, &[command]);
            let shown: String = text.chars().take(60).collect();
            assert_eq!((run.code, run.out.as_str()), (2, ""), "{command} {shown}");
            assert!(
                run.err.contains(hint) && !run.err.contains("canary") && run.err.lines().count() == 1,
                "{shown}: {}",
                run.err
            );
        }
        assert_eq!(file(&scratch), *text);
        assert_eq!(run(&scratch, &["check", "--no-baseline"]).code, 0);
    }
    scratch.write(BASELINE, nested.as_bytes());
    assert_eq!(run(&scratch, &["check"]).code, 0, "what a later version may add is passed over");
    scratch
        .write(BASELINE, b"[{\"gonogo-baseline\":1},{\"rule\":\"no\\u0000such\",\"path\":\"../../etc\",\"fingerprint\":\"\"}]");
    assert_eq!(counts(&scratch), (0, 0, Some(1)));
    scratch.write(BASELINE, &vec![b' '; 129 << 20]);
    let huge = run(&scratch, &["check"]);
    assert!(huge.code == 2 && huge.err.contains("larger than 128 MiB"), "{}", huge.err);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_neither_read_nor_written() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;

    let outside = Scratch::new(&[("known.json", "[{\"gonogo-baseline\":1}]")]);
    let scratch = Scratch::new(&[("db/1_a.sql", INDEX)]);
    let place = scratch.path().join(BASELINE);
    let refused = |hint: &str| {
        for command in ["check", "baseline"] {
            let run = run(&scratch, &[command]);
            assert!(run.code == 2 && run.err.contains(hint), "{command}: {}{}", run.out, run.err);
        }
        fs::remove_file(&place).expect("something");
    };
    symlink(outside.path().join("known.json"), &place).expect("a link");
    refused("it is a link");
    symlink(outside.path().join("nothing.json"), &place).expect("a link");
    refused("it is a link");
    symlink("db/1_a.sql", &place).expect("a link");
    refused("it is a link");
    assert!(Command::new("mkfifo").arg(&place).status().expect("mkfifo").success());
    refused("it is a pipe");
    symlink(outside.path(), scratch.path().join("ci")).expect("a link");
    let through = run(&scratch, &["baseline", "--baseline", "ci/known.json"]);
    assert!(through.code == 2 && through.err.contains("lies outside"), "{}", through.err);
    assert_eq!(fs::read_to_string(outside.path().join("known.json")).expect("untouched"), "[{\"gonogo-baseline\":1}]");

    // A folder that takes no files: said, and nothing is left behind. Who may do everything is not stopped by that.
    run(&scratch, &["baseline"]);
    fs::set_permissions(&place, fs::Permissions::from_mode(0o640)).expect("a mode");
    scratch.write("db/2_b.sql", INDEX.as_bytes());
    run(&scratch, &["baseline"]);
    let mode = fs::metadata(&place).expect("a baseline").permissions().mode() & 0o777;
    assert_eq!(mode, 0o640, "the mode stays");
    let names: Vec<_> =
        fs::read_dir(scratch.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains("tmp")), "{names:?}");
}

fn compared(files: &Memory, baseline: &Baseline) -> (Root, Compared) {
    let mut root = Root::judge_against(files, "", "", &Settings::default(), Some(baseline));
    let compared = root.baseline.take().expect("compared");
    (root, compared)
}

/// For random small repositories: written and read back, a baseline makes everything known.
#[test]
fn what_is_written_is_known_when_it_is_read_back() {
    let mut dice = crate::mutate::Dice::new(from_environment("GONOGO_SEED", 11));
    for _ in 0..from_environment("GONOGO_ROUNDS", 60) {
        let files: Memory = (0..=dice.roll(4))
            .map(|number| {
                let lines: String = (0..dice.roll(6)).map(|_| format!("CREATE INDEX i{} ON t (a);\n", dice.roll(2))).collect();
                (format!("db/{number}_a.sql"), lines)
            })
            .collect();
        let (root, first) = compared(&files, &Baseline::new(BASELINE));
        let written = first.renewed(&root);
        let read = Baseline::read(BASELINE, written.write().as_bytes()).expect("our own");
        assert_eq!(read, written);
        assert_eq!(read.len(), root.findings.len());
        let (root, second) = compared(&files, &read);
        assert!(root.findings.iter().all(|finding| finding.known) && second.fixed.is_empty());
        assert_eq!((second.pruned(), second.renewed(&root)), (read.clone(), read));
        let inputs = root.coverage.inputs;
        let verdict = Report::new(vec![root], &Settings::default()).verdict;
        assert_eq!(verdict, if inputs == 0 { Verdict::NoVerdict } else { Verdict::Go });
    }
}
