//! The mistakes that are made, one at a time.

use gonogo::document::entries::{Entry, Form};
use gonogo::source::Source;
use gonogo::workspace::Workspace;
use gonogo::workspace::environments::{Group, SettingsFile};

use crate::mutate::Dice;

/// A kind of mistake, and which rules are right to speak of it.
pub struct Operator {
    pub name: &'static str,
    pub rules: &'static [&'static str],
    pub make: fn(&Site<'_>, &mut Dice) -> Option<Change>,
    /// How many of a hundred must be found in the fixtures; none where only other files of a repository could tell.
    pub floor: Option<usize>,
    /// Whether a finding of low severity will do, if it names the setting.
    pub is_note_enough: bool,
}

/// The new text of the file of production; or the old and the new path of it or of a folder around it, by a slip or by
/// another word for the environment.
pub enum Change {
    Text(String),
    Slip(String, String),
    OtherWord(String, String),
}

/// A setting of production that something is done to.
pub struct Site<'w> {
    pub source: &'w Source,
    /// All settings of the file, whatever part of it they are in.
    pub all: &'w [Entry],
    pub entry: &'w Entry,
    pub file: &'w SettingsFile,
    pub group: &'w Group,
    pub workspace: &'w Workspace,
}

pub const NAMES_OF_FILES: &[&str] = &["missing-environment-file", "misnamed-environment-file"];

pub const OPERATORS: &[Operator] = &[
    Operator {
        name: "delete a key",
        rules: &["missing-setting", "undefined-required-value"],
        make: delete,
        floor: Some(90),
        is_note_enough: true,
    },
    Operator {
        name: "misspell a key",
        rules: &["misspelt-setting", "missing-setting"],
        make: misspell,
        floor: Some(90),
        is_note_enough: false,
    },
    Operator {
        name: "another environment's host",
        rules: &["points-at-other-environment", "environment-name-mismatch", "localhost-in-production"],
        make: stray,
        floor: Some(90),
        is_note_enough: false,
    },
    Operator {
        name: "times 1000",
        rules: &["drifted-unit", "invalid-value"],
        make: enlarge,
        floor: Some(90),
        is_note_enough: false,
    },
    Operator {
        name: "drop a unit",
        rules: &["missing-unit", "drifted-unit", "drifted-type"],
        make: drop_unit,
        floor: Some(90),
        is_note_enough: false,
    },
    Operator { name: "quote a number or a truth", rules: &["drifted-type"], make: quote, floor: Some(90), is_note_enough: false },
    Operator { name: "set a key again", rules: &["duplicate-setting"], make: repeat, floor: Some(90), is_note_enough: false },
    Operator { name: "rename the file", rules: NAMES_OF_FILES, make: rename, floor: Some(90), is_note_enough: false },
    Operator {
        name: "misspell the file's name",
        rules: NAMES_OF_FILES,
        make: misspell_file,
        floor: Some(90),
        is_note_enough: false,
    },
];

impl Site<'_> {
    fn text(&self) -> &str {
        self.source.text()
    }

    fn value(&self) -> &str {
        self.entry.text(self.source)
    }

    /// What the other members have for it.
    fn others(&self) -> Vec<(&SettingsFile, &str)> {
        let others = self.group.members.iter().filter(|member| !member.is_production());
        let said = others.filter_map(|member| {
            let entry = member.find(&self.entry.name).filter(|entry| !matches!(entry.form, Form::Open | Form::List))?;
            Some((member, entry.text(&self.workspace.document(member.source).source)))
        });
        said.collect()
    }

    /// From the beginning of the line of its key to the end of the line of its value, where no other setting stands.
    fn lines(&self) -> Option<(usize, usize)> {
        let text = self.text();
        let (key, value) = (self.entry.key.range(), self.entry.value.range());
        let start = text[..key.start.min(value.start)].rfind('\n').map_or(0, |at| at + 1);
        let end = key.end.max(value.end);
        let end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
        let inside = self.all.iter().filter(|other| (start..end).contains(&other.key.range().start)).count();
        (inside == 1 && !self.entry.is_merged).then_some((start, end))
    }

    /// The text with another value.
    fn with_value(&self, value: &str) -> Option<Change> {
        let range = self.entry.value.range();
        let is_plain = &self.text()[range.clone()] == self.value() && !self.entry.is_merged && !value.contains(['\n', '"', '\'']);
        is_plain.then(|| Change::Text(format!("{}{value}{}", &self.text()[..range.start], &self.text()[range.end..])))
    }
}

