//! What a report says of the rules behind its findings: all of it from their pages.

use serde_json::{Value, json};

use super::level;
use crate::diagnostic::Severity;
use crate::emit::rank::Found;
use crate::rule::{Finding, RULES, Rule};

/// GitHub's limit for a description.
const LONGEST: usize = 1024;

/// The rules that made these findings, in the order of the catalogue.
pub fn used(findings: &[Found<'_>]) -> Vec<&'static Rule> {
    let is_used = |rule: &&Rule| findings.iter().any(|(_, finding)| finding.rule.name == rule.name);
    RULES.iter().filter(is_used).collect()
}

/// Where the rule of a finding stands among them.
pub fn index(rules: &[&'static Rule], finding: &Finding) -> Value {
    rules.iter().position(|rule| rule.name == finding.rule.name).into()
}

/// A rule as SARIF describes it.
pub fn descriptor(rule: &Rule) -> Value {
    let help = help(rule);
    let mut tags = vec![rule.family.word(), rule.group];
    tags.extend(rule.engines);
    tags.dedup();
    json!({
        "id": rule.name,
        "name": pascal_case(rule.name),
        "shortDescription": { "text": shortened(&sentence(rule.summary)) },
        "fullDescription": { "text": shortened(&description(rule)) },
        "help": { "text": plain(&help), "markdown": help },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": {
            "tags": tags,
            // The default set holds no rule that often errs; one that is off by default may.
            "precision": if rule.on_by_default { "high" } else { "medium" },
            "problem.severity": match rule.severity {
                Severity::High => "error",
                Severity::Medium => "warning",
                Severity::Low => "recommendation",
            },
        },
    })
}

/// The page without its title, its examples and what comes after them, but with its sources.
fn help(rule: &Rule) -> String {
    let page = rule.page();
    let text = page.split_once('\n').map_or(page, |(_, text)| text);
    let text = text.split_once("\n## Examples").map_or(text, |(before, _)| before).trim();
    let sources: String = rule.sources.iter().map(|source| format!("- <{source}>\n")).collect();
    let sources = if sources.is_empty() { sources } else { format!("\n\n## Sources\n\n{sources}") };
    format!("{text}{sources}")
}

/// The first two sections of the page in running text: what it finds, and why it stops a deploy.
fn description(rule: &Rule) -> String {
    let sections = rule.page().split("\n## ").skip(1).take(2);
    let texts = sections.filter_map(|section| section.split_once('\n')).map(|(_, text)| {
        // What follows a fence is an example.
        let prose = text.split("\n```").next().unwrap_or_default();
        plain(prose).split_whitespace().collect::<Vec<_>>().join(" ")
    });
    let text = texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    if text.is_empty() { sentence(rule.summary) } else { text }
}

/// Markdown as people write it in mails: no fences, no marks of headings, links with their address behind them.
fn plain(markdown: &str) -> String {
    let lines = markdown.split('\n').filter(|line| !line.trim_start().starts_with("```"));
    let lines = lines.map(|line| line.trim_start_matches('#').trim_start_matches(if line.starts_with('#') { " " } else { "" }));
    let text = lines.collect::<Vec<_>>().join("\n").replace("**", "");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, address)) = rest.split_once("](") {
        let (Some(open), Some(close)) = (before.rfind('['), address.find(')')) else { break };
        out.extend([&before[..open], &before[open + 1..], " (", &address[..close], ")"]);
        rest = &address[close + 1..];
    }
    out.push_str(rest);
    out
}

fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(char::to_uppercase);
    format!("{}{}.", first.into_iter().flatten().collect::<String>(), letters.as_str().trim_end_matches('.'))
}

/// Cut after a sentence where that is possible.
fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(LONGEST - 1).collect();
    match cut.rfind(". ") {
        Some(end) => cut[..=end].to_owned(),
        None => format!("{cut}…"),
    }
}

/// A name as SARIF likes names.
pub fn pascal_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{rest}", first.to_ascii_uppercase())
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_the_texts_that_code_scanning_demands_within_its_limits() {
        for rule in RULES {
            let descriptor = descriptor(rule);
            for pointer in ["/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown", "/name"] {
                let text = descriptor.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
                assert!(!text.is_empty(), "{}: {pointer}", rule.name);
                assert!(pointer.starts_with("/help") || text.chars().count() <= LONGEST, "{}: {pointer}", rule.name);
            }
            let help = descriptor["help"]["text"].as_str().unwrap_or_default();
            assert!(!help.contains("```") && !help.contains("## Examples"), "{help}");
        }
    }

    #[test]
    fn markdown_becomes_plain() {
        assert_eq!(plain("## A\n\n**b** [c](https://d), [e](f)\n```sql x\ng # h\n```"), "A\n\nb c (https://d), e (f)\ng # h");
    }

    #[test]
    fn long_texts_end_with_a_sentence() {
        assert_eq!(shortened(&"word and so on. ".repeat(100)).len() % 16, 15);
        assert_eq!(shortened(&"ä".repeat(2000)).chars().count(), LONGEST);
    }
}
