//! What is this file? First its path makes it a candidate, then its text decides.
//!
//! Extensions lie, so a path alone never makes a YAML file ours; but the layout of a migration set and the name of an
//! environment file do.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::yaml::{Node, Yaml};
use super::{Known, migration};
use crate::path;
use crate::settings::BASELINE;
use crate::source::Source;

/// A kind of file that we judge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A file of SQL that belongs to a migration set.
    Migration,
    /// Kubernetes objects.
    Manifest,
    /// Settings of an environment.
    Settings,
    /// Objects, or settings where it holds none: as a candidate only.
    Configuration,
    /// Services of compose: as a candidate only, its text decides.
    Compose,
    /// A program that reads settings: evidence for what is said of them, and never judged itself.
    Consumer,
}

impl Kind {
    /// Whether objects may be in it.
    pub fn may_be_manifest(self) -> bool {
        matches!(self, Self::Manifest | Self::Configuration)
    }

    /// What its path makes of a file. `named` on the command line, any SQL file is a migration.
    pub fn of_path(path: &str, named: bool) -> Option<Self> {
        let name = path::name(path);
        let lower = path::in_small_letters(name);
        if lower.ends_with(".sql") {
            return (named || migration::layout(path).is_some()).then_some(Self::Migration);
        }
        if is_settings_name(&lower) {
            return Some(Self::Settings);
        }
        // Our own, and it may well be larger than what we read of others.
        if name == BASELINE {
            return None;
        }
        let (stem, extension) = path::ended(&lower).unwrap_or((&lower, ""));
        if matches!(extension, "yaml" | "yml") && is_compose_name(stem) {
            return Some(Self::Compose);
        }
        (matches!(extension, "yaml" | "yml" | "json") || is_kustomization(name)).then_some(Self::Manifest)
    }

    /// Whether the path alone says that the file is ours, so that it must not stay unread.
    pub fn is_certain(self) -> bool {
        !matches!(self, Self::Manifest | Self::Configuration | Self::Compose | Self::Consumer)
    }
}

/// `docker-compose`, `compose.prod`, `prod-compose`.
fn is_compose_name(stem: &str) -> bool {
    stem.split(['.', '-', '_']).any(|word| matches!(word, "compose" | "dockercompose"))
}

/// `.env`, `.env.production`, `production.env`, `env.example`, but not what a program, a vault or an encrypter made of one.
pub(super) fn is_settings_name(name: &str) -> bool {
    const NOT_SETTINGS: &[&str] = &[
        "ts",
        "js",
        "mjs",
        "cjs",
        "tsx",
        "py",
        "rb",
        "go",
        "rs",
        "php",
        "java",
        "sh",
        "md",
        "yaml",
        "yml",
        "json",
        "vault",
        "enc",
        "encrypted",
        "gpg",
        "age",
        "asc",
        "sops",
        "tpl",
        "j2",
        "erb",
        "keys",
        "patch",
        "diff",
        "orig",
        "rej",
    ];
    const EXAMPLES: &[&str] = &["env.example", "env.sample", "env.dist"];
    if name == ".env" || (name.ends_with(".env") && name.len() > ".env".len()) || EXAMPLES.contains(&name) {
        return true;
    }
    let Some(rest) = name.strip_prefix(".env.") else { return false };
    !rest.split('.').any(|part| NOT_SETTINGS.contains(&part))
}

/// Whether a framework or a tool reads settings from files of this name.
pub fn promises_settings(path: &str) -> bool {
    let lower = path::in_small_letters(path);
    let (folders, name) = path::parted(&lower);
    let (stem, end) = path::ended(name).unwrap_or((name, ""));
    let is_yaml = matches!(end, "yml" | "yaml");
    let folder = path::name(folders);
    let begins = |word: &str| stem == word || stem.strip_prefix(word).is_some_and(|rest| rest.starts_with(['-', '.']));
    match end {
        "tfvars" => true,
        "properties" | "yml" | "yaml" if begins("application") || begins("bootstrap") => true,
        "json" if begins("appsettings") => true,
        "toml" => stem == "wrangler",
        _ if is_yaml && folder == "config" => {
            matches!(stem, "database" | "cable" | "mongoid" | "storage" | "settings" | "redis" | "secrets")
        }
        _ => is_yaml && (stem == "serverless" || folders == "config/settings" || folders.ends_with("/config/settings")),
    }
}

/// The file that lists what a kustomization is made of; it may do without `apiVersion` and `kind`.
pub fn is_kustomization(name: &str) -> bool {
    matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization")
}

/// What every object says of itself.
static OBJECT_WORDS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| ["apiVersion", "kind"].map(Finder::new));

/// A quick look before any parsing: both words must be there.
pub fn may_hold_objects(path: &str, bytes: &[u8]) -> bool {
    let name = path::name(path);
    let has = |word: &Finder<'_>| word.find(bytes).is_some();
    let marked = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let is_named = is_kustomization(name) || is_skaffold(name);
    marked || is_named || (has(&OBJECT_WORDS[0]) && has(&OBJECT_WORDS[1])) || may_hold_operations(bytes)
}

/// Whether both words of a JSON patch are there.
fn may_hold_operations(bytes: &[u8]) -> bool {
    let has_any = |words: [&[u8]; 2]| words.into_iter().any(|word| memchr::memmem::find(bytes, word).is_some());
    has_any([b"op:", b"\"op\":"]) && has_any([b"path:", b"\"path\":"])
}

