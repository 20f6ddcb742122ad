//! See rules/environment/downgraded-scheme.md

use crate::rule::{Context, fits};
use crate::workspace::environments::Group;
use crate::workspace::environments::rows::Cell;
use crate::workspace::environments::value::{host_of, is_loopback};

/// A scheme in the clear and the same one over TLS.
const PAIRS: &[(&str, &str)] = &[
    ("http", "https"),
    ("ws", "wss"),
    ("redis", "rediss"),
    ("amqp", "amqps"),
    ("ldap", "ldaps"),
    ("mqtt", "mqtts"),
    ("nats", "tls"),
    ("ftp", "ftps"),
];

pub fn check(group: &Group, cx: &mut Context<'_>) {
    let Some(at) = group.members.iter().position(crate::workspace::environments::SettingsFile::is_production) else { return };
    for row in group.rows() {
        let Some(cell) = row.own(at) else { continue };
        // Most values are no addresses, and that is asked of them first.
        if !cell.value(cx.workspace).is_some_and(|value| value.contains(':') && value.contains("://")) {
            continue;
        }
        let value = text(cell, cx);
        let Some((plain, safe)) = pair(&value).filter(|_| leaves_home(&value)) else { continue };
        let is_safe =
            |cell: Cell<'_>| text(cell, cx).starts_with(&format!("{safe}://")) || (safe == "sslmode" && has_tls(&text(cell, cx)));
        let Some((other, theirs)) = row.others(at).find(|(_, cell)| is_safe(*cell)) else { continue };
        let allowed = cx.list("allowed", cell.file.source);
        if allowed.iter().any(|pattern| fits(pattern, row.name)) {
            continue;
        }
        let other = group.members[other].title();
        cx.report(cell.place(), format!("{} goes over {plain} in production, though {other} has TLS", row.name))
            .about(row.name)
            .label("in the clear")
            .because(theirs.place(), format!("what {other} has"))
            .in_production("whoever is on the way reads and changes what customers send; a server that insists on TLS refuses it")
            .help(format!("give {} the scheme that {other} has", row.name));
    }
}

fn text(cell: Cell<'_>, cx: &Context<'_>) -> String {
    cell.value(cx.workspace).unwrap_or_default().to_ascii_lowercase()
}

fn pair(value: &str) -> Option<(&'static str, &'static str)> {
    let scheme = value.split("://").next().filter(|scheme| scheme.len() < value.len())?;
    let weak = value.contains("sslmode=")
        && ["sslmode=disable", "sslmode=allow", "sslmode=prefer"].iter().any(|weak| value.contains(weak));
    PAIRS.iter().copied().find(|(plain, _)| *plain == scheme).or(weak.then_some(("an open connection", "sslmode")))
}

fn has_tls(value: &str) -> bool {
    ["sslmode=require", "sslmode=verify"].iter().any(|strong| value.contains(strong))
}

/// What stays inside the cluster or the network may do without.
fn leaves_home(value: &str) -> bool {
    host_of(value).is_some_and(|host| {
        let is_inner = [".svc", ".internal", ".local", ".cluster.local", ".lan"].iter().any(|end| host.ends_with(end))
            || host.contains(".svc.");
        host.contains('.') && !is_inner && !is_loopback(host) && host.bytes().any(|byte| byte.is_ascii_alphabetic())
    })
}
