//! What can be set for a rule, and how its check asks for it.

use super::Context;
use crate::diagnostic::SourceId;
use crate::settings::Value;

/// An option of a rule, as its page declares it.
#[derive(Clone, Debug)]
pub struct RuleOption {
    /// The name.
    pub name: &'static str,
    /// What holds where nobody says anything; it gives the option its type.
    pub default: Default,
    /// A clause on what it means.
    pub text: &'static str,
}

/// The default of an option.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Default {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(&'static str),
    /// Several texts.
    List(&'static [&'static str]),
}

impl RuleOption {
    /// The default as a value.
    pub fn value(&self) -> Value {
        match self.default {
            Default::Flag(flag) => Value::Flag(flag),
            Default::Number(number) => Value::Number(number),
            Default::Text(text) => Value::Text(text.to_owned()),
            Default::List(items) => Value::Texts(items.iter().map(|item| (*item).to_owned()).collect()),
        }
    }
}

impl Context<'_> {
    /// An option of the rule for a file.
    pub fn option(&self, name: &str, file: SourceId) -> Option<Value> {
        let said = self.settings.rules.option(self.rule.name, name, self.workspace.path(file)).cloned();
        let declared = self.rule.options.iter().find(|option| option.name == name);
        debug_assert!(declared.is_some(), "the page of {} declares no option `{name}`", self.rule.name);
        said.or_else(|| declared.map(RuleOption::value))
    }

    /// An option of the rule that is a list, for a file.
    pub fn list(&self, name: &str, file: SourceId) -> Vec<String> {
        let Some(Value::Texts(items)) = self.option(name, file) else { return Vec::new() };
        items
    }
}

/// Whether a name fits a pattern of an option, in which `*` stands for anything: `FEATURE_*`.
pub fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let table = [
            ("A", "A", true),
            ("A", "AB", false),
            ("A*", "AB", true),
            ("A*", "A", true),
            ("*B", "AB", true),
            ("*B", "BA", false),
            ("A*B*C", "AxBBC", true),
            ("A*B*C", "AC", false),
            ("A*A", "A", false),
            ("*", "", true),
            ("", "", true),
            ("", "A", false),
        ];
        for (pattern, name, expected) in table {
            assert_eq!(fits(pattern, name), expected, "{pattern} on {name}");
        }
    }
}
