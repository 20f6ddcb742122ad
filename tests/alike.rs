//! What both gears say of a text, beside each other.
//!
//! The fuzz targets in `fuzz/` use this file as well, so it needs nothing but the library.

use std::fmt::Write as _;

use gonogo::diagnostic::SourceId;
use gonogo::document::yaml::{Form, Gear, Node, Yaml};
use gonogo::source::Source;

/// Everything that anybody can see of a file that was read, a line for each node.
fn dump(yaml: &Yaml, source: &Source) -> String {
    let mut out = String::new();
    for (part, at) in yaml.parts.iter().zip(0..) {
        let error = part.error.as_ref().map(|error| (error.span, &error.message, error.cause));
        let _ = writeln!(out, "document {:?} error {error:?} comments {:?}", part.span, part.comments);
        // What stands before an error is nobody's: roots of such documents are not handed out.
        if part.error.is_some() {
            continue;
        }
        for node in yaml.nodes_of(source, SourceId(0), at) {
            let is_alias = matches!(node.form(), Form::Alias(_));
            let children: Vec<_> = node.own_children().map(Node::id).collect();
            let open = (!is_alias).then(|| (node.is_open(), node.has_branches()));
            let _ = writeln!(
                out,
                "  {:?} {:?} {:?} {:?} open {open:?} children {children:?}",
                node.id(),
                node.form(),
                node.span(),
                node.read_text()
            );
        }
    }
    out
}

/// What both gears say of a text.
pub struct Seen {
    /// How many documents there are.
    pub parts: usize,
    /// How many of them the fast gear read.
    pub fast: usize,
    /// The first line on which they differ.
    pub difference: Option<String>,
}

/// Reads a text in both gears.
pub fn compare(bytes: &[u8]) -> Seen {
    let source = Source::decode("x.yaml", bytes.to_vec());
    let fast = Yaml::read_with(&source, Gear::Fast);
    let slow = Yaml::read_with(&source, Gear::Granit);
    assert_eq!(slow.fast_parts(), 0, "granit alone is granit alone");
    let (ours, theirs) = (dump(&fast, &source), dump(&slow, &source));
    let difference = (ours != theirs).then(|| {
        let lines = ours.split('\n').zip(theirs.split('\n'));
        let differing = lines.into_iter().find(|(one, other)| one != other);
        differing.map_or_else(
            || format!("one has more lines\nfast:\n{ours}granit:\n{theirs}"),
            |(one, other)| format!("fast:   {one}\ngranit: {other}"),
        )
    });
    Seen { parts: slow.parts.len(), fast: fast.fast_parts(), difference }
}
