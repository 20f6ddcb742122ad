//! Which dotenv files do the commands of a line read, copy or make?

use crate::path;

/// Commands that read the dotenv file that they are followed by, into the shell or as it is copied.
const COMMANDS: &[&str] = &["source", ".", "cp"];

/// Commands that read a dotenv file for another one, and the flags that it follows.
const STARTERS: &[(&str, &[&str])] = &[("dotenv", &["-e", "-f"]), ("dotenvx", &["-f"]), ("env-cmd", &["-f"])];

/// Where the dotenv files stand that the commands of a line read: `source prod.env`, `cp .env.production .env`,
/// `dotenv -e .env.production -- next build`.
pub fn read(line: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    for command in line.split_inclusive([';', '|', '&', '`']) {
        let here = at;
        at += command.len();
        let is_wrap = |next: char| next.is_whitespace() || matches!(next, '"' | '\'' | '(' | '@' | '-');
        // A step of a pipeline may stand in front: `- run: source prod.env`.
        let own = command.trim_start_matches(is_wrap).trim_start_matches("run: ").trim_start_matches(is_wrap);
        let words: Vec<&str> = own.split_whitespace().collect();
        let Some(first) = words.first() else { continue };
        let starter = STARTERS.iter().find(|(starter, _)| words.contains(starter));
        let file = match starter {
            Some((_, flags)) => words.iter().position(|word| flags.contains(word)).and_then(|flag| words.get(flag + 1)),
            None if COMMANDS.contains(first) => words[1..].iter().find(|word| !word.starts_with('-')),
            None => None,
        };
        let is_dotenv = |file: &&&str| path::name(file).contains(".env");
        let place = |file: &&str| here + (file.as_ptr() as usize - command.as_ptr() as usize);
        found.extend(file.filter(is_dotenv).map(place));
    }
    found
}

/// Whether a line copies or moves something to a file of this name, or into a folder.
pub fn is_copied(line: &str, name: &str) -> bool {
    line.split([';', '|', '&']).any(|command| {
        let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
        let copies = words.iter().any(|word| matches!(*word, "cp" | "mv" | "ln"));
        let is_folder = |to: &&str| {
            to.ends_with('/')
                || !to.rsplit('/').next().is_some_and(|last| last.trim_matches('.').contains('.') || last.starts_with(".env"))
        };
        copies && words.last().is_some_and(|to| to.contains(name) || is_folder(to))
    })
}
