//! What does a program read by name from the environment that it runs in?
//!
//! Ten languages are not parsed for this: each has a few texts that every such read begins with (`process.env`,
//! `os.environ[`), which are searched for, and what stands around a hit tells whether the program can do without. What a
//! search cannot see, such as a name that is put together, is not there, so nobody may conclude that nothing reads a
//! setting. What pipelines and scripts ask for are whole files of settings ([`files`]).

mod around;
pub mod choices;
mod commands;
pub mod composed;
pub mod files;
mod language;
pub mod path;
pub mod pipeline;
mod schema;
mod shell;

use std::collections::HashSet;

use crate::document::used::{Use, teller, uses};
use crate::path::parted;
use crate::source::{Source, Span};
use around::Around;
use files::{Asked, names_settings};
use language::{Language, Pattern, Shape};
use pipeline::{is_pipeline, may_be_pipeline};

/// A file of a program that reads settings, or a pipeline that asks for files of them.
#[derive(Debug, Default)]
pub struct Consumer {
    /// What it reads, in order.
    pub reads: Vec<Read>,
    /// The files that it asks for, in order.
    pub files: Vec<Asked>,
    /// It is no program, but what deploys one.
    pub is_pipeline: bool,
    /// It is a program that names files of settings.
    pub names_settings: bool,
    /// The versions of languages and servers that it names, in order.
    pub uses: Vec<Use>,
}

/// One read of a setting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Read {
    /// The name as the program writes it.
    pub name: Box<str>,
    /// Where.
    pub place: Span,
    /// Whether it can do without.
    pub need: Need,
}

/// Whether a program can do without a setting.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Need {
    /// It has a default, or asks first whether it is there.
    Optional,
    /// It reads it, and nothing beside it says what happens where it is not there.
    Plain,
    /// It fails where it is not there.
    Must,
}

/// Whether the path of a file promises a program that runs in production (known language, no test, no tool), or a pipeline.
pub fn may_read(path: &str) -> bool {
    const ASIDE: &[&str] = &[
        "test",
        "tests",
        "spec",
        "specs",
        "e2e",
        "cypress",
        "playwright",
        "example",
        "examples",
        "docs",
        "doc",
        "scripts",
        "script",
        "tools",
        "benchmark",
        "benchmarks",
        "bench",
        "benches",
        "stories",
        "mocks",
        "__mocks__",
        "migrations",
        "dist",
        "build",
        ".github",
    ];
    const TOOLS: &[&str] = &["playwright", "vitest", "jest", "cypress", "drizzle", "knexfile", "wdio", "conftest"];
    let (folders, name) = parted(path);
    let stem = name.split('.').next().unwrap_or(name);
    let is_test = || {
        name.split('.').skip(1).any(|part| part.ends_with("test") || part.ends_with("spec"))
            || name.contains(".stories.")
            || name.contains(".d.ts")
            || name.contains(".min.")
            || stem.ends_with("_test")
            || stem.ends_with("_spec")
            || stem.ends_with("Test")
            || stem.ends_with("Tests")
            || stem.starts_with("test_")
    };
    // What is asked last is told by few.
    may_be_pipeline(path)
        || teller(path).is_some()
        || shell::may_ask(path)
        || Language::of_path(path).is_some()
            && !is_test()
            && !TOOLS.contains(&stem)
            && !folders.split('/').any(|folder| ASIDE.contains(&folder.to_ascii_lowercase().as_str()))
}

/// A quick look before any decoding: whether any text that begins a read is there, or the name of a file of settings.
pub fn may_hold_reads(path: &str, bytes: &[u8]) -> bool {
    let has = |text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    let reads = |language: Language| language.patterns().any(|pattern| has(pattern.begins)) || schema::may_be(has);
    // A workflow may only say what fills the hole in a path that another one asks for.
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    if is_pipeline(path, bytes) {
        return is_yaml || files::may_ask(has) || (shell::may_ask(path) && shell::may_hold_reads(has));
    }
    teller(path).is_some()
        || (shell::may_ask(path) && shell::may_hold_reads(has))
        || Language::of_path(path).is_some_and(|language| reads(language) || names_settings(bytes))
}

