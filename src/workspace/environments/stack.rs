//! Which files are read together with another one, and in which order?
//!
//! By the names that frameworks look for: `.env` below `.env.production`, `application.yml` and its documents for a profile
//! below `application-prod.yml`, `default.json` below `production.json` and `local.json` above it. Whoever names the files
//! one by one (`told`) knows better.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::names::{Tier, named_at, words};
use super::slots::bases;
use super::{SettingsFile, chains, told};
use crate::diagnostic::Place;
use crate::document::Document;
use crate::path;
use crate::settings::EnvironmentNames;

/// The files that are read together with one.
#[derive(Clone, Debug, Default)]
pub struct Stack {
    /// Those whose settings give way to its own, the weakest first.
    pub below: Vec<SettingsFile>,
    /// Those that its own settings give way to, the strongest last.
    pub above: Vec<SettingsFile>,
    /// The file of one machine, which some readers put above those of environments and some below.
    pub machine: Option<SettingsFile>,
    /// The file that says which variables of the process come last of all.
    pub variables: Option<SettingsFile>,
    /// Where somebody names them in this order.
    pub place: Option<Place>,
}

/// The same by the numbers of files.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    pub below: Vec<usize>,
    pub above: Vec<usize>,
    pub machine: Option<usize>,
    pub variables: Option<usize>,
    pub place: Option<Place>,
}

impl Stack {
    /// All files with a file of the environment among them, the strongest last. Below them all stand those that every
    /// environment of its group reads.
    pub fn around<'f>(&'f self, file: &'f SettingsFile, base: &'f [SettingsFile], machine_wins: bool) -> Vec<&'f SettingsFile> {
        let is_named = |other: &SettingsFile| self.below.iter().chain(&self.above).any(|named| is_same(named, other));
        let mut layers: Vec<&SettingsFile> = base.iter().filter(|other| !is_named(other)).collect();
        layers.extend(&self.below);
        layers.extend(self.machine.iter().filter(|_| !machine_wins));
        layers.push(file);
        layers.extend(self.machine.iter().filter(|_| machine_wins));
        layers.extend(self.above.iter().chain(&self.variables));
        layers
    }
}

/// Whether two are the same part of the same file.
pub fn is_same(one: &SettingsFile, other: &SettingsFile) -> bool {
    (one.source, &one.section) == (other.source, &other.section)
}

/// So many files of a folder are looked at.
const MOST: usize = 256;

/// The files by path: all of one, and its parts.
struct Files<'f> {
    all: &'f [SettingsFile],
    documents: &'f [Arc<Document>],
    by_path: BTreeMap<&'f str, Vec<usize>>,
}

/// Gives each file its stack. `inline` are settings that manifests hold themselves; files are numbered before those.
pub(super) fn stack(
    files: &mut [SettingsFile],
    inline: &mut [SettingsFile],
    documents: &[Arc<Document>],
    said: &EnvironmentNames,
) {
    let orders = {
        let known = Files::of(files, documents);
        let mut told = told::orders(files, inline, documents, said);
        told.extend(chains::orders(files, documents));
        let paths: Vec<&str> = known.by_path.keys().copied().collect();
        let mut orders: HashMap<usize, Order> = HashMap::new();
        for at in 0..files.len() + inline.len() {
            let by_name = if at < files.len() { known.by_name(at, &paths, said) } else { Order::default() };
            let order = match told.get(&at) {
                Some(told) => joined(told, by_name),
                None => by_name,
            };
            if !order.is_empty() {
                orders.insert(at, order);
            }
        }
        orders
    };
    let number = files.len();
    let plain: HashMap<usize, SettingsFile> = orders
        .values()
        .flat_map(Order::all)
        .map(|at| (at, if at < number { files[at].clone() } else { inline[at - number].clone() }))
        .collect();
    for (at, order) in orders {
        let take = |list: &[usize]| list.iter().map(|at| plain[at].clone()).collect();
        let one = |at: Option<usize>| at.map(|at| plain[&at].clone());
        let (below, above) = (take(&order.below), take(&order.above));
        let (machine, variables) = (one(order.machine), one(order.variables));
        let stack = Arc::new(Stack { below, above, machine, variables, place: order.place });
        match files.get_mut(at) {
            Some(file) => file.stack = stack,
            None => inline[at - number].stack = stack,
        }
    }
}

