//! How many pods are there, and how many must stay? Autoscalers, kustomizations that scale, and budgets for disruptions,
//! joined with the workloads they are about.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};

use super::Workspace;
use super::field::{Amount, Field};
use super::topology::Workload;
use super::topology::labels::{Answer, Selector};
use super::topology::object::{Object, ObjectId, resource};
use crate::diagnostic::Place;
use crate::document::Known;

/// Who decides how many pods there are, and who says how many may go.
#[derive(Debug, Default)]
pub struct Availability {
    scalers: Vec<Scaler>,
    budgets: Vec<Budget>,
    scalers_of: HashMap<ObjectId, Vec<usize>>,
    budgets_of: HashMap<ObjectId, Vec<usize>>,
    by_object: HashMap<ObjectId, usize>,
    /// Families of units where a template decides what an autoscaler scales.
    open_scalers: HashSet<String>,
    /// Families of units where a template decides what a budget is about.
    open_budgets: HashSet<String>,
    /// Families of units where namespaces have defaults for resources.
    limited: HashSet<String>,
}

/// An autoscaler of pods, of Kubernetes or of KEDA.
#[derive(Debug)]
pub struct Scaler {
    /// The autoscaler.
    pub object: ObjectId,
    /// What it asks for: the resource and the name.
    pub wants: Option<(String, String)>,
    /// What it scales, where that is in these files.
    pub target: Option<ObjectId>,
    /// It may scale something that only a template knows.
    pub is_open: bool,
}

/// A budget for disruptions.
#[derive(Debug)]
pub struct Budget {
    /// The budget.
    pub object: ObjectId,
    /// Which pods it is about.
    pub selector: Selector,
    /// The workloads whose pods it is known to be about.
    pub workloads: Vec<ObjectId>,
    /// Templates decide whether it is about others.
    pub is_open: bool,
    /// Where it is about nothing: the workload that is surely meant, and what is wrong.
    pub misses: Option<(ObjectId, Miss)>,
}

/// Why a budget is not about the pods that it is meant for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Miss {
    /// They are in another namespace.
    Namespace,
    /// They have other labels.
    Label,
}

/// How many pods a workload has at the least, and where that is said.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// So many.
    pub pods: i64,
    /// Where that stands, or would stand.
    pub place: Place,
    /// Who says so.
    pub by: By,
}

/// Who says how many pods there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// `replicas` of the workload.
    Workload,
    /// Nobody, so there is one.
    Default,
    /// The minimum of an autoscaler.
    Scaler,
    /// `replicas` of a kustomization.
    Kustomization,
}

/// Resources of Kubernetes and of KEDA that scale others.
const SCALERS: [&str; 2] = ["HorizontalPodAutoscaler", "ScaledObject.keda.sh"];

impl Availability {
    /// Joins what is known of a workspace.
    pub(super) fn of(workspace: &Workspace) -> Self {
        let mut availability = Self::default();
        for object in SCALERS.iter().flat_map(|resource| workspace.topology.of_kind(resource)) {
            let scaler = Scaler::of(workspace, object);
            if let Some(target) = scaler.target {
                availability.scalers_of.entry(target).or_default().push(availability.scalers.len());
            }
            if scaler.is_open {
                availability.open_scalers.insert(workspace.topology.family(object).to_owned());
            }
            availability.by_object.insert(object.id, availability.scalers.len());
            availability.scalers.push(scaler);
        }
        // Most trees have no budgets.
        let pods = LazyCell::new(|| Pods::of(workspace));
        for object in workspace.topology.of_kind("PodDisruptionBudget") {
            let budget = pods.budget(workspace, object);
            for workload in &budget.workloads {
                availability.budgets_of.entry(*workload).or_default().push(availability.budgets.len());
            }
            if budget.is_open {
                availability.open_budgets.insert(workspace.topology.family(object).to_owned());
            }
            availability.by_object.insert(object.id, availability.budgets.len());
            availability.budgets.push(budget);
        }
        let limited = workspace.topology.of_kind("LimitRange").map(|range| workspace.topology.family(range).to_owned());
        availability.limited = limited.collect();
        availability
    }

    /// Whether the namespace of an object may fill in what its containers do not say of resources.
    pub fn may_have_limits(&self, workspace: &Workspace, object: &Object) -> bool {
        self.limited.contains(workspace.topology.family(object))
    }

    /// The autoscalers that are known to scale an object.
    pub fn scalers_of(&self, object: ObjectId) -> impl Iterator<Item = &Scaler> {
        self.scalers_of.get(&object).into_iter().flatten().map(|at| &self.scalers[*at])
    }

    /// Whether an autoscaler scales an object, or may do so.
    pub fn may_be_scaled(&self, workspace: &Workspace, object: &Object) -> bool {
        self.scalers_of.contains_key(&object.id) || self.open_scalers.contains(workspace.topology.family(object))
    }

