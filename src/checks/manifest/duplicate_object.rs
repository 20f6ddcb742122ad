//! See rules/manifest/duplicate-object.md

use crate::rule::Context;
use crate::workspace::topology::Together;
use crate::workspace::topology::object::Object;

pub fn check(object: &Object, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let Some((first, together)) = workspace.topology.duplicate_of(object, workspace) else { return };
    let title = object.title();
    let (message, production) = match together {
        Together::Listed => (
            format!("{title} is listed twice, so the kustomization is not built"),
            "`kustomize build` ends with \"may not add resource with an already registered id\", and nothing is applied",
        ),
        Together::File => (
            format!("{title} is written twice with different contents, and the last one wins"),
            "whatever the first one says is undone in the same second, without a word, and changes to it have no effect",
        ),
    };
    cx.report(object.place(workspace), message)
        .label("again here")
        .because(first.place(workspace), "first here")
        .in_production(production)
        .help("keep one of the two, or give one of them a name of its own");
}
