//! The report for people: eight to sixteen lines a finding, the verdict last. miette draws the frames.

use std::collections::HashSet;
use std::fmt::{self, Write as _};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode, SourceSpan, SpanContents,
};
use rayon::prelude::*;

use super::frame::{Frame, frames};
use super::{Style, detail, place, verdict};
use crate::diagnostic::{Label, Severity, SourceId};
use crate::report::{Report, Root, Verdict};
use crate::rule::Finding;
use crate::rule::suppression::line_to_allow;
use crate::untrusted::UntrustedLines;

/// What a finding takes is rarely more.
const LONG: usize = 2048;

/// So many places one thread tells of at a time.
const SHARE: usize = 64;

pub fn emit(report: &Report, style: Style) -> String {
    let mut out = String::new();
    if !style.quiet || report.verdict == Verdict::NoGo {
        for root in &report.roots {
            findings(root, style, report.min_severity, &mut out);
        }
    }
    let notes = verdict::notes(report, style);
    if !notes.is_empty() {
        let _ = writeln!(out, "{notes}");
    }
    let paint = Paint { on: style.color };
    let color = if report.verdict == Verdict::Go { "32" } else { "31" };
    let line = verdict::line(report);
    let (word, rest) = line.split_at(report.verdict.words().len());
    let _ = writeln!(out, "{}{rest}", paint.bold(color, word));
    out
}

/// Findings about the same place share one frame.
fn findings(root: &Root, style: Style, least: Severity, out: &mut String) {
    let shown = |finding: &&Finding| style.shows(finding) && finding.diagnostic.severity >= least;
    let shown: Vec<&Finding> = root.findings.iter().filter(shown).collect();
    let groups: Vec<&[&Finding]> = shown.chunk_by(|a, b| a.diagnostic.primary.place == b.diagnostic.primary.place).collect();
    let told = groups.par_chunks(SHARE).map(|share| {
        let mut printer = Printer::new(root, style);
        let mut out = String::with_capacity(share.len() * LONG);
        for group in share {
            printer.group(group, &mut out);
        }
        out
    });
    out.extend(told.collect::<Vec<String>>());
}

struct Paint {
    on: bool,
}

