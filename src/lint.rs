//! Runs the checks in parallel and merges what they find in a fixed order. Nothing here knows a rule by name.

pub(crate) mod fingerprint;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;

use crate::checks::CHECKS;
use crate::diagnostic::{Diagnostic, Judged, Note, Place, Severity, SourceId};
use crate::guard;
use crate::rule::suppression::{Suppression, Suppressions};
use crate::rule::{Check, Context, Family, File, Finding, RULES, Rule};
use crate::settings::Settings;
use crate::timings::{Timings, timed};
use crate::workspace::Workspace;
use crate::workspace::container::Container;
use crate::workspace::environments::{Group, SettingsFile, Tier};
use crate::workspace::history::{Migration, MigrationSet, Shipping};
use crate::workspace::topology::Workload;
use crate::workspace::topology::object::Object;

/// A rule and its check.
pub type Pair = (&'static Rule, Check);

/// What the checks found, in order, and what went wrong on the way.
#[derive(Debug, Default)]
pub struct Outcome {
    /// By path, place and rule; suppressed ones included.
    pub findings: Vec<Finding>,
    /// Checks that failed, and suppressions that allow nothing and stand where nobody can be shown them.
    pub notes: Vec<Note>,
    /// Who looked at what.
    pub looked: Looked,
    /// How long it took, where somebody wants to know.
    pub timings: Timings,
}

/// Which rules looked at which files. Where none looked, nothing found means nothing.
#[derive(Debug, Default)]
pub struct Looked {
    rules: HashSet<&'static str>,
    /// They say where a rule is switched off.
    settings: Settings,
    /// Files, and folders of migrations, that could not be judged.
    unread: HashSet<String>,
}

impl Looked {
    /// Whether a rule would have found what it is about in this file.
    pub fn at(&self, workspace: &Workspace, rule: &Rule, path: &str) -> bool {
        let mut around = path.match_indices('/').map(|(at, _)| &path[..at]).chain([path, "."]);
        let is_judged = workspace.find(path).is_none_or(|id| {
            let engine = workspace.document(id).sql().map(|sql| sql.engine.key());
            let knows = engine.is_none_or(|engine| rule.engines.is_empty() || rule.engines.contains(&engine));
            knows && is_judged(workspace, rule, id)
        });
        is_judged
            && self.rules.contains(rule.name)
            && rule.is_on(path, &self.settings)
            && !around.any(|path| self.unread.contains(path))
    }
}

/// Judges a workspace with all rules that are switched on.
pub fn lint(workspace: &Workspace, settings: &Settings) -> Outcome {
    lint_with(workspace, settings, |rule| rule.may_be_on(settings))
}

/// Judges a workspace with some of the rules.
pub fn lint_with(workspace: &Workspace, settings: &Settings, wanted: impl Fn(&Rule) -> bool) -> Outcome {
    let pairs = RULES.iter().zip(CHECKS.iter().copied()).filter(|(rule, _)| wanted(rule));
    let (mut outcome, took) = timed(workspace.timings.on, || judge(workspace, &pairs.collect::<Vec<_>>(), settings));
    outcome.timings.checks = took;
    outcome
}

/// Judges a workspace with these rules and checks. Those about suppressions come last: what a suppression is good for
/// shows when all others have spoken.
pub fn judge(workspace: &Workspace, pairs: &[Pair], settings: &Settings) -> Outcome {
    let mut outcome = Outcome::default();
    outcome.timings.on = workspace.timings.on;
    let (last, first): (Vec<_>, Vec<_>) = pairs.iter().copied().partition(|(_, check)| matches!(check, Check::Suppression(_)));
    let mut findings = outcome.run(workspace, settings, &first, &[]);
    let mut suppressions = Suppressions::of(workspace, settings);
    for finding in &mut findings {
        finding.suppressed = suppressions.claim(workspace, finding);
    }
    findings.retain(|finding| is_judged(workspace, finding.rule, finding.diagnostic.primary.place.source));
    supersede(&mut findings);
    outcome.looked.settings = settings.clone();
    outcome.looked.rules = pairs.iter().map(|(rule, _)| rule.name).collect();
    let unread = workspace.notes.iter().chain(&outcome.notes).filter(|note| note.judged == Judged::Nothing);
    outcome.looked.unread = unread.map(|note| note.path.clone()).collect();
    let looked = |rule: &Rule, id| outcome.looked.at(workspace, rule, workspace.path(id));
    let suppressions = suppressions.settled(workspace, looked);
    findings.extend(outcome.run(workspace, settings, &last, &suppressions));
    findings.retain(|finding| is_judged(workspace, finding.rule, finding.diagnostic.primary.place.source));
    findings.sort_by(|a, b| order(workspace, a).cmp(&order(workspace, b)));
    fingerprint::identify(workspace, &mut findings);
    outcome.findings = findings;
    outcome.notes.sort();
    outcome
}

/// What has shipped cannot be unshipped, so nothing is said of a migration that has, nor of the comments in it.
fn is_judged(workspace: &Workspace, rule: &Rule, source: SourceId) -> bool {
    let is_about_migrations = rule.family == Family::Migration || !rule.can_be_allowed;
    !is_about_migrations || workspace.history.shipping(source) == Shipping::Pending
}

impl Outcome {
    /// Runs checks, takes in their notes and hands back their findings, in order.
    fn run(&mut self, workspace: &Workspace, settings: &Settings, pairs: &[Pair], suppressions: &[Suppression]) -> Vec<Finding> {
        let run = |rule| Run { workspace, settings, rule, suppressions };
        let (mut parts, of_files): (Vec<Part>, Vec<Part>) = rayon::join(
            || pairs.par_iter().flat_map_iter(|(rule, check)| run(rule).all(*check)).collect(),
            || about_files(workspace, pairs, run),
        );
        parts.extend(of_files);
        let at = |source: SourceId| (source, workspace.path(source));
        let asked = of_kind(pairs, |check| if let Check::SettingsFile(check) = check { Some(*check) } else { None });
        let about = |file: &SettingsFile| all_about(file, at(file.source), &asked, run);
        parts.par_extend(workspace.environments.files.par_iter().flat_map_iter(about));
        let asked = of_kind(pairs, |check| if let Check::Group(check) = check { Some(*check) } else { None });
        let about = |group: &Group| all_about(group, at(group.members[0].source), &asked, run);
        parts.par_extend(workspace.environments.groups.par_iter().flat_map_iter(about));
        if self.timings.on {
            parts.sort_by_key(|part| part.rule);
        }
        let mut findings = Vec::new();
        for part in parts {
            self.timings.spend(part.rule, part.took);
            findings.extend(part.findings);
            self.notes.extend(part.note);
        }
        findings.sort_by(|a, b| order(workspace, a).cmp(&order(workspace, b)));
        findings
    }
}

fn order<'a>(workspace: &'a Workspace, finding: &'a Finding) -> (&'a str, Place, &'a str, &'a str) {
    let Diagnostic { primary, message, .. } = &finding.diagnostic;
    (workspace.path(primary.place.source), primary.place, finding.rule.name, message)
}

