//! Where does one statement end and the next begin?

use std::ops::Range;

use super::lex::{Token, TokenKind};

/// The token ranges of all statements, without their semicolons and without empty ones.
pub fn statements(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut statements = Vec::new();
    let mut start = 0;
    let mut body = Body::default();
    let mut brackets = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        let ends = match token.kind {
            TokenKind::Symbol(b'(') => {
                brackets += 1;
                false
            }
            TokenKind::Symbol(b')') => {
                brackets = brackets.saturating_sub(1);
                false
            }
            // Rules write several statements in brackets.
            TokenKind::Symbol(b';') => body.depth == 0 && (brackets == 0 || !is_rule(text, &tokens[start..at])),
            TokenKind::Psql => true,
            TokenKind::Word => {
                body.word(&text[token.span.range()], text, &tokens[start..at]);
                false
            }
            _ => false,
        };
        if ends {
            if at > start {
                statements.push(start..at);
            }
            start = at + 1;
            body = Body::default();
            brackets = 0;
        }
    }
    if start < tokens.len() {
        statements.push(start..tokens.len());
    }
    statements
}

/// `BEGIN ATOMIC .. END` of a function in SQL holds semicolons; CASE has an END of its own.
#[derive(Default)]
struct Body {
    depth: usize,
}

impl Body {
    fn word(&mut self, word: &str, text: &str, before: &[Token]) {
        let opens = if self.depth == 0 {
            word.eq_ignore_ascii_case("atomic") && last_word(text, before).eq_ignore_ascii_case("begin")
        } else {
            word.eq_ignore_ascii_case("case")
        };
        if opens {
            self.depth += 1;
        } else if self.depth > 0 && word.eq_ignore_ascii_case("end") {
            self.depth -= 1;
        }
    }
}

fn last_word<'a>(text: &'a str, tokens: &[Token]) -> &'a str {
    tokens.last().filter(|token| token.kind == TokenKind::Word).map_or("", |token| &text[token.span.range()])
}

fn is_rule(text: &str, tokens: &[Token]) -> bool {
    let words = tokens.iter().take(4).map(|token| &text[token.span.range()]);
    words.skip(1).any(|word| word.eq_ignore_ascii_case("rule"))
}
