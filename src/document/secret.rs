//! Which parts of a file must never be printed?
//!
//! All values of dotenv files, all data of Secrets, the values of keys that sound secret and values that look like keys of
//! well-known services in all other settings, passwords in addresses and in SQL. Where a document could not be read, whole lines go rather than one secret.

use std::sync::LazyLock;

use super::compose::Compose;
use super::dotenv::Dotenv;
use super::entries::{Entries, Entry, Form};
use super::yaml::{Node, Yaml};
use super::{Content, Document};
use crate::diagnostic::SourceId;
use crate::source::{Source, Span};

/// What to print instead; it does not tell the length.
pub const MASK: &str = "••••••••";

/// Words that make a key sound as if its value were secret, by their first letter.
const SECRET_WORDS: &[(u8, &[&str])] = &[
    (b'a', &["apikey", "api_key", "api-key", "accesskey", "access_key", "access-key", "authorization"]),
    (b'c', &["credential", "connectionstring", "connection_string"]),
    (b'd', &["dsn"]),
    (b'e', &["encryptionkey", "encryption_key"]),
    (b'l', &["license_key"]),
    (b'p', &["password", "passwd", "passphrase", "pwd", "privatekey", "private_key", "private-key"]),
    (b's', &["secret", "signingkey", "signing_key"]),
    (b't', &["token"]),
    (b'w', &["webhook_url"]),
];

/// Whether a key sounds as if its value were secret. A name of a secret is none.
pub fn is_secret_name(key: &str) -> bool {
    let ends = |end: &str| key.len() >= end.len() && key.as_bytes()[key.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes());
    sounds_secret(key) && !["name", "ref", "keyref"].into_iter().any(ends)
}

/// Whether a text holds one of the words. Every key of every file is asked, so words are looked at only where two letters
/// stand that one begins with, and of those the ones with that first letter.
fn sounds_secret(text: &str) -> bool {
    // By a letter's place in the alphabet, a bit for each that may follow it.
    static BEGINNINGS: LazyLock<[u32; 32]> = LazyLock::new(|| {
        let mut beginnings = [0; 32];
        for word in SECRET_WORDS.iter().flat_map(|(_, words)| *words).map(|word| word.as_bytes()) {
            beginnings[letter(word[0])] |= 1 << letter(word[1]);
        }
        beginnings
    });
    let (bytes, beginnings) = (text.as_bytes(), &*BEGINNINGS);
    let begins = |rest: &[u8], word: &str| rest.get(..word.len()).is_some_and(|own| own.eq_ignore_ascii_case(word.as_bytes()));
    bytes.windows(2).enumerate().filter(|(_, pair)| beginnings[letter(pair[0])] & (1 << letter(pair[1])) != 0).any(
        |(at, pair)| {
            let words = SECRET_WORDS.iter().find(|(first, _)| *first == pair[0].to_ascii_lowercase());
            words.is_some_and(|(_, words)| words.iter().any(|word| begins(&bytes[at..], word)))
        },
    )
}

/// The place of a letter in the alphabet, whatever its case; other signs share these numbers.
fn letter(byte: u8) -> usize {
    usize::from(byte & 0x1F)
}

/// The parts of a document that must never be printed, in order and apart.
pub(super) fn secrets(document: &Document) -> Vec<Span> {
    let source = &document.source;
    let mut spans = match &document.content {
        Content::Dotenv(dotenv) => of_dotenv(dotenv, source),
        Content::Yaml(yaml) => of_yaml(yaml, source),
        Content::Sql(_) => of_sql(source.text()),
        Content::Entries(entries) => of_entries(entries, source),
        Content::Compose(compose) => of_compose(compose, source),
        // A default in a program may be the password that somebody forgot there.
        Content::Consumer(consumer) => {
            let places = consumer.reads.iter().map(|read| read.place).chain(consumer.files.iter().map(|asked| asked.place));
            places.flat_map(|place| literals_after(source, place)).collect()
        }
    };
    spans.extend(passwords_in_addresses(source.text()));
    spans.sort_unstable();
    apart(spans)
}

/// One span for those that overlap, so that they can be searched; `spans` are in order.
fn apart(spans: Vec<Span>) -> Vec<Span> {
    let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans.into_iter().filter(|span| !span.is_empty()) {
        match apart.last_mut() {
            Some(last) if last.overlaps(span) => *last = last.to(span),
            _ => apart.push(span),
        }
    }
    apart
}

