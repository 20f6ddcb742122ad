//! Settings of any format as one list of names and values with their places.
//!
//! Trees are flattened: `spring.datasource.url`, `containers[web].image`. An item of a list is known by its `name`,
//! `key`, `id`, `host` or `path`, else by its number; a list of plain values is one value. Duplicates stay. What a
//! template decides is [`Form::Open`].

mod hcl;
mod tree;

pub use tree::of_node;

use super::format::Format;
use super::jsonc::Jsonc;
use super::pairs::{self, Fault, Pairs};
use super::template::Shape;
use super::yaml::{Cause, Yaml};
use super::{ini, properties, toml};
use crate::source::{Source, Span};

/// A file of settings.
#[derive(Debug)]
pub struct Entries {
    /// How it is written.
    pub format: Syntax,
    /// Its settings in order, duplicates included.
    pub entries: Vec<Entry>,
    /// The comments that may hold a suppression.
    pub comments: Vec<Span>,
    /// What no reader of the format takes, in order.
    pub faults: Vec<Fault>,
    /// A template decides which settings there are.
    pub is_open: bool,
}

/// What a file of settings is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Syntax {
    /// One of the common formats.
    Common(Format),
    /// Variables of Terraform.
    Hcl,
}

/// A setting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its whole name: `server.port`, `servers[web].host`.
    pub name: Box<str>,
    /// Where the last part of its name stands.
    pub key: Span,
    /// Where its value stands, without quotes.
    pub value: Span,
    /// How the value is written.
    pub form: Form,
    /// Which document of the file it belongs to, from 0.
    pub document: u32,
    /// It stands elsewhere in the file, where an anchor or a merge key fetches it from.
    pub is_merged: bool,
    text: Option<Box<str>>,
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Between quotes, or a block: text whatever it says.
    Quoted,
    /// As it is.
    Bare,
    /// Nothing: `key:` alone, or `null`.
    Null,
    /// A list of plain values, or an empty list or map.
    List,
    /// A template fills it in, or a part of it.
    Open,
}

impl Entry {
    /// An entry whose value means what is written there, unless `text` says otherwise.
    pub fn new(name: &str, key: Span, value: Span, form: Form, text: Option<&str>) -> Self {
        Self { name: name.into(), key, value, form, document: 0, is_merged: false, text: text.map(Box::from) }
    }

    /// The same by another name: that of its section is left out.
    #[must_use]
    pub fn renamed(&self, name: &str) -> Self {
        Self { name: name.into(), ..self.clone() }
    }

    /// What the value says.
    pub fn text<'a>(&'a self, source: &'a Source) -> &'a str {
        self.text.as_deref().unwrap_or_else(|| source.slice(self.value))
    }

    /// The last part of its name.
    pub fn leaf(&self) -> &str {
        leaf(&self.name)
    }
}

/// The last part of a name: `port` of `server.port`, `URL` of `env[web].URL`.
pub fn leaf(name: &str) -> &str {
    name.rsplit(['.', ']']).find(|part| !part.is_empty()).unwrap_or(name)
}

impl Entries {
    /// Reads a whole file. Never fails: what was not understood is among the faults.
    pub fn read(source: &Source, format: Format) -> Self {
        let is_hcl = source.name().ends_with(".tfvars");
        let syntax = if is_hcl { Syntax::Hcl } else { Syntax::Common(format) };
        let mut file = Self { format: syntax, entries: Vec::new(), comments: Vec::new(), faults: Vec::new(), is_open: false };
        match format {
            _ if is_hcl => hcl::read(source, &mut file),
            Format::Yaml => file.take_yaml(&Yaml::read(source), source),
            Format::Json => {
                let json = Jsonc::read(source);
                file.comments.clone_from(&json.comments);
                file.take_yaml(&json.yaml, source);
                // A string of JSON never waits for a template of YAML's marks alone to be valid; its keys are all there.
                file.is_open = false;
            }
            Format::Toml => file.take_pairs(toml::read(source), source),
            Format::Ini => file.take_pairs(ini::read(source), source),
            Format::Properties | Format::Dotenv => file.take_pairs(properties::read(source), source),
        }
        file
    }

    fn take_yaml(&mut self, yaml: &Yaml, source: &Source) {
        tree::flatten(yaml, source, &mut self.entries);
        self.comments.extend(yaml.parts.iter().flat_map(|part| part.comments.iter().copied()));
        self.comments.sort_unstable();
        let holes = &yaml.holes;
        self.is_open = holes.iter().any(|hole| hole.shape != Shape::Inline);
        let broken = yaml.parts.iter().filter_map(|part| part.error.as_ref());
        for refusal in broken.filter(|refusal| refusal.cause == Cause::Invalid && holes.is_empty()) {
            self.faults.push(Fault { span: refusal.span, message: refusal.message.clone().into() });
        }
        self.is_open |= yaml.parts.iter().any(|part| part.error.is_some());
    }

