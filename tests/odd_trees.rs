//! Folders that no tidy repository has: odd bytes, odd names, odd entries, odd repositories. Whatever is odd costs a
//! note at most; the neighbours are reported all the same.
//!
//! Built when the tests run. What a system cannot make, or the user may always read, is left out there.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gonogo::diagnostic::Judged;
use gonogo::emit::{Format, Style, emit};
use gonogo::report::{Report, Root};
use gonogo::settings::Settings;
use gonogo::tree::{Disk, Entry, Memory, Standing, Tree, Unreadable, locate};

use crate::support::{POD, Run, Scratch, gonogo};

const INDEX: &str = "CREATE INDEX i ON t (a);\n";
/// What a good neighbour says whatever stands beside it.
const NEIGHBOUR: &str = "db/9_bad.sql:1:1: high[blocking-index]";

/// A folder with a bad migration, which must be found.
fn with_neighbour() -> Scratch {
    Scratch::new(&[("db/9_bad.sql", INDEX)])
}

/// Checks a folder; it must end at once and report the neighbour.
fn check(scratch: &Scratch) -> Run {
    let started = Instant::now();
    let run = gonogo(scratch.path(), &["check", ".", "--output", "concise"]);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert!(run.out.contains(NEIGHBOUR), "{}{}", run.out, run.err);
    assert_eq!((run.code, run.err.as_str()), (1, ""), "{}", run.out);
    run
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let units = ['\u{FEFF}'].into_iter().chain(text.chars()).collect::<String>();
    let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    units.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn files_of_odd_bytes_are_read() {
    let latest = POD.replace("web:1.0.0", "web:latest");
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("db/1_empty.sql", Vec::new(), ""),
        ("db/1_mark.sql", b"\xEF\xBB\xBF".to_vec(), ""),
        ("db/1_marked.sql", [b"\xEF\xBB\xBF", INDEX.as_bytes()].concat(), "db/1_marked.sql:1:1: high"),
        ("db/1_no_newline.sql", INDEX.trim_end().into(), "db/1_no_newline.sql:1:1: high"),
        ("db/1_crlf.sql", format!("SELECT 1;\r\n{INDEX}").replace(";\n", ";\r\n").into(), "db/1_crlf.sql:2:1: high"),
        ("db/1_cr.sql", format!("-- c\r{INDEX}").replace('\n', "\r").into(), "db/1_cr.sql:2:1: high"),
        ("db/1_nul.sql", format!("SELECT 1\0;\n{INDEX}").into(), "db/1_nul.sql:2:1: high"),
        ("db/1_utf16le.sql", utf16(INDEX, false), "db/1_utf16le.sql:1:1: high"),
        ("db/1_utf16be.sql", utf16(INDEX, true), "db/1_utf16be.sql:1:1: high"),
        ("db/1_utf16_odd.sql", [utf16(INDEX, false), vec![b'x']].concat(), "db/1_utf16_odd.sql:1:1: high"),
        ("db/1_latin1.sql", [b"-- caf\xE9\n", INDEX.as_bytes()].concat(), "db/1_latin1.sql:2:1: high"),
        ("k8s/crlf.yaml", latest.replace('\n', "\r\n").into(), "k8s/crlf.yaml:8:12: high"),
        ("k8s/cr.yaml", latest.replace('\n', "\r").into(), "k8s/cr.yaml:8:12: high"),
        ("k8s/utf16.yaml", utf16(&latest, true), "k8s/utf16.yaml:8:12: high"),
        ("k8s/marked.yaml", [b"\xEF\xBB\xBF", latest.as_bytes()].concat(), "k8s/marked.yaml:8:12: high"),
        ("k8s/no_newline.yaml", latest.trim_end().into(), "k8s/no_newline.yaml:8:12: high"),
        ("k8s/nul.yaml", latest.replace("name: web", "name: w\0b").into(), "k8s/nul.yaml"),
        ("k8s/empty.yaml", Vec::new(), ""),
        (".env.production", b"\xEF\xBB\xBFA=1\rA=2".to_vec(), ".env.production:2:1: "),
        ("a/.env", Vec::new(), ""),
    ];
    let scratch = with_neighbour();
    fs::create_dir(scratch.path().join("empty folder")).expect("a folder");
    for (path, bytes, _) in &table {
        scratch.write(path, bytes);
    }
    let run = check(&scratch);
    for (path, _, wanted) in &table {
        assert!(run.out.contains(wanted), "{path} wants {wanted}: {}", run.out);
        assert!(!wanted.is_empty() || !run.out.contains(path), "{path}: {}", run.out);
    }
}

