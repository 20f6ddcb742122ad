//! Flattens the trees of YAML and JSON.

use std::collections::HashSet;

use super::{Entry, Form};
use crate::diagnostic::SourceId;
use crate::document::Known;
use crate::document::yaml::{Node, Scalar, Yaml};
use crate::settings::{MAX_ENTRIES, MAX_NESTING, MAX_PATH};
use crate::source::{Source, Span};

/// How deep merge keys are followed into each other.
const MAX_MERGES: usize = 8;

/// What tells the items of a list apart, the best first.
const IDENTITIES: &[&str] = &["name", "key", "id", "host", "path"];

pub fn flatten(yaml: &Yaml, source: &Source, entries: &mut Vec<Entry>) {
    for (root, document) in yaml.roots(source, SourceId(0)).zip(0..) {
        let mut walk = Walk { source, entries, document, path: String::new(), merges: 0 };
        if root.is_mapping() {
            walk.mapping(root, 0);
        }
    }
}

/// The settings of a map within a document.
pub fn of_node<'a>(node: Node<'a>, source: &'a Source, entries: &mut Vec<Entry>) {
    Walk { source, entries, document: 0, path: String::new(), merges: 0 }.mapping(node, 0);
}

struct Walk<'a, 'e> {
    source: &'a Source,
    entries: &'e mut Vec<Entry>,
    document: u32,
    path: String,
    /// How many merge keys lead here.
    merges: usize,
}

