//! What the configuration of Sqitch says: where its plans and scripts are, and for which server.

use super::evidence::below;
use super::plan::Plan;
use super::{Site, Sites};
use crate::document::engine::Engine;
use crate::document::migration::framework::Framework;
use crate::path;
use crate::source::Source;
use crate::tree::Tree;

/// A section: `[core]`, or `[engine "pg"]` for one server.
#[derive(Clone, Default)]
struct Section {
    word: String,
    name: String,
    engine: Option<String>,
    top: Option<String>,
    plan: Option<String>,
    deploy: Option<String>,
    revert: Option<String>,
}

/// Larger plans are none.
const LARGEST: u64 = 4 << 20;

impl Sites {
    /// Takes in what a `sqitch.conf` in a folder says. A plan that lies elsewhere than its scripts is read from there.
    pub(super) fn sqitch(&mut self, tree: &dyn Tree, folder: &str, source: &Source) {
        let sections = sections(source.text());
        let core = sections.iter().find(|section| section.word == "core").cloned().unwrap_or_default();
        let engine = |word: &str| Engine::of_word(word).or_else(|| (word == "cockroach").then_some(Engine::Other));
        let own = sections.iter().filter(|it| it.word == "engine" && (it.top.is_some() || it.plan.is_some()));
        let mut all: Vec<(Section, Option<Engine>)> = own.map(|it| (it.clone(), engine(&it.name))).collect();
        if all.is_empty() {
            all.push((Section::default(), core.engine.as_deref().and_then(engine)));
        }
        for (section, engine) in all {
            let top = below(folder, section.top.as_deref().or(core.top.as_deref()).unwrap_or_default());
            let said = section.plan.as_deref().or(core.plan.as_deref());
            let path = said.map_or_else(|| below(&top, "sqitch.plan"), |plan| below(folder, plan));
            let Ok(bytes) = tree.read(&path, LARGEST) else { continue };
            let scripts = |said: Option<&String>, usual: &str| said.map_or_else(|| below(&top, usual), |it| below(folder, it));
            let deploy = scripts(section.deploy.as_ref().or(core.deploy.as_ref()), "deploy");
            let revert = scripts(section.revert.as_ref().or(core.revert.as_ref()), "revert");
            let plan = Plan::of_sqitch(Source::decode(path.as_str(), bytes).text(), &deploy, &revert);
            let home = path::folder(&path);
            // What was taken for its home before the configuration was read.
            if home != top && self.known.get(home).is_some_and(|site| site.said == path) {
                self.known.remove(home);
            }
            self.settled.insert(path.clone());
            self.known.insert(top, Site { framework: Framework::Sqitch, said: path, engine, plan: Some(plan) });
        }
    }
}

fn sections(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.split(['\n', '\r']).map(str::trim) {
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let (word, name) = header.split_once(' ').unwrap_or((header, ""));
            let name = name.trim().trim_matches('"').to_owned();
            sections.push(Section { word: word.to_ascii_lowercase(), name, ..Section::default() });
            continue;
        }
        let (Some(section), Some((key, value))) = (sections.last_mut(), line.split_once('=')) else { continue };
        let value = Some(value.trim().trim_matches('"').to_owned()).filter(|value| !value.is_empty());
        match key.trim() {
            "engine" => section.engine = value,
            "top_dir" => section.top = value,
            "plan_file" => section.plan = value,
            "deploy_dir" => section.deploy = value,
            "revert_dir" => section.revert = value,
            _ => {}
        }
    }
    sections
}
