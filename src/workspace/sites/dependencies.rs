//! Which tools do the packages around a folder of migrations use?
//!
//! Asked only where names and marks leave several tools to choose from.

use std::collections::{BTreeMap, BTreeSet};

use super::above;
use crate::document::migration::framework::Framework;
use crate::path;
use crate::tree::Tree;

/// A tool that a package uses.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// The tool.
    pub framework: Framework,
    /// The file that says so.
    pub said: String,
}

/// The words by which packages name tools, the more telling first.
const WORDS: &[(&str, &[(&str, Framework)])] = &[
    (
        "go.mod",
        &[
            ("golang-migrate/migrate", Framework::GolangMigrate),
            ("ory/x ", Framework::Pop),
            ("gobuffalo/pop", Framework::Pop),
            ("mattermost/morph", Framework::Morph),
            ("jackc/tern", Framework::Tern),
            ("pressly/goose", Framework::Goose),
            ("rubenv/sql-migrate", Framework::SqlMigrate),
            ("amacneil/dbmate", Framework::Dbmate),
        ],
    ),
    (
        "Cargo.toml",
        &[
            ("refinery", Framework::Refinery),
            ("diesel_migrations", Framework::Diesel),
            ("diesel", Framework::Diesel),
            ("sqlx", Framework::Sqlx),
        ],
    ),
    (
        "package.json",
        &[
            ("\"node-pg-migrate\"", Framework::NodePgMigrate),
            ("\"graphile-migrate\"", Framework::GraphileMigrate),
            ("\"postgres-migrations\"", Framework::PostgresMigrations),
            ("\"drizzle-kit\"", Framework::Drizzle),
            ("\"prisma\"", Framework::Prisma),
        ],
    ),
    ("pom.xml", &[("flyway", Framework::Flyway), ("liquibase", Framework::Liquibase)]),
    ("build.gradle", &[("flyway", Framework::Flyway), ("liquibase", Framework::Liquibase)]),
    ("build.gradle.kts", &[("flyway", Framework::Flyway), ("liquibase", Framework::Liquibase)]),
    ("requirements.txt", &[("yoyo-migrations", Framework::Yoyo)]),
    ("pyproject.toml", &[("yoyo-migrations", Framework::Yoyo)]),
];

/// Whether a file lists what a package uses.
pub fn is_list(name: &str) -> bool {
    WORDS.iter().any(|(list, _)| *list == name)
}

/// Larger ones are generated.
const LARGEST: u64 = 1 << 20;

/// What the packages in and above some folders use, by the folder of the package.
pub fn of(tree: &dyn Tree, files: &[String], folders: &BTreeSet<String>) -> BTreeMap<String, Vec<Dependency>> {
    let wanted: BTreeSet<&str> = folders.iter().flat_map(|folder| above(folder)).collect();
    let mut found: BTreeMap<String, Vec<Dependency>> = BTreeMap::new();
    for path in files {
        let (folder, name) = path::parted(path);
        let Some((_, words)) = WORDS.iter().find(|(list, _)| *list == name) else { continue };
        if !wanted.contains(folder) {
            continue;
        }
        let Ok(bytes) = tree.read(path, LARGEST) else { continue };
        let has = |word: &str| memchr::memmem::find(&bytes, word.as_bytes()).is_some();
        let used = words.iter().filter(|(word, _)| has(word)).map(|(_, framework)| *framework);
        let used = used.map(|framework| Dependency { framework, said: path.clone() });
        found.entry(folder.to_owned()).or_default().extend(used);
    }
    found
}
