//! Which paths does a script put together from a variable, and what do its callers pass for that?

use super::files::Asked;
use super::path::{BEGINNINGS, beginning, hole, name_of, path_at};

/// All paths with one hole, whatever they are for: `deploy/overlays/$overlay`. Folders in front that are put together as
/// well are left out.
pub fn composed(text: &str) -> Vec<Asked> {
    let mut all = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if line.trim_start().starts_with('#') {
            continue;
        }
        let mut done = start;
        for (offset, _) in line.match_indices(BEGINNINGS) {
            let hole = start + offset;
            if hole < done {
                continue;
            }
            let Some(asked) = path_at(text, beginning(text, done, hole)) else { continue };
            done = asked.place.range().end.max(hole + 1);
            all.extend(with_one_hole(asked));
        }
    }
    all
}

fn with_one_hole(mut asked: Asked) -> Option<Asked> {
    const TELLING: usize = 3;
    while let Some(rest) = asked.path.strip_prefix("*/").filter(|rest| rest.contains('*')) {
        asked.path = rest.into();
        asked.holes = asked.holes[1..].into();
    }
    asked.path = asked.path.trim_end_matches('/').into();
    let letters = asked.path.bytes().filter(u8::is_ascii_alphanumeric).count();
    (asked.holes.len() == 1 && asked.path.matches('*').count() == 1 && letters >= TELLING).then_some(asked)
}

/// In which place a script takes a variable from its arguments, from 1: `overlay=${1:?...}`.
pub fn position(text: &str, variable: &str) -> Option<usize> {
    if let Ok(position) = variable.parse() {
        return Some(position);
    }
    let taken = text.match_indices(variable).filter_map(|(at, _)| {
        let is_inner = text[..at].ends_with(|before: char| before.is_ascii_alphanumeric() || matches!(before, '_' | '$' | '{'));
        let value = text[at + variable.len()..].strip_prefix('=').filter(|_| !is_inner)?.trim_start_matches(['"', '\'']);
        let name = value.strip_prefix('$')?.trim_start_matches('{');
        let digits = name.bytes().take_while(u8::is_ascii_digit).count();
        name[..digits].parse().ok()
    });
    taken.into_iter().next()
}

/// What the callers of a script pass in a place: `./deploy.sh production`.
pub fn passed<'t>(text: &'t str, script: &str, position: usize) -> Vec<Passed<'t>> {
    let calls = text.match_indices(script).filter_map(|(at, _)| {
        let is_inner = text[..at].ends_with(|before: char| before.is_ascii_alphanumeric() || matches!(before, '_' | '-' | '.'));
        let rest = text[at + script.len()..].split('\n').next()?;
        (!is_inner && rest.starts_with([' ', '\t'])).then_some(rest)
    });
    calls.filter_map(|rest| argument(rest, position)).collect()
}

/// What is passed to a script.
#[derive(PartialEq, Eq, Debug)]
pub enum Passed<'t> {
    /// This word.
    Word(&'t str),
    /// Whatever this name stands for.
    Hole(&'t str),
}

/// The word in a place of a call, from 1.
fn argument(call: &str, position: usize) -> Option<Passed<'_>> {
    let mut rest = call;
    for _ in 1..position {
        rest = after_word(rest.trim_start())?;
    }
    let rest = rest.trim_start().trim_start_matches(['"', '\'']);
    if let Some((_, name)) = hole(rest) {
        return name_of(name).map(Passed::Hole);
    }
    let is_end = |next: char| next.is_whitespace() || matches!(next, '"' | '\'' | ';' | '|' | '&' | '>' | '<' | ')');
    let word = &rest[..rest.find(is_end).unwrap_or(rest.len())];
    let is_plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_plain.then_some(Passed::Word(word))
}

/// What follows a word of a call, unless the call ends there.
fn after_word(text: &str) -> Option<&str> {
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        if let Some((length, _)) = hole(&text[at..]) {
            at += length;
        } else if next.is_whitespace() {
            return Some(&text[at..]);
        } else if matches!(next, ';' | '|' | '&' | '>' | '<') {
            return None;
        } else {
            at += next.len_utf8();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_put_together() {
        let table: &[(&str, &[&str])] = &[
            ("kubectl apply -k \"deploy/overlays/$overlay\"\n", &["deploy/overlays/* of overlay"]),
            ("cf create-service x -c solr/config-${space}.json -b \"y-${space}\"\n", &["solr/config-*.json of space"]),
            ("X := $(CHART_DIR)/values-$(ENV).yaml\n", &["values-*.yaml of ENV"]),
            ("# a/$b\ncd $x\ncat a/$b-$c.env\n", &[]),
            ("run: make -C deploy/${{ matrix.env }}/ up\n", &["deploy/* of env"]),
            ("  CF_VARS_FILE: src/vars/pages-((deploy-env)).yml\n", &["src/vars/pages-*.yml of env"]),
            ("cp ./deploy/values-\"$ENV\".yaml x\n", &["deploy/values-*.yaml of ENV"]),
        ];
        for (text, wanted) in table {
            let told: Vec<String> =
                composed(text).into_iter().map(|asked| format!("{} of {}", asked.path, asked.holes[0])).collect();
            assert_eq!(told, *wanted, "{text}");
        }
    }

    #[test]
    fn what_callers_pass() {
        let table = [
            ("overlay=${1:?usage}\n", "overlay", Some(1)),
            ("a=1\noverlay=\"$2\"\n", "overlay", Some(2)),
            ("myoverlay=$1\n", "overlay", None),
            ("overlay=$HOME\n", "overlay", None),
            ("", "3", Some(3)),
        ];
        for (text, variable, wanted) in table {
            assert_eq!(position(text, variable), wanted, "{text}");
        }
        let calls = "- run: ./scripts/deploy.sh production parcels\n\tundeploy.sh qa\n\tsh deploy.sh \"staging\" | tee\n# deploy.sh\n./bin/deploy.sh << parameters.environment >> now\ndeploy.sh > out\n";
        let words = [Passed::Word("production"), Passed::Word("staging"), Passed::Hole("environment")];
        assert_eq!(passed(calls, "deploy.sh", 1), words);
        assert_eq!(passed(calls, "deploy.sh", 2), [Passed::Word("parcels"), Passed::Word("now")]);
    }
}
