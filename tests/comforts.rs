//! Small comforts: standard input, completions, the manual page, timings.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::repository::{Repository, findings};
use crate::support::{POD, Run, Scratch, gonogo, gonogo_fed};

const TABLE: &str = "CREATE TABLE t (a int);\n";
const BAD_INDEX: &str = "CREATE INDEX i ON t (a);\n";

fn fed(files: &[(&str, &str)], arguments: &[&str], text: &[u8]) -> Run {
    gonogo_fed(Scratch::new(files).path(), arguments, text)
}

#[test]
fn standard_input_is_judged_as_the_file_it_stands_for() {
    let files = [("db/1_a.sql", TABLE), ("db/2_b.sql", "SELECT 1;\n"), ("db/3_c.sql", BAD_INDEX)];
    for name in ["db/2_b.sql", "./db/2_b.sql", "db/../db/2_b.sql", "new/../db/2_b.sql"] {
        let run = fed(&files, &["check", "-", "--stdin-name", name], BAD_INDEX.as_bytes());
        assert_eq!(run.code, 1, "{name}: {}{}", run.out, run.err);
        // The other files give context, and the report is about this one alone.
        assert!(run.out.contains("[db/2_b.sql:1:1]") && run.out.contains("created in db/1_a.sql:1"), "{}", run.out);
        assert!(!run.out.contains("db/3_c.sql") && run.verdict().contains("1 of 1 file judged"), "{}", run.out);
    }
    let run = fed(&files, &["check", "-", "--stdin-name", "db/3_c.sql"], b"SELECT 1;\n");
    assert_eq!((run.code, run.verdict().starts_with("GO")), (0, true), "what is on disk does not count: {}", run.out);
}

#[test]
fn standard_input_may_stand_for_a_file_that_is_not_there_yet() {
    let files = [("db/1_a.sql", TABLE), (".gitignore", "out/\n")];
    for name in ["db/2_b.sql", "new/folder/1_b.sql", "out/1_b.sql", "vendor/x.sql"] {
        let run = fed(&files, &["check", "-", "--stdin-name", name, "--output", "concise"], BAD_INDEX.as_bytes());
        assert_eq!(run.code, 1, "{name}: {}{}", run.out, run.err);
        assert!(run.out.starts_with(&format!("{name}:1:1:")), "{}", run.out);
    }
    let scratch = Scratch::new(&files);
    let whole = scratch.path().join("db/9_z.sql");
    let run = gonogo_fed(scratch.path(), &["check", "-", "--stdin-name", &whole.to_string_lossy()], BAD_INDEX.as_bytes());
    assert!(run.code == 1 && run.out.contains("[db/9_z.sql:1:1]"), "{}{}", run.out, run.err);
    assert!(!whole.exists(), "nothing is written");
}

#[test]
fn standard_input_needs_a_name_below_the_current_folder() {
    let cases: &[(&[&str], &str)] = &[
        (&["check", "-"], "--stdin-name db/migrations/0007_orders.up.sql"),
        (&["-"], "--stdin-name db/migrations/0007_orders.up.sql"),
        (&["check", "--stdin-name", "web.yaml"], "put `-` in place of a path"),
        (&["check", "-", "db", "--stdin-name", "web.yaml"], "write `./-`"),
        (&["check", "-", "--stdin-name", "../web.yaml"], "lies outside the current folder"),
        (&["check", "-", "--stdin-name", "new/../../web.yaml"], "lies outside the current folder"),
        (&["check", "-", "--stdin-name", "/web.yaml"], "lies outside the current folder"),
        (&["check", "-", "--stdin-name", "db"], "is a folder"),
        (&["check", "-", "--stdin-name", "."], "is a folder"),
    ];
    for (arguments, hint) in cases {
        let run = fed(&[("db/1_a.sql", TABLE)], arguments, POD.as_bytes());
        assert!(run.code == 2 && run.err.contains(hint), "{arguments:?}: {} {}{}", run.code, run.out, run.err);
    }
}

