//! What do images, and the scripts that start programs in them, ask for?
//!
//! A script that begins a container asks with `${NAME:?message}`, and says with `${NAME:-default}` that it can do without. A
//! Dockerfile is given what it declares as `ARG NAME` alone.

use std::collections::HashSet;

use super::{MOST, Need, Read, is_name};
use crate::document::compose::interpolation::{Without, variables};
use crate::path;
use crate::source::Span;

/// What the builder sets by itself.
const OF_BUILDERS: &[&str] = &["TARGET", "BUILD"];

/// Whether a file asks for settings, by its name.
pub fn may_ask(path: &str) -> bool {
    let name = path::name(path);
    is_dockerfile(name) || is_start(name)
}

fn is_dockerfile(name: &str) -> bool {
    let ends = || path::ended(name).is_some_and(|(_, end)| end.eq_ignore_ascii_case("dockerfile"));
    name == "Dockerfile" || name.starts_with("Dockerfile.") || ends()
}

/// Whether a script begins a program: `docker-entrypoint.sh`, `entrypoint`, `start.sh`, `run-web.sh`.
fn is_start(name: &str) -> bool {
    const STARTS: &[&str] = &["start", "run", "serve", "launch", "boot"];
    let stem = name.strip_suffix(".sh").or_else(|| name.strip_suffix(".bash")).unwrap_or(name);
    let begins = |start: &&str| stem.strip_prefix(*start).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']));
    !stem.contains('.') && (stem.contains("entrypoint") || (stem != name && STARTS.iter().any(begins)))
}

/// A quick look before any decoding.
pub fn may_hold_reads(has: impl Fn(&str) -> bool) -> bool {
    ["ARG ", ":?", "?}"].into_iter().any(has)
}

/// What a file asks for.
pub fn read(path: &str, text: &str, reads: &mut Vec<Read>) {
    let is_image = is_dockerfile(path::name(path));
    let mut own: HashSet<&str> = HashSet::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim();
        if body.starts_with('#') || reads.len() >= MOST {
            continue;
        }
        own.extend(body.split_once('=').map(|(name, _)| name.trim_start_matches("export ")).filter(|name| is_name(name)));
        let mut add = |name: &str, at: usize, need: Need| {
            reads.push(Read { name: name.into(), place: Span::new(start + at, start + at + name.len()), need });
        };
        if let Some(declared) = body.strip_prefix("ARG ").filter(|_| is_image) {
            let name = declared.split(['=', ' ']).next().unwrap_or_default();
            let need = if declared.contains('=') { Need::Optional } else { Need::Plain };
            if is_name(name) && !OF_BUILDERS.iter().any(|begins| name.starts_with(begins)) {
                add(name, line.find(name).unwrap_or(0), need);
            }
            continue;
        }
        for variable in variables(line).variables.iter().filter(|variable| is_name(variable.name)) {
            match variable.without {
                Without::Default => add(variable.name, variable.at, Need::Optional),
                Without::Refuses => add(variable.name, variable.at, Need::Must),
                Without::Nothing => {}
            }
        }
    }
    // What a script sets itself nobody need hand to it.
    reads.retain(|read| !own.contains(&*read.name));
}
