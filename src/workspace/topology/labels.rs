//! Labels, and what selects by them. A template may make either, so there are three answers.

use crate::document::Known;
use crate::document::yaml::{Node, NodeId};
use crate::workspace::topology::{is_open, written};

/// The labels of an object or of a pod.
#[derive(Debug, Default)]
pub struct Labels {
    /// Keys and values, or the templates that make them. Within a chart two equal templates make equal values.
    pub pairs: Vec<(String, String)>,
    /// A template may add more.
    pub is_open: bool,
}

/// Yes, no, or something that we cannot see decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
    /// A template decides.
    Unknown,
}

impl Answer {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }
}

impl Labels {
    /// Reads a mapping.
    pub fn of(mapping: Known<Node<'_>>) -> Self {
        Self { pairs: pairs(mapping), is_open: is_open(&mapping) || has_branches(&mapping) }
    }

    /// The value of a label.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Templates make something of them, or may add to them.
    pub fn is_templated(&self) -> bool {
        self.is_open || self.pairs.iter().any(|(key, value)| is_template(key) || is_template(value))
    }

    /// Whether a label has a value.
    fn has(&self, key: &str, value: &str) -> Answer {
        let mut found = self.pairs.iter().filter(|(name, _)| name == key).map(|(_, value)| value);
        match found.next() {
            Some(first) if first == value || found.any(|other| other == value) => Answer::Yes,
            Some(first) if self.is_open || is_template(first) || is_template(value) => Answer::Unknown,
            None if self.is_open || is_template(key) => Answer::Unknown,
            Some(_) | None => Answer::No,
        }
    }
}

/// What selects by labels.
#[derive(Debug)]
pub struct Selector {
    /// Where it stands.
    pub node: Option<NodeId>,
    /// Labels that must be there.
    pub pairs: Vec<(String, String)>,
    /// What else must hold.
    expressions: Vec<Expression>,
    /// A template may ask for more.
    pub is_open: bool,
}

#[derive(Debug)]
struct Expression {
    key: String,
    operator: String,
    values: Vec<String>,
}

impl Selector {
    /// As a Service has it: keys and values.
    pub fn of_pairs(mapping: Known<Node<'_>>) -> Self {
        let node = mapping.into_option().map(Node::id);
        let is_open = is_open(&mapping) || has_branches(&mapping);
        Self { node, pairs: pairs(mapping), expressions: Vec::new(), is_open }
    }

    /// As everything else has it: `matchLabels` and `matchExpressions`.
    pub fn of(selector: Known<Node<'_>>) -> Self {
        let labels = Labels::of(selector.field("matchLabels"));
        let list = selector.field("matchExpressions");
        let expression = |item: Node<'_>| Expression {
            key: written(item.field("key")),
            operator: written(item.field("operator")),
            values: item.field("values").items().map(|value| written(Known::Is(value))).collect(),
        };
        let is_open = labels.is_open || is_open(&selector) || has_branches(&selector) || is_open_list(&list);
        let node = selector.into_option().map(Node::id);
        Self { node, pairs: labels.pairs, expressions: list.items().map(expression).collect(), is_open }
    }

    /// It asks for nothing, as far as anybody can see.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty() && self.expressions.is_empty()
    }

    /// It asks for more than labels with one value.
    pub fn has_expressions(&self) -> bool {
        !self.expressions.is_empty()
    }

    /// Templates make something of it.
    pub fn is_templated(&self) -> bool {
        self.is_open || self.pairs.iter().any(|(key, value)| is_template(key) || is_template(value))
    }

    /// Whether it selects what has these labels. One that asks for nothing selects everything.
    pub fn selects(&self, labels: &Labels) -> Answer {
        let open = if self.is_open { Answer::Unknown } else { Answer::Yes };
        let pairs = self.pairs.iter().map(|(key, value)| labels.has(key, value));
        let expressions = self.expressions.iter().map(|expression| expression.holds(labels));
        pairs.chain(expressions).fold(open, Answer::and)
    }

    /// The labels it asks for that these are known to lack.
    pub fn missing<'s>(&'s self, labels: &'s Labels) -> impl Iterator<Item = &'s (String, String)> {
        self.pairs.iter().filter(|(key, value)| labels.has(key, value) == Answer::No)
    }
}