fn of_dotenv(dotenv: &Dotenv, source: &Source) -> Vec<Span> {
    // With all that follows on the line: a comment may hold the old value.
    let to_line_end = |value: Span| value.to(source.line_span(source.line(value.end)));
    let values = dotenv.settings.iter().map(|setting| Span { start: setting.value.start, ..to_line_end(setting.value) });
    let malformed = dotenv.malformed.iter().map(|line| after_key(source, *line));
    let comments = dotenv.comments.iter().filter(|span| source.slice(**span).contains('=')).map(|span| after_key(source, *span));
    values.chain(malformed).chain(comments).collect()
}

/// Words around a setting that make all below them secret.
const SECRET_FOLDERS: &[&str] = &["secrets", "credentials", "passwords", "tokens", "secret", "credential", "stringdata"];

/// How the keys of well-known services begin.
const KEY_STARTS: &[&str] = &[
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xapp-",
    "sk_live_",
    "rk_live_",
    "sk-ant-",
    "sk-proj-",
    "AIza",
    "SG.",
    "npm_",
    "pypi-",
    "hvs.",
    "dop_v1_",
    "shpat_",
    "sq0csp-",
    "EAACEdEose0cBA",
    "whsec_",
];

/// Whether a setting sounds as if its value were secret: by its own name, or by what it stands in.
pub fn is_secret_setting(name: &str) -> bool {
    let mut parts = name.split(['.', '[', ']']).filter(|part| !part.is_empty()).rev();
    let own = parts.next().unwrap_or(name);
    is_secret_name(own) || parts.any(|part| SECRET_FOLDERS.contains(&&*part.to_ascii_lowercase()))
}

/// So much of a key follows its beginning.
const SHORTEST_KEY: usize = 14;

/// Whether a value is a key of a well-known service, a private key or a signed token.
pub fn is_known_key(value: &str) -> bool {
    // Every value is asked, and most are too short for a key.
    let value = value.trim();
    if value.len() < SHORTEST_KEY {
        return false;
    }
    let first = value.as_bytes()[0];
    let body = |start: &str| if start.as_bytes()[0] == first { value.strip_prefix(start).map_or(0, str::len) } else { 0 };
    let is_token = value.starts_with("eyJ") && value.matches('.').count() == 2 && value.len() > 40;
    let begins = KEY_STARTS.iter().any(|start| body(start) >= SHORTEST_KEY) && !value.contains(char::is_whitespace);
    begins || is_token || (value.contains("-----BEGIN ") && value.contains("PRIVATE KEY"))
}

/// Whether a value may be printed of a setting of this name.
pub fn is_secret(name: &str, value: &str) -> bool {
    is_secret_setting(name) || is_known_key(value) || is_opaque(value)
}

/// Long, of letters of both kinds and of digits, without a break: made by a machine for a machine.
fn is_opaque(value: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-');
    let has = |wanted: fn(&u8) -> bool| value.as_bytes().iter().any(wanted);
    value.len() >= 32
        && value.bytes().all(is_inner)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && value.bytes().filter(u8::is_ascii_digit).count() >= 3
}

/// What containers get to know, and whatever sounds secret beside it.
fn of_compose(compose: &Compose, source: &Source) -> Vec<Span> {
    let settings = compose.services.iter().flat_map(|service| &service.settings);
    let hides = |entry: &&Entry| entry.form != Form::Null && is_secret(&entry.name, entry.text(source));
    let values = settings.filter(hides).map(|entry| entry.value);
    values.chain(of_yaml(&compose.yaml, source)).collect()
}

fn of_entries(entries: &Entries, source: &Source) -> Vec<Span> {
    let hides = |entry: &&Entry| entry.form != Form::Null && is_secret(&entry.name, entry.text(source));
    let mut spans: Vec<Span> = entries.entries.iter().filter(hides).map(|entry| entry.value).collect();
    let sounds_secret = |span: &Span| sounds_secret(source.slice(*span));
    // A comment may hold the old value, and nobody knows what a broken line holds.
    let comments = entries.comments.iter().copied().filter(sounds_secret).filter(|span| source.slice(*span).contains(['=', ':']));
    spans.extend(comments.map(|span| after_key(source, span)));
    for fault in &entries.faults {
        let lines = source.line(fault.span.start)..=source.line(fault.span.end);
        spans.extend(lines.map(|line| source.line_span(line)).filter(sounds_secret).map(|line| after_key(source, line)));
    }
    spans
}

