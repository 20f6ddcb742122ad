//! See rules/manifest/unfilled-variable.md

use std::borrow::Cow;
use std::collections::HashSet;

use crate::document::Known;
use crate::document::words::Word;
use crate::near::is_slip;
use crate::path;
use crate::rule::Context;
use crate::workspace::Workspace;
use crate::workspace::container::Container;
use crate::workspace::field::Field;
use crate::workspace::pod::filled_in;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    if !cx.workspace.document(container.workload.node.source).mentions(Word::Filled) {
        return;
    }
    let texts = texts(container);
    if texts.is_empty() || !is_started_by_kubernetes(container) || is_filled_later(container, cx.workspace) {
        return;
    }
    let Some(set) = container.names_of_env(cx.workspace) else { return };
    let mut seen = HashSet::new();
    for text in &texts {
        // A slip in the list of variables itself is told of by the rule about their order.
        let is_told = |name: &str| text.of.is_some() && set.iter().any(|other| is_slip(other, name));
        let names = filled_in(&text.written).into_iter().filter(|name| is_variable(name) && !set.contains(*name));
        for name in names.filter(|name| !is_told(name) && !is_set_by_others(container, name, cx.workspace)) {
            if seen.insert(name.to_owned()) {
                report(container, text, name, &set, cx);
            }
        }
    }
}

/// A text in which Kubernetes fills in variables.
struct Text<'w> {
    /// The variable whose value it is; none of a word that the program is started with.
    of: Option<String>,
    field: Field<'w>,
    written: Cow<'w, str>,
}

fn texts<'w>(container: &Container<'w>) -> Vec<Text<'w>> {
    let words = ["command", "args"].into_iter().flat_map(|list| container.field(list).items()).map(|field| (None, field));
    let values = container.env().map(|variable| (Some(variable.field.field("name").written()), variable.value()));
    let text = |(of, field): (Option<String>, Field<'w>)| {
        let written = field.text().into_option().filter(|text| text.contains("$("))?;
        Some(Text { of, field, written })
    };
    words.chain(values).filter_map(text).collect()
}

/// Whether nothing but Kubernetes stands between what is written and the pod: other kinds have controllers that may add
/// variables.
fn is_started_by_kubernetes(container: &Container<'_>) -> bool {
    !container.workload.resource.contains('.')
}

/// Whether something replaces such texts, or adds variables, before the pod starts.
fn is_filled_later(container: &Container<'_>, workspace: &Workspace) -> bool {
    let pod = container.workload.template(workspace);
    let mut annotations = pod.path("metadata.annotations").entries();
    let mut labels = pod.path("metadata.labels").entries();
    let adds = |(name, value): (Cow<'_, str>, Field<'_>)| {
        let by = ["inject", "instrumentation", "azure.workload.identity", "dapr.io"];
        by.iter().any(|word| name.contains(word)) && !value.written().eq_ignore_ascii_case("false")
    };
    let root = container.workload.root(workspace).node().into_option();
    root.is_none_or(|root| {
        let text = &workspace.document(root.place().source).source;
        fills_elsewhere(text.slice(root.span()))
    }) || annotations.any(adds)
        || labels.any(adds)
}

/// Whether such texts stand where Kubernetes fills in nothing: then somebody else does.
fn fills_elsewhere(object: &str) -> bool {
    const KEYS: &[&str] = &["image", "namespace", "replicas", "host", "name", "version", "claimName", "key"];
    let names_it = |line: &&str| line.contains("$(") && !line.contains("$$(");
    object.split('\n').filter(names_it).any(|line| {
        let line = line.trim_start_matches([' ', '-']);
        let is_flow = line.starts_with('{') || line.contains("value:");
        line.split_once(':').is_some_and(|(key, _)| KEYS.contains(&key)) && !is_flow
    })
}

/// Whether a shell reads the words: `$(NAME)` is a command to it.
fn is_script(container: &Container<'_>) -> bool {
    const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "ksh"];
    container.words().any(|word| SHELLS.contains(&path::name(&word)))
}

fn is_variable(name: &str) -> bool {
    name.len() > 1
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether Kubernetes, a platform below the pod or a kustomization may set it.
fn is_set_by_others(container: &Container<'_>, name: &str, workspace: &Workspace) -> bool {
    const OF_PLATFORMS: &[&str] =
        &["AWS_", "AZURE_", "GOOGLE_", "GCE_", "GCP_", "DD_", "DAPR_", "OTEL_", "ISTIO_", "LINKERD_", "VAULT_"];
    let is_made = |word: &str| word.contains(&format!("{name}()")) || word.contains(&format!("function {name}"));
    let is_of_job = name == "JOB_COMPLETION_INDEX" && container.workload.is_job();
    let is_link = name.contains("_SERVICE_HOST") || name.contains("_SERVICE_PORT") || name.contains("_PORT_");
    container.words().any(|word| is_made(&word))
        || is_of_job
        || is_link
        || OF_PLATFORMS.iter().any(|platform| name.starts_with(platform))
        || workspace.topology.is_filled_by_kustomization(name)
        || workspace.links.set(workspace, container.workload, name)
}

fn report(container: &Container<'_>, text: &Text<'_>, name: &str, set: &HashSet<String>, cx: &mut Context<'_>) {
    let called = container.name();
    let message = match &text.of {
        Some(variable) => format!("{variable} of \"{called}\" holds the text $({name}) instead of a value"),
        None => format!("\"{called}\" is started with the text $({name}) instead of a value"),
    };
    let mut near: Vec<&String> = set.iter().filter(|other| is_slip(other, name)).collect();
    near.sort_unstable();
    let variables = container.env();
    let meant = near.first().and_then(|near| variables.into_iter().find(|one| one.name == Known::Is(near.as_str().into())));
    let help = match &meant {
        Some(meant) => format!("name the variable that there is: $({})", meant.field.field("name").written()),
        None => format!("set it in this container, or write $$({name}) if the program replaces it itself:\n{}", entry(name)),
    };
    let gets = match &text.of {
        None if is_script(container) => format!("the shell looks for a command {name}, and goes on with nothing in its place"),
        _ => "the new program gets the dollar sign and the name".to_owned(),
    };
    let report = cx
        .report(text.field.place(), message)
        .label(format!("nothing sets {name} in this container; what its image sets is not filled in"))
        .in_production(format!("Kubernetes fills in what env and envFrom of this container set and nothing else: {gets}"))
        .assuming("nothing in the cluster adds variables to the pod")
        .help(help)
        .about(name);
    if let Some(meant) = meant {
        report.because(meant.field.field("name").place(), "this one was probably meant");
    }
}

/// A variable to paste; what only the cluster knows comes from the pod itself.
fn entry(name: &str) -> String {
    let path = match name {
        "POD_NAME" | "HOSTNAME" => "metadata.name",
        "POD_NAMESPACE" | "NAMESPACE" | "KUBERNETES_NAMESPACE" => "metadata.namespace",
        "POD_IP" | "MY_POD_IP" => "status.podIP",
        "NODE_NAME" | "K8S_NODE_NAME" => "spec.nodeName",
        "HOST_IP" | "NODE_IP" => "status.hostIP",
        _ => return format!("env:\n  - {{ name: {name}, value: ... }}"),
    };
    format!("env:\n  - name: {name}\n    valueFrom: {{ fieldRef: {{ fieldPath: {path} }} }}")
}
