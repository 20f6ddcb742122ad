//! What one line says of a version.

use super::{INPUTS, MANAGERS, Tool, Use};
use crate::document::server_version::image as postgres_image;
use crate::source::Span;

/// A line and where it stands.
pub struct At<'t> {
    /// All of the file.
    pub text: &'t str,
    /// Where the line begins.
    pub start: usize,
    /// The line.
    pub line: &'t str,
}

impl At<'_> {
    fn place(&self, word: &str) -> Span {
        let at = self.line.find(word).unwrap_or(0);
        Span::new(self.start + at, self.start + at + word.len())
    }

    /// `name:tag`, with what the file says of a variable in the tag.
    pub fn named(&self, image: &str) -> Option<Use> {
        let (image, digest) = image.split_once('@').map_or((image, None), |(image, digest)| (image, Some(digest)));
        let at = image.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = image[at..].split_once(':').unwrap_or((&image[at..], ""));
        let tool = Tool::of_image(name)?;
        let version = match tool {
            Tool::Postgres => postgres_image(image).map(|major| vec![major]),
            _ => tool.version(&self.resolved(tag)),
        };
        // What moves by itself is no mention; what is named by its digest has a version that nobody knows here.
        let is_open = tag.contains('$') || (tag.is_empty() && digest.is_some());
        (version.is_some() || is_open).then(|| Use { tool, version, place: self.place(image) })
    }

    /// A tag, with the value of a variable that it begins with.
    fn resolved(&self, tag: &str) -> String {
        let Some(rest) = tag.strip_prefix('$') else { return tag.to_owned() };
        let rest = rest.trim_start_matches('{');
        if let Some((_, default)) = rest.split_once(":-") {
            return default.to_owned();
        }
        let end = rest.find(|next: char| !(next.is_ascii_alphanumeric() || next == '_')).unwrap_or(rest.len());
        let begins = format!("ARG {}=", &rest[..end]);
        let value = crate::source::lines(self.text).find_map(|line| line.trim().strip_prefix(begins.as_str()));
        value.unwrap_or_default().trim_matches(['"', '\'']).to_owned()
    }

    /// `FROM node:20-alpine AS build`
    pub fn from(&self) -> Option<Use> {
        let mut words = self.line.split_whitespace();
        if !words.next()?.eq_ignore_ascii_case("from") {
            return None;
        }
        let image = words.find(|word| !word.starts_with("--"))?;
        self.named(image).filter(|used| !used.tool.is_engine())
    }

    /// `image: postgres:16`
    pub fn image(&self) -> Option<Use> {
        let value = self.line.trim().trim_start_matches("- ").strip_prefix("image:")?;
        self.named(value.split(" #").next()?.trim().trim_matches(['"', '\'']))
    }

    /// `node-version: 20`, `python-version: ["3.11", "3.12"]`, `go-version: ${{ matrix.go }}`
    pub fn inputs(&self) -> Vec<Use> {
        let body = self.line.trim().trim_start_matches("- ");
        let input = INPUTS.iter().find_map(|(key, tool)| Some((*tool, body.strip_prefix(*key)?.strip_prefix(':')?)));
        // A list of them is no input, but what the input is filled from.
        let Some((tool, value)) = input.filter(|(_, value)| !value.trim().is_empty()) else { return Vec::new() };
        let value = value.split(" #").next().unwrap_or(value).trim();
        let place = self.place(value);
        let versions = match value.strip_prefix("${{") {
            Some(hole) => {
                let name = hole.trim_end_matches('}').trim().rsplit('.').next().unwrap_or_default();
                values(self.text, name)
            }
            None => items(value),
        };
        if versions.is_empty() {
            return vec![Use { tool, version: None, place }];
        }
        // `lts/*`, `3.x`: whatever is the newest that day.
        versions.iter().map(|text| Use { tool, version: tool.version(text), place }).collect()
    }

    /// `engine_version = "15.4"` after `engine = "postgres"`, `database_version = "POSTGRES_15"`
    pub fn terraform(&self, engine: &mut Option<Tool>) -> Option<Use> {
        let (key, value) = self.line.split_once('=')?;
        let (key, value) = (key.trim(), value.trim());
        let literal = value.strip_prefix('"').and_then(|rest| rest.split('"').next()).filter(|text| !text.contains("${"));
        match key {
            "engine" => {
                *engine = literal.and_then(|engine| match engine.trim_start_matches("aurora-") {
                    "postgres" | "postgresql" => Some(Tool::Postgres),
                    "mysql" => Some(Tool::Mysql),
                    "mariadb" => Some(Tool::Mariadb),
                    "redis" => Some(Tool::Redis),
                    _ => None,
                });
                None
            }
            "engine_version" => {
                let tool = engine.take()?;
                Some(Use { tool, version: literal.and_then(|text| tool.version(text)), place: self.place(value) })
            }
            "database_version" => {
                let (name, version) = literal?.split_once('_')?;
                let tool = match name {
                    "POSTGRES" => Tool::Postgres,
                    "MYSQL" => Tool::Mysql,
                    _ => return None,
                };
                Some(Use { tool, version: tool.version(&version.replace('_', ".")), place: self.place(value) })
            }
            _ => None,
        }
    }

    /// `v20.11.1`, `nodejs 20.11.1`
    pub fn manager(&self, name: &str) -> Option<Use> {
        let mut words = self.line.split_whitespace();
        let first = words.next()?;
        let alone = MANAGERS.iter().find(|(manager, _)| *manager == name);
        let (tool, text) = if let Some((_, tool)) = alone { (*tool, first) } else { (listed(first)?, words.next()?) };
        let number = text
            .rsplit_once('-')
            .map_or(text, |(vendor, rest)| if vendor.starts_with(|first: char| first.is_ascii_digit()) { text } else { rest });
        Some(Use { tool, version: Some(tool.version(number)?), place: self.place(text) })
    }
}

/// What a list for several languages calls them.
fn listed(name: &str) -> Option<Tool> {
    Some(match name {
        "nodejs" | "node" => Tool::Node,
        "python" => Tool::Python,
        "java" => Tool::Java,
        "golang" | "go" => Tool::Go,
        "ruby" => Tool::Ruby,
        _ => return None,
    })
}

/// What a key is set to anywhere in a file: `node: [18, 20]`, `NODE_VERSION: 20`, a list below it.
fn values(text: &str, key: &str) -> Vec<String> {
    let lines: Vec<&str> = crate::source::lines(text).collect();
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let body = line.trim().trim_start_matches("- ");
        let Some(value) = body.strip_prefix(key).and_then(|rest| rest.strip_prefix(':')) else { continue };
        let value = value.split(" #").next().unwrap_or(value).trim();
        if value.is_empty() {
            let below = lines[number + 1..].iter().map_while(|next| next.trim().strip_prefix("- "));
            found.extend(below.flat_map(items));
        } else if !value.contains("${{") {
            found.extend(items(value));
        }
    }
    found
}

/// The items of a list on one line, or the one value.
fn items(value: &str) -> Vec<String> {
    let items = value.trim_matches(['[', ']']).split(',').map(|item| item.trim().trim_matches(['"', '\'']).to_owned());
    items.filter(|item| !item.is_empty()).collect()
}
