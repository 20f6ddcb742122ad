//! Which PostgreSQL does a text speak of? Images, engine versions of Terraform, charts: whatever its format, such a
//! mention is a word or a line, so nothing is parsed for it.

use std::ops::RangeInclusive;

use crate::path;

/// A place that names a version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mention {
    /// The major version.
    pub major: u32,
    /// The line, from 1.
    pub line: u32,
}

/// Images whose tag is the version of the server.
const IMAGES: &[&str] = &[
    "postgres",
    "postgresql",
    "postgresql-repmgr",
    "postgis",
    "pgvector",
    "timescaledb",
    "timescaledb-ha",
    "spilo",
    "pgvecto-rs",
    "pgautoupgrade",
];

/// Versions that a server may have; ten and later count in whole numbers.
const MAJORS: RangeInclusive<u32> = 9..=40;

/// The mentions of a text, in order.
pub fn mentions(text: &str) -> Vec<Mention> {
    if memchr::memmem::find(text.as_bytes(), b"pg").is_none() && !text.to_ascii_lowercase().contains("postg") {
        return Vec::new();
    }
    let mut found = Vec::new();
    // An image or an engine whose version stands on a line of its own, and how many lines ago.
    let mut named: Option<u32> = None;
    for (line, number) in crate::source::lines(text).zip(1..) {
        let line = line.trim();
        if line.starts_with(['#', '/']) {
            continue;
        }
        let mut major = line.split(|next: char| !is_part(next)).find_map(|word| image(word).or_else(|| cloud(word)));
        if let Some((key, value)) = assignment(line) {
            let is_server = || IMAGES.contains(&base(value)) || value.to_ascii_lowercase().contains("postgres");
            if matches!(key, "repository" | "engine") && is_server() {
                named = Some(number);
            } else if matches!(key, "tag" | "engine_version" | "version") && named.is_some_and(|before| number - before <= FAR) {
                major = major.or_else(|| leading(value));
                named = None;
            }
        }
        found.extend(major.map(|major| Mention { major, line: number }));
    }
    found
}

/// How many lines may stand between what is named and its version.
const FAR: u32 = 8;

/// A character of an image's name, a tag or a default for a variable.
fn is_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '/' | '.' | ':' | '-' | '_' | '$' | '{' | '}')
}

/// `registry/postgres:16.4-alpine`, `pgvector/pgvector:pg16`, `postgres:${VERSION:-15}`.
pub fn image(word: &str) -> Option<u32> {
    let name_at = word.rfind('/').map_or(0, |slash| slash + 1);
    let (name, tag) = word[name_at..].split_once(':')?;
    if !IMAGES.contains(&name) {
        return None;
    }
    let tag = tag.rsplit_once(":-").map_or(tag, |(_, default)| default);
    tag.split(['-', '_']).find_map(|part| leading(part.strip_prefix("pg")?)).or_else(|| leading(tag))
}

/// `POSTGRES_15`, as a cloud names it.
fn cloud(word: &str) -> Option<u32> {
    leading(word.strip_prefix("POSTGRES_")?)
}

/// The number that a version begins with.
fn leading(version: &str) -> Option<u32> {
    let version = version.trim_start_matches('v');
    let digits = version.bytes().take_while(u8::is_ascii_digit).count();
    version[..digits].parse().ok().filter(|major| MAJORS.contains(major))
}

/// `key: value` or `key = "value"`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once([':', '='])?;
    let value = value.split(" #").next().unwrap_or(value);
    Some((unquoted(key), unquoted(value)))
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

/// The last part of an image's name.
fn base(name: &str) -> &str {
    path::name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_where_people_write_them() {
        let table: &[(&str, &[(u32, u32)])] = &[
            ("services:\n  db:\n    image: postgres:16-alpine\n", &[(16, 3)]),
            ("    image: \"docker.io/library/postgres:12.3\"", &[(12, 1)]),
            ("image: postgis/postgis:15-3.4", &[(15, 1)]),
            ("image: pgvector/pgvector:0.5.1-pg16", &[(16, 1)]),
            ("image: timescale/timescaledb:2.14.2-pg14", &[(14, 1)]),
            ("image: ${REGISTRY}/postgres:${PG_VERSION:-13}", &[(13, 1)]),
            ("FROM postgres:17", &[(17, 1)]),
            ("image: pgautoupgrade/pgautoupgrade:18-alpine", &[(18, 1)]),
            ("imageName: ghcr.io/cloudnative-pg/postgresql:15.3", &[(15, 1)]),
            ("image:\n  repository: bitnami/postgresql\n  tag: 14.5.0-debian-11-r6\n", &[(14, 3)]),
            ("resource \"aws_db_instance\" \"a\" {\n  engine = \"postgres\"\n  engine_version = \"15.4\"\n}", &[(15, 3)]),
            ("  engine = \"aurora-postgresql\"\n  storage = 1\n  engine_version = \"13\"\n", &[(13, 3)]),
            ("database_version = \"POSTGRES_15\"", &[(15, 1)]),
            ("a: postgres:12\nb: postgres:16\n", &[(12, 1), (16, 2)]),
            ("image: postgres:latest", &[]),
            ("image: postgres", &[]),
            ("# image: postgres:11", &[]),
            ("image: prom/postgres-exporter:15", &[]),
            ("url: postgres://user@host:5432/db", &[]),
            ("image: mysql:8\nversion: \"3.8\"\n", &[]),
            ("engine = \"mysql\"\nengine_version = \"8.0\"", &[]),
            ("image: postgres:20240101", &[]),
        ];
        for (text, expected) in table {
            let found: Vec<(u32, u32)> = mentions(text).iter().map(|mention| (mention.major, mention.line)).collect();
            assert_eq!(found, *expected, "{text}");
        }
    }
}
