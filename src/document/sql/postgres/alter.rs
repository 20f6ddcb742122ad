//! ALTER TABLE and its kin, action by action.

use super::alter_column::{add_column, alter_column, drop_column};
use super::settings::{cascade, if_exists, names, options, sequence, settings, target};
use super::{constraint, table};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::statement::{
    Action, AlterTable, MoveTablespace, ObjectKind, ReplicaIdentity, RowSecurity, Switch, TableAction, TableChange, Target,
    TriggerSet,
};
use crate::source::Span;

/// What follows `ALTER TABLE`.
pub fn read(cursor: &mut Cursor<'_>, keywords: Span, kind: ObjectKind) -> Option<Action> {
    if cursor.words(&["all", "in", "tablespace"]).is_some() {
        return move_all(cursor, kind);
    }
    let if_exists = if_exists(cursor);
    let Target { name: table, only } = target(cursor)?;
    // Most have one.
    let mut actions = Vec::with_capacity(1);
    loop {
        let part = cursor.part();
        if part.is_done() {
            return None;
        }
        actions.push(TableAction { span: part.rest(), change: change(part, kind) });
        if cursor.symbol(b',').is_none() {
            break;
        }
    }
    Some(Action::AlterTable(Box::new(AlterTable { keywords, kind, if_exists, only, table, actions })))
}

fn move_all(cursor: &mut Cursor<'_>, kind: ObjectKind) -> Option<Action> {
    let from = cursor.ident()?;
    if cursor.words(&["owned", "by"]).is_some() {
        super::settings::idents(cursor)?;
    }
    cursor.words(&["set", "tablespace"])?;
    let to = cursor.ident()?;
    cursor.word("nowait");
    Some(Action::MoveTablespace(MoveTablespace { kind, from, to }))
}

fn change(part: Cursor<'_>, kind: ObjectKind) -> TableChange {
    let mut cursor = part;
    let change = try_change(&mut cursor, kind);
    change.filter(|_| cursor.is_done()).unwrap_or(TableChange::Unread)
}

fn try_change(cursor: &mut Cursor<'_>, kind: ObjectKind) -> Option<TableChange> {
    let start = *cursor;
    let word = cursor.keyword();
    cursor.advance();
    match &*word {
        "add" => add(cursor),
        "drop" => drop(cursor),
        "alter" => alter(cursor),
        "rename" => rename(cursor),
        "set" => match set(cursor) {
            Some(change) => Some(change),
            None if kind == ObjectKind::Sequence => {
                *cursor = start;
                numbers(cursor)
            }
            None => None,
        },
        "reset" => settings(cursor).map(TableChange::Reset),
        "owner" => {
            cursor.word("to")?;
            cursor.ident().map(TableChange::OwnerTo)
        }
        "validate" => {
            cursor.word("constraint")?;
            cursor.ident().map(TableChange::ValidateConstraint)
        }
        "attach" => attach(cursor, kind),
        "detach" => detach(cursor),
        "merge" | "split" => other_partitions(cursor, &word),
        "inherit" => cursor.name().map(TableChange::Inherit),
        "no" | "not" | "of" | "force" | "depends" | "replica" | "cluster" => rare(cursor, &word),
        "enable" | "disable" => switch(cursor, &word),
        "options" => {
            *cursor = start;
            options(cursor).map(TableChange::Options)
        }
        _ if kind == ObjectKind::Sequence => {
            *cursor = start;
            numbers(cursor)
        }
        _ => None,
    }
}

fn numbers(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    sequence(cursor).map(|options| TableChange::Sequence(Box::new(options)))
}

fn rare(cursor: &mut Cursor<'_>, word: &str) -> Option<TableChange> {
    match word {
        "of" => cursor.name().map(TableChange::OfType),
        "not" => cursor.word("of").map(|_| TableChange::NotOf),
        "cluster" => {
            cursor.word("on")?;
            cursor.ident().map(TableChange::ClusterOn)
        }
        "replica" => replica_identity(cursor),
        "force" => row_security(cursor, RowSecurity::Force),
        "depends" => depends(cursor, true),
        _ if cursor.word("inherit").is_some() => cursor.name().map(TableChange::NoInherit),
        _ if cursor.word("force").is_some() => row_security(cursor, RowSecurity::NoForce),
        _ if cursor.word("depends").is_some() => depends(cursor, false),
        _ => None,
    }
}

fn depends(cursor: &mut Cursor<'_>, on: bool) -> Option<TableChange> {
    cursor.words(&["on", "extension"])?;
    Some(TableChange::DependsOn(on, cursor.ident()?))
}

fn row_security(cursor: &mut Cursor<'_>, change: RowSecurity) -> Option<TableChange> {
    cursor.words(&["row", "level", "security"]).map(|_| TableChange::RowSecurity(change))
}

fn replica_identity(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    cursor.word("identity")?;
    let word = cursor.keyword();
    cursor.advance();
    Some(TableChange::ReplicaIdentity(match &*word {
        "default" => ReplicaIdentity::Default,
        "full" => ReplicaIdentity::Full,
        "nothing" => ReplicaIdentity::Nothing,
        "using" => {
            cursor.word("index")?;
            ReplicaIdentity::Index(cursor.ident()?)
        }
        _ => return None,
    }))
}

