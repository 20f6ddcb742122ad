//! Which pods does something select, and which did it mean where it selects none?

use std::collections::HashMap;

use super::index::ByHash;
use super::labels::{Answer, Selector, is_template};
use super::object::Object;
use super::unit::Units;
use super::{Topology, Workload};
use crate::near::{is_plural, is_slip};

/// What a selector selects.
#[derive(Debug)]
pub enum Selection<'t> {
    /// The pods of these.
    Selects(Vec<&'t Workload>),
    /// No pod, but it was probably meant to select those of this workload, which lack the label.
    Misses(&'t Workload, &'t (String, String)),
    /// No pod in the files, but perhaps in the cluster.
    Unknown,
}

/// The workloads by the labels of their pods.
#[derive(Debug, Default)]
pub(super) struct Pods {
    /// By family, key and value.
    by_label: ByHash<usize>,
    /// By unit and key.
    by_key: ByHash<usize>,
    /// By family: those to whose labels a template may add.
    open: HashMap<String, Vec<usize>>,
}

/// So many workloads are compared for each label.
const MAX_COMPARED: usize = 256;

/// Labels that Kubernetes or an operator puts on pods.
fn is_put_later((key, value): &(String, String)) -> bool {
    const DOMAINS: &[&str] = &[
        "statefulset.kubernetes.io/",
        "apps.kubernetes.io/",
        "batch.kubernetes.io/",
        "controller-revision-hash",
        "pod-template-hash",
        "job-name",
    ];
    const ROLES: &[&str] = &["master", "primary", "leader", "replica", "secondary", "slave", "active", "true"];
    DOMAINS.iter().any(|domain| key.starts_with(domain))
        || key.contains("role")
        || ROLES.contains(&value.as_str())
        || is_template(key)
        || is_template(value)
}

impl Pods {
    pub(super) fn of(workloads: &[Workload], units: &Units) -> Self {
        let labels =
            || workloads.iter().enumerate().flat_map(|(at, own)| own.labels.pairs.iter().map(move |pair| (at, own, pair)));
        let by_label = labels().map(|(at, own, (key, value))| ((units.family(own.unit), &**key, &**value), at));
        let by_key = labels().map(|(at, own, (key, _))| ((own.unit, &**key), at));
        let mut open: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, workload) in workloads.iter().enumerate().filter(|(_, workload)| workload.labels.is_templated()) {
            open.entry(units.family(workload.unit).to_owned()).or_default().push(at);
        }
        Self { by_label: ByHash::of(by_label), by_key: ByHash::of(by_key), open }
    }

    fn with(&self, family: &str, (key, value): &(String, String)) -> &[(u64, usize)] {
        self.by_label.get((family, &**key, &**value))
    }

    /// The workloads with the rarest label that a selector asks for.
    pub(super) fn candidates(&self, family: &str, selector: &Selector) -> &[(u64, usize)] {
        selector.pairs.iter().map(|pair| self.with(family, pair)).min_by_key(|found| found.len()).unwrap_or_default()
    }
}

impl Topology {
    /// Which pods a selector of an object selects.
    pub fn selection<'t>(&'t self, from: &Object, selector: &'t Selector) -> Selection<'t> {
        if selector.pairs.is_empty() || selector.is_open {
            return Selection::Unknown;
        }
        let family = self.units.family(from.unit);
        let found = self.pods.candidates(family, selector).iter().map(|(_, at)| &self.workloads[*at]);
        let found: Vec<&Workload> =
            found.filter(|to| self.may_meet(from, to) && selector.selects(&to.labels) == Answer::Yes).collect();
        if !found.is_empty() {
            return Selection::Selects(found);
        }
        let open = self.pods.open.get(family).into_iter().flatten().map(|at| &self.workloads[*at]);
        let mut possible = open.take(MAX_COMPARED).filter(|to| self.may_meet(from, to));
        let is_made = selector.pairs.iter().any(|(_, value)| self.producers.knows(value));
        if is_made || possible.any(|to| selector.selects(&to.labels) == Answer::Unknown) {
            return Selection::Unknown;
        }
        self.missed(from, selector, family)
    }

    fn missed<'t>(&'t self, from: &Object, selector: &'t Selector, family: &str) -> Selection<'t> {
        let is_near = |to: &&Workload| to.unit == from.unit && self.may_meet(from, to);
        let is_free = |to: &&Workload| self.services_of(to).next().is_none();
        let near = selector.pairs.iter().flat_map(|pair| self.pods.with(family, pair).iter().take(MAX_COMPARED));
        let slips =
            selector.pairs.iter().flat_map(|(key, _)| self.pods.by_key.get((from.unit, &**key)).iter().take(MAX_COMPARED));
        for (_, at) in near.chain(slips) {
            let workload = &self.workloads[*at];
            let mut missing = selector.missing(&workload.labels);
            let (Some(label), None) = (missing.next(), missing.next()) else { continue };
            let value = workload.labels.get(&label.0);
            // Another value is another thing, unless it is a slip.
            let is_meant = match value {
                Some(value) => is_slip(value, &label.1) && (!is_plural(value, &label.1) || is_free(&workload)),
                None => selector.pairs.len() > 1 && !is_put_later(label) && is_free(&workload),
            };
            if is_meant && is_near(&workload) {
                return Selection::Misses(workload, label);
            }
        }
        Selection::Unknown
    }
}
