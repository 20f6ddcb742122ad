//! Where gonogo sits: hooks, the action, the GitLab template, packages. What can be kept honest without their tools: that
//! versions agree, that what they call exists, that nothing foreign is interpolated or unpinned.

use std::collections::BTreeSet;
use std::fs;

use gonogo::emit::Format;
use serde_yaml::Value;

use crate::repository::{INDEX, Repository, TABLE};
use crate::support::{POD, Scratch, gonogo, root};

const VERSION: &str = env!("CARGO_PKG_VERSION");

const WORKFLOWS: &[&str] = &[".github/workflows/ci.yml", ".github/workflows/release.yml", "action.yml"];

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}")).replace("\r\n", "\n")
}

fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn words<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("`{key}` of {value:?}"))
}

/// Every text between two marks.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

/// That `gonogo check` takes these arguments, whatever it then says of the folder.
fn parses(arguments: &[&str], whose: &str) {
    let run = gonogo(Scratch::new(&[("web.yaml", POD)]).path(), arguments);
    assert_ne!(run.code, 2, "{whose}: {arguments:?}: {}", run.err);
}

#[test]
fn one_version_everywhere() {
    let project = text("pyproject.toml");
    assert!(project.contains(&format!("\nversion = \"{VERSION}\"\n")), "pyproject.toml: version");
    assert!(project.contains(&format!("\"gonogo == {VERSION}\"")), "pyproject.toml: what the hook installs");
    assert!(text("templates/gonogo.yml").contains(&format!("      default: {VERSION}\n")), "templates/gonogo.yml");
    let readme = text("README.md");
    let tags = [between(&readme, "rev: v", "\n"), between(&readme, "/gonogo@v", "\n")].concat();
    assert!(tags.len() >= 3 && tags.iter().all(|tag| tag.split([' ', '`']).next() == Some(VERSION)), "README.md: {tags:?}");
    // Packages and the action take it from here; the latter with sed, so the first version must be the package's.
    let cargo = text("Cargo.toml");
    assert_eq!(between(&cargo, "\nversion = \"", "\"").first(), Some(&VERSION));
}

#[test]
fn every_hook_judges_what_is_staged() {
    let repository = Repository::new(&[("db/1_a.sql", TABLE), ("web.yaml", POD)]);
    repository.branch("feature").write("db/2_b.sql", INDEX).git(&["add", "-A"]);
    // The working copy is another matter.
    repository.write("db/2_b.sql", "SELECT 1;\n");
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_sequence().expect("a list of hooks");
    let ids: Vec<&str> = hooks.iter().map(|hook| words(hook, "id")).collect();
    assert_eq!(ids, ["gonogo", "gonogo-changed", "gonogo-src", "gonogo-system"]);
    for hook in hooks {
        let id = words(hook, "id");
        let entry: Vec<&str> = words(hook, "entry").split(' ').collect();
        assert_eq!(entry[0], "gonogo", "{id}");
        let run = gonogo(repository.0.path(), &entry[1..]);
        assert!(run.code == 1 && run.out.contains("[db/2_b.sql:1:1]"), "{id}: {}{}", run.out, run.err);
        // Rules look across files, and a deletion passes no file name.
        let switches = ["pass_filenames", "always_run", "require_serial"].map(|key| hook[key].as_bool());
        assert_eq!(switches, [Some(false), Some(true), Some(true)], "{id}");
    }
    repository.git(&["add", "-A"]);
    for hook in hooks {
        let entry: Vec<&str> = words(hook, "entry").split(' ').collect();
        let run = gonogo(repository.0.path(), &entry[1..]);
        assert_eq!((run.code, run.out.lines().count()), (0, 1), "{hook:?}: {}{}", run.out, run.err);
    }
}

