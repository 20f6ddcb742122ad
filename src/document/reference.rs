//! Variables that a value names: `${NAME}`, `${NAME:-default}`, `$NAME`, and Spring's `${name:default}`.

/// A variable that a value names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reference<'t> {
    /// Its name.
    pub name: &'t str,
    /// It says what holds where nothing sets the variable: another value, or a message.
    pub has_default: bool,
}

/// A text with more of them is none that somebody wrote.
const MOST: usize = 256;

/// The variables of a value, in order; those without braces only where that means something to the reader.
pub fn references(text: &str, without_braces: bool) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(dollar) = memchr::memchr(b'$', &text.as_bytes()[at..]).map(|offset| at + offset) {
        at = dollar + 1;
        let rest = &text[at..];
        if rest.starts_with('$') {
            at += 1;
            continue;
        }
        if found.len() >= MOST || text[..dollar].ends_with('\\') {
            continue;
        }
        if let Some(inner) = rest.strip_prefix('{') {
            found.extend(braced(inner));
        } else if without_braces {
            let name = &rest[..identifier(rest)];
            found.extend((!name.is_empty()).then_some(Reference { name, has_default: false }));
        }
    }
    found
}

/// What stands behind `${`, where a name does.
fn braced(inner: &str) -> Option<Reference<'_>> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']');
    let plain = identifier(inner);
    let length = inner.bytes().take_while(|byte| is_part(byte)).count();
    let (length, end) = match inner.as_bytes().get(plain) {
        // `${NAME-default}`; names in small letters may have a dash.
        Some(b'-') if inner[..plain].bytes().all(|byte| !byte.is_ascii_lowercase()) => (plain, b'-'),
        _ => (length, *inner.as_bytes().get(length)?),
    };
    let is_name = inner.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let has_default = matches!(end, b':' | b'-' | b'?' | b'+');
    (is_name && (has_default || end == b'}')).then_some(Reference { name: &inner[..length], has_default })
}

/// How long the name is that a text begins with.
fn identifier(text: &str) -> usize {
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return 0;
    }
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_values() {
        let table = [
            ("http://${HOST}:${PORT:-80}/", "HOST PORT?"),
            ("$HOST/$1/$$X/\\$Y", "HOST"),
            ("${A:?say it} ${B-c} ${C+d}", "A? B? C?"),
            ("${db.host-name} ${x[0].y:z}", "db.host-name x[0].y?"),
            ("${} ${ } ${1} ${{ x }} $ ${unclosed", ""),
            ("", ""),
        ];
        for (text, wanted) in table {
            let told = references(text, true)
                .into_iter()
                .map(|found| format!("{}{}", found.name, if found.has_default { "?" } else { "" }));
            assert_eq!(told.collect::<Vec<_>>().join(" "), wanted, "{text}");
        }
        assert!(references("$HOST", false).is_empty());
    }
}
