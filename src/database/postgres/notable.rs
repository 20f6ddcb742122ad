//! What rules ask for beside locks and work: what goes away, changes its name, takes less than before, or loses rows.
//!
//! Looked at before the statement runs, because it is about what was there.

mod cascade;
mod rows;

use std::ops::Range;

use super::TABLE;
use crate::database::effect::{ColumnAt, Effect, EffectKind, RelationDrop, Touched};
use crate::database::run::Run;
use crate::database::schema::{Column, Id, Kind, Relation, Slot};
use crate::document::sql::{
    Action, AlterTable, ColumnChange, CreateView, DropObjects, Ident, Name, ObjectKind, SetType, Shape, Statement, TableAction,
    TableChange, TypeChange,
};
use crate::source::Span;

/// Looks at a statement that is about to run.
pub(super) fn look(run: &mut Run<'_>, statement: &Statement) {
    match &statement.action {
        Action::Drop(drop) => {
            dropped(run, drop);
            cascade::of(run, drop);
        }
        Action::AlterTable(alter) if run.table_of_index(&alter.table).is_none() => altered(run, alter),
        Action::CreateTable(create) => {
            let columns = create.columns.iter().map(|column| column.name.text.to_string()).collect();
            let is_there = run.schema.find(&create.name).is_some() && !create.temporary;
            if !is_there {
                added(run, &create.name, create.temporary, Some(columns));
            }
        }
        Action::CreateView(create) => viewed(run, create),
        Action::AlterType(alter) => {
            if let TypeChange::RenameValue { value, to } = &alter.change {
                let touched = a_type(run, &alter.name);
                let kind = EffectKind::EnumRename(value.text.to_string(), to.text.to_string());
                note(run, run.span, touched, kind);
            }
        }
        Action::Truncate(truncate) => rows::truncated(run, truncate),
        Action::Update(update) => rows::updated(run, update),
        Action::Delete(delete) => rows::deleted(run, delete),
        _ => {}
    }
}

/// Forgets what a statement would have done if the server had not refused it.
pub(super) fn forget(run: &mut Run<'_>, noted: Range<usize>) {
    let mut at = 0;
    run.out.effects.retain(|effect| {
        at += 1;
        !noted.contains(&(at - 1)) || matches!(effect.kind, EffectKind::ViewLoss(_))
    });
}

/// Forgets changes of rows: in a loop or a branch nobody knows how many there are.
pub(super) fn forget_rows(run: &mut Run<'_>, from: usize) {
    let mut at = 0;
    run.out.effects.retain(|effect| {
        at += 1;
        at <= from || !matches!(effect.kind, EffectKind::RowsChange(_))
    });
}

fn note(run: &mut Run<'_>, span: Span, table: Touched, kind: EffectKind) {
    let place = run.place(span);
    run.effect(Effect { place, table, kind });
}

/// A type, which stands in the place of a table.
fn a_type(run: &Run<'_>, name: &Name) -> Touched {
    let id = run.schema.type_named(name.schema(), name.last());
    let created = id.and_then(|id| run.schema.user_type(id)?.made);
    Touched {
        name: name.to_string(),
        place: run.place(name.span),
        created,
        nature: None,
        is_unshipped: false,
        refers_to: Vec::new(),
        has_no_rows: false,
        is_drained: false,
    }
}

fn dropped(run: &mut Run<'_>, drop: &DropObjects) {
    let kind = match drop.kind {
        ObjectKind::Table => Kind::Table,
        ObjectKind::ForeignTable => Kind::Foreign,
        ObjectKind::View => Kind::View,
        ObjectKind::MaterializedView => Kind::MaterializedView,
        _ => return,
    };
    for name in &drop.names {
        if drop.if_exists && run.schema.is_gone(name) {
            continue;
        }
        let is_known = run.known(name).is_some();
        let Some(id) = run.named(name, kind) else { continue };
        let mut touched = run.touched(id);
        touched.place = run.place(name.span);
        let columns = run.relation(id).columns.iter().map(|column| column.name.to_string()).collect();
        let is_view = matches!(kind, Kind::View | Kind::MaterializedView);
        let is_partition = run.relation(id).is_partition();
        let dropped = RelationDrop { is_view, columns, is_partition, is_doubtful: drop.if_exists && !is_known };
        note(run, name.span, touched, EffectKind::RelationDrop(dropped));
    }
}

fn added(run: &mut Run<'_>, name: &Name, temporary: bool, columns: Option<Vec<String>>) {
    let schema = run.schema.home(name, temporary).into();
    let shown = Relation { schema, name: name.last().into(), ..Relation::default() }.display();
    let created = Some(run.place(run.span));
    let touched = Touched {
        name: shown,
        place: run.place(name.span),
        created,
        nature: None,
        is_unshipped: false,
        refers_to: Vec::new(),
        has_no_rows: false,
        is_drained: false,
    };
    note(run, name.span, touched, EffectKind::RelationAdd(columns));
}

