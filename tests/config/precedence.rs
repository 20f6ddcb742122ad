//! Which of several files has the last word, key by key.

use gonogo::diagnostic::Severity;
use gonogo::settings::{Level, RollbackPolicy};

use super::{SQL, findings, judged, settings, tree};
use crate::repository::{Repository, check};
use crate::support::{POD, Scratch, configured, gonogo};

#[test]
fn without_a_file_nothing_changes() {
    let plain = settings(&[("db/1_a.sql", SQL)]);
    assert_eq!((plain.fail_on, plain.max_file_size, plain.respect_gitignore), (Severity::High, 10 << 20, true));
    assert_eq!(findings(&[("db/1_a.sql", SQL)]), ["high blocking-index db/1_a.sql", "medium dropped-column db/1_a.sql"]);
}

#[test]
fn every_key_of_the_whole_run_reaches_the_settings() {
    let settings = settings(&[(
        "gonogo.toml",
        "required-version = \">=0.0.1\"\nfail-on = \"low\"\nbase = \"origin/release\"\nfiles.include = [\"vendor/db/\"]\n\
         files.exclude = [\"scratch/\"]\nfiles.respect-gitignore = false\nfiles.max-size = \"3KiB\"\nbaseline.file = \"ci/./known.json\"\n",
    )]);
    assert_eq!((settings.fail_on, settings.base.as_deref()), (Severity::Low, Some("origin/release")));
    assert_eq!((settings.max_file_size, settings.respect_gitignore), (3 << 10, false));
    assert!(settings.include.matches("vendor/db/1.sql") && settings.exclude.matches("a/scratch/x"));
    assert_eq!(settings.baseline.as_deref(), Some("ci/known.json"));
}

#[test]
fn migrations_and_allowances_reach_the_settings() {
    let text = "[[migrations]]\npath = \"/db/\"\nengine = \"mysql\"\napplied-through = \"0041\"\nrollback = \"none\"\n\
                [[migrations]]\npath = \"/db/new/\"\nrollback = \"required\"\n\
                [[allow]]\nrule = \"dropped-column\"\npath = \"a.sql\"\npaths = [\"b/\"]\nreason = \"why\"\nuntil = 2027-01-31\n";
    let settings = settings(&[("gonogo.toml", text)]);
    let first = &settings.migrations[0];
    assert_eq!(first.applied_through.as_deref(), Some("0041"));
    assert_eq!((settings.applied_through("db/1.sql"), settings.applied_through("x.sql")), (Some("0041"), None));
    assert_eq!((settings.engine("db/1.sql"), settings.engine("other/1.sql")), (Some("mysql"), None));
    // The second says nothing of the engine, so the first still does.
    assert_eq!((settings.engine("db/new/1.sql"), settings.rollback("db/new/1.sql")), (Some("mysql"), RollbackPolicy::Required));
    assert_eq!((settings.rollback("db/1.sql"), settings.rollback("x.sql")), (RollbackPolicy::None, RollbackPolicy::Optional));
    let [allowed] = settings.allowed.as_slice() else { panic!("one allowance") };
    assert!(allowed.paths.matches("x/a.sql") && allowed.paths.matches("b/c") && !allowed.paths.matches("c"));
    assert_eq!(
        (allowed.rule.as_str(), allowed.reason.as_str(), allowed.until.as_deref()),
        ("dropped-column", "why", Some("2027-01-31"))
    );
    assert_eq!((allowed.file.as_str(), &text[allowed.span.range()]), ("gonogo.toml", "\"dropped-column\""));
}

#[test]
fn the_nearest_file_wins_key_by_key() {
    let files = [
        (
            "gonogo.toml",
            "[rules.blocking-index]\nlevel = \"low\"\n[rules.missing-setting]\nlevel = \"medium\"\noptional = [\"A\"]\n",
        ),
        ("a/gonogo.toml", "[rules.missing-setting]\noptional = [\"B\"]\n"),
        ("a/b/.gonogo.toml", "[rules.missing-setting]\nlevel = \"off\"\n"),
    ];
    let rules = settings(&files).rules;
    let level = |path| rules.level("missing-setting", path).expect("a level").0;
    let optional = |path| format!("{:?}", rules.option("missing-setting", "optional", path).expect("an option"));
    assert_eq!((level("x.env"), optional("x.env")), (Level::At(Severity::Medium), "Texts([\"A\"])".to_owned()));
    assert_eq!((level("a/x.env"), optional("a/x.env")), (Level::At(Severity::Medium), "Texts([\"B\"])".to_owned()));
    assert_eq!((level("a/b/x.env"), optional("a/b/x.env")), (Level::Off, "Texts([\"B\"])".to_owned()));
    assert_eq!(level("ab/x.env"), Level::At(Severity::Medium));
    assert_eq!(rules.level("blocking-index", "a/b/c.sql"), Some((Level::At(Severity::Low), false)));
}

