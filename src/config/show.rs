//! What holds, and who says so: a `gonogo.toml` that would do the same, with the origin of each value beside it.

use std::fmt::Write as _;

use super::keys::{KEYS, Key, Kind, LEVEL, Shape};
use super::{Config, Home, Layer, Said, find};
use crate::rule::{RULES, Rule};
use crate::settings::Value;
use crate::untrusted::visible;

/// Where the origins stand, if the values leave room.
const COLUMN: usize = 44;

impl Config {
    /// Everything that holds, with its origin.
    pub fn show(&self) -> String {
        let mut page = Page { config: self, out: String::new() };
        for key in KEYS {
            match key.shape {
                // What the extended files say stands here already.
                Shape::Value(Kind::Files) => {}
                Shape::Value(_) => page.one("", key),
                Shape::Table(keys) => page.table(key.name, keys),
                Shape::Rules => RULES.iter().for_each(|rule| page.rule(rule)),
                Shape::Tables(_) if key.name == "overrides" => page.overrides(),
                Shape::Tables(keys) => page.tables(key.name, keys),
            }
        }
        page.out
    }

    /// The layers that speak of the whole folder being judged, the strongest first.
    fn strongest(&self) -> impl Iterator<Item = &Layer> {
        self.typed.iter().rev().chain(self.layers.iter().rev().filter(|layer| layer.is_for_all()))
    }

    /// Whether a later layer says of all files what this one says of a rule.
    fn is_overruled(&self, layer: usize, said: &Said) -> bool {
        let stronger = self.layers[layer + 1..].iter().filter(|other| other.is_for_all()).chain(&self.typed);
        stronger.flat_map(|other| other.section("rules")).any(|other| other.is_same_of_rule(said))
    }
}

impl Layer {
    fn is_for_all(&self) -> bool {
        !matches!(&self.home, Home::Below(folder) if !folder.is_empty())
    }

    fn origin(&self, said: &Said) -> String {
        if self.source.path() == "--set" {
            return "--set".to_owned();
        }
        format!("{}:{}", self.source.path(), self.source.line(said.span.start))
    }

    /// Patterns as the folder being judged would write them.
    fn seen(&self, patterns: &[String]) -> Value {
        let seen = |pattern: &String| match &self.home {
            Home::Below(folder) if !folder.is_empty() => {
                let pattern = pattern.trim_start_matches("./");
                let anywhere = if pattern.trim_end_matches('/').contains('/') { "" } else { "**/" };
                format!("/{folder}/{anywhere}{}", pattern.trim_start_matches('/'))
            }
            _ => pattern.clone(),
        };
        Value::Texts(patterns.iter().map(seen).collect())
    }
}

impl Said {
    fn is_same_of_rule(&self, other: &Self) -> bool {
        self.key == other.key && self.rule.map(|rule| rule.name) == other.rule.map(|rule| rule.name)
    }
}

struct Page<'c> {
    config: &'c Config,
    out: String,
}

