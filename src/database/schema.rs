//! What the statements so far have made: relations, types, functions, and how they hang together.
//!
//! Relations refer to each other by number, so a rename costs nothing. What the history never made is *unknown*, not
//! absent: it gets a number when a statement names it, and keeps what is learned of it. A journal of old values takes
//! back what a ROLLBACK takes back; each relation is copied once for a transaction or savepoint that changes it.

mod journal;
mod narrow;
mod others;
mod past;
mod relation;
mod shared;
mod start;
mod types;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub(super) use past::Past;
pub(super) use relation::*;
pub(super) use shared::Shared;
pub use start::OwnNames;
pub(super) use types::*;

use crate::diagnostic::{Place, SourceId};
use crate::document::sql::{Body, Name, Volatility, is_hole};

/// The number of a relation.
pub(super) type Id = usize;

/// The number of a type that the history made.
pub(super) type TypeId = usize;

/// The schema of temporary relations, which is searched first.
const TEMPORARY: &str = "pg_temp";

/// What a name of the relations' namespace stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Slot {
    /// A table, view, sequence.
    Relation(Id),
    /// An index of this table.
    Index(Id),
}

/// A function that the history made.
#[derive(Clone, Debug)]
pub(super) struct Function {
    /// What it declares, or for one that is inlined what is inside.
    pub volatility: Volatility,
    /// It is replaced by its one expression before anybody asks how volatile it is.
    pub inlined: Option<Volatility>,
    /// There are several of this name, for other arguments.
    pub is_several: bool,
    /// Types.
    pub arguments: Vec<Arc<str>>,
    pub returns: Option<Arc<str>>,
    /// The file that made it, and what it does when it is called.
    pub body: Option<(SourceId, Arc<Body>)>,
    /// What made it first.
    pub made: Made,
}

/// A publication.
#[derive(Clone, Debug, Default)]
pub(super) struct Publication {
    pub tables: Vec<Id>,
    /// The columns that it names.
    pub columns: Vec<(Id, Arc<str>)>,
}

/// What a name stands for; none where the history took that away.
type Meaning = Option<Slot>;

type Names<T> = HashMap<Arc<str>, HashMap<Arc<str>, T>>;

/// One old value.
#[derive(Clone, Debug)]
enum Undo {
    Relation(Id, Option<Arc<Relation>>),
    Type(TypeId, Option<Arc<UserType>>),
    Slot(Arc<str>, Arc<str>, Option<Meaning>),
    TypeName(Arc<str>, Arc<str>, Option<TypeId>),
    Function(Arc<str>, Option<Function>),
    Publication(Arc<str>, Option<Publication>),
    Statistics(Arc<str>, Option<Id>),
}

/// Where a savepoint stands in the journal.
#[derive(Clone, Debug)]
struct Mark {
    name: Option<Arc<str>>,
    at: usize,
}

/// The schema that a history has built so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema {
    relations: Vec<Option<Arc<Relation>>>,
    /// In which part of the journal a relation was last kept.
    kept: Vec<u32>,
    /// What each name stands for; none where the history took it away.
    names: Names<Meaning>,
    types: Vec<Option<Arc<UserType>>>,
    type_names: Names<TypeId>,
    functions: HashMap<Arc<str>, Function>,
    /// What may call a function: only ever added to, and asked before anybody believes it.
    callers: HashMap<Arc<str>, Vec<Id>>,
    publications: HashMap<Arc<str>, Publication>,
    statistics: HashMap<Arc<str>, Id>,
    /// Names that the history gave to something, even if it took it away again.
    own: OwnNames,
    journal: Vec<Undo>,
    marks: Vec<Mark>,
    /// The journal is kept outside transactions, too.
    records: bool,
    part: u32,
    /// How many transactions have ended.
    ended: u32,
    /// How many statements there have been, to tell what is older.
    pub clock: u32,
    /// Where names without a schema are looked for.
    pub path: Vec<Arc<str>>,
    /// The highest version that a statement asked for in vain.
    pub lacks: u32,
    /// Something was not understood, so there may be more or less than is in here.
    pub is_doubtful: bool,
}

impl Schema {
    /// How many relations there have been: those with higher numbers are yet to come.
    pub fn count(&self) -> usize {
        self.relations.len()
    }

