//! Functions come and go, and what is written out in them happens when they are called.

use std::sync::Arc;

use super::volatility;
use crate::database::run::Run;
use crate::database::schema::{Function, Id, Rule};
use crate::document::sql::{self, Body, Call, CreateFunction, DropObjects, Expr, LockMode, Name, Shape, Volatility};

/// As many bodies run for one statement; one that calls itself does so for ever.
const MOST_CALLS: u32 = 32;

/// `CREATE FUNCTION`.
pub(super) fn create(run: &mut Run<'_>, create: &CreateFunction) {
    let name = create.name.last();
    let inlined = create.body.as_deref().filter(|_| may_inline(create)).and_then(|body| inlined(run, body, create.volatility));
    let arguments: Vec<Arc<str>> = create.arguments.iter().map(|argument| (*argument.data_type.name).into()).collect();
    let is_several = run.schema.function(name).is_some_and(|old| old.is_several || old.arguments != arguments);
    let returns = create.returns.as_ref().map(|data_type| (*data_type.name).into());
    let body = create.body.clone().map(|body| (run.source, body));
    // Gone with the session, so nobody made it.
    let here = (create.name.schema() != Some("pg_temp")).then(|| run.here());
    let made = run.schema.function(name).map_or(here, |old| old.made);
    run.schema.set_function(
        name,
        Some(Function { volatility: create.volatility, inlined, is_several, arguments, returns, body, made }),
    );
}

fn may_inline(create: &CreateFunction) -> bool {
    let is_sql = create.language.as_ref().is_none_or(|language| &*language.text == "sql");
    is_sql && !create.procedure && !create.security_definer && create.settings.is_empty()
}

/// What is left of a function of one expression once the server has put that in its place.
fn inlined(run: &mut Run<'_>, body: &Body, declared: Volatility) -> Option<Volatility> {
    let [inner] = body.statements.as_slice() else { return None };
    let sql::Action::Query(query) = &inner.statement.action else { return None };
    if !body.complete || !body.dynamic.is_empty() || !query.reads.is_empty() || !query.writes.is_empty() {
        return None;
    }
    let expr = Expr { calls: query.calls.clone(), shape: Shape::Other, ..Expr::default() };
    let volatile = volatility::of(run, &expr).volatile;
    run.out.error = None;
    // What declares to be steady and is not stays what it declares.
    (!volatile || declared == Volatility::Volatile).then_some(if volatile { Volatility::Volatile } else { Volatility::Stable })
}

/// Calls: what is written out in a function of the same file happens; what nobody can read may do anything.
pub(super) fn calls(run: &mut Run<'_>, calls: &[Call]) {
    for call in calls {
        invoke(run, &call.name);
    }
}

/// A call of one function.
pub(super) fn invoke(run: &mut Run<'_>, name: &Name) {
    let Some(function) = run.schema.function(name.last()) else {
        run.schema.is_doubtful |= !volatility::is_of_the_server(name);
        return;
    };
    // Those that declare it change nothing.
    if function.volatility != Volatility::Volatile {
        return;
    }
    let body = function.body.clone().filter(|(source, _)| *source == run.source && !function.is_several);
    match body {
        Some((_, body)) if run.calls < MOST_CALLS => {
            run.calls += 1;
            super::body(run, &body);
        }
        _ => run.schema.is_doubtful = true,
    }
}

/// `DROP FUNCTION`.
pub(super) fn drop(run: &mut Run<'_>, drop: &DropObjects, cascade: bool) {
    for name in &drop.names {
        let name = name.last();
        let Some(function) = run.schema.function(name).cloned() else { continue };
        for id in run.schema.callers(name) {
            let Some(what) = user(run, id, name).filter(|_| !function.is_several) else { continue };
            if !cascade {
                return run.fail(format!("{what} of {} calls {name}", run.schema.display(id)));
            }
            run.lock(id, LockMode::AccessExclusive);
            run.because(id, &format!("{what} goes with the function"));
            forget(run, id, name);
        }
        run.schema.set_function(name, None);
    }
}

/// What of a relation calls a function.
fn user(run: &Run<'_>, id: Id, function: &str) -> Option<&'static str> {
    let relation = run.relation(id);
    let is_in = |names: &[Arc<str>]| names.iter().any(|name| **name == *function);
    let mut defaults = relation.columns.iter().filter_map(|column| column.default.as_ref());
    let calls_it = |rule: &Rule| matches!(rule, Rule::Check { functions, .. } if is_in(functions));
    if relation.triggers.iter().any(|trigger| *trigger.function == *function) {
        Some("a trigger")
    } else if defaults.any(|default| is_in(&default.functions)) {
        Some("a default")
    } else if relation.constraints.iter().any(|constraint| calls_it(&constraint.rule)) {
        Some("a constraint")
    } else if relation.indexes.iter().any(|index| is_in(&index.functions)) {
        Some("an index")
    } else {
        is_in(&relation.functions).then_some("the query")
    }
}

/// Takes all away that calls a function.
fn forget(run: &mut Run<'_>, id: Id, function: &str) {
    let is_in = |names: &[Arc<str>]| names.iter().any(|name| **name == *function);
    if is_in(&run.relation(id).functions) {
        return super::drop::view(run, id);
    }
    let indexes = run.relation(id).indexes.iter().filter(|index| is_in(&index.functions));
    for index in indexes.map(|index| index.name.clone()).collect::<Vec<_>>() {
        run.lock_index(id, &index, LockMode::AccessExclusive);
        run.schema.remove_index(id, &index);
    }
    let relation = run.schema.edit(id);
    relation.triggers.retain(|trigger| *trigger.function != *function);
    relation.constraints.retain(|constraint| !matches!(&constraint.rule, Rule::Check { functions, .. } if is_in(functions)));
    for column in &mut relation.columns {
        if column.default.as_ref().is_some_and(|default| is_in(&default.functions)) {
            column.default = None;
        }
    }
}
