//! Work that takes the longer the more rows there are, while others wait for a lock that its statement holds.

use std::collections::HashMap;

use super::transaction::Ledger;
use crate::database::WorkKind;
use crate::document::sql::{Action, AlterTable, Statement, TableAction};
use crate::source::Span;
use crate::workspace::Workspace;
use crate::workspace::history::steps::{Locked, Step};
use crate::workspace::history::{Migration, Script};

/// Long work of one statement for one reason.
pub struct Stall<'m> {
    pub script: &'m Script,
    pub step: &'m Step,
    pub cause: Cause<'m>,
    /// The words that ask for it.
    pub span: Span,
    /// What is read or written whole.
    pub worked: &'m Locked,
    /// The dearest part of the work.
    pub work: &'m WorkKind,
    /// What others wait for.
    pub blocked: &'m Locked,
    /// The statement before it that took that lock, where it did not itself.
    pub since: Option<Span>,
    /// It stands in a branch, so it may not run.
    pub is_conditional: bool,
}

/// What asks for work.
pub enum Cause<'m> {
    /// An action of ALTER TABLE.
    Action(&'m AlterTable, &'m TableAction),
    /// A whole statement.
    Statement(&'m Statement),
}

/// All of a migration on its way forward, in order; none of statements that fail.
pub fn stalls<'m>(migration: &'m Migration, workspace: &'m Workspace) -> Vec<Stall<'m>> {
    let mut all = Vec::new();
    for script in &migration.up {
        let mut ledger = Ledger::default();
        for step in script.steps.iter().filter(|step| !step.fails()) {
            let mut stalls = of_step(script, step, workspace.statement(script, step));
            for stall in &mut stalls {
                let blocked = stall.blocked;
                if let Some(held) = ledger.more_than(step, &blocked.table.name, blocked.blocks.len()) {
                    (stall.blocked, stall.since) = (held.relation, Some(held.step.span));
                }
            }
            all.extend(stalls);
            ledger.pass(script, step);
        }
    }
    all
}

fn of_step<'m>(script: &'m Script, step: &'m Step, statement: &'m Statement) -> Vec<Stall<'m>> {
    let mut stalls: Vec<Stall<'m>> = Vec::new();
    let mut by_cause: HashMap<Span, usize> = HashMap::new();
    for worked in step.relations.iter().filter(|relation| !relation.is_new) {
        let Some(blocked) = blocked(step, worked) else { continue };
        for work in &worked.works {
            match by_cause.get(&work.cause).map(|at| &mut stalls[*at]) {
                Some(stall) if *stall.work < work.kind || (*stall.work == work.kind && stall.is_about(worked)) => {
                    (stall.worked, stall.work, stall.blocked) = (worked, &work.kind, blocked);
                }
                Some(_) => {}
                None => {
                    let Some((cause, is_conditional)) = cause(statement, work.cause) else { continue };
                    let (span, work) = (work.cause, &work.kind);
                    by_cause.insert(span, stalls.len());
                    stalls.push(Stall { script, step, cause, span, worked, work, blocked, since: None, is_conditional });
                }
            }
        }
    }
    stalls
}

impl Stall<'_> {
    /// Whether what asks for the work names this table as the one that it changes.
    fn is_about(&self, table: &Locked) -> bool {
        matches!(self.cause, Cause::Action(alter, _) if alter.table.last() == table.table.name.rsplit('.').next().unwrap_or_default())
    }
}

/// The relation that people wait for meanwhile: the one at work where they wait for that.
fn blocked<'m>(step: &'m Step, worked: &'m Locked) -> Option<&'m Locked> {
    if !worked.blocks.is_empty() {
        return Some(worked);
    }
    step.blocking().max_by_key(|relation| relation.blocks.len())
}

/// What stands at a place in a statement, and whether it stands in a branch.
pub fn cause(statement: &Statement, span: Span) -> Option<(Cause<'_>, bool)> {
    if statement.span == span {
        return Some((Cause::Statement(statement), false));
    }
    match &statement.action {
        Action::AlterTable(alter) => {
            let at = alter.actions.partition_point(|action| action.span.start < span.start);
            let action = alter.actions.get(at).filter(|action| action.span == span)?;
            Some((Cause::Action(alter, action), false))
        }
        Action::Do(block) => {
            let around = block.body.statements.iter().filter(|inner| inner.statement.span.contains(span));
            let mut found = around.filter_map(|inner| Some((cause(&inner.statement, span)?.0, inner.conditional)));
            found.next()
        }
        Action::CreateSchema(create) => create.elements.iter().find_map(|element| cause(element, span)),
        Action::Explain(explain) => cause(&explain.statement, span),
        _ => None,
    }
}
