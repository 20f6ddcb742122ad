//! Two environments side by side, for people, machines and pull requests.

pub(super) mod json;

use std::fmt::Write as _;

use super::Format;
use super::escape::{markdown, markdown_code};
use crate::document::secret::MASK;
use crate::path;
use crate::report::drift::{Drift, Line, Shown, Table, one_line};
use crate::untrusted::{Untrusted, UntrustedPath};

/// The formats that this and `gonogo trace` have.
pub const FORMATS: [(&str, Format); 3] = [("text", Format::Text), ("json", Format::Json), ("markdown", Format::Markdown)];

/// How wide a table is, and how wide the column of names may be, at least and at most. The values share what is left.
const WIDTH: usize = 96;
const NAMES: (usize, usize) = (24, 38);

/// So much of a value is shown, however long the name of its file is.
const LEAST_VALUE: usize = 8;

/// Writes the table; none in a format that it does not have.
pub fn emit(drift: &Drift<'_>, format: Format) -> Option<String> {
    match format {
        Format::Text => Some(text(drift)),
        Format::Json => Some(json::drift(drift)),
        Format::Markdown => Some(pull_request(drift)),
        _ => None,
    }
}

fn text(drift: &Drift<'_>) -> String {
    let mut out = String::new();
    let [one, other] = &drift.environments;
    for table in &drift.tables {
        let _ = writeln!(out, "{}\n{}\n", files(table), style(table));
        if table.lines.is_empty() {
            let _ = writeln!(out, "  {}\n", tally(table));
            continue;
        }
        let heads = [one, other].map(|name| Untrusted(name).to_string());
        let longest = table.lines.iter().map(|line| line.name.chars().count() + 2).max().unwrap_or_default();
        let names = longest.clamp(NAMES.0, NAMES.1);
        let values = (WIDTH - names) / 2;
        let _ = writeln!(out, "  {} {} {}", cell("setting", names), cell(&heads[0], values), heads[1]);
        let mut class = None;
        for line in &table.lines {
            if class != Some(line.class) {
                class = Some(line.class);
                let _ = writeln!(out, "  {}", line.class.word());
            }
            let [here, there] = [&line.cells[0], &line.cells[1]].map(|side| shown(side.as_ref(), line, values));
            let name = tail(&Untrusted(&line.name).to_string(), names - 2);
            let _ = writeln!(out, "    {} {} {}", cell(&name, names - 2), cell(&here, values), cell(&there, values).trim_end());
        }
        let _ = writeln!(out, "\n  {}\n", tally(table));
    }
    out
}

fn files(table: &Table<'_>) -> String {
    let [one, other] = table.sides.map(|side| UntrustedPath(&table.root.path(side.source)).to_string());
    let section = |at: usize| table.sides[at].section.as_deref().map(|section| Untrusted(section).to_string());
    match (section(0), section(1)) {
        (Some(here), Some(there)) if one == other => format!("{one}: {here} and {there}"),
        (Some(here), _) => format!("{one} and {other}: {here}"),
        _ => format!("{one} and {other}"),
    }
}

fn style(table: &Table<'_>) -> String {
    let group = table.group;
    let base = table.base().map(|file| UntrustedPath(&table.root.path(file.source)).to_string()).collect::<Vec<_>>();
    let base = if base.is_empty() { String::new() } else { format!("\n  over {}", base.join(" and ")) };
    let style = if group.is_complete { "every file should have every setting" } else { "the files hold what differs" };
    let (parity, keys, count) = (group.parity, group.keys, group.members.len());
    format!("  {style} ({count} files, {keys} settings, {parity} % of the places filled){base}")
}

fn tally(table: &Table<'_>) -> String {
    let missing = table.lines.iter().filter(|line| line.cells.iter().any(Option::is_none)).count();
    let differ = table.lines.len() - missing;
    format!("{} the same · {differ} differ · {missing} missing", table.same)
}

/// What stands in a cell: the value, or that nobody may see it, and where it comes from if that is no file of the two. What
/// does not fit into the width is cut off the value, never off the place.
fn shown(side: Option<&Shown>, line: &Line, width: usize) -> String {
    let Some(shown) = side else { return "missing".to_owned() };
    let value = match &shown.value {
        Some(value) if value.is_empty() => "(empty)".to_owned(),
        Some(value) => {
            let value = Untrusted(&one_line(value)).to_string();
            let from = line.alike().min(value.len());
            let is_long = line.longest() > width && from > width / 2;
            // What both have in front tells nothing where not all can be shown.
            let start = value.get(..from).filter(|_| is_long).and_then(|same| same.rfind(|next: char| !next.is_alphanumeric()));
            start.map_or_else(|| value.clone(), |start| format!("…{}", &value[start..]))
        }
        None if line.cells.iter().all(Option::is_some) => format!("{MASK} differs"),
        None => format!("{MASK} set"),
    };
    if shown.is_inherited {
        let name = path::name(&shown.location.path);
        let from = format!(" ({}:{})", Untrusted(name), shown.location.line);
        let room = width.saturating_sub(from.chars().count()).max(LEAST_VALUE);
        return if value.chars().count() > room { format!("{}{from}", cell(&value, room)) } else { value + &from };
    }
    value
}

/// The end of a name, which tells it from its neighbours.
fn tail(name: &str, width: usize) -> String {
    let length = name.chars().count();
    if length <= width { name.to_owned() } else { format!("…{}", name.chars().skip(length + 1 - width).collect::<String>()) }
}

/// A text in a column: cut, with a mark, or filled up.
fn cell(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return format!("{text}{}", " ".repeat(width - length));
    }
    let cut: String = text.chars().take(width - 1).collect();
    format!("{cut}…")
}

fn pull_request(drift: &Drift<'_>) -> String {
    let [one, other] = &drift.environments;
    let mut out = format!("## {} and {}\n", markdown(one), markdown(other));
    for table in &drift.tables {
        let _ = write!(out, "\n### {}\n\n{}.\n\n", markdown(&files(table)), markdown(&style(table).trim().replace("\n ", ",")));
        let _ = writeln!(out, "| setting | {} | {} | about |\n|---|---|---|---|", markdown(one), markdown(other));
        for line in &table.lines {
            let [here, there] = [&line.cells[0], &line.cells[1]].map(|side| markdown(&shown(side.as_ref(), line, usize::MAX)));
            let _ = writeln!(out, "| {} | {here} | {there} | {} |", markdown_code(&line.name), line.class.word());
        }
        let _ = writeln!(out, "\n{}", tally(table));
    }
    out
}
