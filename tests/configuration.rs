//! Configuration files of any format: ten thousand broken versions of each, and files built to be slow.

use std::time::{Duration, Instant};

use gonogo::diagnostic::SourceId;
use gonogo::document::compose::Compose;
use gonogo::document::dotenv::Dotenv;
use gonogo::document::format::Format;
use gonogo::document::jsonc::Jsonc;
use gonogo::document::pairs::Pairs;
use gonogo::document::{ini, properties, toml};
use gonogo::source::{Source, Span};

const MUTATIONS: usize = 10_000;

/// Each takes a few milliseconds; `benches/scale.rs` measures growth, this finds what never ends.
const PATIENCE: Duration = Duration::from_secs(10);

type Read = fn(&Source) -> Vec<Span>;

const PROPERTIES: &str =
    "# c\u{e4}\na=1\nb.c : x \\\n  y\r\ncaf\\u00e9\\ z=\\uD83D\\uDE00\\\n#---\n! d\nurl=jdbc:x?a=${B:c}\nlast \u{20ac}";
const INI: &str = "; c\n[s\u{e4}]\na = \"b ; c\" ; d\nlist =\n  one, # c\n\n  two\r\nkey: v;w\nskip\n[t \"u\"]\nurl=http://h/?a=b\npath='C:\\x\\'\n\u{20ac}=\u{1f600}";
const TOML: &str = "# c\u{e4}\na = 1\n\"b c\".d = 'x'\n[s.\"t.u\"]\ne = { f = [1, {g = \"\\u00e9\"}], h = 1979-05-27 07:32:00 }\n[[k]]\r\nl = \"\"\"\nm \\\n n\"\"\"\n[[k]]\nl = '''\u{20ac}'''\n";
const JSONC: &str = "// c\u{e4}\n{\n\t\"a\": [1, -2.5e3, /* \u{20ac} */ ], \"b\\u00e9\\\"\": {\"c\": null, }, // d\r\n \"u\": \"http://x\", \"l\": true\n}\n";
const DOTENV: &str =
    "# c\u{e4}\nexport A=\"b # c\" # d\nB='x\ny'\nC: z\nD=a\\ b\r\nE=\n\"F\"=`\u{20ac}`\nG=${A:-x}#y\nwords\nH=\u{1f600} # z";

const COMPOSE: &str = "x-e: &e {A: 1, \u{e4}: \"${B:-}\"}\nservices:\n  w\u{20ac}b:\n    image: \"a:${C:?say it}\"\n    env_file:\n    - path: ./a.env\n      required: false\n    environment:\n      <<: *e\n      D: 'x $${E} ${F:1'\n  job:\n    environment:\n    - G=\u{1f600}$H\r\n    - I\n    command: |\n      echo ${J:-${K}}\n";

fn of_pairs(pairs: &Pairs, source: &Source) -> Vec<Span> {
    let mut spans: Vec<Span> = pairs.entries.iter().flat_map(|pair| [pair.key.span, pair.value.span]).collect();
    spans.extend(pairs.groups.iter().map(|group| group.name.span));
    spans.extend(pairs.malformed.iter().chain(&pairs.cut).map(|fault| fault.span));
    spans.extend(&pairs.comments);
    assert!(pairs.entries.iter().all(|pair| !pairs.path(pair, source).is_empty()), "{:?}", source.text());
    spans
}

const READERS: &[(&str, &str, Read)] = &[
    ("a.properties", PROPERTIES, |source| of_pairs(&properties::read(source), source)),
    ("a.ini", INI, |source| of_pairs(&ini::read(source), source)),
    ("a.toml", TOML, |source| of_pairs(&toml::read(source), source)),
    ("a.json", JSONC, |source| {
        let file = Jsonc::read(source);
        let errors = file.yaml.parts.iter().filter_map(|part| part.error.as_ref()).map(|error| error.span);
        let parts = file.yaml.parts.iter().map(|part| part.span);
        let mut nodes = Vec::new();
        let mut open: Vec<_> = file.yaml.roots(source, SourceId(0)).collect();
        while let Some(node) = open.pop() {
            nodes.push(node.span());
            open.extend(node.own_children());
        }
        errors
            .chain(parts)
            .chain(nodes)
            .chain(file.comments.iter().copied())
            .chain(file.trailing_commas.iter().copied())
            .collect()
    }),
    ("compose.yaml", COMPOSE, |source| {
        let Some(file) = Compose::read(source) else { return Vec::new() };
        let services = file.services.iter().flat_map(|service| [service.key, service.span]);
        let settings = file.services.iter().flat_map(|service| &service.settings).flat_map(|entry| [entry.key, entry.value]);
        let files = file.services.iter().flat_map(|service| &service.env_files).map(|asked| asked.place);
        let variables = file.variables.iter().map(|variable| variable.place);
        let faults = file.faults.iter().map(|fault| fault.span);
        services.chain(settings).chain(files).chain(variables).chain(faults).collect()
    }),
    (".env", DOTENV, |source| {
        let file = Dotenv::read(source);
        let settings = file.settings.iter().flat_map(|setting| [setting.key, setting.value]);
        settings.chain(file.malformed.iter().copied()).chain(file.comments.iter().copied()).collect()
    }),
];

