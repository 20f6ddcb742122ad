//! The same files make the same report, byte for byte: whatever order a folder lists them in, on any number of threads.

use std::fs;

use gonogo::emit::{Format, Style, emit};
use gonogo::report::{Report, Root};
use gonogo::settings::Settings;
use gonogo::tree::{Entry, EntryKind, Memory, Tree, Unreadable};

use crate::mutate::{Dice, SQL, YAML, mutate};
use crate::support::{files_below, root};

/// A tree that lists its files in an order of its own; folders still come before what is in them.
struct Shuffled {
    files: Memory,
    seed: u64,
}

impl Tree for Shuffled {
    fn walk(&self, enter: &mut dyn FnMut(&Entry) -> bool) -> Vec<Entry> {
        let (mut folders, mut files): (Vec<Entry>, Vec<Entry>) =
            self.files.walk(enter).into_iter().partition(|entry| entry.kind == EntryKind::Folder);
        let mut dice = Dice::new(self.seed);
        for at in (1..files.len()).rev() {
            files.swap(at, dice.roll(at + 1));
        }
        folders.append(&mut files);
        folders
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, Unreadable> {
        self.files.read(path, limit)
    }
}

/// All fixtures, and two broken copies of each.
fn files() -> Memory {
    let mut files = Memory::default();
    let mut dice = Dice::new(3);
    let base = root().join("fixtures");
    for path in files_below(&base) {
        let bytes = fs::read(&path).expect("a fixture");
        let below = path.strip_prefix(&base).expect("below").to_string_lossy().replace('\\', "/");
        let pieces = if below.ends_with(".sql") { SQL } else { YAML };
        files.insert(format!("broken/{below}"), mutate(&mut dice, &bytes, pieces));
        files.insert(format!("worse/{below}"), mutate(&mut dice, &bytes, pieces));
        files.insert(below, bytes);
    }
    files
}

fn reports(files: &Memory, seed: u64, threads: usize) -> Vec<String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
    pool.install(|| {
        let settings = Settings::default();
        let tree = Shuffled { files: files.clone(), seed };
        let report = Report::new(vec![Root::judge(&tree, "", "", &settings)], &settings);
        Format::ALL.iter().map(|(_, format)| emit(&report, *format, Style { coverage: true, ..Style::default() })).collect()
    })
}

#[test]
fn neither_order_nor_threads_change_a_report() {
    let files = files();
    let first = reports(&files, 0, 1);
    assert!(first[2].matches("\"rule\":").count() > 20);
    for (seed, threads) in [(1, 1), (2, 2), (3, 8), (4, 8)] {
        let again = reports(&files, seed, threads);
        for (one, other) in first.iter().zip(&again) {
            let differing = one.split('\n').zip(other.split('\n')).find(|(one, other)| one != other);
            assert!(one == other, "seed {seed} on {threads} threads: {differing:#?}");
        }
    }
}
