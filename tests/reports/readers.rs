//! Readers of the formats, each strict in what its real reader is strict in.

use std::collections::{BTreeSet, HashMap};

use gonogo::emit::Format;
use serde_json::Value;

use super::schema;

/// What a report says of a finding.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Told {
    pub path: String,
    pub line: u64,
    pub rule: String,
    pub severity: String,
    pub message: String,
    /// Nobody allowed it.
    pub counts: bool,
}

/// The reader of its format takes the report.
pub fn assert_readable(format: Format, report: &str) {
    match format {
        Format::Text | Format::Concise => {}
        Format::Json => drop(json(report)),
        Format::Sarif | Format::SarifGitHub => drop(sarif(report)),
        Format::GitHub => drop(github(report)),
        Format::GitLab => drop(gitlab(report)),
        Format::JUnit => drop(junit(report)),
        Format::Markdown => drop(markdown(report)),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

pub fn json(report: &str) -> Vec<Told> {
    let report: Value = serde_json::from_str(report).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    let told = findings.iter().map(|finding| Told {
        path: text(&finding["path"]),
        line: finding["line"].as_u64().expect("a line"),
        rule: text(&finding["rule"]),
        severity: text(&finding["severity"]),
        message: text(&finding["message"]),
        counts: finding["suppressed"].is_null(),
    });
    told.collect()
}

/// An address read as code scanning reads it; bytes that are no text become `\xFF`.
pub fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| std::str::from_utf8(&more[..2]).expect("digits"));
        bytes.push(escaped.map_or(*first, |digits| u8::from_str_radix(digits, 16).expect("digits")));
        rest = if escaped.is_some() { &more[2..] } else { more };
    }
    let chunks = bytes.utf8_chunks().map(|chunk| {
        let odd: String = chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")).collect();
        format!("{}{odd}", chunk.valid())
    });
    chunks.collect()
}

pub struct Sarif {
    pub results: Vec<Told>,
    pub successful: bool,
    /// The files of error notifications.
    pub errors: Vec<String>,
    pub whole: Value,
}

pub fn sarif(report: &str) -> Sarif {
    let whole: Value = serde_json::from_str(report).expect("JSON");
    schema::assert_valid(&whole);
    let run = &whole["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let uri = |place: &Value| {
        assert_eq!(place["uriBaseId"], "SRCROOT");
        decoded(place["uri"].as_str().expect("an address"))
    };
    let told = run["results"].as_array().expect("results").iter().map(|result| {
        let place = &result["locations"][0]["physicalLocation"];
        let region = &place["region"];
        for number in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(region[number].as_u64().is_some_and(|number| number > 0), "{number} in {region}");
        }
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small")];
        assert_eq!(rule["id"], result["ruleId"]);
        let counts = result.get("suppressions").is_none();
        let level = result["level"].as_str().expect("a level");
        let severity = HashMap::from([("error", "high"), ("warning", "medium"), ("note", "low")])[level];
        let message = message(result);
        let line = region["startLine"].as_u64().expect("a line");
        Told { path: uri(&place["artifactLocation"]), line, rule: text(&rule["id"]), severity: severity.into(), message, counts }
    });
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().expect("notifications");
    let errors = notifications.iter().filter(|one| one["level"] == "error" && one.get("locations").is_some());
    Sarif {
        results: told.collect(),
        successful: run["invocations"][0]["executionSuccessful"].as_bool().expect("yes or no"),
        errors: errors.map(|one| uri(&one["locations"][0]["physicalLocation"]["artifactLocation"])).collect(),
        whole: whole.clone(),
    }
}

/// The message without the links in it; each link must lead to a related place. A backslash makes the bracket or
/// backslash after it a plain one, and a link begins at the last bracket before its end.
fn message(result: &Value) -> String {
    let text = result["message"]["text"].as_str().expect("text");
    let (mut said, mut open, mut links) = (String::new(), None, 0);
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        let after = rest.as_str();
        match next {
            '\\' if after.starts_with(['[', ']', '\\']) => said.extend(rest.next()),
            '[' => {
                open = Some(said.len());
                said.push(next);
            }
            ']' if after.starts_with('(') => {
                links += 1;
                let (id, after) = after[1..].split_once(')').expect("the end of a link");
                let id: u64 = id.parse().expect("the number of a place");
                let related = result["relatedLocations"].as_array().expect("places");
                let place = related.iter().find(|place| place["id"] == id).expect("a place");
                let from = open.take().expect("the beginning of a link");
                assert_eq!(place["message"]["text"], said[from + 1..]);
                said.truncate(from);
                rest = after.chars();
            }
            _ => said.push(next),
        }
    }
    assert_eq!(links, result.get("relatedLocations").map_or(0, |related| related.as_array().expect("places").len()));
    said
}

