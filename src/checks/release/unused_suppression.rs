//! See rules/release/unused-suppression.md

use crate::rule::Context;
use crate::rule::suppression::{State, Suppression};

pub fn check(suppression: &Suppression, cx: &mut Context<'_>) {
    let rule = &suppression.rule;
    let (message, help) = match suppression.state {
        State::Unused => (
            format!("this allows `{rule}` where there is none, and would hide the next one"),
            "delete it; or put it right above the statement, the object or the key that it speaks of",
        ),
        State::Nowhere => (
            format!("this allows `{rule}` in files that are not there, and would hide the next one"),
            "delete it, or correct its paths: they are relative to the folder of the configuration",
        ),
        State::NotAllowable => (
            format!("this allows `{rule}`, which cannot be allowed"),
            "delete it: a finding about a comment is dealt with by mending the comment; `--ignore` switches the rule off",
        ),
        _ => return,
    };
    cx.report(suppression.place, message)
        .about(rule)
        .label("allows nothing")
        .in_production("the next one that somebody adds here passes unseen, for a reason that was given for another")
        .help(help);
}