impl Paint {
    fn bold(&self, color: &str, text: &str) -> String {
        if self.on { format!("\x1b[1;{color}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

struct Printer<'a> {
    root: &'a Root,
    handler: GraphicalReportHandler,
    paint: Paint,
    style: Style,
}

impl<'a> Printer<'a> {
    fn new(root: &'a Root, style: Style) -> Self {
        let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler =
            GraphicalReportHandler::new_themed(theme).with_links(false).with_wrap_lines(false).with_context_lines(CONTEXT);
        Self { root, handler, paint: Paint { on: style.color }, style }
    }

    fn group(&mut self, group: &[&Finding], out: &mut String) {
        for finding in group {
            let color = match finding.diagnostic.severity {
                Severity::High => "31",
                Severity::Medium => "33",
                Severity::Low => "36",
            };
            let title = verdict::title(finding);
            let (head, message) = title.split_once(": ").unwrap_or((&title, ""));
            let _ = writeln!(out, "{}: {message}", self.paint.bold(color, head));
        }
        self.frames(group, out);
        let mut said = HashSet::new();
        for finding in group {
            self.details(finding, &mut said, out);
        }
        out.push('\n');
    }

    /// One frame for each file, the main one first.
    fn frames(&mut self, group: &[&Finding], out: &mut String) {
        let mut labels: Vec<(&Label, bool)> = Vec::new();
        for finding in group {
            for (at, label) in finding.diagnostic.labels().enumerate() {
                if !labels.iter().any(|(other, _)| *other == label) {
                    labels.push((label, at == 0));
                }
            }
        }
        let mut files: Vec<SourceId> = Vec::new();
        for (label, _) in &labels {
            if !files.contains(&label.place.source) {
                files.push(label.place.source);
            }
        }
        for file in files {
            let here: Vec<(&Label, bool)> = labels.iter().filter(|(label, _)| label.place.source == file).copied().collect();
            let link = self.style.links.then(|| place::file_uri(self.root, self.root.workspace.path(file))).flatten();
            for frame in frames(self.root, file, &here) {
                self.draw(&Framed(frame), link.as_deref(), out);
            }
        }
    }

    fn draw(&self, frame: &Framed, link: Option<&str>, out: &mut String) {
        let mut drawn = String::new();
        if self.handler.render_report(&mut drawn, frame).is_ok() {
            // Everything before the frame is miette's place for a message; ours stands above it.
            let start = drawn.find('╭').and_then(|corner| drawn[..corner].rfind('\n')).map_or(0, |newline| newline + 1);
            let (head, body) = drawn[start..].split_once('\n').unwrap_or((&drawn[start..], ""));
            let head = match link {
                Some(link) => head.replacen(&frame.0.path, &linked(link, &frame.0.path), 1),
                None => head.to_owned(),
            };
            for line in std::iter::once(head.as_str()).chain(body.split('\n')).filter(|line| !line.trim().is_empty()) {
                let _ = writeln!(out, "{}", line.trim_end());
            }
        }
    }

    /// What findings about one place have in common is said once.
    fn details<'f>(&self, finding: &'f Finding, said: &mut HashSet<(&'static str, &'f str)>, out: &mut String) {
        for (word, text) in detail::details(finding) {
            if said.insert((word, text)) {
                self.detail(word, text, out);
            }
        }
        if let Some(line) = line_to_allow(&self.root.workspace, finding)
            && said.insert(("on purpose", finding.rule.name))
        {
            let shown = UntrustedLines(&line).to_string().replace('\n', "\n      ");
            let _ = writeln!(out, "  on purpose?  {shown}");
        }
    }

    fn detail(&self, word: &str, text: &str, out: &mut String) {
        let shown = UntrustedLines(text).to_string();
        let mut lines = shown.split('\n');
        let _ = writeln!(out, "  {} {}", self.paint.bold("36", &format!("{word}:")), lines.next().unwrap_or_default());
        for line in lines {
            let _ = writeln!(out, "{}", format!("      {line}").trim_end());
        }
    }
}

/// Text that leads to an address where the terminal follows links. The address is all letters and escapes (see
/// [`place::uri`]), so nothing in it can end the link.
fn linked(address: &str, text: &str) -> String {
    format!("\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\")
}

/// A frame as miette wants to see it: a diagnostic without words.
#[derive(Debug)]
struct Framed(Frame);

impl fmt::Display for Framed {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Framed {}

impl Diagnostic for Framed {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.0.labels.iter().map(|label| {
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            let span = (label.offset, label.length);
            if label.is_primary { LabeledSpan::new_primary_with_span(text, span) } else { LabeledSpan::new_with_span(text, span) }
        })))
    }
}

/// Our runs of lines are what is shown, so miette asks for context only to mean "a run" and not "a position".
const CONTEXT: usize = 1;

/// A run of lines, or the position of a label in it.
struct Part<'a> {
    frame: &'a Frame,
    span: SourceSpan,
    line: usize,
    column: usize,
}

impl SourceCode for Framed {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let frame = &self.0;
        if span.offset() + span.len() > frame.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let label = frame.labels.iter().find(|label| label.offset == span.offset());
        let (line, column) = match label {
            Some(label) if before != CONTEXT => (label.line, label.column),
            _ => (frame.first_line, 0),
        };
        Ok(Box::new(Part { frame, span: SourceSpan::from((0, frame.text.len())), line, column }))
    }
}

impl<'a> SpanContents<'a> for Part<'a> {
    fn data(&self) -> &'a [u8] {
        self.frame.text.as_bytes()
    }

    fn span(&self) -> &SourceSpan {
        &self.span
    }

    fn name(&self) -> Option<&str> {
        Some(&self.frame.path)
    }

    fn line(&self) -> usize {
        self.line
    }

    fn column(&self) -> usize {
        self.column
    }

    fn line_count(&self) -> usize {
        self.frame.text.matches('\n').count() + 1
    }
}
