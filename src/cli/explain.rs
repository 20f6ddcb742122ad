//! `gonogo explain`: the page of a rule.

use super::{Exit, Mistake, check, print};
use crate::rule::Rule;

#[derive(clap::Args, Debug)]
#[group(id = "explain")]
pub struct Arguments {
    /// The name of the rule
    rule: String,
}

pub fn run(arguments: &Arguments) -> Result<Exit, Mistake> {
    let Some(rule) = Rule::find(&arguments.rule) else { return Err(Mistake(check::no_such_rule(&arguments.rule))) };
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
    format!("{title}\n\n{}: {}.\n{}\n\n## Sources\n\n{sources}", facts.join(", "), rule.summary, text.trim_end())
}
