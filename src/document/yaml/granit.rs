//! The gear that reads everything: granit's events, built into the arena.

use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span as Marks, StructureStyle, options};

use super::arena::Arena;
use super::{Cause, Kind, Part, Refusal};
use crate::settings::MAX_NESTING;
use crate::source::Span;

/// Reads what stands between two separators: one document.
pub fn read(text: &str, span: Span, keep_comments: bool) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let slice = &text[span.range()];
    let mut builder = Builder::new(span, slice);
    let options = options! {
        emit_comments: keep_comments,
        emit_anchor_events: false,
        emit_unresolved_aliases: true,
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: MAX_NESTING,
        block_nesting_limit: MAX_NESTING,
    };
    for next in Parser::new_from_str_with_options(slice, options) {
        let (event, marks) = match next {
            Ok(next) => next,
            Err(error) => {
                // What stood before the error was a document only as long as nothing followed it.
                for part in parts.drain(..).rev() {
                    builder.arena.part.comments.splice(..0, part.comments);
                }
                builder.arena.part.error = Some(refusal(&error, slice, span.start).into());
                parts.push(builder.arena.part);
                return parts;
            }
        };
        if matches!(event, Event::DocumentEnd) {
            // Comments after the last node still belong to it; the next document starts afresh.
            let finished = std::mem::replace(&mut builder, Builder::new(span, slice));
            parts.push(finished.arena.part);
        } else {
            builder.take(event, &marks);
        }
    }
    if !builder.arena.part.comments.is_empty()
        && let Some(last) = parts.last_mut()
    {
        last.comments.append(&mut builder.arena.part.comments);
    }
    parts
}

fn refusal(error: &ScanError, slice: &str, base: u32) -> Refusal {
    let mut at = error.marker().byte_offset().unwrap_or(0).min(slice.len());
    // At the end of the text its last character is a better place to point at.
    let text = slice.trim_end();
    if at >= text.len() {
        at = text.len() - text.chars().next_back().map_or(0, char::len_utf8);
    }
    while !slice.is_char_boundary(at) {
        at -= 1;
    }
    let rest = slice[at..].chars().next().filter(|next| !matches!(next, '\n' | '\r'));
    let end = at + rest.map_or(0, char::len_utf8);
    let base = base as usize;
    let span = Span::new(base + at, base + end);
    // A limit of ours says nothing about other readers.
    let is_limit = matches!(error.kind(), ErrorKind::RecursionLimitExceeded);
    let cause = if is_limit { Cause::Limit } else { Cause::Invalid };
    Refusal { span, message: plainly(error, &slice[at..]), cause }
}

/// The reader's words, where they are not those of people who write YAML.
fn plainly(error: &ScanError, rest: &str) -> String {
    if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| rest.starts_with(mark)) {
        return "this is the mark of a merge conflict".to_owned();
    }
    let ours = match error.kind() {
        ErrorKind::MappingValueNotAllowed => {
            "no `:` can stand here: text that holds one needs quotes, and the keys of a mapping the same indentation"
        }
        ErrorKind::TabInBlockIndentation | ErrorKind::TabNotAllowed | ErrorKind::TabInIndentation => {
            "YAML is indented by spaces, and before this stands a tab"
        }
        ErrorKind::SimpleKeyExpected => "this is neither `key: value` nor a part of the text above it",
        ErrorKind::ExpectedFlowMappingSeparator => "a `,` or a `}` is missing before this",
        ErrorKind::ExpectedFlowSequenceSeparator => "a `,` or a `]` is missing before this",
        ErrorKind::UnexpectedCharacter { .. } => "plain text cannot begin with this character; it needs quotes",
        ErrorKind::InvalidQuotedScalarIndent => "a quote above is not closed, or this line of its text needs more indentation",
        ErrorKind::UnclosedQuotedScalar => "a quote is never closed",
        _ => return error.info(),
    };
    ours.to_owned()
}

struct Builder<'t> {
    arena: Arena,
    slice: &'t str,
    base: usize,
    anchors: HashMap<usize, u32>,
    /// A block sequence has begun and its first item has not come.
    is_unsettled: bool,
}

impl<'t> Builder<'t> {
    fn new(span: Span, slice: &'t str) -> Self {
        Self {
            arena: Arena::new(span, Vec::new()),
            slice,
            base: span.start as usize,
            anchors: HashMap::new(),
            is_unsettled: false,
        }
    }