#[test]
fn an_empty_folder_is_no_verdict() {
    let run = gonogo(Scratch::new(&[]).path(), &["check", "."]);
    assert_eq!((run.code, run.err.as_str()), (3, ""), "{}", run.out);
}

#[test]
fn odd_names_are_names() {
    let long = format!("1_{}.sql", "x".repeat(249));
    let names = [
        "1_a\nb.sql",
        "1_a\x1b[31m.sql",
        "1_::error::x.sql",
        "1_%0A.sql",
        "1_\"q\".sql",
        "1_<script>.sql",
        "1_a b .sql",
        "1_\u{202E}lqs.sql",
        &long,
        "1_[a-z]*?.sql",
        "1_{a,b}.sql",
        "1_$(x)`y`.sql",
        "1_a'b;c&d|e.sql",
        "1_\u{1F600}.sql",
        "1_e\u{301}.sql",
    ];
    let scratch = Scratch::new(&[("db/9_bad.sql", INDEX), ("--help/1_a.sql", INDEX), ("-/1_a.sql", INDEX)]);
    let mut made = Vec::new();
    for name in names {
        // Windows refuses some of them.
        if fs::write(scratch.path().join("db").join(name), INDEX).is_ok() {
            made.push(name);
        }
    }
    assert!(made.contains(&"1_a b .sql"));
    let run = check(&scratch);
    let found = run.out.matches("high[blocking-index]").count();
    assert_eq!(found, made.len() + 3, "{}", run.out);
    for name in made {
        let path = format!("./db/{name}");
        let run = gonogo(scratch.path(), &["check", &path, "--output", "concise"]);
        assert_eq!((run.code, run.out.matches("high[blocking-index]").count()), (1, 1), "{name:?}: {}{}", run.out, run.err);
    }
}

#[test]
fn names_that_differ_in_case_alone_are_two_files_or_one() {
    let scratch = Scratch::new(&[("db/9_bad.sql", INDEX), ("db/1_a.sql", INDEX), ("db/1_A.sql", INDEX)]);
    let on_disk = fs::read_dir(scratch.path().join("db")).expect("a folder").count();
    assert_eq!(check(&scratch).out.matches("high[blocking-index]").count(), on_disk);
}

#[test]
fn deep_and_wide_folders_are_walked() {
    let scratch = with_neighbour();
    let deep = ["d"; 1000].join("/");
    scratch.write(&format!("{deep}/.env.production"), b"A=1\nA=2\n");
    for number in 0..5_000 {
        fs::write(scratch.path().join(format!("{number}.txt")), "").expect("a file");
    }
    let run = check(&scratch);
    assert!(run.out.contains(&format!("{deep}/.env.production:2:1: ")), "{}", run.out);
}

#[cfg(unix)]
#[test]
fn a_path_too_long_to_open_is_said() {
    use std::process::Command;

    let scratch = with_neighbour();
    // Longer than a system takes in one piece; only a shell that goes down step by step makes it.
    let name = "d".repeat(200);
    let script = format!(
        "i=0; while [ $i -lt 25 ]; do mkdir {name} && cd -P {name} || exit 1; i=$((i+1)); done; echo 'A=1' > .env.production"
    );
    let made = Command::new("sh").arg("-c").arg(script).current_dir(scratch.path()).output().expect("a shell");
    if !made.status.success() {
        return;
    }
    let run = check(&scratch);
    assert!(run.out.contains("not judged: ddd") && run.out.contains("could not be read"), "{}", run.out);
    let removed = Command::new("rm").arg("-rf").arg(scratch.path().join(&name)).status();
    assert!(removed.is_ok());
}

