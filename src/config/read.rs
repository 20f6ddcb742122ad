//! One file: from text to what it says, with everything that is wrong with it.

use std::sync::Arc;

use super::keys::{KEYS, Key, Kind, LEVEL, Shape};
use super::{Complaint, Complaints, Said, value};
use crate::document::toml::{Entry, TableId, Tree, Value as Raw, ValueKind};
use crate::near;
use crate::rule::{Default, Rule, RuleOption};
use crate::source::{Source, Span};

/// More mistakes of one file are counted and not told.
const MOST_COMPLAINTS: usize = 100;

/// What a file says. `is_top` tells whether it may speak of the whole run.
pub fn read(source: &Arc<Source>, is_top: bool) -> Result<Vec<Said>, Complaints> {
    let tree = Tree::read(source);
    let complaint = |span, message| Complaint { message, source: Arc::clone(source), span: Some(span) };
    if !tree.faults.is_empty() {
        let told =
            |message: &str| if message.contains('`') { message.to_owned() } else { format!("this is not TOML: {message}") };
        return Err(tree.faults.iter().map(|fault| complaint(fault.span, told(&fault.message))).collect());
    }
    let mut reader = Reader { tree: &tree, is_top, said: Vec::new(), wrong: Vec::new(), more: 0 };
    reader.keys(KEYS, TableId::ROOT, At { section: "", item: 0, rule: None });
    reader.version();
    if reader.wrong.is_empty() {
        return Ok(reader.said);
    }
    reader.wrong.sort();
    let more = reader.more + reader.wrong.len().saturating_sub(MOST_COMPLAINTS);
    let mut wrong: Complaints =
        reader.wrong.into_iter().take(MOST_COMPLAINTS).map(|(span, message)| complaint(span, message)).collect();
    if more > 0 {
        wrong.push(Complaint { message: format!("and {more} more"), source: Arc::clone(source), span: None });
    }
    Err(wrong)
}

struct Reader<'t> {
    tree: &'t Tree,
    is_top: bool,
    said: Vec<Said>,
    wrong: Vec<(Span, String)>,
    /// How many unknown names were passed over, because there are too many.
    more: usize,
}

/// In which table.
#[derive(Clone, Copy)]
struct At {
    section: &'static str,
    item: usize,
    rule: Option<&'static Rule>,
}

impl<'t> Reader<'t> {
    fn wrong(&mut self, span: Span, message: impl Into<String>) {
        self.wrong.push((span, message.into()));
    }

