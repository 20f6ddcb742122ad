//! The model against a real PostgreSQL of this machine, where there is one.
//!
//! Every statement of two of the measured catalogues (`tests/data/truth`), and some of the last one, is run again: what the
//! server does must be what the model says for its version, and what the catalogue has on record. `GONOGO_PG_BIN` names the
//! folder of a server's programs (several as in `PATH`); without it the newest one installed is taken, and without any the
//! test says that it skipped.
//! Then every safe way that a page's bad example prints is run forward and back.
//!
//! `GONOGO_MEASURE=more.json cargo test live_postgres` measures the statements of that catalogue on those servers and writes
//! what they did into it. What it has on record for a version stays; a new statement is an entry with no `results`.

mod measure;
mod record;
mod rewrites;
mod server;
mod session;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support;
use crate::truth;
use measure::Bench;
use server::{Server, installed};

/// No new statement of the last catalogue is begun after this time; the others run whatever it takes.
const PATIENCE: Duration = Duration::from_secs(45);

/// A prime, so that all are met before one comes again.
const STEP: usize = 101;

/// What differs between this server and the record, and why: the statement, the field, the reason.
const KNOWN: &[(&str, &str, &str)] = &[];

/// Says something although the test passes.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "live check: {text}");
}

fn path(name: &str) -> PathBuf {
    support::root().join("tests/data/truth").join(name)
}

fn catalogue(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(path(name)).expect("a catalogue")).expect("JSON")
}

fn entries(catalogue: &Value) -> &[Value] {
    catalogue["entries"].as_array().expect("entries")
}

fn id(entry: &Value) -> &str {
    entry["id"].as_str().expect("an id")
}

/// What is on record for a version.
fn on_record(entry: &Value, version: u32) -> Option<&Value> {
    let results = entry["results"].as_array()?;
    results.iter().find(|result| {
        let bound = |at: usize| result["versions"][at].as_u64().expect("a version");
        (bound(0)..=bound(1)).contains(&u64::from(version))
    })
}

#[test]
fn a_real_server_does_what_the_model_says() {
    let servers = installed();
    if servers.is_empty() {
        return say("skipped, for no PostgreSQL server is installed (GONOGO_PG_BIN names the folder of one)");
    }
    if let Ok(name) = std::env::var("GONOGO_MEASURE") {
        return renew(&name, &servers);
    }
    let mut wrong = String::new();
    for bin in servers {
        let crew = match Server::crew(&bin) {
            Ok(crew) => crew,
            Err(reason) => {
                say(&format!("skipped {}: {reason}", bin.display()));
                continue;
            }
        };
        wrong.push_str(&checked(&crew));
        wrong.push_str(&rewrites::checked(&crew[0]));
    }
    assert!(wrong.is_empty(), "a server does otherwise:\n{wrong}");
}

/// Runs two catalogues on servers that share the work, and of the last as many statements as there is time for; all that
/// differs, a line each.
fn checked(crew: &[Server]) -> String {
    let start = Instant::now();
    let (first, further) = (["postgres.json", "more.json"].map(catalogue), catalogue("further.json"));
    let first = first.iter().flat_map(entries);
    let further = entries(&further);
    // In steps, so that what fits into the time is of all kinds.
    let others = (0..further.len()).map(|at| &further[at * STEP % further.len()]);
    let all: Vec<(bool, &Value)> = first.map(|entry| (true, entry)).chain(others.map(|entry| (false, entry))).collect();
    let measured = measured(crew, &all, start);
    let server = &crew[0];
    let mut wrong = String::new();
    let mut scores: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (at, measured) in &measured {
        let entry = all[*at].1;
        let on_server = format!("{} on {}", id(entry), server.version);
        for (field, agrees, detail) in truth::held(entry, measured, server.major) {
            let score = scores.entry(field).or_default();
            score.1 += 1;
            score.0 += usize::from(agrees);
            let is_known = truth::is_known(id(entry), field);
            if !agrees && !is_known {
                let _ = writeln!(wrong, "{on_server}: the model's {field}: {detail}");
            }
        }
        for (field, detail) in against_the_record(entry, measured, server.major) {
            if !KNOWN.iter().any(|(known, of, _)| *known == id(entry) && *of == field) {
                let _ = writeln!(wrong, "{on_server}: the record's {field}: {detail}");
            }
        }
    }
    let shares: Vec<String> = scores.iter().map(|(field, (right, all))| format!("{field} {right}/{all}")).collect();
    let seconds = start.elapsed().as_secs_f32();
    let (count, servers) = (measured.len(), crew.len());
    let share = shares.join(", ");
    say(&format!("PostgreSQL {}: {count} statements in {seconds:.1} s on {servers} servers; {share}", server.version));
    wrong
}