/// Whoever lost a key that all others have.
fn delete(site: &Site<'_>, _: &mut Dice) -> Option<Change> {
    let (start, end) = site.lines()?;
    let (group, members) = (site.group, site.group.members.len());
    // Where what is read before it says the same, nothing changes.
    let says_same = |below: &SettingsFile| {
        let text = |entry: &Entry| entry.text(&site.workspace.document(below.source).source) == site.value();
        below.find(&site.entry.name).is_some_and(text)
    };
    if site.file.stack.below.iter().chain(&group.base).any(says_same) {
        return None;
    }
    // Who deletes the only key of a map deletes the map; and what a template decides nobody knows.
    let map = site.entry.name.rsplit_once('.').map_or("", |(map, _)| map);
    let in_map = |entry: &&Entry| map.is_empty() || entry.name.strip_prefix(map).is_some_and(|rest| rest.starts_with('.'));
    if site.all.iter().filter(in_map).count() < 2 || site.file.is_open {
        return None;
    }
    let is_complete = group.parity >= 95 && (members >= 3 || group.keys >= 8);
    let is_expected = is_complete && site.others().len() + 1 == members;
    is_expected.then(|| Change::Text(format!("{}{}", &site.text()[..start], &site.text()[end..])))
}

/// Two letters change places, or one is lost, in a key that somebody else has, too.
fn misspell(site: &Site<'_>, dice: &mut Dice) -> Option<Change> {
    let key = site.entry.key.range();
    let text = &site.text()[key.clone()];
    // Of settings in a block of text the place of the key is not known.
    if text.trim_matches(['"', '\'']) != site.entry.leaf() && !site.entry.name.ends_with(text) {
        return None;
    }
    let last = text.rfind(['.', '/', '_', '-']).map_or(0, |at| at + 1);
    let letters = text.as_bytes();
    let pairs: Vec<usize> = (last + 1..letters.len().saturating_sub(1))
        .filter(|at| {
            letters[*at].is_ascii_alphabetic() && letters[at + 1].is_ascii_alphabetic() && letters[*at] != letters[at + 1]
        })
        .collect();
    let in_base = site.group.base.iter().any(|base| base.find(&site.entry.name).is_some());
    if pairs.is_empty()
        || text.len() < 5
        || text.len() - last < 4
        || site.entry.is_merged
        || (site.others().is_empty() && !in_base)
    {
        return None;
    }
    let at = key.start + dice.pick(&pairs);
    let swapped = match dice.roll(2) {
        0 => format!("{}{}", &site.text()[at + 1..at + 2], &site.text()[at..=at]),
        _ => site.text()[at + 1..at + 2].to_owned(),
    };
    Some(Change::Text(format!("{}{swapped}{}", &site.text()[..at], &site.text()[at + 2..])))
}

/// What another environment has, if it says in a host or a name whose it is.
fn stray(site: &Site<'_>, _: &mut Dice) -> Option<Change> {
    let own = site.value();
    let names = |member: &SettingsFile, value: &str| {
        let name = member.environment.as_deref().unwrap_or_default();
        let short = &name[..name.len().min(3)];
        let host = value.split("://").last().unwrap_or(value).split(['/', '?']).next().unwrap_or(value).to_ascii_lowercase();
        let mut labels: Vec<&str> = host.split(['.', '-', '_', ':', '@']).collect();
        if host.contains('.') {
            labels.pop();
        }
        labels.iter().any(|label| *label == name || (label.starts_with(short) && name.starts_with(label)))
    };
    let others = site.others();
    let (_, value) = others.iter().find(|(member, value)| *value != own && !member.is_aside && names(member, value))?;
    site.with_value(value)
}

/// A number of something that is measured, where all others have the same.
fn enlarge(site: &Site<'_>, _: &mut Dice) -> Option<Change> {
    const MEASURES: &[&str] = &[
        "timeout", "ttl", "interval", "delay", "duration", "expir", "max_age", "period", "seconds", "minutes", "_ms", "size",
        "memory", "bytes",
    ];
    let name = site.entry.leaf().to_ascii_lowercase();
    let own = site.value();
    let is_number = !own.is_empty() && own.bytes().all(|byte| byte.is_ascii_digit()) && !own.starts_with('0');
    let is_measure = MEASURES.iter().any(|measure| name.contains(measure));
    let others = site.others();
    let agree = !others.is_empty() && others.iter().all(|(_, value)| *value == own);
    (is_number && is_measure && agree).then(|| site.with_value(&format!("{own}000")))?
}

/// `30s` becomes `30`.
fn drop_unit(site: &Site<'_>, _: &mut Dice) -> Option<Change> {
    let digits = |value: &str| value.bytes().take_while(u8::is_ascii_digit).count();
    let has_unit = |value: &str| {
        let unit = &value[digits(value)..];
        digits(value) > 0 && ["ms", "s", "m", "h", "d", "Ki", "Mi", "Gi", "K", "M", "G", "KB", "MB", "GB"].contains(&unit)
    };
    let own = site.value();
    let others = site.others();
    (has_unit(own) && !others.is_empty() && others.iter().all(|(_, value)| has_unit(value)))
        .then(|| site.with_value(&own[..digits(own)]))?
}

