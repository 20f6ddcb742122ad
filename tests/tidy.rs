//! The house rules: floors, doors, one page for each check, files and functions of a size that can be read.
//!
//! What a module must not know is the architecture; `src/lib.rs` tells it, this enforces it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use gonogo::rule::RULES;

/// From the ground up, as the table in `src/lib.rs` has it. A module may use what stands on a lower floor; neighbours on
/// one floor may not use each other.
static FLOORS: LazyLock<Vec<Vec<&str>>> = LazyLock::new(|| {
    include_str!("../src/lib.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! | [")?.split(" | ").next())
        .map(|modules| modules.split('`').skip(1).step_by(2).collect())
        .collect()
});

/// Where each third-party crate is let in.
const DOORS: &[(&str, &[&str])] = &[
    ("clap", &["cli.rs", "cli/"]),
    ("clap_complete", &["cli/completions.rs"]),
    ("globset", &["settings/paths.rs", "workspace/discover/promise.rs"]),
    ("granit_parser", &["document/yaml/granit.rs"]),
    ("ignore", &["workspace/discover.rs"]),
    ("miette", &["emit/text.rs"]),
    (
        "rayon",
        &["document/yaml.rs", "workspace.rs", "workspace/", "lint.rs", "lint/fingerprint.rs", "emit/text.rs", "cli/check.rs"],
    ),
    ("serde_json", &["config/schema.rs", "emit/escape.rs", "emit/sarif.rs", "emit/sarif/", "report/baseline.rs"]),
    ("serde_yaml", &["document/yaml/opinion.rs"]),
    ("sqlparser", &["document/sql/types.rs"]),
    ("supports_hyperlinks", &["cli.rs"]),
    ("toml_parser", &["document/toml.rs", "document/toml/"]),
    ("rustix", &["tree/disk/bytes.rs"]),
];

/// Only the tree opens files; the command line writes what it was asked for.
const FILE_SYSTEM: &[&str] = &["tree/disk.rs", "tree/disk/bytes.rs", "cli/check.rs", "cli/init.rs"];

const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 60;

