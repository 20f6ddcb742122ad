//! The schema before a migration, after its way forward, and after its way back.
//!
//! Of a table that is older than the history only some columns and constraints are known: of those that were not, nobody
//! can say whether they were there.

use std::collections::{BTreeSet, HashSet};

use super::moved::Moved;
use super::{Difference, Fate, Object, Part};
use crate::database::schema::{Column, Constraint, Index, Kind, Made, Past, Relation, Rule, Schema};

pub(super) struct Comparison<'s> {
    schema: &'s Schema,
    /// Names that the way forward gave a meaning or took it from.
    touched: HashSet<(&'s str, &'s str)>,
    before: Past<'s>,
    middle: Past<'s>,
    after: Past<'s>,
    moved: &'s Moved,
    found: Vec<Difference>,
}

/// One relation at the three times. In the middle it may be gone.
struct Three<'s> {
    before: &'s Relation,
    middle: Option<&'s Relation>,
    after: &'s Relation,
    table: String,
    /// It was made anew, so all its rows are gone.
    is_another: bool,
    /// The one that is there now is of the way forward, and the way back leaves it.
    is_of_up: bool,
}

impl<'s> Comparison<'s> {
    pub fn of(schema: &'s Schema, turn: usize, moved: &'s Moved) -> Self {
        let (before, middle) = (schema.past(0), schema.past(turn));
        let after = schema.past(schema.recorded());
        let touched = schema.named_in(0..turn).collect();
        Self { schema, touched, before, middle, after, moved, found: Vec::new() }
    }

    pub fn differences(mut self) -> Vec<Difference> {
        for name in self.before.changed_relations() {
            self.relation(name);
        }
        self.types();
        self.functions();
        self.found.sort_by(|one, other| one.object.cmp(&other.object));
        self.found
    }

    fn report(&mut self, object: Object, fate: Fate, made: Made) {
        self.found.push(Difference { object, fate, made });
    }

    fn relation(&mut self, name: (&'s str, &'s str)) {
        let (before, middle, after) = (self.before.at(name), self.middle.at(name), self.after.at(name));
        match (before, after) {
            (Some((id, old)), None) => {
                if let Some(now) = self.after.relation(id).filter(|now| now.created.is_some() || old.created.is_none()) {
                    self.report(whole(old), Fate::Renamed(now.display()), old.created);
                } else if counts(old) {
                    // What the way forward replaced by another was gone before the way back began.
                    let is_same = middle.is_some_and(|(middle, _)| middle == id);
                    self.report(whole(old), if is_same { Fate::Taken } else { Fate::Missing }, old.created);
                }
            }
            (None, Some((id, new))) if counts(new) && new.created.is_some() && self.before.relation(id).is_none() => {
                let is_left = middle.is_some_and(|(middle, _)| middle == id);
                if is_left {
                    self.report(whole(new), Fate::Left, new.created);
                } else if middle.is_none() && !self.touched.contains(&name) && !self.moved.is_dropped(name.1) {
                    self.report(whole(new), Fate::Extra, new.created);
                }
            }
            (Some((old_id, before)), Some((new_id, after))) => {
                let is_another = old_id != new_id;
                let is_of_up = is_another && middle.is_some_and(|(id, _)| id == new_id);
                let middle = middle.map(|(_, middle)| middle);
                self.contents(&Three { before, middle, after, table: after.display(), is_another, is_of_up });
            }
            _ => {}
        }
    }

    fn contents(&mut self, it: &Three<'s>) {
        if matches!(it.before.kind, Kind::Sequence) {
            return;
        }
        if matches!(it.before.kind, Kind::Table | Kind::Partitioned) {
            if it.is_another && !it.is_of_up && !it.before.temporary && !self.moved.is_written(it.before, None) {
                let moved = self.moved.is_read(it.before, None);
                let fate = Fate::Emptied { moved, again: it.after.created };
                self.report(whole(it.before), fate, it.before.created);
            }
            self.columns(it);
            self.constraints(it);
        }
        self.indexes(it);
        self.named_parts(it, Part::Trigger, |relation| {
            relation.triggers.iter().map(|trigger| (&*trigger.name, trigger.made)).collect()
        });
        self.named_parts(it, Part::Policy, |relation| {
            relation.policies.iter().map(|policy| (&*policy.name, policy.made)).collect()
        });
    }

