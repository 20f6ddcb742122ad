//! What is wrong with a configuration, shown where it stands.

use std::fmt;
use std::sync::Arc;

use crate::source::{Source, Span};
use crate::untrusted::{Untrusted, UntrustedPath};

/// Something that is wrong with a configuration.
#[derive(Clone, Debug)]
pub struct Complaint {
    /// One sentence.
    pub message: String,
    /// The file, with a path for people; of `--set`, what was typed.
    pub source: Arc<Source>,
    /// The place in it; none where the file as a whole is meant.
    pub span: Option<Span>,
}

/// How much of a long line is shown on either side of its mark.
const MARGIN: u32 = 60;

/// In characters.
const LONGEST_MESSAGE: usize = 400;

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, source, span } = self;
        let path = UntrustedPath(source.path());
        // A key of a megabyte is no help to anybody.
        let message: &str = &match message.char_indices().nth(LONGEST_MESSAGE) {
            Some((cut, _)) => format!("{}…", &message[..cut]),
            None => message.clone(),
        };
        let Some(span) = span else { return write!(f, "{path}: {}", Untrusted(message)) };
        let position = source.position(span.start);
        writeln!(f, "{path}:{}:{}: {}", position.line, position.column, Untrusted(message))?;
        let line = source.line_span(position.line);
        let marked = Span { start: span.start, end: span.end.clamp(span.start, line.end.max(span.start)) };
        let cut = |at: u32| source.clamp(at);
        let start = cut(marked.start.saturating_sub(MARGIN).max(line.start));
        let marked = Span { end: cut(marked.end.min(marked.start + MARGIN)), ..marked };
        let end = cut((marked.end + MARGIN).min(line.end)).max(marked.end);
        let shown = |start: u32, end: u32| Untrusted(source.slice(Span { start, end })).to_string();
        let dots = |is_cut: bool| if is_cut { "…" } else { "" };
        let before = format!("{}{}", dots(start > line.start), shown(start, marked.start));
        let (inside, after) = (shown(marked.start, marked.end), shown(marked.end, end));
        let number = position.line.to_string();
        let gutter = " ".repeat(number.len());
        writeln!(f, "  {number} | {before}{inside}{after}{}", dots(end < line.end))?;
        let width = |text: &str| text.chars().count();
        write!(f, "  {gutter} | {}{}", " ".repeat(width(&before)), "^".repeat(width(&inside).max(1)))
    }
}
