//! Which environments are chosen where a framework then looks for a file of that name?
//!
//! `SPRING_PROFILES_ACTIVE=production` makes Spring look for `application-production.yml`, and go on without a word where
//! there is none.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::{Asked, Slots, ids};
use crate::diagnostic::Place;
use crate::document::Document;
use crate::path;
use crate::source::Span;

/// What a framework looks for.
struct Framework {
    /// The settings that choose an environment.
    keys: &'static [&'static str],
    /// The files, with `*` for the environment.
    files: &'static [&'static str],
}

const FRAMEWORKS: &[Framework] = &[
    Framework {
        keys: &["SPRING_PROFILES_ACTIVE", "spring.profiles.active"],
        files: &["application-*.yml", "application-*.yaml", "application-*.properties"],
    },
    Framework { keys: &["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"], files: &["appsettings.*.json"] },
    Framework { keys: &["RAILS_ENV"], files: &["config/settings/*.yml"] },
    Framework { keys: &["NODE_CONFIG_ENV"], files: &["config/*.json", "config/*.yml", "config/*.yaml", "config/*.toml"] },
];

/// The files that are looked for, where the tree has them for other environments.
pub fn asked<'d>(documents: &'d [Arc<Document>], slots: &Slots) -> Vec<Asked<'d>> {
    FRAMEWORKS.iter().flat_map(|framework| framework.asked(documents, slots)).collect()
}

impl Framework {
    fn asked<'d>(&self, documents: &'d [Arc<Document>], slots: &Slots) -> Vec<Asked<'d>> {
        let name = |file: &'static str| path::name(file);
        let has =
            |file: &&'static str| slots.get(name(file)).is_some_and(|slots| slots.iter().any(|slot| slot.key.ends_with(*file)));
        let files: Vec<&'static str> = self.files.iter().copied().filter(has).collect();
        if files.is_empty() {
            return Vec::new();
        }
        let there: HashSet<&str> = files
            .iter()
            .flat_map(|file| &slots[name(file)])
            .map(|slot| &documents[slot.source.index()].source.path()[slot.word.0..slot.word.1])
            .collect();
        let choose = |document: &&Arc<Document>| {
            let is_program = document.consumer().is_some_and(|consumer| !consumer.is_pipeline);
            !is_program && document.sql().is_none()
        };
        let all: Vec<(Place, &'d str, &'d str)> = ids(documents)
            .zip(documents)
            .filter(|(_, document)| choose(document))
            .flat_map(|(source, document)| {
                let text = document.source.text();
                let spans = self.keys.iter().flat_map(|key| choices(text, key));
                spans.map(move |span| (Place { source, span }, &text[span.range()], text))
            })
            .collect();
        let words: HashSet<&str> = all.iter().map(|(_, word, _)| *word).collect();
        // A file that somebody chooses by its own name is no file by a wrong one.
        let unread = |word: &str| super::other_words(word).any(|other| there.contains(other) && !words.contains(other));
        let profiles = |word: &str| documents.iter().any(|document| has_profile(document, word));
        let wanted = all.into_iter().filter(|(_, word, _)| !there.contains(word) && unread(word) && !profiles(word));
        wanted
            .flat_map(|(place, word, text)| {
                let ask = move |file: &&'static str| Asked {
                    place,
                    path: file.replacen('*', word, 1).into(),
                    holes: Cow::Borrowed(&[]),
                    text,
                    is_loose: true,
                };
                files.iter().map(ask).collect::<Vec<_>>()
            })
            .collect()
    }
}

/// Whether a document has a part for a profile, which needs no file then.
fn has_profile(document: &Document, word: &str) -> bool {
    let text = document.source.text();
    document.source.name().starts_with("application")
        && choices(text, "on-profile").into_iter().any(|span| &text[span.range()] == word)
}

/// What a setting is set to in a text of any kind: `KEY=a,b`, `KEY: a`, `ENV KEY a`, a `name` with its `value` on the next line.
fn choices(text: &str, key: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let starts = memchr::memmem::find_iter(text.as_bytes(), key.as_bytes());
    for at in starts {
        let is_inner =
            text[..at].ends_with(|before: char| before.is_ascii_alphanumeric() || before == '_') && !text[..at].ends_with("-D");
        let line = text[..at].rsplit('\n').next().unwrap_or_default().trim_start();
        if is_inner || line.starts_with('#') || line.starts_with("//") {
            continue;
        }
        let after = text[at + key.len()..].trim_start_matches(['"', '\'']).trim_start_matches([' ', '\t']);
        let value = match after.as_bytes().first() {
            Some(b':' | b'=') => Some(&after[1..]),
            Some(b'\r' | b'\n') => after.trim_start().strip_prefix("value:"),
            Some(b',') => after[1..].trim_start().strip_prefix("value:"),
            _ if line.to_ascii_uppercase().starts_with("ENV ") => Some(after),
            _ => None,
        };
        let Some(value) = value.map(|value| value.trim_start_matches([' ', '\t', '"', '\''])) else { continue };
        let end =
            value.find(|next: char| !(next.is_ascii_alphanumeric() || matches!(next, ',' | '-' | '_'))).unwrap_or(value.len());
        // What is put together is not known.
        if value[end..].starts_with(['$', '{', '(', '.', '/', '*']) {
            continue;
        }
        let mut start = value.as_ptr() as usize - text.as_ptr() as usize;
        for word in value[..end].split(',') {
            found.extend((!word.is_empty()).then(|| Span::new(start, start + word.len())));
            start += word.len() + 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_environment_is_chosen_by() {
        let table: &[(&str, &[&str])] = &[
            ("SPRING_PROFILES_ACTIVE=production,metrics\n", &["production", "metrics"]),
            ("ENV SPRING_PROFILES_ACTIVE prod\n", &["prod"]),
            ("  SPRING_PROFILES_ACTIVE: \"prod\" # x\n", &["prod"]),
            ("- name: SPRING_PROFILES_ACTIVE\n  value: prod\n", &["prod"]),
            ("- {name: SPRING_PROFILES_ACTIVE, value: prod}\n", &["prod"]),
            ("java -DSPRING_PROFILES_ACTIVE=prod -jar x.jar\n", &["prod"]),
            ("# SPRING_PROFILES_ACTIVE=prod\nMY_SPRING_PROFILES_ACTIVE=prod\n", &[]),
            ("SPRING_PROFILES_ACTIVE=${PROFILE}\nSPRING_PROFILES_ACTIVE=a-$B\nSPRING_PROFILES_ACTIVE\n", &[]),
        ];
        for (text, wanted) in table {
            let found: Vec<&str> = choices(text, "SPRING_PROFILES_ACTIVE").into_iter().map(|span| &text[span.range()]).collect();
            assert_eq!(found, *wanted, "{text}");
        }
    }
}
