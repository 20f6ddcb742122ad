//! See rules/manifest/mutable-configmap.md

use std::collections::BTreeMap;

use crate::document::Known;
use crate::document::words::Word;
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::field::Field;
use crate::workspace::topology::Workload;
use crate::workspace::topology::object::Object;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let names_any = workspace.document(workload.node.source).mentions(Word::ConfigMapReference);
    let is_left_alone = !names_any || workload.is_job() || workload.kind == "Pod" || workload.is_off;
    if is_left_alone || is_versioned_elsewhere(workload, cx) {
        return;
    }
    let mut read: BTreeMap<String, Field<'_>> = BTreeMap::new();
    for container in workload.containers(workspace) {
        for field in read_once(&container, workload, cx) {
            if field.text().is_there() {
                read.entry(field.written()).or_insert(field);
            }
        }
    }
    let plain: Vec<(Field<'_>, &Object)> = read
        .into_iter()
        .filter(|(name, _)| !is_versioned(name))
        .filter_map(|(name, field)| Some((field, find(workload, &name, cx)?)))
        .collect();
    let Some(((field, map), more)) = plain.split_first() else { return };
    let which = if more.is_empty() {
        format!("ConfigMap \"{}\"", map.name)
    } else {
        format!("ConfigMap \"{}\" and {} more", map.name, more.len())
    };
    cx.report(field.place(), format!("a change of {which} neither reaches \"{}\" nor is taken back by a rollback", workload.name))
        .label("read when a container starts")
        .because(map.place(workspace), "changed in place: its name stays the same")
        .folding(more.len())
        .in_production("the pods that run keep the old settings, those that start later have the new ones, and a rollback of the code brings the old pods up with the new settings")
        .help("give each content a name of its own, as Kustomize's configMapGenerator does,\nor let the content change the pods:\nannotations:\n  checksum/config: '{{ include (print $.Template.BasePath \"/configmap.yaml\") . | sha256sum }}'");
}

/// The names of maps of settings that a container reads once: as variables, or as a single file that is never written anew.
fn read_once<'w>(container: &Container<'w>, workload: &Workload, cx: &Context<'w>) -> Vec<Field<'w>> {
    let from = container.field("envFrom").items().map(|item| item.path("configMapRef.name"));
    let one = container.field("env").items().map(|item| item.path("valueFrom.configMapKeyRef.name"));
    let mounts = container.field("volumeMounts").items().filter(|mount| !mount.field("subPath").is_absent());
    let mounts: Vec<String> = mounts.map(|mount| mount.field("name").written()).collect();
    let volumes = workload.volumes(cx.workspace).filter(|volume| mounts.contains(&volume.field.field("name").written()));
    let files = volumes.map(|volume| volume.field.path("configMap.name"));
    from.chain(one).chain(files).collect()
}

/// Its pods change with what they read, or something restarts them.
fn is_versioned_elsewhere(workload: &Workload, cx: &Context<'_>) -> bool {
    let both =
        [workload.template(cx.workspace).path("metadata.annotations"), workload.field(cx.workspace, "metadata.annotations")];
    both.into_iter().any(|annotations| {
        let tells = |key: &str| {
            ["checksum", "hash", "reload", "config-version", "configVersion", "sha"].iter().any(|word| key.contains(word))
        };
        annotations.is_open() || annotations.entries().any(|(key, _)| tells(&key))
    })
}

/// The map of settings, where it is in these files and may be changed.
fn find<'w>(workload: &Workload, name: &str, cx: &Context<'w>) -> Option<&'w Object> {
    let workspace = cx.workspace;
    let mut found = workspace
        .topology
        .named(workload, "ConfigMap", name)
        .filter(|map| map.has_known_name() && workspace.topology.may_meet(map, workload));
    let map = found.find(|map| map.unit == workload.unit)?;
    let is_fixed = map.field(workspace, "immutable").flag() != Known::Absent;
    (!is_fixed && !map.is_patched).then_some(map)
}

/// `settings-v12`, `settings-7f9c2hk4d5`: a new content gets a new name.
fn is_versioned(name: &str) -> bool {
    let last = name.rsplit('-').next().unwrap_or_default();
    let number = last.strip_prefix('v').unwrap_or(last);
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_hash = last.len() >= 8 && last.bytes().any(|byte| byte.is_ascii_digit());
    is_number || is_hash
}
