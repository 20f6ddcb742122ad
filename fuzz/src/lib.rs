//! What each target does with the bytes it is given. The checks themselves are those of the ordinary tests.

#![forbid(unsafe_code)]

#[path = "../../tests/alike.rs"]
pub mod alike;
#[path = "../../tests/mutate.rs"]
pub mod mutate;
#[path = "../../tests/sound.rs"]
mod sound;

use gonogo::emit::Format;

/// The targets beside the writers: the readers, the suppression comment, the baseline, the configuration, what a file is taken for.
const READERS: &[&str] =
    &["yaml", "gears", "sql", "dotenv", "pairs", "jsonc", "template", "suppression", "baseline", "config", "kinds"];

/// All targets: each format of the report is one, too.
pub fn targets() -> impl Iterator<Item = &'static str> {
    READERS.iter().copied().chain(Format::ALL.iter().map(|(name, _)| *name))
}

/// Whether a target takes a file of any kind, the first byte says which, and writes a report.
pub fn is_writer(target: &str) -> bool {
    Format::ALL.iter().any(|(name, _)| *name == target)
}

/// Runs one target on some bytes; panics where something does not hold.
pub fn run(target: &str, bytes: &[u8]) {
    match target {
        "yaml" => sound::yaml(bytes),
        "gears" => {
            let difference = alike::compare(bytes).difference;
            assert!(difference.is_none(), "the gears differ: {}", difference.unwrap_or_default());
        }
        "sql" => sound::sql(bytes),
        "dotenv" => sound::dotenv(bytes),
        "pairs" => sound::pairs(bytes),
        "jsonc" => sound::jsonc(bytes),
        "template" => sound::template(bytes),
        "suppression" => sound::suppression(bytes),
        "baseline" => sound::baseline(bytes),
        "config" => sound::config(bytes),
        "kinds" => sound::kinds(bytes),
        _ => {
            let format = Format::ALL.into_iter().find(|(name, _)| *name == target);
            writer(format.unwrap_or_else(|| panic!("there is no target {target}")).1, bytes);
        }
    }
}

/// The first byte decides what kind of file it is, so that one target sees all three.
fn writer(format: Format, bytes: &[u8]) {
    let paths = ["k8s/\u{1b}a.yaml", "db/\u{202E}1_a.sql", "::a/.env.production"];
    let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
    sound::writer(format, paths[usize::from(*first) % paths.len()], rest);
}
