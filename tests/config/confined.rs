//! Nothing outside the repository is read, and nothing inside it can stall or flood a run.

use std::fs;
use std::time::{Duration, Instant};

use super::{SQL, tree};
use crate::support::{POD, Run, Scratch, configured, gonogo};

/// Something to find that asks nothing of git, as these repositories are none that git would know.
fn latest() -> String {
    POD.replace("web:1.0.0", "web:latest")
}

#[test]
fn a_file_above_the_repository_says_nothing() {
    let scratch = Scratch::new(&[("gonogo.toml", "not TOML"), ("repo/.git/HEAD", ""), ("repo/a/k8s/a.yaml", &latest())]);
    let run = gonogo(&scratch.path().join("repo/a"), &["check"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    // Without a repository only the folder itself counts.
    let scratch = Scratch::new(&[("gonogo.toml", "not TOML"), ("a/k8s/a.yaml", &latest())]);
    let run = gonogo(&scratch.path().join("a"), &["check"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
}

#[test]
fn a_repository_begins_where_git_says_so() {
    // A worktree has a file there, not a folder.
    for git in ["repo/.git", "repo/.git/HEAD"] {
        let scratch = Scratch::new(&[
            (git, "gitdir: elsewhere"),
            ("repo/gonogo.toml", "rules.mutable-image-tag.level = \"off\""),
            ("repo/a/k8s/a.yaml", &latest()),
        ]);
        assert_eq!(gonogo(&scratch.path().join("repo/a"), &["check"]).code, 0, "{git}");
    }
}

#[test]
fn extends_stays_inside() {
    let wrong = |text: &str| configured(&tree(&[("gonogo.toml", text), ("a/x.toml", "")]), "", &[]).expect_err(text);
    for outside in ["../x.toml", "a/../../x.toml", "./../etc/x.toml"] {
        let told = wrong(&format!("extends = [\"{outside}\"]"));
        assert!(
            told.starts_with(&format!("gonogo.toml:1:11: `{outside}` leads out of the repository, where nothing is read\n")),
            "{told}"
        );
    }
    for absolute in ["/etc/x.toml", "C:\\\\x.toml", "https://example.org/x.toml", "..\\\\x.toml"] {
        let told = wrong(&format!("extends = [\"{absolute}\"]"));
        assert!(told.contains("must be a path within the repository"), "{told}");
    }
    let told = wrong("extends = [\"b/y.toml\"]");
    assert!(told.contains("`b/y.toml` cannot be read: it is not there"), "{told}");
}

#[test]
fn files_that_extend_each_other_come_to_an_end() {
    let told =
        configured(&tree(&[("gonogo.toml", "extends = [\"a.toml\"]"), ("a.toml", "extends = [\"gonogo.toml\"]")]), "", &[]);
    assert!(told.expect_err("a circle").contains("`gonogo.toml` extends itself, by way of this"));
    // Each file names all others that come later: 2^30 ways lead down.
    let names: Vec<String> = (0..30).map(|at| format!("f{at}.toml")).collect();
    let texts: Vec<String> = (0..30).map(|at| format!("extends = {:?}", &names[at + 1..])).collect();
    let mut files: Vec<(&str, &str)> = names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.push(("gonogo.toml", "extends = [\"f0.toml\"]"));
    configured(&tree(&files), "", &[]).expect("each is read once");
    let chain: Vec<String> = (0..50).map(|at| format!("extends = [\"f{}.toml\"]", at + 1)).collect();
    let names: Vec<String> = (0..50).map(|at| format!("f{at}.toml")).collect();
    let mut files: Vec<(&str, &str)> = names.iter().zip(&chain).map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.push(("gonogo.toml", "extends = [\"f0.toml\"]"));
    assert!(configured(&tree(&files), "", &[]).expect_err("too many").contains("more than 32 files extend each other"));
}

#[test]
fn a_file_that_is_no_text_or_too_large_is_refused_in_one_sentence() {
    let scratch = Scratch::new(&[("db/1_a.sql", SQL)]);
    let refused = |bytes: &[u8]| {
        scratch.write("gonogo.toml", bytes);
        let Run { code, out, err } = gonogo(scratch.path(), &["check"]);
        assert_eq!((code, out.as_str()), (2, ""));
        err.split('\n').next().unwrap_or_default().to_owned()
    };
    assert_eq!(refused(b"# caf\xE9"), "gonogo.toml: `gonogo.toml` is not UTF-8, which TOML must be");
    assert_eq!(refused(b"\xFF\xFEa\0"), "gonogo.toml: `gonogo.toml` is not UTF-8, which TOML must be");
    let large = vec![b'#'; (1 << 20) + 1];
    assert_eq!(
        refused(&large),
        "gonogo.toml: the configuration cannot be read: it is larger than 1 MiB, which no configuration needs"
    );
    assert!(refused(b"\0").starts_with("gonogo.toml:1:1: this is not TOML: "));
    // A byte-order mark is no harm, nor is a line end of Windows.
    scratch.write("gonogo.toml", b"\xEF\xBB\xBF[rules.blocking-index]\r\nlevel = \"off\"\r\n");
    assert_eq!(gonogo(scratch.path(), &["check"]).code, 0);
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_alone_and_pipes_are_never_opened() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::new(&[
        ("outside/secret.toml", "token = \"canary\"\n"),
        ("repo/.git/HEAD", ""),
        ("repo/ci/real.toml", "rules.mutable-image-tag.level = \"off\"\n"),
        ("repo/db/a.yaml", &latest()),
    ]);
    let repo = scratch.path().join("repo");
    let said = |arguments: &[&str]| gonogo(&repo, arguments);
    let config = repo.join("gonogo.toml");
    symlink("ci/real.toml", &config).expect("a link");
    assert_eq!(said(&["check"]).code, 0, "a link inside leads to its file");
    let refused = |path: &std::path::Path, target: &std::path::Path, why: &str| {
        let _ = fs::remove_file(path);
        symlink(target, path).expect("a link");
        let run = said(&["check"]);
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains(why) && !run.err.contains("canary"), "{}", run.err);
    };
    let leaves = "it is a link that leads out of the repository, where nothing is read";
    refused(&config, "../outside/secret.toml".as_ref(), leaves);
    refused(&config, &scratch.path().join("outside/secret.toml"), leaves);
    refused(&config, "nowhere".as_ref(), "it is a link that leads nowhere");
    refused(&config, "gonogo.toml".as_ref(), "could not be read");
    refused(&config, "/dev/zero".as_ref(), leaves);
    fs::remove_file(&config).expect("gone");
    refused(&repo.join("db/gonogo.toml"), "../../outside/secret.toml".as_ref(), leaves);
    fs::remove_file(repo.join("db/gonogo.toml")).expect("gone");
    // A folder on the way may be a link, too.
    symlink("../outside", repo.join("linked")).expect("a link");
    fs::write(&config, "extends = [\"linked/secret.toml\"]\n").expect("a file");
    let run = said(&["check"]);
    assert!(run.code == 2 && run.err.contains(leaves) && !run.err.contains("canary"), "{}", run.err);
    fs::remove_file(&config).expect("gone");
    for place in ["gonogo.toml", "db/.gonogo.toml"] {
        let made = std::process::Command::new("mkfifo").arg(repo.join(place)).status().expect("mkfifo");
        assert!(made.success());
        let run = said(&["check"]);
        assert_eq!(run.code, 2, "{place}: {}", run.out);
        assert!(run.err.contains("it is a pipe, a socket, a device or a folder, not a file"), "{}", run.err);
        let run = said(&["check", "--config", place]);
        assert!(run.code == 2 && run.err.contains("not a file"), "{}", run.err);
        fs::remove_file(repo.join(place)).expect("gone");
    }
}

#[test]
fn hostile_files_are_refused_in_no_time() {
    let megabyte = "x".repeat(1_000_000);
    let many = |line: fn(usize) -> String, count: usize| (0..count).map(line).collect::<String>();
    let texts = [
        format!("a = {}", "[".repeat(500_000)),
        format!("files = {}", "{exclude = ".repeat(90_000)),
        format!("[{}]", "a.".repeat(400_000)),
        format!("{megabyte} = 1"),
        format!("base = \"{megabyte}"),
        format!("fail-on = \"{megabyte}\""),
        format!("files.exclude = [\"{megabyte}\"]"),
        format!("files.exclude = [\"{}\"]", "{a,b}".repeat(190_000)),
        format!("files.exclude = [\"{}\"]", "{a,".repeat(300)),
        format!("files.exclude = [{}]", "\"*\",".repeat(200_000)),
        format!("rules.{megabyte}.level = \"low\""),
        many(|at| format!("k{at} = 1\n"), 80_000),
        many(|_| "[[allow]]\n".to_owned(), 100_000),
        many(|at| format!("[rules.r{at}]\n"), 60_000),
        "\u{202E}\u{1b}]0;x\u{7} = 1\n".to_owned(),
        "'\n::error::x' = 1\n\"\\n::error::x\" = 1".to_owned(),
    ];
    for text in texts {
        let began = Instant::now();
        let told = configured(&tree(&[("gonogo.toml", &text)]), "", &[]).expect_err("hostile");
        let head: String = text.chars().take(40).collect();
        assert!(began.elapsed() < Duration::from_secs(10), "{head}: {:?}", began.elapsed());
        assert!(!told.contains(['\u{1b}', '\u{202E}', '\u{7}']), "{head}");
        assert!(!told.split('\n').any(|line| line.starts_with("::")), "{head}");
        assert!(told.split('\n').all(|line| line.chars().count() < 700), "{head}");
        assert!(told.split('\n').count() <= 402, "{head}");
    }
}

/// Patterns that could explode in another engine are matched in time that grows with the path alone.
#[test]
fn patterns_do_not_explode() {
    let patterns: Vec<String> = vec!["**/a".repeat(100) + "b", "a*".repeat(300) + "b", "{a,{b,{c,d}}}".repeat(50)];
    let text = format!("files.exclude = {patterns:?}");
    let deep = format!("{}x.sql", "a/".repeat(200));
    let began = Instant::now();
    let settings = configured(&tree(&[("gonogo.toml", &text), (&deep, "")]), "", &[]);
    if let Ok(settings) = settings {
        assert!(!settings.exclude.matches(&deep) && !settings.exclude.matches(&"a".repeat(4000)));
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
