//! Both gears read every text alike: the same documents, nodes, texts, comments and refusals.
//!
//! The texts are the fixtures, the cases of the YAML test suite (`tests/data/`, MIT, see its licence there), seeded
//! mutations of both, and on request any folder: `GONOGO_CORPUS=folder cargo test --release real_yaml -- --ignored
//! --nocapture`. `GONOGO_MUTATIONS=1000000` and `GONOGO_SEED=7` make a longer run, or another one.

use std::fs;
use std::path::Path;

use gonogo::document::yaml::Yaml;
use gonogo::source::Source;

use crate::alike::{Seen, compare};
use crate::mutate::{Dice, YAML, mutate};
use crate::support::{files_below, from_environment, root};

/// A case of the suite: its name, whether a reader must refuse it, its text.
pub type Case = (String, bool, String);

pub fn suite() -> Vec<Case> {
    let text = fs::read_to_string(root().join("tests/data/yaml-test-suite.json")).expect("the test suite");
    serde_json::from_str(&text).expect("cases")
}

/// All texts that mutations start from.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = suite().into_iter().map(|(_, _, text)| text.into_bytes()).collect();
    let fixtures = files_below(&root().join("fixtures")).into_iter().filter(|path| is_yaml(path));
    seeds.extend(fixtures.map(|path| fs::read(path).expect("a fixture")));
    seeds
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known))
}

/// Panics with the shortest text that still shows the difference.
fn assert_same(what: &str, bytes: &[u8]) -> Seen {
    let seen = compare(bytes);
    if seen.difference.is_none() {
        return seen;
    }
    let mut short = bytes.to_vec();
    let mut step = short.len() / 2 + 1;
    while step > 0 {
        let mut at = 0;
        while at < short.len() {
            let mut shorter = short.clone();
            shorter.drain(at..(at + step).min(short.len()));
            if compare(&shorter).difference.is_some() {
                short = shorter;
            } else {
                at += step;
            }
        }
        step /= 2;
    }
    let difference = compare(&short).difference.unwrap_or_default();
    panic!("{what}: the gears differ on {:?}\n{difference}", String::from_utf8_lossy(&short));
}

#[test]
fn the_gears_agree_on_all_fixtures_and_on_the_test_suite() {
    for path in files_below(&root().join("fixtures")) {
        assert_same(&path.display().to_string(), &fs::read(&path).expect("a fixture"));
    }
    for (name, _, text) in suite() {
        assert_same(&name, text.as_bytes());
        // As Windows writes it, and without its last line break.
        assert_same(&name, text.replace('\n', "\r\n").as_bytes());
        assert_same(&name, text.trim_end().as_bytes());
    }
}

#[test]
fn the_gears_agree_on_mutations() {
    let seeds = seeds();
    let count = from_environment("GONOGO_MUTATIONS", 10_000);
    let first = from_environment("GONOGO_SEED", 0);
    for number in first..first + count {
        let mut dice = Dice::new(number);
        let seed = dice.pick(&seeds);
        let text = mutate(&mut dice, seed, YAML);
        assert_same(&format!("mutation {number}"), &text);
    }
}

/// Where we and the suite differ over what is YAML. A case on neither side of these lists is judged as the suite does.
#[test]
fn the_test_suite_is_judged_as_it_wants_to_be() {
    let mut accepted = Vec::new();
    let mut unwanted = Vec::new();
    for (name, is_error, text) in suite() {
        let source = Source::decode("x.yaml", text.into_bytes());
        let refuses = Yaml::read(&source).parts.iter().any(|part| part.error.is_some() || part.overruled.is_some());
        match (is_error, refuses) {
            (true, false) => accepted.push(name),
            (false, true) => unwanted.push(name),
            _ => {}
        }
    }
    // A flow collection whose lines are not indented: granit takes it.
    assert_eq!((accepted, unwanted), (vec!["9C9N".to_owned()], Vec::new()));
}

#[test]
#[ignore = "reads the folder that GONOGO_CORPUS names"]
#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
fn real_yaml_is_read_alike_by_both_gears() {
    let Some(folder) = std::env::var_os("GONOGO_CORPUS") else { return };
    let (mut files, mut parts, mut fast, mut bytes_read) = (0, 0, 0, 0);
    for path in files_below(Path::new(&folder)).into_iter().filter(|path| is_yaml(path)) {
        let Ok(bytes) = fs::read(&path) else { continue };
        let seen = assert_same(&path.display().to_string(), &bytes);
        files += 1;
        parts += seen.parts;
        fast += seen.fast;
        bytes_read += bytes.len();
    }
    // In hundredths of a percent, cut off: 99.99 is not 100.
    let share = (fast * 10_000).checked_div(parts).unwrap_or(0);
    println!(
        "{files} files, {bytes_read} bytes, {parts} documents, {fast} of them ({}.{:02} %) read by the fast gear",
        share / 100,
        share % 100
    );
}
