//! The readers, tried through what a workspace says of files.

use gonogo::diagnostic::SourceId;
use gonogo::document::kind::Kind;
use gonogo::document::yaml::Node;
use gonogo::document::{Document, Known};
use gonogo::report::Root;
use gonogo::settings::Settings;
use gonogo::tree::Memory;

use crate::support::POD;

const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\n";

fn document(text: &str) -> Document {
    Document::read("x.yaml", format!("{HEAD}{text}").into_bytes(), Kind::Manifest).expect("ours")
}

fn with_root<T>(text: &str, ask: impl FnOnce(Node<'_>) -> T) -> T {
    let document = document(text);
    let yaml = document.yaml().expect("YAML");
    let root =
        yaml.roots(&document.source, SourceId(0)).next().unwrap_or_else(|| panic!("unreadable: {:?}", yaml.parts[0].error));
    ask(root)
}

fn text_at(text: &str, path: &[&str]) -> Known<String> {
    with_root(text, |root| {
        path.iter().fold(Known::Is(root), |node, key| node.field(key)).text().map(std::borrow::Cow::into_owned)
    })
}

#[test]
fn values_are_found_by_their_keys() {
    let text = "a:\n  b: plain text\n  c: 'it''s'\n  d: \"tab\\tx\"\n  e: |\n    two\n    lines\n  f: >-\n    folded\n    text\n  g: ~\n  h:\n";
    let table = [("b", "plain text"), ("c", "it's"), ("d", "tab\tx"), ("e", "two\nlines\n"), ("f", "folded text")];
    for (key, value) in table {
        assert_eq!(text_at(text, &["a", key]), Known::Is(value.to_owned()), "{key}");
    }
    for key in ["g", "h", "i"] {
        assert_eq!(text_at(text, &["a", key]), Known::Absent, "{key}");
    }
}

#[test]
fn anchors_and_merge_keys_are_followed_on_reading() {
    let text = "base: &base {a: one, b: two}\nx:\n  <<: *base\n  b: own\ny:\n  <<: [{c: three}, *base]\nz: *base\nloop: &loop\n  <<: *loop\n";
    assert_eq!(text_at(text, &["x", "a"]), Known::Is("one".to_owned()));
    assert_eq!(text_at(text, &["x", "b"]), Known::Is("own".to_owned()));
    assert_eq!(text_at(text, &["y", "c"]), Known::Is("three".to_owned()));
    assert_eq!(text_at(text, &["y", "a"]), Known::Is("one".to_owned()));
    assert_eq!(text_at(text, &["z", "b"]), Known::Is("two".to_owned()));
    assert_eq!(text_at(text, &["loop", "a"]), Known::Unknown);
}

#[test]
fn what_a_template_touches_is_unknown() {
    let text = "a: {{ .Values.a }}\nb: \"x-{{ .b }}\"\nc:\n  {{- toYaml .c | nindent 2 }}\nd:\n  one: 1\n  {{- if .e }}\n  two: 2\n  {{- end }}\ne: ${E}\nf: $(F)\n{{ .g }}: 1\nh: {known: yes}\n";
    for path in [&["a"][..], &["b"], &["c"], &["c", "x"], &["e"], &["nowhere"]] {
        assert_eq!(text_at(text, path), Known::Unknown, "{path:?}");
    }
    assert_eq!(text_at(text, &["d", "two"]), Known::Is("2".to_owned()));
    assert_eq!(text_at(text, &["f"]), Known::Is("$(F)".to_owned()));
    assert_eq!(text_at(text, &["h", "unknown"]), Known::Absent);
}

#[test]
fn two_branches_of_a_template_leave_a_value_unknown() {
    let text = "a:\n  {{- if .x }}\n  image: one\n  {{- else }}\n  image: two\n  {{- end }}\n";
    assert_eq!(text_at(text, &["a", "image"]), Known::Unknown);
}

#[test]
fn control_lines_inside_block_scalars_are_no_errors() {
    let text = "a: |\n      {{- if .x }}\n  one\n{{- end }}\n  two\nb: known\n";
    assert_eq!(text_at(text, &["a"]), Known::Unknown);
    assert_eq!(text_at(text, &["b"]), Known::Is("known".to_owned()));
}

#[test]
fn a_value_says_that_its_readers_disagree() {
    let text = "a: on\nb: 0777\nc: \"on\"\nd: true\ne: {{ on }}\nf: &f yes\ng: *f\nh: [on]\n";
    for (key, wanted) in [("a", true), ("b", true), ("c", false), ("d", false), ("e", false), ("g", true), ("h", false)] {
        let found = with_root(text, |root| root.field(key).into_option().map(Node::is_ambiguous));
        assert_eq!(found, Some(wanted), "{key}");
    }
}

#[test]
fn the_last_of_two_equal_keys_wins_as_it_does_in_kubernetes() {
    assert_eq!(text_at("a: one\na: two\n", &["a"]), Known::Is("two".to_owned()));
}

#[test]
fn every_span_lies_in_its_text() {
    let text = "ä: {b: [ü, 'x', \"\\u00e4\"], c: }\nd:\n- - €\n  - ? f\n    : g\nh: &h |\n  😀\n\ni: *h\n";
    let document = document(text);
    let whole = document.source.text();
    with_root(text, |root| {
        let mut open = vec![root];
        let mut count = 0;
        while let Some(node) = open.pop() {
            let range = node.span().range();
            assert!(whole.get(range.clone()).is_some(), "{range:?}");
            count += 1;
            open.extend(node.own_children());
        }
        assert!(count > 20);
    });
    with_root(text, |root| {
        let Known::Is(list) = root.field("d") else { panic!("a list") };
        assert_eq!(&whole[list.span().range()], "- - €\n  - ? f\n    : g");
    });
}

#[test]
fn a_list_in_a_list_begins_at_its_bracket_or_its_first_dash() {
    for (text, inner) in [("l:\n- [a, b]\n", "[a, b]"), ("l:\n- - a\n  - b\n", "- a\n  - b"), ("l:\n-\n  - a\n", "- a")] {
        let span = with_root(text, |root| root.field("l").items().next().map(Node::span));
        let document = document(text);
        assert_eq!(span.map(|span| document.source.slice(span)), Some(inner), "{text}");
    }
}

#[test]
fn what_follows_a_document_without_a_separator_refuses_it() {
    let text = format!(" {}b: 2\n", HEAD.replace('\n', "\n "));
    let document = Document::read("x.yaml", text.replace("\n b", "\nb").into_bytes(), Kind::Manifest).expect("ours");
    let yaml = document.yaml().expect("YAML");
    assert_eq!((yaml.parts.len(), yaml.roots(&document.source, SourceId(0)).count()), (1, 0));
}

#[test]
fn what_looks_like_a_template_may_be_text_that_goes_on_over_a_line() {
    let text = "a: https://host/{{\n  name }}/x\nb: known\nc: of {{ c }}\n";
    assert_eq!(text_at(text, &["a"]), Known::Unknown);
    assert_eq!(text_at(text, &["b"]), Known::Is("known".to_owned()));
    assert_eq!(text_at(text, &["c"]), Known::Unknown);
    let template = document("a: https://host/{{\n  name }}/x\nb: {{ .Values.b }}\n");
    assert!(template.yaml().expect("YAML").parts[0].error.is_some());
}

#[test]
fn one_broken_document_costs_itself_alone() {
    let text = format!("{HEAD}a: 1\n---\napiVersion: v1\nkind: Pod\n  x: [\n---\n{HEAD}b: 2\n");
    let document = Document::read("x.yaml", text.into_bytes(), Kind::Manifest).expect("ours");
    let yaml = document.yaml().expect("YAML");
    assert_eq!(yaml.roots(&document.source, SourceId(0)).count(), 2);
    assert_eq!(yaml.parts.iter().filter(|part| part.error.is_some()).count(), 1);
}

fn root(files: &[(&str, &str)]) -> Root {
    let tree: Memory = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    Root::judge(&tree, "", "", &Settings::default())
}

#[test]
fn foreign_files_are_nothing_whatever_they_hold() {
    let root = root(&[
        ("package.json", "{ broken"),
        ("values.yaml", "image: latest\nreplicas: {{ bad"),
        ("openapi.yaml", "openapi: 3.0.0\ninfo: {title: x}\n"),
        ("Chart.yaml", "apiVersion: v2\nname: x\n"),
        ("queries/report.sql", "SELECT '"),
    ]);
    assert_eq!((root.coverage.inputs, root.findings.len(), root.notes.len()), (0, 0, 0), "{:?}", root.notes);
}

#[test]
fn the_nearest_ignore_file_decides() {
    let bad = "CREATE INDEX i ON t (a);";
    let root = root(&[
        (".gitignore", "/build/\n*.local.sql\n"),
        ("build/1_a.sql", bad),
        ("db/1_a.local.sql", bad),
        ("db/keep/.gitignore", "!*.local.sql\n"),
        ("db/keep/2_a.local.sql", bad),
        ("node_modules/x/1_a.sql", bad),
    ]);
    let paths: Vec<&str> = root.workspace.documents.iter().map(|document| document.source.path()).collect();
    assert_eq!((paths, root.workspace.skipped.len()), (vec!["db/keep/2_a.local.sql"], 3));
}

#[test]
fn a_recognised_but_unsupported_kind_is_named() {
    let root =
        root(&[("db/migrate/20240101000000_a.rb", "class A"), ("db/mysql/1_a.sql", "CREATE TABLE `t` (a int) ENGINE=InnoDB;")]);
    let names: Vec<(&str, usize)> = root.workspace.unsupported.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(names, [("Rails", 1), ("MySQL", 1)]);
}

#[test]
fn sections_of_one_file_go_their_own_ways() {
    let goose =
        "-- +goose Up\nSET lock_timeout = 9; ALTER TABLE t ADD COLUMN a int;\n-- +goose Down\nALTER TABLE t DROP COLUMN a;\n";
    let root =
        root(&[("db/1_a.sql", goose), ("db/2_b.sql", "-- +goose Up\nSET lock_timeout = 9; ALTER TABLE t DROP COLUMN b;\n")]);
    let found: Vec<(&str, &str)> = root
        .findings
        .iter()
        .map(|finding| (finding.rule.name, root.workspace.path(finding.diagnostic.primary.place.source)))
        .collect();
    assert_eq!(found, [("missing-down", "db/2_b.sql"), ("dropped-column", "db/2_b.sql")]);
}

#[test]
fn lines_of_a_template_open_the_mapping_at_their_indentation_alone() {
    let text = "a:\n  b: {c: 1}\n  d:\n    e: 1\n  {{- toYaml .x | nindent 2 }}\nf: 1\n";
    assert_eq!(text_at(text, &["a", "other"]), Known::Unknown);
    assert_eq!(text_at(text, &["a", "d", "other"]), Known::Absent);
    assert_eq!(text_at(text, &["other"]), Known::Absent);
    // Before the first key that is written out, too.
    let text = "a:\n  {{- with .x }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}\n  d:\n    e: 1\nf: 1\n";
    assert_eq!(text_at(text, &["a", "other"]), Known::Unknown);
    assert_eq!(text_at(text, &["a", "d", "other"]), Known::Absent);
    assert_eq!(text_at(text, &["other"]), Known::Absent);
    // What only decides adds nothing of its own.
    let text = "a:\n  {{- if .x }}\n  b: 1\n  {{- end }}\nc: 1\n";
    assert_eq!(text_at(text, &["a", "other"]), Known::Absent);
    assert_eq!(text_at(text, &["a", "b"]), Known::Is("1".to_owned()));
}

/// What kubectl accepts and YAML 1.2 refuses, or the other way about; each case was found in a public repository or in
/// the notes of a reader's maintainers.
#[test]
fn odd_documents_are_read_as_kubernetes_reads_them() {
    let table: &[(&str, &str)] = &[
        ("metadata:\n  name: \"a\n  b\"\n", "a b"),
        ("metadata:\n  name: 'a\nb'\n", "a b"),
        ("metadata:\n  name: \"a\\\n\\ b\"\n", "a b"),
        ("metadata:\t\n  name: a\t\n", "a"),
        ("metadata:\n  name:\ta\n", "a"),
        ("metadata: # c\n  name: a # c\n...\n", "a"),
        ("metadata: {\n\t\"name\": \"a\"\n}\n", "a"),
        ("metadata:\n  name: a\n  name: b\n", "b"),
    ];
    for (text, name) in table {
        assert_eq!(text_at(text, &["metadata", "name"]), Known::Is((*name).to_owned()), "{text:?}");
    }
    for text in ["\u{FEFF}---\n", "---\n\u{FEFF}", "--- # comment\n", "%YAML 1.1\n---\n"] {
        let root = root(&[("web.yaml", &format!("{text}{POD}"))]);
        assert_eq!((root.coverage.judged, root.workspace.topology.workloads.len()), (1, 1), "{text:?}: {:?}", root.notes);
    }
}

#[test]
fn what_was_read_leniently_is_said() {
    let root = root(&[("web.yaml", &POD.replace("name: web\nspec", "name: \"we\nb\"\nspec"))]);
    assert!(root.notes.iter().any(|note| note.message.contains("read as Kubernetes reads it")), "{:?}", root.notes);
    assert_eq!(root.workspace.topology.workloads[0].name, "we b");
}

#[test]
fn files_of_one_set_are_read_for_one_server() {
    let root = root(&[
        ("db/1_a.sql", "CREATE TABLE a (id int AUTO_INCREMENT) ENGINE=InnoDB;"),
        ("db/2_b.sql", "INSERT INTO a VALUES ('it\\'s; one'); DROP TABLE a;"),
        ("other/1_a.sql", "CREATE INDEX i ON t (a);"),
    ]);
    let engines: Vec<_> = root.workspace.history.sets.iter().map(|set| (set.engine.name(), set.engine_is_known)).collect();
    assert_eq!(engines, [("MySQL", true), ("PostgreSQL", false)]);
    let second = &root.workspace.documents[1];
    assert_eq!(second.sql().map(|sql| (sql.statements.len(), sql.unclosed.is_none())), Some((2, true)));
    assert!(!root.notes.iter().any(|note| note.message.contains("never closes")), "{:?}", root.notes);
}

#[test]
fn what_is_too_much_to_read_is_named_with_its_line() {
    let sum = format!(
        "SET lock_timeout = 9;\nALTER TABLE t ADD COLUMN c int DEFAULT 1{};\nALTER TABLE t DROP COLUMN d;",
        "+1".repeat(20_000)
    );
    let root = root(&[("db/1_a.sql", &sum)]);
    assert_eq!((root.notes.len(), root.notes[0].line, root.findings.len()), (1, Some(2), 1), "{:?}", root.notes);
    assert_eq!(root.notes[0].message, "this statement was not read: an expression in it joins more than 10000 terms");
}

#[test]
fn an_anchor_of_one_document_is_none_of_the_next() {
    let text =
        format!("{}---\napiVersion: v1\nkind: ConfigMap\nmetadata: *shared\n", POD.replace("metadata:", "metadata: &shared"));
    let root = root(&[("web.yaml", &text)]);
    let found: Vec<&str> = root.findings.iter().map(|finding| finding.rule.name).collect();
    assert_eq!((found, root.workspace.topology.workloads.len()), (vec!["malformed-manifest"], 1));
}

#[test]
fn a_definition_of_ten_megabytes_is_read() {
    let head = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: webs.example.com\nspec:\n  versions:\n";
    let version = "    - name: v1\n      schema: {openAPIV3Schema: {type: object, description: \"what it is for, in words\"}}\n";
    let text = format!("{head}{}---\n{POD}", version.repeat(10_000_000 / version.len()));
    let root = root(&[("crds.yaml", &text)]);
    assert_eq!((root.coverage.judged, root.workspace.topology.objects.len(), root.notes.len()), (1, 2, 0), "{:?}", root.notes);
}
