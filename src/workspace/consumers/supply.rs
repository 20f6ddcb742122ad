//! Which files may hand a setting to a program? Pipelines, images, infrastructure, manifests.

use std::collections::HashSet;

use rayon::prelude::*;

use super::{as_variable, form};
use crate::diagnostic::SourceId;
use crate::document::Document;
use crate::path;
use crate::source::lines;
use crate::tree::Tree;
use crate::workspace::Workspace;
use crate::workspace::environments::is_variable;

/// Whether a file may hand settings to a program, by its path: pipelines, images, infrastructure, manifests.
pub fn may_supply(path: &str) -> bool {
    const ENDS: &[&str] = &[".yml", ".yaml", ".tf", ".sh", ".hcl", ".bicep", ".toml", ".nix", ".mk", ".tpl", ".gotmpl", ".j2"];
    const NAMES: &[&str] =
        &["Makefile", "Procfile", "Jenkinsfile", "Vagrantfile", "app.json", "vercel.json", "justfile", "Tiltfile"];
    let name = path::name(path);
    ENDS.iter().any(|end| name.ends_with(end)) || NAMES.contains(&name) || name.contains("ockerfile")
}

/// Larger files are generated.
const LARGEST: u64 = 1 << 20;

/// The settings of production that lead to the machine itself, as the variables that override them.
fn on_own_machine(workspace: &Workspace) -> impl Iterator<Item = String> {
    let production = workspace.environments.files.iter().filter(|file| file.is_production() && !file.is_flat);
    production.flat_map(|file| {
        let source = &workspace.document(file.source).source;
        let is_own = |text: &str| text.contains("localhost") || text.contains("127.0.0.1");
        file.settings.iter().filter(move |entry| is_own(entry.text(source))).map(|entry| as_variable(&entry.name))
    })
}

/// Which of the settings that some environment lacks, or has of the machine itself, such a file mentions.
pub fn supplied(tree: &dyn Tree, paths: &[String], workspace: &Workspace) -> HashSet<String> {
    let groups = workspace.environments.groups.iter().filter(|group| !group.is_complete);
    let lacking = groups.flat_map(|group| &group.gaps).filter(|gap| workspace.consumers.by_name.contains_key(&form(&gap.name)));
    let mut wanted: HashSet<String> = lacking.flat_map(|gap| [form(&gap.name), as_variable(&gap.name)]).collect();
    wanted.extend(on_own_machine(workspace));
    if wanted.is_empty() {
        return wanted;
    }
    let members = workspace.environments.files.iter().map(|file| file.source);
    let members: HashSet<SourceId> = members.collect();
    let is_settings = |path: &str| workspace.find(path).is_some_and(|id| members.contains(&id));
    let paths = paths.par_iter().filter(|path| !is_settings(path));
    let found = paths.filter_map(|path| {
        let bytes = tree.read(path, LARGEST).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let words = text.split(|next: char| !(next.is_ascii_alphanumeric() || next == '_'));
        let words: HashSet<&str> = words.filter(|word| wanted.contains(*word)).collect();
        // A pod that asks a `ConfigMap` for a key of this name is in need of it itself.
        let document = workspace.find(path).map(|id| workspace.document(id));
        let compose = document.and_then(Document::compose);
        let asks = |word: &str| match compose {
            Some(compose) => !compose.sets(word),
            None if document.is_some_and(is_dockerfile) => !dockerfile_sets(&text, word),
            None => only_asks(&text, word),
        };
        let words = words.into_iter().filter(|word| !asks(word));
        Some(words.map(str::to_owned).collect::<HashSet<String>>())
    });
    found.reduce(HashSet::new, |mut all, more| {
        all.extend(more);
        all
    })
}

fn is_dockerfile(document: &Document) -> bool {
    document.source.name().contains("ockerfile")
}

/// Whether an image is made with a value for a name. `ARG NAME` and `ENV NAME=$NAME` hand on what they are given.
fn dockerfile_sets(text: &str, name: &str) -> bool {
    text.split('\n').filter(|line| line.contains(name)).any(|line| {
        let after = line[line.find(name).unwrap_or(0) + name.len()..].trim_start_matches(['=', ' ', '"']);
        let begins = ["ARG ", "ENV "].iter().any(|word| line.trim_start().starts_with(word));
        begins && !after.trim().is_empty() && !after.starts_with('$')
    })
}

/// Whether all that a text says of a name is that it is the key of something: `key: NAME` below `configMapKeyRef`.
fn only_asks(text: &str, name: &str) -> bool {
    text.contains("configMapKeyRef")
        && !text.contains("secretKeyRef")
        && text.split('\n').filter(|line| line.contains(name)).all(|line| {
            let line = line.trim_start_matches([' ', '-', '{']);
            ["key:", "name:", "configMapKeyRef:", "valueFrom:"].iter().any(|begins| line.starts_with(begins))
        })
}

/// Where a file that may set a setting names it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Mention {
    /// The file, which need not be a document.
    pub path: String,
    /// The line of it, from 1.
    pub line: u32,
}

/// Where such files name the setting that somebody asks about, but for files of settings, which are told of by themselves.
pub fn mentions(tree: &dyn Tree, paths: &[String], workspace: &Workspace, asked: &str) -> Vec<Mention> {
    /// So many of one file say enough.
    const MOST: usize = 8;
    let wanted = if is_variable(asked) { asked.to_owned() } else { as_variable(asked) };
    // What is no variable and has no dots is a word of any text.
    if !(is_variable(asked) || asked.contains('.')) {
        return Vec::new();
    }
    let holds_settings = |path: &&String| workspace.find(path).is_some_and(|id| workspace.document(id).holds_settings());
    let of_file = |path: &String| {
        let bytes = tree.read(path, LARGEST).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let is_comment = |line: &str| line.trim_start().starts_with(['#', ';']) || line.trim_start().starts_with("//");
        let has =
            |line: &str| line.split(|next: char| !(next.is_ascii_alphanumeric() || next == '_')).any(|word| *word == *wanted);
        let found = (1..).zip(lines(&text)).filter(|(_, line)| has(line) && !is_comment(line)).map(|(line, _)| line);
        found.take(MOST).map(|line| Mention { path: path.clone(), line }).collect::<Vec<_>>()
    };
    let mut found: Vec<Mention> = paths.par_iter().filter(|path| !holds_settings(path)).flat_map_iter(of_file).collect();
    found.sort();
    found
}