    /// The budgets that are known to be about a workload's pods.
    pub fn budgets_of(&self, workload: ObjectId) -> impl Iterator<Item = &Budget> {
        self.budgets_of.get(&workload).into_iter().flatten().map(|at| &self.budgets[*at])
    }

    /// Whether a budget is about a workload's pods, or may be.
    pub fn may_have_budget(&self, workspace: &Workspace, workload: &Workload) -> bool {
        self.budgets_of.contains_key(&workload.id) || self.open_budgets.contains(workspace.topology.family(workload))
    }

    /// The autoscaler that an object is.
    pub fn scaler(&self, object: &Object) -> Option<&Scaler> {
        let scaler = self.by_object.get(&object.id).and_then(|at| self.scalers.get(*at));
        scaler.filter(|scaler| scaler.object == object.id)
    }

    /// The budget that an object is.
    pub fn budget(&self, object: &Object) -> Option<&Budget> {
        let budget = self.by_object.get(&object.id).and_then(|at| self.budgets.get(*at));
        budget.filter(|budget| budget.object == object.id)
    }

    /// Whether there are budgets at all.
    pub fn has_budgets(&self) -> bool {
        !self.budgets.is_empty()
    }

    /// How many pods a workload has at the least: by each kustomization that scales it, else by its autoscalers, else by
    /// itself. Unknown where somebody decides whom we cannot see; absent where nothing keeps a number of pods.
    pub fn sizes<'w>(&self, workspace: &Workspace, workload: &'w Workload) -> &'w Known<Vec<Size>> {
        workload.sizes.get_or_init(|| self.find_sizes(workspace, workload))
    }

    fn find_sizes(&self, workspace: &Workspace, workload: &Workload) -> Known<Vec<Size>> {
        if !matches!(workload.kind.as_str(), "Deployment" | "StatefulSet" | "ReplicaSet" | "Rollout" | "Pod") {
            return Known::Absent;
        }
        let scaled: Vec<Size> = workspace.topology.scaled(workspace, workload).collect();
        if !scaled.is_empty() {
            return Known::Is(scaled);
        }
        let mut minima = self.scalers_of(workload.id).map(|scaler| scaler.fewest(workspace)).peekable();
        if minima.peek().is_some() {
            return minima.collect::<Option<Vec<Size>>>().map_or(Known::Unknown, Known::Is);
        }
        if self.may_be_scaled(workspace, workload) {
            return Known::Unknown;
        }
        let (replicas, by) = match workload.replicas(workspace) {
            _ if workload.kind == "Pod" => (workload.root(workspace), By::Default),
            replicas if replicas.is_absent() => (replicas, By::Default),
            replicas => (replicas, By::Workload),
        };
        let pods = if by == By::Default { Known::Is(1) } else { replicas.integer() };
        match pods {
            Known::Is(pods) => Known::Is(vec![Size { pods, place: replicas.place(), by }]),
            _ => Known::Unknown,
        }
    }

    /// The least of all sizes, where there is one to know.
    pub fn fewest(&self, workspace: &Workspace, workload: &Workload) -> Option<i64> {
        let Known::Is(sizes) = self.sizes(workspace, workload) else { return None };
        sizes.iter().map(|size| size.pods).min()
    }
}

impl Scaler {
    fn of(workspace: &Workspace, object: &Object) -> Self {
        let target = object.field(workspace, "spec.scaleTargetRef");
        let (name, kind) = (target.field("name"), target.field("kind"));
        let kind = match (kind.text(), object.is(SCALERS[1])) {
            (Known::Absent, true) => Known::Is("Deployment".into()),
            (kind, _) => kind,
        };
        let api = target.field("apiVersion").text().or("".into());
        let (Known::Is(kind), Known::Is(api)) = (&kind, &api) else {
            return Self { object: object.id, wants: None, target: None, is_open: kind.is_unknown() || api.is_unknown() };
        };
        let (resource, name_written) = (resource(api, kind), name.written());
        let named = workspace.topology.named(object, &resource, &name_written);
        let mut near: Vec<&Object> = named.filter(|other| workspace.topology.may_meet(object, other)).collect();
        near.sort_by_key(|other| (other.unit != object.unit, other.node.source.0.abs_diff(object.node.source.0)));
        let target = near.first().map(|other| other.id);
        let wants = name.text().is_there().then_some((resource, name_written));
        Self { object: object.id, target, is_open: target.is_none() && wants.is_none(), wants }
    }

    /// Where its least number of pods stands, or would stand.
    pub fn minimum<'w>(&self, workspace: &'w Workspace) -> Field<'w> {
        let object = workspace.topology.object_at(self.object);
        let spec = object.field(workspace, "spec");
        spec.field(if object.is(SCALERS[1]) { "minReplicaCount" } else { "minReplicas" })
    }

    /// KEDA lets all pods go by default, but while there are any, there is one.
    fn fewest(&self, workspace: &Workspace) -> Option<Size> {
        let minimum = self.minimum(workspace);
        let pods = minimum.integer().or(1).into_option()?;
        (!minimum.is_unknown()).then(|| Size { pods: pods.max(1), place: minimum.place(), by: By::Scaler })
    }
}

