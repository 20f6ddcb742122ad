//! How is a migration written for the tool that will run it? Its files, ready to be saved.

use super::framework::{Down, Escape, Framework};
use crate::diagnostic::NewFile;

/// A migration to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewMigration<'a> {
    /// Version and name, as in `0043_orders_index`.
    pub title: &'a str,
    /// What goes forward.
    pub up: &'a str,
    /// What goes back; empty for nothing.
    pub down: &'a str,
    /// It must run without a transaction around it.
    pub without_transaction: bool,
}

impl Framework {
    /// The files of a migration in the folder of its set. Where the framework has no way back, what goes back is left out.
    pub fn write(self, folder: &str, migration: NewMigration<'_>) -> Vec<NewFile> {
        let NewMigration { title, up, down, without_transaction } = migration;
        let traits = self.traits();
        let (mut title, mut line, mut words) = (title.to_owned(), String::new(), "");
        let mut beside = None;
        if without_transaction {
            match traits.escape {
                Escape::Line(text) => line = format!("{text}\n"),
                Escape::Mark(text) => words = text,
                Escape::Infix(infix) => title.push_str(infix),
                Escape::Beside(name, text) => beside = Some((format!("{title}/{name}"), text)),
                Escape::Attached(ending, text) => {
                    beside = Some((format!("{}{ending}", traits.files.up.replace("{}", &title)), text));
                }
                Escape::Alone | Escape::Never => {}
            }
        }
        let named = |pattern: &str| at(folder, &pattern.replace("{}", &title));
        let up = self.forward(&title, up.trim_end(), &line, words);
        let mut files = vec![NewFile { path: named(traits.files.up), text: format!("{up}\n") }];
        let down = down.trim_end();
        if !down.is_empty() {
            match traits.files.down {
                Down::None => {}
                Down::File(pattern) => files.push(NewFile { path: named(pattern), text: format!("{line}{down}\n") }),
                Down::Undo => {
                    let undo = format!("U{}", title.get(1..).unwrap_or_default());
                    files.push(NewFile { path: at(folder, &format!("{undo}.sql")), text: format!("{down}\n") });
                }
                Down::Section(mark) => {
                    let back = self.body(down);
                    files[0].text.extend(["\n", mark, words, "\n", &back, "\n"]);
                }
                Down::Comments(start) => files[0].text.extend(down.split('\n').map(|line| format!("{start}{line}\n"))),
            }
        }
        files.extend(beside.map(|(path, text)| NewFile { path: at(folder, &path), text: format!("{text}\n") }));
        files
    }

    /// The same, where forward and back have a file each although the tool is not known for that.
    pub fn write_pair(self, folder: &str, migration: NewMigration<'_>) -> Vec<NewFile> {
        let down = NewMigration { up: migration.down, down: "", ..migration };
        let named = |migration: NewMigration<'_>, ending: &str| {
            let mut files = self.write(folder, migration);
            for file in &mut files {
                file.path = file.path.replacen(&format!("{}.sql", migration.title), &format!("{}{ending}", migration.title), 1);
            }
            files
        };
        let mut files = named(NewMigration { down: "", ..migration }, ".up.sql");
        if !migration.down.is_empty() {
            files.extend(named(down, ".down.sql"));
        }
        files
    }

    fn forward(self, title: &str, up: &str, line: &str, words: &str) -> String {
        let mark = self.traits().files.up_mark;
        let up = self.body(up);
        match self {
            Self::Liquibase => format!("{mark}\n--changeset team:{title}{words}\n{up}"),
            _ if mark.is_empty() => format!("{line}{up}"),
            _ => format!("{line}{mark}{words}\n{up}"),
        }
    }

    /// Statements as the tool wants to have them apart.
    fn body(self, text: &str) -> String {
        match self {
            Self::Goose | Self::SqlMigrate if text.contains("$$") => {
                let word = if self == Self::Goose { "+goose" } else { "+migrate" };
                format!("-- {word} StatementBegin\n{text}\n-- {word} StatementEnd")
            }
            Self::Drizzle => text.replace(";\n", ";\n--> statement-breakpoint\n"),
            _ => text.to_owned(),
        }
    }
}

