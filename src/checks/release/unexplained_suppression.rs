//! See rules/release/unexplained-suppression.md

use crate::rule::Context;
use crate::rule::suppression::{Origin, State, Suppression};

pub fn check(suppression: &Suppression, cx: &mut Context<'_>) {
    if suppression.state != State::Unexplained {
        return;
    }
    let rule = &suppression.rule;
    let how = match suppression.origin {
        Origin::Source => format!("say why: `gonogo: allow {rule} because ...`; the value of an annotation is its reason"),
        Origin::Config | Origin::Foreign(_) => "say why: `reason = \"...\"`".to_owned(),
    };
    cx.report(suppression.place, format!("this does not allow `{rule}`, because it gives no reason"))
        .about(rule)
        .label("allows nothing without a reason")
        .in_production("whoever finds this in a year cannot tell whether it still holds, so the finding counts")
        .help(how);
}
