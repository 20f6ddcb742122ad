//! See rules/environment/drifted-unit.md

use crate::rule::{Context, fits};
use crate::workspace::environments::Group;
use crate::workspace::environments::rows::{Cell, Row};
use crate::workspace::environments::value::{amount, name_words, unit};

/// How many of one unit another one is, of time and of size.
const RATIOS: &[(f64, &str)] = &[
    (1000.0, "seconds for milliseconds, or kilobytes for bytes"),
    (60.0, "minutes for seconds, or hours for minutes"),
    (3600.0, "hours for seconds"),
    (1024.0, "kibibytes for bytes, or the like"),
    (1_048_576.0, "mebibytes for bytes"),
    (1_000_000.0, "megabytes for bytes"),
    (60000.0, "minutes for milliseconds"),
];

pub fn check(group: &Group, cx: &mut Context<'_>) {
    for row in group.rows() {
        let amounts: Vec<Option<f64>> = row.cells().map(|cell| number(cell?, cx)).collect();
        // Most settings are no numbers, and that is asked of them first.
        if amounts.iter().flatten().count() < 2 || is_choice(row.name) {
            continue;
        }
        for (at, here) in amounts.iter().enumerate() {
            let (Some(cell), Some(here)) = (row.own(at), *here) else { continue };
            judge(group, &row, (at, cell, here), &amounts, cx);
        }
    }
}

/// Numbers that are no amounts of anything.
fn is_choice(name: &str) -> bool {
    const CHOICES: &[&str] =
        &["port", "ports", "id", "ids", "version", "tag", "account", "project", "replicas", "number", "limit"];
    name_words(name).last().is_some_and(|last| CHOICES.contains(&last.as_str()))
}

/// Something that is counted in seconds or bytes.
fn is_measured(name: &str) -> bool {
    const MEASURED: &[&str] = &[
        "timeout",
        "ttl",
        "interval",
        "delay",
        "expiry",
        "expires",
        "expiration",
        "duration",
        "lifetime",
        "backoff",
        "wait",
        "seconds",
        "secs",
        "ms",
        "millis",
        "milliseconds",
        "minutes",
        "period",
        "deadline",
        "age",
        "size",
        "bytes",
        "kb",
        "mb",
        "timeoutms",
        "timeoutseconds",
        "keepalive",
        "memory",
        "timeouts",
        "cache",
        "stale",
        "retention",
        "quota",
    ];
    name_words(name).iter().rev().take(4).any(|word| MEASURED.contains(&word.as_str()))
}

/// A value in seconds or bytes; as it is where it has no unit.
fn number(cell: Cell<'_>, cx: &Context<'_>) -> Option<f64> {
    let amount = amount(cell.value(cx.workspace)?)?;
    let factor = if amount.unit.is_empty() { Some(1.0) } else { unit(amount.unit).map(|(factor, _)| factor) };
    factor.map(|factor| factor * amount.number).filter(|number| *number > 0.0)
}

fn judge(group: &Group, row: &Row<'_>, (at, cell, here): (usize, Cell<'_>, f64), amounts: &[Option<f64>], cx: &mut Context<'_>) {
    let others: Vec<(usize, f64)> = amounts
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != at)
        .filter_map(|(other, value)| Some((other, (*value)?)))
        .collect();
    let Some((first, value)) = others.first().copied() else { return };
    // The others agree, so that this one is the odd one out.
    if others.iter().any(|(_, other)| (other - value).abs() > f64::EPSILON * value) {
        return;
    }
    let (large, small) = if here > value { (here, value) } else { (value, here) };
    let Some((ratio, what)) = RATIOS.iter().find(|(ratio, _)| (large / small - ratio).abs() < ratio * 1e-9) else { return };
    // A minute instead of a second may well be meant; a thousand times as much hardly ever is.
    let (is_measured, is_alone) = (is_measured(row.name), others.len() >= 2);
    let is_plain = ![60, 3600].map(f64::from).contains(ratio);
    if (!is_measured || !is_alone) && !(is_plain && (is_alone || is_measured)) {
        return;
    }
    let file = &group.members[at];
    // Of two, one is enough: that of production.
    if !is_alone && !file.is_production() && group.members[first].is_production() {
        return;
    }
    let allowed = cx.list("allowed", file.source);
    if allowed.iter().any(|pattern| fits(pattern, row.name)) {
        return;
    }
    let own = file.title();
    let times = if here > value { "as large" } else { "as small" };
    let elsewhere = if is_alone { "everywhere else".to_owned() } else { format!("in {}", group.members[first].title()) };
    let report = cx
        .report(cell.place(), format!("{} of {own} is exactly {} times {times} as {elsewhere}", row.name, large / small))
        .about(row.name)
        .label(format!("{own} reads this"))
        .in_production(format!(
            "it looks like another unit: {what}; a wait that should end in seconds lasts for an hour, or ends before it began"
        ))
        .help(format!("give {} in the unit of the other environments, and say the unit in its name or its value", row.name));
    let theirs = row.cell(first).map(|cell| cell.place());
    let mut report = report;
    if let Some(place) = theirs {
        report = report.because(place, format!("what {} has", group.members[first].title()));
    }
    if !is_alone {
        report.guessing("there are two environments only, and either of them may have the right number");
    } else if !is_measured {
        report.guessing("its name does not say that it is a time or a size");
    }
}