struct File {
    /// Below `src`.
    path: String,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn sources(folder: &str) -> Vec<File> {
    let base = root().join(folder);
    let mut files = Vec::new();
    collect(&base, &mut files);
    let rust = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    rust.map(|path| {
        let below = path.strip_prefix(&base).expect("below").to_string_lossy().replace('\\', "/");
        File { path: below, text: fs::read_to_string(&path).expect("text").replace("\r\n", "\n") }
    })
    .collect()
}

/// The module of the crate that a file belongs to.
fn module(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap_or(path)
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// What follows `word` wherever it stands at the beginning of a path.
fn after<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(word).filter_map(move |(at, _)| {
        let before = text[..at].chars().next_back();
        let is_start = before.is_none_or(|before| !before.is_alphanumeric() && before != '_' && before != ':');
        is_start.then(|| &text[at + word.len()..])
    })
}

fn identifier(text: &str) -> &str {
    let end = text.find(|next: char| !next.is_alphanumeric() && next != '_').unwrap_or(text.len());
    &text[..end]
}

/// The code without its comments, which may speak of anything.
fn code(file: &File) -> String {
    let lines = file.text.split('\n').filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_module_stands_on_a_floor() {
    let modules: BTreeSet<String> = sources("src").iter().map(|file| module(&file.path).to_owned()).collect();
    let special = ["lib", "main"];
    let unknown: Vec<_> =
        modules.iter().filter(|module| floor(module).is_none() && !special.contains(&module.as_str())).collect();
    assert!(unknown.is_empty(), "say on which floor these stand: {unknown:?}");
}

#[test]
fn nobody_looks_up_or_sideways() {
    let mut wrong = Vec::new();
    for file in sources("src") {
        let here = module(&file.path).to_owned();
        let Some(level) = floor(&here) else { continue };
        assert!(
            !file.text.contains("use crate::{"),
            "src/{}: one `use` for each module, so that this test can read them",
            file.path
        );
        for used in after(&code(&file), "crate::").map(identifier) {
            let looks_down = floor(used).is_none_or(|other| other < level || used == here);
            if !looks_down {
                wrong.push(format!("src/{} uses {used}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn families_of_checks_do_not_know_each_other() {
    for file in sources("src/checks") {
        let foreign: Vec<_> = after(&code(&file), "crate::checks").map(str::to_owned).collect();
        assert!(foreign.is_empty(), "src/checks/{} looks into other checks", file.path);
    }
}

#[test]
fn third_party_types_stop_at_their_doors() {
    let mut wrong = Vec::new();
    for file in sources("src") {
        let code = code(&file);
        for (guest, doors) in DOORS {
            let enters = after(&code, &format!("{guest}::")).next().is_some();
            let allowed = doors.iter().any(|door| file.path == *door || (door.ends_with('/') && file.path.starts_with(door)));
            if enters && !allowed {
                wrong.push(format!("src/{} lets {guest} in", file.path));
            }
        }
        let opens_files = ["std::fs", "fs::read", "File::open", "std::net"].iter().any(|word| code.contains(word));
        // It knows no lone CR; the line index of the source does.
        if code.contains(".lines()") {
            wrong.push(format!("src/{} uses str::lines", file.path));
        }
        if code.contains("Command::new") && file.path != "tree/git/process.rs" {
            wrong.push(format!("src/{} starts a program", file.path));
        }
        if opens_files && !FILE_SYSTEM.contains(&file.path.as_str()) {
            wrong.push(format!("src/{} opens files", file.path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_door_leads_somewhere() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let sources = sources("src");
    for (guest, doors) in DOORS {
        assert!(manifest.contains(&guest.replace('_', "-")) || manifest.contains(guest), "{guest} is no dependency");
        let used = |file: &&File| {
            doors.iter().any(|door| file.path.starts_with(door)) && after(&code(file), &format!("{guest}::")).next().is_some()
        };
        assert!(sources.iter().any(|file| used(&file)), "nobody uses {guest} any more");
    }
}

#[test]
fn each_check_has_its_page_and_each_page_its_check() {
    // What checks of a family share is none.
    let is_check = |file: &File| file.path.contains('/') && file.text.contains("\npub fn check(");
    let checks: BTreeSet<String> =
        sources("src/checks").iter().filter(|file| is_check(file)).map(|file| file.path.clone()).collect();
    let pages: BTreeSet<String> =
        RULES.iter().map(|rule| format!("{}/{}.rs", rule.family.word(), rule.name.replace('-', "_"))).collect();
    assert_eq!(checks, pages);
    for file in sources("src/checks").iter().filter(|file| is_check(file)) {
        let page = format!("//! See rules/{}.md", file.path.trim_end_matches(".rs").replace('_', "-"));
        assert!(file.text.starts_with(&page), "src/checks/{} must begin with `{page}`", file.path);
    }
}

#[test]
fn nothing_but_pages_knows_a_rule_by_name() {
    for file in sources("src").iter().filter(|file| !file.path.starts_with("checks")) {
        // Tests inside a file and comments may speak of rules.
        let code = code(file);
        let code = code.split("#[cfg(test)]").next().unwrap_or_default();
        for rule in RULES {
            assert!(!code.contains(&format!("\"{}\"", rule.name)), "src/{} knows {}", file.path, rule.name);
        }
    }
}

#[test]
fn files_can_be_read_in_one_sitting() {
    let mut long = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for file in sources(folder) {
            let lines = file.text.split('\n').count() - 1;
            if lines > LONGEST_FILE {
                long.push(format!("{folder}/{}: {lines} lines", file.path));
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn functions_fit_on_a_screen() {
    let mut long = Vec::new();
    for folder in ["src", "tests"] {
        for file in sources(folder) {
            for (name, lines) in functions(&file.text) {
                if lines > LONGEST_FUNCTION {
                    long.push(format!("{folder}/{}: {name} has {lines} lines", file.path));
                }
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

/// Every function with its number of lines, as rustfmt indents them.
fn functions(text: &str) -> Vec<(String, usize)> {
    let mut functions = Vec::new();
    let mut open: Vec<(usize, String, usize)> = Vec::new();
    for (at, line) in text.split('\n').enumerate() {
        let indent = line.len() - line.trim_start().len();
        let words = line.trim_start();
        let is_head = ["fn ", "pub fn ", "const fn ", "pub const fn "].iter().any(|head| words.starts_with(head));
        if is_head && !words.ends_with(';') && !words.ends_with('}') {
            let name = words.split("fn ").nth(1).map(identifier).unwrap_or_default();
            open.push((indent, name.to_owned(), at));
        } else if words == "}" && open.last().is_some_and(|(level, ..)| *level == indent) {
            let (_, name, start) = open.pop().expect("just seen");
            functions.push((name, at + 1 - start));
        }
    }
    functions
}

#[test]
fn comments_promise_nothing_for_later() {
    let later = ["TO", "FIX", "XX"].map(|start| {
        format!(
            "{start}{}",
            if start == "TO" {
                "DO"
            } else if start == "FIX" {
                "ME"
            } else {
                "X"
            }
        )
    });
    for folder in ["src", "benches"] {
        for file in sources(folder) {
            for line in file.text.split('\n').filter(|line| line.trim_start().starts_with("//")) {
                assert!(!later.iter().any(|word| line.contains(word.as_str())), "{folder}/{}: {line}", file.path);
            }
        }
    }
}

#[test]
fn no_glob_and_no_panic_words_reach_people() {
    for file in sources("src").iter().filter(|file| file.path.starts_with("checks/")) {
        for word in ["unwrap()", "expect(", "panic!", "issue", "violation"] {
            assert!(!code(file).contains(word), "src/{}: `{word}`", file.path);
        }
    }
}
