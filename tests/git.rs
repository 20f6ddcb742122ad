//! What has shipped, on repositories that are made for the test.

use std::process::Command;

use crate::repository::{DROP, INDEX, Repository, TABLE, check, findings};
use crate::support::{POD, Scratch, gonogo_with};

#[test]
fn what_has_shipped_is_context() {
    let repository = Repository::shipped();
    let run = repository.check(&[]);
    assert_eq!((run.code, findings(&run).len()), (0, 0), "{}", run.out);
    assert!(run.verdict().contains(" · 0 of 2 migrations pending since "), "{}", run.out);
    // In the working copy, not even added.
    repository.write("db/3_c.sql", "CREATE INDEX j ON t USING hash (a);\n");
    let run = repository.check(&[]);
    assert_eq!((run.code, findings(&run).len()), (1, 1), "{}", run.out);
    assert!(findings(&run)[0].starts_with("db/3_c.sql:1:1: high[blocking-index]"), "{}", run.out);
    let head = repository.git(&["rev-parse", "HEAD^"]);
    assert!(run.verdict().contains(&format!(" · 1 of 3 migrations pending since {} ", &head[..7])), "{}", run.out);
    let text = gonogo_with(repository.0.path(), &["check"], &[]).out;
    assert!(text.contains("created in db/1_a.sql:1"), "{text}");
    // All of them, or one by its name.
    assert_eq!(findings(&repository.check(&["--all"])).len(), 2);
    let run = repository.check(&["db/2_b.sql"]);
    assert_eq!((run.code, findings(&run).len()), (1, 1), "{}", run.out);
}

#[test]
fn a_branch_answers_for_itself_and_the_default_branch_for_its_last_commit() {
    let repository = Repository::shipped();
    repository.branch("feature").write("db/3_c.sql", "CREATE INDEX j ON t USING hash (a);\n").commit("third");
    repository.write("db/4_d.sql", DROP).commit("fourth");
    let run = repository.check(&[]);
    assert_eq!(findings(&run).len(), 2, "{}", run.out);
    repository.git(&["checkout", "-q", "main"]);
    repository.write("db/9_z.sql", TABLE).commit("meanwhile");
    repository.git(&["merge", "-q", "--no-ff", "-m", "merged", "feature"]);
    let run = repository.check(&[]);
    // By now both sort before one that has shipped.
    let (late, own): (Vec<_>, Vec<_>) = findings(&run).into_iter().partition(|line| line.contains("out-of-order-version"));
    assert_eq!((late.len(), own.len()), (2, 2), "{}", run.out);
    assert!(run.verdict().contains("2 of 5 migrations pending"), "{}", run.out);
    repository.write("README", "more\n").commit("later");
    assert_eq!(repository.check(&[]).code, 0);
    // A branch without commits of its own has only what is not committed.
    repository.branch("next").write("db/8_y.sql", INDEX);
    assert!(repository.check(&[]).verdict().contains("1 of 6 migrations pending"));
}

#[test]
fn the_base_can_be_named_and_a_name_that_is_none_is_said() {
    let repository = Repository::shipped();
    let first = repository.git(&["rev-list", "--max-parents=0", "HEAD"]);
    repository.write("db/3_c.sql", DROP).commit("third");
    repository.write("db/4_d.sql", DROP).commit("fourth");
    assert_eq!(findings(&repository.check(&[])).len(), 1);
    assert_eq!(findings(&repository.check(&["--base", &first])).len(), 2);
    assert_eq!(findings(&repository.check(&["--base", "HEAD"])).len(), 0);
    for name in ["nowhere", "--all", "a\nb", ""] {
        let run = repository.check(&[&format!("--base={name}")]);
        assert_eq!(run.code, 3, "{name}: {}", run.out);
        assert!(run.out.contains("is not in this clone") && run.verdict().starts_with("NO VERDICT"), "{name}: {}", run.out);
    }
}

