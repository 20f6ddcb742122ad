//! Which stages of a Dockerfile are in an image that runs? Others only build what is copied out of them.

use std::collections::HashSet;

/// A stage, by the name that later ones have for it, in small letters.
struct Stage {
    start: usize,
    name: String,
    base: String,
    is_run: bool,
}

/// The stages of a Dockerfile, in order.
pub struct Stages(Vec<Stage>);

impl Stages {
    pub fn of(text: &str) -> Self {
        let (mut stages, mut copied) = (Vec::new(), HashSet::new());
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let lower = line.to_ascii_lowercase();
            let mut words = lower.split_whitespace().filter(|word| !word.starts_with("--"));
            match words.next() {
                Some("from") => {
                    let base = words.next().unwrap_or_default().to_owned();
                    let name = words.nth(1).unwrap_or_default().to_owned();
                    stages.push(Stage { start, name, base, is_run: true });
                }
                Some(first) if first.starts_with('#') => {}
                _ => copied.extend(lower.split("from=").skip(1).map(first_word).map(str::to_owned)),
            }
            start += line.len();
        }
        let bases: HashSet<String> = stages.iter().map(|stage| stage.base.clone()).collect();
        let mut run = HashSet::new();
        // A stage is run if it is the last, if nobody asks for it, or if one that is run begins with it.
        for (at, stage) in stages.iter_mut().enumerate().rev() {
            let is_copied = copied.contains(&stage.name) || copied.contains(&at.to_string());
            let is_asked_for = is_copied || bases.contains(&stage.name);
            stage.is_run = run.is_empty() || run.contains(&stage.name) || !is_asked_for;
            if stage.is_run {
                run.insert(stage.base.clone());
            }
        }
        Self(stages)
    }

    /// Whether the stage that begins here is in an image that runs.
    pub fn is_run(&self, start: usize) -> bool {
        let at = self.0.binary_search_by_key(&start, |stage| stage.start);
        at.is_ok_and(|at| self.0[at].is_run)
    }
}

fn first_word(text: &str) -> &str {
    text.split([',', ' ', '\t', '\n', '\r']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_copied_from_is_not_run() {
        let table: &[(&str, &[bool])] = &[
            ("FROM node:20\n", &[true]),
            ("FROM node:20 AS build\nRUN x\nFROM nginx\nCOPY --from=build /a /b\n", &[false, true]),
            ("FROM node:20\nFROM nginx\nCOPY --from=0 /a /b\n", &[false, true]),
            ("FROM node:20 as Base\nFROM base AS build\nFROM base\nCOPY --from=build /a /b\n", &[true, false, true]),
            ("FROM node AS deps\nFROM go\nRUN --mount=type=bind,from=deps,target=/x make\n", &[false, true]),
            ("FROM node AS web\nFROM node AS worker\n", &[true, true]),
            ("FROM a AS ui\nFROM b AS one\nCOPY --from=ui x y\nFROM c AS two\n", &[false, true, true]),
        ];
        for (text, wanted) in table {
            let found: Vec<bool> = Stages::of(text).0.iter().map(|stage| stage.is_run).collect();
            assert_eq!(found, *wanted, "{text}");
        }
    }
}
