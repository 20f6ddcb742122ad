//! See rules/migration/foreign-key-without-index.md

use std::collections::BTreeMap;

use super::safe_way::{SafeWay, beside};
use crate::database::{Trouble, TroubleKind, quoted};
use crate::diagnostic::SourceId;
use crate::rule::Context;
use crate::workspace::history::MigrationSet;

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    // One note for a file: whoever forgets one forgets them all.
    let mut files: BTreeMap<SourceId, Vec<&Trouble>> = BTreeMap::new();
    for trouble in set.troubles.iter().filter(|trouble| matches!(trouble.kind, TroubleKind::UnindexedForeignKey { .. })) {
        files.entry(trouble.place.source).or_default().push(trouble);
    }
    for troubles in files.values_mut() {
        troubles.sort_by_key(|trouble| trouble.place);
        report(set, troubles, cx);
    }
}

fn report(set: &MigrationSet, troubles: &[&Trouble], cx: &mut Context<'_>) {
    let Some(first) = troubles.first() else { return };
    let TroubleKind::UnindexedForeignKey { columns, to, on_delete } = &first.kind else { return };
    let name = columns.join(", ");
    let message = format!("deleting a row of \"{to}\" reads all of \"{}\": no index leads to {name}", first.table);
    let way = troubles
        .iter()
        .filter_map(|trouble| index(trouble))
        .fold(SafeWay::default(), |way, (name, up, down)| way.outside(&format!("create_{name}"), up, down));
    let lead = if troubles.len() == 1 { "in a migration that runs" } else { "each in a migration of its own that runs" };
    let help = way.added(&format!("{lead} outside a transaction:"), set);
    cx.report(first.place, message)
        .label(format!("ON DELETE {on_delete} looks for the rows that refer"))
        .folding(troubles.len() - 1)
        .in_production(
            "each deleted row costs a read of the whole table while the transaction holds its locks: ten deletes of a tidying job are ten \
             such reads, and on a large table they run into the timeouts of everybody else",
        )
        .help(help);
}

/// Its name, what makes it, and what takes it away.
fn index(trouble: &Trouble) -> Option<(String, String, String)> {
    let TroubleKind::UnindexedForeignKey { columns, .. } = &trouble.kind else { return None };
    let last = trouble.table.rsplit('.').next().unwrap_or(&trouble.table);
    let name = quoted(&format!("{last}_{}_idx", columns.join("_")));
    let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let up = format!("CREATE INDEX CONCURRENTLY {name} ON {} ({});", trouble.written, columns.join(", "));
    let down = format!("DROP INDEX CONCURRENTLY IF EXISTS {};", beside(&trouble.written, &name));
    Some((name, up, down))
}
