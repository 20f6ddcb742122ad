//! The order of migrations, where a file writes it down: Sqitch's plan, Drizzle's journal, a manifest of files.

use std::collections::HashMap;

use super::evidence::below;
use crate::document::migration::Role;

/// An order that is written down.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    entries: HashMap<String, Entry>,
    /// What it names and the tree does not have, with the line that names it, is found by whoever knows the files.
    pub named: Vec<Named>,
    /// Why it does not say an order after all.
    pub flaw: Option<String>,
}

/// A migration that a plan names.
#[derive(Clone, Debug)]
pub struct Named {
    /// The file that it must have.
    pub path: String,
    /// Where the plan says so.
    pub line: u32,
}

/// What a plan says of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its place in the order.
    pub version: Vec<u128>,
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub role: Role,
}

impl Plan {
    /// What it says of a file.
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    pub(super) fn add(&mut self, path: String, entry: Entry) {
        self.entries.insert(path, entry);
    }

    /// The plan of Sqitch, with the folders of its scripts: a change a line, tags begin with `@`. A change that is named again
    /// was reworked: what it was before stands in a file with one of the tags between in its name.
    pub(super) fn of_sqitch(text: &str, deploy: &str, revert: &str) -> Self {
        let mut plan = Self::default();
        // Each change with its place, and how many tags came before it.
        let mut open: HashMap<String, (u128, usize)> = HashMap::new();
        let mut tags: Vec<String> = Vec::new();
        let mut count = 0;
        for (line, words) in (1..).zip(text.split('\n')) {
            let words = words.split('#').next().unwrap_or_default().trim();
            let first = words.split_whitespace().next().unwrap_or_default();
            if words.is_empty() || first.starts_with('%') {
                continue;
            }
            if words.starts_with("<<<<<<<") || words.starts_with(">>>>>>>") {
                plan.flaw = Some(format!("its plan holds an unfinished merge in line {line}"));
                continue;
            }
            if let Some(tag) = first.strip_prefix('@') {
                tags.push(tag.to_owned());
                continue;
            }
            count += 1;
            let change = first.trim_start_matches('+').to_owned();
            plan.named.push(Named { path: below(deploy, &format!("{change}.sql")), line });
            if let Some((version, since)) = open.insert(change.clone(), (count, tags.len())) {
                for tag in &tags[since..] {
                    plan.add_sqitch(deploy, revert, &format!("{change}@{tag}"), version);
                }
            }
        }
        for (change, (version, _)) in open {
            plan.add_sqitch(deploy, revert, &change, version);
        }
        plan
    }

    fn add_sqitch(&mut self, deploy: &str, revert: &str, change: &str, version: u128) {
        for (folder, role) in [(deploy, Role::Up), (revert, Role::Down)] {
            let entry = Entry { version: vec![version], title: change.to_owned(), role };
            self.add(below(folder, &format!("{change}.sql")), entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqitch_runs_what_its_plan_says() {
        let text = "%syntax-version=1.0.0\n%project=flipr\n\n# first\nappschema 2026-01-01T10:00:00Z M <m@x> # Adds schema\n\
                    users [appschema] 2026-01-02T10:00:00Z M <m@x>\n@v1 2026-01-03T10:00:00Z M <m@x>\n\
                    lists [users] 2026-01-04T10:00:00Z M <m@x>\n@v2 2026-01-04T11:00:00Z M <m@x>\nusers [users@v2] 2026-01-05T10:00:00Z M <m@x> # Reworked\n";
        let plan = Plan::of_sqitch(text, "db/deploy", "db/revert");
        let at = |path: &str| plan.entry(path).map(|entry| (entry.version[0], entry.role));
        assert_eq!(at("db/deploy/appschema.sql"), Some((1, Role::Up)));
        assert_eq!((at("db/deploy/users@v1.sql"), at("db/deploy/users@v2.sql")), (Some((2, Role::Up)), Some((2, Role::Up))));
        assert_eq!(at("db/deploy/lists.sql"), Some((3, Role::Up)));
        assert_eq!((at("db/deploy/users.sql"), at("db/revert/users.sql")), (Some((4, Role::Up)), Some((4, Role::Down))));
        assert_eq!((at("db/verify/users.sql"), plan.named.len(), plan.flaw), (None, 4, None));
    }
}
