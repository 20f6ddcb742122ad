//! What can be said about a place in a file, whoever says it.
//!
//! A [`Diagnostic`] cannot be made without a place. It says what happens (`message`), shows where and why (labels,
//! also in other files), tells what happens in production, what was assumed, and what to do instead.

use std::fmt;

use crate::source::Span;

/// Which source of the workspace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(pub u32);

impl SourceId {
    /// As an index into the documents of the workspace.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A span in a source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// The source.
    pub source: SourceId,
    /// The span in it.
    pub span: Span,
}

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A note.
    Low,
    /// Needs a look.
    Medium,
    /// Stops a release: an outage, a failed deploy or lost data is the likely result.
    High,
}

impl Severity {
    /// From the worst to the mildest.
    pub const WORST_FIRST: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }

    /// One step milder.
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A place and what it has to do with the matter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What this text does; may be empty for the main place.
    pub text: String,
}

/// Replace this by that.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What to replace.
    pub place: Place,
    /// By what.
    pub replacement: String,
}

/// A file to be saved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewFile {
    /// Its path.
    pub path: String,
    /// All of its text.
    pub text: String,
}

/// Files that do it another way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rewrite {
    /// What changes where it stands when they come: statements, or parts of them, most of which go.
    pub edits: Vec<Fix>,
    /// The files, in the order in which they run.
    pub files: Vec<NewFile>,
}

/// What to do instead: words, and files where it is written out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Help {
    /// For people; may be empty.
    pub text: String,
    /// For machines.
    pub rewrite: Option<Rewrite>,
}

impl From<String> for Help {
    fn from(text: String) -> Self {
        Self { text, rewrite: None }
    }
}

impl From<&str> for Help {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// One thing said about one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// One clause in the present tense that names the object and the consequence.
    pub message: String,
    /// The main place.
    pub primary: Label,
    /// The evidence elsewhere, in the order it is told.
    pub because: Vec<Label>,
    /// What happens in production, to whom; may be empty.
    pub in_production: String,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// What to do instead, ready to paste; may be empty.
    pub help: String,
    /// Files that do it.
    pub rewrite: Option<Rewrite>,
    /// Edits that do it.
    pub fixes: Vec<Fix>,
    /// What it is about, where its place does not tell.
    pub about: String,
}

impl Diagnostic {
    /// Says `message` about `place`.
    pub fn new(severity: Severity, place: Place, message: impl Into<String>) -> Self {
        Self {
            severity,
            message: message.into(),
            primary: Label { place, text: String::new() },
            because: Vec::new(),
            in_production: String::new(),
            assumptions: Vec::new(),
            help: String::new(),
            rewrite: None,
            fixes: Vec::new(),
            about: String::new(),
        }
    }

    /// Takes something for granted that may well be otherwise: one step milder.
    pub fn guess(&mut self, assumption: impl Into<String>) {
        self.severity = self.severity.lowered();
        self.assumptions.push(assumption.into());
    }

    /// The main label and all others.
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        std::iter::once(&self.primary).chain(&self.because)
    }
}

/// Something to know about a file that is no finding: it could not be read, or only in part.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Note {
    /// The file, or the folder.
    pub path: String,
    /// The line, from 1, where there is one.
    pub line: Option<u32>,
    /// What there is to know.
    pub message: String,
    /// How much of the file was judged all the same.
    pub judged: Judged,
}

/// How much of a file was judged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Judged {
    /// Everything that there is.
    Whole,
    /// All but what the note names.
    InPart,
    /// Nothing, and it is a file of ours: no GO without it.
    Nothing,
    /// Nothing, and it need not be: the file is not ours.
    NotOurs,
}
