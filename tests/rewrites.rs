//! Every safe way that is written out is tried: gonogo itself finds nothing in it, and nothing worse comes with it. What a
//! real server says of them is asked in `live_postgres`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use gonogo::diagnostic::{Fix, Rewrite, Severity, SourceId};
use gonogo::document::migration::NewMigration;
use gonogo::document::migration::framework::{Escape, Framework, Transactions};
use gonogo::document::sql::Action;
use gonogo::emit::verdict;
use gonogo::report::Root;
use gonogo::rule::{Family, Finding, RULES};
use gonogo::tree::Memory;
use gonogo::workspace::Workspace;

use crate::pages::{Block, blocks, judge, repositories};
use crate::support::{Scratch, configured, gonogo};

/// A bad example, and what it is once one of its findings was taken care of as printed.
pub struct Case {
    /// The page, the heading, and the rule of the finding.
    pub name: String,
    pub before: Root,
    /// The finding, of those of `before`.
    pub at: usize,
    pub mended: Vec<Block>,
    /// The paths of the files that came.
    pub new: Vec<String>,
}

/// All of them, over all pages of rules about migrations.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.family == Family::Migration) {
        let blocks = blocks(rule.page());
        for (heading, files) in repositories(&blocks, "bad") {
            let count = judge(&files).findings.len();
            for at in 0..count {
                let before = judge(&files);
                let Some(rewrite) = before.findings[at].diagnostic.rewrite.clone() else { continue };
                let name = format!("{} / {heading} / {}", rule.name, before.findings[at].rule.name);
                let mended = mended(&files, &before.workspace, &rewrite);
                let new = rewrite.files.iter().map(|file| file.path.clone()).collect();
                cases.push(Case { name, before, at, mended, new });
            }
        }
    }
    cases
}

/// The files of an example without what a rewrite takes out, and with what it writes.
fn mended(files: &[&Block], workspace: &Workspace, rewrite: &Rewrite) -> Vec<Block> {
    let mut mended: Vec<Block> = files.iter().map(|block| (*block).clone()).collect();
    let sources: BTreeSet<SourceId> = rewrite.edits.iter().map(|edit| edit.place.source).collect();
    for source in sources {
        let edits: Vec<Fix> = rewrite.edits.iter().filter(|edit| edit.place.source == source).cloned().collect();
        let path = workspace.path(source);
        let at = mended.iter().position(|block| block.file == path && !block.is_base).expect("the file of a finding");
        mended[at].text = with(workspace, &edits);
        if is_idle(workspace, source, &edits) {
            mended.remove(at);
        }
    }
    for file in &rewrite.files {
        let model = files.iter().find(|block| !block.is_base).expect("a file");
        mended.retain(|block| block.is_base || block.file != file.path);
        let mut new = (*model).clone();
        (new.file, new.text) = (file.path.clone(), file.text.clone());
        mended.push(new);
    }
    mended
}

/// The text of a file with some edits. What goes takes its comma or its semicolon along.
fn with(workspace: &Workspace, edits: &[Fix]) -> String {
    let document = workspace.document(edits[0].place.source);
    let mut text = document.source.text().to_owned();
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.span.start));
    for Fix { place, replacement } in edits {
        let (mut start, mut end) = (place.span.start as usize, place.span.end as usize);
        let is_statement = document.sql().expect("SQL").statements.iter().any(|statement| statement.span == place.span);
        let after = text[end..].trim_start();
        if replacement.is_empty() && (is_statement || after.starts_with(',')) {
            end = text.len() - after.len() + usize::from(after.starts_with([';', ',']));
        } else if replacement.is_empty() && text[..start].trim_end().ends_with(',') {
            start = text[..start].trim_end().len() - 1;
        }
        text.replace_range(start..end, &replacement);
    }
    text
}

