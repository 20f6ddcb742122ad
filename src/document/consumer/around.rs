//! What stands around a read tells whether the program can do without the setting.

use super::Need;
use super::language::Language;
use crate::source::Span;

/// The text around a read.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    language: Language,
    /// The line before it.
    head: &'a str,
    /// The rest of what it says, up to a line end after which nothing goes on.
    tail: &'a str,
    /// The lines after it, where one may see what happens if it is not there.
    below: &'a str,
}

/// No statement that tells anything is longer.
const LONGEST: usize = 400;

/// Lines that begin so go on with the one before.
const GOES_ON: &[&str] = &[".", "||", "??", "?", "&&", "or ", "|>", ")"];

/// What a program does that cannot go on.
const ENDS: &[&str] = &["throw ", "throw(", "process.exit", "log.Fatal", "panic(", "raise", "abort", "os.Exit", "sys.exit"];

impl<'a> Around<'a> {
    /// Of the read that stands between two places.
    pub fn of(language: Language, text: &'a str, at: usize, end: usize) -> Self {
        let mut from = at.saturating_sub(LONGEST);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let line = text[from..at].rfind('\n').map_or(from, |before| from + before + 1);
        let tail_end = tail_end(text, end);
        let below_end = bounded(text, tail_end, LONGEST);
        Self { language, head: &text[line..at], tail: &text[end..tail_end], below: &text[tail_end..below_end] }
    }

    /// A line that is not run.
    pub fn is_comment(&self) -> bool {
        let head = self.head.trim_start();
        self.language.comments().iter().any(|mark| head.starts_with(mark)) || head.contains("// ")
    }

    /// Whether the program can do without; none where it does not read but write.
    pub fn need(&self, plain: Need) -> Option<Need> {
        let tail = self.tail.trim_start();
        let is_set = tail.starts_with('=') && !["==", "=~", "=>"].iter().any(|other| tail.starts_with(other));
        if is_set || ["delete ", "del "].iter().any(|word| self.head.trim_start().starts_with(word)) {
            return None;
        }
        if self.fails() {
            return Some(Need::Must);
        }
        if self.is_asked() {
            // Asked for, to end the program at once where it is not there.
            let ends = |text: &str| ENDS.iter().any(|word| text.contains(word));
            let ends_at_once = self.is_denied() && (ends(self.tail) || ends(first_lines(self.below, 3)));
            return Some(if ends_at_once { Need::Must } else { Need::Optional });
        }
        Some(plain)
    }

    /// Whether it says itself that it fails.
    fn fails(&self) -> bool {
        let tail = self.tail.trim_start();
        let says = |words: &[&str]| words.iter().any(|word| self.tail.contains(word));
        match self.language {
            Language::Script => (tail.starts_with('!') && !tail.starts_with("!=")) || says(&["?? throw", "|| throw", "?? fail("]),
            Language::Rust => {
                !says(&["unwrap_or", ".ok()", "is_ok()", "or_else", ".is_err()"])
                    && !self.head.contains("if let")
                    && (says(&[".unwrap()", ".expect("]) || tail.starts_with('?') || says(&[")?", "))?"]))
            }
            Language::Net => says(&["?? throw"]),
            Language::Elixir | Language::Ruby => says(&["|| raise", "or raise"]),
            Language::Java => says(&["?: throw", "?: error("]),
            Language::Python | Language::Go | Language::Php | Language::Terraform => false,
        }
    }

