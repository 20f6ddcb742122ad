//! What a change touches and what is staged, on repositories that are made for the test.

use std::process::Command;

use crate::repository::{INDEX, Repository, TABLE, check, findings};
use crate::support::{POD, Scratch};

#[test]
fn a_change_answers_for_its_lines_alone() {
    let bad = POD.replace("web:1.0.0", "web:latest");
    let two = format!("{bad}---\n{}", bad.replace("name: web", "name: api"));
    let repository = Repository::new(&[("k8s/a.yaml", &two), ("k8s/b.yaml", &bad), ("db/1_a.sql", TABLE)]);
    repository.write("README", "x").commit("second").branch("feature");
    let all = findings(&repository.check(&[])).len();
    let run = repository.check(&["--changed"]);
    assert_eq!((run.code, findings(&run).len()), (0, 0), "an empty change: {}", run.out);
    // Blank lines above move everything and change nothing.
    repository.write("k8s/b.yaml", &format!("\n\n{bad}"));
    assert_eq!(findings(&repository.check(&["--changed"])).len(), 0);
    assert!(!findings(&repository.check(&["--changed", "--whole-files"])).is_empty());
    repository.write("k8s/b.yaml", &bad);
    // One line of one of two objects.
    repository.write("k8s/a.yaml", &two.replacen("web:latest", "web:stable", 1));
    let run = repository.check(&["--changed"]);
    let places: Vec<&str> = findings(&run);
    assert!(!places.is_empty() && places.iter().all(|place| place.starts_with("k8s/a.yaml:8:")), "{}", run.out);
    assert!(places.len() < all);
    // A new file is new from end to end.
    repository.write("k8s/c.yaml", &bad.replace("name: web", "name: new"));
    assert!(repository.check(&["--changed"]).out.contains("k8s/c.yaml"));
}

#[test]
fn moved_files_are_followed() {
    let bad = POD.replace("web:1.0.0", "web:latest");
    let repository = Repository::new(&[("k8s/a.yaml", &bad), ("web.yaml", POD)]);
    repository.write("README", "x").commit("second").branch("feature");
    repository.git(&["mv", "k8s/a.yaml", "deploy.yaml"]);
    let run = repository.check(&["--changed"]);
    assert_eq!(findings(&run).len(), 0, "{}", run.out);
    repository.write("deploy.yaml", &bad.replace("- name: web", "- name: application"));
    let run = repository.check(&["--changed"]);
    assert!(findings(&run).iter().all(|place| place.contains("deploy.yaml:7:")), "{}", run.out);
    assert!(!run.out.contains("mutable-image-tag"), "{}", run.out);
}

#[test]
fn a_deletion_answers_for_what_it_uncovers() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n  selector:\n    matchLabels: {app: web}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: web:1.0.0\n        ports:\n        - containerPort: 80\n        readinessProbe:\n          httpGet: {path: /ready, port: 80}\n";
    let service =
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports:\n  - port: 80\n";
    let repository = Repository::new(&[("web.yaml", deployment), ("service.yaml", service), ("db/1_a.up.sql", TABLE)]);
    repository.write("db/1_a.down.sql", "DROP TABLE t;\n").write("db/2_b.up.sql", "ALTER TABLE t ADD b int;\n");
    repository.write("db/2_b.down.sql", "ALTER TABLE t DROP b;\n").commit("second").write("README", "x").commit("third");
    repository.branch("feature");
    assert_eq!(findings(&repository.check(&["--changed"])).len(), 0);
    let probe = deployment.find("        readinessProbe").expect("a probe");
    repository.write("web.yaml", &deployment[..probe]);
    let run = repository.check(&["--changed"]);
    assert!(findings(&run).len() == 1 && run.out.contains("missing-readiness-probe"), "{}", run.out);
    repository.write("web.yaml", deployment).remove("db/2_b.down.sql");
    let run = repository.check(&["--changed"]);
    assert!(findings(&run).len() == 1 && run.out.contains("missing-down"), "{}", run.out);
}

