//! Which files of a set does its tool pass over in silence?

use super::Ignored;
use crate::diagnostic::SourceId;
use crate::document::migration::framework::Framework;
use crate::document::migration::{Layout, Role};
use crate::path;

/// Why the tool of a set passes over one of its files; none where it runs it, or complains. Only what the tool does by its
/// own words is told; of numbered files nobody knows who runs them.
pub(super) fn ignored(framework: Framework, layout: &Layout, path: &str, source: SourceId, paired: bool) -> Option<Ignored> {
    let name = path::name(path);
    let told = |why: String, help: String| Some(Ignored { source, why, help });
    match framework {
        Framework::Sqitch if layout.role == Role::Aside => told(
            "sqitch.plan does not name it, and Sqitch deploys only what the plan names".to_owned(),
            format!("sqitch add {} -n 'what it does'", layout.title),
        ),
        Framework::Drizzle if layout.role == Role::Aside => told(
            "meta/_journal.json does not name it, and Drizzle runs only what the journal names".to_owned(),
            "write it with `drizzle-kit generate --custom`, which adds it to the journal".to_owned(),
        ),
        Framework::Flyway | Framework::Refinery if layout.role == Role::Aside => {
            let wanted = corrected(name);
            told(
                format!("{} takes only names such as {wanted}: a capital letter, a version, two underscores", framework.name()),
                format!("git mv {path} {}", path.replace(name, &wanted)),
            )
        }
        Framework::GolangMigrate | Framework::Morph if paired && layout.role == Role::Up => {
            let stem = name.strip_suffix(".sql").unwrap_or(name);
            told(
                format!("{} takes only names that end with .up.sql or .down.sql", framework.name()),
                format!("git mv {path} {}", path.replace(name, &format!("{stem}.up.sql"))),
            )
        }
        _ => None,
    }
}

/// What a name that Flyway does not take was probably meant to be.
fn corrected(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map_or('V', |first| first.to_ascii_uppercase());
    let rest = letters.as_str();
    let end = rest.find(|next: char| !next.is_ascii_digit() && !matches!(next, '.' | '_')).unwrap_or(rest.len());
    let version = rest[..end].trim_end_matches(['_', '.']);
    let title = rest[version.len()..].trim_start_matches(['_', '-', '.', ' ']);
    let title = title.strip_suffix(".SQL").map_or_else(|| title.to_owned(), |stem| format!("{stem}.sql"));
    format!("{first}{version}__{title}")
}

/// Whether a name looks like one of Flyway's, and is none.
pub(in crate::workspace) fn is_nearly_flyway(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    let mut letters = stem.chars();
    let (first, second) = (letters.next(), letters.next());
    let begins = first.is_some_and(|first| matches!(first, 'V' | 'v')) && second.is_some_and(|second| second.is_ascii_digit());
    let is_right = first == Some('V') && stem.contains("__") && extension == "sql";
    extension.eq_ignore_ascii_case("sql") && begins && stem.contains(['_', '-']) && !is_right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_flyway_passes_over() {
        for (name, wanted) in [
            ("V2_orders.sql", "V2__orders.sql"),
            ("v3__orders.sql", "V3__orders.sql"),
            ("V4-orders.sql", "V4__orders.sql"),
            ("V5__orders.SQL", "V5__orders.sql"),
            ("V1.2_orders.sql", "V1.2__orders.sql"),
        ] {
            assert!(is_nearly_flyway(name), "{name}");
            assert_eq!(corrected(name), wanted);
        }
        for name in ["V2__orders.sql", "views.sql", "V.sql", "V2.sql", "Vacuum_all.sql", "beforeMigrate.sql"] {
            assert!(!is_nearly_flyway(name), "{name}");
        }
    }
}