#[cfg(unix)]
#[test]
fn links_are_never_followed_out_and_never_twice() {
    use std::os::unix::fs::symlink;

    let outside = Scratch::new(&[("db/1_secret.sql", INDEX)]);
    let scratch = Scratch::new(&[("db/9_bad.sql", INDEX), ("db/1_hard.sql", INDEX)]);
    let at = |name: &str| scratch.path().join(name);
    fs::hard_link(at("db/1_hard.sql"), at("db/2_hard.sql")).expect("a hard link");
    symlink(outside.path().join("db"), at("outward")).expect("a link");
    symlink(outside.path().join("db/1_secret.sql"), at("db/3_outward.sql")).expect("a link");
    symlink("nowhere", at("db/4_dangling.sql")).expect("a link");
    symlink("6_loop.sql", at("db/5_loop.sql")).expect("a link");
    symlink("5_loop.sql", at("db/6_loop.sql")).expect("a link");
    symlink("../db", at("db/around")).expect("a link");
    symlink("1_hard.sql", at("db/7_inward.sql")).expect("a link");
    let run = check(&scratch);
    let findings: Vec<&str> = run.out.split('\n').filter(|line| line.contains("high[blocking-index]")).collect();
    assert_eq!(findings.len(), 3, "two names of one file are two files, links none: {}", run.out);
    for (name, reason) in [
        ("3_outward", "leaves the folder"),
        ("4_dangling", "leads nowhere"),
        ("5_loop", "leads nowhere"),
        ("6_loop", "leads nowhere"),
    ] {
        let note = run.out.split('\n').find(|line| line.starts_with(&format!("not judged: db/{name}.sql")));
        assert!(note.is_some_and(|note| note.contains(reason)), "{name}: {}", run.out);
    }
    assert!(!run.out.contains("secret") && !run.out.contains("7_inward"), "{}", run.out);
}

#[cfg(unix)]
#[test]
fn closed_files_and_folders_are_said() {
    use std::os::unix::fs::PermissionsExt as _;

    let scratch = Scratch::new(&[("db/9_bad.sql", INDEX), ("db/1_closed.sql", INDEX), ("closed/1_a.sql", INDEX)]);
    let close = |name: &str, mode| fs::set_permissions(scratch.path().join(name), fs::Permissions::from_mode(mode));
    close("db/1_closed.sql", 0o000).expect("a closed file");
    close("closed", 0o000).expect("a closed folder");
    let is_closed = fs::read(scratch.path().join("db/1_closed.sql")).is_err();
    if is_closed {
        let run = check(&scratch);
        for path in ["db/1_closed.sql", "closed"] {
            assert!(run.out.contains(&format!("not judged: {path}: it could not be read: permission denied")), "{}", run.out);
        }
    }
    close("closed", 0o755).expect("an open folder");
}

#[cfg(unix)]
#[test]
fn pipes_and_sockets_with_any_name_are_never_opened() {
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    let scratch = with_neighbour();
    let mut sockets = Vec::new();
    for name in [".env", "web.yaml", "kustomization.yaml", ".gitignore", "db/1_a.sql"] {
        let path = scratch.path().join("odd").join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
        sockets.extend(UnixListener::bind(path.with_extension("s.env")));
    }
    let run = check(&scratch);
    assert!(run.out.contains("not judged: odd/.env: it is a pipe") && run.out.contains("odd/db/1_a.s.env"), "{}", run.out);
}

/// What the walk found may be something else when it is read, and whatever it is must neither wait nor lead anywhere.
#[cfg(unix)]
#[test]
fn what_turned_into_something_else_after_the_walk_is_never_followed() {
    use std::process::Command;

    let scratch = Scratch::new(&[("plain.sql", "SELECT 1;"), ("secret.sql", "SELECT 2;")]);
    let place = |name: &str| scratch.path().join(name);
    let tree = Disk::open(scratch.path()).expect("a folder");
    std::os::unix::fs::symlink(place("secret.sql"), place("link.sql")).expect("a link");
    assert!(Command::new("mkfifo").arg(place("pipe.sql")).status().expect("mkfifo").success());
    fs::create_dir(place("folder.sql")).expect("a folder");
    assert_eq!(tree.read_found("plain.sql", 9), Ok(b"SELECT 1;".to_vec()));
    assert_eq!(tree.read_found("plain.sql", 8), Err(Unreadable::TooLarge { limit: 8 }));
    assert_eq!(tree.read_found("gone.sql", 9), Err(Unreadable::Vanished));
    for name in ["link.sql", "folder.sql"] {
        assert!(matches!(tree.read_found(name, 100), Err(Unreadable::Refused(_))), "{name}");
    }
    assert_eq!(tree.read_found("pipe.sql", 100), Err(Unreadable::NotAFile));
    // Around the size up to which files are read before anybody asks how long they are.
    for length in [0, 1, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, 200_000] {
        let text = vec![b'x'; length];
        scratch.write("long.sql", &text);
        assert_eq!(tree.read_found("long.sql", length as u64), Ok(text), "{length}");
        let less = (length as u64).saturating_sub(1);
        assert_eq!(tree.read_found("long.sql", less).is_err(), length > 0, "{length}");
    }
}

