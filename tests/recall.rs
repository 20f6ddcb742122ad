//! What goes wrong in the settings of production is found: one mistake at a time is made in a copy of a tree, and somebody
//! must say so.
//!
//! Silence is not precision, so this prints for each kind of mistake how many were found, and holds the fixtures to a
//! floor. Only findings above low count, but for a key that was deleted: where two files alone are there to tell and
//! nothing reads it, the gap is a note and meant to be one, so a note that is new, at this file, and names the key or folds
//! it with others is told, too. Both figures are printed. `GONOGO_RECALL` names a folder of checked out
//! repositories to do the same to, `GONOGO_SEED` another choice.

mod operators;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use gonogo::diagnostic::Severity;
use gonogo::document::entries::{Entry, Form};
use gonogo::lint::lint_with;
use gonogo::rule::Family;
use gonogo::settings::Settings;
use gonogo::tree::Memory;
use gonogo::workspace::Workspace;
use gonogo::workspace::environments::{Group, SettingsFile};

use self::operators::{Change, OPERATORS, Site};
use crate::mutate::Dice;
use crate::support::{files_below, from_environment, root};

/// How many of them are made in each group, of each kind.
const EACH: usize = 5;

/// Something that is said of a tree.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    rule: &'static str,
    path: String,
    message: String,
    /// It is of low severity.
    is_note: bool,
}

impl Said {
    /// Whether it is about a setting of a file, by its name or as one of those that are told of together.
    fn names(&self, path: &str, name: &str) -> bool {
        let is_it = || self.message.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
        self.path == path && (is_it() || self.message.contains(" more settings are "))
    }
}

/// What is said of a tree, and how often.
fn said(tree: &Memory) -> BTreeMap<Said, usize> {
    let settings = Settings::default();
    let workspace = Workspace::build(tree, "", &settings);
    let outcome = lint_with(&workspace, &settings, |rule| rule.on_by_default && rule.family != Family::Migration);
    let mut said = BTreeMap::new();
    for finding in &outcome.findings {
        let path = workspace.path(finding.diagnostic.primary.place.source).to_owned();
        let (rule, message) = (finding.rule.name, finding.diagnostic.message.clone());
        let is_note = finding.diagnostic.severity == Severity::Low;
        *said.entry(Said { rule, path, message, is_note }).or_insert(0) += 1 + finding.folded;
    }
    said
}

/// How many of each kind were made and found, and what was not found.
#[derive(Default)]
struct Score {
    made: usize,
    found: usize,
    /// Those of them that only a note tells of.
    noted: usize,
    lost: Vec<String>,
}

/// The files of a tree that are no pictures and no dumps.
fn load(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let below = |path: &PathBuf| path.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/");
    let files = files_below(folder).into_iter().filter(|path| fs::metadata(path).is_ok_and(|about| about.len() < 256 << 10));
    files.map(|path| (below(&path), fs::read(&path).expect("a file"))).collect()
}

