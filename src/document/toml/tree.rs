//! A TOML file as a tree, for those who must understand all of it: here nothing may be said twice, and every value has
//! its type. Tables stand in one list and refer to each other by number, so depth costs no stack.

use std::borrow::Cow;
use std::collections::HashMap;

use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::parser::{EventReceiver, parse_document};
use toml_parser::{ErrorSink, Raw, Span as Range};

use super::{Errors, place, tokens};
use crate::document::pairs::{Fault, Pairs};
use crate::source::{Source, Span};

/// How deep tables and lists may nest; what people write by hand stays below ten.
const MAX_DEPTH: usize = 32;

/// A whole file.
#[derive(Debug)]
pub struct Tree {
    tables: Vec<Table>,
    /// What is wrong with it, in order; a file with any is not to be trusted.
    pub faults: Vec<Fault>,
}

/// A table, wherever and however it is written.
#[derive(Debug)]
pub struct Table {
    /// What it says, in order.
    pub entries: Vec<Entry>,
    made: Made,
}

/// A key and its value.
#[derive(Debug)]
pub struct Entry {
    /// The key, without quotes.
    pub key: String,
    /// Where the key stands.
    pub span: Span,
    /// What it is set to.
    pub value: Value,
}

/// A value with its place.
#[derive(Debug)]
pub struct Value {
    /// Quotes and brackets included; of a table with a header, the header's name.
    pub span: Span,
    /// What it is.
    pub kind: ValueKind,
}

/// What a value is.
#[derive(Debug)]
pub enum ValueKind {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A truth value.
    Flag(bool),
    /// A date, a time or both, as written.
    Date(String),
    /// A number that is not whole, or too large.
    OddNumber,
    /// Several values.
    List(Vec<Value>),
    /// A table.
    Table(TableId),
}

/// Which table of the file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TableId(usize);

impl TableId {
    /// The table of the whole file.
    pub const ROOT: Self = Self(0);
}

/// How a table came to be, which decides who may add to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Made {
    /// By the header of a table inside it.
    OnTheWay,
    /// By its own header.
    ByHeader,
    /// By a dotted key.
    ByKey,
    /// Between braces, where it is complete.
    Inline,
}

impl Tree {
    /// Reads a whole file. Never fails: what is wrong is told in `faults`.
    pub fn read(source: &Source) -> Self {
        let text = source.text();
        let mut told = Pairs::default();
        let (tokens, rest) = tokens(text, &mut told);
        let mut errors = Errors(Vec::new());
        let mut builder = Builder {
            text,
            tables: vec![Table { entries: Vec::new(), made: Made::ByHeader }],
            places: HashMap::new(),
            current: TableId::ROOT,
            header: None,
            parts: Vec::new(),
            key: None,
            open: Vec::new(),
            faults: Vec::new(),
        };
        parse_document(&tokens, &mut builder, &mut errors);
        errors.tell(text, &mut told);
        let mut faults = builder.faults;
        faults.append(&mut told.malformed);
        faults.extend(rest.map(|span| Fault { span, message: "nothing is read from here on: the file is too long".into() }));
        faults.sort_by_key(|fault| fault.span);
        Self { tables: builder.tables, faults }
    }

    /// A table.
    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[id.0]
    }
}

/// A name with its place.
type Part = (String, Span);

struct Builder<'t> {
    text: &'t str,
    tables: Vec<Table>,
    /// Which entry of a table has a name.
    places: HashMap<(TableId, String), usize>,
    /// The table of the last header.
    current: TableId,
    /// A header is being read, and whether it is one of `[[these]]`.
    header: Option<bool>,
    /// What of a dotted name was read.
    parts: Vec<Part>,
    /// The key that waits for its value.
    key: Option<(TableId, Part)>,
    /// What stands around, between brackets and braces.
    open: Vec<Frame>,
    faults: Vec<Fault>,
}

/// A list or an inline table that is not closed yet, with the key that waits for it.
struct Frame {
    start: Span,
    key: Option<(TableId, Part)>,
    /// The table, or the items so far.
    inside: Result<TableId, Vec<Value>>,
}

