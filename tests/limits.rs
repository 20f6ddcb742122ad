//! Hostile files: each costs itself alone, and no more time than its size deserves.
//!
//! The bounds are generous, because a debug build on a busy machine must keep them; what grows with the square of its
//! size breaks them all the same.

use std::time::{Duration, Instant};

use gonogo::diagnostic::Judged;
use gonogo::emit::{Format, Style, emit};
use gonogo::report::{Report, Root};
use gonogo::settings::{STACK_SIZE, Settings};
use gonogo::tree::Memory;

const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
const INDEX: &str = "CREATE INDEX i ON t (a);\n";

/// What became of a hostile file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    /// Read to its end; it may well be found fault with.
    Read,
    /// Said not to be judged, or only in part, or refused by a finding.
    Said,
}

/// Judges one hostile file beside a bad one, which must be reported whatever happens, in every format. It took as long as a
/// run with the slowest of them.
fn judge(path: &str, text: String, settings: &Settings) -> (Fate, Duration) {
    let tree: Memory = [(path.to_owned(), text), ("db/9_bad.sql".to_owned(), INDEX.to_owned())].into_iter().collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).stack_size(STACK_SIZE).build().expect("a pool");
    pool.install(|| {
        let started = Instant::now();
        let report = Report::new(vec![Root::judge(&tree, "", "", settings)], settings);
        let mut took = started.elapsed();
        let mut slowest = Duration::ZERO;
        // One of the two that SARIF has is written by the other's code.
        for (name, format) in Format::ALL.into_iter().filter(|(_, format)| *format != Format::SarifGitHub) {
            let started = Instant::now();
            let text = emit(&report, format, Style { coverage: true, ..Style::default() });
            slowest = slowest.max(started.elapsed());
            // Some formats end where their readers would, and say so.
            let is_cut = text.contains("left out") || text.contains("Left out") || text.contains("want of room");
            let is_told = text.contains("db/9_bad.sql") && text.contains("blocking-index");
            assert!(is_told || (is_cut && report.findings().count() > 10), "{path} hides its neighbour in {name}");
            assert!(!text.contains("gonogo failed"), "{path}: {text:.2000}");
        }
        took += slowest;
        let said = report.notes().any(|(_, note)| note.path == path && note.judged != Judged::Whole)
            || report.findings().any(|(_, finding)| finding.rule.name == "malformed-manifest");
        (if said { Fate::Said } else { Fate::Read }, took)
    })
}

fn assert_bounded(cases: Vec<(&str, &str, Fate, String)>) {
    for (name, path, fate, text) in cases {
        let (became, took) = judge(path, text, &Settings::default());
        assert_eq!(became, fate, "{name}");
        assert!(took < Duration::from_secs(20), "{name}: {took:?}");
    }
}

fn manifest(text: &str) -> String {
    format!("{HEAD}{text}\n")
}

#[test]
fn a_million_brackets_are_refused() {
    let million = 1_000_000;
    assert_bounded(vec![
        ("[", "k8s/a.yaml", Fate::Said, manifest(&format!("a: {}", "[".repeat(million)))),
        ("[]", "k8s/a.yaml", Fate::Said, manifest(&format!("a: {}{}", "[".repeat(million), "]".repeat(million)))),
        ("{", "k8s/a.yaml", Fate::Said, manifest(&format!("a: {}", "{".repeat(million)))),
        ("{a:", "k8s/a.yaml", Fate::Said, manifest(&format!("a: {}", "{a: ".repeat(million)))),
        ("(", "db/1_a.sql", Fate::Said, format!("SELECT {}1;", "(".repeat(million))),
        ("()", "db/1_a.sql", Fate::Said, format!("ALTER TABLE t ADD CHECK {}1{};", "(".repeat(million), ")".repeat(million))),
        ("(,", "db/1_a.sql", Fate::Said, format!("CREATE TABLE t (a int DEFAULT {}", "(1,".repeat(million))),
        ("- ", "k8s/a.yaml", Fate::Said, manifest(&format!("a:\n{}", "- ".repeat(million)))),
        ("? ", "k8s/a.yaml", Fate::Said, manifest(&"? ".repeat(million))),
        ("maps", "k8s/a.yaml", Fate::Said, manifest(&(0..2_000).map(|at| format!("{:at$}a:\n", "")).collect::<String>())),
        ("/*", "db/1_a.sql", Fate::Said, "/*".repeat(million)),
        ("{{", "k8s/a.yaml", Fate::Said, manifest(&format!("a: {}", "{{".repeat(million)))),
        ("BEGIN ATOMIC", "db/1_a.sql", Fate::Said, format!("CREATE FUNCTION f() {}", "BEGIN ATOMIC CASE ".repeat(million / 10))),
    ]);
}

