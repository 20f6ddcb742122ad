//! What will kustomizations and builds change before anything is applied?
//!
//! Overlays are not built yet. Until then it must be known which objects they touch, and which fields of them, so that
//! nothing is claimed about a base that an overlay repairs.

pub mod edited;
pub mod patch;
pub mod reach;
pub mod rewritten;
pub mod target;
pub mod tilt;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::discover::Found;
use super::ids;
use super::topology::owned;
use crate::document::consumer::pipeline::may_be_pipeline;
use crate::document::kind::is_kustomization;
use crate::document::words::Word;
use crate::document::yaml::{Node, NodeId, Yaml};
use crate::document::{Document, Known};
use crate::source::Source;
use crate::tree::Tree;
use patch::Patch;
use reach::{Kustomization, Reach};
use target::Target;

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
    /// Names that kustomizations put values in the place of: `vars`.
    pub vars: HashSet<String>,
    /// What is a part of what, and what is patched there.
    pub reach: Reach,
    /// Folders of which kustomizations name single files.
    chosen_from: HashSet<String>,
    /// Numbers of pods that kustomizations give, with their folder, by the name of the workload.
    scaled: HashMap<String, Vec<(String, NodeId)>>,
}

/// So many folders are followed to see what a kustomization is made of.
const MOST_PARTS: usize = 1000;

/// The images whose tags no manifest has: a build on the spot makes them, or a pipeline writes their tags.
pub fn tagged_elsewhere(tree: &dyn Tree, found: &Found, documents: &[Arc<Document>]) -> Vec<String> {
    let mut images = tilt::images(tree, &found.tilt);
    let pipelines = found.programs.iter().map(|program| program.path.as_str()).filter(|path| may_be_pipeline(path));
    let pipelines: Vec<&str> = pipelines.collect();
    if documents.iter().any(|document| is_kustomization(document.source.name())) {
        images.extend(edited::images(tree, &pipelines));
    }
    images.extend(rewritten::images(tree, &pipelines, documents));
    images
}

impl Builds {
    /// Reads all kustomizations and build files. The tags of images that are `tagged` elsewhere are in no manifest.
    pub fn of(documents: &[Arc<Document>], tagged: &[String]) -> Self {
        let mut builds = Self { images: tagged.iter().cloned().collect(), ..Self::default() };
        let mut all = Vec::new();
        for (id, document) in ids(documents).zip(documents).filter(|(_, document)| may_build(document)) {
            for root in document.yaml().into_iter().flat_map(|yaml| yaml.roots(&document.source, id)) {
                if is_kustomization(document.source.name()) {
                    builds.kustomizations.insert(document.source.folder().to_owned());
                    all.push(builds.read_kustomization(root, document.source.folder(), documents));
                }
                all.extend(builds.read_flux(root, document.source.path()));
                builds.images.extend(texts(root.field("build").field("artifacts"), "image"));
            }
        }
        let files = all.iter().flat_map(|kustomization| &kustomization.parts);
        builds.chosen_from =
            files.filter_map(|part| documents_at(documents, part)).map(|at| at.source.folder().to_owned()).collect();
        builds.reach = Reach::of(all);
        builds
    }

    /// What Flux builds, changes, and applies to a namespace of its choice.
    fn read_flux(&mut self, root: Node<'_>, file: &str) -> Option<Kustomization> {
        let spec = root.field("spec");
        let path = owned(spec.field("path").text()).filter(|_| is_flux(root))?;
        let path = join("", &path);
        if !spec.field("targetNamespace").is_absent() {
            self.namespaces.insert(path.clone(), owned(spec.field("targetNamespace").text()));
        }
        let patches = spec.field("patches").items().flat_map(|patch| {
            let target = patch.field("target").into_option().map(Target::of);
            read_text(patch.field("patch"), target.as_ref())
        });
        let patches = patches.collect();
        // A line break keeps it apart from all that is a path.
        let home = format!("{file}\n{}", root.span().start);
        Some(Kustomization { home, parts: vec![path], patches, ..Kustomization::default() })
    }

