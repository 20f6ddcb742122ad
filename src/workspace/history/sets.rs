//! Which migrations belong together, which tool runs them, and what is up and down in them?

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::stale::{self, Stale};
use super::{Asked, FrameworkSaid, Ignored, Migration, MigrationSet, RunnerTransaction, Script, Shipping, TransactionSaid};
use crate::diagnostic::{Place, SourceId};
use crate::document::Document;
use crate::document::engine::Engine;
use crate::document::migration::framework::{Escape, Framework, Late, Transactions};
use crate::document::migration::{Layout, REPEATABLE, Role, dotted, in_letters, marks};
use crate::document::sql::{Certainty, Sql};
use crate::path;
use crate::source::Source;
use crate::workspace::ids;
use crate::workspace::versions::{ASSUMED, Said, Versions};

pub(super) fn sets(documents: &[Arc<Document>], asked: Asked<'_>) -> Vec<MigrationSet> {
    let mut folders: BTreeMap<_, Vec<Placed>> = BTreeMap::new();
    for (id, document) in ids(documents).zip(documents) {
        if document.sql().is_some() {
            let layout = asked.sites.place(document.source.path());
            folders.entry((layout.folder.clone(), layout.engine)).or_default().push((layout, id));
        }
    }
    fall_back(&mut folders, documents);
    let set = |((folder, _), files)| Making { folder, documents, asked }.set(files);
    folders.into_iter().map(set).collect()
}

/// Files without the name of a server in theirs are for every server that has no file of its own for the same version.
/// PostgreSQL runs them; the others take ways back from them, because their ways forward are not read yet.
fn fall_back(folders: &mut BTreeMap<(String, Option<Engine>), Vec<Placed>>, documents: &[Arc<Document>]) {
    let is_postgres = |(_, id): &Placed| documents[id.index()].sql().is_some_and(|sql| sql.engine == Engine::Postgres);
    let has_own =
        |(folder, engine): &&(String, Option<Engine>)| engine.is_some() && folders.contains_key(&(folder.clone(), None));
    let mut keys: Vec<(String, Option<Engine>)> = folders.keys().filter(has_own).cloned().collect();
    // It takes all that is left.
    keys.sort_by_key(|(_, engine)| *engine == Some(Engine::Postgres));
    for key in keys {
        let generic = (key.0.clone(), None);
        let (Some(own), Some(others)) = (folders.get(&key), folders.get(&generic)) else { continue };
        let part = |layout: &Layout| (layout.version.clone(), layout.role == Role::Down);
        let has: HashSet<(Vec<u128>, bool)> = own.iter().map(|(layout, _)| part(layout)).collect();
        let lacks = |(layout, _): &&Placed| !has.contains(&part(layout));
        if key.1 == Some(Engine::Postgres) && others.iter().all(is_postgres) {
            let taken: Vec<Placed> = others.iter().filter(lacks).cloned().collect();
            folders.remove(&generic);
            folders.entry(key).or_default().extend(taken);
        } else {
            let goes_back = |(layout, _): &&Placed| layout.role == Role::Down && has.contains(&(layout.version.clone(), false));
            let taken: Vec<Placed> = others.iter().filter(lacks).filter(goes_back).cloned().collect();
            folders.entry(key).or_default().extend(taken);
        }
    }
}

/// A file with what its path says.
type Placed = (Layout, SourceId);

/// A set as it is put together.
struct Making<'a> {
    folder: String,
    documents: &'a [Arc<Document>],
    asked: Asked<'a>,
}

