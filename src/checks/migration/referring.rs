//! Foreign keys that a migration makes to a key which it makes as well: where that goes, they go along.

use super::blocking_constraint::of_table;
use super::checked_later::not_valid_after;
use super::safe_way::{SafeWay, quoted, written};
use crate::diagnostic::{Help, Place};
use crate::document::sql::{
    Action, AlterTable, Column, ColumnRule, Key, Name, Reference, TableChange, TableConstraint, TableRule,
};
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::history::Script;

/// Those that come behind a key in its file.
#[derive(Default)]
pub struct Referring<'m> {
    /// Those that are statements, or actions of one.
    movable: Vec<(&'m AlterTable, &'m TableConstraint, Span)>,
    /// Those that come with something else.
    bound: Vec<Span>,
}

impl<'m> Referring<'m> {
    /// To a key of a table that stands here.
    pub fn to(script: &'m Script, here: Span, table: &Name, key: &Key, cx: &Context<'m>) -> Self {
        let needs = |reference: &Reference| {
            let mut pairs = reference.columns.iter().zip(&key.columns);
            let is_all = reference.columns.len() == key.columns.len() && pairs.all(|(one, other)| one.text == other.text);
            reference.table.last() == table.last() && (is_all || (reference.columns.is_empty() && key.primary))
        };
        let mut found = Self::default();
        for step in script.steps.iter().filter(|step| step.span.end > here.end) {
            match &cx.workspace.statement(script, step).action {
                Action::AlterTable(alter) => {
                    for action in alter.actions.iter().filter(|action| action.span.start > here.start) {
                        match &action.change {
                            TableChange::AddConstraint(added) if is_to(added, needs) => {
                                found.movable.push((alter, added, action.span));
                            }
                            TableChange::AddColumn { column, .. } if comes_with(column, needs) => found.bound.push(action.span),
                            _ => {}
                        }
                    }
                }
                Action::CreateTable(create) => {
                    let of_columns = create.columns.iter().any(|column| comes_with(column, needs));
                    if of_columns || create.constraints.iter().any(|added| is_to(added, needs)) {
                        found.bound.push(step.span);
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// What goes out of the file along with the key.
    pub fn spans(&self) -> impl Iterator<Item = Span> {
        self.movable.iter().map(|(.., span)| *span)
    }

    /// What comes once the key is there.
    pub fn behind(&self, way: SafeWay, script: &Script, cx: &Context<'_>) -> SafeWay {
        self.movable.iter().fold(way, |way, (alter, added, _)| {
            let rule = cx.workspace.text(Place { source: script.source, span: added.span });
            let name = quoted(&of_table(alter, added));
            let rule = if added.name.is_some() { rule.to_owned() } else { format!("CONSTRAINT {name} {rule}") };
            not_valid_after(way, written(cx, script, &alter.table), &name, &rule)
        })
    }

    /// Says what its reader has to see to.
    pub fn told(&self, help: Help, script: &Script, cx: &Context<'_>) -> Help {
        let line = |span: &Span| format!("line {}", cx.workspace.line(Place { source: script.source, span: *span }));
        let lines: Vec<String> = self.bound.iter().map(line).collect();
        if lines.is_empty() {
            return help;
        }
        // Without it the rest of the file fails, so it is not ready to be applied.
        let help = Help { rewrite: None, ..help };
        help.before(&format!("\n-- what refers to that key can only come after it: {}", lines.join(", ")))
    }
}

fn is_to(added: &TableConstraint, needs: impl Fn(&Reference) -> bool) -> bool {
    matches!(&added.rule, TableRule::ForeignKey(foreign) if needs(&foreign.reference))
}

fn comes_with(column: &Column, needs: impl Fn(&Reference) -> bool) -> bool {
    column.constraints.iter().any(|it| matches!(&it.rule, ColumnRule::References(reference) if needs(reference)))
}
