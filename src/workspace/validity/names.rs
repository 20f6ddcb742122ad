//! How things may be called.

/// A name of lower-case letters, digits, hyphens and, where they are allowed, dots.
pub(super) fn is_dns(name: &str, max: usize, dots: bool) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_label = |label: &str| label.bytes().all(is_inner) && is_edge(label.bytes().next()) && is_edge(label.bytes().last());
    name.len() <= max && if dots { name.split('.').all(is_label) } else { is_label(name) }
}

/// The value of a label, or the key of one without its prefix.
pub(super) fn is_label_value(value: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_edge = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_alphanumeric());
    value.len() <= 63 && value.bytes().all(is_inner) && is_edge(value.bytes().next()) && is_edge(value.bytes().last())
}

/// The key of a label or annotation.
pub(super) fn is_qualified(key: &str) -> bool {
    match key.split_once('/') {
        Some((prefix, name)) => is_dns(prefix, 253, true) && !name.is_empty() && is_label_value(name),
        None => !key.is_empty() && is_label_value(key),
    }
}

/// The name of a port.
pub(super) fn is_port(name: &str) -> bool {
    is_dns(name, 15, false) && name.bytes().any(|byte| byte.is_ascii_lowercase()) && !name.contains("--")
}

/// A word that is there to be replaced before anything is applied: `PORT`, `$PORT`, `<port>`.
pub(super) fn is_stand_in(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.starts_with(['$', '<', '[']) || (name.bytes().all(is_word) && (name.contains("PORT") || name.contains('_')))
}

/// The key of a `ConfigMap` or Secret.
pub(super) fn is_config_key(key: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !key.is_empty() && key.len() <= 253 && key.bytes().all(is_inner) && key != "." && !key.starts_with("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_as_kubernetes_does() {
        for (name, wanted) in [("web-1", true), ("Web", false), ("web_1", false), ("-web", false), ("a.b", false), ("", false)] {
            assert_eq!(is_dns(name, 63, false), wanted, "{name}");
        }
        assert!(is_dns("a.b-c.d", 253, true) && !is_dns("a..b", 253, true));
        for (value, wanted) in [("", true), ("v1.2_x", true), ("a b", false), ("v1+2", false), ("-a", false)] {
            assert_eq!(is_label_value(value), wanted, "{value}");
        }
        assert!(is_qualified("app.kubernetes.io/name") && !is_qualified("a/b/c") && !is_qualified("/x"));
        for (name, wanted) in [("http", true), ("http-metrics-long", false), ("8080", false), ("a--b", false), ("HTTP", false)] {
            assert_eq!(is_port(name), wanted, "{name}");
        }
        assert!(is_config_key("a_b.C-1") && !is_config_key("a/b") && !is_config_key("..x"));
    }
}
