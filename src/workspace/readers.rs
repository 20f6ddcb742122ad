//! Who reads which dotenv file?
//!
//! Compose files, scripts, units and kustomizations name the files that they read; the lists of packages of a folder name
//! the library that reads those in it. Where nothing of the kind is there, nobody is known to read a file.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::builds::join;
use super::ids;
use crate::diagnostic::SourceId;
use crate::document::dotenv::reader::Reader;
use crate::document::kind::is_kustomization;
use crate::document::yaml::Node;
use crate::document::{Document, Known};
use crate::path;
use crate::source::lines;
use crate::tree::Tree;

/// Who reads which dotenv file.
#[derive(Clone, Debug, Default)]
pub struct Readers {
    by_file: HashMap<String, Vec<Told>>,
}

/// A reader, and where somebody says so.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Told {
    /// The reader.
    pub reader: Reader,
    /// The file that says so, which need not be a document.
    pub path: String,
    /// The line of it.
    pub line: u32,
    /// A file of one machine, `.env.local`, comes after those of environments there.
    pub machine_wins: bool,
}

/// What is said of whom.
enum Claim {
    /// Of the file at a path.
    File(String),
    /// Of the one file of a name.
    Name(String),
    /// Of the files in a folder, and below it as far as no other claims them.
    Folder(String),
}

/// Larger files that only tell of a reader are not worth it.
const LARGEST: u64 = 256 << 10;

/// So many files are asked who reads what.
const MOST: usize = 4000;

/// Whether a file may tell who reads a dotenv file, by its path.
pub fn may_tell(path: &str) -> bool {
    const NAMES: &[&str] =
        &["package.json", "Gemfile", "go.mod", "Cargo.toml", "pyproject.toml", "Pipfile", "Makefile", "justfile", "Procfile"];
    let name = path::name(path);
    let is_text = name.ends_with(".sh") || name.ends_with(".service") || name.ends_with(".bash");
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    let is_ci = path.contains(".github/workflows/") || name.starts_with(".gitlab-ci");
    let is_list = name.starts_with("requirements") && name.ends_with(".txt");
    NAMES.contains(&name) || is_text || is_list || (is_yaml && (is_ci || name.contains("compose")))
}

impl Readers {
    /// Asks the files that may tell, where there is anything to ask for.
    pub fn of(tree: &dyn Tree, telling: &[String], documents: &[Arc<Document>]) -> Self {
        let files: Vec<&str> =
            documents.iter().filter(|document| document.dotenv().is_some()).map(|document| document.source.path()).collect();
        if files.is_empty() {
            return Self::default();
        }
        let of_file = |path: &String| {
            let bytes = tree.read(path, LARGEST).unwrap_or_default();
            claims(path, &String::from_utf8_lossy(&bytes))
        };
        let mut claims: Vec<(Claim, Told)> = telling.par_iter().take(MOST).flat_map_iter(of_file).collect();
        claims.extend(ids(documents).zip(documents).flat_map(|(id, document)| of_kustomization(id, document)));
        Self::join(&files, &claims)
    }

    fn join(files: &[&str], claims: &[(Claim, Told)]) -> Self {
        let known: HashSet<&str> = files.iter().copied().collect();
        let mut by_name: HashMap<&str, Vec<&str>> = HashMap::new();
        for path in files {
            by_name.entry(path::name(path)).or_default().push(path);
        }
        let mut by_file: HashMap<String, Vec<Told>> = HashMap::new();
        let mut folders: HashMap<&str, Vec<&Told>> = HashMap::new();
        for (claim, told) in claims {
            match claim {
                Claim::File(path) if known.contains(path.as_str()) => by_file.entry(path.clone()).or_default().push(told.clone()),
                Claim::File(_) => {}
                Claim::Name(name) => {
                    if let Some([only]) = by_name.get(name.as_str()).map(Vec::as_slice) {
                        by_file.entry((*only).to_owned()).or_default().push(told.clone());
                    }
                }
                Claim::Folder(folder) => folders.entry(folder.as_str()).or_default().push(told),
            }
        }
        for path in files {
            // Who names the file knows better than who stands around it.
            if by_file.contains_key(*path) || !path::name(path).starts_with(".env") {
                continue;
            }
            let around = path.match_indices('/').rev().map(|(at, _)| &path[..at]).chain([""]);
            if let Some(told) = around.into_iter().find_map(|folder| folders.get(folder)) {
                by_file.insert((*path).to_owned(), told.iter().map(|told| (*told).clone()).collect());
            }
        }
        for told in by_file.values_mut() {
            told.sort();
            told.dedup_by_key(|told| told.reader);
        }
        Self { by_file }
    }

    /// Who reads the file at a path, as far as anybody says; empty where nobody is known to.
    pub fn of_file(&self, path: &str) -> &[Told] {
        self.by_file.get(path).map_or(&[], Vec::as_slice)
    }
}