/// What is judged of a folder does not depend on where gonogo was started.
#[test]
fn a_folder_is_judged_alike_from_above_and_from_within() {
    let files = [
        (
            "gonogo.toml",
            "[rules.dropped-column]\nlevel = \"low\"\n[[overrides]]\npaths = [\"svc/a/db/2_b.sql\", \"*.x\"]\nrules.blocking-index.level = \"off\"\n",
        ),
        ("svc/a/gonogo.toml", "[[overrides]]\npaths = [\"/db/1_a.sql\"]\nrules.blocking-index.level = \"medium\"\n"),
        ("svc/a/db/1_a.sql", SQL),
        ("svc/a/db/2_b.sql", SQL),
    ];
    let above = findings(&files);
    assert_eq!(
        above,
        ["medium blocking-index svc/a/db/1_a.sql", "low dropped-column svc/a/db/1_a.sql", "low dropped-column svc/a/db/2_b.sql"]
    );
    for root in ["svc", "svc/a", "svc/a/db"] {
        let settings = configured(&tree(&files), root, &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
        let below: Vec<(&str, &str)> =
            files.iter().filter_map(|(path, text)| Some((path.strip_prefix(root)?.strip_prefix('/')?, *text))).collect();
        let within = judged(&below, &settings);
        let shortened: Vec<String> = above.iter().map(|told| told.replace(&format!("{root}/"), "")).collect();
        assert_eq!(within, shortened, "from {root}");
    }
}

#[test]
fn an_extended_file_is_read_first() {
    let files = [
        (
            "gonogo.toml",
            "extends = [\"ci/a.toml\", \"ci/b.toml\"]\nfail-on = \"medium\"\n[[overrides]]\npaths = [\"x/\"]\nrules.dropped-column.level = \"low\"\n",
        ),
        ("ci/a.toml", "extends = [\"./c.toml\"]\nfail-on = \"low\"\nfiles.exclude = [\"/ci/\"]\n"),
        ("ci/b.toml", "extends = [\"c.toml\"]\nbase = \"b\"\n"),
        (
            "ci/c.toml",
            "base = \"c\"\nfiles.max-size = \"1KiB\"\n[[overrides]]\npaths = [\"x/\"]\nrules.dropped-column.level = \"off\"\n",
        ),
    ];
    let settings = settings(&files);
    assert_eq!((settings.fail_on, settings.base.as_deref(), settings.max_file_size), (Severity::Medium, Some("b"), 1024));
    // Its paths are those of the file that extends it.
    assert!(settings.exclude.matches("ci/x"));
    assert_eq!(settings.rules.level("dropped-column", "x/1.sql"), Some((Level::At(Severity::Low), true)));
}

#[test]
fn what_is_typed_beats_all_files_and_flags_beat_what_is_typed() {
    let files = [
        ("gonogo.toml", "fail-on = \"low\"\n"),
        ("db/gonogo.toml", "[[overrides]]\npaths = [\"*.sql\"]\nrules.blocking-index.level = \"off\"\n"),
        ("db/1_a.sql", SQL),
    ];
    let typed =
        ["rules.blocking-index.level=low", "rules.dropped-column.level = \"off\"", "fail-on=medium", "files.exclude=[\"a b\"]"];
    let set = configured(&tree(&files), "", &typed).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(judged(&files, &set), ["low blocking-index db/1_a.sql"]);
    assert_eq!(set.fail_on, Severity::Medium);
    assert!(set.exclude.matches("x/a b"));

    let scratch = Scratch::new(&files);
    let code = |arguments: &[&str]| gonogo(scratch.path(), arguments).code;
    assert_eq!(code(&["check"]), 1, "dropped-column is medium, and low is enough");
    assert_eq!(code(&["check", "--set", "fail-on=high"]), 0);
    assert_eq!(code(&["check", "--set", "fail-on=high", "--fail-on", "medium"]), 1);
    assert_eq!(code(&["check", "--select", "blocking-index"]), 1, "what is selected runs, even where a file switches it off");
    assert_eq!(code(&["check", "--ignore", "dropped-column"]), 0);
    assert_eq!(code(&["check", "--no-config", "--ignore", "dropped-column"]), 1);
    assert_eq!(code(&["check", "--isolated", "--set", "rules.blocking-index.level=off"]), 0);
}

#[test]
fn sizes_of_files_and_flags_for_them() {
    let scratch =
        Scratch::new(&[("gonogo.toml", "files.max-size = \"1KiB\"\n"), ("db/1_a.sql", &format!("{SQL}-- {}", "x".repeat(2000)))]);
    let run = gonogo(scratch.path(), &["check"]);
    assert_eq!(run.code, 3, "{}", run.out);
    assert!(run.out.contains("larger than the limit of 1 KiB"), "{}", run.out);
    assert_eq!(gonogo(scratch.path(), &["check", "--max-file-size", "1"]).code, 1);
    assert_eq!(gonogo(scratch.path(), &["check", "--set", "files.max-size=20MiB"]).code, 1);
}

#[test]
fn one_file_may_be_all() {
    let scratch = Scratch::new(&[
        ("repo/gonogo.toml", "not even TOML"),
        ("repo/db/gonogo.toml", "neither"),
        ("repo/db/1_a.sql", SQL),
        (
            "other/strict.toml",
            "extends = [\"base.toml\"]\n[[overrides]]\npaths = [\"/db/\"]\nrules.blocking-index.level = \"off\"\n",
        ),
        ("other/base.toml", "fail-on = \"medium\"\n"),
    ]);
    let run = gonogo(&scratch.path().join("repo"), &["check", "--config", "../other/strict.toml", "--output", "concise"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    assert!(run.out.starts_with("db/1_a.sql:2:37: medium[dropped-column]"), "{}", run.out);
    let run = gonogo(&scratch.path().join("repo"), &["check", "--config", "../other/none.toml"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("../other/none.toml cannot be read"), "{}", run.err);
}

#[test]
fn the_base_may_be_said() {
    let repository = Repository::shipped();
    assert_eq!(repository.check(&[]).code, 0, "both migrations have shipped");
    repository.write("gonogo.toml", "base = \"HEAD~9\"\n");
    assert!(repository.check(&[]).out.contains("the base `HEAD~9` is not in this clone"));
    assert_eq!(repository.check(&["--base", "HEAD~1"]).code, 0, "what is typed wins");
}

/// The configuration that counts is the staged one, wherever gonogo is started.
#[test]
fn what_is_staged_is_judged_by_the_staged_configuration() {
    let repository = Repository::new(&[("a/pod.yaml", &POD.replace("web:1.0.0", "web:latest")), ("gonogo.toml", "")]);
    let off = "rules.mutable-image-tag.level = \"off\"\n";
    repository.write("gonogo.toml", off).write("a/gonogo.toml", "not TOML");
    assert_eq!(repository.check(&["--staged"]).code, 1, "nothing of this is staged");
    let below = |arguments: &[&str]| check(&repository.0.path().join("a"), arguments, &[]).code;
    assert_eq!(below(&["--staged"]), 1);
    repository.git(&["add", "gonogo.toml"]);
    assert_eq!((repository.check(&["--staged"]).code, below(&["--staged"])), (0, 0));
    repository.write("gonogo.toml", "not TOML");
    assert_eq!(repository.check(&["--staged"]).code, 0);
    assert_eq!(repository.check(&[]).code, 2);
    repository.write("a/gonogo.toml", "rules.mutable-image-tag.level = \"high\"\n").git(&["add", "a/gonogo.toml"]);
    repository.remove("a/gonogo.toml");
    assert_eq!(repository.check(&["--staged"]).code, 1, "it is staged, though it is gone from the folder");
}

/// Two roots in one run each have their own.
#[test]
fn each_root_has_its_own_configuration() {
    let scratch = Scratch::new(&[
        ("a/gonogo.toml", "fail-on = \"medium\"\n"),
        ("a/db/1_a.sql", "SET lock_timeout = 9; ALTER TABLE t DROP COLUMN IF EXISTS c;\n"),
        ("b/db/1_a.sql", "SET lock_timeout = 9; ALTER TABLE t DROP COLUMN IF EXISTS c;\n"),
    ]);
    assert_eq!(gonogo(scratch.path(), &["check", "b"]).code, 0);
    assert_eq!(gonogo(scratch.path(), &["check", "b", "a"]).code, 1);
}
