//! gonogo answers one question before a release leaves: go or no-go?
//!
//! It reads the files that a release is made of (database migrations, Kubernetes manifests, environment configuration),
//! understands what they will do in production, and names every risk at its exact place, with the safe way beside it.
//! The scanned repository is data: nothing in it is executed, nothing outside it is read, nothing of it can forge output.
//!
//! # Reading order
//!
//! [`cli`]'s `check.rs` reads like the eight steps of a run: parse arguments, find the configuration, discover files,
//! read and parse them, derive facts, run checks, apply suppressions and thresholds, write reports and exit. From there
//! follow one finding downwards: `checks/migration/blocking_index.rs` asks [`database`] for an effect, which
//! [`workspace::history`] got by replaying the statements that [`document::sql`] read from a [`source::Source`].
//!
//! # Floors
//!
//! A module may use what stands below it, never what stands above or beside it; `tests/tidy.rs` reads
//! this table and enforces it.
//!
//! | floor | what it must not know |
//! |---|---|
//! | [`near`], [`path`], [`timings`], [`untrusted`] | anything else |
//! | [`guard`], [`source`] | what a file is about |
//! | [`tree`], [`diagnostic`] | who asks for a file, and who reports a finding |
//! | [`settings`] | where values come from |
//! | [`document`] | other documents |
//! | [`database`] | files, frameworks, rules |
//! | [`workspace`] | rules |
//! | [`rule`] | any rule by name |
//! | [`checks`], [`config`] | each other; checks: identifiers, severities, addresses; config: how a rule judges |
//! | [`lint`] | any rule by name |
//! | [`report`] | formats |
//! | [`emit`] | how a report came about |
//! | [`cli`] | everything but arguments and exit codes |
//!
//! A third-party type stops at one door: sqlparser in `document/sql/types.rs`, granit and `serde_yaml` in
//! `document/yaml/`, `toml_parser` in `document/toml.rs` and below it, miette in `emit/text.rs`, `serde_json` in
//! `config/schema.rs`, `emit/escape.rs` and `emit/sarif/`, clap and `supports_hyperlinks` in `cli`, rustix in
//! `tree/disk/bytes.rs`, ignore in `workspace/discover.rs`, globset there and in `settings/paths.rs`.
//!
//! # Words
//!
//! A *document* is a parsed file; the *workspace* all documents and the facts joined from them; an *effect* what a
//! statement does to a database; a *rule* a page plus a *check*; a *finding* one reported risk. Answers are yes, no or
//! unknown ([`document::Known`]), and unknown never becomes a silent pass: what was not judged is counted, and named.

pub mod checks;
pub mod cli;
pub mod config;
pub mod database;
pub mod diagnostic;
pub mod document;
pub mod emit;
pub mod guard;
pub mod lint;
pub mod near;
pub mod path;
pub mod report;
pub mod rule;
pub mod settings;
pub mod source;
pub mod timings;
pub mod tree;
pub mod untrusted;
pub mod workspace;
