//! Two gears, one tree. (Replaced below.)

use gonogo::document::yaml::{Gear, Yaml};
use gonogo::source::Source;

#[test]
fn corpus() {
    let Ok(dir) = std::env::var("GONOGO_CORPUS") else { return };
    let (mut parts, mut fast, mut bytes, mut fast_files) = (0, 0, 0, 0);
    let mut bad = 0;
    let mut open = vec![std::path::PathBuf::from(dir)];
    while let Some(p) = open.pop() {
        if p.is_symlink() {
            continue;
        }
        if p.is_dir() {
            open.extend(std::fs::read_dir(&p).unwrap().map(|e| e.unwrap().path()));
            continue;
        }
        if !p.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json") {
            continue;
        }
        let b = std::fs::read(&p).unwrap();
        if b.len() > 10 << 20 {
            continue;
        }
        bytes += b.len();
        let source = Source::decode(p.to_string_lossy().into_owned(), b);
        let a = Yaml::read_with(&source, Gear::Fast);
        let g = Yaml::read_with(&source, Gear::Granit);
        parts += g.parts.len();
        fast += a.fast_parts();
        fast_files += usize::from(a.fast_parts() == g.parts.len());
        if a.fast_parts() < g.parts.len() && std::env::var_os("SHOW").is_some() {
            println!("slow {} {}/{}", p.display(), a.fast_parts(), g.parts.len());
        }
        if format!("{:?}", a.parts) != format!("{:?}", g.parts) {
            bad += 1;
            for (x, y) in a.parts.iter().zip(&g.parts) {
                let (x, y) = (format!("{x:?}"), format!("{y:?}"));
                if x != y {
                    let at = x.bytes().zip(y.bytes()).position(|(a, b)| a != b).unwrap_or(0);
                    let at = at.saturating_sub(150);
                    println!(
                        "DIFF {}\n  F {}\n  G {}",
                        p.display(),
                        x.chars().skip(at).take(260).collect::<String>(),
                        y.chars().skip(at).take(260).collect::<String>()
                    );
                    break;
                }
            }
        }
    }
    println!("parts {parts} fast {fast} bytes {bytes} whole files {fast_files} bad {bad}");
    assert_eq!(bad, 0);
}