/// What the text of a file says.
fn claims(path: &str, text: &str) -> Vec<(Claim, Told)> {
    let (folder, name) = path::parted(path);
    let machine_wins = reads_machine_last(name, text);
    let told = |reader, line| Told { reader, path: path.to_owned(), line, machine_wins };
    if let Some((reader, words)) = library(name) {
        let found = (1..).zip(lines(text)).find(|(_, line)| words.iter().any(|word| line.contains(word)));
        return found.map(|(line, _)| (Claim::Folder(folder.to_owned()), told(reader, line))).into_iter().collect();
    }
    let is_compose = name.contains("compose") && (name.ends_with(".yml") || name.ends_with(".yaml"));
    let mut claims = Vec::new();
    let mut in_list = false;
    for (number, line) in (1..).zip(lines(text)) {
        let body = line.trim();
        if body.starts_with('#') {
            continue;
        }
        if is_compose {
            let (files, goes_on) = env_files(body, in_list);
            in_list = goes_on;
            claims.extend(files.into_iter().map(|file| (Claim::File(join(folder, file)), told(Reader::Compose, number))));
        } else if let Some(file) = body.strip_prefix("EnvironmentFile=").filter(|_| name.ends_with(".service")) {
            let name = path::name(file.trim_start_matches('-'));
            claims.push((Claim::Name(name.to_owned()), told(Reader::Systemd, number)));
        } else {
            for (reader, file) in commands(body) {
                // Pipelines run at the top, scripts where they stand or at the top.
                claims.push((Claim::File(join(folder, file)), told(reader, number)));
                claims.push((Claim::File(join("", file)), told(reader, number)));
            }
        }
    }
    if is_compose && text.contains("${") {
        claims.push((Claim::File(join(folder, ".env")), told(Reader::Compose, 1)));
    }
    claims
}

/// Next.js, Create React App and the gem for Rails put `.env.local` above `.env.production`; Vite and dotenv-flow put it below.
fn reads_machine_last(name: &str, text: &str) -> bool {
    match name {
        "package.json" => text.contains("\"next\":") || text.contains("\"react-scripts\""),
        _ => name == "Gemfile",
    }
}

/// Which library a list of packages may bring, by the name of the list, and how that is written.
fn library(name: &str) -> Option<(Reader, &'static [&'static str])> {
    let is_list = name.starts_with("requirements") && name.ends_with(".txt");
    Some(match name {
        "package.json" => (
            Reader::Node,
            &["\"dotenv\"", "\"dotenv-", "\"next\":", "\"vite\":", "\"nuxt\":", "\"@nestjs/config\"", "\"react-scripts\""],
        ),
        "Gemfile" => (Reader::Ruby, &["gem \"dotenv", "gem 'dotenv"]),
        "go.mod" => (Reader::Godotenv, &["joho/godotenv"]),
        "Cargo.toml" => (Reader::Dotenvy, &["dotenvy"]),
        "pyproject.toml" | "Pipfile" => (Reader::Python, &["python-dotenv", "pydantic-settings"]),
        _ if is_list => (Reader::Python, &["python-dotenv", "pydantic-settings"]),
        _ => return None,
    })
}

/// The files behind `env_file:`, on its line or in the list below it; and whether such a list goes on.
fn env_files(body: &str, in_list: bool) -> (Vec<&str>, bool) {
    if let Some(inline) = body.strip_prefix("env_file:") {
        let inline = inline.split(" #").next().unwrap_or(inline).trim();
        let files = inline.trim_matches(['[', ']']).split(',').map(|file| file.trim().trim_matches(['"', '\'']));
        return (files.filter(|file| !file.is_empty()).collect(), inline.is_empty());
    }
    let item = body.strip_prefix("- ").filter(|_| in_list);
    let file = item.map(|item| item.trim_start_matches("path:").trim().trim_matches(['"', '\'']));
    let goes_on = in_list && (item.is_some() || body.starts_with("required:") || body.starts_with("format:") || body.is_empty());
    (file.into_iter().collect(), goes_on)
}

/// Who reads which files on a line of a script.
fn commands(body: &str) -> Vec<(Reader, &str)> {
    let mut found = Vec::new();
    let words: Vec<&str> = body.split([' ', '\t', ';', '&']).filter(|word| !word.is_empty()).collect();
    let has = |word: &str| words.contains(&word);
    let runs = has("run") || has("create") || has("exec");
    let reader = if has("compose") || has("docker-compose") {
        Some(Reader::Compose)
    } else if (has("docker") || has("podman")) && runs {
        Some(Reader::Docker)
    } else {
        None
    };
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).copied();
        let value = |flag: &str| match word.strip_prefix(flag)? {
            "" => next,
            rest => rest.strip_prefix('='),
        };
        if let Some(file) = value("--from-env-file") {
            found.push((Reader::Kubectl, file));
        } else if let (Some(file), Some(reader)) = (value("--env-file"), reader) {
            found.push((reader, file));
        } else if let Some(files) = word.strip_prefix("COMPOSE_ENV_FILES=").or(next.filter(|_| *word == "COMPOSE_ENV_FILES:")) {
            found.extend(files.split(',').map(|file| (Reader::Compose, file)));
        } else if let Some(file) = next.filter(|file| matches!(*word, "source" | ".") && file.contains(".env")) {
            found.push((Reader::Shell, file));
        }
    }
    for (_, file) in &mut found {
        *file = file.trim_matches(['"', '\'', ')', '`']);
    }
    found.retain(|(_, file)| !file.is_empty() && !file.contains('$'));
    found
}

