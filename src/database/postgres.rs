//! PostgreSQL, 11 to 18: from the server's rules, checked against what servers were measured to do.

mod alter;
mod casts;
mod column;
mod constraint;
mod constraint_drop;
mod create;
mod data;
mod derived;
mod drop;
mod foreign_key;
mod index;
mod maintenance;
mod new_column;
mod notable;
mod object;
mod partition;
mod retype;
mod routine;
mod trigger;
mod types;
mod unique;
mod view;
mod volatility;
mod whole;

use super::run::Run;
use super::schema::{Id, Kind, Rows};
use crate::document::sql::{Action, Body, LockMode, Statement};

/// Applies one statement.
pub(super) fn apply(run: &mut Run<'_>, statement: &Statement) {
    let before = run.out.effects.len();
    notable::look(run, statement);
    let noted = before..run.out.effects.len();
    act(run, statement);
    if run.failed() {
        notable::forget(run, noted);
    }
}

fn act(run: &mut Run<'_>, statement: &Statement) {
    match &statement.action {
        Action::CreateTable(create) => create::table(run, create, statement.span),
        Action::AlterTable(alter) => alter::relation(run, alter),
        Action::Drop(drop) => drop::objects(run, drop),
        Action::CreateIndex(create) => index::create(run, create),
        Action::CreateView(create) => view::create(run, create, statement.span),
        Action::CreateSequence(create) => object::create_sequence(run, create, statement.span),
        Action::CreateType(create) => types::create(run, create),
        Action::AlterType(alter) => types::alter(run, alter),
        Action::CreateDomain(create) => types::create_domain(run, create),
        Action::AlterDomain(alter) => types::alter_domain(run, alter),
        Action::CreateFunction(create) => routine::create(run, create),
        Action::CreateTrigger(create) => trigger::create(run, create),
        Action::CreateRule(rule) => trigger::create_rule(run, rule),
        Action::CreatePolicy(policy) => trigger::create_policy(run, policy),
        Action::AlterPolicy(policy) => trigger::alter_policy(run, policy),
        Action::CreatePublication(create) => object::create_publication(run, create),
        Action::AlterPublication(alter) => object::alter_publication(run, alter),
        Action::Subscription(subscription) => object::subscription(run, subscription),
        Action::CreateStatistics(create) => object::create_statistics(run, create),
        Action::CreateSchema(create) => create.elements.iter().for_each(|element| apply(run, element)),
        Action::AlterObject(alter) => object::alter(run, alter),
        Action::Comment(comment) => object::comment(run, comment),
        Action::Grant(grant) => object::grant(run, grant),
        Action::Owned(owned) => object::owned(run, owned),
        Action::Reindex(reindex) => maintenance::reindex(run, reindex),
        Action::Cluster(cluster) => maintenance::cluster(run, cluster),
        Action::Vacuum(vacuum) => maintenance::vacuum(run, vacuum),
        Action::Analyze(analyze) => maintenance::analyze(run, analyze),
        Action::Declare(query) => data::look_at(run, query),
        Action::Refresh(refresh) => view::refresh(run, refresh),
        Action::Truncate(truncate) => maintenance::truncate(run, truncate),
        Action::LockTable(lock) => maintenance::lock(run, lock),
        Action::CreateObject(create) => object::create_other(run, create),
        Action::Query(query) => data::query(run, query),
        Action::Insert(insert) => data::insert(run, insert),
        Action::Update(update) => data::update(run, update),
        Action::Delete(delete) => data::delete(run, delete),
        Action::Merge(merge) => data::merge(run, merge),
        Action::Copy(copy) => data::copy(run, copy),
        Action::Do(block) => body(run, &block.body),
        Action::Explain(explain) => match &explain.statement.action {
            _ if explain.analyze => apply(run, &explain.statement),
            _ => data::plan(run, &explain.statement),
        },
        Action::Call(call) => {
            data::query(run, &call.arguments);
            routine::invoke(run, &call.name);
        }
        Action::MoveTablespace(moved) => whole::move_tablespace(run, moved),
        Action::Prepare(prepare) => data::plan(run, &prepare.statement),
        Action::Execute(_) | Action::Unread => run.schema.is_doubtful = true,
        _ => {}
    }
}

/// What is written out in the body of a DO or a function.
fn body(run: &mut Run<'_>, body: &Body) {
    run.schema.is_doubtful |= !body.complete || !body.dynamic.is_empty();
    for inner in &body.statements {
        let outer = std::mem::replace(&mut run.span, inner.statement.span);
        let before = run.out.error.take();
        let noted = run.out.effects.len();
        let around = run.is_conditional;
        run.is_conditional |= inner.conditional;
        apply(run, &inner.statement);
        run.is_conditional = around;
        run.span = outer;
        if inner.conditional {
            notable::forget_rows(run, noted);
        }
        // It may not have happened, and errors may be meant to be caught.
        if body.catches || inner.conditional {
            run.out.error = None;
            run.schema.is_doubtful |= changes_schema(&inner.statement.action);
        }
        run.out.error = before.or(run.out.error.take());
    }
}

fn changes_schema(action: &Action) -> bool {
    let only_rows = matches!(
        action,
        Action::Query(_) | Action::Insert(_) | Action::Update(_) | Action::Delete(_) | Action::Merge(_) | Action::Copy(_)
    );
    let says_nothing =
        matches!(action, Action::Harmless | Action::Declare(_) | Action::Set(_) | Action::Comment(_) | Action::Grant(_));
    !only_rows && !says_nothing
}

/// Records that something was read by a statement that only looks.
fn look(run: &mut Run<'_>, id: Id) {
    run.lock(id, LockMode::AccessShare);
}

/// What a statement that names a table thinks it is.
const TABLE: Kind = Kind::Table;

/// Rows were put in.
fn fill(run: &mut Run<'_>, id: Id) {
    if run.relation(id).rows == Rows::None {
        run.schema.edit(id).rows = Rows::Some;
    }
    if run.relation(id).emptied.is_some() {
        run.schema.edit(id).emptied = None;
    }
}

/// A name as the server makes one up: cut where it would be too long.
pub fn made_up(table: &str, columns: &str, label: &str) -> String {
    const LONGEST: usize = 63;
    let middle = if columns.is_empty() { String::new() } else { format!("_{columns}") };
    let room = LONGEST.saturating_sub(label.len() + 1);
    let (mut table, mut middle) = (table.to_owned(), middle);
    while table.len() + middle.len() > room {
        let longer = if table.len() + 1 > middle.len() { &mut table } else { &mut middle };
        if longer.pop().is_none() {
            break;
        }
    }
    format!("{table}{middle}_{label}")
}
