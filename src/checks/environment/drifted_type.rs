//! See rules/environment/drifted-type.md

use std::collections::HashSet;

use crate::document::entries::{Form, leaf};
use crate::path;
use crate::rule::{Context, fits};
use crate::workspace::environments::rows::{Cell, Row};
use crate::workspace::environments::value::{Class, Type, name_words};
use crate::workspace::environments::{Group, is_variable};

pub fn check(group: &Group, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let off: Vec<HashSet<&str>> =
        group.members.iter().map(|file| super::switched_off(&group.layers(file, false), workspace)).collect();
    quoted(group, &off, cx);
    let mut types: Vec<Option<Type>> = Vec::new();
    for row in group.rows() {
        types.clear();
        types.extend(row.cells().map(|cell| type_of(cell?, cx)));
        // Most settings have values of one type, and that is asked of them first.
        let mut known = types.iter().flatten();
        if known.next().is_none_or(|first| known.all(|other| other == first)) {
            continue;
        }
        for at in 0..types.len() {
            let (Some(cell), Some(here)) = (row.own(at), types[at]) else { continue };
            let others: Vec<Type> =
                types.iter().enumerate().filter(|(other, _)| *other != at).filter_map(|(_, kind)| *kind).collect();
            let Some(there) =
                others.first().copied().filter(|first| others.len() >= 2 && others.iter().all(|other| other == first))
            else {
                continue;
            };
            if is_drift(here, there) && !may_be_either(row.name) && !super::is_off(&off[at], row.name) {
                report(group, &row, (at, cell, here, there), cx);
            }
        }
    }
}

/// `"false"` where the others have `false`: a text, and one that is not empty.
fn quoted(group: &Group, off: &[HashSet<&str>], cx: &mut Context<'_>) {
    for row in group.rows() {
        for (at, file) in group.members.iter().enumerate() {
            let Some(cell) = row.own(at).filter(|cell| cell.entry.form == Form::Quoted) else { continue };
            if !row.cells().flatten().any(|other| other.entry.form == Form::Bare) {
                continue;
            }
            let Some(kind) = type_of(cell, cx).filter(|kind| matches!(kind, Type::Truth | Type::Number)) else { continue };
            let others: Vec<(usize, Cell<'_>)> = row.others(at).collect();
            let is_bare = |(_, other): &(usize, Cell<'_>)| other.entry.form == Form::Bare && type_of(*other, cx) == Some(kind);
            // What a number in quotes does to a reader that nobody knows is told by many that have it bare.
            let is_alone = kind == Type::Truth || others.len() >= 2 || group.is_complete;
            let is_idle = others.is_empty() || super::is_off(&off[at], row.name);
            if is_idle || !others.iter().all(is_bare) || !keeps_texts(cx.workspace.path(file.source), is_alone) {
                continue;
            }
            let allowed = cx.list("allowed", file.source);
            // The environment of a process wants its values in quotes.
            let is_variable = is_variable(leaf(row.name));
            let may_be_text = kind == Type::Number && (is_quantity(row.name) || (may_be_either(row.name) && !counts(row.name)));
            if is_variable || may_be_text || allowed.iter().any(|pattern| fits(pattern, row.name)) {
                continue;
            }
            let (own, (other, theirs)) = (file.title(), others[0]);
            let happens = match kind {
                Type::Truth => "templates and most languages take a text that is not empty for yes, whatever it says",
                _ if is_of_chart(cx.workspace.path(file.source)) => {
                    "what wants a number refuses a text: Kubernetes does not take the manifest that the chart renders"
                }
                _ => "what wants a number refuses a text, or puts it together and compares it as one: 10 comes before 9",
            };
            cx.report(cell.place(), format!("{} of {own} is a text in quotes, and {} elsewhere", row.name, kind.words()))
                .about(row.name)
                .label("in quotes")
                .because(theirs.place(), format!("what {} has", group.members[other].title()))
                .in_production(happens)
                .help(format!("take the quotes away from the value of {}", row.name));
        }
    }
}

/// Whether what reads a file keeps a text a text. Spring, .NET and Terraform make of it what the program asks for.
fn keeps_texts(path: &str, is_alone: bool) -> bool {
    let name = path::name(path).to_ascii_lowercase();
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    let converts =
        ["application", "bootstrap", "appsettings"].iter().any(|start| name.starts_with(start)) || name.contains(".tfvars");
    let is_tree = matches!(end, "yml" | "yaml" | "json" | "toml");
    is_tree && !converts && (is_alone || is_of_chart(path))
}

fn is_of_chart(path: &str) -> bool {
    path::name(path).to_ascii_lowercase().contains("values")
}

/// What Kubernetes takes in quotes and without.
fn is_quantity(name: &str) -> bool {
    name_words(name).iter().any(|word| matches!(word.as_str(), "cpu" | "memory"))
}

/// Names and versions may look like numbers, and secrets like anything.
fn may_be_either(name: &str) -> bool {
    let words = name_words(name);
    let is_version = words
        .iter()
        .any(|word| matches!(word.as_str(), "version" | "tag" | "release" | "build" | "revision" | "id" | "ids" | "code"));
    is_version
        || matches!(Class::of(name, &[]), Class::Identity | Class::Secret)
        || name.contains("maxSurge")
        || name.contains("maxUnavailable")
}

/// Whether a setting counts or measures, whatever the things around it are called: `webhook.port`, `build_concurrency`. What
/// Kubernetes takes as a part of all is a number or has a sign of percent.
fn counts(name: &str) -> bool {
    const LAST: &[&str] =
        &["port", "timeout", "ttl", "interval", "seconds", "minutes", "retries", "limit", "surge", "unavailable"];
    let is_last = name_words(leaf(name)).last().is_some_and(|last| LAST.contains(&last.as_str()));
    is_last || Class::of(leaf(name), &[]) == Class::Size
}

fn type_of(cell: Cell<'_>, cx: &Context<'_>) -> Option<Type> {
    cell.value(cx.workspace).map(Type::of).filter(|kind| *kind != Type::Empty)
}

/// A number where the others have a word, or the other way round. What has a unit is still a number.
fn is_drift(here: Type, there: Type) -> bool {
    let is_text = |kind| kind == Type::Text;
    let is_exact = |kind| matches!(kind, Type::Number | Type::Truth);
    (is_text(here) && is_exact(there)) || (is_exact(here) && is_text(there)) || (here == Type::Truth && there == Type::Number)
}

fn report(group: &Group, row: &Row<'_>, (at, cell, here, there): (usize, Cell<'_>, Type, Type), cx: &mut Context<'_>) {
    let file = &group.members[at];
    let allowed = cx.list("allowed", file.source);
    if allowed.iter().any(|pattern| fits(pattern, row.name)) {
        return;
    }
    let own = file.title();
    let report = cx
        .report(
            cell.place(),
            format!("{} of {own} is {}, and {} in all other environments", row.name, here.words(), there.words()),
        )
        .about(row.name)
        .label(format!("{own} reads this"))
        .in_production("the parser that took the other values in every test refuses this one, or takes it for something else")
        .help(format!("write {} as the other environments do", row.name));
    if let Some((other, cell)) = row.others(at).next() {
        report.because(cell.place(), format!("what {} has", group.members[other].title()));
    }
}
