//! The laws of rule pages. A page's examples are its tests:
//!
//! - a `bad` example yields exactly the report printed under it, from the page's own rule;
//! - a `good` example is silent for its own rule and for every high rule of the default set;
//! - every page has both, says when the rule is fine to break, and has its parts in order.
//!
//! `GONOGO_BLESS=1 cargo test pages` rewrites the printed reports from what the rules say.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use gonogo::diagnostic::Severity;
use gonogo::emit::verdict;
use gonogo::report::Root;
use gonogo::rule::{RULES, Rule};
use gonogo::settings::Settings;
use gonogo::tree::{Disk, Memory};

use crate::repository::Repository;
use crate::support::configured;

/// The parts of a page, in order.
const PARTS: &[&str] =
    &["What it finds", "Why it stops a deploy", "Do this instead", "When it is fine", "Examples", "Edge cases"];

/// A fenced block with what its info string says.
#[derive(Clone)]
pub struct Block {
    pub heading: String,
    language: String,
    verdict: String,
    pub file: String,
    /// It is what has shipped.
    pub is_base: bool,
    pub text: String,
    /// The lines of the page between the fences.
    lines: std::ops::Range<usize>,
}

impl Block {
    /// A file of an example.
    pub fn of(path: &str, text: &str) -> Self {
        let (heading, language, verdict) = (String::new(), String::new(), String::new());
        Self { heading, language, verdict, file: path.to_owned(), is_base: false, text: text.to_owned(), lines: 0..0 }
    }
}

pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut heading = String::new();
    let mut open: Option<(Block, String)> = None;
    for (at, line) in page.split('\n').enumerate() {
        if let Some((block, fence)) = &mut open {
            if line.trim_end() == fence {
                block.lines.end = at;
                blocks.extend(open.take().map(|(block, _)| block));
            } else {
                block.text.push_str(line);
                block.text.push('\n');
            }
        } else if line.starts_with("```") {
            let ticks = line.len() - line.trim_start_matches('`').len();
            let mut words = line[ticks..].split_whitespace();
            let mut word = || words.next().unwrap_or_default().to_owned();
            let (language, verdict, file) = (word(), word(), word());
            let is_base = word() == "base";
            let file = file.strip_prefix("file=").unwrap_or_default().to_owned();
            let block =
                Block { heading: heading.clone(), language, verdict, file, is_base, text: String::new(), lines: at + 1..at + 1 };
            open = Some((block, "`".repeat(ticks)));
        } else if let Some(title) = line.strip_prefix('#') {
            title.trim_start_matches('#').trim().clone_into(&mut heading);
        }
    }
    assert!(open.is_none(), "a fence is never closed");
    blocks
}

/// The small repositories of a page: the blocks of one verdict under one heading.
pub fn repositories<'a>(blocks: &'a [Block], verdict: &str) -> BTreeMap<&'a str, Vec<&'a Block>> {
    let mut repositories: BTreeMap<&str, Vec<&Block>> = BTreeMap::new();
    for block in blocks.iter().filter(|block| block.verdict == verdict) {
        assert!(!block.file.is_empty(), "an example needs a file name: ```{} {verdict} file=...", block.language);
        repositories.entry(&block.heading).or_default().push(block);
    }
    repositories
}

pub fn judge(files: &[&Block]) -> Root {
    let tree: Memory = files.iter().map(|block| (block.file.clone(), block.text.clone())).collect();
    let settings = configured(&tree, "", &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    if files.iter().any(|block| block.is_base) { judge_change(files, settings) } else { Root::judge(&tree, "", "", &settings) }
}

/// Where some files are what has shipped, the others are the change.
fn judge_change(files: &[&Block], mut settings: Settings) -> Root {
    let files_of = |is_base| files.iter().filter(move |block| block.is_base == is_base);
    let shipped: Vec<(&str, &str)> = files_of(true).map(|block| (block.file.as_str(), block.text.as_str())).collect();
    let repository = Repository::new(&shipped);
    for block in files_of(false) {
        repository.write(&block.file, &block.text);
    }
    settings.base = Some("HEAD".to_owned());
    let tree = Disk::open(repository.0.path()).expect("a folder");
    Root::judge(&tree, "", "", &settings)
}

/// What a rule says of a root, as pages print it.
fn report(root: &Root, rule: &str) -> String {
    let mut out = String::new();
    for finding in root.findings.iter().filter(|finding| finding.rule.name == rule && finding.suppressed.is_none()) {
        let _ = writeln!(out, "{}\n  {}", verdict::title(finding), verdict::whereabouts(root, finding));
    }
    out
}

fn path_of(rule: &Rule) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("rules/{}/{}.md", rule.family.word(), rule.name))
}

