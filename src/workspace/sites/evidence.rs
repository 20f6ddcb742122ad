//! What do the files say that tools keep beside their migrations?

use super::dependencies::is_list;
use super::plan::{Entry, Named, Plan};
use super::{Site, Sites, Told, flyway};
use crate::diagnostic::SourceId;
use crate::document::engine::Engine;
use crate::document::entries::Entries;
use crate::document::format::Format;
use crate::document::migration::Role;
use crate::document::migration::framework::Framework;
use crate::document::yaml::Yaml;
use crate::path;
use crate::source::Source;
use crate::tree::Tree;

/// Files whose name alone makes the tool of a folder certain: the folder is theirs, or one below.
const NAMES: &[(&str, Framework, &str)] = &[
    ("migration_lock.toml", Framework::Prisma, ""),
    ("atlas.sum", Framework::Atlas, ""),
    ("diesel.toml", Framework::Diesel, "migrations"),
    ("sqitch.plan", Framework::Sqitch, ""),
    ("flyway.conf", Framework::Flyway, ""),
    ("flyway.toml", Framework::Flyway, ""),
    ("tern.conf", Framework::Tern, ""),
    ("yoyo.ini", Framework::Yoyo, "migrations"),
    ("rambler.json", Framework::Rambler, ""),
];

/// Whether the name of a file promises that it says something of migrations.
pub fn may_say(path: &str) -> bool {
    let (folder, name) = path::parted(path);
    let folder = path::name(folder);
    NAMES.iter().any(|(known, ..)| *known == name)
        || is_list(name)
        || matches!((folder, name), ("meta", "_journal.json") | ("supabase", "config.toml"))
        || matches!(name, "metadata.toml" | "metadata.yaml" | "config.yaml" | "snapshot.json" | "sqitch.conf")
        || matches!(name, ".gmrc" | ".gmrc.js")
        || is_dbconfig(name)
        || (name == "manifest.json" && version_folder(folder))
        || name.ends_with(".sql.conf")
        || name.ends_with(".fizz")
        || flyway::may_tell(path)
        || is_flyway(path)
}

/// Settings of Flyway, or of a program of Spring that runs it, but for those of a test.
fn is_flyway(path: &str) -> bool {
    let name = path::name(path);
    let is_spring = name.starts_with("application") && [".yml", ".yaml", ".properties"].iter().any(|end| name.ends_with(end));
    let is_test = || path.contains("/test/") || name.starts_with("application-test.");
    (is_spring || matches!(name, "flyway.conf" | "flyway.toml")) && !is_test()
}

/// `dbconfig.yml` of sql-migrate, maybe one for each server.
fn is_dbconfig(name: &str) -> bool {
    name.starts_with("dbconfig.") && (name.ends_with(".yml") || name.ends_with(".yaml"))
}