#[test]
fn a_file_that_was_missing_before_is_no_news() {
    let repository = Repository::new(&[
        (
            "Makefile",
            "production:\n\tdocker run --env-file deploy/.env.production app\nqa:\n\tdocker run --env-file deploy/.env.qa app\n",
        ),
        ("deploy/.env.qa", "A=1\n"),
        ("deploy/.env.dev", "A=1\n"),
        ("k8s/web.yaml", POD),
    ]);
    repository.write("README", "x").commit("second").branch("feature");
    assert!(repository.check(&[]).out.contains("deploy/.env.production is asked for"));
    // A line that is gone makes one wonder what it held off: not this.
    repository.write("k8s/web.yaml", &POD.replace("web:1.0.0", "web:1.0.1"));
    let run = repository.check(&["--changed"]);
    assert!(!run.out.contains("deploy/.env.production is asked for"), "{}", run.out);
    repository.remove("deploy/.env.qa");
    let run = repository.check(&["--changed"]);
    assert!(run.out.contains("deploy/.env.qa is asked for") && !run.out.contains(".env.production is asked for"), "{}", run.out);
}

#[test]
fn what_is_staged_is_judged_and_not_what_lies_about() {
    let repository = Repository::shipped();
    repository.branch("feature").write("db/3_c.sql", "CREATE INDEX j ON t USING hash (a);\n");
    assert_eq!(repository.check(&["--staged"]).code, 0);
    repository.git(&["add", "-A"]);
    repository.write("db/3_c.sql", "SELECT 1;\n");
    assert_eq!(repository.check(&[]).code, 0);
    let run = repository.check(&["--staged"]);
    assert_eq!((run.code, findings(&run).len()), (1, 1), "{}", run.out);
    assert_eq!(findings(&repository.check(&["--staged", "--changed"])).len(), 1);
    repository.remove("db/3_c.sql");
    assert_eq!(repository.check(&["--staged"]).code, 1);
    // A commit of part of the working tree has an index of its own.
    let folder = repository.0.path();
    let index = folder.join("another");
    std::fs::copy(folder.join(".git/index"), &index).expect("an index");
    repository.git(&["rm", "-q", "--cached", "db/3_c.sql"]);
    assert_eq!(repository.check(&["--staged"]).code, 0);
    assert_eq!(check(folder, &["--staged"], &[("GIT_INDEX_FILE", "another")]).code, 1);
    let none = Scratch::new(&[("db/1_a.sql", INDEX)]);
    let run = check(none.path(), &["--staged"], &[]);
    assert_eq!((run.code, run.err.contains("is in no git repository")), (2, true), "{}", run.err);
    let run = check(none.path(), &["--changed"], &[]);
    assert_eq!((run.code, run.err.contains("leave out --changed")), (2, true), "{}", run.err);
}

#[test]
fn an_unfinished_merge_and_links_are_said_of_what_is_staged() {
    let repository = Repository::shipped();
    repository.branch("one").write("db/2_b.sql", "SELECT 1;\n").commit("one");
    repository.git(&["checkout", "-q", "main"]);
    repository.write("db/2_b.sql", "SELECT 2;\n").commit("two");
    let merge = Command::new("git").current_dir(repository.0.path()).args(["merge", "one"]).output().expect("git");
    assert!(!merge.status.success());
    let run = repository.check(&["--staged"]);
    assert_eq!(run.code, 3, "{}", run.out);
    assert!(run.out.contains("db/2_b.sql: a merge left it in several versions"), "{}", run.out);
}

#[test]
fn changes_that_nobody_can_tell_are_no_verdict() {
    let repository = Repository::new(&[("web.yaml", POD)]);
    repository.write("README", "x").commit("second");
    let clone = repository.clone(&["--depth", "1"]);
    let run = check(clone.path(), &["--changed"], &[]);
    assert_eq!(run.code, 3, "{}", run.out);
    assert!(run.out.contains("nobody can tell what changed") && run.out.contains("--unshallow"), "{}", run.out);
}

/// Each of them could be any of those that are gone; that must not cost the one times the other.
#[test]
fn a_folder_of_thousands_of_files_moves_in_time() {
    let repository = Repository::new(&[("README", "read me\n")]);
    for number in 0..3000 {
        let pod = POD.replace("web:1.0.0", "web:latest").replace("name: web", &format!("name: web-{number}"));
        repository.write(&format!("old/{number}.yaml"), &pod);
    }
    repository.commit("many").branch("feature").git(&["mv", "old", "new"]);
    let started = std::time::Instant::now();
    let run = repository.check(&["--changed"]);
    assert_eq!((run.code, findings(&run).len()), (0, 0), "{}", run.verdict());
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}
