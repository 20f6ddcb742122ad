//! Test results: a suite for each file that there is something to say about, a case for each finding.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use super::escape::xml;
use super::rank::counting;
use super::{detail, place, verdict};
use crate::report::{Report, Verdict};

/// The cases of one file.
#[derive(Default)]
struct Suite {
    cases: String,
    failures: usize,
    errors: usize,
    /// How often a name was used: a reader takes two cases of one name for one.
    names: HashMap<String, usize>,
}

impl Suite {
    fn failure(&mut self, path: &str, line: u32, name: &str, severity: &str, text: &str) {
        self.failures += 1;
        self.case(path, Some(line), name, &format!("failure type=\"{severity}\""), text, "failure");
    }

    fn error(&mut self, path: &str, line: Option<u32>, name: &str, text: &str) {
        self.errors += 1;
        self.case(path, line, name, "error type=\"not judged\"", text, "error");
    }

    fn case(&mut self, path: &str, line: Option<u32>, name: &str, open: &str, text: &str, close: &str) {
        let count = self.names.entry(name.to_owned()).or_default();
        *count += 1;
        let name = if *count > 1 { format!("{name} ({count})") } else { name.to_owned() };
        let (path, line) = (xml(path), line.map_or_else(String::new, |line| format!(" line=\"{line}\"")));
        let message = text.split('\n').next().unwrap_or_default();
        let _ = write!(
            self.cases,
            "    <testcase name=\"{}\" classname=\"{path}\" file=\"{path}\"{line}>\n      <{open} message=\"{}\">{}</{close}>\n    </testcase>\n",
            xml(&name),
            xml(message),
            xml(text)
        );
    }

    fn counts(&self) -> String {
        let Self { failures, errors, .. } = self;
        format!("tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\"", (failures + errors).max(1))
    }
}

pub fn emit(report: &Report) -> String {
    let mut suites: BTreeMap<String, Suite> = BTreeMap::new();
    for (root, finding) in counting(report) {
        let there = place::location(root, finding.diagnostic.primary.place);
        let suite = suites.entry(there.path.clone()).or_default();
        let name = format!("{}: {}", finding.rule.name, finding.diagnostic.message);
        let text = format!("{}\n{}:{}:{}", detail::plain((root, finding)), there.path, there.line, there.column);
        suite.failure(&there.path, there.line, &name, finding.diagnostic.severity.word(), &text);
    }
    for (root, note) in report.not_judged() {
        let path = place::path(root, &note.path);
        suites.entry(path.clone()).or_default().error(&path, note.line, "not judged", &note.message);
    }
    if suites.is_empty() {
        suites.insert("gonogo".to_owned(), verdict_alone(report));
    }
    let (failures, errors) = suites.values().fold((0, 0), |sum, suite| (sum.0 + suite.failures, sum.1 + suite.errors));
    let tests = suites.values().map(|suite| (suite.failures + suite.errors).max(1)).sum::<usize>();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let name = xml(&format!("gonogo: {}", verdict::line(report)));
    let _ =
        writeln!(out, "<testsuites name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\">");
    for (path, suite) in &suites {
        let _ = write!(out, "  <testsuite name=\"{}\" {}>\n{}  </testsuite>\n", xml(path), suite.counts(), suite.cases);
    }
    out.push_str("</testsuites>\n");
    out
}

/// A reader takes a report without a case for a run that went wrong. One is there, and says what the verdict says.
fn verdict_alone(report: &Report) -> Suite {
    let mut suite = Suite::default();
    let line = xml(&verdict::line(report));
    let outcome = match report.verdict {
        Verdict::Go => String::new(),
        Verdict::NoGo => {
            suite.failures = 1;
            format!("<failure type=\"no-go\" message=\"{line}\"/>")
        }
        Verdict::NoVerdict => {
            suite.errors = 1;
            format!("<error type=\"no-verdict\" message=\"{line}\"/>")
        }
    };
    suite.cases = format!("    <testcase name=\"verdict\" classname=\"gonogo\">{outcome}</testcase>\n");
    suite
}
