//! `gonogo check - --stdin-name PATH`: standard input, judged as if it were a file of the current folder.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::Mistake;
use crate::tree::{Memory, Named, Placing, place};

/// The text on standard input where `-` asks for it, and the place that it stands for.
pub fn read(paths: &[PathBuf], name: Option<&Path>, limit: u64) -> Result<Option<(Named, Memory)>, Mistake> {
    let asked = paths.iter().any(|path| path.as_os_str() == "-");
    let name = match (asked, name) {
        (false, None) => return Ok(None),
        (false, Some(_)) => {
            return Err(Mistake::new(
                "--stdin-name says which file standard input stands for, and nothing asks for standard input; \
                 put `-` in place of a path: gonogo check - --stdin-name PATH",
            ));
        }
        (true, None) => {
            return Err(Mistake::new(
                "what comes in on standard input can only be judged under the name of a file, because its path says what it is; \
                 give it one: gonogo check - --stdin-name db/migrations/0007_orders.up.sql",
            ));
        }
        (true, Some(name)) => name,
    };
    if paths.len() > 1 {
        return Err(Mistake::new(
            "`-` is standard input and is judged alone; leave the other paths out, or write `./-` for a file of that name",
        ));
    }
    let shown = name.display();
    match place(name) {
        Placing::Here(named) => {
            let text = Memory::from_iter([(named.only.clone(), bytes(limit)?)]);
            Ok(Some((named, text)))
        }
        Placing::Outside => Err(Mistake(format!("--stdin-name {shown} lies outside the current folder; give a path below it"))),
        Placing::Folder => {
            Err(Mistake(format!("--stdin-name {shown} is a folder; name the file that standard input stands for")))
        }
    }
}

/// One more than the limit tells that it is exceeded, as with a file.
fn bytes(limit: u64) -> Result<Vec<u8>, Mistake> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| Mistake(format!("standard input could not be read: {error}")))?;
    Ok(bytes)
}