/// What stands after the first `=` or `:` of a line, or all of it.
/// What stands in quotes after a name, on its line; and beside it on the lines that are shown with it, where they sound
/// as if it were secret.
fn literals_after(source: &Source, name: Span) -> Vec<Span> {
    let own = source.line(name.end);
    let rest = Span { start: name.end, ..source.line_span(own) };
    // The quote that closes the name opens nothing.
    let closes = source.slice(rest).starts_with(['"', '\'', '`']);
    let mut spans = literals(source, rest, usize::from(closes));
    for line in [own.saturating_sub(1).max(1), own + 1].into_iter().filter(|line| *line != own) {
        let line = source.line_span(line);
        if is_secret_name(source.slice(line)) {
            spans.extend(literals(source, line, 0));
        }
    }
    spans
}

/// What stands in quotes in a part of a line, from an offset on.
fn literals(source: &Source, rest: Span, from: usize) -> Vec<Span> {
    let text = source.slice(rest);
    let (mut spans, mut at) = (Vec::new(), from);
    while let Some(open) = text[at..].find(['"', '\'', '`']).map(|open| at + open) {
        let quote = char::from(text.as_bytes()[open]);
        let end = text[open + 1..].find(quote).map_or(text.len(), |length| open + 1 + length);
        let start = rest.start as usize + open + 1;
        spans.push(Span::new(start, rest.start as usize + end));
        at = (end + 1).min(text.len());
    }
    spans
}

fn after_key(source: &Source, line: Span) -> Span {
    let text = source.slice(line);
    let at = text.find(['=', ':']).map_or(0, |at| at + 1);
    Span { start: line.start + u32::try_from(at).unwrap_or(0), ..line }
}

fn of_yaml(yaml: &Yaml, source: &Source) -> Vec<Span> {
    let mut spans = Vec::new();
    for root in yaml.roots(source, SourceId(0)) {
        let kind = root.field("kind").text().into_option();
        if kind.as_deref() == Some("Secret") {
            for field in ["data", "stringData"] {
                mask_below(root.field(field).into_option(), &mut spans);
            }
        }
        look_below(root, &mut spans);
    }
    for part in yaml.parts.iter().filter(|part| part.error.is_some()) {
        if sounds_secret(source.slice(part.span)) {
            let lines = source.line(part.span.start)..=source.line(part.span.end);
            spans.extend(lines.map(|line| after_key(source, source.line_span(line))));
        }
    }
    spans
}

/// Everything below a node is secret.
fn mask_below(node: Option<Node<'_>>, spans: &mut Vec<Span>) {
    let mut open: Vec<Node<'_>> = node.into_iter().collect();
    while let Some(node) = open.pop() {
        if node.own_children().next().is_none() {
            spans.push(node.span());
        } else if node.is_mapping() {
            open.extend(node.entries().map(|(_, value)| value));
        } else {
            open.extend(node.own_children());
        }
    }
}

/// Looks for keys that sound secret, and for `name: X` beside `value: Y` in lists of variables.
fn look_below(root: Node<'_>, spans: &mut Vec<Span>) {
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        let is_named_secret = || node.field("name").text().into_option().as_deref().is_some_and(is_secret_name);
        for (key, value) in node.entries() {
            let key = key.text().into_option().unwrap_or_default();
            if is_secret_name(&key) || (key == "value" && is_named_secret()) {
                mask_below(Some(value), spans);
            }
        }
        open.extend(node.own_children().filter(|child| child.is_collection()));
    }
}

/// The string after the word PASSWORD.
fn of_sql(text: &str) -> Vec<Span> {
    let upper = text.to_ascii_uppercase();
    let mut spans = Vec::new();
    for (at, word) in upper.match_indices("PASSWORD") {
        let rest = &text[at + word.len()..];
        // At most one sign stands between the word and its string.
        let Some(value) = rest.trim_start().trim_start_matches('=').trim_start().strip_prefix('\'') else { continue };
        let start = text.len() - value.len();
        let length = text[start..].find('\'').unwrap_or(text.len() - start);
        spans.push(Span::new(start, start + length));
    }
    spans
}

