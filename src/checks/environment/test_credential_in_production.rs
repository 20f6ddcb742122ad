//! See rules/environment/test-credential-in-production.md

use crate::document::entries::Form;
use crate::rule::Context;
use crate::workspace::environments::SettingsFile;
use crate::workspace::environments::value::{host_of, name_words};

/// How keys begin that work in the sandbox of a provider alone.
const KEYS: &[&str] = &["sk_test_", "pk_test_", "rk_test_", "test_sk_", "test_pk_", "TEST-", "rzp_test_", "FLWSECK_TEST"];

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    if !file.is_production() {
        return;
    }
    let source = &cx.workspace.document(file.source).source;
    for setting in file.settings.iter().filter(|setting| !matches!(setting.form, Form::Open | Form::List)) {
        let value = setting.text(source).trim();
        let is_key = KEYS.iter().any(|start| value.strip_prefix(start).is_some_and(|rest| rest.len() >= 8));
        let is_mode = value.eq_ignore_ascii_case("sandbox")
            && name_words(&setting.name).last().is_some_and(|last| matches!(last.as_str(), "mode" | "environment" | "env"));
        let host = value.contains("sandbox").then(|| host_of(value)).flatten().filter(|_| value.contains("://"));
        let is_sandbox =
            host.is_some_and(|host| host.split('.').rev().skip(2).any(|label| label == "sandbox" || label.ends_with("-sandbox")));
        let report = if is_key {
            cx.report(file.place(setting.key), format!("{} is a key for tests, in production", setting.name))
        } else if is_mode || is_sandbox {
            cx.report(file.place(setting.key), format!("{} leads to a provider's sandbox, in production", setting.name))
                .assuming("the provider calls what is not real a sandbox")
        } else {
            continue;
        };
        report
            .about(&*setting.name)
            .label("production reads this")
            .in_production("all seems well: orders are confirmed and mails accepted, but no money moves and nobody is reached")
            .help(format!("set {} to what the provider gave you for live use", setting.name));
    }
}
