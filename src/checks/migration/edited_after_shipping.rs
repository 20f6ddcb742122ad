//! See rules/migration/edited-after-shipping.md

use std::collections::BTreeSet;

use crate::diagnostic::{Place, SourceId};
use crate::document::migration::framework::Framework;
use crate::rule::Context;
use crate::workspace::history::MigrationSet;

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    let traits = set.framework.traits();
    for migration in set.migrations.iter().filter(|migration| migration.has_version()) {
        // A file may hold several scripts, and changes as a whole.
        let sources: BTreeSet<SourceId> = migration.up.iter().map(|script| script.source).collect();
        for script in sources.iter().filter_map(|source| migration.up.iter().find(|script| script.source == *source)) {
            let Some(before) = cx.workspace.before_edit(script) else { continue };
            let of_file = || migration.up.iter().filter(|other| other.source == script.source);
            let now: Vec<String> = of_file().flat_map(|script| cx.workspace.statements(script)).collect();
            // Liquibase's changes stand one after the other in a file that grows.
            let grew = set.framework == Framework::Liquibase && now.starts_with(&before);
            // Who keeps no checksum does not see a comment.
            if grew || (before == now && !traits.checksums) {
                continue;
            }
            let at = before.iter().zip(&now).take_while(|(old, new)| old == new).count();
            let span = of_file().flat_map(|script| cx.workspace.parsed(script)).nth(at).map(|statement| statement.span);
            let place = span.map_or_else(|| cx.workspace.start(script.source), |span| Place { source: script.source, span });
            let (message, consequence) = if traits.checksums {
                let what = if before == now { "in its comments or blanks " } else { "" };
                (
                    format!("\"{}\" was changed {what}after it shipped, so its checksum no longer fits", migration.title),
                    format!(
                        "{} remembers the checksum of what it ran: the next deploy stops, or complains, before anything new runs",
                        traits.name
                    ),
                )
            } else {
                (
                    format!("the change to \"{}\" never reaches a database that has run it", migration.title),
                    "production keeps the old schema, new databases get the new one, and from then on tests prove nothing about production".to_owned(),
                )
            };
            let path = cx.workspace.path(script.source);
            let help = format!(
                "take the file back to what has shipped, and write the change into a migration of its own:\ngit checkout <base> -- {path}"
            );
            cx.report(place, message).label("differs from what has shipped").in_production(consequence).help(help);
        }
    }
}
