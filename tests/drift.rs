//! `gonogo diff` and `gonogo trace`: what people ask when staging works and production does not.

use crate::support::{Scratch, files_below, golden, gonogo, root};

const STAGING: &str = "mail:\n  host: mail.staging.test\n  retries: 3\npassword: hunter22swordfish\nold: 1\n";
const PRODUCTION: &str = "mail:\n  host: mail.shop.test\n  retries: 5\npassword: correcthorse99\n";
const FILES: &[(&str, &str)] = &[
    ("values.yaml", "mail:\n  host: localhost\n  from: shop\nport: 80\n"),
    ("values-staging.yaml", STAGING),
    ("values-prod.yaml", PRODUCTION),
];

#[test]
fn two_environments_side_by_side() {
    let scratch = Scratch::new(FILES);
    let run = gonogo(scratch.path(), &["diff", "staging", "production"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
    for words in ["mail.retries", "old", "missing", "2 the same · 3 differ · 1 missing", "identity", "secret", "over values.yaml"]
    {
        assert!(run.out.contains(words), "{words}: {}", run.out);
    }
    let reversed = gonogo(scratch.path(), &["diff", "prod", "stg"]);
    assert!(reversed.code == 0 && reversed.out.contains("2 the same · 3 differ · 1 missing"), "{}", reversed.out);
}

#[test]
fn no_secret_gets_out() {
    let scratch = Scratch::new(FILES);
    for format in ["text", "json", "markdown"] {
        let diff = gonogo(scratch.path(), &["diff", "staging", "production", "--output", format]).out;
        let trace = gonogo(scratch.path(), &["trace", "password", "--output", format]).out;
        for out in [&diff, &trace] {
            assert!(!out.contains("hunter22") && !out.contains("correcthorse"), "{out}");
        }
        assert!(diff.contains("password") && trace.contains("password"), "{diff}{trace}");
    }
}

#[test]
fn the_last_layer_counts() {
    let scratch = Scratch::new(FILES);
    let run = gonogo(scratch.path(), &["trace", "mail.host", "--environment", "production"]);
    let wanted =
        "mail.host\n  values.yaml, line 2: localhost\n  values-prod.yaml, line 2: mail.shop.test  <- this one counts\n\n";
    assert_eq!((run.code, run.out.as_str()), (0, wanted), "{}", run.err);
    let inherited = gonogo(scratch.path(), &["trace", "from"]).out;
    assert!(inherited.contains("values.yaml, line 3: shop  <- this one counts") && inherited.contains("not set"), "{inherited}");
}

#[test]
fn what_is_not_there_is_said() {
    let scratch = Scratch::new(FILES);
    let run = gonogo(scratch.path(), &["diff", "staging", "qa"]);
    assert!(run.code == 3 && run.err.contains("there are production, staging"), "{}", run.err);
    let run = gonogo(scratch.path(), &["trace", "nothing"]);
    assert!(run.code == 3 && run.err.contains("nothing that production reads sets nothing"), "{}", run.err);
    let run = gonogo(scratch.path(), &["diff", "staging", "production", "--fail-on", "low"]);
    assert!(run.code == 2 && run.err.contains("`gonogo check`"), "{}", run.err);
}

#[test]
fn drift_reads_well_in_100_columns() {
    let fixture = root().join("fixtures/drift");
    let scratch = Scratch::new(&[]);
    for file in files_below(&fixture) {
        let below = file.strip_prefix(&fixture).expect("below").to_string_lossy().replace('\\', "/");
        scratch.write(&below, &std::fs::read(&file).expect("a file"));
    }
    for (format, extension) in [("text", "diff.txt"), ("markdown", "diff.md"), ("json", "diff.json")] {
        let run = gonogo(scratch.path(), &["diff", "staging", "production", "--output", format]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{format}");
        golden(&root().join(format!("fixtures/drift.{extension}")), &run.out);
        let widest = run.out.split('\n').map(|line| line.chars().count()).max().unwrap_or_default();
        assert!(format != "text" || widest <= 100, "{widest}");
    }
}