impl Expression {
    fn holds(&self, labels: &Labels) -> Answer {
        let found = labels.get(&self.key);
        let is_open = found.is_none() && labels.is_open || found.is_some_and(is_template) || is_template(&self.key);
        if is_open || self.values.iter().any(|value| is_template(value)) {
            return Answer::Unknown;
        }
        let among = found.is_some_and(|found| self.values.iter().any(|value| value == found));
        let holds = match self.operator.as_str() {
            "In" => among,
            "NotIn" => !among,
            "Exists" => found.is_some(),
            "DoesNotExist" => found.is_none(),
            _ => return Answer::Unknown,
        };
        if holds { Answer::Yes } else { Answer::No }
    }
}

/// Whether a text is a template, or holds one.
pub(in crate::workspace) fn is_template(text: &str) -> bool {
    // Most texts have none of the brackets, which one look tells.
    let may_be = text.bytes().any(|byte| matches!(byte, b'{' | b'<' | b'('));
    may_be && ["{{", "${", "<%", "{%", "(("].iter().any(|mark| text.contains(mark)) || text == "?"
}

fn has_branches(collection: &Known<Node<'_>>) -> bool {
    matches!(collection, Known::Is(node) if node.has_branches())
}

fn is_open_list(list: &Known<Node<'_>>) -> bool {
    is_open(list) || has_branches(list)
}

/// The keys and values of a mapping.
fn pairs(mapping: Known<Node<'_>>) -> Vec<(String, String)> {
    let Known::Is(mapping) = mapping else { return Vec::new() };
    // There is such a list for every object, so it takes no more memory than it needs.
    let mut pairs = Vec::with_capacity(mapping.entries().count());
    pairs.extend(mapping.entries().map(|(key, value)| (written(Known::Is(key)), written(Known::Is(value)))));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceId;
    use crate::document::yaml::Yaml;
    use crate::source::Source;

    fn with<T>(text: &str, ask: impl FnOnce(Known<Node<'_>>) -> T) -> T {
        let source = Source::decode("x.yaml", text.as_bytes().to_vec());
        let yaml = Yaml::read(&source);
        ask(yaml.roots(&source, SourceId(0)).next().map_or(Known::Absent, Known::Is))
    }

    #[test]
    fn a_selector_has_three_answers() {
        let table = [
            ("{app: web}", "{app: web, tier: x}", Answer::Yes),
            ("{app: web, tier: y}", "{app: web, tier: x}", Answer::No),
            ("{app: web, tier: y}", "{app: web}", Answer::No),
            ("{app: \"{{ .Name }}\"}", "{app: \"{{ .Name }}\"}", Answer::Yes),
            ("{app: \"{{ .Name }}\"}", "{app: web}", Answer::Unknown),
            ("app: web\n{{ include \"more\" . }}", "{app: web}", Answer::Unknown),
            ("{app: web, tier: y}", "app: web\n{{ include \"more\" . }}", Answer::Unknown),
            ("{app: api}", "{app: web}", Answer::No),
            ("{}", "{app: web}", Answer::Yes),
        ];
        for (selector, labels, wanted) in table {
            let labels = with(labels, Labels::of);
            assert_eq!(with(selector, Selector::of_pairs).selects(&labels), wanted, "{selector}");
            if !selector.contains('\n') {
                let selector = format!("matchLabels: {selector}");
                assert_eq!(with(&selector, Selector::of).selects(&labels), wanted, "{selector}");
            }
        }
    }

    #[test]
    fn expressions_of_a_selector_hold_or_not() {
        let table = [
            ("{key: app, operator: In, values: [web, api]}", Answer::Yes),
            ("{key: app, operator: NotIn, values: [web, api]}", Answer::No),
            ("{key: app, operator: Exists}", Answer::Yes),
            ("{key: tier, operator: Exists}", Answer::No),
            ("{key: tier, operator: DoesNotExist}", Answer::Yes),
            ("{key: tier, operator: NotIn, values: [x]}", Answer::Yes),
            ("{key: app, operator: In, values: [\"{{ .Name }}\"]}", Answer::Unknown),
            ("{key: app, operator: Surprise}", Answer::Unknown),
        ];
        let labels = with("{app: web}", Labels::of);
        for (expression, wanted) in table {
            let selector = with(&format!("matchExpressions: [{expression}]"), Selector::of);
            assert_eq!(selector.selects(&labels), wanted, "{expression}");
        }
    }
}
