//! The same change of rows, a few thousand at a time.

use crate::database::{Effect, RowsChange, quoted};
use crate::workspace::Workspace;

/// Longer statements are not written out again.
const LONGEST: usize = 400;

/// How to do it.
pub(super) fn batches(effect: &Effect, change: &RowsChange, workspace: &Workspace) -> String {
    let table = quoted(&effect.table.name);
    let written = workspace.text(effect.place);
    // What a comment or a hole is in cannot be put into one line.
    let is_plain = !["--", "/*", "$", "{{"].iter().any(|mark| written.contains(mark));
    let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = Parts::of(&written, change).filter(|_| is_plain && written.len() < LONGEST);
    let statement = parts.map_or_else(
        || {
            let head = if change.verb == "DELETE" { format!("DELETE FROM {table}") } else { format!("UPDATE {table} SET …") };
            format!("{head}\nWHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE <not done yet> LIMIT 5000));")
        },
        |parts| parts.in_batches(change),
    );
    format!(
        "a few thousand rows at a time, each in a transaction of its own, from a script or a background job, until it changes none:\n\
         {statement}"
    )
}

/// A statement in its parts.
struct Parts<'t> {
    /// All before the tables that are joined and the condition.
    head: &'t str,
    /// The table, with its alias.
    table: &'t str,
    /// What is joined.
    joined: Option<&'t str>,
    condition: Option<&'t str>,
}

impl<'t> Parts<'t> {
    fn of(written: &'t str, change: &RowsChange) -> Option<Self> {
        let written = written.trim_end_matches(';').trim_end();
        let written = top(written, "returning").map_or(written, |at| &written[..at]);
        let (verb, join) = if change.verb == "DELETE" { ("delete from ", "using") } else { ("update ", "from") };
        let starts = written.get(..verb.len())?.eq_ignore_ascii_case(verb);
        let (body, condition) = cut(written, "where");
        let (head, joined) = cut(body, join);
        let table = match change.verb {
            "DELETE" => head.get(verb.len()..)?,
            _ => cut(head, "set").0.get(verb.len()..)?,
        };
        starts.then_some(Self { head, table: table.trim(), joined, condition })
    }

    fn in_batches(&self, change: &RowsChange) -> String {
        let mut words = self.table.split_whitespace().filter(|word| !["only", "as", "*"].contains(&&*word.to_lowercase()));
        let first = words.next().unwrap_or(self.table);
        let alias = words.next().unwrap_or(first);
        let condition = self.condition.map(|it| if top(it, "or").is_some() { format!("({it})") } else { it.to_owned() });
        // Rows that are deleted are not found again, nor are those whose new value is made without the old one.
        let values = cut(self.head, "set").1.unwrap_or_default();
        let is_made_new = |set: &String| named(values, alias, set) == 1;
        let is_told_by = |set: &&String| self.condition.is_some_and(|it| named(it, alias, set) > 0);
        let ends = change.verb == "DELETE" || change.columns.iter().filter(is_told_by).any(is_made_new);
        let rest = (!ends).then(|| "<not done yet>".to_owned());
        let which: Vec<String> = condition.iter().cloned().chain(rest).collect();
        let which = if which.is_empty() { String::new() } else { format!(" WHERE {}", which.join(" AND ")) };
        let (head, table) = (self.head, self.table);
        let Some(joined) = self.joined else {
            return format!("{head}\nWHERE ctid = ANY (ARRAY(SELECT ctid FROM {table}{which} LIMIT 5000));");
        };
        let word = if change.verb == "DELETE" { "USING" } else { "FROM" };
        let condition = condition.map(|it| format!("{it} AND ")).unwrap_or_default();
        format!(
            "{head}\n{word} {joined}\nWHERE {condition}{alias}.ctid = ANY (ARRAY(\n  SELECT {alias}.ctid FROM {table}, {joined}{which} LIMIT 5000));"
        )
    }
}

/// What stands before a word and behind it, outside of brackets.
fn cut<'t>(text: &'t str, word: &str) -> (&'t str, Option<&'t str>) {
    match top(text, word) {
        Some(at) => (text[..at].trim_end(), Some(text[at + word.len()..].trim())),
        None => (text, None),
    }
}

