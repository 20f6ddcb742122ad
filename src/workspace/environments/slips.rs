//! Names that one member writes otherwise than all the others.

use std::collections::HashMap;

use super::value::name_words;
use crate::diagnostic::Place;

/// A name that one member has for itself, beside one that it alone lacks.
#[derive(Clone, Debug)]
pub struct Slip {
    /// Which member.
    pub member: usize,
    /// What it writes.
    pub written: Box<str>,
    /// Where.
    pub place: Place,
    /// What the others write.
    pub meant: Box<str>,
    /// Where one of them does.
    pub neighbour: Place,
    /// All others do, and not only a base or some of them.
    pub is_sure: bool,
}

/// Beyond so many pairs of names only those are compared that differ in their separators alone.
const MAX_PAIRS: usize = 10_000;

/// Finds for the names that a member lacks those that it has for itself.
pub fn slips(member: usize, own: &[(&str, Place)], lacking: &[(&str, Place)]) -> Vec<Slip> {
    let mut found = Vec::new();
    let by_letters: HashMap<String, (&str, Place)> = own.iter().map(|(name, place)| (letters(name), (*name, *place))).collect();
    for (meant, neighbour) in lacking {
        let same_letters = by_letters.get(&letters(meant)).copied();
        let may_compare = own.len() * lacking.len() <= MAX_PAIRS;
        let near = || own.iter().copied().find(|(written, _)| may_compare && is_near(written, meant));
        if let Some((written, place)) = same_letters.or_else(near) {
            let (written, meant) = (written.into(), (*meant).into());
            found.push(Slip { member, written, place, meant, neighbour: *neighbour, is_sure: true });
        }
    }
    found
}

/// Names that a member has for itself and that differ in one letter from one that others have, and it has not. Neither
/// name is compared with all the others: both lose a letter, and what is left is looked up.
pub fn half_slips(member: usize, own: &[(&str, Place)], lacking: &[(&str, Place)]) -> Vec<Slip> {
    let mut left: HashMap<(&str, String), (&str, Place)> = HashMap::new();
    for (name, place) in own {
        left.extend(one_letter_less(name).into_iter().map(|rest| (rest, (*name, *place))));
    }
    let mut found: Vec<Slip> = Vec::new();
    for (meant, neighbour) in lacking {
        let known = one_letter_less(meant).into_iter().find_map(|rest| left.get(&rest));
        let Some((written, place)) = known.filter(|(written, _)| is_near(written, meant) && !is_scheme(written, meant)) else {
            continue;
        };
        if found.iter().any(|slip| slip.place == *place) {
            continue;
        }
        let (written, meant) = ((*written).into(), (*meant).into());
        found.push(Slip { member, written, place: *place, meant, neighbour: *neighbour, is_sure: false });
    }
    found
}

/// What stands around the last part of a name, and that part in small letters, with one of them left out, or none.
fn one_letter_less(name: &str) -> Vec<(&str, String)> {
    let (parent, leaf) = parts(name);
    let letters: Vec<char> = leaf.chars().flat_map(char::to_lowercase).take(MAX_LETTERS).collect();
    let without = |at: usize| letters.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, letter)| letter).collect();
    (0..=letters.len()).map(|at| (parent, without(at))).collect()
}

/// `http` beside `https` is no slip, whatever they stand in.
fn is_scheme(one: &str, other: &str) -> bool {
    let words = |name: &str| name_words(parts(name).1);
    let (one, other) = (words(one), words(other));
    let is_pair = |(one, other): (&String, &String)| {
        let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
        long.strip_suffix('s') == Some(short) && SCHEMES.contains(&short.as_str())
    };
    one.iter().zip(&other).any(is_pair)
}

/// Schemes that have a safe brother with an `s` at its end.
const SCHEMES: &[&str] = &["http", "ws", "amqp", "redis", "smtp", "ftp", "ldap", "imap", "pop3", "mqtt", "dn"];

/// Longer names are compared as far as this.
const MAX_LETTERS: usize = 80;

/// A name without separators, case and the mark of a plural.
fn letters(name: &str) -> String {
    let all: String = name.chars().filter(|next| next.is_alphanumeric() || *next == '.').flat_map(char::to_lowercase).collect();
    all.trim_end_matches('s').to_owned()
}

