//! Which files does a line of the configuration speak of?

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Patterns like those of `.gitignore`, below a folder: `db/**/*.sql`, `deploy/`, `*.env`.
#[derive(Clone, Debug)]
pub struct Paths {
    /// With a `/` at its end; empty for the root.
    folder: String,
    patterns: Vec<String>,
    set: GlobSet,
}

impl Paths {
    /// Patterns below a folder of the tree; an error names the pattern that is none, and why.
    pub fn new(folder: &str, patterns: &[String]) -> Result<Self, (String, String)> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            for glob in globs(pattern) {
                let glob = GlobBuilder::new(&glob).literal_separator(true).backslash_escape(true).build();
                set.add(glob.map_err(|error| (pattern.clone(), error.kind().to_string()))?);
            }
        }
        let set = set.build().map_err(|error| (String::new(), error.to_string()))?;
        let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        Ok(Self { folder, patterns: patterns.to_vec(), set })
    }

    /// The patterns as written.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// Whether a file, or a folder on its way, matches.
    pub fn matches(&self, path: &str) -> bool {
        path.strip_prefix(&self.folder).is_some_and(|below| self.set.is_match(below))
    }
}

/// A pattern without an inner `/` holds at any depth; every pattern holds for what is below a folder that it names.
fn globs(pattern: &str) -> [String; 2] {
    let trimmed = pattern.trim_end_matches('/').trim_start_matches("./");
    let rooted = match trimmed.strip_prefix('/') {
        Some(rooted) => rooted.to_owned(),
        None if trimmed.contains('/') => trimmed.to_owned(),
        None => format!("**/{trimmed}"),
    };
    let below = format!("{rooted}/**");
    [if pattern.ends_with('/') { below.clone() } else { rooted }, below]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_read_as_in_ignore_files() {
        let table = [
            ("*.env", "a/b.env", true),
            ("*.env", "b.env", true),
            ("deploy/", "deploy/a.yaml", true),
            ("deploy/", "x/deploy/a.yaml", true),
            ("deploy/", "deploy", false),
            ("/deploy", "x/deploy/a.yaml", false),
            ("db/*.sql", "db/1.sql", true),
            ("db/*.sql", "x/db/1.sql", false),
            ("db/*.sql", "db/x/1.sql", false),
            ("db/**/*.sql", "db/1.sql", true),
            ("./db", "db/x/1.sql", true),
            ("**", "a/b", true),
        ];
        for (pattern, path, expected) in table {
            let paths = Paths::new("", &[pattern.to_owned()]).expect("a pattern");
            assert_eq!(paths.matches(path), expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn patterns_hold_below_their_folder_alone() {
        let paths = Paths::new("services/a", &["*.env".to_owned()]).expect("a pattern");
        assert!(paths.matches("services/a/x/prod.env"));
        assert!(!paths.matches("services/ab/prod.env") && !paths.matches("prod.env"));
    }

    #[test]
    fn a_pattern_that_is_none_is_named() {
        assert_eq!(Paths::new("", &["a[".to_owned()]).expect_err("no pattern").0, "a[");
    }
}