/// What the servers do, by the numbers of the entries. Each has a thread, which takes the next entry when it is done with one.
fn measured(crew: &[Server], all: &[(bool, &Value)], start: Instant) -> BTreeMap<usize, Value> {
    let next = AtomicUsize::new(0);
    let work = |server: &Server| {
        let mut bench = Bench::new(server).expect("a second session");
        let mut measured = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some((is_first, entry)) = all.get(at) else { return measured };
            if !is_first && start.elapsed() > PATIENCE {
                return measured;
            }
            measured.push((at, bench.measure(entry).unwrap_or_else(|error| panic!("{}: {error}", id(entry)))));
        }
    };
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = crew.iter().map(|server| scope.spawn(move || work(server))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("all statements run")).collect()
    })
}

/// Where what was measured now is not what is on record.
fn against_the_record(entry: &Value, measured: &Value, version: u32) -> Vec<(&'static str, String)> {
    let Some(record) = on_record(entry, version) else { return Vec::new() };
    let mut wrong = Vec::new();
    let mut differ = |field: &'static str, is: &Value, was: &Value| {
        if is != was {
            wrong.push((field, format!("was {was}, is {is}")));
        }
    };
    differ("status", &measured["status"], &record["status"]);
    if measured["status"] == "ok" && record["status"] == "ok" {
        differ("transactional", &measured["transactional"], &record["transactional"]);
        for field in ["locks", "rewrite", "emptied", "scan", "index_build", "blocks", "blocking_work"] {
            differ(field, &measured[field], &record[field]);
        }
    }
    wrong
}

/// Measures on these servers what a catalogue lacks, and writes it.
fn renew(name: &str, servers: &[PathBuf]) {
    let mut catalogue = catalogue(name);
    let mut all: Vec<BTreeMap<u32, Value>> = entries(&catalogue).iter().map(by_version).collect();
    for bin in servers {
        let server = Server::start(bin).expect("a server");
        let mut bench = Bench::new(&server).expect("a second session");
        let lacking = entries(&catalogue).iter().zip(&mut all).filter(|(_, results)| !results.contains_key(&server.major));
        for (entry, results) in lacking {
            let measured = bench.measure(entry).unwrap_or_else(|error| panic!("{}: {error}", id(entry)));
            results.insert(server.major, measured);
        }
        catalogue["meta"]["servers"][server.major.to_string()] = server.version.clone().into();
        say(&format!("measured on PostgreSQL {}", server.version));
    }
    let mut text = format!("{{\"meta\": {},\n\"entries\": [\n", catalogue["meta"]);
    let lines: Vec<String> = entries(&catalogue).iter().zip(&all).map(|(entry, results)| line(entry, results)).collect();
    let _ = writeln!(text, "{}\n]}}", lines.join(",\n"));
    fs::write(path(name), text).expect("a catalogue that can be written");
}

/// The results of an entry, each version its own.
fn by_version(entry: &Value) -> BTreeMap<u32, Value> {
    let versions = (11..=99).filter_map(|version| {
        let mut result = on_record(entry, version)?.clone();
        result.as_object_mut()?.remove("versions");
        Some((version, result))
    });
    versions.collect()
}

/// An entry as it stands in the file: versions that do the same stand together.
fn line(entry: &Value, results: &BTreeMap<u32, Value>) -> String {
    let mut ranges: Vec<(u32, u32, &Value)> = Vec::new();
    for (version, result) in results {
        match ranges.last_mut() {
            Some((_, last, same)) if *last + 1 == *version && *same == result => *last = *version,
            _ => ranges.push((*version, *version, result)),
        }
    }
    let told = ranges.iter().map(|(from, to, result)| {
        let fields = result.to_string();
        format!("{{\"versions\": [{from}, {to}], {}", &fields[1..])
    });
    let told: Vec<String> = told.collect();
    format!(
        "{{\"id\": {}, \"session\": {}, \"setup\": {}, \"sql\": {}, \"results\": [{}]}}",
        entry["id"],
        entry["session"],
        entry["setup"],
        entry["sql"],
        told.join(", ")
    )
}
