//! Which kustomizations is a file a part of, and which of them are applied together?

use std::collections::{BTreeSet, HashMap};

use super::patch::Patch;
use super::target::Candidate;
use crate::workspace::environments::Tier;

/// What a kustomization changes. Flux counts as one where it builds a folder.
#[derive(Debug, Default)]
pub struct Kustomization {
    /// Its folder; of Flux, its file.
    pub home: String,
    /// The folders and files that it is made of.
    pub parts: Vec<String>,
    /// Those of its parts that change the others.
    pub components: Vec<String>,
    /// It makes names longer or adds labels.
    pub renames: bool,
    /// Its patches.
    pub patches: Vec<Patch>,
}

/// The patches of a kustomization by what they are about.
#[derive(Debug, Default)]
struct Index {
    /// By kind and name.
    exact: HashMap<(String, String), Vec<usize>>,
    /// Those that may be about several objects.
    broad: Vec<usize>,
}

/// A patch by its kustomization and its place there.
pub type PatchId = (usize, usize);

/// Something that is applied as a whole, and the kustomizations that have a part in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Whole {
    /// What it is for, as its path tells.
    pub tier: Option<Tier>,
    /// The kustomizations that see a file on its way there.
    pub around: BTreeSet<usize>,
}

/// All kustomizations, and what each part is a part of.
#[derive(Debug, Default)]
pub struct Reach {
    all: Vec<Kustomization>,
    indexes: Vec<Index>,
    by_home: HashMap<String, usize>,
    above: HashMap<String, Vec<usize>>,
}

/// So many kustomizations around a file are told apart.
const MOST: usize = 256;
/// With more patches that may be about anything, each is taken to be about everything.
const MOST_BROAD: usize = 256;

impl Index {
    fn of(patches: &[Patch]) -> Self {
        let mut index = Self::default();
        for (at, patch) in patches.iter().enumerate() {
            match patch.target.exact() {
                Some((kind, name)) => index.exact.entry((kind.to_owned(), name.to_owned())).or_default().push(at),
                None => index.broad.push(at),
            }
        }
        index
    }
}

impl Reach {
    /// Of these kustomizations.
    pub fn of(all: Vec<Kustomization>) -> Self {
        let mut reach = Self::default();
        for (at, kustomization) in all.iter().enumerate() {
            reach.by_home.insert(kustomization.home.clone(), at);
            for part in kustomization.parts.iter().filter(|part| **part != kustomization.home) {
                reach.above.entry(part.clone()).or_default().push(at);
            }
        }
        reach.indexes = all.iter().map(|kustomization| Index::of(&kustomization.patches)).collect();
        Self { all, ..reach }
    }

    /// Whether anything is patched.
    pub fn has_patches(&self) -> bool {
        self.all.iter().any(|kustomization| !kustomization.patches.is_empty())
    }

    /// A patch.
    pub fn patch(&self, (kustomization, at): PatchId) -> &Patch {
        &self.all[kustomization].patches[at]
    }

    /// Whether any kustomization is made of a file or a folder.
    pub fn has_part(&self, part: &str) -> bool {
        self.above.contains_key(part)
    }

    /// The kustomizations that have a file among their parts.
    fn directly_above(&self, path: &str) -> Vec<usize> {
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]).chain([""]);
        // Flux applies all of a folder that is no kustomization.
        let folders = folders.filter(|folder| !self.by_home.contains_key(*folder));
        let parts = folders.chain([path]).filter_map(|part| self.above.get(part));
        parts.flatten().copied().collect()
    }

    /// Everything that is applied as a whole and has a file in it.
    pub fn wholes_of(&self, path: &str) -> Vec<Whole> {
        let mut around: BTreeSet<usize> = BTreeSet::new();
        let mut next = self.directly_above(path);
        while let Some(one) = next.pop().filter(|_| around.len() < MOST) {
            if around.insert(one) {
                next.extend(self.above_of(one));
            }
        }
        let tops: Vec<usize> = around.iter().copied().filter(|one| self.above_of(*one).is_empty()).collect();
        // Around a circle, or with too many, all that may have a part in it has one.
        if tops.is_empty() || around.len() >= MOST {
            let tier = None;
            return if around.is_empty() { Vec::new() } else { vec![Whole { tier, around: self.with_components(around) }] };
        }
        let mut wholes: Vec<Whole> = Vec::new();
        for top in tops {
            let tier = Tier::of_path(&format!("{}/_", self.all[top].home));
            let whole = Whole { tier, around: self.with_components(self.below(top, &around)) };
            if !wholes.contains(&whole) {
                wholes.push(whole);
            }
        }
        wholes
    }

    fn above_of(&self, one: usize) -> &[usize] {
        self.above.get(&self.all[one].home).map(Vec::as_slice).unwrap_or_default()
    }

    /// Those of some kustomizations that another is made of.
    fn below(&self, top: usize, among: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut next = vec![top];
        while let Some(one) = next.pop() {
            if found.insert(one) {
                let parts = self.all[one].parts.iter().filter_map(|part| self.by_home.get(part));
                next.extend(parts.filter(|part| among.contains(part)));
            }
        }
        found
    }

    /// A component changes what the others bring that are named beside it.
    fn with_components(&self, mut around: BTreeSet<usize>) -> BTreeSet<usize> {
        let mut next: Vec<usize> = around.iter().copied().collect();
        while let Some(one) = next.pop().filter(|_| around.len() < 2 * MOST) {
            let components = self.all[one].components.iter().filter_map(|part| self.by_home.get(part));
            next.extend(components.filter(|component| around.insert(**component)));
        }
        around
    }

    /// The patches of a whole that may be about an object.
    pub fn patches_of(&self, whole: &Whole, object: Candidate<'_>) -> Vec<PatchId> {
        let mut found = BTreeSet::new();
        let name = (object.kind.to_owned(), object.name.to_owned());
        // A new name that one gives is what the patch of another asks for.
        let object = Candidate { is_renamed: whole.around.iter().any(|at| self.all[*at].renames), ..object };
        for at in &whole.around {
            let (kustomization, index) = (&self.all[*at], &self.indexes[*at]);
            let exact = index.exact.get(&name).into_iter().flatten().copied();
            let is_too_many = index.broad.len() > MOST_BROAD;
            let fits = |patch: &usize| is_too_many || kustomization.patches[*patch].target.may_be(object);
            let broad = index.broad.iter().copied().take(MOST_BROAD);
            let renamed = (0..kustomization.patches.len()).take(if object.is_renamed { MOST_BROAD } else { 0 });
            found.extend(exact.chain(broad).chain(renamed).filter(fits).map(|patch| (*at, patch)));
        }
        found.into_iter().collect()
    }
}
