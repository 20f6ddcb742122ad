//! How does a workload replace its pods? With the defaults and the exact rounding of Kubernetes.

use super::Workspace;
use super::field::{Amount, Field};
use super::topology::Workload;
use super::topology::object::Object;
use crate::document::Known;

/// A rolling update of a Deployment, a `DaemonSet`, or a canary of Argo.
pub struct Rolling<'w> {
    /// How many pods may be added: `maxSurge`.
    pub surge: Field<'w>,
    /// How many may be missing: `maxUnavailable`.
    pub unavailable: Field<'w>,
    surge_by_default: Amount,
    unavailable_by_default: Amount,
}

impl<'w> Rolling<'w> {
    /// Absent where pods are replaced in another way, unknown where a template decides.
    pub fn of(workspace: &'w Workspace, workload: &Workload) -> Known<Self> {
        let strategy = workload.strategy(workspace);
        let (settings, surge, unavailable) = match workload.kind.as_str() {
            "Deployment" => (strategy.field("rollingUpdate"), Amount::Percent(25), Amount::Percent(25)),
            "DaemonSet" => (strategy.field("rollingUpdate"), Amount::Count(0), Amount::Count(1)),
            "Rollout" if strategy.field("canary").is_there() => {
                (strategy.field("canary"), Amount::Percent(25), Amount::Percent(25))
            }
            _ => return Known::Absent,
        };
        match strategy.field("type").text() {
            Known::Is(kind) if kind != "RollingUpdate" => return Known::Absent,
            Known::Unknown => return Known::Unknown,
            _ => {}
        }
        Known::Is(Self {
            surge: settings.field("maxSurge"),
            unavailable: settings.field("maxUnavailable"),
            surge_by_default: surge,
            unavailable_by_default: unavailable,
        })
    }

    /// How many may be added and how many may be missing, of so many pods. Surge rounds up, unavailable down, and if
    /// both come to nothing, one may be missing.
    pub fn steps(&self, pods: i64) -> Known<(i64, i64)> {
        let amount = |field: Field<'_>, default| if field.is_absent() { Known::Is(default) } else { field.amount() };
        let surge = amount(self.surge, self.surge_by_default).map(|surge| surge.rounded_up(pods));
        let unavailable = amount(self.unavailable, self.unavailable_by_default).map(|missing| missing.rounded_down(pods));
        surge.and_then(|surge| unavailable.map(|missing| (surge, if surge == 0 && missing == 0 { 1 } else { missing })))
    }

    /// Both are written as nothing, which is refused.
    pub fn is_refused(&self) -> bool {
        let is_nothing = |field: Field<'_>, default: Amount| {
            let amount = if field.is_absent() { Known::Is(default) } else { field.amount() };
            matches!(amount, Known::Is(Amount::Count(0) | Amount::Percent(0)))
        };
        is_nothing(self.surge, self.surge_by_default) && is_nothing(self.unavailable, self.unavailable_by_default)
    }
}

/// A volume that not all nodes can have at the same time.
pub struct OneNode<'w> {
    /// Where the pod asks for it.
    pub volume: Field<'w>,
    /// Its claim.
    pub claim: &'w Object,
    /// Where it says that one node, or one pod, may have it.
    pub modes: Field<'w>,
}

impl Workload {
    /// Its volumes that only one node at a time can have, as far as their claims are in these files.
    pub fn volumes_of_one_node<'w>(&self, workspace: &'w Workspace) -> Vec<OneNode<'w>> {
        let found = self.volumes(workspace).filter_map(|volume| {
            let name = volume.field.path("persistentVolumeClaim.claimName");
            let written = name.written();
            let mut claims = workspace.topology.named(self, "PersistentVolumeClaim", &written);
            let claim = claims.find(|claim| workspace.topology.may_meet(self, claim))?;
            let modes = claim.field(workspace, "spec.accessModes");
            let is_single = |mode: Field<'_>| mode.is_text("ReadWriteOnce") || mode.is_text("ReadWriteOncePod");
            let are_single = modes.items().next().is_some() && !modes.is_open() && modes.items().all(is_single);
            (name.is_there() && are_single).then_some(OneNode { volume: volume.field, claim, modes })
        });
        found.collect()
    }

    /// Whether its pods keep volumes that are not theirs alone, of whatever mode.
    pub fn has_claims(&self, workspace: &Workspace) -> bool {
        self.volumes(workspace).any(|volume| !volume.field.field("persistentVolumeClaim").is_absent())
    }

    /// The node is named, so all pods meet there.
    pub fn is_pinned(&self, workspace: &Workspace) -> bool {
        let pod = self.pod(workspace);
        let selector = pod.field("nodeSelector");
        !pod.field("nodeName").is_absent() || !selector.field("kubernetes.io/hostname").is_absent() || selector.is_open()
    }

    /// Ports of the node that its pods take.
    pub fn host_ports<'w>(&'w self, workspace: &'w Workspace) -> Vec<Field<'w>> {
        let containers = self.containers(workspace);
        let ports = containers.flat_map(|container| container.ports().map(|port| Field::of(port).field("hostPort")));
        ports.filter(|port| matches!(port.integer(), Known::Is(1..))).collect()
    }

    /// Whether its pods live in the network of their node.
    pub fn is_on_host_network(&self, workspace: &Workspace) -> bool {
        !matches!(self.pod(workspace).field("hostNetwork").flag(), Known::Absent | Known::Is(false))
    }
}
