//! Which images get another tag from a pipeline, by `kustomize edit set image`?

use rayon::prelude::*;

use crate::tree::Tree;
use crate::workspace::image::Image;

/// Larger ones are generated.
const LARGEST: u64 = 1 << 20;

/// Behind this word stand the images, however Kustomize itself is called: `$(KUSTOMIZE) edit set image web=…`.
const COMMAND: &str = "edit set image";

/// The images that these pipelines and scripts give a tag, by the names that manifests have for them.
pub fn images(tree: &dyn Tree, pipelines: &[&str]) -> Vec<String> {
    pipelines.par_iter().flat_map_iter(|path| named(&text_of(tree, path))).collect()
}

/// The text of a pipeline; nothing of one that cannot be read.
pub(super) fn text_of(tree: &dyn Tree, path: &str) -> String {
    String::from_utf8_lossy(&tree.read(path, LARGEST).unwrap_or_default()).into_owned()
}

fn named(text: &str) -> Vec<String> {
    let is_comment = |at: usize| text[..at].rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with('#'));
    let commands = text.match_indices(COMMAND).filter(|(at, _)| !is_comment(*at));
    commands.flat_map(|(at, _)| command(&text[at + COMMAND.len()..]).into_iter().filter_map(tagged)).collect()
}

/// The words of a command, which goes on where a line ends in `\`.
fn command(rest: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for line in rest.split('\n') {
        let line = line.trim_end();
        let goes_on = line.strip_suffix('\\');
        let own = goes_on.unwrap_or(line);
        let end = own.find([';', '&', '|', '#', ')', '`']).filter(|end| !in_variable(&own[..*end]));
        words.extend(own[..end.unwrap_or(own.len())].split_whitespace());
        if goes_on.is_none() || end.is_some() {
            break;
        }
    }
    words
}

/// Whether a variable is open at the end of a text: `$(IMAGE` or `${IMAGE:-`.
fn in_variable(text: &str) -> bool {
    let open = ["$(", "${", "{{"].into_iter().filter_map(|begin| text.rfind(begin)).max();
    open.is_some_and(|open| !text[open..].contains([')', '}']))
}

/// The name of an image that gets a tag or a digest: `web=registry.example.com/web:1.42`, `web:$TAG`.
fn tagged(word: &str) -> Option<String> {
    let word = word.replace(['"', '\''], "");
    let (name, image) = word.split_once('=').unwrap_or((&word, &word));
    let Image { tag, has_digest, .. } = Image::of(image);
    // What a variable holds nobody knows; but without a tag, or with the one that moves, all stays as it is.
    let is_tagged = has_digest || image.contains('$') || image.contains("{{") || tag.is_some_and(|tag| tag != "latest");
    let name = Image::of(name).name;
    let is_name = !name.is_empty() && !name.starts_with('-') && !name.contains(['$', '{', '(']);
    (is_tagged && is_name).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_get_a_tag() {
        let table: &[(&str, &[&str])] = &[
            ("\tcd config/manager && $(KUSTOMIZE) edit set image controller=${IMG}\n\tls", &["controller"]),
            ("kustomize edit set image controller=\"$${IMG}\" ;\\\n", &["controller"]),
            ("kustomize edit set image 'web=*:1.42.0' && kubectl apply -k .", &["web"]),
            (
                "kustomize edit set image \\\n  shop/web=x/web:$(TAG) \\\n  shop/job=x/job@sha256:12\nother=a:1",
                &["shop/web", "shop/job"],
            ),
            ("run: kustomize edit set image shop/web:${{ github.sha }}", &["shop/web"]),
            ("kustomize edit set image localhost:5000/web=x/web:2; echo a=b:1", &["localhost:5000/web"]),
            ("kustomize edit set image web=x/web", &[]),
            ("kustomize edit set image web=x/web:latest", &[]),
            ("kustomize edit set image $NAME=x/web:1", &[]),
            ("a:\n\t# kustomize edit set image web=x/web:1", &[]),
            ("kustomize edit set nameprefix web=x/web:1", &[]),
        ];
        for (text, names) in table {
            assert_eq!(named(text), *names, "{text}");
        }
    }
}
