//! Which files of settings do pipelines, Makefiles, scripts and compose files ask for?
//!
//! Only what a well-known flag or key is followed by counts: `--env-file`, `-var-file`, `--values`, `valueFiles:`. A path
//! may have holes, `vars.${{ inputs.environment }}.yml`; what fills them may be said in any of these files.

use super::commands::{self, is_copied};
use super::path::path_at;
use crate::path;
use crate::source::Span;

/// A file of settings that something asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Its path, with `*` for each hole.
    pub path: Box<str>,
    /// What fills the holes, in order: the last words of their names.
    pub holes: Box<[Box<str>]>,
    /// Where it is asked for.
    pub place: Span,
    /// Files of the same number are read by the same command, in this order.
    pub list: usize,
}

/// What the path of a file follows on a line.
const FLAGS: &[&str] = &["--env-file", "-var-file", "--var-file", "--vars-file", "--values", "-f"];

/// Keys of YAML whose values are files.
const KEYS: &[&str] = &["env_file:", "valueFiles:", "values:"];

/// A quick look before any decoding.
pub fn may_ask(has: impl Fn(&str) -> bool) -> bool {
    // Paths that are put together, calls of other scripts, compose files on top of each other, what picks its files by itself.
    const OTHERS: &[&str] = &["values", "/$", "-$", ".$", ".sh ", "compose", "COMPOSE_FILE", ".env", "--mode", "hugo "];
    FLAGS.iter().filter(|flag| flag.len() > 2).chain(KEYS).chain(OTHERS).any(|word| has(word))
}

/// Whether a program names a file in a format of settings: `import rules from "./rules.production.yaml"`.
pub fn names_settings(bytes: &[u8]) -> bool {
    const ENDS: &[&str] = &[".json", ".yaml", ".yml", ".toml", ".env", ".properties"];
    let is_quote = |at: usize| bytes.get(at).is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    let ends = |end: &&str| memchr::memmem::find_iter(bytes, end.as_bytes()).any(|at| is_quote(at + end.len()));
    ENDS.iter().any(ends)
}

/// What a file asks for, in order.
pub fn asked(text: &str) -> Vec<Asked> {
    let mut all = Vec::new();
    let mut at = 0;
    // The indentation of a key whose list goes on.
    let mut list: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if let Some(outer) = list {
            if body.starts_with("- ") && indent >= outer {
                let is_free = text[at..].split('\n').next().is_some_and(|next| next.trim() == "required: false");
                let item = body[2..].trim_start_matches("path:").trim();
                if !is_free {
                    value(text, start + line.find(item).unwrap_or(0), &mut all);
                }
                continue;
            }
            if body.starts_with("required:") {
                continue;
            }
            list = None;
        }
        if let Some(key) = KEYS.iter().find(|key| body.trim_start_matches("- ").starts_with(**key)) {
            let after = start + line.find(*key).unwrap_or(0) + key.len();
            match text[after..at].trim() {
                "" => list = Some(indent),
                inline => {
                    let begin = after + text[after..at].find(inline).unwrap_or(0);
                    for (offset, part) in inline.trim_matches(['[', ']']).split(',').scan(0, |offset, part| {
                        let here = *offset;
                        *offset += part.len() + 1;
                        Some((here, part))
                    }) {
                        let blanks = part.len() - part.trim_start().len() + usize::from(inline.starts_with('['));
                        value(text, begin + offset + blanks, &mut all);
                    }
                }
            }
            continue;
        }
        flags(text, start, line, &mut all);
        if line.contains(".env") {
            all.extend(commands::read(line).into_iter().filter_map(|file| one(text, start + file)));
        }
    }
    all.sort_by_key(|asked| asked.place);
    number(text, &mut all);
    all
}

/// Gives the files of one command, or of one list, the same number.
fn number(text: &str, all: &mut [Asked]) {
    let mut list = 0;
    for at in 1..all.len() {
        let between = text.get(all[at - 1].place.range().end..all[at].place.range().start).unwrap_or("\n\n");
        list += usize::from(!is_one_list(between));
        all[at].list = list;
    }
}

