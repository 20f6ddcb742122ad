//! See rules/migration/blocking-constraint.md

use std::cell::LazyCell;

use super::checked_later::{not_null, not_valid, not_valid_after};
use super::safe_way::{Drops, NOTHING, PATIENCE, SafeWay, quoted, written};
use super::stall::{Cause, Stall, stalls};
use super::telling;
use crate::database::{self, Nature, WorkKind};
use crate::diagnostic::{Help, Place};
use crate::document::sql::{Action, Ident};
use crate::document::sql::{
    AlterTable, Column, ColumnChange, ColumnConstraint, ColumnRule, DomainChange, TableChange, TableConstraint, TableRule,
};
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let drops = LazyCell::new(|| Drops::of(migration, workspace));
    for stall in stalls(migration, cx.workspace) {
        if let Some(constraint) = checked(&stall) {
            report(migration, &stall, &constraint, &drops, cx);
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

fn report(migration: &Migration, stall: &Stall<'_>, checked: &Checked<'_>, drops: &Drops<'_>, cx: &mut Context<'_>) {
    let against = match checked {
        Checked::Table(alter, added) => format!("every row is checked against {}", of_table(alter, added)),
        Checked::Column(alter, column, constraint) => {
            format!("every row is checked against {}", of_column(alter, column, constraint))
        }
        Checked::NotNull(_, Some(column)) => format!("every row is read to see that {} is not NULL", column.text),
        Checked::NotNull(_, None) => "every row is read to see that the columns of the key are not NULL".to_owned(),
        Checked::Domain => "every row is checked against the domain".to_owned(),
    };
    let help = safe_way(migration, stall, checked, drops, cx);
    let message = format!("{} wait until {against}", telling::waiters(stall.blocked));
    let place = telling::at(stall, stall.span);
    telling::report(cx, stall, place, message).help(help);
}

fn safe_way(migration: &Migration, stall: &Stall<'_>, checked: &Checked<'_>, drops: &Drops<'_>, cx: &Context<'_>) -> Help {
    let text = |span: Span| cx.workspace.text(Place { source: stall.script.source, span });
    let version = cx.set.map_or(0, |set| set.versions.lowest());
    let is_partitioned = stall.worked.table.nature == Some(Nature::Partitioned);
    match checked {
        Checked::Table(alter, added) => {
            let table = written(cx, stall.script, &alter.table);
            if matches!(added.rule, TableRule::ForeignKey(_)) && is_partitioned && version < 18 {
                return "before PostgreSQL 18 no foreign key of a partitioned table is NOT VALID: add it to each partition NOT VALID, validate \
                        each, and then add it to the partitioned table, which finds them valid"
                    .into();
            }
            let kept = of_table(alter, added);
            let name = added.name.as_ref().map_or_else(|| quoted(&kept), |name| text(name.span).to_owned());
            let rule = text(added.span);
            let rule = if added.name.is_some() { rule.to_owned() } else { format!("CONSTRAINT {name} {rule}") };
            if let Some(dropped) = drops.before(stall.script, stall.span, &alter.table, &kept) {
                let up = format!("{PATIENCE}ALTER TABLE {table}\n  DROP CONSTRAINT {name},\n  ADD {rule} NOT VALID;");
                return SafeWay::default()
                    .then(&format!("replace_{name}"), up, "")
                    .then(&format!("validate_{name}"), format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name};"), NOTHING)
                    .instead_of(migration, stall.script, &[dropped, stall.span], cx);
            }
            not_valid(table, &name, &rule).instead(migration, stall.script, stall.span, cx)
        }
        Checked::Column(alter, column, constraint) => {
            let table = written(cx, stall.script, &alter.table);
            let name = constraint
                .name
                .as_ref()
                .map_or_else(|| quoted(&of_column(alter, column, constraint)), |name| text(name.span).to_owned());
            let rule = as_of_table(column, constraint, text(constraint.span), text);
            let definition = without(text(column.definition), column.definition, constraint.span);
            let way = SafeWay::staying(format!("ADD COLUMN {} {definition}", text(column.name.span)));
            not_valid_after(way, table, &name, &format!("CONSTRAINT {name} {rule}")).instead(
                migration,
                stall.script,
                stall.span,
                cx,
            )
        }
        Checked::NotNull(alter, Some(column)) => {
            let table = written(cx, stall.script, &alter.table);
            not_null(table, text(column.span), version).instead(migration, stall.script, stall.span, cx)
        }
        Checked::NotNull(_, None) => {
            "make the columns NOT NULL in an earlier migration (a CHECK (.. IS NOT NULL) NOT VALID, VALIDATE, SET NOT NULL), \
                                      then the key takes a moment"
                .into()
        }
        Checked::Domain => "give the columns a CHECK NOT VALID and validate it, table by table, instead of the domain".into(),
    }
}

/// The name of a constraint, which the server makes up where none is written.
pub(super) fn of_table(alter: &AlterTable, added: &TableConstraint) -> String {
    let join = |columns: &[Ident]| columns.iter().map(|column| &*column.text).collect::<Vec<_>>().join("_");
    let (about, label) = match (&added.name, &added.rule) {
        (Some(name), _) => return name.text.to_string(),
        (None, TableRule::ForeignKey(foreign)) => (join(&foreign.columns), "fkey"),
        (None, TableRule::Check(condition)) => {
            // It speaks of one column, or of the table.
            let columns = &condition.expr.columns;
            (if columns.len() == 1 { join(columns) } else { String::new() }, "check")
        }
        (None, _) => (String::new(), "check"),
    };
    database::made_up(alter.table.last(), &about, label)
}

/// The same for one that comes with its column.
fn of_column(alter: &AlterTable, column: &Column, constraint: &ColumnConstraint) -> String {
    let label = if matches!(constraint.rule, ColumnRule::References(_)) { "fkey" } else { "check" };
    let made_up = || database::made_up(alter.table.last(), &column.name.text, label);
    constraint.name.as_ref().map_or_else(made_up, |name| name.text.to_string())
}

/// A constraint of a column as one of its table.
fn as_of_table<'t>(column: &Column, constraint: &ColumnConstraint, whole: &str, text: impl Fn(Span) -> &'t str) -> String {
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