/// What a check said, each with the number of findings folded into it.
type Found = Vec<(Diagnostic, usize)>;

/// What one check said of one subject.
struct Part {
    rule: &'static str,
    findings: Vec<Finding>,
    note: Option<Note>,
    took: Duration,
}

/// The rules that look at one kind of subject.
fn of_kind<C>(pairs: &[Pair], kind: impl Fn(&Check) -> Option<C>) -> Vec<(&'static Rule, C)> {
    pairs.iter().filter_map(|(rule, check)| Some((*rule, kind(check)?))).collect()
}

/// The check of a rule about one kind of subject.
type Asked<S> = fn(&S, &mut Context<'_>);

/// What all rules about a kind of subject say of one.
fn all_about<'w, S>(
    subject: &S,
    (source, path): (SourceId, &str),
    asked: &[(&'static Rule, Asked<S>)],
    run: impl Fn(&'static Rule) -> Run<'w>,
) -> Vec<Part> {
    let mut parts = Vec::new();
    guard::named(path, || {
        for (rule, check) in asked {
            run(rule).tell(source, &mut parts, |cx| check(subject, cx));
        }
    });
    parts
}

/// What the rules say of each file, its objects and their pods, one file after the other: what all of them look at is at
/// hand then.
fn about_files<'w>(workspace: &'w Workspace, pairs: &[Pair], run: impl Fn(&'static Rule) -> Run<'w> + Copy + Sync) -> Vec<Part> {
    let of_file = of_kind(pairs, |check| if let Check::File(check) = check { Some(*check) } else { None });
    let of_object = of_kind(pairs, |check| if let Check::Object(check) = check { Some(*check) } else { None });
    let is_of_pods = |check: &Check| matches!(check, Check::Workload(_) | Check::Container(_)).then_some(*check);
    let of_pods = of_kind(pairs, is_of_pods);
    let (mut objects, mut workloads) = (&workspace.topology.objects[..], &workspace.topology.workloads[..]);
    let files = workspace.ids().map(|id| {
        let objects = take_first(&mut objects, |object| object.node.source == id);
        (id, objects, take_first(&mut workloads, |workload| workload.node.source == id))
    });
    let files: Vec<_> = files.collect();
    let about = |(id, objects, workloads): (SourceId, &[Arc<Object>], &'w [Workload])| {
        let path = workspace.path(id);
        let mut parts = all_about(&File { id, document: workspace.document(id) }, (id, path), &of_file, run);
        parts.extend(shared(objects, |object| all_about(&**object, (id, path), &of_object, run)));
        parts.extend(shared(workloads, |workload| about_workload(workload, path, &of_pods, run)));
        parts
    };
    files.into_par_iter().flat_map_iter(about).collect()
}

/// What is said of each; of very many, several threads say it.
fn shared<'s, T: Sync>(all: &'s [T], about: impl Fn(&'s T) -> Vec<Part> + Sync + Send) -> Vec<Part> {
    const MANY: usize = 64;
    if all.len() > MANY { all.par_iter().flat_map_iter(about).collect() } else { all.iter().flat_map(about).collect() }
}

/// Takes away those that come first and are alike.
fn take_first<'s, T>(all: &mut &'s [T], is_alike: impl Fn(&T) -> bool) -> &'s [T] {
    let (first, others) = all.split_at(all.iter().take_while(|one| is_alike(one)).count());
    *all = others;
    first
}

/// What all rules about workloads and containers say of one, whose containers are read once.
fn about_workload<'w>(workload: &'w Workload, path: &str, asked: &[Pair], run: impl Fn(&'static Rule) -> Run<'w>) -> Vec<Part> {
    let containers: OnceCell<Vec<Container<'w>>> = OnceCell::new();
    let (source, mut parts) = (workload.node.source, Vec::new());
    guard::named(path, || {
        for (rule, check) in asked {
            let run = run(rule);
            run.tell(source, &mut parts, |cx| match check {
                Check::Workload(check) => check(workload, cx),
                Check::Container(check) => {
                    for container in containers.get_or_init(|| workload.containers(run.workspace).collect()) {
                        check(container, cx);
                    }
                }
                _ => {}
            });
        }
    });
    parts
}

/// One rule over all its subjects.
struct Run<'w> {
    workspace: &'w Workspace,
    settings: &'w Settings,
    rule: &'static Rule,
    suppressions: &'w [Suppression],
}

