//! Checks of the settings of environments.

pub mod committed_secret;
pub mod debug_in_production;
pub mod default_credential;
pub mod downgraded_scheme;
pub mod drifted_type;
pub mod drifted_unit;
pub mod duplicate_setting;
pub mod empty_in_production;
pub mod engine_version_drift;
pub mod environment_name_mismatch;
pub mod example_out_of_step;
pub mod flag_without_settings;
pub mod invalid_value;
pub mod localhost_in_production;
pub mod malformed_line;
pub mod misnamed_environment_file;
pub mod missing_environment_file;
pub mod missing_setting;
pub mod missing_unit;
pub mod misspelt_setting;
pub mod orphan_environment_file;
pub mod placeholder_in_production;
pub mod points_at_other_environment;
pub mod runtime_version_drift;
pub mod shared_secret;
pub mod stale_copy;
pub mod test_credential_in_production;
pub mod undefined_required_value;
pub mod undefined_variable;
pub mod unquoted_value;
mod unset;
pub mod variable_cycle;
mod variables;
pub mod verification_off;
mod versions;
pub mod weaker_production;

mod insert;

use std::collections::HashSet;

use crate::document::Document;
use crate::document::entries::Form;
use crate::workspace::Workspace;
use crate::workspace::environments::SettingsFile;

/// The blocks that say `enabled: false`, of these files the last one that says anything of it.
fn switched_off<'f>(layers: &[&'f SettingsFile], workspace: &Workspace) -> HashSet<&'f str> {
    let mut off = HashSet::new();
    for layer in layers {
        let source = &workspace.document(layer.source).source;
        for setting in layer.settings.iter() {
            let Some(block) = setting.name.strip_suffix(".enabled") else { continue };
            // In quotes it is a text, which templates take for yes.
            match setting.text(source).trim() {
                "false" if setting.form != Form::Quoted => off.insert(block),
                _ => off.remove(block),
            };
        }
    }
    off
}

/// Whether a setting stands in a block that is switched off.
fn is_off(off: &HashSet<&str>, name: &str) -> bool {
    !name.ends_with(".enabled") && name.match_indices('.').any(|(at, _)| off.contains(&name[..at]))
}

/// What a finding about a setting is about, where its line alone does not tell: in a tree.
fn about<'n>(document: &Document, name: &'n str) -> &'n str {
    if document.dotenv().is_some() { "" } else { name }
}

/// Whether the words of a name, with blanks between them, end with one of these.
fn ends_with_one(words: &str, list: &[&str]) -> bool {
    list.iter().any(|name| words.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with(' ')))
}

/// Words of settings that only environments for tests have, and production does without on purpose.
const FOR_TESTS: &[&str] = &[
    "debug",
    "mock",
    "fake",
    "seed",
    "mute",
    "downtime",
    "swagger",
    "basic_auth",
    "restore",
    "mailhog",
    "mailpit",
    "ngrok",
    "faker",
];

/// `MUTE_ALERTS` and `ALERTS_MUTED`, but not `COMMUTE_URL`.
fn is_for_tests(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let begins_word = |at: usize| !name[..at].ends_with(|before: char| before.is_ascii_alphanumeric());
    FOR_TESTS.iter().any(|word| name.match_indices(word).any(|(at, _)| begins_word(at)))
}
