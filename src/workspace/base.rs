//! Which revision has shipped?
//!
//! A migration that has shipped cannot be unshipped, so only those after the base are judged, and only lines that
//! differ from it are a change. Where nobody can say what has shipped, that is the answer.

use crate::settings::{Ci, Settings};
use crate::tree::Tree;
use crate::tree::git::{Commit, NoRepository, Repository, Revision};

/// What has shipped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Base {
    /// Nobody had to know.
    Unasked,
    /// Nobody wants to know: everything is judged.
    All,
    /// As far as anybody can tell, nothing has, and why.
    Nothing(&'static str),
    /// All that this commit holds.
    Commit {
        /// The commit.
        commit: Commit,
        /// What makes it the base.
        why: String,
    },
    /// Nobody can say. Why, and what to do about it.
    Unknown(String),
}

/// Branches that releases usually come from, the surest first.
const DEFAULT_BRANCHES: &[&str] = &["origin/HEAD", "origin/main", "origin/master", "main", "master"];

impl Base {
    /// Asks the repository of a tree.
    pub fn of(tree: &dyn Tree, settings: &Settings) -> Self {
        if settings.all && settings.changed.is_none() {
            return Self::All;
        }
        match tree.repository() {
            Ok(repository) => resolve(&repository, settings),
            Err(NoRepository::Absent) => Self::Nothing("there is no git repository here"),
            Err(NoRepository::Unusable(reason)) => Self::Unknown(reason),
        }
    }
}

fn resolve(repository: &Repository, settings: &Settings) -> Base {
    let head = match repository.revision("HEAD") {
        Revision::Commit(head) => head,
        Revision::Missing => return Base::Nothing("nothing is committed yet"),
        Revision::Failed(reason) => return Base::Unknown(reason),
    };
    let asked = Asked { repository, head, ci: &settings.ci };
    if let Some(name) = &settings.base {
        return asked.named(name);
    }
    let found = asked.target().or_else(|| asked.merged_by_ci()).or_else(|| asked.default_branch());
    found.unwrap_or_else(|| {
        let names = DEFAULT_BRANCHES.join(", ");
        asked.unknown(&format!("there is no branch to compare with ({names})"), "name the one that has shipped with --base")
    })
}

struct Asked<'a> {
    repository: &'a Repository,
    head: Commit,
    ci: &'a Ci,
}

impl Asked<'_> {
    fn commit(&self, name: &str) -> Option<Commit> {
        self.repository.revision(name).commit()
    }

    fn named(&self, name: &str) -> Base {
        match self.commit(name) {
            Some(commit) => Base::Commit { commit, why: format!("{name}, as asked") },
            None => self.unknown(&format!("the base `{name}` is not in this clone"), "fetch it"),
        }
    }

    /// What the CI system says that the change goes into.
    fn target(&self) -> Option<Base> {
        let target = self.ci.target.iter().find_map(|name| self.commit(name))?;
        // A push names the branch itself, which says nothing of what was there before.
        let commit = self.repository.merge_base(&self.head, &target).filter(|commit| *commit != self.head)?;
        Some(Base::Commit {
            commit,
            why: format!("where the change leaves {}, which {} names", self.ci.target[0], self.ci.variable),
        })
    }

    fn merged_by_ci(&self) -> Option<Base> {
        let made = self.ci.merges && self.head.parents.len() > 1 && self.repository.branch().is_none();
        let commit = self.commit(self.head.parents.first().filter(|_| made)?)?;
        Some(Base::Commit { commit, why: "what the CI system merged the change into".to_owned() })
    }

    fn default_branch(&self) -> Option<Base> {
        let said = self.ci.default_branch.iter().map(|name| format!("origin/{name}"));
        let names = said.chain(DEFAULT_BRANCHES.iter().map(|name| (*name).to_owned()));
        let (tip, name) = names.into_iter().find_map(|name| Some((self.commit(&name)?, name)))?;
        if tip == self.head {
            return Some(self.at_tip(&name));
        }
        let Some(commit) = self.repository.merge_base(&self.head, &tip) else {
            return Some(
                self.unknown(&format!("this branch and {name} have no commit in common here"), "name the base with --base"),
            );
        };
        if commit == self.head {
            return Some(self.at_tip(&name));
        }
        Some(Base::Commit { commit, why: format!("where this branch leaves {name}") })
    }

    /// HEAD holds nothing that the default branch does not hold: it is that branch, or a branch yet without commits.
    fn at_tip(&self, default: &str) -> Base {
        let full = self.repository.meaning(default).unwrap_or_else(|| default.to_owned());
        let short = ["refs/remotes/origin/", "refs/heads/"].iter().find_map(|prefix| full.strip_prefix(prefix));
        let own = self.repository.branch();
        let own = own.as_deref().and_then(|own| own.strip_prefix("refs/heads/"));
        if own.is_some_and(|own| Some(own) != short) {
            return Base::Commit { commit: self.head.clone(), why: format!("the newest commit, which {default} holds already") };
        }
        let Some(parent) = self.head.parents.first() else { return Base::Nothing("this is the first commit") };
        match self.commit(parent) {
            Some(commit) => Base::Commit { commit, why: "the commit before this one".to_owned() },
            None => self.unknown("the commit before this one is not in this clone", "fetch it"),
        }
    }

    fn unknown(&self, what: &str, remedy: &str) -> Base {
        let remedy = match self.ci.deepen {
            Some(deepen) if self.repository.is_shallow() => format!("fetch all commits ({deepen})"),
            _ if self.repository.is_shallow() => "fetch all commits with `git fetch --unshallow`".to_owned(),
            _ => remedy.to_owned(),
        };
        let why = if self.repository.is_shallow() { ": it was cloned with its newest commits alone" } else { "" };
        Base::Unknown(format!("{what}{why}; {remedy}"))
    }
}
