//! What a forge has no room for: the worst is shown, and the rest is counted.

use super::readers::{github, gitlab, junit, markdown};
use super::{indexes, report, written};

fn many() -> gonogo::report::Report {
    let drops: String = (0..30).map(|number| format!("SET lock_timeout = 9; ALTER TABLE t DROP COLUMN c{number};\n")).collect();
    report(&[("db/1_a.sql", &format!("{drops}{}", indexes(6_000)))])
}

#[test]
fn of_too_many_annotations_ten_of_a_level_are_shown_and_the_rest_counted() {
    let told = github(&written(&many(), "github"));
    let count = |level: &str| told.findings.iter().filter(|(shown, _)| shown == level).count();
    assert_eq!((count("error"), count("warning"), count("notice")), (10, 10, 0));
    assert!(told.notices.len() == 1 && told.notices[0].contains("5990 high · 20 medium"), "{:?}", told.notices);
    assert!(told.plain.len() == 1 && told.plain[0].starts_with("NO-GO  6000 high · 30 medium"), "{:?}", told.plain);
}

#[test]
fn the_notice_takes_the_place_of_one() {
    let drops: String = (0..12).map(|number| format!("SET lock_timeout = 9; ALTER TABLE t DROP COLUMN c{number};\n")).collect();
    for (count, shown, notices) in [(10, 10, 0), (11, 9, 1)] {
        let files = format!("{drops}{}", indexes(count)).replace("db/", "");
        let mut report = report(&[("db/1_a.sql", &files)]);
        for finding in &mut report.roots[0].findings {
            finding.diagnostic.severity = gonogo::diagnostic::Severity::Low;
        }
        report.roots[0].findings.truncate(count);
        let told = github(&written(&report, "github"));
        assert_eq!((told.findings.len(), told.notices.len()), (shown, notices));
        assert!(told.findings.iter().all(|(level, _)| level == "notice"));
    }
}

#[test]
fn what_was_not_judged_shares_the_room_of_errors() {
    let broken: Vec<String> = (0..12).map(|number| format!("k8s/{number}.yaml")).collect();
    let mut files: Vec<(&str, &str)> = broken.iter().map(|path| (path.as_str(), super::UNREADABLE.1)).collect();
    let bad = indexes(4);
    files.push(("db/1_a.sql", &bad));
    let told = github(&written(&report(&files), "github"));
    assert_eq!((told.findings.len(), told.other.len()), (4, 6));
    assert!(told.notices.len() == 1 && told.notices[0].contains("not judged: 6"), "{:?}", told.notices);
}

#[test]
fn a_comment_is_cut_where_the_forge_would_refuse_it() {
    let text = written(&many(), "markdown");
    let comment = markdown(&text);
    assert!(text.len() > 30_000 && text.len() <= 65_536, "{} bytes", text.len());
    assert!((100..6_000).contains(&comment.rows.len()) && comment.rows.iter().all(|row| row.severity == "high"));
    let left = 6_000 - comment.rows.len();
    assert!(text.contains(&format!("Not in this table for want of room: {left} high · 30 medium.")), "{left}");
    assert!(text.contains("is left out for want of room; the other formats tell it."));
    // Also where a single finding is larger than everything, and where most was not judged.
    let name = "n".repeat(100_000);
    let huge = format!("CREATE INDEX {name} ON t (a);\nCREATE INDEX i ON t (b);\n");
    let text = written(&report(&[("db/1_a.sql", &huge)]), "markdown");
    assert_eq!((markdown(&text).rows.len(), text.matches("<details>").count()), (2, 1));
    assert!(text.contains("What to do about the other 1 is left out"));
    let broken: Vec<String> = (0..2_000).map(|number| format!("k8s/{number}.yaml")).collect();
    let files: Vec<(&str, &str)> = broken.iter().map(|path| (path.as_str(), super::UNREADABLE.1)).collect();
    let text = written(&report(&files), "markdown");
    assert!(markdown(&text).rows.is_empty() && text.contains(" more\n"), "{text}");
}

#[test]
fn files_hold_everything() {
    let report = many();
    assert_eq!(gitlab(&written(&report, "gitlab")).0.len(), 6_030);
    assert_eq!(junit(&written(&report, "junit")).failures, 6_030);
}
