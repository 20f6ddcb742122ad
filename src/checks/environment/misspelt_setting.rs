//! See rules/environment/misspelt-setting.md

use crate::rule::{Context, fits};
use crate::workspace::environments::Group;

pub fn check(group: &Group, cx: &mut Context<'_>) {
    if group.slips.is_empty() {
        return;
    }
    let workspace = cx.workspace;
    let home = workspace.consumers.home(workspace, &group.members);
    for slip in &group.slips {
        let file = &group.members[slip.member];
        let optional = cx.list("allowed", file.source);
        if optional.iter().any(|pattern| fits(pattern, &slip.written)) {
            continue;
        }
        let (written, meant) = (&slip.written, &slip.meant);
        let own = file.title();
        let message = if slip.is_sure {
            format!("{own} sets {written}, and all other environments set {meant}")
        } else {
            format!("{own} sets {written}, which is called {meant} elsewhere")
        };
        let report = cx
            .report(slip.place, message)
            .about(&**written)
            .label(format!("{own} alone calls it so"))
            .because(slip.neighbour, "the name that the others have")
            .in_production(
                "nothing reads it by this name: the service starts without the setting, with a default that nobody chose",
            )
            .help(format!("call it {meant}"));
        let report = match workspace.consumers.of_name(workspace, &home, meant).first() {
            Some(reader) => report.because(reader.place, "read by that name here"),
            None => report,
        };
        if !slip.is_sure {
            report.guessing(format!("nothing shows that this environment needs {meant}; the names differ in one letter"));
        } else if group.members.len() == 2 && !group.is_complete {
            report.guessing("there are two files only, and either of them may have the right name");
        }
    }
}