/// The files that the generators of a kustomization read.
fn of_kustomization(id: SourceId, document: &Document) -> Vec<(Claim, Told)> {
    let Some(yaml) = document.yaml().filter(|_| is_kustomization(document.source.name())) else { return Vec::new() };
    let mut claims = Vec::new();
    let mut claim = |file: Known<Node<'_>>| {
        if let Known::Is(node) = file
            && let Some(path) = node.text().into_option()
        {
            let line = document.source.line(node.span().start);
            let told = Told { reader: Reader::Kubectl, path: document.source.path().to_owned(), line, machine_wins: false };
            claims.push((Claim::File(join(document.source.folder(), &path)), told));
        }
    };
    for root in yaml.roots(&document.source, id) {
        for generator in ["configMapGenerator", "secretGenerator"].iter().flat_map(|list| root.field(list).items()) {
            claim(generator.field("env"));
            generator.field("envs").items().for_each(|file| claim(Known::Is(file)));
        }
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(files: &[(&str, &str)], of: &str) -> Vec<Reader> {
        let claims: Vec<_> =
            files.iter().filter(|(path, _)| may_tell(path)).flat_map(|(path, text)| claims(path, text)).collect();
        let readers = Readers::join(&[of, "elsewhere/x.env"], &claims);
        readers.of_file(of).iter().map(|told| told.reader).collect()
    }

    #[test]
    fn who_reads_a_file_is_written_somewhere() {
        let table: &[(&str, &str, &str, &[Reader])] = &[
            ("docker-compose.yml", "services:\n  a:\n    env_file: .env.production\n", ".env.production", &[Reader::Compose]),
            (
                "d/compose.yaml",
                "    env_file:\n      - path: ./a.env\n        required: false\n      - b.env\n",
                "d/b.env",
                &[Reader::Compose],
            ),
            ("compose.yaml", "image: x:${TAG}\n", ".env", &[Reader::Compose]),
            ("compose.yaml", "image: x\n", ".env", &[]),
            ("bin/run.sh", "docker run --rm --env-file config/prod.env web\n", "config/prod.env", &[Reader::Docker]),
            ("bin/run.sh", "docker compose --env-file=prod.env up\n", "bin/prod.env", &[Reader::Compose]),
            ("bin/run.sh", "export COMPOSE_ENV_FILES=.env,prod.env\n", "prod.env", &[Reader::Compose]),
            (".github/workflows/a.yml", "env:\n  COMPOSE_ENV_FILES: .env,prod.env\n", "prod.env", &[Reader::Compose]),
            ("bin/run.sh", "set -a; . ./prod.env; set +a\n", "prod.env", &[Reader::Shell]),
            ("bin/run.sh", "# source prod.env\n", "prod.env", &[]),
            ("bin/run.sh", "source \"$HOME/prod.env\"\n", "prod.env", &[]),
            ("etc/web.service", "EnvironmentFile=-/etc/web/prod.env\n", "deploy/prod.env", &[Reader::Systemd]),
            ("etc/web.service", "EnvironmentFile=/etc/web/x.env\n", "deploy/x.env", &[]),
            (".github/workflows/a.yml", "- run: kubectl create cm a --from-env-file=a/b.env\n", "a/b.env", &[Reader::Kubectl]),
            ("web/package.json", "{\"dependencies\": {\n\"dotenv\": \"16\"}}", "web/config/.env.production", &[Reader::Node]),
            ("web/package.json", "{\"dependencies\": {\n\"dotenv\": \"16\"}}", "api/.env", &[]),
            ("web/package.json", "{\"dependencies\": {\n\"dotenv\": \"16\"}}", "web/prod.env", &[]),
            ("Gemfile", "gem \"dotenv-rails\"\n", ".env", &[Reader::Ruby]),
            ("go.mod", "require github.com/joho/godotenv v1.5.1\n", "cmd/.env", &[Reader::Godotenv]),
            ("requirements.txt", "python-dotenv==1.0\n", ".env", &[Reader::Python]),
            ("Cargo.toml", "dotenvy = \"0.15\"\n", ".env", &[Reader::Dotenvy]),
        ];
        for (path, text, of, wanted) in table {
            assert_eq!(told(&[(path, text)], of), *wanted, "{of} by {path}: {text}");
        }
    }

    #[test]
    fn who_names_the_file_knows_better() {
        let files = [("package.json", "\"dotenv\": \"16\"\n"), ("run.sh", "docker run --env-file .env web\n")];
        assert_eq!(told(&files, ".env"), [Reader::Docker]);
        let both = [("package.json", "\"next\": \"16\"\n"), ("Gemfile", "gem 'dotenv'\n")];
        assert_eq!(told(&both, ".env"), [Reader::Node, Reader::Ruby]);
    }
}