/// `scheme://user:password@host`.
fn passwords_in_addresses(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    for at in memchr::memmem::find_iter(text.as_bytes(), b"://") {
        let start = at + "://".len();
        let rest = &text[start..];
        let end = rest.find(|next: char| next.is_whitespace() || matches!(next, '/' | '"' | '\'' | '`')).unwrap_or(rest.len());
        let Some(host) = rest[..end].rfind('@') else { continue };
        if let Some(colon) = rest[..host].find(':') {
            spans.push(Span::new(start + colon + 1, start + host));
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::kind::Kind;

    fn masked(path: &str, kind: Kind, text: &str) -> String {
        let document = Document::read(path, text.as_bytes().to_vec(), kind).expect("ours");
        let mut shown = text.to_owned();
        for span in document.secrets().iter().rev() {
            shown.replace_range(span.range(), "*");
        }
        shown
    }

    #[test]
    fn values_that_sound_secret_are_masked() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - env:\n    - name: DB_PASSWORD\n      value: a\n    - {name: HOST, value: b}\n    secretName: c\n    apiKey: [d, e]\n";
        let wanted = text.replace("value: a", "value: *").replace("[d, e]", "[*, *]");
        assert_eq!(masked("p.yaml", Kind::Manifest, text), wanted);
    }

    #[test]
    fn names_sound_secret_wherever_the_word_stands() {
        for word in SECRET_WORDS.iter().flat_map(|(_, words)| *words) {
            for name in [(*word).to_owned(), format!("DB_{}_2", word.to_ascii_uppercase())] {
                assert!(is_secret_name(&name), "{name}");
            }
        }
        for name in ["secretName", "token_ref", "passwordSecretKeyRef", "pass", "tokyo", "", "é"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn everything_in_a_secret_is_masked_even_when_it_is_broken() {
        let text = "apiVersion: v1\nkind: Secret\ndata:\n  a: eA==\nstringData:\n  b: |\n    canary\n";
        assert_eq!(masked("s.yaml", Kind::Manifest, text), text.replace("eA==", "*").replace("canary", "*"));
        let broken = "apiVersion: v1\nkind: Secret\ndata:\n  a: canary\n bad\n";
        assert!(!masked("s.yaml", Kind::Manifest, broken).contains("canary"));
    }

    #[test]
    fn secrets_of_every_format_are_masked() {
        let key = format!("{}{}", "sk_live_", "4eC39HqLyjWDarjtT1zdp7dc");
        let table = [
            (
                "prod.yml",
                format!("db:\n  password: canary\n  host: db\nsecrets:\n  a: canary\nstripe: {key}\n"),
                "db:\n  password: *\n  host: db\nsecrets:\n  a: *\nstripe: *\n",
            ),
            (
                "prod.json",
                "{\"ApiKey\": \"canary\", \"Url\": \"pg://u:canary@h\"}".to_owned(),
                "{\"ApiKey\": \"*\", \"Url\": \"pg://u:*@h\"}",
            ),
            ("prod.toml", "# token = canary\n[db]\npassword = 'canary'\n".to_owned(), "# token =*\n[db]\npassword = '*'\n"),
            ("prod.ini", "[db]\npassword = canary\n".to_owned(), "[db]\npassword = *\n"),
            ("prod.properties", "db.password=canary\nport=1\n".to_owned(), "db.password=*\nport=1\n"),
            ("prod.tfvars", "db_password = \"canary\"\n".to_owned(), "db_password = \"*\"\n"),
            ("broken.toml", "[db]\npassword = canary\n".to_owned(), "[db]\npassword =*\n"),
        ];
        for (path, text, wanted) in table {
            assert_eq!(masked(path, Kind::Configuration, &text), wanted, "{path}");
        }
    }

    #[test]
    fn passwords_in_addresses_and_statements_are_masked() {
        assert_eq!(
            masked("1_a.sql", Kind::Migration, "CREATE ROLE a PASSWORD 'b'; -- see pg://u:p@h/d"),
            "CREATE ROLE a PASSWORD '*'; -- see pg://u:*@h/d"
        );
        assert_eq!(masked(".env", Kind::Settings, "A=b # c\n# OLD=c\nwords\nB=#d\n"), "A=*\n# OLD=*\n*\nB=*\n");
    }
}
