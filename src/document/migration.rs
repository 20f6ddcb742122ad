//! Which migration is this file, and which of its statements go forward?
//!
//! File names and marker comments only; what the files do to a database is not known here.

pub mod framework;
pub mod marks;
pub mod sum;
mod transaction;
mod write;

pub use transaction::{Wrapping, wrapping};
pub use write::{NewMigration, next_title};

use super::engine::Engine;

use crate::path;

/// What the path of a migration file says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// The folder of the set.
    pub folder: String,
    /// What the set is sorted by.
    pub version: Vec<u128>,
    /// Version and name as written, without direction and extension.
    pub title: String,
    /// What the file is for.
    pub role: Role,
    /// The database that the name or the path speaks of.
    pub engine: Option<Engine>,
}

/// What a migration file is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// Goes forward; down parts may be sections of the same file.
    Up,
    /// Goes forward, and says so in its name: there should be a way back.
    PairedUp,
    /// Goes back.
    Down,
    /// Lies beside the others and never runs.
    Aside,
}

/// What the path of any file of SQL says. One without the shape of a migration belongs to its folder and has no version;
/// it is ours because somebody named it.
pub fn place(path: &str) -> Layout {
    layout(path).unwrap_or_else(|| {
        let (folder, name) = path::parted(path);
        let engine = engine_of(folder);
        Layout { folder: folder.to_owned(), version: Vec::new(), title: name.to_owned(), role: Role::Up, engine }
    })
}

/// What the folders say, the nearest first.
fn engine_of(folder: &str) -> Option<Engine> {
    folder.split(['/', '-', '_']).rev().find_map(|part| {
        let part = part.to_ascii_lowercase();
        let word = part.strip_suffix("migrations").or_else(|| part.strip_suffix("migration")).unwrap_or(&part);
        Engine::of_word(word)
    })
}

/// What the path says, if it has the shape of a migration.
pub fn layout(path: &str) -> Option<Layout> {
    let (folder, name) = path::parted(path);
    let stem = strip_extension(name)?;
    let in_folder = matches!(stem, "up" | "down" | "migration");
    let (set, title, role) = if in_folder {
        let (set, title) = path::parted(folder);
        let role = match stem {
            "down" => Role::Down,
            "up" => Role::PairedUp,
            _ => Role::Up,
        };
        (set, title, role)
    } else {
        let (title, role) = direction(stem);
        (folder, title, role)
    };
    let (title, infix) = dialect(title);
    let (version, role) = version(title, role)?;
    let engine = infix.or_else(|| engine_of(set));
    // A folder for each version, with numbered files in it.
    let (above, last) = path::parted(set);
    if let Some(mut release) = version_folder(last).filter(|_| version != [REPEATABLE]) {
        release.extend(version);
        let title = format!("{last}/{title}");
        return Some(Layout { folder: above.to_owned(), version: release, title, role, engine });
    }
    Some(Layout { folder: set.to_owned(), version, title: title.to_owned(), role, engine })
}

fn strip_extension(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    extension.eq_ignore_ascii_case("sql").then_some(stem)
}

fn direction(stem: &str) -> (&str, Role) {
    for (suffix, role) in [(".up", Role::PairedUp), (".down", Role::Down), (".rollback", Role::Down), (".undo", Role::Down)] {
        if let Some(title) = stem.strip_suffix(suffix) {
            return (title, role);
        }
    }
    (stem, Role::Up)
}

/// A dialect infix: `0001_orders.mysql.up.sql`.
fn dialect(title: &str) -> (&str, Option<Engine>) {
    let mut title = title;
    let mut engine = None;
    while let Some((rest, infix)) = title.rsplit_once('.') {
        match Engine::of_word(infix) {
            Some(found) => engine = Some(found),
            None if infix == "autocommit" => {}
            None => break,
        }
        title = rest;
    }
    (title, engine)
}

/// What runs after everything that has a version.
pub const REPEATABLE: u128 = u128::MAX;

/// `0001_x`, `20240131120000-x`, `V1_2__x`, `U1_2__x` and `R__x`.
fn version(title: &str, role: Role) -> Option<(Vec<u128>, Role)> {
    if title.starts_with("R__") {
        return Some((vec![REPEATABLE], role));
    }
    let flyway = title.strip_prefix(['V', 'U', 'B', 'v', 'u', 'b']).and_then(|rest| rest.split_once("__"));
    if let Some((number, _)) = flyway {
        let parts = number.split(['.', '_']).map(str::parse).collect::<Result<Vec<u128>, _>>().ok()?;
        let role = if title.starts_with(['U', 'u']) { Role::Down } else { role };
        return Some((parts, role));
    }
    if let Some(parts) = date(title).or_else(|| dotted(title)) {
        return Some((parts, role));
    }
    let digits = title.bytes().take_while(u8::is_ascii_digit).count();
    let after = title[digits..].chars().next();
    let separated = after.is_none_or(|next| matches!(next, '_' | '-' | '.' | ' ' | '#'));
    (digits > 0 && separated).then(|| Some((vec![title[..digits].parse().ok()?], role)))?
}

/// `2024-01-31-120000_x`, `2024-01-31-120000-0000_x` and `2024-01-31_x`: the time by its parts.
fn date(title: &str) -> Option<Vec<u128>> {
    let stamp = title.split('_').next().unwrap_or(title);
    let parts: Vec<&str> = stamp.split('-').collect();
    let widths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let is_date = widths.starts_with(&[4, 2, 2]);
    is_date.then(|| parts.iter().map(|part| part.parse().ok()).collect())?
}