impl Making<'_> {
    fn set(self, files: Vec<Placed>) -> MigrationSet {
        // Its files agree; see `servers`.
        let read = files.iter().filter_map(|(_, id)| self.document(*id).sql());
        let (certainty, engine) =
            read.map(|sql| (sql.certainty, sql.engine)).max().unwrap_or((Certainty::Assumed, Engine::Postgres));
        let (framework, framework_said) = self.framework(&files);
        let (ignored, files) = self.without_ignored(framework, files);
        let mut migrations: BTreeMap<(Vec<u128>, String), Migration> = BTreeMap::new();
        for (layout, source) in files {
            let Layout { version, title, role, .. } = layout;
            let version = if framework.traits().as_text { in_letters(&title) } else { version };
            let entry = migrations.entry((version.clone(), title.clone()));
            let migration = entry.or_insert_with(|| Migration {
                title,
                version,
                up: Vec::new(),
                down: Vec::new(),
                back: None,
                is_paired: false,
                shipping: Shipping::Pending,
                is_new: false,
            });
            migration.is_paired |= role == Role::PairedUp;
            migration.add(framework, role, source, self.document(source), &self.transaction(framework, source));
        }
        let mut migrations = paired_by_version(migrations.into_values());
        if framework == Framework::Flyway {
            pass_over_baselines(&mut migrations);
        }
        if framework == Framework::Atlas {
            self.pass_over_checkpoints(&mut migrations);
        }
        let mut titles: Vec<String> = migrations.iter().map(|migration| migration.title.clone()).collect();
        titles.sort_unstable();
        MigrationSet {
            framework,
            framework_said,
            engine,
            engine_is_known: certainty > Certainty::Assumed,
            versions: Versions::one(ASSUMED, Said::Nobody),
            transactions: self.transactions(framework, &migrations),
            unordered: self.unordered(&migrations),
            stale: self.stale(framework, &migrations),
            late: if framework == Framework::Flyway && self.asked.sites.runs_late { Late::Runs } else { framework.traits().late },
            timeout: None,
            titles,
            migrations,
            ignored,
            is_shared: false,
            started: None,
            troubles: Vec::new(),
            unknown_version: None,
            folder: self.folder,
        }
    }

    /// A checkpoint of Atlas makes again what all before it have made, where those are there.
    fn pass_over_checkpoints(&self, migrations: &mut [Migration]) {
        let is_checkpoint = |script: &Script| {
            let document = self.document(script.source);
            document.sql().is_some_and(|sql| marks::is_checkpoint(&document.source, sql))
        };
        let scripts = migrations.iter_mut().skip(1).flat_map(|migration| &mut migration.up);
        scripts.filter(|script| is_checkpoint(script)).for_each(|script| script.statements.clear());
    }

    fn without_ignored(&self, framework: Framework, files: Vec<Placed>) -> (Vec<Ignored>, Vec<Placed>) {
        let paired = files.iter().any(|(layout, _)| layout.role == Role::PairedUp);
        let mut ignored = Vec::new();
        let kept = files.into_iter().filter(|(layout, source)| {
            let path = self.document(*source).source.path();
            ignored.extend(super::ignored::ignored(framework, layout, path, *source, paired));
            // Nothing was written into graphile-migrate's next one yet.
            let is_blank = framework == Framework::GraphileMigrate
                && layout.version == [REPEATABLE]
                && self.document(*source).sql().is_some_and(|sql| sql.statements.is_empty());
            layout.role != Role::Aside && !is_blank && ignored.last().is_none_or(|last: &Ignored| last.source != *source)
        });
        let kept = kept.collect();
        (ignored, kept)
    }

    fn stale(&self, framework: Framework, migrations: &[Migration]) -> Vec<Stale> {
        if stale::has_chain(framework) {
            return stale::graphile(migrations, |id| self.document(id));
        }
        let sum = self.asked.sites.sums.get(&self.folder);
        sum.map(|(path, text)| stale::atlas(text, path, migrations, |id| self.document(id))).unwrap_or_default()
    }

    /// What is said of the first of them holds for all.
    fn transactions(&self, framework: Framework, migrations: &[Migration]) -> Transactions {
        let first = migrations.iter().flat_map(Migration::parts).next();
        let said = first.and_then(|script| self.asked.settings.transactions(self.document(script.source).source.path()));
        said.and_then(Transactions::of_word).unwrap_or(framework.traits().transactions)
    }

    /// Why nobody can say in which order they run: what a plan says that does not fit the files.
    fn unordered(&self, migrations: &[Migration]) -> Vec<String> {
        let Some((site, plan)) = self.asked.sites.site(&self.folder).and_then(|site| Some((site, site.plan.as_ref()?))) else {
            return Vec::new();
        };
        let there: HashSet<&str> =
            migrations.iter().flat_map(Migration::parts).map(|script| self.document(script.source).source.path()).collect();
        let missing = plan.named.iter().filter(|named| !there.contains(named.path.as_str()));
        let missing = missing.map(|named| format!("{}:{} names {}, which is not there", site.said, named.line, named.path));
        plan.flaw.iter().cloned().chain(missing).collect()
    }

    fn document(&self, id: SourceId) -> &Document {
        &self.documents[id.index()]
    }

    /// The tool: what the configuration says, else files beside the migrations, else names, else marks, else packages.
    fn framework(&self, files: &[Placed]) -> (Framework, FrameworkSaid) {
        let path = |id: &SourceId| self.document(*id).source.path();
        let said = files.first().and_then(|(_, id)| self.asked.settings.framework(path(id)));
        if let Some(framework) = said.and_then(Framework::of_word) {
            return (framework, FrameworkSaid::Config);
        }
        let site = self.asked.sites.site(&self.folder);
        let by_site = || site.map(|site| (site.framework, FrameworkSaid::File(site.said.clone())));
        // Other tools write checksum files of Atlas, too.
        if site.is_some_and(|site| site.framework != Framework::Atlas) {
            return by_site().unwrap_or((Framework::Numbered, FrameworkSaid::Nobody));
        }
        // The first files may predate the tool, and some may be of another shape, so the most telling one counts.
        let shapes = files.iter().map(|(layout, id)| shaped(layout, path(id)));
        let shape = shapes.min_by_key(|shape| shape.len()).unwrap_or_default();
        // A comment of another tool, such as one for its linter, makes no file with a shape of its own that tool's.
        let fits =
            |framework| shape.contains(&framework) || shape.contains(&Framework::Numbered) || framework == Framework::Liquibase;
        if let [only] = shape {
            return (*only, FrameworkSaid::Names);
        }
        let marked = files.iter().find_map(|(_, id)| {
            let document = self.document(*id);
            let (framework, span) = marks::framework(&document.source, document.sql()?)?;
            fits(framework).then_some((framework, FrameworkSaid::Mark(Place { source: *id, span })))
        });
        let by_packages = || {
            let (framework, said) = self.asked.sites.used(&self.folder, shape)?;
            Some((framework, FrameworkSaid::File(said.to_owned())))
        };
        let first = shape.first().copied().unwrap_or(Framework::Numbered);
        marked.or_else(by_packages).or_else(by_site).unwrap_or((first, FrameworkSaid::Nobody))
    }

    fn transaction(&self, framework: Framework, source: SourceId) -> RunnerTransaction {
        let document = self.document(source);
        let path = document.source.path();
        let none = |said| RunnerTransaction { mode: Transactions::None, said };
        let mark = document.sql().and_then(|sql| marks::no_transaction(framework, &document.source, sql));
        // Each changeset asks for itself.
        if let Some(span) = mark.filter(|_| framework != Framework::Liquibase) {
            return none(TransactionSaid::Mark(Place { source, span }));
        }
        if let Escape::Infix(infix) = framework.traits().escape
            && document.source.name().contains(&format!("{infix}."))
        {
            return none(TransactionSaid::Name);
        }
        if let Some((file, line)) = self.asked.sites.without_transaction(path) {
            return none(TransactionSaid::File(file.to_owned(), line));
        }
        match self.asked.settings.transactions(path).and_then(Transactions::of_word) {
            Some(mode) => RunnerTransaction { mode, said: TransactionSaid::Config },
            None => RunnerTransaction { mode: framework.traits().transactions, said: TransactionSaid::Runner },
        }
    }
}

