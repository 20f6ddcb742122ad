//! Compiles `rules/<family>/<rule>.md` into the static catalogue. A page with a bad header does not compile.
//!
//! Each page's check is `src/checks/<family>/<rule>.rs`; what it looks at is read from the first parameter of its
//! `pub fn check`, so that neither a page nor a list has to repeat it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    summary: String,
    severity: Severity,
    default: Switch,
    since: String,
    #[serde(default)]
    engines: Vec<Engine>,
    group: String,
    #[serde(default)]
    supersedes: Vec<String>,
    #[serde(default)]
    options: BTreeMap<String, Choice>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default, rename = "rests-on")]
    rests_on: Vec<String>,
    #[serde(default, rename = "known-as")]
    known_as: BTreeMap<String, Vec<String>>,
    sources: Vec<String>,
}

/// An option of a rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    r#type: Type,
    default: serde_yaml::Value,
    text: String,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Type {
    Flag,
    Number,
    Text,
    List,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "lowercase")]
enum Severity {
    High,
    Medium,
    Low,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Switch {
    On,
    Off,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "lowercase")]
enum Engine {
    Postgres,
    Mysql,
    Sqlite,
    Sqlserver,
    Clickhouse,
}

struct Page {
    family: String,
    name: String,
    header: Header,
    path: PathBuf,
    /// Where the text begins after the header.
    body_at: usize,
    subject: String,
}

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/checks");
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo sets it"));
    let pages = read_pages(&root);
    check_references(&pages);
    write(&out.join("pages.rs"), &catalogue(&pages));
    write(&out.join("checks.rs"), &checks(&pages));
}

fn read_pages(root: &Path) -> Vec<Page> {
    let mut pages = Vec::new();
    for family in sorted(&root.join("rules")) {
        for path in sorted(&family) {
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(read_page(root, &family, path));
            }
        }
    }
    pages
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    paths
}

fn read_page(root: &Path, family: &Path, path: PathBuf) -> Page {
    let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{shown}: {error}")).replace("\r\n", "\n");
    let rest = text.strip_prefix("---\n").unwrap_or_else(|| panic!("{shown}: the page must begin with a `---` header"));
    let end = rest.find("\n---\n").unwrap_or_else(|| panic!("{shown}: the header is not closed by `---`"));
    let header: Header = serde_yaml::from_str(&rest[..end]).unwrap_or_else(|error| panic!("{shown}: {error}"));
    let name = stem(&path);
    let title = format!("# {name}");
    assert!(rest.contains(&title), "{shown}: the page has no title `{title}`");
    assert!(!header.sources.is_empty(), "{shown}: a claim needs a source");
    assert!(!header.summary.ends_with('.'), "{shown}: the summary is a clause, without a full stop");
    let family = stem(family);
    let subject = subject(root, &family, &name);
    Page { family, name, header, path, body_at: "---\n".len() + end + "\n---\n".len(), subject }
}

fn stem(path: &Path) -> String {
    path.file_stem().and_then(|stem| stem.to_str()).expect("rules have plain names").to_owned()
}

/// The type of the first parameter of the rule's check.
fn subject(root: &Path, family: &str, name: &str) -> String {
    let module = name.replace('-', "_");
    let path = root.join(format!("src/checks/{family}/{module}.rs"));
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("src/checks/{family}/{module}.rs, the check of {name}: {error}"));
    let (_, parameters) = text.split_once("pub fn check(").unwrap_or_else(|| panic!("{name}: no `pub fn check(` in its check"));
    let (_, rest) =
        parameters.split_once(": &").unwrap_or_else(|| panic!("{name}: the first parameter of its check is no reference"));
    rest.chars().take_while(char::is_ascii_alphanumeric).collect()
}

fn check_references(pages: &[Page]) {
    for page in pages {
        for other in &page.header.supersedes {
            assert!(pages.iter().any(|page| page.name == *other), "{}: supersedes `{other}`, which is no rule", page.name);
        }
        let taken = |alias: &String| pages.iter().any(|page| page.name == *alias);
        assert!(!page.header.aliases.iter().any(taken), "{}: an alias is the name of another rule", page.name);
    }
}

fn catalogue(pages: &[Page]) -> String {
    let mut code = String::from("&[\n");
    for page in pages {
        let Header {
            summary,
            severity,
            default,
            since,
            engines,
            group,
            supersedes,
            options,
            aliases,
            rests_on,
            known_as,
            sources,
        } = &page.header;
        let known_as: Vec<_> = known_as.iter().map(|(tool, names)| format!("({tool:?}, &{names:?})")).collect();
        let known_as = known_as.join(", ");
        let engines: Vec<String> = engines.iter().map(|engine| format!("{engine:?}").to_lowercase()).collect();
        let options: Vec<String> = options.iter().map(|(option, choice)| choice.code(&page.name, option)).collect();
        let options = options.join(", ");
        let family = capitalised(&page.family);
        let (name, path, body_at, on) = (&page.name, page.path.display().to_string(), page.body_at, *default == Switch::On);
        // A rule about what allows rules: if it could be allowed in turn, there would be no end to it.
        let can_be_allowed = page.subject != "Suppression";
        writeln!(
            code,
            "Rule {{ name: {name:?}, family: Family::{family}, severity: Severity::{severity:?}, summary: {summary:?}, \
             on_by_default: {on}, since: {since:?}, engines: &{engines:?}, group: {group:?}, supersedes: &{supersedes:?}, \
             options: &[{options}], aliases: &{aliases:?}, rests_on: &{rests_on:?}, known_as: &[{known_as}], sources: &{sources:?}, page: include_str!({path:?}), body_at: {body_at}, \
             can_be_allowed: {can_be_allowed} }},"
        )
        .expect("a String takes everything");
    }
    code.push(']');
    code
}

impl Choice {
    /// As an expression; a default of another type than the option does not compile.
    fn code(&self, rule: &str, option: &str) -> String {
        use serde_yaml::Value;
        let plain = option.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        assert!(plain && option != "level", "{rule}: an option is named in small letters and hyphens, and not `level`: {option}");
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let default = match self.r#type {
            Type::Flag => self.default.as_bool().map(|flag| format!("Flag({flag})")),
            Type::Number => self.default.as_i64().map(|number| format!("Number({number})")),
            Type::Text => text(&self.default).map(|text| format!("Text({text:?})")),
            Type::List => {
                let items = self.default.as_sequence().and_then(|items| items.iter().map(text).collect::<Option<Vec<_>>>());
                items.map(|items| format!("List(&{items:?})"))
            }
        };
        let default = default.unwrap_or_else(|| panic!("{rule}: the default of `{option}` is not of its type"));
        let text = self.text.trim();
        assert!(!text.ends_with('.'), "{rule}: the text of `{option}` is a clause, without a full stop");
        format!("RuleOption {{ name: {option:?}, default: Default::{default}, text: {text:?} }}")
    }
}

/// In the order of the catalogue.
fn checks(pages: &[Page]) -> String {
    let mut code = String::from("&[\n");
    for Page { family, name, subject, .. } in pages {
        writeln!(code, "Check::{subject}({family}::{}::check),", name.replace('-', "_")).expect("a String takes everything");
    }
    code.push(']');
    code
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

fn write(path: &Path, code: &str) {
    fs::write(path, code).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