/// Where a word stands outside of brackets and quotes; FROM only where it is not that of DISTINCT FROM.
fn top(text: &str, word: &str) -> Option<usize> {
    let (mut depth, mut quote, mut last) = (0_i32, None, "");
    let mut at = 0;
    while let Some(next) = text.as_bytes().get(at) {
        match (quote, next) {
            (Some(open), _) => quote = quote.filter(|_| open != *next),
            (None, b'\'' | b'"') => quote = Some(*next),
            (None, b'(' | b'[') => depth += 1,
            (None, b')' | b']') => depth -= 1,
            (None, _) if is_of_word(*next) => {
                let length = text[at..].bytes().take_while(|byte| is_of_word(*byte)).count();
                let here = &text[at..at + length];
                if depth == 0 && here.eq_ignore_ascii_case(word) && !last.eq_ignore_ascii_case("distinct") {
                    return Some(at);
                }
                last = here;
                at += length;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// How often a column of the table that goes by this name is named.
fn named(text: &str, table: &str, column: &str) -> usize {
    let (plain, table) = (text.replace('"', ""), table.replace('"', ""));
    let table = table.rsplit('.').next().unwrap_or_default();
    let words = plain.split(|next: char| next.is_ascii() && !is_of_word(next as u8) && next != '.');
    let is_it = |word: &&str| match word.rsplit_once('.') {
        Some((of, name)) => name.eq_ignore_ascii_case(column) && of.rsplit('.').next().unwrap_or(of).eq_ignore_ascii_case(table),
        None => word.eq_ignore_ascii_case(column),
    };
    words.filter(is_it).count()
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batched(written: &str, columns: &[&str]) -> String {
        let verb = if written.starts_with("DELETE") { "DELETE" } else { "UPDATE" };
        let columns = columns.iter().map(ToString::to_string).collect();
        let change = RowsChange { verb, all: false, is_bounded: false, columns };
        Parts::of(written, &change).map(|parts| parts.in_batches(&change)).unwrap_or_default()
    }

    #[test]
    fn what_chooses_the_rows_is_kept() {
        let batch = batched("UPDATE app.t SET a = 'x' WHERE a = 'y' OR b", &["a"]);
        assert_eq!(
            batch,
            "UPDATE app.t SET a = 'x'\nWHERE ctid = ANY (ARRAY(SELECT ctid FROM app.t WHERE (a = 'y' OR b) LIMIT 5000));"
        );
        let batch = batched("DELETE FROM t WHERE a IN (SELECT a FROM u WHERE b)", &[]);
        assert_eq!(
            batch,
            "DELETE FROM t\nWHERE ctid = ANY (ARRAY(SELECT ctid FROM t WHERE a IN (SELECT a FROM u WHERE b) LIMIT 5000));"
        );
    }

    #[test]
    fn only_what_shows_its_end_ends() {
        let ends = |written: &str| !batched(written, &["a"]).contains("<not done yet>");
        assert!(ends("UPDATE t SET a = 1 WHERE a IS NULL"));
        assert!(!ends("UPDATE t SET a = 1"));
        assert!(!ends("UPDATE t SET a = 1 WHERE b IS NULL"));
        assert!(!ends("UPDATE t SET a = a + 1 WHERE a > 0"), "the same rows again and again");
        assert!(!ends("UPDATE t SET a = u.a FROM u WHERE u.a = t.b"), "it is another table's");
        assert!(ends("DELETE FROM t"));
    }

    #[test]
    fn what_is_joined_is_joined_in_each_batch() {
        let batch = batched("UPDATE c x SET a = p.b FROM p WHERE p.id = x.p_id AND a IS DISTINCT FROM p.b;", &["a"]);
        let condition = "p.id = x.p_id AND a IS DISTINCT FROM p.b";
        assert_eq!(
            batch,
            format!(
                "UPDATE c x SET a = p.b\nFROM p\nWHERE {condition} AND x.ctid = ANY (ARRAY(\n  SELECT x.ctid FROM c x, p WHERE {condition} \
                 LIMIT 5000));"
            )
        );
        assert!(batched("WITH p AS (SELECT 1 WHERE true) UPDATE c SET a = 1 FROM p", &["a"]).is_empty(), "begins otherwise");
    }
}
