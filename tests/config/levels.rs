//! How bad a finding is, once the configuration has had its say; and which files there are.

use super::{SQL, findings, settings};
use crate::support::{POD, Scratch, gonogo};

#[test]
fn a_level_replaces_the_one_of_the_page() {
    let one = |text: &str| findings(&[("gonogo.toml", text), ("db/1_a.sql", SQL)]);
    assert_eq!(
        one("rules.blocking-index.level = \"low\""),
        ["low blocking-index db/1_a.sql", "medium dropped-column db/1_a.sql"]
    );
    assert_eq!(one("rules.blocking-index.level = \"off\""), ["medium dropped-column db/1_a.sql"]);
    assert_eq!(one("rules.blocking-index.level = \"on\"").len(), 2);
    assert_eq!(one("rules.dropped-column.level = \"high\"")[1], "high dropped-column db/1_a.sql");
}

/// `main` is a milder case of `mutable-image-tag`, by one step; `1.2` is by two.
#[test]
fn milder_cases_stay_milder_by_as_many_steps() {
    let pod = |tag: &str| POD.replace("web:1.0.0", &format!("web:{tag}"));
    let level = |tag: &str, level: &str| {
        let config = format!("rules.mutable-image-tag.level = \"{level}\"\nrules.missing-readiness-probe.level = \"off\"");
        let found = findings(&[("gonogo.toml", &config), ("k8s/a.yaml", &pod(tag))]);
        found.concat().split(' ').next().unwrap_or_default().to_owned()
    };
    let table = [("latest", ["high", "medium", "low"]), ("main", ["medium", "low", "low"]), ("1.2", ["low", "low", "low"])];
    for (tag, wanted) in table {
        assert_eq!(["high", "medium", "low"].map(|configured| level(tag, configured)), wanted, "{tag}");
    }
}

/// A guess is one step milder than what the configuration says.
#[test]
fn guesses_go_down_from_the_level_that_is_set() {
    // Nothing says which environment reads it, so it is a guess.
    let level = |config: &str| findings(&[("gonogo.toml", config), ("config/.env", "A=1\nA=2\n")]);
    assert_eq!(level(""), ["medium duplicate-setting config/.env"]);
    assert_eq!(level("rules.duplicate-setting.level = \"medium\""), ["low duplicate-setting config/.env"]);
}

#[test]
fn whoever_names_the_files_of_staging_knows_how_bad_they_are() {
    let of_all = "rules.mutable-image-tag.level = \"high\"";
    let named = "[[overrides]]\npaths = [\"staging/\"]\nrules.mutable-image-tag.level = \"medium\"";
    let pod = POD.replace("web:1.0.0", "web");
    for (config, wanted) in [("", "low"), (of_all, "low"), (named, "medium")] {
        let found = findings(&[("gonogo.toml", config), ("deploy/staging/a.yaml", &pod)]);
        assert_eq!(found, [format!("{wanted} mutable-image-tag deploy/staging/a.yaml")], "{config}");
    }
}

#[test]
fn the_last_of_several_overrides_counts() {
    let config = "[[overrides]]\npaths = [\"db/\"]\nrules.blocking-index.level = \"off\"\nrules.dropped-column.level = \"off\"\n\
                  [[overrides]]\npaths = [\"2_*.sql\"]\nrules.blocking-index.level = \"low\"\n[rules]\nblocking-index.level = \"medium\"\n";
    let found = findings(&[("gonogo.toml", config), ("db/1_a.sql", SQL), ("db/2_b.sql", SQL), ("other/1_a.sql", SQL)]);
    assert_eq!(
        found,
        ["low blocking-index db/2_b.sql", "medium blocking-index other/1_a.sql", "medium dropped-column other/1_a.sql"]
    );
}

#[test]
fn the_engine_of_a_set_may_be_said() {
    let judge = |config: &str| findings(&[("gonogo.toml", config), ("db/1_a.sql", SQL), ("mysql/1_a.sql", SQL)]);
    assert_eq!(judge("").len(), 2, "what lies in a folder called mysql is for that");
    assert_eq!(judge("[[migrations]]\npath = \"/db/\"\nengine = \"mariadb\"\n"), [""; 0]);
    let both = judge("[[migrations]]\npath = \"*.sql\"\nengine = \"postgres\"\n");
    assert_eq!(both.len(), 4, "{both:?}");
}

