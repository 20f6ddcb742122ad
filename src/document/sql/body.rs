//! Is this semicolon inside the body of a routine?
//!
//! `BEGIN .. END` of functions, procedures, triggers and events holds semicolons, and so do the constructs that its
//! language has inside. Only words are looked at; a word that we take wrongly costs one statement its end, and the next
//! mark of the client or the runner mends it.

use super::dialect::Dialect;
use super::lex::{Token, TokenKind};

/// What is known of the statement so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Nothing yet.
    Start,
    /// It began with CREATE or ALTER; how many words it may still take to say what.
    Head(u8),
    /// It makes a routine.
    Routine,
    /// SQL Server: a batch that may hold blocks anywhere.
    Batch,
    /// SQL Server: a routine, to which everything up to the end of the batch belongs.
    WholeBatch,
    /// It holds no body.
    Plain,
}

/// Counts what is open.
#[derive(Clone, Copy, Debug)]
pub struct Body {
    stage: Stage,
    batches: bool,
    depth: u32,
}

/// `DEFINER = root@localhost SQL SECURITY INVOKER` and the like may stand before what is made.
const LONGEST_HEAD: u8 = 10;

const ROUTINES: &[&str] = &["procedure", "proc", "function", "trigger", "event", "package"];

const NO_ROUTINES: &[&str] = &["table", "index", "view", "schema", "database", "type", "sequence", "user", "role", "extension"];

/// What SQL Server says after a BEGIN or an END that is no part of a block.
const NO_BLOCKS: &[&str] = &["tran", "transaction", "distributed", "dialog", "conversation"];

impl Body {
    pub fn new(dialect: Dialect) -> Self {
        Self { stage: Stage::Start, batches: dialect.batches, depth: 0 }
    }

    /// Whether it still cares for words.
    pub fn is_watching(self) -> bool {
        !matches!(self.stage, Stage::Plain | Stage::WholeBatch)
    }

    /// Whether a semicolon here is part of the statement.
    pub fn holds_semicolon(self) -> bool {
        self.depth > 0 || self.stage == Stage::WholeBatch
    }

    /// The next word, which is token `at` of the statement's `tokens`.
    pub fn word(&mut self, text: &str, tokens: &[Token], at: usize) {
        let words = Words { text, tokens };
        match self.stage {
            Stage::Start => self.first(&words, at),
            Stage::Head(left) => self.head(&words, at, left),
            Stage::Routine | Stage::Batch => self.count(&words, at),
            Stage::WholeBatch | Stage::Plain => {}
        }
    }

    fn first(&mut self, words: &Words<'_>, at: usize) {
        let makes = words.is(at, "create") || words.is(at, "alter");
        self.stage = match self.batches {
            _ if makes => Stage::Head(LONGEST_HEAD),
            true => Stage::Batch,
            // MariaDB's way to write a body without a routine.
            false if words.is(at, "begin") && words.is(at + 1, "not") => Stage::Routine,
            false => Stage::Plain,
        };
        if matches!(self.stage, Stage::Batch | Stage::Routine) {
            self.count(words, at);
        }
    }

    fn head(&mut self, words: &Words<'_>, at: usize, left: u8) {
        let is_any = |list: &[&str]| list.iter().any(|word| words.is(at, word));
        let otherwise = if self.batches { Stage::Batch } else { Stage::Plain };
        self.stage = match left.checked_sub(1) {
            _ if is_any(ROUTINES) && self.batches => Stage::WholeBatch,
            _ if is_any(ROUTINES) => Stage::Routine,
            Some(left) if !is_any(NO_ROUTINES) => Stage::Head(left),
            _ => otherwise,
        };
    }

    fn count(&mut self, words: &Words<'_>, at: usize) {
        // No word that matters is longer or shorter.
        if !matches!(words.length(at), 2..=6) || words.is_symbol(at.checked_sub(1), b'.') {
            return;
        }
        let follows_end = at > 0 && words.is(at - 1, "end");
        let is_block = |at: usize| !self.batches || !NO_BLOCKS.iter().any(|word| words.is(at, word));
        if words.is(at, "end") {
            if is_block(at + 1) {
                self.depth = self.depth.saturating_sub(1);
            }
        } else if follows_end {
            // END IF, END CASE: the END has closed it.
        } else if words.is(at, "begin") {
            let is_transaction = self.batches && words.is_symbol(Some(at + 1), b';');
            self.depth += u32::from(is_block(at + 1) && !is_transaction);
        } else if words.is(at, "case") || (!self.batches && self.opens_construct(words, at)) {
            self.depth += 1;
        }
    }

    /// IF, LOOP, WHILE, REPEAT and FOR end with END; as functions (`IF(a, b, c)`) they do not.
    fn opens_construct(self, words: &Words<'_>, at: usize) -> bool {
        let is_any = |at: usize, list: &[&str]| list.iter().any(|word| words.is(at, word));
        let Some(before) = at.checked_sub(1) else { return false };
        if !is_any(at, &["if", "loop", "while", "repeat", "for"]) || words.is_call(at) {
            return false;
        }
        let begins_statement = is_any(before, &["begin", "then", "else", "do", "loop", "repeat"])
            || words.is_symbol(Some(before), b';')
            || words.is_symbol(Some(before), b':')
            || words.kind(before) == Some(TokenKind::Inner);
        // A body may be one construct without BEGIN; then the end of the routine's head stands before it.
        let follows_head = || {
            let ends = ["row", "deterministic", "data", "sql", "definer", "invoker"];
            words.is_symbol(Some(before), b')') || is_any(before, &ends)
        };
        begins_statement || (self.depth == 0 && !words.is(at, "for") && follows_head())
    }
}

/// The tokens of a statement, and of all that follow, as words.
struct Words<'a> {
    text: &'a str,
    tokens: &'a [Token],
}

/// How far the arguments of a call are looked through.
const LONGEST_CALL: usize = 256;

impl Words<'_> {
    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn length(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(0, |token| token.span.range().len())
    }

    fn is(&self, at: usize, word: &str) -> bool {
        let token = self.tokens.get(at).filter(|token| token.kind == TokenKind::Word);
        token.is_some_and(|token| self.text[token.span.range()].eq_ignore_ascii_case(word))
    }

    fn is_symbol(&self, at: Option<usize>, symbol: u8) -> bool {
        at.and_then(|at| self.kind(at)) == Some(TokenKind::Symbol(symbol))
    }

    /// Whether brackets with several arguments follow. A condition in brackets holds no comma of its own.
    fn is_call(&self, at: usize) -> bool {
        let mut depth = 0_usize;
        for token in self.tokens.iter().skip(at + 1).take(LONGEST_CALL) {
            match token.kind {
                TokenKind::Symbol(b'(') => depth += 1,
                TokenKind::Symbol(b')') if depth > 1 => depth -= 1,
                TokenKind::Symbol(b',') if depth == 1 => return true,
                _ if depth > 0 && token.kind != TokenKind::Symbol(b')') => {}
                _ => return false,
            }
        }
        false
    }
}
