//! See rules/manifest/cronjob-overlap.md

use crate::document::Known;
use crate::rule::Context;
use crate::workspace::topology::Workload;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    if workload.kind != "CronJob" {
        return;
    }
    let spec = workload.spec(cx.workspace);
    let policy = spec.field("concurrencyPolicy");
    let may_overlap = policy.is_absent() || policy.is_text("Allow");
    if !may_overlap || spec.field("suspend").flag() == Known::Is(true) || spec.field("suspend").is_unknown() {
        return;
    }
    let schedule = spec.field("schedule");
    let Some(minutes) = schedule.text().into_option().and_then(|schedule| minutes_between(&schedule)) else { return };
    let job = spec.path("jobTemplate.spec");
    let is_bounded =
        !job.field("activeDeadlineSeconds").is_absent() || !workload.pod(cx.workspace).field("activeDeadlineSeconds").is_absent();
    if is_bounded {
        return;
    }
    let every = if minutes == 1 { "minute".to_owned() } else { format!("{minutes} minutes") };
    cx.report(schedule.place(), format!("jobs of {} pile up: every {every} another one starts, whether or not the last one has ended", workload.title()))
        .label(format!("every {every}"))
        .in_production("when a run hangs on a slow database, the next ones join it until the nodes are full and other pods find no place")
        .help("let a run wait until the one before has ended, and end one that hangs (the number stands for yours):\nspec:\n  concurrencyPolicy: Forbid\n  jobTemplate:\n    spec:\n      activeDeadlineSeconds: 600");
}

/// The least number of minutes between two runs, where it is less than an hour.
fn minutes_between(schedule: &str) -> Option<u32> {
    let mut fields = schedule.split_whitespace();
    let field = fields.next().filter(|_| fields.clone().count() == 4)?;
    let mut minutes = [false; 60];
    for part in field.split(',') {
        let (range, step) = part.split_once('/').map_or((part, 1), |(range, step)| (range, step.parse().unwrap_or(0)));
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (first.parse().ok()?, last.parse().ok()?),
            None if range == "*" => (0, 59),
            None => {
                let only: usize = range.parse().ok()?;
                (only, if part.contains('/') { 59 } else { only })
            }
        };
        if step == 0 {
            return None;
        }
        (first..=last.min(59)).step_by(step).for_each(|minute| minutes[minute] = true);
    }
    let runs: Vec<u32> = (0..60).filter(|minute| minutes[*minute as usize]).collect();
    runs.windows(2).map(|pair| pair[1] - pair[0]).min()
}

#[cfg(test)]
mod tests {
    use super::minutes_between;

    #[test]
    fn the_time_between_two_runs() {
        let table = [
            ("* * * * *", Some(1)),
            ("*/5 * * * *", Some(5)),
            ("0,30 * * * *", Some(30)),
            ("0-10/2 3 * * *", Some(2)),
            ("7/20 * * * *", Some(20)),
            ("0 * * * *", None),
            ("0 3 * * *", None),
            ("@hourly", None),
            ("*/0 * * * *", None),
            ("x * * * *", None),
            ("70 * * * *", None),
            ("* * * *", None),
        ];
        for (schedule, wanted) in table {
            assert_eq!(minutes_between(schedule), wanted, "{schedule}");
        }
    }
}
