//! Where the files of a report are: below the root of the repository for a forge, on this machine for a terminal.

use super::indexes;
use super::readers::{github, gitlab, junit, markdown, sarif};
use crate::support::{Run, Scratch, gonogo};

fn check(scratch: &Scratch, arguments: &[&str], format: &str) -> String {
    let arguments = [["check", "--all"].as_slice(), arguments, &["--output", format]].concat();
    let Run { out, err, .. } = gonogo(scratch.path(), &arguments);
    assert_eq!(err, "");
    out
}

fn paths(scratch: &Scratch, arguments: &[&str]) -> [String; 5] {
    let first = |told: Vec<super::Told>| told.into_iter().next().expect("a finding").path;
    [
        first(sarif(&check(scratch, arguments, "sarif")).results),
        first(github(&check(scratch, arguments, "github")).findings.into_iter().map(|(_, told)| told).collect()),
        first(gitlab(&check(scratch, arguments, "gitlab")).0),
        first(junit(&check(scratch, arguments, "junit")).findings),
        first(markdown(&check(scratch, arguments, "markdown")).rows),
    ]
}

/// A forge finds a file by its path in the repository, whatever folder was judged.
#[test]
fn paths_are_those_of_the_repository() {
    let scratch = Scratch::new(&[("services/a b/db/1_a.sql", &indexes(1)), (".git/HEAD", "ref: refs/heads/main\n")]);
    for arguments in [["services/a b"], ["."], ["services/a b/db/1_a.sql"]] {
        assert_eq!(paths(&scratch, &arguments), ["services/a b/db/1_a.sql"; 5].map(str::to_owned), "{arguments:?}");
    }
    // People are told what lies below the folder that they named.
    let text = check(&scratch, &["services/a b"], "concise");
    assert!(text.starts_with("db/1_a.sql:1:1:"), "{text}");
    let category =
        |arguments: &[&str]| sarif(&check(&scratch, arguments, "sarif")).whole["runs"][0]["automationDetails"]["id"].clone();
    assert_eq!((category(&["services/a b"]), category(&["."])), ("gonogo/services/a%20b/".into(), "gonogo/".into()));
}

#[test]
fn outside_of_a_repository_paths_are_below_the_folder() {
    let scratch = Scratch::new(&[("a/db/1_a.sql", &indexes(1))]);
    assert_eq!(paths(&scratch, &["a"]), ["db/1_a.sql"; 5].map(str::to_owned));
}

#[test]
fn equal_files_of_several_roots_are_different_findings() {
    let scratch = Scratch::new(&[("a/db/1_a.sql", &indexes(2)), ("b/db/1_a.sql", &indexes(2))]);
    let (findings, _) = gitlab(&check(&scratch, &["a", "b"], "gitlab"));
    let paths: Vec<_> = findings.iter().map(|told| told.path.as_str()).collect();
    assert_eq!(paths, ["a/db/1_a.sql", "a/db/1_a.sql", "b/db/1_a.sql", "b/db/1_a.sql"]);
    // Even where the same folder is named twice.
    assert_eq!(gitlab(&check(&scratch, &["a", "a"], "gitlab")).0.len(), 4);
}

#[test]
fn file_names_are_links_only_where_a_terminal_follows_them() {
    let scratch = Scratch::new(&[("db/a b\u{202E}/1_a.sql", &indexes(1))]);
    let folder = scratch.path().canonicalize().expect("a folder");
    let text = |arguments: &[&str]| gonogo(scratch.path(), &[["check", "."].as_slice(), arguments].concat()).out;
    for arguments in [&[][..], &["--color", "always"], &["--hyperlinks", "auto"], &["--hyperlinks", "never", "--color", "always"]]
    {
        assert!(!text(arguments).contains("\x1b]8;"), "{arguments:?}");
    }
    let linked = text(&["--hyperlinks", "always"]);
    let address = format!("file://{}/db/a%20b%E2%80%AE/1_a.sql", folder.display());
    let wanted = format!("\x1b]8;;{address}\x1b\\db/a b<U+202E>/1_a.sql\x1b]8;;\x1b\\");
    assert_eq!(linked.matches("\x1b]8;;").count(), 2);
    assert!(linked.contains(&wanted), "{linked:?}");
    // Only the frame of the text report has them.
    assert!(!check(&scratch, &[".", "--hyperlinks", "always"], "concise").contains('\x1b'));
    let run =
        gonogo(scratch.path(), &["check", ".", "--hyperlinks", "always", "--output", "text=report.txt", "--output", "json"]);
    assert!(run.err.is_empty());
    let written = std::fs::read_to_string(scratch.path().join("report.txt")).expect("a report");
    assert!(written.contains("1_a.sql") && !written.contains('\x1b'), "{written:?}");
}
