//! What a container asks for and what it may take, with the defaults that Kubernetes fills in.

use super::Workspace;
use super::container::Container;
use super::field::Field;
use super::image::Image;

impl<'w> Container<'w> {
    /// The most it may take of a resource: its own limit.
    pub fn limit(&self, resource: &str) -> Field<'w> {
        self.field("resources.limits").field(resource)
    }

    /// What it asks for of a resource: its own request, else its limit.
    pub fn request(&self, resource: &str) -> Field<'w> {
        let request = self.field("resources.requests").field(resource);
        if request.is_absent() { self.limit(resource) } else { request }
    }

    /// Whether nothing sets a limit: not itself, not its pod, not its namespace.
    pub fn lacks_limit(&self, resource: &str, workspace: &Workspace) -> bool {
        let of_pod = self.workload.pod(workspace).path("resources.limits").field(resource);
        self.limit(resource).is_absent() && of_pod.is_absent() && !self.has_defaults(workspace)
    }

    /// Whether nothing says what it needs: not itself, not its pod, not its namespace.
    pub fn lacks_request(&self, resource: &str, workspace: &Workspace) -> bool {
        let of_pod = self.workload.pod(workspace).field("resources");
        let of_pod = ["requests", "limits"].iter().all(|list| of_pod.field(list).field(resource).is_absent());
        self.request(resource).is_absent() && of_pod && !self.has_defaults(workspace)
    }

    /// Whether its namespace may fill in what it leaves out.
    fn has_defaults(&self, workspace: &Workspace) -> bool {
        workspace.availability.may_have_limits(workspace, self.workload)
    }

    /// Whether it only waits, and so takes nothing: the image `pause`, or `sleep` for good.
    pub fn only_waits(&self) -> bool {
        let image = self.field("image").text().into_option().unwrap_or_default();
        let words = self.field("command").items().chain(self.field("args").items()).map(Field::written);
        let words = words.collect::<Vec<_>>().join(" ");
        let sleeps = ["sleep infinity", "sleep inf", "tail -f /dev/null"].iter().any(|idle| words.ends_with(idle));
        Image::of(&image).is_pause() || sleeps || words.starts_with("sleep ")
    }

    /// Whether it runs beside the others as long as the pod does.
    pub fn keeps_running(&self) -> bool {
        !self.runs_first
    }
}
