//! Pods.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::{BTreeSet, HashMap};

use super::{Invalid, names, repeated};
use crate::document::Known;
use crate::workspace::Workspace;
use crate::workspace::field::Field;
use crate::workspace::topology::Workload;

pub(super) fn check(workload: &Workload, workspace: &Workspace) -> Vec<Invalid> {
    let pod = workload.pod(workspace);
    let mut found = Vec::new();
    check_restarts(workload, pod, &mut found);
    if let Some((again, first)) = repeated(pod.field("volumes"), "name") {
        let why = format!("two volumes are called {}", again.written());
        found.push(Invalid::at(again, why, "give one of them another name").because(first, "first here"));
    }
    for volume in pod.field("volumes").items() {
        check_volume(volume, &mut found);
    }
    for toleration in pod.field("tolerations").items() {
        let value = toleration.field("value");
        if toleration.field("operator").is_text("Exists") && matches!(value.text(), Known::Is(text) if !text.is_empty()) {
            found.push(Invalid::at(
                value,
                "a toleration that only asks whether the taint exists has no value",
                "operator: Equal",
            ));
        }
    }
    let volumes = LazyCell::new(|| volumes(workload, workspace));
    let mut called: HashMap<Cow<'_, str>, Field<'_>> = HashMap::new();
    let lists = ["initContainers", "containers"].map(|list| pod.field(list));
    let is_alone = lists.into_iter().flat_map(Field::items).nth(1).is_none();
    for containers in lists {
        for container in containers.items() {
            let name = container.field("name");
            if !is_alone
                && let Known::Is(text) = name.text()
                && let Some(first) = called.insert(text.clone(), name)
                && !containers.is_open()
            {
                let why = format!("two containers are called {text}");
                found.push(Invalid::at(name, why, "give one of them another name").because(first, "first here"));
            }
            check_container(container, || volumes.as_ref(), &mut found);
            check_ports(container, pod, &mut found);
        }
    }
    found
}

/// The volumes that a container may mount; nothing where a template may add some.
fn volumes(workload: &Workload, workspace: &Workspace) -> Option<BTreeSet<String>> {
    let pod = workload.pod(workspace);
    let claims = workload.field(workspace, "spec.volumeClaimTemplates");
    let own = pod.field("volumes");
    let of_pod: Vec<_> = own.items().map(|volume| volume.field("name").text()).collect();
    let of_claims: Vec<_> = claims.items().map(|claim| claim.path("metadata.name").text()).collect();
    let all = of_pod.iter().chain(&of_claims);
    if pod.is_open() || own.is_open() || claims.is_open() || all.clone().any(Known::is_unknown) {
        return None;
    }
    Some(all.filter_map(|name| name.clone().into_option()).map(Cow::into_owned).collect())
}

fn check_restarts(workload: &Workload, pod: Field<'_>, found: &mut Vec<Invalid>) {
    let policy = pod.field("restartPolicy");
    match workload.resource.as_str() {
        "Job" | "CronJob" if !pod.is_open() && (policy.is_absent() || policy.is_text("Always")) => {
            let why = "the pods of a Job do not restart for ever, and Always is the default";
            found.push(Invalid::at(policy, why, "restartPolicy: Never"));
        }
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" if policy.is_text("Never") || policy.is_text("OnFailure") => {
            let why = format!("the pods of a {} restart always", workload.kind);
            found.push(Invalid::at(policy, why, "leave out restartPolicy"));
        }
        _ => {}
    }
}

fn check_volume(volume: Field<'_>, found: &mut Vec<Invalid>) {
    if volume.is_open() {
        return;
    }
    let sources: Vec<_> = volume.entries().filter(|(key, value)| key != "name" && key != "<<" && value.is_there()).collect();
    if let [(one, _), (other, second), ..] = &sources[..] {
        let why = format!("a volume is {one} or {other}, never both");
        found.push(Invalid::at(*second, why, "keep one of the two, or make two volumes"));
    }
}

fn check_container<'v>(container: Field<'_>, volumes: impl Fn() -> Option<&'v BTreeSet<String>>, found: &mut Vec<Invalid>) {
    let name = container.field("name");
    if matches!(name.text(), Known::Is(text) if !names::is_dns(&text, 63, false)) {
        let why = format!("no container may be called \"{}\"", name.written());
        found.push(Invalid::at(name, why, "a name is made of at most 63 small letters, digits and hyphens"));
    }
    let mounts = container.field("volumeMounts");
    for mount in mounts.items() {
        if let (Some(volumes), Known::Is(volume)) = (volumes(), mount.field("name").text())
            && !volumes.contains(volume.as_ref())
        {
            let known = if volumes.is_empty() { "it has none".to_owned() } else { format!("it has {}", join(volumes)) };
            let why = format!("the pod has no volume {volume}; {known}");
            found.push(Invalid::at(
                mount.field("name"),
                why,
                format!("add the volume to the pod:\nvolumes:\n  - name: {volume}\n    emptyDir: {{}}"),
            ));
        }
    }
    if let Some((again, first)) = repeated(mounts, "mountPath") {
        let why = format!("two volumes are mounted at {}", again.written());
        found.push(Invalid::at(again, why, "mount one of them elsewhere").because(first, "first here"));
    }
    for variable in container.field("env").items().filter(|variable| !variable.is_open()) {
        let (value, source) = (variable.field("value"), variable.field("valueFrom"));
        if matches!(value.text(), Known::Is(text) if !text.is_empty()) && source.is_there() {
            let why = format!("{} has a value and takes one from elsewhere", variable.field("name").written());
            found.push(Invalid::at(source, why, "keep one of the two").because(value, "the value"));
        }
    }
    let resources = container.field("resources");
    let limits = resources.field("limits");
    for (resource, request) in resources.field("requests").entries() {
        let limit = limits.field(&resource);
        if limit.text() != request.text()
            && let (Known::Is(Ok(most)), Known::Is(Ok(asked))) = (limit.quantity(), request.quantity())
            && asked > most
        {
            let why =
                format!("the container asks for {} of {resource} and may have {} at most", request.written(), limit.written());
            found.push(
                Invalid::at(request, why, format!("limits:\n  {resource}: {}", request.written())).because(limit, "the limit"),
            );
        }
    }
}

fn check_ports(container: Field<'_>, pod: Field<'_>, found: &mut Vec<Invalid>) {
    let ports = container.field("ports");
    if let Some((again, first)) = repeated(ports, "name") {
        let why = format!("two ports are called {}", again.written());
        found.push(Invalid::at(again, why, "give one of them another name").because(first, "first here"));
    }
    for port in ports.items() {
        let (name, number) = (port.field("name"), port.field("containerPort"));
        if matches!(name.text(), Known::Is(text) if !names::is_port(&text)) {
            let why = format!("no port may be called \"{}\"", name.written());
            found.push(Invalid::at(
                name,
                why,
                "a port is called by at most 15 small letters, digits and hyphens, with a letter among them",
            ));
        }
        if matches!(number.integer(), Known::Is(number) if !(1..=65535).contains(&number)) {
            found.push(Invalid::at(number, format!("there is no port {}", number.written()), "ports go from 1 to 65535"));
        }
        let host = port.field("hostPort");
        if let (Known::Is(outer), Known::Is(inner)) = (host.integer(), number.integer())
            && outer != inner
            && pod.field("hostNetwork").flag() == Known::Is(true)
        {
            let why = format!("in the host's network the port is the same outside: {inner}");
            found.push(Invalid::at(host, why, format!("hostPort: {inner}")).because(number, "the container's port"));
        }
    }
}

fn join(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
