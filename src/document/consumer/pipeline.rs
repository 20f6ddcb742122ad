//! Which files deploy or build a program, and so ask for files of settings?

use crate::path;

/// Whether a file may ask for files of settings, by its path.
pub fn may_be_pipeline(path: &str) -> bool {
    is_named_pipeline(path) || may_be_script(path) || may_be_concourse(path)
}

/// Whether a file asks for files of settings.
pub fn is_pipeline(path: &str, bytes: &[u8]) -> bool {
    let is_it = || (may_be_script(path) && is_script(bytes)) || (may_be_concourse(path) && is_concourse(bytes));
    is_named_pipeline(path) || is_it()
}

fn is_named_pipeline(path: &str) -> bool {
    const NAMES: &[&str] = &["Makefile", "GNUmakefile", "justfile", "Justfile", "Procfile", "Jenkinsfile", "Taskfile.yml"];
    let (folders, name) = path::parted(path);
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    let begins = |word: &str| name.starts_with(word);
    let is_ci =
        folders.ends_with(".github/workflows") || folders.ends_with(".circleci") || matches!(name, "action.yml" | "action.yaml");
    let is_helmfile = is_yaml && begins("helmfile");
    let is_known = [".gitlab-ci", "azure-pipelines", "bitbucket-pipelines", "cloudbuild", "docker-compose", "compose"]
        .into_iter()
        .any(begins);
    NAMES.contains(&name) || name.ends_with(".sh") || name.ends_with(".mk") || is_helmfile || (is_yaml && (is_ci || is_known))
}

/// Whether a path without an extension is where people keep scripts: `bin/deploy`.
fn may_be_script(path: &str) -> bool {
    const FOLDERS: &[&str] = &["bin", "script", "scripts", "ci", ".ci", "deploy", "deployment", "tasks", ".buildkite"];
    let (folders, name) = path::parted(path);
    let folder = path::name(folders);
    !name.contains('.') && (name.starts_with("deploy") || FOLDERS.contains(&folder))
}

/// Whether a shell runs it.
fn is_script(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    line.starts_with(b"#!") && [&b"sh"[..], b"sh -e", b"sh -eu", b"sh -ex"].iter().any(|shell| line.ends_with(shell))
}

fn may_be_concourse(path: &str) -> bool {
    path.ends_with("pipeline.yml") || path.ends_with("pipeline.yaml")
}

/// Whether it is a pipeline of Concourse, and not an object of that kind.
fn is_concourse(bytes: &[u8]) -> bool {
    let has = |word: &str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
    ["jobs:", "plan:", "(("].into_iter().all(has) && !has("apiVersion")
}

/// The folder whose files a pipeline is about, by its own path: what another project of a tree calls its environments says
/// nothing.
pub fn project(path: &str) -> &str {
    const TOOLS: &[&str] = &[
        "actions",
        "bin",
        "build",
        "cd",
        "ci",
        "cicd",
        "concourse",
        "deploy",
        "deployment",
        "deployments",
        "devops",
        "hack",
        "infra",
        "infrastructure",
        "jenkins",
        "jobs",
        "make",
        "ops",
        "pipeline",
        "pipelines",
        "script",
        "scripts",
        "tasks",
        "tools",
        "workflows",
    ];
    let mut folder = path;
    loop {
        folder = path::folder(folder);
        let name = path::name(folder);
        if folder.is_empty() || !(name.starts_with('.') || TOOLS.contains(&name)) {
            return folder;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_for_files() {
        let table = [
            ("ops/Makefile", "all:\n", true),
            ("ci/Makefile", "all:\n", true),
            ("bin/deploy", "#!/bin/sh\nhelm\n", true),
            ("bin/deploy", "#!/usr/bin/env bash\nhelm\n", true),
            ("bin/rails", "#!/usr/bin/env ruby\n", false),
            ("ci/pipeline.yml", "jobs:\n- plan:\n  - put: ((x))\n", true),
            ("tekton/pipeline.yml", "apiVersion: x\nkind: Pipeline\njobs:\nplan: (( \n", false),
        ];
        for (path, text, wanted) in table {
            assert!(may_be_pipeline(path), "{path}");
            assert_eq!(is_pipeline(path, text.as_bytes()), wanted, "{path}");
        }
        assert!(!may_be_pipeline("deploy/web.yaml"));
    }

    #[test]
    fn a_pipeline_is_about_its_project() {
        for (path, folder) in [
            (".github/workflows/web.yml", ""),
            ("Makefile", ""),
            ("scripts/ci/deploy.sh", ""),
            ("services/mail/.circleci/config.yml", "services/mail"),
            ("services/mail/Makefile", "services/mail"),
        ] {
            assert_eq!(project(path), folder, "{path}");
        }
    }
}