/// So many reads of one file are kept.
const MOST: usize = 10_000;

impl Consumer {
    /// Reads a file of a program.
    pub fn read(source: &Source) -> Self {
        let text = source.text();
        let mut reads = Vec::new();
        if shell::may_ask(source.path()) {
            shell::read(source.path(), text, &mut reads);
            settle(&mut reads);
        }
        if is_pipeline(source.path(), text.as_bytes()) {
            // Whoever only says what fills a hole is a witness, too.
            let uses = uses(source.path(), text);
            return Self { reads, files: files::asked(text), is_pipeline: true, uses, ..Self::default() };
        }
        let uses = uses(source.path(), text);
        let Some(language) = Language::of_path(source.path()) else { return Self { reads, uses, ..Self::default() } };
        for pattern in language.patterns() {
            for (at, _) in text.match_indices(pattern.begins) {
                if reads.len() < MOST && is_word_start(text, at, pattern.begins) {
                    take(language, pattern, text, at, &mut reads);
                }
            }
        }
        schema::read(language, text, &mut reads);
        if language == Language::Python {
            reads.extend(asked_in_python(text));
        }
        reads.sort_by_key(|read| (read.place, read.need));
        reads.dedup_by_key(|read| read.place);
        settle(&mut reads);
        Self { reads, uses, names_settings: names_settings(text.as_bytes()), ..Self::default() }
    }
}

fn is_word_start(text: &str, at: usize, begins: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let starts_word = begins.as_bytes().first().copied().is_some_and(is_inner);
    !(starts_word && text.as_bytes()[..at].last().copied().is_some_and(is_inner))
}

fn take(language: Language, pattern: &Pattern, text: &str, at: usize, reads: &mut Vec<Read>) {
    let around = |end| Around::of(language, text, at, end);
    if pattern.shape == Shape::Property
        && let Some(names) = around::destructured(text, at)
    {
        let names = names.into_iter().filter(|(name, ..)| is_name(name));
        reads.extend(names.map(|(name, place, need)| Read { name: name.into(), place, need }));
        return;
    }
    let Some((place, end)) = pattern.shape.name(text, at + pattern.begins.len()) else { return };
    let name = &text[place.range()];
    if !is_name(name) || around(end).is_comment() {
        return;
    }
    let has_default = match language {
        Language::Terraform => around::has_default(text, end),
        _ => pattern.has_default && text[end..].trim_start().starts_with(','),
    };
    let need = if has_default { Some(Need::Optional) } else { around(end).need(pattern.need) };
    reads.extend(need.map(|need| Read { name: pattern.named(name).into(), place, need }));
}

/// `"NAME" in os.environ`
fn asked_in_python(text: &str) -> impl Iterator<Item = Read> {
    text.match_indices(" in os.environ").filter_map(|(at, _)| {
        let before = text[..at].trim_end_matches(" not");
        let quote = before.chars().next_back().filter(|last| matches!(last, '"' | '\''))?;
        let inner = &before[..before.len() - 1];
        let start = inner.rfind(quote)? + 1;
        let name = &inner[start..];
        is_name(name).then(|| Read { name: name.into(), place: Span::new(start, inner.len()), need: Need::Optional })
    })
}

fn is_name(name: &str) -> bool {
    (2..=128).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-[]".contains(&byte))
}

/// Who asks in one place whether a setting is there can do without it in the others.
fn settle(reads: &mut [Read]) {
    let optional: HashSet<Box<str>> =
        reads.iter().filter(|read| read.need == Need::Optional).map(|read| read.name.clone()).collect();
    for read in reads.iter_mut().filter(|read| optional.contains(&read.name)) {
        read.need = Need::Optional;
    }
}

#[cfg(test)]
mod tests;
