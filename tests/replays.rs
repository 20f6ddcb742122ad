//! Real incidents, rebuilt as small repositories: each is caught at its line, and silent once it is repaired.
//!
//! A folder of `tests/data/replays` holds `bad/`, `before/` (the same without what went wrong) and `expect.toml`, which says
//! where a fair finding points and which words the name of its rule may have.

use std::fs;
use std::path::{Path, PathBuf};

use gonogo::report::Root;
use gonogo::tree::Memory;

use crate::support::configured;

/// What `expect.toml` says.
#[derive(Default)]
struct Expected {
    /// Files and lines that a finding may point at.
    places: Vec<(String, u32)>,
    /// One of these is part of the rule's name.
    families: Vec<String>,
}

impl Expected {
    fn read(path: &Path) -> Self {
        let mut expected = Self::default();
        let mut file = String::new();
        let text = fs::read_to_string(path).expect("expect.toml").replace("\r\n", "\n");
        for (key, value) in text.split('\n').filter_map(|line| line.split_once(" = ")) {
            match key {
                "file" => value.trim_matches('"').clone_into(&mut file),
                "line" => expected.places.push((file.clone(), value.parse().expect("a line"))),
                "families" => expected.families = value.split('"').skip(1).step_by(2).map(str::to_owned).collect(),
                _ => {}
            }
        }
        assert!(!expected.places.is_empty() && !expected.families.is_empty(), "{}", path.display());
        expected
    }

    fn is_about(&self, rule: &str) -> bool {
        self.families.iter().any(|word| rule.contains(word.as_str()))
    }
}

/// Rules with the places of their findings.
fn judged(folder: &Path) -> Vec<(&'static str, String, u32)> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    let below = |path: &Path| path.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/");
    let tree: Memory = files.iter().map(|path| (below(path), fs::read_to_string(path).expect("text"))).collect();
    let settings = configured(&tree, "", &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    let root = Root::judge(&tree, "", "", &settings);
    root.findings
        .iter()
        .map(|finding| {
            let primary = finding.diagnostic.primary.place;
            (finding.rule.name, root.workspace.path(primary.source).to_owned(), root.workspace.line(primary))
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

#[test]
fn each_incident_is_caught_at_its_line_and_silent_when_repaired() {
    let replays = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/replays");
    let mut folders: Vec<PathBuf> =
        fs::read_dir(&replays).expect("replays").map(|entry| entry.expect("an entry").path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    assert!(!folders.is_empty());
    let mut wrong = Vec::new();
    for folder in folders {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let expected = Expected::read(&folder.join("expect.toml"));
        let found = judged(&folder.join("bad"));
        let hit = |(rule, file, line): &&(&'static str, String, u32)| {
            expected.is_about(rule) && expected.places.iter().any(|place| place.0 == *file && place.1 == *line)
        };
        let caught: Vec<&str> = found.iter().filter(hit).map(|(rule, ..)| *rule).collect();
        if caught.is_empty() {
            wrong.push(format!("{name}: not caught; found {found:?}"));
        }
        let still = judged(&folder.join("before"));
        wrong.extend(
            still.iter().filter(|(rule, ..)| caught.contains(rule)).map(|said| format!("{name}: repaired, and yet {said:?}")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
