//! How programs begin to read a setting, by language.

use super::Need;
use crate::source::Span;

/// A language that programs are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// JavaScript and TypeScript.
    Script,
    /// Python.
    Python,
    /// Ruby.
    Ruby,
    /// Go.
    Go,
    /// Rust.
    Rust,
    /// Java, Kotlin and others of their machine.
    Java,
    /// C# and others of its machine.
    Net,
    /// PHP.
    Php,
    /// Elixir.
    Elixir,
    /// Terraform, whose variables are settings.
    Terraform,
}

/// A text that a read begins with.
#[derive(Debug)]
pub struct Pattern {
    /// The text.
    pub begins: &'static str,
    /// Where the name follows.
    pub shape: Shape,
    /// Whether a program that says no more can do without.
    pub need: Need,
    /// What follows the name after a comma is a default.
    pub has_default: bool,
    /// What the setting's name has before that.
    prefix: &'static str,
}

/// Where a name follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// `.NAME` or `["NAME"]`.
    Property,
    /// `["NAME"]`.
    Index,
    /// `"NAME"`, after a bracket that is part of the text.
    Argument,
    /// `a.b.c` as it stands.
    Path,
    /// `name}`, up to a bracket or a default.
    Placeholder,
}

const fn pattern(begins: &'static str, shape: Shape, need: Need) -> Pattern {
    Pattern { begins, shape, need, has_default: matches!(shape, Shape::Argument), prefix: "" }
}

/// Ends the program itself; whatever follows the name is no default.
const fn must(begins: &'static str) -> Pattern {
    Pattern { has_default: false, ..pattern(begins, Shape::Argument, Need::Must) }
}

const SCRIPT: &[Pattern] = &[
    pattern("process.env", Shape::Property, Need::Plain),
    pattern("import.meta.env", Shape::Property, Need::Plain),
    pattern("Bun.env", Shape::Property, Need::Plain),
    pattern("Deno.env.get(", Shape::Argument, Need::Plain),
    must("requireEnv("),
    must("requiredEnv("),
    must("getRequiredEnv("),
    must("mustGetEnv("),
];

const PYTHON: &[Pattern] = &[
    pattern("os.environ", Shape::Index, Need::Must),
    pattern("os.environ.get(", Shape::Argument, Need::Plain),
    pattern("os.environ.setdefault(", Shape::Argument, Need::Optional),
    pattern("os.getenv(", Shape::Argument, Need::Plain),
];

const RUBY: &[Pattern] = &[
    pattern("ENV.fetch(", Shape::Argument, Need::Must),
    pattern("ENV.fetch ", Shape::Argument, Need::Must),
    pattern("ENV", Shape::Index, Need::Plain),
    pattern("Settings.", Shape::Path, Need::Plain),
];

const GO: &[Pattern] = &[
    pattern("os.Getenv(", Shape::Argument, Need::Plain),
    pattern("os.LookupEnv(", Shape::Argument, Need::Optional),
    must("mustGetenv("),
    must("mustGetEnv("),
    must("MustGetenv("),
];

const RUST: &[Pattern] =
    &[pattern("env::var(", Shape::Argument, Need::Plain), pattern("env::var_os(", Shape::Argument, Need::Plain)];

const JAVA: &[Pattern] = &[
    pattern("System.getenv(", Shape::Argument, Need::Plain),
    pattern("@Value(\"${", Shape::Placeholder, Need::Must),
    pattern("@Value(\"\\${", Shape::Placeholder, Need::Must),
];

const NET: &[Pattern] = &[
    pattern("Environment.GetEnvironmentVariable(", Shape::Argument, Need::Plain),
    pattern("Configuration", Shape::Index, Need::Plain),
    pattern("configuration", Shape::Index, Need::Plain),
    pattern("_configuration", Shape::Index, Need::Plain),
    pattern("config", Shape::Index, Need::Plain),
    Pattern { prefix: "ConnectionStrings.", ..pattern("GetConnectionString(", Shape::Argument, Need::Plain) },
];

const PHP: &[Pattern] = &[pattern("env(", Shape::Argument, Need::Plain), pattern("getenv(", Shape::Argument, Need::Plain)];

