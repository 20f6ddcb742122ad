//! Which findings were there before the gate was?
//!
//! A baseline is a file in the repository with one line for each of them. A finding is known by its rule, its path and
//! what it is about, never by its line; it stays known when lines move and when its file gets another name. What cannot
//! be read is never known: a baseline holds what was judged, not what nobody looked at.
//!
//! Every entry begins with its comma, so that a line can come or go without its neighbours: changes on two branches merge.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::Root;
use crate::lint::Outcome;
use crate::rule::{Finding, Rule};
use crate::settings::Settings;
use crate::tree::git::Snapshot;
use crate::tree::{Tree, Unreadable};
use crate::untrusted::harmless_json;
use crate::workspace::Workspace;
use crate::workspace::base::Base;

/// Larger baselines are not read: this one would have half a million entries.
pub const LARGEST: u64 = 128 << 20;

const VERSION: u32 = 1;

/// Known findings.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Baseline {
    /// Where it stands below the root.
    pub file: String,
    /// With a hint for people.
    entries: BTreeMap<Entry, String>,
}

/// What a finding is known by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Entry {
    /// The file, relative to the root.
    pub path: String,
    /// The rule.
    pub rule: String,
    /// What it is about.
    pub fingerprint: String,
}

/// What became of a baseline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Compared {
    /// Where it stands below the root.
    pub file: String,
    /// What it held before.
    pub before: Baseline,
    /// Entries that nothing matches any more.
    pub fixed: Vec<Entry>,
    /// All others, under the path that they have now.
    kept: BTreeMap<Entry, String>,
    /// Of these, those that nobody can tell about, because their rule did not look at their file.
    untold: BTreeMap<Entry, String>,
}

/// A line of the file: the first says what it is, every other one holds an entry.
#[derive(Serialize, Deserialize, Default)]
struct Line {
    #[serde(rename = "gonogo-baseline", default, skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Baseline {
    /// An empty one.
    pub fn new(file: &str) -> Self {
        Self { file: file.to_owned(), entries: BTreeMap::new() }
    }

