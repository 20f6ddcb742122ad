//! Which files are there, and in which order do they count?

use std::sync::Arc;

use super::{Complaint, Complaints, Config, Home, Layer, Said, read};
use crate::path;
use crate::settings::Value;
use crate::source::{Encoding, Source, Span};
use crate::tree::{Tree, Unreadable};
use crate::workspace::discover::CONFIG_NAMES;

/// A repository, and the folder of it that is judged. Nothing outside the repository is read.
pub struct Scene<'t> {
    /// The repository, or the folder being judged where there is none.
    pub tree: &'t dyn Tree,
    /// The way down to the folder being judged.
    pub root: String,
}

/// Larger files are no configuration.
const LARGEST_FILE: u64 = 1 << 20;

/// How many files may extend each other.
const MOST_EXTENDED: usize = 32;

impl Config {
    /// What the files from the topmost folder down to the folder being judged say.
    pub fn find(scene: &Scene<'_>) -> Result<Self, Complaints> {
        let mut config = Self::default();
        let mut wrong = Vec::new();
        for folder in folders_down_to(&scene.root) {
            let names = CONFIG_NAMES.map(|name| joined(folder, name));
            let found: Vec<&String> = names.iter().filter(|path| is_there(scene.tree, path)).collect();
            match found.as_slice() {
                [] => {}
                [path] => match config.add(scene, path, None, folder, !config.has_top) {
                    Ok(()) => config.has_top = true,
                    Err(complaints) => wrong.extend(complaints),
                },
                [_, path, ..] => wrong.push(two_in_one_folder(scene, path)),
            }
        }
        if wrong.is_empty() { Ok(config) } else { Err(wrong) }
    }

    /// What one file says, which is the only one. `tree` holds the file, with what it extends.
    pub fn of_file(tree: &dyn Tree, path: &str, shown: &str) -> Result<Self, Complaints> {
        let mut config = Self { has_top: true, is_closed: true, ..Self::default() };
        // Paths in it are those of the folder being judged, wherever the file itself lies.
        config.add(&Scene { tree, root: String::new() }, path, Some(shown), "", true)?;
        Ok(config)
    }

    /// What a text says, as if it stood in the folder being judged.
    pub fn of_text(text: &str) -> Result<Self, Complaints> {
        let source = Arc::new(Source::decode(CONFIG_NAMES[0], text.as_bytes().to_vec()));
        let said = read::read(&source, true)?;
        let layer = Layer { source, home: Home::Below(String::new()), said };
        Ok(Self { layers: vec![layer], has_top: true, ..Self::default() })
    }

    /// No files at all.
    pub fn without_files() -> Self {
        Self { is_closed: true, ..Self::default() }
    }

