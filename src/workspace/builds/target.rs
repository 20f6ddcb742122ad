//! Which objects does a patch change?

use crate::document::Known;
use crate::document::yaml::Node;
use crate::workspace::topology::labels::{Labels, is_template};
use crate::workspace::topology::owned;

/// Which objects a patch changes: all that fit what is said here.
#[derive(Clone, Debug, Default)]
pub struct Target {
    kind: Option<String>,
    name: Option<String>,
    namespace: Option<String>,
    labels: Vec<String>,
    /// The kind and the name are no patterns: they are those of the patch itself.
    is_exact: bool,
}

/// What a target asks of an object.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The namespace it says.
    pub namespace: &'a Known<String>,
    /// Its labels.
    pub labels: &'a Labels,
    /// A kustomization gives it a longer name, or more labels, before the patch looks at it.
    pub is_renamed: bool,
}

impl Target {
    /// What stands under `target` or `select`.
    pub fn of(target: Node<'_>) -> Self {
        let text = |field: &str| owned(target.field(field).text()).filter(|text| !text.is_empty() && !is_template(text));
        let labels = text("labelSelector").unwrap_or_default();
        let labels = labels.split(',').map(|label| label.trim().to_owned()).filter(|label| !label.is_empty());
        Self {
            kind: text("kind"),
            name: text("name"),
            namespace: text("namespace"),
            labels: if target.field("labelSelector").is_unknown() { Vec::new() } else { labels.collect() },
            is_exact: false,
        }
    }

    /// The object that a patch says it is; none where it is no object.
    pub fn named_in(patch: Node<'_>) -> Option<Self> {
        if patch.field("kind").is_absent() {
            return None;
        }
        let known = |text: Option<String>| text.filter(|text| !is_template(text));
        let metadata = patch.field("metadata");
        Some(Self {
            kind: known(owned(patch.field("kind").text())),
            name: known(owned(metadata.field("name").text())),
            namespace: known(owned(metadata.field("namespace").text())),
            labels: Vec::new(),
            is_exact: true,
        })
    }

    /// The kind and the name, where there is but one object that it fits.
    pub fn exact(&self) -> Option<(&str, &str)> {
        let is_one = |pattern: &&str| self.is_exact || is_plain(pattern);
        Some((self.kind.as_deref().filter(is_one)?, self.name.as_deref().filter(is_one)?))
    }

    /// Whether it may be about an object.
    pub fn may_be(&self, object: Candidate<'_>) -> bool {
        let fits = |pattern: &Option<String>, text: &str| {
            pattern.as_deref().is_none_or(|pattern| if self.is_exact { pattern == text } else { may_match(pattern, text) })
        };
        let is_named = fits(&self.name, object.name)
            || is_template(object.name)
            || (object.is_renamed && self.name.as_deref().is_some_and(|name| name.contains(object.name)));
        let is_within = match (&self.namespace, object.namespace) {
            // A patch that names the object must name its namespace, too, but a kustomization may have moved it.
            (Some(pattern), Known::Is(namespace)) if !self.is_exact => may_match(pattern, namespace),
            _ => true,
        };
        fits(&self.kind, object.kind)
            && is_named
            && is_within
            && self.labels.iter().all(|label| object.is_renamed || may_have(object.labels, label))
    }
}

/// Whether an object may fit a part of a label selector.
fn may_have(labels: &Labels, selector: &str) -> bool {
    if labels.is_templated() || selector.contains([' ', '(', ')', '!']) {
        return true;
    }
    match selector.split_once('=') {
        Some((key, value)) => labels.get(key) == Some(value.trim_start_matches('=')),
        None => labels.get(selector).is_some(),
    }
}

/// Whether a pattern is a text that fits itself alone.
fn is_plain(pattern: &str) -> bool {
    pattern.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Whether a regular expression may fit all of a text. Of what it can say, `.*`, `.+` and `|` are understood; whatever
/// else it says may fit.
fn may_match(pattern: &str, text: &str) -> bool {
    let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
    let (pattern, is_group) = match pattern.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (pattern, false),
    };
    let is_understood =
        |part: &str| part.split(".*").flat_map(|part| part.split(".+")).all(|part| is_plain(&part.replace('.', "")));
    pattern.split('|').any(|part| {
        let part = if is_group { part } else { part.trim_start_matches('^').trim_end_matches('$') };
        !is_understood(part) || fits(&part.replace(".+", ".*").split(".*").collect::<Vec<_>>(), text)
    })
}

/// Whether a text begins with the first part, ends with the last, and has the others between them, in order.
fn fits(parts: &[&str], text: &str) -> bool {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return true };
    if parts.len() == 1 {
        return text == *first;
    }
    let Some(mut rest) = text.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else { return false };
    for part in &parts[1..parts.len() - 1] {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_names() {
        let table = [
            ("web", "web", true),
            ("web", "web-2", false),
            ("web.*", "web-2", true),
            (".*-web", "shop-web", true),
            (".*-web", "shop-web-2", false),
            ("^(web|api)$", "api", true),
            ("web|api", "db", false),
            ("a.*b.*c", "a-b-c", true),
            ("a.*b.*c", "a-c", false),
            ("w[ae]b", "anything", true),
            ("app.kubernetes.io", "app.kubernetes.io", true),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(may_match(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn labels_choose() {
        let labels = Labels { pairs: vec![("app".to_owned(), "web".to_owned())], is_open: false };
        for (selector, expected) in [("app=web", true), ("app==web", true), ("app=api", false), ("tier", false), ("!tier", true)]
        {
            assert_eq!(may_have(&labels, selector), expected, "{selector}");
        }
    }
}
