//! `gonogo baseline`: takes the findings of an old repository as known, so that only new ones stop a release.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Exit, Mistake, check, print};
use crate::report::baseline::{Baseline, Compared, LARGEST, holdable};
use crate::report::{Report, Root, Verdict};
use crate::settings::{BASELINE, Settings};
use crate::tree::{Disk, Named, Tree, Unreadable};
use crate::untrusted::Untrusted;

#[derive(clap::Args, Debug)]
#[group(id = "baseline-of")]
pub struct Arguments {
    #[command(flatten)]
    check: check::Arguments,
    /// Only drop what is fixed; add nothing
    #[arg(long, conflicts_with = "no_grow")]
    prune: bool,
    /// Drop what is fixed; where something would have to be added, write nothing and exit with 1
    #[arg(long)]
    no_grow: bool,
}

/// The flags of reports are not offered here.
pub fn hidden(argument: clap::Arg) -> clap::Arg {
    let is_of_reports = check::OF_REPORTS.contains(&argument.get_id().as_str());
    if is_of_reports { argument.hide(true) } else { argument }
}

pub fn run(arguments: &Arguments) -> Result<Exit, Mistake> {
    if arguments.check.steers_reports() {
        return Err(Mistake::new(
            "`gonogo baseline` takes in all there is and writes no report; such flags are for `gonogo check`",
        ));
    }
    let (places, report) = check::judged(&arguments.check, present)?;
    if let Some(file) = places.iter().map(|place| &place.only).find(|only| !only.is_empty()) {
        return Err(Mistake(format!("a baseline is of a whole folder, and {file} is a file")));
    }
    if report.verdict == Verdict::NoVerdict && report.coverage.inputs == 0 {
        return Err(Mistake::new("nothing here is a migration, a manifest or an environment file that gonogo knows"));
    }
    let mut out = String::new();
    let mut may_grow = true;
    for (place, root) in places.iter().zip(&report.roots) {
        may_grow &= renew(place, root, arguments, &mut out)?;
    }
    not_held(&report, &mut out);
    if !arguments.check.is_quiet() || !may_grow {
        print(&out)?;
    }
    Ok(if may_grow { Exit::Go } else { Exit::NoGo })
}

/// The baseline that a check compares with: the one that was asked for, or the one that is there under its usual name.
pub fn named(
    disk: &Disk,
    tree: &dyn Tree,
    arguments: &check::Arguments,
    settings: &Settings,
) -> Result<Option<Baseline>, Mistake> {
    if settings.no_baseline {
        return Ok(None);
    }
    let file = place(disk, arguments, settings)?;
    let found = read(tree, &file)?;
    let is_named = arguments.baseline.is_some() || settings.baseline.is_some();
    if found.is_none() && is_named {
        return Err(Mistake(format!("there is no baseline at {file}; `gonogo baseline` with the same settings writes it")));
    }
    let Some((found, _)) = found else { return Ok(None) };
    if !arguments.frozen_baseline {
        return Ok(Some(found));
    }
    // Where the base has none, this is the first, and not one that grew.
    let before = Baseline::of_base(tree, &file, settings);
    let before = before.map_err(|reason| Mistake(format!("nobody can tell whether {file} grew: {reason}")))?;
    Ok(Some(before.unwrap_or(found)))
}

/// The baseline that is there, or an empty one.
fn present(disk: &Disk, tree: &dyn Tree, arguments: &check::Arguments, settings: &Settings) -> Result<Option<Baseline>, Mistake> {
    let file = place(disk, arguments, settings)?;
    Ok(Some(read(tree, &file)?.map_or_else(|| Baseline::new(&file), |(baseline, _)| baseline)))
}

/// Where the baseline of a root stands below it.
fn place(tree: &Disk, arguments: &check::Arguments, settings: &Settings) -> Result<String, Mistake> {
    let (shown, place) = match (&arguments.baseline, &settings.baseline) {
        (Some(file), _) => (file.display().to_string(), tree.below(file)),
        (None, Some(file)) => (file.clone(), tree.own(file)),
        (None, None) => (BASELINE.to_owned(), tree.own(BASELINE)),
    };
    place.map_err(|reason| match reason {
        Unreadable::LeavesRoot => {
            Mistake(format!("{shown} lies outside the folder that is judged, and a baseline is a part of that"))
        }
        Unreadable::Vanished => Mistake(format!("the folder of {shown} is not there")),
        reason => Mistake(format!("{shown} cannot be a baseline: {reason}")),
    })
}

