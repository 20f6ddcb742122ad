//! The name that git gives to a file's content.
//!
//! Names are compared, nothing is proved by them: a repository that forges one deceives itself.

use std::fmt::Write as _;

/// The name of a blob with these bytes.
pub fn blob(bytes: &[u8]) -> String {
    let mut state = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
    let head = format!("blob {}\0", bytes.len());
    // The head fills up with the first bytes to whole blocks.
    let (first, rest) = bytes.split_at(bytes.len().min((64 - head.len() % 64) % 64));
    let mut start = head.into_bytes();
    let length = start.len() + bytes.len();
    start.extend_from_slice(first);
    let mut tail = start;
    if tail.len().is_multiple_of(64) {
        blocks(&mut state, &tail);
        let whole = rest.len() / 64 * 64;
        blocks(&mut state, &rest[..whole]);
        tail = rest[whole..].to_vec();
    }
    tail.push(0x80);
    while tail.len() % 64 != 56 {
        tail.push(0);
    }
    tail.extend_from_slice(&(length as u64 * 8).to_be_bytes());
    blocks(&mut state, &tail);
    let mut name = String::with_capacity(40);
    for word in state {
        let _ = write!(name, "{word:08x}");
    }
    name
}

fn blocks(state: &mut [u32; 5], bytes: &[u8]) {
    for block in bytes.chunks_exact(64) {
        let mut words = [0_u32; 80];
        for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
            *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        for at in 16..80 {
            words[at] = (words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16]).rotate_left(1);
        }
        let mut mixed = *state;
        mixed = rounds(mixed, &words[..20], 0x5A82_7999, |b, c, d| d ^ (b & (c ^ d)));
        mixed = rounds(mixed, &words[20..40], 0x6ED9_EBA1, |b, c, d| b ^ c ^ d);
        mixed = rounds(mixed, &words[40..60], 0x8F1B_BCDC, |b, c, d| (b & c) | (d & (b | c)));
        mixed = rounds(mixed, &words[60..], 0xCA62_C1D6, |b, c, d| b ^ c ^ d);
        for (sum, part) in state.iter_mut().zip(mixed) {
            *sum = sum.wrapping_add(part);
        }
    }
}

#[expect(clippy::many_single_char_names, reason = "they are called so wherever it is described")]
#[inline]
fn rounds(
    [mut a, mut b, mut c, mut d, mut e]: [u32; 5],
    words: &[u32],
    constant: u32,
    mix: impl Fn(u32, u32, u32) -> u32,
) -> [u32; 5] {
    for word in words {
        let next = a.rotate_left(5).wrapping_add(mix(b, c, d)).wrapping_add(e).wrapping_add(constant).wrapping_add(*word);
        (a, b, c, d, e) = (next, a, b.rotate_left(30), c, d);
    }
    [a, b, c, d, e]
}

#[cfg(test)]
mod tests {
    use super::blob;

    /// What `git hash-object` says.
    #[test]
    fn names_are_those_of_git() {
        let table: &[(usize, &str)] = &[
            (0, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
            (1, "2e65efe2a145dda7ee51d1741299f848e5bf752e"),
            (45, "69ce1347bb079586eb6ea14ab5116f835ef29639"),
            (46, "50b3bbe915fe104dbbb6786fdcfa310bcfc25d4e"),
            (47, "5e3bf7e629b4908cce461530c17a64365cb47303"),
            (53, "db4a0b7d4bdb355db58cf4c9a6500267ea087770"),
            (54, "60704cd2c753c0419b5d235cbf244ec4c696cded"),
            (55, "d1985ddc2983785702b9a90effd5aff2f7cfdca4"),
            (56, "1f973e890f52da1f22fa7e5620a628bc4ee74cb3"),
            (57, "d28c6cde5a5ab0b138bd53a288c23e8c011c4171"),
            (110, "1fcb14c5910397220c4f8d0dd2203c70116bd4e0"),
            (119, "1325c3d76ea6a66e75dce490a0b8cb8b12233ee0"),
            (120, "253af86ee859905852357aee8bd83b08601364ae"),
            (1000, "a50be72b20f0e3f078d252e8e56b11b4bec67509"),
            (100_000, "94bc76618de566c4e568aaf031cce7cef592d868"),
        ];
        for (length, name) in table {
            assert_eq!(blob(&vec![b'a'; *length]), *name, "{length} bytes");
        }
    }
}
