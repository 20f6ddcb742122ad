//! All keys of `gonogo.toml`, once: reading, "did you mean", the schema for editors, `gonogo config` and the page on
//! configuration are made from this table.

use crate::document::engine::Engine;
use crate::document::migration::framework::{Framework, Transactions};

/// A key of a table.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// It is about the whole run, so a file below the topmost cannot say it.
    pub is_for_all: bool,
    /// The table is nothing without it.
    pub is_required: bool,
    /// What holds where nobody says anything, as it would be written; empty for nothing.
    pub default: &'static str,
    /// A value for the page on configuration and for messages, as it would be written.
    pub example: &'static str,
    /// A clause on what it does.
    pub text: &'static str,
}

/// What a key holds.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// One value.
    Value(Kind),
    /// A table of its own.
    Table(&'static [Key]),
    /// Any number of tables.
    Tables(&'static [Key]),
    /// A table for each rule that something is said of.
    Rules,
}

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Any text but an empty one.
    Text,
    /// Several texts.
    Texts,
    /// What git calls a commit.
    Revision,
    /// Yes or no.
    Flag,
    /// A whole number.
    Number,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The name of a rule.
    Rule,
    /// A pattern of paths.
    Pattern,
    /// Several patterns of paths.
    Patterns,
    /// The path of a file below.
    File,
    /// The paths of several files below or beside.
    Files,
    /// A number of bytes with its unit.
    Size,
    /// A day.
    Date,
    /// Which versions of gonogo.
    Version,
    /// A version of a server.
    Server,
}

/// What findings may be.
const SEVERITIES: &[&str] = &["high", "medium", "low"];

/// What the level of a rule may be.
pub const LEVELS: &[&str] = &["off", "low", "medium", "high", "on"];

/// The level of a rule; its options stand beside it.
pub static LEVEL: Key = Key {
    name: "level",
    default: "\"on\"",
    example: "\"medium\"",
    text: "`off` switches the rule off, `on` runs it as its page says, and a severity replaces the one of its page; milder cases become milder by as many steps as before",
    ..Key::value(Kind::Word(LEVELS))
};

/// The keys of a file, in the order in which people should meet them.
pub static KEYS: &[Key] = &[
    Key {
        name: "required-version",
        is_for_all: true,
        example: "\">=0.1\"",
        text: "which versions of gonogo may judge this; `>=`, `>`, `<=`, `<` and `=`, several with commas",
        ..Key::value(Kind::Version)
    },
    Key {
        name: "extends",
        example: "[\"ci/gonogo-base.toml\"]",
        text: "files that are read first, in order, as if their text stood in this one; only inside the repository",
        ..Key::value(Kind::Files)
    },
    Key {
        name: "fail-on",
        is_for_all: true,
        default: "\"high\"",
        example: "\"medium\"",
        text: "findings of this severity or worse mean NO-GO; `--fail-on` wins",
        ..Key::value(Kind::Word(SEVERITIES))
    },
    Key {
        name: "base",
        is_for_all: true,
        example: "\"origin/main\"",
        text: "the revision that has shipped; migrations in it are history",
        ..Key::value(Kind::Revision)
    },
    Key { name: "files", is_for_all: true, text: "which files are read", ..Key::of(Shape::Table(FILES)) },
    Key {
        name: "environments",
        is_for_all: true,
        text: "what environments are called here, beside the usual names",
        ..Key::of(Shape::Table(ENVIRONMENTS))
    },
    Key {
        name: "migrations",
        text: "what gonogo cannot find out about a set of migrations; of several that fit, the last one that says something counts",
        ..Key::of(Shape::Tables(MIGRATIONS))
    },
    Key {
        name: "tables",
        is_for_all: true,
        text: "how large tables are in production: findings about small ones become notes; without it every table may be large",
        ..Key::of(Shape::Table(TABLES))
    },
    Key { name: "rules", text: "how a rule is set, by its name", ..Key::of(Shape::Rules) },
    Key {
        name: "overrides",
        text: "how rules are set for some files; of several that fit, the last one counts",
        ..Key::of(Shape::Tables(OVERRIDES))
    },
    Key {
        name: "allow",
        text: "findings that are there on purpose, where a comment beside them will not do",
        ..Key::of(Shape::Tables(ALLOW))
    },
    Key {
        name: "baseline",
        is_for_all: true,
        text: "findings that were there before the gate was",
        ..Key::of(Shape::Table(BASELINE))
    },
];

static FILES: &[Key] = &[
    Key {
        name: "include",
        default: "[]",
        example: "[\"vendor/schema/\"]",
        text: "what is read although it is passed over by default: ignored, vendored, generated files and test data",
        ..Key::value(Kind::Patterns)
    },
    Key {
        name: "exclude",
        default: "[]",
        example: "[\"examples/\"]",
        text: "what is never read, unless it is named on the command line",
        ..Key::value(Kind::Patterns)
    },
    Key {
        name: "respect-gitignore",
        default: "true",
        example: "false",
        text: "whether what git ignores is passed over",
        ..Key::value(Kind::Flag)
    },
    Key {
        name: "max-size",
        default: "\"10MiB\"",
        example: "\"20MiB\"",
        text: "larger files are not judged, and said so; in B, KiB, MiB or GiB; `--max-file-size` wins",
        ..Key::value(Kind::Size)
    },
];

