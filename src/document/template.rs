//! Which parts of a file will be filled in later?
//!
//! Template marks are masked in place: every byte of a mark is replaced by one byte, so the rest parses and all offsets
//! hold. What a mark touches is *unknown*, never guessed.

mod definitions;
mod marks;

use std::borrow::Cow;

use crate::source::Span;
pub use marks::Marks;

/// A part of the text that somebody else fills in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hole {
    /// The mark with its brackets.
    pub span: Span,
    /// What it stands for.
    pub shape: Shape,
}

/// What a mark stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A part of a line.
    Inline,
    /// Any number of lines, or none; at this indentation, where the mark says so.
    Lines(Option<usize>),
    /// Nothing by itself: it decides whether the lines between it and its end are there, or how often.
    Control,
}

impl Hole {
    /// It has its line to itself, or puts what it stands for below it.
    fn is_loose(&self) -> bool {
        self.shape != Shape::Inline
    }
}

/// Masks all holes. The result has the same length; whoever asks for lines asks the original.
pub fn mask(text: &str, marks: Marks) -> (Cow<'_, str>, Vec<Hole>) {
    let mut holes = find(text, marks);
    if holes.is_empty() {
        return (Cow::Borrowed(text), holes);
    }
    let bytes = text.as_bytes();
    let mut masked = bytes.to_vec();
    let fills = mark_loose(bytes, &mut holes, marks);
    let mut done = 0;
    for (hole, fill) in holes.iter().zip(fills) {
        let range = hole.span.range();
        match fill {
            Fill::Word => word(&mut masked[range]),
            Fill::Blank => blank(&mut masked[range]),
            Fill::Lead(start, indent) => {
                masked[start..range.end].fill(b'\n');
                masked[range.end - indent..range.end].fill(b' ');
                done = range.end;
            }
            Fill::Lines => {
                // Nothing at all: even the blanks before it would be content in a block scalar.
                let is_blank = |byte: &&u8| byte.is_ascii_whitespace() && !matches!(byte, b'\n' | b'\r');
                let blanks = bytes[done..range.start].iter().rev().take_while(is_blank).count();
                let begin = range.start - blanks;
                let opens_line = begin == 0 || matches!(bytes[begin - 1], b'\n' | b'\r');
                masked[if opens_line { begin } else { range.start }..range.end].fill(b'\n');
                done = range.end;
            }
        }
    }
    if marks.is_yaml() {
        definitions::blank(bytes, &mut holes, &mut masked);
    }
    // Whole characters were masked, so that nothing is lost.
    let masked = String::from_utf8(masked).unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned());
    (Cow::Owned(masked), holes)
}

/// What stands in the place of a mark, for those who read on.
#[derive(Clone, Copy)]
enum Fill {
    /// A plain scalar, a word or a part of one.
    Word,
    /// Nothing, and none of the blanks around it.
    Lines,
    /// Nothing; what follows on its line begins where the mark does. Where the line begins, and how far in the mark.
    Lead(usize, usize),
    /// Blanks.
    Blank,
}

fn word(mark: &mut [u8]) {
    for byte in mark.iter_mut().filter(|byte| !matches!(**byte, b'\n' | b'\r')) {
        *byte = b'x';
    }
}

fn blank(mark: &mut [u8]) {
    for byte in mark.iter_mut().filter(|byte| !matches!(**byte, b'\n' | b'\r')) {
        *byte = b' ';
    }
}

fn find(text: &str, marks: Marks) -> Vec<Hole> {
    let bytes = text.as_bytes();
    let mut holes = Vec::new();
    let mut done = 0;
    for at in memchr::memchr3_iter(b'{', b'%', b'(', bytes) {
        if at < done {
            continue;
        }
        if let Some((start, end)) = hole_at(bytes, at, marks) {
            holes.push(Hole { span: Span::new(start, end), shape: Shape::Inline });
            done = end;
        }
    }
    holes
}