#[test]
fn repositories_of_all_shapes_are_folders() {
    let shapes: &[&[(&str, &str)]] = &[
        &[],
        &[(".git", "gitdir: ../elsewhere/.git/worktrees/x\n")],
        &[(".git", "gitdir: /no/such/place\n")],
        &[(".git/HEAD", "ref: refs/heads/main\n"), (".git/db/1_inside.sql", INDEX)],
        &[(".git/HEAD", "ref: refs/heads/main\n"), (".git/shallow", "0000\n")],
        &[("HEAD", "ref: refs/heads/main\n"), ("objects/info/packs", ""), ("refs/heads/main", "0000\n")],
        &[("sub/.git", "gitdir: ../.git/modules/sub\n"), (".gitmodules", "[submodule \"sub\"]\n\tpath = sub\n")],
        &[(".gitignore", "\u{FEFF}[\n!\n**[a\n\\\n"), (".git", "")],
    ];
    for shape in shapes {
        let scratch = with_neighbour();
        for (path, text) in *shape {
            scratch.write(path, text.as_bytes());
        }
        let run = gonogo(scratch.path(), &["check", "--all", "--output", "concise"]);
        assert_eq!((run.code, run.out.matches("high[").count()), (1, 1), "{shape:?}: {}", run.out);
        assert!(run.out.contains(NEIGHBOUR), "{shape:?}: {}", run.out);
    }
}

#[test]
fn the_root_of_everything_is_a_root() {
    let root = Path::new(std::path::MAIN_SEPARATOR_STR);
    assert!(matches!(locate(root), Standing::Here(place) if place.only.is_empty()));
    let disk = Disk::open(root).expect("a root");
    let entries = disk.walk(&mut |_| false);
    assert!(!entries.is_empty() && entries.iter().all(|entry| !entry.path.contains('/') && !entry.path.is_empty()));
}

#[test]
fn a_file_that_grows_while_it_is_read_is_read() {
    let scratch = with_neighbour();
    let path = scratch.path().join("db/1_grows.sql");
    fs::write(&path, "SELECT 1;\n").expect("a file");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            use std::io::Write as _;
            let mut file = fs::OpenOptions::new().append(true).open(&path).expect("a file");
            for _ in 0..50_000 {
                if done.load(Ordering::Relaxed) || file.write_all(b"SELECT 1;\n").is_err() {
                    return;
                }
            }
        });
        for _ in 0..5 {
            check(&scratch);
        }
        done.store(true, Ordering::Relaxed);
    });
}

/// Files that are there when the folder is walked, and gone or shut when they are opened.
struct Fleeting(Memory);

impl Tree for Fleeting {
    fn walk(&self, enter: &mut dyn FnMut(&Entry) -> bool) -> Vec<Entry> {
        self.0.walk(enter)
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, Unreadable> {
        match path {
            "db/1_gone.sql" => Err(Unreadable::Vanished),
            "db/2_turned.sql" => Err(Unreadable::NotAFile),
            "k8s/shut.yaml" => Err(Unreadable::Refused("input/output error".to_owned())),
            _ => self.0.read(path, limit),
        }
    }
}

#[test]
fn what_vanishes_between_walk_and_open_is_said() {
    let odd = ["db/1_gone.sql", "db/2_turned.sql", "k8s/shut.yaml"];
    let files = odd.iter().chain(&["db/9_bad.sql"]).map(|path| ((*path).to_owned(), INDEX.as_bytes().to_vec()));
    let settings = Settings::default();
    let report = Report::new(vec![Root::judge(&Fleeting(files.collect()), "", "", &settings)], &settings);
    let said: Vec<(&str, Judged)> = report.notes().map(|(_, note)| (note.path.as_str(), note.judged)).collect();
    assert_eq!(said, odd.map(|path| (path, Judged::Nothing)));
    let text = emit(&report, Format::Concise, Style::default());
    assert!(text.contains(NEIGHBOUR) && text.contains("vanished"), "{text}");
}
