//! See rules/manifest/liveness-before-startup.md

use crate::diagnostic::{Place, Severity};
use crate::document::Known;
use crate::document::yaml::{Node, Scalar};
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::image::Image;
use crate::workspace::probe::depth::Depth;

/// A start that is given this many seconds in advance is known to be slow.
const SLOW: i64 = 60;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    let probes = container.probes();
    let Known::Is(liveness) = &probes.liveness else { return };
    let (Known::Is(killed), Known::Is(delay)) = (probes.startup_budget(), liveness.delay) else { return };
    let is_constant = matches!(&liveness.handler, Known::Is(handler) if handler.depth() == Depth::Constant);
    if !probes.startup.is_absent() || is_constant || !container.needs_probes() {
        return;
    }
    let migration = migration_at_start(container);
    let is_slow = (killed < SLOW).then(|| slow(container)).flatten();
    if migration.is_none() && is_slow.is_none() && delay < SLOW {
        return;
    }
    let name = container.name();
    let why = match (&migration, is_slow) {
        (Some(_), _) => format!("\"{name}\" is killed in the middle of a migration that takes longer than {killed} s"),
        (None, Some(what)) => {
            format!("\"{name}\" is killed when it needs more than {killed} s to start, and {what} often does")
        }
        (None, None) => format!("\"{name}\" is killed whenever it needs more than {killed} s to start"),
    };
    let report = cx
        .report(liveness.place(), why)
        .label(format!("counts from the start of the container: no startup probe holds it back ({killed} s in all)"))
        .in_production(
            "a start that is slow once, on a busy node or with much to do, is killed and begun anew, and the release never comes up",
        )
        .help(format!(
            "let a startup probe wait, as long as it ever takes (here 10 minutes), and drop the delay:\n\
             startupProbe:\n  {}\n  periodSeconds: 5\n  failureThreshold: 120",
            asked(liveness.handler_node, liveness.node)
        ));
    match migration {
        Some(place) => drop(
            report.because(place, "migrations run before the port opens, and a killed one may leave the schema half changed"),
        ),
        None if is_slow.is_none() => drop(report.capped(Severity::Low)),
        None => {}
    }
}

/// How liveness asks, as it is written when it stands on one line.
fn asked(handler: Node<'_>, probe: Node<'_>) -> String {
    let text = handler.written();
    let key = ["httpGet", "tcpSocket", "grpc", "exec"].into_iter().find(|key| probe.field(key).is_there()).unwrap_or("httpGet");
    if text.starts_with('{') && !text.contains('\n') {
        format!("{key}: {text}")
    } else {
        format!("{key}: # as in the liveness probe")
    }
}

/// Where it says that migrations run before anything is served.
fn migration_at_start(container: &Container<'_>) -> Option<Place> {
    let says_yes = |value: Node<'_>| {
        let text = value.text().into_option().unwrap_or_default().to_ascii_lowercase();
        value.scalar() == Known::Is(Scalar::Bool(true)) || ["true", "1", "yes", "on"].contains(&text.as_str())
    };
    let asks = |name: &str| {
        let has = |word: &str| name.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
        has("MIGRAT") && ["START", "BOOT", "AUTO", "RUN", "APPLY", "MIGRATE"].into_iter().any(has) && !has("SKIP")
    };
    let variable = container.variables().find(|(name, value)| asks(name) && says_yes(*value));
    if let Some((_, value)) = variable {
        return Some(value.place());
    }
    // One command after the other: first the schema, then the server.
    let lists = ["command", "args"].map(|field| container.node.field(field));
    let script = lists.into_iter().flat_map(Known::items).find(|word| {
        let text = word.text().into_option().unwrap_or_default();
        let migrate = text.find("migrate").or_else(|| text.find("alembic upgrade"));
        migrate.is_some_and(|at| text[at..].contains("&&") || text[at..].contains(';') || text[at..].contains('\n'))
    });
    script.map(Node::title_place)
}

/// What makes its start slow.
fn slow(container: &Container<'_>) -> Option<&'static str> {
    let mut words = container.words();
    if words.any(|word| word.split_whitespace().any(|word| word == "java" || word.ends_with("/java"))) {
        return Some("a JVM");
    }
    container.image().filter(|image| Image::of(image).starts_slowly()).map(|_| "its image")
}
