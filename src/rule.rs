//! A rule is a page plus a check. This module holds what all rules share: the catalogue of pages, the [`Context`] that
//! checks report through, and suppressions.
//!
//! Nothing here knows a rule by name; the catalogue is compiled from `rules/` by the build script.

mod option;
pub mod suppression;

use crate::diagnostic::SourceId;
use crate::diagnostic::{Diagnostic, Fix, Help, Label, Place, Severity};
use crate::document::Document;
use crate::settings::{Level, Settings};
use crate::workspace::Workspace;
use crate::workspace::container::Container;
use crate::workspace::environments::{Group, SettingsFile};
use crate::workspace::history::{Migration, MigrationSet};
use crate::workspace::topology::Workload;
use crate::workspace::topology::object::Object;
use crate::workspace::topology::unit::Unit;
pub use option::{Default, RuleOption, fits};
use suppression::Suppression;

/// What a rule page says, without its examples.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The only identifier.
    pub name: &'static str,
    /// The kind of file it is about.
    pub family: Family,
    /// How bad its findings are, unless they are guesses.
    pub severity: Severity,
    /// One clause: what is found.
    pub summary: &'static str,
    /// Runs unless switched off.
    pub on_by_default: bool,
    /// The version that brought it.
    pub since: &'static str,
    /// The servers it knows; empty for all, and for rules that are not about databases.
    pub engines: &'static [&'static str],
    /// What it belongs to within its family.
    pub group: &'static str,
    /// Rules that say less about the same place.
    pub supersedes: &'static [&'static str],
    /// What can be set for it.
    pub options: &'static [RuleOption],
    /// Names it had before.
    pub aliases: &'static [&'static str],
    /// The fields of objects that its findings rest on: what a patch sets of them is not claimed about what is patched.
    pub rests_on: &'static [&'static str],
    /// What other tools call it, by tool.
    pub known_as: &'static [(&'static str, &'static [&'static str])],
    /// Where its claims come from.
    pub sources: &'static [&'static str],
    /// A suppression may name it; none may name a rule that is about suppressions.
    pub can_be_allowed: bool,
    page: &'static str,
    body_at: usize,
}

/// The kinds of files that a release is made of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Family {
    /// Database migrations.
    Migration,
    /// Kubernetes manifests.
    Manifest,
    /// Settings of environments.
    Environment,
    /// Delivery pipelines.
    Delivery,
    /// What only several of them together show.
    Release,
}

impl Family {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Migration => "migration",
            Self::Manifest => "manifest",
            Self::Environment => "environment",
            Self::Delivery => "delivery",
            Self::Release => "release",
        }
    }
}

/// All rules, by family and name.
pub static RULES: &[Rule] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

impl Rule {
    /// The rule of this name, or that had it before.
    pub fn find(name: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.name == name || rule.aliases.contains(&name))
    }

    /// Whether another tool has a rule about what it finds.
    pub fn has_name_in(&self, tool: &str) -> bool {
        self.known_as.iter().any(|(known, _)| *known == tool)
    }

    /// Whether another tool calls it so.
    pub fn is_called(&self, tool: &str, name: &str) -> bool {
        self.known_as.iter().any(|(known, names)| *known == tool && names.contains(&name))
    }

    /// What to say where there is no rule of a name: with the one that was probably meant.
    pub fn unknown(name: &str) -> String {
        let names = RULES.iter().flat_map(|rule| rule.aliases.iter().chain([&rule.name])).copied();
        let hint = crate::near::nearest(name, names);
        let hint = hint.map_or_else(|| "`gonogo rules` lists them".to_owned(), |rule| format!("did you mean `{rule}`?"));
        format!("there is no rule `{name}`; {hint}")
    }

    /// Whether it runs on this file: what was typed beats the configuration, and that beats its page.
    pub fn is_on(&self, path: &str, settings: &Settings) -> bool {
        let level = || settings.rules.level(self.name, path).map(|(level, _)| level);
        self.chosen(settings).unwrap_or_else(|| level().map_or(self.on_by_default, |level| level != Level::Off))
    }

    /// Whether it runs on any file.
    pub fn may_be_on(&self, settings: &Settings) -> bool {
        self.chosen(settings).unwrap_or_else(|| self.on_by_default || settings.rules.may_be_on(self.name))
    }

    /// What was typed of it.
    fn chosen(&self, settings: &Settings) -> Option<bool> {
        let names = |list: &[String]| list.iter().any(|name| name == self.name || self.aliases.contains(&name.as_str()));
        if names(&settings.ignore) {
            return Some(false);
        }
        (!settings.select.is_empty()).then(|| names(&settings.select))
    }

    /// How bad its findings in this file are, and whether somebody said so of this very file.
    pub fn severity_at(&self, path: &str, settings: &Settings) -> (Severity, bool) {
        match settings.rules.level(self.name, path) {
            Some((Level::At(severity), is_named)) => (severity, is_named),
            _ => (self.severity, false),
        }
    }

    /// The page without its header.
    pub fn page(&self) -> &'static str {
        self.page[self.body_at..].trim_start()
    }
}