/// Checks one page; returns it with its printed reports as they should be.
fn check_page(name: &str, page: &str) -> String {
    let blocks = blocks(page);
    let bad = repositories(&blocks, "bad");
    let good = repositories(&blocks, "good");
    assert!(!bad.is_empty() && !good.is_empty(), "{name}: a page needs a bad and a good example");
    let mut lines: Vec<String> = page.split('\n').map(str::to_owned).collect();
    let mut replacements = Vec::new();
    for (heading, files) in &bad {
        let said = report(&judge(files), name);
        assert!(!said.is_empty(), "{name}: the bad example under `{heading}` is not found");
        let printed = blocks.iter().find(|block| block.verdict == "report" && block.heading == *heading);
        let printed = printed.unwrap_or_else(|| panic!("{name}: the bad example under `{heading}` has no ```text report"));
        replacements.push((printed.lines.clone(), said));
    }
    for (heading, files) in &good {
        let root = judge(files);
        let own = report(&root, name);
        assert!(own.is_empty(), "{name}: the good example under `{heading}` is found:\n{own}");
        let high =
            root.findings.iter().filter(|finding| finding.diagnostic.severity == Severity::High && finding.suppressed.is_none());
        let high: Vec<String> = high.map(verdict::title).collect();
        assert!(high.is_empty(), "{name}: the good example under `{heading}` is no good to others: {high:?}");
        assert!(
            root.coverage.inputs > 0,
            "{name}: nothing of the good example under `{heading}` is recognised, so it proves nothing"
        );
    }
    replacements.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    for (range, said) in replacements {
        lines.splice(range, said.trim_end_matches('\n').split('\n').map(str::to_owned));
    }
    lines.join("\n")
}

fn hold(path: &Path, name: &str) {
    let page = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let page = page.replace("\r\n", "\n");
    let wanted = check_page(name, &page);
    if std::env::var_os("GONOGO_BLESS").is_some() && page != wanted {
        fs::write(path, &wanted).expect("a page that can be written");
    } else {
        assert_eq!(page, wanted, "{name}: the printed report is not what the rule says; GONOGO_BLESS=1 rewrites it");
    }
}

#[test]
fn every_example_holds() {
    for rule in RULES {
        hold(&path_of(rule), rule.name);
    }
}

#[test]
fn every_page_has_its_parts_in_order() {
    for rule in RULES {
        let page = rule.page();
        let titles: Vec<&str> = page.split('\n').filter_map(|line| line.strip_prefix("## ")).collect();
        let last = if titles.contains(&"Edge cases") { PARTS.len() } else { PARTS.len() - 1 };
        assert_eq!(titles, PARTS[..last], "{}", rule.name);
        let fine = page.split("## When it is fine").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap_or_default();
        assert!(fine.trim().len() > 40, "{}: say when it is fine", rule.name);
    }
}

#[test]
fn names_describe_and_read_well_after_allow() {
    for rule in RULES {
        let plain = rule.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit());
        let starts_with_verb =
            ["no-", "ban-", "require-", "prefer-", "use-", "avoid-"].iter().any(|verb| rule.name.starts_with(verb));
        assert!(plain && !starts_with_verb, "{}: name the thing found", rule.name);
    }
    let mut names: Vec<&str> = RULES.iter().flat_map(|rule| rule.aliases.iter().chain([&rule.name])).copied().collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "two rules share a name");
}

/// The page that teaches the format is a page itself: its example is copied from it and judged.
#[test]
fn the_lesson_works() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/README.md");
    let lesson = fs::read_to_string(&path).expect("rules/README.md").replace("\r\n", "\n");
    let example = blocks(&lesson).into_iter().find(|block| block.language == "markdown").expect("a whole page as an example");
    let page = example.text;
    let (header, body) = page.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).expect("a header");
    for field in ["summary", "severity", "default", "since", "engines", "group", "supersedes", "options", "aliases", "sources"] {
        assert!(header.contains(&format!("{field}:")), "the lesson leaves out `{field}`");
    }
    let name = body.trim_start().strip_prefix("# ").and_then(|rest| rest.split('\n').next()).expect("a title");
    assert!(RULES.iter().any(|rule| rule.name == name), "the lesson teaches `{name}`, which is no rule");
    assert_eq!(page, check_page(name, &page), "the lesson prints another report than the rule");
}

/// A recipe that does not compile teaches nothing: what its check imports, real checks import.
#[test]
fn the_recipe_of_the_contributors_guide_is_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = fs::read_to_string(folder.join("CONTRIBUTING.md")).expect("CONTRIBUTING.md").replace("\r\n", "\n");
    let check = blocks(&guide).into_iter().find(|block| block.language == "rust").expect("a check").text;
    let real: String = RULES
        .iter()
        .map(|rule| folder.join(format!("src/checks/{}/{}.rs", rule.family.word(), rule.name.replace('-', "_"))))
        .map(|path| fs::read_to_string(path).expect("a check"))
        .collect();
    let imports: Vec<&str> = check.split('\n').filter(|line| line.starts_with("use ")).collect();
    assert!(imports.len() >= 3);
    for import in imports {
        assert!(real.contains(import), "no check says `{import}` any more");
    }
}
