//! What real servers did, statement by statement and version by version, against what the model says they do.
//!
//! `tests/data/truth/postgres.json` was measured on servers 11 to 18. A difference that is known stands below with its
//! reason; the list may only shrink.

use std::collections::{BTreeMap, BTreeSet};

use gonogo::database::{Database, Effects, FailureKind, Impact};
use gonogo::diagnostic::SourceId;
use gonogo::document::engine::Engine;
use gonogo::document::sql::{LockMode, Sql};
use gonogo::source::Source;
use serde_json::Value;

/// A difference that is known: the statement, the field, and why.
type Known = (&'static str, &'static str, &'static str);

/// The same for the second set.
const MORE_DIFFERENCES: &[Known] = &[(
    "dml.delete_using_subquery",
    "scan",
    "no row of the parent fits, so the server never comes to the child; no history has rows",
)];

/// The same for the third set.
const FURTHER_DIFFERENCES: &[Known] = &[
    (
        "mat.vacuum",
        "locks",
        "from 16 on pages at the end that were never used are given back, under a lock that nobody waits for",
    ),
    ("mat.vacuum", "blocks", "the same"),
    ("mat.vacuum", "blocking_work", "the same"),
    ("part.copy_from", "locks", "what is in the file is not known, so any partition may get rows"),
    ("row.insert_from_view", "scan", "writing many rows looks to the counters like reading them"),
];

/// Where the model and the servers differ: the statement, the field, and why.
const DIFFERENCES: &[Known] =
    &[("fk.add_from_partitioned", "status", "the rows that are there break the constraint; no history counts rows")];

type Names = BTreeSet<String>;

/// What is compared.
#[derive(Default, PartialEq, Debug)]
struct Outcome {
    locks: BTreeMap<String, String>,
    rewrite: Names,
    emptied: Names,
    scan: Names,
    index_build: Names,
    transactional: bool,
    blocking_work: bool,
}

fn entries(truth: &str) -> Vec<Value> {
    let truth: Value = serde_json::from_str(truth).expect("JSON");
    truth["entries"].as_array().expect("entries").clone()
}

/// All strings of a list.
fn strings(value: &Value) -> Names {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Applies statements, and says what each does.
pub fn run(database: &mut Database, sql: &str) -> Vec<Effects> {
    let source = Source::decode("truth.sql", sql.as_bytes().to_vec());
    let read = Sql::read(&source, Some(Engine::Postgres));
    read.statements.iter().map(|statement| database.apply(statement, SourceId(0))).collect()
}

/// What the model says of the last statement.
fn predict(entry: &Value, version: u32) -> Effects {
    let mut database = Database::new(version);
    for part in ["setup", "session"] {
        for sql in strings_in_order(&entry[part]) {
            run(&mut database, &sql);
        }
    }
    run(&mut database, entry["sql"].as_str().expect("sql")).pop().expect("a statement")
}

fn strings_in_order(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What the servers call a lock.
fn mode(lock: LockMode) -> String {
    let words = lock.words().split(' ').map(|word| word[..1].to_owned() + &word[1..].to_lowercase());
    words.collect::<String>() + "Lock"
}

fn names<'a>(effects: &'a Effects, wanted: impl Fn(&Impact) -> bool + 'a) -> Names {
    effects.impacts.iter().filter(|impact| wanted(impact)).map(|impact| impact.table.name.clone()).collect()
}

impl Outcome {
    fn predicted(effects: &Effects) -> Self {
        let lock = |impact: &Impact| Some((impact.table.name.clone(), mode(impact.lock?)));
        let (rewrite, scan) = (
            names(effects, |impact| impact.rewrite && !impact.only_if_filled),
            names(effects, |impact| impact.scan && !impact.only_if_filled),
        );
        let filled = effects.impacts.iter().filter(|impact| !(impact.rewrite && impact.only_if_filled));
        let builds = filled.flat_map(|impact| &impact.index_builds);
        let index_build: Names = builds.map(ToString::to_string).collect();
        let is_long = !rewrite.is_empty() || !scan.is_empty() || !index_build.is_empty();
        Self {
            locks: effects.impacts.iter().filter_map(lock).collect(),
            emptied: names(effects, |impact| impact.emptied || (impact.rewrite && impact.only_if_filled)),
            transactional: effects.no_transaction.is_none(),
            blocking_work: is_long && effects.impacts.iter().any(|impact| !impact.blocks().is_empty()),
            rewrite,
            scan,
            index_build,
        }
    }

    fn measured(result: &Value) -> Self {
        let locks = result["locks"].as_object().into_iter().flatten();
        Self {
            locks: locks.map(|(table, mode)| (table.clone(), mode.as_str().unwrap_or_default().to_owned())).collect(),
            rewrite: strings(&result["rewrite"]),
            emptied: strings(&result["emptied"]),
            scan: strings(&result["scan"]),
            index_build: strings(&result["index_build"]),
            transactional: result["transactional"].as_bool().unwrap_or(true),
            blocking_work: result["blocking_work"].as_bool().unwrap_or(false),
        }
    }

    /// The fields, each with whether it agrees and what differs.
    fn compare(&self, other: &Self) -> [(&'static str, bool, String); 7] {
        fn field<T: PartialEq + std::fmt::Debug>(name: &'static str, one: &T, other: &T) -> (&'static str, bool, String) {
            (name, one == other, format!("said {one:?}, is {other:?}"))
        }
        [
            field("locks", &self.locks, &other.locks),
            field("rewrite", &self.rewrite, &other.rewrite),
            field("emptied", &self.emptied, &other.emptied),
            field("scan", &self.scan, &other.scan),
            field("index_build", &self.index_build, &other.index_build),
            field("transactional", &self.transactional, &other.transactional),
            field("blocking_work", &self.blocking_work, &other.blocking_work),
        ]
    }
}

/// How the model fares in one field.
#[derive(Default)]
struct Score {
    right: usize,
    all: usize,
}

type Scores = BTreeMap<&'static str, Score>;

/// A statement on a version, the field, and what differs.
type Difference = (String, &'static str, String);

/// The scores in words.
fn told(scores: &Scores) -> String {
    scores.iter().map(|(field, score)| format!("{field}: {} of {}\n", score.right, score.all)).collect()
}

/// Everything that differs, and the scores.
fn differences(truth: &str) -> (Scores, Vec<Difference>) {
    let mut scores = Scores::new();
    let mut wrong = Vec::new();
    for entry in entries(truth) {
        for result in entry["results"].as_array().expect("results") {
            let bound = |at: usize| u32::try_from(result["versions"][at].as_u64().expect("a version")).expect("small");
            for version in bound(0)..=bound(1) {
                for (field, agrees, detail) in held(&entry, result, version) {
                    let score = scores.entry(field).or_default();
                    score.all += 1;
                    score.right += usize::from(agrees);
                    if !agrees {
                        wrong.push((format!("{} on {version}", entry["id"].as_str().expect("id")), field, detail));
                    }
                }
            }
        }
    }
    (scores, wrong)
}

/// One statement on one version.
pub fn held(entry: &Value, result: &Value, version: u32) -> Vec<(&'static str, bool, String)> {
    // A server lacks an option, whether its grammar says so or what comes after.
    let lacks = result["error"].as_str().is_some_and(|error| error.starts_with("unrecognized VACUUM option"));
    let status = if lacks { "unsupported" } else { result["status"].as_str().expect("status") };
    if status == "setup_unsupported" {
        return Vec::new();
    }
    let effects = predict(entry, version);
    let said = match &effects.error {
        Some(error) if error.kind == FailureKind::Unsupported => "unsupported",
        Some(_) => "error",
        None => "ok",
    };
    let detail = format!("said {said} ({:?}), is {status} ({})", effects.error, result["error"]);
    let mut fields = vec![("status", said == status, detail)];
    if status == "ok" {
        fields.extend(Outcome::predicted(&effects).compare(&Outcome::measured(result)));
        fields.extend(blocks(&effects, result));
    } else if status == "error" {
        let transactional = result["transactional"].as_bool().unwrap_or(true);
        let agrees = effects.no_transaction.is_none() == transactional;
        fields.push(("transactional", agrees, format!("is {transactional}")));
    }
    fields
}

/// Who waits for what is locked, by our account and by theirs, where they were asked.
fn blocks(effects: &Effects, result: &Value) -> Option<(&'static str, bool, String)> {
    let measured = result["blocks"].as_object()?;
    let both = effects.impacts.iter().filter(|impact| impact.lock.is_some() && !result["locks"][&impact.table.name].is_null());
    let said = both.clone().map(|impact| {
        let blocks: Names = impact.blocks_in_all().iter().map(|what| (*what).to_owned()).collect();
        (&impact.table.name, blocks)
    });
    let is = both.map(|impact| {
        let mut blocks = measured.get(&impact.table.name).map(strings).unwrap_or_default();
        // That two cannot change one row at once is nobody's news.
        blocks.remove("update (row lock)");
        (&impact.table.name, blocks)
    });
    let (said, is): (BTreeMap<_, _>, BTreeMap<_, _>) = (said.collect(), is.collect());
    Some(("blocks", said == is, format!("said {said:?}, is {is:?}")))
}

#[test]
fn the_model_does_what_servers_do() {
    agree(include_str!("data/truth/postgres.json"), DIFFERENCES);
    let all: BTreeSet<&str> =
        [DIFFERENCES, MORE_DIFFERENCES, FURTHER_DIFFERENCES].iter().copied().flatten().map(|it| it.0).collect();
    assert!(all.len() <= 5, "five statements may differ at most, in all sets together");
}

/// Statements of other shapes, which nobody had in mind while the model was made; `tests/live_postgres.rs` measures them.
#[test]
fn and_with_statements_that_nobody_tuned_it_for() {
    agree(include_str!("data/truth/more.json"), MORE_DIFFERENCES);
}

/// And five hundred more, most of them about what servers refuse.
#[test]
fn and_with_what_servers_refuse() {
    agree(include_str!("data/truth/further.json"), FURTHER_DIFFERENCES);
}

/// A catalogue that `GONOGO_TRUTH` names, as `tests/live_postgres.rs` measures one.
#[test]
fn and_with_statements_that_somebody_brings_along() {
    if let Some(path) = std::env::var_os("GONOGO_TRUTH") {
        agree(&std::fs::read_to_string(path).expect("a catalogue"), &[]);
    }
}

/// Whether a difference stands in a list.
pub fn is_known(id: &str, field: &str) -> bool {
    [DIFFERENCES, MORE_DIFFERENCES, FURTHER_DIFFERENCES].iter().any(|list| listed(list, id, field))
}

fn listed(list: &[Known], id: &str, field: &str) -> bool {
    list.iter().any(|(known, of, _)| id.split(' ').next() == Some(*known) && *of == field)
}

/// The model and the servers agree but for what is listed, and all that is listed still differs.
fn agree(truth: &str, list: &[Known]) {
    let (scores, wrong) = differences(truth);
    let scores = told(&scores);
    let new: Vec<String> = wrong
        .iter()
        .filter(|(id, field, _)| !listed(list, id, field))
        .map(|(id, field, detail)| format!("{id}: {field}: {detail}"))
        .collect();
    assert!(new.is_empty(), "{} differ:\n{}\n{scores}", new.len(), new.join("\n"));
    for (known, field, reason) in list {
        let is_there = wrong.iter().any(|(id, of, _)| id.split(' ').next() == Some(*known) && of == field);
        assert!(is_there, "{known} agrees by now: take it from the list ({reason})");
    }
}

/// Statements that we measured ourselves, on one version, with the tools of `tests/live_postgres.rs`: what the model must
/// not only know by heart.
#[test]
fn and_what_one_server_does_with_many_more() {
    let truth: Value = serde_json::from_str(include_str!("data/truth/postgres-15.json")).expect("JSON");
    let setups: Vec<&str> = truth["setups"].as_array().expect("setups").iter().filter_map(Value::as_str).collect();
    let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut scores = Scores::new();
    for entry in truth["entries"].as_array().expect("entries") {
        let at = usize::try_from(entry["setup"].as_u64().expect("a setup")).expect("small");
        let whole = serde_json::json!({
            "setup": [setups[at]], "session": [truth["session"]], "sql": entry["sql"],
        });
        let mut result = entry["result"].clone();
        // As `tests/live_postgres/record.rs` tells them apart.
        if result["error"].as_str().is_some_and(|error| error.starts_with("syntax error")) {
            result["status"] = "unsupported".into();
        }
        let outcome = Outcome::measured(&result);
        let is_long = !outcome.rewrite.is_empty() || !outcome.scan.is_empty() || !outcome.index_build.is_empty();
        let strong = ["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"];
        let is_strong = |(name, mode): (&String, &String)| {
            // Nobody writes to a materialized view.
            let is_view = setups[at].contains(&format!("MATERIALIZED VIEW {name} "));
            strong.contains(&mode.as_str()) && (!is_view || mode == "AccessExclusiveLock")
        };
        result["blocking_work"] = (is_long && outcome.locks.iter().any(is_strong)).into();
        for (field, agrees, detail) in held(&whole, &result, 15) {
            let score = scores.entry(field).or_default();
            score.all += 1;
            score.right += usize::from(agrees);
            if !agrees {
                let sql = entry["sql"].as_str().expect("sql");
                wrong.entry(format!("{sql} -- after {}", setups[at])).or_default().push(format!("{field}: {detail}"));
            }
        }
    }
    let scores = told(&scores);
    assert!(wrong.is_empty(), "{} differ:\n{wrong:#?}\n{scores}", wrong.len());
}
