//! Why a statement fails.

use super::Run;
use crate::database::effect::{Failure, FailureKind};
use crate::database::schema::Id;

impl Run<'_> {
    pub fn fail(&mut self, reason: impl Into<String>) {
        self.fail_as(FailureKind::Other, reason);
    }

    pub fn fail_as(&mut self, kind: FailureKind, reason: impl Into<String>) {
        self.out.error.get_or_insert(Failure { reason: reason.into(), kind });
    }

    /// Fails because something is in the way, unless what was not understood may have taken that away.
    pub fn taken(&mut self, reason: impl Into<String>) {
        if !self.schema.is_doubtful {
            self.fail_as(FailureKind::Taken, reason);
        }
    }

    /// Something gets a name in a relation. What a dump tells by this name is not there yet after all.
    pub fn give_way(&mut self, id: Id, name: &str) {
        let relation = self.relation(id);
        let is_told = relation.is_told
            && (relation.index(name).is_some_and(|index| index.made.is_none())
                || relation.constraint(name).is_some_and(|constraint| constraint.made.is_none()));
        if is_told {
            if relation.index(name).is_some() {
                self.schema.remove_index(id, name);
            }
            self.schema.edit(id).constraints.retain(|constraint| *constraint.name != *name);
        }
    }

    /// The same for what is in the way in a relation. Of what a dump tells nobody knows whether it is there yet.
    pub fn taken_in(&mut self, id: Id, reason: impl Into<String>) {
        if !self.relation(id).is_told {
            self.taken(reason);
        }
    }

    /// Fails; on every server where no grammar has such words.
    pub fn refuse(&mut self, (reason, unsupported): (String, bool)) {
        let kind = if unsupported { FailureKind::Unsupported } else { FailureKind::Other };
        self.fail_as(kind, reason);
    }

    /// Fails on servers older than this; says whether it does.
    pub fn needs(&mut self, version: u32, what: &str) -> bool {
        let lacks = self.version < version;
        if lacks {
            if !self.is_conditional {
                self.schema.lacks = self.schema.lacks.max(version);
            }
            let reason = format!("PostgreSQL {} does not know {what}; it came with {version}", self.version);
            self.fail_as(FailureKind::Unsupported, reason);
        }
        lacks
    }

    /// Fails on servers older than this, which know the words and refuse them all the same; says whether it does.
    pub fn refused_before(&mut self, version: u32, what: &str) -> bool {
        let is_first = !self.failed();
        let refused = self.needs(version, what);
        if let Some(error) = self.out.error.as_mut().filter(|_| refused && is_first) {
            error.kind = FailureKind::Other;
        }
        refused
    }

    pub fn failed(&self) -> bool {
        self.out.error.is_some()
    }
}
