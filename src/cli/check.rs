//! `gonogo check`: the eight steps of a run.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{ValueEnum, ValueHint};

use super::{Exit, Mistake, When, baseline, ci, config, print, stdin, timings};
use crate::diagnostic::Severity;
use crate::emit::{Format, Style, emit};
use crate::lint::Outcome;
use crate::report::baseline::Baseline;
use crate::report::{Report, Root, Verdict};
use crate::rule::Rule;
use crate::settings::{Reach, STACK_SIZE, Settings};
use crate::timings::timed;
use crate::tree::git::{NoRepository, Snapshot};
use crate::tree::{Disk, Memory, Named, Overlay, Standing, Tree, locate, seat};
use crate::workspace::Workspace;
use crate::workspace::discover::discover;

#[derive(clap::Args, Debug)]
#[group(id = "check")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that somebody types")]
pub struct Arguments {
    /// Folders to judge, or files to report on alone (their folder is read all the same); `-` is standard input [default: .]
    #[arg(value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// The file that `-` stands for: below the current folder, on disk or not
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    stdin_name: Option<PathBuf>,
    #[command(flatten)]
    config: config::Choice,
    /// Findings of this severity or worse mean NO-GO [default: high]
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Level>,
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
    /// The file of known findings; they count no more [default: what gonogo.toml says, else gonogo-baseline.json of the folder]
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    pub(super) baseline: Option<PathBuf>,
    /// Known is only what the baseline of the base holds: what a change adds to it counts
    #[arg(long, conflicts_with = "no_baseline")]
    pub(super) frozen_baseline: bool,
    /// Let known findings count, too
    #[arg(long)]
    no_baseline: bool,
    /// Show known findings, too
    #[arg(long)]
    show_known: bool,
    /// Print nothing but the verdict, unless it is not GO
    #[arg(long, short)]
    quiet: bool,
    /// Colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: When,
    /// Make file names in the text report links to the files
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    hyperlinks: When,
    /// Read files up to this size; larger ones are not judged, and said so [default: 10]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=4095))]
    max_file_size: Option<u64>,
    /// How many threads [default: one a processor]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Tell how long each step took, and the slowest files and rules, on standard error
    #[arg(long)]
    timings: bool,
    /// A setting that `gonogo trace` asks about.
    #[arg(skip)]
    pub asked: Option<String>,
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
    arguments.check_outputs()?;
    pool(arguments.threads)?.install(|| told(arguments, started))
}

/// Judges, and tells what came of it.
fn told(arguments: &Arguments, started: Instant) -> Result<Exit, Mistake> {
    let (_, mut report) = roots(arguments, Wanted::Verdict(baseline::named))?;
    report.elapsed = Some(started.elapsed());
    let (written, took) = timed(arguments.timings, || arguments.write(|format, style| emit(&report, format, style)));
    written?;
    if arguments.timings {
        timings::tell(&report, took, started.elapsed());
    }
    let exit = match report.verdict {
        Verdict::NoGo if !arguments.exit_zero => Exit::NoGo,
        // A NO-GO must not hide that something else was not judged.
        Verdict::NoGo if report.not_judged().next().is_some() => Exit::NoVerdict,
        Verdict::NoGo | Verdict::Go => Exit::Go,
        Verdict::NoVerdict => Exit::NoVerdict,
    };
    // The program ends here: to give back a million small pieces one by one would only take time.
    std::mem::forget(report);
    Ok(exit)
}

/// Finds out what is known of a root, whose bytes come from a tree, before it is judged.
type Known = fn(&Disk, &dyn Tree, &Arguments, &Settings) -> Result<Option<Baseline>, Mistake>;

/// What is wanted of a root.
#[derive(Clone, Copy)]
enum Wanted {
    /// Findings and a verdict.
    Verdict(Known),
    /// Its facts alone: no check runs.
    Facts,
}

/// Everything up to the verdict, with the places that were judged, one for each root.
pub fn judged(arguments: &Arguments, known: Known) -> Result<(Vec<Named>, Report), Mistake> {
    pool(arguments.threads)?.install(|| roots(arguments, Wanted::Verdict(known)))
}

