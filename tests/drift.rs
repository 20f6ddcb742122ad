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

#[test]
fn what_does_not_fit_is_cut_where_it_tells_least() {
    let values = |host: &str| {
        format!(
            "service:\n  environment:\n    variables:\n      ORDERS_OF_LAST_YEAR_URL: https://orders-of-last-year.shop-services{host}.internal/v1\n      ORDERS_OF_THIS_YEAR_URL: https://orders.shop-services.internal\n"
        )
    };
    let same = "A: 1\nB: 2\n";
    let files = [
        ("values-staging.yaml", values("-staging")),
        ("values-production.yaml", values("")),
        ("b/staging.yaml", same.to_owned()),
        ("b/production.yaml", same.to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let run = gonogo(Scratch::new(&files).path(), &["diff", "staging", "production"]);
    // The end of a name and the part of a value that differs; no heads over a table of nothing.
    assert!(run.out.contains("variables.ORDERS_OF_LAST_YEAR_URL …-services-staging"), "{}", run.out);
    assert!(run.out.contains("places filled)\n\n  2 the same"), "{}", run.out);
}

#[test]
fn settings_of_a_known_name_are_never_passed_over() {
    let files = [
        ("src/main/resources/application.yml", "just words\n"),
        ("a/appsettings.json", "\"x\"\n"),
        ("b/appsettings.json", "{}\n"),
        ("c/application.yml", "# nothing yet\n---\n"),
        ("d/application-patch.yaml", "- op: add\n"),
        ("web/.env", "A=1\n"),
    ];
    let out = gonogo(Scratch::new(&files).path(), &["check", "--coverage"]).out;
    for path in ["src/main/resources/application.yml", "a/appsettings.json"] {
        assert!(out.contains(&format!("{path}: its name promises settings")), "{path}: {out}");
    }
    for path in ["b/appsettings.json", "c/application.yml", "d/application-patch.yaml"] {
        assert!(!out.contains(path), "{path}: {out}");
    }
}

#[test]
fn programs_are_evidence_and_are_not_judged() {
    let files: &[(&str, &str)] = &[
        ("env/staging.env", "SMTP_HOST=a\nREGION=b\n"),
        ("env/qa.env", "REGION=b\nQUEUE=c\n"),
        ("env/production.env", "QUEUE=c\n"),
        ("app/mail.py", "import os\npassword = \"hunter22swordfish\"\nREGION = os.environ[\"REGION\"], \"hunter22swordfish\"\n"),
        ("app/odd.py", "os.environ[\"\u{0}"),
    ];
    let scratch = Scratch::new(files);
    let large = format!("os.environ[\"REGION\"]\n{}", "#".repeat(2 << 20));
    std::fs::write(scratch.path().join("app/large.py"), large).expect("a scratch folder can be written to");
    let run = gonogo(scratch.path(), &["check"]);
    assert_eq!(run.code, 1, "{}", run.out);
    for words in ["REGION is missing in production", "app/mail.py", "3 of 3 files judged", "read here, and it fails without"] {
        assert!(run.out.contains(words), "{words}: {}", run.out);
    }
    assert!(!run.out.contains("hunter22") && !run.out.contains("large.py"), "{}", run.out);
}

#[test]
fn a_pipeline_allows_what_is_found_in_it() {
    let asks = "on: push\njobs:\n  a:\n    steps:\n      - run: terraform apply -var-file=vars/prod.tfvars";
    let allowed = format!("{asks} # gonogo: allow missing-environment-file because the vault has it\n");
    for (workflow, found) in [(asks, true), (allowed.as_str(), false)] {
        let files = [
            ("vars/dev.tfvars", "a = 1\n"),
            ("vars/staging.tfvars", "a = 2\n"),
            (".github/workflows/deploy-template.yml", workflow),
        ];
        let out = gonogo(Scratch::new(&files).path(), &["check"]).out;
        assert_eq!(out.contains("medium[missing-environment-file]"), found, "{out}");
    }
}