    /// The relation of this number; gone ones answer as something of which nothing is known.
    pub fn get(&self, id: Id) -> &Relation {
        static GONE: std::sync::LazyLock<Relation> = std::sync::LazyLock::new(Relation::default);
        self.relations.get(id).and_then(Option::as_deref).unwrap_or(&GONE)
    }

    pub fn exists(&self, id: Id) -> bool {
        self.relations.get(id).is_some_and(Option::is_some)
    }

    /// All relations that are there.
    pub fn all(&self) -> impl Iterator<Item = (Id, &Relation)> {
        self.relations.iter().enumerate().filter_map(|(id, relation)| Some((id, relation.as_deref()?)))
    }

    /// The relation of this number, to change it.
    pub fn edit(&mut self, id: Id) -> &mut Relation {
        if self.keeps() && self.kept[id] != self.part {
            self.kept[id] = self.part;
            self.journal.push(Undo::Relation(id, self.relations[id].clone()));
        }
        Arc::make_mut(self.relations[id].get_or_insert_with(Arc::default))
    }

    fn keep(&mut self, undo: impl FnOnce() -> Undo) {
        if self.keeps() {
            self.journal.push(undo());
        }
    }

    /// The schemas in which a name is looked for.
    fn schemas<'a>(&'a self, name: &'a Name) -> impl Iterator<Item = &'a str> {
        let said = name.schema().map(last_part);
        let searched = said.is_none().then(|| std::iter::once(TEMPORARY).chain(self.search()));
        said.into_iter().chain(searched.into_iter().flatten())
    }

    fn search(&self) -> impl Iterator<Item = &str> {
        let fallback = self.path.is_empty().then_some("public");
        self.path.iter().map(|schema| &**schema).chain(fallback)
    }

    /// Where a new object of this name goes.
    pub fn home<'a>(&'a self, name: &'a Name, temporary: bool) -> &'a str {
        match name.schema() {
            Some(schema) => last_part(schema),
            None if temporary => TEMPORARY,
            None => self.search().next().unwrap_or("public"),
        }
    }

    /// What a name stands for, if the history knows.
    pub fn find(&self, name: &Name) -> Option<Slot> {
        self.schemas(name).find_map(|schema| self.slot(schema, name.last()))
    }

    /// What a name stands for in one schema.
    pub fn slot(&self, schema: &str, name: &str) -> Option<Slot> {
        self.names.get(schema)?.get(name).copied().flatten()
    }

    /// Whether the history has taken away what a name stood for.
    pub fn is_gone(&self, name: &Name) -> bool {
        let is_gone = |schema: &str| matches!(self.names.get(schema).and_then(|names| names.get(name.last())), Some(None));
        !self.is_doubtful && self.find(name).is_none() && self.schemas(name).any(is_gone)
    }

    /// A session may have ended: what it alone saw is there no more, or still is.
    pub fn forget_temporary(&mut self) {
        let names = self.names.get_mut(TEMPORARY).map(std::mem::take).unwrap_or_default();
        for slot in names.into_values().flatten() {
            if let Slot::Relation(id) = slot {
                self.remove(id);
            }
        }
        self.names.remove(TEMPORARY);
    }

    /// The relation of this name; one that the history did not make is believed to be there.
    pub fn relation(&mut self, name: &Name, kind: Kind) -> Option<Id> {
        match self.find(name) {
            Some(Slot::Relation(id)) => Some(id),
            Some(Slot::Index(_)) => None,
            None => {
                let home = self.home(name, false).to_owned();
                let old = Relation { kind, rows: Rows::Unknown, ..Relation::default() };
                let is_own = self.own.has(&home, name.last());
                let id = self.add(&home, name.last(), old);
                if !is_own {
                    self.own.give_back(&home, name.last());
                }
                Some(id)
            }
        }
    }

    /// Adds a relation.
    pub fn add(&mut self, schema: &str, name: &str, mut relation: Relation) -> Id {
        let id = self.relations.len();
        relation.schema = schema.into();
        relation.name = name.into();
        self.relations.push(Some(Arc::new(relation)));
        self.kept.push(self.part);
        self.keep(|| Undo::Relation(id, None));
        self.set_slot(schema, name, Some(Slot::Relation(id)));
        id
    }