/// `v1.2` or `v3`.
fn version_folder(name: &str) -> bool {
    let digits = name.strip_prefix('v').unwrap_or_default();
    !digits.is_empty() && digits.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Such files are small.
const LARGEST: u64 = 4 << 20;

impl Sites {
    /// Takes in what one file says.
    pub(super) fn hear(&mut self, tree: &dyn Tree, path: &str) {
        let (folder, name) = path::parted(path);
        let read = || tree.read(path, LARGEST).ok().map(|bytes| Source::decode(path, bytes));
        if flyway::may_tell(path)
            && let Some(source) = read()
        {
            self.told.extend(Told::of(&source));
        }
        if is_flyway(path)
            && let Some(source) = read()
        {
            self.runs_late |= runs_late(&source);
        }
        match name {
            "_journal.json" => self.journal(folder, path, read().as_ref()),
            // Its configuration has said more.
            "sqitch.plan" if self.settled.contains(path) => {}
            "sqitch.plan" => {
                let (deploy, revert) = (below(folder, "deploy"), below(folder, "revert"));
                let plan = read().map(|source| Plan::of_sqitch(source.text(), &deploy, &revert)).unwrap_or_default();
                self.add(folder, Site { framework: Framework::Sqitch, said: path.to_owned(), engine: None, plan: Some(plan) });
            }
            "migration_lock.toml" => {
                let engine = read().and_then(|source| Engine::of_word(&setting(source.text(), "provider")?));
                self.add(folder, Site { framework: Framework::Prisma, said: path.to_owned(), engine, plan: None });
            }
            "diesel.toml" => {
                let dir = read().and_then(|source| setting(source.text(), "dir")).unwrap_or_else(|| "migrations".to_owned());
                self.simple(&below(folder, &dir), Framework::Diesel, path);
            }
            "sqitch.conf" => read().iter().for_each(|source| self.sqitch(tree, folder, source)),
            _ if is_dbconfig(name) => read().iter().for_each(|source| self.sql_migrate(folder, source)),
            "snapshot.json" => self.drizzle_folder(folder, path, read().as_ref()),
            ".gmrc" | ".gmrc.js" => {
                let home = below(folder, "migrations");
                self.simple(&below(&home, "committed"), Framework::GraphileMigrate, path);
                self.graphile.insert(home);
            }
            "config.toml" => self.supabase(folder, path),
            "config.yaml" => self.hasura(folder, path, read().as_ref()),
            "manifest.json" => self.manifest(folder, path, read().as_ref()),
            "metadata.toml" => self.alone(folder, path, read().as_ref(), &["run_in_transaction"], "false"),
            "metadata.yaml" => self.alone(folder, path, read().as_ref(), &["createIndexConcurrently"], "true"),
            _ if name.ends_with(".sql.conf") => {
                let about = path.trim_end_matches(".conf").to_owned();
                self.alone(&about, path, read().as_ref(), &["executeInTransaction"], "false");
            }
            _ if name.ends_with(".fizz") => self.simple(folder, Framework::Pop, path),
            _ => {
                if name == "atlas.sum"
                    && let Some(source) = read()
                {
                    self.sums.insert(folder.to_owned(), (path.to_owned(), source.text().to_owned()));
                }
                if let Some((_, framework, inner)) = NAMES.iter().find(|(known, ..)| *known == name) {
                    self.simple(&below(folder, inner), *framework, path);
                }
            }
        }
    }

    pub(super) fn simple(&mut self, folder: &str, framework: Framework, said: &str) {
        self.add(folder, Site { framework, said: said.to_owned(), engine: None, plan: None });
    }

    /// The first word counts, but a lock, a plan or a journal is worth more than a checksum file: other tools write those.
    fn add(&mut self, folder: &str, site: Site) {
        let is_weak = |site: &Site| site.framework == Framework::Atlas;
        match self.known.get(folder) {
            Some(known) if !is_weak(known) || is_weak(&site) => {}
            _ => {
                self.known.insert(folder.to_owned(), site);
            }
        }
    }

    fn supabase(&mut self, folder: &str, path: &str) {
        let site = Site { framework: Framework::Supabase, said: path.to_owned(), engine: Some(Engine::Postgres), plan: None };
        self.add(&below(folder, "migrations"), site);
    }

    fn hasura(&mut self, folder: &str, path: &str, source: Option<&Source>) {
        if source.is_some_and(|source| source.text().contains("metadata_directory")) {
            self.simple(&below(folder, "migrations"), Framework::Hasura, path);
        }
    }

    /// A file beside a migration that asks for no transaction.
    fn alone(&mut self, about: &str, path: &str, source: Option<&Source>, keys: &[&str], wanted: &str) {
        let Some(source) = source else { return };
        for (line, text) in (1..).zip(source.text().split('\n')) {
            let Some((key, value)) = text.split_once(['=', ':']) else { continue };
            if keys.contains(&key.trim()) && value.trim().eq_ignore_ascii_case(wanted) {
                self.lone.insert(about.to_owned(), (path.to_owned(), line));
            }
        }
    }

    /// The folders of sql-migrate, a section for each environment.
    fn sql_migrate(&mut self, folder: &str, source: &Source) {
        let file = Entries::read(source, Format::Yaml);
        let said = |section: &str, key: &str| {
            let mut found = file.entries.iter().filter(|entry| entry.name.strip_prefix(section) == Some(key));
            found.next().map(|entry| entry.text(source).to_owned())
        };
        let sections = file.entries.iter().filter_map(|entry| entry.name.strip_suffix(".dialect"));
        let sites: Vec<(String, Option<Engine>)> = sections
            .map(|section| {
                let dir = said(section, ".dir").unwrap_or_else(|| "migrations".to_owned());
                (below(folder, &dir), said(section, ".dialect").and_then(|dialect| Engine::of_word(&dialect)))
            })
            .collect();
        for (home, engine) in sites {
            self.add(&home, Site { framework: Framework::SqlMigrate, said: source.path().to_owned(), engine, plan: None });
        }
    }

    /// Newer versions of Drizzle have a folder for each migration, with its snapshot in it, and no journal.
    fn drizzle_folder(&mut self, folder: &str, path: &str, source: Option<&Source>) {
        let Some(source) = source else { return };
        let yaml = Yaml::read(source);
        let Some(object) = yaml.roots(source, SourceId(0)).next() else { return };
        let text = |key: &str| object.field(key).into_option()?.text().into_option();
        if let (Some(dialect), Some(_)) = (text("dialect"), text("version")) {
            let home = path::folder(folder);
            let engine = Engine::of_word(&dialect);
            self.add(home, Site { framework: Framework::Drizzle, said: path.to_owned(), engine, plan: None });
        }
    }

    /// Drizzle's journal: its entries run in their order, and nothing else does.
    fn journal(&mut self, meta: &str, path: &str, source: Option<&Source>) {
        let folder = meta.strip_suffix("meta").unwrap_or(meta).trim_end_matches('/');
        let mut plan = Plan::default();
        let mut engine = None;
        let root = source.map(|source| (source, Yaml::read(source)));
        let object = root.as_ref().and_then(|(source, yaml)| yaml.roots(source, SourceId(0)).next());
        let entries = object.and_then(|object| object.field("entries").into_option());
        match (&root, entries) {
            (Some((_, yaml)), Some(entries)) if yaml.parts.iter().all(|part| part.error.is_none()) => {
                let dialect = object.and_then(|object| object.field("dialect").into_option()?.text().into_option());
                engine = dialect.and_then(|dialect| Engine::of_word(&dialect));
                for (at, entry) in (1..).zip(entries.items()) {
                    let Some(tag) = entry.field("tag").into_option().and_then(|tag| tag.text().into_option()) else { continue };
                    let file = below(folder, &format!("{tag}.sql"));
                    let line = source.map_or(1, |source| source.line(entry.span().start));
                    plan.named.push(Named { path: file.clone(), line });
                    plan.add(file, Entry { version: vec![at], title: tag.into_owned(), role: Role::Up });
                }
            }
            _ => plan.flaw = Some(format!("its journal {path} cannot be read")),
        }
        self.add(folder, Site { framework: Framework::Drizzle, said: path.to_owned(), engine, plan: Some(plan) });
    }

    /// A folder for each version, with the files of it in a manifest.
    fn manifest(&mut self, folder: &str, path: &str, source: Option<&Source>) {
        let (home, version) = path::parted(folder);
        let numbers: Vec<u128> = version.trim_start_matches('v').split('.').filter_map(|part| part.parse().ok()).collect();
        let Some(source) = source else { return };
        let yaml = Yaml::read(source);
        let Some(object) = yaml.roots(source, SourceId(0)).next() else { return };
        let Some(files) = object.field("SchemaUpdateCqlFiles").into_option() else { return };
        let site =
            Site { framework: Framework::VersionFolders, said: path.to_owned(), engine: None, plan: Some(Plan::default()) };
        let site = self.known.entry(home.to_owned()).or_insert(site);
        let Some(plan) = &mut site.plan else { return };
        for (at, file) in (1..).zip(files.items()) {
            let Some(file) = file.text().into_option() else { continue };
            let mut order = numbers.clone();
            order.push(at);
            let file_path = below(folder, &file);
            plan.named.push(Named { path: file_path.clone(), line: source.line(object.span().start) });
            let title = format!("{version}/{}", file.trim_end_matches(".sql"));
            plan.add(file_path, Entry { version: order, title, role: Role::Up });
        }
    }
}

/// Whether the settings tell Flyway to run what comes late.
fn runs_late(source: &Source) -> bool {
    let is_on =
        |line: &&str| line.trim_end().as_bytes().last_chunk().is_some_and(|end: &[u8; 4]| end.eq_ignore_ascii_case(b"true"));
    source.text().split('\n').filter(is_on).any(|line| {
        let line: String = line.chars().filter(|next| !next.is_whitespace() && *next != '-').collect();
        let line = line.to_ascii_lowercase();
        !line.starts_with('#') && (line.ends_with("outoforder=true") || line.ends_with("outoforder:true"))
    })
}

/// The value of a key in a file of settings, without its quotes.
fn setting(text: &str, wanted: &str) -> Option<String> {
    text.split('\n').find_map(|line| {
        let (key, value) = line.split_once('=')?;
        let value = value.split('#').next().unwrap_or(value).trim().trim_matches(['"', '\'']);
        (key.trim() == wanted && !value.is_empty()).then(|| value.to_owned())
    })
}

pub(super) fn below(folder: &str, inner: &str) -> String {
    let inner = inner.trim_start_matches("./").trim_matches('/');
    match (folder, inner) {
        (folder, "") => folder.to_owned(),
        ("", inner) => inner.to_owned(),
        (folder, inner) => format!("{folder}/{inner}"),
    }
}