/// A small generator of numbers (xorshift), seeded.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).expect("small")
    }
}

/// Pieces that mean something to one of the readers.
const PIECES: &[&str] = &[
    "\\",
    "\"",
    "'",
    "`",
    "\n",
    "\r",
    "\r\n",
    "=",
    ":",
    "#",
    ";",
    "[",
    "]",
    "{",
    "}",
    "[[",
    "]]",
    "\"\"\"",
    "'''",
    "//",
    "/*",
    "*/",
    ",",
    " ",
    "\t",
    "\\u",
    "\\uD83D",
    "\\\n",
    "#---\n",
    ".",
    "\u{e4}",
    "\u{1f600}",
    "\u{0}",
    "\u{FEFF}",
    "\u{2028}",
    "export ",
    "0x",
];

fn mutate(sample: &str, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = sample.as_bytes().to_vec();
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(bytes.len() + 1);
        let until = (at + dice.roll(12)).min(bytes.len());
        match dice.roll(6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..until)),
            2 => {
                let copy = bytes[at..until].to_vec();
                let to = dice.roll(bytes.len() + 1);
                drop(bytes.splice(to..to, copy));
            }
            3 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u8::try_from(dice.roll(256)).expect("a byte");
                }
            }
            _ => drop(bytes.splice(at..until.min(at + dice.roll(2)), PIECES[dice.roll(PIECES.len())].bytes())),
        }
    }
    bytes
}

fn check(name: &str, bytes: Vec<u8>, read: Read) {
    let source = Source::decode(name, bytes);
    let text = source.text();
    for span in read(&source) {
        assert!(text.get(span.range()).is_some(), "{name}: {span:?} of {text:?}");
    }
    // The sniffer reads everything too.
    let _ = Format::of(name, text);
}

fn mutations(reader: usize) {
    let (name, sample, read) = READERS[reader];
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15 + reader as u64);
    for end in 0..=sample.len() {
        check(name, sample.as_bytes()[..end].to_vec(), read);
    }
    for _ in 0..MUTATIONS {
        check(name, mutate(sample, &mut dice), read);
    }
}

#[test]
fn broken_properties_are_read() {
    mutations(0);
}

#[test]
fn broken_ini_is_read() {
    mutations(1);
}

#[test]
fn broken_toml_is_read() {
    mutations(2);
}

#[test]
fn broken_json_is_read() {
    mutations(3);
}

#[test]
fn broken_dotenv_is_read() {
    mutations(4);
}

#[test]
fn the_samples_are_read_by_any_reader() {
    for (_, sample, _) in READERS {
        for (name, _, read) in READERS {
            check(name, sample.as_bytes().to_vec(), *read);
        }
    }
}

#[test]
fn files_built_to_be_slow_are_not() {
    let n = 15_000;
    let files = [
        "a\\\n".repeat(n),
        "\\uD83D".repeat(n),
        format!("a={}", "\\".repeat(n)),
        format!("a = \"{}", "\" ".repeat(n)),
        format!("a = \"{}", "\\\" ".repeat(n)),
        format!("a =\n{}", "  b\n\n".repeat(n)),
        format!("a = x{}", " ; ;".repeat(n)),
        "[a]\n".repeat(n),
        format!("[{}]", "a.".repeat(n)),
        format!("{} = 1", "a.".repeat(n)),
        "[[a]]\n[a.b]\nc.d = 1\n".repeat(n / 4),
        format!("a = {}", "[".repeat(n)),
        format!("a = {}{}", "[".repeat(500), "\n#\n ".repeat(n)),
        format!("a = [{}", "{b=1},".repeat(n)),
        format!("a = [{}", ", ".repeat(n)),
        "a = \"\n".repeat(n),
        "a = '''\n".repeat(n),
        format!("[{}", "1, /* c */ // d\n".repeat(n)),
        format!("[{}", ",/**/".repeat(n)),
        format!("{{{}", "\"a\":{".repeat(n)),
        "/*".repeat(n),
        "\"".repeat(n),
    ];
    for text in files {
        for (name, _, read) in READERS {
            let started = Instant::now();
            check(name, text.clone().into_bytes(), *read);
            let taken = started.elapsed();
            assert!(taken < PATIENCE, "{name}: {taken:?} for {:?}", &text[..40]);
        }
    }
}