    fn take(&mut self, event: Event<'_>, marks: &Marks) {
        let range = marks.byte_range().unwrap_or_default();
        let span = Span::new(self.base + range.start, self.base + range.end);
        match event {
            Event::MappingStart(_, anchor, _) => self.begin(Kind::Mapping, span, anchor),
            Event::SequenceStart(style, anchor, _) => {
                self.begin(Kind::Sequence, span, anchor);
                self.is_unsettled = style == StructureStyle::Block;
            }
            Event::MappingEnd | Event::SequenceEnd => self.arena.end((!span.is_empty()).then_some(span.end)),
            Event::Alias(anchor) => {
                self.settle(span);
                self.arena.alias(span, self.anchors.get(&anchor).copied());
                if self.arena.is_excessive() {
                    self.refuse(
                        span,
                        "with all that its aliases stand for, this document is too large for any reader of Kubernetes'",
                    );
                }
            }
            Event::UnresolvedAlias(_) => {
                self.settle(span);
                self.arena.alias(span, None);
                // No reader of Kubernetes' takes it.
                self.refuse(span, "`*` refers to an anchor, and this document has none of that name; text needs quotes");
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix() == "str");
                let span = trimmed(span, &self.slice[range.clone()], style);
                let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let span =
                    if is_block && text.trim_matches([' ', '\t', '\n', '\r']).is_empty() { self.header(span) } else { span };
                let same = self.slice.get(range.start..range.start + span.range().len()) == Some(&*text);
                let is_source = same || (text == "~" && range.is_empty());
                let is_quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
                let is_between = is_quoted && self.slice.get(range.start + 1..range.end - 1) == Some(&*text);
                self.settle(span);
                let kind = if is_between {
                    Kind::Quoted
                } else if is_text {
                    Kind::Text
                } else {
                    Kind::Plain
                };
                let id = self.arena.scalar(kind, span, (!is_source && !is_between).then_some(&*text));
                self.anchor(anchor, id);
            }
            Event::Comment(..) => self.arena.part.comments.push(span),
            _ => {}
        }
    }

    /// A block with nothing in it is said to stand wherever the next thing does; its header is a better place.
    fn header(&self, span: Span) -> Span {
        let at = span.start as usize - self.base;
        let before = if self.slice[at..].starts_with(['|', '>']) { &self.slice[..=at] } else { self.slice[..at].trim_end() };
        let indicator = before.trim_end_matches(['+', '-']);
        if !indicator.ends_with(['|', '>']) {
            return Span { end: span.start, ..span };
        }
        let chomp = self.slice[before.len()..].bytes().take_while(|byte| matches!(byte, b'+' | b'-')).count();
        Span::new(self.base + before.len() + chomp, self.base + before.len() + chomp)
    }

    fn refuse(&mut self, alias: Span, message: &str) {
        let refusal = Refusal { span: alias, message: message.to_owned(), cause: Cause::Invalid };
        self.arena.part.error.get_or_insert(refusal.into());
    }

    fn anchor(&mut self, anchor: usize, id: u32) {
        if anchor > 0 {
            self.anchors.insert(anchor, id);
            self.arena.anchor(id);
        }
    }

    fn begin(&mut self, kind: Kind, span: Span, anchor: usize) {
        self.settle(span);
        let id = self.arena.begin(kind, span);
        self.anchor(anchor, id);
    }

    /// A sequence without indentation of its own is said to begin after its first dash; its first item shows it.
    fn settle(&mut self, item: Span) {
        if !std::mem::take(&mut self.is_unsettled) {
            return;
        }
        let Some(sequence) = self.arena.empty_sequence() else { return };
        let at = sequence.start as usize - self.base;
        let has_dash = self.slice[at..].starts_with('-') && item.start > sequence.start;
        if let Some(dash) = dash_before(&self.slice[..at]).filter(|_| !has_dash) {
            *sequence = Span { start: u32::try_from(self.base + dash).unwrap_or(0), ..*sequence };
        }
    }
}

/// Where the dash stands that has only blanks and comments behind it.
fn dash_before(text: &str) -> Option<usize> {
    let mut text = text.trim_end();
    loop {
        let line = text.rfind('\n').map_or(0, |newline| newline + 1);
        // The line without its comment, if it has one and little else.
        let words = text[line..].trim_start_matches([' ', '-']);
        if words.is_empty() {
            return text.ends_with('-').then(|| text.len() - 1);
        }
        if !words.starts_with('#') {
            return None;
        }
        text = text[..text.len() - words.len()].trim_end();
    }
}

/// Block scalars reach over the blank lines after them, which are nobody's.
fn trimmed(span: Span, text: &str, style: ScalarStyle) -> Span {
    if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
        return span;
    }
    let length = text.trim_end_matches([' ', '\t', '\n', '\r']).len();
    Span { end: span.start + u32::try_from(length).unwrap_or(0), ..span }
}