/// Whether what stands between two paths leaves them in one command or list.
fn is_one_list(between: &str) -> bool {
    let mut lines: Vec<&str> = between.split('\n').map(str::trim).collect();
    let Some(last) = lines.pop().map(|last| last.trim_end_matches(['"', '\'']).trim_end()) else { return false };
    let goes_on = |line: &&str| line.trim_end_matches(['"', '\'', ',']).is_empty() || line.starts_with("required:");
    let is_item = last == "-" || last == "- path:";
    let is_flag = last.starts_with('-') && !last.starts_with("- ");
    // Within a line, another command may begin.
    (lines.is_empty() && !last.contains([';', '|']) && !last.contains("&&"))
        || (!lines.is_empty() && lines.iter().all(|line| line.ends_with('\\')))
        || ((is_item || is_flag) && lines.iter().all(goes_on))
}

fn flags(text: &str, start: usize, line: &str, all: &mut Vec<Asked>) {
    for flag in FLAGS {
        for (found, _) in line.match_indices(flag) {
            let before = line[..found].chars().next_back();
            let rest = &line[found + flag.len()..];
            let begins = before.is_none_or(|before| before.is_whitespace() || matches!(before, '"' | '\'' | '('));
            if !begins || !rest.starts_with([' ', '=']) {
                continue;
            }
            let from = start + found + flag.len() + (rest.len() - rest.trim_start_matches([' ', '=']).len());
            let before = all.len();
            value(text, from, all);
            // `-f` is a flag of many commands.
            let is_other = |asked: &Asked| *flag == "-f" && !path::name(&asked.path).contains("values");
            if all.len() > before && all.last().is_some_and(is_other) {
                all.pop();
            }
        }
    }
}

/// The file whose path stands at a place.
pub fn at(text: &str, place: Span) -> Option<Asked> {
    one(text, place.range().start)
}

/// Who puts a path together from more than this says too little.
const MOST_HOLES: usize = 2;

/// Takes the file whose path begins at a place.
fn value(text: &str, at: usize, all: &mut Vec<Asked>) {
    all.extend(one(text, at));
}

fn one(text: &str, at: usize) -> Option<Asked> {
    let is_file = |asked: &Asked| {
        let path = &asked.path;
        path::name(path).contains('.') && !path.starts_with('/') && !path.contains("//")
    };
    path_at(text, at).filter(|asked| is_file(asked) && asked.holes.len() <= MOST_HOLES)
}

/// What may fill a hole of this name, as a text says: `environ: staging`, `environ: [staging, production]`, options below it.
pub fn fillings<'t>(text: &'t str, key: &str) -> Vec<&'t str> {
    const BELOW: usize = 12;
    let mut found = Vec::new();
    let lines: Vec<&str> = text.split('\n').collect();
    for (number, line) in lines.iter().enumerate() {
        for (at, _) in line.match_indices(key) {
            let ends_word = |next: char| next.is_ascii_alphanumeric() || next == '_';
            if line[..at].ends_with(ends_word) {
                continue;
            }
            // A shell goes through them: `for environ in dev prod; do`.
            if let Some(list) = line[at + key.len()..].strip_prefix(" in ").filter(|_| line[..at].ends_with("for ")) {
                found.extend(words(list.split(';').next().unwrap_or(list)));
                continue;
            }
            // `"${space}" = prod` and `ifeq ($(space),prod)` tell as much.
            let after = line[at + key.len()..].trim_start_matches(['"', '\'', ' ', '?', '}']);
            let Some(value) = after.strip_prefix([':', '=']).or_else(|| after.strip_prefix("),")) else { continue };
            found.extend(words(value));
            let indent = |line: &str| line.len() - line.trim_start().len();
            if value.trim().is_empty() {
                let below = lines[number + 1..].iter().take(BELOW).take_while(|next| indent(next) > indent(line));
                let items = below.filter_map(|next| next.trim().strip_prefix("- ").or(next.trim().strip_prefix("options:")));
                found.extend(items.flat_map(words));
            }
        }
    }
    found
}

