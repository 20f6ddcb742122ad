//! Which containers get a setting, and from where?

use std::collections::HashMap;
use std::rc::Rc;

use super::super::drift::visible;
use super::{Asked, Layer, is_for_others};
use crate::diagnostic::Place;
use crate::document::Known;
use crate::document::entries::leaf;
use crate::report::{Location, Root};
use crate::workspace::consumers::as_variable;
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

/// What the containers of an environment are given, by names.
pub struct Containers<'w> {
    /// By variable: the containers that set it.
    env: HashMap<String, Vec<(Rc<str>, Variable<'w>)>>,
    /// By `ConfigMap`: the containers that take all of it, and where.
    whole: HashMap<String, Vec<(Rc<str>, Place)>>,
}

impl<'w> Containers<'w> {
    /// Those that are not for another environment.
    pub fn of(root: &'w Root, asked: Asked<'_>) -> Self {
        let workspace = &root.workspace;
        let mut all = Self { env: HashMap::new(), whole: HashMap::new() };
        let own = workspace.topology.workloads.iter();
        for workload in own.filter(|workload| !is_for_others(workspace.path(workload.node.source), asked)) {
            for container in workload.containers(workspace) {
                let to: Rc<str> = format!("container \"{}\" of {}", container.name(), workload.title()).into();
                for variable in container.env() {
                    let Known::Is(name) = &variable.name else { continue };
                    all.env.entry(name.to_string()).or_default().push((Rc::clone(&to), variable.clone()));
                }
                for from in container.field("envFrom").items() {
                    let map = from.field("configMapRef").field("name");
                    let Known::Is(name) = map.text() else { continue };
                    all.whole.entry(name.into_owned()).or_default().push((Rc::clone(&to), map.place()));
                }
            }
        }
        all
    }

    /// The containers that get a setting of this name; `layers` are what files set it to.
    pub fn given(&self, root: &Root, asked: Asked<'_>, name: &str, layers: &[Layer]) -> Vec<Given> {
        let own = leaf(name);
        let variable = if is_variable(own) { own.to_owned() } else { as_variable(name) };
        let env = self.env.get(&variable).into_iter().flatten();
        let mut all: Vec<Given> = env
            .map(|(to, own)| Given {
                location: root.location(own.field.field("name").place()),
                to: to.to_string(),
                what: of_variable(root, asked, &variable, own),
            })
            .collect();
        for map in layers.iter().filter(|layer| layer.shown.is_some()).filter_map(|layer| layer.map.as_deref()) {
            let what = || What::Whole { kind: "ConfigMap", name: map.to_owned() };
            let whole = self.whole.get(map).into_iter().flatten();
            all.extend(whole.map(|(to, place)| Given { location: root.location(*place), to: to.to_string(), what: what() }));
        }
        all
    }
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
