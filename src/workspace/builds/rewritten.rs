//! Which images get another tag from a pipeline that writes it over `latest`, with `sed`?

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::edited::text_of;
use crate::document::Document;
use crate::document::consumer::pipeline::project;
use crate::document::words::Word;
use crate::tree::Tree;
use crate::workspace::image::Image;

/// What such a command looks for, alone or behind the name of an image.
const LATEST: &str = ":latest";

/// A command that writes another tag.
#[derive(PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Command {
    /// The folder that its pipeline is about.
    home: String,
    /// What it looks for: the end of the name of an image, with its tag.
    from: String,
    /// Where the paths of its files begin, as far as that is written out; nothing for any file.
    files: Vec<String>,
}

/// So many of them are followed; a tree with more has them from a generator.
const MOST: usize = 256;

/// The images whose `latest` these pipelines write over in the files where it stands.
pub fn images(tree: &dyn Tree, pipelines: &[&str], documents: &[Arc<Document>]) -> Vec<String> {
    let has_latest = |document: &&Arc<Document>| document.yaml().is_some() && document.mentions(Word::Latest);
    let documents: Vec<&Arc<Document>> = documents.iter().filter(has_latest).collect();
    if documents.is_empty() {
        return Vec::new();
    }
    let commands = pipelines.par_iter().flat_map_iter(|path| commands(project(path), &text_of(tree, path)));
    let commands: BTreeSet<Command> = commands.collect();
    let names = |document: &&Arc<Document>| {
        let theirs = commands.iter().take(MOST).filter(|command| command.is_about(document.source.path()));
        theirs.flat_map(|command| command.names(document.source.text())).collect::<Vec<_>>()
    };
    documents.par_iter().flat_map_iter(names).collect()
}

fn commands(home: &str, text: &str) -> Vec<Command> {
    text.split('\n').filter_map(|line| command(home, line)).collect()
}

/// The command of a line, if it writes another tag over `latest`.
fn command(home: &str, line: &str) -> Option<Command> {
    let sed = line.find("sed ").filter(|_| !line.trim_start().starts_with('#'))?;
    let line = &line[sed..];
    let at = line.find(LATEST)?;
    // `s`, and whatever parts what it looks for from what it writes.
    let (mark, begin) = line[..at].char_indices().rev().find_map(|(end, mark)| {
        let before = line[..end].strip_suffix('s')?;
        let begins = before.ends_with([' ', '"', '\'', ';']) && mark.is_ascii_punctuation();
        begins.then_some((mark, end + 1))
    })?;
    let mut parts = line[begin..].splitn(3, mark);
    let (from, to, rest) = (parts.next()?, parts.next()?, parts.next()?);
    // Of a pattern only its end is a text.
    let from = from.rsplit([' ', '*', ')', ']']).next().filter(|from| from.ends_with(LATEST) && !to.contains("latest"))?;
    let files = rest.split(['|', '>', ';', '&']).next().unwrap_or_default().split_whitespace().skip(1);
    let written = |file: &str| {
        file.trim_start_matches(['"', '\'']).trim_start_matches("./").split(['*', '$', '"', '\'', '{']).next().map(str::to_owned)
    };
    let files = files.filter(|word| !word.starts_with('-')).filter_map(written).collect();
    Some(Command { home: home.to_owned(), from: from.replace('\\', ""), files })
}

impl Command {
    fn is_about(&self, path: &str) -> bool {
        let home = self.home.as_str();
        let below = if home.is_empty() { Some(path) } else { path.strip_prefix(home).and_then(|rest| rest.strip_prefix('/')) };
        let stands =
            |below: &str, file: &str| below.match_indices(file).any(|(at, _)| at == 0 || below.as_bytes()[at - 1] == b'/');
        below.is_some_and(|below| self.files.is_empty() || self.files.iter().any(|file| file.is_empty() || stands(below, file)))
    }

    /// The names of images in a text whose tag it writes over.
    fn names<'t>(&'t self, text: &'t str) -> impl Iterator<Item = String> + 't {
        let is_apart = |next: char| next.is_whitespace() || matches!(next, '"' | '\'' | ',');
        let images = text.match_indices(LATEST).filter_map(move |(at, _)| text[..at + LATEST.len()].rsplit(is_apart).next());
        images.filter(|image| image.ends_with(&self.from)).map(|image| Image::of(image).name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_write_over_latest() {
        let is = |line: &str, from: &str, files: &[&str]| {
            let files = files.iter().map(|file| (*file).to_owned()).collect();
            assert_eq!(command("", line), Some(Command { home: String::new(), from: from.to_owned(), files }), "{line}");
        };
        is("\tsed \"s/:latest/:$(TAG)/g\" deployment.yaml | kubectl apply -f -", ":latest", &["deployment.yaml"]);
        is("\tsed 's/:latest/:$(VERSION)/' manifests/$* > $@", ":latest", &["manifests/"]);
        is("sed -i 's|image: shop/web:latest|image: shop/web:'$TAG'|' ./k8s/*.yaml", "shop/web:latest", &["k8s/"]);
        is("cat web.yaml | sed -e \"s#image: .*:latest#image: $IMAGE#\"", ":latest", &[]);
        for line in ["# sed 's/:latest/:1/' a", "sed 's/:latest/:dev-latest/g' a", "sed 's/:1/:latest/' a", "used x:latest"] {
            assert_eq!(command("", line), None, "{line}");
        }
    }

    #[test]
    fn images_are_those_of_its_files() {
        let of_project = |home: &str| command(home, "sed -i 's/web:latest/web:2/' k8s/*.yaml").expect("it writes a tag");
        for (home, path, wanted) in [
            ("", "k8s/a.yaml", true),
            ("", "x/k8s/a.yaml", true),
            ("", "ak8s/a.yaml", false),
            ("x", "x/k8s/a", true),
            ("y", "k8s/a", false),
        ] {
            assert_eq!(of_project(home).is_about(path), wanted, "{home}: {path}");
        }
        let command = of_project("");
        let names = command.names("image: shop/web:latest\nimage: \"job:latest\"\nimage: web:1\n");
        assert_eq!(names.collect::<Vec<_>>(), ["shop/web"]);
    }
}
