//! Services, Ingresses, and who is bound to a role.

use std::collections::HashMap;

use super::{Invalid, names, repeated};
use crate::document::Known;
use crate::workspace::field::Field;
use crate::workspace::topology::object::Object;

pub(super) fn check_service(root: Field<'_>, found: &mut Vec<Invalid>) {
    let spec = root.field("spec");
    let kind = spec.field("type");
    if kind.is_text("ExternalName") {
        if spec.field("externalName").is_absent() {
            found.push(Invalid::at(kind, "an ExternalName needs a name", "externalName: db.example.com"));
        }
        return;
    }
    if spec.field("clusterIP").is_text("None") && ["NodePort", "LoadBalancer"].iter().any(|word| kind.is_text(word)) {
        let why = format!("a {} cannot be headless", kind.written());
        found.push(Invalid::at(spec.field("clusterIP"), why, "leave out clusterIP").because(kind, "it needs an address"));
    }
    let ports = spec.field("ports");
    if ports.is_open() {
        return;
    }
    let all: Vec<Field<'_>> = ports.items().collect();
    if let Some(port) = all.iter().find(|port| all.len() > 1 && port.field("name").is_absent()) {
        found.push(Invalid::at(*port, "of several ports each needs a name", "- name: http"));
    }
    if let Some((again, first)) = repeated(ports, "name") {
        let why = format!("two ports are called {}", again.written());
        found.push(Invalid::at(again, why, "give one of them another name").because(first, "first here"));
    }
    let mut seen: HashMap<(i64, String), Field<'_>> = HashMap::new();
    for port in all {
        let Known::Is(number) = port.field("port").integer() else { continue };
        let Known::Is(protocol) = port.field("protocol").text().or("TCP".into()) else { continue };
        if let Some(first) = seen.insert((number, protocol.into_owned()), port.field("port")) {
            let why = format!("the port {number} is there twice");
            found.push(Invalid::at(port.field("port"), why, "keep one of the two").because(first, "first here"));
        }
        let target = port.field("targetPort");
        if let (Known::Is(name), Known::Absent) = (target.text(), target.integer())
            && !names::is_port(&name)
            && !names::is_stand_in(&name)
        {
            let why = format!("no port may be called \"{name}\"");
            found.push(Invalid::at(
                target,
                why,
                "a port is called by at most 15 small letters, digits and hyphens, with a letter among them",
            ));
        }
    }
}

pub(super) fn check_ingress(object: &Object, root: Field<'_>, found: &mut Vec<Invalid>) {
    for rule in root.path("spec.rules").items() {
        if let Known::Is(host) = rule.field("host").text() {
            let plain = host.strip_prefix("*.").unwrap_or(&host);
            if !names::is_dns(plain, 253, true) {
                let why = format!("\"{host}\" is no name of a host");
                found.push(Invalid::at(
                    rule.field("host"),
                    why,
                    "host: shop.example.com (without a scheme, a port or capital letters)",
                ));
            }
        }
        for path in rule.path("http.paths").items().filter(|_| object.version == "v1") {
            let kind = path.field("pathType");
            if kind.is_absent() && !path.is_open() {
                found.push(Invalid::at(path, "a path needs a pathType", "pathType: Prefix"));
            }
            let is_rooted = matches!(path.field("path").text(), Known::Is(text) if !text.starts_with('/'));
            if is_rooted && (kind.is_text("Prefix") || kind.is_text("Exact")) {
                let help = format!("path: /{}", path.field("path").written());
                found.push(Invalid::at(path.field("path"), "a path begins with a slash", help));
            }
        }
    }
}

pub(super) fn check_binding(root: Field<'_>, found: &mut Vec<Invalid>) {
    for subject in root.field("subjects").items().filter(|subject| subject.field("kind").is_text("ServiceAccount")) {
        if subject.field("namespace").is_absent() {
            let why = "a ServiceAccount is named with its namespace";
            found.push(Invalid::at(subject.field("name"), why, "namespace: the one that the ServiceAccount is in"));
        }
    }
}