    /// Gives a name a meaning, or takes it away.
    pub fn set_slot(&mut self, schema: &str, name: &str, slot: Option<Slot>) {
        if !self.names.contains_key(schema) {
            self.names.insert(schema.into(), HashMap::new());
        }
        let old = self.names.get_mut(schema).and_then(|names| names.insert(name.into(), slot));
        if slot.is_some() {
            self.own.take(schema, name);
        }
        self.keep(|| Undo::Slot(schema.into(), name.into(), old));
    }

    /// Takes a relation out of the schema with the names of its indexes, and forgets it where others refer to it.
    pub fn remove(&mut self, id: Id) {
        let relation = self.get(id).clone();
        self.set_slot(&relation.schema, &relation.name, None);
        for index in &relation.indexes {
            self.set_slot(&relation.schema, &index.name, None);
        }
        let others =
            [&relation.parents, &relation.children, &relation.referrers, &relation.uses, &relation.used_by, &relation.asked_by];
        let asked = relation.policies.iter().flat_map(|policy| policy.uses.iter().copied());
        for other in others.into_iter().flatten().copied().chain(relation.references()).chain(asked) {
            if other != id && self.exists(other) {
                self.edit(other).forget(id);
            }
        }
        for column in &relation.columns {
            if let Some(user) = column.data_type.user {
                self.edit_type(user).users.retain(|user| *user != id);
            }
        }
        self.edit(id);
        self.relations[id] = None;
    }

    /// Renames a relation or moves it to another schema.
    pub fn rename(&mut self, id: Id, schema: &str, name: &str) {
        let (old_schema, old_name) = (self.get(id).schema.clone(), self.get(id).name.clone());
        self.set_slot(&old_schema, &old_name, None);
        self.set_slot(schema, name, Some(Slot::Relation(id)));
        if *old_schema != *schema {
            let indexes: Vec<Arc<str>> = self.get(id).indexes.iter().map(|index| index.name.clone()).collect();
            for index in indexes {
                self.set_slot(&old_schema, &index, None);
                self.set_slot(schema, &index, Some(Slot::Index(id)));
            }
        }
        let relation = self.edit(id);
        relation.schema = schema.into();
        relation.name = name.into();
    }

    /// Adds an index to a relation.
    pub fn add_index(&mut self, id: Id, index: Index) {
        let schema = self.get(id).schema.clone();
        self.set_slot(&schema, &index.name, Some(Slot::Index(id)));
        self.edit(id).indexes.push(index);
    }

    /// Takes an index away.
    pub fn remove_index(&mut self, id: Id, name: &str) {
        let schema = self.get(id).schema.clone();
        self.set_slot(&schema, name, None);
        self.edit(id).indexes.retain(|index| *index.name != *name);
    }

    /// A name that nobody has yet, as the server makes one: `base`, `base1`, `base2`.
    pub fn free_name(&self, schema: &str, base: &str) -> String {
        let names = (0_u32..).map(|count| if count == 0 { base.to_owned() } else { format!("{base}{count}") });
        names.into_iter().find(|name| self.slot(schema, name).is_none()).unwrap_or_default()
    }

    /// A relation and all below it that inherit from it, it first.
    pub fn tree(&self, id: Id) -> Vec<Id> {
        let mut tree = vec![id];
        let mut seen = HashSet::from([id]);
        let mut at = 0;
        while at < tree.len() {
            tree.extend(self.get(tree[at]).children.iter().copied().filter(|child| seen.insert(*child)));
            at += 1;
        }
        tree
    }

    /// The relations in a schema, in the order in which they came.
    pub fn inside(&self, schema: &str) -> Vec<Id> {
        let slots = self.names.get(schema).into_iter().flat_map(HashMap::values);
        let mut ids: Vec<Id> =
            slots.filter_map(|slot| if let Some(Slot::Relation(id)) = slot { Some(*id) } else { None }).collect();
        ids.sort_unstable();
        ids
    }

    /// The name as people say it: without the default schema.
    pub fn display(&self, id: Id) -> String {
        self.get(id).display()
    }
}

/// The schema without the database before it. A hole of a template may hold dots of its own.
fn last_part(schema: &str) -> &str {
    if is_hole(schema) { schema } else { schema.rsplit('.').next().unwrap_or(schema) }
}

/// Where something was made, if the history made it.
pub(super) type Made = Option<Place>;
