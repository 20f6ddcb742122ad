//! The command line: what was typed, and what becomes of it.

mod baseline;
mod check;
mod ci;
mod completions;
mod config;
mod diff;
mod explain;
mod init;
mod locks;
mod man;
mod migrations;
mod rules;
mod stdin;
mod timings;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use supports_hyperlinks::Stream;

use crate::guard;
use crate::untrusted::Untrusted;

/// The go/no-go poll for a release: says what will go wrong in production before anything leaves.
///
/// Exit codes: 0 GO, 1 NO-GO, 2 wrong usage or configuration, 3 NO VERDICT (something could not be judged).
#[derive(Parser, Debug)]
#[command(name = "gonogo", version, args_conflicts_with_subcommands = true, flatten_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    check: check::Arguments,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Judge folders or files; `gonogo` alone is `gonogo check .`
    Check(check::Arguments),
    /// Take what is found now as known, so that only new findings count: writes gonogo-baseline.json
    #[command(mut_args(baseline::hidden))]
    Baseline(baseline::Arguments),
    /// Show what the pending migrations lock, for how long, and who waits
    #[command(mut_args(locks::hidden))]
    Locks(locks::Arguments),
    /// List the sets of migrations: framework, server, order, ways back, what is pending
    #[command(mut_args(migrations::hidden))]
    Migrations(migrations::Arguments),
    /// Put two environments side by side: what is missing or differs, and where it comes from
    #[command(mut_args(diff::hidden))]
    Diff(diff::Arguments),
    /// Show where the value of a setting comes from, layer by layer, and who reads it
    #[command(mut_args(diff::hidden))]
    Trace(diff::TraceArguments),
    /// Print the page of a rule: what it finds, why it stops a deploy, what to do instead
    Explain(explain::Arguments),
    /// Print the configuration that holds, and where each value comes from
    Config(config::Arguments),
    /// Write a gonogo.toml that tells what gonogo found, with everything else in comments
    Init(init::Arguments),
    /// List all rules
    Rules(rules::Arguments),
    /// Print what a shell needs to complete this command line
    Completions(completions::Arguments),
    /// Print the manual page: `gonogo man > gonogo.1`, or `gonogo man | man -l -`
    Man,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
enum When {
    /// In a terminal that has them, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl When {
    fn is_on(self) -> bool {
        let wanted = || std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        match self {
            Self::Auto => io::stdout().is_terminal() && wanted(),
            Self::Always => true,
            Self::Never => false,
        }
    }

    /// Whether links are written: where the terminal is known to follow them, and only beside colours. Over a network
    /// the terminal looks for the file on another machine than this.
    fn links(self, color: bool) -> bool {
        let is_known = || supports_hyperlinks::on(Stream::Stdout) && std::env::var_os("SSH_CONNECTION").is_none();
        match self {
            Self::Auto => color && io::stdout().is_terminal() && is_known(),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// Runs the program. Whatever fails in it, the answer is never a GO.
pub fn run() -> ExitCode {
    guard::caught("", answer).unwrap_or(Exit::NoVerdict.into())
}

fn answer() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no mistakes; a closed pipe is none either.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Go.into() };
        }
    };
    let result = match arguments.command {
        None => check::run(&arguments.check),
        Some(Command::Check(arguments)) => check::run(&arguments),
        Some(Command::Baseline(arguments)) => baseline::run(&arguments),
        Some(Command::Config(arguments)) => config::run(&arguments),
        Some(Command::Diff(arguments)) => diff::run(&arguments),
        Some(Command::Trace(arguments)) => diff::trace(arguments),
        Some(Command::Explain(arguments)) => explain::run(&arguments),
        Some(Command::Init(arguments)) => init::run(&arguments),
        Some(Command::Rules(arguments)) => rules::run(&arguments),
        Some(Command::Completions(arguments)) => completions::run(&arguments, Arguments::command()),
        Some(Command::Locks(arguments)) => locks::run(&arguments),
        Some(Command::Migrations(arguments)) => migrations::run(&arguments),
        Some(Command::Man) => man::run(&Arguments::command()),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(Mistake(message)) => {
            complain(&message);
            Exit::Usage.into()
        }
    }
}

/// The exit codes, the same in every format. They are an interface and never change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Exit {
    Go = 0,
    NoGo = 1,
    Usage = 2,
    NoVerdict = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Wrong usage or configuration, in words for the person who typed it.
struct Mistake(String);

impl Mistake {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Says something to the person, beside the report.
fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "gonogo: {}", Untrusted(message));
}

/// Writes to standard output. A reader that went away wants no more, which is no failure.
fn print(text: &str) -> Result<(), Mistake> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Mistake(format!("the report could not be written: {error}")))
        }
        _ => Ok(()),
    }
}
