//! `gonogo trace` reads the layers of each tool in the order in which that tool does.

use crate::support::{Scratch, gonogo};

/// The files of a trace that set the setting, in order, with the one that counts.
fn order(files: &[(&str, &str)], key: &str, environment: &str) -> String {
    let scratch = Scratch::new(files);
    let run = gonogo(scratch.path(), &["trace", key, "--environment", environment, "--output", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}{}", run.out, run.err));
    let traces = report["settings"].as_array().expect("settings");
    let told = traces.iter().map(|trace| {
        let layers = trace["layers"].as_array().expect("layers").iter().filter(|layer| layer["state"] != "missing");
        let names = layers.map(|layer| {
            let counts = if layer["counts"] == true { "!" } else { "" };
            let variable = if layer["is_variable"] == true { "?" } else { "" };
            format!("{}{counts}{variable}", layer["file"].as_str().unwrap_or_default())
        });
        names.collect::<Vec<_>>().join(" < ")
    });
    told.collect::<Vec<_>>().join(" | ")
}

const DOTENV: [(&str, &str); 5] = [
    (".env", "A=1\n"),
    (".env.local", "A=2\n"),
    (".env.production", "A=3\n"),
    (".env.production.local", "A=4\n"),
    (".env.staging", "A=5\n"),
];

#[test]
fn dotenv_files_in_the_order_of_their_reader() {
    let with = |list: (&'static str, &'static str)| [&DOTENV[..], &[list]].concat();
    let vite = with(("package.json", "{\"devDependencies\": {\n\"vite\": \"6\"}}"));
    let next = with(("package.json", "{\"dependencies\": {\n\"next\": \"15\"}}"));
    let rails = with(("Gemfile", "gem 'dotenv-rails'\n"));
    let below = ".env < .env.local < .env.production < .env.production.local!";
    let above = ".env < .env.production < .env.local < .env.production.local!";
    assert_eq!([vite, next, rails].map(|files| order(&files, "A", "production")), [below, above, above]);
    // One environment alone, and tests, which no machine changes.
    assert_eq!(order(&[DOTENV[0], DOTENV[2]], "A", "production"), ".env < .env.production!");
    let test = [DOTENV[0], DOTENV[1], (".env.test", "B=1\n")];
    assert_eq!(order(&test, "A", "test"), ".env!");
}

#[test]
fn frameworks_find_files_by_their_names() {
    let spring = [
        (
            "r/application.yml",
            "a: 1\nspring:\n  config:\n    import: 'optional:classpath:common.yml'\n---\nspring:\n  config:\n    activate:\n      on-profile: prod\na: 3\n",
        ),
        ("r/common.yml", "a: 2\nb: 1\n"),
        ("r/application-prod.yml", "a: 4\n"),
        ("r/application-prod.properties", "a=5\n"),
        ("r/application-dev.yml", "a: 9\n"),
    ];
    let wanted = "r/application.yml < r/application.yml (1) < r/application-prod.yml < r/application-prod.properties!";
    assert_eq!(order(&spring, "a", "production"), wanted);
    let node = [
        ("config/default.json", "{\"a\": 1}"),
        ("config/production.json", "{\"a\": 2}"),
        ("config/staging.json", "{\"a\": 3}"),
        ("config/local.json", "{\"a\": 4}"),
        ("config/local-production.json", "{\"a\": 5}"),
        ("config/custom-environment-variables.json", "{\"a\": \"SHOP_A\"}"),
    ];
    let wanted = "config/default.json < config/production.json < config/local.json < config/local-production.json! < config/custom-environment-variables.json?";
    assert_eq!(order(&node, "a", "production"), wanted);
    let dotnet = [("appsettings.json", "{\"A\": {\"B\": 1}}"), ("appsettings.Production.json", "{\"A\": {\"B\": 2}}")];
    assert_eq!(order(&dotnet, "A.B", "production"), "appsettings.json < appsettings.Production.json!");
    let rails = [
        ("config/settings.yml", "a: 1\n"),
        ("config/settings/production.yml", "a: 2\n"),
        ("config/settings.local.yml", "a: 3\n"),
        ("config/settings/production.local.yml", "a: 4\n"),
    ];
    let wanted = "config/settings.yml < config/settings/production.yml < config/settings.local.yml < config/settings/production.local.yml!";
    assert_eq!(order(&rails, "a", "production"), wanted);
}

const CHART: [(&str, &str); 4] = [
    ("chart/values.yaml", "a: 1\nb: 1\n"),
    ("chart/values-eu.yaml", "a: 2\n"),
    ("chart/values-prod.yaml", "a: 3\n"),
    ("chart/values-staging.yaml", "a: 4\n"),
];

#[test]
fn who_names_the_files_gives_their_order() {
    let with = |path: &'static str, text: &'static str| [&CHART[..], &[(path, text)]].concat();
    let below = "chart/values.yaml < chart/values-eu.yaml < chart/values-prod.yaml!";
    let above = "chart/values.yaml < chart/values-prod.yaml < chart/values-eu.yaml!";
    let workflow = "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          helm upgrade shop chart \\\n            -f chart/values-eu.yaml \\\n            -f chart/values-${{ inputs.env }}.yaml\n";
    let script = "cd chart\nhelm upgrade shop . -f values-prod.yaml -f values-eu.yaml\n";
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec:\n  source:\n    path: chart\n    helm:\n      valueFiles: [values-prod.yaml, values-eu.yaml]\n";
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: shop}\nspec:\n  template:\n    spec:\n      source:\n        path: chart\n        helm:\n          valueFiles:\n            - values-eu.yaml\n            - values-{{env}}.yaml\n";
    let helmfile = "releases:\n  - name: shop\n    chart: ./chart\n    values:\n      - chart/values-{{ .Environment.Name }}.yaml\n      - chart/values-eu.yaml\n";
    let table = [
        ("", "", "chart/values.yaml < chart/values-prod.yaml!"),
        (".github/workflows/deploy.yml", workflow, below),
        ("deploy.sh", script, above),
        ("apps/shop.yaml", application, above),
        ("apps/set.yaml", set, below),
        ("helmfile.yaml", helmfile, above),
    ];
    for (path, text, wanted) in table {
        let files = if path.is_empty() { CHART.to_vec() } else { with(path, text) };
        assert_eq!(order(&files, "a", "production"), wanted, "{path}");
    }
    let scratch = Scratch::new(&with("deploy.sh", script));
    let text = gonogo(scratch.path(), &["trace", "a"]).out;
    assert!(text.contains("  read in the order of deploy.sh, line 2:\n  chart/values.yaml, line 1: 1\n"), "{text}");
}

