//! Where is a finding, as those who read reports elsewhere ask: below the root of the repository, as an address.
//!
//! Text for people speaks of paths below the folder that was judged. A forge knows nothing of that folder; it finds a
//! file by its path in the repository.

use crate::diagnostic::Place;
use crate::report::{Location, Root};
use crate::untrusted::odd_byte;

/// A path of a root as the repository has it; what is said of the whole is said of `.`.
pub fn path(root: &Root, below: &str) -> String {
    let path = format!("{}{below}", lead(root));
    if path.is_empty() { ".".to_owned() } else { path }
}

/// What all paths of a root begin with in the repository.
pub fn lead(root: &Root) -> &str {
    root.seat.as_ref().and_then(|seat| seat.in_repository.as_deref()).unwrap_or(&root.prefix)
}

/// Where a place is in the repository.
pub fn location(root: &Root, place: Place) -> Location {
    Location { path: path(root, root.workspace.path(place.source)), ..root.location(place) }
}

/// A path as an address: relative, unless the path begins at the root of the file system.
pub fn uri(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for character in path.chars() {
        match odd_byte(character) {
            Some(byte) => push(byte, &mut uri),
            None => character.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| push(byte, &mut uri)),
        }
    }
    uri
}

/// Everything that could mean something in an address is escaped, so nothing in a name can.
fn push(byte: u8, uri: &mut String) {
    if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
        uri.push(char::from(byte));
    } else {
        uri.push('%');
        uri.extend([byte >> 4, byte & 0xF].map(|half| char::from(b"0123456789ABCDEF"[usize::from(half)])));
    }
}

/// The address of a file on this machine, where it has one.
pub fn file_uri(root: &Root, below: &str) -> Option<String> {
    let folder = root.seat.as_ref()?.folder.trim_end_matches('/');
    Some(uri(&format!("{folder}/{below}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::untrusted::carry_odd_byte;

    #[test]
    fn an_address_holds_nothing_but_letters_and_escapes() {
        let odd: String = ['a', carry_odd_byte(0xFF), 'é'].iter().collect();
        assert_eq!(uri(&odd), "a%FF%C3%A9");
        assert_eq!(uri("db/::error file=x,y%0A\n?#[].sql"), "db/%3A%3Aerror%20file%3Dx%2Cy%250A%0A%3F%23%5B%5D.sql");
        assert_eq!(uri("/srv/a b"), "file:///srv/a%20b");
    }
}
