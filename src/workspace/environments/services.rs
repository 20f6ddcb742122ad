//! What the containers of each service of a compose file get to know.

use std::collections::HashSet;

use super::names::{Named, Tier};
use super::{SettingsFile, environments_in, named};
use crate::diagnostic::SourceId;
use crate::document::Document;
use crate::document::compose::Service;
use crate::document::entries::Entry;
use crate::settings::EnvironmentNames;

/// How the section of a service begins.
pub const SERVICE: &str = "service ";

/// A compose file as a whole, which sets nothing itself, and the settings of its services. What several share by an anchor
/// is judged with the first of them, and the others may have more than they show.
pub fn services(source: SourceId, document: &Document, said: &EnvironmentNames) -> Vec<SettingsFile> {
    let Some(compose) = document.compose() else { return Vec::new() };
    let (environment, tier, is_aside) = match named(document.source.path(), said) {
        Some(named) => (Some(named.name.into_owned()), Some(named.tier), named.is_aside),
        None => (None, None, false),
    };
    let whole = SettingsFile {
        source,
        section: None,
        environment,
        tier,
        is_aside,
        settings: Vec::new().into(),
        is_open: true,
        is_flat: true,
        span: None,
        stack: std::sync::Arc::default(),
    };
    let mut seen = HashSet::new();
    let mut one = |service: &Service| {
        let settings: Vec<Entry> = service.settings.iter().filter(|entry| seen.insert(entry.key)).cloned().collect();
        let mut own = SettingsFile {
            section: Some(format!("{SERVICE}{}", service.name).into()),
            is_open: service.is_open || settings.len() < service.settings.len(),
            settings: settings.into(),
            span: Some(service.span),
            ..whole.clone()
        };
        if let Some(profile) = profile(service, said) {
            own = SettingsFile { environment: Some(profile.name.into_owned()), tier: Some(profile.tier), is_aside: true, ..own };
        }
        own
    };
    let services: Vec<SettingsFile> =
        compose.services.iter().filter(|service| !service.settings.is_empty()).map(&mut one).collect();
    [whole].into_iter().chain(services).collect()
}

/// What a service is for that starts only where somebody asks for it by a name such as `dev`, whatever file it stands in.
fn profile(service: &Service, said: &EnvironmentNames) -> Option<Named> {
    let named = service.profiles.iter().map(|profile| environments_in(profile, said).pop());
    let named: Option<Vec<Named>> = named.collect();
    let is_none_of_customers = |named: &Named| named.tier == Tier::NonProduction;
    named?
        .into_iter()
        .reduce(|first, other| if is_none_of_customers(&first) { other } else { first })
        .filter(is_none_of_customers)
}