#[test]
fn standard_input_is_compared_with_what_has_shipped() {
    let repository = Repository::shipped();
    repository.branch("feature");
    let ask = |name: &str, flags: &[&str], text: &str| {
        gonogo_fed(repository.0.path(), &[&["check", "-", "--stdin-name", name], flags].concat(), text.as_bytes())
    };
    // A file that is asked for by name is judged even if it has shipped, but nothing in it has changed.
    let as_it_shipped = ["--all", "--changed"].map(|flag| ask("db/2_b.sql", &[flag], BAD_INDEX).code);
    assert_eq!(as_it_shipped, [1, 0]);
    for flags in [&[][..], &["--changed"], &["--staged"], &["--staged", "--changed"]] {
        for name in ["db/2_b.sql", "db/3_c.sql"] {
            let run = ask(name, flags, "CREATE INDEX other ON t (a);\n");
            assert!(run.code == 1 && run.out.contains(&format!("[{name}:1:1]")), "{name} {flags:?}: {}{}", run.out, run.err);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_leads_standard_input_nowhere_else() {
    let elsewhere = Scratch::new(&[("1_a.sql", TABLE)]);
    let scratch = Scratch::new(&[("real/1_a.sql", TABLE)]);
    std::os::unix::fs::symlink(elsewhere.path(), scratch.path().join("out")).expect("a link");
    std::os::unix::fs::symlink("real", scratch.path().join("in")).expect("a link");
    for name in ["out/1_a.sql", "out/2_b.sql"] {
        let run = gonogo_fed(scratch.path(), &["check", "-", "--stdin-name", name], BAD_INDEX.as_bytes());
        assert!(run.code == 2 && run.err.contains("lies outside"), "{name}: {}{}", run.out, run.err);
    }
    let run = gonogo_fed(scratch.path(), &["check", "-", "--stdin-name", "in/2_b.sql"], BAD_INDEX.as_bytes());
    assert!(run.code == 1 && run.out.contains("[real/2_b.sql:1:1]"), "{}{}", run.out, run.err);
}

#[test]
fn standard_input_over_the_limit_is_not_judged_and_empty_input_is() {
    let arguments = ["check", "-", "--stdin-name", "db/1_a.sql", "--max-file-size", "1"];
    let mut text = vec![b'\n'; 1 << 20];
    let run = fed(&[], &arguments, &text);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    text.push(b'\n');
    let run = fed(&[], &arguments, &text);
    assert!(run.code == 3 && run.out.contains("larger than the limit of 1 MiB"), "{}{}", run.out, run.err);
    let run = fed(&[("db/1_a.sql", BAD_INDEX)], &["check", "-", "--stdin-name", "db/1_a.sql"], b"");
    assert!(run.code == 0 && run.verdict().contains("1 of 1 file judged"), "{}{}", run.out, run.err);
}

#[test]
fn timings_go_beside_the_report_and_only_when_asked_for() {
    let scratch = Scratch::new(&[("db/1_a.sql", BAD_INDEX), ("web.yaml", POD)]);
    let plain = gonogo(scratch.path(), &["check", ".", "--output", "json"]);
    let timed = gonogo(scratch.path(), &["check", ".", "--output", "json", "--timings"]);
    assert_eq!((timed.code, plain.err.as_str()), (1, ""));
    let without = |run: &Run| {
        let mut report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
        report.as_object_mut().expect("an object").remove("elapsed_ms");
        report
    };
    assert_eq!(without(&plain), without(&timed));
    let names: Vec<&str> = timed.err.lines().filter_map(|line| line.split_once(" ms  ").map(|(_, name)| name)).collect();
    assert_eq!(names[..7], ["discover", "read", "facts", "checks", "report", "all else", "in all"]);
    for slow in ["db/1_a.sql", "web.yaml"] {
        assert!(names.contains(&slow), "{}", timed.err);
    }
    let rules = names.iter().filter(|name| gonogo::rule::Rule::find(name).is_some()).count();
    assert_eq!(rules, 5, "{}", timed.err);
    let figures: Vec<f64> =
        timed.err.lines().filter_map(|line| line.split_once(" ms  ")?.0.trim().parse().ok()).take(7).collect();
    let sum: f64 = figures[..6].iter().sum();
    assert!((sum - figures[6]).abs() < 0.01 && figures[1] > 0.0, "{}", timed.err);
}

/// Whether a program is there to ask, and what it says of a text.
fn opinion(program: &str, arguments: &[&str], text: &str) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).env("LC_ALL", "C.UTF-8").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    let _ = child.stdin.take().expect("a pipe").write_all(text.as_bytes());
    let output = child.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{program}: {said}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn each_shell_gets_a_script_with_the_names_of_rules_and_formats() {
    let scratch = Scratch::new(&[]);
    for (shell, start) in [
        ("bash", "_gonogo() {"),
        ("zsh", "#compdef gonogo"),
        ("fish", "# Print an optspec"),
        ("powershell", "\nusing namespace System.Management.Automation"),
        ("elvish", "\nuse builtin;"),
    ] {
        let run = gonogo(scratch.path(), &["completions", shell]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{shell}");
        assert!(run.out.starts_with(start), "{shell}: {}", &run.out[..80]);
        for word in ["explain", "completions", "stdin-name", "fail-on"] {
            assert!(run.out.contains(word), "{shell}: {word}");
        }
        let named = matches!(shell, "bash" | "zsh" | "fish");
        assert!(!named || (run.out.contains("identical-probes") && run.out.contains("concise")), "{shell}");
        match shell {
            "bash" => drop(opinion("bash", &["-n"], &run.out)),
            "zsh" => drop(opinion("zsh", &["-n"], &run.out)),
            "fish" => drop(opinion("fish", &["--no-execute"], &run.out)),
            _ => {}
        }
    }
    let run = gonogo(scratch.path(), &["completions", "tcsh"]);
    assert!(run.code == 2 && run.err.contains("bash, elvish, fish, powershell, zsh"), "{}", run.err);
}

#[cfg(target_os = "linux")]
#[test]
fn bash_completes_commands_flags_and_rules() {
    let scratch = Scratch::new(&[]);
    let script = gonogo(scratch.path(), &["completions", "bash"]).out;
    let ask = |words: &[&str]| {
        let last = words.len() - 1;
        let line = format!(
            "{script}\nCOMP_WORDS=({})\nCOMP_CWORD={last}\n_gonogo gonogo '{}' '{}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
            words.join(" "),
            words[last],
            words[last - 1]
        );
        opinion("bash", &["-s"], &line)
    };
    let Some(commands) = ask(&["gonogo", "comp"]) else { return };
    assert_eq!(commands.trim(), "completions");
    assert_eq!(ask(&["gonogo", "explain", "identical"]).expect("bash").trim(), "identical-probes");
    assert_eq!(ask(&["gonogo", "check", "--stdin"]).expect("bash").trim(), "--stdin-name");
    assert_eq!(ask(&["gonogo", "check", "--output", "conc"]).expect("bash").trim(), "concise");
}

#[test]
fn the_manual_page_is_one_and_says_what_help_says() {
    let scratch = Scratch::new(&[]);
    let page = gonogo(scratch.path(), &["man"]);
    assert_eq!((page.code, page.err.as_str()), (0, ""));
    assert!(page.out.starts_with(".TH GONOGO 1 "), "{}", page.out);
    // Every line is text or one of these macros: nothing of our words is taken for one.
    let macros = [".TH", ".SH", ".SS", ".PP", ".TP", ".B"];
    for line in page.out.lines().filter(|line| line.starts_with(['.', '\''])) {
        assert!(macros.contains(&line.split(' ').next().unwrap_or_default()), "{line}");
    }
    let heads: Vec<&str> = page.out.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
    assert_eq!(heads, ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES"]);
    let help = gonogo(scratch.path(), &["check", "--help"]).out;
    let flags = help.split_whitespace().filter_map(|word| word.trim_end_matches(',').strip_prefix("--"));
    let flags: Vec<&str> = flags.filter(|flag| flag.chars().all(|c| c.is_ascii_lowercase() || c == '-')).collect();
    assert!(flags.len() > 10, "{help}");
    for flag in flags.iter().filter(|flag| **flag != "help") {
        assert!(page.out.contains(&format!("\\fB\\-\\-{}\\fR", flag.replace('-', "\\-"))), "{flag}");
    }
    if let Some(shown) = opinion("groff", &["-man", "-ww", "-Tutf8"], &page.out) {
        // Some terminals get bold letters as one printed over the other.
        let bold: Vec<char> = shown.chars().collect();
        let struck = |at: usize| bold.get(at + 1) == Some(&'\u{8}') || bold[at] == '\u{8}';
        let plain: String = (0..bold.len()).filter(|at| !struck(*at)).map(|at| bold[at]).collect();
        assert!(plain.contains("--stdin-name PATH") && plain.contains("EXIT STATUS"), "{plain}");
    }
}

#[test]
fn the_examples_of_the_manual_page_are_commands_that_run() {
    let scratch = Scratch::new(&[("services/orders/web.yaml", POD), ("db/migrations/0001_a.sql", TABLE)]);
    let page = gonogo(scratch.path(), &["man"]).out;
    let (_, examples) = page.split_once(".SH EXAMPLES").expect("examples");
    let lines: Vec<String> =
        examples.lines().filter_map(|line| line.strip_prefix(".B ")).map(|line| line.replace("\\-", "-")).collect();
    assert_eq!(lines.len(), 5);
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(words[0], "gonogo");
        let run = gonogo_fed(scratch.path(), &words[1..], TABLE.as_bytes());
        assert_eq!(run.code, 0, "{line}: {}{}", run.out, run.err);
    }
}

#[test]
fn what_git_follows_is_judged_although_it_is_ignored() {
    let pod = POD.replace("1.0.0", "latest");
    let repository = Repository::new(&[("deploy/base/web.yaml", &pod), ("other/web.yaml", POD)]);
    repository.write(".gitignore", "deploy\nlocal.env\n").write("deploy/base/new.yaml", &pod).write("local.env", "A=1\n");
    let run = repository.check(&["--all", "--coverage"]);
    let found: Vec<&str> = findings(&run).iter().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(found, ["deploy/base/web.yaml"], "nobody added the other one yet: {}", run.out);
    assert!(run.out.contains("passed over: deploy/base/new.yaml (git ignores it: `deploy` in .gitignore)"), "{}", run.out);
    assert!(run.out.contains("passed over: local.env (git ignores it: `local.env` in .gitignore)"), "{}", run.out);
}
