//! What the configuration says of rules, for which files: the last word on a path counts.

use std::collections::BTreeMap;

use super::Paths;
use crate::diagnostic::Severity;

/// How a rule is set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// It does not run.
    Off,
    /// It runs, as its page says.
    On,
    /// It runs, and its findings are this bad instead of what the page says.
    At(Severity),
}

/// The value of an option.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// Several texts.
    Texts(Vec<String>),
}

/// Everything that is said of rules, the weakest first.
#[derive(Clone, Default, Debug)]
pub struct RuleSettings {
    by_rule: BTreeMap<String, Said>,
}

#[derive(Clone, Default, Debug)]
struct Said {
    levels: Vec<(Scope, Level)>,
    options: Vec<(Scope, String, Value)>,
}

/// Which files something is said of.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The files.
    pub paths: Paths,
    /// Somebody named these files, and did not only speak of the rule.
    pub is_named: bool,
}

impl RuleSettings {
    /// Sets the level of a rule; this is the last word so far.
    pub fn set_level(&mut self, rule: &str, scope: Scope, level: Level) {
        self.by_rule.entry(rule.to_owned()).or_default().levels.push((scope, level));
    }

    /// Sets an option of a rule; this is the last word so far.
    pub fn set_option(&mut self, rule: &str, scope: Scope, option: &str, value: Value) {
        self.by_rule.entry(rule.to_owned()).or_default().options.push((scope, option.to_owned(), value));
    }

    /// The level of a rule for a file, and whether somebody named that file.
    pub fn level(&self, rule: &str, path: &str) -> Option<(Level, bool)> {
        let said = self.by_rule.get(rule)?;
        let (scope, level) = said.levels.iter().rev().find(|(scope, _)| scope.paths.matches(path))?;
        Some((*level, scope.is_named))
    }

    /// An option of a rule for a file.
    pub fn option(&self, rule: &str, option: &str, path: &str) -> Option<&Value> {
        let said = self.by_rule.get(rule)?;
        let fits = |(scope, name, _): &&(Scope, String, Value)| name == option && scope.paths.matches(path);
        said.options.iter().rev().find(fits).map(|(_, _, value)| value)
    }

    /// Whether some line switches a rule on.
    pub fn may_be_on(&self, rule: &str) -> bool {
        self.by_rule.get(rule).is_some_and(|said| said.levels.iter().any(|(_, level)| *level != Level::Off))
    }
}
