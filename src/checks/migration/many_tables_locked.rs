//! See rules/migration/many-tables-locked.md

use std::collections::{BTreeMap, HashSet};

use super::transaction::tables;
use crate::diagnostic::Place;
use crate::rule::Context;
use crate::settings::Value;
use crate::workspace::history::{Migration, Script};

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for script in &migration.up {
        let mut transactions: BTreeMap<u32, Vec<(&str, Place)>> = BTreeMap::new();
        let mut seen: HashSet<(u32, &str)> = HashSet::new();
        for step in script.steps.iter().filter(|step| !step.fails()) {
            let Some(number) = step.transaction else { continue };
            let locked = transactions.entry(number).or_default();
            // Partitions go with the table that is named.
            for table in tables(step).filter(|table| table.blocks.contains(&"select") && table.table.place.span != step.span) {
                if seen.insert((number, &table.name)) {
                    locked.push((&table.name, table.table.place));
                }
            }
        }
        for locked in transactions.values() {
            report(script, locked, cx);
        }
    }
}

fn report(script: &Script, locked: &[(&str, Place)], cx: &mut Context<'_>) {
    let most = match cx.option("most", script.source) {
        Some(Value::Number(most)) => usize::try_from(most).unwrap_or(0),
        _ => 2,
    };
    let Some((last, place)) = locked.last().filter(|_| locked.len() > most) else { return };
    let first: Vec<&str> = locked.iter().take(3).map(|(name, _)| *name).collect();
    let more = if locked.len() > 4 { format!(" and {} more", locked.len() - 4) } else { String::new() };
    let (name, at) = locked[0];
    cx.report(*place, format!("{} tables are locked at once: {}{more} stay locked while the migration waits for {last}", locked.len(), first.join(", ")))
        .label(format!("the last of {} tables that one transaction takes ACCESS EXCLUSIVE on", locked.len()))
        .because(at, format!("{name} is locked from here on: SELECT, INSERT, UPDATE and DELETE wait until the transaction ends"))
        .in_production("each further table is waited for while the ones before stand still, and two transactions that wait for each other are a deadlock")
        .help("give each table a migration of its own; what belongs together stays together, tables that the code reads together too");
}
