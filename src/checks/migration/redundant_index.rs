//! See rules/migration/redundant-index.md

use super::safe_way::{SafeWay, beside};
use crate::database::{Trouble, TroubleKind, quoted};
use crate::rule::Context;
use crate::workspace::history::{MigrationSet, Shipping};

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    for trouble in &set.troubles {
        report(set, trouble, cx);
    }
}

fn report(set: &MigrationSet, trouble: &Trouble, cx: &mut Context<'_>) {
    let TroubleKind::RedundantIndex { index, other, because } = &trouble.kind else { return };
    // The one that came later makes it so.
    let is_pending = |source| cx.workspace.history.shipping(source) == Shipping::Pending;
    let (place, reason) = match because {
        Some(newer) if !is_pending(trouble.place.source) => (*newer, Some(trouble.place)),
        older => (trouble.place, *older),
    };
    let up = format!("DROP INDEX CONCURRENTLY IF EXISTS {};", beside(&trouble.written, &quoted(index)));
    let way = SafeWay::default().outside(&format!("drop_{index}"), up, "");
    let mut report = cx
        .report(
            place,
            format!("\"{index}\" is an index too many on \"{}\": \"{other}\" begins with the same column", trouble.table),
        )
        .label("one of the two serves the queries of both")
        .about(&**index);
    if let Some(reason) = reason.filter(|reason| *reason != place) {
        report = report.because(reason, "the other one");
    }
    report
        .in_production("every insert, and every update that is not confined to the page, writes both; both take memory and disk")
        .help(way.added("in a migration that runs outside a transaction:", set));
}
