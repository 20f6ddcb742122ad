//! See rules/environment/points-at-other-environment.md

use std::collections::HashMap;

use crate::diagnostic::Severity;
use crate::document::entries::leaf;
use crate::rule::{Context, fits};
use crate::workspace::environments::rows::{Cell, Row};
use crate::workspace::environments::value::{Class, host_of, name_words};
use crate::workspace::environments::{Group, Tier, environments_in};

/// What keeps data: to share it between environments is worse than to share a service.
const STATEFUL: &[&str] =
    &["postgres", "mysql", "mariadb", "mongodb", "redis", "amqp", "kafka", "s3", "jdbc", "sqlserver", "elasticsearch"];

/// A setting that names another environment.
struct Stray<'g> {
    name: &'g str,
    cell: Cell<'g>,
    foreign: String,
    /// What the other environment has, and whether it is the same.
    theirs: Option<Cell<'g>>,
    is_same: bool,
    is_sure: bool,
}

pub fn check(group: &Group, cx: &mut Context<'_>) {
    // By member and by the one whose name it has, and only where somebody asks.
    let mut habits = HashMap::new();
    for at in 0..group.members.len() {
        for row in group.rows() {
            if let Some(stray) = row.own(at).and_then(|cell| stray(group, row, at, cell, &mut habits, cx)) {
                report(group.members[at].title(), &stray, cx);
            }
        }
    }
}

fn stray<'g>(
    group: &'g Group,
    row: Row<'g>,
    at: usize,
    cell: Cell<'g>,
    habits: &mut HashMap<(usize, usize), Habit<'g>>,
    cx: &Context<'_>,
) -> Option<Stray<'g>> {
    let file = &group.members[at];
    let (own, value) = (file.environment.as_deref()?, value(cell, cx)?);
    // Most values name no environment at all, and that is asked of them first.
    let mut named = environments_in(place_in(value), &cx.settings.environments);
    let is_of_place = !named.is_empty();
    if !is_of_place && value.contains('@') {
        named = environments_in(name_in(value), &cx.settings.environments);
    }
    let owner_of = |name: &str| group.members.iter().position(|member| member.environment.as_deref() == Some(name));
    // Of several words the one counts that has a file here: `integration` may be a part of what the thing is called.
    let mut others = named.iter().filter(|named| named.name != own && !named.is_aside);
    let (foreign, owner) = others.find_map(|named| Some((named, owner_of(&named.name)?)))?;
    if cx.list("allowed", file.source).iter().any(|pattern| fits(pattern, row.name)) {
        return None;
    }
    // Of a setting that is for no address, only the value tells: in the other files it goes by the environment.
    let is_place = is_of_place && !says_environment(row.name) && !part(row.name, value).is_empty();
    // Others have their own name where this one has a foreign one.
    let follows = |(other, cell): (usize, Cell<'_>)| {
        let text = self::value(cell, cx)?;
        let found = environments_in(told(row.name, text, is_place), &cx.settings.environments);
        let title = group.members[other].environment.as_deref();
        Some(found.iter().any(|named| Some(&*named.name) == title))
    };
    let pattern = row.others(at).filter_map(follows).filter(|follows| *follows).count();
    // One address for all is shared on purpose; so is one for all but the owner of the name.
    let others = row.others(at).filter(|(other, _)| *other != owner).filter_map(|(_, cell)| self::value(cell, cx));
    let others: Vec<&str> = others.collect();
    let is_shared = !others.is_empty() && others.iter().all(|other| *other == value);
    // Data of customers is not for tests, however many share it.
    let is_data = file.is_production() && is_stateful(row.name, value);
    let is_own = named.iter().any(|named| named.name == own);
    let mut is_odd = || habits.entry((at, owner)).or_insert_with(|| Habit::of(group, at, owner, cx)).makes_odd(row.name);
    if is_own || pattern == 0 || (foreign.tier == Tier::Production && !is_stateful(row.name, value)) {
        return None;
    }
    if is_shared && !is_data && !(file.is_production() && is_odd()) {
        return None;
    }
    let theirs = row.cell(owner);
    let other = theirs.and_then(|cell| self::value(cell, cx));
    let is_same = other.is_some_and(|other| told(row.name, other, is_place) == told(row.name, value, is_place));
    // Nobody else borrows this name, and most have their own.
    let is_by_environment = pattern >= 2 && pattern * 2 > row.others(at).count() && !others.contains(&value);
    if !is_place && !(file.is_production() && is_same && (is_by_environment || is_odd())) {
        return None;
    }
    let foreign = foreign.name.to_string();
    Some(Stray { name: row.name, cell, foreign, theirs, is_same, is_sure: is_place && !is_shared && (is_same || pattern >= 2) })
}