#[test]
fn a_configured_folder_holds_migrations_whatever_they_are_called() {
    let judge = |config: &str| findings(&[("gonogo.toml", config), ("sql/changes/orders.sql", SQL)]);
    assert_eq!(judge(""), [""; 0]);
    assert_eq!(judge("[[migrations]]\npath = \"sql/changes/\"\n").len(), 2);
}

#[test]
fn files_are_left_out_and_brought_back() {
    let files = |config: &str| {
        let mut files = vec![(".gitignore", "secret/\n*.gen.sql\n"), ("gonogo.toml", config)];
        let paths =
            ["db/1_a.sql", "db/2_b.gen.sql", "secret/1_a.sql", "vendor/pkg/db/1_a.sql", "vendor/other/1_a.sql", ".git/1_a.sql"];
        files.extend(paths.map(|path| (path, "CREATE INDEX i ON t (a);\n")));
        findings(&files).into_iter().map(|told| told.replace("high blocking-index ", "")).collect::<Vec<_>>().join(" ")
    };
    let table = [
        ("", "db/1_a.sql"),
        ("files.exclude = [\"db/\"]", ""),
        ("files.exclude = [\"/db/1_*\"]", ""),
        ("files.include = [\"secret\"]", "db/1_a.sql secret/1_a.sql"),
        ("files.include = [\"*.gen.sql\"]", "db/1_a.sql db/2_b.gen.sql"),
        ("files.include = [\"vendor/pkg/db/*.sql\"]", "db/1_a.sql vendor/pkg/db/1_a.sql"),
        ("files.include = [\"vendor/\"]", "db/1_a.sql vendor/other/1_a.sql vendor/pkg/db/1_a.sql"),
        ("files.include = [\"vendor/\"]\nfiles.exclude = [\"vendor/other/\"]", "db/1_a.sql vendor/pkg/db/1_a.sql"),
        ("files.respect-gitignore = false", "db/1_a.sql db/2_b.gen.sql secret/1_a.sql"),
        (
            "files.include = [\"**\", \".git/\", \"*.sql\"]",
            "db/1_a.sql db/2_b.gen.sql secret/1_a.sql vendor/other/1_a.sql vendor/pkg/db/1_a.sql",
        ),
    ];
    for (config, wanted) in table {
        assert_eq!(files(config), wanted, "{config}");
    }
}

#[test]
fn a_file_that_is_named_is_judged_all_the_same() {
    let scratch = Scratch::new(&[("gonogo.toml", "files.exclude = [\"db/\"]\n"), ("db/1_a.sql", SQL)]);
    assert_eq!(gonogo(scratch.path(), &["check", "db/1_a.sql"]).code, 1);
    let run = gonogo(scratch.path(), &["check", "--coverage"]);
    assert_eq!(run.code, 3);
    assert!(run.out.contains("passed over: db"), "{}", run.out);
}

/// Options of four rules are tried on their pages; here is which file's option counts.
#[test]
fn options_follow_the_file_that_is_judged() {
    let pod = POD.replace("web:1.0.0", "mirror/web:main");
    let config = "[[overrides]]\npaths = [\"a/\"]\nrules.mutable-image-tag.allowed = [\"mirror/*\"]\n";
    let found = findings(&[("gonogo.toml", config), ("a/pod.yaml", &pod), ("b/pod.yaml", &pod)]);
    assert_eq!(found, ["medium mutable-image-tag b/pod.yaml"]);
    assert!(settings(&[("gonogo.toml", config)]).rules.option("mutable-image-tag", "allowed", "b/x").is_none());
}

#[test]
fn explain_tells_the_options() {
    let run = gonogo(std::path::Path::new("."), &["explain", "missing-setting"]);
    assert!(
        run.out.contains("## Options\n\nIn `gonogo.toml`, under `[rules.missing-setting]`:\n\n- `optional` (default `[]`): "),
        "{}",
        run.out
    );
    let run = gonogo(std::path::Path::new("."), &["explain", "blocking-index"]);
    assert!(!run.out.contains("## Options"));
}
