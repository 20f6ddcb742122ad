//! The gear that reads everything: granit's events, built into the arena.

use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span as Marks, options};

use super::{Kind, NONE, Open, Part, RawNode, Refusal};
use crate::settings::MAX_NESTING;
use crate::source::Span;

/// Reads what stands between two separators: one document.
pub fn read(text: &str, span: Span, keep_comments: bool, parts: &mut Vec<Part>) {
    let slice = &text[span.range()];
    let before = parts.len();
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
                for part in parts.drain(before..).rev() {
                    builder.part.comments.splice(..0, part.comments);
                }
                builder.part.error = Some(refusal(&error, slice, span.start));
                parts.push(builder.part);
                return;
            }
        };
        if matches!(event, Event::DocumentEnd) {
            // Comments after the last node still belong to it; the next document starts afresh.
            let finished = std::mem::replace(&mut builder, Builder::new(span, slice));
            parts.push(finished.part);
        } else {
            builder.take(event, &marks);
        }
    }
    if !builder.part.comments.is_empty()
        && let Some(last) = parts.last_mut()
    {
        last.comments.append(&mut builder.part.comments);
    }
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
    Refusal { span, message: plainly(error, &slice[at..]), accepted_by_libyaml: is_limit }
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
    part: Part,
    slice: &'t str,
    base: usize,
    open: Vec<Collection>,
    anchors: HashMap<usize, Anchor>,
    /// How many nodes there are if aliases count for all that they stand for.
    total: u64,
    /// How many of these aliases bring.
    aliased: u64,
}

/// A collection whose end has not come.
struct Collection {
    node: u32,
    last_child: u32,
    anchor: usize,
    /// The total before it.
    before: u64,
}

/// What an alias may refer to.
#[derive(Clone, Copy)]
struct Anchor {
    node: u32,
    /// How many nodes it stands for.
    weight: u64,
}

impl<'t> Builder<'t> {
    fn new(span: Span, slice: &'t str) -> Self {
        let part = Part { span, ..Part::default() };
        Self { part, slice, base: span.start as usize, open: Vec::new(), anchors: HashMap::new(), total: 0, aliased: 0 }
    }

    fn take(&mut self, event: Event<'_>, marks: &Marks) {
        let range = marks.byte_range().unwrap_or_default();
        let span = Span::new(self.base + range.start, self.base + range.end);
        match event {
            Event::MappingStart(_, anchor, _) => self.begin(Kind::Mapping, span, anchor),
            Event::SequenceStart(_, anchor, _) => self.begin(Kind::Sequence, span, anchor),
            Event::MappingEnd | Event::SequenceEnd => self.end(span),
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor).copied().unwrap_or(Anchor { node: NONE, weight: 0 });
                self.add(RawNode { span, link: target.node, next: NONE, kind: Kind::Alias, open: Open::No });
                self.total = self.total.saturating_add(target.weight);
                self.aliased = self.aliased.saturating_add(target.weight);
                if is_excessive(self.aliased, self.total) {
                    self.refuse(
                        span,
                        "with all that its aliases stand for, this document is too large for any reader of Kubernetes'",
                    );
                }
            }
            Event::UnresolvedAlias(_) => {
                self.add(RawNode { span, link: NONE, next: NONE, kind: Kind::Alias, open: Open::No });
                // No reader of Kubernetes' takes it.
                self.refuse(span, "`*` refers to an anchor, and this document has none of that name; text needs quotes");
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix() == "str");
                let span = trimmed(span, &self.slice[range.clone()], style);
                let same = self.slice.get(range.start..range.start + span.range().len()) == Some(&*text);
                let link = if same || (text == "~" && range.is_empty()) { 0 } else { self.keep(&text) };
                let kind = if is_text { Kind::Text } else { Kind::Plain };
                let id = self.add(RawNode { span, link, next: NONE, kind, open: Open::No });
                self.anchor(anchor, Anchor { node: id, weight: 1 });
            }
            Event::Comment(..) => self.part.comments.push(span),
            _ => {}
        }
    }

    fn refuse(&mut self, alias: Span, message: &str) {
        let message = message.to_owned();
        self.part.error.get_or_insert(Refusal { span: alias, message, accepted_by_libyaml: false });
    }

    fn keep(&mut self, text: &str) -> u32 {
        self.part.texts.push(text.into());
        u32::try_from(self.part.texts.len()).unwrap_or(0)
    }

    fn anchor(&mut self, name: usize, anchor: Anchor) {
        if name > 0 {
            self.anchors.insert(name, anchor);
        }
    }

    fn add(&mut self, node: RawNode) -> u32 {
        let id = u32::try_from(self.part.nodes.len()).unwrap_or(NONE);
        self.part.nodes.push(node);
        self.total += 1;
        if let Some(collection) = self.open.last_mut() {
            match collection.last_child {
                NONE => {
                    let parent = &mut self.part.nodes[collection.node as usize];
                    parent.link = id;
                    // A sequence without indentation of its own is said to begin after its first dash.
                    let at = parent.span.start as usize - self.base;
                    let is_flow = self.slice[at..].starts_with('[');
                    let has_dash = self.slice[at..].starts_with('-') && node.span.start > parent.span.start;
                    if parent.kind == Kind::Sequence && !is_flow && !has_dash && self.slice[..at].trim_end().ends_with('-') {
                        parent.span.start = u32::try_from(self.base + self.slice[..at].trim_end().len() - 1).unwrap_or(0);
                    }
                }
                last => self.part.nodes[last as usize].next = id,
            }
            collection.last_child = id;
        }
        id
    }

    fn begin(&mut self, kind: Kind, span: Span, anchor: usize) {
        let before = self.total;
        let node = self.add(RawNode { span, link: NONE, next: NONE, kind, open: Open::No });
        self.anchor(anchor, Anchor { node, weight: 1 });
        self.open.push(Collection { node, last_child: NONE, anchor, before });
    }

    /// A block collection ends where its last child ends, not where the next thing begins.
    fn end(&mut self, bracket: Span) {
        let Some(Collection { node, last_child, anchor, before }) = self.open.pop() else { return };
        // Its own anchor may have been taken by another node inside it.
        if let Some(anchor) = self.anchors.get_mut(&anchor).filter(|anchor| anchor.node == node) {
            anchor.weight = self.total - before;
        }
        let end = match last_child {
            _ if !bracket.is_empty() => bracket.end,
            NONE => bracket.end,
            last => self.part.nodes[last as usize].span.end,
        };
        let span = &mut self.part.nodes[node as usize].span;
        span.end = end.max(span.start);
    }
}

/// Whether Kubernetes' own reader calls it excessive: small documents may consist of aliases nearly to the end, large
/// ones to a tenth. So no document costs much more than its size.
fn is_excessive(aliased: u64, total: u64) -> bool {
    const SMALL: u64 = 400_000;
    const LARGE: u64 = 4_000_000;
    let beyond = total.clamp(SMALL, LARGE) - SMALL;
    // In ten-thousandths: from 9900 down to 1000.
    let allowed = 9900 - beyond * 8900 / (LARGE - SMALL);
    aliased > 100 && total > 1000 && u128::from(aliased) * 10_000 > u128::from(total) * u128::from(allowed)
}

/// Block scalars reach over the blank lines after them, which are nobody's.
fn trimmed(span: Span, text: &str, style: ScalarStyle) -> Span {
    if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
        return span;
    }
    let length = text.trim_end_matches([' ', '\t', '\n', '\r']).len();
    Span { end: span.start + u32::try_from(length).unwrap_or(0), ..span }
}
