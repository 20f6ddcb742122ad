//! Paths of a tree: `/` between their parts, nothing for the root.
//!
//! Names are short and asked for of every file many times, so they are found byte by byte: to set out a search would take
//! longer.

use std::borrow::Cow;

/// The last part of a path.
pub fn name(path: &str) -> &str {
    parted(path).1
}

/// What a path is in.
pub fn folder(path: &str) -> &str {
    parted(path).0
}

/// What a path is in, and its last part.
pub fn parted(path: &str) -> (&str, &str) {
    match path.bytes().rposition(|byte| byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => ("", path),
    }
}

/// A name up to its last dot, and what stands behind that.
pub fn ended(name: &str) -> Option<(&str, &str)> {
    let dot = name.bytes().rposition(|byte| byte == b'.')?;
    Some((&name[..dot], &name[dot + 1..]))
}

/// A path in small letters, as most are written.
pub fn in_small_letters(path: &str) -> Cow<'_, str> {
    let has_capital = path.bytes().any(|byte| byte.is_ascii_uppercase());
    if has_capital { Cow::Owned(path.to_ascii_lowercase()) } else { Cow::Borrowed(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_folder_and_a_name() {
        for (path, parts) in [("a/b/c.yaml", ("a/b", "c.yaml")), ("c.yaml", ("", "c.yaml")), ("a/", ("a", "")), ("", ("", ""))] {
            assert_eq!(parted(path), parts, "{path}");
            assert_eq!((folder(path), name(path)), parts, "{path}");
        }
    }

    #[test]
    fn a_name_has_a_stem_and_an_end() {
        for (name, parts) in
            [("a.b.yaml", Some(("a.b", "yaml"))), (".env", Some(("", "env"))), ("a.", Some(("a", ""))), ("a", None)]
        {
            assert_eq!(ended(name), parts, "{name}");
        }
        assert_eq!((in_small_letters("A/b.YML"), in_small_letters("a/b")), ("a/b.yml".into(), "a/b".into()));
    }
}