/// Reads what a command asks facts of, with the places, one for each root.
pub fn facts(arguments: &Arguments) -> Result<(Vec<Named>, Report), Mistake> {
    pool(arguments.threads)?.install(|| roots(arguments, Wanted::Facts))
}

fn roots(arguments: &Arguments, wanted: Wanted) -> Result<(Vec<Named>, Report), Mistake> {
    check_rules(arguments)?;
    let mut settings = Settings::default();
    apply(arguments, &mut settings);
    // What comes in on standard input stands for a file of the current folder, so that one's limit counts.
    if arguments.paths.iter().any(|path| path.as_os_str() == "-") {
        let here = arguments.config.load(Path::new("."), None)?;
        settings.max_file_size = here.settings(|settings| apply(arguments, settings)).max_file_size;
    }
    let (places, typed) = match stdin::read(&arguments.paths, arguments.stdin_name.as_deref(), settings.max_file_size)? {
        Some((place, text)) => (vec![place], Some(text)),
        None => (places(&arguments.paths)?, None),
    };
    let several = places.len() > 1;
    let roots = places.iter().map(|place| judge(place, several, typed.as_ref(), arguments, wanted));
    let report = Report::new(roots.collect::<Result<_, _>>()?, &settings);
    Ok((places, report))
}

/// Threads to work with, as many as there are processors unless somebody says.
fn pool(threads: Option<usize>) -> Result<rayon::ThreadPool, Mistake> {
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_SIZE).num_threads(threads.unwrap_or(0));
    pool.start_handler(|_| make_room()).build().map_err(|error| Mistake(format!("no threads to work with: {error}")))
}

/// The heap of a thread grows by a few kilobytes at a time, and glibc asks the system for each of them: thousands of
/// times in a run, while all threads wait. So a thread takes some room at once and gives it back. None of it is touched.
fn make_room() {
    /// Who has given back a block of this size gets smaller ones from the heap, which then keeps what it has had.
    const LARGEST: usize = (32 << 20) - (64 << 10);
    const ROOM: usize = 24 << 20;
    for size in [LARGEST, ROOM] {
        drop(std::hint::black_box(Vec::<u8>::with_capacity(size)));
    }
}

/// Flags that only steer reports, or narrow them to a part of what there is.
pub const OF_REPORTS: &[&str] = &[
    "changed",
    "color",
    "coverage",
    "exit_zero",
    "fail_on",
    "frozen_baseline",
    "hyperlinks",
    "min_severity",
    "no_baseline",
    "output",
    "quiet",
    "show_known",
    "staged",
    "whole_files",
];

impl Arguments {
    /// Whether one of them was given, as far as one can tell.
    pub fn steers_reports(&self) -> bool {
        let is_plain = matches!(self.output.as_slice(), [Output { format: Format::Text, file: None }]);
        let is_default = self.fail_on.is_none()
            && self.min_severity == Level::Low
            && self.color == When::Auto
            && self.hyperlinks == When::Auto;
        let is_narrow = self.changed || self.staged || self.whole_files || self.frozen_baseline;
        !is_plain || !is_default || is_narrow || self.exit_zero || self.coverage || self.no_baseline || self.show_known
    }

    /// Whether a flag was given that says something about findings, as far as one can tell.
    pub fn steers_findings(&self) -> bool {
        let is_default = self.fail_on.is_none() && self.min_severity == Level::Low && self.baseline.is_none();
        let is_narrow = self.changed || self.whole_files || self.frozen_baseline;
        let names_rules = !self.select.is_empty() || !self.ignore.is_empty();
        !is_default || is_narrow || names_rules || self.exit_zero || self.coverage || self.no_baseline || self.show_known
    }

    /// Whether nothing should be said that need not be.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// The formats that were asked for.
    pub fn formats(&self) -> impl Iterator<Item = Format> {
        self.output.iter().map(|output| output.format)
    }

