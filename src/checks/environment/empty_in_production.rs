//! See rules/environment/empty-in-production.md

use crate::document::secret::is_secret_setting;
use crate::rule::{Context, fits};
use crate::workspace::environments::Group;
use crate::workspace::environments::names::Named;
use crate::workspace::environments::rows::Cell;

pub fn check(group: &Group, cx: &mut Context<'_>) {
    let Some(at) = group.members.iter().position(crate::workspace::environments::SettingsFile::is_production) else { return };
    if group.members.len() < 3 && !group.is_complete {
        return;
    }
    for row in group.rows() {
        let Some(cell) = row.own(at).filter(|cell| is_empty(*cell, cx) && cell.file.find(row.name).is_some()) else { continue };
        let others: Vec<_> = row.others(at).collect();
        // A secret store fills in what is secret, and what only tests need is empty on purpose.
        let is_fine = is_secret_setting(row.name) || super::is_for_tests(row.name);
        let all_filled = others.len() + 1 == group.members.len() && others.iter().all(|(_, cell)| is_filled(*cell, cx));
        let allowed = cx.list("allowed", cell.file.source);
        if is_fine || !all_filled || others.len() < 2 || allowed.iter().any(|pattern| fits(pattern, row.name)) {
            continue;
        }
        // The name of the environment that comes next: after production comes none.
        let names_one = |(_, cell): &(usize, Cell<'_>)| {
            cell.value(cx.workspace).is_some_and(|value| Named::of(value, &cx.settings.environments).is_some())
        };
        if others.iter().all(names_one) {
            continue;
        }
        let (other, theirs) = others[0];
        cx.report(cell.place(), format!("{} is empty in production, and filled in every other environment", row.name))
            .about(row.name)
            .label("nothing")
            .because(theirs.place(), format!("what {} has", group.members[other].title()))
            .in_production(
                "some readers take nothing for \"not set\" and use a default, others use nothing itself: neither was tried",
            )
            .help(format!("set {} to what production needs, or delete the line so that the default is meant", row.name));
    }
}

fn is_empty(cell: Cell<'_>, cx: &Context<'_>) -> bool {
    cell.value(cx.workspace).is_some_and(str::is_empty)
}

fn is_filled(cell: Cell<'_>, cx: &Context<'_>) -> bool {
    cell.value(cx.workspace).is_some_and(|text| !text.is_empty() && !text.eq_ignore_ascii_case("false"))
}
