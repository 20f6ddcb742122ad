//! What several tests need: the binary, scratch folders, golden files.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use gonogo::config::{Complaint, Config, Scene};
use gonogo::settings::Settings;
use gonogo::tree::{EntryKind, Memory, Tree};
use gonogo::workspace::discover::discover;

/// What a run of the binary said.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs the binary in a folder, with nothing of the environment that could change what it says.
pub fn gonogo(folder: &Path, arguments: &[&str]) -> Run {
    gonogo_with(folder, arguments, &[])
}

/// Variables of the machine that runs the tests, which must not change what they say.
const FOREIGN: &[&str] = &["NO_COLOR", "RAYON_NUM_THREADS", "GITHUB_ACTIONS", "GITLAB_CI", "GIT_DIR", "GIT_INDEX_FILE"];

/// As [`gonogo`], with these variables set.
pub fn gonogo_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gonogo"));
    command.current_dir(folder).args(arguments);
    for variable in FOREIGN {
        command.env_remove(variable);
    }
    command.envs(variables.iter().copied());
    said(&command.output().expect("the binary runs"))
}

/// Runs the binary with something on its standard input.
pub fn gonogo_fed(folder: &Path, arguments: &[&str], text: &[u8]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gonogo"));
    command.current_dir(folder).args(arguments);
    for variable in FOREIGN {
        command.env_remove(variable);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    // It may end before it has read everything.
    let _ = child.stdin.take().expect("a pipe").write_all(text);
    said(&child.wait_with_output().expect("an end"))
}

fn said(output: &Output) -> Run {
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Run {
    /// The last line of the report.
    pub fn verdict(&self) -> &str {
        self.out.trim_end().rsplit('\n').next().unwrap_or_default()
    }
}

/// A folder that is gone after the test.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(files: &[(&str, &str)]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("gonogo-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let scratch = Self(std::env::temp_dir().join(name));
        fs::create_dir_all(&scratch.0).expect("a scratch folder");
        for (path, text) in files {
            scratch.write(path, text.as_bytes());
        }
        scratch
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The repository of gonogo itself.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder, in order. Links are left alone.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut entries: Vec<fs::DirEntry> = entries.filter_map(Result::ok).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    let below = entries.into_iter().flat_map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => files_below(&entry.path()),
        Ok(kind) if kind.is_file() => vec![entry.path()],
        _ => Vec::new(),
    });
    below.collect()
}

/// A number that somebody may set for a longer run.
pub fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// The settings that the `gonogo.toml`s of a tree make; everything that is wrong with them in one text.
pub fn configured(tree: &Memory, root: &str, typed: &[&str]) -> Result<Settings, String> {
    let scene = Scene { tree, root: root.to_owned() };
    let below: Memory = match root {
        "" => tree.clone(),
        root => {
            let files = tree.walk(&mut |_| true).into_iter().filter(|entry| entry.kind == EntryKind::File);
            let below = files.filter_map(|file| {
                let path = file.path.strip_prefix(&format!("{root}/"))?.to_owned();
                Some((path, tree.read(&file.path, u64::MAX).expect("a file in memory")))
            });
            below.collect()
        }
    };
    let told = |wrong: Vec<Complaint>| wrong.iter().map(|complaint| format!("{complaint}\n")).collect::<String>();
    let mut config = Config::find(&scene).map_err(told)?;
    config.set(&typed.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).map_err(told)?;
    let mut settings = Settings::default();
    config.apply(&mut settings);
    config.nest(&scene, &discover(&below, "", &settings).configs).map_err(told)?;
    let mut settings = Settings::default();
    config.apply(&mut settings);
    Ok(settings)
}

/// Compares with a file of the repository, or rewrites it when asked to: `GONOGO_BLESS=1 cargo test`.
pub fn golden(path: &Path, actual: &str) {
    if std::env::var_os("GONOGO_BLESS").is_some() {
        fs::write(path, actual).expect("a golden file that can be written");
        return;
    }
    let wanted = fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    if wanted == actual {
        return;
    }
    let mut lines = wanted.split('\n').zip(actual.split('\n')).enumerate();
    let differing = lines.find(|(_, (wanted, actual))| wanted != actual);
    panic!("{} is out of date; GONOGO_BLESS=1 cargo test rewrites it\n{differing:#?}", path.display());
}

/// A report without what differs from run to run.
pub fn timeless(report: &str) -> String {
    let words: Vec<&str> = report.split(" · ").collect();
    let kept = words.into_iter().map(|word| match word.split_once(" ms") {
        Some((number, rest)) if number.parse::<u32>().is_ok() => format!("0 ms{rest}"),
        _ => word.to_owned(),
    });
    kept.collect::<Vec<_>>().join(" · ")
}

pub const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n    image: web:1.0.0\n";
