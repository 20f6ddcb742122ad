//! Conditions as the parts that must hold at once.

use super::expression::{literal, whole};
use super::scan::is_reserved;
use crate::document::sql::cursor::Cursor;
use crate::document::sql::lex::TokenKind;
use crate::document::sql::statement::{Condition, Ident, Literal, Term};

/// How deep conditions in brackets are looked into.
const DEEPEST: usize = 16;

/// How many alternatives are compared for what all of them say.
const MOST_ALTERNATIVES: usize = 8;

/// All that is left, as a condition.
pub fn condition(cursor: &Cursor<'_>) -> Option<Condition> {
    Some(Condition { expr: whole(cursor)?, terms: terms_of(cursor) })
}

/// What must hold at once for all that is left to be true.
pub fn terms_of(cursor: &Cursor<'_>) -> Vec<Term> {
    let mut found = Vec::new();
    terms(*cursor, DEEPEST, false, &mut found);
    found
}

/// Passes the condition in the brackets that open here.
pub fn in_brackets(cursor: &mut Cursor<'_>) -> Option<Condition> {
    condition(&cursor.inside()?)
}

/// What must hold at once for the whole to be true, or where it is negated, to be false.
fn terms(whole: Cursor<'_>, depth: usize, negated: bool, found: &mut Vec<Term>) {
    let Some(depth) = depth.checked_sub(1) else { return found.push(Term::Other(whole.rest())) };
    let mut inside = whole;
    if let Some(content) = inside.inside()
        && inside.is_done()
    {
        return terms(content, depth, negated, found);
    }
    let ors = parts(whole, "or");
    if ors.len() > 1 {
        if negated {
            return ors.into_iter().for_each(|part| terms(part, depth, true, found));
        }
        found.extend(common(&ors, depth));
        return found.push(Term::Other(whole.rest()));
    }
    let ands = parts(whole, "and");
    if ands.len() > 1 {
        if negated {
            return found.push(Term::Other(whole.rest()));
        }
        return ands.into_iter().filter(|part| !part.is_done()).for_each(|part| terms(part, depth, false, found));
    }
    let mut rest = whole;
    if rest.word("not").is_some() {
        return terms(rest, depth, !negated, found);
    }
    if let Some((inside, truth)) = compared_with_truth(whole) {
        return terms(inside, depth, negated == truth, found);
    }
    let before = found.len();
    if atom(whole, negated, found).is_none() {
        found.truncate(before);
        found.push(Term::Other(whole.rest()));
    }
}

/// `(..) = true`, `(..) = false`: what is in the brackets, and which.
fn compared_with_truth(whole: Cursor<'_>) -> Option<(Cursor<'_>, bool)> {
    let mut at = whole;
    let inside = at.inside()?;
    at.symbol(b'=')?;
    let truth = at.is_word("true");
    at.any_word(&["true", "false"])?;
    at.end()?;
    Some((inside, truth))
}

/// What stands between such words, but for those of brackets, CASE and BETWEEN.
fn parts<'a>(whole: Cursor<'a>, word: &str) -> Vec<Cursor<'a>> {
    let mut parts = Vec::new();
    let mut at = whole;
    let (mut between, mut cases) = (0_usize, 0_usize);
    let mut from = whole.position();
    while !at.is_done() {
        if at.brackets().is_some() {
            continue;
        }
        match &*at.keyword() {
            "case" => cases += 1,
            "end" => cases = cases.saturating_sub(1),
            "between" => between += 1,
            "and" if cases == 0 && between > 0 => between -= 1,
            found if found == word && cases == 0 => {
                parts.push(whole.between(from, at.position()));
                from = at.position() + 1;
            }
            _ => {}
        }
        at.advance();
    }
    parts.push(whole.between(from, at.position()));
    parts
}

/// What each alternative says of NULL.
fn common(alternatives: &[Cursor<'_>], depth: usize) -> Vec<Term> {
    let Some((first, others)) = alternatives.split_first().filter(|_| alternatives.len() <= MOST_ALTERNATIVES) else {
        return Vec::new();
    };
    let says = |alternative: &Cursor<'_>| {
        let mut found = Vec::new();
        terms(*alternative, depth, false, &mut found);
        found
    };
    let others: Vec<Vec<Term>> = others.iter().map(says).collect();
    let is_same = |column: &Ident| {
        let says_so = |term: &Term| matches!(term, Term::NotNull(other) if other.text == column.text);
        others.iter().all(|terms| terms.iter().any(says_so))
    };
    says(first).into_iter().filter(|term| matches!(term, Term::NotNull(column) if is_same(column))).collect()
}