impl<'w> Run<'w> {
    fn all(&self, check: Check) -> Vec<Part> {
        let workspace = self.workspace;
        match check {
            Check::Migration(check) => self.sets(|set, run| {
                let pending = |migration: &&Migration| migration.shipping == Shipping::Pending;
                set.migrations
                    .par_iter()
                    .filter(pending)
                    .map(|migration| {
                        let source = migration.up.first().or(migration.down.first()).map(|script| script.source);
                        let path = source.map_or(set.folder.as_str(), |source| workspace.path(source));
                        run.one(path, Some(set), |cx| check(migration, cx))
                    })
                    .filter(|part| run.tells(part))
                    .collect()
            }),
            Check::MigrationSet(check) => self.sets(|set, run| vec![run.one(&set.folder, Some(set), |cx| check(set, cx))]),
            Check::Unit(check) => {
                let units = workspace.topology.units().par_iter();
                units.map(|unit| self.one(&unit.folder, None, |cx| check(unit, cx))).collect()
            }
            Check::Suppression(check) => self.suppressions.iter().map(|one| self.suppression(one, check)).collect(),
            // There are many of these and most rules ask about them, so all rules look at one before the next.
            Check::File(_)
            | Check::SettingsFile(_)
            | Check::Group(_)
            | Check::Object(_)
            | Check::Workload(_)
            | Check::Container(_) => Vec::new(),
        }
    }

    /// Whether anybody wants it: most rules have nothing to say of most of a million subjects.
    fn tells(&self, part: &Part) -> bool {
        self.workspace.timings.on || !part.findings.is_empty() || part.note.is_some()
    }

