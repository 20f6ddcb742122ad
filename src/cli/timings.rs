//! `--timings`: how long each step took, beside the report.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

use crate::report::Report;
use crate::timings::Timings;
use crate::untrusted::Untrusted;

/// How many of the slowest are named.
const NAMED: usize = 5;

/// Tells the person at the terminal. The report itself stays as it is.
pub fn tell(report: &Report, writing: Duration, all: Duration) {
    let mut sum = Timings::default();
    for root in &report.roots {
        sum += root.timings.clone();
    }
    let _ = io::stderr().write_all(table(&mut sum, writing, all).as_bytes());
}

fn table(sum: &mut Timings, writing: Duration, all: Duration) -> String {
    let steps =
        [("discover", sum.discover), ("read", sum.read), ("facts", sum.facts), ("checks", sum.checks), ("report", writing)];
    let known: Duration = steps.iter().map(|(_, took)| *took).sum();
    let mut out = String::from("how long it took:\n");
    let mut line = |name: &str, took: Duration| {
        let _ = writeln!(out, "{:>10.3} ms  {}", took.as_secs_f64() * 1000.0, Untrusted(name));
    };
    for (step, took) in steps {
        line(step, took);
    }
    line("all else", all.saturating_sub(known));
    line("in all", all);
    for (what, list) in [("files to read", slowest(&mut sum.files)), ("rules", slowest(&mut sum.rules))] {
        if !list.is_empty() {
            let _ = writeln!(out, "the slowest {what}, each on the thread that had it:");
        }
        for (name, took) in list {
            let _ = writeln!(out, "{:>10.3} ms  {}", took.as_secs_f64() * 1000.0, Untrusted(name));
        }
    }
    out
}

fn slowest<N: AsRef<str> + Ord>(list: &mut [(N, Duration)]) -> Vec<(&str, Duration)> {
    list.sort_by(|(one, less), (other, more)| more.cmp(less).then_with(|| one.cmp(other)));
    list.iter().take(NAMED).map(|(name, took)| (name.as_ref(), *took)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_add_up_and_the_slowest_come_first() {
        let ms = Duration::from_millis;
        let mut sum = Timings { on: true, discover: ms(3), read: ms(4), ..Timings::default() };
        sum.files = (0..7).map(|number| (format!("{number}\n.sql"), ms(number))).collect();
        sum.spend("slow", ms(5));
        sum.spend("slow", ms(5));
        sum.spend("quick", ms(1));
        sum += Timings { rules: vec![("quick", ms(10))], read: ms(1), ..Timings::default() };
        let lines: Vec<String> = table(&mut sum, ms(2), ms(20)).split('\n').map(str::to_owned).collect();
        let wanted = [
            "how long it took:",
            "     3.000 ms  discover",
            "     5.000 ms  read",
            "     0.000 ms  facts",
            "     0.000 ms  checks",
            "     2.000 ms  report",
            "    10.000 ms  all else",
            "    20.000 ms  in all",
            "the slowest files to read, each on the thread that had it:",
            "     6.000 ms  6␊.sql",
        ];
        assert_eq!(lines[..wanted.len()], wanted);
        assert_eq!(lines[lines.len() - 3..], ["    11.000 ms  quick", "    10.000 ms  slow", ""]);
        assert_eq!(lines.len(), wanted.len() + 4 + 1 + 3);
    }
}
