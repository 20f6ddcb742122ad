//! A path as scripts and pipelines write it, which may have holes: `values-${{ inputs.environment }}.yaml`.

use super::files::Asked;
use crate::source::Span;

/// What opens and closes a hole: of GitHub, a shell, Make and Azure, Helm and Ansible, `CircleCI`, Concourse.
const HOLES: &[(&str, &str)] = &[("${{", "}}"), ("${", "}"), ("$(", ")"), ("{{", "}}"), ("<<", ">>"), ("((", "))")];

/// What a hole can begin with.
pub const BEGINNINGS: [char; 4] = ['$', '{', '<', '('];

/// A path is shorter.
const LONGEST: usize = 300;

/// The length of the hole that a text begins with, and what it is filled from.
pub fn hole(text: &str) -> Option<(usize, &str)> {
    if let Some((open, close)) = HOLES.iter().find(|(open, _)| text.starts_with(open)) {
        let length = text.find(close)? + close.len();
        return Some((length, text[open.len()..length - close.len()].trim()));
    }
    let name = text.strip_prefix('$')?;
    let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    Some((length + 1, &name[..length]))
}

/// The last word of what a hole is filled from.
pub fn name_of(hole: &str) -> Option<&str> {
    hole.rsplit(|next: char| !(next.is_ascii_alphanumeric() || next == '_')).next().filter(|word| !word.is_empty())
}

/// The path that begins at a place, if its holes have names.
pub fn path_at(text: &str, at: usize) -> Option<Asked> {
    let window = text[at..].char_indices().nth(LONGEST).map_or(text.len(), |(length, _)| at + length);
    let rest = text[at..window].split('\n').next().unwrap_or_default();
    let inner = rest.trim_start_matches(['"', '\'']);
    let start = at + rest.len() - inner.len();
    let mut path = String::new();
    let mut holes = Vec::new();
    let mut end = 0;
    while let Some(next) = inner[end..].chars().next() {
        let tail = &inner[end..];
        let is_hole = next == '$' || HOLES.iter().any(|(open, _)| tail.starts_with(open));
        if is_hole {
            let (length, name) = hole(tail)?;
            holes.push(name);
            path.push('*');
            end += length;
            continue;
        }
        // A shell goes on behind a quote: `values-"$ENV".yaml`.
        let is_inside = matches!(next, '"' | '\'') && tail[1..].starts_with(goes_on);
        if !is_inside {
            if next.is_whitespace() || matches!(next, '"' | '\'' | ';' | '&' | '|' | ')' | ',' | ']' | '`' | '\\') {
                break;
            }
            path.push(next);
        }
        end += next.len_utf8();
    }
    let path = path.trim_start_matches("./").trim_start_matches("../");
    let holes = holes.into_iter().map(|hole| Some(name_of(hole)?.into())).collect::<Option<Box<[Box<str>]>>>()?;
    Some(Asked { path: path.into(), holes, place: Span::new(start, start + end), list: 0 })
}

fn goes_on(next: char) -> bool {
    next.is_ascii_alphanumeric() || matches!(next, '$' | '.' | '/' | '-' | '_')
}

/// Where the word around a place begins.
pub fn beginning(text: &str, from: usize, at: usize) -> usize {
    let bytes = &text.as_bytes()[from..at];
    let is_part = |at: usize| bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'.' | b'-' | b'_' | b'/');
    let is_inside = |at: usize| bytes[at] == b'"' && at > 0 && is_part(at - 1);
    from + (0..bytes.len()).rfind(|at| !is_part(*at) && !is_inside(*at)).map_or(0, |before| before + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_with_holes() {
        let table = [
            ("vars.${{ inputs.environ }}.yml x", "vars.*.yml", "environ"),
            ("~/values-<< parameters.env >>.yaml \\", "~/values-*.yaml", "env"),
            ("src/vars/pages-((deploy-env)).yml\n", "src/vars/pages-*.yml", "env"),
            ("./values-\"$ENVIRONMENT\".yaml \\", "values-*.yaml", "ENVIRONMENT"),
            ("\"$DIR\"/web.env\" x", "*/web.env", "DIR"),
            ("\"a.env\", \"b.env\"", "a.env", ""),
            ("<<EOF\n", "", "none"),
        ];
        for (text, path, holes) in table {
            let found = path_at(text, 0);
            let told = found.map(|asked| (asked.path.to_string(), asked.holes.join(" ")));
            let wanted = (holes != "none").then(|| (path.to_owned(), holes.to_owned()));
            assert_eq!(told, wanted, "{text}");
        }
    }
}
