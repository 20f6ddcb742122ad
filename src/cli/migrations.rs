//! `gonogo migrations`: which sets of migrations there are, and what is known of each.

use super::{Exit, Mistake, check, complain};
use crate::emit::migrations::{FORMATS, emit};
use crate::report::migrations::Listing;

#[derive(clap::Args, Debug)]
#[group(id = "migrations-of")]
pub struct Arguments {
    #[command(flatten)]
    check: check::Arguments,
}

/// The flags that have nothing to do with sets are not offered here.
pub fn hidden(argument: clap::Arg) -> clap::Arg {
    const OF_SETS: &[&str] = &["base", "config", "max_file_size", "no_config", "output", "paths", "set", "staged", "threads"];
    match argument.get_id().as_str() {
        "output" => argument.help("Write the list in this format, to a file if one is named: text, json (repeatable)"),
        id if OF_SETS.contains(&id) => argument,
        _ => argument.hide(true),
    }
}

pub fn run(arguments: &Arguments) -> Result<Exit, Mistake> {
    if arguments.check.steers_findings() {
        return Err(Mistake::new("`gonogo migrations` lists sets and no findings; such flags are for `gonogo check`"));
    }
    arguments.check.check_outputs()?;
    if !arguments.check.formats().all(|format| FORMATS.iter().any(|(_, known)| *known == format)) {
        let names = FORMATS.map(|(name, _)| name).join(", ");
        return Err(Mistake(format!("`gonogo migrations` has no list of this format; there are {names}")));
    }
    let (_, report) = check::judged(&arguments.check, |_, _, _, _| Ok(None))?;
    let listing = Listing::of(&report);
    if listing.sets.is_empty() && listing.unsupported.is_empty() {
        complain("nothing here is a migration that gonogo knows");
    }
    arguments.check.write(|format, _| emit(&listing, format).unwrap_or_default())?;
    let is_whole = !listing.sets.is_empty() && listing.sets.iter().all(|set| set.unordered.is_empty());
    Ok(if is_whole { Exit::Go } else { Exit::NoVerdict })
}
