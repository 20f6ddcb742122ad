//! See rules/manifest/network-policy-blocks-names.md

use crate::rule::Context;
use crate::workspace::topology::object::Object;

pub fn check(object: &Object, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let Some((workload, rule)) = workspace.isolation.speechless(object, workspace) else { return };
    let message = format!(
        "the pods of {} may call others and not ask for their addresses: no policy lets them reach DNS",
        workload.title()
    );
    cx.report(rule.field("to").place(), message)
        .label(format!("what {} lets them send, and nothing on port 53", object.title()))
        .because(workload.place(workspace), "these pods")
        .in_production("every name they ask for stays unanswered, so each new connection waits for seconds and fails, from the moment the policy is applied")
        .help("let them ask, beside what they may send:\negress:\n  - to:\n      - namespaceSelector: {}\n        podSelector: { matchLabels: { k8s-app: kube-dns } }\n    ports:\n      - { protocol: UDP, port: 53 }\n      - { protocol: TCP, port: 53 }");
}
