//! See rules/environment/variable-cycle.md

use std::collections::{HashMap, HashSet};

use super::variables::{Filler, filler, of_entry};
use crate::document::entries::Entry;
use crate::rule::Context;
use crate::workspace::environments::SettingsFile;

/// Nobody writes longer circles by mistake.
const LONGEST: usize = 32;

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    let document = cx.workspace.document(file.source);
    let Some(filler) = filler(file, document) else { return };
    if !document.source.text().contains('$') {
        return;
    }
    let mut named: HashMap<&str, (&Entry, Vec<&str>)> = HashMap::new();
    for entry in file.settings.iter() {
        let variables = of_entry(entry, &document.source, filler);
        // What names itself builds on what was there before.
        let others = variables.iter().filter(|variable| !variable.has_default && *variable.name != *entry.name);
        named.insert(&entry.name, (entry, others.map(|variable| variable.name).collect()));
    }
    let mut seen: HashSet<&str> = HashSet::new();
    for entry in file.settings.iter() {
        if let Some(circle) = circle(&entry.name, &named, &mut seen) {
            report(file, &circle, &named, filler, cx);
        }
    }
}

/// The names of a circle that the way from a name leads into, each visited once for all ways.
fn circle<'e>(
    from: &'e str,
    named: &HashMap<&'e str, (&'e Entry, Vec<&'e str>)>,
    seen: &mut HashSet<&'e str>,
) -> Option<Vec<&'e str>> {
    let mut way: Vec<(&str, usize)> = vec![(from, 0)];
    if !seen.insert(from) {
        return None;
    }
    while let Some((name, next)) = way.last_mut() {
        let Some(to) = named.get(name).and_then(|(_, to)| to.get(*next)).copied() else {
            way.pop();
            continue;
        };
        *next += 1;
        if let Some(start) = way.iter().position(|(name, _)| *name == to) {
            return Some(way[start..].iter().map(|(name, _)| *name).collect());
        }
        if named.contains_key(to) && way.len() < LONGEST && seen.insert(to) {
            way.push((to, 0));
        }
    }
    None
}

fn report(
    file: &SettingsFile,
    circle: &[&str],
    named: &HashMap<&str, (&Entry, Vec<&str>)>,
    filler: Filler,
    cx: &mut Context<'_>,
) {
    let places: Vec<_> = circle.iter().filter_map(|name| Some(file.place(named.get(name)?.0.key))).collect();
    let [first, others @ ..] = places.as_slice() else { return };
    let happens = match filler {
        Filler::Dotenv => "readers put nothing in the place of the one that is not there yet, so that the value has a hole",
        Filler::Spring => "Spring stops at the start with \"Circular placeholder reference\"",
    };
    let message = match circle {
        [one, other] => format!("{one} and {other} are made of each other"),
        [one, ..] => format!("{one} is made of itself, by way of {}", circle[1..].join(", ")),
        [] => return,
    };
    let mut report = cx.report(*first, message).about(circle[0]).label(format!("names {}", circle[1 % circle.len()]));
    for (place, at) in others.iter().zip(1..) {
        report = report.because(*place, format!("names {}", circle[(at + 1) % circle.len()]));
    }
    report.in_production(happens).help(format!("write the value of {} out", circle[0]));
}
