//! See rules/environment/missing-unit.md

use crate::document::entries::Form;
use crate::rule::Context;
use crate::workspace::environments::Group;
use crate::workspace::environments::rows::{Cell, Row};
use crate::workspace::environments::value::{Amount, amount, unit};

pub fn check(group: &Group, cx: &mut Context<'_>) {
    for row in group.rows() {
        for (at, member) in group.members.iter().enumerate() {
            let Some(cell) = row.own(at) else { continue };
            if is_bare(cell, cx)
                && let Some((other, theirs)) = measured(&row, at, cx)
            {
                let own = member.title();
                cx.report(
                    cell.place(),
                    format!("{} of {own} has no unit, though {} gives one", row.name, group.members[other].title()),
                )
                .about(row.name)
                .label("a number alone")
                .because(theirs.place(), "a number with its unit")
                .in_production(
                    "the reader takes a unit of its own choice, often milliseconds or bytes, or refuses the value at the start",
                )
                .help(format!("write the unit of {} here, too", row.name));
            }
        }
    }
}

fn text(cell: Cell<'_>, cx: &Context<'_>) -> Option<String> {
    let is_known = !matches!(cell.entry.form, Form::Open | Form::List | Form::Null);
    is_known.then(|| cell.entry.text(&cx.workspace.document(cell.file.source).source).trim().to_owned())
}

/// A number alone, and none that means "off" or "for ever".
fn is_bare(cell: Cell<'_>, cx: &Context<'_>) -> bool {
    text(cell, cx).is_some_and(|text| amount(&text).is_some_and(|amount| amount.unit.is_empty() && amount.number > 0.0))
}

/// One of the others, if all of them have a unit. A quantity of Kubernetes may do without one.
fn measured<'g>(row: &Row<'g>, at: usize, cx: &Context<'_>) -> Option<(usize, Cell<'g>)> {
    let others: Vec<(usize, Cell<'g>)> = row.others(at).collect();
    let has_unit = |(_, cell): &(usize, Cell<'_>)| {
        let text = text(*cell, cx).unwrap_or_default();
        let is_time =
            |found: Amount<'_>| unit(found.unit).is_some_and(|(_, is_time)| is_time && found.unit != "m") || found.unit.len() > 1;
        amount(&text).is_some_and(|found| unit(found.unit).is_some() && is_time(found))
    };
    let all = !others.is_empty() && others.iter().all(has_unit);
    let is_quantity = ["cpu", "memory", "storage", "replicas"].iter().any(|word| row.name.to_ascii_lowercase().ends_with(word));
    others.into_iter().next().filter(|_| all && !is_quantity)
}