/// Whether a document is a JSON patch: a list of operations, each at the place of a field.
fn is_operations(root: Node<'_>) -> bool {
    const OPERATIONS: &[&str] = &["add", "remove", "replace", "move", "copy", "test"];
    let is_one = |item: Node<'_>| {
        let is_operation = matches!(item.field("op").text(), Known::Is(text) if OPERATIONS.contains(&&*text));
        is_operation && matches!(item.field("path").text(), Known::Is(path) if path.is_empty() || path.starts_with('/'))
    };
    root.items().next().is_some() && root.items().all(is_one)
}

/// The file that says which images the build will name.
pub fn is_skaffold(name: &str) -> bool {
    matches!(name, "skaffold.yaml" | "skaffold.yml")
}

/// Whether the text shows objects: a document with `apiVersion` and `kind`, or one that cannot be read and has both
/// words where a key stands.
pub fn holds_objects(source: &Source, yaml: &Yaml) -> bool {
    if is_kustomization(source.name()) {
        return true;
    }
    let broken = yaml.parts.iter().filter(|part| part.error.is_some()).map(|part| source.slice(part.span));
    let mut roots = yaml.roots(source, crate::diagnostic::SourceId(0));
    roots.any(|root| {
        let is_object = !root.field("apiVersion").is_absent() && !root.field("kind").is_absent() && root.is_mapping();
        is_object || is_operations(root)
    }) || broken.into_iter().any(looks_like_object)
}

/// Whether somebody completes a text that no parser took, before anything is applied: on the line of the mistake stand
/// words in capitals for something, `{REGISTRY}/web` or `<YOUR KEY: IN BASE64>`, or a line of dots stands for others.
pub fn is_unfinished(text: &str, line: &str) -> bool {
    let is_dots = |line: &str| line.starts_with([' ', '\t']) && line.trim() == "...";
    [('{', '}'), ('<', '>')].into_iter().any(|brackets| holds_stand_in(line, brackets)) || text.split('\n').any(is_dots)
}

fn holds_stand_in(line: &str, (open, close): (char, char)) -> bool {
    let is_inner = |byte: u8| !byte.is_ascii_lowercase() && (open == '<' || byte.is_ascii_alphanumeric() || byte == b'_');
    let is_word = |word: &str| word.len() > 1 && word.as_bytes()[0].is_ascii_uppercase() && word.bytes().all(is_inner);
    line.split(open).skip(1).any(|rest| rest.split_once(close).is_some_and(|(word, _)| is_word(word)))
}

/// Whether a text that no parser took has `apiVersion:` and `kind:` at the beginnings of lines.
pub fn looks_like_object(text: &str) -> bool {
    let has_key = |key: &str| {
        text.split(['\n', '\r']).any(|line| {
            let after = line.trim_start_matches([' ', '\t', '"', '{', '-', '\u{FEFF}']).strip_prefix(key);
            after.is_some_and(|after| after.trim_start_matches(['"', ' ']).starts_with(':'))
        })
    };
    has_key("apiVersion") && has_key("kind")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_make_candidates() {
        let table = [
            ("db/0001_a.up.sql", Some(Kind::Migration)),
            ("queries/report.sql", None),
            ("k8s/web.yaml", Some(Kind::Manifest)),
            ("deploy/docker-compose.prod.yml", Some(Kind::Compose)),
            ("compose.yaml", Some(Kind::Compose)),
            ("composer.yaml", Some(Kind::Manifest)),
            ("base/Kustomization", Some(Kind::Manifest)),
            (".env", Some(Kind::Settings)),
            ("app/.env.production", Some(Kind::Settings)),
            ("config/staging.env", Some(Kind::Settings)),
            ("podman/env.sample", Some(Kind::Settings)),
            (".env.d.ts", None),
            (".env.production.enc", None),
            ("environment.rb", None),
        ];
        for (path, kind) in table {
            assert_eq!(Kind::of_path(path, false), kind, "{path}");
        }
        assert_eq!(Kind::of_path("queries/report.sql", true), Some(Kind::Migration));
    }

    #[test]
    fn what_somebody_completes_is_unfinished() {
        for line in ["  clusterIP: {SERVICE_IP_PREFIX}.16", "image: {REGISTRY}/web:{TAG}", "{A1}x", "token: <OURS: ON REQUEST>"] {
            assert!(is_unfinished(line, line), "{line}");
        }
        for line in
            ["ports: {http: 80}", "a: {B}", "a: {BAD", "a: {}", "{{ VALUES }}", "a: {Bad}.x", "limits: {CPU: 1}", "a: <b: C>"]
        {
            assert!(!is_unfinished(line, line), "{line}");
        }
        assert!(is_unfinished("a:\n  ...\nb: c", "b: c") && !is_unfinished("a: b\n...\n", "a: b"));
    }

    #[test]
    fn a_broken_object_is_still_recognised() {
        assert!(looks_like_object("apiVersion: v1\nkind: Pod\n  bad"));
        assert!(looks_like_object("{\n  \"kind\": \"List\",\n\t\"apiVersion\" : \"v1\""));
        assert!(!looks_like_object("# apiVersion and kind: see above\nkind of: x"));
    }
}
