//! Who may set a variable of the shell that starts compose?

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::document::Document;
use crate::document::kind::Kind;
use crate::path;
use crate::tree::Tree;

/// Larger files are generated.
const LARGEST: u64 = 512 << 10;

/// So many files are asked.
const MOST: usize = 5000;

/// Whether a file may say of a variable that somebody sets it, by its path: scripts, pipelines, other tools that start
/// compose, and what people are told to do.
pub fn may_set(path: &str) -> bool {
    const ENDS: &[&str] = &[
        "md", "mdx", "rst", "adoc", "txt", "html", "sh", "bash", "zsh", "fish", "ps1", "bat", "cmd", "mk", "just", "tf", "hcl",
        "nix", "j2", "tpl", "tmpl", "service", "toml", "envrc", "example", "sample", "dist", "template", "yml", "yaml", "rake",
        "groovy",
    ];
    let name = path::name(path);
    let is_image = path::in_small_letters(name).contains("dockerfile");
    let is_starter = || name == "Rakefile" || name.starts_with("fabfile") || name.contains("deploy") || name.contains("env");
    match path::ended(name) {
        _ if is_image => false,
        Some((_, end)) => ENDS.contains(&end) || is_starter(),
        None => true,
    }
}

/// Which of these variables such files mention. What compose files and manifests say of them is none of the shell's.
pub fn said(tree: &dyn Tree, paths: &[String], documents: &[Arc<Document>], wanted: &BTreeSet<&str>) -> HashSet<Box<str>> {
    let words = |text: &str| {
        let words = text.split(|next: char| !(next.is_ascii_alphanumeric() || next == '_'));
        words.filter(|word| wanted.contains(*word)).map(Box::from).collect()
    };
    if wanted.is_empty() { HashSet::new() } else { ask(tree, paths, documents, words) }
}

/// Which of these files such files mention, by their names.
pub fn names(tree: &dyn Tree, paths: &[String], documents: &[Arc<Document>], wanted: &BTreeSet<&str>) -> HashSet<Box<str>> {
    let names = |text: &str| {
        let is_part =
            |next: Option<char>| next.is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, '_' | '-' | '.'));
        let has = |name: &&&str| text.match_indices(**name).any(|(at, _)| !is_part(text[..at].chars().next_back()));
        wanted.iter().filter(has).map(|name| Box::from(*name)).collect()
    };
    if wanted.is_empty() { HashSet::new() } else { ask(tree, paths, documents, names) }
}

fn ask(
    tree: &dyn Tree,
    paths: &[String],
    documents: &[Arc<Document>],
    answer: impl Fn(&str) -> Vec<Box<str>> + Sync,
) -> HashSet<Box<str>> {
    let find = |path: &str| documents.binary_search_by(|document| document.source.path().cmp(path)).ok();
    let is_other = |path: &&String| {
        find(path).is_none_or(|at| !matches!(documents[at].kind, Kind::Compose | Kind::Manifest | Kind::Settings))
    };
    let paths: Vec<&String> = paths.iter().filter(is_other).take(MOST).collect();
    let of_file = |path: &&String| {
        let bytes = tree.read(path, LARGEST).unwrap_or_default();
        answer(&String::from_utf8_lossy(&bytes))
    };
    paths.par_iter().flat_map_iter(of_file).collect()
}
