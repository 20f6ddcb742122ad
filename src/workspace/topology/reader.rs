//! Reads what each kind of object names.

use super::object::Object;
use super::reference::Reference;
use crate::document::Known;
use crate::workspace::field::Field;

/// The references of an object, with the pod that it starts, if any.
pub(super) fn references(object: &Object, root: Field<'_>, pod: Option<Field<'_>>) -> Vec<Reference> {
    let mut all = Vec::new();
    if let Some(pod) = pod {
        of_pod(pod, &mut all);
    }
    let spec = root.field("spec");
    match object.resource.as_str() {
        "Ingress" => of_ingress(root, &mut all),
        "StatefulSet" => all.extend(Reference::to("Service", spec.field("serviceName"))),
        "RoleBinding" | "ClusterRoleBinding" => of_binding(root, &mut all),
        resource if resource.ends_with(".gateway.networking.k8s.io") => {
            for rule in spec.field("rules").items() {
                of_route(rule, &mut all);
            }
        }
        _ => {}
    }
    all
}

fn of_pod(pod: Field<'_>, all: &mut Vec<Reference>) {
    for list in ["initContainers", "containers"] {
        for container in pod.field(list).items() {
            of_container(container, all);
        }
    }
    for volume in pod.field("volumes").items() {
        of_volume(volume.field("configMap"), "ConfigMap", "name", all);
        of_volume(volume.field("secret"), "Secret", "secretName", all);
        all.extend(Reference::to("PersistentVolumeClaim", volume.path("persistentVolumeClaim.claimName")));
        for source in volume.path("projected.sources").items() {
            of_volume(source.field("configMap"), "ConfigMap", "name", all);
            of_volume(source.field("secret"), "Secret", "name", all);
        }
    }
    all.extend(Reference::to("ServiceAccount", pod.field("serviceAccountName")));
}

fn of_container(container: Field<'_>, all: &mut Vec<Reference>) {
    for source in container.field("envFrom").items() {
        for (field, resource) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
            let named = source.field(field);
            all.extend(Reference::to(resource, named.field("name")).map(|to| to.optional(named.field("optional"))));
        }
    }
    for variable in container.field("env").items() {
        for (field, resource) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
            let named = variable.field("valueFrom").field(field);
            let reference = Reference::to(resource, named.field("name"));
            all.extend(reference.map(|to| to.part(named.field("key")).optional(named.field("optional"))));
        }
    }
}

/// A volume that names keys needs each of them.
fn of_volume(source: Field<'_>, resource: &'static str, name: &str, all: &mut Vec<Reference>) {
    let reference = |part: Option<Field<'_>>| {
        let to = Reference::to(resource, source.field(name))?.optional(source.field("optional"));
        Some(match part {
            Some(part) => to.part(part),
            None => to,
        })
    };
    let keys: Vec<Field<'_>> = source.field("items").items().map(|item| item.field("key")).collect();
    if keys.is_empty() {
        all.extend(reference(None));
    }
    all.extend(keys.into_iter().filter_map(|key| reference(Some(key))));
}

fn of_ingress(root: Field<'_>, all: &mut Vec<Reference>) {
    let spec = root.field("spec");
    of_backend(spec.field("defaultBackend"), all);
    of_backend(spec.field("backend"), all);
    for rule in spec.field("rules").items() {
        for path in rule.path("http.paths").items() {
            of_backend(path.field("backend"), all);
        }
    }
}

/// As it is written today, and as it was before `networking.k8s.io/v1`.
fn of_backend(backend: Field<'_>, all: &mut Vec<Reference>) {
    let service = backend.field("service");
    let port = [service.path("port.number"), service.path("port.name")].into_iter().find(|port| !port.is_absent());
    // Names that an ingress controller gives meaning to by itself.
    if port.is_some_and(|port| port.is_text("use-annotation")) || backend.field("servicePort").is_text("use-annotation") {
        return;
    }
    let today = Reference::to("Service", service.field("name"));
    all.extend(today.map(|to| match port {
        Some(port) => to.part(port),
        None => to,
    }));
    all.extend(Reference::to("Service", backend.field("serviceName")).map(|to| to.part(backend.field("servicePort"))));
}

fn of_route(rule: Field<'_>, all: &mut Vec<Reference>) {
    for backend in rule.field("backendRefs").items() {
        let kind = backend.field("kind");
        let is_service = kind.is_absent() || kind.is_text("Service");
        let is_core = backend.field("group").is_absent() || backend.field("group").is_text("");
        if is_service && is_core {
            let to = Reference::to("Service", backend.field("name"));
            all.extend(to.map(|to| to.part(backend.field("port")).within(backend.field("namespace"))));
        }
    }
}

fn of_binding(root: Field<'_>, all: &mut Vec<Reference>) {
    let role = root.field("roleRef");
    for resource in ["Role", "ClusterRole"] {
        if role.field("kind").is_text(resource) {
            all.extend(Reference::to(resource, role.field("name")));
        }
    }
    for subject in root.field("subjects").items() {
        if subject.field("kind").is_text("ServiceAccount") {
            let namespace = subject.field("namespace");
            let to = Reference::to("ServiceAccount", subject.field("name"));
            all.extend(to.map(|to| to.within(namespace)).filter(|_| !matches!(namespace.text(), Known::Unknown)));
        }
    }
}
