//! Where does the time go? One group for each step of a run. Budgets are those of the design.
//!
//! `GONOGO_CORPUS=folder cargo bench --bench stages -- real` reads the YAML and the SQL of a folder.

mod generate;

use std::fs;
use std::path::{Path, PathBuf};

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use gonogo::document::engine::Engine;
use gonogo::document::format::Format as Written;
use gonogo::document::jsonc::Jsonc;
use gonogo::document::kind::Kind;
use gonogo::document::yaml::{Gear, Yaml};
use gonogo::document::{Document, ini, properties, sql, toml};
use gonogo::emit::{Format, Style, emit};
use gonogo::lint::lint;
use gonogo::report::{Report, Root};
use gonogo::settings::Settings;
use gonogo::source::Source;
use gonogo::workspace::Workspace;
use gonogo::workspace::discover::discover;

fn main() {
    divan::main();
}

fn plain_manifests() -> String {
    let mut dice = generate::Dice::new(7);
    (0..1000).map(|number| format!("{}---\n", generate::manifest(number, &mut dice))).collect()
}

fn migrations() -> String {
    let mut dice = generate::Dice::new(7);
    (0..1000).map(|number| generate::migration(number, &mut dice)).collect()
}

/// Step 3, finding the files of 200 migrations and 200 manifests; part of the 50 ms for all of them.
#[divan::bench]
fn step_3_discover(bencher: Bencher<'_, '_>) {
    let tree = generate::repository(200);
    bencher.bench(|| discover(black_box(&tree), "", &Settings::default()));
}

/// Step 4, decoding and the line index; far below the 500 MB/s of YAML.
#[divan::bench]
fn step_4_lines(bencher: Bencher<'_, '_>) {
    let text = plain_manifests();
    bencher.counter(BytesCount::of_str(&text)).with_inputs(|| text.clone().into_bytes()).bench_values(|bytes| {
        let source = Source::decode("x", bytes);
        source.line_count()
    });
}

fn read(bencher: Bencher<'_, '_>, path: &str, kind: Kind, text: &str) {
    let bytes = text.as_bytes().to_vec();
    bencher
        .counter(BytesCount::of_str(text))
        .with_inputs(|| bytes.clone())
        .bench_values(|bytes| Document::read(path, bytes, kind));
}

/// Step 4, YAML; the budget is 500 MB/s a core on plain manifests.
#[divan::bench]
fn step_4_yaml(bencher: Bencher<'_, '_>) {
    read(bencher, "all.yaml", Kind::Manifest, &plain_manifests());
}

/// The same in each gear.
#[divan::bench(args = [Gear::Fast, Gear::Granit], sample_count = 30)]
fn step_4_yaml_gears(bencher: Bencher<'_, '_>, gear: Gear) {
    gears(bencher, &[plain_manifests()], gear);
}

/// One big document, as charts of definitions have them.
#[divan::bench(args = [Gear::Fast, Gear::Granit], sample_count = 30)]
fn step_4_yaml_one_document(bencher: Bencher<'_, '_>, gear: Gear) {
    let mut dice = generate::Dice::new(7);
    let items = (0..1000).flat_map(|number| {
        let manifest = generate::manifest(number, &mut dice);
        let workload = manifest.split("---\n").next().unwrap_or_default().to_owned();
        let lines: Vec<String> = workload.lines().map(|line| format!("    {line}\n")).collect();
        ["  -\n".to_owned(), lines.concat()]
    });
    gears(bencher, &[format!("apiVersion: v1\nkind: List\nitems:\n{}", items.collect::<String>())], gear);
}

/// A thousand files with a document or two in each.
#[divan::bench(args = [Gear::Fast, Gear::Granit], sample_count = 30)]
fn step_4_yaml_small_files(bencher: Bencher<'_, '_>, gear: Gear) {
    let mut dice = generate::Dice::new(7);
    let texts: Vec<String> = (0..1000).map(|number| generate::manifest(number, &mut dice)).collect();
    gears(bencher, &texts, gear);
}

/// The YAML of real repositories.
#[divan::bench(args = [Gear::Fast, Gear::Granit], sample_count = 5)]
fn real_yaml(bencher: Bencher<'_, '_>, gear: Gear) {
    gears(bencher, &corpus(&["yaml", "yml"]), gear);
}

/// The SQL of real repositories, splitting and recognising, in the dialect that each text shows.
#[divan::bench(sample_count = 5)]
fn real_sql(bencher: Bencher<'_, '_>) {
    let sources: Vec<Source> = corpus(&["sql"]).into_iter().map(|text| Source::decode("x.sql", text.into_bytes())).collect();
    let bytes: usize = sources.iter().map(|source| source.text().len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| sources.iter().map(|source| sql::Sql::read(black_box(source), None).statements.len()).sum::<usize>());
}

/// On one thread, so that these are figures of one core.
fn gears(bencher: Bencher<'_, '_>, texts: &[String], gear: Gear) {
    let sources: Vec<Source> = texts.iter().map(|text| Source::decode("x.yaml", text.as_bytes().to_vec())).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    if bytes == 0 {
        return;
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(gonogo::settings::STACK_SIZE).build().expect("a pool");
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        pool.install(|| sources.iter().map(|source| Yaml::read_with(black_box(source), gear).parts.len()).sum::<usize>())
    });
}

