//! What does a statement do to a live database?
//!
//! [`apply`] interprets one statement against the schema that all earlier ones built, and yields effects. Rules judge
//! effects, never statements. Objects that the history never made are *unknown*, not absent.

use std::collections::HashMap;

use crate::diagnostic::{Place, SourceId};
use crate::document::sql::{Action, AlterTable, Column, CreateIndex, CreateTable, Name, ObjectKind, Statement, TableChange};
use crate::source::Span;

/// The tables that a history has made or changed so far.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    tables: HashMap<String, Table>,
    /// Indexes by name: the table of each, and how often that had lost something by then.
    indexes: HashMap<Box<str>, (String, u32)>,
    /// How often a table lost something that may have taken indexes along.
    losses: HashMap<String, u32>,
}

/// What is known of a table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The statement that created it; none for a table that is older than the history.
    pub created: Option<Place>,
    /// What it is, where the history made it.
    pub nature: Option<Nature>,
    /// Its columns, as far as they were written out.
    columns: HashMap<Box<str>, Place>,
}

/// What a table is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Nature {
    /// An ordinary table.
    Ordinary,
    /// Its rows are in its partitions.
    Partitioned,
    /// Gone with the session, seen by nobody else.
    Temporary,
    /// A materialized view: written by nobody but REFRESH.
    MaterializedView,
}

/// What a statement does to a relation that others use.
#[derive(Clone, Debug)]
pub struct Effect {
    /// The words that do it.
    pub place: Place,
    /// The table.
    pub table: Touched,
    /// What is done.
    pub kind: EffectKind,
}

/// A table as a statement meets it.
#[derive(Clone, Debug)]
pub struct Touched {
    /// Its name as people say it.
    pub name: String,
    /// Where the statement names it.
    pub place: Place,
    /// The statement that created it, where the history knows one.
    pub created: Option<Place>,
    /// What it is, where the history knows it.
    pub nature: Option<Nature>,
    /// It was created since the last release, as far as anybody can tell.
    pub is_unshipped: bool,
}

impl Touched {
    /// Created by the same file or since the last release, so it is empty and nobody waits for it; or seen by this
    /// session alone.
    pub fn is_new(&self) -> bool {
        let same_file = self.created.is_some_and(|created| created.source == self.place.source);
        same_file || self.is_unshipped || self.nature == Some(Nature::Temporary)
    }
}

/// What is done to a table.
#[derive(Clone, Debug)]
pub enum EffectKind {
    /// An index is built.
    IndexBuild(IndexBuild),
    /// A column goes away.
    ColumnDrop(ColumnDrop),
}

/// An index is built.
#[derive(Clone, Debug)]
pub struct IndexBuild {
    /// Its name, unless the server chooses one.
    pub index: Option<Name>,
    /// Writers wait until it is built.
    pub blocks_writes: bool,
    /// The statement after its keywords, for writing it anew.
    pub definition: Span,
    /// It is unique.
    pub unique: bool,
}

/// A column goes away.
#[derive(Clone, Debug)]
pub struct ColumnDrop {
    /// Its name.
    pub column: String,
    /// Where it was added with all that follows its name, where the history knows it.
    pub definition: Option<Place>,
}

/// Applies one statement of a file and says what it does to tables.
pub fn apply(schema: &mut Schema, statement: &Statement, source: SourceId) -> Vec<Effect> {
    let place = |span| Place { source, span };
    match &statement.action {
        Action::CreateTable(create) => schema.create(create, place(statement.span)),
        Action::CreateView(view) if view.materialized => {
            let (created, nature) = (Some(place(statement.span)), Some(Nature::MaterializedView));
            let table = Table { created, nature, columns: HashMap::new() };
            schema.tables.insert(view.name.text().to_owned(), table);
        }
        Action::CreateIndex(create) => return vec![schema.index_build(create, source)],
        Action::AlterTable(alter) => return schema.alter(alter, source),
        Action::Drop(drop) if drop.kind == ObjectKind::Table => {
            for name in &drop.names {
                schema.tables.remove(name.text());
                schema.lose(name.text());
            }
        }
        Action::Drop(drop) if drop.kind == ObjectKind::Index => {
            for name in &drop.names {
                schema.indexes.remove(name.last());
            }
        }
        _ => {}
    }
    Vec::new()
}