/// Entries for findings, and the paths of what was not judged.
pub fn gitlab(report: &str) -> (Vec<Told>, Vec<String>) {
    let entries: Vec<Value> = serde_json::from_str(report).expect("an array");
    let fingerprints: BTreeSet<String> = entries.iter().map(|entry| text(&entry["fingerprint"])).collect();
    assert_eq!(fingerprints.len(), entries.len(), "entries of one fingerprint are taken for one");
    let (mut findings, mut not_judged) = (Vec::new(), Vec::new());
    for entry in &entries {
        let place = &entry["location"];
        let path = text(&place["path"]);
        assert!(!path.starts_with("./"), "{path}");
        let line = place["lines"]["begin"].as_u64().filter(|line| *line > 0).expect("a line");
        assert_eq!(place["positions"]["begin"]["line"], line);
        let rule = text(&entry["check_name"]);
        let severity = match entry["severity"].as_str().expect("a severity") {
            "blocker" => "high",
            "major" => "medium",
            "info" => "low",
            other => {
                assert_eq!((other, rule.as_str()), ("critical", "not-judged"));
                not_judged.push(path);
                continue;
            }
        };
        let message = text(&entry["description"]).split('\n').next().unwrap_or_default().to_owned();
        findings.push(Told { path, line, rule, severity: severity.to_owned(), message, counts: true });
    }
    (findings, not_judged)
}

fn elements<'a, 'i>(node: roxmltree::Node<'a, 'i>) -> Vec<roxmltree::Node<'a, 'i>> {
    node.children().filter(roxmltree::Node::is_element).collect()
}

#[derive(Default)]
pub struct Suites {
    pub tests: usize,
    pub passed: usize,
    pub failures: usize,
    pub errors: usize,
    pub findings: Vec<Told>,
}

pub fn junit(report: &str) -> Suites {
    let document = roxmltree::Document::parse(report).expect("XML");
    let number = |node: roxmltree::Node<'_, '_>, name| node.attribute(name).expect("a count").parse::<usize>().expect("a number");
    let counts = |node| ["tests", "failures", "errors", "skipped"].map(|name| number(node, name));
    let mut all = Suites::default();
    for suite in elements(document.root_element()) {
        let before = [all.tests, all.failures, all.errors];
        let mut names = BTreeSet::new();
        for case in elements(suite) {
            let name = case.attribute("name").expect("a name");
            assert!(names.insert(name), "two cases of one name are taken for one: {name}");
            all.tests += 1;
            match elements(case).first() {
                None => all.passed += 1,
                Some(error) if error.has_tag_name("error") => all.errors += 1,
                Some(failure) => {
                    assert!(failure.has_tag_name("failure"));
                    all.failures += 1;
                    all.findings.extend(failure.text().map(|text| told(case, *failure, text)));
                }
            }
        }
        assert_eq!(counts(suite), [all.tests - before[0], all.failures - before[1], all.errors - before[2], 0]);
    }
    assert_eq!(counts(document.root_element()), [all.tests, all.failures, all.errors, 0]);
    all
}

fn told(case: roxmltree::Node<'_, '_>, failure: roxmltree::Node<'_, '_>, text: &str) -> Told {
    let attribute = |name| case.attribute(name).expect("an attribute").to_owned();
    let message = failure.attribute("message").expect("a message").to_owned();
    assert!(text.starts_with(&message));
    let rule = attribute("name").split(':').next().unwrap_or_default().to_owned();
    let severity = failure.attribute("type").expect("a type").to_owned();
    assert_eq!(attribute("file"), attribute("classname"));
    Told { path: attribute("file"), line: attribute("line").parse().expect("a line"), rule, severity, message, counts: true }
}

#[derive(Default)]
pub struct Annotations {
    /// With their levels.
    pub findings: Vec<(String, Told)>,
    /// Levels and paths of what was not judged.
    pub other: Vec<(String, String)>,
    pub notices: Vec<String>,
    /// The lines that are no commands.
    pub plain: Vec<String>,
}

