//! Objects and what they say of themselves: every form in which they can be written, and every field with its place.

use gonogo::document::Known;
use gonogo::settings::Settings;
use gonogo::tree::Memory;
use gonogo::workspace::Workspace;
use gonogo::workspace::topology::labels::Answer;

fn workspace(files: &[(&str, &str)]) -> Workspace {
    Workspace::build(&files.iter().copied().collect::<Memory>(), "", &Settings::default())
}

fn titles(workspace: &Workspace) -> Vec<String> {
    workspace.topology.objects.iter().map(|object| object.title()).collect()
}

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, tier: front}}
    spec:
      volumes:
        - name: data
          emptyDir: {}
      containers:
        - name: web
          image: web:1
          env:
            - {name: A, value: one}
            - {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}
";

#[test]
fn an_object_is_found_however_it_is_written() {
    let files = [
        (
            "a.yaml",
            "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: one}}\n- {apiVersion: v1, kind: Secret, metadata: {name: two}}\n",
        ),
        ("b.json", "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"three\"}}"),
        ("c.yaml", "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: four}\n- metadata: {name: five}\n"),
        (
            "d.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: six}\n--- # the next\nkind: Secret\napiVersion: v1\nmetadata: {name: seven}\n---\nnothing: here\n",
        ),
        ("e.yaml", "apiVersion: v1\nkind: List\nitems:\n- {metadata: {name: nobody}}\n"),
    ];
    let workspace = workspace(&files);
    let all: Vec<&str> = workspace.topology.objects.iter().map(|object| object.name.as_str()).collect();
    assert_eq!(all, ["one", "two", "three", "four", "five", "six", "seven"]);
    let four = workspace.topology.objects.iter().find(|object| object.name == "four").expect("found");
    assert!(four.is("Deployment") && four.version == "v1");
}

#[test]
fn a_kind_of_another_group_is_another_kind() {
    let knative = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: fn}\nspec: {template: {spec: {containers: [{image: a:1}]}}}\n";
    let core = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n";
    let workspace = workspace(&[("a.yaml", knative), ("b.yaml", core)]);
    let named = |resource: &str| workspace.topology.of_kind(resource).map(|object| object.name.clone()).collect::<Vec<_>>();
    assert_eq!(named("Service"), ["web"]);
    assert_eq!(named("Service.serving.knative.dev"), ["fn"]);
    assert_eq!(workspace.topology.workloads.len(), 1);
}

#[test]
fn whatever_has_a_pod_template_is_a_workload() {
    let template = "template: {spec: {containers: [{name: c, image: a:1}]}}";
    let of =
        |api: &str, kind: &str, spec: &str| format!("apiVersion: {api}\nkind: {kind}\nmetadata: {{name: x}}\nspec: {{{spec}}}\n");
    let table = [
        ("apps/v1", "Deployment", template.to_owned()),
        ("argoproj.io/v1alpha1", "Rollout", template.to_owned()),
        ("apps.kruise.io/v1alpha1", "CloneSet", template.to_owned()),
        ("example.com/v1", "Surprise", template.to_owned()),
        ("batch/v1", "CronJob", format!("jobTemplate: {{spec: {{{template}}}}}")),
        ("keda.sh/v1alpha1", "ScaledJob", format!("jobTargetRef: {{{template}}}")),
        ("v1", "Pod", "containers: [{name: c, image: a:1}]".to_owned()),
    ];
    for (api, kind, spec) in &table {
        let workspace = workspace(&[("x.yaml", &of(api, kind, spec))]);
        let workload = workspace.topology.workloads.first().unwrap_or_else(|| panic!("{kind} is a workload"));
        assert_eq!(workload.containers(&workspace).count(), 1, "{kind}");
        let is_known = workspace.topology.workload(workload.object()).is_some();
        assert!(is_known, "{kind}");
    }
    assert!(workspace(&[("x.yaml", &of("v1", "ConfigMap", template))]).topology.objects.len() == 1);
}

#[test]
fn a_field_has_a_place_whether_it_is_there_or_not() {
    let text = WEB.replace("  replicas: 3", "  paused: ~\n  strategy:\n    type: {{ .Values.how }}\n  replicas: 3");
    let workspace = workspace(&[("x.yaml", &text)]);
    let web = &workspace.topology.workloads[0];
    let at = |keys: &str| workspace.text(web.field(&workspace, keys).place()).to_owned();
    assert_eq!(at("spec.replicas"), "3");
    assert_eq!(at("spec.template.spec"), "spec");
    assert_eq!(at("spec.minReadySeconds"), "spec");
    assert_eq!(at("spec.paused"), "paused");
    assert_eq!(at("spec.rollout.nothing.here"), "spec");
    assert!(web.field(&workspace, "spec.paused").is_absent());
    assert!(web.field(&workspace, "spec.strategy.type").text().is_unknown());
    assert_eq!(web.replicas(&workspace).integer(), Known::Is(3));
    assert_eq!(workspace.text(web.place(&workspace)), "web");
    let selector = web.selector(&workspace).expect("a selector");
    assert_eq!(selector.selects(&web.labels), Answer::Yes);
}

#[test]
fn the_pod_shows_its_volumes_and_its_environment() {
    let workspace = workspace(&[("x.yaml", WEB)]);
    let web = &workspace.topology.workloads[0];
    let volumes: Vec<_> = web.volumes(&workspace).filter_map(|volume| volume.name.into_option()).collect();
    assert_eq!(volumes, ["data"]);
    let container = &web.containers(&workspace).next().expect("a container");
    let env: Vec<_> = container
        .env()
        .map(|variable| (variable.name.clone().into_option(), variable.value().is_there(), variable.source().is_there()))
        .collect();
    assert_eq!(env, [(Some("A".into()), true, false), (Some("B".into()), false, true)]);
}

#[test]
fn objects_are_looked_up_among_those_that_are_applied_together() {
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n";
    let files = [
        ("deploy/web.yaml", WEB),
        ("deploy/prod/web.yaml", WEB),
        ("deploy/prod/config.yaml", config),
        ("charts/a/templates/web.yaml", WEB),
    ];
    let workspace = workspace(&files);
    let finds: Vec<(&str, usize)> = workspace
        .topology
        .workloads
        .iter()
        .map(|web| (workspace.path(web.node.source), workspace.topology.named(web, "ConfigMap", "settings").count()))
        .collect();
    assert_eq!(finds, [("charts/a/templates/web.yaml", 0), ("deploy/prod/web.yaml", 1), ("deploy/web.yaml", 0)]);
    assert_eq!(titles(&workspace).len(), 4);
}