fn at(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The title of the migration after another, as its version counts: `0042_a` is followed by `0043_…`, and
/// `V1_2__a` by `V1_3__…`. Where names carry no version, the name is all there is.
pub fn next_title(title: &str, name: &str) -> String {
    if let Some((folder, title)) = title.rsplit_once('/') {
        return format!("{folder}/{}", next_title(title, name));
    }
    let start = usize::from(title.starts_with(['V', 'v', 'B', 'b', 'U', 'u']));
    let rest = title.get(start..).unwrap_or_default();
    if !rest.starts_with(|first: char| first.is_ascii_digit()) {
        return name.to_owned();
    }
    let is_number = |next: char| next.is_ascii_digit() || matches!(next, '.' | '_' | '-');
    let whole = rest.find(|next: char| !is_number(next)).map_or(rest, |end| &rest[..end]);
    // The version ends where the name begins; `2024-01-31-120000` is one version, `1_2` in `1_2_a` is not.
    let is_flyway = start == 1 && title.contains("__");
    let version = match whole.find('_') {
        Some(end) if !is_flyway => &whole[..end],
        _ => whole,
    };
    let version = version.trim_end_matches(['.', '_', '-']);
    let digits = version.len() - version.trim_end_matches(|last: char| last.is_ascii_digit()).len();
    let (head, last) = version.split_at(version.len() - digits);
    let next = last.parse::<u128>().map_or(1, |last| tick(last, head, digits));
    let after = rest[version.len()..].find(|next: char| next.is_alphanumeric()).unwrap_or(0);
    let separator = if after == 0 { "_" } else { &rest[version.len()..version.len() + after] };
    format!("{}{head}{next:0width$}{separator}{name}", &title[..start], width = digits)
}

/// The number after another. What counts seconds of a day has sixty of them in a minute.
fn tick(last: u128, head: &str, digits: usize) -> u128 {
    let is_time = digits == 14 || (digits == 6 && head.len() == "2024-01-31-".len());
    let (second, minute) = (last % 100, last / 100 % 100);
    match (second, minute) {
        (59, 59) if is_time => last.saturating_add(10_000 - 5_959),
        (59, 0..59) if is_time => last.saturating_add(100 - 59),
        _ => last.saturating_add(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(framework: Framework, title: &str, without_transaction: bool) -> Vec<(String, String)> {
        let migration = NewMigration { title, up: "CREATE INDEX i ON t (a);\n", down: "DROP INDEX i;", without_transaction };
        framework.write("db", migration).into_iter().map(|file| (file.path, file.text)).collect()
    }

    fn owned(files: &[(&str, &str)]) -> Vec<(String, String)> {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn each_tool_gets_its_files() {
        let pair = [("db/2_i.up.sql", "CREATE INDEX i ON t (a);\n"), ("db/2_i.down.sql", "DROP INDEX i;\n")];
        assert_eq!(written(Framework::GolangMigrate, "2_i", true), owned(&pair));
        let goose = "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX i ON t (a);\n\n-- +goose Down\nDROP INDEX i;\n";
        assert_eq!(written(Framework::Goose, "2_i", true), owned(&[("db/2_i.sql", goose)]));
        let dbmate =
            "-- migrate:up transaction:false\nCREATE INDEX i ON t (a);\n\n-- migrate:down transaction:false\nDROP INDEX i;\n";
        assert_eq!(written(Framework::Dbmate, "2_i", true), owned(&[("db/2_i.sql", dbmate)]));
        let diesel = [
            ("db/2_i/up.sql", "CREATE INDEX i ON t (a);\n"),
            ("db/2_i/down.sql", "DROP INDEX i;\n"),
            ("db/2_i/metadata.toml", "run_in_transaction = false\n"),
        ];
        assert_eq!(written(Framework::Diesel, "2_i", true), owned(&diesel));
        assert_eq!(written(Framework::Diesel, "2_i", false), owned(&diesel[..2]));
        let flyway = [
            ("db/V2__i.sql", "CREATE INDEX i ON t (a);\n"),
            ("db/U2__i.sql", "DROP INDEX i;\n"),
            ("db/V2__i.sql.conf", "executeInTransaction=false\n"),
        ];
        assert_eq!(written(Framework::Flyway, "V2__i", true), owned(&flyway));
        let pop = [("db/2_i.autocommit.up.sql", "CREATE INDEX i ON t (a);\n"), ("db/2_i.autocommit.down.sql", "DROP INDEX i;\n")];
        assert_eq!(written(Framework::Pop, "2_i", true), owned(&pop));
        let liquibase = "--liquibase formatted sql\n--changeset team:2_i runInTransaction:false\nCREATE INDEX i ON t (a);\n--rollback DROP INDEX i;\n";
        assert_eq!(written(Framework::Liquibase, "2_i", true), owned(&[("db/2_i.sql", liquibase)]));
    }

    #[test]
    fn versions_go_on_as_they_began() {
        let table = [
            ("0042_orders", "0043_x"),
            ("20240131120058_orders", "20240131120059_x"),
            ("20240131120059_orders", "20240131120100_x"),
            ("20240131125959_orders", "20240131130000_x"),
            ("V1_2__orders", "V1_3__x"),
            ("V7__orders", "V8__x"),
            ("2024-01-31-120000_orders", "2024-01-31-120001_x"),
            ("1_2_orders", "2_x"),
            ("099-orders", "100-x"),
            ("7", "8_x"),
            ("3.5/0007##orders", "3.5/0008##x"),
            ("appschema", "x"),
            ("users2", "x"),
        ];
        for (title, next) in table {
            assert_eq!(next_title(title, "x"), next, "{title}");
        }
    }
}