/// Of a large repository what may have to do with a group: what is beside and below it, pipelines, and what is at the top.
fn around(files: &[(String, Vec<u8>)], group: &Group, workspace: &Workspace) -> Memory {
    const MANY: usize = 500;
    if files.len() <= MANY {
        return files.iter().cloned().collect();
    }
    let members: Vec<&str> =
        group.members.iter().chain(&group.base).chain(&group.aside).map(|file| workspace.path(file.source)).collect();
    let mut folder = members[0].rsplit_once('/').map_or("", |(folder, _)| folder);
    while !members.iter().all(|path| path.starts_with(folder)) {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    let is_near = |path: &str| !path.contains('/') || path.starts_with(".github/") || members.contains(&path);
    let below: Vec<_> = files.iter().filter(|(path, _)| path.starts_with(folder) && !is_near(path)).take(MANY).collect();
    files.iter().filter(|(path, _)| is_near(path)).chain(below).cloned().collect()
}

/// Makes mistakes in one group, some of each kind.
fn try_group(
    files: &[(String, Vec<u8>)],
    workspace: &Workspace,
    group: &Group,
    dice: &mut Dice,
    scores: &mut BTreeMap<&str, Score>,
) {
    let Some(file) = group.members.iter().find(|member| member.is_production()) else { return };
    let document = workspace.document(file.source);
    let parts = workspace.environments.files.iter().filter(|part| part.source == file.source);
    let all: Vec<Entry> = parts.flat_map(|part| part.settings.iter().cloned()).collect();
    // What a file is called the whole tree may tell.
    let trees = [around(files, group, workspace), files.iter().cloned().collect()];
    let said_before = trees.each_ref().map(said);
    for operator in OPERATORS {
        let is_of_file = operator.name.contains(" file");
        let (tree, before) = (&trees[usize::from(is_of_file)], &said_before[usize::from(is_of_file)]);
        let is_plain = |entry: &&Entry| {
            let is_once = file.settings.iter().filter(|other| other.name == entry.name).count() == 1;
            is_once && !matches!(entry.form, Form::Open | Form::List | Form::Null)
        };
        let mut left: Vec<&Entry> = file.settings.iter().filter(is_plain).collect();
        let (mut made, rounds) = (0, if is_of_file { 1 } else { EACH });
        while made < rounds && !left.is_empty() {
            let entry = left.swap_remove(dice.roll(left.len()));
            let site = Site { source: &document.source, all: &all, entry, file, group, workspace };
            let Some(change) = (operator.make)(&site, dice) else { continue };
            if let Change::OtherWord(from, to) = &change
                && is_as_good(files, before, from, to)
            {
                break;
            }
            made += 1;
            let mut changed = tree.clone();
            let what = told_change(&change, document.source.text());
            match change {
                Change::Text(text) => changed.insert(document.source.path(), text),
                Change::Slip(from, to) | Change::OtherWord(from, to) => changed = renamed(files, &from, &to),
            }
            let after = said(&changed);
            let is_new = |(what, count): &(&Said, &usize)| {
                operator.rules.contains(&what.rule) && before.get(*what).is_none_or(|before| before < *count)
            };
            let is_told = after.iter().filter(is_new).any(|(what, _)| !what.is_note);
            let names = |what: &Said| what.names(document.source.path(), &entry.name);
            let is_noted = operator.is_note_enough && after.iter().filter(is_new).any(|(what, _)| names(what));
            let score = scores.entry(operator.name).or_default();
            score.made += 1;
            if is_told || is_noted {
                score.found += 1;
                score.noted += usize::from(!is_told);
            } else {
                score.lost.push(format!("{}: {}: {what}", document.source.path(), entry.name));
            }
        }
    }
}

/// Whether another name is no mistake, for anybody who sees the tree and nothing else: it is asked for in vain so far, so
/// that this mends the tree; or nobody has the old word, in a path or a text that is no prose, so that nothing is left of it.
fn is_as_good(files: &[(String, Vec<u8>)], before: &BTreeMap<Said, usize>, from: &str, to: &str) -> bool {
    let is_asked = |said: &Said| operators::NAMES_OF_FILES.contains(&said.rule) && !said.is_note && said.message.starts_with(to);
    if before.keys().any(is_asked) {
        return true;
    }
    // The letters that the two do not begin with, nor end with, stand in the old word.
    let begin = from.bytes().zip(to.bytes()).take_while(|(one, other)| one == other).count();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric();
    let bytes = from.as_bytes();
    let start = bytes[..begin].iter().rposition(|byte| !is_part(byte)).map_or(0, |at| at + 1);
    let end = bytes[start..].iter().position(|byte| !is_part(byte)).map_or(bytes.len(), |length| start + length);
    let word = &from[start..end];
    let has_word = |text: &[u8]| {
        let is_alone = |at: usize| {
            let inner = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(is_part);
            !inner(at.checked_sub(1)) && !inner(Some(at + word.len()))
        };
        memchr::memmem::find_iter(text, word).any(is_alone)
    };
    let is_other = |path: &str| !path.starts_with(from);
    !files.iter().any(|(path, text)| is_other(path) && (has_word(path.as_bytes()) || (!path.ends_with(".md") && has_word(text))))
}

/// What was changed, for those who look at what was not found.
fn told_change(change: &Change, before: &str) -> String {
    match change {
        Change::Text(after) => {
            let line = after.lines().zip(before.lines()).find(|(one, other)| one != other).map_or("", |(line, _)| line);
            line.trim().chars().take(100).collect()
        }
        Change::Slip(_, to) | Change::OtherWord(_, to) => format!("now {to}"),
    }
}

/// The tree with a file or a folder by another name.
fn renamed(files: &[(String, Vec<u8>)], from: &str, to: &str) -> Memory {
    let name = |path: &String| match path.strip_prefix(from) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{to}{rest}"),
        _ => path.clone(),
    };
    files.iter().map(|(path, bytes)| (name(path), bytes.clone())).collect()
}