/// The hole whose opening mark has its first rare byte at `at`.
fn hole_at(bytes: &[u8], at: usize, marks: Marks) -> Option<(usize, usize)> {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    match (bytes[at], bytes.get(at + 1)?) {
        (b'{', b'{') => closed(bytes, at, b"}}").filter(|(_, end)| marks.is_yaml() || !is_array(&bytes[at + 2..end - 2])),
        (b'{', b'%') => closed(bytes, at, b"%}"),
        (b'{', first) if marks != Marks::Compose && before == Some(b'$') && (first.is_ascii_alphabetic() || *first == b'_') => {
            let reach = bytes.len().min(at + LONGEST_MARK);
            let end = at + memchr::memchr2(b'}', b'\n', &bytes[at..reach])?;
            (bytes[end] == b'}').then_some((at - 1, end + 1))
        }
        (b'%', _) if before == Some(b'<') && marks.is_yaml() => closed(bytes, at - 1, b"%>"),
        (b'(', b'(') if marks.is_yaml() => {
            let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./".contains(byte);
            let length = bytes[at + 2..].iter().take_while(|byte| is_word(byte)).count();
            let end = at + 2 + length;
            (length > 0 && bytes.get(end..end + 2) == Some(b"))")).then_some((at, end + 2))
        }
        (b'(', first) if before == Some(b'$') && marks == Marks::SqlServer && first.is_ascii_alphabetic() => {
            let length = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            let end = at + 1 + length;
            (bytes.get(end) == Some(&b')')).then_some((at - 1, end + 1))
        }
        _ => None,
    }
}

/// How far a mark may reach before we take its opening for ordinary text; it also keeps the search linear.
const LONGEST_MARK: usize = 4096;

fn closed(bytes: &[u8], start: usize, close: &[u8]) -> Option<(usize, usize)> {
    let reach = bytes.len().min(start + LONGEST_MARK);
    let end = memchr::memmem::find(&bytes[start + 2..reach], close)? + start + 2 + close.len();
    Some((start, end))
}

/// `'{{1,2},{3,4}}'` is a literal of PostgreSQL: arrays in an array.
fn is_array(inside: &[u8]) -> bool {
    let starts_with_value = matches!(inside, [b'0'..=b'9' | b'"', ..] | [b'-', b'0'..=b'9', ..]);
    starts_with_value || memchr::memmem::find(inside, b"},{").is_some() || memchr::memmem::find(inside, b"}, {").is_some()
}

/// Marks those holes that stand for whole lines: they have their own to themselves, or put theirs below it. Says what
/// stands in the place of each.
fn mark_loose(bytes: &[u8], holes: &mut [Hole], marks: Marks) -> Vec<Fill> {
    let mut fills = Vec::with_capacity(holes.len());
    let mut first = 0;
    while first < holes.len() {
        let start = line_start(bytes, holes[first].span.start as usize);
        // All holes that share lines with the first one are judged together.
        let mut last = first;
        let mut end = line_end(bytes, holes[first].span.end as usize);
        while last + 1 < holes.len() && (holes[last + 1].span.start as usize) < end {
            last += 1;
            // Only a hole over several lines reaches a further end.
            if holes[last].span.end as usize > end {
                end = line_end(bytes, holes[last].span.end as usize);
            }
        }
        let line = Line { bytes, start, end };
        let group = &mut holes[first..=last];
        let alone = line.is_all(group);
        for hole in group.iter_mut() {
            if alone && bytes[hole.span.start as usize] == b'{' {
                hole.shape = shape(&bytes[hole.span.range()]);
            }
        }
        let ending = &mut group[last - first];
        if let Shape::Lines(Some(indent)) = shape(&bytes[ending.span.range()])
            && bytes[ending.span.end as usize..end].iter().all(u8::is_ascii_whitespace)
        {
            ending.shape = Shape::Lines(Some(indent));
        }
        let before = fills.len();
        fills.extend(group.iter().map(|hole| if hole.is_loose() { Fill::Lines } else { Fill::Word }));
        if !alone && marks.is_yaml() {
            line.set_apart(group, &mut fills[before..]);
        }
        first = last + 1;
    }
    fills
}

/// The line, or lines, that some holes share.
struct Line<'t> {
    bytes: &'t [u8],
    start: usize,
    end: usize,
}

