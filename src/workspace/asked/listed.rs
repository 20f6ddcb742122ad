//! What do pipelines call the environments? `environ: [development, staging, prod]`.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::document::Document;
use crate::document::consumer::choices::choices;
use crate::settings::EnvironmentNames;
use crate::workspace::environments::misnamed::{Listed, Pipelines};
use crate::workspace::environments::names::{Named, environment};

/// Keys that say how a program was built or what a deploy is called, and not which files it reads.
const OTHER_KEYS: &[&str] =
    &["NODE_ENV", "RAILS_ENV", "RACK_ENV", "APP_ENV", "FLASK_ENV", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "MIX_ENV"];

/// What the pipelines of a tree say.
pub fn pipelines(documents: &[Arc<Document>], said: &EnvironmentNames) -> Pipelines {
    let mut all = Pipelines { lists: Vec::new(), words: HashSet::new() };
    for document in documents.iter().filter(|document| document.consumer().is_some_and(|consumer| consumer.is_pipeline)) {
        let mut by_key: BTreeMap<&str, BTreeMap<&'static str, HashSet<String>>> = BTreeMap::new();
        for (key, is_list, words) in choices(document.source.text()) {
            if !chooses(key) {
                continue;
            }
            let plain = words.into_iter().filter(|word| word.bytes().all(|byte| byte.is_ascii_alphabetic()));
            let named = |word: &str| Some((environment(&Named::of(word, said)?.name)?.0, word.to_ascii_lowercase()));
            for (name, word) in plain.filter_map(named) {
                all.words.insert(word.clone());
                // `environment: production` is what GitHub and GitLab show, whatever the files are called.
                if is_list || key != "environment" {
                    by_key.entry(key).or_default().entry(name).or_default().insert(word);
                }
            }
        }
        // One word for each, or nothing is said.
        let lists = by_key.into_values().map(|names| {
            let only = |words: HashSet<String>| if words.len() == 1 { words.into_iter().next() } else { None };
            let says = names.into_iter().filter_map(|(name, words)| Some((name, only(words)?))).collect();
            Listed { path: document.source.path().to_owned(), says }
        });
        // A pipeline has one voice.
        all.lists.extend(lists.max_by_key(|listed| listed.says.len()));
    }
    all
}

/// Whether a key chooses an environment.
fn chooses(key: &str) -> bool {
    const WORDS: &[&str] = &["env", "stage", "space", "target", "options"];
    let lower = key.to_ascii_lowercase();
    WORDS.iter().any(|word| lower.contains(word)) && !OTHER_KEYS.contains(&key)
}