    /// Writes a report in all formats that were asked for, to where it was.
    pub fn write(&self, emit: impl Fn(Format, Style) -> String) -> Result<(), Mistake> {
        for output in &self.output {
            let color = output.file.is_none() && self.color.is_on();
            let links = output.file.is_none() && self.hyperlinks.links(color);
            let style = Style { color, links, coverage: self.coverage, known: self.show_known, quiet: self.quiet };
            let text = emit(output.format, style);
            match &output.file {
                None => print(&text)?,
                Some(file) => {
                    let shown = file.display();
                    fs::write(file, text)
                        .map_err(|error| Mistake(format!("the report could not be written to {shown}: {error}")))?;
                }
            }
        }
        Ok(())
    }

    /// Only one report can go to standard output.
    pub fn check_outputs(&self) -> Result<(), Mistake> {
        if self.output.iter().filter(|output| output.file.is_none()).count() > 1 {
            return Err(Mistake::new(
                "only one report can go to standard output; give the others a file: --output json=report.json",
            ));
        }
        Ok(())
    }
}

fn check_rules(arguments: &Arguments) -> Result<(), Mistake> {
    match arguments.select.iter().chain(&arguments.ignore).find(|name| Rule::find(name).is_none()) {
        Some(name) => Err(Mistake(Rule::unknown(name))),
        None => Ok(()),
    }
}

/// What was typed beats what is configured.
fn apply(arguments: &Arguments, settings: &mut Settings) {
    settings.select.clone_from(&arguments.select);
    settings.ignore.clone_from(&arguments.ignore);
    settings.fail_on = arguments.fail_on.map_or(settings.fail_on, Severity::from);
    settings.min_severity = arguments.min_severity.into();
    settings.allow_empty = arguments.allow_empty;
    settings.max_file_size = arguments.max_file_size.map_or(settings.max_file_size, |mib| mib << 20);
    settings.threads = arguments.threads;
    settings.base = arguments.base.clone().or(settings.base.take());
    settings.all = arguments.all;
    settings.changed = arguments.changed.then_some(if arguments.whole_files { Reach::Files } else { Reach::Lines });
    settings.ci = ci::read(|name| std::env::var(name).ok());
    settings.no_baseline = arguments.no_baseline;
    (settings.timings, settings.asked) = (arguments.timings, arguments.asked.clone());
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

/// With what was typed in place of a file, where it was.
fn judge(place: &Named, several: bool, typed: Option<&Memory>, arguments: &Arguments, wanted: Wanted) -> Result<Root, Mistake> {
    let shown = place.root.to_string_lossy();
    let disk = Disk::open(&place.root).map_err(|error| Mistake(format!("{shown} cannot be read: {error}")))?;
    let prefix = if several && place.only.is_empty() { format!("{}/", shown.trim_end_matches('/')) } else { String::new() };
    let on = |tree: &dyn Tree, mut config: config::Chosen<'_>| {
        let overlay = typed.map(|typed| Overlay::new(tree, typed, []));
        let whole = overlay.as_ref().map_or(tree, |overlay| overlay);
        let settings = |config: &config::Chosen<'_>| config.settings(|settings| apply(arguments, settings));
        let (found, took) = timed(arguments.timings, || discover(whole, &place.only, &settings(&config)));
        config.nest(&found)?;
        let settings = settings(&config);
        let read = || Workspace::of(whole, found, took, &place.only, &settings);
        let root = match wanted {
            Wanted::Facts => Root::new(read(), Outcome::default(), &prefix, &place.only),
            Wanted::Verdict(known) => {
                let baseline = known(&disk, tree, arguments, &settings)?;
                Root::of(read(), &prefix, &place.only, &settings, baseline.as_ref())
            }
        };
        Ok(Root { seat: seat(&place.root), ..root })
    };
    if !arguments.staged {
        if arguments.changed
            && let Err(NoRepository::Absent) = disk.repository()
        {
            return Err(Mistake(format!(
                "{shown} is in no git repository, so nobody can tell what changed: leave out --changed"
            )));
        }
        return on(&disk, arguments.config.load(&place.root, None)?);
    }
    let repository = disk.repository().map_err(|reason| Mistake(format!("nothing is staged in {shown}: {reason}")))?;
    let tree =
        Snapshot::staged(repository).map_err(|reason| Mistake(format!("what is staged in {shown} cannot be read: {reason}")))?;
    on(&tree, arguments.config.load(&place.root, Some(&tree))?)
}
