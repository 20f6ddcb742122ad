//! Paths of a tree: `/` between their parts, nothing for the root.
//!
//! Names are short and asked for of every file many times, so they are found byte by byte: to set out a search would take
//! longer.

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
}