impl Page<'_> {
    fn header(&mut self, header: &str, origin: Option<&str>) {
        let _ = writeln!(self.out);
        self.line(header, origin);
    }

    fn line(&mut self, text: &str, origin: Option<&str>) {
        let width = if text.chars().count() < COLUMN { COLUMN } else { 0 };
        let comment = origin.map(|origin| format!("  # {}", crate::untrusted::Untrusted(origin))).unwrap_or_default();
        let _ = writeln!(self.out, "{}", format!("{text:width$}{comment}").trim_end());
    }

    /// One that is nothing without a value that nobody gives is left out.
    fn table(&mut self, section: &'static str, keys: &[Key]) {
        if keys.iter().any(|key| key.is_required && self.said(section, key.name).is_none()) {
            self.header(&format!("# [{section}] is not set"), None);
            return;
        }
        self.header(&format!("[{section}]"), None);
        for key in keys {
            self.one(section, key);
        }
    }

    fn said(&self, section: &str, key: &str) -> Option<(&Layer, &Said)> {
        self.config.strongest().find_map(|layer| {
            let said = layer.section(section).filter(|said| said.key == key).last()?;
            Some((layer, said))
        })
    }

    fn one(&mut self, section: &str, key: &Key) {
        match self.said(section, key.name) {
            Some((layer, said)) => {
                let (value, origin) = (shown(&said.value), layer.origin(said));
                self.line(&format!("{} = {value}", key.name), Some(&origin));
            }
            None if key.default.is_empty() => self.line(&format!("# {} is not set", key.name), None),
            None => self.line(&format!("{} = {}", key.name, key.default), Some("default")),
        }
    }

    fn rule(&mut self, rule: &'static Rule) {
        self.header(&format!("[rules.{}]", rule.name), None);
        let by_page = if rule.on_by_default { rule.severity.word() } else { "off" };
        let level = (LEVEL.name, Value::Text(by_page.to_owned()));
        let options = rule.options.iter().map(|option| (option.name, option.value()));
        for (key, default) in std::iter::once(level).chain(options) {
            let said = self.config.strongest().find_map(|layer| {
                let is_it = |said: &&Said| said.key == key && said.rule.is_some_and(|other| other.name == rule.name);
                Some((layer, layer.section("rules").filter(is_it).last()?))
            });
            match said {
                Some((layer, said)) => self.line(&format!("{key} = {}", shown(&said.value)), Some(&layer.origin(said))),
                None => self.line(&format!("{key} = {}", shown(&default)), Some("default")),
            }
        }
    }

    /// What is said of some files; a file below speaks of its own folder.
    fn overrides(&mut self) {
        for (at, layer) in self.config.layers.iter().enumerate() {
            if let Home::Below(folder) = &layer.home
                && !folder.is_empty()
            {
                let said: Vec<&Said> = layer.section("rules").collect();
                self.one_override(at, &Value::Texts(vec![format!("/{folder}/")]), None, &said);
            }
            for item in layer.items("overrides") {
                let Some(paths) = find(&item, "paths") else { continue };
                let said: Vec<&Said> = item.iter().copied().filter(|said| said.rule.is_some()).collect();
                self.one_override(at, &layer.seen(&paths.texts()), Some(paths), &said);
            }
        }
        for layer in &self.config.typed {
            for item in layer.items("overrides") {
                let Some(paths) = find(&item, "paths") else { continue };
                self.header("[[overrides]]", Some("--set"));
                self.line(&format!("paths = {}", shown(&paths.value)), None);
                for said in item.iter().filter(|said| said.rule.is_some()) {
                    self.of_rule(said, "--set");
                }
            }
        }
    }

    fn one_override(&mut self, at: usize, paths: &Value, named: Option<&Said>, said: &[&Said]) {
        let layer = &self.config.layers[at];
        let said: Vec<&&Said> = said.iter().filter(|said| !self.config.is_overruled(at, said)).collect();
        if said.is_empty() {
            return;
        }
        let origin = named.map_or_else(|| layer.source.path().to_owned(), |paths| layer.origin(paths));
        self.header("[[overrides]]", Some(&origin));
        self.line(&format!("paths = {}", shown(paths)), None);
        for said in said {
            self.of_rule(said, &layer.origin(said));
        }
    }

    fn of_rule(&mut self, said: &Said, origin: &str) {
        let rule = said.rule.map_or("", |rule| rule.name);
        self.line(&format!("rules.{rule}.{} = {}", said.key, shown(&said.value)), Some(origin));
    }

    fn tables(&mut self, section: &'static str, keys: &[Key]) {
        let config = self.config;
        for layer in config.layers.iter().chain(&config.typed) {
            for item in layer.items(section) {
                self.header(&format!("[[{section}]]"), None);
                for key in keys {
                    let Some(said) = find(&item, key.name) else { continue };
                    let value = match (key.name, &said.value) {
                        ("path" | "paths", value) => match (layer.seen(&said.texts()), value) {
                            (Value::Texts(seen), Value::Text(_)) => Value::Text(seen.concat()),
                            (seen, _) => seen,
                        },
                        (_, value) => value.clone(),
                    };
                    self.line(&format!("{} = {}", key.name, shown(&value)), Some(&layer.origin(said)));
                }
            }
        }
    }
}

/// A value as it would be written.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => quoted(text),
        Value::Texts(texts) => format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")),
    }
}

/// A text in quotes, in which nothing is hidden from a screen or from a reader of TOML.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for next in text.chars() {
        match next {
            '"' | '\\' => out.extend(['\\', next]),
            next if visible(next).is_some() || next.is_control() => {
                let _ = write!(out, "\\U{:08x}", next as u32);
            }
            next => out.push(next),
        }
    }
    out.push('"');
    out
}
