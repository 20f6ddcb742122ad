//! Runs a target on seeded mutations, on stable Rust: `cargo run --release -- yaml 100000 [first seed]`.
//!
//! A run with the same numbers does the same. What fails is shown with its seed and written to `artifacts/`.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use gonogo_fuzz::mutate::{CONFIG, Dice, PAIRS, PAIRS_FILES, SETTINGS, SQL, SQL_FILES, YAML, mutate};
use gonogo_fuzz::{is_writer, run, targets};

/// Slower than this for a small file is as bad as a panic.
const SLOWEST: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let known: Vec<&str> = targets().collect();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: u64| arguments.get(at).map_or(Some(default), |text| text.parse().ok());
    let target = arguments.first().map(String::as_str);
    let (Some(target), Some(count), Some(first)) = (target, number(1, 100_000), number(2, 0)) else {
        eprintln!("usage: gonogo-fuzz TARGET|all [COUNT [FIRST SEED]], with TARGET one of {}", known.join(", "));
        return ExitCode::from(2);
    };
    let targets: Vec<&str> = known.iter().copied().filter(|known| target == "all" || *known == target).collect();
    if targets.is_empty() {
        eprintln!("there is no target {target}; there are {}", known.join(", "));
        return ExitCode::from(2);
    }
    let failed = targets.into_iter().filter(|target| !survives(target, count, first)).count();
    ExitCode::from(u8::from(failed > 0))
}

/// Runs one target; whether nothing failed.
fn survives(target: &str, count: u64, first: u64) -> bool {
    let corpus = Corpus::load();
    let started = Instant::now();
    let (mut failures, mut slowest) = (0, Duration::ZERO);
    let mut runs = 0;
    for seed in first..first + count {
        let bytes = corpus.text(target, seed);
        let (held, took) = tried(target, &bytes);
        runs += 1;
        slowest = slowest.max(took);
        if !held || took > SLOWEST {
            failures += 1;
            let file = PathBuf::from(format!("artifacts/{target}-{seed}"));
            let kept = fs::create_dir_all("artifacts").and_then(|()| fs::write(&file, &bytes));
            let kept = kept.map_or_else(|error| error.to_string(), |()| file.display().to_string());
            eprintln!("{target} {seed} took {took:?}: {:?} ({kept})", String::from_utf8_lossy(&bytes));
            if failures == 10 {
                break;
            }
        }
    }
    println!("{target}: {runs} runs from seed {first} in {:.1?}, {failures} failures, slowest {slowest:.1?}", started.elapsed());
    failures == 0
}

/// Whether everything holds of a text, and how long it takes at best: on a busy machine anything may be slow once or twice.
fn tried(target: &str, bytes: &[u8]) -> (bool, Duration) {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        let held = catch_unwind(|| run(target, bytes)).is_ok();
        best = best.min(began.elapsed());
        if !held || best <= SLOWEST {
            return (held, best);
        }
    }
    (true, best)
}

/// Good files to begin with.
struct Corpus {
    yaml: Vec<Vec<u8>>,
    sql: Vec<Vec<u8>>,
    settings: Vec<Vec<u8>>,
    pairs: Vec<Vec<u8>>,
    comments: Vec<Vec<u8>>,
    baselines: Vec<Vec<u8>>,
    configs: Vec<Vec<u8>>,
}

impl Corpus {
    fn load() -> Self {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let texts = |texts: &[&str]| -> Vec<Vec<u8>> { texts.iter().map(|text| text.as_bytes().to_vec()).collect() };
        let (sql, pairs) = (texts(SQL_FILES), texts(PAIRS_FILES));
        let mut corpus = Self {
            yaml: Vec::new(),
            sql,
            settings: Vec::new(),
            pairs,
            comments: Vec::new(),
            baselines: Vec::new(),
            configs: Vec::new(),
        };
        let suite = fs::read_to_string(home.join("tests/data/yaml-test-suite.json")).expect("the test suite");
        let cases: Vec<(String, bool, String)> = serde_json::from_str(&suite).expect("cases");
        corpus.yaml.extend(cases.into_iter().map(|(_, _, text)| text.into_bytes()));
        corpus.add(&home.join("fixtures"));
        let comments = [
            "-- gonogo: allow blocking-index because it is small",
            "# gonogo: allow missing-down until 2999-01-31 because we never go back",
            "/* gonogo: allow dropped-column because x */",
        ];
        corpus.comments = texts(&comments);
        let entry = r#",{"rule":"missing-down","path":"db/1_a.sql","fingerprint":"0123456789abcdef","hint":"x"}"#;
        corpus.baselines.push(format!("[{{\"gonogo-baseline\":1}}\n{entry}\n{entry}\n]\n").into_bytes());
        corpus
    }

    fn add(&mut self, folder: &Path) {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                self.add(&path);
                continue;
            }
            let bytes = fs::read(&path).expect("a fixture");
            if name.ends_with("gonogo.toml") {
                self.configs.push(bytes);
            } else if name.ends_with(".sql") {
                self.sql.push(bytes);
            } else if name.contains(".env") {
                self.settings.push(bytes);
            } else if name.ends_with(".yaml") || name.ends_with(".yml") {
                self.yaml.push(bytes);
            }
        }
    }

    /// The text of a seed: a window of a good file, edited.
    fn text(&self, target: &str, seed: u64) -> Vec<u8> {
        let mut dice = Dice::new(seed);
        let kind = dice.roll(3);
        let (files, pieces) = match (target, kind) {
            ("yaml" | "gears" | "template" | "kinds", _) => (&self.yaml, YAML),
            ("sql", _) => (&self.sql, SQL),
            ("pairs" | "jsonc", _) => (&self.pairs, PAIRS),
            ("baseline", _) => (&self.baselines, YAML),
            ("config", _) => (&self.configs, CONFIG),
            ("suppression", _) => (&self.comments, if kind == 0 { SQL } else { SETTINGS }),
            (_, 0) if is_writer(target) => (&self.yaml, YAML),
            (_, 1) if is_writer(target) => (&self.sql, SQL),
            _ => (&self.settings, SETTINGS),
        };
        let good = dice.pick(files);
        let start = if dice.roll(4) == 0 { dice.roll(good.len()) } else { 0 };
        let mut bytes = mutate(&mut dice, &good[start..good.len().min(start + 4000)], pieces);
        if is_writer(target) {
            bytes.insert(0, u8::try_from(kind).unwrap_or(0));
        }
        bytes
    }
}
