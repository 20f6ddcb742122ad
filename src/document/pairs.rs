//! Keys and values with their places, the same for properties, INI and TOML.
//!
//! A file is a list of [`Pair`]s in the order in which they are written, duplicates included. A pair stands in a
//! [`Group`] (a section, a table), and the path of both is put together when it is asked for, so that a long section
//! name above many keys costs nothing. What was not understood is kept with its place and the reason.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::settings::{MAX_ENTRIES, MAX_PATH};
use crate::source::{Source, Span};

/// A file of keys and values.
#[derive(Debug, Default)]
pub struct Pairs {
    /// Its settings in order, duplicates included.
    pub entries: Vec<Pair>,
    /// Its sections and tables in order, empty ones included.
    pub groups: Vec<Group>,
    /// What is neither a setting, a section, a comment nor blank, in order.
    pub malformed: Vec<Fault>,
    /// The comments, in order.
    pub comments: Vec<Span>,
    /// Where a limit ended the reading, and which; what follows is not here.
    pub cut: Option<Fault>,
}

/// A key and its value.
#[derive(Debug)]
pub struct Pair {
    /// The key as written, without the section; of a dotted key, all of it.
    pub key: Text,
    /// The value without its quotes; empty where there is none.
    pub value: Text,
    /// How the value is written.
    pub form: Form,
    /// The section or table it stands in.
    pub group: Option<GroupId>,
    /// Which document of the file it belongs to, from 0 (Spring parts a properties file by `#---`).
    pub document: u32,
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// As it is, without quotes. In TOML that is a number, a truth value or a time.
    Bare,
    /// Between these quotes.
    Quoted(u8),
    /// An array, brackets included. Tables inside it have pairs of their own, after it.
    List,
    /// A key alone.
    Missing,
}

/// A section or a table.
#[derive(Debug)]
pub struct Group {
    /// Its name as written, without the groups around it; empty for an array directly inside an array.
    pub name: Text,
    /// Which item of an array it is.
    pub index: Option<u32>,
    /// The group around it.
    pub parent: Option<GroupId>,
    /// How long its path is, at least.
    length: usize,
}

/// The index of a group in [`Pairs::groups`].
pub type GroupId = u32;

/// A place in the file and what it says.
#[derive(Debug, Default)]
pub struct Text {
    /// Where it stands.
    pub span: Span,
    /// What it says, where that is not what is written: escapes, continued lines.
    pub(super) decoded: Option<Box<str>>,
}

/// A place that was not understood, and why.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The place.
    pub span: Span,
    /// The reason.
    pub message: Cow<'static, str>,
}

impl Text {
    /// A text that means what is written.
    pub(super) fn plain(span: Span) -> Self {
        Self { span, decoded: None }
    }

    /// What it says.
    pub fn get<'a>(&'a self, source: &'a Source) -> &'a str {
        self.decoded.as_deref().unwrap_or_else(|| source.slice(self.span))
    }

    fn len(&self) -> usize {
        self.decoded.as_deref().map_or(self.span.range().len(), str::len)
    }
}

impl Pairs {
    /// The path of a pair as people say it: `server.port`, `servers[1].host`.
    pub fn path(&self, pair: &Pair, source: &Source) -> String {
        let mut path = self.group_path(pair.group, source);
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(pair.key.get(source));
        path
    }

    /// The path of a group; empty for none.
    pub fn group_path(&self, group: Option<GroupId>, source: &Source) -> String {
        let mut chain = Vec::new();
        let mut next = group;
        while let Some(group) = next.and_then(|id| self.groups.get(id as usize)) {
            chain.push(group);
            next = group.parent;
        }
        let mut path = String::new();
        for group in chain.into_iter().rev() {
            let name = group.name.get(source);
            if !path.is_empty() && !name.is_empty() {
                path.push('.');
            }
            path.push_str(name);
            if let Some(index) = group.index {
                let _ = write!(path, "[{index}]");
            }
        }
        path
    }

    /// Adds a pair, unless a limit forbids it; says which number it has.
    pub(super) fn push(&mut self, pair: Pair) -> Option<usize> {
        let outer = pair.group.and_then(|id| self.groups.get(id as usize)).map_or(0, |group| group.length);
        self.admit(pair.key.span, outer + pair.key.len()).then(|| {
            self.entries.push(pair);
            self.entries.len() - 1
        })
    }

    /// Adds a group, unless a limit forbids it; says which number it has.
    pub(super) fn open(&mut self, name: Text, index: Option<u32>, parent: Option<GroupId>) -> Option<GroupId> {
        let outer = parent.and_then(|id| self.groups.get(id as usize)).map_or(0, |group| group.length);
        let length = outer + name.len() + 1;
        self.admit(name.span, length).then(|| {
            self.groups.push(Group { name, index, parent, length });
            u32::try_from(self.groups.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// Keeps what was not understood, unless there is too much of it.
    pub(super) fn fault(&mut self, span: Span, message: impl Into<Cow<'static, str>>) {
        if self.admit(span, 0) {
            self.malformed.push(Fault { span, message: message.into() });
        }
    }

    /// Ends the reading.
    pub(super) fn cut(&mut self, span: Span, message: String) {
        self.cut.get_or_insert(Fault { span, message: message.into() });
    }

    /// Whether one more may be added, with a path of this length.
    fn admit(&mut self, span: Span, length: usize) -> bool {
        if length > MAX_PATH {
            self.cut(span, format!("the path of this name is longer than {MAX_PATH} bytes; nothing is read from here on"));
        } else if self.entries.len() + self.groups.len() + self.malformed.len() >= MAX_ENTRIES {
            self.cut(span, format!("there are more than {MAX_ENTRIES} settings and sections; nothing is read from here on"));
        }
        self.cut.is_none()
    }
}

/// The lines of a text without their breaks, each as where it starts and ends; LF, CRLF and CR end a line.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= bytes.len() {
            return None;
        }
        let start = at;
        let end = memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |length| at + length);
        at = end + if bytes[end..].starts_with(b"\r\n") { 2 } else { 1 };
        Some((start, end))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Every pair as `path=value`, then every fault as `!text`.
    pub fn told(source: &Source, pairs: &Pairs) -> Vec<String> {
        let entries =
            pairs.entries.iter().map(|pair| format!("{}={}", pairs.path(pair, source), pair.value.get(source).escape_debug()));
        let faults = pairs.malformed.iter().map(|fault| format!("!{}", source.slice(fault.span)));
        entries.chain(faults).collect()
    }

    #[test]
    fn every_line_end_ends_a_line() {
        let text = "a\nb\r\nc\rd\n\n";
        let found: Vec<_> = lines(text).map(|(start, end)| &text[start..end]).collect();
        assert_eq!(found, ["a", "b", "c", "d", ""]);
        assert_eq!(lines("").count(), 0);
    }

    #[test]
    fn a_limit_ends_the_reading_and_says_so() {
        let many = Source::decode("a.properties", "a=\n".repeat(MAX_ENTRIES + 1).into_bytes());
        let pairs = super::super::properties::read(&many);
        assert_eq!(pairs.entries.len(), MAX_ENTRIES);
        assert!(pairs.cut.is_some_and(|cut| cut.message.contains("250000") && cut.span.start as usize == 3 * MAX_ENTRIES));
        let long = Source::decode("a.ini", format!("a=1\n[{}]\nb=2\n", "x".repeat(MAX_PATH)).into_bytes());
        let pairs = super::super::ini::read(&long);
        assert_eq!((pairs.entries.len(), pairs.cut.is_some()), (1, true));
    }
}
