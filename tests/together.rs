//! Many findings of one kind in one file are told as one, and stay many for those who allow or know some of them.

use crate::support::{Run, Scratch, gonogo};

const RULE: &str = "placeholder-in-production";

fn settings(names: &[&str], ending: &str) -> String {
    names.iter().map(|name| format!("{name}_URL=https://changeme/{ending}\n")).collect()
}

/// The findings of the rule: message, folded, fingerprint, number of labels.
fn told(scratch: &Scratch) -> Vec<(String, u64, String, usize)> {
    let run = gonogo(scratch.path(), &["check", ".", "--output", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let all = report["findings"].as_array().expect("findings").iter();
    let own = all.filter(|finding| finding["rule"] == RULE && finding["known"] == false && finding["suppressed"].is_null());
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    own.map(|finding| {
        let labels = finding["labels"].as_array().expect("labels").len();
        (text(&finding["message"]), finding["folded"].as_u64().unwrap_or(99), text(&finding["fingerprint"]), labels)
    })
    .collect()
}

fn with(text: &str) -> Scratch {
    Scratch::new(&[(".env.production", text)])
}

#[test]
fn from_five_on_they_are_one() {
    let four = told(&with(&settings(&["A", "B", "C", "D"], "")));
    assert_eq!(four.iter().map(|(_, folded, ..)| *folded).collect::<Vec<_>>(), [0; 4]);
    let five = told(&with(&settings(&["A", "B", "C", "D", "E"], "")));
    let [(message, 4, _, 4)] = five.as_slice() else { panic!("{five:?}") };
    assert!(message.starts_with("A_URL ") && message.ends_with("; the same holds for 4 more lines of this file"), "{message}");
    // Two files are two matters.
    let names = settings(&["A", "B", "C", "D", "E"], "");
    let two = Scratch::new(&[("a/.env.production", &names), ("b/.env.production", &names)]);
    assert_eq!(told(&two).len(), 2);
}

#[test]
fn one_more_or_less_changes_no_fingerprint() {
    let fingerprint = |names: &[&str]| told(&with(&settings(names, "")))[0].2.clone();
    let five = fingerprint(&["B", "C", "D", "E", "F"]);
    assert_eq!(five, fingerprint(&["A", "B", "C", "D", "E", "F"]));
    assert_eq!(five, fingerprint(&["B", "C", "D", "E", "F", "G"]));
    assert_eq!(five, fingerprint(&["C", "D", "E", "F", "G"]));
}

#[test]
fn what_is_allowed_beside_its_line_leaves_the_others() {
    let names = ["A", "B", "C", "D", "E", "F"];
    let allow = format!("# gonogo: allow {RULE} because the address is filled in by the image\n");
    let six = told(&with(&(allow.clone() + &settings(&names, ""))));
    let [(message, 4, ..)] = six.as_slice() else { panic!("{six:?}") };
    assert!(message.starts_with("B_URL "), "{message}");
    let five = told(&with(&(allow + &settings(&names[..5], ""))));
    assert_eq!(five.len(), 4, "{five:?}");
    // Where all are meant, the text says how.
    let text = gonogo(with(&settings(&names, "")).path(), &["check", "."]).out;
    assert!(text.contains("because …\n      above each of them, or for all in gonogo.toml:\n      [[allow]]"), "{text}");
}

#[test]
fn a_baseline_holds_each_by_itself() {
    let names = ["A", "B", "C", "D", "E", "F"];
    let scratch = with(&settings(&names, ""));
    let Run { out, .. } = gonogo(scratch.path(), &["baseline"]);
    assert!(out.contains("6 known findings"), "{out}");
    assert!(told(&scratch).is_empty());
    scratch.write(".env.production", (settings(&["NEW"], "") + &settings(&names, "")).as_bytes());
    let [(message, 0, ..)] = &told(&scratch)[..] else { panic!("one is new") };
    assert!(message.starts_with("NEW_URL "), "{message}");
}