static ENVIRONMENTS: &[Key] = &[
    Key {
        name: "production",
        default: "[]",
        example: "[\"eqiad\", \"codfw\"]",
        text: "further words for environments that customers depend on, as they stand in names of files and sections",
        ..Key::value(Kind::Texts)
    },
    Key {
        name: "other",
        default: "[]",
        example: "[\"beta\", \"canary\"]",
        text: "further words for other environments, in order from the laptop to production",
        ..Key::value(Kind::Texts)
    },
    Key {
        name: "ignored",
        default: "[]",
        example: "[\"live\"]",
        text: "words that usually name an environment and do not here",
        ..Key::value(Kind::Texts)
    },
];

static MIGRATIONS: &[Key] = &[
    Key {
        name: "path",
        is_required: true,
        example: "\"services/orders/migrations/\"",
        text: "the folder of the migrations, or a pattern; any `.sql` file there counts as one",
        ..Key::value(Kind::Pattern)
    },
    Key {
        name: "framework",
        example: "\"goose\"",
        text: "the tool that runs them, where neither its own configuration nor the files show which",
        ..Key::value(Kind::Word(Framework::WORDS))
    },
    Key {
        name: "engine",
        example: "\"postgres\"",
        text: "the server they are written for, where neither path nor text says so",
        ..Key::value(Kind::Word(Engine::WORDS))
    },
    Key {
        name: "version",
        example: "\"16\"",
        text: "the version of that server in production, where no compose file, CI service, chart, Terraform or test that starts a container says so",
        ..Key::value(Kind::Server)
    },
    Key {
        name: "transaction",
        example: "\"none\"",
        text: "what the runner opens a transaction around where a file does not ask for something else: each migration (`single`), all that are pending (`batch`), or nothing (`none`)",
        ..Key::value(Kind::Word(Transactions::WORDS))
    },
    Key {
        name: "applied-through",
        example: "\"0041\"",
        text: "the last version that has shipped, or its name; it and those before it are history, whatever git says",
        ..Key::value(Kind::Text)
    },
    Key {
        name: "lock-timeout",
        example: "\"5s\"",
        text: "how long they wait for locks, where the runner or the server sets it and nothing in the tree shows",
        ..Key::value(Kind::Text)
    },
    Key {
        name: "rollback",
        default: "\"optional\"",
        example: "\"required\"",
        text: "whether each migration needs a way back (`required`), those whose neighbours have one (`optional`), or `none`",
        ..Key::value(Kind::Word(&["required", "optional", "none"]))
    },
];

static TABLES: &[Key] = &[
    Key {
        name: "small",
        default: "[]",
        example: "[\"countries\", \"billing.plans\"]",
        text: "tables that stay so small that work on all of their rows takes no time; with their schema unless that is `public`",
        ..Key::value(Kind::Texts)
    },
    Key {
        name: "rows-file",
        example: "\"db/table-rows.csv\"",
        text: "a file of lines `schema,table,rows` below the folder being judged; docs/configuration.md has the query that writes it",
        ..Key::value(Kind::File)
    },
    Key {
        name: "small-below",
        default: "10000",
        example: "1000",
        text: "tables of that file with fewer rows are small",
        ..Key::value(Kind::Number)
    },
];

static OVERRIDES: &[Key] = &[
    Key { name: "paths", is_required: true, example: "[\"deploy/staging/\"]", text: "the files", ..Key::value(Kind::Patterns) },
    Key { name: "rules", is_required: true, text: "how rules are set for them", ..Key::of(Shape::Rules) },
];

static ALLOW: &[Key] = &[
    Key {
        name: "rule",
        is_required: true,
        example: "\"dropped-column\"",
        text: "the rule that is allowed",
        ..Key::value(Kind::Rule)
    },
    Key { name: "path", example: "\"db/0042_drop_note.sql\"", text: "the file, or a pattern", ..Key::value(Kind::Pattern) },
    Key { name: "paths", example: "[\"db/archive/\"]", text: "several of them", ..Key::value(Kind::Patterns) },
    Key {
        name: "reason",
        is_required: true,
        example: "\"nobody reads it since 1.8\"",
        text: "why it is on purpose",
        ..Key::value(Kind::Text)
    },
    Key { name: "until", example: "\"2027-01-31\"", text: "the last day on which it holds", ..Key::value(Kind::Date) },
];

static BASELINE: &[Key] = &[Key {
    name: "file",
    is_required: true,
    example: "\"gonogo-baseline.json\"",
    text: "where they are kept; read where the file lies below the folder being judged",
    ..Key::value(Kind::File)
}];

impl Key {
    const fn of(shape: Shape) -> Self {
        Self { name: "", shape, is_for_all: false, is_required: false, default: "", example: "", text: "" }
    }

    const fn value(kind: Kind) -> Self {
        Self::of(Shape::Value(kind))
    }
}
