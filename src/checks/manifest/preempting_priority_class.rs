//! See rules/manifest/preempting-priority-class.md

use crate::document::Known;
use crate::rule::Context;
use crate::workspace::field::Field;
use crate::workspace::topology::object::Object;

/// Words of what may wait.
const MINOR: &[&str] = &["low", "batch", "background", "not critical", "not production", "best effort", "preemptible"];

pub fn check(object: &Object, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let root = object.root(workspace);
    let value = root.field("value");
    let preempts = matches!(value.integer(), Known::Is(1..)) && !root.field("preemptionPolicy").is_text("Never");
    if !object.is("PriorityClass") || !preempts || root.field("preemptionPolicy").is_unknown() {
        return;
    }
    let default = root.field("globalDefault");
    if default.flag() == Known::Is(true) {
        by_default(object, default, value, cx);
        return;
    }
    let ranks = &workspace.priorities;
    let Some(outranked) = ranks.outranked(workspace, object) else { return };
    let Some(user) = ranks.user(workspace, object, is_minor(object, cx)) else { return };
    cx.report(value.place(), format!("pods of {} stop those of {}, which has no priority, when the nodes are full", user.title(), outranked.title()))
        .label(format!("anything above 0, what pods without a class have, may evict them: {} is", object.name))
        .because(user.pod(workspace).field("priorityClassName").place(), "takes this class")
        .because(outranked.place(workspace), "has none, and no class is the default")
        .in_production("as soon as they find no room, the scheduler evicts running pods of less priority for them, one after the other, without regard to budgets")
        .help(format!("give what serves people a class of its own before anything else gets one:\npriorityClassName: {}\nor let this class wait for room:\npreemptionPolicy: Never", ranks.highest(workspace, object)));
}

fn is_minor(object: &Object, cx: &Context<'_>) -> bool {
    let description = object.root(cx.workspace).field("description").written().to_lowercase();
    let name = object.name.to_lowercase();
    MINOR.iter().any(|word| description.contains(word) || name.split('-').any(|part| part == *word))
}

fn by_default(object: &Object, default: Field<'_>, value: Field<'_>, cx: &mut Context<'_>) {
    cx.report(default.place(), format!("every new pod of the cluster gets priority {} and may stop those that run", value.written()))
        .label(format!("{} is for all pods that name no class", object.title()))
        .because(value.place(), "more than the 0 that pods have which run already")
        .in_production("pods that were made before this class keep priority 0, so on full nodes any pod that starts evicts one of them, whichever of the two matters more")
        .help("keep new pods from evicting others, or let pods name the class themselves:\npreemptionPolicy: Never\nglobalDefault: false");
}