/// What somebody says, and around it what stands there by its name.
fn joined(told: &Order, by_name: Order) -> Order {
    let is_free = |at: &usize| !told.below.contains(at) && !told.above.contains(at);
    let mut below: Vec<usize> = by_name.below.into_iter().filter(is_free).collect();
    below.extend(&told.below);
    let mut above = told.above.clone();
    above.extend(by_name.above.into_iter().filter(is_free));
    Order { below, above, place: told.place, ..by_name }
}

impl Order {
    fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }

    fn all(&self) -> impl Iterator<Item = usize> {
        self.below.iter().chain(&self.above).chain(&self.machine).chain(&self.variables).copied()
    }
}

impl<'f> Files<'f> {
    fn of(files: &'f [SettingsFile], documents: &'f [Arc<Document>]) -> Self {
        let mut by_path: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (file, at) in files.iter().zip(0..) {
            by_path.entry(documents[file.source.index()].source.path()).or_default().push(at);
        }
        Self { all: files, documents, by_path }
    }

    /// The whole of the file at a path.
    fn whole(&self, path: &str) -> Option<usize> {
        self.by_path.get(path)?.iter().copied().find(|at| self.all[*at].section.is_none())
    }

    /// Those of these that are there.
    fn wholes(&self, paths: impl IntoIterator<Item = String>) -> Vec<usize> {
        paths.into_iter().filter_map(|path| self.whole(&path)).collect()
    }