/// What a check looks at. The variant is named for the type of the check's first parameter.
#[derive(Clone, Copy)]
pub enum Check {
    /// One migration.
    Migration(fn(&Migration, &mut Context<'_>)),
    /// All migrations of a set.
    MigrationSet(fn(&MigrationSet, &mut Context<'_>)),
    /// What is applied together.
    Unit(fn(&Unit, &mut Context<'_>)),
    /// One object of any kind, fragments among them.
    Object(fn(&Object, &mut Context<'_>)),
    /// One object with a pod template.
    Workload(fn(&Workload, &mut Context<'_>)),
    /// One container of a workload.
    Container(fn(&Container<'_>, &mut Context<'_>)),
    /// One file of settings.
    SettingsFile(fn(&SettingsFile, &mut Context<'_>)),
    /// The same settings for several environments.
    Group(fn(&Group, &mut Context<'_>)),
    /// Any one file.
    File(fn(&File<'_>, &mut Context<'_>)),
    /// Something that allows a rule, once all other checks have spoken.
    Suppression(fn(&Suppression, &mut Context<'_>)),
}

/// A document with its id.
#[derive(Clone, Copy)]
pub struct File<'w> {
    /// Its id.
    pub id: SourceId,
    /// The document.
    pub document: &'w Document,
}

/// What a rule found.
#[derive(Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// What it says.
    pub diagnostic: Diagnostic,
    /// How many more findings of the same kind it stands for.
    pub folded: usize,
    /// The same as long as the statement, object or setting is the same, wherever it moves in its file.
    pub fingerprint: String,
    /// The same in a file of another name, too; unique within its file and rule.
    pub essence: String,
    /// Somebody allowed it.
    pub suppressed: Option<Suppression>,
    /// The baseline holds it: it was there before the gate was.
    pub known: bool,
    /// What it was made of, where many of one kind are told as one.
    pub parts: Vec<Finding>,
}

impl Finding {
    /// Nobody allowed it, and the baseline does not hold it.
    pub fn counts(&self) -> bool {
        self.suppressed.is_none() && !self.known
    }

    /// The findings that it stands for: itself, or many of its kind.
    pub fn parts(&self) -> impl Iterator<Item = &Self> {
        let own = self.parts.is_empty().then_some(self);
        own.into_iter().chain(&self.parts)
    }
}

/// What a check reports through.
pub struct Context<'w> {
    /// All facts.
    pub workspace: &'w Workspace,
    /// How to judge.
    pub settings: &'w Settings,
    /// The set of the migrations that it looks at.
    pub set: Option<&'w MigrationSet>,
    rule: &'static Rule,
    findings: Vec<(Diagnostic, usize)>,
}

impl<'w> Context<'w> {
    /// For one rule.
    pub fn new(workspace: &'w Workspace, settings: &'w Settings, rule: &'static Rule) -> Self {
        Self { workspace, settings, set: None, rule, findings: Vec::new() }
    }

    /// For migrations of a set.
    #[must_use]
    pub fn within(self, set: Option<&'w MigrationSet>) -> Self {
        Self { set, ..self }
    }

    /// Whether patches may change what this rule asks of an object, wherever it is applied.
    pub fn may_be_patched(&self, object: &Object) -> bool {
        self.workspace.topology.may_be_patched(self.workspace, object, self.rule.rests_on)
    }

    /// The same where it is applied together with another object.
    pub fn may_be_patched_beside(&self, object: &Object, other: &Object) -> bool {
        self.workspace.topology.may_be_patched_beside(self.workspace, object, other, self.rule.rests_on)
    }

    /// The same of what stands at a place: one of several containers, for instance.
    pub fn may_be_patched_at(&self, place: Place) -> bool {
        self.workspace.topology.may_be_patched_at(self.workspace, place, self.rule.rests_on)
    }

    /// Reports a finding: one clause that names the object and says the consequence.
    pub fn report(&mut self, place: Place, message: impl Into<String>) -> Report<'_> {
        // A suppression may stand in a file that is no document.
        let path = self.workspace.documents.get(place.source.index()).map_or("", |document| document.source.path());
        let (severity, _) = self.rule.severity_at(path, self.settings);
        self.findings.push((Diagnostic::new(severity, place, message), 0));
        let (diagnostic, folded) = self.findings.last_mut().expect("just pushed");
        Report { diagnostic, folded, severity, of_page: self.rule.severity }
    }

    /// Everything reported.
    pub fn into_findings(self) -> Vec<(Diagnostic, usize)> {
        self.findings
    }
}

/// A finding that is being told.
pub struct Report<'c> {
    diagnostic: &'c mut Diagnostic,
    folded: &'c mut usize,
    /// How bad the plain case is here.
    severity: Severity,
    /// How bad it is on the page.
    of_page: Severity,
}

impl Report<'_> {
    /// What the main place does.
    #[expect(clippy::return_self_not_must_use, reason = "the finding is reported already; this adds to it")]
    pub fn label(self, text: impl Into<String>) -> Self {
        self.diagnostic.primary.text = text.into();
        self
    }

    /// Evidence at another place.
    #[expect(clippy::return_self_not_must_use, reason = "the finding is reported already; this adds to it")]
    pub fn because(self, place: Place, text: impl Into<String>) -> Self {
        self.diagnostic.because.push(Label { place, text: text.into() });
        self
    }

    /// What the finding is about, where several share a place; it tells their fingerprints apart.
    #[expect(clippy::return_self_not_must_use, reason = "the finding is reported already; this adds to it")]
    pub fn about(self, name: impl Into<String>) -> Self {
        self.diagnostic.about = name.into();
        self
    }

    /// What happens in production, to whom.
    #[expect(clippy::return_self_not_must_use, reason = "the finding is reported already; this adds to it")]
    pub fn in_production(self, text: impl Into<String>) -> Self {
        self.diagnostic.in_production = text.into();
        self
    }

    /// The safe way, ready to paste.
    #[expect(clippy::return_self_not_must_use, reason = "the finding is reported already; this adds to it")]
    pub fn help(self, help: impl Into<Help>) -> Self {
        let Help { text, rewrite } = help.into();
        self.diagnostic.help = text;
        self.diagnostic.rewrite = rewrite;
        self
    }

    /// Something that was taken for granted, surely enough.
    #[expect(clippy::return_self_not_must_use, reason = "the finding is reported already; this adds to it")]
    pub fn assuming(self, text: impl Into<String>) -> Self {
        self.diagnostic.assumptions.push(text.into());
        self
    }

    /// A guess: the finding is one step milder for it, and says so.
    #[expect(clippy::return_self_not_must_use, reason = "the finding is reported already; this adds to it")]
    pub fn guessing(self, text: impl Into<String>) -> Self {
        self.diagnostic.guess(text);
        self
    }

    /// A milder case of what the rule is about. Where the configuration gives the rule another severity than its page,
    /// the case is milder than that by as many steps.
    #[expect(clippy::return_self_not_must_use, reason = "the finding is reported already; this adds to it")]
    pub fn capped(self, severity: Severity) -> Self {
        let cap = (severity as u8..self.of_page as u8).fold(self.severity, |cap, _| cap.lowered());
        self.diagnostic.severity = self.diagnostic.severity.min(cap);
        self
    }

    /// An edit that does it.
    #[expect(clippy::return_self_not_must_use, reason = "the finding is reported already; this adds to it")]
    pub fn fix(self, place: Place, replacement: impl Into<String>) -> Self {
        self.diagnostic.fixes.push(Fix { place, replacement: replacement.into() });
        self
    }

    /// How many more findings of the same kind this one stands for.
    #[expect(clippy::return_self_not_must_use, reason = "the finding is reported already; this adds to it")]
    pub fn folding(self, others: usize) -> Self {
        *self.folded = others;
        self
    }
}
