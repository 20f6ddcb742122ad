//! Which images does Tilt build? Its file is a program; the names of images are plain texts in it.

use crate::tree::Tree;

/// Calls that build an image, the name of which comes first.
const CALLS: &[&str] = &["docker_build(", "docker_build_with_restart(", "custom_build(", "custom_build_with_restart("];

/// Such files are small.
const LARGEST: u64 = 1 << 20;

/// Whether a file is Tilt's.
pub fn is_tilt(name: &str) -> bool {
    name == "Tiltfile" || name.ends_with(".tiltfile")
}

/// The images that these files build.
pub fn images(tree: &dyn Tree, files: &[String]) -> Vec<String> {
    let texts = files.iter().filter_map(|path| tree.read(path, LARGEST).ok());
    texts.flat_map(|bytes| named(&String::from_utf8_lossy(&bytes))).collect()
}

fn named(text: &str) -> Vec<String> {
    let calls = CALLS.iter().flat_map(|call| text.match_indices(call).map(|(at, call)| &text[at + call.len()..]));
    let name = |rest: &str| {
        let rest = rest.trim_start().trim_start_matches("ref").trim_start().trim_start_matches('=').trim_start();
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        rest[1..].split([quote, '\n']).next().map(str::to_owned)
    };
    calls.filter_map(name).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_first() {
        let text =
            "docker_build_with_restart(\n    'argocd-ui', context='.')\ndocker_build(ref = \"shop/web\")\ncustom_build(name)\n";
        assert_eq!(named(text), ["shop/web", "argocd-ui"]);
    }
}