impl Line<'_> {
    fn is_blank(&self, from: usize, to: usize) -> bool {
        self.bytes[from..to].iter().all(u8::is_ascii_whitespace)
    }

    /// Whether there is nothing beside the holes.
    fn is_all(&self, holes: &[Hole]) -> bool {
        let mut rest = self.start;
        let are_alone = holes.iter().all(|hole| {
            let before = std::mem::replace(&mut rest, hole.span.end as usize);
            self.is_blank(before, hole.span.start as usize)
        });
        are_alone && self.is_blank(rest, self.end)
    }

    /// What only decides writes nothing on its line: `{{ if .a }}- b{{ end }}`. In the middle of a value it stays a part of
    /// it, because the value is not known.
    fn set_apart(&self, holes: &mut [Hole], fills: &mut [Fill]) {
        let decides =
            |hole: &Hole| self.bytes[hole.span.start as usize] == b'{' && shape(&self.bytes[hole.span.range()]) == Shape::Control;
        let mut from = self.start;
        let mut leading = 0;
        while let Some(hole) = holes.get(leading).filter(|hole| decides(hole) && self.is_blank(from, hole.span.start as usize)) {
            from = hole.span.end as usize;
            leading += 1;
        }
        if leading > 0 {
            let indent = self.bytes[self.start..].iter().take_while(|byte| **byte == b' ').count();
            let mark = holes[leading - 1].span.range();
            if indent <= mark.len() {
                holes[..leading].iter_mut().for_each(|hole| hole.shape = Shape::Control);
                fills[..leading].fill(Fill::Blank);
                fills[leading - 1] = Fill::Lead(self.start, indent);
            }
        }
        let mut to = self.end;
        for at in (leading..holes.len()).rev() {
            let span = holes[at].span.range();
            let rest = &self.bytes[span.end..to];
            let is_over = rest.iter().all(u8::is_ascii_whitespace) || is_comment(rest);
            let before = self.bytes[..span.start].last().copied().unwrap_or(b' ');
            let is_apart = leading > 0 || before.is_ascii_whitespace() || matches!(before, b'"' | b'\'' | b']' | b'}');
            // The end of one that began within the line belongs to the value that it is in.
            let begins_here = holes[leading..at].iter().any(decides) && leading == 0;
            if !decides(&holes[at]) || !is_over || !is_apart || begins_here {
                break;
            }
            to = span.start;
            holes[at].shape = Shape::Control;
            fills[at] = Fill::Blank;
        }
    }
}

/// Whether blanks and a comment are all there is.
fn is_comment(rest: &[u8]) -> bool {
    let text = rest.iter().position(|byte| !byte.is_ascii_whitespace());
    text.is_some_and(|at| at > 0 && rest[at] == b'#')
}

/// Words that begin a mark which writes nothing itself.
const CONTROL: &[&str] = &[
    "if", "else", "elif", "elsif", "end", "endif", "range", "for", "endfor", "with", "define", "break", "continue", "set", "fail",
];

/// What a mark with a line of its own stands for.
fn shape(mark: &[u8]) -> Shape {
    let text = String::from_utf8_lossy(mark);
    let inside = text.trim_matches(['{', '}', '%', '-', '~', ' ', '\t', '\n', '\r']);
    let word = inside.split(|next: char| !next.is_ascii_alphanumeric()).next().unwrap_or_default();
    let assigns = inside.starts_with('$') && inside.split_once('=').is_some_and(|(name, _)| !name.contains(['(', '|']));
    if CONTROL.contains(&word) || assigns || inside.starts_with("/*") || inside.starts_with('#') {
        return Shape::Control;
    }
    let indent = inside.rsplit_once("indent ").and_then(|(_, width)| {
        let digits = width.trim_start();
        digits[..digits.bytes().take_while(u8::is_ascii_digit).count()].parse().ok()
    });
    // Nobody indents further; such a width is better unknown than searched for.
    let indent = indent.filter(|width| *width < 1000);
    Shape::Lines(indent)
}