    fn columns(&mut self, it: &Three<'s>) {
        let names: BTreeSet<&str> = it.before.columns.iter().chain(&it.after.columns).map(|column| &*column.name).collect();
        for name in names {
            let middle = it.middle.and_then(|middle| middle.column(name));
            let object = part(it, Part::Column, name);
            match (it.before.column(name), it.after.column(name)) {
                (Some(old), None) => {
                    let is_same = |column: &&Column| column.definition.is_some() && column.definition == old.definition;
                    if let Some(now) = it.after.columns.iter().find(is_same).filter(|_| !it.is_another) {
                        self.report(object, Fate::Renamed(format!("{}.{}", it.table, now.name)), old.definition);
                    } else {
                        let is_same = middle.is_some_and(|middle| middle.definition == old.definition);
                        self.report(object, if is_same { Fate::Taken } else { Fate::Missing }, old.definition);
                    }
                }
                (None, Some(new)) => {
                    let is_same = |column: &Column| column.definition.is_some() && column.definition == new.definition;
                    let was_renamed = it.before.columns.iter().any(is_same);
                    if middle.is_some_and(is_same) && !was_renamed {
                        self.report(object, Fate::Left, new.definition);
                    } else if middle.is_none() && it.before.created.is_some() && !was_renamed && !self.moved.is_dropped(name) {
                        self.report(object, Fate::Extra, new.definition);
                    }
                }
                (Some(old), Some(new)) => self.column(it, object, [Some(old), middle, Some(new)]),
                (None, None) => {}
            }
        }
    }

