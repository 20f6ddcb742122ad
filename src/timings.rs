//! How long did what take? Measured where the work is done, and only when somebody asks; told by the command line.

use std::ops::AddAssign;
use std::time::{Duration, Instant};

/// How long the steps of a run took. Those of several roots add up.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Timings {
    /// Whether anybody asked. If not, no clock is read and everything else here is zero and empty.
    pub on: bool,
    /// Finding the files.
    pub discover: Duration,
    /// Reading and parsing them.
    pub read: Duration,
    /// Deriving facts from them.
    pub facts: Duration,
    /// Judging them.
    pub checks: Duration,
    /// Each file by path, and how long a thread was busy with reading and parsing it.
    pub files: Vec<(String, Duration)>,
    /// Each rule by name, and how long threads were busy with it, over all its subjects.
    pub rules: Vec<(&'static str, Duration)>,
}

impl Timings {
    /// Adds what one subject cost a rule. Subjects of one rule come one after the other.
    pub fn spend(&mut self, rule: &'static str, took: Duration) {
        match self.rules.last_mut().filter(|(last, _)| *last == rule) {
            Some((_, sum)) => *sum += took,
            None if self.on => self.rules.push((rule, took)),
            None => {}
        }
    }
}

impl AddAssign for Timings {
    fn add_assign(&mut self, other: Self) {
        self.on |= other.on;
        self.discover += other.discover;
        self.read += other.read;
        self.facts += other.facts;
        self.checks += other.checks;
        self.files.extend(other.files);
        for (rule, took) in other.rules {
            match self.rules.iter_mut().find(|(known, _)| *known == rule) {
                Some((_, sum)) => *sum += took,
                None => self.rules.push((rule, took)),
            }
        }
    }
}

/// Does work, and says how long it took if anybody wants to know.
pub fn timed<T>(on: bool, work: impl FnOnce() -> T) -> (T, Duration) {
    if !on {
        return (work(), Duration::ZERO);
    }
    let started = Instant::now();
    let result = work();
    (result, started.elapsed())
}