    /// Adds the files below the folder being judged, as a walk found them.
    pub fn nest(&mut self, scene: &Scene<'_>, found: &[String]) -> Result<(), Complaints> {
        if self.is_closed {
            return Ok(());
        }
        let mut wrong = Vec::new();
        // Those further down count more. The one of the folder being judged was read already.
        let in_folder =
            |path: &'_ String| path.rsplit_once('/').map(|(folder, _)| (folder.matches('/').count(), folder.to_owned()));
        let mut found: Vec<_> = found.iter().filter_map(|path| Some((in_folder(path)?, path))).collect();
        found.sort();
        let mut before = "";
        for ((_, folder), below) in &found {
            let path = joined(&scene.root, below);
            if before == folder {
                wrong.push(two_in_one_folder(scene, &path));
                continue;
            }
            before = folder;
            if let Err(complaints) = self.add(scene, &path, None, &joined(&scene.root, folder), false) {
                wrong.extend(complaints);
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// Adds what was typed: `KEY=VALUE`, the value as in the file or a bare word.
    pub fn set(&mut self, typed: &[String]) -> Result<(), Complaints> {
        let mut wrong = Vec::new();
        for text in typed {
            let source = typed_source(text);
            if text.split_once('=').is_none_or(|(key, _)| key.trim().is_empty()) {
                let message = "this takes a key and a value, such as `--set fail-on=medium`".to_owned();
                wrong.push(Complaint { message, source, span: Some(Span::new(0, text.len())) });
                continue;
            }
            match read::read(&source, true) {
                Ok(said) => {
                    if let Some(extends) = said.iter().find(|said| said.key == "extends") {
                        let message = "only a file extends others; name the file itself with `--config FILE`".to_owned();
                        wrong.push(Complaint { message, source: Arc::clone(&source), span: Some(extends.span) });
                    }
                    self.typed.push(Layer { source, home: Home::Below(String::new()), said });
                }
                Err(complaints) => wrong.extend(complaints),
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    fn add(&mut self, scene: &Scene<'_>, path: &str, shown: Option<&str>, folder: &str, is_top: bool) -> Result<(), Complaints> {
        let home = home(folder, &scene.root);
        let mut family = Family { scene, shown, home, is_top, read: Vec::new(), layers: Vec::new(), wrong: Vec::new() };
        family.add(path, None, &mut Vec::new());
        if family.wrong.is_empty() {
            self.layers.append(&mut family.layers);
            Ok(())
        } else {
            Err(family.wrong)
        }
    }
}

/// A file and those that it extends.
struct Family<'s, 't> {
    scene: &'s Scene<'t>,
    /// What the first file is called, if not by its path.
    shown: Option<&'s str>,
    home: Home,
    is_top: bool,
    /// The files that were read, so that none counts twice.
    read: Vec<String>,
    layers: Vec<Layer>,
    wrong: Complaints,
}

impl Family<'_, '_> {
    /// Reads a file, and first those that it extends. `asked` is the place that names it.
    fn add(&mut self, path: &str, asked: Option<(&Arc<Source>, Span)>, above: &mut Vec<String>) {
        let shown = self.shown.filter(|_| above.is_empty()).map_or_else(|| seen_from(path, &self.scene.root), str::to_owned);
        let complain = |message: String| match asked {
            Some((source, span)) => Complaint { message, source: Arc::clone(source), span: Some(span) },
            None => Complaint { message, source: Arc::new(Source::decode(shown.clone(), Vec::new())), span: None },
        };
        if above.iter().any(|other| other == path) {
            self.wrong.push(complain(format!("`{shown}` extends itself, by way of this")));
            return;
        }
        if self.read.iter().any(|other| other == path) {
            return;
        }
        if self.read.len() >= MOST_EXTENDED {
            self.wrong.push(complain(format!("more than {MOST_EXTENDED} files extend each other")));
            return;
        }
        self.read.push(path.to_owned());
        let bytes = match self.scene.tree.read_named(path, LARGEST_FILE) {
            Ok(bytes) => bytes,
            Err(reason) => {
                self.wrong.push(complain(refusal(&reason, asked.map(|_| shown.as_str()))));
                return;
            }
        };
        let source = Arc::new(Source::decode(shown.clone(), bytes));
        if !matches!(source.encoding(), Encoding::Utf8 | Encoding::Utf8Marked) {
            self.wrong.push(complain(format!("`{shown}` is not UTF-8, which TOML must be")));
            return;
        }
        match read::read(&source, self.is_top) {
            Err(complaints) => self.wrong.extend(complaints),
            Ok(said) => {
                above.push(path.to_owned());
                self.extend(path, &source, &said, above);
                above.pop();
                self.layers.push(Layer { source, home: self.home.clone(), said });
            }
        }
    }

    fn extend(&mut self, path: &str, source: &Arc<Source>, said: &[Said], above: &mut Vec<String>) {
        let folder = path::folder(path);
        for said in said.iter().filter(|said| said.section.is_empty() && said.key == "extends") {
            let Value::Texts(others) = &said.value else { continue };
            for other in others {
                if let Some(other) = resolved(folder, other) {
                    self.add(&other, Some((source, said.span)), above);
                } else {
                    let message = format!("`{other}` leads out of the repository, where nothing is read");
                    self.wrong.push(Complaint { message, source: Arc::clone(source), span: Some(said.span) });
                }
            }
        }
    }
}

fn refusal(reason: &Unreadable, extended: Option<&str>) -> String {
    let reason = match reason {
        Unreadable::LeavesRoot => "it is a link that leads out of the repository, where nothing is read".to_owned(),
        Unreadable::TooLarge { limit } => format!("it is larger than {} MiB, which no configuration needs", limit >> 20),
        Unreadable::Vanished => "it is not there".to_owned(),
        other => other.to_string(),
    };
    match extended {
        Some(path) => format!("`{path}` cannot be read: {reason}"),
        None => format!("the configuration cannot be read: {reason}"),
    }
}

/// A link that leads nowhere and a pipe are there, too: nobody meant to have no configuration.
fn is_there(tree: &dyn Tree, path: &str) -> bool {
    !matches!(tree.read_named(path, LARGEST_FILE), Err(Unreadable::Vanished))
}

fn two_in_one_folder(scene: &Scene<'_>, path: &str) -> Complaint {
    let message = format!("there are both {} and {} in this folder; keep one", CONFIG_NAMES[0], CONFIG_NAMES[1]);
    Complaint { message, source: Arc::new(Source::decode(seen_from(path, &scene.root), Vec::new())), span: None }
}

/// What was typed as a file of one line. What is no value as it stands is a text.
fn typed_source(text: &str) -> Arc<Source> {
    let source = |text: String| Arc::new(Source::decode("--set", text.into_bytes()));
    let as_it_is = source(text.to_owned());
    let Some((key, word)) = text.split_once('=') else { return as_it_is };
    let fits = |source: &Source| crate::document::toml::Tree::read(source).faults.is_empty();
    if fits(&as_it_is) {
        return as_it_is;
    }
    let escape = |next: char| match next {
        '"' | '\\' => format!("\\{next}"),
        next if next.is_control() => format!("\\u{:04x}", next as u32),
        next => next.to_string(),
    };
    let quoted = source(format!("{key}=\"{}\"", word.chars().map(escape).collect::<String>()));
    if fits(&quoted) { quoted } else { as_it_is }
}

/// Every folder on the way, the topmost first.
fn folders_down_to(root: &str) -> Vec<&str> {
    let mut folders = vec![""];
    folders.extend(root.match_indices('/').map(|(slash, _)| &root[..slash]));
    if !root.is_empty() {
        folders.push(root);
    }
    folders
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// A path that a file in a folder names; none where it leads out of the repository.
fn resolved(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn home(folder: &str, root: &str) -> Home {
    if folder == root {
        return Home::Below(String::new());
    }
    if let Some(below) =
        folder.strip_prefix(root).and_then(|rest| if root.is_empty() { Some(rest) } else { rest.strip_prefix('/') })
    {
        return Home::Below(below.to_owned());
    }
    Home::Above(root.strip_prefix(folder).unwrap_or(root).trim_start_matches('/').to_owned())
}

/// A path of the repository as somebody in the folder being judged would write it.
fn seen_from(path: &str, root: &str) -> String {
    let (path, root): (Vec<&str>, Vec<&str>) =
        (path.split('/').collect(), root.split('/').filter(|part| !part.is_empty()).collect());
    let same = path.iter().zip(&root).take_while(|(one, other)| one == other).count();
    let up = root[same..].iter().map(|_| "..");
    up.chain(path[same..].iter().copied()).collect::<Vec<_>>().join("/")
}

/// The path of a file that a configuration names, seen from the folder being judged: none where it leads out of the
/// folder that the configuration speaks of, or lies outside the folder being judged.
pub fn below_root(home: &Home, path: &str) -> Option<String> {
    match home {
        Home::Below(folder) => resolved(folder, path),
        Home::Above(way) => resolved("", path)?.strip_prefix(&format!("{way}/")).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_folder_being_judged() {
        let table = [
            ("gonogo.toml", "", "gonogo.toml"),
            ("gonogo.toml", "a/b", "../../gonogo.toml"),
            ("a/gonogo.toml", "a/b", "../gonogo.toml"),
            ("a/b/gonogo.toml", "a/b", "gonogo.toml"),
            ("a/b/c/gonogo.toml", "a/b", "c/gonogo.toml"),
            ("ci/base.toml", "a", "../ci/base.toml"),
        ];
        for (path, root, shown) in table {
            assert_eq!(seen_from(path, root), shown, "{path} from {root}");
        }
        assert_eq!(resolved("a/b", "../c/./d.toml").as_deref(), Some("a/c/d.toml"));
        assert_eq!(resolved("a", "../../x.toml"), None);
        assert_eq!(home("", "a/b"), Home::Above("a/b".to_owned()));
        assert_eq!(home("a", "a/b"), Home::Above("b".to_owned()));
        assert_eq!(home("a/b/c", "a/b"), Home::Below("c".to_owned()));
        assert_eq!(home("c", ""), Home::Below("c".to_owned()));
        assert_eq!(folders_down_to("a/b"), ["", "a", "a/b"]);
    }
}
