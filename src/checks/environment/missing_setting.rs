//! See rules/environment/missing-setting.md

use super::insert;
use crate::diagnostic::{Place, Severity};
use crate::document::consumer::Need;
use crate::document::secret::is_secret_setting;
use crate::rule::{Context, fits};
use crate::workspace::Workspace;
use crate::workspace::consumers::{Reader, ReaderKind};
use crate::workspace::environments::value::truth;
use crate::workspace::environments::{Gap, Group, SettingsFile};

/// From this many on, missing settings of one file are one finding.
const FOLD: usize = 5;

/// At least so many of all cells are filled, in percent, if all others are for laptops and tests.
const ALIKE_PERCENT: usize = 60;

pub fn check(group: &Group, cx: &mut Context<'_>) {
    if group.gaps.is_empty() {
        return;
    }
    let home = cx.workspace.consumers.home(cx.workspace, &group.members);
    for gaps in group.gaps.chunk_by(|one, other| one.member == other.member) {
        let file = &group.members[gaps[0].member];
        let optional = cx.list("optional", file.source);
        let is_optional = |name: &str| super::is_for_tests(name) || optional.iter().any(|pattern| fits(pattern, name));
        // What is switched off needs nothing.
        let off = super::switched_off(&group.layers(file, false), cx.workspace);
        let is_needed = |name: &str| !is_optional(name) && !super::is_off(&off, name);
        let missing = gaps.iter().filter(|gap| is_needed(&gap.name)).filter_map(|gap| Missing::of(group, gap, &home, cx));
        // What stops the start does not hide in what may go well.
        let mut by_weight: [Vec<Missing>; 3] = Default::default();
        missing.for_each(|missing| by_weight[missing.weight as usize].push(missing));
        for missing in by_weight.iter().rev() {
            let together = if missing.len() >= FOLD { missing.len() } else { 1 };
            for missing in missing.chunks(together) {
                report(group, file, missing, cx);
            }
        }
    }
}

/// A setting that all others have, and where one of them has it.
struct Missing {
    name: String,
    neighbour: Place,
    /// Who reads it.
    reader: Option<Reader>,
    weight: Weight,
}

/// How sure it is that it must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// All that is known to read it has a default.
    Defaulted,
    /// Something reads it, and does not say what happens without it.
    Read,
    /// Nearly every file has every setting, or something fails without it.
    Needed,
}

impl Missing {
    fn of(group: &Group, gap: &Gap, home: &str, cx: &Context<'_>) -> Option<Self> {
        let workspace = cx.workspace;
        let readers = workspace.consumers.of_name(workspace, home, &gap.name);
        let reader = readers.first().copied();
        let need = reader.map(|reader| reader.need);
        // What does not even render or plan is another rule's.
        let is_input = |reader: Reader| matches!(reader.kind, ReaderKind::Template | ReaderKind::Variable);
        if need == Some(Need::Must) && reader.is_some_and(is_input) {
            return None;
        }
        let weight = match need {
            Some(Need::Optional) if group.is_complete => Weight::Defaulted,
            _ if group.is_complete => Weight::Needed,
            Some(_) if !should_be_there(group, gap) || workspace.consumers.may_be_supplied(&gap.name) => return None,
            Some(Need::Must) => Weight::Needed,
            Some(Need::Plain) => Weight::Read,
            _ => return None,
        };
        Some(Self { name: gap.name.to_string(), neighbour: gap.neighbour, reader, weight })
    }

    fn is_needed(&self) -> bool {
        self.reader.is_some_and(|reader| reader.need != Need::Optional)
    }
}

/// Whether the others that have it say anything of the one that lacks it, where a missing setting may mean "inherit": a
/// secret comes from its store, and what laptops and tests are given in files comes from the platform elsewhere.
fn should_be_there(group: &Group, gap: &Gap) -> bool {
    let is_deployed = |file: &SettingsFile| !matches!(file.environment.as_deref(), Some("development" | "test" | "local"));
    let mut others = group.members.iter().enumerate().filter(|(at, _)| *at != gap.member);
    !is_secret_setting(&gap.name) && (others.any(|(_, file)| is_deployed(file)) || group.parity >= ALIKE_PERCENT)
}

