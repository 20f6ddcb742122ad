//! When a `CronJob` runs.

use super::Invalid;
use crate::document::Known;
use crate::workspace::field::Field;
use crate::workspace::topology::object::Object;

/// Kubernetes puts eleven more signs to the name of each Job, whose names may have 63.
const LONGEST_NAME: usize = 52;

pub(super) fn check(object: &Object, root: Field<'_>, found: &mut Vec<Invalid>) {
    let name = root.path("metadata.name");
    if matches!(name.text(), Known::Is(text) if text.len() > LONGEST_NAME) {
        let why = format!("the name of a CronJob has at most {LONGEST_NAME} signs, and this one has {}", object.name.len());
        found.push(Invalid::at(name, why, "Kubernetes makes the names of the Jobs from it: shorten it"));
    }
    let schedule = root.path("spec.schedule");
    let Known::Is(text) = schedule.text() else { return };
    let text = text.trim();
    if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
        let zone = text.split_once(['=']).and_then(|(_, rest)| rest.split_whitespace().next()).unwrap_or("Etc/UTC");
        found.push(Invalid::at(schedule, "a schedule names no time zone", format!("timeZone: {zone}")));
    } else if let Some(why) = wrong(text) {
        found.push(Invalid::at(
            schedule,
            why,
            "five fields: minute, hour, day of the month, month, day of the week:\nschedule: \"0 3 * * *\"",
        ));
    }
}

const FIELDS: [(&str, u32, u32, &[&str]); 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day of the month", 1, 31, &[]),
    ("month", 1, 12, &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
    ("day of the week", 0, 6, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];

/// Why Kubernetes does not take a schedule.
fn wrong(schedule: &str) -> Option<String> {
    if let Some(word) = schedule.strip_prefix('@') {
        let known = ["yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly"];
        return (!known.contains(&word) && !word.starts_with("every ")).then(|| format!("there is no schedule @{word}"));
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some(format!("a schedule has 5 fields, and this one has {}", fields.len()));
    }
    let pairs = fields.into_iter().zip(FIELDS);
    pairs.into_iter().find_map(|(text, field)| {
        let fits = text.split(',').all(|part| fits(part, &field));
        (!fits).then(|| format!("\"{text}\" is no {}", field.0))
    })
}

/// `*`, `?`, `5`, `1-5`, `*/15`, `10-30/5` or a name.
fn fits(part: &str, (_, low, high, names): &(&str, u32, u32, &[&str])) -> bool {
    let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
    let number = |text: &str| {
        let lower = text.to_ascii_lowercase();
        let by_name = names.iter().position(|name| *name == lower).and_then(|at| u32::try_from(at).ok()).map(|at| at + low);
        by_name.or_else(|| text.parse().ok()).filter(|number| (low..=high).contains(&number))
    };
    let range_fits = matches!(range, "*" | "?")
        || match range.split_once('-') {
            Some((from, to)) => matches!((number(from), number(to)), (Some(from), Some(to)) if from <= to),
            None => number(range).is_some(),
        };
    range_fits && step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0))
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn schedules_are_read_as_kubernetes_reads_them() {
        let right = ["* * * * *", "*/15 0-6 1,15 JAN-MAR mon", "0 3 ? * 0", "@daily", "@every 1h", "5/10 * * * *"];
        for schedule in right {
            assert_eq!(wrong(schedule), None, "{schedule}");
        }
        let refused = [
            "60 * * * *",
            "0 24 * * *",
            "0 0 0 * *",
            "0 3 * *",
            "0 3 * * 7",
            "0 3 * * * *",
            "@dayly",
            "5-1 * * * *",
            "*/0 * * * *",
            "",
        ];
        for schedule in refused {
            assert!(wrong(schedule).is_some(), "{schedule}");
        }
    }
}
