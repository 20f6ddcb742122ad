//! See rules/manifest/webhook-fails-closed.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::field::Field;
use crate::workspace::topology::object::Object;

pub fn check(object: &Object, cx: &mut Context<'_>) {
    if !object.is("ValidatingWebhookConfiguration") && !object.is("MutatingWebhookConfiguration") {
        return;
    }
    let webhooks = object.root(cx.workspace).field("webhooks");
    for webhook in webhooks.items() {
        let policy = webhook.field("failurePolicy");
        // One behind an address of its own need not be a pod; on the nodes of the API server it never is.
        if !webhook.path("clientConfig.service").is_there() {
            continue;
        }
        // Before v1 the default was to let everything pass.
        let fails = policy.is_text("Fail") || (policy.is_absent() && object.version == "v1");
        let is_narrowed =
            ["namespaceSelector", "objectSelector", "matchConditions"].iter().any(|field| may_narrow(webhook.field(field)));
        let Some(rule) = webhook.field("rules").items().find(|rule| is_about_all_pods(*rule)) else { continue };
        if fails && !is_narrowed {
            report(object, webhook, rule, cx);
        }
    }
}

/// Whether a selector asks for anything, or a template may make it do so.
fn may_narrow(selector: Field<'_>) -> bool {
    let asks = |field: Field<'_>| field.is_open() || field.items().next().is_some() || field.entries().next().is_some();
    if selector.field("matchLabels").is_there() || selector.field("matchExpressions").is_there() {
        return asks(selector.field("matchLabels")) || asks(selector.field("matchExpressions"));
    }
    asks(selector)
}

fn is_about_all_pods(rule: Field<'_>) -> bool {
    let has = |list: &str, words: &[&str]| rule.field(list).items().any(|item| words.iter().any(|word| item.is_text(word)));
    has("apiGroups", &["", "*"])
        && has("resources", &["pods", "*", "*/*"])
        && has("operations", &["CREATE", "*"])
        && !rule.field("scope").is_text("Cluster")
}

/// So many objects of its unit are looked through for the pods that answer.
const MOST: usize = 1000;

/// How many pods answer, as far as these files show.
fn pods_behind(object: &Object, service: Field<'_>, cx: &Context<'_>) -> Option<i64> {
    let (workspace, topology) = (cx.workspace, &cx.workspace.topology);
    let (name, namespace) = (service.field("name").written(), service.field("namespace").text().into_option());
    let around = topology.unit(object).objects.iter().take(MOST).filter_map(|id| topology.workload(topology.object_at(*id)));
    let mut behind = around.filter(|workload| {
        topology.services_of(workload).any(|service| {
            let in_other = matches!((&service.namespace, &namespace), (Known::Is(one), Some(other)) if one != other);
            service.name == name && !in_other
        })
    });
    workspace.availability.fewest(workspace, behind.next()?)
}

fn report(object: &Object, webhook: Field<'_>, rule: Field<'_>, cx: &mut Context<'_>) {
    let pods = pods_behind(object, webhook.path("clientConfig.service"), cx);
    let name = webhook.field("name");
    let title = if name.is_there() { format!("\"{}\"", name.written()) } else { format!("the webhook of {}", object.title()) };
    let policy = webhook.field("failurePolicy");
    let report = cx
        .report(if policy.is_there() { policy.place() } else { name.place() }, format!("no pod can start while {title} is away, its own among them"))
        .label("without an answer, the request is refused")
        .because(rule.field("resources").place(), "it is asked for every new pod of every namespace")
        .in_production("the nodes are upgraded, its pods are gone, and no pod can be made any more: not those of the system, and not its own, which would end it")
        .help("leave out the system and its own namespace (platform stands for yours), and answer soon:\nnamespaceSelector:\n  matchExpressions:\n    - { key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, platform] }\ntimeoutSeconds: 5");
    if pods.is_some_and(|pods| pods >= 2) {
        report.capped(Severity::Medium);
    }
}
