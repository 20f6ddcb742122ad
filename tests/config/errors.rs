//! Everything that can be wrong with a configuration, told at its place.

use super::tree;
use crate::support::{Scratch, configured, gonogo};

/// What is said of a file that is wrong.
fn said(text: &str) -> String {
    configured(&tree(&[("gonogo.toml", text)]), "", &[]).expect_err(text)
}

/// The configuration, its line, what is said, and what is underlined.
pub const WRONG: &[(&str, &str, &str, &str)] = &[
    ("fail-no = \"high\"", "1:1", "there is no key `fail-no` here; did you mean `fail-on`?", "fail-no"),
    ("[files]\ninlcude = []", "2:1", "there is no key `inlcude` in `files`; did you mean `include`?", "inlcude"),
    ("[baseline]\nfile = \"x\"\npath = \"x\"", "3:1", "there is no key `path` in `baseline`; there are `file`", "path"),
    (
        "fail-on = \"hgih\"",
        "1:11",
        "`hgih` is not known here: this takes one of `\"high\"`, `\"medium\"`, `\"low\"`; did you mean `\"high\"`?",
        "\"hgih\"",
    ),
    ("fail-on = 3", "1:11", "this takes one of `\"high\"`, `\"medium\"`, `\"low\"`, such as `\"medium\"`; here is a number", "3"),
    ("base = \" \"", "1:8", "this is empty; it takes a revision of git, such as `\"origin/main\"`", "\" \""),
    (
        "base = \"--exec=x\"",
        "1:8",
        "`--exec=x` is no revision: a branch, a tag or a commit, such as `\"origin/main\"`",
        "\"--exec=x\"",
    ),
    ("files = 1", "1:1", "`files` is a table, `[files]`; here is a number", "files"),
    ("rules = []", "1:1", "`rules` is a table, `[rules]`; here is a list", "rules"),
    ("allow = {}", "1:1", "write `[[allow]]`, as there may be several; here is a table", "allow"),
    ("allow = [1]", "1:10", "`[[allow]]` holds tables; here is a number", "1"),
    ("[files]\nrespect-gitignore = \"no\"", "2:21", "this takes `true` or `false`, such as `false`; here is a text", "\"no\""),
    (
        "[files]\nexclude = \"x\"",
        "2:11",
        "this takes a list of patterns of paths, such as `[\"examples/\"]`; here is a text",
        "\"x\"",
    ),
    ("[files]\nexclude = [\"x\", 1.5]", "2:17", "this list holds texts in quotes; here is a number", "1.5"),
    ("[files]\nexclude = [\"a[\"]", "2:12", "`a[` is no pattern of paths: unclosed character class; missing ']'", "\"a[\""),
    (
        "[files]\nexclude = [\"!a\"]",
        "2:12",
        "`!a` takes nothing back here: a pattern says what is meant, never what is not",
        "\"!a\"",
    ),
    (
        "[files]\nmax-size = \"10MB\"",
        "2:12",
        "`10MB` is no size from 1B to 4095MiB: write a whole number and B, KiB, MiB or GiB, such as `\"20MiB\"`",
        "\"10MB\"",
    ),
    ("[rules.blocking-indx]", "1:8", "there is no rule `blocking-indx`; did you mean `blocking-index`?", "blocking-indx"),
    ("[rules.zzz]", "1:8", "there is no rule `zzz`; `gonogo rules` lists them", "zzz"),
    (
        "rules.blocking-index = \"low\"",
        "1:24",
        "a rule is set by its own keys, such as `rules.blocking-index.level = \"low\"`; here is a text",
        "\"low\"",
    ),
    (
        "[rules.missing-setting]\noptinal = []",
        "2:1",
        "the rule `missing-setting` has no option `optinal`; did you mean `optional`?",
        "optinal",
    ),
    (
        "[rules.blocking-index]\nthreshold = 1",
        "2:1",
        "the rule `blocking-index` has no option `threshold`; there are `level`",
        "threshold",
    ),
    (
        "[rules.missing-setting]\noptional = true",
        "2:12",
        "this takes a list of texts, such as `[\"NAME\", \"PREFIX_*\"]`; here is a truth value",
        "true",
    ),
    (
        "[[migrations]]\nengine = \"postgres\"",
        "1:3",
        "`migrations` lacks its `path`: the folder of the migrations, or a pattern; any `.sql` file there counts as one, \
         such as `path = \"services/orders/migrations/\"`",
        "migrations",
    ),
    ("[[overrides]]\npaths = [\"a\"]", "1:3", "`overrides` lacks its `rules`: how rules are set for them", "overrides"),
    (
        "[[allow]]\nrule = \"dropped-column\"\nreason = \"x\"",
        "1:3",
        "`allow` names no files: add `path = \"...\"`, or `paths = [\"**\"]` for all",
        "allow",
    ),
    (
        "[[allow]]\nrule = \"dropped-column\"\nreason = \"x\"\npath = \"a\"\nuntil = 2027-02-29",
        "5:9",
        "`2027-02-29` is no day of the calendar: write it as `\"2027-01-31\"`",
        "2027-02-29",
    ),
    (
        "[baseline]\nfile = \"/etc/passwd\"",
        "2:8",
        "`/etc/passwd` must be a path within the repository, with `/` between its parts",
        "\"/etc/passwd\"",
    ),
    (
        "required-version = \"soon\"",
        "1:20",
        "`soon` names no versions: write a comparison and a version, such as `\">=0.1\"`",
        "\"soon\"",
    ),
    ("base = \"a\"\nbase = \"b\"", "2:1", "`base` is set twice", "base"),
    ("base = main", "1:8", "this is not TOML: string values must be quoted", "main"),
];