    /// Whether it asks if the setting is there, or has something in its place.
    fn is_asked(&self) -> bool {
        let head = self.head;
        let tail = self.tail;
        let has = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
        let after = match self.language {
            Language::Script | Language::Php => &["||", "??", "?.", " ?", "&&", "===", "!==", "==", "!=", "?:"][..],
            Language::Python => &[" or ", " if ", "==", "!=", " in ", " is None", " is not None"],
            Language::Ruby => &["||", "&.", " ?", "==", "!=", "&&", ".present?", ".blank?", ".nil?", ".to_s", " if ", " unless "],
            Language::Go => &["!= \"\"", "== \"\"", "==", "!=", "len("],
            Language::Rust => &["unwrap_or", ".ok()", "is_ok", "is_err", "or_else", "Ok(", "=="],
            Language::Java => &["?:", "==", "!=", "?.", " ?", "orElse", ".equals"],
            Language::Net => &["??", "?.", "==", "!=", " ?", " is "],
            Language::Elixir => &["||", "==", "!=", "|>", " in "],
            Language::Terraform => &[],
        };
        let before = match self.language {
            Language::Script | Language::Php => {
                &["if (", "if(", "!!", "typeof ", "Boolean(", "|| ", "?? ", "&& ", "isset(", "empty(", "? ", "(!", "!process"][..]
            }
            Language::Python => &["if ", " or ", "bool(", "elif "],
            Language::Ruby => &["if ", "unless ", "|| ", "&& ", "!"],
            Language::Go => &["if ", "len(", "case "],
            Language::Rust => &["if let", "match ", "is_ok"],
            Language::Java => &["if (", "if(", "ofNullable(", "isEmpty(", "isBlank(", "parseBoolean("],
            Language::Net => &["if (", "if(", "IsNullOrEmpty(", "IsNullOrWhiteSpace(", "TryParse(", "?? "],
            Language::Elixir => &["if ", "|| ", "case "],
            Language::Terraform => &[],
        };
        let has_block = self.language == Language::Ruby && ["{", "do "].iter().any(|open| tail.trim_start().starts_with(open));
        let is_tried = self.language == Language::Python && first_lines(self.below, 3).contains("except");
        has(head, before) || has(tail, after) || has_block || is_tried
    }

    /// Whether it asks if the setting is not there.
    fn is_denied(&self) -> bool {
        ["(!", "not ", "unless ", "IsNull"].iter().any(|word| self.head.contains(word))
            || ["== \"\"", "is None", "== null", "== undefined", ".nil?", ".blank?"].iter().any(|word| self.tail.contains(word))
    }
}

/// Whether the block after the name of a variable has a default.
pub fn has_default(text: &str, end: usize) -> bool {
    const MOST: usize = 4096;
    let block = &text[end..bounded(text, end, MOST)];
    let mut depth = 0_usize;
    let close = block.bytes().position(|byte| {
        depth += usize::from(byte == b'{');
        depth = depth.saturating_sub(usize::from(byte == b'}'));
        byte == b'}' && depth == 0
    });
    let block = &block[..close.unwrap_or(block.len())];
    block.split('\n').any(|line| line.trim_start_matches(['{', ' ', '\t']).starts_with("default"))
}

/// Where what begins at a place ends: with its line, or with the last one that goes on.
fn tail_end(text: &str, from: usize) -> usize {
    let limit = bounded(text, from, LONGEST);
    let line_end = |at: usize| text[at..limit].find('\n').map_or(limit, |length| at + length);
    let mut end = line_end(from);
    while end < limit {
        let next = text[end + 1..limit].trim_start();
        if !GOES_ON.iter().any(|start| next.starts_with(start)) {
            break;
        }
        end = line_end(end + 1);
    }
    end
}

/// So many bytes on, to the beginning of a character.
fn bounded(text: &str, at: usize, length: usize) -> usize {
    let mut end = (at + length).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    end
}

fn first_lines(text: &str, count: usize) -> &str {
    text.match_indices('\n').nth(count).map_or(text, |(at, _)| &text[..at])
}

/// The names of `const { A, B = "x" } = process.env`, before the place of the last part.
pub fn destructured(text: &str, at: usize) -> Option<Vec<(&str, Span, Need)>> {
    const MOST: usize = 4096;
    let before = text[..at].trim_end().strip_suffix('=')?.trim_end().strip_suffix('}')?;
    let mut from = before.len().saturating_sub(MOST);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let open = from + before[from..].rfind('{')?;
    let mut names = Vec::new();
    let mut start = open + 1;
    for part in before[open + 1..].split(',') {
        let inner = part.trim_start();
        let length = inner.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        if length > 0 {
            let place = Span::new(start + part.len() - inner.len(), start + part.len() - inner.len() + length);
            let need = if inner.contains('=') { Need::Optional } else { Need::Plain };
            names.push((&text[place.range()], place, need));
        }
        start += part.len() + 1;
    }
    Some(names)
}
