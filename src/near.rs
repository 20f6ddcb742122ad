//! Which word was probably meant?

/// The word that is written most like this one, if any is like it at all.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = candidates.into_iter().map(|candidate| (distance(candidate, word), candidate));
    let near = near.filter(|(distance, _)| *distance <= 1 + word.len().min(FAR) / 4);
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// No more letters than this are compared.
const FAR: usize = 64;

/// How many letters must be added, dropped or changed.
pub fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(FAR).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.chars().take(FAR).enumerate() {
        let mut corner = row[0];
        row[0] = above + 1;
        for (at, candidate) in other.iter().enumerate() {
            let change = corner + usize::from(letter != *candidate);
            corner = row[at + 1];
            row[at + 1] = change.min(row[at] + 1).min(corner + 1);
        }
    }
    row[other.len()]
}

/// Whether two names are so much alike that one is a slip of the other: one letter more, less or changed, or two
/// exchanged. What people number, letter or abbreviate on purpose (`db-1`, `web-b`, `api-v2`) is no slip.
pub fn is_slip(one: &str, other: &str) -> bool {
    let (mut first, mut second) = (parts(one), parts(other));
    if first.len() != second.len() {
        // A separator too many, or none: `web-app` and `webapp`.
        return first.concat() == second.concat();
    }
    let differing: Vec<(&str, &str)> = first.drain(..).zip(second.drain(..)).filter(|(one, other)| one != other).collect();
    if differing.is_empty() {
        return one != other;
    }
    let [(one, other)] = differing[..] else { return false };
    let is_word = |part: &str| part.len() >= 4 && !part.bytes().any(|byte| byte.is_ascii_digit());
    is_word(one) && is_word(other) && (distance(one, other) == 1 || is_exchange(one, other))
}

/// Whether one name is the plural of the other, which may be meant.
pub fn is_plural(one: &str, other: &str) -> bool {
    one.strip_suffix('s') == Some(other) || other.strip_suffix('s') == Some(one)
}

fn parts(name: &str) -> Vec<&str> {
    name.split(['-', '.', '_', '/']).collect()
}

/// Two neighbouring letters have changed places.
fn is_exchange(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let Some(at) = one.iter().zip(other).position(|(a, b)| a != b) else { return false };
    one.len() == other.len()
        && at + 1 < one.len()
        && one[at] == other[at + 1]
        && one[at + 1] == other[at]
        && one[at + 2..] == other[at + 2..]
}

#[cfg(test)]
mod tests {
    use super::is_slip;

    #[test]
    fn a_slip_is_told_from_a_name_of_its_own() {
        let slips = [
            ("frontend", "fronted"),
            ("shop-settings", "shop-setting"),
            ("web-app", "webapp"),
            ("payment", "paymnet"),
            ("a-config", "a.config"),
        ];
        for (one, other) in slips {
            assert!(is_slip(one, other) && is_slip(other, one), "{one} {other}");
        }
        let others = [
            ("db-1", "db-2"),
            ("web-a", "web-b"),
            ("api-v1", "api-v2"),
            ("app", "api"),
            ("orders", "users"),
            ("web", "web"),
            ("cache1", "cache2"),
            ("blue", "green"),
        ];
        for (one, other) in others {
            assert!(!is_slip(one, other), "{one} {other}");
        }
    }
}
