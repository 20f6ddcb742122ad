//! The names of WITH: what they stand for, and whether anybody asks them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Facts, Scan, Start};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::postgres::{query, read};
use crate::document::sql::statement::{Name, Statement};

/// The query or statement of a name, by number; 0 is the one around all.
pub type BodyId = u32;

/// How far out a name is looked for that stands in its own body.
const DEEPEST: usize = 64;

#[derive(Default)]
pub struct Names {
    /// With whether it may ask itself.
    known: HashMap<Arc<str>, (BodyId, bool)>,
    /// In which body each stands.
    around: Vec<BodyId>,
    /// Who asks whom.
    asks: Vec<(BodyId, BodyId)>,
    /// The WITH that goes on is RECURSIVE.
    pub recursive: bool,
}

impl Names {
    /// A name comes; its body follows.
    pub fn add(&mut self, name: Arc<str>, at: BodyId) {
        self.around.push(at);
        self.known.insert(name, (self.last(), self.recursive));
    }

    /// The body that came last.
    pub fn last(&self) -> BodyId {
        BodyId::try_from(self.around.len()).unwrap_or(BodyId::MAX)
    }

    /// A body runs whether or not anybody asks it.
    pub fn runs(&mut self, body: BodyId) {
        self.asks.push((0, body));
    }

    /// Whether what is read there is one of the names; it is asked then.
    pub fn takes(&mut self, name: &Name, at: BodyId) -> bool {
        let Some((body, recursive)) = self.known.get(name.text()).copied().filter(|_| name.schema().is_none()) else {
            return false;
        };
        // Inside its own body a name is not known yet.
        let is_itself = !recursive && self.outwards(at).any(|around| around == body);
        if !is_itself {
            self.asks.push((at, body));
        }
        !is_itself
    }

    fn outwards(&self, at: BodyId) -> impl Iterator<Item = BodyId> {
        let next = |at: &BodyId| self.around.get(at.checked_sub(1)? as usize).copied();
        std::iter::successors(Some(at), next).take(DEEPEST)
    }

    /// The bodies that nobody asks: the server leaves them out.
    pub fn idle(&self) -> HashSet<BodyId> {
        let mut idle: HashSet<BodyId> = (1..=self.last()).collect();
        let mut asked: HashMap<BodyId, Vec<BodyId>> = HashMap::new();
        for (by, body) in &self.asks {
            asked.entry(*by).or_default().push(*body);
        }
        let mut open = vec![0];
        while let Some(body) = open.pop() {
            open.extend(asked.remove(&body).into_iter().flatten().filter(|body| idle.remove(body)));
        }
        idle
    }
}

/// A WITH before a statement that writes.
pub struct With<'a>(Scan<'a>);

/// Looks at all that is left, which is a WITH.
pub fn with(cursor: Cursor<'_>) -> Option<With<'_>> {
    let mut scan = Scan::new(cursor, Start::Query);
    scan.walk()?;
    Some(With(scan))
}

impl With<'_> {
    /// Whether what the statement reads is one of the names.
    pub fn takes(&mut self, name: &Name) -> bool {
        self.0.names.takes(name, 0)
    }

    /// What its queries do.
    pub fn done(mut self) -> Facts {
        self.0.found()
    }
}

impl Scan<'_> {
    /// The statement in brackets after a name of WITH.
    pub(super) fn named_body(&mut self) -> Option<()> {
        let body = self.names.last();
        self.next_body = Some(body);
        let writes = ["insert", "update", "delete", "merge"];
        if self.cursor.is_symbol(b'(') && writes.iter().any(|word| self.cursor.nth_is(1, word)) {
            let inside = self.cursor.inside()?;
            let mut action = read(inside.inner(inside.left()));
            if let Some(source) = query::source(&mut action) {
                source.reads.retain(|name| !self.names.takes(name, body));
            }
            self.names.runs(body);
            self.next_body = None;
            self.facts.writes.push(Statement { span: inside.rest(), action });
        }
        self.after_value = false;
        Some(())
    }
}