/// A name that begins with the version of a release, as files do that lead from one to the next: `1.10.2_x`, `1.2-to-1.3`.
pub fn dotted(title: &str) -> Option<Vec<u128>> {
    let end = title.find(|next: char| !next.is_ascii_digit() && next != '.').unwrap_or(title.len());
    let number = title[..end].trim_end_matches('.');
    let separated = title[number.len()..].chars().next().is_none_or(|next| matches!(next, '_' | '-' | '.' | ' '));
    (number.contains('.') && separated).then(|| number.split('.').map(|part| part.parse().ok()).collect())?
}

/// A folder named for a version, with at least one point in it: `1.4`, `v2.0.1`.
fn version_folder(name: &str) -> Option<Vec<u128>> {
    name.contains('.').then(|| number(name))?
}

/// A version that stands alone: `0041`, `1.2`, `V1_2`.
pub fn number(text: &str) -> Option<Vec<u128>> {
    let digits = text.strip_prefix(['V', 'v']).unwrap_or(text);
    digits.split(['.', '_']).map(|part| part.parse().ok()).collect()
}

/// The version at the beginning of a name such that it counts like the letters of its digits. Names go on with `_`, which
/// stands behind all digits, so the shorter of two versions that begin alike is the later one.
pub fn in_letters(title: &str) -> Vec<u128> {
    let digits = title.bytes().take_while(u8::is_ascii_digit).count();
    format!("{:9<38.38}", &title[..digits]).parse().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_what_a_file_is_for() {
        let table: &[(&str, &str, &str, Role)] = &[
            ("db/migrations/0007_orders.up.sql", "db/migrations", "0007_orders", Role::PairedUp),
            ("db/migrations/0007_orders.down.sql", "db/migrations", "0007_orders", Role::Down),
            ("migrations/2024-01-31-120000_orders/up.sql", "migrations", "2024-01-31-120000_orders", Role::PairedUp),
            ("migrations/20240131_orders/migration.sql", "migrations", "20240131_orders", Role::Up),
            ("0001_a.sql", "", "0001_a", Role::Up),
            ("db/V1_2__a.sql", "db", "V1_2__a", Role::Up),
            ("db/U1_2__a.sql", "db", "U1_2__a", Role::Down),
            ("db/R__views.sql", "db", "R__views", Role::Up),
            ("m/0001_a.mysql.up.sql", "m", "0001_a", Role::PairedUp),
            ("m/3.5/0001##a.sql", "m", "3.5/0001##a", Role::Up),
        ];
        for (path, folder, title, role) in table {
            let layout = layout(path).unwrap_or_else(|| panic!("{path} is a migration"));
            assert!(date("2025-10-08-084508-0000_x") > date("2025-08-01-000016_x") && date("2025-10-08-084508-0000_x").is_some());
            assert_eq!((&*layout.folder, &*layout.title, layout.role), (*folder, *title, *role), "{path}");
        }
        for path in ["schema.sql", "db/seeds.sql", "db/1st.sql", "migrations/up.sql", "db/V1.sql", "db/verify/orders.sql"] {
            assert_eq!(layout(path), None, "{path}");
        }
    }

    #[test]
    fn versions_in_letters_sort_as_their_names_do() {
        let mut names = ["20250625_a", "20230518191501_b", "20250625120000_c", "0010_d", "0009_e", "0_f", "2_g"];
        names.sort_unstable_by_key(|name| in_letters(name));
        let mut sorted = names;
        sorted.sort_unstable();
        assert_eq!(names, sorted);
    }

    #[test]
    fn versions_sort_as_numbers() {
        let version = |path: &str| layout(path).map(|layout| layout.version);
        assert!(version("9_a.sql") < version("10_a.sql"));
        assert!(version("2024-01-31-120000_a/up.sql") < version("2024-02-01-080000_a/up.sql"));
        assert!(version("2024-01-31-120000-0000_a/up.sql") < version("2024-01-31-120001-0000_a/up.sql"));
        assert!(version("upgrade/1.9.1_a.sql") < version("upgrade/1.10.0.sql"));
        assert!(version("1_a.sql") < version("1.1_a.sql") && version("2.x.sql") == Some(vec![2]));
        assert!(version("m/3.9/0002_a.sql") < version("m/3.10/0001_a.sql"));
        assert!(version("V1.9__a.sql") < version("V1.10__a.sql"));
    }

    #[test]
    fn engines_show_in_names_and_paths() {
        assert_eq!(layout("db/sqlite/0001_a.sql").and_then(|layout| layout.engine), Some(Engine::Sqlite));
        assert_eq!(layout("SqliteMigrations/x/0001_a.sql").and_then(|layout| layout.engine), Some(Engine::Sqlite));
        assert_eq!(layout("db/postgres/0001_a.sql").and_then(|layout| layout.engine), Some(Engine::Postgres));
        assert_eq!(layout("db/0001_a.mysql.up.sql").and_then(|layout| layout.engine), Some(Engine::MySql));
        assert_eq!(place("db/mssql/schema.sql").engine, Some(Engine::SqlServer));
        assert_eq!((place("schema.sql").engine, place("schema.sql").version), (None, Vec::new()));
    }
}