/// `true` becomes `"true"` where a format tells texts from other things.
fn quote(site: &Site<'_>, _: &mut Dice) -> Option<Change> {
    let document = site.workspace.documents.iter().find(|document| document.source.path() == site.source.path())?;
    let is_typed = document.entries().is_some();
    let ends = [".yml", ".yaml", ".json", ".toml"];
    let own = site.value();
    let is_exact = matches!(own, "true" | "false") || (!own.is_empty() && own.bytes().all(|byte| byte.is_ascii_digit()));
    let others: Vec<&Entry> = site
        .group
        .members
        .iter()
        .filter(|member| !member.is_production())
        .filter_map(|member| member.find(&site.entry.name))
        .collect();
    let all_bare = !others.is_empty() && others.iter().all(|other| other.form == Form::Bare);
    // The environment of a process holds texts alone, and a quantity of Kubernetes may be one: there quotes are right.
    let leaf = site.entry.leaf();
    let is_variable = leaf.contains('_') && !leaf.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_quantity = matches!(leaf.to_ascii_lowercase().as_str(), "cpu" | "memory");
    // Spring, .NET and Terraform make of a text what the program asks for: there it is no mistake.
    let name = site.source.name().to_ascii_lowercase();
    let converts =
        ["application", "bootstrap", "appsettings"].iter().any(|start| name.starts_with(start)) || name.contains(".tfvars");
    let fits = is_typed && !converts && ends.iter().any(|end| site.source.name().ends_with(end)) && site.entry.form == Form::Bare;
    let range = site.entry.value.range();
    let quoted = || Change::Text(format!("{}\"{own}\"{}", &site.text()[..range.start], &site.text()[range.end..]));
    (fits && is_exact && all_bare && !is_variable && !is_quantity && !site.entry.is_merged).then(quoted)
}

/// The same key again, with another value.
fn repeat(site: &Site<'_>, _: &mut Dice) -> Option<Change> {
    let (start, end) = site.lines()?;
    let own = site.value();
    let other = match own {
        "true" => "false".to_owned(),
        "false" => "true".to_owned(),
        own => format!("{own}2"),
    };
    let Change::Text(changed) = site.with_value(&other)? else { return None };
    let grown = changed.len() + end - site.text().len();
    let (first, again) = (&site.text()[start..end], &changed[start..grown]);
    let is_json = site.source.name().ends_with(".json");
    let comma = if is_json && !first.trim_end().ends_with(',') { "," } else { "" };
    // An item of a list twice is two items.
    if first.trim_start().starts_with("- ") {
        return None;
    }
    let first = format!("{}{comma}\n", first.trim_end());
    Some(Change::Text(format!("{}{first}{again}{}", &site.text()[..start], &site.text()[end..])))
}

/// `production.env` becomes `prod.env`, the other way round where it is short already; the folder, if the file has no such name.
fn rename(site: &Site<'_>, _: &mut Dice) -> Option<Change> {
    let (before, word, after) = word_of_production(site.source.path())?;
    let other = if word.len() > "prod".len() { &word[.."prod".len()] } else { "production" };
    Some(Change::OtherWord(format!("{before}{word}{after}"), format!("{before}{other}{after}")))
}

/// `production.env` becomes `prodution.env`.
fn misspell_file(site: &Site<'_>, dice: &mut Dice) -> Option<Change> {
    let (before, word, after) = word_of_production(site.source.path())?;
    let at = 1 + dice.roll(word.len() - 2);
    let letters = word.as_bytes();
    // A short word loses no letter: what is left may be any word.
    let slip = if word.len() > "prod".len() && dice.roll(2) == 0 {
        format!("{}{}", &word[..at], &word[at + 1..])
    } else {
        format!("{}{}{}{}", &word[..at], char::from(letters[at + 1]), char::from(letters[at]), &word[at + 2..])
    };
    (slip != word).then(|| Change::Slip(format!("{before}{word}{after}"), format!("{before}{slip}{after}")))
}

/// The last word for production in a path, as people write it, with what stands around it up to the end of that part.
fn word_of_production(path: &str) -> Option<(&str, &str, &str)> {
    let lower = path.to_ascii_lowercase();
    let (at, word) = ["production", "prod"].into_iter().find_map(|word| Some((lower.rfind(word)?, word)))?;
    let end = at + word.len();
    let part = path[end..].find('/').map_or(path.len(), |slash| end + slash);
    Some((&path[..at], &path[at..end], &path[end..part]))
}