impl Builder<'_> {
    fn fault(&mut self, span: Span, message: impl Into<Cow<'static, str>>) {
        // The first ones tell what there is to tell.
        if self.faults.len() < 100 {
            self.faults.push(Fault { span, message: message.into() });
        }
    }

    fn new_table(&mut self, made: Made) -> TableId {
        self.tables.push(Table { entries: Vec::new(), made });
        TableId(self.tables.len() - 1)
    }

    fn find(&self, table: TableId, name: &str) -> Option<&Entry> {
        let at = self.places.get(&(table, name.to_owned()))?;
        self.tables[table.0].entries.get(*at)
    }

    fn insert(&mut self, table: TableId, (key, span): Part, value: Value) {
        if self.find(table, &key).is_some() {
            self.fault(span, format!("`{key}` is set twice"));
            return;
        }
        let entries = &mut self.tables[table.0].entries;
        self.places.insert((table, key.clone()), entries.len());
        entries.push(Entry { key, span, value });
    }

    /// The table below another that a name leads to; it is made where there is none.
    fn step(&mut self, table: TableId, part: &Part, made: Made) -> Option<TableId> {
        let inside = match self.find(table, &part.0).map(|entry| &entry.value.kind) {
            None => {
                let inside = self.new_table(made);
                self.insert(table, part.clone(), Value { span: part.1, kind: ValueKind::Table(inside) });
                return Some(inside);
            }
            Some(ValueKind::Table(inside)) => Some(*inside),
            // The last of `[[these]]`; a list between brackets is complete.
            Some(ValueKind::List(items)) if made == Made::OnTheWay => match items.last().map(|item| &item.kind) {
                Some(ValueKind::Table(last)) => Some(*last),
                _ => None,
            },
            Some(_) => None,
        };
        let fits = |inside: &TableId| match self.tables[inside.0].made {
            Made::Inline => false,
            Made::ByKey => made == Made::ByKey,
            Made::OnTheWay | Made::ByHeader => made == Made::OnTheWay,
        };
        let inside = inside.filter(fits);
        if inside.is_none() {
            self.fault(part.1, format!("`{}` is set already, and nothing can be added to it here", part.0));
        }
        inside
    }

    /// The table and the name in it that a dotted key means.
    fn resolve(&mut self, table: TableId) -> Option<(TableId, Part)> {
        let mut parts = std::mem::take(&mut self.parts);
        let last = parts.pop()?;
        let mut table = table;
        for part in &parts {
            table = self.step(table, part, Made::ByKey)?;
        }
        Some((table, last))
    }

    /// Opens the table of a header, and the tables around it.
    fn enter(&mut self) {
        let Some(is_item) = self.header.take() else { return };
        let mut parts = std::mem::take(&mut self.parts);
        let Some(last) = parts.pop() else { return };
        let mut table = TableId::ROOT;
        for part in &parts {
            match self.step(table, part, Made::OnTheWay) {
                Some(inside) => table = inside,
                None => return,
            }
        }
        self.current = if is_item { self.item(table, last) } else { self.headed(table, &last) };
    }

    /// `[name]`.
    fn headed(&mut self, table: TableId, name: &Part) -> TableId {
        if let Some(ValueKind::Table(inside)) = self.find(table, &name.0).map(|entry| &entry.value.kind)
            && self.tables[inside.0].made == Made::OnTheWay
        {
            let inside = *inside;
            self.tables[inside.0].made = Made::ByHeader;
            return inside;
        }
        let inside = self.new_table(Made::ByHeader);
        self.insert(table, name.clone(), Value { span: name.1, kind: ValueKind::Table(inside) });
        inside
    }

    /// `[[name]]`.
    fn item(&mut self, table: TableId, name: Part) -> TableId {
        let inside = self.new_table(Made::ByHeader);
        let item = Value { span: name.1, kind: ValueKind::Table(inside) };
        let at = self.places.get(&(table, name.0.clone())).copied();
        match at.and_then(|at| self.tables[table.0].entries.get_mut(at)).map(|entry| &mut entry.value) {
            None => {
                let span = name.1;
                self.insert(table, name, Value { span, kind: ValueKind::List(vec![item]) });
            }
            // A list with a header has the place of its name; one between brackets begins with a bracket.
            Some(Value { span, kind: ValueKind::List(items) }) if !self.text[span.range()].starts_with('[') => items.push(item),
            Some(_) => self.fault(name.1, format!("`{}` is set already, and is no list of tables", name.0)),
        }
        inside
    }

    fn opens(&mut self, span: Range, inside: Result<TableId, Vec<Value>>) -> bool {
        if self.open.len() >= MAX_DEPTH {
            self.fault(place(span), format!("this nests deeper than {MAX_DEPTH}"));
            return false;
        }
        let key = self.key.take();
        self.parts.clear();
        self.open.push(Frame { start: place(span), key, inside });
        true
    }

    fn closes(&mut self, span: Range) {
        self.parts.clear();
        let Some(frame) = self.open.pop() else { return };
        let kind = match frame.inside {
            Ok(table) => ValueKind::Table(table),
            Err(items) => ValueKind::List(items),
        };
        self.key = frame.key;
        self.put(Value { span: frame.start.to(place(span)), kind });
    }

    fn put(&mut self, value: Value) {
        if let Some(Frame { inside: Err(items), .. }) = self.open.last_mut() {
            items.push(value);
        } else if let Some((table, name)) = self.key.take() {
            self.insert(table, name, value);
        }
    }
}

