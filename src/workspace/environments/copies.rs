//! Which files of settings are copies that went their own way?
//!
//! Two files of the same name for the same environment, in folders that have nothing to do with each other, with nearly the
//! same values, of which one lacks settings that the other has. Services, regions and tenants lie side by side: their paths
//! differ in one part, and they are no copies.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::SettingsFile;
use super::names::environment;
use crate::diagnostic::{Place, SourceId};
use crate::document::Document;
use crate::document::entries::Form;

/// A file that lacks what its copy has.
#[derive(Clone, Debug)]
pub struct Stray {
    /// The file.
    pub file: SourceId,
    /// The one that has more.
    pub copy: SourceId,
    /// The names that it lacks, with where the copy has them.
    pub lacks: Vec<(Box<str>, Place)>,
    /// How many settings both have, and how many of them with the same value.
    pub shared: (usize, usize),
}

/// So many files of one name are compared.
const MOST: usize = 24;

/// At least so many settings must both have.
const LEAST_SHARED: usize = 8;

/// At least this share of them must be the same, in percent, and this share of all must be shared.
const SAME_PERCENT: usize = 90;
const SHARED_PERCENT: usize = 60;

/// Finds them.
pub fn strays(files: &[SettingsFile], documents: &[Arc<Document>]) -> Vec<Stray> {
    let mut by_name: BTreeMap<(&str, &str), Vec<&SettingsFile>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.is_production() && file.span.is_none() && !file.is_open) {
        let name = documents[file.source.index()].source.name();
        by_name.entry((name, file.environment.as_deref().unwrap_or_default())).or_default().push(file);
    }
    let mut found = Vec::new();
    for files in by_name.values().filter(|files| (2..=MOST).contains(&files.len())) {
        for (at, one) in files.iter().enumerate() {
            for other in &files[at + 1..] {
                found.extend(compare(one, other, documents));
            }
        }
    }
    found
}

fn compare(one: &SettingsFile, other: &SettingsFile, documents: &[Arc<Document>]) -> Option<Stray> {
    let source = |file: &SettingsFile| &documents[file.source.index()].source;
    if !may_be_copies(source(one).folder(), source(other).folder()) {
        return None;
    }
    let values = |file: &SettingsFile| -> HashMap<Box<str>, String> {
        let own = file.settings.iter().filter(|entry| entry.form != Form::Open);
        own.map(|entry| (entry.name.clone(), entry.text(source(file)).to_owned())).collect()
    };
    let (here, there) = (values(one), values(other));
    let shared = here.keys().filter(|name| there.contains_key(*name)).count();
    let same = here.iter().filter(|(name, value)| there.get(*name) == Some(value)).count();
    // What is written out for this very service: an address, a path, a name with dots in it.
    let is_telling = |value: &str| value.len() >= 12 && value.contains(['.', '/']);
    let telling = here.iter().filter(|(name, value)| is_telling(value) && there.get(*name) == Some(value)).count();
    let all = here.len() + there.len() - shared;
    let is_copy =
        shared >= LEAST_SHARED && same * 100 >= shared * SAME_PERCENT && shared * 100 >= all * SHARED_PERCENT && telling >= 2;
    if !is_copy || all == shared {
        return None;
    }
    // The one with fewer settings was left behind.
    let (file, copy, own) = if here.len() < there.len() { (one, other, &here) } else { (other, one, &there) };
    let lacking = copy.settings.iter().filter(|entry| !own.contains_key(&entry.name));
    let lacks: Vec<(Box<str>, Place)> = lacking.map(|entry| (entry.name.clone(), copy.place(entry.key))).collect();
    (!lacks.is_empty()).then_some(Stray { file: file.source, copy: copy.source, lacks, shared: (shared, same) })
}

/// Words of folders that say nothing of whose settings they hold.
const COMMON: &[&str] = &[
    "deploy",
    "deployment",
    "deployments",
    "config",
    "configs",
    "configuration",
    "env",
    "envs",
    "environment",
    "environments",
    "k8s",
    "kubernetes",
    "helm",
    "chart",
    "charts",
    "infra",
    "infrastructure",
    "apps",
    "services",
    "overlays",
    "manifests",
    "values",
    "src",
    "tools",
    "scripts",
    "ops",
    "ci",
    "release",
    "releases",
    "old",
    "legacy",
    "archive",
    "backup",
    "copy",
    "tmp",
];

/// Whether two folders may hold settings of the same service: neither lies in the other, they differ in more than one part, and
/// none of them names something that the other does not.
fn may_be_copies(one: &str, other: &str) -> bool {
    let parts = |folder: &str| folder.split('/').filter(|part| !part.is_empty()).map(str::to_ascii_lowercase).collect::<Vec<_>>();
    let (here, there) = (parts(one), parts(other));
    let differing = here.iter().zip(&there).filter(|(here, there)| here != there).count();
    let is_nested = differing == 0 && here.len() != there.len();
    let own = |parts: &[String]| -> BTreeSet<String> {
        parts.iter().filter(|part| !COMMON.contains(&part.as_str()) && environment(part).is_none()).cloned().collect()
    };
    let lie_side_by_side = here.len() == there.len() && differing <= 1;
    !is_nested && !lie_side_by_side && own(&here) == own(&there)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_may_hold_copies() {
        let table = [
            ("deploy", "tools/release/old", true),
            ("charts/shop/production", "deploy/old/shop", true),
            ("services/orders", "services/mails", false),
            ("deploy/orders", "infra/envs/mails", false),
            ("", "deploy", false),
            ("deploy", "infra", false),
        ];
        for (one, other, wanted) in table {
            assert_eq!(may_be_copies(one, other), wanted, "{one} and {other}");
        }
    }
}
