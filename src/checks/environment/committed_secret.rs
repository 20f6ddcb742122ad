//! See rules/environment/committed-secret.md

use crate::document::entries::Form;
use crate::document::secret::is_known_key;
use crate::rule::Context;
use crate::workspace::environments::SettingsFile;

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    let source = &cx.workspace.document(file.source).source;
    for setting in file.settings.iter().filter(|setting| !matches!(setting.form, Form::Open | Form::List)) {
        let value = setting.text(source);
        if !is_known_key(value) || is_made_up(value) {
            continue;
        }
        let report = cx
            .report(
                file.place(setting.key),
                format!("{} holds a key that works, for everybody who can read this file", setting.name),
            )
            .about(&*setting.name)
            .label("a key in the clear")
            .in_production("it stays in the history for good: whoever clones the repository can use it until somebody changes it")
            .help("have the provider replace it now, keep the new one in the secret store, and leave only its name here");
        if file.tier.is_none() {
            report.guessing("one step milder, because nothing says which environment reads this file");
        }
    }
}

/// The keys of documents: `AKIAIOSFODNN7EXAMPLE`, rows of one letter.
fn is_made_up(value: &str) -> bool {
    let upper = value.to_ascii_uppercase();
    let mut letters: Vec<u8> = value.bytes().collect();
    letters.sort_unstable();
    letters.dedup();
    upper.contains("EXAMPLE")
        || upper.contains("XXXX")
        || upper.contains("YOUR")
        || upper.contains("CHANGE")
        || letters.len() < 10
        || upper.contains("1234567")
}