    /// By the names that frameworks look for.
    fn by_name(&self, at: usize, paths: &[&str], said: &EnvironmentNames) -> Order {
        let file = &self.all[at];
        let document = &self.documents[file.source.index()];
        let path = document.source.path();
        let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (&path[..=folder.len()], name));
        let lower = name.to_ascii_lowercase();
        if ["application", "bootstrap"].iter().any(|start| lower.starts_with(start)) && file.tier != Some(Tier::Example) {
            return self.spring(at, folder, name);
        }
        if file.section.is_some() || file.environment.is_none() || file.tier == Some(Tier::Example) {
            return Order::default();
        }
        if let Some(word) = name.strip_prefix(".env.").filter(|word| !word.contains("local") && document.dotenv().is_some()) {
            return self.dotenv(folder, word, file.environment.as_deref() == Some("test"));
        }
        // What stands at the same path without the environment, or with another word in its place.
        let word = words(path).filter(|word| named_at(path, *word, said).is_some()).last();
        let found: Vec<usize> = word.map(|word| bases(paths, path, word)).unwrap_or_default();
        let mut below: Vec<usize> = self.of_chart(folder, name, paths);
        below.extend(found.into_iter().filter_map(|number| self.whole(paths[number])).filter(|other| *other != at));
        let stem = name.split('.').next().unwrap_or(name);
        self.of_folder(folder, stem, Order { below, ..Order::default() })
    }

    /// The values of the chart in a folder below, if there is one.
    fn of_chart(&self, folder: &str, name: &str, paths: &[&str]) -> Vec<usize> {
        if !name.starts_with("values") {
            return Vec::new();
        }
        let from = paths.partition_point(|path| *path < folder);
        let inside = paths[from..].iter().take_while(|path| path.starts_with(folder)).take(MOST);
        let is_of_chart = |path: &&&str| {
            let mut parts = path[folder.len()..].split('/');
            let is_below = parts.next().is_some_and(|part| part != "charts");
            is_below && parts.next().is_some_and(|name| name.starts_with("values.y")) && parts.next().is_none()
        };
        let charts: Vec<usize> = inside.filter(is_of_chart).filter_map(|path| self.whole(path)).collect();
        // Of two charts, nobody can tell here which one it is for.
        if charts.len() == 1 { charts } else { Vec::new() }
    }

    fn dotenv(&self, folder: &str, word: &str, is_test: bool) -> Order {
        let below = self.wholes([".env.defaults", ".env"].map(|name| format!("{folder}{name}")));
        let above = self.wholes([format!("{folder}.env.{word}.local")]);
        // Tests are to be the same on all machines.
        let machine = self.whole(&format!("{folder}.env.local")).filter(|_| !is_test);
        Order { below, above, machine, ..Order::default() }
    }

    /// node-config and the gem of Rails called config: files of one machine stand above those of environments.
    fn of_folder(&self, folder: &str, stem: &str, order: Order) -> Order {
        let ends = ["json", "json5", "yml", "yaml", "toml"];
        let each = |start: String| ends.map(|end| format!("{start}.{end}"));
        if folder.ends_with("config/settings/") {
            let mut above = self.wholes(each(format!("{}.local", folder.trim_end_matches('/'))));
            above.extend(self.wholes(each(format!("{folder}{stem}.local"))));
            return Order { above, ..order };
        }
        let is_config = folder == "config/" || folder.ends_with("/config/");
        let default = self.wholes(each(format!("{folder}default")));
        if !is_config || default.is_empty() {
            return order;
        }
        let mut below: Vec<usize> = default.into_iter().filter(|at| !order.below.contains(at)).collect();
        below.extend(&order.below);
        let mut above = self.wholes(each(format!("{folder}local")));
        above.extend(self.wholes(each(format!("{folder}local-{stem}"))));
        let variables = self.wholes(each(format!("{folder}custom-environment-variables"))).first().copied();
        Order { below, above, variables, ..order }
    }

    /// Spring reads the plain files first and then those of profiles; of two of one kind, properties win; what a file imports
    /// stands above it.
    fn spring(&self, at: usize, folder: &str, name: &str) -> Order {
        let own = &self.all[at];
        let start = if name.to_ascii_lowercase().starts_with("bootstrap") { "bootstrap" } else { "application" };
        let root = folder.strip_suffix("config/").filter(|root| root.is_empty() || root.ends_with('/')).unwrap_or(folder);
        let folders = [root.to_owned(), format!("{root}config/")];
        let mut plain = Vec::new();
        for path in folders.iter().flat_map(|folder| {
            let file = |end: &str| format!("{folder}{start}.{end}");
            ["yml", "yaml", "properties"].map(file)
        }) {
            let Some(whole) = self.whole(&path) else { continue };
            plain.push(whole);
            plain.extend(self.imported(whole, &path));
            let parts = self.by_path[path.as_str()].iter().copied().filter(|part| {
                let part = &self.all[*part];
                part.section.is_some() && part.environment == own.environment
            });
            plain.extend(parts);
        }
        let of_profile = folders.iter().flat_map(|folder| self.profiles(folder, start, own));
        plain.extend(of_profile.collect::<Vec<_>>());
        let Some(place) = plain.iter().position(|other| *other == at) else {
            return Order { below: plain, ..Order::default() };
        };
        let is_environment = own.environment.is_some();
        let above = if is_environment { plain.split_off(place + 1) } else { Vec::new() };
        plain.truncate(place);
        Order { below: plain, above, ..Order::default() }
    }

    /// The files of a folder for the profile that a file is for, properties last.
    fn profiles(&self, folder: &str, start: &str, own: &SettingsFile) -> Vec<usize> {
        let begin = format!("{folder}{start}-");
        let range = self.by_path.range(begin.as_str()..).take_while(|(path, _)| path.starts_with(&*begin));
        let of_profile =
            range.take(MOST).filter(|(path, _)| !path[begin.len()..].contains('/')).flat_map(|(_, all)| all.iter().copied());
        let mut found: Vec<usize> = of_profile
            .filter(|at| {
                let file = &self.all[*at];
                own.environment.is_some() && file.environment == own.environment && file.section.is_none()
            })
            .collect();
        found.sort_by_key(|at| self.documents[self.all[*at].source.index()].source.path().ends_with(".properties"));
        found
    }

    /// What `spring.config.import` of a file names.
    fn imported(&self, at: usize, path: &str) -> Vec<usize> {
        let file = &self.all[at];
        let Some(entry) = file.find("spring.config.import") else { return Vec::new() };
        let folder = path::folder(path);
        let text = entry.text(&self.documents[file.source.index()].source);
        let words = text.split(|next: char| next.is_whitespace() || matches!(next, ',' | ';' | '[' | ']' | '"' | '\''));
        let places = words.filter(|word| word.contains('.')).map(|word| word.rsplit(':').next().unwrap_or(word));
        places.filter_map(|word| self.whole(&super::super::builds::join(folder, word.trim_start_matches('/')))).collect()
    }
}
