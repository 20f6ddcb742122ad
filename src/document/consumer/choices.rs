//! Which words does a pipeline give for a key? `environ: [development, staging, prod]`.

use super::files::words;

/// So many lines below a key are looked at for the items of its list.
const BELOW: usize = 12;

/// The keys of a pipeline with the plain words that stand behind or below them, and whether these are a list.
pub fn choices(text: &str) -> Vec<(&str, bool, Vec<&str>)> {
    let lines: Vec<&str> = text.split('\n').filter(|line| !line.trim_start().starts_with('#')).collect();
    let mut all = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some((key, value)) = key_and_value(line) else { continue };
        if !value.trim().is_empty() {
            let is_list = value.contains(['[', ',']);
            all.push((key, is_list, words(value).collect()));
            continue;
        }
        let indent = |line: &str| line.len() - line.trim_start().len();
        let outer = indent(line);
        let below = lines[number + 1..]
            .iter()
            .take(BELOW)
            .take_while(|next| indent(next) > outer || (indent(next) == outer && next.trim_start().starts_with("- ")));
        let items: Vec<&str> = below.filter_map(|next| next.trim().strip_prefix("- ")).flat_map(words).collect();
        if !items.is_empty() {
            all.push((key, true, items));
        }
    }
    all
}

/// `environ: prod`, `- environ: prod`, `"environ": "prod"`, `ENVIRON=prod`.
fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let body = line.trim_start().trim_start_matches("- ").trim_start_matches("export ").trim_start_matches('{').trim_start();
    let bare = body.trim_start_matches(['"', '\'']);
    let length = bare.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    let rest = bare[length..].trim_start_matches(['"', '\'']);
    let value = rest.strip_prefix(':').or_else(|| rest.strip_prefix('='))?;
    (length > 0).then_some((&bare[..length], value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_behind_and_below_a_key() {
        let text = "jobs:\n  a:\n    with:\n      environ: staging\n  matrix:\n    environ: [dev, 'prod']\n# environ: qa\n\"environ\": [\"qa\", \"live\"],\nspace:\n- dev\n- prod\ninput:\n  environ:\n    options:\n      - sit\n      - uat\nX=dev\n";
        let told: Vec<String> = choices(text)
            .into_iter()
            .filter(|(.., words)| !words.is_empty())
            .map(|(key, is_list, words)| format!("{key}{} {}", if is_list { "[]" } else { "" }, words.join(" ")))
            .collect();
        let wanted = [
            "environ staging",
            "environ[] dev prod",
            "environ[] qa live",
            "space[] dev prod",
            "input[] sit uat",
            "environ[] sit uat",
            "options[] sit uat",
            "X dev",
        ];
        assert_eq!(told, wanted);
    }
}
