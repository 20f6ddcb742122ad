//! What does the path of a file promise? Told by the path alone, so of all files at once.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::{CONFIG_NAMES, configuration, is_sql};
use crate::document::consumer;
use crate::document::dump::Teller;
use crate::document::kind::Kind;
use crate::path;
use crate::workspace::builds::tilt::is_tilt;
use crate::workspace::consumers::may_supply;
use crate::workspace::{compose, readers, sites, versions};

/// What a path promises of a file.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Promise {
    /// What we read it as.
    pub kind: Option<Kind>,
    /// It may say which server there is.
    pub tells_server: bool,
    /// It may say who reads a dotenv file.
    pub tells_reader: bool,
    /// A program or a pipeline, which may ask for settings.
    pub asks: bool,
    /// It may hand settings to a program.
    pub supplies: bool,
    /// It may set a variable of the shell, or tell people to.
    pub sets: bool,
    /// It is one of Tilt's.
    pub is_tilt: bool,
    /// It may say where migrations are.
    pub tells_site: bool,
    /// It may tell how a whole database looks.
    pub tells_schema: bool,
    /// It has a format that settings are written in, too.
    pub may_configure: bool,
    /// By number, which of [`UNSUPPORTED`] it may be, where it is not ours for sure.
    pub unsupported: Vec<usize>,
}

/// Migrations that are written in a language we do not read yet.
pub(super) const UNSUPPORTED: &[(&str, &str)] = &[
    ("**/db/migrate/[0-9]*_*.rb", "Rails"),
    ("**/migrations/[0-9][0-9][0-9][0-9]_*.py", "Django"),
    ("**/{versions,alembic}/*_*.py", "Alembic"),
    ("**/database/migrations/[0-9]*_*.php", "Laravel"),
    ("**/priv/**/migrations/[0-9]*_*.exs", "Ecto"),
    ("**/{changelog,changelogs}/**/*.{xml,yaml,yml}", "Liquibase"),
    ("**/migrations/[0-9]*.{ts,js,mjs,cjs}", "JavaScript"),
];

/// Told once for all paths.
pub(super) fn unsupported() -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for (glob, _) in UNSUPPORTED {
        let glob = GlobBuilder::new(glob).literal_separator(true).build().expect("our own globs are valid");
        set.add(glob);
    }
    set.build().expect("our own globs are valid")
}

impl Promise {
    /// Of a file; `named` on the command line, any SQL is a migration.
    pub fn of(path: &str, named: bool, unsupported: &GlobSet) -> Self {
        let name = path::name(path);
        let kind = Kind::of_path(path, named);
        let may_be_foreign = matches!(kind, None | Some(Kind::Manifest)) && !is_sql(path);
        Self {
            kind,
            tells_server: versions::may_tell(path),
            tells_reader: readers::may_tell(path),
            asks: consumer::may_read(path),
            supplies: may_supply(path),
            sets: compose::may_set(path),
            is_tilt: is_tilt(name),
            tells_site: sites::may_say(path),
            tells_schema: Teller::of_path(path).is_some(),
            may_configure: configuration::has_format(name) && !CONFIG_NAMES.contains(&name),
            unsupported: if may_be_foreign { unsupported.matches(path) } else { Vec::new() },
        }
    }
}
