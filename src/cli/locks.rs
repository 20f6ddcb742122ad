//! `gonogo locks`: the locks that pending migrations take.

use std::path::PathBuf;

use clap::{ValueEnum, ValueHint};

use super::{Exit, Mistake, check, ci, config, print};
use crate::emit::{LocksFormat, locks};
use crate::report::locks::Locks;
use crate::settings::Settings;
use crate::tree::Disk;
use crate::workspace::Workspace;
use crate::workspace::discover::discover;

#[derive(clap::Args, Debug)]
#[group(id = "locks")]
pub struct Arguments {
    /// The folder whose migrations are meant, or one file of them [default: .]
    #[arg(value_hint = ValueHint::AnyPath)]
    path: Option<PathBuf>,
    /// The server: postgres:11 to postgres:18 [default: what the configuration or the files say]
    #[arg(long, value_name = "ENGINE", value_parser = engine)]
    engine: Option<u32>,
    /// Show migrations that have shipped, too
    #[arg(long)]
    all: bool,
    /// The revision that has shipped [default: what CI names, or where this branch leaves the default branch]
    #[arg(long, value_name = "REVISION")]
    base: Option<String>,
    #[command(flatten)]
    config: config::Choice,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    output: Output,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Output {
    Text,
    Json,
    Markdown,
}

/// The versions whose effects are known.
const VERSIONS: std::ops::RangeInclusive<u32> = 11..=18;

fn engine(text: &str) -> Result<u32, String> {
    let (name, version) = text.split_once([':', '@']).unwrap_or((text, ""));
    if !matches!(name, "postgres" | "postgresql" | "pg") {
        return Err("locks are known of PostgreSQL alone: write postgres:15".to_owned());
    }
    let major = version.split('.').next().and_then(|major| major.parse().ok()).filter(|major| VERSIONS.contains(major));
    major.ok_or_else(|| format!("write a version from {} to {}: postgres:15", VERSIONS.start(), VERSIONS.end()))
}

/// What was typed beats what is configured.
fn apply(arguments: &Arguments, settings: &mut Settings) {
    settings.all = arguments.all;
    settings.base = arguments.base.clone().or(settings.base.take());
    settings.postgres = arguments.engine;
    settings.ci = ci::read(|name| std::env::var(name).ok());
}

pub fn run(arguments: &Arguments) -> Result<Exit, Mistake> {
    let paths: Vec<PathBuf> = arguments.path.iter().cloned().collect();
    let pool = check::pool(None)?;
    let mut undecided = false;
    for place in check::places(&paths)? {
        let shown = place.root.to_string_lossy();
        let disk = Disk::open(&place.root).map_err(|error| Mistake(format!("{shown} cannot be read: {error}")))?;
        let mut chosen = arguments.config.load(&place.root, None)?;
        let settings = |chosen: &config::Chosen<'_>| chosen.settings(|settings| apply(arguments, settings));
        chosen.nest(&discover(&disk, &place.only, &settings(&chosen)))?;
        let settings = settings(&chosen);
        let workspace = pool.install(|| Workspace::build(&disk, &place.only, &settings));
        undecided |= workspace.history.undecided().next().is_some();
        let mut table = Locks::of(&workspace);
        if !place.only.is_empty() {
            table.migrations.retain(|migration| migration.path == place.only);
        }
        let format = match arguments.output {
            Output::Text => LocksFormat::Text,
            Output::Json => LocksFormat::Json,
            Output::Markdown => LocksFormat::Markdown,
        };
        print(&locks(&table, format))?;
    }
    Ok(if undecided { Exit::NoVerdict } else { Exit::Go })
}
