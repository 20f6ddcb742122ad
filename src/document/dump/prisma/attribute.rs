//! What `@` says of a field and `@@` of a model.

/// An attribute.
pub struct Attribute {
    /// Without its signs: `id`, `db.VarChar`.
    pub name: String,
    /// What stands in brackets behind it, with them; or nothing.
    pub written: String,
}

/// All of a line, in order.
pub fn attributes(line: &str) -> Vec<Attribute> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = outside(rest, '@') {
        let word = rest[at..].trim_start_matches('@');
        let end = word.find(|next: char| !next.is_ascii_alphanumeric() && !matches!(next, '_' | '.')).unwrap_or(word.len());
        let (name, after) = word.split_at(end);
        let length = if after.starts_with('(') { closing(after) } else { 0 };
        found.push(Attribute { name: name.to_owned(), written: after[..length].to_owned() });
        rest = &after[length..];
    }
    found
}

/// The characters of a text that stand in no string.
fn bare(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut quoted, mut escaped) = (false, false);
    text.char_indices().filter(move |(_, next)| {
        let is_escaped = std::mem::take(&mut escaped);
        match next {
            _ if is_escaped => false,
            '\\' if quoted => {
                escaped = true;
                false
            }
            '"' => {
                quoted = !quoted;
                false
            }
            _ => !quoted,
        }
    })
}

/// Where a character stands first that is in no string.
fn outside(text: &str, wanted: char) -> Option<usize> {
    bare(text).find(|(_, next)| *next == wanted).map(|(at, _)| at)
}

/// How long it is from an opening bracket to the one that closes it.
fn closing(text: &str) -> usize {
    let mut depth = 0_i32;
    let end = bare(text).find(|(_, next)| {
        depth += i32::from(*next == '(') - i32::from(*next == ')');
        depth == 0
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

/// A line without the comment at its end.
pub fn without_comment(line: &str) -> &str {
    let slash = bare(line).find(|(at, next)| *next == '/' && line[at + 1..].starts_with('/'));
    slash.map_or(line, |(at, _)| &line[..at])
}

/// What a string says.
pub fn unquoted(written: &str) -> Option<String> {
    let inner = written.trim().strip_prefix('"')?.strip_suffix('"')?;
    Some(inner.replace("\\\"", "\"").replace("\\\\", "\\"))
}

impl Attribute {
    /// What is in its brackets, cut at its commas.
    fn arguments(&self) -> Vec<&str> {
        let inner = self.written.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or_default();
        let mut parts = Vec::new();
        let (mut start, mut depth, mut quoted) = (0, 0_i32, false);
        for (at, next) in inner.char_indices() {
            match next {
                '"' => quoted = !quoted,
                '[' | '(' if !quoted => depth += 1,
                ']' | ')' if !quoted => depth -= 1,
                ',' if !quoted && depth == 0 => {
                    parts.push(inner[start..at].trim());
                    start = at + 1;
                }
                _ => {}
            }
        }
        parts.push(inner[start..].trim());
        parts
    }

    /// The value of a named argument.
    fn value(&self, name: &str) -> Option<&str> {
        let named = |part: &&str| part.split_once(':').is_some_and(|(key, _)| key.trim() == name);
        let part = self.arguments().into_iter().find(named)?;
        Some(part.split_once(':')?.1.trim())
    }

    /// The string of a named argument.
    pub fn string(&self, name: &str) -> Option<String> {
        unquoted(self.value(name)?)
    }

    /// The first argument, if it is a string; it may be named.
    pub fn first_string(&self) -> Option<String> {
        unquoted(self.arguments().first()?).or_else(|| self.string("name"))
    }

    /// The word of a named argument, in small letters.
    pub fn word(&self, name: &str) -> Option<String> {
        let value = self.value(name)?;
        value.bytes().all(|byte| byte.is_ascii_alphabetic()).then(|| value.to_ascii_lowercase())
    }

    /// The names in a list, that of a name or the first one, without what is said of each.
    pub fn list(&self, name: &str) -> Vec<String> {
        let first = || self.arguments().into_iter().next().filter(|part| part.starts_with('[') && name == "fields");
        let Some(list) = self.value(name).or_else(first) else { return Vec::new() };
        let inner = list.trim_start_matches('[').trim_end_matches(']');
        let mut names = Vec::new();
        let mut depth = 0_i32;
        let mut word = String::new();
        for next in inner.chars().chain([',']) {
            match next {
                '(' => depth += 1,
                ')' => depth -= 1,
                ',' if depth == 0 => names.extend(Some(std::mem::take(&mut word).trim().to_owned()).filter(|it| !it.is_empty())),
                _ if depth == 0 => word.push(next),
                _ => {}
            }
        }
        names
    }
}
