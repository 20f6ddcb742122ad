//! Which lines are new?
//!
//! Lines that stand in both texts in the same order are old, all others new or gone. Where two texts have very little
//! in common, more is called new than need be, never less: that keeps the work in proportion to the texts.

use std::collections::HashMap;
use std::ops::Range;

/// How two texts differ.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Difference {
    /// The new lines of the newer text, from 1, in order.
    pub new: Vec<Range<u32>>,
    /// Lines of the older text are gone.
    pub removes: bool,
}

impl Difference {
    /// How the newer text differs from the older one.
    pub fn between(older: &str, newer: &str) -> Self {
        let mut names = HashMap::new();
        let (older, newer) = (numbered(older, &mut names), numbered(newer, &mut names));
        let kept = kept(&older, &newer);
        let mut difference = Self { new: Vec::new(), removes: kept.iter().filter(|kept| **kept).count() < older.len() };
        let mut start = None;
        for (at, is_kept) in kept.iter().copied().chain([true]).enumerate() {
            let line = u32::try_from(at + 1).unwrap_or(u32::MAX);
            match (start, is_kept) {
                (None, false) => start = Some(line),
                (Some(first), true) => {
                    difference.new.push(first..line);
                    start = None;
                }
                _ => {}
            }
        }
        difference
    }

    /// Whether any of these lines is new; both ends belong to them.
    pub fn touches(&self, first: u32, last: u32) -> bool {
        let at = self.new.partition_point(|lines| lines.end <= first);
        self.new.get(at).is_some_and(|lines| lines.start <= last)
    }

    /// How many lines are new.
    pub fn count(&self) -> u32 {
        self.new.iter().map(|lines| lines.end - lines.start).sum()
    }
}

/// The lines of a text as numbers, the same for the same line. Blanks at the end of a line are not part of it.
fn numbered<'t>(text: &'t str, names: &mut HashMap<&'t str, u32>) -> Vec<u32> {
    let lines = super::lines(text).map(str::trim_end);
    let number = |line| {
        let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
        *names.entry(line).or_insert(next)
    };
    lines.map(number).collect()
}

/// For each line of the newer text, whether it was there.
fn kept(older: &[u32], newer: &[u32]) -> Vec<bool> {
    let mut kept = vec![false; newer.len()];
    // Pieces of both texts that correspond, first and one past the last line of each.
    let mut open = vec![(0..older.len(), 0..newer.len())];
    while let Some((mut old, mut new)) = open.pop() {
        while !old.is_empty() && !new.is_empty() && older[old.start] == newer[new.start] {
            kept[new.start] = true;
            (old.start, new.start) = (old.start + 1, new.start + 1);
        }
        while !old.is_empty() && !new.is_empty() && older[old.end - 1] == newer[new.end - 1] {
            kept[new.end - 1] = true;
            (old.end, new.end) = (old.end - 1, new.end - 1);
        }
        if old.is_empty() || new.is_empty() {
            continue;
        }
        let anchors = anchors(&older[old.clone()], &newer[new.clone()]);
        if anchors.is_empty() {
            for at in shortest_edit(&older[old], &newer[new.clone()]) {
                kept[new.start + at] = true;
            }
            continue;
        }
        let (mut from_old, mut from_new) = (old.start, new.start);
        for (at_old, at_new) in anchors {
            let (at_old, at_new) = (old.start + at_old, new.start + at_new);
            kept[at_new] = true;
            open.push((from_old..at_old, from_new..at_new));
            (from_old, from_new) = (at_old + 1, at_new + 1);
        }
        open.push((from_old..old.end, from_new..new.end));
    }
    kept
}

/// Lines that stand once in each text, as many as keep their order: people see such lines as the same.
fn anchors(older: &[u32], newer: &[u32]) -> Vec<(usize, usize)> {
    let once = |lines: &[u32]| {
        let mut places: HashMap<u32, Option<usize>> = HashMap::new();
        for (at, line) in lines.iter().enumerate() {
            places.entry(*line).and_modify(|place| *place = None).or_insert(Some(at));
        }
        places
    };
    let (in_older, in_newer) = (once(older), once(newer));
    let unique = newer.iter().enumerate().filter(|(_, line)| in_newer.get(line).is_some_and(Option::is_some));
    let pairs: Vec<(usize, usize)> = unique.filter_map(|(at, line)| Some(((*in_older.get(line)?)?, at))).collect();
    longest_rise(&pairs)
}

/// The longest selection of pairs whose first numbers rise, too.
fn longest_rise(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The pair that ends the best rise of each length so far, and for each pair the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (value, _)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].0 < *value);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut rise: Vec<(usize, usize)> =
        std::iter::successors(ends.last().copied(), |at| before[*at]).map(|at| pairs[at]).collect();
    rise.reverse();
    rise
}

/// How many lines a piece without anchors may gain and lose before it counts as new altogether.
const MOST_EDITS: usize = 256;