/// Whether nothing of a file does anything once some of its statements are out.
fn is_idle(workspace: &Workspace, source: SourceId, edits: &[Fix]) -> bool {
    let migrations = workspace.history.sets.iter().flat_map(|set| &set.migrations);
    let script = migrations.flat_map(|migration| &migration.up).find(|script| script.source == source).expect("a script");
    script.of(workspace.document(source).sql().expect("SQL")).all(|statement| {
        edits.iter().any(|edit| edit.place.span == statement.span && edit.replacement.is_empty())
            || matches!(statement.action, Action::Set(_) | Action::Transaction(_))
    })
}

fn told(root: &Root, finding: &Finding) -> String {
    format!("{}\n    {}", verdict::title(finding), verdict::whereabouts(root, finding))
}

/// How often each thing is said.
fn said(root: &Root, wanted: impl Fn(&Finding) -> bool) -> BTreeMap<(&str, &str), usize> {
    let mut said = BTreeMap::new();
    for finding in root.findings.iter().filter(|finding| finding.suppressed.is_none() && wanted(finding)) {
        *said.entry((finding.rule.name, finding.diagnostic.message.as_str())).or_default() += 1;
    }
    said
}

/// What a finding hid: after a statement that fails, or proves that there are no rows, nothing takes long.
const REVEALED: &[&str] = &["required-column-without-default / What follows it / required-column-without-default"];

/// What is no better once a finding was taken care of: it is still there, or something high came.
fn worse(name: &str, before: &Root, finding: &Finding, after: &Root) -> String {
    let mut wrong = String::new();
    let key = (finding.rule.name, finding.diagnostic.message.as_str());
    let count = |root: &Root| said(root, |_| true).get(&key).copied().unwrap_or_default();
    if count(after) >= count(before) {
        let _ = writeln!(wrong, "{name}: is still found\n    {}", told(before, finding));
    }
    if after.coverage.in_part > before.coverage.in_part {
        let _ = writeln!(wrong, "{name}: not all of it can be read");
    }
    let is_high = |finding: &Finding| finding.diagnostic.severity == Severity::High;
    let was = said(before, is_high);
    let comes = said(after, is_high).into_iter().filter(|(key, count)| was.get(key).is_none_or(|was| was < count));
    for (key, _) in comes.filter(|_| !REVEALED.contains(&name)) {
        let _ = writeln!(wrong, "{name}: a high finding comes: {key:?}");
    }
    wrong
}

#[test]
fn gonogo_finds_nothing_in_its_own_advice() {
    let cases = cases();
    assert!(cases.len() > 50, "only {} safe ways are written out", cases.len());
    let mut wrong = String::new();
    for Case { name, before, at, mended, new } in &cases {
        let after = judge(&mended.iter().collect::<Vec<_>>());
        let finding = &before.findings[*at];
        wrong.push_str(&worse(name, before, finding, &after));
        let path = |found: &Finding| after.workspace.path(found.diagnostic.primary.place.source);
        let own = |found: &&Finding| found.rule.name == finding.rule.name && new.iter().any(|new| *new == path(found));
        for found in after.findings.iter().filter(own) {
            let _ = writeln!(wrong, "{name}: its own rule speaks in what it wrote\n    {}", told(&after, found));
        }
    }
    assert!(wrong.is_empty(), "{} safe ways:\n{wrong}", cases.len());
}

/// Words that begin a statement.
const STATEMENTS: &[&str] =
    &["ALTER ", "BEGIN;", "CREATE ", "DELETE ", "DROP ", "INSERT ", "REFRESH ", "REINDEX ", "UPDATE ", "VACUUM "];

/// What is printed and cannot be written out, and why.
const WORDS_ONLY: &[(&str, &str)] = &[
    ("asymmetric-down", "lines for a way back that is there: `the_way_back_is_mended_as_it_says` tries them"),
    ("backfill-under-lock", "batches are run by a job, not by a migration"),
    ("blocking-refresh", "whether the view has a unique index over all rows is for its owner to say"),
    ("dropped-table", "the same statement, a release later"),
    ("renamed-table", "an edit: `edits_do_what_they_promise` tries it"),
    ("unbatched-backfill", "batches are run by a job, not by a migration"),
    ("unbounded-update", "batches are run by a job, not by a migration"),
];

