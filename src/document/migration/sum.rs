//! Does the checksum file of Atlas fit the migrations beside it?
//!
//! `atlas.sum` lists each file with the hash of its name and bytes and of all that stand before it.

/// A line of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summed {
    /// The name of a migration file.
    pub name: String,
    /// Its hash.
    pub hash: String,
}

/// The lines of a checksum file; the first, over all of them, is left out.
pub fn lines(text: &str) -> Vec<Summed> {
    let line = |line: &str| {
        let (name, hash) = line.trim().rsplit_once(" h1:")?;
        Some(Summed { name: name.to_owned(), hash: hash.to_owned() })
    };
    text.split('\n').filter_map(line).collect()
}

/// The running hash of Atlas.
#[derive(Clone, Debug, Default)]
pub struct Running {
    hash: Sha256,
}

impl Running {
    /// The hash up to this file, it included; none for one that asks to be left out.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Option<String> {
        self.hash.take(name.as_bytes());
        let head: String = String::from_utf8_lossy(&bytes[..bytes.len().min(512)]).into_owned();
        if head.split('\n').take_while(|line| line.starts_with("--")).any(|line| line.trim() == "-- atlas:sum ignore") {
            return None;
        }
        self.hash.take(bytes);
        Some(base64(&self.hash.clone().end()))
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let word = three.iter().fold(0_usize, |word, byte| word << 8 | usize::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = LETTERS[word >> (18 - 6 * at) & 63];
            out.push(if at > three.len() { '=' } else { char::from(letter) });
        }
    }
    out
}

/// SHA-256, as FIPS 180-4 describes it.
#[derive(Clone, Debug)]
struct Sha256 {
    state: [u32; 8],
    open: Vec<u8>,
    length: u64,
}

impl Default for Sha256 {
    fn default() -> Self {
        let state = [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
        Self { state, open: Vec::new(), length: 0 }
    }
}

impl Sha256 {
    fn take(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.open.extend_from_slice(bytes);
        let whole = self.open.len() / 64 * 64;
        let rest = self.open.split_off(whole);
        for block in self.open.chunks_exact(64) {
            mix(&mut self.state, block);
        }
        self.open = rest;
    }

    fn end(mut self) -> Vec<u8> {
        let bits = self.length * 8;
        let mut tail = vec![0x80];
        while (self.open.len() + tail.len()) % 64 != 56 {
            tail.push(0);
        }
        tail.extend_from_slice(&bits.to_be_bytes());
        self.take(&tail);
        self.state.iter().flat_map(|word| word.to_be_bytes()).collect()
    }
}

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
const ROUNDS: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];

fn mix(state: &mut [u32; 8], block: &[u8]) {
    let mut words = [0_u32; 64];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    for at in 16..64 {
        let (near, far) = (words[at - 15], words[at - 2]);
        let near = near.rotate_right(7) ^ near.rotate_right(18) ^ (near >> 3);
        let far = far.rotate_right(17) ^ far.rotate_right(19) ^ (far >> 10);
        words[at] = words[at - 16].wrapping_add(near).wrapping_add(words[at - 7]).wrapping_add(far);
    }
    let mut v = *state;
    for (word, constant) in words.iter().zip(ROUNDS) {
        let high = v[4].rotate_right(6) ^ v[4].rotate_right(11) ^ v[4].rotate_right(25);
        let choice = (v[4] & v[5]) ^ (!v[4] & v[6]);
        let one = v[7].wrapping_add(high).wrapping_add(choice).wrapping_add(constant).wrapping_add(*word);
        let low = v[0].rotate_right(2) ^ v[0].rotate_right(13) ^ v[0].rotate_right(22);
        let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        v = [one.wrapping_add(low).wrapping_add(majority), v[0], v[1], v[2], v[3].wrapping_add(one), v[4], v[5], v[6]];
    }
    for (sum, part) in state.iter_mut().zip(v) {
        *sum = sum.wrapping_add(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_standard() {
        let hash = |text: &str| {
            let mut hash = Sha256::default();
            hash.take(text.as_bytes());
            base64(&hash.end())
        };
        assert_eq!(hash(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(hash("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
        assert_eq!(hash(&"a".repeat(1000)), "Qe3s5C1j6Nm/UVqbppMuHCDLyfWl0TRkWttdsblzfqM=");
        assert_eq!(base64(b"ab"), "YWI=");
    }

    #[test]
    fn a_sum_runs_over_all_files_so_far() {
        let mut running = Running::default();
        assert_eq!(running.add("1_a.sql", b"SELECT 1;\n").as_deref(), Some("oHx7vmeRbxB72kdSGUkFhE08red3y82zeqcbzCxkGjo="));
        assert_eq!(running.add("2_b.sql", b"-- atlas:sum ignore\n\nSELECT 2;\n"), None);
        assert_eq!(running.add("3_c.sql", b"SELECT 3;\n").as_deref(), Some("9tAH5dHWrLyY7rp0oboSIWTvKTne4PrrKpTXHaHHcoc="));
        let text = "h1:all=\n1_a.sql h1:one=\n2 b.sql h1:two=\n";
        let names: Vec<String> = lines(text).into_iter().map(|line| line.name).collect();
        assert_eq!(names, ["1_a.sql", "2 b.sql"]);
    }
}