/// The texts below the folder that `GONOGO_CORPUS` names with one of these extensions.
fn corpus(extensions: &[&str]) -> Vec<String> {
    let Some(folder) = std::env::var_os("GONOGO_CORPUS") else { return Vec::new() };
    let is_wanted = |path: &Path| path.extension().is_some_and(|extension| extensions.iter().any(|known| extension == *known));
    let mut texts = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() && is_wanted(&path) => texts.extend(fs::read_to_string(&path)),
                _ => {}
            }
        }
    }
    texts
}

/// Step 4, SQL; the budget is 100 MB/s a core, splitting and recognising.
#[divan::bench]
fn step_4_sql(bencher: Bencher<'_, '_>) {
    read(bencher, "1_all.sql", Kind::Migration, &migrations());
}

/// Step 4, cutting SQL into statements alone; the budget is 150 MB/s a core.
#[divan::bench(args = [Engine::Postgres, Engine::MySql, Engine::Sqlite, Engine::SqlServer])]
fn step_4_sql_split(bencher: Bencher<'_, '_>, engine: Engine) {
    let text = migrations();
    bencher.counter(BytesCount::of_str(&text)).bench(|| sql::split(black_box(&text), engine));
}

/// Step 4, settings.
#[divan::bench]
fn step_4_dotenv(bencher: Bencher<'_, '_>) {
    let text: String = generate::settings(0, 10_000).remove(0).1;
    read(bencher, ".env.production", Kind::Settings, &text);
}

fn read_settings(bencher: Bencher<'_, '_>, text: &str, read: fn(&Source) -> usize) {
    let source = Source::decode("x", text.as_bytes().to_vec());
    bencher.counter(BytesCount::of_str(text)).bench(|| read(black_box(&source)));
}

/// Step 4, properties.
#[divan::bench]
fn step_4_properties(bencher: Bencher<'_, '_>) {
    read_settings(bencher, &generate::dotted(10_000), |source| properties::read(source).entries.len());
}

/// Step 4, INI.
#[divan::bench]
fn step_4_ini(bencher: Bencher<'_, '_>) {
    read_settings(bencher, &generate::sections(1_000, ""), |source| ini::read(source).entries.len());
}

/// Step 4, TOML, most of it the time of its parser.
#[divan::bench]
fn step_4_toml(bencher: Bencher<'_, '_>) {
    read_settings(bencher, &generate::sections(1_000, "\""), |source| toml::read(source).entries.len());
}

/// Step 4, JSON with comments.
#[divan::bench]
fn step_4_jsonc(bencher: Bencher<'_, '_>) {
    read_settings(bencher, &generate::commented_json(10_000), |source| Jsonc::read(source).comments.len());
}

/// Step 4, which format it is.
#[divan::bench]
fn step_4_format(bencher: Bencher<'_, '_>) {
    read_settings(bencher, &generate::sections(400, ""), |source| usize::from(Written::of("x", source.text()).is_some()));
}

/// Steps 3 to 5, facts included; part of the 50 ms for 200 migrations and 200 manifests.
#[divan::bench]
fn step_5_workspace(bencher: Bencher<'_, '_>) {
    let tree = generate::repository(200);
    bencher.bench(|| Workspace::build(black_box(&tree), "", &Settings::default()));
}

/// Steps 6 and 7, all checks; part of the 50 ms for 200 migrations and 200 manifests.
#[divan::bench]
fn step_6_checks(bencher: Bencher<'_, '_>) {
    let workspace = Workspace::build(&generate::repository(200), "", &Settings::default());
    bencher.bench(|| lint(black_box(&workspace), &Settings::default()));
}

/// Step 8, 20,000 findings; the budget as text is 1 s, and no other format needs as long.
#[divan::bench(args = Format::ALL.map(|(name, _)| name), sample_count = 5)]
fn step_8_emit(bencher: Bencher<'_, '_>, name: &str) {
    let lines: String = (0..20_000).map(|number| format!("CREATE INDEX i{number} ON t (a);\n")).collect();
    let tree = [("db/1_a.sql", lines)].into_iter().collect::<gonogo::tree::Memory>();
    let settings = Settings::default();
    let report = Report::new(vec![Root::judge(&tree, "", "", &settings)], &settings);
    let format = Format::ALL.into_iter().find(|(known, _)| *known == name).expect("a format").1;
    bencher.bench(|| emit(black_box(&report), format, Style::default()));
}

/// The whole run but for the disk; the budget for 200 migrations and 200 manifests, cold and on 2 cores, is 50 ms.
#[divan::bench]
fn whole_run(bencher: Bencher<'_, '_>) {
    let tree = generate::repository(200);
    let settings = Settings::default();
    bencher.bench(|| {
        let report = Report::new(vec![Root::judge(black_box(&tree), "", "", &settings)], &settings);
        emit(&report, Format::Text, Style::default())
    });
}
