//! How git is started: by fixed words, without a shell, with everything off that could start something else.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Settings of the repository that name programs, switched off where a command could come near them.
const OFF: &[&str] = &[
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.hooksPath=/dev/null",
    "core.pager=",
    "core.sshCommand=false",
    "core.gitProxy=",
    "core.alternateRefsCommand=",
    "credential.helper=",
    "protocol.allow=never",
];

/// Why git said nothing of use.
#[derive(Debug)]
pub enum Refusal {
    /// There is no git here.
    NotInstalled,
    /// It failed, in its words.
    Said(String),
}

fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(folder).args(["--no-pager", "--no-optional-locks", "--no-replace-objects", "--literal-pathspecs"]);
    for setting in OFF {
        git.args(["-c", setting]);
    }
    // In a hook, git says which repository it is; we say it by the folder.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_NAMESPACE", "GIT_EXTERNAL_DIFF", "GIT_TRACE"] {
        git.env_remove(variable);
    }
    // A commit of part of the working tree has an index of its own, which it names from the folder it runs in.
    if let Some(index) = std::env::var_os("GIT_INDEX_FILE") {
        git.env("GIT_INDEX_FILE", std::path::absolute(&index).unwrap_or_else(|_| PathBuf::from(index)));
    }
    git.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    // A partial clone fetches what it lacks, unless it is told not to; what git says of no protocol it cannot use.
    git.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "").stdin(Stdio::null());
    git
}

/// What one command prints.
pub fn said(folder: &Path, words: &[&str]) -> Result<Vec<u8>, Refusal> {
    let output = git(folder).args(words).output().map_err(|error| refusal(&error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(Refusal::Said(String::from_utf8_lossy(&output.stderr).into_owned()))
}

fn refusal(error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::NotFound => Refusal::NotInstalled,
        _ => Refusal::Said(error.to_string()),
    }
}

/// An object of the repository.
#[derive(Debug)]
pub struct Object {
    /// Its name.
    pub id: String,
    /// How many bytes it has.
    pub size: u64,
    /// Those bytes; none of an object above the limit.
    pub bytes: Vec<u8>,
}

/// One process that answers for all objects.
#[derive(Debug)]
pub struct Objects {
    folder: PathBuf,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Objects {
    /// Nothing is started before the first question.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), running: None }
    }

    /// The object of a name; none if there is none. A name holds no line break.
    pub fn ask(&mut self, name: &str, limit: u64) -> Result<Option<Object>, String> {
        let running = match &mut self.running {
            Some(running) => running,
            None => self.running.insert(Running::start(&self.folder).map_err(|error| format!("git did not start: {error}"))?),
        };
        running.ask(name, limit).map_err(|error| {
            // It died on the question; the next one gets another.
            self.running = None;
            format!("git could not read it ({error})")
        })
    }
}

impl Running {
    fn start(folder: &Path) -> io::Result<Self> {
        let mut command = git(folder);
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let questions = Some(child.stdin.take().ok_or_else(gone)?);
        let answers = BufReader::with_capacity(1 << 16, child.stdout.take().ok_or_else(gone)?);
        Ok(Self { child, questions, answers })
    }

    fn ask(&mut self, name: &str, limit: u64) -> io::Result<Option<Object>> {
        let gone = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let questions = self.questions.as_mut().ok_or_else(gone)?;
        questions.write_all(format!("{name}\n").as_bytes())?;
        questions.flush()?;
        let mut head = Vec::new();
        if self.answers.read_until(b'\n', &mut head)? == 0 {
            return Err(gone());
        }
        // `ID KIND SIZE`, or the name and why there is nothing.
        let head = String::from_utf8_lossy(&head);
        let mut words = head.split_whitespace();
        let (id, size) = (words.next(), words.nth(1).and_then(|size| size.parse::<u64>().ok()));
        let (Some(id), Some(size), None) = (id, size, words.next()) else { return Ok(None) };
        let mut object = Object { id: id.to_owned(), size, bytes: Vec::new() };
        if size > limit {
            io::copy(&mut (&mut self.answers).take(size + 1), &mut io::sink())?;
            return Ok(Some(object));
        }
        object.bytes.resize(usize::try_from(size).unwrap_or(0), 0);
        self.answers.read_exact(&mut object.bytes)?;
        let mut line_end = [0];
        self.answers.read_exact(&mut line_end)?;
        Ok(Some(object))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It ends when nobody can ask any more.
        drop(self.questions.take());
        let _ = self.child.wait();
    }
}
