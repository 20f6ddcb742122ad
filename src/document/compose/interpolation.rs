//! Which variables does a value of a compose file name, and what holds where nothing sets them?
//!
//! `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME?message}`, `${NAME:+other}` and
//! `${NAME+other}`; `$$` is a dollar. What stands in a default or a message may name further ones, which matter only then.

/// A variable that a value names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Variable<'t> {
    /// Its name.
    pub name: &'t str,
    /// Where the name begins in the value.
    pub at: usize,
    /// What compose does where nothing sets it.
    pub without: Without,
}

/// What compose does where nothing sets a variable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Without {
    /// It takes what the value says for that case.
    Default,
    /// It says so in a line, and puts nothing in its place.
    Nothing,
    /// It refuses the whole file.
    Refuses,
}

/// What is found in a value.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found<'t> {
    /// The variables, in order.
    pub variables: Vec<Variable<'t>>,
    /// Where a `${` opens that compose refuses: it never closes, or no name stands behind it.
    pub fault: Option<usize>,
}

/// A value with more of them is none that somebody wrote.
const MOST: usize = 256;

/// Reads a value, as it is written in the file.
pub fn variables(text: &str) -> Found<'_> {
    let bytes = text.as_bytes();
    let mut found = Found::default();
    // How many brackets are open, the first of which belongs to a variable.
    let (mut open, mut outermost, mut at) = (0_usize, 0, 0);
    while let Some(offset) = bytes[at..].iter().position(|byte| matches!(byte, b'$' | b'{' | b'}')) {
        at += offset;
        let inner = &text[at + 1..];
        match bytes[at] {
            b'$' if inner.starts_with('$') => at += 2,
            b'$' if inner.starts_with('{') => {
                let name = identifier(&inner[1..]);
                let rest = &inner[1 + name.len()..];
                let without = operator(rest);
                match without {
                    Some(without) if !name.is_empty() => {
                        let without = if open == 0 { without } else { Without::Default };
                        found.variables.push(Variable { name, at: at + 2, without });
                    }
                    // What other tools write, such as `${a.b}` or `${{ a }}`, is theirs to fill in.
                    _ if rest.starts_with(':') || (name.is_empty() && rest.starts_with('}')) => {
                        found.fault = found.fault.or(Some(at));
                    }
                    _ => {}
                }
                if open == 0 {
                    outermost = at;
                }
                open += 1;
                at += 2 + name.len();
            }
            b'$' => {
                let name = identifier(inner);
                if !name.is_empty() {
                    let without = if open == 0 { Without::Nothing } else { Without::Default };
                    found.variables.push(Variable { name, at: at + 1, without });
                }
                at += 1 + name.len();
            }
            b'{' => {
                open += usize::from(open > 0);
                at += 1;
            }
            _ => {
                open = open.saturating_sub(1);
                at += 1;
            }
        }
        if found.variables.len() >= MOST {
            return found;
        }
    }
    // A default may hold brackets of its own, so a single one behind it may do.
    if open > 0 && !text[outermost..].contains('}') {
        found.fault = found.fault.or(Some(outermost));
    }
    found
}

/// What the text behind a name says for the case that nothing sets it; none if no variable ends or goes on so.
fn operator(rest: &str) -> Option<Without> {
    match rest.strip_prefix(':').unwrap_or(rest).as_bytes().first()? {
        b'-' | b'+' => Some(Without::Default),
        b'?' => Some(Without::Refuses),
        b'}' if rest.starts_with('}') => Some(Without::Nothing),
        _ => None,
    }
}

/// The name that a text begins with.
fn identifier(text: &str) -> &str {
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return "";
    }
    let end = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_what_holds_without_them() {
        let table = [
            ("http://${HOST}:$PORT/", "HOST PORT"),
            ("${A:-x} ${B-x} ${C:+x} ${D+x}", "A? B? C? D?"),
            ("${A:?say it} ${B?}", "A! B!"),
            ("$$A $${B} a$", ""),
            ("${A:-${B}} ${C}", "A? B? C"),
            ("${A:-{\"b\": 1}} ${C}", "A? C"),
            ("${A:?${B} is not set} $C", "A! B? C"),
            ("${project.version} ${{ secrets.X }} ${1} $1", ""),
            ("${_a1}", "_a1"),
            ("", ""),
        ];
        for (text, wanted) in table {
            let mark = |without| match without {
                Without::Default => "?",
                Without::Nothing => "",
                Without::Refuses => "!",
            };
            let found = variables(text);
            let told: Vec<String> = found.variables.iter().map(|one| format!("{}{}", one.name, mark(one.without))).collect();
            assert_eq!(told.join(" "), wanted, "{text}");
            assert!(found.variables.iter().all(|one| text[one.at..].starts_with(one.name)), "{text}");
            assert_eq!(found.fault, None, "{text}");
        }
    }

    #[test]
    fn what_compose_refuses() {
        for (text, at) in
            [("a ${B:5432", 2), ("${A:${B}}", 0), ("${A:=1}", 0), ("a ${B", 2), ("a ${B:-c", 2), ("${}", 0), ("${A:-${B", 0)]
        {
            assert_eq!(variables(text).fault, Some(at), "{text}");
        }
        assert_eq!(variables("${A:-{}").fault, None);
    }

    #[test]
    fn a_value_without_an_end_is_read_once() {
        let text = "${A:-".repeat(100_000);
        assert_eq!(variables(&text).variables.len(), MOST);
        assert_eq!(variables(&"${".repeat(100_000)).fault, Some(0));
    }
}