    /// Reads a file; an error says in a clause what is wrong with it, and nothing of what is in it.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, String> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let lines: Vec<Line> = serde_json::from_slice(bytes).map_err(|error| {
            if bytes.starts_with(b"<<<<<<<") || memchr::memmem::find(bytes, b"\n<<<<<<<").is_some() {
                return "it holds the marks of a merge that was not finished: keep the lines of both sides".to_owned();
            }
            format!("it is none that gonogo wrote (line {}, column {})", error.line(), error.column())
        })?;
        match lines.first().and_then(|first| first.version) {
            None => return Err("it is none that gonogo wrote: its first line does not say so".to_owned()),
            Some(VERSION) => {}
            Some(version) => {
                return Err(format!("it is written in format {version}, and this gonogo knows format {VERSION} alone"));
            }
        }
        let mut baseline = Self::new(file);
        for (at, line) in lines.into_iter().enumerate().skip(1) {
            let (Some(path), Some(rule), Some(fingerprint)) = (line.path, line.rule, line.fingerprint) else {
                return Err(format!("entry {at} lacks its rule, its path or its fingerprint"));
            };
            // A rule may have been renamed since.
            let rule = Rule::find(&rule).map_or(rule, |found| found.name.to_owned());
            baseline.entries.insert(Entry { path, rule, fingerprint }, line.hint.unwrap_or_default());
        }
        Ok(baseline)
    }

    /// The one that the base holds in the same place, if it holds one; an error says why nobody can tell.
    pub fn of_base(tree: &dyn Tree, file: &str, settings: &Settings) -> Result<Option<Self>, String> {
        let commit = match Base::of(tree, &Settings { all: false, ..settings.clone() }) {
            Base::Commit { commit, .. } => commit,
            Base::Nothing(reason) if tree.repository().is_err() => return Err(reason.to_owned()),
            Base::Unknown(reason) => return Err(reason),
            Base::Nothing(_) | Base::Unasked | Base::All => return Ok(None),
        };
        let repository = tree.repository().map_err(|reason| reason.to_string())?;
        let files = repository.files_of(&commit)?;
        match Snapshot::new(repository, files).read(file, LARGEST) {
            Err(Unreadable::Vanished) => Ok(None),
            bytes => Self::read(file, &bytes.map_err(|reason| reason.to_string())?).map(Some),
        }
    }

    /// The file: by path, rule and fingerprint.
    pub fn write(&self) -> String {
        let json = |line: &Line| serde_json::to_string(line).expect("plain structures become JSON");
        let about = "findings that were known when this was written; `gonogo baseline` writes it, `gonogo baseline --prune` drops what is fixed";
        let mut out = format!("[{}\n", json(&Line { version: Some(VERSION), about: Some(about.to_owned()), ..Line::default() }));
        for (Entry { path, rule, fingerprint }, hint) in &self.entries {
            let [rule, path, fingerprint, hint] = [rule, path, fingerprint, hint].map(|text| Some(text.clone()));
            out.push(',');
            out.push_str(&json(&Line { rule, path, fingerprint, hint, ..Line::default() }));
            out.push('\n');
        }
        out.push_str("]\n");
        harmless_json(out)
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries that another one does not hold, in order.
    pub fn beyond<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (&'a Entry, &'a String)> {
        self.entries.iter().filter(|(entry, _)| !other.entries.contains_key(entry))
    }

    /// Marks the findings that it holds as known.
    pub fn compare(&self, workspace: &Workspace, outcome: &mut Outcome) -> Compared {
        let mut kept = BTreeMap::new();
        let mut matched: HashSet<&Entry> = HashSet::new();
        for finding in &mut outcome.findings {
            if let Some((entry, hint)) = holdable(workspace, finding).and_then(|entry| self.entries.get_key_value(&entry)) {
                finding.known = true;
                matched.insert(entry);
                kept.insert(entry.clone(), hint.clone());
            }
        }
        let (mut fixed, mut untold) = (Vec::new(), BTreeMap::new());
        for (entry, hint) in self.entries.iter().filter(|(entry, _)| !matched.contains(entry)) {
            let rule = Rule::find(&entry.rule);
            if rule.is_none_or(|rule| outcome.looked.at(workspace, rule, &entry.path)) {
                fixed.push(entry.clone());
            } else {
                untold.insert(entry.clone(), hint.clone());
            }
        }
        self.follow(workspace, &mut outcome.findings, &mut fixed, &mut kept);
        kept.extend(untold.clone());
        Compared { file: self.file.clone(), before: self.clone(), fixed, kept, untold }
    }

    /// What is gone with its file and found in another one has moved there.
    fn follow(
        &self,
        workspace: &Workspace,
        findings: &mut [Finding],
        fixed: &mut Vec<Entry>,
        kept: &mut BTreeMap<Entry, String>,
    ) {
        let mut gone: HashMap<(&str, &str), Vec<&Entry>> = HashMap::new();
        for entry in fixed.iter().rev().filter(|entry| workspace.find(&entry.path).is_none()) {
            gone.entry((&entry.rule, &entry.fingerprint)).or_default().push(entry);
        }
        let mut moved: HashSet<Entry> = HashSet::new();
        for finding in findings.iter_mut().filter(|finding| finding.counts()) {
            let Some(entry) = holdable(workspace, finding) else { continue };
            let left = gone.get_mut(&(finding.rule.name, finding.essence.as_str()));
            if let Some(old) = left.and_then(Vec::pop) {
                finding.known = true;
                kept.insert(entry, self.entries[old].clone());
                moved.insert(old.clone());
            }
        }
        fixed.retain(|entry| !moved.contains(entry));
    }
}

impl Compared {
    /// How many entries nothing matches any more, in one file or, if it is not named, in all.
    pub fn fixed_in(&self, named: &str) -> usize {
        self.fixed.iter().filter(|entry| named.is_empty() || entry.path == named).count()
    }

    /// The baseline without what is fixed.
    pub fn pruned(&self) -> Baseline {
        Baseline { file: self.file.clone(), entries: self.kept.clone() }
    }

    /// A baseline of all that is found now; what nobody can tell about stays in it.
    pub fn renewed(&self, root: &Root) -> Baseline {
        let mut entries = self.untold.clone();
        for finding in root.findings.iter().flat_map(Finding::parts).filter(|finding| finding.suppressed.is_none()) {
            if let Some(entry) = holdable(&root.workspace, finding) {
                entries.insert(entry, finding.diagnostic.message.clone());
            }
        }
        Baseline { file: self.file.clone(), entries }
    }
}

/// What a finding is known by; none for what a baseline never holds, because it stands where nothing could be read.
pub fn holdable(workspace: &Workspace, finding: &Finding) -> Option<Entry> {
    let place = finding.diagnostic.primary.place;
    if workspace.is_unreadable(place) {
        return None;
    }
    let path = workspace.path(place.source).to_owned();
    Some(Entry { path, rule: finding.rule.name.to_owned(), fingerprint: finding.essence.clone() })
}