    /// A table whose keys are these. Returns the keys that are there.
    fn keys(&mut self, keys: &'static [Key], table: TableId, at: At) -> Vec<&'static str> {
        let tree = self.tree;
        let mut there = Vec::new();
        for entry in &tree.table(table).entries {
            match keys.iter().find(|key| key.name == entry.key) {
                None if self.wrong.len() > MOST_COMPLAINTS => self.more += 1,
                None => {
                    let where_ = if at.section.is_empty() { "here".to_owned() } else { format!("in `{}`", at.section) };
                    let message = unknown(&format!("there is no key `{}` {where_}", entry.key), &entry.key, keys.iter().map(|key| key.name));
                    self.wrong(entry.span, message);
                }
                Some(key) if key.is_for_all && !self.is_top => self.wrong(
                    entry.span,
                    format!(
                        "`{}` is about the whole run and belongs into the topmost gonogo.toml; this one speaks for its own folder alone",
                        key.name
                    ),
                ),
                Some(key) => {
                    there.push(key.name);
                    self.shape(key, entry, at);
                }
            }
        }
        there
    }

    fn shape(&mut self, key: &'static Key, entry: &'t Entry, at: At) {
        let inside = At { section: if at.section.is_empty() { key.name } else { at.section }, ..at };
        match (key.shape, &entry.value.kind) {
            (Shape::Value(kind), _) => self.value(kind, key, &entry.value, at),
            (Shape::Table(keys), ValueKind::Table(table)) => self.item(keys, *table, entry.span, inside),
            (Shape::Tables(keys), ValueKind::List(items)) => {
                for (item, raw) in items.iter().enumerate() {
                    match &raw.kind {
                        ValueKind::Table(table) => self.item(keys, *table, raw.span, At { item, ..inside }),
                        other => self.wrong(raw.span, format!("`[[{}]]` holds tables; here is {}", key.name, value::told(other))),
                    }
                }
            }
            (Shape::Rules, ValueKind::Table(table)) => self.rules(*table, inside),
            (Shape::Tables(_), other) => {
                self.wrong(
                    entry.span,
                    format!("write `[[{}]]`, as there may be several; here is {}", key.name, value::told(other)),
                );
            }
            (Shape::Table(_) | Shape::Rules, other) => {
                self.wrong(entry.span, format!("`{}` is a table, `[{0}]`; here is {}", key.name, value::told(other)));
            }
        }
    }

    /// A table that is nothing without some of its keys.
    fn item(&mut self, keys: &'static [Key], table: TableId, span: Span, at: At) {
        let there = self.keys(keys, table, at);
        let missing: Vec<&Key> = keys.iter().filter(|key| key.is_required && !there.contains(&key.name)).collect();
        for key in missing {
            let how = if key.example.is_empty() { String::new() } else { format!(", such as `{} = {}`", key.name, key.example) };
            self.wrong(span, format!("`{}` lacks its `{}`: {}{how}", at.section, key.name, key.text));
        }
        if at.section == "allow" && !["path", "paths"].iter().any(|key| there.contains(key)) {
            self.wrong(span, "`allow` names no files: add `path = \"...\"`, or `paths = [\"**\"]` for all");
        }
    }

    fn value(&mut self, kind: Kind, key: &'static Key, raw: &Raw, at: At) {
        match value::of(kind, raw, key.example) {
            Ok(value) => {
                let At { section, item, rule } = at;
                self.said.push(Said { section, item, rule, key: key.name, value, span: raw.span });
            }
            Err(wrong) => self.wrong.extend(wrong),
        }
    }

    fn rules(&mut self, table: TableId, at: At) {
        let tree = self.tree;
        for entry in &tree.table(table).entries {
            match (Rule::find(&entry.key), &entry.value.kind) {
                (None, _) if self.wrong.len() > MOST_COMPLAINTS => self.more += 1,
                (None, _) => self.wrong(entry.span, Rule::unknown(&entry.key)),
                (Some(rule), ValueKind::Table(table)) => self.rule(rule, *table, At { rule: Some(rule), ..at }),
                (Some(rule), _) => self.wrong(
                    entry.value.span,
                    format!(
                        "a rule is set by its own keys, such as `rules.{}.level = \"low\"`; here is {}",
                        rule.name,
                        value::told(&entry.value.kind)
                    ),
                ),
            }
        }
    }

    fn rule(&mut self, rule: &'static Rule, table: TableId, at: At) {
        let tree = self.tree;
        for entry in &tree.table(table).entries {
            if entry.key == LEVEL.name {
                let Shape::Value(kind) = LEVEL.shape else { continue };
                self.value(kind, &LEVEL, &entry.value, at);
            } else if let Some(option) = rule.options.iter().find(|option| option.name == entry.key) {
                match value::of(kind_of(option), &entry.value, example_of(option)) {
                    Ok(value) => {
                        let At { section, item, rule } = at;
                        self.said.push(Said { section, item, rule, key: option.name, value, span: entry.value.span });
                    }
                    Err(wrong) => self.wrong.extend(wrong),
                }
            } else {
                let names = rule.options.iter().map(|option| option.name).chain([LEVEL.name]);
                let message = unknown(&format!("the rule `{}` has no option `{}`", rule.name, entry.key), &entry.key, names);
                self.wrong(entry.span, message);
            }
        }
    }

    /// Where another version is asked for, nothing else needs to be said: that one may know more keys.
    fn version(&mut self) {
        let tree = self.tree;
        let entry = tree.table(TableId::ROOT).entries.iter().find(|entry| entry.key == "required-version");
        if let Some(Entry { value: Raw { span, kind: ValueKind::Text(wanted) }, .. }) = entry
            && value::is_version(wanted)
            && !value::version_fits(wanted, env!("CARGO_PKG_VERSION"))
        {
            let message = format!("this asks for gonogo {wanted}, and this is gonogo {}", env!("CARGO_PKG_VERSION"));
            self.wrong = vec![(*span, message)];
        }
    }
}

fn unknown<'a>(what: &str, word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let hint = match near::nearest(word, known.clone()) {
        Some(hint) => format!("did you mean `{hint}`?"),
        None => format!("there are {}", known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    };
    format!("{what}; {hint}")
}

/// What the value of an option is.
pub fn kind_of(option: &RuleOption) -> Kind {
    match option.default {
        Default::Flag(_) => Kind::Flag,
        Default::Number(_) => Kind::Number,
        Default::Text(_) => Kind::Text,
        Default::List(_) => Kind::Texts,
    }
}

fn example_of(option: &RuleOption) -> &'static str {
    match option.default {
        Default::Flag(_) => "true",
        Default::Number(_) => "10",
        Default::Text(_) => "\"text\"",
        Default::List(_) => "[\"NAME\", \"PREFIX_*\"]",
    }
}