/// Marks of something that only its reader can fill in.
const OPEN: &[&str] = &["..", "…", "<"];

#[test]
fn whatever_statement_is_printed_is_written_out() {
    let mut wrong = String::new();
    for rule in RULES.iter().filter(|rule| rule.family == Family::Migration) {
        let blocks = blocks(rule.page());
        for (heading, files) in repositories(&blocks, "bad") {
            let root = judge(&files);
            let bare = root.findings.iter().filter(|finding| finding.diagnostic.rewrite.is_none());
            for finding in bare.filter(|finding| WORDS_ONLY.iter().all(|(name, _)| finding.rule.name != *name)) {
                let help = &finding.diagnostic.help;
                let is_statement = |line: &str| STATEMENTS.iter().any(|word| line.starts_with(word));
                if !OPEN.iter().any(|mark| help.contains(mark)) && help.split('\n').any(is_statement) {
                    let _ = writeln!(wrong, "{} / {heading} / {}:\n{help}", rule.name, finding.rule.name);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "statements that nothing tries:\n{wrong}");
}

/// All edits of an example, in its files.
fn edited(files: &[&Block], root: &Root, finding: &Finding) -> Vec<Block> {
    let mut edited: Vec<Block> = files.iter().map(|block| (*block).clone()).collect();
    for fix in &finding.diagnostic.fixes {
        let path = root.workspace.path(fix.place.source);
        let block = edited.iter_mut().find(|block| block.file == path && !block.is_base).expect("the file of a finding");
        block.text.replace_range(fix.place.span.start as usize..fix.place.span.end as usize, &fix.replacement);
    }
    edited
}

#[test]
fn edits_do_what_they_promise() {
    let (mut wrong, mut count) = (String::new(), 0);
    for rule in RULES.iter().filter(|rule| rule.family == Family::Migration) {
        let blocks = blocks(rule.page());
        for (heading, files) in repositories(&blocks, "bad") {
            let before = judge(&files);
            for finding in before.findings.iter().filter(|finding| !finding.diagnostic.fixes.is_empty()) {
                count += 1;
                let name = format!("{} / {heading} / {}", rule.name, finding.rule.name);
                let edited = edited(&files, &before, finding);
                let after = judge(&edited.iter().collect::<Vec<_>>());
                wrong.push_str(&worse(&name, &before, finding, &after));
            }
        }
    }
    assert!(count > 0 && wrong.is_empty(), "{count} edits:\n{wrong}");
}

/// Migrations with something to mend: in a file of its own, beside something else, and in several steps.
const BAD: &[&str] = &[
    "CREATE INDEX orders_state_idx ON orders (state);",
    "SET LOCAL lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN note text;\nCREATE INDEX orders_state_idx ON orders (state);",
    "ALTER TABLE orders ALTER COLUMN state SET NOT NULL;",
];

/// The files of a set with one of these.
fn set_of(framework: Framework, bad: &str) -> Vec<(String, String)> {
    let numbered = |number: u32, name: &str| match framework {
        Framework::Flyway | Framework::Refinery => format!("V{number}__{name}"),
        _ => format!("{number:04}_{name}"),
    };
    let up = "CREATE TABLE orders (id bigint PRIMARY KEY, state text);";
    let (first, second) = (numbered(1, "orders"), numbered(2, "change"));
    let made = NewMigration { title: &first, up, down: "DROP TABLE orders;", without_transaction: false };
    let changed =
        NewMigration { title: &second, up: bad, down: "-- Nothing to take back in a test.", without_transaction: false };
    let mut files: Vec<(String, String)> = vec![(
        "gonogo.toml".to_owned(),
        format!("[[migrations]]\npath = \"db\"\nframework = \"{}\"\nversion = \"16\"\n", framework.word()),
    )];
    for migration in [made, changed] {
        files.extend(framework.write("db", migration).into_iter().map(|file| (file.path, file.text)));
    }
    files
}

fn judged(files: &[(String, String)]) -> Root {
    let tree: Memory = files.iter().cloned().collect();
    let settings = configured(&tree, "", &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    Root::judge(&tree, "", "", &settings)
}

#[test]
fn each_tool_is_written_for() {
    let mut wrong = String::new();
    // What is planned elsewhere, or is no tool, has no names of its own.
    let planned = [Framework::Sqitch, Framework::Drizzle, Framework::VersionFolders, Framework::UpgradeFolders];
    for framework in Framework::all().filter(|framework| !planned.contains(framework)) {
        for bad in BAD {
            let files = set_of(framework, bad);
            let before = judged(&files);
            let name = format!("{} / {bad}", framework.name());
            // A tool that opens a transaction around everything can run no CONCURRENTLY.
            let traits = framework.traits();
            let cannot = traits.escape == Escape::Never && traits.transactions != Transactions::None && bad.contains("INDEX");
            let Some(finding) = before.findings.iter().find(|finding| finding.diagnostic.rewrite.is_some()) else {
                if !cannot {
                    let _ = writeln!(wrong, "{name}: nothing is written out: {:?}", said(&before, |_| true));
                }
                continue;
            };
            assert!(!cannot, "{name}: cannot run {:?}", finding.diagnostic.rewrite);
            let blocks: Vec<Block> = files.iter().map(|(path, text)| Block::of(path, text)).collect();
            let mended =
                mended(&blocks.iter().collect::<Vec<_>>(), &before.workspace, finding.diagnostic.rewrite.as_ref().expect("it"));
            let mended: Vec<(String, String)> = mended.into_iter().map(|block| (block.file, block.text)).collect();
            let after = judged(&mended);
            let report = worse(&name, &before, finding, &after);
            if !report.is_empty() || after.findings.iter().any(|finding| finding.diagnostic.severity == Severity::High) {
                let _ = writeln!(wrong, "{report}{:#?}\n{:?}\n", mended, said(&after, |_| true));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_cannot_go_along_with_a_key_is_named() {
    let scratch = Scratch::new(&[
        ("migrations/0001_orders.sql", "CREATE TABLE orders (id bigint PRIMARY KEY, code text NOT NULL);\n"),
        (
            "migrations/0002_keys.sql",
            "ALTER TABLE orders ADD CONSTRAINT orders_code_key UNIQUE (code);\nCREATE TABLE labels (code text REFERENCES orders (code));\n",
        ),
    ]);
    let run = gonogo(scratch.path(), &["check", "--all", "."]);
    assert!(run.out.contains("-- what refers to that key can only come after it: line 2\n"), "{}", run.out);
}

#[test]
fn changes_of_sqitch_stay_in_their_folder_and_want_a_line_of_its_plan() {
    let plan = "%project=x\n\ntables/a 2026-01-01T00:00:00Z M <m@x>\ntables/b 2026-01-02T00:00:00Z M <m@x>\nviews/c 2026-01-03T00:00:00Z M <m@x>\n";
    let scratch = Scratch::new(&[
        ("db/sqitch.plan", plan),
        ("db/deploy/tables/a.sql", "BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\n"),
        ("db/deploy/tables/b.sql", "BEGIN;\nALTER TABLE a ADD CHECK (id > 0);\nSELECT 1;\nCOMMIT;\n"),
        ("db/deploy/views/c.sql", "BEGIN;\nCREATE VIEW c AS SELECT 1;\nCOMMIT;\n"),
    ]);
    let run = gonogo(scratch.path(), &["check", "--all", "."]);
    let adds = "in this order: sqitch add tables/add_a_id_check -n '…'; sqitch add tables/validate_a_id_check -n '…'\n";
    for said in ["-- deploy/tables/add_a_id_check.sql\n", "-- deploy/tables/validate_a_id_check.sql\n", adds] {
        assert!(run.out.contains(said), "{said}\n{}", run.out);
    }
}
