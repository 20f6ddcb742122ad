//! See rules/environment/engine-version-drift.md

use super::versions::report;
use crate::rule::{Context, File};

pub fn check(file: &File<'_>, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    for drift in workspace.drifts.iter().filter(|drift| drift.place.source == file.id && drift.tool.is_engine()) {
        let newer = "what only the newer one knows passes here and fails there";
        let older = "what the newer one has changed was never tried before it reaches customers";
        let consequence = if drift.tested > drift.shipped { newer } else { older };
        report(drift, "production has", consequence, cx);
    }
}