impl Schema {
    fn touched(&self, name: &Name, source: SourceId) -> Touched {
        let known = self.tables.get(name.text());
        Touched {
            is_unshipped: false,
            name: name.to_string(),
            place: Place { source, span: name.span },
            created: known.and_then(|table| table.created),
            nature: known.and_then(|table| table.nature),
        }
    }

    fn index_build(&mut self, create: &CreateIndex, source: SourceId) -> Effect {
        let table = self.touched(&create.table, source);
        let index = create.name.as_ref().map(Name::last);
        let losses = self.losses.get(create.table.text()).copied().unwrap_or_default();
        let state = (create.table.text().to_owned(), losses);
        let is_there = create.if_not_exists && index.is_some_and(|index| self.indexes.get(index) == Some(&state));
        // ON ONLY leaves the partitions out, and a partitioned table has no rows elsewhere; an ordinary one has.
        let builds = !is_there && (!create.only || table.nature == Some(Nature::Ordinary));
        let read_only = table.nature == Some(Nature::MaterializedView);
        let build = IndexBuild {
            index: create.name.clone(),
            blocks_writes: builds && !create.concurrently && !read_only,
            definition: create.rest,
            unique: create.unique,
        };
        self.indexes.extend(index.map(|index| (index.into(), state)));
        Effect { place: Place { source, span: create.keywords }, table, kind: EffectKind::IndexBuild(build) }
    }

    /// A table lost something, and maybe indexes with it.
    fn lose(&mut self, table: &str) {
        *self.losses.entry(table.to_owned()).or_default() += 1;
    }

    fn create(&mut self, create: &CreateTable, created: Place) {
        let nature = match (create.temporary, create.partition_by.is_some()) {
            (true, _) => Nature::Temporary,
            (_, true) => Nature::Partitioned,
            _ => Nature::Ordinary,
        };
        let mut table = Table { created: Some(created), nature: Some(nature), columns: HashMap::new() };
        for column in &create.columns {
            table.add(column, created.source);
        }
        // IF NOT EXISTS keeps the older one; so does a history that says it twice.
        self.tables.entry(create.name.text().to_owned()).or_insert(table);
    }

    fn alter(&mut self, alter: &AlterTable, source: SourceId) -> Vec<Effect> {
        let mut effects = Vec::new();
        for action in &alter.actions {
            match &action.change {
                TableChange::AddColumn { column, .. } => {
                    self.tables.entry(alter.table.text().to_owned()).or_default().add(column, source);
                }
                TableChange::DropColumn { column, .. } => {
                    let known = self.tables.get_mut(alter.table.text());
                    let definition = known.and_then(|table| table.columns.remove(&column.text));
                    self.lose(alter.table.text());
                    let drop = ColumnDrop { column: column.text.to_string(), definition };
                    let table = self.touched(&alter.table, source);
                    let place = Place { source, span: action.span };
                    effects.push(Effect { place, table, kind: EffectKind::ColumnDrop(drop) });
                }
                TableChange::RenameTo(name) => {
                    self.lose(alter.table.text());
                    if let Some(table) = self.tables.remove(alter.table.text()) {
                        self.tables.insert(alter.table.renamed(name), table);
                    }
                }
                _ => {}
            }
        }
        effects
    }
}

impl Table {
    fn add(&mut self, column: &Column, source: SourceId) {
        let place = Place { source, span: column.definition };
        self.columns.insert(column.name.text.clone(), place);
    }
}
