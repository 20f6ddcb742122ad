//! See rules/environment/shared-secret.md

use crate::document::secret::{is_known_key, is_secret_setting};
use crate::rule::{Context, fits};
use crate::workspace::environments::value::name_words;
use crate::workspace::environments::{Group, is_variable};

/// Words of names whose values are meant to be seen.
const PUBLIC: &[&str] = &[
    "public",
    "publishable",
    "dsn",
    "site",
    "name",
    "path",
    "file",
    "ref",
    "key_id",
    "expiry",
    "ttl",
    "lifetime",
    "url",
    "uri",
    "enabled",
    "type",
    "length",
    "version",
];

/// How a value begins that says where the secret is.
const REFERENCES: &[&str] = &[
    "arn:",
    "vault:",
    "op://",
    "ref+",
    "ENC[",
    "encrypted:",
    "secret://",
    "ssm:",
    "awssm://",
    "gcp:",
    "azurekv",
    "/",
    "projects/",
    "AQICA",
];

pub fn check(group: &Group, cx: &mut Context<'_>) {
    let Some(at) = group.members.iter().position(crate::workspace::environments::SettingsFile::is_production) else { return };
    for row in group.rows() {
        let Some(cell) = row.own(at) else { continue };
        let Some(value) = cell.value(cx.workspace).filter(|value| value.len() >= SHORTEST) else { continue };
        let Some((other, theirs)) = row.others(at).find(|(_, cell)| cell.value(cx.workspace) == Some(value)) else { continue };
        if !is_secret(row.name, value) {
            continue;
        }
        let allowed = cx.list("allowed", cell.file.source);
        if allowed.iter().any(|pattern| fits(pattern, row.name)) {
            continue;
        }
        let other = group.members[other].title();
        cx.report(cell.place(), format!("{} is the same secret in production and in {other}", row.name))
            .about(row.name)
            .label("production has this")
            .because(theirs.place(), format!("{other} has the same"))
            .in_production(format!(
                "whoever can read {other}, which is nearly everybody, can do in production what this secret allows"
            ))
            .help(
                "make another one for production, keep it in the secret store, and change this one, since it is in the history",
            );
    }
}

/// Shorter values are the same by chance.
const SHORTEST: usize = 10;

/// A literal secret: not the name of one, not a reference, no words, and long enough to be none by chance.
fn is_secret(name: &str, value: &str) -> bool {
    if is_known_key(value) {
        return true;
    }
    let words = name_words(name);
    let is_public =
        words.iter().any(|word| PUBLIC.contains(&word.as_str())) || name.contains("Ref.") || name.contains("existingSecret");
    // `OAUTH2_CLIENT_SECRET` is where the secret is.
    let is_name = value.contains('_') && is_variable(value);
    let is_reference =
        is_name || REFERENCES.iter().any(|start| value.starts_with(start)) || value.contains(['$', '{', '<', ' ', ':']);
    let has = |wanted: fn(&u8) -> bool| value.as_bytes().iter().any(wanted);
    let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    is_secret_setting(name) && !is_public && !is_reference && is_mixed && entropy(value) >= 3.0
}

/// How many bits a character tells on average.
fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = f64::from(u32::try_from(value.len()).unwrap_or(u32::MAX));
    counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / length).map(|share| -share * share.log2()).sum()
}