/// The words of a value or a list.
pub(super) fn words(value: &str) -> impl Iterator<Item = &str> {
    const LONGEST: usize = 24;
    let value = value.split(" #").next().unwrap_or(value);
    let end = value.find(['}', ')']).unwrap_or(value.len());
    value[..end].split([',', '[', ']', '"', '\'', ' ']).filter(|word| {
        (1..=LONGEST).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}

/// Whether a text makes a file before it asks for it.
pub fn makes(text: &str, name: &str) -> bool {
    const MAKERS: &[&str] = &[
        "tee ",
        "sops",
        "decrypt",
        "envsubst",
        "download",
        "curl",
        "s3 ",
        "gsutil",
        "vault",
        "touch",
        "scp ",
        "create-envfile",
        "file_name",
        "fileName",
        "if [",
        "[ -",
        "test -",
        "wildcard",
        "exists",
    ];
    let tail = path::name(name).rsplit('*').next().unwrap_or(name);
    let end = if tail.len() >= 4 { tail } else { name };
    // Only what is written to counts, not `> /dev/null` beside it, nor what follows `<< parameters.env >>`.
    let is_hole =
        |before: &str| before.rsplit("<<").next().is_some_and(|inner| inner.len() < before.len() && !inner.contains('>'));
    let writes = |line: &str| {
        let arrows = line.match_indices('>').filter(|(at, _)| !is_hole(line[..*at].trim_end_matches('>')));
        let mut targets = arrows.filter_map(|(at, _)| line[at + 1..].split_whitespace().next());
        targets.any(|to| to.split('>').next().is_some_and(|to| to.contains(end)))
    };
    let is_made = |line: &str| writes(line) || MAKERS.iter().any(|maker| line.contains(maker)) || is_copied(line, end);
    text.split('\n').any(|line| line.contains(end) && is_made(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let one = |asked: Asked| match &*asked.holes {
            [] => asked.path.to_string(),
            holes => format!("{} of {}", asked.path, holes.join(", ")),
        };
        asked(text).into_iter().map(one).collect()
    }

    #[test]
    fn files_that_are_asked_for() {
        let table: &[(&str, &[&str])] = &[
            ("cf push --vars-file vars.${{ inputs.environ }}.yml\n", &["vars.*.yml of environ"]),
            (
                "\tterraform plan -var-file=./vars/$(DEPLOY_ENV).tfvars -var-file x.tfvars\n",
                &["vars/*.tfvars of DEPLOY_ENV", "x.tfvars"],
            ),
            (
                "helm upgrade shop ./chart -f values-$ENV.yaml --values \"values.yaml\"\n",
                &["values-*.yaml of ENV", "values.yaml"],
            ),
            ("kubectl apply -f web.yaml\n# docker run --env-file a.env\n", &[]),
            ("docker run --env-file=deploy/prod.env web\n", &["deploy/prod.env"]),
            ("web:\n  env_file: .env\n  x: 1\n", &[".env"]),
            (
                "  env_file:\n    - a.env\n    - path: b.env\n      required: false\n    - path: c.env\n  x: 1\n",
                &["a.env", "c.env"],
            ),
            ("helm:\n  valueFiles: [values.yaml, prod.yaml]\n", &["values.yaml", "prod.yaml"]),
            ("run --env-file /etc/x.env --env-file ${A}-${B}.env --env-file $(x\n", &["*-*.env of A, B"]),
            ("run --env-file ${A}-${B}-${C}.env\n", &[]),
            ("set -a; source deploy/prod.env; set +a\n", &["deploy/prod.env"]),
            ("      - run: . ./.env.$STAGE\n", &[".env.* of STAGE"]),
            ("\t@cp -f .env.production .env\n", &[".env.production"]),
            ("npx dotenv -e .env.production -- next build && env-cmd -f .env.qa npm run x\n", &[".env.production", ".env.qa"]),
            ("cp a.txt b.env\nsource venv/bin/activate\necho . .env\n", &[]),
        ];
        for (text, wanted) in table {
            assert_eq!(told(text), *wanted, "{text}");
        }
        let text = "a --env-file ./b.env";
        assert_eq!(asked(text).first().map(|asked| &text[asked.place.range()]), Some("./b.env"));
    }

    #[test]
    fn files_of_one_command_share_a_number() {
        let table: &[(&str, &[usize])] = &[
            ("helm upgrade a -f values.yaml --values values-prod.yaml\n", &[0, 0]),
            ("helm upgrade a \\\n  -f values.yaml \\\n  -f values-prod.yaml\n", &[0, 0]),
            ("run: >\n  helm upgrade a\n  -f values.yaml\n  -f values-prod.yaml\n", &[0, 0]),
            ("helm upgrade a -f values-a.yaml\nhelm upgrade b -f values-b.yaml\n", &[0, 1]),
            ("- run: helm upgrade a -f values-a.yaml\n- run: helm upgrade b -f values-b.yaml\n", &[0, 1]),
            ("helm upgrade a -f values-a.yaml && helm upgrade b -f values-b.yaml\n", &[0, 1]),
            ("env_file:\n  - a.env\n  - path: b.env\nx: 1\nenv_file: c.env\n", &[0, 0, 1]),
            ("values: [values.yaml, \"env/{{ .Environment.Name }}.yaml\"]\n", &[0, 0]),
            ("values:\n  - values.yaml\n  - \"env/{{ .Environment.Name }}.yaml\"\n", &[0, 0]),
        ];
        for (text, wanted) in table {
            assert_eq!(asked(text).iter().map(|asked| asked.list).collect::<Vec<_>>(), *wanted, "{text}");
        }
    }

    #[test]
    fn what_fills_a_hole() {
        let text = "environ: staging\nxenviron: no\nmatrix:\n  environ: [dev, 'prod'] # x\n\"environ\": [\"qa\"]\n- { environ: test }\n  environ:\n    type: choice\n    options:\n      - live\n  y: z\nenviron ?= uat\n[ \"${environ}\" = \"e2e\" ]\nifeq ($(environ),sit)\nfor environ in a1 b1; do\n";
        let found = fillings(text, "environ");
        assert_eq!(found, ["staging", "dev", "prod", "qa", "test", "live", "uat", "e2e", "sit", "a1", "b1"]);
    }

    #[test]
    fn programs_that_name_files_of_settings() {
        let table = [
            ("import a from './a.prod.yaml';", true),
            ("open(\"config/production.json\")", true),
            ("let a = b.json.c; // x.yaml", false),
            ("a[b.env]", false),
        ];
        for (text, names) in table {
            assert_eq!(names_settings(text.as_bytes()), names, "{text}");
        }
    }

    #[test]
    fn what_is_made_first() {
        assert!(makes("sops -d x > prod.env\ndocker run --env-file prod.env", "deploy/prod.env"));
        assert!(!makes("docker run --env-file prod.env", "deploy/prod.env"));
        assert!(makes("cp vault/x prod.env\n", "deploy/prod.env") && makes("cp ci/prod.env deploy/\n", "deploy/prod.env"));
        assert!(!makes("cp prod.env .env\n", "prod.env") && !makes("@cp -f deploy/prod.env web.env && up\n", "deploy/prod.env"));
        assert!(makes("[ -f prod.env ] && . prod.env\n", "prod.env"));
        assert!(makes("envs << parameters.env >> >prod.env", "deploy/prod.env"));
        assert!(!makes("helm upgrade -f values-<< parameters.env >>.yaml", "deploy/values-*.yaml"));
        assert!(!makes("x > /dev/null || docker run --env-file prod.env 2>&1", "deploy/prod.env"));
    }
}
