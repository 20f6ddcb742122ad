//! The lines of a file that a finding shows: nothing but the guilty ones, secrets masked, control characters visible,
//! long lines clipped. What it costs depends on the lines shown, never on the file.

use crate::diagnostic::{Label, SourceId};
use crate::document::Document;
use crate::document::secret::MASK;
use crate::report::Root;
use crate::source::{Source, Span};
use crate::untrusted::{Untrusted, visible};

/// A run of neighbouring lines of one file.
#[derive(Debug)]
pub struct Frame {
    /// The path as reports print it, safe to print.
    pub path: String,
    /// The line number of the first, from 0.
    pub first_line: usize,
    /// Its lines.
    pub text: String,
    /// The labels in the shown text.
    pub labels: Vec<Shown>,
}

/// A label in the shown text.
#[derive(Debug)]
pub struct Shown {
    /// Where it begins.
    pub offset: usize,
    /// How many bytes it takes there.
    pub length: usize,
    /// Its line in the file, from 0.
    pub line: usize,
    /// Its column in the file, from 0.
    pub column: usize,
    /// What it says, safe to print.
    pub text: String,
    /// It is the main one.
    pub is_primary: bool,
}

/// What must not be printed of a part of a file.
fn secrets_within(document: &Document, part: Span) -> &[Span] {
    let spans = document.secrets();
    let first = spans.partition_point(|span| span.end <= part.start);
    let count = spans[first..].partition_point(|span| span.start < part.end);
    &spans[first..first + count]
}

/// The beginning of a part of a file on one line, secrets masked and comments of SQL left out; still untrusted.
pub fn one_line(root: &Root, id: SourceId, part: Span, widest: usize) -> String {
    let mut out = String::new();
    let document = root.workspace.document(id);
    let masked = secrets_within(document, part);
    let comments = document.sql().map_or(&[] as &[Span], |sql| &sql.comments);
    let first = comments.partition_point(|comment| comment.end <= part.start);
    let mut comments = comments[first..].iter().peekable();
    let (mut length, mut is_blank) = (0, false);
    for (at, character) in document.source.slice(part).char_indices() {
        let at = part.start + u32::try_from(at).unwrap_or(0);
        while comments.next_if(|comment| comment.end <= at).is_some() {}
        if comments.peek().is_some_and(|comment| comment.start <= at) {
            is_blank = true;
            continue;
        }
        let secret = masked.iter().find(|span| span.start <= at && at < span.end);
        if character.is_whitespace() || secret.is_some_and(|span| span.start.max(part.start) != at) {
            is_blank |= secret.is_none();
            continue;
        }
        if length >= widest {
            out.push('…');
            break;
        }
        out.extend(is_blank.then_some(' '));
        match secret {
            Some(_) => out.push_str(MASK),
            None => out.push(character),
        }
        length += 1 + usize::from(is_blank);
        is_blank = false;
    }
    out
}

/// Lines this near to each other are shown with what is between them.
const NEAR: u32 = 2;

/// More lines than this of one run are not shown.
const LONGEST_RUN: u32 = 12;

/// The frames for the labels that stand in one file: that of the main label first, the others in their order.
pub fn frames(root: &Root, id: SourceId, labels: &[(&Label, bool)]) -> Vec<Frame> {
    let source = &root.workspace.document(id).source;
    let mut marks: Vec<Mark<'_>> = labels.iter().map(|(label, is_primary)| Mark::of(source, label, *is_primary)).collect();
    marks.sort_by_key(|mark| (mark.span, !mark.is_primary));
    let mut frames = Vec::new();
    let mut rest = marks.as_slice();
    while let Some(first) = rest.first() {
        let (run, others) = rest.split_at(run_length(rest));
        let last = run.last().map_or(first.line, |mark| mark.line);
        let path = Untrusted(&root.path(id)).to_string();
        let mut frame = Frame { path, first_line: first.line as usize - 1, text: String::new(), labels: Vec::new() };
        for line in first.line..=last {
            let here: Vec<&Mark<'_>> = run.iter().filter(|mark| mark.line == line).collect();
            let mut shown = Line { source, span: source.line_span(line), masked: &[] };
            shown.masked = secrets_within(root.workspace.document(id), shown.window(&here));
            if line > first.line {
                frame.text.push('\n');
            }
            shown.show(&here, &mut frame);
        }
        frames.push(frame);
        rest = others;
    }
    frames.sort_by_key(|frame| !frame.labels.iter().any(|label| label.is_primary));
    frames
}

