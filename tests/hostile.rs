//! The scanned repository is data: it cannot forge output, leak what is secret, hang the run, or take its neighbours along.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use gonogo::emit::Format;

use crate::support::{POD, Scratch, gonogo};

static FORMATS: LazyLock<Vec<&str>> = LazyLock::new(|| Format::ALL.map(|(name, _)| name).to_vec());
const CANARY: &str = "kanarienvogel";

fn is_control(character: char) -> bool {
    let bidi = matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}');
    (character.is_control() && character != '\n') || bidi
}

/// Whether a CI system would find a command in the output that is not ours: `::name::` at the beginning of a line, `##[..]`
/// anywhere. What stands in the commands of one format is read back where its tests are.
fn forges(format: &str, out: &str) -> bool {
    let is_begun = |line: &str| line.trim_start().starts_with("::");
    let holds_one = |line: &str| is_begun(line) || ["##[", "##vso["].iter().any(|word| line.contains(word));
    out.split('\n').any(|line| holds_one(line) && !(format == "github" && is_begun(line)))
}

#[cfg(unix)]
#[test]
fn hostile_names_cannot_forge_a_line_a_command_or_a_colour() {
    let names = [
        "a\n::error file=x::forged",
        "b\x1b[31mred",
        "c\u{202E}cod.exe",
        "d\rNO-GO",
        "e%0A::warning::x",
        "f\u{9b}31m",
        "g\u{2028}h",
        "i##[add-mask]j##vso[task.x]k",
    ];
    let scratch = Scratch::new(&[]);
    for name in names {
        scratch.write(&format!("db/{name}/1_{name}.sql"), b"CREATE INDEX i ON t (a);\n");
        scratch.write(&format!("::error::{name}/1_a.sql"), b"CREATE INDEX i ON t (a);\n");
        scratch.write(&format!("k8s/{name}.yaml"), POD.replace("web:1.0.0", "web:latest").as_bytes());
        scratch.write(&format!("k8s/{name}/broken.yaml"), b"apiVersion: v1\nkind: Pod\na: [\n");
    }
    for format in FORMATS.iter().copied() {
        let run = gonogo(scratch.path(), &["check", ".", "--coverage", "--output", format]);
        assert_eq!(run.code, 1);
        let bad: Vec<char> = run.out.chars().chain(run.err.chars()).filter(|character| is_control(*character)).collect();
        assert!(bad.is_empty(), "{format} prints {bad:?}");
        assert!(!forges(format, &run.out), "{format} forges a command");
    }
}

#[test]
fn hostile_text_in_files_is_made_visible() {
    let evil = "x\x1b[31m\u{202E}\u{2028}";
    let scratch = Scratch::new(&[
        (
            "db/1_a.sql",
            &format!("CREATE INDEX \"i{evil}\" ON \"t\n::error::{evil}\" (a);\nALTER TABLE t DROP COLUMN \"{evil}\";\n"),
        ),
        ("k8s/web.yaml", &POD.replace("web:1.0.0", "\"we\\e[31m\\n::error::b:latest\"")),
        (".env.production", &format!("A=1{evil}\nA=2{evil}\n{evil}\n")),
    ]);
    for format in FORMATS.iter().copied() {
        let run = gonogo(scratch.path(), &["check", ".", "--coverage", "--output", format]);
        assert_eq!(run.code, 1, "{}", run.out);
        assert!(!run.out.chars().any(is_control), "{format}: {}", run.out);
        assert!(!forges(format, &run.out), "{format}: {}", run.out);
    }
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_read_and_shown() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let scratch = Scratch::new(&[("db/x", "")]);
    let name = OsStr::from_bytes(b"1_a\xFF.sql");
    if std::fs::write(scratch.path().join("db").join(name), "CREATE INDEX i ON t (a);").is_err() {
        return; // a file system that refuses such names
    }
    let run = gonogo(scratch.path(), &["check", ".", "--output", "concise"]);
    assert!(run.out.starts_with("db/1_a\\xFF.sql:1:1: high[blocking-index]"), "{}", run.out);
}

#[test]
fn secrets_appear_in_no_format() {
    let pod = POD.replace("    image: web:1.0.0\n", &format!("    env: [{{name: DB_PASSWORD, value: {CANARY}}}, {{name: URL, value: \"pg://u:{CANARY}@h/d\"}}]\n    image: web:latest # one line away\n"));
    let one_line =
        format!("apiVersion: v1\nkind: Pod\nspec: {{containers: [{{name: a, apiToken: {CANARY}, image: b:latest}}]}}\n");
    let broken = format!("apiVersion: v1\nkind: Secret\nstringData: {{password: {CANARY}\nb: [\n");
    let scratch = Scratch::new(&[
        ("k8s/pod.yaml", &pod),
        ("k8s/line.yaml", &one_line),
        ("k8s/broken.yaml", &broken),
        (
            ".env.production",
            &format!("A={CANARY}\nA=\"{CANARY}2\"\nexport A={CANARY}3\nchange {CANARY}\nSECRET=change_me_{CANARY}\n"),
        ),
        (".env.staging", &format!("A={CANARY}4\n")),
        ("db/1_a.sql", &format!("CREATE INDEX i ON t (a); ALTER ROLE r PASSWORD '{CANARY}';\n")),
    ]);
    for format in FORMATS.iter().copied() {
        let run = gonogo(scratch.path(), &["check", ".", "--coverage", "--output", format]);
        assert_eq!(run.code, 1);
        assert!(!run.out.contains(CANARY) && !run.err.contains(CANARY), "{format}: {}", run.out);
    }
    let text = gonogo(scratch.path(), &["check", "."]).out;
    assert!(text.contains("••••••••") && text.contains("b:latest"), "{text}");
}