fn parts(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or(("", name))
}

/// Whether one name is a slip of the hand for the other.
pub fn is_slip(one: &str, other: &str) -> bool {
    one != other && is_near(one, other) && !is_scheme(one, other)
}

/// Whether two names differ by a slip of the hand: in one word, by a letter or two. Numbers are no slips.
fn is_near(one: &str, other: &str) -> bool {
    let ((parent, one), (other_parent, other)) = (parts(one), parts(other));
    if parent != other_parent {
        return false;
    }
    if is_exchange(one, other) {
        return true;
    }
    let (words, others) = (name_words(one), name_words(other));
    if words.len() != others.len() {
        let (one, other) = (words.concat(), others.concat());
        return one.len() >= 8 && distance(&one, &other) <= 1;
    }
    let mut differing = words.iter().zip(&others).filter(|(word, other)| word != other);
    let (Some((word, other)), None) = (differing.next(), differing.next()) else { return false };
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).collect::<String>();
    let length = word.len().max(other.len());
    // Of a short word in a name of several a letter may be lost: `solrCu`. Another letter makes another word of it.
    let is_lost = words.len() > 1 && length == 3 && word.len() != other.len() && words.concat().len() >= SEVERAL;
    let allowed = if length >= 8 { 2 } else { usize::from(length >= 4 || is_lost) };
    let is_counted = digits(word) != digits(other) || word.len() <= digits(word).len() + 3;
    let is_counted = is_counted && !(digits(word).is_empty() && digits(other).is_empty());
    !is_counted && allowed > 0 && distance(word, other) <= allowed
}

/// A name of several words has so many letters.
const SEVERAL: usize = 6;

/// Two neighbouring letters have changed places, wherever the words of a name begin: `hosNtame`, `sos` for `sso`.
fn is_exchange(one: &str, other: &str) -> bool {
    const SHORTEST: usize = 3;
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let Some(at) = one.iter().zip(other).position(|(one, other)| one != other) else { return false };
    let is_letter = |at: usize| one.get(at).is_some_and(u8::is_ascii_alphabetic);
    one.len() == other.len()
        && one.len() >= SHORTEST
        && is_letter(at)
        && is_letter(at + 1)
        && one[at].eq_ignore_ascii_case(&other[at + 1])
        && one[at + 1].eq_ignore_ascii_case(&other[at])
        && one[at + 2..] == other[at + 2..]
}

/// How many letters must be put in, left out, changed or swapped with their neighbour.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > 2 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for at in 1..=one.len() {
        let mut row = vec![at];
        for to in 1..=other.len() {
            let change = last[to - 1] + usize::from(one[at - 1] != other[to - 1]);
            let mut best = change.min(last[to] + 1).min(row[to - 1] + 1);
            if at > 1 && to > 1 && one[at - 1] == other[to - 2] && one[at - 2] == other[to - 1] {
                best = best.min(before[to - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_hand() {
        let table = [
            ("RETRY_LIMTI", "RETRY_LIMIT", true),
            ("association", "associations", true),
            ("mail.senderNme", "mail.senderName", true),
            ("max_connections", "min_connections", false),
            ("HOST_1", "HOST_2", false),
            ("WHATSNWE50_URL", "WHATSNEW50_URL", true),
            ("EU1_URL", "US1_URL", false),
            ("a.port", "b.port", false),
            ("DEV_URL", "UAT_URL", false),
            ("queue.name", "queue.names", true),
            ("READ_TIMEOUT", "READTIMEOUTS", true),
            ("hosNtame", "hostName", true),
            ("solroFllowerCount", "solrFollowerCount", true),
            ("uris.sos", "uris.sso", true),
            ("solrCu", "solrCpu", true),
            ("solrGpu", "solrCpu", false),
            ("to", "ot", false),
            ("A12_URL", "A21_URL", false),
        ];
        for (written, meant, near) in table {
            assert_eq!(is_near(written, meant) || letters(written) == letters(meant), near, "{written} for {meant}");
        }
        assert_eq!((distance("abc", "acb"), distance("", "ab"), distance("abcd", "a")), (1, 2, usize::MAX));
    }
}