/// Makes mistakes in some groups of a tree.
fn try_tree(folder: &Path, most: usize, dice: &mut Dice, scores: &mut BTreeMap<&str, Score>) -> usize {
    let files = load(folder);
    let tree: Memory = files.iter().cloned().collect();
    let workspace = Workspace::build(&tree, "", &Settings::default());
    let mut groups: Vec<&Group> = workspace.environments.groups.iter().collect();
    groups.retain(|group| group.keys >= 4 && group.members.iter().any(SettingsFile::is_production));
    let mut count = 0;
    while count < most && !groups.is_empty() {
        let group = groups.swap_remove(dice.roll(groups.len()));
        try_group(&files, &workspace, group, dice, scores);
        count += 1;
    }
    count
}

fn told(scores: &BTreeMap<&str, Score>) -> String {
    let mut text = String::new();
    for operator in OPERATORS {
        let Some(score) = scores.get(operator.name) else { continue };
        let above = if operator.is_note_enough { format!(", {} above low", score.found - score.noted) } else { String::new() };
        let _ = writeln!(text, "{:30} {:3} of {:3}{above}", operator.name, score.found, score.made);
        for lost in &score.lost {
            let _ = writeln!(text, "    not found: {lost}");
        }
    }
    text
}

#[test]
#[expect(clippy::print_stdout, reason = "what was found of how many is what people run this for")]
fn mistakes_in_the_fixtures_are_found() {
    let mut scores = BTreeMap::new();
    let mut dice = Dice::new(from_environment("GONOGO_SEED", 0));
    for fixture in ["drift", "go"] {
        try_tree(&root().join("fixtures").join(fixture), 20, &mut dice, &mut scores);
    }
    println!("{}", told(&scores));
    for operator in OPERATORS {
        let Some(floor) = operator.floor else { continue };
        let Some(score) = scores.get(operator.name) else { panic!("no fixture has room for: {}", operator.name) };
        // In the fixtures nothing is left to a note.
        let found = score.found - score.noted;
        assert!(score.made >= 4 && found * 100 >= score.made * floor, "{}\n{}", operator.name, told(&scores));
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "what was found of how many is what people run this for")]
#[ignore = "needs a folder of repositories in GONOGO_RECALL"]
fn mistakes_in_repositories_are_found() {
    let folder = PathBuf::from(std::env::var_os("GONOGO_RECALL").expect("GONOGO_RECALL names a folder of repositories"));
    let mut scores = BTreeMap::new();
    let mut dice = Dice::new(from_environment("GONOGO_SEED", 0));
    let mut repositories: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    repositories.sort();
    let most = usize::try_from(from_environment("GONOGO_GROUPS", 3)).expect("a number");
    for repository in repositories {
        let count = try_tree(&repository, most, &mut dice, &mut scores);
        println!("{count} groups of {}", repository.display());
    }
    println!("{}", told(&scores));
}
