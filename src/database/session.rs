//! What a session has set that changes what statements do.

use std::collections::HashMap;

use crate::document::sql::{Scope, SetValue, SetVariable};

/// Time zones without an offset, but for the region that may stand before.
const UTC: &[&str] =
    &["UTC", "GMT", "UCT", "ZULU", "GREENWICH", "UNIVERSAL", "GMT0", "GMT+0", "GMT-0", "0", "+0", "-0", "00", "+00", "-00"];

/// The settings of a session, as far as statements were seen to make them.
#[derive(Clone, Debug, Default)]
pub struct Session {
    settings: HashMap<Box<str>, Vec<Box<str>>>,
    /// What held before the transaction: all of it, and what only it may set.
    before: Option<HashMap<Box<str>, Vec<Box<str>>>>,
    local: HashMap<Box<str>, Option<Vec<Box<str>>>>,
}

impl Session {
    /// What something is set to; none where nobody said.
    pub fn get(&self, name: &str) -> Option<&[Box<str>]> {
        self.settings.get(name).map(Vec::as_slice)
    }

    /// Whether timestamps with and without a time zone are the same to it; none where nobody said.
    pub fn is_utc(&self) -> Option<bool> {
        let zone = self.get("timezone")?.first()?;
        let zone = zone.strip_prefix("Etc/").unwrap_or(zone).to_ascii_uppercase();
        Some(UTC.contains(&zone.as_str()))
    }

    /// Where names without a schema are looked for.
    pub fn path(&self) -> Vec<Box<str>> {
        let path = self.get("search_path").unwrap_or_default();
        path.iter().filter(|schema| &***schema != "$user" && !schema.is_empty()).cloned().collect()
    }

    /// Takes a SET or RESET.
    pub(super) fn set(&mut self, variable: &SetVariable, in_transaction: bool) {
        let name = match &*variable.name {
            "time zone" => "timezone",
            name => name,
        };
        if name == "all" {
            self.settings.clear();
            return;
        }
        if variable.scope == Scope::Local {
            // Outside a transaction it has no effect.
            if !in_transaction {
                return;
            }
            let old = self.settings.get(name).cloned();
            self.local.entry(name.into()).or_insert(old);
        } else {
            self.local.remove(name);
        }
        match &variable.value {
            SetValue::To(values) => self.settings.insert(name.into(), values.clone()),
            SetValue::Default | SetValue::Unknown => self.settings.remove(name),
        };
    }

    pub(super) fn begin(&mut self) {
        self.before.get_or_insert_with(|| self.settings.clone());
    }

    /// What was set for the transaction ends with it; a rollback also takes the rest back.
    pub(super) fn end(&mut self, keep: bool) {
        let before = self.before.take();
        for (name, old) in self.local.drain() {
            match old {
                Some(old) => self.settings.insert(name, old),
                None => self.settings.remove(&name),
            };
        }
        if !keep && let Some(before) = before {
            self.settings = before;
        }
    }
}
