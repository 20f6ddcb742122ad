//! See rules/environment/duplicate-setting.md

use crate::diagnostic::{Place, Severity};
use crate::rule::Context;
use crate::workspace::environments::SettingsFile;

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    let document = cx.workspace.document(file.source);
    let (Some(dotenv), source) = (document.dotenv(), &document.source) else { return };
    let place = |span| Place { source: file.source, span };
    for (name, settings) in dotenv.by_name(source) {
        let [first, .., last] = settings.as_slice() else { continue };
        let same = settings.iter().all(|setting| source.slice(setting.value) == source.slice(first.value));
        let times = if settings.len() == 2 { "twice".to_owned() } else { format!("{} times", settings.len()) };
        let message = if same {
            format!("{name} is set {times}, to the same value")
        } else {
            format!("{name} is set {times}, to different values")
        };
        let report = cx
            .report(place(last.key), message)
            .label("set again here")
            .because(place(first.key), "set here first")
            .in_production("most readers take the last value, some the first, so what runs depends on who reads the file")
            .help(format!("keep the line that is meant and delete the other{}", if settings.len() > 2 { "s" } else { "" }));
        if same {
            report.capped(Severity::Low);
        } else if file.environment.is_none() {
            report.guessing("nothing says which environment reads this file");
        }
    }
}
