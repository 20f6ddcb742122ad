//! Which configuration holds: for every command that judges, and `gonogo config`, which prints it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Exit, Mistake, print};
use crate::config::{self, Complaints, Config, Scene};
use crate::settings::Settings;
use crate::tree::git::Snapshot;
use crate::tree::{Disk, Named, Standing, Tree, home_of, locate};
use crate::workspace::discover::{Found, discover};

/// Where the configuration comes from.
#[derive(clap::Args, Debug)]
pub struct Choice {
    /// Use this file alone, instead of looking for gonogo.toml
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Set a key of the configuration, such as rules.missing-down.level=low (repeatable; wins over all files)
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Read no gonogo.toml
    #[arg(long, alias = "isolated")]
    no_config: bool,
}

/// A folder being judged, with the configuration that holds for it.
pub struct Chosen<'t> {
    repository: Repository<'t>,
    /// The way from the repository down to the folder.
    way: String,
    config: Config,
}

/// Where files of configuration are read: where the files being judged are, but in the whole repository.
enum Repository<'t> {
    Disk(Disk),
    Staged(Box<Snapshot>),
    Judged(&'t dyn Tree),
}

impl Choice {
    /// Finds the configuration of a folder. What is wrong with it is told on the way.
    pub fn load<'t>(&self, root: &Path, staged: Option<&'t dyn Tree>) -> Result<Chosen<'t>, Mistake> {
        let unreadable = |path: &Path, error: io::Error| Mistake(format!("{} cannot be read: {error}", path.display()));
        let (home, way) = home_of(root).map_err(|error| unreadable(root, error))?;
        let disk = Disk::open(&home).map_err(|error| unreadable(&home, error))?;
        let repository = match staged {
            None => Repository::Disk(disk),
            Some(tree) if way.is_empty() => Repository::Judged(tree),
            Some(_) => {
                let staged = disk.repository().map_err(|reason| reason.to_string()).and_then(Snapshot::staged);
                let staged =
                    staged.map_err(|why| Mistake(format!("what is staged in {} cannot be read: {why}", home.display())))?;
                Repository::Staged(Box::new(staged))
            }
        };
        let config = if let Some(file) = &self.config {
            let (home, path) = home_of(file).map_err(|error| unreadable(file, error))?;
            let tree = Disk::open(&home).map_err(|error| unreadable(&home, error))?;
            told(Config::of_file(&tree, &path, &file.to_string_lossy()))?
        } else if self.no_config {
            Config::without_files()
        } else {
            Config::default()
        };
        let mut chosen = Chosen { repository, way, config };
        if self.config.is_none() && !self.no_config {
            chosen.config = told(chosen.scene(Config::find))?;
        }
        told(chosen.config.set(&self.set))?;
        Ok(chosen)
    }
}

impl Chosen<'_> {
    /// What to judge with, before the files below are known. `flags` has the last word.
    pub fn settings(&self, flags: impl Fn(&mut Settings)) -> Settings {
        let mut settings = Settings::default();
        self.config.apply(&mut settings);
        flags(&mut settings);
        settings
    }

    /// Adds what the files below say.
    pub fn nest(&mut self, found: &Found) -> Result<(), Mistake> {
        let mut config = std::mem::take(&mut self.config);
        let nested = self.scene(|scene| config.nest(scene, &found.configs));
        self.config = config;
        told(nested)
    }

    fn scene<T>(&self, ask: impl FnOnce(&Scene<'_>) -> T) -> T {
        let tree: &dyn Tree = match &self.repository {
            Repository::Disk(disk) => disk,
            Repository::Staged(snapshot) => &**snapshot,
            Repository::Judged(tree) => *tree,
        };
        ask(&Scene { tree, root: self.way.clone() })
    }
}

/// Tells everything that is wrong.
fn told<T>(result: Result<T, Complaints>) -> Result<T, Mistake> {
    result.map_err(|complaints| {
        let mut err = io::stderr().lock();
        for complaint in &complaints {
            let _ = writeln!(err, "{complaint}\n");
        }
        let count = match complaints.len() {
            1 => "one mistake".to_owned(),
            count => format!("{count} mistakes"),
        };
        Mistake(format!("{count} in the configuration, so nothing was judged"))
    })
}

#[derive(clap::Args, Debug)]
#[group(id = "config-command")]
pub struct Arguments {
    /// The folder whose configuration to print [default: .]
    folder: Option<PathBuf>,
    #[command(flatten)]
    choice: Choice,
    /// Print a JSON Schema of gonogo.toml instead, for editors
    #[arg(long, exclusive = true)]
    schema: bool,
    /// Print all keys as Markdown instead, as docs/configuration.md has them
    #[arg(long, exclusive = true)]
    markdown: bool,
}

pub fn run(arguments: &Arguments) -> Result<Exit, Mistake> {
    let text = if arguments.schema {
        config::schema()
    } else if arguments.markdown {
        config::reference::reference()
    } else {
        let folder = arguments.folder.as_deref().unwrap_or(Path::new("."));
        if let Standing::Here(Named { only, .. }) = locate(folder)
            && !only.is_empty()
        {
            return Err(Mistake(format!("{} is a file; name the folder that is judged", folder.display())));
        }
        let mut chosen = arguments.choice.load(folder, None)?;
        let tree = Disk::open(folder).map_err(|error| Mistake(format!("{} cannot be read: {error}", folder.display())))?;
        chosen.nest(&discover(&tree, "", &chosen.settings(|_| {})))?;
        chosen.config.show()
    };
    print(&text)?;
    Ok(Exit::Go)
}
