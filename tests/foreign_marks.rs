//! Marks by which somebody told another tool to be silent hold for ours: for a statement, a file or a range, and nobody is told
//! that one of them is unused, because most of what they silence is not ours.

use gonogo::report::Root;
use gonogo::rule::suppression::Origin;
use gonogo::settings::Settings;
use gonogo::tree::Memory;

const DROP: &str = "ALTER TABLE t DROP COLUMN c;\n";
const INDEX: &str = "CREATE INDEX i ON t (a);\n";

/// What counts, and what is allowed, in a file; rules about suppressions included, those about time limits not.
fn told(text: &str) -> String {
    let tree: Memory = [("db/1_a.sql".to_owned(), text.as_bytes().to_vec())].into_iter().collect();
    let root = Root::judge(&tree, "", "", &Settings { ignore: vec!["lock-without-timeout".to_owned()], ..Settings::default() });
    let name = |finding: &gonogo::rule::Finding| match &finding.suppressed {
        Some(suppression) => {
            assert!(matches!(suppression.origin, Origin::Foreign(_)), "{suppression:?}");
            format!("({})", finding.rule.name)
        }
        None => finding.rule.name.to_owned(),
    };
    root.findings.iter().map(name).collect::<Vec<_>>().join(" ")
}

#[test]
fn marks_hold_for_what_their_tools_call_the_same() {
    let both = format!("{DROP}{INDEX}");
    let table = [
        (format!("-- squawk-ignore ban-drop-column\n{both}"), "(dropped-column) blocking-index"),
        (
            format!("-- squawk-ignore ban-drop-column, require-concurrent-index-creation\n{both}"),
            "(dropped-column) blocking-index",
        ),
        (format!("-- squawk-ignore-file\n{both}"), "(dropped-column) (blocking-index)"),
        (format!("-- squawk-ignore-file ban-drop-column\n{both}"), "(dropped-column) blocking-index"),
        (format!("-- atlas:nolint DS103\n{both}"), "(dropped-column) blocking-index"),
        (format!("-- atlas:nolint\n\n{both}"), "(dropped-column) (blocking-index)"),
        (format!("-- atlas:nolint PG101\n{both}"), "dropped-column blocking-index"),
        (format!("-- eugene: ignore E6\n{INDEX}{DROP}"), "(blocking-index) dropped-column"),
        (format!("-- pgm-lint:suppress PGM001\n{INDEX}{DROP}"), "(blocking-index) dropped-column"),
        (format!("CREATE INDEX i ON t (a); -- noqa: PG01\n{DROP}"), "(blocking-index) dropped-column"),
        (format!("-- safety-assured:start\n{DROP}-- safety-assured:end\n{INDEX}"), "(dropped-column) blocking-index"),
    ];
    for (text, wanted) in table {
        assert_eq!(told(&text), wanted, "{text}");
    }
}

#[test]
fn what_says_nothing_of_ours_silences_nothing_and_is_not_named() {
    for mark in ["-- squawk-ignore prefer-text-field", "-- noqa: LT01", "-- atlas:nolint NM101", "-- see squawk-ignore"] {
        assert_eq!(told(&format!("{mark}\n{INDEX}")), "blocking-index", "{mark}");
    }
    assert_eq!(told("-- squawk-ignore ban-drop-column\nSELECT 1;\n"), "");
}

#[test]
fn reports_say_whose_mark_it_was() {
    let text = format!("-- squawk-ignore ban-drop-column\n{DROP}");
    let tree: Memory = [("db/1_a.sql".to_owned(), text.into_bytes())].into_iter().collect();
    let root = Root::judge(&tree, "", "", &Settings::default());
    let allowed = root.findings.iter().find_map(|finding| finding.suppressed.as_ref()).expect("one that is allowed");
    assert_eq!((allowed.reason.as_str(), allowed.line), ("a mark for squawk: squawk-ignore ban-drop-column", Some(1)));
}
