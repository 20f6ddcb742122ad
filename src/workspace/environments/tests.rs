//! Files that configure the same thing, and what one of them lacks.

use super::*;
use crate::document::kind::Kind;

fn documents(files: &[(&str, &str)]) -> Vec<Arc<Document>> {
    let read = |path: &str, text: &str| {
        let kind = Kind::of_path(path, false).filter(|kind| *kind == Kind::Settings).unwrap_or(Kind::Configuration);
        Document::read(path, text.as_bytes().to_vec(), kind).map(Arc::new)
    };
    files.iter().filter_map(|(path, text)| read(path, text)).collect()
}

fn of(documents: &[Arc<Document>]) -> Environments {
    Environments::of(documents, &EnvironmentNames::default())
}

#[test]
fn files_that_differ_in_the_environment_form_a_group() {
    let all = "A=1\nB=2\nC=3\nD=4\nE=5\nF=6\nG=7\n";
    let documents = documents(&[
        (".env", "Z=1\n"),
        (".env.example", all),
        (".env.production", all),
        (".env.staging", all),
        ("env/dev/.env", all),
    ]);
    let environments = of(&documents);
    assert_eq!(environments.groups.len(), 1);
    let group = &environments.groups[0];
    let names: Vec<_> = group.members.iter().filter_map(|member| member.environment.as_deref()).collect();
    assert_eq!((names, group.is_complete), (vec!["production", "staging"], false));
}

#[test]
fn what_all_environments_read_first_is_no_gap() {
    let table: &[(&[&str], usize)] = &[
        (&[".env", ".env.prod", ".env.staging"], 0),
        (&[".env.common", ".env.prod", ".env.staging"], 0),
        (&["env/.env", "env/prod/.env", "env/staging/.env"], 0),
        (&["env/prod/.env", "env/shared/.env", "env/staging/.env"], 0),
        (&["app-prod.env", "app-staging.env", "app.env"], 0),
        (&["config/base.env", "config/prod.env", "config/staging.env"], 0),
        (&[".env", "prod.env", "staging.env"], 0),
        (&[".env.prod", ".env.staging", "other/.env"], 1),
    ];
    for (paths, gaps) in table {
        let text = |path: &str| if path.contains("prod") { "A=1\n" } else { "A=1\nB=2\n" };
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, text(path))).collect();
        let environments = of(&documents(&files));
        assert_eq!(environments.groups.iter().map(|group| group.gaps.len()).collect::<Vec<_>>(), [*gaps], "{paths:?}");
    }
}

#[test]
fn laptops_and_review_apps_say_nothing_about_the_others() {
    let files = [(".env.local", "A=1\n"), (".env.production", "A=1\n"), (".env.review", "A=1\n")];
    assert!(of(&documents(&files)).groups.is_empty());
}

#[test]
fn a_group_is_complete_when_almost_every_file_has_every_key() {
    let all: String = (0..20).map(|key| format!("K{key}=1\n")).collect();
    let short = all.replace("K7=1\n", "");
    let shorter: String = (0..9).map(|key| format!("K{key}=1\n")).collect();
    for (production, complete) in [(&all, true), (&short, true), (&shorter, false)] {
        let documents = documents(&[("dev.env", &all), ("prod.env", production), ("qa.env", &all)]);
        let environments = of(&documents);
        assert_eq!(environments.groups[0].is_complete, complete);
    }
}

/// Paths and texts.
type Files<'a> = &'a [(&'a str, &'a str)];

/// Every group as its members, its base, its style and what is missing where.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let documents = documents(files);
    let tell = |group: &Group| {
        let title =
            |file: &SettingsFile| file.section.as_deref().unwrap_or(documents[file.source.index()].source.path()).to_owned();
        let names = |files: &[SettingsFile]| files.iter().map(title).collect::<Vec<_>>().join(" ");
        let gaps: Vec<String> =
            group.gaps.iter().map(|gap| format!("{}!{}", group.members[gap.member].title(), gap.name)).collect();
        format!("{} <- {} {}%; {}", names(&group.members), names(&group.base), group.parity, gaps.join(" "))
    };
    of(&documents).groups.iter().map(tell).collect()
}

#[test]
fn every_kind_of_file_is_grouped() {
    let map = |name: &str, data: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{{data}}}\n");
    let whole = |line: &str| {
        let file = format!("application.yml: |\n    server:\n      host: a\n{line}");
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web}}\ndata:\n  A: x\n  {file}")
    };
    let (staging, production) = (map("web", "A: '1', B: '2'"), map("web", "A: '1'"));
    let table: &[(Files<'_>, &[&str])] = &[
        (
            &[("v-dev.yaml", "a: {b: 1, c: 2}\n"), ("v-prod.yaml", "a: {b: 1}\n"), ("v.yaml", "a: {c: 1}\n")],
            &["v-dev.yaml v-prod.yaml <- v.yaml 75%; "],
        ),
        (
            &[("v-dev.yaml", "a: {b: 1, c: 2}\n"), ("v-prod.yaml", "a: {b: 1}\n")],
            &["v-dev.yaml v-prod.yaml <-  75%; production!a.c"],
        ),
        (&[("v-dev.yaml", "a: {b: 1}\n"), ("v-prod.yaml", "a: {}\n")], &["v-dev.yaml v-prod.yaml <-  50%; development!a"]),
        (&[("a/dev.yml", "x: 1\ny: 2\n"), ("a/prod.yml", "other: 1\nthings: 2\n")], &[]),
        (
            &[("database.yml", "development:\n  db: a\n  pool: 5\nproduction:\n  db: b\nkeep: 1\n")],
            &["development production <-  75%; production!pool"],
        ),
        (
            &[("database.yml", "x: &x\n  pool: 5\ndevelopment:\n  <<: *x\n  db: a\nproduction:\n  <<: *x\n  db: b\n")],
            &["development production <-  100%; "],
        ),
        (
            &[(
                "application.yml",
                "a: 1\n---\nspring.config.activate.on-profile: dev\nb: 1\n---\nspring.config.activate.on-profile: prod\nb: 2\n",
            )],
            &["1 2 <- application.yml 100%; "],
        ),
        (
            &[("wrangler.toml", "[env.staging.vars]\nA = 'x'\n[env.production.vars]\nB = 'x'\n")],
            &["env.production env.staging <-  50%; production!vars.A staging!vars.B"],
        ),
        (
            &[("k/prod/c.yaml", &production), ("k/staging/c.yaml", &staging)],
            &["ConfigMap web ConfigMap web <-  75%; production!B"],
        ),
        (
            &[("k/prod/c.yaml", &whole("")), ("k/staging/c.yaml", &whole("      port: 80\n"))],
            &["ConfigMap web ConfigMap web <-  83%; production!application.yml.server.port"],
        ),
    ];
    for (files, wanted) in table {
        assert_eq!(told(files), *wanted, "{files:?}");
    }
}

#[test]
fn a_section_has_a_tier_of_its_own() {
    let documents = documents(&[("database.yml", "a: 1\ndevelopment:\n  db: a\nproduction:\n  db: b\n")]);
    let environments = of(&documents);
    let tiers: Vec<_> = environments.files.iter().map(|file| file.tier).collect();
    assert_eq!(tiers, [None, Some(Tier::NonProduction), Some(Tier::Production)]);
    let production = &environments.files[2];
    assert_eq!(environments.tier_of_part(production.place(production.settings[0].key)), Some(Tier::Production));
    assert_eq!(environments.tier_of_part(production.place(Span::new(0, 1))), None);
}
