//! See rules/manifest/missing-reference.md

use crate::diagnostic::Severity;
use crate::rule::Context;
use crate::workspace::topology::object::Object;
use crate::workspace::topology::reference::{Near, Outcome, Reference};

pub fn check(object: &Object, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    for reference in workspace.topology.references_of(object).iter().filter(|reference| !reference.is_optional) {
        let Some(lack) = Lack::of(object, reference) else { continue };
        let Outcome::Contradicted(meant, near) = workspace.topology.resolve(object, reference) else { continue };
        let (evidence, help) = match near {
            Near::Namespace => (
                format!("{} is applied to another namespace", meant.title()),
                "a name means an object of the same namespace: put both into one".to_owned(),
            ),
            Near::Name => {
                (format!("{} was probably meant: nothing else names it", meant.title()), format!("name: {}", meant.name))
            }
        };
        let message = format!("{} {}: there is no {} \"{}\"", object.title(), lack.so, reference.resource, reference.name);
        cx.report(workspace.node(reference.node).place(), message)
            .label(format!("no such {}", reference.resource))
            .because(meant.place(workspace), evidence)
            .in_production(lack.then)
            .help(help)
            .capped(lack.severity);
    }
}

/// What the lack of something means.
struct Lack {
    /// What becomes of the object that names it.
    so: &'static str,
    then: &'static str,
    severity: Severity,
}

impl Lack {
    fn of(object: &Object, reference: &Reference) -> Option<Self> {
        let (so, then, severity) = match reference.resource {
            "PersistentVolumeClaim" => (
                "does not start",
                "new pods stay Pending because the scheduler waits for the claim, and the rollout stands still",
                Severity::High,
            ),
            "ServiceAccount" if object.resource.ends_with("Binding") => (
                "gives its rights to nobody",
                "the binding is applied without a word, and the program is refused (403) at its first question to the API server",
                Severity::Medium,
            ),
            "ServiceAccount" => (
                "gets no pods",
                "the controller is refused every new pod (FailedCreate), so the old ones go on until they end and none replaces them",
                Severity::High,
            ),
            "Role" | "ClusterRole" => (
                "gives no rights",
                "the binding is applied without a word, and the program is refused (403) at its first question to the API server",
                Severity::Medium,
            ),
            "Service" if object.is("StatefulSet") => (
                "gives its pods no names",
                "the pods start, but nobody finds web-0 or web-1 by name: members of a cluster do not meet, clients of one pod fail",
                Severity::Medium,
            ),
            _ => return None,
        };
        Some(Self { so, then, severity })
    }
}
