//! What will kustomizations and builds change before anything is applied?
//!
//! Overlays are not built yet. Until then it must be known which objects they touch, so that nothing is claimed about a
//! base that an overlay repairs.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::ids;
use super::topology::owned;
use crate::diagnostic::SourceId;
use crate::document::kind::is_kustomization;
use crate::document::yaml::{Node, NodeId, Yaml};
use crate::document::{Document, Known};
use crate::source::Source;

/// What kustomizations and builds change.
#[derive(Debug, Default)]
pub struct Builds {
    /// The folders of kustomizations.
    pub kustomizations: HashSet<String>,
    /// What each kustomization is made of: folders and files, by the folder of the kustomization.
    pub parts: BTreeMap<String, Vec<String>>,
    /// The namespaces that kustomizations put their objects into, by folder; none where a template names it.
    pub namespaces: HashMap<String, Option<String>>,
    /// Names of what kustomizations generate.
    pub generated: Vec<(&'static str, String)>,
    /// Files that are patches: fragments that nobody applies alone.
    pub patch_files: HashSet<String>,
    /// Images that get another tag.
    pub images: HashSet<String>,
    /// Kinds and names of patched objects; no name stands for all of the kind, no kind for everything.
    patched: HashSet<(Option<String>, Option<String>)>,
    /// Numbers of pods that kustomizations give, with their folder, by the name of the workload.
    scaled: HashMap<String, Vec<(String, NodeId)>>,
}

/// So many folders are followed to see what a kustomization is made of.
const MOST_PARTS: usize = 1000;

impl Builds {
    /// Reads all kustomizations and build files.
    pub fn of(documents: &[Arc<Document>]) -> Self {
        let mut builds = Self::default();
        for (id, document) in ids(documents).zip(documents) {
            let Some(yaml) = document.yaml() else { continue };
            for root in yaml.roots(&document.source, id) {
                if is_kustomization(document.source.name()) {
                    builds.kustomizations.insert(document.source.folder().to_owned());
                    builds.read_kustomization(root, document.source.folder());
                }
                builds.read_flux(root);
                builds.images.extend(texts(root.field("build").field("artifacts"), "image"));
            }
        }
        let files = ids(documents).zip(documents).filter(|(_, file)| builds.patch_files.contains(file.source.path()));
        let patched: Vec<_> =
            files.flat_map(|(id, file)| file.yaml().into_iter().flat_map(move |yaml| objects(yaml, &file.source, id))).collect();
        builds.patched.extend(patched);
        builds
    }

    /// What Flux applies to a namespace of its choice.
    fn read_flux(&mut self, root: Node<'_>) {
        let spec = root.field("spec");
        let is_flux = owned(root.field("apiVersion").text()).is_some_and(|api| api.starts_with("kustomize.toolkit.fluxcd.io/"));
        if is_flux
            && !spec.field("targetNamespace").is_absent()
            && let Some(path) = owned(spec.field("path").text())
        {
            self.namespaces.insert(join("", &path), owned(spec.field("targetNamespace").text()));
        }
    }

    fn read_kustomization(&mut self, root: Node<'_>, folder: &str) {
        let parts = ["resources", "bases", "components", "crds"].into_iter().flat_map(|list| root.field(list).items());
        let parts = parts.filter_map(|part| owned(part.text())).map(|part| join(folder, &part));
        self.parts.entry(folder.to_owned()).or_default().extend(parts);
        if !root.field("namespace").is_absent() {
            self.namespaces.insert(folder.to_owned(), owned(root.field("namespace").text()));
        }
        for (list, resource) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
            self.generated.extend(texts(root.field(list), "name").into_iter().map(|name| (resource, name)));
        }
        // A new name alone leaves the tag as it is.
        let is_tagged = |image: &Node<'_>| ["newTag", "digest"].iter().any(|field| !image.field(field).is_absent());
        let images = root.field("images").items().filter(is_tagged);
        self.images.extend(images.filter_map(|image| owned(image.field("name").text())));
        for scaled in root.field("replicas").items() {
            if let (Some(name), Known::Is(count)) = (owned(scaled.field("name").text()), scaled.field("count")) {
                self.scaled.entry(name).or_default().push((folder.to_owned(), count.id()));
            }
        }
        for patch in ["patches", "patchesJson6902"].into_iter().flat_map(|list| root.field(list).items()) {
            let (target, path) = (patch.field("target"), owned(patch.field("path").text()));
            if target.is_absent() {
                self.read_inline(patch.field("patch"));
            } else {
                self.patched.insert((
                    owned(target.field("kind").text()),
                    owned(target.field("name").text()).filter(|name| is_plain(name)),
                ));
            }
            self.patch_files.extend(path.map(|path| join(folder, &path)));
        }
        for patch in root.field("patchesStrategicMerge").items() {
            match owned(patch.text()) {
                Some(path) if !path.contains('\n') => drop(self.patch_files.insert(join(folder, &path))),
                _ => self.read_inline(Known::Is(patch)),
            }
        }
    }

    /// A patch that stands in the kustomization itself.
    fn read_inline(&mut self, patch: Known<Node<'_>>) {
        let Some(text) = owned(patch.text()) else { return };
        let source = Source::decode("", text.into_bytes());
        let yaml = Yaml::read(&source);
        self.patched.extend(objects(&yaml, &source, SourceId(0)));
    }

    /// The numbers of pods that kustomizations give to a workload of this name in this file.
    pub fn scaled<'b>(&'b self, name: &str, path: &'b str) -> impl Iterator<Item = NodeId> + use<'b> {
        let scaled = self.scaled.get(name).into_iter().flatten();
        scaled.filter(move |(folder, _)| self.is_made_of(folder, path)).map(|(_, count)| *count)
    }

    /// Whether the kustomization of a folder builds a file, by itself or through others.
    fn is_made_of(&self, folder: &str, path: &str) -> bool {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut next = vec![folder];
        while let Some(folder) = next.pop() {
            if folder == path {
                return true;
            }
            if seen.len() < MOST_PARTS && seen.insert(folder) {
                next.extend(self.parts.get(folder).into_iter().flatten().map(String::as_str));
            }
        }
        false
    }

    /// Whether any kustomization patches such an object.
    pub fn patches(&self, kind: &str, name: &str) -> bool {
        let some = |text: &str| Some(text.to_owned());
        let ways = [(some(kind), some(name)), (some(kind), None), (None, some(name)), (None, None)];
        ways.iter().any(|way| self.patched.contains(way))
    }
}

/// Kinds and names of the objects of a patch.
fn objects(yaml: &Yaml, source: &Source, id: SourceId) -> Vec<(Option<String>, Option<String>)> {
    let roots = yaml.roots(source, id).filter(|root| !root.field("kind").is_absent());
    roots.map(|root| (owned(root.field("kind").text()), owned(root.field("metadata").field("name").text()))).collect()
}

/// A target's name is a pattern; one with signs may match anything.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A text field of every item of a list.
fn texts(list: Known<Node<'_>>, field: &str) -> Vec<String> {
    list.items().filter_map(|item| owned(item.field(field).text())).collect()
}

/// A path relative to a folder, with `.` and `..` resolved.
fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
