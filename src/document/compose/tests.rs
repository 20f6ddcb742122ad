use std::fmt::Write as _;

use super::*;
use crate::document::Document;
use crate::document::kind::Kind;

fn read(text: &str) -> Option<Compose> {
    Compose::read(&Source::decode("compose.yaml", text.as_bytes().to_vec()))
}

/// The settings of each service as `service: NAME=value`, with a mark for their form.
fn told(text: &str) -> Vec<String> {
    let source = Source::decode("compose.yaml", text.as_bytes().to_vec());
    let compose = Compose::read(&source).expect("a compose file");
    let one = |setting: &Entry| {
        assert_eq!(source.slice(setting.key), &*setting.name, "{text}");
        let mark = match setting.form {
            Form::Open => "?",
            Form::Null => "~",
            Form::List => "[]",
            Form::Quoted => "'",
            Form::Bare => "",
        };
        let merged = if setting.is_merged { "<" } else { "" };
        format!("{merged}{}={mark}{}", setting.name, setting.text(&source))
    };
    let of_service = |service: &Service| {
        let settings: Vec<String> = service.settings.iter().map(one).collect();
        let open = if service.is_open { " ..." } else { "" };
        format!("{}: {}{open}", service.name, settings.join(" "))
    };
    compose.services.iter().map(of_service).collect()
}

#[test]
fn settings_of_services() {
    let table: &[(&str, &[&str])] = &[
        ("services:\n  a:\n    environment:\n      A: 1\n      B: 'x'\n      C:\n      D: ${D}\n", &["a: A=1 B='x C=~ D=?${D}"]),
        (
            "services:\n  a:\n    environment:\n    - A=1\n    - \"B=x y\"\n    - C\n    - D=a$$b=c\n",
            &["a: A=1 B=x y C=~ D=a$b=c"],
        ),
        (
            "x-e: &e\n  A: 1\n  B: 2\nservices:\n  a:\n    environment:\n      <<: *e\n      B: 3\n  b:\n    environment: *e\n",
            &["a: B=3 <A=1", "b: <A=1 <B=2"],
        ),
        ("services:\n  a: {env_file: x.env}\n  b: {extends: a}\n  c: {image: x}\n  d:\n", &["a:  ...", "b:  ...", "c: ", "d: "]),
        ("include: [b.yaml]\nservices:\n  a: {image: x}\n", &["a:  ..."]),
        ("services:\n  a:\n    environment:\n    - A={{ x }}\n    - {a: b}\n", &["a: A=?{{ x }}"]),
    ];
    for (text, wanted) in table {
        assert_eq!(told(text), *wanted, "{text}");
    }
}

#[test]
fn what_is_a_compose_file() {
    for text in ["services: {}\n", "services:\n  a:\n    image: x\n", "include:\n- a.yaml\n", "services:\n  a: [\n"] {
        assert!(read(text).is_some(), "{text}");
    }
    for text in ["", "a: 1\n", "services: [a]\n", "services:\n  a: x\n", "jobs: {}\nservices: {}\n", "x: [\n"] {
        assert!(read(text).is_none(), "{text}");
    }
}

#[test]
fn files_and_networks() {
    let text = "services:\n  a:\n    env_file: a.env\n    network_mode: host\n  b:\n    env_file:\n    - ./b.env\n    - path: \"c.env\"\n      required: false\n    - path: ${X}.env\n  c: {network_mode: bridge}\n";
    let compose = read(text).expect("a compose file");
    let files = compose.services.iter().flat_map(|service| &service.env_files);
    let files: Vec<String> = files.map(|file| format!("{}{}", file.path, if file.is_required { "" } else { "?" })).collect();
    assert_eq!(files, ["a.env", "./b.env", "c.env?", "${X}.env"]);
    let asked: Vec<&str> = compose.consumer.files.iter().map(|asked| &*asked.path).collect();
    assert_eq!(asked, ["a.env", "b.env", "*.env"]);
    assert_eq!(compose.services.iter().map(|service| service.shares_network).collect::<Vec<_>>(), [true, false, false]);
}

#[test]
fn variables_stand_where_they_are_named() {
    let text = "x-a: &a \"${A}\"\nservices:\n  a:\n    image: $B\n    environment:\n    - C=${D:-1}${E:?}\n    - F=*a\n    command: |\n      echo $$G\n      echo ${H\n";
    let compose = read(text).expect("a compose file");
    let told: Vec<String> = compose.variables.iter().map(|one| format!("{}/{}", one.of, &text[one.place.range()])).collect();
    assert_eq!(told, ["x-a/A", "image/B", "C/D", "C/E"]);
    assert_eq!(compose.faults.iter().map(|fault| &text[fault.span.range()]).collect::<Vec<_>>(), ["${H"]);
}

#[test]
fn passwords_are_masked_in_maps_and_lists() {
    let text = "services:\n  a:\n    environment:\n    - DB_PASSWORD=canary\n    - HOST=db\n  b:\n    environment:\n      API_KEY: ${API_KEY:-canary}\n";
    let document = Document::read("compose.yaml", text.as_bytes().to_vec(), Kind::Compose).expect("ours");
    let mut shown = text.to_owned();
    for span in document.secrets().iter().rev() {
        shown.replace_range(span.range(), "*");
    }
    assert!(!shown.contains("canary") && shown.contains("HOST=db"), "{shown}");
}

#[test]
fn objects_by_the_name_of_a_compose_file_stay_objects() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n";
    let document = Document::read("web-compose.yaml", text.as_bytes().to_vec(), Kind::Compose).expect("ours");
    assert_eq!(document.kind, Kind::Manifest);
}

#[test]
fn merges_without_an_end_are_bounded() {
    let mut text = String::from("x-0: &a0 {A: 1}\n");
    for at in 1..200 {
        let _ = writeln!(text, "x-{at}: &a{at}\n  <<: [*a{0}, *a{0}]", at - 1);
    }
    text.push_str("services:\n  a:\n    environment:\n      <<: *a199\n");
    assert!(read(&text).is_some());
}
