//! The words that a name is made of.

/// The words of a name, in lower case: `dbPoolSize` and `DB_POOL_SIZE` have the same.
pub fn name_words(name: &str) -> Vec<String> {
    if name.is_ascii() {
        return ascii_words(name.as_bytes());
    }
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for next in name.chars() {
        let is_start = !before.is_alphanumeric() || (next.is_uppercase() && before.is_lowercase());
        if next.is_alphanumeric() {
            if is_start {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(next.to_lowercase());
            }
        }
        before = next;
    }
    words
}

/// The same for the letters that nearly all names are written in; this is asked of every setting, by every check.
fn ascii_words(name: &[u8]) -> Vec<String> {
    let mut words = Vec::new();
    let mut start = None;
    let mut push = |start: usize, end: usize| words.push(String::from_utf8_lossy(&name[start..end]).to_ascii_lowercase());
    for (at, next) in name.iter().enumerate() {
        let is_part = next.is_ascii_alphanumeric();
        let is_hump = next.is_ascii_uppercase() && at > 0 && name[at - 1].is_ascii_lowercase();
        match start {
            None if is_part => start = Some(at),
            Some(begin) if !is_part || is_hump => {
                push(begin, at);
                start = is_part.then_some(at);
            }
            _ => {}
        }
    }
    if let Some(begin) = start {
        push(begin, name.len());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_names() {
        let words = ["spring", "db", "pool", "size", "max"];
        assert_eq!(name_words("spring.dbPoolSize_MAX"), words);
        assert_eq!(name_words("spring.dbPoolSize_MAX.é")[..5], words, "letters of other alphabets change nothing");
        assert_eq!(name_words("-a1B..HTTPServer-x"), ["a1b", "httpserver", "x"]);
    }
}