/// How two members write names: how often one has its own or none where the other has its own, and how often it has the
/// other's.
#[derive(Default)]
struct Habit<'g> {
    /// By the last part of the setting's name.
    own: HashMap<&'g str, usize>,
    borrowed: usize,
}

impl<'g> Habit<'g> {
    fn of(group: &'g Group, at: usize, owner: usize, cx: &Context<'_>) -> Self {
        let names = |member: usize, cell: Cell<'_>| {
            let found = environments_in(name_in(value(cell, cx)?), &cx.settings.environments);
            let has = |member: usize| {
                let title = group.members[member].environment.as_deref();
                found.iter().any(|named| Some(&*named.name) == title)
            };
            Some((has(member), has(at + owner - member)))
        };
        let mut habit = Self::default();
        for row in group.rows() {
            let Some((has_own, has_other)) = row.own(at).and_then(|cell| names(at, cell)) else { continue };
            habit.borrowed += usize::from(has_other && !has_own);
            let is_theirs = || row.cell(owner).and_then(|cell| names(owner, cell)) == Some((true, false));
            if !has_other && is_theirs() {
                *habit.own.entry(leaf(row.name)).or_default() += 1;
            }
        }
        habit
    }

    /// Whether a setting with the other's name is the only one, among many, that are called the same, too.
    fn makes_odd(&self, name: &str) -> bool {
        const MANY: usize = 3;
        self.borrowed == 1 && self.own.contains_key(leaf(name)) && self.own.values().sum::<usize>() >= MANY
    }
}

fn report(own: &str, stray: &Stray<'_>, cx: &mut Context<'_>) {
    let foreign = &stray.foreign;
    let shared = if stray.cell.file.is_production() { "customers and tests share it" } else { "the two share it" };
    let mut report = cx
        .report(stray.cell.place(), format!("{} of {own} names {foreign}", stray.name))
        .about(stray.name)
        .label(format!("{own} reads this, and it names {foreign}"))
        .in_production(format!("{own} uses what belongs to {foreign}: {shared}, and a change there breaks this here"))
        .help(format!("give {} the value of {own}", stray.name));
    if let Some(theirs) = stray.theirs {
        let same = if stray.is_same { ": the same" } else { "" };
        report = report.because(theirs.place(), format!("what {foreign} has{same}"));
    }
    if !stray.is_sure {
        report.capped(Severity::Medium);
    }
}

/// What a cell says, where nothing fills it in later.
fn value<'v>(cell: Cell<'v>, cx: &Context<'v>) -> Option<&'v str> {
    cell.value(cx.workspace).filter(|text| text.len() < 512 && !text.contains('$')).and_then(address_in)
}

/// A value of one word, or the address among several: `The Shop <orders@staging.shop.test>`.
fn address_in(text: &str) -> Option<&str> {
    if !text.contains(' ') {
        return Some(text);
    }
    text.split([' ', '<', '>', ',', ';']).find(|word| word.contains("://") || (word.contains('@') && word.contains('.')))
}

/// The part of a value that may say where something is: its host without the last label, or all of a name.
fn place_in(value: &str) -> &str {
    if let Some(host) = host_of(value) {
        return host.rsplit_once('.').map_or(host, |(before, _)| before);
    }
    let is_name = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'/'));
    if is_name { value } else { "" }
}

/// All of a name of anything; of an address of mail what stands before its host.
fn name_in(value: &str) -> &str {
    match value.split_once('@') {
        Some((before, _)) if !value.contains([':', '/', ' ']) => before,
        _ => place_in(value),
    }
}

/// The same, where a name is known to be one by that of its setting.
fn part<'v>(name: &str, value: &'v str) -> &'v str {
    if host_of(value).is_some() || Class::of(name, &[]) == Class::Identity { place_in(value) } else { "" }
}

fn told<'v>(name: &str, value: &'v str, is_place: bool) -> &'v str {
    if is_place { part(name, value) } else { name_in(value) }
}

/// Settings that name the environment itself: of a service, a branch or an image, which often share one.
fn says_environment(name: &str) -> bool {
    name_words(name).last().is_some_and(|last| {
        matches!(last.as_str(), "env" | "environment" | "profile" | "profiles" | "active" | "stage" | "tag" | "branch")
    })
}

fn is_stateful(name: &str, value: &str) -> bool {
    let words = name_words(name);
    STATEFUL.iter().any(|word| value.starts_with(word) || words.iter().any(|other| other == word))
        || words.iter().any(|word| matches!(word.as_str(), "database" | "db" | "bucket" | "queue"))
}