/// The baseline with its bytes; none where no file is.
fn read(tree: &dyn Tree, file: &str) -> Result<Option<(Baseline, Vec<u8>)>, Mistake> {
    let broken = |reason: String| {
        let way = "delete it and let `gonogo baseline` write it again, or judge with --no-baseline";
        Mistake(format!("{file} cannot be read as a baseline: {reason}; {way}"))
    };
    let bytes = match tree.read(file, LARGEST) {
        Err(Unreadable::Vanished) => return Ok(None),
        Err(Unreadable::TooLarge { limit }) => return Err(broken(format!("it is larger than {} MiB", limit >> 20))),
        bytes => bytes.map_err(|reason| broken(reason.to_string()))?,
    };
    let baseline = Baseline::read(file, &bytes).map_err(broken)?;
    Ok(Some((baseline, bytes)))
}

/// Writes the baseline of a root. `false` where it would have to grow and must not.
fn renew(place: &Named, root: &Root, arguments: &Arguments, out: &mut String) -> Result<bool, Mistake> {
    let Some(compared) = &root.baseline else { return Ok(true) };
    let Compared { file, before, fixed, .. } = compared;
    let shown = Untrusted(&format!("{}{file}", root.prefix)).to_string();
    let (renewed, pruned) = (compared.renewed(root), compared.pruned());
    if arguments.no_grow && renewed.beyond(&pruned).next().is_some() {
        refuse(&shown, &renewed, &pruned, out);
        return Ok(false);
    }
    let after = if arguments.prune || arguments.no_grow { pruned.clone() } else { renewed };
    let tree = Disk::open(&place.root).map_err(|error| Mistake(format!("{} cannot be read: {error}", place.root.display())))?;
    let found = read(&tree, file)?;
    let is_same = found.as_ref().map_or(before.is_empty(), |(found, _)| found == before);
    let bytes = found.as_ref().map(|(_, bytes)| bytes.as_slice());
    let text = after.write();
    let unwritten = |reason: String| Mistake(format!("{shown} could not be written: {reason}"));
    if !is_same {
        return Err(unwritten("somebody changed it meanwhile; try again".to_owned()));
    }
    if bytes.is_none() && after.is_empty() {
        let _ = writeln!(out, "{shown}: not written, because there is nothing for it to hold");
        return Ok(true);
    }
    if bytes != Some(text.as_bytes()) {
        tree.replace(file, bytes, text.as_bytes()).map_err(|reason| unwritten(reason.to_string()))?;
    }
    let added: Vec<&str> = after.beyond(&pruned).map(|(entry, _)| entry.rule.as_str()).collect();
    // What somebody allowed since needs no entry any more.
    let dropped = fixed.len() + pruned.beyond(&after).count();
    let held = after.len();
    let plural = if held == 1 { "" } else { "s" };
    let _ = writeln!(out, "{shown}: {held} known finding{plural} ({} added, {dropped} dropped)", added.len());
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in added {
        *by_rule.entry(rule).or_default() += 1;
    }
    for (rule, count) in by_rule {
        let _ = writeln!(out, "  added: {count} {}", Untrusted(rule));
    }
    Ok(true)
}

/// How many findings are listed one by one.
const LISTED: usize = 20;

fn refuse(shown: &str, renewed: &Baseline, pruned: &Baseline, out: &mut String) {
    let count = renewed.beyond(pruned).count();
    let (plural, them) = if count == 1 { ("finding is", "it") } else { ("findings are", "them") };
    let _ = writeln!(out, "{shown}: not written, because {count} {plural} new, and --no-grow does not add {them}");
    for (entry, hint) in renewed.beyond(pruned).take(LISTED) {
        let _ = writeln!(out, "  {}: {}: {}", Untrusted(&entry.path), entry.rule, Untrusted(hint));
    }
    if count > LISTED {
        let _ = writeln!(out, "  and {} more", count - LISTED);
    }
}

/// What no baseline holds, so that nobody takes it for settled.
fn not_held(report: &Report, out: &mut String) {
    let unreadable = report.counted().filter(|(root, finding)| holdable(&root.workspace, finding).is_none());
    for (root, finding) in unreadable {
        let location = root.location(finding.diagnostic.primary.place);
        let what = format!("{}:{}: {}", location.path, location.line, finding.diagnostic.message);
        let _ = writeln!(out, "still counts, because it cannot be read: {}", Untrusted(&what));
    }
    for (root, note) in report.not_judged() {
        let what = format!("{}{}: {}", root.prefix, note.path, note.message);
        let _ = writeln!(out, "still not judged: {}", Untrusted(&what));
    }
}
