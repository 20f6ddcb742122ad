//! A real server runs every safe way that is written out, after all that comes before it, and its way back.

use std::fmt::Write as _;

use gonogo::document::engine::Engine;
use gonogo::document::migration::Wrapping;
use gonogo::document::migration::framework::{Escape, Transactions};
use gonogo::document::sql::Action;
use gonogo::report::Root;
use gonogo::workspace::history::{Migration, MigrationSet, Script};

use super::measure::WIPE;
use super::server::Server;
use super::session::Session;
use crate::pages::judge;
use crate::rewrites::{Case, cases};

/// What examples take for granted: tables and types that are older than their migrations.
const OLDER: &[(&str, &str)] = &[
    (ORDERS_ALONE[0], ORDERS),
    (ORDERS_ALONE[1], ORDERS),
    (ORDERS_ALONE[2], ORDERS),
    (
        "blocking-index / The table is older than the migrations / blocking-index",
        "CREATE TABLE invoices (id bigint PRIMARY KEY, due_on date)",
    ),
    (
        "renamed-enum-value / The type is older than the migrations / renamed-enum-value",
        "CREATE TYPE payment_state AS ENUM ('open', 'payed')",
    ),
    (
        "rewriting-column / A function that nothing here defines / rewriting-column",
        "CREATE FUNCTION make_token() RETURNS text LANGUAGE sql VOLATILE AS 'SELECT random()::text'",
    ),
    (
        "rewriting-type-change / The old type is not known / rewriting-type-change",
        "CREATE TABLE invoices (id bigint PRIMARY KEY, total numeric)",
    ),
];

const ORDERS: &str = "CREATE TABLE orders (id bigint PRIMARY KEY, number text, customer_id bigint, cancelled_at timestamptz)";

/// Examples that are an index alone.
const ORDERS_ALONE: [&str; 3] = [
    "blocking-index / A lock timeout is set / blocking-index",
    "blocking-index / The index was there once / blocking-index",
    "blocking-index / The server chooses the name / blocking-index",
];

/// Runs them all; what the server refuses, a line each.
pub fn checked(server: &Server) -> String {
    let mut session = server.session().expect("a session");
    let (mut wrong, mut count) = (String::new(), 0);
    for case in cases() {
        let root = judge(&case.mended.iter().collect::<Vec<_>>());
        match tried(&mut session, &case, &root, server.major) {
            Ok(ran) => count += usize::from(ran),
            Err(why) => {
                let _ = writeln!(wrong, "{} on {}: {why}", case.name, server.version);
            }
        }
    }
    super::say(&format!("PostgreSQL {}: {count} safe ways forward and back", server.version));
    wrong
}

/// Runs the migrations of an example, and those that a safe way wrote back; says whether this server knows all that they use.
fn tried(session: &mut Session, case: &Case, root: &Root, major: u32) -> Result<bool, String> {
    session.ask("ROLLBACK; RESET ALL; SET client_min_messages = error")?;
    session.ask(WIPE)?;
    for (_, sql) in OLDER.iter().filter(|(name, _)| *name == case.name) {
        accepted(session, sql)?;
    }
    let is_new = |script: &Script| case.new.iter().any(|path| *path == root.workspace.path(script.source));
    for set in root.workspace.history.sets.iter().filter(|set| set.engine == Engine::Postgres) {
        if set.versions.lowest() > major {
            return Ok(false);
        }
        for script in set.migrations.iter().flat_map(|migration| &migration.up) {
            run(session, set, script, root).map_err(|why| format!("{}: {why}", root.workspace.path(script.source)))?;
        }
        let back = |migration: &&Migration| migration.up.iter().any(is_new);
        for script in set.migrations.iter().rev().filter(back).flat_map(|migration| &migration.down).filter(|down| is_new(down)) {
            run(session, set, script, root).map_err(|why| format!("back by {}: {why}", root.workspace.path(script.source)))?;
        }
    }
    Ok(true)
}

/// Runs a script as its tool would.
fn run(session: &mut Session, set: &MigrationSet, script: &Script, root: &Root) -> Result<(), String> {
    let document = root.workspace.document(script.source);
    let statements: Vec<_> = script.of(document.sql().expect("SQL")).collect();
    let is_own = statements.iter().any(|statement| matches!(statement.action, Action::Transaction(_)));
    let is_sent_alone = set.framework.traits().escape == Escape::Alone && statements.len() == 1;
    let is_wrapped = !is_own
        && !is_sent_alone
        && script.runner.mode != Transactions::None
        && (script.transaction == Wrapping::Single || script.steps.is_empty());
    if is_wrapped {
        accepted(session, "BEGIN")?;
    }
    for statement in statements {
        // What a template fills in.
        accepted(session, &document.source.slice(statement.span).replace("{{ .Schema }}", "public"))?;
    }
    if is_wrapped {
        accepted(session, "COMMIT")?;
    }
    Ok(())
}

fn accepted(session: &mut Session, sql: &str) -> Result<(), String> {
    match session.ask(sql)?.error {
        Some(refusal) => Err(format!("{} ({}): {sql}", refusal.message, refusal.state)),
        None => Ok(()),
    }
}
