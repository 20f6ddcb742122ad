//! Names and texts that mean something in a format come back as what they were, and mean nothing.

use gonogo::untrusted::{Untrusted, carry_odd_byte, odd_byte, visible};

use super::readers::{Told, github, gitlab, json, junit, markdown, sarif};
use super::{report, written};

const NAMES: [&str; 16] = [
    "a\n::error file=x,line=1::forged",
    "b%0A::warning::x%25%2C",
    "c,line=9,title=d::e",
    "f\x1b[31mred",
    "g]]><script>alert(1)</script><!--",
    "h\"'&quot;&#0;",
    "i\u{202E}cod.exe\u{2028}",
    "j|k|l",
    "m`n``o```p",
    "q @team/x @user fixes #12 GH-1 user/x#3",
    "r [s](https://t) ![u](v) <https://w> www.x.y",
    "##[add-mask]z ##vso[task.setvariable]y",
    "\\[0\\](1) {0} {{1}}",
    "tab\tcr\rend",
    "*_~$x$~_* __b__ <b>",
    ":: x",
];

/// All of them, and one that is no text.
fn names() -> Vec<String> {
    let odd = ['o', carry_odd_byte(0xFF), 'd'].iter().collect();
    NAMES.iter().map(|name| (*name).replace('/', "\u{2215}")).chain([odd]).collect()
}

/// A path with each name and a table of that name.
fn files() -> Vec<(String, String)> {
    let text = |name: &str| format!("CREATE INDEX i ON \"{}\" (a);\n", name.replace('"', "\"\""));
    names().iter().map(|name| (format!("db/{name}/1_{name}.sql"), text(name))).collect()
}

fn changed(told: Vec<Told>, how: fn(&str) -> String) -> Vec<Told> {
    let mut told: Vec<Told> =
        told.into_iter().map(|one| Told { path: how(&one.path), message: how(&one.message), ..one }).collect();
    told.sort();
    told
}

/// As a reader sees it where only some control characters can be told.
fn shown(text: &str, kept: &[char]) -> String {
    let show = |character| match visible(character).filter(|_| !kept.contains(&character)) {
        Some(shown) => shown,
        None => String::from(character),
    };
    text.chars().map(show).collect()
}

/// As XML 1.0 can hold it.
fn in_xml(text: &str) -> String {
    let kept: Vec<char> = text
        .chars()
        .filter(|next| matches!(next, '\t' | '\n' | '\r') || (u32::from(*next) > 0x7F && odd_byte(*next).is_none()))
        .collect();
    shown(text, &kept)
}

#[test]
fn all_formats_give_hostile_names_and_texts_back() {
    let files = files();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let report = report(&files);
    let wanted = json(&written(&report, "json"));
    assert_eq!(wanted.len(), files.len());
    for name in names() {
        assert!(wanted.iter().any(|told| told.path.contains(&name) && told.message.contains(&name)), "{name:?}");
    }
    let same = changed(wanted.clone(), str::to_owned);
    assert_eq!(changed(gitlab(&written(&report, "gitlab")).0, str::to_owned), first_lines(same.clone()));
    assert_eq!(changed(junit(&written(&report, "junit")).findings, str::to_owned), changed(first_lines(same), in_xml));
    let flat = changed(wanted.clone(), |text| Untrusted(text).to_string());
    assert_eq!(changed(markdown(&written(&report, "markdown")).rows, str::to_owned), flat);
    let told = sarif(&written(&report, "sarif")).results;
    for one in &told {
        let odd = |text: &str| {
            text.chars().map(|next| odd_byte(next).map_or(next.to_string(), |byte| format!("\\x{byte:02X}"))).collect::<String>()
        };
        let is_this = |wanted: &&Told| odd(&wanted.path) == one.path && one.message.starts_with(&wanted.message);
        assert!(wanted.iter().any(|wanted| is_this(&wanted)), "{one:#?}");
    }
    assert_eq!(told.len(), wanted.len());
}

/// Where a message is one line, it is its first.
fn first_lines(told: Vec<Told>) -> Vec<Told> {
    let first = |text: &str| text.split('\n').next().unwrap_or_default().to_owned();
    let mut told: Vec<Told> = told.into_iter().map(|one| Told { message: first(&one.message), ..one }).collect();
    told.sort();
    told
}

/// Ten at a time, since a step shows no more.
#[test]
fn annotations_give_hostile_names_and_texts_back() {
    let files = files();
    for some in files.chunks(10) {
        let files: Vec<(&str, &str)> = some.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let report = report(&files);
        let wanted = json(&written(&report, "json"));
        let log = written(&report, "github");
        let told = github(&log).findings.into_iter().map(|(_, told)| told).collect();
        let in_log = |text: &str| shown(text, &['\n', '\r']);
        assert_eq!(changed(told, str::to_owned), changed(first_lines(wanted), in_log));
        assert_eq!(log.trim_end().split('\n').count(), files.len() + 1);
    }
}

/// What stands in a file reaches the lines to paste, too.
#[test]
fn no_fence_is_closed_from_within() {
    let mut report = report(&[("db/1_a.sql", "CREATE INDEX i ON t (a);\n")]);
    let diagnostic = &mut report.roots[0].findings[0].diagnostic;
    diagnostic.help = "do this:\n````\n</details>\n```sh\n@team ::error::x\n::error::y".to_owned();
    diagnostic.in_production = "x\n```".to_owned();
    let text = written(&report, "markdown");
    assert_eq!(markdown(&text).rows.len(), 1);
    assert!(text.contains("\n`````text\n````\n</details>\n```sh\n@team ::error::x\n\\::error::y\n`````\n"), "{text}");
    assert!(!text.split('\n').any(|line| line.trim_start().starts_with("::")));
}
