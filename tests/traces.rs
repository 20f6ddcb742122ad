//! `gonogo trace` tells who reads a setting, whether or not anything sets it.

use crate::support::{Run, Scratch, gonogo};

const STAGING: (&str, &str) = ("env/staging.env", "REGION=eu\nDATABASE_URL=postgres://staging\nQUEUE=a\n");
const PRODUCTION: (&str, &str) = ("env/production.env", "REGION=eu\nQUEUE=a\n");

fn trace(files: &[(&str, &str)], arguments: &[&str]) -> Run {
    gonogo(Scratch::new(files).path(), &[&["trace"], arguments].concat())
}

#[test]
fn who_reads_what_nothing_sets() {
    let program = ("src/app.py", "import os\nurl = os.environ[\"DATABASE_URL\"]\n");
    let workflow = (
        ".github/workflows/deploy.yml",
        "on: push\njobs:\n  deploy:\n    env:\n      DATABASE_URL: ${{ secrets.DATABASE_URL }}\n    steps:\n      - run: ./deploy.sh\n",
    );
    let run = trace(&[STAGING, PRODUCTION, program], &["DATABASE_URL"]);
    let unset = "DATABASE_URL\n  no settings for production set it\n  src/app.py, line 2: read here, and it fails without\n  env/staging.env, line 2: set here for staging\n\n";
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (3, unset, ""));
    // Without any file of settings, too; and what may set it is named.
    let run = trace(&[program, workflow], &["DATABASE_URL"]);
    let handed = "DATABASE_URL\n  no settings for production set it\n  src/app.py, line 2: read here, and it fails without\n  .github/workflows/deploy.yml, line 5: named here, and may be set\n\n";
    assert_eq!((run.code, run.out.as_str()), (3, handed));
    let run = trace(&[STAGING, PRODUCTION, program], &["DATABASE_USER"]);
    assert!(run.code == 3 && run.out.is_empty() && run.err.contains("nothing here is seen to read it"), "{}", run.err);
}

#[test]
fn who_reads_what_is_set() {
    let files = [
        STAGING,
        PRODUCTION,
        ("web/queue.ts", "export const queue = process.env.QUEUE ?? \"a\";\n"),
        ("worker/queue.go", "package worker\n\nvar queue = os.Getenv(\"QUEUE\")\n"),
        ("tests/queue.test.ts", "process.env.QUEUE\n"),
    ];
    let run = trace(&files, &["QUEUE"]);
    let wanted = "QUEUE\n  env/production.env, line 2: ••••••••  <- this one counts\n  worker/queue.go, line 3: read here, without a default\n  web/queue.ts, line 1: read here, with a default\n\n";
    assert_eq!((run.code, run.out.as_str()), (0, wanted), "{}", run.err);
    let json = trace(&files, &["QUEUE", "--output", "json"]).out;
    let report: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let read = serde_json::json!([
        { "path": "worker/queue.go", "line": 3, "need": "plain", "kind": "program" },
        { "path": "web/queue.ts", "line": 1, "need": "optional", "kind": "program" },
    ]);
    assert_eq!(report["settings"][0]["readers"], read);
    let markdown = trace(&files, &["QUEUE", "--output", "markdown"]).out;
    assert!(markdown.contains("\n- worker/queue.go, line 3: read here, without a default\n"), "{markdown}");
}

#[test]
fn many_readers_are_counted() {
    let paths: Vec<String> = (0..9).map(|number| format!("src/part{number}.rb")).collect();
    let mut files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "ENV.fetch(\"QUEUE\")\n")).collect();
    files.extend([STAGING, PRODUCTION]);
    let run = trace(&files, &["QUEUE"]);
    assert_eq!(run.out.matches("read here, and it fails without").count(), 5, "{}", run.out);
    assert!(run.out.contains("\n  and 4 more places read it\n"), "{}", run.out);
}

