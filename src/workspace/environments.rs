//! Which files configure the same thing for different environments?
//!
//! Files are members of one [`Group`] when their paths differ only in the name of an environment ([`slots`]); so are the
//! sections of one file that are named for environments, the profiles of Spring and the `ConfigMap`s of overlays
//! ([`sections`]). Before any rule may call a key missing, the group's *style* must be known: complete (every member has
//! every key) or override (a base plus differences, where a missing key means "inherit").

mod chains;
mod copies;
mod group;
pub mod misnamed;
pub mod names;
pub mod rows;
pub mod sections;
mod services;
mod slips;
pub mod slots;
pub mod stack;
mod told;
pub mod value;

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::ids;
use crate::diagnostic::{Place, SourceId};
use crate::document::Document;
use crate::document::dotenv::Dotenv;
use crate::document::entries::{Entry, Form};
use crate::settings::EnvironmentNames;
use crate::source::{Source, Span};
pub use copies::Stray;
pub use group::{Gap, Group};
pub use names::Tier;
pub(super) use names::environment;
use names::{Named, named_at, words};
pub use slips::{Slip, is_slip};
use stack::Stack;

/// The settings files of a workspace and how they belong together.
#[derive(Debug, Default)]
pub struct Environments {
    /// Every file of settings, and every section of one that is for an environment, in the order of their files.
    pub files: Vec<SettingsFile>,
    /// Settings that manifests hold themselves, on top of files.
    pub inline: Vec<SettingsFile>,
    /// Files that configure the same thing.
    pub groups: Vec<Group>,
    /// Files that are nearly the same as others for the same environment.
    pub strays: Vec<Stray>,
    /// What somebody says of the names of environments.
    pub said: EnvironmentNames,
    /// By file and part of it, the number of its group and its number there.
    homes: HashMap<(SourceId, Option<Span>), (usize, usize)>,
}

/// A file of settings, or the part of one that is for one environment.
#[derive(Clone, Debug)]
pub struct SettingsFile {
    /// The file.
    pub source: SourceId,
    /// What the part is called, where it is not the whole.
    pub section: Option<Arc<str>>,
    /// Which environment reads it, where its path or its section tells.
    pub environment: Option<String>,
    /// How near to production that is.
    pub tier: Option<Tier>,
    /// It stands beside the way to production: a laptop, a review app, a name that nobody knows.
    pub is_aside: bool,
    /// What it sets, in order, duplicates included.
    pub settings: Arc<[Entry]>,
    /// A template decides which settings there are.
    pub is_open: bool,
    /// It has names and values and no tree, as the environment of a process.
    pub is_flat: bool,
    /// All that belongs to it, where it is not the whole.
    pub span: Option<Span>,
    /// What is read together with it.
    pub stack: Arc<Stack>,
}

impl SettingsFile {
    /// Where a part of it stands.
    pub fn place(&self, span: Span) -> Place {
        Place { source: self.source, span }
    }

    /// The last setting of a name, which is the one that most readers take.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.settings.iter().rev().find(|entry| &*entry.name == name)
    }

    /// What it is called among its like.
    pub fn title(&self) -> &str {
        self.environment.as_deref().unwrap_or("this environment")
    }

    /// Customers depend on it.
    pub fn is_production(&self) -> bool {
        self.tier == Some(Tier::Production)
    }

    /// Whether its settings take the place of one that it does not have itself: an empty map, a null, a template.
    pub fn covers(&self, name: &str) -> bool {
        let covers = |entry: &Entry| {
            let is_around = name.strip_prefix(&*entry.name).is_some_and(|rest| rest.starts_with(['.', '[']));
            is_around && matches!(entry.form, Form::Null | Form::List | Form::Open)
        };
        !self.is_flat && self.settings.iter().any(covers)
    }
}

