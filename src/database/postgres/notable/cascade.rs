//! What goes along with something that is dropped with CASCADE, as far as the history knows it.

use super::super::alter;
use super::{a_type, note};
use crate::database::effect::{EffectKind, Lost, Touched};
use crate::database::run::Run;
use crate::database::schema::{Constraint, Id, Kind, Rule};
use crate::document::sql::{DropObjects, Ident, Name, ObjectKind};
use crate::source::Span;

/// Looks at a DROP.
pub(super) fn of(run: &mut Run<'_>, drop: &DropObjects) {
    let Some(cascade) = drop.cascade else { return };
    let mut lost = Vec::new();
    let mut touched = None;
    match drop.kind {
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::ForeignTable => {
            let ids: Vec<Id> = drop.names.iter().filter_map(|name| run.known(name)).collect();
            for id in &ids {
                depending(run, *id, &ids, &mut lost);
            }
            touched = ids.first().map(|id| run.touched(*id));
        }
        ObjectKind::Type | ObjectKind::Domain => {
            for name in &drop.names {
                of_type(run, name, &mut lost);
            }
            touched = drop.names.first().map(|name| a_type(run, name));
        }
        ObjectKind::Schema => {
            for name in &drop.names {
                let ids = run.schema.inside(name.last());
                lost.extend(ids.iter().filter(|id| !is_own(run, **id)).map(|id| shown(run, *id).into()));
            }
            touched = drop.names.first().map(|name| plain(run, name));
        }
        _ => {}
    }
    lost.sort();
    lost.dedup();
    if let Some(touched) = touched.filter(|_| !lost.is_empty()) {
        note(run, cascade, touched, EffectKind::Cascade(lost));
    }
}

/// Looks at a DROP COLUMN .. CASCADE.
pub(super) fn of_column(run: &mut Run<'_>, id: Id, column: &Ident, span: Span) {
    let mut lost: Vec<Lost> = alter::users_of(run, id, &column.text).into_iter().map(Lost::from).collect();
    for child in run.relation(id).referrers.clone().iter().copied() {
        let refers = run.relation(child).constraints.iter().filter(|it| match &it.rule {
            Rule::Foreign { to, to_columns, .. } => *to == id && to_columns.contains(&column.text),
            _ => false,
        });
        lost.extend(refers.map(|it| foreign_key(run, child, it)));
    }
    if !lost.is_empty() {
        let touched = run.touched(id);
        note(run, span, touched, EffectKind::Cascade(lost));
    }
}

/// Views and foreign keys that stand on a relation, but for what is dropped by name.
fn depending(run: &Run<'_>, id: Id, named: &[Id], lost: &mut Vec<Lost>) {
    let mut open = vec![id];
    let mut seen = named.to_vec();
    while let Some(id) = open.pop() {
        let relation = run.relation(id);
        for user in
            relation.used_by.iter().filter(|user| matches!(run.relation(**user).kind, Kind::View | Kind::MaterializedView))
        {
            if !seen.contains(user) {
                seen.push(*user);
                open.push(*user);
                lost.push(shown(run, *user).into());
            }
        }
        for child in relation.referrers.iter().filter(|child| !named.contains(child)) {
            let of_it = run.relation(*child).constraints.iter().filter(|it| it.target() == Some(id));
            lost.extend(of_it.map(|it| foreign_key(run, *child, it)));
        }
        let heirs = relation.children.iter().filter(|child| !run.relation(**child).is_partition() && !named.contains(child));
        lost.extend(heirs.map(|child| shown(run, *child).into()));
    }
}

/// Columns of a type.
fn of_type(run: &Run<'_>, name: &Name, lost: &mut Vec<Lost>) {
    let Some(id) = run.schema.type_named(name.schema(), name.last()) else { return };
    let Some(made) = run.schema.user_type(id) else { return };
    for user in &made.users {
        let relation = run.relation(*user);
        let columns = relation.columns.iter().filter(|column| column.data_type.user == Some(id));
        lost.extend(columns.map(|column| Lost {
            said: format!("the column {}.{}", relation.display(), column.name),
            of: Some((relation.display(), vec![column.name.to_string()])),
        }));
    }
}

fn foreign_key(run: &Run<'_>, of: Id, constraint: &Constraint) -> Lost {
    let table = run.schema.display(of);
    let columns = constraint.columns.iter().map(ToString::to_string).collect();
    Lost { said: format!("the foreign key {} of {table}", constraint.name), of: Some((table, columns)) }
}

fn is_own(run: &Run<'_>, id: Id) -> bool {
    run.relation(id).owned_by.is_some()
}

fn shown(run: &Run<'_>, id: Id) -> String {
    let kind = match run.relation(id).kind {
        Kind::View => "view",
        Kind::MaterializedView => "materialized view",
        Kind::Sequence => "sequence",
        _ => "table",
    };
    format!("the {kind} {}", run.schema.display(id))
}

fn plain(run: &Run<'_>, name: &Name) -> Touched {
    Touched {
        name: name.to_string(),
        place: run.place(name.span),
        created: None,
        nature: None,
        is_unshipped: false,
        refers_to: Vec::new(),
        has_no_rows: false,
        is_drained: false,
    }
}
