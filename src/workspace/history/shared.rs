//! Do two sets change one database? They do where one names a table that the other makes.

use std::collections::{BTreeSet, HashMap};

/// The tables that a set made, and those that it only named.
pub(super) type Tables = (Vec<String>, Vec<String>);

/// The sets of which one names what another made.
pub(super) fn shared(tables: &[Tables]) -> BTreeSet<usize> {
    let mut makers: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, (made, _)) in tables.iter().enumerate() {
        for name in made {
            makers.entry(name).or_default().push(at);
        }
    }
    let mut shared = BTreeSet::new();
    for (at, (_, met)) in tables.iter().enumerate() {
        for maker in met.iter().filter_map(|name| makers.get(name.as_str())).flatten().filter(|maker| **maker != at) {
            shared.extend([at, *maker]);
        }
    }
    shared
}