#[test]
fn migrations_that_changed_or_lost_a_part_are_pending() {
    let repository = Repository::new(&[
        ("db/1_a.up.sql", TABLE),
        ("db/1_a.down.sql", "DROP TABLE t;\n"),
        ("db/2_b.up.sql", INDEX),
        ("db/2_b.down.sql", "DROP INDEX i;\n"),
    ]);
    repository.write("README", "x").commit("second");
    assert_eq!(repository.check(&[]).code, 0);
    repository.write("db/2_b.up.sql", "CREATE INDEX i ON t (a DESC);\n");
    let run = repository.check(&[]);
    assert!(run.out.contains("blocking-index") && run.out.contains("edited-after-shipping"), "{}", run.out);
    repository.write("db/2_b.up.sql", INDEX).remove("db/2_b.down.sql");
    let run = repository.check(&[]);
    assert!(run.out.contains("missing-down"), "{}", run.out);
    // Line ends are none of our business, and a folder that moved is the same folder.
    repository.write("db/2_b.up.sql", "CREATE INDEX i ON t (a);\r\n").write("db/2_b.down.sql", "DROP INDEX i;\n");
    assert_eq!(repository.check(&[]).code, 0);
    repository.git(&["checkout", "-q", "db"]);
    repository.git(&["mv", "db", "database"]);
    let run = repository.check(&[]);
    assert!(run.verdict().contains("0 of 2 migrations pending"), "{}", run.out);
    // A new number makes a new migration of it.
    repository.git(&["mv", "database/2_b.up.sql", "database/3_b.up.sql"]);
    assert!(repository.check(&[]).out.contains("blocking-index"));
}

#[test]
fn a_table_made_since_the_base_is_new() {
    let repository = Repository::new(&[("db/1_a.sql", "CREATE TABLE s (a int);\n")]);
    repository.write("README", "x").commit("second").branch("feature");
    repository.write("db/2_b.sql", TABLE).write("db/3_c.sql", INDEX).commit("both");
    let run = repository.check(&[]);
    assert_eq!((run.code, findings(&run).len()), (0, 0), "{}", run.out);
    assert!(run.verdict().contains("2 of 3 migrations pending"), "{}", run.out);
    assert_eq!(findings(&repository.check(&["--all"])).len(), 1);
}

