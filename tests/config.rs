//! `gonogo.toml`: what holds where, who wins, and what is wrong with a file.

mod confined;
mod errors;
mod generated;
mod levels;
mod precedence;
mod schema;

use gonogo::report::Root;
use gonogo::settings::Settings;
use gonogo::tree::Memory;

use crate::support::configured;

/// Files of a repository in memory.
fn tree(files: &[(&str, &str)]) -> Memory {
    files.iter().map(|(path, text)| (*path, *text)).collect()
}

/// What holds for the topmost folder.
fn settings(files: &[(&str, &str)]) -> Settings {
    configured(&tree(files), "", &[]).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// Every finding as `severity rule path`, in order.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    judged(files, &settings(files))
}

fn judged(files: &[(&str, &str)], settings: &Settings) -> Vec<String> {
    let root = Root::judge(&tree(files), "", "", settings);
    let told = root.findings.iter().map(|finding| {
        let path = root.workspace.path(finding.diagnostic.primary.place.source);
        format!("{} {} {path}", finding.diagnostic.severity, finding.rule.name)
    });
    told.collect()
}

/// A high finding of `blocking-index` and a medium one of `dropped-column`.
const SQL: &str = "CREATE INDEX i ON t (a);\nSET lock_timeout = 9; ALTER TABLE t DROP COLUMN IF EXISTS c;\n";
