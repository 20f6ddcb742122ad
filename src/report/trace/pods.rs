//! Which containers get a setting, and from where?

use super::super::drift::visible;
use super::{Asked, Layer, is_for_others};
use crate::diagnostic::Place;
use crate::document::Known;
use crate::report::{Location, Root};
use crate::workspace::consumers::as_variable;
use crate::workspace::container::Container;
use crate::workspace::environments::is_variable;
use crate::workspace::field::Field;
use crate::workspace::pod::Variable;

/// A container that gets a setting.
#[derive(Debug)]
pub struct Given {
    /// Where it is given.
    pub location: Location,
    /// The container, and what starts it.
    pub to: String,
    /// What it gets.
    pub what: What,
}

/// What a container gets.
#[derive(Debug)]
pub enum What {
    /// A value, where it may be shown.
    Value(Option<String>),
    /// A key of an object.
    Key {
        /// Its kind.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The key.
        key: String,
        /// Where the key is set for this environment.
        set: Option<Location>,
    },
    /// All keys of an object, this one among them.
    Whole {
        /// Its kind.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// A field of the pod.
    Field(String),
    /// What a template or something else fills in.
    Unknown,
}

/// The containers that get a setting of this name; `layers` are what files set it to.
pub fn given(root: &Root, asked: Asked<'_>, name: &str, layers: &[Layer]) -> Vec<Given> {
    let workspace = &root.workspace;
    let own = crate::document::entries::leaf(name);
    let variable = if is_variable(own) { own.to_owned() } else { as_variable(name) };
    let maps: Vec<&str> = layers.iter().filter(|layer| layer.shown.is_some()).filter_map(|layer| layer.map.as_deref()).collect();
    let mut all = Vec::new();
    for workload in &workspace.topology.workloads {
        if is_for_others(workspace.path(workload.node.source), asked) {
            continue;
        }
        for container in workload.containers(workspace) {
            let to = format!("container \"{}\" of {}", container.name(), workload.title());
            let add = |(place, what): (Place, What)| Given { location: root.location(place), to: to.clone(), what };
            let env = container.env().filter(|one| matches!(&one.name, Known::Is(name) if **name == *variable));
            all.extend(env.map(|one| add((one.field.field("name").place(), of_variable(root, asked, &variable, &one)))));
            all.extend(whole(&container, &maps).map(add));
        }
    }
    all
}

/// The whole objects among these that a container takes its variables from.
fn whole<'c>(container: &Container<'c>, maps: &[&str]) -> impl Iterator<Item = (Place, What)> + use<'c> {
    let taken = container.field("envFrom").items().map(|from| from.field("configMapRef").field("name"));
    let maps: Vec<String> = maps.iter().map(|map| (*map).to_owned()).collect();
    taken.filter_map(move |name| {
        let map = maps.iter().find(|map| name.is_text(map))?;
        Some((name.place(), What::Whole { kind: "ConfigMap", name: map.clone() }))
    })
}

fn of_variable(root: &Root, asked: Asked<'_>, name: &str, variable: &Variable<'_>) -> What {
    let value = variable.value();
    if let Known::Is(text) = value.text() {
        return What::Value(visible(name, &text));
    }
    let from = variable.source();
    for (kind, field) in [("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")] {
        let source = from.field(field);
        if let (Known::Is(name), Known::Is(key)) = (source.field("name").text(), source.field("key").text()) {
            let set = (kind == "ConfigMap").then(|| of_map(root, asked, &name, &key)).flatten();
            return What::Key { kind, name: name.into_owned(), key: key.into_owned(), set };
        }
    }
    let path = |field: Field<'_>| field.field("fieldPath").text().into_option().map(|path| What::Field(path.into_owned()));
    path(from.field("fieldRef")).unwrap_or(What::Unknown)
}

/// Where a `ConfigMap` of this name sets a key, in this environment or for all of them.
fn of_map(root: &Root, asked: Asked<'_>, map: &str, key: &str) -> Option<Location> {
    let environments = &root.workspace.environments;
    let section = format!("ConfigMap {map}");
    let files = environments.files.iter().filter(|file| file.section.as_deref() == Some(&section));
    let mut files = files.filter(|file| !is_for_others(root.workspace.path(file.source), asked));
    files.find_map(|file| Some(root.location(file.place(file.find(key)?.key))))
}