fn atom(whole: Cursor<'_>, negated: bool, found: &mut Vec<Term>) -> Option<()> {
    let mut cursor = whole;
    if let Some(value) = literal(&mut cursor) {
        let sign = comparison(&mut cursor)?;
        let column = column(&mut cursor)?;
        cast(&mut cursor);
        found.push(Term::Compare(column, signed(turned(sign), negated), value));
        return cursor.end();
    }
    let columns = row(&mut cursor).or_else(|| column(&mut cursor).map(|column| vec![column]))?;
    cast(&mut cursor);
    if is_null(&mut cursor, negated) {
        // A row is NULL only where each of its values is.
        if negated && columns.len() > 1 {
            return None;
        }
        found.extend(columns.into_iter().map(Term::NotNull));
        return cursor.end();
    }
    let [column] = <[Ident; 1]>::try_from(columns).ok()?;
    if cursor.word("between").is_some() && !negated {
        let low = value(&mut cursor)?;
        cursor.word("and")?;
        found.push(Term::Compare(column.clone(), ">=", low));
        found.push(Term::Compare(column, "<=", value(&mut cursor)?));
        return cursor.end();
    }
    let is_not = cursor.is_word("not") && cursor.nth_is(1, "in");
    if is_not {
        cursor.advance();
    }
    if cursor.word("in").is_some() {
        let values = cursor.list(value)?;
        if is_not == negated {
            found.push(Term::In(column, values));
        } else {
            found.extend(values.into_iter().map(|value| Term::Compare(column.clone(), "<>", value)));
        }
        return cursor.end();
    }
    let sign = comparison(&mut cursor)?;
    if sign == "=" && !negated && cursor.word("any").is_some() {
        found.push(Term::In(column, any(&mut cursor)?));
        return cursor.end();
    }
    found.push(Term::Compare(column, signed(sign, negated), value(&mut cursor)?));
    cursor.end()
}

/// Passes words that say of what stands before them that it is no NULL, or, where that is negated, that it is one.
fn is_null(cursor: &mut Cursor<'_>, negated: bool) -> bool {
    let words: [&[&str]; 3] = if negated {
        [&["isnull"], &["is", "null"], &["is", "not", "distinct", "from", "null"]]
    } else {
        [&["notnull"], &["is", "not", "null"], &["is", "distinct", "from", "null"]]
    };
    words.iter().any(|words| cursor.words(words).is_some())
}

/// Passes `ROW (a, b)`, or `(a, b)`; the columns in it, if it holds nothing else.
fn row(cursor: &mut Cursor<'_>) -> Option<Vec<Ident>> {
    let mut at = *cursor;
    let is_said = at.word("row").is_some();
    let columns = at.list(column).filter(|columns| is_said || columns.len() > 1)?;
    *cursor = at;
    Some(columns)
}

/// `(ARRAY['a', 'b'])`, with casts as `pg_dump` writes them.
fn any(cursor: &mut Cursor<'_>) -> Option<Vec<Literal>> {
    let mut inside = cursor.inside()?;
    while inside.is_symbol(b'(') {
        let mut content = inside.inside()?;
        if content.is_word("array") || content.is_symbol(b'(') {
            std::mem::swap(&mut inside, &mut content);
        }
    }
    inside.word("array")?;
    inside.symbol(b'[')?;
    let values = inside.separated(value)?;
    inside.symbol(b']')?;
    cast(&mut inside);
    inside.end()?;
    Some(values)
}

/// A literal, maybe in brackets and with casts.
fn value(cursor: &mut Cursor<'_>) -> Option<Literal> {
    let mut inside = *cursor;
    let value = if cursor.is_symbol(b'(') {
        let mut content = inside.inside()?;
        let value = literal(&mut content)?;
        cast(&mut content);
        content.end()?;
        value
    } else {
        literal(&mut inside)?
    };
    cast(&mut inside);
    *cursor = inside;
    Some(value)
}

/// A column, maybe in brackets and with its table before it.
fn column(cursor: &mut Cursor<'_>) -> Option<Ident> {
    if cursor.is_symbol(b'(') {
        let mut at = *cursor;
        let mut inside = at.inside()?;
        if inside.is_symbol(b'(') {
            return None;
        }
        let column = column(&mut inside)?;
        inside.end()?;
        *cursor = at;
        return Some(column);
    }
    if is_reserved(&cursor.keyword()) {
        return None;
    }
    let mut last = cursor.ident()?;
    while cursor.symbol(b'.').is_some() {
        last = cursor.ident()?;
    }
    Some(last)
}

/// Passes casts. They matter little to whether a value is NULL or lies within bounds of its own type.
fn cast(cursor: &mut Cursor<'_>) {
    while cursor.is_symbol(b':') && cursor.nth_is_symbol(1, b':') {
        cursor.advance();
        cursor.advance();
        if super::data_type::data_type(cursor).is_none() {
            return;
        }
    }
}

fn comparison(cursor: &mut Cursor<'_>) -> Option<&'static str> {
    let symbol = |ahead: usize| match cursor.nth(ahead).map(|token| token.kind) {
        Some(TokenKind::Symbol(symbol)) => symbol,
        _ => 0,
    };
    let (sign, length) = match (symbol(0), symbol(1)) {
        (b'<', b'=') => ("<=", 2),
        (b'>', b'=') => (">=", 2),
        (b'<', b'>') | (b'!', b'=') => ("<>", 2),
        (b'=', _) => ("=", 1),
        (b'<', _) => ("<", 1),
        (b'>', _) => (">", 1),
        _ => return None,
    };
    for _ in 0..length {
        cursor.advance();
    }
    Some(sign)
}

/// The sign from the other side.
fn turned(sign: &'static str) -> &'static str {
    match sign {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        sign => sign,
    }
}

/// The sign of the contrary.
fn signed(sign: &'static str, negated: bool) -> &'static str {
    match sign {
        _ if !negated => sign,
        "<" => ">=",
        "<=" => ">",
        ">" => "<=",
        ">=" => "<",
        "=" => "<>",
        _ => "=",
    }
}
