//! A session on a server, through `psql`: asks and waits, but never for ever.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// As long as one answer may take. The server gives up on a statement well before.
const PATIENCE: Duration = Duration::from_secs(30);

/// A `psql` that waits for statements.
pub struct Session {
    process: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    asked: u32,
    /// What the server calls this session.
    pub pid: u32,
}

/// What the server said.
#[derive(Debug, Default)]
pub struct Answer {
    /// Rows, their columns separated by tabs.
    pub rows: Vec<String>,
    /// Why the last statement failed.
    pub error: Option<Refusal>,
}

/// Why a statement failed.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub state: String,
    pub message: String,
}

impl Session {
    /// Connects to the server with its socket in this folder.
    pub fn open(psql: &Path, socket: &Path) -> Result<Self, String> {
        let mut command = Command::new(psql);
        command.args(["-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=0", "-p", "5432", "-U", "postgres", "-d"]);
        command.args(["postgres", "-h"]).arg(socket);
        for name in ["PGSERVICE", "PGDATABASE", "PGUSER", "PGTZ", "PGSSLMODE"] {
            command.env_remove(name);
        }
        command.env("PGOPTIONS", "-c client_min_messages=error -c statement_timeout=10s");
        command.env("PGCLIENTENCODING", "UTF8").env("PGCONNECT_TIMEOUT", "5").env("LC_ALL", "C");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().map_err(|error| error.to_string())?;
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        let (send, lines) = channel();
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let input = process.stdin.take();
        let mut session = Self { process, input, lines, asked: 0, pid: 0 };
        let said = session.ask("SELECT pg_backend_pid()")?;
        session.pid = said.rows.first().and_then(|pid| pid.parse().ok()).ok_or("no process id")?;
        Ok(session)
    }

    /// Runs statements and waits for what comes of them.
    pub fn ask(&mut self, sql: &str) -> Result<Answer, String> {
        self.send(sql)?;
        self.answer(PATIENCE)?.ok_or_else(|| format!("no answer to {sql}"))
    }

    /// Runs statements; [`Session::answer`] has what comes of them.
    pub fn send(&mut self, sql: &str) -> Result<(), String> {
        self.asked += 1;
        let end = self.asked;
        let input = self.input.as_mut().ok_or("the session is over")?;
        let script =
            format!("{sql}\n;\n\\echo GONOGO-END-{end} :ERROR :SQLSTATE\n\\echo :LAST_ERROR_MESSAGE\n\\echo GONOGO-DONE-{end}\n");
        input.write_all(script.as_bytes()).and_then(|()| input.flush()).map_err(|error| error.to_string())
    }

    /// What came of the statements sent last, or nothing in this time. Half an answer is waited for to its end.
    pub fn answer(&mut self, patience: Duration) -> Result<Option<Answer>, String> {
        let (end, done) = (format!("GONOGO-END-{} ", self.asked), format!("GONOGO-DONE-{}", self.asked));
        let start = Instant::now();
        let mut answer = Answer::default();
        let mut state: Option<(bool, String)> = None;
        let mut message: Vec<String> = Vec::new();
        let mut has_begun = false;
        loop {
            let patience = if has_begun { PATIENCE } else { patience };
            let line = match self.lines.recv_timeout(patience.saturating_sub(start.elapsed())) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) if !has_begun => return Ok(None),
                Err(error) => return Err(format!("the session broke off: {error}")),
            };
            has_begun = true;
            if line == done {
                answer.error =
                    state.filter(|(failed, _)| *failed).map(|(_, state)| Refusal { state, message: message.join(" ") });
                return Ok(Some(answer));
            }
            match line.strip_prefix(&end) {
                Some(said) => {
                    let (failed, code) = said.split_once(' ').unwrap_or((said, ""));
                    state = Some((failed == "true", code.to_owned()));
                }
                None if state.is_some() => message.push(line),
                None => answer.rows.push(line),
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The end of its input ends it, and the server hears of its statistics.
        drop(self.input.take());
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(2));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