#[test]
fn what_is_for_another_environment_is_left_out() {
    let deployment = |value: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: web }}\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: web:1\n          env:\n            - name: MAIL_HOST\n              value: {value}\n"
        )
    };
    let (staging, production) = (deployment("a"), deployment("b"));
    let files = [
        ("overlays/staging/web.yaml", staging.as_str()),
        ("overlays/production/web.yaml", production.as_str()),
        ("src/mail.js", "send(process.env.MAIL_HOST)\n"),
    ];
    let run = trace(&files, &["MAIL_HOST"]);
    let wanted = "MAIL_HOST\n  overlays/production/web.yaml, line 11: container \"web\" of Deployment \"web\" gets b\n  src/mail.js, line 1: read here, without a default\n\n";
    assert_eq!((run.code, run.out.as_str()), (0, wanted), "{}", run.err);
}

#[test]
fn what_a_configuration_of_a_program_is_called_there() {
    let files = [
        ("values-staging.yaml", "mail:\n  host: a\n  port: 1\n"),
        ("values-prod.yaml", "mail:\n  host: b\n  port: 1\n"),
        (
            "templates/web.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  host: {{ .Values.mail.host | quote }}\n  port: {{ .Values.mail.port | default 25 }}\n",
        ),
        ("Chart.yaml", "name: web\nversion: 1.0.0\n"),
    ];
    let host = trace(&files, &["host"]).out;
    assert!(
        host.contains("mail.host\n") && host.contains("templates/web.yaml, line 6: the chart's template puts it here"),
        "{host}"
    );
    let port = trace(&files, &["mail.port"]).out;
    assert!(port.contains("templates/web.yaml, line 7: read here, with a default"), "{port}");
}

#[test]
fn what_pods_hand_to_their_containers() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec:\n  containers:\n    - name: web\n      image: web:1\n      envFrom:\n        - configMapRef: { name: web }\n      env:\n        - name: POOL\n          valueFrom: { configMapKeyRef: { name: web, key: pool.size } }\n        - name: API_TOKEN\n          value: correcthorse99\n        - name: DSN\n          valueFrom: { secretKeyRef: { name: db, key: dsn } }\n        - { name: NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }\n";
    let map = |size: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: web }}\ndata:\n  pool.size: \"{size}\"\n  QUEUE: orders\n")
    };
    let (staging, production) = (map("1"), map("9"));
    let files = [
        ("base/web.yaml", pod),
        ("overlays/staging/config.yaml", staging.as_str()),
        ("overlays/production/config.yaml", production.as_str()),
    ];
    let to = "container \"web\" of Pod \"web\" gets";
    let table = [
        (
            "POOL",
            format!(
                "base/web.yaml, line 11: {to} pool.size of ConfigMap \"web\", which overlays/production/config.yaml, line 5, sets\n"
            ),
        ),
        ("API_TOKEN", format!("base/web.yaml, line 13: {to} ••••••••\n")),
        ("DSN", format!("base/web.yaml, line 15: {to} dsn of Secret \"db\"\n")),
        ("NODE", format!("base/web.yaml, line 17: {to} spec.nodeName of its pod\n")),
        (
            "QUEUE",
            format!(
                "overlays/production/config.yaml (ConfigMap web), line 6: orders  <- this one counts\n  base/web.yaml, line 9: {to} all of ConfigMap \"web\"\n"
            ),
        ),
    ];
    for (name, wanted) in table {
        let run = trace(&files, &[name]);
        assert_eq!((run.code, run.out.as_str()), (0, format!("{name}\n  {wanted}\n").as_str()), "{}", run.err);
    }
    let json = trace(&files, &["POOL", "--output", "json"]).out;
    let report: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let given = &report["settings"][0]["given"][0];
    assert_eq!(
        (&given["object"], &given["key"], &given["set"]["line"]),
        (&"ConfigMap/web".into(), &"pool.size".into(), &5.into())
    );
    assert!(!trace(&files, &["API_TOKEN", "--output", "json"]).out.contains("correcthorse"));
}
