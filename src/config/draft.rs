//! A `gonogo.toml` to begin with. It tells what gonogo found, and changes nothing: what would is switched off by a `#`
//! without a space after it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::show::{quoted, shown};
use crate::document::engine::Engine;
use crate::rule::{Family, RULES};
use crate::settings::Settings;
use crate::tree::Tree;
use crate::untrusted::Untrusted;
use crate::workspace::Workspace;
use crate::workspace::discover::discover;
use crate::workspace::environments::Group;
use crate::workspace::history::MigrationSet;

/// A configuration that fits a tree.
pub fn draft(tree: &dyn Tree) -> String {
    let settings = Settings::default();
    let files = discover(tree, "", &settings).files;
    let workspace = Workspace::build(tree, "", &settings);
    let mut out = HEAD.to_owned();
    for set in &workspace.history.sets {
        let block = migrations(set);
        let is_harmless = stands_alone(set, &workspace) && {
            let mut settings = Settings::default();
            super::Config::of_text(&block).map(|config| config.apply(&mut settings)).is_ok()
                && discover(tree, "", &settings).files == files
        };
        let block = if is_harmless { block } else { switched_off(&block) };
        let _ = write!(out, "\n# {}\n{block}", about(set));
    }
    for (at, group) in workspace.environments.groups.iter().take(MOST_GROUPS).enumerate() {
        let _ = writeln!(out, "{}# {}", if at == 0 { "\n" } else { "" }, environments(group, &workspace));
    }
    let families = families(&workspace);
    for rule in RULES.iter().filter(|rule| families.contains(&rule.family)) {
        let _ = write!(out, "\n# {}: {}.\n#[rules.{}]\n#level = \"{}\"\n", rule.name, rule.summary, rule.name, rule.severity);
        for option in rule.options {
            let _ = writeln!(out, "# {}: {}.\n#{} = {}", option.name, option.text, option.name, shown(&option.value()));
        }
    }
    out
}

/// How many groups of environment files are told of.
const MOST_GROUPS: usize = 12;

const HEAD: &str = r#"# How gonogo judges this repository. `gonogo config` prints what holds and where it comes from, `gonogo explain RULE`
# tells about a rule. What begins with `#` and no space is switched off, so this file changes no verdict yet.
#
# For completion in an editor: `gonogo config --schema > gonogo.schema.json`, and `#:schema ./gonogo.schema.json` as the
# first line of this file.

# Findings of this severity or worse mean NO-GO.
#fail-on = "high"

# The revision that has shipped. Without it gonogo asks git.
#base = "origin/main"

#[files]
# What is never read, in patterns like those of .gitignore.
#exclude = ["examples/"]
# What is read although it is passed over by default: ignored, vendored, generated files and test data.
#include = ["vendor/schema/"]

# A finding that is there on purpose, where a comment beside it will not do.
#[[allow]]
#rule = "RULE"
#path = "db/0042_drop_note.sql"
#reason = "nobody reads it since 1.8"
#until = "2027-01-31"
"#;

/// What is found out about a set, as a table.
fn migrations(set: &MigrationSet) -> String {
    let path = quoted(&format!("/{}/", escaped(&set.folder)));
    let engine = if set.engine_is_known { "" } else { "#" };
    let word = if Engine::WORDS.contains(&set.engine.key()) { set.engine.key() } else { Engine::WORDS[0] };
    let engine = if set.engine.key() == word { engine } else { "#" };
    format!(
        "[[migrations]]\npath = {path}\n{engine}engine = \"{word}\"\n# The last version that has shipped, where git does not know.\n\
         #applied-through = \"0001\"\n# Whether each migration needs a way back: required, optional or none.\n#rollback = \"required\"\n"
    )
}

/// A folder's name as a pattern that means it alone.
fn escaped(folder: &str) -> String {
    let mut out = String::new();
    for next in folder.chars() {
        if "*?[]{}\\!".contains(next) {
            out.push('\\');
        }
        out.push(next);
    }
    out
}

/// No other set lies in its folder, which a pattern would speak of, too.
fn stands_alone(set: &MigrationSet, workspace: &Workspace) -> bool {
    let inside = |other: &&MigrationSet| other.folder == set.folder || other.folder.starts_with(&format!("{}/", set.folder));
    !set.folder.is_empty() && workspace.history.sets.iter().filter(inside).count() == 1
}

fn switched_off(block: &str) -> String {
    let lines = block.split_terminator('\n');
    lines.map(|line| if line.starts_with('#') { format!("{line}\n") } else { format!("#{line}\n") }).collect()
}

fn about(set: &MigrationSet) -> String {
    let (all, back) = (set.migrations.iter().filter(|migration| !migration.up.is_empty()).count(), set.reversible().count());
    let all = if all == 1 { "One migration".to_owned() } else { format!("{all} migrations") };
    let engine =
        if set.engine_is_known { set.engine.name().to_owned() } else { format!("{}, as far as one can tell", set.engine.name()) };
    let back = match back {
        0 => "none has a way back".to_owned(),
        1 => "one has a way back".to_owned(),
        back => format!("{back} have a way back"),
    };
    format!("{all} for {engine}; {back}.")
}

fn environments(group: &Group, workspace: &Workspace) -> String {
    let names: BTreeSet<&str> = group.members.iter().filter_map(|member| member.environment.as_deref()).collect();
    let first = group.members.first().map_or("", |member| workspace.path(member.source));
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    let style = if group.is_complete { "each file has every setting" } else { "each file holds what differs" };
    // A name may hold a line break, which would end the comment.
    format!("{} and the like set up {}; {style}.", quoted(first), Untrusted(&names))
}

fn families(workspace: &Workspace) -> BTreeSet<Family> {
    let mut families = BTreeSet::new();
    if !workspace.history.sets.is_empty() {
        families.insert(Family::Migration);
    }
    if !workspace.topology.workloads.is_empty() {
        families.insert(Family::Manifest);
    }
    if !workspace.environments.files.is_empty() {
        families.insert(Family::Environment);
    }
    families
}
