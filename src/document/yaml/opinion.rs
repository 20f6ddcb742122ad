//! Would Kubernetes' own reader take what ours refuses?
//!
//! `serde_yaml` stands on a port of libyaml, as Go's reader does. It is never the first to see a file: nested flow
//! collections cost it quadratic time, so they are counted before.

use serde::Deserialize;
use serde::de::IgnoredAny;

const MAX_OPEN_BRACKETS: usize = 1000;

/// Whether libyaml takes all of the text.
pub fn accepts(text: &str) -> bool {
    let brackets = memchr::memchr2_iter(b'[', b'{', text.as_bytes()).count();
    if brackets > MAX_OPEN_BRACKETS {
        return false;
    }
    serde_yaml::Deserializer::from_str(text).all(|document| IgnoredAny::deserialize(document).is_ok())
}
