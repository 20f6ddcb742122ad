//! See rules/migration/blocking-constraint.md

use super::safe_way::{PATIENCE, SafeWay, made_up, quoted, written};
use super::stall::{Cause, Stall, stalls};
use super::telling;
use crate::database::{Nature, WorkKind};
use crate::diagnostic::Place;
use crate::document::sql::{Action, Ident};
use crate::document::sql::{
    AlterTable, Column, ColumnChange, ColumnConstraint, ColumnRule, DomainChange, TableChange, TableConstraint, TableRule,
};
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for stall in stalls(migration, cx.workspace) {
        if let Some(constraint) = checked(&stall) {
            report(migration, &stall, &constraint, cx);
        }
    }
}

/// What the rows are checked against.
enum Checked<'m> {
    /// A constraint of the table, on one that is there.
    Table(&'m AlterTable, &'m TableConstraint),
    /// One that comes with its column.
    Column(&'m AlterTable, &'m Column, &'m ColumnConstraint),
    /// `SET NOT NULL`, or what a primary key needs.
    NotNull(&'m AlterTable, Option<&'m Ident>),
    /// One of a domain.
    Domain,
}

fn checked<'m>(stall: &Stall<'m>) -> Option<Checked<'m>> {
    if *stall.work != WorkKind::Scan {
        return None;
    }
    match stall.cause {
        Cause::Action(alter, action) => match &action.change {
            TableChange::AddConstraint(added) => match &added.rule {
                TableRule::Check(_) | TableRule::ForeignKey(_) => Some(Checked::Table(alter, added)),
                TableRule::NotNull(column) => Some(Checked::NotNull(alter, column.as_ref())),
                TableRule::KeyUsingIndex { .. } => Some(Checked::NotNull(alter, None)),
                _ => None,
            },
            TableChange::AlterColumn { column, change: ColumnChange::SetNotNull } => Some(Checked::NotNull(alter, Some(column))),
            TableChange::AddColumn { column, .. } => {
                let is_checked = |it: &&ColumnConstraint| matches!(it.rule, ColumnRule::Check(_) | ColumnRule::References(_));
                let constraint = column.constraints.iter().find(is_checked)?;
                Some(Checked::Column(alter, column, constraint))
            }
            _ => None,
        },
        Cause::Statement(statement) => match &statement.action {
            Action::AlterDomain(alter) if !matches!(alter.change, DomainChange::ValidateConstraint(_)) => Some(Checked::Domain),
            _ => None,
        },
    }
}

fn report(migration: &Migration, stall: &Stall<'_>, checked: &Checked<'_>, cx: &mut Context<'_>) {
    let against = match checked {
        Checked::Table(_, TableConstraint { name: Some(name), .. })
        | Checked::Column(_, _, ColumnConstraint { name: Some(name), .. }) => {
            format!("every row is checked against {}", name.text)
        }
        Checked::NotNull(_, Some(column)) => format!("every row is read to see that {} is not NULL", column.text),
        Checked::NotNull(_, None) => "every row is read to see that the columns of the key are not NULL".to_owned(),
        Checked::Domain => "every row is checked against the domain".to_owned(),
        _ => "every row is checked against the new constraint".to_owned(),
    };
    let help = safe_way(migration, stall, checked, cx);
    let message = format!("{} wait until {against}", telling::waiters(stall.blocked));
    let place = telling::at(stall, stall.span);
    telling::report(cx, stall, place, message).help(help);
}

