//! `gonogo completions`: what a shell needs to complete our command line.

use clap::builder::PossibleValuesParser;
use clap::{Arg, Command};
use clap_complete::Shell;

use super::{Exit, Mistake, print};
use crate::emit::Format;
use crate::rule::RULES;

#[derive(clap::Args, Debug)]
#[group(id = "completions")]
#[command(after_help = "\
Where shells look for it:
  bash        gonogo completions bash > ~/.local/share/bash-completion/completions/gonogo
  zsh         gonogo completions zsh > _gonogo, in a folder of $fpath
  fish        gonogo completions fish > ~/.config/fish/completions/gonogo.fish
  powershell  gonogo completions powershell | Out-String | Invoke-Expression, in $PROFILE
  elvish      eval (gonogo completions elvish | slurp), in rc.elv")]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

pub fn run(arguments: &Arguments, command: Command) -> Result<Exit, Mistake> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut with_names(command), "gonogo", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Go)
}

/// Names of rules and formats are told to the shell here alone: typed wrong, they get a better answer from us than from clap.
fn with_names(command: Command) -> Command {
    command.mut_args(named).mut_subcommands(with_names)
}

fn named(argument: Arg) -> Arg {
    match argument.get_id().as_str() {
        "rule" | "select" | "ignore" => argument.value_parser(PossibleValuesParser::new(RULES.iter().map(|rule| rule.name))),
        "output" => argument.value_parser(PossibleValuesParser::new(Format::ALL.iter().map(|(name, _)| *name))),
        _ => argument,
    }
}
