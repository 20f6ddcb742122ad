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
