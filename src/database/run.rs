//! One statement as it runs: what it finds, and what it has done so far.

mod emptied;
mod failing;
mod family;
mod work;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::effect::{Effect, Effects, FailureKind, Impact, Nature, Sureness, Touched};
use super::schema::{Emptied, Id, Kind, Relation, Schema, Slot};
use super::session::Session;
use crate::diagnostic::{Place, SourceId};
use crate::document::sql::{Ident, Literal, LockMode, Name};
use crate::source::Span;

/// A table with more foreign keys than this is nobody's.
const MOST_REFERENCES: usize = 256;

/// A statement that runs.
pub(super) struct Run<'a> {
    pub schema: &'a mut Schema,
    pub session: &'a Session,
    /// The major version of the server.
    pub version: u32,
    pub source: SourceId,
    pub span: Span,
    /// The action of the statement that is at work, where it has several.
    pub action: Option<Span>,
    /// Relations with lower numbers were there before.
    old: usize,
    named: HashMap<Id, Span>,
    at: HashMap<Id, usize>,
    /// The type of a typed table changes, and with it its columns.
    pub allows_typed: bool,
    /// Tables that were parted from one above them: from which.
    pub left: Vec<(Id, Id)>,
    /// Tables that were put below another: below which.
    pub joined: HashSet<(Id, Id)>,
    /// It stands in a branch, so it may not run.
    pub is_conditional: bool,
    /// How many bodies of functions have run for it.
    pub calls: u32,
    pub out: Effects,
}

impl<'a> Run<'a> {
    pub fn new(schema: &'a mut Schema, session: &'a Session, version: u32, place: Place) -> Self {
        let old = schema.count();
        Self {
            schema,
            session,
            version,
            source: place.source,
            span: place.span,
            action: None,
            old,
            named: HashMap::new(),
            at: HashMap::new(),
            allows_typed: false,
            left: Vec::new(),
            joined: HashSet::new(),
            is_conditional: false,
            calls: 0,
            out: Effects::default(),
        }
    }

    pub fn place(&self, span: Span) -> Place {
        Place { source: self.source, span }
    }

    /// What is at work, as that which makes something.
    pub fn here(&self) -> Place {
        self.place(self.action.unwrap_or(self.span))
    }

    /// The relation that a statement names, whatever it is; none for an index.
    pub fn named(&mut self, name: &Name, kind: Kind) -> Option<Id> {
        if self.schema.is_gone(name) {
            self.fail_as(
                FailureKind::Gone,
                format!("{name} is not there any more: an earlier statement has dropped, renamed or moved it"),
            );
            return None;
        }
        let id = self.schema.relation(name, kind)?;
        self.named.entry(id).or_insert(name.span);
        Some(id)
    }

    /// What a name stands for, if the history knows.
    pub fn known(&mut self, name: &Name) -> Option<Id> {
        match self.schema.find(name)? {
            Slot::Relation(id) => {
                self.named.entry(id).or_insert(name.span);
                Some(id)
            }
            Slot::Index(_) => None,
        }
    }

    /// The table of an index that the history knows.
    pub fn table_of_index(&mut self, name: &Name) -> Option<Id> {
        match self.schema.find(name)? {
            Slot::Index(id) => Some(id),
            Slot::Relation(_) => None,
        }
    }

    /// Whether all that a relation has is known, so that what it lacks is not there.
    pub fn knows(&self, id: Id) -> bool {
        let relation = self.relation(id);
        relation.created.is_some() && relation.whole && !self.schema.is_doubtful
    }

    /// Fails where a relation has no such column; says whether it does.
    pub fn lacks_column(&mut self, id: Id, column: &str) -> bool {
        const SYSTEM: &[&str] = &["cmax", "cmin", "ctid", "oid", "tableoid", "xmax", "xmin"];
        let lacks = self.knows(id) && self.relation(id).column(column).is_none() && !SYSTEM.contains(&column);
        if lacks {
            self.fail_as(FailureKind::Gone, format!("{} has no column {column}", self.schema.display(id)));
        }
        lacks
    }

    /// Fails where a relation that the history made is none of these; says whether it does.
    pub fn is_no(&mut self, id: Id, allowed: &[Kind], what: &str) -> bool {
        let relation = self.relation(id);
        let is_wrong = relation.created.is_some() && !allowed.contains(&relation.kind);
        if is_wrong {
            self.fail(format!("{} is {}, {what}", self.schema.display(id), relation.kind.words()));
        }
        is_wrong
    }

