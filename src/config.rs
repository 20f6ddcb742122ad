//! `gonogo.toml`: from files to [`Settings`](crate::settings::Settings).
//!
//! All files on the way from the topmost folder of the repository down to the folder being judged count, and those
//! below it for their own folders: what is judged of a folder does not depend on where gonogo was started. The nearest
//! file that says something wins, key by key; `--set` wins over all files. Everything that is wrong is told at once, at
//! its place.

mod apply;
mod complaint;
mod draft;
mod keys;
mod load;
mod read;
pub mod reference;
mod schema;
mod show;
mod value;

use std::sync::Arc;

use crate::rule::Rule;
use crate::settings::Value;
use crate::source::{Source, Span};
pub use complaint::Complaint;
pub use draft::draft;
pub use load::Scene;
pub use schema::schema;
pub use show::shown;

/// Everything that is wrong.
pub type Complaints = Vec<Complaint>;

/// What all files and arguments say, the weakest first.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What files say.
    layers: Vec<Layer>,
    /// What was typed, which wins over all files.
    typed: Vec<Layer>,
    /// There is a file at or above the folder being judged, so those below speak for their own folders alone.
    has_top: bool,
    /// Files below are left alone, because one file was named to be all.
    is_closed: bool,
}

/// What one file says.
#[derive(Clone, Debug)]
struct Layer {
    /// The file, with its path for people.
    source: Arc<Source>,
    home: Home,
    said: Vec<Said>,
}

/// Where the folder that a file speaks of lies, seen from the folder being judged.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Home {
    /// This far below; empty for the folder being judged itself.
    Below(String),
    /// Above; the way from there down to the folder being judged.
    Above(String),
}

/// One value that a file says.
#[derive(Clone, Debug)]
struct Said {
    /// The table: `files`, `rules`, `allow` and so on; empty for the file itself.
    section: &'static str,
    /// Which of `[[these]]`.
    item: usize,
    /// The rule, in a table of rules.
    rule: Option<&'static Rule>,
    /// The key.
    key: &'static str,
    value: Value,
    /// The place of the value.
    span: Span,
}

impl Layer {
    /// What is said in a table, with the numbers of `[[these]]`.
    fn section(&self, section: &str) -> impl Iterator<Item = &Said> {
        self.said.iter().filter(move |said| said.section == section)
    }

    /// Every one of `[[these]]`.
    fn items(&self, section: &'static str) -> impl Iterator<Item = Vec<&Said>> {
        let said: Vec<&Said> = self.section(section).collect();
        let items: Vec<Vec<&Said>> = said.chunk_by(|one, other| one.item == other.item).map(<[&Said]>::to_vec).collect();
        items.into_iter()
    }
}

impl Said {
    fn text(&self) -> &str {
        if let Value::Text(text) = &self.value { text } else { "" }
    }

    /// One text or several.
    fn texts(&self) -> Vec<String> {
        match &self.value {
            Value::Text(text) => vec![text.clone()],
            Value::Texts(texts) => texts.clone(),
            Value::Flag(_) | Value::Number(_) => Vec::new(),
        }
    }
}

/// The value of a key in one of `[[these]]`.
fn find<'a>(item: &[&'a Said], key: &str) -> Option<&'a Said> {
    item.iter().find(|said| said.key == key && said.rule.is_none()).copied()
}