#[cfg(unix)]
#[test]
fn pipes_sockets_devices_links_and_closed_folders_cost_a_note_and_no_time() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    let scratch = Scratch::new(&[("web.yaml", POD), ("db/1_a.sql", "SELECT 1;")]);
    let at = |name: &str| scratch.path().join(name);
    let pipe = Command::new("mkfifo").arg(at("db/2_pipe.sql")).status().expect("mkfifo");
    assert!(pipe.success());
    let _socket = UnixListener::bind(at("db/3_socket.sql")).expect("a socket");
    symlink("/dev/zero", at("db/4_zero.sql")).expect("a link");
    symlink("../../../etc/passwd", at("db/5_outside.sql")).expect("a link");
    symlink("6_loop.sql", at("db/6_loop.sql")).expect("a link");
    symlink("..", at("db/around")).expect("a link");
    symlink("1_a.sql", at("db/7_inside.sql")).expect("a link");
    std::fs::create_dir(at("db/8_folder.sql")).expect("a folder");
    let started = Instant::now();
    let run = gonogo(scratch.path(), &["check", ".", "--output", "concise"]);
    assert!(started.elapsed() < Duration::from_secs(10));
    assert_eq!(run.code, 3, "{}", run.out);
    for name in ["2_pipe", "3_socket", "4_zero", "5_outside", "6_loop"] {
        assert!(run.out.contains(&format!("not judged: db/{name}.sql")), "{name}: {}", run.out);
    }
    assert!(!run.out.contains("7_inside") && !run.out.contains("around") && !run.out.contains("root:"), "{}", run.out);
    let run = gonogo(scratch.path(), &["check", "db/2_pipe.sql"]);
    assert_eq!((run.code, run.err.contains("is a pipe")), (2, true), "{}", run.err);
}

#[test]
fn a_file_that_is_too_large_is_never_passed_over_in_silence() {
    let scratch = Scratch::new(&[("web.yaml", POD)]);
    scratch.write("db/1_a.sql", &vec![b' '; (10 << 20) + 1]);
    let run = gonogo(scratch.path(), &["check", ".", "--output", "concise"]);
    assert_eq!(run.code, 3);
    assert!(run.out.contains("not judged: db/1_a.sql: it is larger than the limit of 10 MiB"), "{}", run.out);
}

#[test]
fn one_hostile_file_costs_itself_alone() {
    let deep = |open: &str| format!("apiVersion: v1\nkind: Pod\na: {}\n", open.repeat(100_000));
    let laughs: String =
        (1..20).map(|level| format!("a{level}: &a{level} [{}]\n", format!("*a{},", level - 1).repeat(9))).collect();
    let files = [
        ("k8s/flow.yaml".to_owned(), deep("[")),
        ("k8s/maps.yaml".to_owned(), deep("{a: ")),
        ("k8s/seq.yaml".to_owned(), deep("- ")),
        ("k8s/laughs.yaml".to_owned(), format!("apiVersion: v1\nkind: ConfigMap\na0: &a0 x\n{laughs}")),
        ("db/1_parens.sql".to_owned(), format!("SELECT {}1;", "(".repeat(200_000))),
        ("db/2_sum.sql".to_owned(), format!("ALTER TABLE t ADD COLUMN c int DEFAULT {}1, DROP COLUMN c;", "1+".repeat(100_000))),
        ("db/3_quote.sql".to_owned(), format!("SELECT $x$ {}", "a;".repeat(100_000))),
        ("db/4_many.sql".to_owned(), "SELECT 1;\n".repeat(200_000)),
        (".env.production".to_owned(), "A=\"\n".repeat(100_000)),
    ];
    let scratch = Scratch::new(&[("db/9_bad.sql", "CREATE INDEX i ON t (a);\n")]);
    for (path, text) in &files {
        scratch.write(path, text.as_bytes());
    }
    let started = Instant::now();
    let run = gonogo(scratch.path(), &["check", ".", "--output", "concise"]);
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    assert_eq!(run.code, 1, "{} {}", run.out, run.err);
    assert!(run.out.contains("db/9_bad.sql:1:1: high[blocking-index]") && run.err.is_empty(), "{}", run.err);
}