/// Reads a log by the rules of the runner: a line that begins with `::` after its blanks is a command; what stands
/// between commas and an `=` is unescaped, the percent sign last.
pub fn github(log: &str) -> Annotations {
    let mut all = Annotations::default();
    for line in log.trim_end_matches('\n').split(['\n', '\r']) {
        let Some((command, data)) = line.trim_start().strip_prefix("::").and_then(|rest| rest.split_once("::")) else {
            assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line}");
            all.plain.push(line.to_owned());
            continue;
        };
        let data = data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
        let (level, properties) = command.split_once(' ').expect("properties");
        let properties: HashMap<&str, String> = properties
            .trim()
            .split(',')
            .map(|pair| {
                let (name, value) = pair.split_once('=').expect("a name and a value");
                let value = value.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
                (name, value.replace("%25", "%"))
            })
            .collect();
        let title = &properties["title"];
        if title == "gonogo" {
            all.notices.push(data);
        } else if title == "not judged" {
            all.other.push((level.to_owned(), properties["file"].clone()));
        } else {
            let (rule, severity) = title.trim_end_matches(')').split_once(" (").expect("a rule and a severity");
            let line = properties["line"].parse().expect("a line");
            assert!(properties["endLine"].parse::<u64>().expect("a line") >= line);
            let message = data.split('\n').next().unwrap_or_default().to_owned();
            let (rule, severity, path) = (rule.to_owned(), severity.to_owned(), properties["file"].clone());
            all.findings.push((level.to_owned(), Told { path, line, rule, severity, message, counts: true }));
        }
    }
    all
}

pub struct Comment {
    pub rows: Vec<Told>,
}

/// What people see of running text: entities decoded, and the blanks without width that part what must not meet.
fn seen(markdown: &str) -> String {
    let mut out = String::new();
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once("&#") {
        let (number, after) = after.split_once(';').expect("the end of an entity");
        let character = number.parse().ok().and_then(char::from_u32).expect("a character");
        out.push_str(before);
        out.extend((character != '\u{200B}').then_some(character));
        rest = after;
    }
    out + rest
}

pub fn markdown(comment: &str) -> Comment {
    assert!(comment.starts_with("<!-- gonogo -->\n## "), "{comment}");
    assert!(comment.chars().count() <= 65_536);
    let mut fence: Option<&str> = None;
    let (mut opened, mut closed) = (0, 0);
    let mut rows = Vec::new();
    for line in comment.split('\n').skip(1) {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            Some(open) => assert!(ticks.len() < open.len(), "{line}"),
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                assert_harmless(line);
                opened += usize::from(line.starts_with("<details>"));
                closed += usize::from(line == "</details>");
                rows.extend(row(line));
            }
        }
    }
    assert_eq!(fence, None);
    assert!(opened == closed && opened <= rows.len());
    Comment { rows }
}

/// Outside of fences there is no tag but ours, and nothing that a forge makes a mention, a reference or a link of.
fn assert_harmless(line: &str) {
    let mut rest = line.to_owned();
    for tag in ["<details>", "</details>", "<summary>", "</summary>", "<b>", "</b>", "<code>", "</code>"] {
        rest = rest.replace(tag, "");
    }
    assert!(!rest.contains(['<', '>']), "{line}");
    let shown = rest.replace("&#8203;", "\u{200B}");
    for (at, sign) in shown.match_indices(['@', '#']).filter(|(at, sign)| *sign == "@" || !shown[..*at].ends_with('&')) {
        let next = shown[at + sign.len()..].chars().next();
        assert!(!next.is_some_and(char::is_alphanumeric), "{line}");
    }
    assert!(!shown.contains("://") && !shown.contains("]("), "{line}");
}

fn row(line: &str) -> Option<Told> {
    let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
    let [severity, message, rule, place] = cells.as_slice() else { panic!("a row of other cells: {line}") };
    if rule == &"rule" {
        return None;
    }
    let place = seen(place.strip_prefix("<code>")?.strip_suffix("</code>")?);
    let mut parts = place.rsplitn(3, ':');
    let (_, line, path) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?.to_owned());
    let rule = rule.trim_matches('`').to_owned();
    Some(Told { path, line, rule, severity: (*severity).to_owned(), message: seen(message), counts: true })
}
