//! What is meant for the client or the migration runner and never reaches the server: `DELIMITER`, `GO`, runners' marks.

/// The delimiter that a line of the `mysql` client asks for, without the word itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DelimiterLine<'a> {
    /// The new delimiter.
    pub delimiter: &'a [u8],
    /// It holds neither letters nor digits, as no definition of a column does.
    pub is_sign: bool,
}

/// The client takes no longer one.
const LONGEST_DELIMITER: usize = 16;

impl<'a> DelimiterLine<'a> {
    /// Reads the rest of a line after `DELIMITER`.
    pub fn read(rest: &'a [u8]) -> Option<Self> {
        let rest = rest.trim_ascii();
        let delimiter = rest.split(u8::is_ascii_whitespace).next()?;
        let is_sign = !rest.iter().any(u8::is_ascii_alphanumeric);
        let fits = (1..=LONGEST_DELIMITER).contains(&delimiter.len());
        fits.then_some(Self { delimiter, is_sign })
    }
}

/// Whether a line says nothing but `GO`, maybe with a count and a comment: `before` and `after` are what surrounds it.
pub fn is_batch_end(before: &[u8], after: &[u8]) -> bool {
    let after = after.trim_ascii_start();
    let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = after[digits..].trim_ascii_start();
    before.trim_ascii().is_empty() && (rest.is_empty() || rest.starts_with(b"--"))
}

/// Words in a comment by which a migration runner cuts a file, so no statement reaches across.
const CUTS: &[&[u8]] = &[
    b"+goose up",
    b"+goose down",
    b"+goose statementbegin",
    b"+goose statementend",
    b"+migrate up",
    b"+migrate down",
    b"+migrate statementbegin",
    b"+migrate statementend",
    b"migrate:up",
    b"migrate:down",
    b"rambler up",
    b"rambler down",
    b"> statement-breakpoint",
];

/// Whether a line comment is such a mark.
pub fn is_cut(comment: &[u8]) -> bool {
    let start = comment.iter().position(|byte| !matches!(byte, b'-' | b' ' | b'\t')).unwrap_or(comment.len());
    let words = &comment[start..];
    // Most comments are none; their first letter tells.
    matches!(words.first(), Some(b'+' | b'm' | b'r' | b'>'))
        && CUTS.iter().any(|cut| words.get(..cut.len()).is_some_and(|head| head.eq_ignore_ascii_case(cut)))
}
