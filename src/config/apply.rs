//! What the layers say, as settings.

use super::keys::LEVEL;
use super::load::below_root;
use super::{Config, Home, Layer, Said, find, value};
use crate::diagnostic::Severity;
use crate::settings::{Allowance, Level, MigrationConfig, Paths, RollbackPolicy, Scope, Settings, Value};

impl Config {
    /// Changes settings to what the configuration says. What was typed as flags comes after this.
    pub fn apply(&self, settings: &mut Settings) {
        for layer in self.layers.iter().chain(&self.typed) {
            layer.apply(settings);
        }
    }
}

impl Layer {
    fn apply(&self, settings: &mut Settings) {
        for said in &self.said {
            match (said.section, said.key) {
                ("", "fail-on") => settings.fail_on = severity(said.text()).unwrap_or(settings.fail_on),
                ("", "base") => settings.base = Some(said.text().to_owned()),
                ("files", "include") => settings.include = self.paths(said),
                ("files", "exclude") => settings.exclude = self.paths(said),
                ("files", "respect-gitignore") => settings.respect_gitignore = said.value == Value::Flag(true),
                ("files", "max-size") => settings.max_file_size = value::size(said.text()).unwrap_or(settings.max_file_size),
                ("environments", "production") => settings.environments.production = said.texts(),
                ("environments", "other") => settings.environments.other = said.texts(),
                ("environments", "ignored") => settings.environments.ignored = said.texts(),
                ("tables", "small") => settings.tables.small = said.texts(),
                ("tables", "rows-file") => settings.tables.rows_file = below_root(&self.home, said.text()),
                ("tables", "small-below") => {
                    if let Value::Number(rows) = said.value {
                        settings.tables.small_below = u64::try_from(rows).unwrap_or_default();
                    }
                }
                ("baseline", "file") => settings.baseline = below_root(&self.home, said.text()),
                _ => {}
            }
        }
        for said in self.section("rules") {
            set_rule(said, Scope { paths: self.everything(), is_named: false }, settings);
        }
        for item in self.items("overrides") {
            let Some(paths) = find(&item, "paths") else { continue };
            for said in item.iter().filter(|said| said.rule.is_some()) {
                set_rule(said, Scope { paths: self.paths(paths), is_named: true }, settings);
            }
        }
        settings.migrations.extend(self.items("migrations").filter_map(|item| self.migrations(&item)));
        settings.allowed.extend(self.items("allow").filter_map(|item| self.allowance(&item)));
    }

    fn migrations(&self, item: &[&Said]) -> Option<MigrationConfig> {
        let text = |key| find(item, key).map(|said| said.text().to_owned());
        Some(MigrationConfig {
            paths: self.paths(find(item, "path")?),
            framework: text("framework"),
            transaction: text("transaction"),
            engine: text("engine"),
            version: text("version").and_then(|version| version.split('.').next()?.parse().ok()),
            applied_through: text("applied-through"),
            lock_timeout: text("lock-timeout"),
            rollback: find(item, "rollback").map(|said| match said.text() {
                "required" => RollbackPolicy::Required,
                "none" => RollbackPolicy::None,
                _ => RollbackPolicy::Optional,
            }),
        })
    }

    fn allowance(&self, item: &[&Said]) -> Option<Allowance> {
        let rule = find(item, "rule")?;
        let patterns: Vec<String> = ["path", "paths"].iter().filter_map(|key| find(item, key)).flat_map(Said::texts).collect();
        Some(Allowance {
            rule: rule.text().to_owned(),
            paths: self.below(&patterns),
            reason: find(item, "reason")?.text().to_owned(),
            until: find(item, "until").map(|said| said.text().to_owned()),
            file: self.source.path().to_owned(),
            span: rule.span,
        })
    }

    fn paths(&self, said: &Said) -> Paths {
        self.below(&said.texts())
    }

    fn everything(&self) -> Paths {
        // Above the root all of the root is meant.
        let all = ["**".to_owned()];
        match &self.home {
            Home::Below(folder) => Paths::new(folder, &all),
            Home::Above(_) => Paths::new("", &all),
        }
        .unwrap_or_default()
    }

    /// Each pattern was tried when it was read.
    fn below(&self, patterns: &[String]) -> Paths {
        match &self.home {
            Home::Below(folder) => Paths::new(folder, patterns).unwrap_or_default(),
            Home::Above(way) => Paths::new("", patterns).unwrap_or_default().seen_from_below(way),
        }
    }
}

fn set_rule(said: &Said, scope: Scope, settings: &mut Settings) {
    let Some(rule) = said.rule else { return };
    if said.key != LEVEL.name {
        settings.rules.set_option(rule.name, scope, said.key, said.value.clone());
        return;
    }
    let level = match said.text() {
        "off" => Some(Level::Off),
        "on" => Some(Level::On),
        word => severity(word).map(Level::At),
    };
    if let Some(level) = level {
        settings.rules.set_level(rule.name, scope, level);
    }
}

fn severity(word: &str) -> Option<Severity> {
    Severity::WORST_FIRST.into_iter().find(|severity| severity.word() == word)
}
