//! See rules/migration/blocking-index.md

use super::safe_way::{SafeWay, beside};
use super::telling;
use super::transaction::{Ledger, Open};
use crate::database::{Effect, EffectKind, IndexBuild, Nature};
use crate::diagnostic::{Help, Place};
use crate::document::sql::LockMode;
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::Workspace;
use crate::workspace::history::steps::Step;
use crate::workspace::history::{Migration, Script};
use crate::workspace::sizes::Size;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for script in &migration.up {
        let mut ledger = Ledger::default();
        for step in &script.steps {
            for effect in &step.effects {
                if let EffectKind::IndexBuild(build) = &effect.kind
                    && build.blocks_writes
                    && !(effect.table.is_new() || effect.table.is_drained)
                {
                    let held = ledger.more_than(step, &effect.table.name, LockMode::Share.blocks().len());
                    report(migration, (script, step), effect, (build, held), cx);
                }
            }
            ledger.pass(script, step);
        }
    }
}

fn report(
    migration: &Migration,
    (script, step): (&Script, &Step),
    effect: &Effect,
    (build, earlier): (&IndexBuild, Option<Open<'_>>),
    cx: &mut Context<'_>,
) {
    let table = &effect.table;
    let what = build.index.as_ref().map_or_else(|| "its new index".to_owned(), ToString::to_string);
    let (history, size) = (telling::history(table, cx.workspace), cx.workspace.sizes.of(&table.name).filter(Size::is_small));
    let written = Written::of(effect, build, cx.workspace);
    let (partitions, help) = if table.nature == Some(Nature::Partitioned) {
        (" and its partitions", Help::from(written.partition_by_partition()))
    } else {
        ("", written.concurrently(migration, script, step.span, cx))
    };
    let name = &table.name;
    let report = match earlier {
        // The lock that is there already is worse than the one that the build takes.
        Some(open) => cx
            .report(effect.place, format!("{} wait until {what} is built", telling::waiters(open.relation)))
            .label(format!("{} for the whole build", telling::statements(open.relation)))
            .because(
                open.place(),
                format!("takes {} on {name}, which is kept until the transaction ends", open.relation.lock.words()),
            )
            .because(table.place, history)
            .in_production(
                "nobody gets past the lock of the earlier statement before the build is over: the service stands still meanwhile",
            ),
        None => cx
            .report(effect.place, format!("writes to \"{name}\" wait until {what} is built"))
            .label(format!("takes SHARE on {name}{partitions}: INSERT, UPDATE and DELETE wait for the whole build"))
            .because(table.place, history)
            .in_production(
                "it first waits for every open transaction that wrote to the table, and all later writes queue behind it",
            ),
    };
    telling::lowered(report, size, &table.name).help(help);
}

/// The parts of the statement as they were written, to write it anew.
struct Written<'w> {
    /// `CREATE INDEX` or `CREATE UNIQUE INDEX`.
    create: &'static str,
    index: Option<&'w str>,
    table: &'w str,
    /// What follows the table: method, columns, conditions.
    rest: &'w str,
}

impl<'w> Written<'w> {
    fn of(effect: &Effect, build: &IndexBuild, workspace: &'w Workspace) -> Self {
        let text = |span| workspace.text(Place { source: effect.place.source, span });
        let (table, definition) = (workspace.text(effect.table.place), text(build.definition));
        Self {
            create: if build.unique { "CREATE UNIQUE INDEX" } else { "CREATE INDEX" },
            index: build.index.as_ref().map(|name| text(name.span)),
            table,
            rest: definition.get(table.len()..).unwrap_or_default().trim_start(),
        }
    }

    fn concurrently(&self, migration: &Migration, script: &Script, span: Span, cx: &Context<'_>) -> Help {
        let Self { create, table, rest, .. } = self;
        let name = self.index.map(|name| format!("{name} ")).unwrap_or_default();
        // An index lives in the schema of its table.
        let down =
            self.index.map(|name| format!("DROP INDEX CONCURRENTLY IF EXISTS {};", beside(table, name))).unwrap_or_default();
        let up = format!("{create} CONCURRENTLY {name}ON {table} {rest};");
        let title = self.index.map_or_else(|| format!("index_{table}"), |index| format!("create_{index}"));
        SafeWay::default().outside(&title, up, down).instead(migration, script, span, cx)
    }

    fn partition_by_partition(&self) -> String {
        let Self { create, table, rest, .. } = self;
        let name = self.index.unwrap_or("the_index");
        format!(
            "a partitioned table takes no CONCURRENTLY; index its partitions one by one, outside a transaction, and attach them:\n\
             {create} {name} ON ONLY {table} {rest};\n\
             {create} CONCURRENTLY {name}_1 ON <each partition> {rest};\n\
             ALTER INDEX {name} ATTACH PARTITION {name}_1;"
        )
    }
}
