//! What was seen of one run, in the words of the catalogue (`tests/data/truth`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::session::Refusal;

/// From the weakest to the strongest.
const MODES: &[&str] = &[
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
];

pub type Locks = BTreeMap<u64, String>;

/// A relation as it is.
#[derive(Clone, Debug)]
pub struct Relation {
    pub oid: u64,
    pub name: String,
    pub kind: String,
    pub file: u64,
    pub pages: u64,
    /// Of an index: its table.
    pub of: u64,
}

impl Relation {
    pub fn is_index(&self) -> bool {
        matches!(&*self.kind, "i" | "I")
    }

    pub fn has_rows(&self) -> bool {
        matches!(&*self.kind, "r" | "m")
    }
}

/// What one run of a statement showed.
#[derive(Default)]
pub struct Seen {
    pub locks: Locks,
    pub after: Vec<Relation>,
    pub reads: BTreeMap<u64, u64>,
    pub blocks: BTreeMap<String, Vec<String>>,
    pub waits_for: Option<BTreeSet<String>>,
}

pub fn strength(mode: &str) -> Option<usize> {
    MODES.iter().position(|known| *known == mode)
}

pub fn strengthen(locks: &mut Locks, oid: u64, mode: &str) {
    let known = locks.entry(oid).or_default();
    if strength(mode) > strength(known) {
        mode.clone_into(known);
    }
}

/// Whether some lock on a relation, rather than on a row, may hold up others.
pub fn explains(before: &[Relation], locks: &Locks) -> bool {
    before.iter().any(|relation| {
        let mode = locks.get(&relation.oid).and_then(|mode| strength(mode));
        mode.is_some_and(|mode| mode >= if relation.is_index() { 7 } else { 4 })
    })
}

/// What others cannot do while such locks are held.
pub fn derived(before: &[Relation], locks: &Locks) -> BTreeMap<String, Vec<String>> {
    let mode = |oid: u64| locks.get(&oid).and_then(|mode| strength(mode));
    let mut blocks = BTreeMap::new();
    for relation in before.iter().filter(|relation| matches!(&*relation.kind, "r" | "p" | "m")) {
        let Some(own) = mode(relation.oid).filter(|own| *own >= 4) else { continue };
        let mut indexes = before.iter().filter(|index| index.of == relation.oid);
        let whole = own == 7 || indexes.any(|index| mode(index.oid) == Some(7));
        let what: &[&str] = match (&*relation.kind, whole) {
            ("m", true) => &["select"],
            ("m", false) => continue,
            (_, true) => &["select", "insert", "update"],
            (_, false) => &["insert", "update"],
        };
        blocks.insert(relation.name.clone(), what.iter().map(ToString::to_string).collect());
    }
    blocks
}

/// A statement that fails, in the words of the catalogue.
pub fn refused(refusal: &Refusal, transactional: bool) -> Value {
    let is_unknown = match &*refusal.state {
        "42601" => refusal.message.starts_with("syntax error"),
        "42883" => true,
        _ => false,
    };
    let status = if is_unknown { "unsupported" } else { "error" };
    json!({"status": status, "sqlstate": refusal.state, "error": refusal.message, "transactional": transactional})
}

/// What was seen, in the words of the catalogue.
pub fn told(before: &[Relation], seen: &Seen) -> Value {
    let named = |wanted: &dyn Fn(&Relation) -> bool| -> BTreeSet<&str> {
        before.iter().filter(|relation| wanted(relation)).map(|relation| &*relation.name).collect()
    };
    let now = |oid: u64| seen.after.iter().find(|relation| relation.oid == oid);
    let moved = |relation: &Relation| now(relation.oid).filter(|now| now.file != relation.file && now.file != 0);
    let rewrite = named(&|relation| relation.has_rows() && moved(relation).is_some_and(|now| now.pages > 0));
    let emptied = named(&|relation| relation.has_rows() && moved(relation).is_some_and(|now| now.pages == 0));
    let scan = named(&|relation| {
        let reads = seen.reads.get(&relation.oid).copied().unwrap_or(0);
        relation.has_rows() && relation.pages > 0 && reads >= relation.pages
    });
    let files: BTreeSet<u64> = before.iter().map(|relation| relation.file).collect();
    let built = seen.after.iter().filter(|index| {
        let table = before.iter().find(|relation| relation.oid == index.of);
        index.kind == "i" && !files.contains(&index.file) && table.is_some_and(|table| !emptied.contains(&*table.name))
    });
    let index_build: BTreeSet<&str> = built.map(|index| &*index.name).collect();
    let locked = |is_index: bool| -> BTreeMap<&str, &str> {
        let of = before.iter().filter(|relation| relation.is_index() == is_index);
        of.filter_map(|relation| Some((&*relation.name, &**seen.locks.get(&relation.oid)?))).collect()
    };
    let is_long = !rewrite.is_empty() || !scan.is_empty() || !index_build.is_empty();
    let is_blocked = seen.blocks.values().flatten().any(|what| !what.ends_with("(row lock)"));
    let mut told = json!({
        "status": "ok", "error": null, "transactional": seen.waits_for.is_none(),
        "locks": locked(false), "index_locks": locked(true),
        "rewrite": rewrite, "scan": scan, "index_build": index_build, "emptied": emptied,
        "blocks": seen.blocks, "blocking_work": is_long && is_blocked,
    });
    if let Some(waits_for) = &seen.waits_for {
        told["waits_for"] = json!(waits_for);
        told["blocks_derived"] = true.into();
    }
    told
}
