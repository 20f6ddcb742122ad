//! A real PostgreSQL for the time of one test: found on this machine, started in a scratch folder, gone afterwards.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::session::Session;

/// Where distributions and packagers put the programs of a server; `*` is the version.
const FOLDERS: &[&str] = &[
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/lib64/pgsql/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
];

/// More would only wait for each other.
const MOST_SERVERS: usize = 4;

/// How many have been started, so that each has a folder of its own.
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// As long as a server may take to get ready or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that runs.
pub struct Server {
    /// Its folder, with the data and the socket.
    folder: PathBuf,
    bin: PathBuf,
    psql: PathBuf,
    user: Option<User>,
    process: Option<Child>,
    /// Its major version.
    pub major: u32,
    /// Its version as it says it.
    pub version: String,
}

/// Who runs a server where the tests run as root, which PostgreSQL refuses.
struct User {
    name: String,
    group: String,
}

/// Folders with the programs of a server: what `GONOGO_PG_BIN` names (several as in `PATH`), else the newest one found.
pub fn installed() -> Vec<PathBuf> {
    let named = env::var_os("GONOGO_PG_BIN").unwrap_or_default();
    let named: Vec<PathBuf> = env::split_paths(&named).filter(|path| is_server(path)).collect();
    if !named.is_empty() {
        return named;
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found: Vec<PathBuf> = env::split_paths(&path).chain(distributed()).filter(|path| is_server(path)).collect();
    found.sort_by_cached_key(|bin| said_version(bin));
    found.pop().into_iter().collect()
}

fn is_server(bin: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"].iter().all(|program| bin.join(program).is_file())
}

/// The folders of distributions that are there.
fn distributed() -> Vec<PathBuf> {
    let below = |pattern: &&str| {
        let Some((before, after)) = pattern.split_once('*') else { return vec![PathBuf::from(pattern)] };
        let (parent, prefix) = before.rsplit_once('/').expect("absolute");
        let entries = fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok);
        let entries = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
        entries.map(|entry| entry.path().join(after.trim_start_matches('/'))).collect()
    };
    FOLDERS.iter().flat_map(below).collect()
}

/// What `postgres --version` says, as numbers.
fn said_version(bin: &Path) -> Vec<u32> {
    let said = Command::new(bin.join("postgres")).arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    let said = String::from_utf8_lossy(&said).into_owned();
    let version = said.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    version.unwrap_or_default().split('.').filter_map(|part| part.parse().ok()).collect()
}

/// The client: beside the server, on `PATH`, or with another version of the server.
fn client(bin: &Path) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(bin.to_owned()).chain(env::split_paths(&path)).chain(distributed());
    folders.map(|folder| folder.join("psql")).find(|program| program.is_file())
}

fn first_line(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned)
}

impl Server {
    /// As many servers as this machine can have at work at once. They share nothing, for roles and locks know no databases.
    pub fn crew(bin: &Path) -> Result<Vec<Self>, String> {
        let count = thread::available_parallelism().map_or(1, usize::from).min(MOST_SERVERS);
        thread::scope(|scope| {
            let threads: Vec<_> = (0..count).map(|_| scope.spawn(|| Self::start(bin))).collect();
            threads.into_iter().map(|thread| thread.join().map_err(|_| "a server breaks off".to_owned())?).collect()
        })
    }

    /// Makes a database cluster and starts a server on it.
    pub fn start(bin: &Path) -> Result<Self, String> {
        let psql = client(bin).ok_or("no psql was found")?;
        let user = match first_line(Command::new("id").arg("-u")).as_deref() {
            Some("0") => Some(User::find().ok_or("the tests run as root and no other user is there")?),
            _ => None,
        };
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("gonogo-pg-{}-{}-{number}", std::process::id(), said_version(bin).first().unwrap_or(&0));
        let folder = env::temp_dir().join(name);
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let mut server = Self { folder, bin: bin.to_owned(), psql, user, process: None, major: 0, version: String::new() };
        server.open_folder()?;
        server.init()?;
        server.launch()?;
        server.furnish()?;
        Ok(server)
    }

    /// The other user writes there.
    #[cfg(unix)]
    fn open_folder(&self) -> Result<(), String> {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = if self.user.is_some() { 0o777 } else { 0o700 };
        fs::set_permissions(&self.folder, fs::Permissions::from_mode(mode)).map_err(|error| error.to_string())
    }

