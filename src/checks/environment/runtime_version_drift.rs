//! See rules/environment/runtime-version-drift.md

use super::versions::report;
use crate::rule::{Context, File};

pub fn check(file: &File<'_>, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    for drift in workspace.drifts.iter().filter(|drift| drift.place.source == file.id && !drift.tool.is_engine()) {
        let consequence = "the first to run the release on what the image has are its customers";
        report(drift, "the image has", consequence, cx);
    }
}