fn line_start(bytes: &[u8], at: usize) -> usize {
    memchr::memrchr2(b'\n', b'\r', &bytes[..at]).map_or(0, |newline| newline + 1)
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |newline| at + newline)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masking_keeps_all_offsets() {
        let text = "a: {{ .Values.ä }}\n{{- if\n .b }}\nc: ${D}((e))<%= f %>{% g %}\n";
        let (masked, holes) = mask(text, Marks::Yaml);
        assert_eq!(masked, format!("a: xxxxxxxxxxxxxxxx\n{}\nc: xxxxxxxxxxxxxxxxxxxxxxxx\n", "\n".repeat(13)));
        assert_eq!(masked.len(), text.len());
        assert_eq!(holes.iter().filter(|hole| hole.is_loose()).count(), 1);
    }

    #[test]
    fn marks_with_a_line_of_their_own_have_a_shape() {
        let table = [
            ("{{- toYaml .Values.a | nindent 8 }}", Shape::Lines(Some(8))),
            ("  {{ include \"x\" . }}", Shape::Lines(None)),
            ("{{- if eq .a \"b\" }}", Shape::Control),
            ("{{- else if .c -}}", Shape::Control),
            ("{{ end }}", Shape::Control),
            ("{{- $name := include \"x\" . }}", Shape::Control),
            ("{{- /* why */}}", Shape::Control),
            ("{% for a in b %}", Shape::Control),
            ("a: {{ .b }}", Shape::Inline),
            ("labels: {{- include \"x\" . | nindent 4 }}", Shape::Lines(Some(4))),
        ];
        for (text, shape) in table {
            assert_eq!(mask(&format!("k: v\n{text}\n"), Marks::Yaml).1[0].shape, shape, "{text}");
        }
    }

    #[test]
    fn what_decides_beside_text_writes_nothing() {
        let lead = |mark: &str, indent: usize| format!("{}{}", "\n".repeat(mark.len()), " ".repeat(indent));
        let table = [
            ("  {{ if .a }}- b{{ end }}", format!("{}- b{}", lead("{{ if .a }}", 2), " ".repeat(9))),
            ("{{- if .a }} # why", format!("{} # why", lead("{{- if .a }}", 0))),
            ("{{ end }} #end if", format!("{} #end if", lead("{{ end }}", 0))),
            ("  - {{- if .a }}", format!("  - {}", " ".repeat(12))),
            ("  {{with .x }}p: \"{{.}}\"{{end}}", format!("{}p: \"xxxxx\"{}", lead("{{with .x }}", 2), " ".repeat(7))),
            ("a: {{ if .b }}c{{ end }}", format!("a: {}c{}", "x".repeat(11), "x".repeat(9))),
            ("a: {{ if .b }}c {{ end }}", format!("a: {}c {}", "x".repeat(11), "x".repeat(9))),
        ];
        for (text, masked) in table {
            assert_eq!(mask(text, Marks::Yaml).0, masked, "{text}");
        }
    }

    #[test]
    fn sql_keeps_its_own_brackets() {
        let text = "SELECT ((a)), b <%c, d % {{ns}}.t";
        let (masked, holes) = mask(text, Marks::Sql);
        assert_eq!((masked.as_ref(), holes.len()), ("SELECT ((a)), b <%c, d % xxxxxx.t", 1));
    }

    #[test]
    fn placeholders_of_sql_runners_are_holes_and_arrays_are_none() {
        for hole in [
            "${flyway:timestamp}",
            "${schema.name}",
            "${db-user}",
            "${VAR}",
            "${VAR:-public}",
            "{{ns}}",
            "{{ .Values.a }}",
            "{{- .a -}}",
            "{% if a %}",
            "{{$a}}",
            "{{ index .Options \"Namespace\" }}",
        ] {
            let text = format!("SELECT '{hole}'");
            let (masked, holes) = mask(&text, Marks::Sql);
            assert_eq!((masked.as_ref(), holes.len()), (&*format!("SELECT '{}'", "x".repeat(hole.len())), 1), "{hole}");
        }
        for array in
            ["{{1,2},{3,4}}", "{{-1}}", "{{\"a\",\"b\"}}", "{{a,b},{c,d}}", "{{a}, {b}}", "{a}", "${1}", "$1", "{\"a\": {}}"]
        {
            assert!(mask(&format!("SELECT '{array}'"), Marks::Sql).1.is_empty(), "{array}");
        }
    }

    #[test]
    fn what_never_closes_is_ordinary_text() {
        assert!(mask("a: '{{'\nb: ${\nc: $(D)\nd: ((e f))", Marks::Yaml).1.is_empty());
    }
}
