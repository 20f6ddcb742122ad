//! What a session has set that changes what statements do.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::Place;
use crate::document::sql::{Scope, SetValue, SetVariable};

/// Time zones without an offset, but for the region that may stand before.
const UTC: &[&str] =
    &["UTC", "GMT", "UCT", "ZULU", "GREENWICH", "UNIVERSAL", "GMT0", "GMT+0", "GMT-0", "0", "+0", "-0", "00", "+00", "-00"];

/// The settings of a session, as far as statements were seen to make them.
#[derive(Clone, Debug, Default)]
pub struct Session {
    settings: HashMap<Arc<str>, Setting>,
    /// What held before the transaction: all of it, and what only it may set.
    before: Option<HashMap<Arc<str>, Setting>>,
    local: HashMap<Arc<str>, Option<Setting>>,
}

/// What something is set to, and where.
#[derive(Clone, Debug)]
struct Setting {
    /// Empty for something that is computed.
    values: Vec<Arc<str>>,
    place: Place,
}

/// A limit of time that statements have set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timeout {
    /// In milliseconds; none for something that is computed.
    pub millis: Option<u64>,
    /// The statement that set it.
    pub place: Place,
}

impl Session {
    /// What something is set to; none where nobody said.
    pub fn get(&self, name: &str) -> Option<&[Arc<str>]> {
        self.settings.get(name).map(|setting| setting.values.as_slice())
    }

    /// What a limit of time is set to; zero, which is none, included.
    pub fn timeout(&self, name: &str) -> Option<Timeout> {
        let Setting { values, place } = self.settings.get(name)?;
        Some(Timeout { millis: values.first().and_then(|text| millis(text)), place: *place })
    }

    /// Whether timestamps with and without a time zone are the same to it; none where nobody said.
    pub fn is_utc(&self) -> Option<bool> {
        let zone = self.get("timezone")?.first()?;
        let zone = zone.strip_prefix("Etc/").unwrap_or(zone).to_ascii_uppercase();
        Some(UTC.contains(&zone.as_str()))
    }

    /// Where names without a schema are looked for.
    pub fn path(&self) -> Vec<Arc<str>> {
        let path = self.get("search_path").unwrap_or_default();
        path.iter().filter(|schema| &***schema != "$user" && !schema.is_empty()).cloned().collect()
    }

    /// Takes a SET or RESET.
    pub(super) fn set(&mut self, variable: &SetVariable, place: Place, in_transaction: bool) {
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
            SetValue::To(values) => self.settings.insert(name.into(), Setting { values: values.clone(), place }),
            SetValue::Unknown => self.settings.insert(name.into(), Setting { values: Vec::new(), place }),
            SetValue::Default => self.settings.remove(name),
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

/// A limit of time as the server reads it: `5s`, `2min`, `1500`, which is milliseconds.
pub fn millis(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let number: f64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].trim() {
        "us" => 0.001,
        "" | "ms" => 1.0,
        "s" => 1_000.0,
        "min" => 60_000.0,
        "h" => 3_600_000.0,
        "d" => 86_400_000.0,
        _ => return None,
    };
    let millis = (number * unit).round();
    // Longer ones than a month are as good as none.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is cut to what fits")]
    Some(millis.clamp(0.0, 2_600_000_000.0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_time_are_read_as_the_server_reads_them() {
        let table = [("5s", 5_000), ("1500", 1_500), ("0", 0), ("2min", 120_000), ("1.5s", 1_500), (" 300 ms", 300)];
        for (text, wanted) in table {
            assert_eq!(millis(text), Some(wanted), "{text}");
        }
        assert_eq!((millis("soon"), millis("5 S"), millis("")), (None, None, None));
    }
}
