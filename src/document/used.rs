//! Which versions of languages and servers do files of a build, a test and a deploy name?
//!
//! An image, an input of an action, a file of a version manager: such a mention is a word on a line, so nothing is parsed for
//! it. A version that is put together from what the file does not say is there, and unknown.

mod line;
mod stages;

use crate::path;
use crate::source::Span;
use line::At;
use stages::Stages;

/// What a version is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Tool {
    /// A server for data.
    Postgres,
    /// The same.
    Mysql,
    /// The same.
    Mariadb,
    /// The same.
    Redis,
    /// The same.
    Mongo,
    /// What runs a program.
    Node,
    /// The same.
    Python,
    /// The same.
    Java,
    /// The same.
    Go,
    /// The same.
    Ruby,
}

/// As many numbers of a version as tell one from another that behaves otherwise.
pub type Version = Vec<u32>;

/// A mention of a version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Use {
    /// Of what.
    pub tool: Tool,
    /// Which; none where it is put together.
    pub version: Option<Version>,
    /// Where.
    pub place: Span,
}

/// What kind of file names versions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Teller {
    /// What an image is made from.
    Dockerfile,
    /// A pipeline, which tests.
    Pipeline,
    /// What runs on a laptop, and now and then in production.
    Compose,
    /// Infrastructure.
    Terraform,
    /// A list for a version manager.
    Manager,
}

impl Tool {
    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL",
            Self::Mariadb => "MariaDB",
            Self::Redis => "Redis",
            Self::Mongo => "MongoDB",
            Self::Node => "Node.js",
            Self::Python => "Python",
            Self::Java => "Java",
            Self::Go => "Go",
            Self::Ruby => "Ruby",
        }
    }

    /// Whether it keeps data, and so is one thing for all that ask it.
    pub fn is_engine(self) -> bool {
        matches!(self, Self::Postgres | Self::Mysql | Self::Mariadb | Self::Redis | Self::Mongo)
    }

    /// How many numbers of a version count.
    fn parts(self) -> usize {
        match self {
            Self::Mysql | Self::Mariadb | Self::Python | Self::Go | Self::Ruby => 2,
            _ => 1,
        }
    }

    /// `20.11.1-alpine` is 20 of Node, `3.12-slim` is 3.12 of Python, and `3` is none of Python.
    fn version(self, text: &str) -> Option<Version> {
        let text = text.trim_start_matches(['v', '=', '^', '~']);
        let end = text.find(|next: char| !(next.is_ascii_digit() || next == '.')).unwrap_or(text.len());
        // `20.x` has no second number.
        let numbers: Option<Version> =
            text[..end].split('.').filter(|part| !part.is_empty()).take(self.parts()).map(|part| part.parse().ok()).collect();
        numbers.filter(|numbers| numbers.len() == self.parts() && numbers[0] < 1000)
    }

    fn of_image(name: &str) -> Option<Self> {
        Some(match name.rsplit('/').next()? {
            "postgres" | "postgresql" | "postgis" | "pgvector" | "timescaledb" | "timescaledb-ha" => Self::Postgres,
            "mysql" | "mysql-server" => Self::Mysql,
            "mariadb" => Self::Mariadb,
            "redis" => Self::Redis,
            "mongo" => Self::Mongo,
            "node" => Self::Node,
            "python" => Self::Python,
            "eclipse-temurin" | "openjdk" | "amazoncorretto" => Self::Java,
            "golang" => Self::Go,
            "ruby" => Self::Ruby,
            _ => return None,
        })
    }
}

