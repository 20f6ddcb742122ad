//! See rules/environment/invalid-value.md

use crate::document::entries::Form;
use crate::rule::Context;
use crate::workspace::environments::SettingsFile;
use crate::workspace::environments::value::name_words;

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    let source = &cx.workspace.document(file.source).source;
    for setting in file.settings.iter().filter(|setting| !matches!(setting.form, Form::Open | Form::List | Form::Null)) {
        let Some(fault) = fault(&setting.name, setting.text(source).trim()) else { continue };
        let report = cx
            .report(file.place(setting.key), format!("{} cannot work: {fault}", setting.name))
            .about(&*setting.name)
            .label("no value that anything takes")
            .in_production("the service stops while it starts, or at the first call that needs it")
            .help(format!("correct {}", setting.name));
        if file.tier.is_none() {
            report.guessing("one step milder, because nothing says which environment reads this file");
        }
    }
}

/// Schemes of addresses with a host.
const SCHEMES: &[&str] =
    &["http", "https", "postgres", "postgresql", "redis", "rediss", "amqp", "amqps", "ws", "wss", "mysql", "mongodb"];

fn fault(name: &str, value: &str) -> Option<&'static str> {
    let number: Option<i64> = value.parse().ok();
    let is_port = || name_words(name).last().is_some_and(|last| last == "port");
    if number.is_some_and(|port| !(0..=65535).contains(&port)) && is_port() {
        return Some("a port is a number up to 65535");
    }
    let is_address = value.split_once(':').is_some_and(|(scheme, _)| SCHEMES.contains(&scheme));
    if !is_address || value.contains('$') || value.contains("{{") {
        return None;
    }
    let rest = value.split_once(':').map_or("", |(_, rest)| rest);
    if rest.starts_with('/') && !rest.starts_with("//") {
        return Some("an address needs two slashes after its scheme");
    }
    let after = rest.strip_prefix("//")?;
    let host = after.split(['/', '?', '#']).next().unwrap_or(after);
    if ["http:", "https:", "http", "https"].contains(&host) && after[host.len()..].starts_with(['/', ':']) {
        return Some("it has two schemes");
    }
    if host.is_empty() {
        return Some("the address has no host");
    }
    let port = host.rsplit_once('@').map_or(host, |(_, host)| host).rsplit_once(':').map(|(_, port)| port);
    let is_large = port.is_some_and(|port| port.len() > 3 && port.parse::<u32>().is_ok_and(|port| port > 65535));
    is_large.then_some("a port is a number up to 65535")
}