#[test]
fn what_a_manifest_holds_itself_comes_last() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\nspec:\n  chart:\n    spec:\n      chart: ./chart\n      valuesFiles: [chart/values.yaml, chart/values-prod.yaml]\n  valuesFrom:\n    - {kind: ConfigMap, name: shop-values}\n  values:\n    a: 9\n";
    let kustomization = "configMapGenerator:\n  - name: shop-values\n    files: [values.yaml=more.yaml]\n";
    let files =
        [&CHART[..], &[("prod/shop.yaml", release), ("prod/kustomization.yaml", kustomization), ("prod/more.yaml", "a: 8\n")]]
            .concat();
    let told = order(&files, "a", "production");
    assert!(told.contains("chart/values-prod.yaml") && told.contains("prod/shop.yaml (HelmRelease shop)!"), "{told}");
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec:\n  source:\n    path: chart\n    helm:\n      valueFiles: [values-prod.yaml]\n      valuesObject:\n        a: 9\n";
    let files = [&CHART[..], &[("prod/shop.yaml", application)]].concat();
    let wanted = "chart/values.yaml < chart/values-prod.yaml < prod/shop.yaml (Application shop)!";
    assert_eq!(order(&files, "a", "production"), wanted);
}

#[test]
fn what_another_layer_supplies_is_not_missing() {
    let values: [(&str, &str); 4] = [
        ("values-common.yaml", "timeout: 5\n"),
        ("values-dev.yaml", "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\ng: 7\ntimeout: 6\n"),
        ("values-staging.yaml", "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\ng: 7\ntimeout: 6\n"),
        ("values-prod.yaml", "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\ng: 7\n"),
    ];
    let files = |script: &'static str| {
        // By its name nobody takes it for one that all read.
        let renamed = values.map(|(path, text)| (if path == "values-common.yaml" { "values-eu.yaml" } else { path }, text));
        [&renamed[..], &[("deploy.sh", script)]].concat()
    };
    let found = |script| gonogo(Scratch::new(&files(script)).path(), &["check", "--all"]).out.contains("missing-setting");
    assert!(found("helm upgrade shop . -f values-prod.yaml\n"));
    assert!(!found("helm upgrade shop . -f values-eu.yaml -f values-prod.yaml\n"));
}

#[test]
fn the_configuration_names_environments() {
    let files = [
        ("gonogo.toml", "[environments]\nproduction = [\"eqiad\"]\nother = [\"beta\"]\n"),
        ("conf/base.yaml", "a: 1\n"),
        ("conf/eqiad.yaml", "a: 2\n"),
        ("conf/beta.yaml", "a: 3\n"),
    ];
    assert_eq!(order(&files, "a", "eqiad"), "conf/base.yaml < conf/eqiad.yaml!");
}

#[test]
fn compose_files_in_the_order_in_which_they_are_named() {
    let files = [
        (
            "deploy/docker-compose.yml",
            "services:\n  web:\n    image: web:1\n    environment:\n      A: 1\n  db:\n    image: db:1\n    environment: [A=9]\n",
        ),
        ("deploy/docker-compose.prod.yml", "services:\n  web:\n    environment:\n      A: 2\n"),
        ("deploy/docker-compose.tls.yml", "services:\n  web:\n    environment:\n      A: 3\n"),
    ];
    let with = |path: &'static str, text: &'static str| order(&[&files[..], &[(path, text)]].concat(), "A", "production");
    let (base, prod, tls) = (
        "deploy/docker-compose.yml (service web)",
        "deploy/docker-compose.prod.yml (service web)",
        "deploy/docker-compose.tls.yml (service web)",
    );
    let alone = format!("{prod}!");
    assert_eq!(order(&files, "A", "production"), alone);
    let two = format!("{base} < {prod}!");
    assert_eq!(with("deploy/Makefile", "up:\n\tdocker compose -f docker-compose.yml -f docker-compose.prod.yml up\n"), two);
    assert_eq!(with("Makefile", "up:\n\tcd deploy && docker compose -f docker-compose.yml -f docker-compose.prod.yml up\n"), two);
    let workflow = "on: push\njobs:\n  a:\n    env:\n      COMPOSE_FILE: deploy/docker-compose.yml:deploy/docker-compose.prod.yml:deploy/docker-compose.tls.yml\n";
    assert_eq!(with(".github/workflows/a.yml", workflow), format!("{base} < {prod} < {tls}!"));
    assert_eq!(with("deploy/.env", "COMPOSE_FILE=docker-compose.yml:docker-compose.prod.yml\n"), two);
    assert_eq!(with("up.sh", "docker compose -f deploy/docker-compose.prod.yml -f $MORE.yml up\n"), alone);
}
