//! See rules/environment/environment-name-mismatch.md

use crate::document::entries::Form;
use crate::rule::Context;
use crate::workspace::environments::names::Named;
use crate::workspace::environments::value::name_words;
use crate::workspace::environments::{SettingsFile, Tier};

/// Settings that say which environment this is.
const PLACES: &[&str] = &[
    "app env",
    "application env",
    "environment",
    "env",
    "deploy env",
    "deployment env",
    "deployment environment",
    "app environment",
    "aspnetcore environment",
    "dotnet environment",
    "spring profiles active",
    "spring profile",
    "spring profiles",
    "spring active profile",
    "sentry environment",
    "dd env",
    "stage",
    "app stage",
    "rails env",
    "rack env",
    "node env",
    "flask env",
    "symfony env",
    "mix env",
    "hanami env",
    "django env",
    "environment name",
    "env name",
    "sentry env",
];

/// Those that say how the code was built rather than where it runs: `production` in staging is right.
const BUILDS: &[&str] =
    &["rails env", "rack env", "node env", "mix env", "flask env", "app env", "aspnetcore environment", "symfony env"];

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    let (Some(own), Some(_)) = (file.environment.as_deref(), file.tier) else { return };
    if file.is_aside || file.tier == Some(Tier::Example) {
        return;
    }
    let source = &cx.workspace.document(file.source).source;
    let said = &cx.settings.environments;
    for setting in file.settings.iter().filter(|setting| !matches!(setting.form, Form::Open | Form::List)) {
        // Most values name no environment, and that is asked of them first.
        let value = setting.text(source).trim();
        let Some(names) = names(value, said) else { continue };
        let words = name_words(&setting.name).join(" ");
        let is_deep = setting.name.contains('[') || setting.name.matches('.').count() > 2;
        if !(PLACES.contains(&words.as_str()) || is_tag(&setting.name)) || is_deep {
            continue;
        }
        let is_build = BUILDS.contains(&words.as_str()) && names.iter().any(|named| named.name == "production");
        if names.iter().any(|named| named.name == own || named.is_aside) || is_build {
            continue;
        }
        let other = &names[0].name;
        cx.report(file.place(setting.key), format!("{} says {other}, in the settings of {own}", setting.name))
            .about(&*setting.name)
            .label(format!("{own} reads this"))
            .in_production(format!(
                "the service behaves as in {other}: its profile, its keys and its switches; what it reports arrives under the wrong name"
            ))
            .help(format!("set {} to {own}, or move the line to the file of {other}", setting.name));
    }
}

/// What a team puts on all its things: `tags.env`, `common_labels.Environment`.
fn is_tag(name: &str) -> bool {
    let words = name.rsplit_once('.').map(|(map, leaf)| (name_words(map), name_words(leaf)));
    words.is_some_and(|(map, leaf)| {
        let is_map = map.last().is_some_and(|last| matches!(last.as_str(), "tags" | "labels"));
        is_map && matches!(leaf.iter().map(String::as_str).collect::<Vec<_>>()[..], ["env" | "environment" | "stage"])
    })
}

/// The environments that a value lists, if all of it names some.
fn names(value: &str, said: &crate::settings::EnvironmentNames) -> Option<Vec<Named>> {
    value.split(',').map(|word| Named::of(word.trim(), said)).collect()
}
