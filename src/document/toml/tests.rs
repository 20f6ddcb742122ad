//! TOML as people write it, right and wrong.

use super::*;
use crate::document::pairs::tests::told;

fn tell(text: &str) -> Vec<String> {
    let source = Source::decode("app.toml", text.as_bytes().to_vec());
    told(&source, &read(&source))
}

#[test]
fn every_way_to_write_a_setting() {
    let table: &[(&str, &[&str])] = &[
        ("a = 1\n[s]\nb = \"x\"\nc.d = 'y'\n[s.t]\ne = true", &["a=1", "s.b=x", "s.c.d=y", "s.t.e=true"]),
        ("\"a b\" = 1\n'c.d'.e = 2\n[\"x.y\".z]\n\"\" = 3\n", &["a b=1", "\"c.d\".e=2", "\"x.y\".z.\"\"=3"]),
        ("a . b = 1\n", &["a.b=1"]),
        ("a = { b = 1, c = { d.e = 'x' } }\n", &["a.b=1", "a.c.d.e=x"]),
        ("[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\nd = 3\n[[a.e]]\nf = 4\n", &["a[0].b=1", "a[1].b=2", "a[1].c.d=3", "a[1].e[0].f=4"]),
        ("a = [1, # c\n  2]\nb = 3\n", &["a=[1, # c\\n  2]", "b=3"]),
        (
            "[s]\na = [{b = 1}, [{c = 2}], {d = [3]}]\n",
            &["s.a=[{b = 1}, [{c = 2}], {d = [3]}]", "s.a[0].b=1", "s.a[1][0].c=2", "s.a[2].d=[3]"],
        ),
        ("a = \"x\\ty \\u00e9\"\nb = '''\none\n'''\nc = \"\"\"a \\\n   b\"\"\"\n", &["a=x\\ty é", "b=one\\n", "c=a b"]),
        ("a = 1_000\nb = 1979-05-27 07:32:00\nc = +inf\n", &["a=1_000", "b=1979-05-27 07:32:00", "c=+inf"]),
        ("a = 1\r\na = 2\r\n", &["a=1", "a=2"]),
        ("[a]\n[b]\n[a]\nx = 1", &["a.x=1"]),
    ];
    for (text, wanted) in table {
        assert_eq!(tell(text), *wanted, "{text:?}");
    }
}

#[test]
fn an_error_costs_its_line() {
    let names = |text: &str| {
        let source = Source::decode("app.toml", text.as_bytes().to_vec());
        let pairs = read(&source);
        let paths: Vec<_> = pairs.entries.iter().map(|pair| pairs.path(pair, &source)).collect();
        let lines: Vec<_> = pairs.malformed.iter().map(|fault| source.line(fault.span.start)).collect();
        (paths.join(" "), lines)
    };
    let table: &[(&str, &str, &[u32])] = &[
        ("a = 1\nwords\nb = 2\n", "a b", &[2]),
        ("a = 1\nb = \"open\nc = 3\n", "a b c", &[2]),
        ("a = bare words\nb = 1\n", "a b", &[1]),
        ("[open\na = 1\n", "open.a", &[1]),
        ("= 1\nb = 2\n", "b", &[1]),
        ("a = 1\rb = 2\r", "a b", &[1]),
        ("a = [1, 2\nb = 3\n", "a", &[2]),
        ("<<<<<<< HEAD\na = 1\n", "a", &[1]),
    ];
    for (text, paths, lines) in table {
        let found = names(text);
        assert_eq!(found.0, *paths, "{text:?}");
        assert!(lines.iter().all(|line| found.1.contains(line)), "{text:?}: {:?}", found.1);
    }
}

#[test]
fn places_are_those_of_the_file() {
    let source = Source::decode("a.toml", "# ä\n[ö] # c\n".replace('ö', "\"ö\"").into_bytes());
    let pairs = read(&source);
    assert_eq!(pairs.groups[0].name.get(&source), "ö");
    let comments: Vec<_> = pairs.comments.iter().map(|span| source.slice(*span)).collect();
    assert_eq!(comments, ["# ä", "# c"]);
    let source = Source::decode("a.toml", "k = \"\"\"\nä\"\"\"\nn.m = ['ß']".as_bytes().to_vec());
    let pairs = read(&source);
    let places: Vec<_> = pairs.entries.iter().map(|pair| (source.slice(pair.key.span), source.slice(pair.value.span))).collect();
    assert_eq!(places, [("k", "\nä"), ("n.m", "['ß']")]);
}

#[test]
fn nesting_ends_the_reading() {
    for bracket in ["[", "{a="] {
        let text = format!("a = 1\nb = {}", bracket.repeat(100_000));
        let source = Source::decode("a.toml", text.into_bytes());
        let pairs = read(&source);
        assert_eq!(pairs.entries[0].value.get(&source), "1");
        assert!(pairs.cut.is_some_and(|cut| cut.message.contains("nests deeper")));
    }
}