const ELIXIR: &[Pattern] =
    &[pattern("System.fetch_env!(", Shape::Argument, Need::Must), pattern("System.get_env(", Shape::Argument, Need::Plain)];

const TERRAFORM: &[Pattern] = &[must("variable ")];

impl Language {
    /// As the end of a path tells.
    pub fn of_path(path: &str) -> Option<Self> {
        let (_, end) = path.rsplit_once('.')?;
        Some(match end {
            "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" | "vue" | "svelte" | "astro" => Self::Script,
            "py" => Self::Python,
            "rb" | "ru" | "rake" => Self::Ruby,
            "go" => Self::Go,
            "rs" => Self::Rust,
            "java" | "kt" | "groovy" | "scala" => Self::Java,
            "cs" | "fs" | "vb" => Self::Net,
            "php" => Self::Php,
            "ex" | "exs" => Self::Elixir,
            // What modules ask for their callers give, and no file of settings.
            "tf" if !path.split('/').any(|folder| folder == "modules") => Self::Terraform,
            _ => return None,
        })
    }

    /// How its reads begin.
    pub fn patterns(self) -> std::slice::Iter<'static, Pattern> {
        let patterns = match self {
            Self::Script => SCRIPT,
            Self::Python => PYTHON,
            Self::Ruby => RUBY,
            Self::Go => GO,
            Self::Rust => RUST,
            Self::Java => JAVA,
            Self::Net => NET,
            Self::Php => PHP,
            Self::Elixir => ELIXIR,
            Self::Terraform => TERRAFORM,
        };
        patterns.iter()
    }

    /// What begins a line that says nothing to the machine.
    pub fn comments(self) -> &'static [&'static str] {
        match self {
            Self::Python | Self::Ruby | Self::Elixir => &["#"],
            Self::Php | Self::Terraform => &["//", "#", "*", "/*"],
            _ => &["//", "*", "/*"],
        }
    }
}

impl Pattern {
    /// The whole name of a setting: parts after dots, as in the files.
    pub fn named(&self, written: &str) -> String {
        format!("{}{}", self.prefix, written.replace(':', "."))
    }
}

impl Shape {
    /// The name after a text, and where the read ends.
    pub fn name(self, text: &str, at: usize) -> Option<(Span, usize)> {
        let rest = text.get(at..)?;
        let word = |start: usize, is_part: fn(u8) -> bool| {
            let length = text[start..].bytes().take_while(|byte| is_part(*byte)).count();
            (length > 0).then(|| (Span::new(start, start + length), start + length))
        };
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        match self {
            Self::Property if rest.starts_with('.') => word(at + 1, is_letter),
            Self::Property if rest.starts_with("?.") => word(at + 2, is_letter),
            Self::Property | Self::Index => {
                let (name, end) = quoted(text, at + rest.strip_prefix('[').map(|_| 1)?)?;
                let after = text[end..].trim_start();
                after.starts_with(']').then(|| (name, text.len() - after.len() + 1))
            }
            Self::Argument => {
                let (name, end) = quoted(text, at)?;
                let after = text[end..].trim_start();
                let is_call = text[..at].ends_with('(') && after.starts_with(')');
                Some((name, if is_call { text.len() - after.len() + 1 } else { end }))
            }
            Self::Path => word(at, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'.')
                .filter(|(name, _)| text[name.range()].contains('.')),
            Self::Placeholder => {
                let (name, end) =
                    word(at, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']'))?;
                text[end..].starts_with('}').then_some((name, end + 1))
            }
        }
    }
}

/// A text between quotes, and where it ends.
fn quoted(text: &str, at: usize) -> Option<(Span, usize)> {
    let rest = text.get(at..)?;
    let inner = rest.trim_start();
    let start = at + (rest.len() - inner.len());
    let quote = inner.bytes().next().filter(|first| matches!(first, b'"' | b'\'' | b'`'))?;
    let length = inner[1..].bytes().take(256).position(|byte| byte == quote)?;
    Some((Span::new(start + 1, start + 1 + length), start + length + 2))
}