    /// What stands in a file that is not of the workspace has no place to show, so it becomes a note.
    fn suppression(&self, suppression: &Suppression, check: fn(&Suppression, &mut Context<'_>)) -> Part {
        let path = &suppression.file;
        if !suppression.is_elsewhere() {
            return self.one(path, None, |cx| check(suppression, cx));
        }
        let mut context = Context::new(self.workspace, self.settings, self.rule);
        if self.rule.is_on(path, self.settings) {
            check(suppression, &mut context);
        }
        let said = context.into_findings().into_iter().next();
        let note = said.map(|(diagnostic, _)| {
            let message = format!("{} ({})", diagnostic.message, self.rule.name);
            Note { path: path.clone(), line: None, message, judged: Judged::Whole }
        });
        Part { rule: self.rule.name, findings: Vec::new(), note, took: Duration::ZERO }
    }

    /// What a check says of something in a file, if it says anything: most say nothing, and that must cost nothing.
    fn tell(&self, source: SourceId, parts: &mut Vec<Part>, check: impl FnOnce(&mut Context<'w>)) {
        let (found, took) = self.ask(None, check);
        if self.workspace.timings.on || found.as_ref().is_none_or(|found| !found.is_empty()) {
            parts.push(self.part(self.workspace.path(source), None, found, took));
        }
    }

    /// Over the sets whose server the rule knows.
    fn sets(&self, each: impl Fn(&'w MigrationSet, &Self) -> Vec<Part>) -> Vec<Part> {
        let known = |set: &&MigrationSet| self.rule.engines.is_empty() || self.rule.engines.contains(&set.engine.key());
        self.workspace.history.sets.iter().filter(known).flat_map(|set| each(set, self)).collect()
    }

    /// What a check says of its subject.
    fn one(&self, path: &str, set: Option<&'w MigrationSet>, check: impl FnOnce(&mut Context<'w>)) -> Part {
        let (found, took) = guard::named(path, || self.ask(set, check));
        self.part(path, set, found, took)
    }

    /// Runs a check on the subject that the guard knows; nothing comes of one that fails.
    fn ask(&self, set: Option<&'w MigrationSet>, check: impl FnOnce(&mut Context<'w>)) -> (Option<Found>, Duration) {
        let mut context = Context::new(self.workspace, self.settings, self.rule).within(set);
        timed(self.workspace.timings.on, || guard::tried(|| check(&mut context)).map(|()| context.into_findings()))
    }

    /// A check that fails costs its subject, and the verdict.
    fn part(&self, path: &str, set: Option<&'w MigrationSet>, found: Option<Found>, took: Duration) -> Part {
        let rule = self.rule.name;
        let Some(found) = found else {
            let message = format!("`{rule}` failed on this; please report it. All else was judged");
            let note = Note { path: path.to_owned(), line: None, message, judged: Judged::Nothing };
            return Part { rule, findings: Vec::new(), note: Some(note), took };
        };
        let here = found.into_iter().filter(|(diagnostic, _)| self.rule.is_on(self.path(diagnostic), self.settings));
        // What a patch may change is not claimed about what it patches.
        let topology = &self.workspace.topology;
        let here = here.filter(|(diagnostic, _)| !topology.may_mend(self.workspace, diagnostic, self.rule.rests_on));
        let findings = here.map(|(diagnostic, folded)| self.finding(diagnostic, folded, set)).collect();
        Part { rule, findings, note: None, took }
    }

    fn path(&self, diagnostic: &Diagnostic) -> &'w str {
        self.workspace.path(diagnostic.primary.place.source)
    }

    fn finding(&self, mut diagnostic: Diagnostic, folded: usize, set: Option<&MigrationSet>) -> Finding {
        if let Some(set) = set.filter(|_| !self.rule.engines.is_empty()) {
            diagnostic.assumptions.insert(0, set.server());
            let place = diagnostic.primary.place;
            if let Some(started) = &set.started
                && let Some(table) = started.told_at(place.source, self.workspace.subject(place))
            {
                diagnostic.assumptions.push(format!("{table} looks as {} says; no migration here makes it", started.path));
            }
        }
        let what = match self.workspace.tier_at(diagnostic.primary.place) {
            Some(Tier::NonProduction) => Some("its path says that it is not for production"),
            Some(Tier::Example) => Some("its path says that it is an example"),
            _ if self.workspace.topology.is_unlisted(diagnostic.primary.place.source) => {
                Some("no kustomization lists this file, though one lists its neighbours")
            }
            _ => None,
        };
        // Who names this file and says how bad it is knows better.
        let (_, is_said) = self.rule.severity_at(self.path(&diagnostic), self.settings);
        if let Some(what) = what.filter(|_| diagnostic.severity > Severity::Low && !is_said) {
            diagnostic.severity = Severity::Low;
            diagnostic.assumptions.push(format!("a note only: {what}"));
        }
        let (fingerprint, essence) = (String::new(), String::new());
        let (suppressed, known, parts) = (None, false, Vec::new());
        Finding { rule: self.rule, diagnostic, folded, fingerprint, essence, suppressed, known, parts }
    }
}

/// Where a rule explains the same place better, the simpler one is silent.
fn supersede(findings: &mut Vec<Finding>) {
    let mut silenced: HashSet<(Place, &'static str)> = HashSet::new();
    for finding in findings.iter() {
        for label in finding.diagnostic.labels() {
            silenced.extend(finding.rule.supersedes.iter().map(|simpler| (label.place, *simpler)));
        }
    }
    if !silenced.is_empty() {
        findings.retain(|finding| !silenced.contains(&(finding.diagnostic.primary.place, finding.rule.name)));
    }
}
