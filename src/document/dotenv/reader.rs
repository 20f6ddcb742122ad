//! Who reads a dotenv file, and what does that reader make of a line that others read otherwise?
//!
//! There is no standard. What is told here is what the documentation and the sources of each reader say; where none is
//! known to read a file, nothing of it may be claimed.

use super::Setting;
use crate::source::Source;

/// A program or a library that reads dotenv files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reader {
    /// `docker run --env-file`: names and values as they stand.
    Docker,
    /// `docker compose`, in `env_file` and for its own variables.
    Compose,
    /// `kubectl create --from-env-file`, and generators of Kustomize.
    Kubectl,
    /// `EnvironmentFile` of a unit of systemd.
    Systemd,
    /// `source` or `.` in a script.
    Shell,
    /// dotenv of Node, and what is built on it.
    Node,
    /// dotenv of Ruby.
    Ruby,
    /// python-dotenv.
    Python,
    /// godotenv.
    Godotenv,
    /// dotenvy of Rust.
    Dotenvy,
}

/// What is odd about a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Oddity {
    /// `export` stands before the name.
    Export,
    /// A colon stands in the place of the `=`.
    Colon,
    /// Blanks stand beside the `=`.
    Blank,
    /// The name has a dash or a dot.
    Name,
    /// Quotes stand around the value.
    Quotes,
    /// A comment follows the value.
    Comment,
    /// The value has a `#` in it.
    Hash,
    /// The value has blanks or signs that mean something to a shell.
    Words,
    /// The value names another variable.
    Variable,
}

/// What a reader makes of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reading {
    /// The value that stands there, without quotes and comment.
    Plain,
    /// Another value.
    Other(Oddity),
    /// Nothing, and goes on.
    LeftOut(Oddity),
    /// Nothing, and nothing of the rest of the file.
    Refused(Oddity),
}

impl Reader {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Docker,
        Self::Compose,
        Self::Kubectl,
        Self::Systemd,
        Self::Shell,
        Self::Node,
        Self::Ruby,
        Self::Python,
        Self::Godotenv,
        Self::Dotenvy,
    ];

    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Docker => "docker run --env-file",
            Self::Compose => "docker compose",
            Self::Kubectl => "kubectl",
            Self::Systemd => "systemd",
            Self::Shell => "the shell",
            Self::Node => "dotenv of Node",
            Self::Ruby => "dotenv of Ruby",
            Self::Python => "python-dotenv",
            Self::Godotenv => "godotenv",
            Self::Dotenvy => "dotenvy",
        }
    }

    /// What it does with a line that is no setting to anybody.
    pub fn on_garbage(self) -> &'static str {
        match self {
            Self::Docker | Self::Compose | Self::Kubectl | Self::Godotenv | Self::Dotenvy => {
                "refuses the whole file: the service does not start"
            }
            Self::Systemd | Self::Node | Self::Ruby | Self::Python => {
                "leaves the line out, or what follows up to the next quote: the service starts without those settings"
            }
            Self::Shell => "runs it as a command",
        }
    }

    /// What it does with a name that is set twice.
    pub fn on_duplicates(self) -> &'static str {
        match self {
            Self::Kubectl => "refuses the file",
            Self::Dotenvy => "takes the first value",
            _ => "takes the last value",
        }
    }

    /// Whether it puts values in the place of variables, outside single quotes.
    pub fn expands(self) -> bool {
        !matches!(self, Self::Docker | Self::Kubectl | Self::Systemd | Self::Node)
    }

    /// What it makes of a line.
    pub fn reading(self, setting: &Setting, source: &Source) -> Reading {
        let line = Line::of(setting, source);
        match self {
            Self::Docker | Self::Kubectl => line.as_it_stands(),
            Self::Systemd => line.of_systemd(),
            Self::Shell => line.of_shell(),
            Self::Node => line.of_node(),
            Self::Ruby => line.of_ruby(),
            Self::Python => line.of_python(),
            Self::Compose => line.of_compose(),
            Self::Godotenv => line.of_godotenv(),
            Self::Dotenvy => line.of_dotenvy(),
        }
    }
}

/// What is written on a line.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Line<'a> {
    exported: bool,
    name: &'a str,
    value: &'a str,
    quote: Option<u8>,
    has_colon: bool,
    blank_before: bool,
    blank_after: bool,
    has_comment: bool,
}

impl<'a> Line<'a> {
    fn of(setting: &Setting, source: &'a Source) -> Self {
        let text = source.text();
        let (key, value) = (setting.key.range(), setting.value.range());
        let opening = value.start - usize::from(setting.quote.is_some());
        let between = text[key.end..opening].trim_start_matches(['"', '\'']);
        let closing = value.end + usize::from(setting.quote.is_some());
        let rest = text[closing..].split(['\n', '\r']).next().unwrap_or_default();
        Self {
            exported: setting.exported,
            name: &text[key],
            value: &text[value],
            quote: setting.quote,
            has_colon: between.trim_start().starts_with(':'),
            blank_before: between.starts_with([' ', '\t']),
            blank_after: between.ends_with([' ', '\t']) && !text[opening..closing].is_empty(),
            has_comment: rest.trim_start().starts_with('#'),
        }
    }

    /// `${NAME}` or `$NAME`, where single quotes do not keep it.
    fn has_variable(&self) -> bool {
        let begins = |at: usize| {
            let next = self.value[at + 1..].trim_start_matches('{').bytes().next();
            next.is_some_and(|next| next.is_ascii_alphabetic() || next == b'_') && !self.value[..at].ends_with(['$', '\\'])
        };
        self.quote != Some(b'\'') && self.value.match_indices("${").any(|(at, _)| begins(at))
    }