    #[cfg(not(unix))]
    fn open_folder(&self) -> Result<(), String> {
        Err("this needs unix sockets".to_owned())
    }

    /// A program of the server, run by a user that it accepts.
    fn program(&self, name: &str, arguments: &[OsString]) -> Command {
        let program = self.bin.join(name);
        let mut command = match &self.user {
            None => Command::new(program),
            Some(user) => user.command(&program),
        };
        command.args(arguments).current_dir(&self.folder).env_clear().env("PATH", env::var_os("PATH").unwrap_or_default());
        command.stdin(Stdio::null());
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn init(&self) -> Result<(), String> {
        let mut arguments: Vec<OsString> =
            ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "-D"].map(Into::into).into();
        arguments.push(self.data().into());
        let output: Output = self.program("initdb", &arguments).output().map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(format!("initdb: {said}")) }
    }

    fn launch(&mut self) -> Result<(), String> {
        let mut arguments: Vec<OsString> = vec!["-D".into(), self.data().into(), "-k".into(), self.folder.clone().into()];
        for setting in [
            "listen_addresses=",
            "port=5432",
            "fsync=off",
            "autovacuum=off",
            "full_page_writes=off",
            "shared_buffers=32MB",
            "max_parallel_workers=0",
            "max_connections=20",
            "timezone=Europe/Berlin",
            "log_min_messages=fatal",
        ] {
            arguments.extend(["-c".into(), setting.into()]);
        }
        let mut command = self.program("postgres", &arguments);
        let log = fs::File::create(self.folder.join("log")).map_err(|error| error.to_string())?;
        command.stdout(Stdio::null()).stderr(log);
        self.process = Some(command.spawn().map_err(|error| error.to_string())?);
        let start = Instant::now();
        loop {
            let asked = self.session().and_then(|mut session| session.ask("SHOW server_version"));
            if let Some(version) = asked.ok().and_then(|answer| answer.rows.first().cloned()) {
                let number = version.split(|next: char| !next.is_ascii_digit()).next().and_then(|major| major.parse().ok());
                self.major = number.ok_or("a version without a number")?;
                version.split(' ').next().unwrap_or_default().clone_into(&mut self.version);
                return Ok(());
            }
            let is_over = self.process.as_mut().is_none_or(|process| process.try_wait().is_ok_and(|end| end.is_some()));
            if is_over || start.elapsed() > PATIENCE {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                return Err(format!("the server does not start: {log}"));
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// What belongs to the whole server and the catalogues take for granted.
    fn furnish(&self) -> Result<(), String> {
        let mut session = self.session()?;
        session.ask("CREATE ROLE app_role")?;
        session.ask("CREATE ROLE other_role")?;
        session.ask("CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler")?;
        let folder = self.data().join("ts_other");
        // The server makes the folder, for it must be its own.
        session.ask(&format!("COPY (SELECT) TO PROGRAM 'mkdir -p \"{}\"'", folder.display()))?;
        session.ask(&format!("CREATE TABLESPACE ts_other LOCATION '{}'", folder.display()))?;
        Ok(())
    }

    /// A new session on it.
    pub fn session(&self) -> Result<Session, String> {
        Session::open(&self.psql, &self.folder)
    }
}

impl User {
    fn find() -> Option<Self> {
        ["postgres", "nobody"].into_iter().find_map(|name| {
            let group = first_line(Command::new("id").args(["-g", name]))?;
            Some(Self { name: name.to_owned(), group })
        })
    }

    /// The beginning of a command that this user runs.
    fn command(&self, program: &Path) -> Command {
        let is_there = |tool: &str| first_line(Command::new(tool).arg("--version")).is_some();
        let mut command;
        if is_there("setpriv") {
            command = Command::new("setpriv");
            command.args([format!("--reuid={}", self.name), format!("--regid={}", self.group)]);
            command.args(["--clear-groups", "--"]).arg(program);
        } else if is_there("runuser") {
            command = Command::new("runuser");
            command.args(["-u", &self.name, "--"]).arg(program);
        } else {
            command = Command::new("su");
            command.args(["-s", "/bin/sh", &self.name, "-c", "exec \"$0\" \"$@\""]).arg(program);
        }
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let arguments: [OsString; 7] =
            ["stop".into(), "-m".into(), "immediate".into(), "-t".into(), "20".into(), "-D".into(), self.data().into()];
        let _ = self.program("pg_ctl", &arguments).output();
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}
