//! How much was judged?

use super::Workspace;
use crate::diagnostic::{Judged, Note};
use crate::document::kind::Kind;

/// How many files were judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// Files of ours.
    pub inputs: usize,
    /// Of these, judged, wholly or in part.
    pub judged: usize,
    /// Of these, judged in part.
    pub in_part: usize,
}

impl Workspace {
    /// How many documents were judged wholly or in part, and how many in part alone.
    pub fn coverage(&self) -> Coverage {
        let of = |judged| move |note: &&Note| note.judged == judged;
        let paths = |judged| {
            let mut paths: Vec<&str> = self.notes.iter().filter(of(judged)).map(|note| note.path.as_str()).collect();
            paths.dedup();
            paths
        };
        let nothing = paths(Judged::Nothing);
        // What is said of a folder of documents is said of no file.
        let is_file = |path: &&&str| self.find(path).is_none() && !self.has_below(path);
        let unread = nothing.iter().filter(is_file).count();
        let in_part = paths(Judged::InPart).iter().filter(|path| !nothing.contains(path)).count();
        let inputs = self.documents.iter().filter(|document| document.kind != Kind::Consumer).count() + unread;
        let undecided = self.history.undecided().filter(|id| !nothing.contains(&self.path(*id))).count();
        let unjudged = nothing.iter().filter(|path| self.find(path).is_some()).count();
        Coverage { inputs, judged: inputs - unread - unjudged - undecided, in_part }
    }
}
