//! What is a new migration of a set called, and which files is it made of?

use super::{Migration, MigrationSet};
use crate::diagnostic::NewFile;
use crate::document::migration::{NewMigration, next_title};

impl MigrationSet {
    /// The files of a migration that belongs into this set, ready to be saved.
    pub fn write(&self, migration: NewMigration<'_>) -> Vec<NewFile> {
        let goes_back = self.reversible().next().is_some();
        let down = if goes_back { migration.down } else { "" };
        let migration = NewMigration { down, ..migration };
        let is_paired = self.migrations.iter().any(|migration| migration.is_paired);
        match self.framework.traits().files.up {
            // Other tools are made to read the names of golang-migrate.
            "{}.sql" if is_paired => self.framework.write_pair(&self.folder, migration),
            _ => self.framework.write(&self.folder, migration),
        }
    }

    /// Version and name of a migration that follows this one, where none has them yet.
    pub fn title_after(&self, title: &str, name: &str) -> String {
        let mut next = next_title(title, name);
        if self.has_title(&next, name) {
            next = next_title(self.newest().map_or(title, |newest| &newest.title), name);
        }
        while self.has_title(&next, name) {
            next = next_title(&next, name);
        }
        next
    }

    /// Whether some migration has the version of a title that ends with this name.
    fn has_title(&self, title: &str, name: &str) -> bool {
        let version = title.strip_suffix(name).unwrap_or_default();
        let first = self.titles.partition_point(|title| **title < *version);
        self.titles.get(first).is_some_and(|title| title.starts_with(version))
    }

    /// The last one that has a place in the order.
    pub fn newest(&self) -> Option<&Migration> {
        self.migrations.iter().rev().find(|migration| migration.has_version() && !migration.up.is_empty())
    }
}
