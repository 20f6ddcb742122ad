//! `gonogo check`: the eight steps of a run.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use clap::ValueEnum;

use super::{Exit, Mistake, When, ci, print};
use crate::diagnostic::Severity;
use crate::emit::{Format, Style, emit};
use crate::report::{Report, Root, Verdict};
use crate::rule::{RULES, Rule};
use crate::settings::{Reach, STACK_SIZE, Settings};
use crate::tree::git::{NoRepository, Snapshot};
use crate::tree::{Disk, Named, Standing, Tree, locate, seat};

#[derive(clap::Args, Debug)]
#[group(id = "check")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that somebody types")]
pub struct Arguments {
    /// Folders to judge, or files to report on alone (their folder is read all the same) [default: .]
    paths: Vec<PathBuf>,
    /// Findings of this severity or worse mean NO-GO
    #[arg(long, value_name = "SEVERITY", default_value = "high")]
    fail_on: Level,
    /// Leave milder findings out of the report
    #[arg(long, value_name = "SEVERITY", default_value = "low")]
    min_severity: Level,
    /// Run these rules alone (comma-separated, repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Leave these rules out (comma-separated, repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// The revision that has shipped [default: what CI names, or where this branch leaves the default branch]
    #[arg(long, value_name = "REVISION")]
    base: Option<String>,
    /// Judge migrations that have shipped, too
    #[arg(long)]
    all: bool,
    /// Report only findings with a place on a line that differs from the base
    #[arg(long)]
    changed: bool,
    /// With --changed: report on whole files that differ
    #[arg(long, requires = "changed")]
    whole_files: bool,
    /// Judge what is staged, not the working copy
    #[arg(long)]
    staged: bool,
    /// Write the report in this format, to a file if one is named: text, concise, json, sarif,
    /// sarif-github, github, gitlab, junit, markdown (repeatable)
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "text", value_parser = output)]
    output: Vec<Output>,
    /// Nothing to judge is GO
    #[arg(long)]
    allow_empty: bool,
    /// Exit with 0 where it would be 1 (never hides 2 and 3)
    #[arg(long)]
    exit_zero: bool,
    /// List what was judged in part or not at all, and why
    #[arg(long)]
    coverage: bool,
    /// Print nothing but the verdict, unless it is not GO
    #[arg(long, short)]
    quiet: bool,
    /// Colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: When,
    /// Make file names in the text report links to the files
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    hyperlinks: When,
    /// Read files up to this size; larger ones are not judged, and said so
    #[arg(long, value_name = "MIB", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=4095))]
    max_file_size: u64,
    /// How many threads [default: one a processor]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Level {
    High,
    Medium,
    Low,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::High => Self::High,
            Level::Medium => Self::Medium,
            Level::Low => Self::Low,
        }
    }
}

#[derive(Clone, Debug)]
struct Output {
    format: Format,
    file: Option<PathBuf>,
}

fn output(text: &str) -> Result<Output, String> {
    let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(PathBuf::from(file))));
    let known = Format::ALL.iter().find(|(known, _)| *known == name);
    let names = || Format::ALL.map(|(name, _)| name).join(", ");
    let (_, format) = known.ok_or_else(|| format!("there is no format of this name; there are {}", names()))?;
    if file.as_ref().is_some_and(|file| file.as_os_str().is_empty()) {
        return Err("a file name must follow the `=`".to_owned());
    }
    Ok(Output { format: *format, file })
}

pub fn run(arguments: &Arguments) -> Result<Exit, Mistake> {
    let started = Instant::now();
    check_outputs(&arguments.output)?;
    let settings = settings(arguments)?;
    let places = places(&arguments.paths)?;
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_SIZE).num_threads(arguments.threads.unwrap_or(0));
    let pool = pool.build().map_err(|error| Mistake(format!("no threads to work with: {error}")))?;
    let mut report = pool.install(|| -> Result<Report, Mistake> {
        let roots = places.iter().map(|place| judge(place, places.len() > 1, arguments.staged, &settings));
        Ok(Report::new(roots.collect::<Result<_, _>>()?, &settings))
    })?;
    report.elapsed = Some(started.elapsed());
    write(&report, arguments)?;
    Ok(match report.verdict {
        Verdict::NoGo if !arguments.exit_zero => Exit::NoGo,
        // A NO-GO must not hide that something else was not judged.
        Verdict::NoGo if report.not_judged().next().is_some() => Exit::NoVerdict,
        Verdict::NoGo | Verdict::Go => Exit::Go,
        Verdict::NoVerdict => Exit::NoVerdict,
    })
}

