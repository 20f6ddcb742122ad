//! What CI systems say about the change that they check, in variables of their own.

use crate::settings::Ci;

/// A CI system: how to know it, and the variables that it names a change by.
struct System {
    /// It runs where this is set.
    sign: &'static str,
    /// The revision that the change leaves.
    commit: Option<&'static str>,
    /// The branch that the change goes into.
    branch: Option<&'static str>,
    /// The branch that releases come from.
    default_branch: Option<&'static str>,
    /// It checks out a merge of the change.
    merges: bool,
    deepen: Option<&'static str>,
}

const SYSTEMS: &[System] = &[
    System {
        sign: "GITHUB_ACTIONS",
        commit: None,
        branch: Some("GITHUB_BASE_REF"),
        default_branch: None,
        merges: true,
        deepen: Some("`fetch-depth: 0` under actions/checkout"),
    },
    System {
        sign: "GITLAB_CI",
        commit: Some("CI_MERGE_REQUEST_DIFF_BASE_SHA"),
        branch: Some("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
        default_branch: Some("CI_DEFAULT_BRANCH"),
        merges: true,
        deepen: Some("`GIT_DEPTH: 0` among the job's variables"),
    },
    System {
        sign: "BITBUCKET_BUILD_NUMBER",
        commit: Some("BITBUCKET_PR_DESTINATION_COMMIT"),
        branch: Some("BITBUCKET_PR_DESTINATION_BRANCH"),
        default_branch: None,
        merges: true,
        deepen: Some("`clone: depth: full` in the step"),
    },
    System {
        sign: "TF_BUILD",
        commit: None,
        branch: Some("SYSTEM_PULLREQUEST_TARGETBRANCH"),
        default_branch: None,
        merges: true,
        deepen: Some("`fetchDepth: 0` in the checkout step"),
    },
    System { sign: "BUILDKITE", branch: Some("BUILDKITE_PULL_REQUEST_BASE_BRANCH"), ..PLAIN },
    System { sign: "JENKINS_URL", branch: Some("CHANGE_TARGET"), merges: true, ..PLAIN },
    System { sign: "DRONE", branch: Some("DRONE_TARGET_BRANCH"), ..PLAIN },
    System { sign: "CIRRUS_CI", commit: Some("CIRRUS_BASE_SHA"), default_branch: Some("CIRRUS_DEFAULT_BRANCH"), ..PLAIN },
    System { sign: "APPVEYOR_PULL_REQUEST_NUMBER", branch: Some("APPVEYOR_REPO_BRANCH"), merges: true, ..PLAIN },
    System { sign: "CI_COMMIT_TARGET_BRANCH", branch: Some("CI_COMMIT_TARGET_BRANCH"), ..PLAIN },
];

const PLAIN: System = System { sign: "", commit: None, branch: None, default_branch: None, merges: false, deepen: None };

/// Reads what there is through `variable`, which answers for one name.
pub fn read(variable: impl Fn(&str) -> Option<String>) -> Ci {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    let Some(system) = SYSTEMS.iter().find(|system| variable(system.sign).is_some()) else { return Ci::default() };
    let commit = system.commit.and_then(|name| Some((name, vec![variable(name)?])));
    let branch = || system.branch.and_then(|name| Some((name, revisions(&variable(name)?))));
    let (name, target) = commit.or_else(branch).unwrap_or_default();
    Ci {
        target,
        variable: name,
        merges: system.merges,
        default_branch: system.default_branch.and_then(variable),
        deepen: system.deepen,
    }
}

/// What a branch is called in a clone.
fn revisions(branch: &str) -> Vec<String> {
    let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
    vec![format!("origin/{branch}"), branch.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Ci {
        read(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn systems_name_the_target_of_a_change() {
        let github = of(&[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")]);
        assert_eq!((github.target, github.variable), (vec!["origin/main".to_owned(), "main".to_owned()], "GITHUB_BASE_REF"));
        let azure = of(&[("TF_BUILD", "True"), ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/x/y")]);
        assert_eq!(azure.target[0], "origin/x/y");
        let gitlab = of(&[("GITLAB_CI", "1"), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "1a2b"), ("CI_DEFAULT_BRANCH", "trunk")]);
        assert_eq!((gitlab.target, gitlab.default_branch), (vec!["1a2b".to_owned()], Some("trunk".to_owned())));
    }

    #[test]
    fn a_push_has_no_target_and_a_desk_no_system() {
        // GitHub sets the variable to nothing where there is no pull request.
        let push = of(&[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "")]);
        assert_eq!((push.target.len(), push.merges), (0, true));
        assert_eq!(of(&[("GITHUB_BASE_REF", "main")]), Ci::default());
    }
}