fn add(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    if cursor.is_word("column") || !constraint::begins(cursor) {
        return add_column(cursor);
    }
    constraint::table_constraint(cursor).map(|constraint| TableChange::AddConstraint(Box::new(constraint)))
}

fn drop(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    // A column may be called `constraint` only in quotes.
    if cursor.word("constraint").is_none() {
        return drop_column(cursor);
    }
    let if_exists = if_exists(cursor);
    let name = cursor.ident()?;
    let cascade = cascade(cursor).is_some();
    Some(TableChange::DropConstraint { name, if_exists, cascade })
}

fn alter(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    if cursor.word("constraint").is_none() {
        return alter_column(cursor);
    }
    let name = cursor.ident()?;
    cursor.word("set");
    Some(TableChange::AlterConstraint { name, attributes: constraint::attributes(cursor)? })
}

fn rename(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    if cursor.word("to").is_some() {
        return cursor.ident().map(TableChange::RenameTo);
    }
    if cursor.word("constraint").is_some() {
        let name = cursor.ident()?;
        cursor.word("to")?;
        return Some(TableChange::RenameConstraint { name, to: cursor.ident()? });
    }
    // `RENAME column TO x` is about a column of that name.
    if !(cursor.is_word("column") && cursor.nth_is(1, "to") && !cursor.nth_is(2, "to")) {
        cursor.word("column");
    }
    let column = cursor.ident()?;
    cursor.word("to")?;
    Some(TableChange::RenameColumn { column, to: cursor.ident()? })
}

fn set(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    if cursor.is_symbol(b'(') {
        return settings(cursor).map(TableChange::Set);
    }
    let word = cursor.keyword();
    cursor.advance();
    Some(match &*word {
        "schema" => TableChange::SetSchema(cursor.ident()?),
        "tablespace" => {
            let tablespace = cursor.ident()?;
            cursor.word("nowait");
            TableChange::Tablespace(tablespace)
        }
        "logged" => TableChange::Logged(true),
        "unlogged" => TableChange::Logged(false),
        "with" => cursor.word("oids").map(|_| TableChange::Oids(true))?,
        "without" => match cursor.any_word(&["cluster", "oids"]) {
            Some(word) if cursor.written(word).eq_ignore_ascii_case("oids") => TableChange::Oids(false),
            Some(_) => TableChange::WithoutCluster,
            None => return None,
        },
        "access" => {
            cursor.word("method")?;
            let is_default = cursor.word("default").is_some();
            TableChange::AccessMethod(if is_default { None } else { Some(cursor.ident()?) })
        }
        _ => return None,
    })
}

fn attach(cursor: &mut Cursor<'_>, kind: ObjectKind) -> Option<TableChange> {
    cursor.word("partition")?;
    let partition = cursor.name()?;
    if kind == ObjectKind::Index {
        return Some(TableChange::AttachIndex(partition));
    }
    Some(TableChange::AttachPartition { partition, bound: table::bound(cursor)? })
}

fn detach(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    cursor.word("partition")?;
    let partition = cursor.name()?;
    let concurrently = cursor.word("concurrently").is_some();
    let finalize = cursor.word("finalize").is_some();
    Some(TableChange::DetachPartition { partition, concurrently, finalize })
}

/// MERGE PARTITIONS and SPLIT PARTITION.
fn other_partitions(cursor: &mut Cursor<'_>, word: &str) -> Option<TableChange> {
    if word == "merge" {
        cursor.word("partitions")?;
        let mut inside = cursor.inside()?;
        let partitions = names(&mut inside)?;
        inside.end()?;
        cursor.word("into")?;
        return Some(TableChange::MergePartitions { partitions, into: cursor.name()? });
    }
    cursor.word("partition")?;
    let partition = cursor.name()?;
    cursor.word("into")?;
    let into = cursor.list(|cursor| {
        cursor.word("partition")?;
        Some((cursor.name()?, table::bound(cursor)?))
    })?;
    Some(TableChange::SplitPartition { partition, into })
}

fn switch(cursor: &mut Cursor<'_>, word: &str) -> Option<TableChange> {
    let enable = word == "enable";
    if cursor.words(&["row", "level", "security"]).is_some() {
        return Some(TableChange::RowSecurity(if enable { RowSecurity::Enable } else { RowSecurity::Disable }));
    }
    let switch = if !enable {
        Switch::Disable
    } else if cursor.word("always").is_some() {
        Switch::EnableAlways
    } else if cursor.word("replica").is_some() {
        Switch::EnableReplica
    } else {
        Switch::Enable
    };
    if cursor.word("rule").is_some() {
        return Some(TableChange::Rule(switch, cursor.ident()?));
    }
    cursor.word("trigger")?;
    let triggers = if cursor.word("all").is_some() {
        TriggerSet::All
    } else if cursor.word("user").is_some() {
        TriggerSet::User
    } else {
        TriggerSet::Named(cursor.ident()?)
    };
    Some(TableChange::Trigger(switch, triggers))
}