fn safe_way(migration: &Migration, stall: &Stall<'_>, checked: &Checked<'_>, cx: &Context<'_>) -> String {
    let text = |span: Span| cx.workspace.text(Place { source: stall.script.source, span });
    let version = cx.set.map_or(0, |set| set.versions.lowest());
    let is_partitioned = stall.worked.table.nature == Some(Nature::Partitioned);
    match checked {
        Checked::Table(alter, added) => {
            let table = written(cx, stall.script, &alter.table);
            if matches!(added.rule, TableRule::ForeignKey(_)) && is_partitioned && version < 18 {
                return "before PostgreSQL 18 no foreign key of a partitioned table is NOT VALID: add it to each partition NOT VALID, validate \
                        each, and then add it to the partitioned table, which finds them valid"
                    .to_owned();
            }
            let name = added.name.as_ref().map_or_else(|| made_up(table, "new", "check"), |name| text(name.span).to_owned());
            let rule = text(added.span);
            let rule = if added.name.is_some() { rule.to_owned() } else { format!("CONSTRAINT {name} {rule}") };
            not_valid(table, &name, &rule).told(migration, stall.script, cx)
        }
        Checked::Column(alter, column, constraint) => {
            let table = written(cx, stall.script, &alter.table);
            let name = constraint
                .name
                .as_ref()
                .map_or_else(|| made_up(table, &column.name.text, "check"), |name| text(name.span).to_owned());
            let rule = of_column(column, constraint, text(constraint.span), text);
            let definition = without(text(column.definition), column.definition, constraint.span);
            let bare = format!("{PATIENCE}ALTER TABLE {table} ADD COLUMN {} {definition};", text(column.name.span));
            let back = format!("{PATIENCE}ALTER TABLE {table} DROP COLUMN {};", text(column.name.span));
            let way = SafeWay::default().then(bare, back);
            not_valid_after(way, table, &name, &format!("CONSTRAINT {name} {rule}")).told(migration, stall.script, cx)
        }
        Checked::NotNull(alter, Some(column)) => {
            let table = written(cx, stall.script, &alter.table);
            not_null(table, text(column.span), version).told(migration, stall.script, cx)
        }
        Checked::NotNull(_, None) => {
            "make the columns NOT NULL in an earlier migration (a CHECK (.. IS NOT NULL) NOT VALID, VALIDATE, SET NOT NULL), \
                                      then the key takes a moment"
                .to_owned()
        }
        Checked::Domain => "give the columns a CHECK NOT VALID and validate it, table by table, instead of the domain".to_owned(),
    }
}

/// A constraint of a column as one of its table.
fn of_column<'t>(column: &Column, constraint: &ColumnConstraint, whole: &str, text: impl Fn(Span) -> &'t str) -> String {
    let rule = match &constraint.name {
        Some(name) => whole.split_once(text(name.span)).map_or(whole, |(_, rest)| rest.trim_start()),
        None => whole,
    };
    match constraint.rule {
        ColumnRule::References(_) => format!("FOREIGN KEY ({}) {rule}", text(column.name.span)),
        _ => rule.to_owned(),
    }
}

/// The definition of a column without one of its constraints.
fn without(definition: &str, span: Span, constraint: Span) -> String {
    let (start, end) = (constraint.start.saturating_sub(span.start) as usize, constraint.end.saturating_sub(span.start) as usize);
    let (before, after) = (definition.get(..start).unwrap_or(definition), definition.get(end..).unwrap_or_default());
    format!("{} {}", before.trim_end(), after.trim_start()).trim().to_owned()
}

fn not_valid(table: &str, name: &str, rule: &str) -> SafeWay {
    not_valid_after(SafeWay::default(), table, name, rule)
}

fn not_valid_after(way: SafeWay, table: &str, name: &str, rule: &str) -> SafeWay {
    let back = format!("{PATIENCE}ALTER TABLE {table} DROP CONSTRAINT {name};");
    way.then(format!("{PATIENCE}ALTER TABLE {table} ADD {rule} NOT VALID;"), back)
        .then(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name};"), "")
}

/// NOT NULL after a check that nobody waits for.
fn not_null(table: &str, column: &str, version: u32) -> SafeWay {
    let name = made_up(table, column, "not_null");
    if version >= 18 {
        return not_valid(table, &name, &format!("CONSTRAINT {name} NOT NULL {column}"));
    }
    let check = not_valid(table, &name, &format!("CONSTRAINT {name} CHECK ({column} IS NOT NULL)"));
    // Before 12 the server does not take the check as a proof, so it stays.
    if version < 12 {
        return check;
    }
    let column = if column.starts_with('"') { column.to_owned() } else { quoted(column) };
    check.then(
        // In one ALTER TABLE the check would go first, and prove nothing any more.
        format!("{PATIENCE}ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;\nALTER TABLE {table} DROP CONSTRAINT {name};"),
        format!("{PATIENCE}ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL;"),
    )
}
