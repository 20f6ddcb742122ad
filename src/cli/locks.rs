//! `gonogo locks`: what the pending migrations lock, and for how long.

use super::{Exit, Mistake, check, complain};
use crate::document::engine::Engine;
use crate::emit::locks::{FORMATS, emit};
use crate::report::Report;
use crate::report::locks::{LockTable, Wanted};
use crate::untrusted::Untrusted;

#[derive(clap::Args, Debug)]
#[group(id = "locks-of")]
pub struct Arguments {
    #[command(flatten)]
    check: check::Arguments,
    /// The server to ask about, such as postgres:15 [default: what the configuration or the files say]
    #[arg(long, value_name = "ENGINE:VERSION", value_parser = server)]
    engine: Option<Server>,
}

/// The version of PostgreSQL to ask about; none where only its name was typed.
#[derive(Clone, Copy, Debug)]
struct Server(Option<u32>);

/// The versions whose locks are known: those that were measured, and one more that changes nothing of what they do.
const KNOWN: std::ops::RangeInclusive<u32> = 11..=19;

fn server(text: &str) -> Result<Server, String> {
    let (word, version) = text.split_once(':').map_or((text, None), |(word, version)| (word, Some(version)));
    match Engine::of_word(&word.to_ascii_lowercase()) {
        Some(Engine::Postgres) => {}
        Some(engine) => return Err(format!("the locks of {} are not known yet; PostgreSQL is: postgres:15", engine.name())),
        None => return Err("no server is called that; write it as postgres:15".to_owned()),
    }
    let Some(version) = version else { return Ok(Server(None)) };
    let is_number = version.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let major = version.split('.').next().and_then(|major| major.parse().ok()).filter(|_| is_number);
    match major {
        Some(major) if KNOWN.contains(&major) => Ok(Server(Some(major))),
        Some(_) => Err(format!("what PostgreSQL locks is known from {} to {}", KNOWN.start(), KNOWN.end())),
        None => Err("a version is a number, such as 15 or 15.4".to_owned()),
    }
}

/// The flags that have nothing to do with locks are not offered here.
pub fn hidden(argument: clap::Arg) -> clap::Arg {
    const OF_LOCKS: &[&str] = &[
        "all",
        "base",
        "config",
        "engine",
        "max_file_size",
        "no_config",
        "output",
        "paths",
        "set",
        "staged",
        "stdin_name",
        "threads",
    ];
    match argument.get_id().as_str() {
        "output" => argument.help("Write the table in this format, to a file if one is named: text, json, markdown (repeatable)"),
        "all" => argument.help("Show migrations that have shipped, too"),
        id if OF_LOCKS.contains(&id) => argument,
        _ => argument.hide(true),
    }
}

pub fn run(arguments: &Arguments) -> Result<Exit, Mistake> {
    if arguments.check.steers_findings() {
        return Err(Mistake::new("`gonogo locks` shows locks and no findings; such flags are for `gonogo check`"));
    }
    arguments.check.check_outputs()?;
    if !arguments.check.formats().all(|format| FORMATS.iter().any(|(_, known)| *known == format)) {
        let names = FORMATS.map(|(name, _)| name).join(", ");
        return Err(Mistake(format!("`gonogo locks` has no report of this format; there are {names}")));
    }
    let (places, report) = check::judged(&arguments.check, |_, _, _, _| Ok(None))?;
    let only: Vec<&str> = places.iter().map(|place| place.only.as_str()).collect();
    let version = arguments.engine.and_then(|Server(version)| version);
    let table = LockTable::of(&report, Wanted { version, only: &only });
    if !table.has_migrations() {
        complain(&nothing(&report));
    }
    arguments.check.write(|format, _| emit(&table, format).unwrap_or_default())?;
    let is_whole = table.has_migrations() && table.notes.is_empty();
    Ok(if is_whole { Exit::Go } else { Exit::NoVerdict })
}

/// Why there is no table.
fn nothing(report: &Report) -> String {
    let mut unsupported = report.roots.iter().flat_map(|root| &root.workspace.unsupported);
    match unsupported.next() {
        Some((name, _)) => format!("the migrations here are for {}, whose locks are not known yet", Untrusted(name)),
        None => "nothing here is a migration that gonogo knows".to_owned(),
    }
}
