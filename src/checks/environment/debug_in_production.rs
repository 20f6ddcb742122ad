//! See rules/environment/debug-in-production.md

use crate::diagnostic::Severity;
use crate::document::entries::Form;
use crate::rule::{Context, fits};
use crate::workspace::environments::SettingsFile;
use crate::workspace::environments::value::{name_words, truth};

/// Switches that show errors, or more, to whoever asks.
const SWITCHES: &[&str] = &[
    "display errors",
    "consider all requests local",
    "enable detailed errors",
    "detailed errors",
    "h2 console enabled",
    "web debug",
    "flask debug",
    "django debug",
    "app debug",
    "debug mode",
    "debug enabled",
    "enable debug",
    "debug",
];

/// Switches that write more than anybody wants to pay for.
const NOISY: &[&str] = &["show sql", "format sql", "log sql", "verbose"];

/// Names of the one level that all loggers follow.
const LEVELS: &[&str] = &[
    "log level",
    "loglevel",
    "logging level",
    "logging level root",
    "log level root",
    "logging log level default",
    "level default",
    "root level",
];

const TALKATIVE: &[&str] = &["debug", "trace", "all", "verbose", "silly"];

/// What is wrong with a value, and how bad it is.
struct Fault {
    what: &'static str,
    then: &'static str,
    severity: Severity,
}

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    if !file.is_production() {
        return;
    }
    let source = &cx.workspace.document(file.source).source;
    let allowed = cx.list("allowed", file.source);
    for setting in file.settings.iter().filter(|setting| setting.form != Form::Open && !setting.name.contains('[')) {
        let Some(fault) = fault(&setting.name, setting.text(source), file.is_flat) else { continue };
        if allowed.iter().any(|pattern| fits(pattern, &setting.name)) {
            continue;
        }
        let is_compose = cx.workspace.document(file.source).compose().is_some();
        let report = cx
            .report(file.place(setting.key), format!("{} {} in production", setting.name, fault.what))
            .about(&*setting.name)
            .label("production reads this")
            .in_production(fault.then)
            .capped(fault.severity)
            .help(format!("set {} to what production needs: off, or a level such as info or warn", setting.name));
        if is_compose && fault.severity == Severity::High {
            report.guessing("a compose file that is called so is often run on a laptop, to try what is built for production");
        }
    }
}

fn fault(name: &str, value: &str, is_flat: bool) -> Option<Fault> {
    let value = value.trim();
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(value));
    let (is_on, is_talkative) = (truth(value) == Some(true) || value == "1", is(TALKATIVE));
    // Most values switch nothing on, and that is asked of them first.
    if !is_on && !is_talkative && value != "*" {
        return None;
    }
    let words = name_words(name);
    let ends_with = |list: &[&str]| {
        list.iter().any(|entry| {
            let mut own = words.iter().rev();
            entry.rsplit(' ').all(|word| own.next().is_some_and(|own| own == word))
        })
    };
    let is_top = is_flat || !name.contains('.');
    if is_on && ends_with(SWITCHES) {
        // Deep in a tree it may be anybody's switch, and in the middle of a name it may be a component's.
        let is_plain = (is_top && words.len() <= 2) || ends_with(&SWITCHES[..8]);
        return Some(Fault {
            what: "is on",
            then: "whoever makes a request fail may be shown stack traces, settings and keys, and every request is slower",
            severity: if is_plain { Severity::High } else { Severity::Medium },
        });
    }
    if ends_with(&["exposure include"]) && value == "*" {
        return Some(Fault {
            what: "exposes every endpoint",
            then: "whoever reaches the port can read the environment, the heap and the settings of the service",
            severity: Severity::High,
        });
    }
    if (ends_with(LEVELS) || ends_with(&["rust log"])) && is_talkative {
        return Some(Fault {
            what: "writes everything to the log",
            then: "the log grows by orders of magnitude with the first real load, holds what customers sent, and slows each request",
            severity: Severity::Medium,
        });
    }
    (is_on && ends_with(NOISY)).then_some(Fault {
        what: "is on",
        then: "the log grows with every request, and holds what customers sent",
        severity: Severity::Low,
    })
}
