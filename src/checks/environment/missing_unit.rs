//! See rules/environment/missing-unit.md

use crate::rule::Context;
use crate::workspace::environments::Group;
use crate::workspace::environments::rows::{Cell, Row};
use crate::workspace::environments::value::{amount, name_words, unit};

pub fn check(group: &Group, cx: &mut Context<'_>) {
    for row in group.rows() {
        for (at, member) in group.members.iter().enumerate() {
            let Some(cell) = row.own(at) else { continue };
            if let Some(number) = bare(cell, cx)
                && let Some((other, theirs, what)) = measured(&row, at, number, cx)
            {
                let own = member.title();
                cx.report(
                    cell.place(),
                    format!("{} of {own} has no unit, though {} gives one", row.name, group.members[other].title()),
                )
                .about(row.name)
                .label("a number alone")
                .because(theirs.place(), "a number with its unit")
                .in_production(what.consequence())
                .help(format!("write the unit of {} here, too", row.name));
            }
        }
    }
}

/// A number alone, and none that means "off" or "for ever".
fn bare(cell: Cell<'_>, cx: &Context<'_>) -> Option<f64> {
    amount(cell.value(cx.workspace)?).filter(|amount| amount.unit.is_empty() && amount.number > 0.0).map(|amount| amount.number)
}

/// What the units of a setting are of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    Time,
    Bytes,
    /// Thousandths of a processor, of which whole ones need no unit.
    Processors,
}

impl Measure {
    fn consequence(self) -> &'static str {
        match self {
            Self::Time => "the reader takes a unit of its own choice, often milliseconds, or refuses the value at the start",
            Self::Bytes => "the reader takes a unit of its own choice, often bytes, or refuses the value at the start",
            Self::Processors => {
                "a number alone counts whole processors: pods that request so many fit on no node and stay Pending, and a limit of so many is none"
            }
        }
    }
}

/// No machine has so many processors.
const MANY_PROCESSORS: f64 = 256.0;

/// Nor does one need so many, where a two hundredth of it is enough for all others.
const SEVERAL_PROCESSORS: f64 = 10.0;
const FAR_MORE: f64 = 200.0;

/// Nothing runs in fewer bytes.
const FEW_BYTES: f64 = 1_048_576.0;

/// One of the others, if all of them have a unit. A quantity of Kubernetes may do without one where that makes sense.
fn measured<'g>(row: &Row<'g>, at: usize, number: f64, cx: &Context<'_>) -> Option<(usize, Cell<'g>, Measure)> {
    let others: Vec<(usize, Cell<'g>)> = row.others(at).collect();
    let value = |cell: &Cell<'g>| cell.value(cx.workspace);
    let mut measures = others.iter().map(|(_, cell)| measure(row.name, value(cell)?));
    let first = measures.next().flatten()?;
    if !measures.all(|measure| measure == Some(first)) {
        return None;
    }
    let words = name_words(row.name);
    let is_quantity =
        words.iter().any(|word| matches!(word.as_str(), "memory" | "storage" | "resources" | "limits" | "requests"));
    let thousandths = others.iter().filter_map(|(_, cell)| Some(amount(value(cell)?)?.number)).fold(0.0, f64::max);
    let makes_sense = match first {
        Measure::Time => false,
        Measure::Bytes => is_quantity && number >= FEW_BYTES,
        Measure::Processors if number < SEVERAL_PROCESSORS => true,
        Measure::Processors => number < MANY_PROCESSORS && number * 1000.0 < thousandths * FAR_MORE,
    };
    others.into_iter().next().filter(|_| !makes_sense).map(|(other, cell)| (other, cell, first))
}

fn measure(name: &str, value: &str) -> Option<Measure> {
    let found = amount(value)?;
    let (_, is_time) = unit(found.unit)?;
    let is_thousandth = found.unit == "m" && name_words(name).iter().any(|word| word.ends_with("cpu"));
    Some(match is_time {
        _ if is_thousandth => Measure::Processors,
        true => Measure::Time,
        false => Measure::Bytes,
    })
}
