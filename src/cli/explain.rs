//! `gonogo explain`: the page of a rule.

use super::{Exit, Mistake, print};
use crate::config;
use crate::rule::Rule;

#[derive(clap::Args, Debug)]
#[group(id = "explain")]
pub struct Arguments {
    /// The name of the rule
    rule: String,
}

pub fn run(arguments: &Arguments) -> Result<Exit, Mistake> {
    let Some(rule) = Rule::find(&arguments.rule) else { return Err(Mistake(Rule::unknown(&arguments.rule))) };
    print(&page(rule))?;
    Ok(Exit::Go)
}

fn page(rule: &Rule) -> String {
    let mut facts = vec![format!("{} in the {} family", rule.severity, rule.family.word()), format!("since {}", rule.since)];
    if !rule.on_by_default {
        facts.push("off by default".to_owned());
    }
    if !rule.engines.is_empty() {
        facts.push(format!("for {}", rule.engines.join(", ")));
    }
    let (title, text) = rule.page().split_once('\n').unwrap_or((rule.page(), ""));
    let sources: String = rule.sources.iter().map(|source| format!("- {source}\n")).collect();
    let text = text.trim_end();
    format!("{title}\n\n{}: {}.\n{text}\n\n{}## Sources\n\n{sources}", facts.join(", "), rule.summary, options(rule))
}

/// What can be set for it in `gonogo.toml`.
fn options(rule: &Rule) -> String {
    if rule.options.is_empty() {
        return String::new();
    }
    let told: String = rule
        .options
        .iter()
        .map(|option| format!("- `{}` (default `{}`): {}.\n", option.name, config::shown(&option.value()), option.text))
        .collect();
    format!("## Options\n\nIn `gonogo.toml`, under `[rules.{}]`:\n\n{told}\n", rule.name)
}
