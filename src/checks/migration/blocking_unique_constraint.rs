//! See rules/migration/blocking-unique-constraint.md

use std::cell::LazyCell;

use super::referring::Referring;
use super::safe_way::{Drops, PATIENCE, SafeWay, beside, made_up, quoted, written};
use super::stall::{Cause, Stall, stalls};
use super::telling;
use crate::database::{Nature, WorkKind};
use crate::diagnostic::{Help, Place};
use crate::document::sql::{AlterTable, Column, ColumnRule, Key, TableChange, TableConstraint, TableRule};
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let drops = LazyCell::new(|| Drops::of(migration, workspace));
    for stall in stalls(migration, cx.workspace) {
        let (WorkKind::Build(index), Some(built)) = (stall.work, built(&stall)) else { continue };
        let help = safe_way(migration, &stall, &built, &drops, cx);
        let message = format!("{} wait until the index {index} is built", telling::waiters(stall.blocked));
        let place = telling::at(&stall, stall.span);
        telling::report(cx, &stall, place, message).help(help);
    }
}

/// What the index is built for.
enum Built<'m> {
    Key(&'m AlterTable, &'m TableConstraint, &'m Key),
    Column(&'m AlterTable, &'m Column, bool),
    Exclusion,
}

fn built<'m>(stall: &Stall<'m>) -> Option<Built<'m>> {
    let Cause::Action(alter, action) = stall.cause else { return None };
    match &action.change {
        TableChange::AddConstraint(added) => match &added.rule {
            TableRule::Key(key) => Some(Built::Key(alter, added, key)),
            TableRule::Exclude(_) => Some(Built::Exclusion),
            _ => None,
        },
        TableChange::AddColumn { column, .. } => {
            let key = column.constraints.iter().find_map(|constraint| match constraint.rule {
                ColumnRule::Unique(_) => Some(false),
                ColumnRule::PrimaryKey(_) => Some(true),
                _ => None,
            });
            key.map(|primary| Built::Column(alter, column, primary))
        }
        _ => None,
    }
}

fn safe_way(migration: &Migration, stall: &Stall<'_>, built: &Built<'_>, drops: &Drops<'_>, cx: &Context<'_>) -> Help {
    let text = |span: Span| cx.workspace.text(Place { source: stall.script.source, span });
    if stall.worked.table.nature == Some(Nature::Partitioned) {
        return "a partitioned table takes no index CONCURRENTLY: build a unique index on each partition CONCURRENTLY, create the one above \
                with ON ONLY, attach them, and let the upserts of the code use that"
            .into();
    }
    match built {
        Built::Key(alter, added, key) => {
            let table = written(cx, stall.script, &alter.table);
            let columns = key.columns.iter().map(|column| text(column.span)).collect::<Vec<_>>();
            let label = if key.primary { "pkey" } else { "key" };
            let names = key.columns.iter().map(|column| &*column.text).collect::<Vec<_>>();
            let about = if key.primary { String::new() } else { names.join("_") };
            let name = match &added.name {
                Some(name) => text(name.span).to_owned(),
                None => made_up(table, &about, label),
            };
            let tail = tail(text(added.span), &columns);
            let server_name = added.name.as_ref().map_or_else(|| name.trim_matches('"').to_owned(), |name| name.text.to_string());
            let referring = Referring::to(stall.script, stall.span, &alter.table, key, cx);
            let dropped = drops.before(stall.script, stall.span, &alter.table, &server_name);
            let way = match dropped {
                Some(_) => replacing(table, &name, &columns.join(", "), key.primary, &tail),
                None => using_index(SafeWay::default(), table, &name, &columns.join(", "), key.primary, &tail),
            };
            let spans: Vec<Span> = dropped.into_iter().chain([stall.span]).chain(referring.spans()).collect();
            let way = referring.behind(way, stall.script, cx);
            referring.told(way.instead_of(migration, stall.script, &spans, cx), stall.script, cx)
        }
        Built::Column(alter, column, primary) => {
            let (table, name) = (written(cx, stall.script, &alter.table), text(column.name.span));
            let index = if *primary { made_up(table, "", "pkey") } else { made_up(table, &column.name.text, "key") };
            let data_type = column.data_type.as_ref().map_or("text", |data_type| text(data_type.span));
            let way = SafeWay::staying(format!("ADD COLUMN {name} {data_type}"));
            using_index(way, table, &index, name, *primary, "").instead(migration, stall.script, stall.span, cx)
        }
        Built::Exclusion => {
            "no exclusion constraint can be added while others write: do it in a window, or on a new table that the rows are \
                             copied to in batches"
                .into()
        }
    }
}

/// What the constraint says behind its columns: `DEFERRABLE` and the like.
fn tail(constraint: &str, columns: &[&str]) -> String {
    let last = columns.last().copied().unwrap_or_default();
    let rest = constraint.rsplit_once(last).map_or("", |(_, rest)| rest).trim_start_matches([')', ' ', '\n', '\t']);
    let is_timing = rest.to_ascii_uppercase().starts_with("DEFERRABLE") || rest.to_ascii_uppercase().starts_with("INITIALLY");
    if is_timing { format!(" {rest}") } else { String::new() }
}

/// A constraint that takes the place and the name of another: its index has to be called otherwise until then.
fn replacing(table: &str, name: &str, columns: &str, primary: bool, tail: &str) -> SafeWay {
    let (new, kind) = (quoted(&format!("{}_new", name.trim_matches('"'))), if primary { "PRIMARY KEY" } else { "UNIQUE" });
    SafeWay::default()
        .outside(
            &format!("create_{new}"),
            format!("CREATE UNIQUE INDEX CONCURRENTLY {new} ON {table} ({columns});"),
            format!("DROP INDEX CONCURRENTLY IF EXISTS {};", beside(table, &new)),
        )
        .then(
            &format!("replace_{name}"),
            format!(
                "{PATIENCE}ALTER TABLE {table}\n  DROP CONSTRAINT {name},\n  ADD CONSTRAINT {name} {kind} USING INDEX {new}{tail};"
            ),
            "",
        )
}

fn using_index(way: SafeWay, table: &str, name: &str, columns: &str, primary: bool, tail: &str) -> SafeWay {
    let schema = beside(table, name);
    let kind = if primary { "PRIMARY KEY" } else { "UNIQUE" };
    way.outside(
        &format!("create_{name}"),
        format!("CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({columns});"),
        format!("DROP INDEX CONCURRENTLY IF EXISTS {schema};"),
    )
    .then(
        &format!("attach_{name}"),
        format!("{PATIENCE}ALTER TABLE {table} ADD CONSTRAINT {name} {kind} USING INDEX {name}{tail};"),
        format!("{PATIENCE}ALTER TABLE {table} DROP CONSTRAINT {name};"),
    )
}
