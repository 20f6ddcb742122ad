//! What PostgreSQL can be told, and whether we know what it says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gonogo::document::engine::Engine;
use gonogo::document::sql::{Action, Sql, head};
use gonogo::source::Source;
use serde_json::Value;

use crate::support::{files_below, root};

/// A statement of most kinds, for the mutations.
pub const POSTGRES_FILES: &[&str] = &[
    "CREATE TABLE t (a numeric(10, 2)[] DEFAULT ARRAY[1]::int[] NOT NULL CHECK (a IS NOT NULL AND (b)::text = ANY ((ARRAY['x'])::text[])), \
     LIKE u INCLUDING ALL, EXCLUDE USING gist (a WITH &&) WHERE (b), b bigint GENERATED ALWAYS AS IDENTITY (START 1)) PARTITION BY RANGE (a, (b + 1));\n\
     CREATE TABLE p PARTITION OF s.t FOR VALUES FROM (MINVALUE, 'a') TO (1, MAXVALUE);\n\
     ALTER TABLE IF EXISTS ONLY t ALTER c TYPE text COLLATE \"C\" USING c::text, ATTACH PARTITION q FOR VALUES WITH (MODULUS 4, REMAINDER 1), \
     ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES x (y) ON DELETE SET NULL (a) NOT VALID, DETACH PARTITION r CONCURRENTLY;\n",
    "DO $$ DECLARE a int; BEGIN IF a THEN EXECUTE 'DROP TABLE b'; END IF; FOR c IN SELECT 1 LOOP PERFORM f(); END LOOP; EXCEPTION WHEN others THEN NULL; END $$;\n\
     CREATE FUNCTION f(IN a int DEFAULT 1, b text[]) RETURNS TABLE (c int) LANGUAGE sql STABLE SET x = y AS $x$ WITH d AS (DELETE FROM e RETURNING *) SELECT * FROM d $x$;\n\
     WITH RECURSIVE a (b) AS (SELECT 1 UNION ALL SELECT b FROM a) INSERT INTO t (c) SELECT x.* FROM a, LATERAL f(1) AS x (y) ON CONFLICT DO NOTHING;\n\
     UPDATE t SET (a, b) = (SELECT 1, 2), c = CASE WHEN d THEN 1 END FROM e WHERE f IS DISTINCT FROM g RETURNING *;\n\
     CREATE TRIGGER a AFTER UPDATE OF b ON c REFERENCING OLD TABLE AS d FOR EACH ROW WHEN (e) EXECUTE FUNCTION f('g');\n",
    "ALTER TYPE a ADD VALUE 'b' BEFORE 'c'; COMMENT ON COLUMN a.b.c IS 'd'; GRANT SELECT (a) ON ALL TABLES IN SCHEMA b TO c WITH GRANT OPTION;\n\
     SELECT set_config('a', '', false); SET LOCAL lock_timeout = '5s'; REINDEX (VERBOSE) TABLE CONCURRENTLY a; COPY a (b) TO 'c';\n\
     CREATE MATERIALIZED VIEW a AS SELECT b, extract(year FROM c) AS d FROM e JOIN f USING (g) WITH NO DATA; DROP FUNCTION a(int), b CASCADE;\n\
     CREATE RULE a AS ON INSERT TO b DO (DELETE FROM c; NOTIFY d); CREATE SCHEMA a CREATE TABLE b (c int); CREATE STATISTICS a (mcv) ON b, (c) FROM d;\n",
];

fn read(text: &str) -> (Source, Sql) {
    let source = Source::decode("x.sql", text.as_bytes().to_vec());
    let sql = Sql::read(&source, Some(Engine::Postgres));
    (source, sql)
}