    fn column(&mut self, it: &Three<'s>, object: Object, [old, middle, new]: [Option<&'s Column>; 3]) {
        let (Some(old), Some(new)) = (old, new) else { return };
        let is_known = old.definition.is_some() && new.definition.is_some();
        if is_known && old.definition != new.definition && !it.is_another {
            let is_written = self.moved.is_written(it.after, Some(&old.name)) || new.generated.is_some();
            // One that had another name before, or that the way forward made, is not made anew by the way back.
            let is_same = |column: &Column| column.definition == new.definition;
            let is_there = it.before.columns.iter().any(is_same) || middle.is_some_and(is_same);
            let is_written = is_written || is_there;
            if middle.is_none_or(|middle| middle.definition != old.definition) && !is_written {
                let moved = self.moved.is_read(it.before, Some(&old.name));
                let fate = Fate::Emptied { moved, again: new.definition };
                self.report(object.clone(), fate, old.definition);
            }
        }
        let has_type = !old.data_type.name.is_empty() && !new.data_type.name.is_empty();
        let (was, is) = (self.before.current(&old.data_type), self.after.current(&new.data_type));
        if has_type && !was.is_like(&is) {
            return self.report(object, Fate::Type(was.shown(), is.shown()), old.definition);
        }
        if let Some(middle) = middle.filter(|middle| !it.is_another && middle.definition == new.definition)
            && !self.moved.is_written(it.after, Some(&old.name))
            && self.schema.narrows(&middle.data_type, &new.data_type)
        {
            let fate = Fate::Narrowed(self.middle.current(&middle.data_type).shown(), is.shown());
            return self.report(object, fate, old.definition);
        }
        // What is added anew to rows that are there cannot be required.
        let is_same = old.definition == new.definition || it.is_another;
        if is_known && is_same && old.not_null != new.not_null {
            return self.report(object, Fate::Required(old.not_null), old.definition);
        }
        let default = |column: &Column| column.default.as_ref().map(|default| default.written);
        let (was, is) = (default(old), default(new));
        if is_known && is_same && was.is_some() != is.is_some() && !old.identity && !new.identity {
            self.report(object, Fate::Default(was.flatten(), is.flatten()), old.definition);
        }
    }

    fn constraints(&mut self, it: &Three<'s>) {
        if it.before.constraints.is(&it.after.constraints) {
            return;
        }
        let list = |relation: &'s Relation| -> Vec<(String, &'s str, Made)> {
            let own = relation.constraints.iter().filter(|constraint| !constraint.inherited);
            own.filter_map(|constraint| Some((self.signature(constraint)?, &*constraint.name, constraint.made))).collect()
        };
        let lists = [list(it.before), it.middle.map(list).unwrap_or_default(), list(it.after)];
        self.unlike(it, Part::Constraint, lists);
    }

    /// What two constraints have in common that mean the same.
    fn signature(&self, constraint: &Constraint) -> Option<String> {
        let rule = match &constraint.rule {
            Rule::NotNull => return None,
            Rule::Check { .. } => "check".to_owned(),
            Rule::Key(primary) => if *primary { "primary key" } else { "unique" }.to_owned(),
            Rule::Exclude => "exclude".to_owned(),
            Rule::Foreign { to, .. } => {
                let target = |past: &Past<'s>| past.relation(*to).map(Relation::display);
                let to = target(&self.after).or_else(|| target(&self.middle)).or_else(|| target(&self.before));
                format!("references {}", to.unwrap_or_default())
            }
        };
        Some(format!("{rule} ({})", constraint.columns.join(", ")))
    }

    fn indexes(&mut self, it: &Three<'s>) {
        if it.before.indexes.is(&it.after.indexes) {
            return;
        }
        let list = |relation: &'s Relation| -> Vec<(String, &'s str, Made)> {
            let own = relation.indexes.iter().filter(|index| !index.constraint && index.part_of.is_none());
            own.map(|index| (signature(index), &*index.name, index.made)).collect()
        };
        let lists = [list(it.before), it.middle.map(list).unwrap_or_default(), list(it.after)];
        self.unlike(it, Part::Index, lists);
    }

    /// Compares what has a meaning beside its name: another name for the same is no difference.
    fn unlike(&mut self, it: &Three<'s>, kind: Part, [before, middle, after]: [Vec<(String, &'s str, Made)>; 3]) {
        let has = |list: &[(String, &str, Made)], wanted: &str| list.iter().any(|(signature, ..)| signature == wanted);
        for (signature, name, made) in &before {
            if !has(&after, signature) {
                let fate = if has(&middle, signature) { Fate::Taken } else { Fate::Missing };
                self.report(part(it, kind, name), fate, *made);
            }
        }
        for (signature, name, made) in &after {
            let is_of_up = middle.iter().any(|(_, other, place)| other == name && place == made);
            let same_name = before.iter().find(|(_, other, _)| other == name);
            if !has(&before, signature) {
                if is_of_up && made.is_some() {
                    self.report(part(it, kind, name), Fate::Left, *made);
                } else if !is_of_up && it.before.created.is_some() && !it.is_another && !self.moved.is_dropped(name) {
                    self.report(part(it, kind, name), Fate::Extra, *made);
                }
            } else if is_of_up && same_name.is_some_and(|(_, _, place)| place != made) {
                // It means something else under the same name.
                self.report(part(it, kind, name), Fate::Left, *made);
            }
        }
    }

    fn named_parts(&mut self, it: &Three<'s>, kind: Part, list: impl Fn(&'s Relation) -> Vec<(&'s str, Made)>) {
        let (before, after) = (list(it.before), list(it.after));
        let middle = it.middle.map(&list).unwrap_or_default();
        let has = |list: &[(&str, Made)], wanted: &str| list.iter().any(|(name, _)| *name == wanted);
        for (name, made) in before.iter().filter(|(name, _)| !has(&after, name)) {
            let fate = if has(&middle, name) { Fate::Taken } else { Fate::Missing };
            self.report(part(it, kind, name), fate, *made);
        }
        for (name, made) in after.iter().filter(|(name, _)| !has(&before, name) && has(&middle, name)) {
            self.report(part(it, kind, name), Fate::Left, *made);
        }
    }

    fn types(&mut self) {
        for name in self.before.changed_types() {
            let (before, middle, after) = (self.before.type_at(name), self.middle.type_at(name), self.after.type_at(name));
            let (schema, last) = name;
            let shown = if schema == "public" { last.to_owned() } else { format!("{schema}.{last}") };
            let object = Object { table: None, part: Part::Type, name: shown };
            match (before, middle, after) {
                (None, Some(_), Some(left)) => self.report(object, Fate::Left, left.made),
                (Some(old), None, None) => self.report(object, Fate::Missing, old.made),
                (Some(old), Some(_), None) => self.report(object, Fate::Taken, old.made),
                _ => {}
            }
        }
    }

    /// Functions of one name are not told apart, so only what is plain is said of them.
    fn functions(&mut self) {
        for name in self.before.changed_functions() {
            let at = |past: &Past<'s>| past.function(name).map(|function| function.made);
            let object = Object { table: None, part: Part::Function, name: name.to_owned() };
            match (at(&self.before), at(&self.middle), at(&self.after)) {
                (None, Some(_), Some(made)) if made.is_some() => self.report(object, Fate::Left, made),
                (Some(made), None, None) => self.report(object, Fate::Missing, made),
                _ => {}
            }
        }
    }
}

/// What is gone with the session or with something else is no difference of its own.
fn counts(relation: &Relation) -> bool {
    !relation.temporary && relation.owned_by.is_none() && !relation.is_partition()
}

fn whole(relation: &Relation) -> Object {
    let part = match relation.kind {
        Kind::View => Part::View,
        Kind::MaterializedView => Part::MaterializedView,
        Kind::Sequence => Part::Sequence,
        Kind::Table | Kind::Partitioned | Kind::Foreign => Part::Table,
    };
    Object { table: None, part, name: relation.display() }
}

fn part(it: &Three<'_>, part: Part, name: &str) -> Object {
    Object { table: Some(it.table.clone()), part, name: name.to_owned() }
}

/// What two indexes have in common that serve the same.
fn signature(index: &Index) -> String {
    let Index { method, keys, others, unique, partial, has_expression, .. } = index;
    format!("{method} {keys:?} {others:?} {unique} {partial} {has_expression}")
}
