//! What kustomizations make of the objects that they are made of.

use gonogo::diagnostic::Severity;
use gonogo::report::Root;
use gonogo::settings::Settings;
use gonogo::tree::Memory;

use crate::support::POD;

const PATCH: &str =
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n    image: web:1.2.3\n";
const OPERATION: &str = "- op: replace\n  path: /spec/containers/0/image\n  value: web:1.2.3\n";

fn root(files: &[(&str, &str)]) -> Root {
    let tree: Memory = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    Root::judge(&tree, "", "", &Settings::default())
}

/// What is left of a high finding about the image of a base that these files are an overlay of.
fn left(files: &[(&str, &str)]) -> Vec<Severity> {
    let base = POD.replace("web:1.0.0", "web:latest");
    let mut all = vec![("base/kustomization.yaml", "resources: [web.yaml]\n"), ("base/web.yaml", base.as_str())];
    all.extend(files);
    root(&all).findings.iter().map(|finding| finding.diagnostic.severity).collect()
}

/// The overlay for production that is left alone by itself.
fn left_by(overlay: &str, files: &[(&str, &str)]) -> Vec<Severity> {
    left(&[&[("prod/kustomization.yaml", overlay)], files].concat())
}

#[test]
fn what_a_patch_sets_is_not_claimed_about_the_base() {
    let listed = "resources: [../base]\npatches: [{path: web.yaml}]\n";
    let strategic = "resources: [../base]\npatchesStrategicMerge: [web.yaml]\n";
    for overlay in [listed, strategic] {
        assert_eq!(left_by(overlay, &[("prod/web.yaml", PATCH)]), [], "{overlay}");
    }
    let inline = PATCH.replace("apiVersion", "    apiVersion").replace('\n', "\n    ");
    assert_eq!(left_by(&format!("resources: [../base]\npatches:\n- patch: |-\n{inline}"), &[]), []);
    let deleted = "    $patch: delete\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: web}\n";
    assert_eq!(left_by(&format!("resources: [../base]\npatches:\n- patch: |-\n{deleted}"), &[]), []);
    let elsewhere = "resources: [../base]\npatches: [{path: gone.yaml, target: {kind: Pod}}]\n";
    assert_eq!(left_by(elsewhere, &[]), [], "a patch that no file holds may do anything");
    let component = "kind: Component\npatches: [{path: web.yaml}]\n";
    let part = [("part/kustomization.yaml", component), ("part/web.yaml", PATCH)];
    assert_eq!(left_by("resources: [../base]\ncomponents: [../part]\n", &part), []);
    let copied = "resources: [../base]\nreplacements:\n- source: {kind: ConfigMap, name: tags}\n  targets:\n  \
                  - select: {kind: Pod}\n    fieldPaths: [\"spec.containers.[name=web].image\"]\n";
    assert_eq!(left_by(copied, &[]), []);
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec:\n  path: ./prod\n  \
                patches:\n  - target: {kind: Pod}\n    patch: |\n      - op: replace\n        path: /spec/containers/0/image\n        \
                value: web:1\n";
    assert_eq!(left_by("resources: [../base]\n", &[("apps.yaml", flux)]), []);
}

#[test]
fn a_patch_is_about_its_target_and_its_field_alone() {
    let with = |target: &str, operation: &str| {
        let overlay = format!("resources: [../base]\npatches: [{{path: op.yaml, target: {target}}}]\n");
        left_by(&overlay, &[("prod/op.yaml", operation)])
    };
    for target in ["{kind: Pod, name: web}", "{kind: Pod, name: \"w.*\"}", "{version: v1}"] {
        assert_eq!(with(target, OPERATION), [], "{target}");
    }
    for target in ["{kind: Pod, name: other}", "{kind: Deployment}", "{kind: Pod, labelSelector: app=other}"] {
        assert_eq!(with(target, OPERATION), [Severity::High], "{target}");
    }
    let label = "- op: add\n  path: /metadata/labels/team\n  value: shop\n";
    assert_eq!(with("{kind: Pod, name: web}", label), [Severity::High]);
    let unrelated = PATCH.replace("apiVersion", "    apiVersion").replace('\n', "\n    ");
    assert_eq!(left_by(&format!("patches:\n- patch: |-\n{unrelated}"), &[]), [Severity::High], "it is made of something else");
}

#[test]
fn what_one_overlay_leaves_alone_is_applied_there() {
    let patched = "resources: [../base]\npatches: [{path: web.yaml}]\n";
    let with = |other: &str| left_by(patched, &[("prod/web.yaml", PATCH), (other, "resources: [../base]\n")]);
    assert_eq!(with("live/kustomization.yaml"), [Severity::High]);
    assert_eq!(with("dev/kustomization.yaml"), [], "no customer is there");
}

#[test]
fn a_file_that_no_kustomization_lists_is_no_part_of_the_release() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector: {app: web}\n  ports: [{port: 80}]\n";
    let pod = POD.replace("web:1.0.0", "web:latest").replace("name: web\nspec", "name: web\n  labels: {app: web}\nspec");
    let found = |listed: &str| {
        let root = root(&[("kustomization.yaml", listed), ("svc.yaml", service), ("web.yaml", &pod)]);
        let found = root.findings.iter().map(|finding| (finding.rule.name, finding.diagnostic.severity));
        found.collect::<Vec<_>>()
    };
    let both = found("resources: [svc.yaml, web.yaml]\n");
    assert!(both.contains(&("mutable-image-tag", Severity::High)), "{both:?}");
    let one = found("resources:\n- svc.yaml\n# - web.yaml\n");
    assert_eq!(one, [("mutable-image-tag", Severity::Low)], "and no traffic reaches it");
}
