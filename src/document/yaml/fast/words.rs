//! Eight bytes at a time: lines are too short for a search that has to be set up, and their lengths too different for a
//! processor to guess where a loop over bytes ends.

const EACH: u64 = 0x0101_0101_0101_0101;
const TOP: u64 = 0x80 * EACH;

/// How many blanks stand from there on.
#[inline]
pub fn blanks(bytes: &[u8], from: usize) -> usize {
    first(bytes, from, |word| word ^ (EACH * u64::from(b' ')), |byte| byte != b' ')
}

/// How many bytes stand from there on before one at which plain text may end: a colon, a `#`, a tab or a line break, the
/// only control characters that there are.
#[inline]
pub fn plain(bytes: &[u8], from: usize) -> usize {
    let marks = |word| below(word, b' ') | equal(word, b':') | equal(word, b'#');
    first(bytes, from, marks, |byte| byte < b' ' || matches!(byte, b':' | b'#'))
}

/// How far the first byte of a kind is. `marks` sets bits in its place in a word, and none in a place before it.
#[inline]
fn first(bytes: &[u8], from: usize, marks: impl Fn(u64) -> u64, is_one: impl Fn(u8) -> bool) -> usize {
    let rest = &bytes[from..];
    let mut at = 0;
    while let Some(word) = rest[at..].first_chunk() {
        let marks = marks(u64::from_le_bytes(*word));
        if marks != 0 {
            return at + marks.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + rest[at..].iter().take_while(|byte| !is_one(**byte)).count()
}

/// The top bits of all bytes below a limit; those above the first may be wrong.
fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(EACH * u64::from(limit)) & !word & TOP
}

/// The top bits of all bytes that are this one; those above the first may be wrong.
fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ (EACH * u64::from(byte)), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_bytes_see_the_same() {
        let is_end = |byte: &u8| *byte < b' ' || matches!(byte, b':' | b'#');
        for length in 0..40_usize {
            for at in 0..=length {
                for one in [b'\n', b'\t', b':', b'#', b' ', b'"', b'$', b'9', b';', 0xA3, 0xBA, 0x8A] {
                    for other in [b' ', b'!', b'a', 0x80, 0xFF, b'\n', b':'] {
                        let mut text = vec![b' '; at];
                        text.resize(length, other);
                        text.insert(at, one);
                        for from in [0, 1.min(length), at] {
                            let rest = &text[from..];
                            let wanted = rest.iter().position(|byte| *byte != b' ').unwrap_or(rest.len());
                            assert_eq!(blanks(&text, from), wanted, "{text:?} from {from}");
                            let wanted = rest.iter().position(is_end).unwrap_or(rest.len());
                            assert_eq!(plain(&text, from), wanted, "{text:?} from {from}");
                        }
                    }
                }
            }
        }
    }
}