#[test]
fn what_ci_says_decides() {
    let repository = Repository::shipped();
    repository.branch("release").write("db/3_c.sql", INDEX).commit("on release");
    repository.branch("feature").write("db/4_d.sql", INDEX).commit("on feature");
    let folder = repository.0.path();
    let pending = |variables: &[(&str, &str)]| findings(&check(folder, &[], variables)).len();
    assert_eq!(pending(&[]), 2);
    assert_eq!(pending(&[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "release")]), 1);
    let release = repository.git(&["rev-parse", "release"]);
    assert_eq!(pending(&[("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &release)]), 1);
    // What CI checks out is a merge of its own, and the branch that it names is not there.
    repository.git(&["checkout", "-q", "release"]);
    repository.write("README", "z").commit("meanwhile");
    repository.git(&["checkout", "-q", "--detach"]);
    repository.git(&["merge", "-q", "--no-ff", "-m", "merge", "feature"]);
    assert_eq!(pending(&[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "elsewhere")]), 1);
    assert_eq!(pending(&[]), 2, "a merge on somebody's desk is an ordinary commit");
}

#[test]
fn a_shallow_clone_says_what_to_do() {
    let repository = Repository::shipped();
    repository.write("db/3_c.sql", DROP).commit("third");
    let clone = repository.clone(&["--depth", "1"]);
    let run = check(clone.path(), &[], &[]);
    assert_eq!((run.code, findings(&run).len()), (3, 0), "{}", run.out);
    assert!(run.out.contains("`git fetch --unshallow`") && run.out.contains("--all judges every one"), "{}", run.out);
    assert!(
        run.verdict().starts_with("NO VERDICT")
            && run.verdict().contains("0 of 3 files judged (3 not, see above) · 0 of 3 migrations judged"),
        "{}",
        run.out
    );
    let run = check(clone.path(), &[], &[("GITHUB_ACTIONS", "true")]);
    assert!(run.out.contains("`fetch-depth: 0`"), "{}", run.out);
    assert_eq!(findings(&check(clone.path(), &["--all"], &[])).len(), 2);
    // Files that are no migrations do not need a base.
    let pods = Repository::new(&[("web.yaml", POD)]);
    pods.write("README", "x").commit("second");
    assert_eq!(check(pods.clone(&["--depth", "1"]).path(), &[], &[]).code, 0);
    // Two commits are enough on the default branch, and the whole history everywhere.
    assert_eq!(findings(&check(repository.clone(&["--depth", "2"]).path(), &[], &[])).len(), 1);
    assert_eq!(findings(&check(repository.clone(&[]).path(), &[], &[])).len(), 1);
}

#[test]
fn worktrees_submodules_and_bare_repositories_are_known() {
    let repository = Repository::shipped();
    repository.branch("feature").write("db/3_c.sql", INDEX).commit("third");
    let elsewhere = Scratch::new(&[]);
    let worktree = elsewhere.path().join("tree");
    repository.git(&["worktree", "add", "-q", "--detach", worktree.to_str().expect("a name")]);
    assert_eq!(findings(&check(&worktree, &[], &[])).len(), 1);
    // Below its top, a folder is a root like any other.
    assert_eq!(findings(&check(&worktree.join("db"), &[], &[])).len(), 1);

    let outer = Repository::new(&[("web.yaml", POD)]);
    outer.git(&["submodule", "--quiet", "add", &format!("file://{}", repository.0.path().display()), "schema"]);
    outer.commit("with a submodule").write("README", "x").commit("later");
    let run = outer.check(&[]);
    assert_eq!((run.code, findings(&run).len()), (0, 0), "{}", run.out);
    assert!(run.verdict().contains("0 of 3 migrations pending"), "{}", run.out);
    outer.write("schema/db/4_d.sql", INDEX);
    assert_eq!(findings(&outer.check(&[])).len(), 1);

    let bare = repository.clone(&["--bare"]);
    let run = check(bare.path(), &[], &[]);
    assert_eq!(run.code, 3);
    assert!(run.out.contains("without working files"), "{}", run.out);
}

#[test]
fn a_repository_without_a_past_is_all_pending() {
    let repository = Repository::new(&[]);
    repository.write("db/1_a.sql", INDEX);
    let run = repository.check(&[]);
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.verdict().contains("the one migration pending (nothing is committed yet)"), "{}", run.out);
    repository.commit("first");
    assert!(repository.check(&[]).verdict().contains("the one migration pending (this is the first commit)"));
    let none = Scratch::new(&[("db/1_a.sql", INDEX)]);
    assert!(check(none.path(), &[], &[]).verdict().contains("the one migration pending (there is no git repository here)"));
}

#[test]
fn a_repository_that_cannot_be_asked_is_no_verdict() {
    let repository = Repository::shipped();
    let folder = repository.0.path();
    let table: &[(&[(&str, &str)], &str)] = &[
        (&[("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")], "git config --global --add safe.directory"),
        (&[("PATH", "/nonexistent")], "there is no git to ask"),
    ];
    for (variables, hint) in table {
        let run = check(folder, &[], variables);
        assert_eq!(run.code, 3, "{}", run.out);
        assert!(run.out.contains(hint), "{}", run.out);
        assert_eq!(check(folder, &["--all"], variables).code, 1);
    }
    let broken = Scratch::new(&[("db/1_a.sql", INDEX), (".git", "gitdir: nowhere\n")]);
    let run = check(broken.path(), &[], &[]);
    assert_eq!(run.code, 3);
    assert!(run.out.contains("git cannot read this repository"), "{}", run.out);
    // Without any branch of a known name, nobody knows where it left off.
    let other = Repository::shipped();
    other.git(&["branch", "-m", "trunk"]);
    let run = other.check(&[]);
    assert!(run.code == 3 && run.out.contains("name the one that has shipped with --base"), "{}", run.out);
}

/// A repository may name programs in its settings and hooks. None of them is started.
#[test]
#[cfg(unix)]
fn nothing_that_the_repository_names_is_run() {
    use std::os::unix::fs::PermissionsExt as _;

    let repository = Repository::shipped();
    let trap = Scratch::new(&[]);
    let sprung = trap.path().join("sprung");
    trap.write("trap.sh", format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\n", sprung.display()).as_bytes());
    let script = trap.path().join("trap.sh");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    let script = script.to_str().expect("a name");
    repository.write(".gitattributes", "*.sql filter=evil diff=evil text working-tree-encoding=UTF-8\n");
    repository.write("db/3_c.sql", INDEX).write("web.yaml", POD);
    repository.git(&["add", "-A"]);
    for key in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "core.askPass",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "credential.helper",
        "uploadpack.packObjectsHook",
    ] {
        repository.git(&["config", key, script]);
    }
    for alias in ["rev-parse", "cat-file", "ls-tree", "ls-files", "merge-base"] {
        repository.git(&["config", &format!("alias.{alias}"), &format!("!{script}")]);
    }
    // A promise that what is missing can be had from a helper.
    repository.git(&["config", "remote.origin.url", &format!("ext::{script}")]);
    repository.git(&["config", "remote.origin.promisor", "true"]);
    repository.git(&["config", "remote.origin.partialclonefilter", "blob:none"]);
    repository.git(&["config", "extensions.partialClone", "origin"]);
    repository.git(&["config", "core.hooksPath", trap.path().to_str().expect("a name")]);
    for hook in ["post-index-change", "post-checkout", "reference-transaction", "fsmonitor-watchman", "pre-commit"] {
        let _ = std::fs::copy(script, trap.path().join(hook));
        let _ = std::fs::copy(script, repository.0.path().join(".git/hooks").join(hook));
    }
    let missing = "1111111111111111111111111111111111111111";
    for arguments in
        [&[][..], &["--changed"], &["--staged"], &["--staged", "--changed"], &["--base", missing], &["--base", "HEAD:db/1_a.sql"]]
    {
        let run = repository.check(arguments);
        assert!(run.code != 2 && !run.out.is_empty(), "{arguments:?} {}{}", run.out, run.err);
        assert!(!sprung.exists(), "{arguments:?} ran {}", std::fs::read_to_string(&sprung).unwrap_or_default());
    }
    // The trap works: git itself springs it.
    let _ = Command::new("git").current_dir(repository.0.path()).args(["status"]).output();
    assert!(sprung.exists(), "the trap is none");
}

#[test]
fn the_configuration_knows_what_has_shipped() {
    let files = [("db/1_a.sql", TABLE), ("db/02_b.sql", INDEX), ("db/3_c.sql", "CREATE INDEX j ON t USING hash (a);\n")];
    let scratch = Scratch::new(&files);
    let pending = |version: &str| {
        let text = format!("[[migrations]]\npath = \"db/\"\napplied-through = \"{version}\"\n");
        scratch.write("gonogo.toml", text.as_bytes());
        check(scratch.path(), &[], &[])
    };
    for (version, count) in [("0", 0), ("1", 2), ("02", 1), ("2", 1), ("02_b", 1), ("3_c", 0), ("V9", 0)] {
        let run = pending(version);
        assert_eq!(findings(&run).len(), count, "{version}: {}", run.out);
    }
    // Where the table has not shipped either, it is empty when its indexes are built.
    assert!(pending("0").verdict().contains("all 3 migrations pending"));
    let run = pending("next");
    assert!(run.code == 3 && run.out.contains("no migration here has the version next"), "{}", run.out);
    assert_eq!(findings(&check(scratch.path(), &["--all"], &[])).len(), 2);
}
