//! Work that changes no schema: REINDEX, CLUSTER, VACUUM, ANALYZE, TRUNCATE, LOCK.

use std::collections::HashSet;
use std::sync::Arc;

use super::{TABLE, index};
use crate::database::effect::Sureness;
use crate::database::run::Run;
use crate::database::schema::{Emptied, Id, Kind, Rows, Rule};
use crate::document::sql::{Analyze, Cluster, LockMode, LockTable, Name, ObjectKind, Reindex, Target, Truncate, Vacuum};

use LockMode::{AccessExclusive, AccessShare, Share, ShareUpdateExclusive};

const UNKNOWN_INDEXES: &str = "its indexes are not all known";

/// `REINDEX`.
pub(super) fn reindex(run: &mut Run<'_>, reindex: &Reindex) {
    if reindex.concurrently {
        run.needs(12, "REINDEX CONCURRENTLY");
        run.alone("it commits between its steps");
    }
    if reindex.tablespace.is_some() {
        run.needs(14, "REINDEX into another tablespace");
    }
    match (reindex.kind, &reindex.name) {
        (ObjectKind::Index, Some(name)) => one_index(run, name, reindex.concurrently),
        (ObjectKind::Table, Some(name)) => one_table(run, name, reindex.concurrently),
        (ObjectKind::Schema, Some(name)) => {
            run.alone("each table has a transaction of its own");
            let ids = run.schema.inside(name.last());
            several(run, &ids, reindex.concurrently);
        }
        (ObjectKind::Database, _) => {
            run.alone("each table has a transaction of its own");
            let ids: Vec<Id> = run.schema.all().map(|(id, _)| id).collect();
            several(run, &ids, reindex.concurrently);
        }
        // It only looks after the server's own tables.
        _ => run.alone("each table has a transaction of its own"),
    }
}

fn one_index(run: &mut Run<'_>, name: &Name, concurrently: bool) {
    let Some(table) = run.table_of_index(name) else { return };
    if run.relation(table).kind == Kind::Partitioned {
        if run.refused_before(14, "REINDEX of a partitioned index") {
            return;
        }
        run.alone("each partition has a transaction of its own");
    }
    let (mode, on_index) = modes(concurrently);
    for (part, index) in index::parts(run, table, name.last()) {
        run.lock(part, mode);
        run.lock_index(part, &index, on_index);
        run.build(part, &index, &format!("the index {index} is built anew"));
    }
}

fn modes(concurrently: bool) -> (LockMode, LockMode) {
    if concurrently { (ShareUpdateExclusive, ShareUpdateExclusive) } else { (Share, AccessExclusive) }
}

fn one_table(run: &mut Run<'_>, name: &Name, concurrently: bool) {
    let Some(id) = run.named(name, TABLE) else { return };
    if run.relation(id).kind != Kind::Partitioned {
        return several(run, &[id], concurrently);
    }
    if run.version < 14 {
        return run.lock(id, Share);
    }
    run.alone("each partition has a transaction of its own");
    let tree = run.schema.tree(id);
    several(run, &tree, concurrently);
}

fn several(run: &mut Run<'_>, ids: &[Id], concurrently: bool) {
    let (mode, on_index) = modes(concurrently);
    for id in ids.iter().copied() {
        if !matches!(run.relation(id).kind, Kind::Table | Kind::MaterializedView | Kind::Partitioned) {
            continue;
        }
        run.lock(id, mode);
        // The indexes of a partitioned table are those of its partitions.
        if run.relation(id).kind == Kind::Partitioned {
            continue;
        }
        for index in &run.relation(id).indexes.clone() {
            run.lock_index(id, &index.name, on_index);
            let is_exclusion =
                |it: &crate::database::schema::Constraint| it.name == index.name && matches!(it.rule, Rule::Exclude);
            // There is no way to build one beside itself.
            if concurrently && run.relation(id).constraints.iter().any(is_exclusion) {
                continue;
            }
            run.build(id, &index.name, "its indexes are built anew");
        }
        if run.relation(id).created.is_none() {
            run.scan(id, "its indexes are built anew");
            run.unsure(id, Sureness::Likely, UNKNOWN_INDEXES);
        }
    }
}

/// `CLUSTER`.
pub(super) fn cluster(run: &mut Run<'_>, cluster: &Cluster) {
    let Some(name) = &cluster.table else {
        run.alone("each table has a transaction of its own");
        let ids: Vec<Id> = run.schema.all().filter(|(_, it)| it.clustered.is_some()).map(|(id, _)| id).collect();
        return ids.iter().for_each(|id| sort(run, *id));
    };
    let Some(id) = run.named(name, TABLE) else { return };
    if cluster.index.as_ref().is_some_and(|index| cannot_order(run, id, &index.text)) {
        return;
    }
    let relation = run.relation(id);
    if cluster.index.is_none() && relation.clustered.is_none() && relation.created.is_some() {
        return run.fail("the table was never clustered, so say by which index");
    }
    if relation.kind == Kind::Partitioned {
        if run.refused_before(15, "CLUSTER of a partitioned table") {
            return;
        }
        run.alone("each partition has a transaction of its own");
    }
    if let Some(index) = &cluster.index {
        run.schema.edit(id).clustered = Some(index.text.clone());
    }
    for table in partitions(run, id) {
        sort(run, table);
    }
}

/// Fails where rows cannot be put in the order of an index; says whether it does.
pub(super) fn cannot_order(run: &mut Run<'_>, id: Id, index: &str) -> bool {
    let reason = match run.relation(id).index(index) {
        Some(known) if known.partial => "does not hold all rows",
        Some(known) if !matches!(&*known.method, "btree" | "gist" | "spgist") => "keeps no order",
        None if run.knows(id) => "is not an index of the table",
        _ => return false,
    };
    run.fail(format!("{index} {reason}"));
    true
}

