//! What is there to know about each tool that runs migrations? All of it stands in one table: what it is called, what
//! it opens a transaction around, how a file asks for none, which files a migration is made of.

mod table;

use table::ALL;

/// A tool that runs migrations.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "the table below says what each is called")]
pub enum Framework {
    GolangMigrate,
    Goose,
    Dbmate,
    SqlMigrate,
    Sqlx,
    Diesel,
    Refinery,
    Flyway,
    Liquibase,
    Prisma,
    Drizzle,
    Atlas,
    Supabase,
    Sqitch,
    Hasura,
    NodePgMigrate,
    GraphileMigrate,
    Pop,
    Morph,
    Yoyo,
    MyBatis,
    Tern,
    Rambler,
    PostgresMigrations,
    VersionFolders,
    UpgradeFolders,
    Numbered,
}

/// What a runner opens a transaction around, unless a file or the configuration asks for something else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transactions {
    /// Each migration by itself.
    Single,
    /// All migrations of one run together.
    Batch,
    /// Nothing: a statement commits by itself, unless the file says BEGIN.
    None,
}

impl Transactions {
    /// The words that a configuration may use.
    pub const WORDS: &[&str] = &["single", "batch", "none"];

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// What a word says.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Single, Self::Batch, Self::None].into_iter().find(|mode| mode.word() == word)
    }
}

/// How a migration asks its runner for no transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Escape {
    /// A line at the top of its file.
    Line(&'static str),
    /// Words at the end of the marks that begin its parts.
    Mark(&'static str),
    /// A file beside it, in the folder of the migration, with this line.
    Beside(&'static str, &'static str),
    /// A file with its name and this ending, with this line.
    Attached(&'static str, &'static str),
    /// A part of its name.
    Infix(&'static str),
    /// The only statement of a file is in none: the runner sends the file as one query.
    Alone,
    /// It cannot.
    Never,
}

/// Which files a migration is made of; `{}` stands for version and name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Files {
    /// What goes forward.
    pub up: &'static str,
    /// What begins that part, or nothing.
    pub up_mark: &'static str,
    /// What goes back.
    pub down: Down,
}

/// Where the way back stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Down {
    /// There is none: the runner only goes forward.
    None,
    /// In a file of this name.
    File(&'static str),
    /// In the same file, behind this mark.
    Section(&'static str),
    /// In the same file, in comments that begin like this.
    Comments(&'static str),
    /// In a file that is called like the other, with a `U` in place of the `V`.
    Undo,
}

/// What is known of a framework.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Traits {
    /// Which one.
    pub framework: Framework,
    /// The word for it in a configuration.
    pub word: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What it opens a transaction around.
    pub transactions: Transactions,
    /// How a file asks for none.
    pub escape: Escape,
    /// It hands a whole file, or a whole part of it, to the server at once. Even where nobody opens a transaction its
    /// statements then share one, and a statement that must not run in one must be the only one.
    pub one_query: bool,
    /// Its files.
    pub files: Files,
    /// It remembers a checksum of every file and refuses one that was changed after it ran.
    pub checksums: bool,
    /// It sends BEGIN and COMMIT itself, so a COMMIT in a file ends what it began.
    pub sends_begin: bool,
    /// It tells migrations apart by their whole names, so that two may have the same version.
    pub by_name: bool,
    /// It puts names in the order of their letters, not of their numbers: `20250625_a` comes after `20250101120000_b`.
    pub as_text: bool,
    /// How it takes a migration that comes late, before others that have run.
    pub late: Late,
}

/// What becomes of a migration whose version is lower than one that has run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Late {
    /// The runner stops with an error.
    Refused,
    /// It is passed over, in silence.
    Skipped,
    /// It runs all the same.
    Runs,
    /// Nobody knows.
    Unknown,
}

impl Framework {
    /// The words that a configuration may use.
    pub const WORDS: &[&str] = &[
        "golang-migrate",
        "goose",
        "dbmate",
        "sql-migrate",
        "sqlx",
        "diesel",
        "refinery",
        "flyway",
        "liquibase",
        "prisma",
        "drizzle",
        "atlas",
        "supabase",
        "sqitch",
        "hasura",
        "node-pg-migrate",
        "graphile-migrate",
        "pop",
        "morph",
        "yoyo",
        "mybatis",
        "tern",
        "rambler",
        "postgres-migrations",
        "version-folders",
        "upgrade-files",
        "numbered",
    ];

    /// All that is known of it.
    pub fn traits(self) -> &'static Traits {
        &ALL[self as usize]
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|traits| traits.framework)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        self.traits().name
    }

    /// The word for it in a configuration.
    pub fn word(self) -> &'static str {
        self.traits().word
    }

    /// What a word of a configuration says.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::all().find(|framework| framework.word() == word)
    }

    /// Whether only the shape of the files is known, and not the tool.
    pub fn is_unnamed(self) -> bool {
        matches!(self, Self::Numbered | Self::VersionFolders | Self::UpgradeFolders)
    }

    /// Whether it knows a way back at all.
    pub fn goes_back(self) -> bool {
        self.traits().files.down != Down::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_words() {
        for (at, framework) in Framework::all().enumerate() {
            assert_eq!((framework as usize, framework.word()), (at, Framework::WORDS[at]));
            assert_eq!(Framework::of_word(framework.word()), Some(framework));
        }
        assert_eq!((ALL.len(), Framework::Numbered as usize), (Framework::WORDS.len(), ALL.len() - 1));
        for mode in [Transactions::Single, Transactions::Batch, Transactions::None] {
            assert_eq!(Transactions::of_word(mode.word()), Some(mode));
        }
    }
}
