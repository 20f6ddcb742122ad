//! Which files of a common format might be settings? Those that differ in the name of an environment alone, what they
//! build on, and those whose name says so to a tool.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::document::kind::promises_settings;
use crate::path;
use crate::settings::EnvironmentNames;
use crate::workspace::environments::slots::slots;

/// Folders whose files are about something else, however they are called.
const FOREIGN_FOLDERS: &[&str] = &[
    ".github",
    ".gitlab",
    ".circleci",
    ".changeset",
    ".devcontainer",
    "locales",
    "locale",
    "i18n",
    "lang",
    "translations",
    "schemas",
    "schema",
    "migrations",
    "crds",
    "dashboards",
    "snapshots",
    "mocks",
    "cassettes",
    "openapi",
    "swagger",
    "docs",
    "doc",
    "stories",
    "e2e",
    "spec",
    "__mocks__",
];

/// Files of tools that configure no environment.
const FOREIGN_NAMES: &[&str] = &[
    "package.json",
    "package-lock.json",
    "composer.json",
    "angular.json",
    "project.json",
    "nx.json",
    "turbo.json",
    "lerna.json",
    "cargo.toml",
    "pyproject.toml",
    "mkdocs.yml",
    "chart.yaml",
    "chart.yml",
    "requirements.yaml",
    "helmfile.yaml",
    "netlify.toml",
    "buf.yaml",
    "skaffold.yaml",
    "setup.cfg",
    "tox.ini",
    "pytest.ini",
    "launchsettings.json",
    "kustomization.yaml",
    "kustomization.yml",
    "renovate.json",
    "pipfile",
    "poetry.toml",
    "metadata.yaml",
    "metadata.yml",
    "catalog-info.yaml",
    "sonar-project.properties",
    "gradle.properties",
    "gradle-wrapper.properties",
    ".terraform.lock.hcl",
    "tfplan.json",
    "manifest.webmanifest",
    "deno.json",
    "jest.config.json",
    "cypress.json",
    "babel.config.json",
];

/// Which of these paths, sorted, might be files of settings.
pub fn chosen<'p>(paths: &[&'p str], said: &EnvironmentNames) -> Vec<&'p str> {
    let ours: Vec<&str> = paths.par_iter().copied().filter(|path| !is_foreign(path)).collect();
    let mut chosen: Vec<&str> = ours.par_iter().copied().filter(|path| promises_settings(path)).collect();
    for slot in slots(&ours, said) {
        chosen.extend(slot.members.iter().map(|(at, _)| ours[*at]));
        chosen.extend(slot.base.iter().map(|at| ours[*at]));
    }
    if chosen.is_empty() {
        return chosen;
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen.extend(companions(&ours, &chosen));
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// What frameworks read on top of such files: those of one machine, and the list of variables of node-config.
fn companions<'p>(ours: &[&'p str], chosen: &[&'p str]) -> Vec<&'p str> {
    let known: HashSet<&str> = chosen.iter().copied().collect();
    let folders: HashSet<&str> =
        chosen.iter().map(|path| path::folder(path)).filter(|folder| folder.ends_with("config")).collect();
    let values = chosen.iter().filter(|path| path::name(path).starts_with("values"));
    let with_values: HashSet<&str> = values.map(|path| path::folder(path)).collect();
    let is_companion = |path: &&&'p str| {
        let (folder, name) = path::parted(path);
        let is_of_folder = name.starts_with("custom-environment-variables.") || name.starts_with("local-");
        // The values of a chart stand in its folder, and those of environments often beside that.
        let around = path::folder(folder);
        let is_of_chart = matches!(name, "values.yaml" | "values.yml") && with_values.contains(around) && !folder.is_empty();
        is_of_chart || (is_of_folder && folders.contains(folder)) || known.contains(&*path.replacen(".local.", ".", 1))
    };
    ours.iter().filter(is_companion).copied().collect()
}

/// Whether its name promises a format that settings are written in.
pub fn has_format(name: &str) -> bool {
    const ENDS: &[&str] = &["yaml", "yml", "json", "jsonc", "json5", "toml", "properties", "ini", "cfg", "tfvars"];
    path::ended(name).is_some_and(|(_, end)| ENDS.iter().any(|known| known.eq_ignore_ascii_case(end)))
}

fn is_foreign(path: &str) -> bool {
    let lower = path::in_small_letters(path);
    let (folders, name) = path::parted(&lower);
    let is_lock = name.ends_with(".lock.json")
        || name.ends_with("-lock.yaml")
        || name.starts_with("tsconfig")
        || name.ends_with(".tfstate.json");
    // What a chart renders is an object once it is rendered.
    let is_template = folders.split('/').any(|folder| folder == "templates");
    let is_test = folders.contains("src/test/") || folders.ends_with("src/test") || folders.starts_with("spec/");
    is_lock
        || is_template
        || is_test
        || name.starts_with('.')
        || FOREIGN_NAMES.contains(&name)
        || folders.split('/').any(|folder| FOREIGN_FOLDERS.contains(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_of_other_environments_are_candidates() {
        let table: &[(&[&str], &[&str])] = &[
            (
                &["a/values-dev.yaml", "a/values-prod.yaml", "a/values.yaml", "a/x.yaml"],
                &["a/values-dev.yaml", "a/values-prod.yaml", "a/values.yaml"],
            ),
            (&["config/prod.json", "x.json"], &[]),
            (&["application-prod.yml"], &["application-prod.yml"]),
            (&["src/test/resources/application.yml"], &[]),
            (&["appsettings.Development.json", "appsettings.json"], &["appsettings.Development.json", "appsettings.json"]),
            (&["locales/dev.json", "locales/prod.json"], &[]),
            (&["chart/templates/dev.yaml", "chart/templates/prod.yaml"], &[]),
            (&["config/database.yml"], &["config/database.yml"]),
            (
                &["config/custom-environment-variables.json", "config/dev.json", "config/local-prod.json", "config/prod.json"],
                &["config/custom-environment-variables.json", "config/dev.json", "config/local-prod.json", "config/prod.json"],
            ),
            (&["x/custom-environment-variables.json", "x/local-prod.json"], &[]),
            (&["terraform/prod.tfvars"], &["terraform/prod.tfvars"]),
        ];
        for (paths, wanted) in table {
            assert_eq!(chosen(paths, &EnvironmentNames::default()), *wanted, "{paths:?}");
        }
    }
}
