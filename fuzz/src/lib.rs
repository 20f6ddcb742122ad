//! What each target does with the bytes it is given. The checks themselves are those of the ordinary tests.

#![forbid(unsafe_code)]

#[path = "../../tests/mutate.rs"]
pub mod mutate;
#[path = "../../tests/sound.rs"]
mod sound;

use gonogo::emit::Format;

/// The targets: the readers, the suppression comment, what a file is taken for, the writers.
pub const TARGETS: &[&str] = &[
    "yaml",
    "sql",
    "dotenv",
    "template",
    "suppression",
    "kinds",
    "text",
    "concise",
    "json",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "markdown",
];

/// Runs one target on some bytes; panics where something does not hold.
pub fn run(target: &str, bytes: &[u8]) {
    match target {
        "yaml" => sound::yaml(bytes),
        "sql" => sound::sql(bytes),
        "dotenv" => sound::dotenv(bytes),
        "template" => sound::template(bytes),
        "suppression" => sound::suppression(bytes),
        "kinds" => sound::kinds(bytes),
        _ => match Format::ALL.iter().find(|(name, _)| *name == target) {
            Some((_, format)) => writer(*format, bytes),
            None => panic!("there is no target {target}"),
        },
    }
}

/// The first byte decides what kind of file it is, so that one target sees all three.
fn writer(format: Format, bytes: &[u8]) {
    let paths = ["k8s/\u{1b}a.yaml", "db/\u{202E}1_a.sql", "::a/.env.production"];
    let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
    sound::writer(format, paths[usize::from(*first) % paths.len()], rest);
}
