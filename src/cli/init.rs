//! `gonogo init`: a configuration to begin with.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use super::{Exit, Mistake, print};
use crate::config;
use crate::tree::{Disk, Tree, Unreadable};
use crate::untrusted::Untrusted;
use crate::workspace::discover::CONFIG_NAMES;

#[derive(clap::Args, Debug)]
#[group(id = "init")]
pub struct Arguments {
    /// The folder to write it into [default: .]
    folder: Option<PathBuf>,
    /// Print it and write nothing
    #[arg(long, alias = "dry-run")]
    stdout: bool,
}

pub fn run(arguments: &Arguments) -> Result<Exit, Mistake> {
    let folder = arguments.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let tree = Disk::open(&folder).map_err(|error| Mistake(format!("{} cannot be read: {error}", folder.display())))?;
    let text = config::draft(&tree);
    if arguments.stdout {
        print(&text)?;
        return Ok(Exit::Go);
    }
    let there = CONFIG_NAMES.iter().find(|name| !matches!(tree.read_named(name, 1), Err(Unreadable::Vanished)));
    if let Some(name) = there {
        return Err(Mistake(format!(
            "there is a {name} already, and it stays as it is; `gonogo init --stdout` prints a new one"
        )));
    }
    let file = folder.join(CONFIG_NAMES[0]);
    let written =
        OpenOptions::new().write(true).create_new(true).open(&file).and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => {
            print(&format!(
                "{} is written. It changes no verdict yet; read it and switch on what fits.\n",
                Untrusted(&file.to_string_lossy())
            ))?;
            Ok(Exit::Go)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(Mistake(format!("{} is there already, and stays as it is", file.display())))
        }
        Err(error) => Err(Mistake(format!("{} cannot be written: {error}", file.display()))),
    }
}
