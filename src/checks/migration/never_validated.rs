//! See rules/migration/never-validated.md

use super::safe_way::{NOTHING, SafeWay};
use crate::database::{TroubleKind, quoted};
use crate::rule::Context;
use crate::workspace::history::MigrationSet;

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    // What validates the newest comes in the next.
    let newest = set.migrations.iter().rev().find(|migration| migration.has_version());
    let newest: Vec<_> = newest.iter().flat_map(|migration| migration.parts()).map(|script| script.source).collect();
    for trouble in set.troubles.iter().filter(|trouble| !newest.contains(&trouble.place.source)) {
        let TroubleKind::Unvalidated(name) = &trouble.kind else { continue };
        let (table, constraint) = (&trouble.written, quoted(name));
        let up = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {constraint};");
        let way = SafeWay::default().then(&format!("validate_{name}"), up, NOTHING);
        cx.report(trouble.place, format!("nothing ever validates \"{name}\", so \"{}\" may hold rows that break it", trouble.table))
            .label("NOT VALID, and no later migration says VALIDATE CONSTRAINT")
            .about(&**name)
            .in_production(
                "new rows are checked and old ones never were: the server cannot rely on it in plans, SET NOT NULL or ATTACH PARTITION, and \
                 an update of an old row fails one day for a reason that nobody remembers",
            )
            .help(way.added("in a migration of its own; it lets reads and writes go on:", set));
    }
}
