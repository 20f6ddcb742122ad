//! Schemas of settings that programs check at their start: zod, envalid, pydantic and what reads like them.
//!
//! They say in one place what the program cannot do without, at the very moment when it is too late for a gate.

use super::language::Language;
use super::{Need, Read};
use crate::source::Span;

/// What a file with a schema in a script says somewhere.
const SCRIPT: &[&str] = &["createEnv(", "cleanEnv("];

const PYDANTIC: &str = "BaseSettings)";

/// A quick look before any decoding.
pub fn may_be(has: impl Fn(&str) -> bool) -> bool {
    SCRIPT.iter().any(|word| has(word)) || has(PYDANTIC)
}

/// Adds what a schema asks for.
pub fn read(language: Language, text: &str, reads: &mut Vec<Read>) {
    let is_zod = || text.contains("process.env") && text.contains("z.object(");
    match language {
        Language::Script if SCRIPT.iter().any(|word| text.contains(word)) || is_zod() => script(text, reads),
        Language::Python if text.contains(PYDANTIC) => pydantic(text, reads),
        _ => {}
    }
}

/// Lines such as `PORT: z.coerce.number().default(3000),`, up to the comma after them.
fn script(text: &str, reads: &mut Vec<Read>) {
    const KINDS: &[&str] = &["z.", "str(", "num(", "bool(", "url(", "port(", "email(", "host(", "json("];
    const FREE: &[&str] =
        &[".optional(", ".default(", ".nullish(", ".catch(", ".prefault(", "default:", "z.undefined(", "z.any("];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        let Some((name, rest)) = line.trim_start().split_once(':') else { continue };
        let is_variable = name.len() >= 2 && name.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'));
        // The kind may stand on the next line.
        let begins = start + name.len() + 1;
        let kind = if rest.trim().is_empty() { text[at..].trim_start() } else { rest.trim_start() };
        let is_kind = |known: &&str| kind.starts_with(*known);
        let is_alone = kind.strip_prefix('z').is_some_and(|after| after.starts_with(char::is_whitespace));
        if !is_variable || !(is_alone || KINDS.iter().any(is_kind)) {
            continue;
        }
        let said = expression(&text[begins..]);
        let need = if FREE.iter().any(|word| said.contains(word)) { Need::Optional } else { Need::Must };
        reads.push(Read { name: name.into(), place: Span::new(start, start + name.len()), need });
    }
}

/// Up to the comma or the bracket that ends it.
fn expression(text: &str) -> &str {
    const LONGEST: usize = 2000;
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate().take(LONGEST) {
        match byte {
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' | b',' if depth == 0 => return &text[..at],
            b')' | b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    text
}

/// The fields of classes of settings: `database_url: str` asks for `DATABASE_URL`.
fn pydantic(text: &str, reads: &mut Vec<Read>) {
    // With a prefix or another name nobody knows what is read.
    let is_renamed = ["env_prefix", "alias", "env_nested_delimiter"].iter().any(|word| text.contains(word));
    let mut inner: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let own = line.trim_start();
        let start = at + line.len() - own.len();
        at += line.len();
        let indent = line.len() - own.len();
        if own.starts_with("class ") {
            inner = (own.contains(PYDANTIC) && !is_renamed).then_some(indent);
            continue;
        }
        let Some(outer) = inner else { continue };
        if !own.trim().is_empty() && indent <= outer && !own.starts_with(')') {
            inner = None;
            continue;
        }
        if indent == outer + 4
            && let Some(read) = field(own, start)
        {
            reads.push(read);
        }
    }
}

fn field(line: &str, start: usize) -> Option<Read> {
    let (name, rest) = line.split_once(':')?;
    let is_field = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_field || name == "model_config" || rest.contains("ClassVar") {
        return None;
    }
    let has_default = rest.contains('=') && !rest.contains("Field(...") || rest.contains("(default");
    let need = if has_default { Need::Optional } else { Need::Must };
    // An expression that goes on tells only there whether there is a default.
    let need = if rest.trim_end().ends_with('(') { Need::Optional } else { need };
    Some(Read { name: name.to_ascii_uppercase().into(), place: Span::new(start, start + name.len()), need })
}
