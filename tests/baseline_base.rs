//! Baselines beside a base: what has shipped, what is staged, what a change adds.

use gonogo::settings::BASELINE;

use crate::baseline::{counts, file, run};
use crate::repository::{INDEX, Repository, findings};
use crate::support::{POD, Scratch};

/// What has shipped cannot be changed, so nothing is said of the comments in it, and its entries stay.
#[test]
fn what_has_shipped_is_left_alone() {
    let comments = "-- gonogo: allow missing-down because x\n-- gonogo: allow no-such-rule because x\n";
    let old = format!("{comments}{INDEX}-- gonogo: allow blocking-index until 2001-01-01 because x\n{INDEX}");
    let repository = Repository::new(&[("db/V1__a.sql", &old)]);
    repository.write("README", "x").commit("second");
    let all = repository.check(&["--all"]);
    let told = ["unused-suppression", "misspelt-suppression", "expired-suppression", "blocking-index"];
    assert!(told.iter().all(|rule| all.out.contains(rule)), "{}", all.out);
    assert_eq!(findings(&repository.check(&[])).len(), 0);
    run(&repository.0, &["baseline", "--all"]);
    let text = file(&repository.0);
    assert_eq!(counts(&repository.0), (0, 0, Some(0)));
    run(&repository.0, &["baseline"]);
    assert_eq!(file(&repository.0), text, "nobody looked, so nothing is fixed");
    assert_eq!(repository.check(&["--all"]).code, 0);
    for flag in ["--changed", "--staged"] {
        assert_eq!(run(&repository.0, &["baseline", flag]).code, 2);
    }
    // A file that has shipped and keeps a checksum is not to be edited, one that has not is.
    repository.write("db/V2__b.sql", INDEX);
    let shown = |path| run(&repository.0, &["check", path, "--no-baseline"]).out;
    assert!(shown("db/V1__a.sql").contains("on purpose?  its runner compares checksums"));
    assert!(shown("db/V2__b.sql").contains("on purpose?  -- gonogo: allow blocking-index because"));
    // What is staged is compared with the baseline that is staged.
    repository.git(&["add", "db"]);
    assert_eq!(repository.check(&["--staged"]).code, 1);
    run(&repository.0, &["baseline"]);
    assert_eq!(repository.check(&["--staged"]).code, 1);
    repository.git(&["add", BASELINE]);
    assert_eq!(repository.check(&["--staged"]).code, 0);
}

/// What a change adds to the baseline is new all the same; what it moves or drops is not.
#[test]
fn a_frozen_baseline_does_not_grow() {
    let bad = POD.replace("1.0.0", "latest");
    let repository = Repository::new(&[("pod.yaml", &bad)]);
    let frozen = || repository.check(&["--frozen-baseline"]);
    run(&repository.0, &["baseline"]);
    assert_eq!(frozen().code, 0, "the first one has nothing to grow from");
    repository.commit("baseline").branch("feature");
    assert_eq!(frozen().code, 0);
    repository.git(&["mv", "pod.yaml", "web.yaml"]);
    run(&repository.0, &["baseline"]);
    assert_eq!(frozen().code, 0, "a file that moved");
    repository.write("api.yaml", &bad.replace("name: web", "name: api"));
    run(&repository.0, &["baseline"]);
    assert_eq!(repository.check(&[]).code, 0);
    let grown = frozen();
    assert!(grown.code == 1 && findings(&grown).len() == 1 && grown.out.starts_with("api.yaml:"), "{}", grown.out);
    assert_eq!(repository.check(&["--frozen-baseline", "--staged"]).code, 0, "none of it is staged but the move");
    let clone = repository.clone(&["--depth", "1", "--branch", "main"]);
    clone.write("api.yaml", bad.as_bytes());
    let shallow = run(&clone, &["check", "--frozen-baseline", "--base", "v1"]);
    assert!(shallow.code == 2 && shallow.err.contains("nobody can tell whether gonogo-baseline.json grew"), "{}", shallow.err);
    let without = Scratch::new(&[("pod.yaml", &bad)]);
    run(&without, &["baseline"]);
    let refused = run(&without, &["check", "--frozen-baseline"]);
    assert!(refused.code == 2 && refused.err.contains("no git repository"), "{}", refused.err);
}
