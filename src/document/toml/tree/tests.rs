//! What a file says, and what may not be said twice.

use super::*;

fn source(text: &str) -> Source {
    Source::decode("x.toml", text.as_bytes().to_vec())
}

/// The tree in one line.
fn told(tree: &Tree, table: &Table) -> String {
    let entries = table.entries.iter().map(|entry| format!("{}={}", entry.key, value(tree, &entry.value)));
    entries.collect::<Vec<_>>().join(" ")
}

fn value(tree: &Tree, value_: &Value) -> String {
    match &value_.kind {
        ValueKind::Text(text) => format!("{text:?}"),
        ValueKind::Number(number) => number.to_string(),
        ValueKind::Flag(flag) => flag.to_string(),
        ValueKind::Date(date) => format!("<{date}>"),
        ValueKind::OddNumber => "?".to_owned(),
        ValueKind::List(items) => format!("[{}]", items.iter().map(|item| value(tree, item)).collect::<Vec<_>>().join(", ")),
        ValueKind::Table(id) => format!("{{{}}}", told(tree, tree.table(*id))),
    }
}

#[test]
fn everything_that_toml_can_say() {
    let table = [
        ("a = 1\n\"b c\" = 'x'\nd = true", r#"a=1 b c="x" d=true"#),
        ("a = [1, [\"x\"], {b = 2}]", r#"a=[1, ["x"], {b=2}]"#),
        ("a.b.c = 1\na.b.d = 2\na.e = 3", "a={b={c=1 d=2} e=3}"),
        ("[a.b]\nx = 1\n[a]\ny = 2\n[a.c]\nz = 3", "a={b={x=1} y=2 c={z=3}}"),
        ("[[a]]\nx = 1\n[a.b]\ny = 2\n[[a]]\nx = 3\n[[a.c]]\nz = 4", "a=[{x=1 b={y=2}}, {x=3 c=[{z=4}]}]"),
        ("a = { b.c = 1, b.d = [], e = { } }", "a={b={c=1 d=[]} e={}}"),
        ("a = 2027-01-31\nb = 0x10\nc = 1.5\nd = 1_000\ne = 99999999999999999999", "a=<2027-01-31> b=16 c=? d=1000 e=?"),
        ("a = \"\"\"\nx \\\n  y\"\"\"\n", r#"a="x y""#),
        ("", ""),
    ];
    for (text, wanted) in table {
        let tree = Tree::read(&source(text));
        assert!(tree.faults.is_empty(), "{text:?}: {:?}", tree.faults);
        assert_eq!(told(&tree, tree.table(TableId::ROOT)), wanted, "{text:?}");
    }
}

#[test]
fn what_is_said_twice_is_a_fault_where_it_is_said_again() {
    let table = [
        ("a = 1\na = 2", 6),
        ("[a]\n[a]", 5),
        ("a = 1\n[a]", 7),
        ("a = {b = 1}\na.c = 2", 12),
        ("a = {b = 1}\n[a.c]", 13),
        ("[a.b]\n[a]\nb.c = 1", 10),
        ("a.b = 1\n[a]", 9),
        ("a = [{b = 1}]\n[[a]]", 16),
        ("a = []\n[[a]]", 9),
        ("[a]\n[[a]]", 6),
        ("[[a]]\n[a]", 7),
        ("a = 1\na.b = 2", 6),
        ("a = {b = 1, b = 2}", 12),
    ];
    for (text, at) in table {
        let tree = Tree::read(&source(text));
        assert_eq!(tree.faults.iter().map(|fault| fault.span.start).collect::<Vec<_>>(), [at], "{text:?}: {:?}", tree.faults);
    }
}

#[test]
fn what_is_no_toml_is_a_fault() {
    for text in ["a", "a =", "= 1", "[a", "a = [1", "a = {b = 1", "a = \"x", "a = 1 2", "a = b", "\u{0}", "a = 1\rb = 2"] {
        assert!(!Tree::read(&source(text)).faults.is_empty(), "{text:?}");
    }
}

#[test]
fn nothing_nests_without_end() {
    let deep = [
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{a = ".repeat(100_000)),
        format!("[{}]", vec!["a"; 100_000].join(".")),
        format!("{} = 1", vec!["a"; 100_000].join(".")),
        "[a]\n".repeat(10_000),
    ];
    for text in deep {
        let tree = Tree::read(&source(&text));
        assert!(!tree.faults.is_empty(), "{}", &text[..20]);
        assert!(tree.faults.len() < 100_100, "{}", tree.faults.len());
    }
}