#[test]
fn aliases_are_never_multiplied() {
    let laughs = |key: &str| -> String {
        (1..20).map(|level| format!("a{level}: &a{level} {key}[{}]\n", format!("*a{},", level - 1).repeat(9))).collect()
    };
    let merges: String =
        (1..16).map(|level| format!("a{level}: &a{level} {{<<: [{}]}}\n", format!("*a{},", level - 1).repeat(9))).collect();
    let deployment = "apiVersion: apps/v1\nkind: Deployment\na0: &a0 {x: y}\n";
    let keys: String = (0..40_000).map(|key| format!("  k{key}: v\n")).collect();
    assert_bounded(vec![
        ("laughs", "k8s/a.yaml", Fate::Said, manifest(&format!("a0: &a0 x\n{}", laughs("")))),
        ("merges", "k8s/a.yaml", Fate::Said, format!("{deployment}{merges}metadata: {{<<: *a15}}\nspec: *a15\n")),
        ("wide", "k8s/a.yaml", Fate::Said, manifest(&format!("a: &a\n{keys}b:\n{}", "- *a\n".repeat(40_000)))),
        ("merged", "k8s/a.yaml", Fate::Said, manifest(&format!("a: &a\n{keys}b:\n{}", "- {<<: *a}\n".repeat(40_000)))),
        (
            "anchors",
            "k8s/a.yaml",
            Fate::Read,
            manifest(&format!("a:\n{}", (0..100_000).map(|at| format!("- &a{at} x\n")).collect::<String>())),
        ),
        ("loop", "k8s/a.yaml", Fate::Read, manifest(&format!("a: &a {{<<: [{}]}}", "*a,".repeat(10_000)))),
    ]);
}

#[test]
fn long_lines_and_long_texts_are_read() {
    let items = |item: &str| item.repeat(200_000);
    assert_bounded(vec![
        ("items", "k8s/a.yaml", Fate::Read, manifest(&format!("a: [{}]", items("b,")))),
        (
            "pairs",
            "k8s/a.yaml",
            Fate::Read,
            manifest(&format!("a: {{{}}}", (0..200_000).map(|at| format!("b{at}: c,")).collect::<String>())),
        ),
        ("escapes", "k8s/a.yaml", Fate::Read, manifest(&format!("a: \"{}\"", "\\n".repeat(1_000_000)))),
        ("comments", "k8s/a.yaml", Fate::Read, manifest(&format!("{}a: b", "# gonogo: c\n".repeat(100_000)))),
        ("documents", "k8s/a.yaml", Fate::Read, format!("{}{}", manifest(""), "---\na: b\n".repeat(100_000))),
        (
            "directives",
            "k8s/a.yaml",
            Fate::Read,
            format!("{}%YAML 1.2\n{}{HEAD}", "#\n".repeat(500_000), "---\n".repeat(200_000)),
        ),
        ("keys", "k8s/a.yaml", Fate::Said, "[apiVersion:kind:".repeat(100_000) + "\napiVersion: a\nkind: b\n"),
        ("one line", "db/1_a.sql", Fate::Read, format!("SELECT {}1;", "1, ".repeat(500_000))),
        ("passwords", "db/1_a.sql", Fate::Read, format!("{INDEX}SELECT {}1;", "password ".repeat(200_000))),
        ("setting", ".env", Fate::Read, format!("A={}\n", "b ".repeat(1_000_000))),
        ("hashes", ".env", Fate::Read, format!("A={}\n", "#".repeat(1_000_000))),
        ("quotes", ".env", Fate::Read, "A=\"\nB='\nC=`\n".repeat(100_000)),
        ("half quotes", ".env", Fate::Said, "A=\"\\".repeat(200_000)),
    ]);
}