fn check_outputs(outputs: &[Output]) -> Result<(), Mistake> {
    if outputs.iter().filter(|output| output.file.is_none()).count() > 1 {
        return Err(Mistake::new("only one report can go to standard output; give the others a file: --output json=report.json"));
    }
    Ok(())
}

fn settings(arguments: &Arguments) -> Result<Settings, Mistake> {
    for name in arguments.select.iter().chain(&arguments.ignore) {
        if Rule::find(name).is_none() {
            return Err(Mistake(no_such_rule(name)));
        }
    }
    Ok(Settings {
        select: arguments.select.clone(),
        ignore: arguments.ignore.clone(),
        fail_on: arguments.fail_on.into(),
        min_severity: arguments.min_severity.into(),
        allow_empty: arguments.allow_empty,
        max_file_size: arguments.max_file_size << 20,
        threads: arguments.threads,
        base: arguments.base.clone(),
        all: arguments.all,
        changed: arguments.changed.then_some(if arguments.whole_files { Reach::Files } else { Reach::Lines }),
        ci: ci::read(|name| std::env::var(name).ok()),
        ..Settings::default()
    })
}

/// With the name that was probably meant.
pub fn no_such_rule(name: &str) -> String {
    let close = |rule: &&Rule| distance(rule.name, name) <= 1 + name.len() / 4;
    let hint = RULES.iter().filter(close).min_by_key(|rule| distance(rule.name, name));
    let hint = hint.map_or_else(|| "`gonogo rules` lists them".to_owned(), |rule| format!("did you mean `{}`?", rule.name));
    format!("there is no rule `{name}`; {hint}")
}

/// How many letters must be added, dropped or changed.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.chars().take(64).enumerate() {
        let mut corner = row[0];
        row[0] = above + 1;
        for (at, candidate) in other.iter().enumerate() {
            let change = corner + usize::from(letter != *candidate);
            corner = row[at + 1];
            row[at + 1] = change.min(row[at] + 1).min(corner + 1);
        }
    }
    row[other.len()]
}

fn places(paths: &[PathBuf]) -> Result<Vec<Named>, Mistake> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut places = Vec::new();
    for path in paths {
        let shown = path.display();
        match locate(path) {
            Standing::Here(place) => places.push(place),
            Standing::Missing => return Err(Mistake(format!("there is nothing at {shown}"))),
            Standing::Closed(reason) => return Err(Mistake(format!("{shown} cannot be judged: {reason}"))),
        }
    }
    Ok(places)
}

fn judge(place: &Named, several: bool, staged: bool, settings: &Settings) -> Result<Root, Mistake> {
    let shown = place.root.to_string_lossy();
    let disk = Disk::open(&place.root).map_err(|error| Mistake(format!("{shown} cannot be read: {error}")))?;
    let prefix = if several && place.only.is_empty() { format!("{}/", shown.trim_end_matches('/')) } else { String::new() };
    let judged = |tree: &dyn Tree| Root { seat: seat(&place.root), ..Root::judge(tree, &prefix, &place.only, settings) };
    if !staged {
        if let (true, Err(NoRepository::Absent)) = (settings.changed.is_some(), disk.repository()) {
            return Err(Mistake(format!(
                "{shown} is in no git repository, so nobody can tell what changed: leave out --changed"
            )));
        }
        return Ok(judged(&disk));
    }
    let repository = disk.repository().map_err(|reason| Mistake(format!("nothing is staged in {shown}: {reason}")))?;
    let tree =
        Snapshot::staged(repository).map_err(|reason| Mistake(format!("what is staged in {shown} cannot be read: {reason}")))?;
    Ok(judged(&tree))
}

fn write(report: &Report, arguments: &Arguments) -> Result<(), Mistake> {
    for output in &arguments.output {
        let color = output.file.is_none() && arguments.color.is_on();
        let links = output.file.is_none() && arguments.hyperlinks.links(color);
        let style = Style { color, links, coverage: arguments.coverage, quiet: arguments.quiet };
        let text = emit(report, output.format, style);
        match &output.file {
            None => print(&text)?,
            Some(file) => {
                let shown = file.display();
                fs::write(file, text).map_err(|error| Mistake(format!("the report could not be written to {shown}: {error}")))?;
            }
        }
    }
    Ok(())
}