#[test]
fn every_mistake_is_told_at_its_place() {
    for (text, place, message, marked) in WRONG {
        let told = said(text);
        let mut lines = told.split('\n');
        let mut next = || lines.next().unwrap_or_default();
        assert_eq!(next(), format!("gonogo.toml:{place}: {message}"), "{text}");
        let (shown, mark) = (next(), next());
        let (start, width) = (mark.find('^').expect("a caret"), mark.matches('^').count());
        assert_eq!(&shown[start..start + width], *marked, "{text}\n{told}");
        assert_eq!(next(), "", "one mistake alone: {told}");
    }
}

#[test]
fn all_mistakes_of_all_files_are_told_at_once() {
    let files = [
        (
            "gonogo.toml",
            "fail-on = 1\nbase = 2\nfiles.exclude = [1, \"a[\"]\n[rules.x]\n[rules.missing-down]\nlevel = \"none\"\n",
        ),
        ("a/gonogo.toml", "fail-on = \"high\"\n"),
    ];
    let told = configured(&tree(&files), "", &[]).expect_err("wrong");
    assert_eq!(told.matches("gonogo.toml:").count(), 6, "{told}");
    let scratch = Scratch::new(&files);
    let run = gonogo(scratch.path(), &["check"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.ends_with("gonogo: 6 mistakes in the configuration, so nothing was judged\n"), "{}", run.err);
}

#[test]
fn a_caret_on_the_screen() {
    let scratch = Scratch::new(&[("gonogo.toml", "# ours\n\tfail-on = \"hihg\" # \u{1b}[31m\n")]);
    let run = gonogo(scratch.path(), &["check"]);
    assert_eq!(
        run.err,
        "gonogo.toml:2:12: `hihg` is not known here: this takes one of `\"high\"`, `\"medium\"`, `\"low\"`; did you mean `\"high\"`?\n\
         \x20 2 |  fail-on = \"hihg\" # ␛[31m\n\
         \x20   |            ^^^^^^\n\
         \n\
         gonogo: one mistake in the configuration, so nothing was judged\n"
    );
}

#[test]
fn what_is_about_the_whole_run_is_wrong_further_down() {
    let all = ["required-version = \">=0\"", "fail-on = \"high\"", "base = \"x\"", "[files]", "baseline.file = \"x\""];
    for key in all {
        let name = key.split([' ', '.']).next().unwrap_or_default().trim_matches(['[', ']']);
        let told = configured(&tree(&[("gonogo.toml", ""), ("a/gonogo.toml", key)]), "", &[]).expect_err(key);
        let wanted = format!(
            "a/gonogo.toml:1:{}: `{name}` is about the whole run and belongs into the topmost gonogo.toml; \
             this one speaks for its own folder alone\n",
            if key.starts_with('[') { 2 } else { 1 }
        );
        assert!(told.starts_with(&wanted), "{told}");
        // Where it is the topmost itself, it may.
        configured(&tree(&[("a/gonogo.toml", key), ("a/x.sql", "")]), "a", &[]).expect("a topmost file");
    }
}

#[test]
fn another_version_is_asked_for_before_its_keys_are_blamed() {
    let told = said("required-version = \">=99\"\nnew-key = 1\n");
    let wanted = format!("gonogo.toml:1:20: this asks for gonogo >=99, and this is gonogo {}\n", env!("CARGO_PKG_VERSION"));
    assert!(told.starts_with(&wanted) && !told.contains("new-key:"), "{told}");
    assert_eq!(told.matches('^').count(), "\">=99\"".len());
}

#[test]
fn two_names_in_one_folder_are_one_too_many() {
    let top = configured(&tree(&[("gonogo.toml", ""), (".gonogo.toml", "")]), "", &[]).expect_err("two");
    assert_eq!(top, ".gonogo.toml: there are both gonogo.toml and .gonogo.toml in this folder; keep one\n");
    let below = configured(&tree(&[("a/gonogo.toml", ""), ("a/.gonogo.toml", ""), ("a/b.toml", "")]), "", &[]).expect_err("two");
    assert_eq!(below, "a/gonogo.toml: there are both gonogo.toml and .gonogo.toml in this folder; keep one\n");
}

#[test]
fn what_is_typed_wrong_is_shown_as_it_was_typed() {
    let table = [
        (
            "fail-no=high",
            "--set:1:1: there is no key `fail-no` here; did you mean `fail-on`?\n  1 | fail-no=\"high\"\n    | ^^^^^^^\n",
        ),
        ("fail-on", "--set:1:1: this takes a key and a value, such as `--set fail-on=medium`\n  1 | fail-on\n    | ^^^^^^^\n"),
        ("=x", "--set:1:1: this takes a key and a value, such as `--set fail-on=medium`\n  1 | =x\n    | ^^\n"),
        (
            "fail-on=",
            "--set:1:9: this is empty; it takes one of `\"high\"`, `\"medium\"`, `\"low\"`, such as `\"medium\"`\n  1 | fail-on=\"\"\n    |         ^^\n",
        ),
        (
            "extends=[\"a.toml\"]",
            "--set:1:9: only a file extends others; name the file itself with `--config FILE`\n  1 | extends=[\"a.toml\"]\n    |         ^^^^^^^^^^\n",
        ),
    ];
    for (typed, wanted) in table {
        assert_eq!(configured(&tree(&[]), "", &[typed]).expect_err(typed), wanted);
    }
    let run = gonogo(std::path::Path::new("."), &["check", "--set", "a\u{1b}[31m\n::error::x=1"]);
    assert_eq!(run.code, 2);
    assert!(!run.err.contains('\u{1b}') && !run.err.contains("\n::"), "{:?}", run.err);
}