/// The tools that have files of this shape, the likeliest first.
fn shaped(layout: &Layout, path: &str) -> &'static [Framework] {
    let name = path::name(path);
    match name {
        "migration.sql" => &[Framework::Prisma],
        "up.sql" | "down.sql" => &[Framework::Diesel, Framework::Hasura],
        _ if layout.title.starts_with(['V', 'R', 'B', 'U', 'v', 'u', 'b']) && layout.title.contains("__") => {
            &[Framework::Flyway, Framework::Refinery]
        }
        _ if layout.title.contains('/') => &[Framework::VersionFolders],
        _ if dotted(&layout.title).is_some() => &[Framework::UpgradeFolders],
        _ if name.ends_with(".rollback.sql") => &[Framework::Yoyo],
        _ if name.contains(".autocommit.") => &[Framework::Pop],
        _ if name.ends_with(".up.sql") || name.ends_with(".down.sql") => {
            &[Framework::GolangMigrate, Framework::Sqlx, Framework::Pop, Framework::Morph]
        }
        _ => &[
            Framework::Numbered,
            Framework::Sqlx,
            Framework::PostgresMigrations,
            Framework::GraphileMigrate,
            Framework::Yoyo,
            Framework::Tern,
        ],
    }
}

impl MigrationSet {
    /// An address of the database makes golang-migrate send one statement at a time, in no transaction.
    pub(super) fn send_one_by_one(&mut self, (path, line): &(String, u32)) {
        if self.framework != Framework::GolangMigrate {
            return;
        }
        self.transactions = Transactions::None;
        for script in self.migrations.iter_mut().flat_map(|migration| migration.up.iter_mut().chain(&mut migration.down)) {
            script.runner = RunnerTransaction { mode: Transactions::None, said: TransactionSaid::File(path.clone(), *line) };
        }
    }
}

