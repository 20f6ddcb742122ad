//! Does it grow as it should? Each axis is timed at five sizes from n to 4n; the exponent of growth (1 is linear) is that of
//! the line that fits them best.
//!
//! Other work on the machine must not look like growth: the time is that of the processor, not of the clock on the wall,
//! where the system tells it; the sizes take turns, and of each the best round counts; rounds go on until no size gets
//! any better. `cargo bench --bench scale -- JSON` measures the axes with that word in their names; with a number after it,
//! as in `-- JSON 40000`, the work of that size is done once, for a tool to watch that counts instructions: these do not
//! grow where data outgrows the caches of a processor, which costs whole repositories up to a tenth on this scale.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod generate;

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use gonogo::document::jsonc::Jsonc;
use gonogo::document::{ini, properties, toml};
use gonogo::emit::{Format, Style, emit};
use gonogo::report::{Report, Root};
use gonogo::settings::Settings;
use gonogo::source::Source;
use gonogo::tree::Memory;

/// Over it something takes more time the more there is.
const BUDGET: f64 = 1.1;

/// The work of one axis at one size, ready to be done again and again.
type Work = Box<dyn Fn()>;

/// What grows, its smallest size, and the work of a size.
type Axis = (&'static str, usize, fn(usize) -> Work);

/// No size goes over a limit of the readers, or what is beyond it would cost nothing.
const AXES: &[Axis] = &[
    ("files", 1_000, |n| judge(generate::repository(n))),
    ("migrations and ways back", 2_000, |n| judge(undone(n))),
    ("sections of a file", 10_000, |n| sql("-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n".repeat(n))),
    ("statements in a file", 40_000, |n| sql("ALTER TABLE t ADD COLUMN c int;\n".repeat(n))),
    ("migrations replayed", 1_250, |n| judge(history(n))),
    ("columns of a replayed table", 400, |n| migrations([wide(n), "ALTER TABLE t ALTER c1 TYPE bigint;\n".repeat(20)])),
    ("columns added one by one", 400, |n| {
        migrations([wide(1), (0..n).map(|c| format!("ALTER TABLE t ADD c{c}x int;\n")).collect()])
    }),
    ("tables of a schema", 5_000, |n| migrations([tables(n), "DROP SCHEMA public CASCADE;\n".to_owned()])),
    ("partitions of a table", 1_000, |n| migrations([parted(n), "ALTER TABLE t ADD x int;\n".to_owned()])),
    ("findings in a file", 5_000, |n| sql("CREATE INDEX i ON t (a);\n".repeat(n))),
    ("bodies in a file", 20_000, |n| mysql("CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW BEGIN SET @b = 1; END;\n".repeat(n))),
    ("terms of an expression", 200_000, |n| sql(format!("SELECT 1{};", "+1".repeat(n)))),
    ("columns of a table", 40_000, |n| sql(format!("CREATE TABLE t ({} z int);", "c text,\n".repeat(n)))),
    ("documents in a file", 5_000, |n| yaml("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n".repeat(n))),
    ("keys of a mapping", 40_000, |n| yaml(object(&(0..n).map(|key| format!("  k{key}: v\n")).collect::<String>()))),
    ("items on one line", 40_000, |n| yaml(object(&format!("  a: [{}]\n", "b,".repeat(n))))),
    ("length of a line", 2_000_000, |n| yaml(object(&format!("  a: {}\n", "ä".repeat(n / 2))))),
    ("nesting", 120, |n| yaml(object(&format!("  a: {}{}\n", "[".repeat(n), "]".repeat(n))).repeat(50))),
    ("template holes", 20_000, |n| yaml(object(&"  a: {{ .b }}\n  {{- if .c }}\n".repeat(n)))),
    ("findings in a List", 1_000, |n| yaml(list(n))),
    ("containers of a workload", 2_000, |n| yaml(containers(n))),
    ("settings in a file", 40_000, |n| judge(generate::settings(0, n).into_iter().collect())),
    ("services for one workload", 2_000, |n| judge(services(n))),
    // The readers of files that no rule asks for yet, so that a whole run would not show them.
    ("properties", 60_000, |n| read(&generate::dotted(n), |source| properties::read(source).entries.len())),
    ("continued properties", 80_000, |n| {
        read(&format!("a={}", "\\\n \\u0041".repeat(n)), |source| properties::read(source).entries.len())
    }),
    ("settings of INI", 15_000, |n| read(&generate::sections(n, ""), |source| ini::read(source).entries.len())),
    ("continued INI", 80_000, |n| read(&format!("a =\n{}", "  b # c\n\n".repeat(n)), |source| ini::read(source).entries.len())),
    ("settings of TOML", 5_000, |n| read(&generate::sections(n, "\""), |source| toml::read(source).entries.len())),
    ("tables in a TOML array", 40_000, |n| {
        read(&format!("a = [{}]", "{b = 1},".repeat(n)), |source| toml::read(source).entries.len())
    }),
    ("array tables of TOML", 40_000, |n| read(&"[[a]]\nb = 1\n".repeat(n), |source| toml::read(source).entries.len())),
    ("unclosed TOML", 40_000, |n| {
        read(&format!("a = {}{}", "[".repeat(500), "\n # c\n".repeat(n)), |source| toml::read(source).entries.len())
    }),
    ("commented JSON", 20_000, |n| read(&generate::commented_json(n), |source| Jsonc::read(source).comments.len())),
    (PLANTED, 4_000, |n| {
        Box::new(move || {
            black_box(planted(n));
        })
    }),
];

fn sql(text: String) -> Work {
    judge([("db/1_a.sql", text)].into_iter().collect())
}

/// This many migrations, each with its way back.
fn history(size: usize) -> Memory {
    let mut dice = generate::Dice::new(42);
    let files = (0..size).map(|number| {
        let up = (format!("db/migrations/{number:05}_step.up.sql"), generate::migration(number, &mut dice));
        [up, (format!("db/migrations/{number:05}_step.down.sql"), format!("DROP TABLE t{number};\n"))]
    });
    files.flatten().collect()
}

/// Migrations that come one after the other; all are judged.
fn migrations(texts: [String; 2]) -> Work {
    let files = (1..).zip(texts).map(|(number, text)| (format!("db/{number}_a.sql"), text));
    judge(files.collect())
}

fn wide(columns: usize) -> String {
    format!("CREATE TABLE t ({} z int);\n", (0..columns).map(|column| format!("c{column} int,\n")).collect::<String>())
}

fn tables(count: usize) -> String {
    (0..count).map(|number| format!("CREATE TABLE t{number} (id bigint PRIMARY KEY, a text);\n")).collect()
}

fn parted(count: usize) -> String {
    let parts = (0..count).map(|at| format!("CREATE TABLE t{at} PARTITION OF t FOR VALUES FROM ({at}) TO ({});\n", at + 1));
    format!("CREATE TABLE t (id bigint) PARTITION BY RANGE (id);\n{}", parts.collect::<String>())
}

fn mysql(text: String) -> Work {
    judge([("db/mysql/1_a.sql", text)].into_iter().collect())
}

fn yaml(text: String) -> Work {
    judge([("k8s/a.yaml", text)].into_iter().collect())
}

/// Reads, judges and reports a whole repository.
fn judge(tree: Memory) -> Work {
    let settings = Settings::default();
    Box::new(move || {
        let report = Report::new(vec![Root::judge(&tree, "", "", &settings)], &settings);
        assert!(!emit(&report, Format::Text, Style::default()).is_empty());
    })
}

/// Reads a text alone.
fn read(text: &str, read: fn(&Source) -> usize) -> Work {
    let source = Source::decode("x", text.as_bytes().to_vec());
    Box::new(move || {
        black_box(read(&source));
    })
}

fn object(data: &str) -> String {
    format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n{data}")
}

const ALLOWED: &str = "# gonogo: allow mutable-image-tag because it is a test\n";

/// A List of workloads with something to find in each; it is allowed in one of eight.
fn list(items: usize) -> String {
    let items = (0..items).map(|number| {
        let allowed = if number % 8 == 0 { format!("  {ALLOWED}") } else { String::new() };
        format!(
            "{allowed}  - apiVersion: v1\n    kind: Pod\n    metadata:\n      name: web-{number}\n    spec:\n      containers:\n        - \
             name: web\n          image: registry.example/web:latest\n"
        )
    });
    format!("apiVersion: v1\nkind: List\nitems:\n{}", items.collect::<String>())
}

/// A workload of containers with something to find in each; it is allowed in one of eight.
fn containers(count: usize) -> String {
    let containers = (0..count).map(|number| {
        let allowed = if number % 8 == 0 { format!("    {ALLOWED}") } else { String::new() };
        format!("{allowed}    - name: web-{number}\n      image: registry.example/web:latest\n")
    });
    format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n{}", containers.collect::<String>())
}

/// Migrations whose ways back share nothing with them but the version.
fn undone(count: usize) -> Memory {
    let files = (0..count)
        .map(|number| [(format!("db/V{number}__a.sql"), "SELECT 1;\n"), (format!("db/U{number}__undo_a.sql"), "SELECT 2;\n")]);
    files.flatten().collect()
}

fn services(count: usize) -> Memory {
    let mut dice = generate::Dice::new(3);
    (0..count)
        .map(|number| (format!("k8s/{number}.yaml"), generate::manifest(number, &mut dice).replace("replicas: 3", "replicas: 2")))
        .collect()
}

/// An axis that must be over the budget, or the others prove nothing.
const PLANTED: &str = "(planted) a third quadratic";

/// Mostly linear work with a search among all that came before, which takes about a third of the time of the largest size.
fn planted(size: usize) -> usize {
    let mut seen: Vec<u64> = Vec::new();
    let mut dice = generate::Dice::new(5);
    let mut found = 0;
    for _ in 0..size {
        let item = (0..700).fold(0, |_, _| dice.roll(u64::MAX));
        found += usize::from(seen.contains(&item));
        seen.push(item);
    }
    found
}

/// Seconds of processor time that this thread has had, or else of the clock.
fn now() -> f64 {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    // The system brings its account up to date when the thread offers to wait.
    std::thread::yield_now();
    let account = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = account.and_then(|account| account.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

/// The sizes of an axis, in hundredths of the smallest one.
const STEPS: [u32; 5] = [100, 141, 200, 283, 400];

/// No fewer rounds, and no more.
const ROUNDS: std::ops::Range<usize> = 5..60;

/// So many rounds in which no size gets better by a hundredth end it.
const PATIENCE: usize = 5;

/// The best time of each size.
fn measure(works: &[Work]) -> Vec<f64> {
    let mut best = vec![f64::INFINITY; works.len()];
    let mut improved = 0;
    for round in 0..ROUNDS.end {
        for (work, best) in works.iter().zip(&mut best) {
            let started = now();
            work();
            let took = now() - started;
            if took < *best * 0.99 {
                improved = round;
            }
            *best = best.min(took);
        }
        if round >= ROUNDS.start.max(improved + PATIENCE) {
            break;
        }
    }
    best
}

/// The slope of the straight line that fits the logarithms of sizes and times best.
fn exponent(times: &[f64]) -> f64 {
    let sizes: Vec<f64> = STEPS.iter().map(|step| f64::from(*step).ln()).collect();
    let times: Vec<f64> = times.iter().map(|time| time.ln()).collect();
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.iter().map(|_| 1.0).sum::<f64>();
    let (size, time) = (mean(&sizes), mean(&times));
    let along: f64 = sizes.iter().zip(&times).map(|(one, other)| (one - size) * (other - time)).sum();
    along / sizes.iter().map(|one| (one - size).powi(2)).sum::<f64>()
}

fn tell(name: &str, size: usize, work: fn(usize) -> Work) {
    let works: Vec<Work> = STEPS.iter().map(|step| work(size * *step as usize / 100)).collect();
    let times = measure(&works);
    let exponent = exponent(&times);
    let mark = if exponent > BUDGET { "  over the budget" } else { "" };
    let times: String = times.iter().map(|time| format!("{:8.2}", time * 1e3)).collect();
    println!("{name:28} {size:>8} {times} {exponent:>9.2}{mark}");
}

/// From some size on, the C library gives blocks back to the system and asks for them anew in each round, so that all their
/// pages cost once more: a step, which would look like growth. Told so, it keeps what it has had.
const KEEPS_MEMORY: [(&str, &str); 2] = [("MALLOC_MMAP_THRESHOLD_", "4000000000"), ("MALLOC_TRIM_THRESHOLD_", "8000000000")];

/// It is told as it starts, so this program starts itself once more.
fn once_more_keeping_memory() -> std::io::Result<i32> {
    let mut again = Command::new(std::env::current_exe()?);
    let status = again.args(std::env::args_os().skip(1)).envs(KEEPS_MEMORY).status()?;
    Ok(status.code().unwrap_or(1))
}

fn main() {
    // `cargo test --benches` and friends only want to know that it runs.
    let (flags, words): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let quick = !flags.iter().any(|flag| flag == "--bench");
    if !quick && KEEPS_MEMORY.iter().all(|(name, _)| std::env::var_os(name).is_none()) {
        std::process::exit(once_more_keeping_memory().expect("itself"));
    }
    let once: Option<usize> = words.iter().find_map(|word| word.parse().ok());
    let is_chosen = |name: &str| words.iter().all(|word| word.parse::<usize>().is_ok() || name.contains(word.as_str()));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(gonogo::settings::STACK_SIZE).build().expect("a pool");
    println!("{:28} {:>8} {:^40} {:>9}", "axis", "n", "ms from n to 4n", "exponent");
    pool.install(|| {
        for (name, size, work) in AXES.iter().filter(|(name, ..)| is_chosen(name)) {
            match once {
                Some(size) => work(size)(),
                None if quick => work(size / 50)(),
                None => tell(name, *size, *work),
            }
        }
    });
}
