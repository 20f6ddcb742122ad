use super::*;

fn excess(text: &str) -> (Vec<Excess>, usize, usize) {
    let (_, sql) = read(text);
    (sql.excess.iter().map(|(_, excess)| *excess).collect(), sql.statements.len(), sql.unread().count())
}

#[test]
fn a_statement_that_is_too_much_costs_itself_alone() {
    let deep = |depth: usize| format!("DROP TABLE a; SELECT {}1{}; DROP TABLE b", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(excess(&deep(MAX_NESTING)), (vec![], 3, 0));
    assert_eq!(excess(&deep(MAX_NESTING + 1)), (vec![Excess::Nesting], 3, 0));
    let open = format!("SELECT {}; DROP TABLE b", "(".repeat(200_000));
    assert_eq!(excess(&open), (vec![Excess::Nesting], 2, 0));
    for sign in ["+", " AND "] {
        let sum =
            |terms: usize| format!("ALTER TABLE t ADD COLUMN c int DEFAULT 1{}; DROP TABLE b", format!("{sign}1").repeat(terms));
        assert_eq!(excess(&sum(MAX_TERMS)), (vec![], 2, 0));
        assert_eq!(excess(&sum(MAX_TERMS + 1)), (vec![Excess::Terms], 2, 0));
    }
    let rows = format!("INSERT INTO t VALUES (-1){}", ", (-1, 2 - 1)".repeat(MAX_TERMS));
    assert_eq!(excess(&rows), (vec![], 1, 0));
}

#[test]
fn a_file_of_too_many_statements_or_words_is_read_as_far_as_that() {
    let many = "a;".repeat(MAX_STATEMENTS + 1);
    let (source, sql) = read(&many);
    assert_eq!(sql.statements.len(), MAX_STATEMENTS);
    let (rest, why) = sql.excess[0];
    assert_eq!((source.slice(rest), why), ("a;", Excess::Statements));
    assert_eq!(excess(&"a;".repeat(MAX_STATEMENTS)).0, []);
    let long = format!("DROP TABLE a; {}; DROP TABLE b", "1 ".repeat(MAX_TOKENS));
    let (source, sql) = read(&long);
    assert_eq!(sql.statements.len(), 1);
    assert!(matches!(&sql.excess[..], [(rest, Excess::Tokens)] if source.slice(*rest).ends_with("DROP TABLE b")));
}

#[test]
fn what_looks_back_or_ahead_stays_linear() {
    let times = 100_000;
    for text in [
        "GO ".repeat(times),
        format!("{}GO", " ".repeat(times)).repeat(10),
        "DELIMITER //\n".repeat(times),
        "COPY ".repeat(times),
        "COPY;".repeat(times),
        "IF(".repeat(times),
        "CREATE PROCEDURE p() BEGIN IF ".repeat(times / 10),
        "/*!50000 ".repeat(times),
        "$a".repeat(times),
        "${a".repeat(times),
        "{{".repeat(times),
        "`[\"'".repeat(times),
        "(".repeat(times),
        "ALTER TABLE t ADD (".repeat(times / 10),
        format!("DO $$ {} $$", "( ".repeat(times)),
        format!("DO $$ {} $$", "IF a THEN ".repeat(times / 10)),
        format!("DO $$ {} $$", "EXECUTE 'DO x'; ".repeat(times / 10)),
        format!("SELECT a{}", ".a".repeat(times)),
        format!("SET a{} = 1", ".a".repeat(times)),
        format!("DROP TABLE a{}", ", a.b".repeat(times)),
        format!("WITH {} SELECT {}", "a AS (SELECT 1), ".repeat(times / 10), "1 FROM a, ".repeat(times / 10)),
        format!("SELECT {}", (0..times / 2).map(|at| format!("f{at}(c{at}), ")).collect::<String>()),
        format!("ALTER TABLE t ADD CHECK ({}a{})", "(a AND ".repeat(400), " OR b)".repeat(400)).repeat(20),
        format!("CREATE TABLE t ({} b int)", "a int DEFAULT ((1)) CHECK (a IS NOT NULL), ".repeat(times / 10)),
        "EXPLAIN ".repeat(times),
        format!("{} {{{{ a }}}}", "EXPLAIN PREPARE a AS ".repeat(times / 10)),
        "WITH a AS (INSERT INTO b ".repeat(400),
        format!("{}DELETE FROM t{}", "WITH a AS (UPDATE t SET b = 1 WHERE c IN (SELECT 1), ".repeat(200), ")".repeat(400)),
        format!("CREATE SCHEMA a {}", "CREATE TABLE b (c int) ".repeat(times / 10)),
    ] {
        for engine in [Engine::Postgres, Engine::MySql, Engine::Sqlite, Engine::SqlServer, Engine::ClickHouse, Engine::Other] {
            let sql = read_as(engine, &text);
            assert!(sql.statements.iter().all(|statement| text.get(statement.span.range()).is_some()));
        }
    }
}

#[test]
fn a_text_may_end_anywhere() {
    let text = "DELIMITER $$\n/*!50003 CREATE*/ PROCEDURE `p;`() BEGIN IF (a) THEN SELECT 'ä\\'', \"b\"; END IF; END$$\nDELIMITER ;\n\
        COPY t FROM stdin;\n1\n\\.\nSELECT $x$;$x$, E'\\'', [c]]d], N'e', @f # g\n-- h\n.i\nGO 2\nCREATE TABLE {{ j }}.${k:l} (m int DEFAULT 1);";
    let engines = [Engine::Postgres, Engine::MySql, Engine::Sqlite, Engine::SqlServer, Engine::ClickHouse, Engine::Other];
    for (at, _) in text.char_indices() {
        for part in [&text[..at], &text[at..]] {
            for engine in engines.map(Some).into_iter().chain([None]) {
                let source = Source::decode("x.sql", part.as_bytes().to_vec());
                let sql = Sql::read(&source, engine);
                let spans = sql
                    .statements
                    .iter()
                    .map(|statement| statement.span)
                    .chain(sql.comments)
                    .chain(sql.unclosed.map(|(span, _)| span));
                for span in spans {
                    assert!(part.get(span.range()).is_some_and(|text| !text.is_empty()), "{engine:?} {span:?} {part}");
                }
            }
        }
    }
}