/// The places of the newer text's lines that the shortest edit keeps.
fn shortest_edit(older: &[u32], newer: &[u32]) -> Vec<usize> {
    let (n, m) = (older.len(), newer.len());
    // The furthest place in the older text on each diagonal, for each number of edits.
    let middle = MOST_EDITS + 1;
    let mut furthest = vec![0_usize; 2 * MOST_EDITS + 3];
    let mut trace: Vec<Vec<usize>> = Vec::new();
    for edits in 0..=MOST_EDITS {
        trace.push(furthest.clone());
        for diagonal in (middle - edits..=middle + edits).step_by(2) {
            let down =
                diagonal == middle - edits || (diagonal != middle + edits && furthest[diagonal - 1] < furthest[diagonal + 1]);
            let mut x = if down { furthest[diagonal + 1] } else { furthest[diagonal - 1] + 1 };
            let Some(mut y) = (x + middle).checked_sub(diagonal) else { continue };
            while x < n && y < m && older[x] == newer[y] {
                (x, y) = (x + 1, y + 1);
            }
            furthest[diagonal] = x;
            if x >= n && y >= m {
                return walk_back(&trace, (n, m), middle);
            }
        }
    }
    Vec::new()
}

fn walk_back(trace: &[Vec<usize>], end: (usize, usize), middle: usize) -> Vec<usize> {
    let (mut x, mut y) = end;
    let mut kept = Vec::new();
    for (edits, furthest) in trace.iter().enumerate().rev() {
        let diagonal = x + middle - y;
        let down = diagonal == middle - edits || (diagonal != middle + edits && furthest[diagonal - 1] < furthest[diagonal + 1]);
        let came_from = if down { diagonal + 1 } else { diagonal - 1 };
        let before_x = if edits == 0 { 0 } else { furthest[came_from] };
        let before_y = if edits == 0 { 0 } else { before_x + middle - came_from };
        while x > before_x && y > before_y {
            (x, y) = (x - 1, y - 1);
            kept.push(y);
        }
        (x, y) = (before_x, before_y);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slow and sure way: the longest common subsequence by a table.
    fn longest(older: &[u32], newer: &[u32]) -> usize {
        let mut row = vec![0; newer.len() + 1];
        for line in older {
            let mut corner = 0;
            for (at, other) in newer.iter().enumerate() {
                let above = row[at + 1];
                row[at + 1] = if line == other { corner + 1 } else { above.max(row[at]) };
                corner = above;
            }
        }
        row[newer.len()]
    }

    fn is_subsequence(part: &[u32], whole: &[u32]) -> bool {
        let mut rest = whole.iter();
        part.iter().all(|line| rest.any(|other| other == line))
    }

    fn lines_of(seed: &mut u64, count: u64, kinds: u64) -> Vec<u32> {
        let mut next = || {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *seed >> 33
        };
        let length = next() % count;
        (0..length).map(|_| u32::try_from(next() % kinds).expect("small")).collect()
    }

    #[test]
    fn what_is_kept_stands_in_both_texts_in_order() {
        let mut seed = 7;
        for round in 0..4000 {
            let kinds = [2, 5, 40][round % 3];
            let (older, newer) = (lines_of(&mut seed, 40, kinds), lines_of(&mut seed, 40, kinds));
            let kept = kept(&older, &newer);
            let common: Vec<u32> = newer.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(line, _)| *line).collect();
            assert!(is_subsequence(&common, &older), "{older:?} {newer:?} {kept:?}");
            let edit = shortest_edit(&older, &newer);
            assert_eq!(edit.len(), longest(&older, &newer), "{older:?} {newer:?}");
        }
    }

    #[test]
    fn differences_read_as_people_see_them() {
        let older = "a\nb\nc\nd\n";
        #[expect(clippy::single_range_in_vec_init, reason = "one range of lines is meant")]
        let table: &[(&str, &[Range<u32>], bool)] = &[
            ("a\nb\nc\nd\n", &[], false),
            ("a\r\nb\r\nc\r\nd\r\n", &[], false),
            ("\na\nb\nc\nd\n", &[1..2], false),
            ("a\nx\nc\nd\n", &[2..3], true),
            ("a\nd\n", &[], true),
            ("a\nb\nc\nd\ne\nf", &[5..7], false),
            ("b\nc\nd\na\n", &[4..5], true),
            ("", &[], true),
        ];
        for (newer, new, removes) in table {
            let found = Difference::between(older, newer);
            assert_eq!((found.new.as_slice(), found.removes), (*new, *removes), "{newer:?}");
        }
        let found = Difference::between(older, "a\nx\ny\nb\nc\nd\nz\n");
        assert_eq!(found.count(), 3);
        let touched: Vec<bool> = (1..=8).map(|line| found.touches(line, line)).collect();
        assert_eq!(touched, [false, true, true, false, false, false, true, false]);
        assert!(found.touches(1, 2) && !found.touches(4, 6));
    }

    /// Ten thousand equal lines beside ten thousand others have no anchors and no end of edits.
    #[test]
    fn texts_without_anything_in_common_are_new() {
        let found = Difference::between(&"a\nb\n".repeat(20_000), &"b\nc\n".repeat(20_000));
        assert!(found.count() > 0 && found.removes);
    }
}