/// `20`, `3.12`.
pub fn told(version: &Version) -> String {
    version.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

/// The inputs of actions that set a language up.
const INPUTS: &[(&str, Tool)] = &[
    ("node-version", Tool::Node),
    ("python-version", Tool::Python),
    ("java-version", Tool::Java),
    ("go-version", Tool::Go),
    ("ruby-version", Tool::Ruby),
    // A file says which, and nobody looks into it here.
    ("node-version-file", Tool::Node),
    ("python-version-file", Tool::Python),
    ("java-version-file", Tool::Java),
    ("go-version-file", Tool::Go),
];

/// The files of version managers that hold one version alone.
const MANAGERS: &[(&str, Tool)] = &[
    (".nvmrc", Tool::Node),
    (".node-version", Tool::Node),
    (".python-version", Tool::Python),
    (".ruby-version", Tool::Ruby),
    (".java-version", Tool::Java),
    (".go-version", Tool::Go),
];

/// Whether a file names versions, by its path.
pub fn teller(path: &str) -> Option<Teller> {
    const ASIDE: &[&str] = &[
        "example",
        "examples",
        "sample",
        "samples",
        "docs",
        "doc",
        "test",
        "tests",
        "e2e",
        "spec",
        "testdata",
        ".devcontainer",
        "benchmark",
        "benchmarks",
        "bench",
        "hack",
        "templates",
        "template",
        "demo",
        "demos",
        "tools",
        "scripts",
    ];
    let (folders, name) = path::parted(path);
    let lower = path::in_small_letters(name);
    let is_yaml = lower.ends_with(".yml") || lower.ends_with(".yaml");
    // Further down, nobody runs workflows.
    let is_ci = || folders == ".github/workflows" || folders.ends_with(".circleci") || lower.starts_with(".gitlab-ci");
    let teller = match () {
        () if lower == "dockerfile" => Teller::Dockerfile,
        () if MANAGERS.iter().any(|(manager, _)| *manager == name) || name == ".tool-versions" => Teller::Manager,
        () if lower.ends_with(".tf") => Teller::Terraform,
        () if is_yaml && is_ci() => Teller::Pipeline,
        () if is_yaml && (lower.starts_with("docker-compose") || lower.starts_with("compose")) => Teller::Compose,
        () => return None,
    };
    (!folders.split('/').any(|folder| ASIDE.contains(&folder))).then_some(teller)
}

/// The server of data that an image starts, and its version where the tag tells.
pub fn server(image: &str) -> Option<(Tool, Option<Version>)> {
    let here = At { text: image, start: 0, line: image };
    let used = here.named(image).filter(|used| used.tool.is_engine())?;
    Some((used.tool, used.version))
}

/// What a file names, in order.
pub fn uses(path: &str, text: &str) -> Vec<Use> {
    let Some(teller) = teller(path) else { return Vec::new() };
    let name = path::name(path);
    let mut found = Vec::new();
    let mut at = 0;
    let mut engine = None;
    let stages = (teller == Teller::Dockerfile).then(|| Stages::of(text));
    let is_run = |start: usize| stages.as_ref().is_none_or(|stages| stages.is_run(start));
    let is_native = ["native-image", "-Pnative", "nativeCompile"].iter().any(|word| text.contains(word));
    for line in text.split_inclusive('\n') {
        let here = At { text, start: at, line };
        at += line.len();
        if line.trim_start().starts_with(['#', '/']) {
            continue;
        }
        match teller {
            // What is compiled ahead to machine code runs on no version.
            Teller::Dockerfile => {
                let used = here.from().filter(|used| used.tool != Tool::Java || !is_native);
                // A program of Go has in it what built it; others are run by what their image has.
                found.extend(used.filter(|used| used.tool == Tool::Go || is_run(here.start)));
            }
            Teller::Compose => found.extend(here.image()),
            Teller::Pipeline => {
                found.extend(here.image());
                found.extend(here.inputs());
            }
            Teller::Terraform => found.extend(here.terraform(&mut engine)),
            Teller::Manager => found.extend(here.manager(name)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_files_name() {
        let table: &[(&str, &str, &[&str])] = &[
            ("Dockerfile", "FROM --platform=linux/amd64 node:20.11-alpine AS build\nFROM nginx:1.27\n", &["Node.js 20"]),
            (
                "Dockerfile",
                "FROM node:20 AS ui\nFROM golang:1.23 AS a\nFROM b\nCOPY --from=ui x y\nCOPY --from=a x y\n",
                &["Go 1.23"],
            ),
            ("Dockerfile", "ARG PYTHON=3.12\nFROM python:${PYTHON}-slim\n", &["Python 3.12"]),
            ("Dockerfile", "FROM node:${VERSION}\nFROM node:lts\nFROM node\nFROM postgres:15\n", &["Node.js ?"]),
            ("Dockerfile", "FROM node@sha256:abc AS a\n", &["Node.js ?"]),
            ("Dockerfile", "FROM eclipse-temurin:21-jre@sha256:abc\nFROM golang:1.23.4\n", &["Java 21", "Go 1.23"]),
            ("web/.nvmrc", "v20.11.1\n", &["Node.js 20"]),
            (".nvmrc", "lts/iron\n", &[]),
            (".tool-versions", "nodejs 20.1.0\njava temurin-17.0.2+8\nterraform 1.5\n", &["Node.js 20", "Java 17"]),
            (".github/workflows/a.yml", "  image: postgres:16-alpine # x\n", &["PostgreSQL 16"]),
            (".github/workflows/a.yml", "- image: \"redis:7.2\"\n- image: redis:alpine\n", &["Redis 7"]),
            (".github/workflows/a.yml", "    image: postgres:${{ matrix.pg }}\n", &["PostgreSQL ?"]),
            (".github/workflows/a.yml", "go-version-file: go.mod\nnode-version-file: .nvmrc\n", &["Go ?", "Node.js ?"]),
            ("services/a/.github/workflows/a.yml", "go-version: 1.24\n", &[]),
            ("Dockerfile", "FROM ghcr.io/graalvm/native-image:22\nFROM eclipse-temurin:25\nFROM node:20\n", &["Node.js 20"]),
            (".github/workflows/a.yml", "node-version: [18, '20.x']\n", &["Node.js 18", "Node.js 20"]),
            (".github/workflows/a.yml", "go: [\"1.22\", stable]\nx:\n  go-version: ${{ matrix.go }}\n", &["Go 1.22", "Go ?"]),
            (
                ".github/workflows/a.yml",
                "python-version: ${{ inputs.python }}\njava-version: '17' # x\n",
                &["Python ?", "Java 17"],
            ),
            ("compose.yaml", "    image: mysql:8.0.36\n    image: mariadb:11.4\n", &["MySQL 8.0", "MariaDB 11.4"]),
            ("main.tf", "engine = \"aurora-postgresql\"\nengine_version = \"15.4\"\n", &["PostgreSQL 15"]),
            ("main.tf", "engine = \"redis\"\nengine_version = var.redis\nengine_version = \"3\"\n", &["Redis ?"]),
            ("main.tf", "database_version = \"MYSQL_8_0\"\n", &["MySQL 8.0"]),
            ("examples/Dockerfile", "FROM node:20\n", &[]),
        ];
        for (path, text, wanted) in table {
            let version = |used: &Use| used.version.as_ref().map_or("?".to_owned(), told);
            let found: Vec<String> =
                uses(path, text).iter().map(|used| format!("{} {}", used.tool.words(), version(used))).collect();
            assert_eq!(found, *wanted, "{path}: {text}");
        }
    }
}