impl Environments {
    /// Groups the settings files of a workspace.
    pub fn of(documents: &[Arc<Document>], said: &EnvironmentNames) -> Self {
        let all: Vec<(SourceId, &Document)> = ids(documents).zip(documents.iter().map(AsRef::as_ref)).collect();
        // The whole file, where it is one of settings, and parts.
        let read = |(id, document): (SourceId, &Document)| {
            if let Some(file) = settings_file(id, document, said) {
                let (rest, parts) = sections::part(file, &document.source, said);
                return (Some(rest), parts);
            }
            let maps = sections::config_maps(id, document, said);
            (None, maps.into_iter().chain(services::services(id, document, said)).collect())
        };
        let read: Vec<(Option<SettingsFile>, Vec<SettingsFile>)> = all.into_par_iter().map(read).collect();
        let mut files = Vec::new();
        let mut whole = Vec::new();
        for (rest, parts) in read {
            whole.extend(rest.is_some().then_some(files.len()));
            files.extend(rest);
            files.extend(parts);
        }
        let paths: Vec<&str> = whole.iter().map(|at: &usize| documents[files[*at].source.index()].source.path()).collect();
        let slots = slots::slots(&paths, said);
        for slot in &slots {
            for (at, named) in &slot.members {
                let file = &mut files[whole[*at]];
                // A path that names two environments tells of none for sure; the other may have been there before a slip.
                let path = documents[file.source.index()].source.path();
                let is_slip = || !named.is_aside && environments_in(path, said).iter().all(|other| other.name != named.name);
                let is_sure = file.environment.as_deref().is_none_or(|own| own == named.name) || is_slip();
                file.tier = is_sure.then_some(named.tier);
                file.environment = Some(named.name.to_string());
                file.is_aside = named.is_aside;
            }
        }
        let mut inline = told::inline(documents, said);
        stack::stack(&mut files, &mut inline, documents, said);
        let path = |file: &SettingsFile| documents[file.source.index()].source.path().to_owned();
        let by_path = slots.par_iter().filter_map(|slot| {
            let file = |at: &usize| files[whole[*at]].clone();
            let members = slot.members.iter().map(|(at, _)| file(at)).collect();
            Group::of(members, slot.base.iter().map(file).collect())
        });
        let mut groups: Vec<Group> = by_path.collect();
        groups.extend(sections::groups(&files, &path, said));
        groups.sort_by_key(|group| group.members.first().map(|member| (member.source, member.span)));
        let mut homes = HashMap::new();
        for (group, number) in groups.iter().zip(0..) {
            let members = group.members.iter().zip(0..);
            homes.extend(members.map(|(member, at)| ((member.source, member.span), (number, at))));
        }
        let strays = copies::strays(&files, documents);
        Self { files, inline, groups, strays, said: said.clone(), homes }
    }

    /// What other members of its group have for a setting of a file, base files included.
    pub fn siblings(&self, file: &SettingsFile, name: &str) -> Vec<(&SettingsFile, &Entry)> {
        let Some((group, own)) = self.homes.get(&(file.source, file.span)) else { return Vec::new() };
        let members = self.groups[*group].members.iter().enumerate().filter(|(at, _)| at != own);
        members.filter_map(|(_, member)| Some((member, member.find(name)?))).collect()
    }

    /// The group that a file is a member of.
    pub fn group_of(&self, file: &SettingsFile) -> Option<&Group> {
        let (group, _) = self.homes.get(&(file.source, file.span))?;
        self.groups.get(*group)
    }

    /// The tier of a settings file.
    pub fn tier(&self, id: SourceId) -> Option<Tier> {
        let at = self.files.partition_point(|file| file.source < id);
        self.files.get(at).filter(|file| file.source == id && file.section.is_none())?.tier
    }

    /// The tier of what stands at a place, where that is a part of its file.
    pub fn tier_of_part(&self, place: Place) -> Option<Tier> {
        let at = self.files.partition_point(|file| file.source < place.source);
        let here = self.files[at..].iter().take_while(|file| file.source == place.source);
        here.filter(|file| file.span.is_some_and(|span| span.contains(place.span))).find_map(|file| file.tier)
    }
}

/// The whole of a file of settings.
fn settings_file(source: SourceId, document: &Document, said: &EnvironmentNames) -> Option<SettingsFile> {
    let (settings, is_open, is_flat): (Arc<[Entry]>, bool, bool) = match (document.dotenv(), document.entries()) {
        (Some(dotenv), _) => (of_dotenv(dotenv, &document.source), false, true),
        (_, Some(entries)) => {
            let is_flat = entries.entries.iter().all(|entry| is_variable(&entry.name));
            (entries.entries.clone().into(), entries.is_open, is_flat)
        }
        _ => return None,
    };
    let named = named(document.source.path(), said);
    let (environment, tier, is_aside) = match named {
        Some(named) => (Some(named.name.into_owned()), Some(named.tier), named.is_aside),
        None => (None, None, false),
    };
    Some(SettingsFile {
        source,
        section: None,
        environment,
        tier,
        is_aside,
        settings,
        is_open,
        is_flat,
        span: None,
        stack: Arc::default(),
    })
}

fn of_dotenv(dotenv: &Dotenv, source: &Source) -> Arc<[Entry]> {
    let entry = |setting: &crate::document::dotenv::Setting| {
        let form = match setting.quote {
            Some(_) => Form::Quoted,
            None => Form::Bare,
        };
        Entry::new(setting.name(source), setting.key, setting.value, form, None)
    };
    dotenv.settings.iter().map(entry).collect()
}

/// `DATABASE_URL`
pub fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The environment that a path tells of: its last one. `.env.production.example` is an example, whatever else it says.
pub fn named(path: &str, said: &EnvironmentNames) -> Option<Named> {
    let named: Vec<Named> = words(path).filter_map(|word| named_at(path, word, said)).collect();
    named.into_iter().rev().min_by_key(|named| named.tier != Tier::Example)
}

/// The environments that a text names, word by word.
pub fn environments_in(text: &str, said: &EnvironmentNames) -> Vec<Named> {
    words(text).filter_map(|word| named_at(text, word, said)).filter(|named| named.tier != Tier::Example).collect()
}

#[cfg(test)]
mod tests;
