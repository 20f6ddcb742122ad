//! How much does the answer to a probe prove?

use super::Handler;

use crate::path;

/// What an answer proves, from nothing to much.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Depth {
    /// Nothing: the answer is always the same.
    Constant,
    /// That a file is there, or a process.
    File,
    /// That somebody listens.
    Connection,
    /// That a web server hands out a page or a number that is the same in sickness and in health.
    StaticPath,
    /// What the command checks.
    Command,
    /// What the endpoint checks.
    Path,
    /// What the health service says.
    Grpc,
}

impl Handler<'_> {
    /// How much its answer proves.
    pub fn depth(&self) -> Depth {
        match self {
            Self::Http { path, .. } if is_static(path) => Depth::StaticPath,
            Self::Http { .. } => Depth::Path,
            Self::Tcp { .. } => Depth::Connection,
            Self::Grpc { .. } => Depth::Grpc,
            Self::Exec(command) => of_command(command.iter().map(AsRef::as_ref)),
        }
    }
}

/// Paths that the front of an application answers, whatever is behind it.
fn is_static(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let name = path::name(path);
    // Metrics are counted in sickness and in health.
    let is_same = ["/", "/metrics", "/version", "/index"].contains(&path) || path.starts_with("/static/");
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    is_same || ["html", "htm", "ico", "txt", "png", "svg", "css", "js"].contains(&ending)
}

/// Shells run what follows `-c`.
fn of_command<'a>(command: impl Iterator<Item = &'a str>) -> Depth {
    let words: Vec<&str> = command.collect();
    let Some((program, rest)) = words.split_first() else { return Depth::Command };
    let option = rest.iter().position(|word| word.starts_with('-') && word.ends_with('c'));
    if let (true, Some(at)) = (["sh", "bash", "ash", "dash"].contains(&base(program)), option) {
        return rest.get(at + 1).map_or(Depth::Command, |script| of_script(script));
    }
    of_words(&words)
}

/// A script is as deep as its deepest part, unless its end says that all is well.
fn of_script(script: &str) -> Depth {
    let script = script.trim().trim_end_matches([';', '\n', ' ']);
    let last = script.rsplit([';', '\n', '|', '&']).next().unwrap_or_default().trim();
    let is_or = |end: &str| script.strip_suffix(end).is_some_and(|before| before.trim_end().ends_with("||"));
    if is_or("true") || is_or(":") || last == "exit 0" {
        return Depth::Constant;
    }
    // What is more than one plain command may do anything.
    if script.contains([';', '\n', '|', '&', '$', '`', '<', '>', '(', '{', '"', '\'']) {
        return Depth::Command;
    }
    of_words(&script.split_whitespace().collect::<Vec<_>>())
}

fn of_words(words: &[&str]) -> Depth {
    let Some((program, rest)) = words.split_first() else { return Depth::Constant };
    match (base(program), rest) {
        ("true" | ":" | "echo" | "printf" | "sleep" | "date" | "hostname" | "pwd" | "whoami", _) | ("exit", ["0"]) => {
            Depth::Constant
        }
        // Without a file it lists what is always there.
        ("ls", rest) if rest.iter().all(|word| word.starts_with('-') || ["/", "."].contains(word)) => Depth::Constant,
        ("ps", _) => Depth::Constant,
        ("ls" | "cat" | "stat" | "pgrep" | "pidof", _) => Depth::File,
        ("test" | "[", [option, _, ..]) if ["-e", "-f", "-s", "-d", "-S", "-r"].contains(option) => Depth::File,
        _ => Depth::Command,
    }
}

fn base(program: &str) -> &str {
    path::name(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(words: &[&str]) -> Depth {
        of_command(words.iter().copied())
    }

    #[test]
    fn commands_that_cannot_fail() {
        for words in [
            &["true"][..],
            &["/bin/true"],
            &["sh", "-c", "exit 0"],
            &["/bin/sh", "-ec", "curl -f http://localhost/ || true"],
            &["bash", "-c", "check; exit 0;"],
            &["echo", "ok"],
            &["ls"],
            &["ls", "-l", "/"],
            &["sleep", "1"],
            &["ps"],
        ] {
            assert_eq!(command(words), Depth::Constant, "{words:?}");
        }
    }

    #[test]
    fn commands_that_look_at_a_file_or_a_process() {
        for words in [
            &["cat", "/tmp/healthy"][..],
            &["test", "-f", "/tmp/ready"],
            &["sh", "-c", "test -e /tmp/ready"],
            &["pgrep", "nginx"],
        ] {
            assert_eq!(command(words), Depth::File, "{words:?}");
        }
    }

    #[test]
    fn commands_that_may_check_anything() {
        for words in [
            &["pg_isready"][..],
            &["sh", "-c", "test -f /tmp/ready && curl -f localhost"],
            &["sh", "-c", "ps aux | grep -q worker"],
            &["sh", "-c", "true; pg_isready"],
            &["cmd", "-c"],
            &[],
        ] {
            assert_eq!(command(words), Depth::Command, "{words:?}");
        }
    }

    #[test]
    fn paths() {
        for path in ["/", "/index.html", "/favicon.ico", "/robots.txt", "/metrics", "/static/logo", "/?probe=1"] {
            assert!(is_static(path), "{path}");
        }
        for path in ["/healthz", "/api", "/login", "/v1.2/health", "/metrics/ready", "/ping"] {
            assert!(!is_static(path), "{path}");
        }
    }
}