    fn read_kustomization(&mut self, root: Node<'_>, folder: &str, documents: &[Arc<Document>]) -> Kustomization {
        let listed = |list: &str| {
            let parts = root.field(list).items().filter_map(|part| owned(part.text()));
            parts.map(|part| join(folder, &part)).collect::<Vec<String>>()
        };
        let parts: Vec<String> = ["resources", "bases", "components", "crds"].into_iter().flat_map(listed).collect();
        self.parts.entry(folder.to_owned()).or_default().extend(parts.iter().cloned());
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
        self.vars.extend(texts(root.field("vars"), "name"));
        for scaled in root.field("replicas").items() {
            if let (Some(name), Known::Is(count)) = (owned(scaled.field("name").text()), scaled.field("count")) {
                self.scaled.entry(name).or_default().push((folder.to_owned(), count.id()));
            }
        }
        let renames = ["namePrefix", "nameSuffix", "commonLabels", "labels"].iter().any(|field| !root.field(field).is_absent());
        let (mut patches, files) = patches(root, folder, documents);
        patches.extend(replacements(root));
        self.patch_files.extend(files);
        Kustomization { home: folder.to_owned(), parts, components: listed("components"), renames, patches }
    }

    /// Whether a file lies beside others that kustomizations name, and none names it: nobody applies it with them.
    pub fn is_left_out(&self, folder: &str, path: &str) -> bool {
        self.chosen_from.contains(folder) && !self.reach.has_part(path)
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
}

/// The patches of a kustomization, and the files that hold some of them.
fn patches(root: Node<'_>, folder: &str, documents: &[Arc<Document>]) -> (Vec<Patch>, Vec<String>) {
    let (mut patches, mut files) = (Vec::new(), Vec::new());
    let mut read_file = |path: String, target: Option<&Target>| {
        let document = documents_at(documents, &path);
        let found = document.and_then(|document| Some(Patch::read(document.yaml()?, &document.source, target)));
        files.push(path);
        // What no file holds may do anything to what it is for.
        found.unwrap_or_else(|| target.cloned().map(Patch::unknown).into_iter().collect())
    };
    for patch in ["patches", "patchesJson6902"].into_iter().flat_map(|list| root.field(list).items()) {
        let target = patch.field("target").into_option().map(Target::of);
        let path = owned(patch.field("path").text()).or_else(|| owned(patch.text())).filter(|path| !path.contains('\n'));
        match path {
            Some(path) => patches.extend(read_file(join(folder, &path), target.as_ref())),
            None => patches.extend(read_text(patch.field("patch"), target.as_ref())),
        }
    }
    for patch in root.field("patchesStrategicMerge").items() {
        match owned(patch.text()) {
            Some(path) if !path.contains('\n') => patches.extend(read_file(join(folder, &path), None)),
            _ => patches.extend(read_text(Known::Is(patch), None)),
        }
    }
    (patches, files)
}

/// A patch that stands in the kustomization itself.
fn read_text(patch: Known<Node<'_>>, target: Option<&Target>) -> Vec<Patch> {
    match owned(patch.text()) {
        Some(text) => {
            let source = Source::decode("", text.into_bytes());
            Patch::read(&Yaml::read(&source), &source, target)
        }
        None => target.cloned().map(Patch::unknown).into_iter().collect(),
    }
}

/// Fields that a kustomization copies into others.
fn replacements(root: Node<'_>) -> Vec<Patch> {
    let targets = root.field("replacements").items().flat_map(|one| one.field("targets").items());
    let patch = |target: Node<'_>| {
        let select = target.field("select").into_option().map(Target::of).unwrap_or_default();
        let paths = target.field("fieldPaths").items().map(|path| owned(path.text()));
        Patch::of_paths(select, paths)
    };
    targets.map(patch).collect()
}

/// The document at a path; documents are in the order of their paths.
fn documents_at<'d>(documents: &'d [Arc<Document>], path: &str) -> Option<&'d Document> {
    let at = documents.binary_search_by(|document| document.source.path().cmp(path)).ok()?;
    documents.get(at).map(Arc::as_ref)
}

/// Whether a file may be a kustomization, one of Flux, or a list of what is built.
fn may_build(document: &Document) -> bool {
    document.yaml().is_some()
        && (is_kustomization(document.source.name()) || document.mentions(Word::Artifacts) || document.mentions(Word::Flux))
}

fn is_flux(root: Node<'_>) -> bool {
    owned(root.field("apiVersion").text()).is_some_and(|api| api.starts_with("kustomize.toolkit.fluxcd.io/"))
}

/// A text field of every item of a list.
fn texts(list: Known<Node<'_>>, field: &str) -> Vec<String> {
    list.items().filter_map(|item| owned(item.field(field).text())).collect()
}

/// A path relative to a folder, with `.` and `..` resolved.
pub(super) fn join(folder: &str, path: &str) -> String {
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