#[test]
fn all_that_was_measured_is_read() {
    let text = fs::read_to_string(root().join("tests/data/truth/postgres.json")).expect("the truth");
    let truth: Value = serde_json::from_str(&text).expect("JSON");
    let mut unread = Vec::new();
    let entries = truth["entries"].as_array().expect("entries");
    for entry in entries {
        let lists = [&entry["setup"], &entry["session"]].into_iter().flat_map(|list| list.as_array().expect("a list"));
        for statement in lists.chain([&entry["sql"]]) {
            let text = statement.as_str().expect("a statement");
            let (source, sql) = read(text);
            assert_eq!(sql.statements.len(), 1, "{text}");
            assert!(!matches!(sql.statements[0].action, Action::Harmless), "{text}");
            unread.extend(sql.unread().map(|span| source.slice(span).to_owned()));
        }
    }
    assert_eq!(entries.len(), 280);
    assert!(unread.is_empty(), "{unread:#?}");
}

#[derive(Default)]
struct Count {
    files: usize,
    statements: usize,
    harmless: usize,
    unread: usize,
    /// Inside functions and DO: statements that were not understood, and bodies that were not understood to the end.
    inner: [usize; 3],
    heads: BTreeMap<String, usize>,
}

/// `GONOGO_CORPUS` names a folder with one folder for each repository, whose SQL is all PostgreSQL's.
#[test]
#[ignore = "counts what is unread below the folder in GONOGO_CORPUS"]
#[expect(clippy::print_stdout, reason = "the table is what it is run for")]
fn real_migrations_are_read() {
    let Some(corpus) = std::env::var_os("GONOGO_CORPUS").map(PathBuf::from) else { return };
    let show = std::env::var_os("GONOGO_SHOW").is_some();
    let mut repositories: Vec<PathBuf> =
        fs::read_dir(corpus).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    repositories.sort();
    println!(
        "| repository | files | statements | harmless | unread | read | inside bodies | unread | bodies cut |\n|---|---|---|---|---|---|---|---|---|"
    );
    let mut worst = BTreeMap::new();
    for repository in repositories {
        let count = count(&repository, show);
        let name = repository.file_name().expect("a name").to_string_lossy().into_owned();
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let share = 100.0 * (1.0 - count.unread as f64 / count.statements.max(1) as f64);
        println!(
            "| {name} | {} | {} | {} | {} | {share:.2} % | {} | {} | {} |",
            count.files, count.statements, count.harmless, count.unread, count.inner[0], count.inner[1], count.inner[2]
        );
        worst.extend(count.heads.into_iter().map(|(head, times)| (format!("{name}: {head}"), times)));
    }
    for (head, times) in worst {
        println!("{times:6} {head}");
    }
}

#[expect(clippy::print_stdout, reason = "what is unread is what one wants to see")]
fn count(repository: &Path, show: bool) -> Count {
    let mut count = Count::default();
    for path in files_below(repository) {
        if path.extension().is_none_or(|extension| extension != "sql") {
            continue;
        }
        let source = Source::decode("x.sql", fs::read(&path).expect("a file"));
        let sql = Sql::read(&source, Some(Engine::Postgres));
        count.files += 1;
        count.statements += sql.statements.len();
        count.harmless += sql.statements.iter().filter(|statement| matches!(statement.action, Action::Harmless)).count();
        for statement in &sql.statements {
            let body = match &statement.action {
                Action::CreateFunction(function) => function.body.as_deref(),
                Action::Do(block) => Some(&block.body),
                _ => None,
            };
            for inner in body.into_iter().flat_map(|body| &body.statements) {
                count.inner[0] += 1;
                if matches!(inner.statement.action, Action::Unread) {
                    count.inner[1] += 1;
                    if show {
                        println!("{}: inside: {}", path.display(), source.slice(inner.statement.span).replace('\n', " "));
                    }
                }
            }
            if body.is_some_and(|body| !body.complete) {
                count.inner[2] += 1;
                if show {
                    println!("{}: cut: {}", path.display(), head(source.slice(statement.span)));
                }
            }
        }
        let mut last = None;
        for span in sql.unread() {
            let statement = sql.statements.partition_point(|statement| statement.span.end < span.end);
            // A statement with several parts that nobody reads is one.
            count.unread += usize::from(last.replace(statement) != Some(statement));
            *count.heads.entry(head(source.slice(span))).or_default() += 1;
            if show {
                let text: String = source.slice(span).chars().take(600).collect();
                println!("{}: {}", path.display(), text.replace('\n', " "));
            }
        }
    }
    count
}
