//! Is what was tested what will run?
//!
//! Pipelines and compose files say which server of data the tests ran on, Terraform and manifests which one production has;
//! pipelines and lists for version managers say which language, Dockerfiles which one is shipped. A tree that names two
//! versions for production has two services, and nobody knows which of them is tested: then nothing is said, and as little
//! where one version is put together from what the tree does not say.

use std::collections::BTreeMap;

use super::Workspace;
use super::environments::Tier;
use super::ids;
use crate::diagnostic::Place;
use crate::document::Known;
use crate::document::used::{Teller, Tool, Version, server, teller};

/// A version that production does not have.
#[derive(Clone, Debug)]
pub struct Drift {
    /// Of what.
    pub tool: Tool,
    /// What is tested with.
    pub tested: Version,
    /// Where it is named.
    pub place: Place,
    /// Nothing but laptops has it: no pipeline tests at all.
    pub is_local: bool,
    /// What is shipped, or what production has.
    pub shipped: Version,
    /// Where that is named.
    pub there: Place,
}

/// Who names a version.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Side {
    Shipped,
    Tested,
    Local,
}

type Named = (Option<Version>, Place);

/// Finds them, one for each language and each kind of server.
pub(super) fn drifts(workspace: &Workspace) -> Vec<Drift> {
    let mut named: BTreeMap<(Tool, Side), Vec<Named>> = BTreeMap::new();
    for (source, document) in ids(&workspace.documents).zip(&workspace.documents) {
        let Some(consumer) = document.consumer().filter(|consumer| !consumer.uses.is_empty()) else { continue };
        let path = document.source.path();
        let Some(teller) = teller(path) else { continue };
        let tests = || has_tests(document.source.text());
        for used in &consumer.uses {
            if let Some(side) = side(teller, used.tool, path, &tests) {
                let place = Place { source, span: used.place };
                named.entry((used.tool, side)).or_default().push((used.version.clone(), place));
            }
        }
    }
    // What no test names nobody asks of manifests.
    if named.keys().any(|(tool, side)| tool.is_engine() && *side != Side::Shipped) {
        for (tool, of_manifest) in servers(workspace) {
            named.entry((tool, Side::Shipped)).or_default().push(of_manifest);
        }
    }
    let shipped = named.iter().filter(|((_, side), _)| *side == Side::Shipped);
    shipped.filter_map(|((tool, _), shipped)| drift(*tool, shipped, &named)).collect()
}

/// Whether a pipeline runs tests: `ubuntu-latest` is none.
fn has_tests(text: &str) -> bool {
    text.match_indices("test").any(|(at, _)| {
        let before = text[..at].trim_end_matches("py");
        !before.ends_with(|before: char| before.is_ascii_alphanumeric())
    })
}

fn side(teller: Teller, tool: Tool, path: &str, tests: &impl Fn() -> bool) -> Option<Side> {
    let tier = Tier::of_path(path);
    match teller {
        _ if tier == Some(Tier::Example) => None,
        Teller::Dockerfile => (!tool.is_engine()).then_some(Side::Shipped),
        Teller::Terraform => (tier != Some(Tier::NonProduction)).then_some(Side::Shipped),
        Teller::Pipeline => tests().then_some(Side::Tested),
        Teller::Manager => Some(Side::Local),
        Teller::Compose if tier == Some(Tier::Production) || path.contains("prod") => Some(Side::Shipped),
        Teller::Compose => tool.is_engine().then_some(Side::Local),
    }
}

/// The servers of data that manifests start, but for those that no customer depends on.
fn servers(workspace: &Workspace) -> Vec<(Tool, Named)> {
    let mut all = Vec::new();
    // What a job starts is there to ask a server, not to be one.
    for workload in workspace.topology.workloads.iter().filter(|workload| !workload.is_job()) {
        for container in workload.containers(workspace) {
            let (Some(image), Known::Is(node)) = (container.image(), container.node.field("image")) else { continue };
            let tier = workspace.tier(node.place().source);
            let is_theirs = matches!(tier, None | Some(Tier::Production)) && !workspace.topology.is_replaced(&image);
            all.extend(server(&image).filter(|_| is_theirs).map(|(tool, version)| (tool, (version, node.place()))));
        }
    }
    all
}

fn drift(tool: Tool, shipped: &[Named], named: &BTreeMap<(Tool, Side), Vec<Named>>) -> Option<Drift> {
    let (version, there) = shipped.first()?;
    let version = version.as_ref()?;
    if shipped.iter().any(|(other, _)| other.as_ref() != Some(version)) {
        return None;
    }
    let of = |side| named.get(&(tool, side)).map(Vec::as_slice).unwrap_or_default();
    // Where a pipeline tests, it does not matter what laptops have.
    let is_local = of(Side::Tested).is_empty();
    let others = of(if is_local { Side::Local } else { Side::Tested });
    if others.iter().any(|(other, _)| other.is_none() || other.as_ref() == Some(version)) {
        return None;
    }
    let (tested, place) = others.first()?;
    Some(Drift { tool, tested: tested.clone()?, place: *place, is_local, shipped: version.clone(), there: *there })
}