    pub fn relation(&self, id: Id) -> &Relation {
        self.schema.get(id)
    }

    /// How a relation looks to a statement; of what it refers to, no more than anybody writes.
    pub fn touched(&self, id: Id) -> Touched {
        let relation = self.schema.get(id);
        let nature = match relation.kind {
            _ if relation.temporary => Some(Nature::Temporary),
            Kind::Partitioned => Some(Nature::Partitioned),
            Kind::View => Some(Nature::View),
            Kind::MaterializedView => Some(Nature::MaterializedView),
            Kind::Sequence => Some(Nature::Sequence),
            Kind::Foreign => Some(Nature::Foreign),
            Kind::Table => relation.created.map(|_| Nature::Ordinary),
        };
        Touched {
            name: self.schema.display(id),
            place: self.place(self.named.get(&id).copied().unwrap_or(self.span)),
            created: relation.created,
            nature,
            is_unshipped: false,
            refers_to: relation.references().take(MOST_REFERENCES).map(|to| self.schema.display(to)).collect(),
            has_no_rows: self.emptied(id).is_some(),
            is_drained: self.emptied(id) == Some(Emptied::Storage),
        }
    }

    /// What happens to a relation; none for one that the statement itself makes.
    fn impact(&mut self, id: Id) -> Option<&mut Impact> {
        if !self.was_there(id) {
            return None;
        }
        if !self.at.contains_key(&id) {
            self.at.insert(id, self.out.impacts.len());
            let impact = Impact::of(self.touched(id));
            self.out.impacts.push(impact);
        }
        self.out.impacts.get_mut(*self.at.get(&id)?)
    }

    pub fn lock(&mut self, id: Id, mode: LockMode) {
        if let Some(impact) = self.impact(id) {
            impact.lock = impact.lock.max(Some(mode));
        }
    }

    /// A lock is given back before anybody could see it.
    pub fn unlock(&mut self, id: Id) {
        if let Some(impact) = self.impact(id) {
            impact.lock = None;
        }
    }

    pub fn lock_all(&mut self, ids: &[Id], mode: LockMode) {
        for id in ids {
            self.lock(*id, mode);
        }
    }

    pub fn lock_index(&mut self, id: Id, index: &str, mode: LockMode) {
        if let Some(impact) = self.impact(id) {
            match impact.indexes.iter_mut().find(|(name, _)| **name == *index) {
                Some((_, strongest)) => *strongest = mode.max(*strongest),
                None => impact.indexes.push((index.into(), mode)),
            }
        }
    }

    pub fn because(&mut self, id: Id, why: &str) {
        if let Some(impact) = self.impact(id)
            && !impact.reasons.iter().any(|reason| reason == why)
        {
            impact.reasons.push(why.to_owned());
        }
    }

    pub fn unsure(&mut self, id: Id, sureness: Sureness, why: &str) {
        if let Some(impact) = self.impact(id) {
            impact.sureness = impact.sureness.min(sureness);
            impact.doubts.push(why.to_owned());
        }
        self.because(id, why);
    }

    /// Its storage is replaced by an empty one.
    pub fn empty(&mut self, id: Id) {
        if self.relation(id).has_storage() {
            if let Some(impact) = self.impact(id) {
                impact.emptied = true;
            }
            let indexes: Vec<Arc<str>> = self.relation(id).indexes.iter().map(|index| index.name.clone()).collect();
            for index in indexes {
                self.lock_index(id, &index, LockMode::AccessExclusive);
            }
        }
    }

    /// Notes something that rules ask for.
    pub fn effect(&mut self, effect: Effect) {
        self.out.effects.push(effect);
    }

    /// It cannot run inside a transaction.
    pub fn alone(&mut self, why: &'static str) {
        self.out.no_transaction.get_or_insert(why);
    }

    /// It was there before the statement. What only now got a number, because the statement names it, was too.
    pub fn was_there(&self, id: Id) -> bool {
        id < self.old || self.relation(id).created.is_none()
    }
}

/// Names in strings.
impl Run<'_> {
    /// The name that a string holds, as `nextval('app.s')` has it.
    pub fn name_in(literal: &Literal) -> Option<Name> {
        let mut parts = literal.text.split('.').map(|part| {
            let text = part.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
            let text = text.map_or_else(|| part.trim().to_lowercase(), str::to_owned);
            Ident { span: literal.span, text: text.into() }
        });
        let mut name = Name::from(parts.next()?);
        for part in parts {
            name = name.of(part);
        }
        Some(name)
    }
}
