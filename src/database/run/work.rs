//! Work that takes the longer the more rows there are.

use std::sync::Arc;

use super::Run;
use crate::database::effect::{Work, WorkKind};
use crate::database::schema::{Emptied, Id, Rows};
use crate::diagnostic::Place;
use crate::document::sql::LockMode;

impl Run<'_> {
    /// Something takes long, because of what is at work.
    fn work(&mut self, id: Id, kind: WorkKind) {
        self.work_for(id, kind, None);
    }

    fn work_for(&mut self, id: Id, kind: WorkKind, for_rows_of: Option<Place>) {
        let cause = self.action.unwrap_or(self.span);
        if let Some(impact) = self.impact(id) {
            impact.work(Work { cause, kind, for_rows_of });
        }
    }

    /// It is read whole.
    pub fn scan(&mut self, id: Id, why: &str) {
        self.scan_for(id, id, why);
    }

    /// It is read whole for the rows of another, if that holds any.
    pub fn scan_for(&mut self, id: Id, other: Id, why: &str) {
        if self.emptied(id) == Some(Emptied::Storage) || self.emptied(other) == Some(Emptied::Storage) {
            return;
        }
        let is_real = self.relation(id).rows != Rows::None && self.relation(other).rows != Rows::None;
        // What this file made and put nothing into holds nothing, whenever it runs.
        let asks = self.relation(other);
        let is_empty = asks.rows == Rows::None && asks.created.is_some_and(|created| created.source == self.source);
        let for_rows_of = asks.created.filter(|_| id != other && asks.rows == Rows::None);
        if (id == other || !is_empty)
            && self.relation(id).has_storage()
            && let Some(impact) = self.impact(id)
        {
            impact.scan = true;
            impact.only_if_filled &= !is_real;
            self.work_for(id, WorkKind::Scan, for_rows_of);
            self.because(id, why);
        }
    }

    /// It is written anew, and with it all its indexes.
    pub fn rewrite(&mut self, id: Id, why: &str) {
        if self.relation(id).has_storage() {
            self.copy_storage(id, why);
            self.scan(id, why);
            self.rebuild_all(id, why);
        }
    }

    /// It is copied block by block; its indexes stay.
    pub fn copy_storage(&mut self, id: Id, why: &str) {
        let is_empty = self.relation(id).rows == Rows::None;
        if self.emptied(id) != Some(Emptied::Storage)
            && self.relation(id).has_storage()
            && let Some(impact) = self.impact(id)
        {
            impact.only_if_filled &= is_empty;
            impact.rewrite = true;
            self.work(id, WorkKind::Rewrite);
            self.because(id, why);
        }
    }

    /// There was nothing in it, so nothing is read.
    pub fn was_empty(&mut self, id: Id) {
        if let Some(impact) = self.impact(id) {
            (impact.scan, impact.only_if_filled) = (false, false);
            impact.works.retain(|work| work.kind != WorkKind::Scan);
        }
    }

    /// All its indexes are built anew.
    pub fn rebuild_all(&mut self, id: Id, why: &str) {
        let indexes: Vec<Arc<str>> = self.relation(id).indexes.iter().map(|index| index.name.clone()).collect();
        for index in indexes {
            self.build(id, &index, why);
            self.lock_index(id, &index, LockMode::AccessExclusive);
        }
    }

    /// An index is built, which reads the table.
    pub fn build(&mut self, id: Id, index: &str, why: &str) {
        if !self.relation(id).has_storage() {
            return;
        }
        if self.emptied(id) == Some(Emptied::Storage) {
            return;
        }
        self.scan(id, why);
        self.work(id, WorkKind::Build(index.into()));
        if let Some(impact) = self.impact(id)
            && !impact.index_builds.iter().any(|name| **name == *index)
        {
            impact.index_builds.push(index.into());
        }
    }

    /// An index is copied to other files.
    pub fn move_index(&mut self, id: Id, index: &str) {
        self.work(id, WorkKind::Build(index.into()));
        if let Some(impact) = self.impact(id) {
            impact.index_builds.push(index.into());
        }
    }
}