/// Workloads by the labels of their pods.
struct Pods<'w> {
    by_label: HashMap<(&'w str, &'w str), Vec<&'w Workload>>,
    /// Those whose labels a template makes, or may add to, by the family of their unit.
    open: HashMap<&'w str, Vec<&'w Workload>>,
    by_family: HashMap<&'w str, Vec<&'w Workload>>,
    /// By the value of any label alone.
    by_value: HashMap<(&'w str, &'w str), Vec<&'w Workload>>,
}

/// With more workloads of one label there is no telling which is meant.
const MOST: usize = 64;

impl<'w> Pods<'w> {
    fn of(workspace: &'w Workspace) -> Self {
        let mut pods =
            Self { by_label: HashMap::new(), open: HashMap::new(), by_family: HashMap::new(), by_value: HashMap::new() };
        for workload in &workspace.topology.workloads {
            let family = workspace.topology.family(workload);
            pods.by_family.entry(family).or_default().push(workload);
            for (key, value) in &workload.labels.pairs {
                pods.by_label.entry((key, value)).or_default().push(workload);
                pods.by_value.entry((family, value)).or_default().push(workload);
            }
            if workload.labels.is_templated() {
                pods.open.entry(family).or_default().push(workload);
            }
        }
        pods
    }

    fn budget(&self, workspace: &Workspace, object: &Object) -> Budget {
        let selector = Selector::of(object.field(workspace, "spec.selector").node());
        let family = workspace.topology.family(object);
        // Without a label to look up, all pods around are asked one by one.
        let candidates = match selector.pairs.first() {
            Some((key, value)) => self.by_label.get(&(key.as_str(), value.as_str())),
            None => self.by_family.get(family),
        };
        let is_chosen = |workload: &&&Workload, answer: Answer| {
            selector.selects(&workload.labels) == answer && workspace.topology.may_meet(object, workload)
        };
        let chosen = candidates.into_iter().flatten().filter(|workload| is_chosen(workload, Answer::Yes));
        let workloads = chosen.map(|workload| workload.id).collect();
        let mut unsure = self.open.get(family).into_iter().flatten().filter(|workload| is_chosen(workload, Answer::Unknown));
        let is_open = selector.is_templated() || unsure.next().is_some();
        let workloads: Vec<ObjectId> = workloads;
        let misses = if workloads.is_empty() && !is_open { self.meant(workspace, object, &selector) } else { None };
        Budget { object: object.id, selector, workloads, is_open, misses }
    }

    /// The workload that a budget about nothing is surely meant for: with all of its labels in another namespace, or with
    /// all but one.
    fn meant(&self, workspace: &Workspace, object: &Object, selector: &Selector) -> Option<(ObjectId, Miss)> {
        let topology = &workspace.topology;
        let family = topology.family(object);
        let near = |workload: &&&Workload| workload.unit == object.unit && topology.family(workload) == family;
        let (key, value) = selector.pairs.first()?;
        let labelled = self.by_label.get(&(key.as_str(), value.as_str())).into_iter().flatten().take(MOST).filter(near);
        let mut elsewhere = labelled.filter(|workload| selector.selects(&workload.labels) == Answer::Yes);
        if let Some(workload) = elsewhere.next() {
            return Some((workload.id, Miss::Namespace));
        }
        // What an operator makes has labels of its own that happen to have the values of others.
        let is_plain = |key: &str| !key.contains('/') || key.starts_with("app.kubernetes.io/");
        let by_value = selector
            .pairs
            .iter()
            .filter(|(key, _)| is_plain(key))
            .filter_map(|(_, value)| self.by_value.get(&(family, value.as_str())));
        let mut alike = by_value.flat_map(|workloads| workloads.iter().take(MOST)).filter(near);
        let lacks_one = |workload: &&&Workload| {
            let others = selector.pairs.len().saturating_sub(selector.missing(&workload.labels).count());
            topology.may_meet(object, workload) && others + 1 == selector.pairs.len() && !selector.has_expressions()
        };
        alike.find(lacks_one).map(|workload| (workload.id, Miss::Label))
    }
}

impl Budget {
    /// How many pods must stay of so many, and the field that says so. A share is rounded up, of what must stay as of
    /// what may go. Unknown where a template decides; absent where it says nothing.
    pub fn keeps<'w>(&self, workspace: &'w Workspace, pods: i64) -> Known<(i64, Field<'w>)> {
        let spec = workspace.topology.object_at(self.object).field(workspace, "spec");
        let (least, most) = (spec.field("minAvailable"), spec.field("maxUnavailable"));
        let up = |amount: Amount| amount.rounded_up(pods);
        match (least.is_absent(), most.is_absent()) {
            (false, _) => least.amount().map(|amount| (up(amount), least)),
            (true, false) => most.amount().map(|amount| (pods.saturating_sub(up(amount)), most)),
            (true, true) => Known::Absent,
        }
    }
}
