//! New keys over rows that are there already.

use crate::database::effect::Unique;
use crate::database::run::Run;
use crate::database::schema::{Id, Index};
use crate::source::Span;

/// Notes that rows which are there may have a new key twice, unless something proves that they have not.
pub(super) fn note(run: &mut Run<'_>, id: Id, name: &str, index: &Index, span: Span) {
    let relation = run.relation(id);
    let is_within = |other: &Index| {
        let covers = other.keys.iter().all(|key| key.is_some() && index.keys.contains(key));
        other.unique && other.valid && !other.partial && covers
    };
    if !run.was_there(id) || relation.indexes.iter().any(is_within) {
        return;
    }
    let place = run.place(span);
    let (table, columns) = (run.touched(id), index.keys.clone());
    run.out.uniques.push(Unique { place, table, columns, index: name.into(), partial: index.partial });
}
