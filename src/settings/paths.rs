//! Which files does a line of the configuration speak of?

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Patterns like those of `.gitignore`, below a folder: `db/**/*.sql`, `deploy/`, `*.env`.
#[derive(Clone, Default, Debug)]
pub struct Paths {
    /// With a `/` at its end; empty for the root.
    folder: String,
    /// The way from the folder that the patterns speak of down to the root, where that is above it; with a `/` at its end.
    above: String,
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
        Ok(Self { folder, above: String::new(), patterns: patterns.to_vec(), set })
    }

    /// The same patterns, of a folder above the root; `way` leads from it down to the root.
    #[must_use]
    pub fn seen_from_below(self, way: &str) -> Self {
        Self { folder: String::new(), above: format!("{way}/"), ..self }
    }

    /// The patterns as written.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// Whether a file, or a folder on its way, matches.
    pub fn matches(&self, path: &str) -> bool {
        if !self.above.is_empty() {
            return self.set.is_match(format!("{}{path}", self.above));
        }
        path.strip_prefix(&self.folder).is_some_and(|below| self.set.is_match(below))
    }

    /// Whether something in a folder may match, as far as the patterns name their way: `vendor/db/*.sql` leads through
    /// `vendor` and `vendor/db`, `*.sql` through no folder in particular.
    pub fn lead_through(&self, folder: &str) -> bool {
        let full = format!("{}{folder}", self.above);
        let Some(below) = full.strip_prefix(&self.folder) else { return self.folder.starts_with(&format!("{folder}/")) };
        let leads = |pattern: &String| {
            let [rooted, _] = globs(pattern);
            let end = rooted.find(['*', '?', '[', '{', '\\']).unwrap_or(rooted.len());
            let way = rooted[..end].rsplit_once('/').map_or(if end == rooted.len() { &rooted[..] } else { "" }, |(way, _)| way);
            way == below
                || way.strip_prefix(below).is_some_and(|rest| rest.starts_with('/'))
                || (!way.is_empty() && below.strip_prefix(way).is_some_and(|rest| rest.starts_with('/')))
        };
        self.set.is_match(below) || self.set.is_match(format!("{below}/_")) || self.patterns.iter().any(leads)
    }

    /// Whether there is no pattern at all.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
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
    fn patterns_above_the_root_see_the_whole_way() {
        let paths = Paths::new("", &["services/a/*.env".to_owned()]).expect("a pattern").seen_from_below("services/a");
        assert!(paths.matches("prod.env"));
        assert!(!paths.matches("services/a/prod.env") && !paths.matches("x/prod.env"));
    }

    #[test]
    fn a_pattern_leads_through_the_folders_that_it_names() {
        let table = [
            ("vendor/db/*.sql", "vendor", true),
            ("vendor/db/*.sql", "vendor/db", true),
            ("vendor/db/*.sql", "vendor/other", false),
            ("vendor/db/", "vendor/db/deep/er", true),
            ("vendor/**/x.sql", "vendor/a/b", true),
            ("testdata/", "a/testdata", true),
            ("testdata", "a/testdata/b", true),
            ("*.sql", "node_modules", false),
            ("**/x.sql", "node_modules", false),
        ];
        for (pattern, folder, expected) in table {
            let paths = Paths::new("", &[pattern.to_owned()]).expect("a pattern");
            assert_eq!(paths.lead_through(folder), expected, "{pattern} through {folder}");
        }
        let nested = Paths::new("services/a", &["vendor/db/".to_owned()]).expect("a pattern");
        assert!(nested.lead_through("services") && nested.lead_through("services/a/vendor") && !nested.lead_through("vendor"));
    }

    #[test]
    fn a_pattern_that_is_none_is_named() {
        assert_eq!(Paths::new("", &["a[".to_owned()]).expect_err("no pattern").0, "a[");
    }
}