    fn has_hash(&self) -> bool {
        self.quote.is_none() && self.value.contains('#')
    }

    fn as_it_stands(&self) -> Reading {
        match self {
            line if line.exported => Reading::Refused(Oddity::Export),
            line if line.has_colon => Reading::Refused(Oddity::Colon),
            line if line.blank_before => Reading::Refused(Oddity::Blank),
            line if line.quote.is_some() => Reading::Other(Oddity::Quotes),
            line if line.blank_after => Reading::Other(Oddity::Blank),
            line if line.has_comment => Reading::Other(Oddity::Comment),
            line if line.has_variable() => Reading::Other(Oddity::Variable),
            _ => Reading::Plain,
        }
    }

    fn of_systemd(&self) -> Reading {
        match self {
            line if line.exported => Reading::LeftOut(Oddity::Export),
            line if line.has_colon => Reading::LeftOut(Oddity::Colon),
            line if line.name.contains(['-', '.']) => Reading::LeftOut(Oddity::Name),
            line if line.has_comment => Reading::Other(Oddity::Comment),
            line if line.has_variable() => Reading::Other(Oddity::Variable),
            _ => Reading::Plain,
        }
    }

    fn of_shell(&self) -> Reading {
        let signs = [' ', '\t', '&', '|', ';', '<', '>', '(', ')', '`'];
        match self {
            line if line.has_colon => Reading::LeftOut(Oddity::Colon),
            line if line.blank_before || line.blank_after => Reading::LeftOut(Oddity::Blank),
            line if line.name.contains(['-', '.']) => Reading::LeftOut(Oddity::Name),
            line if line.quote == Some(b'`') => Reading::Other(Oddity::Words),
            line if line.quote.is_none() && line.value.contains(signs) => Reading::Other(Oddity::Words),
            _ => Reading::Plain,
        }
    }

    fn of_node(&self) -> Reading {
        if self.has_hash() { Reading::Other(Oddity::Hash) } else { Reading::Plain }
    }

    fn of_ruby(&self) -> Reading {
        match self {
            line if line.name.contains('-') => Reading::LeftOut(Oddity::Name),
            line if line.has_hash() => Reading::Other(Oddity::Hash),
            line => line.with_backticks(),
        }
    }

    fn of_python(&self) -> Reading {
        if self.has_colon { Reading::LeftOut(Oddity::Colon) } else { self.with_backticks() }
    }

    fn of_compose(&self) -> Reading {
        self.with_backticks()
    }

    fn of_godotenv(&self) -> Reading {
        if self.name.contains('-') { Reading::Refused(Oddity::Name) } else { self.with_backticks() }
    }

    fn of_dotenvy(&self) -> Reading {
        match self {
            line if line.has_colon => Reading::Refused(Oddity::Colon),
            line if line.name.contains('-') => Reading::Refused(Oddity::Name),
            line if line.quote.is_none() && line.value.contains([' ', '\t']) => Reading::Refused(Oddity::Words),
            line => line.with_backticks(),
        }
    }

    /// Only Node takes backticks for quotes.
    fn with_backticks(&self) -> Reading {
        if self.quote == Some(b'`') { Reading::Other(Oddity::Quotes) } else { Reading::Plain }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Dotenv;
    use super::*;

    fn read(line: &str) -> String {
        let source = Source::decode(".env", line.as_bytes().to_vec());
        let file = Dotenv::read(&source);
        let [setting] = file.settings.as_slice() else { panic!("{line} is one setting") };
        let told = Reader::ALL.iter().filter_map(|reader| match reader.reading(setting, &source) {
            Reading::Plain => None,
            Reading::Other(_) => Some(format!("{reader:?} otherwise")),
            Reading::LeftOut(_) => Some(format!("{reader:?} not")),
            Reading::Refused(_) => Some(format!("{reader:?} refuses")),
        });
        told.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_each_reader_makes_of_a_line() {
        let table = [
            ("A=1", ""),
            ("A=", ""),
            ("export A=1", "Docker refuses, Kubectl refuses, Systemd not"),
            ("A = 1", "Docker refuses, Kubectl refuses, Shell not"),
            ("A= 1", "Docker otherwise, Kubectl otherwise, Shell not"),
            ("A: 1", "Docker refuses, Kubectl refuses, Systemd not, Shell not, Python not, Dotenvy refuses"),
            ("A=\"x\"", "Docker otherwise, Kubectl otherwise"),
            ("A='x y'", "Docker otherwise, Kubectl otherwise"),
            (
                "A=`x`",
                "Docker otherwise, Compose otherwise, Kubectl otherwise, Shell otherwise, Ruby otherwise, Python otherwise, \
                 Godotenv otherwise, Dotenvy otherwise",
            ),
            ("A=1 # one", "Docker otherwise, Kubectl otherwise, Systemd otherwise"),
            ("A='1' # one", "Docker otherwise, Kubectl otherwise, Systemd otherwise"),
            ("A=a#b", "Node otherwise, Ruby otherwise"),
            ("A=\"a#b\"", "Docker otherwise, Kubectl otherwise"),
            ("A=a b", "Shell otherwise, Dotenvy refuses"),
            ("A=a&b", "Shell otherwise"),
            ("A=${B}", "Docker otherwise, Kubectl otherwise, Systemd otherwise"),
            ("A=$${B}", ""),
            ("A-B=1", "Systemd not, Shell not, Ruby not, Godotenv refuses, Dotenvy refuses"),
            ("A.B=1", "Systemd not, Shell not"),
        ];
        for (line, wanted) in table {
            assert_eq!(read(line), wanted, "{line}");
        }
    }
}
