//! The list of migration sets for people and for machines.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Format, escape};
use crate::report::migrations::{Listed, Listing};
use crate::untrusted::{Untrusted, UntrustedPath};

/// The formats that it has.
pub const FORMATS: [(&str, Format); 2] = [("text", Format::Text), ("json", Format::Json)];

/// Writes it; none in a format that it does not have.
pub fn emit(listing: &Listing, format: Format) -> Option<String> {
    match format {
        Format::Text => Some(text(listing)),
        Format::Json => Some(json(listing)),
        _ => None,
    }
}

/// How many pending migrations, or tables, are named.
const NAMED: usize = 5;

fn text(listing: &Listing) -> String {
    let mut out = String::new();
    for set in &listing.sets {
        let _ = writeln!(out, "{}", UntrustedPath(&set.folder));
        let mut line = |what: &str, says: &str| {
            let _ = writeln!(out, "  {what:<12}{}", Untrusted(says));
        };
        line("framework", &format!("{}, {}", set.framework_name, set.framework_said));
        line("server", &set.server);
        line("transaction", &transaction(set));
        let newest = set.newest.as_ref().map_or_else(String::new, |newest| format!(", the newest is {newest}"));
        line("migrations", &format!("{}{newest}", set.count));
        line("way back", &way_back(set));
        line("pending", &pending(set));
        if let Some(path) = &set.starts_from {
            line("starts from", &format!("{path}, which tells of {}", told(&set.told)));
        }
        for reason in &set.unordered {
            line("no order", reason);
        }
        out.push('\n');
    }
    for (name, count) in &listing.unsupported {
        let what = if *count == 1 { "migration" } else { "migrations" };
        let _ = writeln!(out, "{count} {} {what} not read yet", Untrusted(name));
    }
    let count = listing.sets.len();
    let all: usize = listing.sets.iter().map(|set| set.count).sum();
    let pending: usize = listing.sets.iter().map(|set| set.pending.len()).sum();
    let sets = if count == 1 { "set" } else { "sets" };
    let migrations = if all == 1 { "migration" } else { "migrations" };
    let _ = writeln!(out, "{count} {sets} · {all} {migrations} · {pending} pending");
    out
}

/// The tables of which a dump tells.
fn told(tables: &[String]) -> String {
    let shown: Vec<&str> = tables.iter().take(NAMED).map(String::as_str).collect();
    let left = if tables.len() > NAMED { format!(" and {} more", tables.len() - NAMED) } else { String::new() };
    let what = if tables.len() == 1 { "a table" } else { "tables" };
    format!("{what} that no migration here makes: {}{left}", shown.join(", "))
}

fn transaction(set: &Listed) -> String {
    let default = match set.transaction {
        "single" => "one for each migration",
        "batch" => "one for all that are pending",
        _ => "none, unless a file says BEGIN",
    };
    match set.without_transaction {
        0 => default.to_owned(),
        1 => format!("{default}; 1 migration asks for none"),
        some => format!("{default}; {some} migrations ask for none"),
    }
}

fn way_back(set: &Listed) -> String {
    match set.with_down {
        0 if !set.goes_back => format!("none: {} only goes forward", set.framework_name),
        0 => "none".to_owned(),
        all if all == set.count => "for all of them".to_owned(),
        some => format!("for {some} of {}", set.count),
    }
}

fn pending(set: &Listed) -> String {
    if set.undecided {
        return "nobody can say; `gonogo check` tells why".to_owned();
    }
    let since = match set.since.as_str() {
        "" => String::new(),
        since => format!(" ({since})"),
    };
    match set.pending.len() {
        0 => format!("none{since}"),
        all if all > NAMED && all == set.count => format!("all of them{since}"),
        count => {
            let left = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
            let shown: Vec<&str> = set.pending.iter().take(NAMED).map(String::as_str).collect();
            format!("{count}{since}: {}{left}", shown.join(", "))
        }
    }
}

#[derive(Serialize)]
struct List<'a> {
    schema_version: u32,
    sets: Vec<Set<'a>>,
    unsupported: Vec<Unsupported<'a>>,
}

#[derive(Serialize)]
struct Set<'a> {
    folder: &'a str,
    framework: &'a str,
    framework_source: &'a str,
    engine: &'a str,
    server: &'a str,
    transaction: &'a str,
    without_transaction: usize,
    count: usize,
    newest: Option<&'a str>,
    with_down: usize,
    /// None where nobody can say.
    pending: Option<&'a [String]>,
    unordered: &'a [String],
    starts_from: Option<&'a str>,
    told_tables: &'a [String],
}

#[derive(Serialize)]
struct Unsupported<'a> {
    name: &'a str,
    count: usize,
}

/// It is an interface: fields are added, never changed.
fn json(listing: &Listing) -> String {
    let unsupported = listing.unsupported.iter().map(|(name, count)| Unsupported { name, count: *count });
    escape::json(&List { schema_version: 1, sets: listing.sets.iter().map(set).collect(), unsupported: unsupported.collect() })
}

fn set(set: &Listed) -> Set<'_> {
    Set {
        folder: &set.folder,
        framework: set.framework,
        framework_source: &set.framework_said,
        engine: set.engine,
        server: &set.server,
        transaction: set.transaction,
        without_transaction: set.without_transaction,
        count: set.count,
        newest: set.newest.as_deref(),
        with_down: set.with_down,
        pending: (!set.undecided).then_some(&set.pending),
        unordered: &set.unordered,
        starts_from: set.starts_from.as_deref(),
        told_tables: &set.told,
    }
}