#[test]
fn foreign_actions_are_pinned_and_nothing_is_interpolated_into_scripts() {
    for path in WORKFLOWS {
        let text = text(path);
        let used = between(&text, "uses: ", "\n");
        assert!(!used.is_empty(), "{path}");
        for line in used {
            let (action, version) = line.split_once(" # v").unwrap_or_else(|| panic!("{path}: no version beside {line}"));
            let hash = action.split_once('@').map_or("", |(_, hash)| hash);
            assert!(hash.len() == 40 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{path}: {line}");
            assert_eq!(version.split('.').count(), 3, "{path}: {line}");
        }
        for step in steps(&yaml(path)) {
            let script = step["run"].as_str().unwrap_or_default();
            assert!(!script.contains("${{"), "{path}: {script}");
        }
    }
}

/// All steps of a workflow or an action.
fn steps(file: &Value) -> Vec<Value> {
    let jobs = file["jobs"].as_mapping().into_iter().flat_map(|jobs| jobs.iter().map(|(_, job)| job.clone()));
    let holders = jobs.chain([file["runs"].clone()]);
    holders.flat_map(|holder| holder["steps"].as_sequence().cloned().unwrap_or_default()).collect()
}

#[test]
fn the_action_hands_over_all_that_it_takes_and_its_scripts_use_it() {
    let (plain, action) = (text("action.yml"), yaml("action.yml"));
    let inputs: BTreeSet<&str> = action["inputs"].as_mapping().expect("inputs").keys().filter_map(Value::as_str).collect();
    let used: BTreeSet<&str> = between(&plain, "${{ inputs.", " }}").into_iter().collect();
    assert_eq!(inputs, used);
    for script in ["install.sh", "check.sh"] {
        let step = steps(&action).into_iter().find(|step| step["run"].as_str().is_some_and(|run| run.contains(script)));
        let step = step.unwrap_or_else(|| panic!("{script} is not called"));
        let given: BTreeSet<&str> = step["env"].as_mapping().expect("an environment").keys().filter_map(Value::as_str).collect();
        let plain = text(&format!("packaging/action/{script}"));
        let read: BTreeSet<String> = between(&plain, "${GONOGO_", "}")
            .into_iter()
            .map(|rest| {
                format!(
                    "GONOGO_{}",
                    rest.split(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_').next().unwrap_or_default()
                )
            })
            .collect();
        assert_eq!(given, read.iter().map(String::as_str).collect(), "{script}");
    }
}

#[test]
fn formats_and_flags_of_seats_exist() {
    let known = |name: &str| Format::ALL.iter().any(|(format, _)| *format == name);
    for path in ["packaging/action/check.sh", "templates/gonogo.yml"] {
        let text = text(path);
        let formats: Vec<&str> = between(&text, "--output ", " ").into_iter().map(|word| word.trim_start_matches('"')).collect();
        assert!(formats.len() >= 3, "{path}: {formats:?}");
        for format in formats {
            let name: String = format.chars().take_while(char::is_ascii_lowercase).collect();
            assert!(known(&name), "{path}: {format}");
        }
    }
    parses(&["check", "--fail-on", "high", "--output", "text", "--", "."], "templates/gonogo.yml");
    assert!(text("templates/gonogo.yml").contains("--fail-on \"$GONOGO_FAIL_ON\""));
}

#[test]
fn the_same_targets_are_built_packed_and_installed() {
    let targets: Value = serde_yaml::from_str(&text("packaging/targets.json")).expect("JSON");
    let targets: BTreeSet<&str> = targets.as_sequence().expect("a list").iter().map(|entry| words(entry, "target")).collect();
    let release = text(".github/workflows/release.yml");
    assert_eq!(targets, between(&release, "{ target: ", ",").into_iter().collect());
    let install = text("packaging/action/install.sh");
    assert_eq!(targets, between(&install, ") target=", " ;;").into_iter().collect());
}

/// The scripts themselves, where there is a bash.
#[cfg(target_os = "linux")]
mod scripts {
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::process::{Command, Output};

    use super::*;

    fn run(script: &str, folder: &Path, path: &Path, variables: &BTreeMap<&str, String>) -> Output {
        let mut command = Command::new("bash");
        command.arg(root().join("packaging/action").join(script)).current_dir(folder).env_clear().envs(variables);
        let path = format!("{}:{}", path.display(), std::env::var("PATH").unwrap_or_default());
        command.env("PATH", path).output().expect("bash runs")
    }

    fn inputs(scratch: &Scratch) -> BTreeMap<&'static str, String> {
        let file = |name: &str| scratch.path().join(name).display().to_string();
        let mut variables = BTreeMap::from([
            ("RUNNER_TEMP", scratch.path().display().to_string()),
            ("GITHUB_OUTPUT", file("outputs")),
            ("GITHUB_STEP_SUMMARY", file("summary.md")),
            ("GONOGO_PATHS", ".".to_owned()),
        ]);
        for switch in ["GONOGO_ANNOTATIONS", "GONOGO_SUMMARY", "GONOGO_SARIF"] {
            variables.insert(switch, "false".to_owned());
        }
        for text in ["GONOGO_FAIL_ON", "GONOGO_ARGUMENTS"] {
            variables.insert(text, String::new());
        }
        variables
    }

    #[test]
    fn the_check_of_the_action_tells_each_exit_code_apart() {
        let binary = Path::new(env!("CARGO_BIN_EXE_gonogo")).parent().expect("a folder");
        for (file, text, arguments, outputs) in [
            ("web.yaml", POD, "", "verdict=go\nexit-code=0\n"),
            ("db/1_a.sql", "CREATE INDEX i ON t (a);\n", "", "verdict=no-go\nexit-code=1\n"),
            ("web.yaml", POD, "--no-such-flag", "verdict=none\nexit-code=2\n"),
            ("main.c", "int main;\n", "", "verdict=no-verdict\nexit-code=3\n"),
            ("main.c", "int main;\n", "--allow-empty\r\n\n--quiet", "verdict=go\nexit-code=0\n"),
        ] {
            let (beside, repository) = (Scratch::new(&[]), Scratch::new(&[(file, text)]));
            let mut variables = inputs(&beside);
            variables.insert("GONOGO_ARGUMENTS", arguments.to_owned());
            let output = run("check.sh", repository.path(), binary, &variables);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{file}: {said}");
            assert_eq!(fs::read_to_string(&variables["GITHUB_OUTPUT"]).expect("outputs"), outputs, "{file}: {said}");
        }
    }

    #[test]
    fn a_shallow_checkout_is_told_which_depth_it_needs() {
        let binary = Path::new(env!("CARGO_BIN_EXE_gonogo")).parent().expect("a folder");
        let (beside, repository) = (Scratch::new(&[]), Repository::shipped());
        for (depth, verdict, told) in [("1", "no-verdict", true), ("2", "go", false)] {
            let clone = repository.clone(&["--depth", depth]);
            let output = run("check.sh", clone.path(), binary, &inputs(&beside));
            let out = String::from_utf8_lossy(&output.stdout);
            assert_eq!(out.contains("fetch-depth: 0"), told, "{depth}: {out}");
            let outputs = fs::read_to_string(beside.path().join("outputs")).expect("outputs");
            assert!(outputs.lines().rev().nth(1) == Some(&format!("verdict={verdict}")), "{depth}: {outputs}{out}");
        }
    }

    /// A program that says with which arguments it was called, and leaves the reports that it was asked for.
    const STUB: &str = "#!/usr/bin/env bash\nprintf '<%s>\\n' \"$@\"\nfor word in \"$@\"; do\n  \
                        case $word in *=*) echo \"report ${word%%=*}\" >\"${word#*=}\" ;; esac\ndone\nexit 1\n";

    #[test]
    fn what_the_action_is_called_with_is_never_a_command() {
        use std::os::unix::fs::PermissionsExt as _;

        let scratch = Scratch::new(&[("bin/gonogo", STUB)]);
        let stub = scratch.path().join("bin/gonogo");
        fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).expect("a program");
        let mut variables = inputs(&scratch);
        for switch in ["GONOGO_ANNOTATIONS", "GONOGO_SUMMARY", "GONOGO_SARIF"] {
            variables.insert(switch, "true".to_owned());
        }
        variables.insert("GONOGO_FAIL_ON", "$(touch pwned)".to_owned());
        variables.insert("GONOGO_ARGUMENTS", "--select=a b\n`touch pwned`;\"".to_owned());
        variables.insert("GONOGO_PATHS", "--version\nb c".to_owned());
        let output = run("check.sh", scratch.path(), &scratch.path().join("bin"), &variables);
        let out = String::from_utf8_lossy(&output.stdout);
        let temp = &variables["RUNNER_TEMP"];
        let wanted = format!(
            "<check>\n<--output>\n<text>\n<--output>\n<github={temp}/gonogo.annotations>\n<--output>\n<markdown={temp}/summary.md>\n\
             <--output>\n<sarif-github={temp}/gonogo.sarif>\n<--fail-on>\n<$(touch pwned)>\n<--select=a b>\n<`touch pwned`;\">\n\
             <-->\n<--version>\n<b c>\nreport github\n"
        );
        assert_eq!((out.as_ref(), scratch.path().join("pwned").exists()), (wanted.as_str(), false));
        let outputs = fs::read_to_string(&variables["GITHUB_OUTPUT"]).expect("outputs");
        assert_eq!(outputs, format!("verdict=no-go\nexit-code=1\nsarif-file={temp}/gonogo.sarif\n"));
    }

    #[test]
    fn the_template_calls_gonogo_with_what_it_was_given() {
        use std::os::unix::fs::PermissionsExt as _;

        let text = text("templates/gonogo.yml");
        let (_, job) = text.split_once("\n---\n").expect("inputs, and the job");
        let job: Value = serde_yaml::from_str(job).expect("YAML");
        let script = job["$[[ inputs.job-name ]]"]["script"].as_sequence().expect("a script");
        let call = script.last().and_then(Value::as_str).expect("the call");
        let scratch = Scratch::new(&[("gonogo-venv/bin/gonogo", STUB)]);
        let stub = scratch.path().join("gonogo-venv/bin/gonogo");
        fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).expect("a program");
        for (fail_on, arguments, middle) in [("", "", ""), ("low", "--changed --all", "<--changed>\n<--all>\n")] {
            let mut command = Command::new("sh");
            command.args(["-c", call]).current_dir(scratch.path()).env("CI_BUILDS_DIR", scratch.path());
            command.env("GONOGO_FAIL_ON", fail_on).env("GONOGO_ARGUMENTS", arguments).env("GONOGO_PATHS", "a b");
            let output = command.output().expect("sh runs");
            let fail_on = if fail_on.is_empty() { String::new() } else { format!("<--fail-on>\n<{fail_on}>\n") };
            let reports = ["text", "gitlab=gonogo-code-quality.json", "junit=gonogo-junit.xml"];
            let reports: String = reports.iter().map(|report| format!("<--output>\n<{report}>\n")).collect();
            let wanted = format!("<check>\n{fail_on}{reports}{middle}<-->\n<a b>\n");
            assert_eq!((String::from_utf8_lossy(&output.stdout).as_ref(), output.status.code()), (wanted.as_str(), Some(1)));
        }
        let reports = &job["$[[ inputs.job-name ]]"]["artifacts"]["reports"];
        for report in ["codequality", "junit"] {
            assert!(scratch.path().join(words(reports, report)).exists(), "{report}");
        }
    }

    /// A release as the action sees it: an archive and its checksum, below a server that is a folder.
    fn release(scratch: &Scratch) -> BTreeMap<&'static str, String> {
        let folder = format!("gonogo-{VERSION}-x86_64-unknown-linux-musl");
        let release = format!("server/o/r/releases/download/v{VERSION}");
        scratch.write(&format!("{release}/{folder}/gonogo"), b"#!/bin/sh\necho ran\n");
        let pack = format!("chmod +x {folder}/gonogo && tar -czf {folder}.tar.gz {folder} && sha256sum *.tar.gz >SHA256SUMS");
        let done = Command::new("bash").args(["-c", &pack]).current_dir(scratch.path().join(release)).status();
        assert!(done.expect("bash runs").success());
        let below = |name: &str| scratch.path().join(name).display().to_string();
        BTreeMap::from([
            ("RUNNER_TEMP", below("")),
            ("RUNNER_OS", "Linux".to_owned()),
            ("RUNNER_ARCH", "X64".to_owned()),
            ("GITHUB_PATH", below("path")),
            ("GITHUB_SERVER_URL", format!("file://{}", below("server"))),
            ("GITHUB_REPOSITORY", "o/r".to_owned()),
            ("GITHUB_ACTION_PATH", root().display().to_string()),
        ])
    }

    #[test]
    fn the_action_installs_what_has_the_promised_checksum_and_nothing_else() {
        if Command::new("curl").arg("--version").output().is_err() {
            return;
        }
        let zeros = "0".repeat(64);
        let cases = [
            ("GONOGO_VERSION", "", None),
            ("GONOGO_VERSION", VERSION, None),
            ("GONOGO_REPOSITORY", "o/r", None),
            ("GONOGO_REPOSITORY", "x/y", Some("could not be fetched")),
            ("GONOGO_SHA256", &zeros, Some("was promised")),
            ("GONOGO_SHA256", "$(id)", Some("there is no checksum")),
            ("GONOGO_VERSION", "9.9.9", Some("could not be fetched")),
            ("GONOGO_VERSION", "latest/../x", Some("is no version")),
            ("RUNNER_ARCH", "X86", Some("there is no release for Linux on X86")),
        ];
        for (name, value, refusal) in cases {
            let scratch = Scratch::new(&[]);
            let mut variables = release(&scratch);
            variables.insert(name, value.to_owned());
            let output = run("install.sh", scratch.path(), Path::new("/nowhere"), &variables);
            let out = String::from_utf8_lossy(&output.stdout);
            let wanted = if refusal.is_some() { 3 } else { 0 };
            assert_eq!(output.status.code(), Some(wanted), "{name}={value}: {out}{}", String::from_utf8_lossy(&output.stderr));
            assert!(out.contains(refusal.unwrap_or("ran")), "{name}={value}: {out}");
            assert_eq!(scratch.path().join("path").exists(), refusal.is_none(), "{name}={value}");
        }
    }

    #[test]
    fn a_package_is_the_same_whenever_it_is_packed() {
        let new_enough = Command::new("python3").args(["-c", "import tomllib"]).output();
        if !new_enough.is_ok_and(|output| output.status.success()) {
            return;
        }
        let scratch = Scratch::new(&[("gonogo", "a binary")]);
        let pack = |out: &str| {
            let mut command = Command::new("python3");
            command.arg(root().join("packaging/pack.py")).args(["wheel", "x86_64-unknown-linux-musl", "gonogo", out]);
            let output = command.current_dir(scratch.path()).env("PYTHONDONTWRITEBYTECODE", "1").output().expect("python runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            assert!(path.starts_with(&format!("{out}/gonogo-{VERSION}-py3-none-manylinux")), "{path}");
            fs::read(scratch.path().join(path)).expect("a wheel")
        };
        assert_eq!(pack("one"), pack("two"));
    }

    #[test]
    fn without_its_program_the_npm_package_gives_no_verdict() {
        let scratch = Scratch::new(&[]);
        let mut command = Command::new("node");
        command.arg(root().join("packaging/npm/gonogo.js")).arg("--version").current_dir(scratch.path());
        let Ok(output) = command.output() else { return };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(3) && said.contains("@gonogo/linux-"), "{said}");
    }
}
