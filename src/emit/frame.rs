//! The lines of a file that a finding shows: nothing but the guilty ones, secrets masked, control characters visible,
//! long lines clipped. What it costs depends on the lines shown, never on the file.

use std::collections::HashMap;

use crate::diagnostic::{Label, SourceId};
use crate::document::secret::{MASK, secrets};
use crate::report::Root;
use crate::source::{Source, Span};
use crate::untrusted::{Untrusted, visible};

/// The shown lines of one file.
#[derive(Debug)]
pub struct Frame {
    /// The path as reports print it, safe to print.
    pub path: String,
    /// Runs of neighbouring lines.
    pub segments: Vec<Segment>,
    /// The labels in the shown text.
    pub labels: Vec<Shown>,
}

/// A run of neighbouring lines.
#[derive(Debug)]
pub struct Segment {
    /// The line number of the first, from 0.
    pub first_line: usize,
    /// Where its text begins, counted over all segments.
    pub offset: usize,
    /// Its lines.
    pub text: String,
}

/// A label in the shown text.
#[derive(Debug)]
pub struct Shown {
    /// Where it begins, counted over all segments.
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

/// What must not be printed, by file; looked up once a file.
#[derive(Default)]
pub struct Secrets {
    spans: HashMap<SourceId, Vec<Span>>,
}

impl Secrets {
    fn within(&mut self, root: &Root, id: SourceId, line: Span) -> Vec<Span> {
        let spans = self.spans.entry(id).or_insert_with(|| secrets(root.workspace.document(id)));
        spans.iter().filter(|span| span.start < line.end && line.start < span.end).copied().collect()
    }
}

/// Lines this near to each other are shown with what is between them.
const NEAR: u32 = 2;

/// More lines than this of one run are not shown.
const LONGEST_RUN: u32 = 12;

/// The frame for the labels that stand in one file.
pub fn frame(root: &Root, id: SourceId, labels: &[(&Label, bool)], secrets: &mut Secrets) -> Frame {
    let source = &root.workspace.document(id).source;
    let mut marks: Vec<Mark<'_>> = labels.iter().map(|(label, is_primary)| Mark::of(source, label, *is_primary)).collect();
    marks.sort_by_key(|mark| (mark.span, !mark.is_primary));
    let mut frame = Frame { path: Untrusted(&root.path(id)).to_string(), segments: Vec::new(), labels: Vec::new() };
    let mut offset = 0;
    let mut rest = marks.as_slice();
    while let Some(first) = rest.first() {
        let mut last = first.line;
        let mut count = 0;
        for mark in rest.iter().take_while(|mark| mark.line <= first.line + LONGEST_RUN) {
            if mark.line > last + NEAR {
                break;
            }
            last = mark.line;
            count += 1;
        }
        let (run, others) = rest.split_at(count);
        let mut segment = Segment { first_line: first.line as usize - 1, offset, text: String::new() };
        for line in first.line..=last {
            let here: Vec<&Mark<'_>> = run.iter().filter(|mark| mark.line == line).collect();
            let span = source.line_span(line);
            let masked = secrets.within(root, id, span);
            Line { source, span, masked }.show(&here, &mut segment, &mut frame.labels);
            if line < last {
                segment.text.push('\n');
            }
        }
        offset += segment.text.len() + 1;
        frame.segments.push(segment);
        rest = others;
    }
    frame
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
    masked: Vec<Span>,
}

impl Line<'_> {
    fn show(&self, marks: &[&Mark<'_>], segment: &mut Segment, labels: &mut Vec<Shown>) {
        let window = self.window(marks);
        // Where the bytes of the line went: (byte in the file, byte in the segment), growing.
        let mut moved: Vec<(u32, usize)> = Vec::new();
        if window.start > self.span.start {
            segment.text.push('…');
        }
        let text = self.source.slice(window);
        for (at, character) in text.char_indices() {
            let at = window.start + u32::try_from(at).unwrap_or(0);
            moved.push((at, segment.text.len()));
            match self.masked.iter().find(|span| span.start <= at && at < span.end) {
                Some(span) if span.start.max(window.start) == at => segment.text.push_str(MASK),
                Some(_) => {}
                None if character == '\t' => segment.text.push_str("    "),
                None => match visible(character) {
                    Some(shown) => segment.text.push_str(&shown),
                    None => segment.text.push(character),
                },
            }
        }
        let end = segment.text.len();
        if window.end < self.span.end {
            segment.text.push('…');
        }
        let shown_at = |offset: u32| {
            let at = moved.partition_point(|(from, _)| *from < offset);
            moved.get(at).map_or(end, |(_, to)| *to)
        };
        for mark in marks {
            let (start, stop) = (shown_at(mark.span.start), shown_at(mark.span.end));
            labels.push(Shown {
                offset: segment.offset + start,
                // Nothing is underlined by a label of no width.
                length: stop.saturating_sub(start).max(usize::from(start < segment.text.len())),
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
