//! Ten thousand broken files for each reader, the same every time, and none of them a surprise.
//!
//! `GONOGO_MUTATIONS` and `GONOGO_SEED` make a longer run, or another one; `fuzz/` does the same in bulk.

use std::fs;
use std::panic::catch_unwind;

use gonogo::emit::Format;

use crate::gears;
use crate::mutate::{CONFIG, Dice, PAIRS, PAIRS_FILES, SETTINGS, SQL, SQL_FILES, YAML, mutate};
use crate::recognised::POSTGRES_FILES;
use crate::reports::readers;
use crate::sound;
use crate::support::{files_below, from_environment, root};

const COUNT: u64 = 10_000;

fn fixtures(wanted: impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
    let files = files_below(&root().join("fixtures")).into_iter();
    let ours = files.filter(|path| wanted(&path.to_string_lossy()));
    ours.map(|path| fs::read(path).expect("a fixture")).collect()
}

fn sql_fixtures() -> Vec<Vec<u8>> {
    fixtures(|path| path.ends_with(".sql"))
}

fn settings_fixtures() -> Vec<Vec<u8>> {
    fixtures(|path| path.contains(".env"))
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Runs a check on mutations and truncations of texts; what fails is shown with its number.
fn on_mutations(count: u64, seeds: &[Vec<u8>], pieces: &[&str], check: impl Fn(&[u8]) + std::panic::RefUnwindSafe) {
    assert!(!seeds.is_empty());
    let count = from_environment("GONOGO_MUTATIONS", count);
    let first = from_environment("GONOGO_SEED", 0);
    for number in first..first + count {
        let mut dice = Dice::new(number);
        let seed = dice.pick(seeds);
        // Long fixtures are no better than their parts, and slower.
        let start = dice.roll(seed.len().saturating_sub(2000));
        let text = mutate(&mut dice, &seed[start..seed.len().min(start + 2000)], pieces);
        let held = catch_unwind(|| check(&text)).is_ok();
        assert!(held, "mutation {number} is {:?}", String::from_utf8_lossy(&text));
    }
}

#[test]
fn yaml_is_read_whatever_it_is() {
    on_mutations(COUNT, &gears::seeds(), YAML, sound::yaml);
}

#[test]
fn sql_is_read_whatever_it_is() {
    let mut seeds = sql_fixtures();
    seeds.extend(texts(SQL_FILES));
    seeds.extend(texts(POSTGRES_FILES));
    on_mutations(COUNT, &seeds, SQL, sound::sql);
}

#[test]
fn pairs_are_read_whatever_they_are() {
    on_mutations(COUNT, &texts(PAIRS_FILES), PAIRS, sound::pairs);
}

#[test]
fn json_with_comments_is_read_whatever_it_is() {
    on_mutations(COUNT, &texts(PAIRS_FILES), PAIRS, sound::jsonc);
}

#[test]
fn settings_are_read_whatever_they_are() {
    on_mutations(COUNT, &settings_fixtures(), SETTINGS, sound::dotenv);
}

#[test]
fn templates_are_masked_whatever_they_are() {
    let mut seeds = fixtures(|path| path.ends_with(".yaml"));
    seeds.push(
        b"a: {{ .b }}\n  {{- if .c }}\n\n{{- /* d\n */}} {{ e }}\n${F} ((g)) <%= h %> {% i %}\n{{- toYaml .j | nindent 8 }}\n"
            .to_vec(),
    );
    on_mutations(COUNT, &seeds, YAML, sound::template);
}

#[test]
fn comments_are_read_whatever_they_are() {
    let seeds = [
        "-- gonogo: allow blocking-index because it is small",
        "# gonogo: allow missing-down until 2999-01-31 because we never go back",
        "/* gonogo: allow dropped-column until 2001-01-01 because x */",
    ];
    let seeds = texts(&seeds);
    let pieces = [
        "gonogo:",
        "allow",
        " because ",
        " until ",
        "…",
        "*/",
        " ",
        "\t",
        "\n",
        "\u{A0}",
        "\u{2028}",
        "missing-down",
        "ä",
        "2027-01-31",
        "-",
    ];
    on_mutations(COUNT, &seeds, &pieces, sound::suppression);
}

#[test]
fn baselines_are_read_whatever_they_are() {
    let entry = r#",{"rule":"missing-down","path":"db/1_a.sql","fingerprint":"0123456789abcdef","hint":"ä \u202e\n"}"#;
    let seed = format!("[{{\"gonogo-baseline\":1,\"about\":\"x\"}}\n{entry}\n{}\n]\n", entry.replace("1_a", "2_b"));
    let pieces = [
        "[",
        "]",
        "{",
        "}",
        ",",
        "\"",
        "\"rule\":",
        "\"path\":\"\"",
        "null",
        "1e99",
        "\\ud800",
        "\0",
        "<<<<<<<",
        "\n",
        "\u{FEFF}",
    ];
    on_mutations(COUNT, &[seed.into_bytes()], &pieces, sound::baseline);
}

#[test]
fn configurations_are_read_whatever_they_say() {
    let seeds = fixtures(|path| path.ends_with("toml"));
    on_mutations(COUNT / 2, &seeds, CONFIG, sound::config);
}

#[test]
fn kinds_are_told_whatever_they_are() {
    let mut seeds = fixtures(|path| path.ends_with(".yaml"));
    for path in files_below(&root().join("fixtures")) {
        seeds.push(path.strip_prefix(root()).expect("below").to_string_lossy().into_owned().into_bytes());
    }
    seeds.push(b"db/migrations/V1.2__a.sql\nU3__x.sql\n20240101000000_a.up.sql\nprisma/migrations/1_a/migration.sql\n.env.production.local".to_vec());
    let pieces = [
        "/",
        ".",
        "_",
        "__",
        "V",
        "R__",
        "U",
        "99999999999999999999999999999999999999999",
        ".sql",
        ".up.sql",
        ".env",
        "apiVersion: v1\n",
        "kind: Pod\n",
        "ä",
        "\"",
        "{",
    ];
    on_mutations(COUNT, &seeds, &pieces, sound::kinds);
}

#[test]
fn reports_are_written_whatever_was_read() {
    let kinds = [
        ("k8s/\u{1b}a.yaml", fixtures(|path| path.ends_with(".yaml")), YAML),
        ("db/\u{202E}1_a.sql", sql_fixtures(), SQL),
        ("::a/.env.production", settings_fixtures(), SETTINGS),
        ("a/docker-compose.prod.yml", fixtures(|path| path.ends_with("compose.yaml")), SETTINGS),
    ];
    for (path, seeds, pieces) in kinds {
        for (_, format) in Format::ALL {
            on_mutations(300, &seeds, pieces, |text| readers::assert_readable(format, &sound::writer(format, path, text)));
        }
    }
}