fn viewed(run: &mut Run<'_>, create: &CreateView) {
    let outputs: Option<Vec<String>> = if create.columns.is_empty() {
        create.query.outputs.as_ref().map(|outputs| outputs.iter().map(|column| column.text.to_string()).collect())
    } else {
        Some(create.columns.iter().map(|column| column.text.to_string()).collect())
    };
    let home = run.schema.home(&create.name, create.temporary).to_owned();
    let Some(Slot::Relation(old)) = run.schema.slot(&home, create.name.last()) else {
        return added(run, &create.name, create.temporary, outputs);
    };
    let Some(outputs) = outputs.filter(|_| create.or_replace) else { return };
    // It may only get more columns, at its end.
    let columns = &run.relation(old).columns;
    let differs = |(at, column): &(usize, &Column)| outputs.get(*at).is_none_or(|output| **output != *column.name);
    let lost: Vec<String> = columns.iter().enumerate().filter(differs).map(|(_, column)| column.name.to_string()).collect();
    if !lost.is_empty() && run.named(&create.name, Kind::View).is_some() {
        let touched = run.touched(old);
        note(run, create.name.span, touched, EffectKind::ViewLoss(lost));
    }
}

fn altered(run: &mut Run<'_>, alter: &AlterTable) {
    let kind = match alter.kind {
        ObjectKind::Table => Kind::Table,
        ObjectKind::View => Kind::View,
        ObjectKind::MaterializedView => Kind::MaterializedView,
        ObjectKind::ForeignTable => Kind::Foreign,
        _ => return,
    };
    if alter.if_exists && run.schema.is_gone(&alter.table) {
        return;
    }
    let Some(id) = run.named(&alter.table, kind) else { return };
    if run.relation(id).kind == Kind::Sequence {
        return;
    }
    for action in &alter.actions {
        if let Some(kind) = change(run, id, &alter.table, action) {
            let touched = run.touched(id);
            note(run, action.span, touched, kind);
        }
        if let TableChange::DropColumn { column, cascade: true, .. } = &action.change {
            cascade::of_column(run, id, column, action.span);
        }
    }
}

fn change(run: &mut Run<'_>, id: Id, name: &Name, action: &TableAction) -> Option<EffectKind> {
    match &action.change {
        TableChange::AddColumn { column, .. } => {
            let definition = Some(run.place(column.definition));
            let is_there = run.relation(id).column(&column.name.text).is_some_and(|column| column.definition.is_some());
            let added = ColumnAt { name: column.name.text.to_string(), definition, is_unshipped: false };
            (!is_there).then_some(EffectKind::ColumnAdd(added))
        }
        TableChange::RenameColumn { column, to } => Some(EffectKind::ColumnRename(at(run, id, column), to.text.to_string())),
        TableChange::RenameTo(to) => Some(EffectKind::RelationRename(name.renamed(to))),
        TableChange::SetSchema(to) => {
            let moved = Relation { schema: to.text.clone(), name: name.last().into(), ..Relation::default() };
            Some(EffectKind::RelationRename(moved.display()))
        }
        TableChange::AlterColumn { column, change } => column_change(run, id, column, change),
        _ => None,
    }
}

fn at(run: &Run<'_>, id: Id, column: &Ident) -> ColumnAt {
    let definition = run.relation(id).column(&column.text).and_then(|column| column.definition);
    ColumnAt { name: column.text.to_string(), definition, is_unshipped: false }
}

fn column_change(run: &mut Run<'_>, id: Id, column: &Ident, change: &ColumnChange) -> Option<EffectKind> {
    let relation = run.relation(id);
    let known = relation.column(&column.text);
    let has_default = known.is_some_and(|known| known.default.is_some() || known.identity || known.generated.is_some());
    let refuses_null = known.is_some_and(|known| known.not_null);
    // Who fills it before a row is written, nobody knows.
    let has_trigger = relation.triggers.iter().any(|trigger| trigger.each_row);
    match change {
        ColumnChange::SetType(to) => narrowing(run, id, column, to),
        ColumnChange::SetNotNull if !has_default && !refuses_null && !has_trigger => {
            Some(EffectKind::Required(at(run, id, column)))
        }
        ColumnChange::SetDefault(value) if !matches!(value.shape, Shape::Null) => {
            Some(EffectKind::DefaultSet(at(run, id, column)))
        }
        ColumnChange::DropDefault | ColumnChange::SetDefault(_) if refuses_null && has_default && !has_trigger => {
            Some(EffectKind::DefaultDrop(at(run, id, column)))
        }
        ColumnChange::AddIdentity(_) => Some(EffectKind::DefaultSet(at(run, id, column))),
        _ => None,
    }
}

fn narrowing(run: &Run<'_>, id: Id, column: &Ident, to: &SetType) -> Option<EffectKind> {
    let known = run.relation(id).column(&column.text)?;
    let new = run.schema.resolve(&to.data_type);
    let shown = || (known.data_type.shown(), new.shown());
    run.schema.narrows(&known.data_type, &new).then(|| {
        let (old, new) = shown();
        EffectKind::Narrowing(at(run, id, column), old, new)
    })
}

/// The relation of a name that rows are taken from or put into.
fn target(run: &mut Run<'_>, name: &Name) -> Option<Id> {
    run.named(name, TABLE)
}
