//! Repositories that are made for a test.

use std::path::Path;
use std::process::Command;

use crate::support::{Run, Scratch, gonogo_with};

pub const TABLE: &str = "CREATE TABLE t (a int);\n";
pub const INDEX: &str = "CREATE INDEX i ON t (a);\n";
pub const DROP: &str = "SET lock_timeout = 9; ALTER TABLE t DROP COLUMN a;\n";

/// A repository with its own settings alone.
pub struct Repository(pub Scratch);

impl Repository {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self(Scratch::new(files));
        repository.git(&["init", "-q", "-b", "main"]);
        if !files.is_empty() {
            repository.commit("first");
        }
        repository
    }

    /// A repository whose one migration has shipped two commits ago.
    pub fn shipped() -> Self {
        let repository = Self::new(&[("db/1_a.sql", TABLE), ("db/2_b.sql", INDEX)]);
        repository.write("README", "read me\n").commit("second");
        repository
    }

    pub fn git(&self, words: &[&str]) -> String {
        git(self.0.path(), words)
    }

    pub fn write(&self, path: &str, text: &str) -> &Self {
        self.0.write(path, text.as_bytes());
        self
    }

    pub fn remove(&self, path: &str) -> &Self {
        std::fs::remove_file(self.0.path().join(path)).expect("a file to remove");
        self
    }

    pub fn commit(&self, message: &str) -> &Self {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
        self
    }

    pub fn branch(&self, name: &str) -> &Self {
        self.git(&["checkout", "-q", "-b", name]);
        self
    }

    pub fn check(&self, arguments: &[&str]) -> Run {
        check(self.0.path(), arguments, &[])
    }

    /// A clone beside it, gone with it.
    pub fn clone(&self, arguments: &[&str]) -> Scratch {
        let clone = Scratch::new(&[]);
        let origin = format!("file://{}", self.0.path().display());
        let mut words = vec!["clone", "-q"];
        words.extend(arguments);
        words.extend([origin.as_str(), "."]);
        git(clone.path(), &words);
        clone
    }
}

pub fn git(folder: &Path, words: &[&str]) -> String {
    let mut git = Command::new("git");
    git.current_dir(folder).args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]);
    git.args(["-c", "protocol.file.allow=always", "-c", "core.autocrlf=false"]).args(words);
    let output = git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").output().expect("git runs");
    assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub fn check(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut words = vec!["check", "--output", "concise"];
    words.extend(arguments);
    gonogo_with(folder, &words, variables)
}

/// The findings without the verdict and the notes.
pub fn findings(run: &Run) -> Vec<&str> {
    run.out.lines().filter(|line| line.contains('[') && line.contains("]: ")).collect()
}
