//! Does it grow as it should? Each axis is timed at n and 2n; the budget is a factor of 2.2 at most.
//!
//! Prints the factor and the exponent of growth (1 is linear) for each axis.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod generate;

use std::time::{Duration, Instant};

use gonogo::document::jsonc::Jsonc;
use gonogo::document::{ini, properties, toml};
use gonogo::emit::{Format, Style, emit};
use gonogo::report::{Report, Root};
use gonogo::settings::Settings;
use gonogo::source::Source;
use gonogo::tree::Memory;

const BUDGET: f64 = 2.2;
const ROUNDS: usize = 5;

/// A repository of a size along one axis.
type Make = fn(usize) -> Memory;

const AXES: &[(&str, usize, Make)] = &[
    ("files", 1_000, generate::repository),
    ("statements in a file", 40_000, |n| sql("ALTER TABLE t ADD COLUMN c int;\n".repeat(n))),
    ("findings in a file", 5_000, |n| sql("CREATE INDEX i ON t (a);\n".repeat(n))),
    ("bodies in a file", 20_000, |n| mysql("CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW BEGIN SET @b = 1; END;\n".repeat(n))),
    ("terms of an expression", 400_000, |n| sql(format!("SELECT 1{};", "+1".repeat(n)))),
    ("columns of a table", 40_000, |n| sql(format!("CREATE TABLE t ({} z int);", "c text,\n".repeat(n)))),
    ("documents in a file", 5_000, |n| yaml("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n".repeat(n))),
    ("keys of a mapping", 40_000, |n| yaml(object(&(0..n).map(|key| format!("  k{key}: v\n")).collect::<String>()))),
    ("items on one line", 40_000, |n| yaml(object(&format!("  a: [{}]\n", "b,".repeat(n))))),
    ("length of a line", 4_000_000, |n| yaml(object(&format!("  a: {}\n", "ä".repeat(n / 2))))),
    ("nesting", 250, |n| yaml(object(&format!("  a: {}{}\n", "[".repeat(n), "]".repeat(n))).repeat(50))),
    ("template holes", 20_000, |n| yaml(object(&"  a: {{ .b }}\n  {{- if .c }}\n".repeat(n)))),
    ("settings in a file", 40_000, |n| generate::settings(0, n).into_iter().collect()),
    ("services for one workload", 2_000, services),
];

/// A text of a size along one axis, and its reader.
type Read = (&'static str, usize, fn(usize) -> String, fn(&Source) -> usize);

/// The readers of files that no rule asks for yet, so that a whole run would not show them.
const READERS: &[Read] = &[
    ("properties", 80_000, generate::dotted, |source| properties::read(source).entries.len()),
    (
        "continued properties",
        80_000,
        |n| format!("a={}", "\\\n \\u0041".repeat(n)),
        |source| properties::read(source).entries.len(),
    ),
    ("settings of INI", 20_000, |n| generate::sections(n, ""), |source| ini::read(source).entries.len()),
    ("continued INI", 80_000, |n| format!("a =\n{}", "  b # c\n\n".repeat(n)), |source| ini::read(source).entries.len()),
    ("settings of TOML", 5_000, |n| generate::sections(n, "\""), |source| toml::read(source).entries.len()),
    ("tables in a TOML array", 40_000, |n| format!("a = [{}]", "{b = 1},".repeat(n)), |source| toml::read(source).entries.len()),
    ("array tables of TOML", 40_000, |n| "[[a]]\nb = 1\n".repeat(n), |source| toml::read(source).entries.len()),
    (
        "unclosed TOML",
        40_000,
        |n| format!("a = {}{}", "[".repeat(500), "\n # c\n".repeat(n)),
        |source| toml::read(source).entries.len(),
    ),
    ("commented JSON", 20_000, generate::commented_json, |source| Jsonc::read(source).comments.len()),
];

fn sql(text: String) -> Memory {
    [("db/1_a.sql", text)].into_iter().collect()
}

fn mysql(text: String) -> Memory {
    [("db/mysql/1_a.sql", text)].into_iter().collect()
}

fn yaml(text: String) -> Memory {
    [("k8s/a.yaml", text)].into_iter().collect()
}

fn object(data: &str) -> String {
    format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n{data}")
}

fn services(count: usize) -> Memory {
    let mut dice = generate::Dice::new(3);
    (0..count)
        .map(|number| (format!("k8s/{number}.yaml"), generate::manifest(number, &mut dice).replace("replicas: 3", "replicas: 2")))
        .collect()
}

fn time(tree: &Memory) -> Duration {
    let settings = Settings::default();
    let started = Instant::now();
    let report = Report::new(vec![Root::judge(tree, "", "", &settings)], &settings);
    let length = emit(&report, Format::Text, Style::default()).len();
    assert!(length > 0);
    started.elapsed()
}

fn best(time: impl Fn() -> Duration) -> f64 {
    (0..ROUNDS).map(|_| time().as_secs_f64()).fold(f64::INFINITY, f64::min)
}

fn tell(axis: &str, size: usize, quick: bool, time: impl Fn(usize) -> f64) {
    let (once, twice) = (time(size), time(2 * size));
    let factor = twice / once;
    let mark = if factor > BUDGET && !quick { "  over the budget" } else { "" };
    println!("{axis:28} {size:>9} {:>11.2} {:>11.2} {factor:>7.2} {:>9.2}{mark}", once * 1e3, twice * 1e3, factor.log2());
}

fn main() {
    // `cargo test --benches` and friends only want to know that it runs.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(gonogo::settings::STACK_SIZE).build().expect("a pool");
    println!("{:28} {:>9} {:>11} {:>11} {:>7} {:>9}", "axis", "n", "ms at n", "ms at 2n", "factor", "exponent");
    pool.install(|| {
        let scaled = |size: usize| if quick { size / 100 } else { size };
        for (axis, size, make) in AXES {
            tell(axis, scaled(*size), quick, |size| {
                let tree = make(size);
                best(|| time(&tree))
            });
        }
        for (axis, size, make, read) in READERS {
            tell(axis, scaled(*size), quick, |size| {
                let source = Source::decode("x", make(size).into_bytes());
                best(|| {
                    let started = Instant::now();
                    std::hint::black_box(read(&source));
                    started.elapsed()
                })
            });
        }
    });
}
