//! `primaryLocationLineHash` as GitHub computes it: a polynomial over the next hundred characters from the beginning of a
//! line, blanks and tabs left out, and a number where several lines have the same. An alert stays the same alert as
//! long as these characters do.

use std::collections::HashMap;

use crate::source::{Encoding, Source};

/// How many characters a hash is made of.
const WINDOW: usize = 100;
const BASE: u64 = 37;

/// What GitHub reads after the last character.
const END: u16 = u16::MAX;

/// The hash of each line and the how manieth of its kind it is.
pub struct LineHashes {
    lines: Vec<(u64, u32)>,
}

impl LineHashes {
    /// Of a file as it lies on disk, read as UTF-8. What is UTF-16 on disk has none: GitHub would hash noise.
    pub fn of(source: &Source) -> Self {
        let text = source.text();
        match source.encoding() {
            Encoding::Utf8 => Self::of_text(text.chars()),
            Encoding::Utf8Marked => Self::of_text(std::iter::once('\u{FEFF}').chain(text.chars())),
            Encoding::Latin1 => {
                let bytes: Vec<u8> = text.chars().filter_map(|character| u8::try_from(u32::from(character)).ok()).collect();
                Self::of_text(String::from_utf8_lossy(&bytes).chars())
            }
            Encoding::Utf16 => Self { lines: Vec::new() },
        }
    }

    fn of_text(text: impl Iterator<Item = char>) -> Self {
        let (units, starts) = units(text);
        let unit = |at: usize| units.get(at).copied().map_or(0, u64::from);
        let mut hash = (0..WINDOW).fold(0, |hash: u64, at| hash.wrapping_mul(BASE).wrapping_add(unit(at)));
        let leaves = (0..WINDOW).fold(1, |power: u64, _| power.wrapping_mul(BASE));
        let mut seen: HashMap<u64, u32> = HashMap::new();
        let mut lines = Vec::with_capacity(starts.len());
        let mut starts = starts.into_iter().peekable();
        for at in 0..units.len() {
            if starts.next_if_eq(&at).is_some() {
                let count = seen.entry(hash).or_default();
                *count += 1;
                lines.push((hash, *count));
            }
            hash = hash.wrapping_mul(BASE).wrapping_add(unit(at + WINDOW)).wrapping_sub(leaves.wrapping_mul(unit(at)));
        }
        Self { lines }
    }

    /// The hash of a line, from 1.
    pub fn of_line(&self, line: u32) -> Option<String> {
        let (hash, count) = self.lines.get(line.checked_sub(1)? as usize)?;
        Some(format!("{hash:x}:{count}"))
    }
}

/// The characters that count, as UTF-16 with one kind of line break, and where among them the lines begin.
fn units(text: impl Iterator<Item = char>) -> (Vec<u16>, Vec<usize>) {
    let (mut units, mut starts) = (Vec::new(), vec![0]);
    let mut after_cr = false;
    for character in text {
        let is_second_half = after_cr && character == '\n';
        after_cr = character == '\r';
        match character {
            ' ' | '\t' => {}
            '\n' if is_second_half => {}
            '\n' | '\r' => {
                units.push(u16::from(b'\n'));
                starts.push(units.len());
            }
            _ => units.extend_from_slice(character.encode_utf16(&mut [0; 2])),
        }
    }
    units.push(END);
    (units, starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(bytes: &[u8]) -> Vec<String> {
        let source = Source::decode("x", bytes.to_vec());
        let hashes = LineHashes::of(&source);
        (1..).map_while(|line| hashes.of_line(line)).collect()
    }

    /// What GitHub's own action computes for these texts.
    #[test]
    fn the_hashes_are_those_of_github() {
        assert_eq!(hashes(b""), ["c129715d7a2bc9a3:1"]);
        let wanted = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
        assert_eq!(hashes(b" a\nb\n  \t\tc\n d"), wanted);
        let wanted = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        let breaks = ["\n|\n|\n|\n|\n|\n", "\n|\r|\r|\r|\r|\r", "\r\n|\r\n|\r\n|\r\n|\r\n|\r\n", "\n|\r\n|\n|\r|\r|\r\n"];
        for breaks in breaks {
            let breaks: Vec<&str> = breaks.split('|').collect();
            let words = [" hello; \t", "world!!!", "", "", "  \t\tGreetings", " End"];
            let text: String = words.iter().zip(breaks).flat_map(|(word, end)| [*word, end]).collect();
            assert_eq!(hashes(text.as_bytes()), wanted, "{text:?}");
        }
    }

    #[test]
    fn lines_of_the_same_hash_are_numbered() {
        let repeated = hashes("Lorem ipsum dolor sit amet.\n".repeat(10).as_bytes());
        let wanted = (1..=6).map(|count| format!("a7f2ff13bc495cf2:{count}"));
        assert!(repeated.iter().take(6).cloned().eq(wanted), "{repeated:?}");
        let last = ["a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1"];
        assert_eq!(repeated[6..], last);
    }
}
