//! See rules/manifest/environment-value-not-string.md

use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::field::Field;
use crate::workspace::validity::not_a_text;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    let is_rewritten = cx.workspace.topology.is_kustomized(container.workload);
    let wrong: Vec<(String, Field<'_>, &'static str)> = container
        .env()
        .filter_map(|variable| {
            let what = not_a_text(variable.value(), is_rewritten)?;
            Some((variable.field.field("name").written(), variable.value(), what))
        })
        .collect();
    let Some((name, value, what)) = wrong.first() else { return };
    let others = match wrong.len() - 1 {
        0 => String::new(),
        1 => " (and one more value is no text either)".to_owned(),
        more => format!(" (and {more} more values are no text either)"),
    };
    cx.report(
        value.place(),
        format!("{} is refused: {name} is {what}, and an environment holds text alone", container.workload.title()),
    )
    .label(format!("{what}{others}"))
    .in_production("the API server answers 400 to the whole object, so the release ends here with whatever was applied before")
    .help(format!("put it into quotes:\nvalue: \"{}\"", value.written()))
    .folding(wrong.len() - 1);
}
