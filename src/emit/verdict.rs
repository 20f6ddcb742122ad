//! The last line.

use std::fmt::Write as _;

use super::Style;
use crate::diagnostic::{Judged, Severity};
use crate::report::{Report, Root, Verdict};
use crate::rule::Finding;
use crate::untrusted::{Untrusted, UntrustedPath};
use crate::workspace::base::Base;
use crate::workspace::history::Count;

/// The notes that a report shows: those that stand in the way of a GO, what people ought to know, and on demand the rest.
pub fn notes(report: &Report, style: Style) -> String {
    let mut out = String::new();
    for (root, note) in report.notes() {
        let hidden = matches!(note.judged, Judged::InPart | Judged::NotOurs) && !style.coverage;
        if hidden || (style.quiet && note.judged != Judged::Nothing) {
            continue;
        }
        let word = match note.judged {
            Judged::Nothing => "not judged",
            Judged::InPart => "judged in part",
            Judged::Whole | Judged::NotOurs => "note",
        };
        let path = format!("{}{}", root.prefix, note.path);
        let line = note.line.map_or_else(String::new, |line| format!(":{line}"));
        let _ = writeln!(out, "{word}: {}{line}: {}", Untrusted(&path), Untrusted(&note.message));
    }
    for (root, passed) in report.skipped().filter(|_| style.coverage && !style.quiet) {
        let (path, why) = (format!("{}{}", root.prefix, passed.path), passed.why.to_string());
        let _ = writeln!(out, "passed over: {} ({})", Untrusted(&path), Untrusted(&why));
    }
    out
}

/// The verdict with the counts that it rests on.
pub fn line(report: &Report) -> String {
    let mut out = report.verdict.words().to_owned();
    let _ = write!(out, "  {}", counts(report));
    let unread = report.coverage.inputs - report.coverage.judged;
    let _ = write!(out, " · {} of {}", report.coverage.judged, plural(report.coverage.inputs, "file judged", "files judged"));
    if unread > 0 {
        let _ = write!(out, " ({unread} not, see above)");
    }
    if report.coverage.in_part > 0 {
        let _ = write!(out, " · {} in part", report.coverage.in_part);
    }
    for migrations in migrations(report) {
        let _ = write!(out, " · {migrations}");
    }
    for (name, count) in report.roots.iter().flat_map(|root| &root.workspace.unsupported) {
        let _ = write!(out, " · {count} {name} {} not understood yet", if *count == 1 { "migration" } else { "migrations" });
    }
    if let Some(elapsed) = report.elapsed {
        let _ = write!(out, " · {} ms", elapsed.as_millis());
    }
    if report.verdict == Verdict::NoGo && report.not_judged().next().is_some() {
        out.push_str(" · and no verdict on what was not judged");
    }
    if report.verdict == Verdict::NoVerdict && report.coverage.inputs == 0 {
        out.push_str(" · nothing here is a migration, a manifest or an environment file that gonogo knows (--allow-empty if that is right)");
    }
    out
}

/// What is said of the migrations of all roots, once for each base.
pub fn migrations(report: &Report) -> Vec<String> {
    let mut by_base: Vec<(&Base, Count)> = Vec::new();
    for root in &report.roots {
        let Count { all, pending } = root.migrations;
        let base = &root.workspace.change.base;
        match by_base.iter_mut().find(|(known, _)| *known == base) {
            Some((_, count)) => (count.all, count.pending) = (count.all + all, count.pending + pending),
            None => by_base.push((base, root.migrations)),
        }
    }
    by_base.into_iter().filter(|(_, count)| count.all > 0).map(|(base, count)| since(base, count)).collect()
}

fn since(base: &Base, Count { all, pending }: Count) -> String {
    let everything = match all {
        1 => "the one migration".to_owned(),
        all => format!("all {all} migrations"),
    };
    match base {
        Base::Unasked | Base::All => format!("{everything} judged"),
        Base::Nothing(why) => format!("{everything} pending ({why})"),
        Base::Commit { commit, .. } => {
            let commit = Untrusted(commit.short());
            format!("{pending} of {} pending since {commit}", plural(all, "migration", "migrations"))
        }
        Base::Unknown(_) => format!("{pending} of {} judged", plural(all, "migration", "migrations")),
    }
}

fn counts(report: &Report) -> String {
    let mut parts: Vec<String> =
        Severity::WORST_FIRST.iter().map(|severity| format!("{} {severity}", report.count(*severity))).collect();
    let allowed = report.findings().filter(|(_, finding)| finding.suppressed.is_some()).count();
    if allowed > 0 {
        parts.push(format!("{allowed} allowed"));
    }
    let known = report.known();
    let files = report.roots.iter().filter_map(|root| root.baseline.as_ref()).map(|compared| compared.file.as_str());
    let files: Vec<&str> = files.collect();
    if let [file, others @ ..] = files.as_slice() {
        let shown = if others.iter().all(|other| other == file) { file } else { "the baselines" };
        parts.push(format!("{known} known to {}", Untrusted(shown)));
    }
    if let Some(fixed) = report.fixed().filter(|fixed| *fixed > 0) {
        parts.push(format!("{fixed} fixed (`gonogo baseline --prune`)"));
    }
    parts.join(" · ")
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `severity[rule]: message`, on one line.
pub fn title(finding: &Finding) -> String {
    let Finding { rule, diagnostic, .. } = finding;
    let known = if finding.known { " (known)" } else { "" };
    format!("{}[{}]: {}{known}", diagnostic.severity, rule.name, Untrusted(&diagnostic.message))
}

/// `path:line:column`.
pub fn whereabouts(root: &Root, finding: &Finding) -> String {
    let location = root.location(finding.diagnostic.primary.place);
    format!("{}:{}:{}", UntrustedPath(&location.path), location.line, location.column)
}
