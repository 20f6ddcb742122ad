//! Which format is a configuration file written in? Its text decides; its name only settles what the text leaves open.
//!
//! An `.env` that says `KEY: "value"` throughout is YAML, whatever reads it; an `.ini` of nothing but quoted values
//! stays an INI file, because it is one to its reader. Only the shapes of lines are looked at, and only at the
//! beginning of a large file.

use super::kind::is_settings_name;
use super::pairs::lines;

use crate::path;

/// A format of configuration files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// `KEY=value` for the environment of a process; see [`super::dotenv`].
    Dotenv,
    /// Java's properties; see [`super::properties`].
    Properties,
    /// Sections of keys and values; see [`super::ini`].
    Ini,
    /// TOML; see [`super::toml`].
    Toml,
    /// JSON, with comments or without; see [`super::jsonc`].
    Json,
    /// YAML; see [`super::yaml`].
    Yaml,
}

/// How much of a text is looked at.
const SAMPLE: usize = 64 << 10;

impl Format {
    /// What the name of a file promises.
    pub fn of_name(path: &str) -> Option<Self> {
        let name = path::name(path).to_ascii_lowercase();
        if is_settings_name(&name) {
            return Some(Self::Dotenv);
        }
        match name.rsplit_once('.')?.1 {
            "properties" => Some(Self::Properties),
            "ini" | "cfg" | "cnf" => Some(Self::Ini),
            "toml" => Some(Self::Toml),
            "json" | "jsonc" | "json5" | "code-workspace" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// What a file is; `None` where neither text nor name tells.
    pub fn of(path: &str, text: &str) -> Option<Self> {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        Shapes::of(text).decide(Self::of_name(path), text)
    }
}

/// How many lines look like what.
#[derive(Default)]
struct Shapes {
    /// It begins as JSON does.
    json: bool,
    /// `[name]`
    headers: usize,
    /// `key = value`
    equals: usize,
    /// `key: value`
    colons: usize,
    /// Of those, indented ones.
    nested: usize,
    /// `- item`, `---`
    dashes: usize,
    /// The first line that is no comment is one of YAML.
    begins_as_yaml: bool,
}

/// The lines `key = value` of a file, where their keys and values must tell what it is.
#[derive(Default)]
struct Pairs {
    /// Values that TOML would take.
    typed: usize,
    /// `export KEY=value` and `UPPER_CASE=value`.
    exported: usize,
    /// Names that hold a dot or a dash.
    dotted: usize,
}

/// The lines that say something, without what stands around them, and whether they are indented.
fn telling_lines(text: &str) -> impl Iterator<Item = (&str, bool)> {
    // The indentation of a key of YAML whose text follows below it: what stands there is text.
    let mut block = None;
    lines(text).take_while(|(start, _)| *start < SAMPLE).filter_map(move |(start, end)| {
        let line = &text[start..end];
        let indent = line.len() - line.trim_start_matches(' ').len();
        let body = line.trim();
        if body.is_empty() || block.is_some_and(|around| indent > around) {
            return None;
        }
        block = opens_block(body).then_some(indent);
        let is_comment = body.starts_with(['#', ';', '!']) || body.starts_with("//");
        (!is_comment).then_some((body, line.starts_with([' ', '\t'])))
    })
}

impl Shapes {
    fn of(text: &str) -> Self {
        let mut shapes = Self { json: begins_as_json(text), ..Self::default() };
        telling_lines(text).for_each(|(body, is_indented)| shapes.take(body, is_indented));
        shapes
    }

    fn take(&mut self, body: &str, is_indented: bool) {
        let is_first = self.headers + self.equals + self.colons + self.dashes == 0;
        if is_item(body) {
            self.dashes += 1;
            self.begins_as_yaml |= is_first;
        } else if is_header(body) {
            self.headers += 1;
        } else if let Some(at) = separator(body) {
            if body.as_bytes()[at] == b'=' {
                self.equals += 1;
            } else {
                self.colons += 1;
                self.begins_as_yaml |= is_first;
                self.nested += usize::from(is_indented);
            }
        }
    }

    fn decide(&self, named: Option<Format>, text: &str) -> Option<Format> {
        use Format::{Dotenv, Ini, Json, Properties, Toml, Yaml};
        let is_flat = self.nested + self.dashes == 0;
        if self.json {
            // JSON is YAML, and its reader takes no more than that.
            return named.filter(|named| *named == Yaml).or(Some(Json));
        }
        if self.colons + self.dashes > self.equals + self.headers {
            return match named {
                // These readers take `key: value` too.
                Some(Properties) if is_flat => Some(Properties),
                Some(Ini) if is_flat && self.headers > 0 => Some(Ini),
                Some(Dotenv) if is_flat && self.equals > 0 => Some(Dotenv),
                _ => Some(Yaml),
            };
        }
        if self.equals + self.headers == 0 {
            return named;
        }
        match named {
            Some(Ini | Toml) => return named,
            // A block of text in it may look like anything.
            Some(Yaml) if self.begins_as_yaml => return named,
            Some(Dotenv | Properties) if self.headers == 0 => return named,
            _ => {}
        }
        let pairs = Pairs::of(text);
        match () {
            () if self.headers > 0 => Some(if pairs.typed == self.equals { Toml } else { Ini }),
            () if pairs.exported == self.equals => Some(Dotenv),
            () if pairs.typed == self.equals => Some(Toml),
            () if pairs.dotted > 0 => Some(Properties),
            () => Some(Dotenv),
        }
    }
}

impl Pairs {
    fn of(text: &str) -> Self {
        let mut pairs = Self::default();
        for (body, _) in telling_lines(text).filter(|(body, _)| !is_header(body) && !is_item(body)) {
            if let Some(at) = separator(body).filter(|at| body.as_bytes()[*at] == b'=') {
                pairs.take(&body[..at], &body[at + 1..]);
            }
        }
        pairs
    }

    fn take(&mut self, key: &str, value: &str) {
        self.typed += usize::from(is_typed(value.trim()));
        let name = key.strip_prefix("export ").unwrap_or(key);
        let is_upper = name.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'));
        self.exported += usize::from(is_upper || name.len() < key.len());
        self.dotted += usize::from(key.contains(['.', '-']));
    }
}

/// `- item`, `---`
fn is_item(body: &str) -> bool {
    body.starts_with("- ") || matches!(body, "-" | "---") || body.starts_with("--- ")
}

/// `[name]`
fn is_header(body: &str) -> bool {
    body.starts_with('[') && body.split([';', '#']).next().unwrap_or(body).trim_end().ends_with(']')
}

/// `key: |` or `- >-`: a text of several lines follows.
fn opens_block(line: &str) -> bool {
    let (before, mark) = line.rsplit_once(' ').unwrap_or(("", line));
    let is_mark = matches!(mark.trim_end_matches(['-', '+']), "|" | ">");
    is_mark && (before.ends_with(':') || before.ends_with('-'))
}

/// A brace or bracket that JSON follows, not a template, a header or YAML's own flow style.
fn begins_as_json(text: &str) -> bool {
    let body = after_comments(text);
    let Some(open) = body.chars().next().filter(|first| matches!(first, '{' | '[')) else { return false };
    let inner = after_comments(&body[1..]);
    if open == '{' {
        return inner.starts_with(['"', '}']);
    }
    // On one line with its end, `["a"]` may be a header of TOML; then a setting follows.
    let line = body.split(['\n', '\r']).next().unwrap_or(body);
    let is_header = line.trim_end().ends_with(']') && body[line.len()..].contains('=');
    let is_value = inner.starts_with(['{', '"', ']', '-']) || inner.starts_with(|first: char| first.is_ascii_digit());
    is_value && !is_header
}

/// What stands after blanks and comments of JSON.
fn after_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let after = if let Some(comment) = rest.strip_prefix("//") {
            comment.find(['\n', '\r']).map(|end| &comment[end..])
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.find("*/").map(|end| &comment[end + 2..])
        } else {
            return rest;
        };
        rest = after.unwrap_or_default().trim_start();
    }
}

