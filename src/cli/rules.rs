//! `gonogo rules`: all rules.

use std::fmt::Write as _;

use super::{Exit, Mistake, print};
use crate::rule::RULES;

#[derive(clap::Args, Debug)]
#[group(id = "rules")]
pub struct Arguments {
    /// As a Markdown table, the one in the README
    #[arg(long)]
    markdown: bool,
}

pub fn run(arguments: &Arguments) -> Result<Exit, Mistake> {
    print(&if arguments.markdown { markdown() } else { list() })?;
    Ok(Exit::Go)
}

fn list() -> String {
    let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in RULES {
        let off = if rule.on_by_default { "" } else { " (off by default)" };
        let _ = writeln!(out, "{:width$}  {:6}  {:11}  {}{off}", rule.name, rule.severity, rule.family.word(), rule.summary);
    }
    out
}

/// The rule table of the README, which a test compares with this.
pub fn markdown() -> String {
    let mut out = String::from("| rule | severity | what it finds |\n|---|---|---|\n");
    for rule in RULES {
        let off = if rule.on_by_default { "" } else { " (off by default)" };
        let link = format!("rules/{}/{}.md", rule.family.word(), rule.name);
        let _ = writeln!(out, "| [`{}`]({link}) | {}{off} | {} |", rule.name, rule.severity, rule.summary);
    }
    out
}
