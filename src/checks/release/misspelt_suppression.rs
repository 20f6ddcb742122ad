//! See rules/release/misspelt-suppression.md

use crate::rule::Context;
use crate::rule::suppression::comment::shortened;
use crate::rule::suppression::{State, Suppression};

pub fn check(suppression: &Suppression, cx: &mut Context<'_>) {
    let rule = shortened(&suppression.rule);
    let (message, help) = match &suppression.state {
        State::Unknown(Some(near)) => {
            (format!("this allows `{rule}`, which is no rule; did you mean `{near}`?"), format!("write `{near}`"))
        }
        State::Unknown(None) => (
            format!("this allows `{rule}`, which is no rule"),
            "`gonogo rules` lists them all; delete this if it is none of them".to_owned(),
        ),
        State::Misspelt(fault) => (
            format!("this tries to allow a rule and allows none: {fault}"),
            "write `gonogo: allow RULE because REASON`".to_owned(),
        ),
        _ => return,
    };
    let report = cx
        .report(suppression.place, message)
        .about(&suppression.rule)
        .label("allows nothing")
        .in_production("what somebody believes to be looked at and allowed is neither")
        .help(help);
    if let State::Unknown(Some(near)) = suppression.state {
        report.fix(suppression.place, near);
    }
}
