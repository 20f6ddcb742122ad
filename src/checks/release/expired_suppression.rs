//! See rules/release/expired-suppression.md

use crate::rule::Context;
use crate::rule::suppression::{State, Suppression};

pub fn check(suppression: &Suppression, cx: &mut Context<'_>) {
    let (State::Expired, Some(until)) = (&suppression.state, &suppression.until) else { return };
    let rule = &suppression.rule;
    cx.report(suppression.place, format!("this allowed `{rule}` until {until}, which is over, so it counts again"))
        .about(rule)
        .label("allows nothing any more")
        .in_production("whatever was put off until that day is due: the finding that was allowed is back, if it is still there")
        .help("do what was put off and delete this, or give it another day if the reason still holds");
}