impl EventReceiver for Builder<'_> {
    fn std_table_open(&mut self, _: Range, _: &mut dyn ErrorSink) {
        self.parts.clear();
        self.header = Some(false);
    }

    fn std_table_close(&mut self, _: Range, _: &mut dyn ErrorSink) {
        self.enter();
    }

    fn array_table_open(&mut self, _: Range, _: &mut dyn ErrorSink) {
        self.parts.clear();
        self.header = Some(true);
    }

    fn array_table_close(&mut self, _: Range, _: &mut dyn ErrorSink) {
        self.enter();
    }

    fn inline_table_open(&mut self, span: Range, _: &mut dyn ErrorSink) -> bool {
        let table = self.new_table(Made::Inline);
        self.opens(span, Ok(table))
    }

    fn inline_table_close(&mut self, span: Range, _: &mut dyn ErrorSink) {
        self.closes(span);
    }

    fn array_open(&mut self, span: Range, _: &mut dyn ErrorSink) -> bool {
        self.opens(span, Err(Vec::new()))
    }

    fn array_close(&mut self, span: Range, _: &mut dyn ErrorSink) {
        self.closes(span);
    }

    fn simple_key(&mut self, span: Range, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let mut name = Cow::Borrowed("");
        Raw::new_unchecked(&self.text[span.start()..span.end()], encoding, span).decode_key(&mut name, error);
        if self.parts.len() < MAX_DEPTH {
            self.parts.push((name.into_owned(), place(span)));
        } else {
            self.fault(place(span), format!("this name has more than {MAX_DEPTH} parts"));
        }
    }

    fn key_val_sep(&mut self, _: Range, _: &mut dyn ErrorSink) {
        let here = match self.open.last() {
            Some(Frame { inside: Ok(table), .. }) => *table,
            _ => self.current,
        };
        self.key = self.resolve(here);
    }

    fn scalar(&mut self, span: Range, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let written = &self.text[span.start()..span.end()];
        let mut decoded = Cow::Borrowed("");
        let kind = match Raw::new_unchecked(written, encoding, span).decode_scalar(&mut decoded, error) {
            ScalarKind::String => ValueKind::Text(decoded.into_owned()),
            ScalarKind::Boolean(flag) => ValueKind::Flag(flag),
            ScalarKind::DateTime => ValueKind::Date(decoded.into_owned()),
            ScalarKind::Integer(radix) => {
                i64::from_str_radix(&decoded, radix.value()).map_or(ValueKind::OddNumber, ValueKind::Number)
            }
            ScalarKind::Float => ValueKind::OddNumber,
        };
        self.put(Value { span: place(span), kind });
    }

    fn value_sep(&mut self, _: Range, _: &mut dyn ErrorSink) {
        self.parts.clear();
        self.key = None;
    }

    fn newline(&mut self, _: Range, _: &mut dyn ErrorSink) {
        // A header that was never closed is one all the same to what follows it.
        self.enter();
        if self.open.is_empty() {
            self.parts.clear();
            self.key = None;
        }
    }
}

#[cfg(test)]
mod tests;