    fn take_pairs(&mut self, pairs: Pairs, source: &Source) {
        for pair in &pairs.entries {
            let name = pairs.path(pair, source);
            let text = pair.value.get(source);
            let form = match pair.form {
                _ if text.contains("{{") || text.contains("<%") => Form::Open,
                pairs::Form::Bare => Form::Bare,
                pairs::Form::Quoted(_) => Form::Quoted,
                pairs::Form::List => Form::List,
                pairs::Form::Missing => Form::Null,
            };
            let decoded = (text != source.slice(pair.value.span)).then_some(text);
            let entry = Entry::new(&name, pair.key.span, pair.value.span, form, decoded);
            self.entries.push(Entry { document: pair.document, ..entry });
        }
        self.is_open = pairs.cut.is_some();
        self.comments = pairs.comments;
        self.faults = pairs.malformed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every setting as `name=value`, with a mark for its form.
    pub fn told(path: &str, text: &str) -> Vec<String> {
        let source = Source::decode(path, text.as_bytes().to_vec());
        let format = Format::of(path, source.text()).unwrap_or(Format::Yaml);
        let file = Entries::read(&source, format);
        let mark = |form| match form {
            Form::Quoted => "'",
            Form::Bare => "",
            Form::Null => "~",
            Form::List => "[]",
            Form::Open => "?",
        };
        file.entries.iter().map(|entry| format!("{}={}{}", entry.name, mark(entry.form), entry.text(&source))).collect()
    }

    #[test]
    fn every_format_gives_names_and_values() {
        let table: &[(&str, &str, &[&str])] = &[
            ("a.yml", "a:\n  b: 1\n  c: 'x'\nd:\n", &["a.b=1", "a.c='x", "d=~"]),
            ("a.yml", "a: [1, two]\nb: []\n", &["a=[][1, two]", "b=[][]"]),
            ("a.yml", "env:\n- name: A\n  value: x\n- name: B\n  valueFrom: {k: v}\n", &["env.A=x", "env[B].valueFrom.k=v"]),
            ("a.yml", "web:\n  environment:\n  - A=1\n  - B\n", &["web.environment.A=1", "web.environment.B=~"]),
            ("a.yml", "hosts:\n- host: a\n  port: 1\n- x: 2\n", &["hosts[a].host=a", "hosts[a].port=1", "hosts[1].x=2"]),
            ("a.yml", "x: &x\n  a: 1\n  b: 2\ny:\n  <<: *x\n  b: 3\n", &["x.a=1", "x.b=2", "y.b=3", "y.a=1"]),
            ("a.yml", "a: {{ .Values.x }}\nb: pre-${X}\n", &["a=?{{ .Values.x }}", "b=?pre-${X}"]),
            ("a.json", "{\"a\": {\"b\": true, /* c */ \"c\": [\"d\"]},}", &["a.b=true", "a.c=[][\"d\"]"]),
            ("a.json", "\u{FEFF}{\"ConnectionStrings\": {\"Db\": \"x\"}}", &["ConnectionStrings.Db='x"]),
            ("a.toml", "a = 1\n[b.c]\nd = 'e'\n", &["a=1", "b.c.d='e"]),
            ("a.ini", "[s]\nk = v\n", &["s.k=v"]),
            ("a.properties", "a.b = 1\nc = x\\u0041\n", &["a.b=1", "c=xA"]),
        ];
        for (path, text, wanted) in table {
            assert_eq!(told(path, text), *wanted, "{path}: {text:?}");
        }
    }

    #[test]
    fn variables_of_terraform() {
        let text = "# c\nregion = \"eu\"\ncount = 2 // d\nflags = {\n  a = true\n  \"b\" = [1, 2]\n}\nlist = [\"x\",\n \"y\"]\ntext = <<EOT\nhi\nEOT\nz = var.x\n";
        let wanted =
            ["region='eu", "count=2", "flags.a=true", "flags.b=[][1, 2]", "list=[][\"x\",\n \"y\"]", "text='hi\n", "z=?var.x"];
        assert_eq!(told("prod.tfvars", text), wanted);
        assert_eq!(told("prod.tfvars", "a = {\n"), [""; 0]);
    }

    #[test]
    fn what_a_template_decides_is_open() {
        let read = |text: &str| {
            let source = Source::decode("a.yml", text.as_bytes().to_vec());
            Entries::read(&source, Format::Yaml)
        };
        assert!(read("{{ if .x }}\na: 1\n{{ end }}\n").is_open);
        assert!(!read("a: {{ .x }}\n").is_open);
        assert_eq!(read("a: [\n").faults.len(), 1);
        assert_eq!(read("a: {{ x\nb: [\n").entries.len() + 1, 1);
    }
}