/// The `=` after a key, or the `:` if a blank follows it.
fn separator(body: &str) -> Option<usize> {
    let bytes = body.as_bytes();
    let ends = |at: &usize| bytes[*at] == b'=' || bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace);
    memchr::memchr2_iter(b'=', b':', bytes).find(ends).filter(|at| *at > 0)
}

/// Whether TOML would take this value.
fn is_typed(value: &str) -> bool {
    let value = value.split(" #").next().unwrap_or(value).trim_end();
    let is_time = |value: &str| value.get(4..5) == Some("-") || value.get(2..3) == Some(":");
    match value.as_bytes().first() {
        Some(b'"' | b'\'' | b'[' | b'{') => true,
        Some(b'0'..=b'9' | b'+' | b'-') => {
            let radix = ["0x", "0o", "0b"].iter().any(|radix| value.starts_with(radix));
            radix || is_time(value) || value.replace('_', "").parse::<f64>().is_ok()
        }
        _ => matches!(value, "true" | "false" | "inf" | "nan"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_decides() {
        let table = [
            (".env", "# c\nDB_HOST: \"db\"\nDB_PORT: \"1\"\n", Some(Format::Yaml)),
            (".env", "DB_HOST: db\nDB_PORT=1\nC: d\n", Some(Format::Dotenv)),
            (".env", "{\n  \"A\": \"b\"\n}\n", Some(Format::Json)),
            (".env", "[default]\nregion = eu\n", Some(Format::Ini)),
            (".env", "A=1\nB=\"x\ny\"\n", Some(Format::Dotenv)),
            (".env.production", "", Some(Format::Dotenv)),
            ("application.properties", "a.b: 1\na.c: 2\n", Some(Format::Properties)),
            ("application.properties", "a:\n  b: 1\n  c: 2\n", Some(Format::Yaml)),
            ("app.json", "// c\n{ // d\n  \"a\": 1 }", Some(Format::Json)),
            ("app.json", "a: 1\nb:\n  - c\n", Some(Format::Yaml)),
            ("app.yaml", "{\"a\": 1}", Some(Format::Yaml)),
            ("app.yaml", "{{ if .x }}\na: 1\n{{ end }}\n", Some(Format::Yaml)),
            ("app.yaml", "script: |\n  A=1\n  [ x ]\n  B=2\n", Some(Format::Yaml)),
            ("app.yaml", "[server]\nport = 1\nname = \"x\"\n", Some(Format::Toml)),
            ("app.ini", "[server]\nport = 1\n", Some(Format::Ini)),
            ("app.cfg", "[server]\nport: 1\nhost: h\n", Some(Format::Ini)),
            ("app.toml", "[server]\nport = bare\n", Some(Format::Toml)),
            ("config", "[server] ; c\nport = bare\n", Some(Format::Ini)),
            ("config", "[[servers]]\nport = 1\nsince = 2024-01-01\n", Some(Format::Toml)),
            ("config", "export A=b\nB=c\n", Some(Format::Dotenv)),
            ("config", "app.name=x\napp.port=1\n", Some(Format::Properties)),
            ("config", "[\n  1\n]", Some(Format::Json)),
            ("config", "[\"a b\"]\nc = 1\n", Some(Format::Toml)),
            ("config", "just words\n", None),
            ("config", "a: 1\r\nb: 2\r\n", Some(Format::Yaml)),
            ("config", "A=1\rB=2\r", Some(Format::Dotenv)),
        ];
        for (path, text, format) in table {
            assert_eq!(Format::of(path, text), format, "{path}: {text:?}");
        }
    }

    #[test]
    fn names_promise() {
        let table = [
            ("a/.env.local", Some(Format::Dotenv)),
            ("a/setup.CFG", Some(Format::Ini)),
            ("tsconfig.json", Some(Format::Json)),
            ("nginx.conf", None),
            ("Makefile", None),
        ];
        for (path, format) in table {
            assert_eq!(Format::of_name(path), format, "{path}");
        }
    }
}
