//! `gonogo man`: the manual page, written from the same words as `--help`.

use std::fmt::Write as _;

use clap::{Arg, Command};

use super::{Exit, Mistake, print};

const EXITS: [(Exit, &str); 4] = [
    (Exit::Go, "GO: nothing found speaks against the release."),
    (Exit::NoGo, "NO-GO: there is a finding at or above --fail-on. It wins over 3, and the verdict says both."),
    (Exit::Usage, "Wrong usage or configuration; nothing was judged."),
    (
        Exit::NoVerdict,
        "NO VERDICT: something of yours could not be judged, or nothing was recognised (--allow-empty makes the last a GO).",
    ),
];

const EXAMPLES: [(&str, &str); 5] = [
    ("gonogo", "judges the current folder"),
    ("gonogo check services/orders --fail-on medium", "is stricter with one service"),
    ("gonogo check --output json=report.json", "writes a report for machines beside what it says"),
    ("gonogo check - --stdin-name db/migrations/0007_orders.up.sql", "judges what an editor holds"),
    ("gonogo explain blocking-index", "tells what a rule finds, why, and what to do instead"),
];

pub fn run(command: &Command) -> Result<Exit, Mistake> {
    print(&page(command))?;
    Ok(Exit::Go)
}

fn page(command: &Command) -> String {
    let name = command.get_name();
    let mut about = command.get_about().map(ToString::to_string).unwrap_or_default();
    about.truncate(about.trim_end_matches('.').len());
    let version = command.get_version().unwrap_or_default();
    let mut out = format!(".TH {} 1 \"\" \"{name} {}\" \"User Commands\"\n", name.to_uppercase(), escaped(version));
    let _ = writeln!(out, ".SH NAME\n{name} \\- {}", escaped(&about));
    out.push_str(".SH SYNOPSIS\n");
    for (words, _) in ways(command) {
        let _ = writeln!(out, ".PP\n{words}");
    }
    out.push_str(".SH DESCRIPTION\n");
    paragraphs(&mut out, &command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default());
    out.push_str(".SH COMMANDS\n");
    for (words, command) in ways(command).into_iter().skip(1) {
        let _ = writeln!(out, ".SS {words}");
        paragraphs(&mut out, &command.get_about().map(ToString::to_string).unwrap_or_default());
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            option(&mut out, argument);
        }
    }
    out.push_str(".SH EXIT STATUS\nThe codes are the same in every format.\n");
    for (exit, meaning) in EXITS {
        let _ = writeln!(out, ".TP\n.B {}\n{}", exit as u8, escaped(meaning));
    }
    out.push_str(".SH ENVIRONMENT\n.TP\n.B NO_COLOR\n");
    let _ = writeln!(out, "{}", escaped("If set and not empty, there are no colours unless --color always asks for them."));
    out.push_str(".SH EXAMPLES\n");
    for (line, what) in EXAMPLES {
        let _ = writeln!(out, ".TP\n.B {}\n{}", escaped(line), escaped(what));
    }
    out
}

/// Every way to call the program: the words of each command, and the command.
fn ways(command: &Command) -> Vec<(String, &Command)> {
    let mut ways = Vec::new();
    add_ways(&mut ways, "", command);
    ways
}

fn add_ways<'c>(ways: &mut Vec<(String, &'c Command)>, before: &str, command: &'c Command) {
    let name = format!("{before}{}", escaped(command.get_name()));
    let mut words = format!("\\fB{name}\\fR");
    if command.get_opts().next().is_some() {
        words.push_str(" [\\fIOPTIONS\\fR]");
    }
    for argument in command.get_positionals() {
        let _ = write!(words, " {}", values(argument));
    }
    ways.push((words, command));
    for below in command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help") {
        add_ways(ways, &format!("{name} "), below);
    }
}

/// The names of what an argument takes.
fn values(argument: &Arg) -> String {
    let id = argument.get_id().as_str().to_uppercase();
    let names = argument.get_value_names().map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
    let many = if argument.get_num_args().is_some_and(|count| count.max_values() > 1) || is_list(argument) { "..." } else { "" };
    let words = format!("\\fI{}\\fR{many}", escaped(&names.unwrap_or(id)));
    if argument.is_positional() && !argument.is_required_set() { format!("[{words}]") } else { words }
}

fn is_list(argument: &Arg) -> bool {
    argument.is_positional() && matches!(argument.get_action(), clap::ArgAction::Append)
}

fn option(out: &mut String, argument: &Arg) {
    let short = argument.get_short().map(|short| format!("\\fB\\-{short}\\fR"));
    let long = argument.get_long().map(|long| format!("\\fB\\-\\-{}\\fR", escaped(long)));
    let mut head = [short, long].into_iter().flatten().collect::<Vec<_>>().join(", ");
    if argument.get_action().takes_values() {
        let space = if head.is_empty() { "" } else { " " };
        let _ = write!(head, "{space}{}", values(argument));
    }
    let mut help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let known = argument.get_possible_values();
    if argument.get_action().takes_values() && !known.is_empty() {
        let _ = write!(help, " [{}]", known.iter().map(clap::builder::PossibleValue::get_name).collect::<Vec<_>>().join(", "));
    }
    let default = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(" ");
    if argument.get_action().takes_values() && !default.is_empty() {
        let _ = write!(help, " [default: {default}]");
    }
    let _ = writeln!(out, ".TP\n{head}\n{}", escaped(&help));
}

fn paragraphs(out: &mut String, text: &str) {
    for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        let _ = writeln!(out, ".PP\n{}", escaped(&paragraph.replace('\n', " ")));
    }
}

/// As it is: no macro, no escape, no typographer's dash or quote.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    if text.starts_with(['.', '\'']) {
        out.push_str("\\&");
    }
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\e"),
            '-' => out.push_str("\\-"),
            '`' => out.push_str("\\(ga"),
            '\'' => out.push_str("\\(aq"),
            '"' => out.push_str("\\(dq"),
            '^' => out.push_str("\\(ha"),
            '~' => out.push_str("\\(ti"),
            '\n' => out.push(' '),
            character if character.is_ascii() => out.push(character),
            character => {
                let _ = write!(out, "\\[u{:04X}]", character as u32);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_taken_for_a_command_of_the_page() {
        assert_eq!(escaped(".TH x"), "\\&.TH x");
        assert_eq!(escaped("'a' \\fB `--x` …"), "\\&\\(aqa\\(aq \\efB \\(ga\\-\\-x\\(ga \\[u2026]");
    }

    #[test]
    fn a_page_has_each_command_with_its_options() {
        let command = Command::default().name("tool").version("1.2").about("Does things.").arg(Arg::new("top").long("top"));
        let deep = Command::default().name("deep").about("Digs").arg(Arg::new("file").required(true));
        let inner =
            Command::default().name("inner").about("Holds").subcommand(deep).arg(Arg::new("n").short('n').default_value("3"));
        let page = page(&command.subcommand(inner));
        let lines: Vec<&str> = page.split('\n').collect();
        for line in [
            ".TH TOOL 1 \"\" \"tool 1.2\" \"User Commands\"",
            "tool \\- Does things",
            ".SS \\fBtool inner\\fR [\\fIOPTIONS\\fR]",
            "\\fB\\-n\\fR \\fIN\\fR",
            " [default: 3]",
            ".SS \\fBtool inner deep\\fR \\fIFILE\\fR",
        ] {
            assert!(lines.contains(&line), "{line}\n{page}");
        }
    }
}