impl Migration {
    fn add(&mut self, framework: Framework, role: Role, source: SourceId, document: &Document, runner: &RunnerTransaction) {
        let Some(sql) = document.sql() else { return };
        let is_passed_over = marks::is_passed_over(framework, &document.source, sql);
        let (up, down) = if is_passed_over { (Vec::new(), None) } else { directions(&document.source, sql) };
        let script = |statements| Script::new(source, runner.clone(), statements);
        if framework == Framework::Liquibase {
            let parts = changesets(document, sql, source, runner, up);
            self.up.extend(parts);
            // What goes back stands in comments, which nobody runs here.
            let goes_back = marks::has_rollback(&document.source, sql);
            self.down.extend(goes_back.then(|| script(Vec::new())));
            return;
        }
        if role == Role::Down {
            let mut all = up;
            all.extend(down.into_iter().flatten());
            self.down.push(script(all));
        } else {
            self.up.push(script(up));
            self.down.extend(down.map(script));
        }
    }
}

/// The changesets of a file of Liquibase: each is a transaction of its own, or asks for none.
fn changesets(document: &Document, sql: &Sql, source: SourceId, runner: &RunnerTransaction, up: Vec<usize>) -> Vec<Script> {
    let begins = marks::changesets(&document.source, sql);
    let mut parts: Vec<(usize, Vec<usize>)> = Vec::new();
    for at in up {
        let start = sql.statements[at].span.start;
        let part = begins.partition_point(|(span, _)| span.start < start);
        match parts.last_mut().filter(|(last, _)| *last == part) {
            Some((_, statements)) => statements.push(at),
            None => parts.push((part, vec![at])),
        }
    }
    let script = |(part, statements): (usize, Vec<usize>)| {
        let asks_for_none = part.checked_sub(1).map(|at| begins[at]).filter(|(_, none)| *none);
        let runner = match asks_for_none {
            Some((span, _)) => {
                RunnerTransaction { mode: Transactions::None, said: TransactionSaid::Mark(Place { source, span }) }
            }
            None => runner.clone(),
        };
        Script::new(source, runner, statements)
    };
    let scripts: Vec<Script> = parts.into_iter().map(script).collect();
    if scripts.is_empty() { vec![Script::new(source, runner.clone(), Vec::new())] } else { scripts }
}

/// The statements of a file that go forward.
pub(in crate::workspace) fn forward(source: &Source, sql: &Sql) -> Vec<usize> {
    directions(source, sql).0
}

/// The statements that go forward and, in a file that has such a part, those that go back.
fn directions(source: &Source, sql: &Sql) -> (Vec<usize>, Option<Vec<usize>>) {
    let sections = marks::sections(source, sql);
    let forward = |at: &usize| {
        let start = sql.statements[*at].span.start;
        let before = sections.partition_point(|(mark, _)| *mark < start);
        before.checked_sub(1).is_none_or(|last| sections[last].1)
    };
    let (up, down) = (0..sql.statements.len()).partition(forward);
    let has_down = sections.iter().any(|(_, forward)| !forward);
    (up, has_down.then_some(down))
}

/// A baseline of Flyway stands for all migrations up to its version, on databases that have none of them. Where those are there,
/// too, all that has shipped has run them; and of several baselines the newest counts.
fn pass_over_baselines(migrations: &mut [Migration]) {
    let is_baseline = |it: &Migration| it.title.starts_with(['B', 'b']) && it.title.contains("__");
    let first = migrations.iter().filter(|it| it.has_version() && !is_baseline(it)).map(|it| it.version.clone()).next();
    let newest = migrations.iter().rev().find(|it| is_baseline(it)).map(|it| it.version.clone());
    for migration in migrations.iter_mut().filter(|it| is_baseline(it)) {
        let is_repeated = first.as_ref().is_some_and(|first| *first <= migration.version);
        if is_repeated || newest.as_ref() != Some(&migration.version) {
            migration.up.iter_mut().for_each(|script| script.statements.clear());
        }
    }
}

/// Flyway's undo files and Java-like names may differ from the migration's in all but the version. Takes and gives them in
/// the order of their versions.
fn paired_by_version(migrations: impl Iterator<Item = Migration>) -> Vec<Migration> {
    let (mut all, downs): (Vec<Migration>, Vec<Migration>) = migrations.partition(|migration| !migration.up.is_empty());
    let mut lonely = Vec::new();
    for down in downs {
        let home = all.partition_point(|home| home.version < down.version);
        match all.get_mut(home).filter(|home| home.version == down.version) {
            Some(home) => home.down.extend(down.down),
            None => lonely.push(down),
        }
    }
    all.extend(lonely);
    all.sort_by(|one, other| (&one.version, &one.title).cmp(&(&other.version, &other.title)));
    all
}
