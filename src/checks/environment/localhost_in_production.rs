//! See rules/environment/localhost-in-production.md

use std::cell::LazyCell;

use crate::diagnostic::Severity;
use crate::document::entries::Form;
use crate::rule::{Context, fits};
use crate::workspace::environments::SettingsFile;
use crate::workspace::environments::value::{host_of, is_loopback, name_words};

/// Words of settings for which an address of the own machine is right: where to listen, whom to let in, helpers beside
/// the service.
const FINE: &[&str] = &[
    "bind",
    "listen",
    "listener",
    "interface",
    "health",
    "healthcheck",
    "probe",
    "liveness",
    "readiness",
    "metrics",
    "proxy",
    "sidecar",
    "upstream",
    "envoy",
    "cors",
    "origin",
    "origins",
    "allowed",
    "allow",
    "whitelist",
    "trusted",
    "statsd",
    "otel",
    "otlp",
    "agent",
    "dd",
    "datadog",
    "jaeger",
    "admin",
    "local",
    "localhost",
    "redirect",
    "dev",
    "hosts",
    "internal",
    "self",
    "example",
    "test",
    "pgbouncer",
    "tunnel",
];

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    // Who shares the network of others finds them at its own addresses.
    if !file.is_production() || cx.workspace.service(file).is_some_and(|service| service.shares_network) {
        return;
    }
    let source = &cx.workspace.document(file.source).source;
    let allowed = cx.list("allowed", file.source);
    let off = LazyCell::new(|| super::switched_off(&[file], cx.workspace));
    for setting in file.settings.iter().filter(|setting| !matches!(setting.form, Form::Open | Form::List)) {
        let value = setting.text(source).trim();
        if !is_own_machine(&setting.name, value) || allowed.iter().any(|pattern| fits(pattern, &setting.name)) {
            continue;
        }
        // A variable of the process comes in its place, as `SPRING_MAIL_HOST` does.
        let is_replaced = setting.name.contains('.') && cx.workspace.consumers.may_be_supplied(&setting.name);
        if super::is_off(&off, &setting.name) || is_replaced {
            continue;
        }
        let siblings = cx.workspace.environments.siblings(file, &setting.name);
        let same = |other: &(&SettingsFile, _)| {
            let (other, entry): &(&SettingsFile, &crate::document::entries::Entry) = other;
            entry.text(&cx.workspace.document(other.source).source).trim() == value
        };
        // What is the same everywhere is a helper in the same pod.
        if siblings.iter().any(|other| !is_laptop(other.0) && same(other)) {
            continue;
        }
        let report = cx
            .report(file.place(setting.key), format!("{} leads back to the machine itself in production", setting.name))
            .about(&*setting.name)
            .label("an address of the machine that reads it")
            .in_production("the connection is refused, because nothing listens there: the service fails at its first use of it")
            .assuming("no helper in the same pod or on the same machine answers there")
            .help(format!("set {} to the address that production has for it", setting.name));
        if file.section.as_deref().is_some_and(|section| section.starts_with("ConfigMap ")) {
            report.capped(Severity::Low);
        }
    }
}

fn is_laptop(file: &SettingsFile) -> bool {
    file.is_aside || matches!(file.environment.as_deref(), Some("development" | "local" | "test"))
}

fn is_own_machine(name: &str, value: &str) -> bool {
    // Most values are no address of anybody's own machine, and that is asked of them first.
    let host = host_of(value).filter(|_| value.contains("://"));
    let bare = value.split(':').next().filter(|_| !value.contains("://"));
    if !host.or(bare).is_some_and(is_loopback) {
        return false;
    }
    let words = name_words(name);
    if words.iter().any(|word| FINE.contains(&word.as_str())) {
        return false;
    }
    host.is_some()
        || words.last().is_some_and(|last| {
            ["host", "hostname", "url", "uri", "endpoint", "address", "addr", "server", "servers", "broker", "brokers", "dsn"]
                .contains(&last.as_str())
        })
}
