//! What a template defines for others writes nothing where it stands, and what it decides may begin a document.

use super::{Hole, Shape};

/// Words that an `end` closes.
const OPENERS: &[&[u8]] = &[b"if", b"range", b"with", b"block", b"define"];

/// The first word of a mark.
fn word(mark: &[u8]) -> &[u8] {
    let start = mark.iter().position(u8::is_ascii_alphabetic).unwrap_or(mark.len());
    let is_lead = mark[..start].iter().all(|byte| matches!(byte, b'{' | b'-' | b' ' | b'\t' | b'\n' | b'\r'));
    let length = mark[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if is_lead { &mark[start..start + length] } else { &[] }
}

/// Blanks the bodies of definitions, unless they hold whole objects: those are what somebody else writes out. Puts the
/// line that is missing between two documents of which a template leaves one away.
pub(super) fn blank(bytes: &[u8], holes: &mut Vec<Hole>, masked: &mut [u8]) {
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut defined: Vec<(usize, usize)> = Vec::new();
    let mut objects = Objects { bytes, seen: 0, is_there: false };
    for (at, hole) in holes.iter().enumerate() {
        let word = word(&bytes[hole.span.range()]);
        if OPENERS.contains(&word) {
            open.push((at, word == b"define"));
        } else if word == b"end" {
            match open.pop() {
                Some((first, true)) if open.is_empty() => defined.push((first, at)),
                _ => objects.divide(hole, masked),
            }
        }
    }
    for (first, last) in defined.into_iter().rev() {
        let (start, end) = (holes[first].span.start as usize, holes[last].span.end as usize);
        if has_object(&bytes[start..end]) {
            continue;
        }
        masked[start..end].fill(b'\n');
        holes[first].span.end = holes[last].span.end;
        holes[first].shape = Shape::Control;
        holes.drain(first + 1..=last);
    }
}

fn has_object(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, KEY).any(|at| at == 0 || matches!(text[at - 1], b'\n' | b'\r'))
}

const KEY: &[u8] = b"apiVersion:";

/// Where objects begin.
struct Objects<'t> {
    bytes: &'t [u8],
    /// So far the text was looked at.
    seen: usize,
    /// An object stands there, with no line between documents after it.
    is_there: bool,
}

impl Objects<'_> {
    /// Where the end of a choice is followed by another object without a line between them, there is one after all.
    fn divide(&mut self, hole: &Hole, masked: &mut [u8]) {
        let (start, end) = (hole.span.start as usize, hole.span.end as usize);
        let next = self.bytes[end..].iter().take_while(|byte| byte.is_ascii_whitespace()).count() + end;
        let opens_line = next > end && matches!(self.bytes[next - 1], b'\n' | b'\r');
        let is_alone = hole.shape == Shape::Control && (start == 0 || matches!(self.bytes[start - 1], b'\n' | b'\r'));
        if opens_line && is_alone && self.bytes[next..].starts_with(KEY) && self.is_there_before(start) {
            masked[start..end].fill(b'\n');
            masked[end - 3..end].fill(b'-');
            self.is_there = false;
        }
    }

    fn is_there_before(&mut self, end: usize) -> bool {
        const LINE: &[u8] = b"\n---";
        let text = &self.bytes[self.seen.min(end)..end];
        self.seen = self.seen.max(end);
        self.is_there = match memchr::memmem::rfind(text, LINE) {
            Some(at) => has_object(&text[at + LINE.len()..]),
            None => self.is_there || has_object(text),
        };
        self.is_there
    }
}

#[cfg(test)]
mod tests {
    use crate::document::template::{Marks, mask};

    #[test]
    fn definitions_are_nothing_where_they_stand() {
        let text = "{{- define \"core\" }}\n- a: {{ .x }}\n  {{ if .y }}\n  b: c\n  {{ end }}\n{{- end }}\nkind: A\n";
        let (masked, holes) = mask(text, Marks::Yaml);
        assert_eq!((masked.trim_start(), masked.len(), holes.len()), ("kind: A\n", text.len(), 1));
        let object = "{{ define \"a\" }}\napiVersion: v1\n{{ end }}\n";
        assert!(mask(object, Marks::Yaml).0.contains("apiVersion: v1"));
    }

    #[test]
    fn a_choice_may_end_a_document() {
        let text = "{{ if .a }}\napiVersion: v1\nkind: A\n{{ end }}\napiVersion: v1\nkind: B\n";
        assert!(mask(text, Marks::Yaml).0.contains("---\napiVersion: v1\nkind: B"));
        let one = "{{ if .a }}\napiVersion: v1\n{{ else }}\napiVersion: v2\n{{ end }}\nkind: A\n";
        assert!(!mask(one, Marks::Yaml).0.contains("---"));
        let chosen = "{{ if .a }}\nx: y\n{{ end }}\napiVersion: v1\nkind: B\n";
        assert!(!mask(chosen, Marks::Yaml).0.contains("---"));
    }
}