fn sort(run: &mut Run<'_>, id: Id) {
    run.lock(id, AccessExclusive);
    run.rewrite(id, "all its rows are written anew in the order of the index");
}

/// A table, and where it is partitioned its partitions.
fn partitions(run: &Run<'_>, id: Id) -> Vec<Id> {
    if run.relation(id).kind == Kind::Partitioned { run.schema.tree(id) } else { vec![id] }
}

/// `VACUUM`.
pub(super) fn vacuum(run: &mut Run<'_>, vacuum: &Vacuum) {
    if lacks_option(run, &vacuum.options) {
        return;
    }
    run.alone("each table has a transaction of its own");
    for (id, only) in meant(run, &vacuum.tables) {
        // Since 18 what inherits is meant, too.
        let tree = if only || run.version < 18 { partitions(run, id) } else { run.schema.tree(id) };
        for table in tree {
            if vacuum.full {
                run.lock(table, AccessExclusive);
                run.rewrite(table, "all its rows are written anew without the space between");
            } else {
                run.lock(table, ShareUpdateExclusive);
                run.scan(table, "it is read for rows that nobody sees any more");
            }
        }
    }
}

/// Options of VACUUM and ANALYZE that not all servers know, and with which they came.
const OPTIONS: &[(&str, u32)] = &[
    ("skip_locked", 12),
    ("index_cleanup", 12),
    ("truncate", 12),
    ("parallel", 13),
    ("process_toast", 14),
    ("process_main", 16),
    ("buffer_usage_limit", 16),
    ("skip_database_stats", 16),
    ("only_database_stats", 16),
];

/// Fails where the server does not know one of these options; says whether it does.
fn lacks_option(run: &mut Run<'_>, options: &[Arc<str>]) -> bool {
    let known = options.iter().filter_map(|name| OPTIONS.iter().find(|(option, _)| **name == **option));
    let latest = known.max_by_key(|(_, since)| *since);
    latest.is_some_and(|(option, since)| run.needs(*since, &format!("the option {}", option.to_uppercase())))
}

/// The tables that are named, or all.
fn meant(run: &mut Run<'_>, targets: &[Target]) -> Vec<(Id, bool)> {
    let is_meant = |kind| matches!(kind, Kind::Table | Kind::Partitioned | Kind::MaterializedView);
    if targets.is_empty() {
        return run.schema.all().filter(|(_, it)| is_meant(it.kind)).map(|(id, _)| (id, true)).collect();
    }
    let named = targets.iter().filter_map(|target| Some((run.named(&target.name, TABLE)?, target.only)));
    let named: Vec<(Id, bool)> = named.collect();
    // Of what is nothing to it the server only says so.
    named.into_iter().filter(|(id, _)| run.relation(*id).created.is_none() || is_meant(run.relation(*id).kind)).collect()
}

/// `ANALYZE`.
pub(super) fn analyze(run: &mut Run<'_>, analyze: &Analyze) {
    const WHY: &str = "a sample of up to 30,000 of its pages is read, which is all of a small table";
    if lacks_option(run, &analyze.options) {
        return;
    }
    let all = analyze.tables.is_empty();
    for (id, only) in meant(run, &analyze.tables) {
        let is_partitioned = run.relation(id).kind == Kind::Partitioned;
        for table in if only && !all { vec![id] } else { run.schema.tree(id) } {
            let is_own = table == id || is_partitioned || run.version >= 18;
            run.lock(table, if is_own { ShareUpdateExclusive } else { AccessShare });
            run.scan(table, WHY);
        }
    }
}

/// `TRUNCATE`.
pub(super) fn truncate(run: &mut Run<'_>, truncate: &Truncate) {
    let mut set: Vec<Id> = Vec::new();
    for target in &truncate.tables {
        let Some(id) = run.named(&target.name, TABLE) else { continue };
        if run.is_no(id, &[Kind::Table, Kind::Partitioned, Kind::Foreign], "which is not emptied") {
            return;
        }
        if target.only && run.relation(id).kind == Kind::Partitioned {
            return run.fail("a partitioned table holds no rows itself, so TRUNCATE ONLY is refused");
        }
        set.extend(if target.only { vec![id] } else { run.schema.tree(id) });
    }
    let mut at = 0;
    while let Some(id) = set.get(at).copied() {
        at += 1;
        let others = run.relation(id).referrers.iter().copied();
        let others: Vec<Id> = others.filter(|other| !set.contains(other)).collect();
        if truncate.cascade.is_some() {
            set.extend(others);
        } else if let Some(other) = others.first() {
            return run.fail(format!("a foreign key of {} refers to it", run.schema.display(*other)));
        }
    }
    for id in set {
        run.lock(id, AccessExclusive);
        run.empty(id);
        if truncate.restart_identity {
            let sequences = run.relation(id).sequences.clone();
            run.lock_all(&sequences, AccessExclusive);
        }
        if run.was_there(id) {
            run.schema.edit(id).rows = Rows::None;
            run.empties(id, Emptied::Storage);
        }
    }
}

/// `LOCK TABLE`.
pub(super) fn lock(run: &mut Run<'_>, lock: &LockTable) {
    for target in &lock.tables {
        let Some(id) = run.named(&target.name, TABLE) else { continue };
        if run.is_no(id, &[Kind::Table, Kind::Partitioned, Kind::View, Kind::Foreign], "which takes no locks of this kind") {
            return;
        }
        let mut open = vec![id];
        let mut seen: HashSet<Id> = HashSet::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            run.lock(id, lock.mode);
            if !target.only {
                open.extend(&run.relation(id).children);
            }
            if run.relation(id).kind == Kind::View {
                open.extend(&run.relation(id).uses);
            }
        }
    }
}