impl<'a> Walk<'a, '_> {
    fn mapping(&mut self, node: Node<'a>, depth: usize) {
        let mut own = Vec::new();
        for (key, value) in node.entries() {
            let Known::Is(name) = key.text() else { continue };
            if name == "<<" {
                continue;
            }
            self.below(".", &name, |walk| walk.value(key, value, depth + 1));
            own.push(name);
        }
        let merged = node.entries().filter(|(key, _)| key.read_text() == "<<");
        for (_, value) in merged.take(MAX_MERGES) {
            if value.is_mapping() {
                self.merge(value, &own, depth);
            }
            for item in value.items().take(MAX_MERGES) {
                self.merge(item, &own, depth);
            }
        }
    }

    /// What a mapping has of another one that does not stand in it.
    fn merge(&mut self, node: Node<'a>, own: &[std::borrow::Cow<'a, str>], depth: usize) {
        if self.merges >= MAX_MERGES || depth >= MAX_NESTING {
            return;
        }
        self.merges += 1;
        for (key, value) in node.entries() {
            let Known::Is(name) = key.text() else { continue };
            if name == "<<" {
                let all: Vec<_> = own.iter().cloned().chain(node.entries().map(|(key, _)| key.read_text())).collect();
                self.merge(value, &all, depth + 1);
            } else if !own.contains(&name) {
                self.below(".", &name, |walk| walk.value(key, value, depth + 1));
            }
        }
        self.merges -= 1;
    }

    /// Does something with a longer path.
    fn below(&mut self, joint: &str, part: &str, work: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length + part.len() + 2 > MAX_PATH || self.entries.len() >= MAX_ENTRIES {
            return;
        }
        match joint {
            "[" => self.path.extend(["[", part, "]"]),
            _ if length == 0 => self.path.push_str(part),
            _ => self.path.extend([joint, part]),
        }
        work(self);
        self.path.truncate(length);
    }

    fn value(&mut self, key: Node<'a>, value: Node<'a>, depth: usize) {
        if depth >= MAX_NESTING {
            return;
        }
        if value.is_mapping() && value.entries().next().is_some() {
            return self.mapping(value, depth);
        }
        let items: Vec<Node<'a>> = value.items().collect();
        if is_environment(&self.path) && !items.is_empty() && items.iter().all(|item| is_assignment(*item)) {
            return items.into_iter().for_each(|item| self.assignment(item));
        }
        if !items.iter().any(|item| item.is_mapping()) {
            return self.leaf(key, value);
        }
        let known = identities(&items);
        for ((item, number), identity) in items.into_iter().zip(0_usize..).zip(known) {
            self.item(item, &identity.unwrap_or_else(|| number.to_string()), depth);
        }
    }

    /// An item of a list of maps.
    fn item(&mut self, item: Node<'a>, identity: &str, depth: usize) {
        if let (Some(name), Known::Is((key, value))) = (item.field("name").text().into_option(), item.entry("value")) {
            return self.below(".", &name, |walk| walk.named(item, key, value));
        }
        let is_reference = !item.field("valueFrom").is_absent();
        self.below("[", identity, |walk| {
            for (key, value) in item.entries().filter(|(key, _)| !is_reference || key.read_text() != "name") {
                if let Known::Is(name) = key.text() {
                    walk.below(".", &name, |walk| walk.value(key, value, depth + 1));
                }
            }
        });
    }

    /// `- name: A` with `value: x`.
    fn named(&mut self, item: Node<'a>, key: Node<'a>, value: Node<'a>) {
        let name = item.field("name").into_option().unwrap_or(key);
        self.leaf(name, value);
    }

    fn leaf(&mut self, key: Node<'a>, value: Node<'a>) {
        let text = value.read_text();
        let written = value.span();
        let form = match value.scalar() {
            Known::Unknown => Form::Open,
            _ if value.is_open() => Form::Open,
            Known::Is(Scalar::Null) => Form::Null,
            Known::Is(Scalar::Text) if self.is_quoted(written) => Form::Quoted,
            Known::Is(_) => Form::Bare,
            Known::Absent => Form::List,
        };
        let quoted = form == Form::Quoted && matches!(self.source.slice(written).as_bytes().first(), Some(b'"' | b'\''));
        let span =
            if quoted && written.range().len() >= 2 { Span { start: written.start + 1, end: written.end - 1 } } else { written };
        let decoded = (form != Form::List && text != self.source.slice(span)).then_some(&*text);
        let entry = Entry::new(&self.path, key.span(), span, form, decoded);
        self.entries.push(Entry { document: self.document, is_merged: self.merges > 0, ..entry });
    }

    fn is_quoted(&self, span: Span) -> bool {
        self.source.slice(span).starts_with(['"', '\'', '|', '>']) || self.source.slice(span).contains('\n')
    }

    /// `- KEY=value`, as compose has it.
    fn assignment(&mut self, item: Node<'a>) {
        let text = item.read_text();
        let (name, value) = text.split_once('=').map_or((&*text, None), |(name, value)| (name, Some(value)));
        let span = item.span();
        let at = self.source.slice(span).find(name).unwrap_or(0);
        let key = Span::new(span.range().start + at, span.range().start + at + name.len());
        let after = self.source.slice(span).find('=').map_or(span.range().len(), |at| at + 1);
        let place = Span { start: span.start + u32::try_from(after).unwrap_or(0), end: span.end };
        let form = match value {
            None => Form::Null,
            Some(_) if item.is_open() => Form::Open,
            Some(_) => Form::Bare,
        };
        let (document, is_merged) = (self.document, self.merges > 0);
        let value = value.unwrap_or_default().to_owned();
        self.below(".", name, |walk| {
            let entry = Entry::new(&walk.path, key, place, form, Some(&value));
            walk.entries.push(Entry { document, is_merged, ..entry });
        });
    }
}

/// What each item of a list is known by: none where several are known by the same.
fn identities(items: &[Node<'_>]) -> Vec<Option<String>> {
    let of_item = |item: &Node<'_>| {
        let known = IDENTITIES.iter().find_map(|field| item.field(field).text().into_option());
        known.map(std::borrow::Cow::into_owned)
    };
    let mut known: Vec<Option<String>> = items.iter().map(of_item).collect();
    let mut seen = HashSet::new();
    if !known.iter().flatten().all(|identity| seen.insert(identity)) {
        known = vec![None; items.len()];
    }
    known
}

fn is_environment(path: &str) -> bool {
    path.rsplit('.').next() == Some("environment")
}

fn is_assignment(item: Node<'_>) -> bool {
    let text = item.read_text();
    let name = text.split('=').next().unwrap_or_default();
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}
