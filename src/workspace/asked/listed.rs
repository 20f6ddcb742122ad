//! What do pipelines call the environments? `environ: [development, staging, prod]`.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::document::Document;
use crate::document::consumer::choices::choices;
use crate::document::consumer::composed::composed;
use crate::document::consumer::files::Asked;
use crate::settings::EnvironmentNames;
use crate::workspace::environments::misnamed::{Listed, Pipelines, Says, joined};
use crate::workspace::environments::names::{Named, environment};

/// The key of what is shown to people.
const SHOWN: &str = "environment";

/// Keys that say how a program was built or what a deploy is called, and not which files it reads.
const OTHER_KEYS: &[&str] =
    &["NODE_ENV", "RAILS_ENV", "RACK_ENV", "APP_ENV", "FLASK_ENV", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "MIX_ENV"];

/// For each key of a pipeline, the words that stand behind it, by the environments that they name.
type ByKey<'d> = BTreeMap<&'d str, BTreeMap<&'static str, HashSet<String>>>;

/// What the pipelines of a tree say.
pub fn pipelines(documents: &[Arc<Document>], said: &EnvironmentNames) -> Pipelines {
    let mut all = Pipelines::default();
    let mut shown = HashSet::new();
    let mut together = ByKey::new();
    let mut each: Vec<(&str, ByKey<'_>)> = Vec::new();
    for document in documents.iter().filter(|document| document.consumer().is_some_and(|consumer| consumer.is_pipeline)) {
        let mut by_key = ByKey::new();
        for (key, is_list, words) in choices(document.source.text()) {
            if !chooses(key) {
                continue;
            }
            let plain = words.into_iter().filter(|word| word.bytes().all(|byte| byte.is_ascii_alphabetic()));
            let named = |word: &str| Some((environment(&Named::of(word, said)?.name)?.0, word.to_ascii_lowercase()));
            for (name, word) in plain.filter_map(named) {
                // `environment: production` is what GitHub and GitLab show, whatever the files are called.
                if !is_list && key == SHOWN {
                    shown.insert(word);
                    continue;
                }
                all.words.insert(word.clone());
                together.entry(key).or_default().entry(name).or_default().insert(word.clone());
                by_key.entry(key).or_default().entry(name).or_default().insert(word);
            }
        }
        each.push((document.source.path(), by_key));
    }
    for (path, by_key) in each {
        let lists = by_key.iter().map(|(key, names)| {
            // What pipelines of one tree call by one key they call so together.
            let with = says(&together[key]);
            Listed { path: path.to_owned(), says: says(names), with }
        });
        // A pipeline has one voice.
        all.lists.extend(lists.max_by_key(|listed| listed.says.len()));
    }
    if documents.iter().any(|document| fills_with_what_is_shown(document)) {
        all.words.extend(shown);
    }
    all
}

/// What is said of each environment.
fn says(names: &BTreeMap<&'static str, HashSet<String>>) -> Says {
    names.iter().map(|(name, words)| (*name, joined(words.iter().cloned()))).collect()
}

/// Whether a pipeline puts the name of a file together from what is shown.
fn fills_with_what_is_shown(document: &Document) -> bool {
    let Some(consumer) = document.consumer().filter(|consumer| consumer.is_pipeline) else { return false };
    let is_it = |asked: &Asked| asked.holes.iter().any(|hole| **hole == *SHOWN);
    let text = document.source.text();
    consumer.files.iter().any(is_it) || (text.contains(SHOWN) && composed(text).iter().any(is_it))
}

/// Whether a key chooses an environment.
fn chooses(key: &str) -> bool {
    const WORDS: &[&str] = &["env", "stage", "space", "target", "options"];
    let lower = key.to_ascii_lowercase();
    WORDS.iter().any(|word| lower.contains(word)) && !OTHER_KEYS.contains(&key)
}