#[test]
fn templates_cost_no_more_than_their_text() {
    assert_bounded(vec![
        ("controls", "k8s/a.yaml", Fate::Said, manifest(&format!("a: b\n{}\n", "{{if}}".repeat(200_000)))),
        ("blanks", "k8s/a.yaml", Fate::Said, manifest(&format!("a: b\n{}{}\n", " ".repeat(500_000), "{{if}} ".repeat(50_000)))),
        (
            "lines",
            "k8s/a.yaml",
            Fate::Said,
            manifest(&format!("a: {}\n{}", "b".repeat(500_000), "{{ c | indent 2 }}\n".repeat(50_000))),
        ),
        ("empties", "k8s/a.yaml", Fate::Said, manifest(&format!("z: {{{}}}\ny: {{{{ x }}}}\n", ": ,".repeat(100_000)))),
        ("half", "k8s/a.yaml", Fate::Said, manifest(&format!("a: {}\n", "{{ ".repeat(300_000)))),
        ("dollars", "k8s/a.yaml", Fate::Read, manifest(&format!("a: {}\n", "${a".repeat(300_000)))),
        ("sql", "db/1_a.sql", Fate::Said, format!("SELECT 1;\n{}", "{{x}}".repeat(200_000))),
    ]);
}

#[test]
fn sql_of_any_size_is_split() {
    let comment = "-- gonogo: allow blocking-index because it is small\n";
    assert_bounded(vec![
        ("statements", "db/1_a.sql", Fate::Read, "SELECT 1;\n".repeat(400_000)),
        ("unread", "db/1_a.sql", Fate::Said, "FROBNICATE;\n".repeat(20_000)),
        ("dollar", "db/1_a.sql", Fate::Said, format!("SELECT $x$ {}", "a;".repeat(500_000))),
        ("half dollars", "db/1_a.sql", Fate::Read, format!("SELECT {};", "$x ".repeat(500_000))),
        ("sum", "db/1_a.sql", Fate::Said, format!("ALTER TABLE t ADD COLUMN c int DEFAULT {}1;", "1+".repeat(100_000))),
        ("sum of a table", "db/1_a.sql", Fate::Said, format!("CREATE TABLE t (c int DEFAULT {}1);", "1+".repeat(100_000))),
        ("copy", "db/1_a.sql", Fate::Read, "COPY t FROM stdin;\n1\n\\.\n".repeat(100_000)),
        ("suppressions", "db/1_a.sql", Fate::Read, format!("{}SELECT 1;\n{INDEX}", comment.repeat(20_000))),
        ("allowed", "db/1_a.sql", Fate::Read, format!("{comment}{INDEX}").repeat(5_000)),
        ("findings", "db/1_a.sql", Fate::Read, INDEX.repeat(10_000)),
        ("findings on a line", "db/1_a.sql", Fate::Read, INDEX.trim_end().repeat(10_000)),
    ]);
}

#[test]
fn findings_beside_secrets_are_shown_in_time() {
    let pod = |name: usize| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: a{name}}}, spec: {{containers: [{{name: a, image: b:latest, env: [{{name: TOKEN, value: c}}]}}]}}}}"
        )
    };
    let list: String = (0..5_000).map(|name| format!("- {}\n", pod(name))).collect();
    let line: Vec<String> = (0..2_000).map(pod).collect();
    let twice: String = (0..20_000).map(|key| format!("K{key}=v\n")).collect::<String>().repeat(2);
    assert_bounded(vec![
        ("list", "k8s/a.yaml", Fate::Read, format!("apiVersion: v1\nkind: List\nitems:\n{list}")),
        ("list on a line", "k8s/a.yaml", Fate::Read, format!("apiVersion: v1\nkind: List\nitems: [{}]", line.join(", "))),
        ("settings", ".env.production", Fate::Read, twice),
    ]);
}

#[test]
fn a_line_over_the_limit_is_said_and_read_when_the_limit_allows_it() {
    let line = || format!("SELECT '{}';\n{INDEX}", "x".repeat(20 << 20));
    let (fate, took) = judge("db/1_a.sql", line(), &Settings::default());
    assert!(fate == Fate::Said && took < Duration::from_secs(2), "{fate:?} {took:?}");
    let settings = Settings { max_file_size: 64 << 20, ..Settings::default() };
    let scalar = format!("{HEAD}data: {{a: \"{}\"}}\n", "x".repeat(20 << 20));
    for (path, text) in [("db/1_a.sql", line()), ("k8s/a.yaml", scalar), (".env", format!("A={}\n", "x".repeat(20 << 20)))] {
        let (fate, took) = judge(path, text, &settings);
        assert!(fate == Fate::Read && took < Duration::from_secs(30), "{path}: {fate:?} {took:?}");
    }
}
