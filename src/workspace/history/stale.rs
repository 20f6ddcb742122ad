//! Do the checksums that lie in the tree fit the migrations?

use std::collections::HashMap;

use super::Migration;
use crate::diagnostic::SourceId;
use crate::document::Document;
use crate::document::migration::framework::Framework;
use crate::document::migration::sum::{Running, lines};
use crate::path;
use crate::source::Encoding;

/// A migration that a checksum does not fit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stale {
    /// Its file.
    pub source: SourceId,
    /// The file that holds the checksum.
    pub file: String,
    /// What does not fit.
    pub why: String,
    /// What to do about it.
    pub help: String,
}

/// What `atlas.sum` says of migrations, as far as it is known: a file that asks to be left out ends the reading.
pub(super) fn atlas<'d>(
    text: &str,
    path: &str,
    migrations: &[Migration],
    document: impl Fn(SourceId) -> &'d Document,
) -> Vec<Stale> {
    let folder = path::folder(path);
    let help =
        format!("look at what changed, then:\natlas migrate hash --dir file://{}", if folder.is_empty() { "." } else { folder });
    let stale = |source, why: &str| Stale { source, file: "atlas.sum".to_owned(), why: why.to_owned(), help: help.clone() };
    let sources = || migrations.iter().flat_map(Migration::parts).map(|script| script.source);
    let mut files: HashMap<&str, SourceId> = HashMap::new();
    for source in sources() {
        let path = document(source).source.path();
        if path::folder(path) == folder {
            files.insert(document(source).source.name(), source);
        }
    }
    let mut running = Running::default();
    let listed = lines(text);
    for line in &listed {
        let Some(source) = files.get(line.name.as_str()) else {
            let last = migrations.iter().rev().flat_map(|migration| &migration.up).next().map(|script| script.source);
            let why = format!("it lists {}, which is not there", line.name);
            return last.map(|last| stale(last, &why)).into_iter().collect();
        };
        let text = &document(*source).source;
        if text.encoding() != Encoding::Utf8 {
            return Vec::new();
        }
        match running.add(&line.name, text.text().as_bytes()) {
            None => return Vec::new(),
            Some(hash) if hash == line.hash => {}
            Some(_) => return vec![stale(*source, "it was hashed with another text, or in another order")],
        }
    }
    let is_listed = |source: &SourceId| {
        let name = document(*source).source.name();
        files.get(name) != Some(source) || listed.iter().any(|line| line.name == name)
    };
    let forward = migrations.iter().flat_map(|migration| &migration.up).map(|script| script.source);
    forward.filter(|source| !is_listed(source)).map(|source| stale(source, "it is not listed")).collect()
}

/// Whether each committed file of graphile-migrate follows the one before it.
pub(super) fn graphile<'d>(migrations: &[Migration], document: impl Fn(SourceId) -> &'d Document) -> Vec<Stale> {
    let mut stale = Vec::new();
    let mut last: Option<String> = None;
    for script in migrations.iter().flat_map(|migration| &migration.up) {
        let source = &document(script.source).source;
        let header = |key: &str| {
            let lines = source.text().split('\n').take_while(|line| line.starts_with("--!"));
            let mut found = lines.filter_map(|line| Some(line.strip_prefix("--!")?.trim().strip_prefix(key)?.trim().to_owned()));
            found.next()
        };
        if let (Some(wanted), Some(previous)) = (&last, header("Previous:"))
            && *wanted != previous
        {
            stale.push(Stale {
                source: script.source,
                file: "the `Previous` hash".to_owned(),
                why: "another file was committed before it".to_owned(),
                help:
                    "take it back, and commit it again on top of the others:\ngraphile-migrate uncommit\ngraphile-migrate commit"
                        .to_owned(),
            });
        }
        last = header("Hash:");
    }
    stale
}

/// Which tool has checksums of its own in the tree.
pub(super) fn has_chain(framework: Framework) -> bool {
    framework == Framework::GraphileMigrate
}