/// How many of these marks, which are in order, are shown in one run of lines.
fn run_length(marks: &[Mark<'_>]) -> usize {
    let apart = |pair: &[Mark<'_>]| pair[1].line > pair[0].line + NEAR || pair[1].line > marks[0].line + LONGEST_RUN;
    marks.windows(2).position(apart).map_or(marks.len(), |at| at + 1)
}

/// A label, cut to its first line.
struct Mark<'a> {
    span: Span,
    line: u32,
    text: &'a str,
    is_primary: bool,
}

impl<'a> Mark<'a> {
    fn of(source: &Source, label: &'a Label, is_primary: bool) -> Self {
        let line = source.line(label.place.span.start);
        let end = label.place.span.end.min(source.line_span(line).end).max(label.place.span.start);
        Self { span: Span { end, ..label.place.span }, line, text: &label.text, is_primary }
    }
}

/// Lines with more characters than this are clipped around their labels.
const WIDEST: usize = 160;
const MARGIN: usize = 60;

struct Line<'a> {
    source: &'a Source,
    span: Span,
    masked: &'a [Span],
}

impl Line<'_> {
    fn show(&self, marks: &[&Mark<'_>], frame: &mut Frame) {
        let begin = frame.text.len();
        let window = self.window(marks);
        // Where the bytes of the line went: (byte in the file, byte in the frame), growing.
        let mut moved: Vec<(u32, usize)> = Vec::new();
        if window.start > self.span.start {
            frame.text.push('…');
        }
        let text = self.source.slice(window);
        for (at, character) in text.char_indices() {
            let at = window.start + u32::try_from(at).unwrap_or(0);
            moved.push((at, frame.text.len()));
            match self.masked.iter().find(|span| span.start <= at && at < span.end) {
                Some(span) if span.start.max(window.start) == at => frame.text.push_str(MASK),
                // What stands in a masked part is underlined at its beginning.
                Some(_) => moved.last_mut().expect("just pushed").1 = frame.text.len() - MASK.len(),
                None if character == '\t' => frame.text.push_str("    "),
                None => match visible(character) {
                    Some(shown) => frame.text.push_str(&shown),
                    None => frame.text.push(character),
                },
            }
        }
        let end = frame.text.len();
        if window.end < self.span.end {
            frame.text.push('…');
        }
        let shown_at = |offset: u32| {
            let at = moved.partition_point(|(from, _)| *from < offset);
            moved.get(at).map_or(end, |(_, to)| *to)
        };
        for mark in marks {
            let (start, stop) = (shown_at(mark.span.start), shown_at(mark.span.end));
            // A label at the end of a line, or of no width, still needs a character to stand under.
            let last = frame.text[begin..].char_indices().next_back().map_or(begin, |(at, _)| begin + at);
            let start = start.min(last);
            let width = frame.text[start..].chars().next().map_or(0, char::len_utf8);
            frame.labels.push(Shown {
                offset: start,
                length: stop.saturating_sub(start).max(width),
                line: mark.line as usize - 1,
                column: self.source.position(mark.span.start).column as usize - 1,
                text: Untrusted(mark.text).to_string(),
                is_primary: mark.is_primary,
            });
        }
    }

    /// The part of a long line that is shown: from a little before the first label to a little after the last.
    fn window(&self, marks: &[&Mark<'_>]) -> Span {
        if self.span.range().len() <= WIDEST {
            return self.span;
        }
        let first = marks.iter().map(|mark| mark.span.start).min().unwrap_or(self.span.start);
        let last = marks.iter().map(|mark| mark.span.end).max().unwrap_or(first);
        let last = last.min(first + u32::try_from(WIDEST).unwrap_or(0));
        let margin = u32::try_from(MARGIN).unwrap_or(0);
        let start = self.boundary(first.saturating_sub(margin).max(self.span.start));
        let end = self.boundary((last + margin).min(self.span.end));
        Span { start, end: end.max(start) }
    }

    fn boundary(&self, offset: u32) -> u32 {
        let mut at = offset as usize;
        while !self.source.text().is_char_boundary(at) {
            at -= 1;
        }
        u32::try_from(at).unwrap_or(offset)
    }
}