fn report(group: &Group, file: &SettingsFile, missing: &[Missing], cx: &mut Context<'_>) {
    let [first, more @ ..] = missing else { return };
    let Missing { name, neighbour, weight, .. } = first;
    let workspace = cx.workspace;
    let (environment, others) = (file.title(), others(group, file));
    let (subject, it) = match more.len() {
        0 => (format!("{name} is"), "it"),
        more => (format!("{name} and {more} more settings are"), "them"),
    };
    let holder =
        group.members.iter().find(|other| other.source == neighbour.source).map_or("another environment", SettingsFile::title);
    let names: Vec<(&str, Place)> = missing.iter().map(|missing| (missing.name.as_str(), missing.neighbour)).collect();
    let evidence = missing.iter().find(|missing| missing.is_needed()).or(Some(first)).and_then(|missing| missing.reader);
    let report = cx
        .report(workspace.start_of(file), format!("{subject} missing in {environment}, though {others} {it}"))
        .about(name.as_str())
        .label(format!("{environment} reads this file"))
        .because(*neighbour, format!("set here for {holder}"))
        .in_production(consequence(*weight, evidence))
        .folding(more.len())
        .help(insert::beside(workspace, group, file, &names));
    let report = match evidence {
        Some(reader) => report.because(reader.place, reader.told()),
        None => report,
    };
    let report = report.assuming(if group.is_complete {
        let Group { members, keys, parity, .. } = group;
        let count = members.len();
        format!(
            "these {count} files know {keys} settings, and {parity} % of the places for them are filled: a gap is an oversight"
        )
    } else {
        "nothing else hands it over: no pipeline, image or manifest here mentions it".to_owned()
    });
    if *weight != Weight::Needed {
        report.capped(Severity::Medium);
    } else if group.members.len() == 2 && evidence.is_none() {
        report
            .capped(Severity::Low)
            .assuming("a note only: what is new is often tried in one environment first, and only these two are there to tell");
    } else if evidence.is_none() && missing.iter().all(|missing| is_switch(group, missing, workspace)) {
        report.guessing("a switch that is not there is mostly off, and nothing here shows who reads it");
    }
}

/// Whether all that have it say yes or no.
fn is_switch(group: &Group, missing: &Missing, workspace: &Workspace) -> bool {
    let own = |file: &SettingsFile| {
        let entry = file.find(&missing.name)?;
        Some(truth(entry.text(&workspace.document(file.source).source)).is_some())
    };
    group.members.iter().filter_map(own).all(|is_truth| is_truth)
}

fn consequence(weight: Weight, reader: Option<Reader>) -> &'static str {
    match (weight, reader.filter(|reader| reader.need == Need::Must).map(|reader| reader.kind)) {
        (Weight::Defaulted, _) => "the service runs with the default of its code, which no other environment has tried",
        (_, Some(ReaderKind::Program | ReaderKind::Placeholder)) => {
            "the service fails where it reads it: at its start, or when the first customer gets there"
        }
        (_, Some(ReaderKind::Compose)) => "`docker compose up` stops and says that it is missing: nothing is started",
        (_, Some(ReaderKind::Pod)) => "new pods stay in CreateContainerConfigError, and the rollout stands still",
        _ => "the service starts without it: it crashes, or runs with a default that nobody has tried",
    }
}

/// Who does set it.
fn others(group: &Group, file: &SettingsFile) -> String {
    let others: Vec<&str> = group.members.iter().filter(|other| other.source != file.source).map(SettingsFile::title).collect();
    match others.as_slice() {
        [one] => format!("{one} sets"),
        [one, two] => format!("{one} and {two} set"),
        _ => "every other environment sets".to_owned(),
    }
}
