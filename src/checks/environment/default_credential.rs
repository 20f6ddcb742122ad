//! See rules/environment/default-credential.md

use crate::document::entries::Form;
use crate::document::secret::is_secret_name;
use crate::rule::Context;
use crate::workspace::environments::SettingsFile;
use crate::workspace::environments::value::{host_of, is_loopback, name_words};

/// Passwords that everybody tries first.
const KNOWN: &[&str] = &[
    "admin",
    "password",
    "passw0rd",
    "postgres",
    "root",
    "guest",
    "secret",
    "changeit",
    "123456",
    "12345678",
    "mysql",
    "minio",
    "minioadmin",
    "rabbitmq",
    "elastic",
    "test",
    "letmein",
    "qwerty",
    "admin123",
    "password123",
    "password1",
    "sa",
    "default",
];

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    if !file.is_production() {
        return;
    }
    let source = &cx.workspace.document(file.source).source;
    for setting in file.settings.iter().filter(|setting| !matches!(setting.form, Form::Open | Form::List)) {
        let value = setting.text(source).trim();
        // Most values are no password that anybody would try.
        if !(KNOWN.iter().any(|word| word.eq_ignore_ascii_case(value)) || value == "trust" || value.contains('@')) {
            continue;
        }
        let words = name_words(&setting.name);
        let is_password = words.iter().any(|word| matches!(word.as_str(), "password" | "passwd" | "pwd" | "pass" | "passphrase"))
            && !setting.name.contains("Ref.")
            && (is_secret_name(&setting.name) || words.last().is_some_and(|last| last == "pass"));
        let is_trust = words.join(" ").ends_with("host auth method") && value == "trust";
        let is_known = |word: &str| KNOWN.contains(&&*word.to_ascii_lowercase());
        let in_address =
            credentials(value).is_some_and(|(user, password)| is_known(password) && (user == password || is_known(user)));
        let leads_out = !host_of(value).is_some_and(is_loopback);
        if !((is_password && is_known(value)) || is_trust || (in_address && leads_out)) {
            continue;
        }
        let what = if is_trust { "lets everybody in without a password" } else { "holds a password that everybody tries first" };
        let is_started_beside = cx.workspace.document(file.source).compose().is_some();
        let report = cx
            .report(file.place(setting.key), format!("{} {what}, in production", setting.name))
            .about(&*setting.name)
            .label("production reads this")
            .in_production("whoever reaches the port is in: scanners try exactly these within minutes of finding it")
            .assuming("nothing replaces the value before the service starts")
            .help("make a password, keep it in the secret store, and leave the line out");
        if is_started_beside {
            report.guessing("a compose file that is called so is often run on a laptop, to try what is built for production");
        }
    }
}

/// `user:password@` of an address.
fn credentials(value: &str) -> Option<(&str, &str)> {
    let rest = &value[value.find("://")? + 3..];
    let rest = rest.split(['/', '?']).next().unwrap_or(rest);
    rest.rsplit_once('@')?.0.split_once(':')
}
