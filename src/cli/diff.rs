//! `gonogo diff` puts two environments side by side; `gonogo trace` tells where a setting of one comes from and who reads it.

use super::{Exit, Mistake, check, complain};
use crate::emit::drift::{FORMATS, emit};
use crate::emit::trace;
use crate::report::Report;
use crate::report::drift::Drift;
use crate::report::trace::{Asked, Trace, traces};
use crate::settings::EnvironmentNames;

#[derive(clap::Args, Debug)]
#[group(id = "diff-of")]
pub struct Arguments {
    /// An environment, such as staging
    #[arg(value_name = "ENVIRONMENT")]
    one: String,
    /// The one to compare it with, such as production
    #[arg(value_name = "ENVIRONMENT")]
    other: String,
    #[command(flatten)]
    check: check::Arguments,
}

#[derive(clap::Args, Debug)]
#[group(id = "trace-of")]
pub struct TraceArguments {
    /// The name of a setting, or its last parts: url for spring.datasource.url
    #[arg(value_name = "KEY")]
    key: String,
    /// Whose value
    #[arg(long, value_name = "ENVIRONMENT", default_value = "production")]
    environment: String,
    #[command(flatten)]
    check: check::Arguments,
}

/// The flags that have nothing to do with settings are not offered here.
pub fn hidden(argument: clap::Arg) -> clap::Arg {
    const OF_SETTINGS: &[&str] = &[
        "config",
        "environment",
        "key",
        "max_file_size",
        "no_config",
        "one",
        "other",
        "output",
        "paths",
        "set",
        "staged",
        "threads",
    ];
    match argument.get_id().as_str() {
        "output" => argument.help("Write it in this format, to a file if one is named: text, json, markdown (repeatable)"),
        "paths" => argument.help("Folders to look in, or files to compare alone [default: .]"),
        id if OF_SETTINGS.contains(&id) => argument,
        _ => argument.hide(true),
    }
}

/// What was read, and by root the file that was named.
fn read(arguments: &check::Arguments, command: &str) -> Result<(Report, Vec<String>), Mistake> {
    if arguments.steers_findings() {
        return Err(Mistake(format!("`gonogo {command}` shows settings and no findings; such flags are for `gonogo check`")));
    }
    arguments.check_outputs()?;
    if !arguments.formats().all(|format| FORMATS.iter().any(|(_, known)| *known == format)) {
        let names = FORMATS.map(|(name, _)| name).join(", ");
        return Err(Mistake(format!("`gonogo {command}` has no report of this format; there are {names}")));
    }
    let (places, report) = check::facts(arguments)?;
    let only = places.into_iter().map(|place| place.only).collect();
    Ok((report, only))
}

fn said(report: &Report) -> EnvironmentNames {
    report.roots.first().map(|root| root.workspace.environments.said.clone()).unwrap_or_default()
}

pub fn run(arguments: &Arguments) -> Result<Exit, Mistake> {
    let (report, only) = read(&arguments.check, "diff")?;
    let only: Vec<&str> = only.iter().map(String::as_str).collect();
    let drift = Drift::of(&report.roots, &only, [&arguments.one, &arguments.other], &said(&report));
    if drift.tables.is_empty() {
        let names = known(&report);
        let hint = if names.is_empty() { "nothing here configures several".to_owned() } else { format!("there are {names}") };
        complain(&format!("no settings are there for both {} and {}; {hint}", arguments.one, arguments.other));
    }
    arguments.check.write(|format, _| emit(&drift, format).unwrap_or_default())?;
    Ok(if drift.tables.is_empty() { Exit::NoVerdict } else { Exit::Go })
}

pub fn trace(mut arguments: TraceArguments) -> Result<Exit, Mistake> {
    arguments.check.asked = Some(arguments.key.clone());
    let (report, _) = read(&arguments.check, "trace")?;
    let (key, environment, said) = (&arguments.key, &arguments.environment, &said(&report));
    let traces = traces(&report.roots, Asked { key, environment, said });
    if traces.is_empty() {
        complain(&format!("nothing that {environment} reads sets {key}, and nothing here is seen to read it"));
    }
    arguments.check.write(|format, _| trace::emit(&traces, environment, format).unwrap_or_default())?;
    let is_set = traces.iter().any(Trace::is_set);
    Ok(if is_set { Exit::Go } else { Exit::NoVerdict })
}

/// The environments that there are, for whoever asked for another one.
fn known(report: &Report) -> String {
    let groups = report.roots.iter().flat_map(|root| &root.workspace.environments.groups);
    let files = groups.flat_map(|group| group.members.iter().chain(&group.aside));
    let mut names: Vec<&str> = files.filter_map(|file| file.environment.as_deref()).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(12);
    names.join(", ")
}
