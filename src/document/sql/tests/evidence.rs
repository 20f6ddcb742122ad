use super::*;

fn engine_of(text: &str) -> (Engine, Certainty) {
    let sql = Sql::read(&Source::decode("x.sql", text.as_bytes().to_vec()), None);
    (sql.engine, sql.certainty)
}

#[test]
fn the_words_of_a_file_tell_whose_it_is() {
    use Certainty::{Assumed, Certain, Likely};
    use Engine::{ClickHouse, MySql, Postgres, SqlServer, Sqlite};
    for (text, engine, certainty) in [
        ("CREATE TABLE a (id int)", Postgres, Assumed),
        ("", Postgres, Assumed),
        ("CREATE TABLE a (id int, b timestamptz)", Postgres, Certain),
        ("SELECT a::text", Postgres, Certain),
        ("DO $$ BEGIN END $$", Postgres, Certain),
        ("SELECT a[i], ARRAY[b], ARRAY [c], (d)[e] FROM f", Postgres, Assumed),
        ("CREATE TABLE `a` (id int AUTO_INCREMENT)", MySql, Certain),
        ("CREATE TABLE a (id int) engine = innodb", MySql, Certain),
        ("CREATE TABLE a (b text COLLATE utf8mb4_bin)", MySql, Certain),
        ("ALTER TABLE `a` ADD `b` int", MySql, Likely),
        ("DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END$$\nDELIMITER ;\nSELECT $$x$$", MySql, Certain),
        ("CREATE TABLE `a` (`b` text PRIMARY KEY NOT NULL)", Sqlite, Likely),
        ("CREATE TABLE a (b TEXT NOT NULL PRIMARY KEY, c DATETIME NOT NULL)", Sqlite, Likely),
        ("CREATE TABLE a (b varchar(9), c DATETIME DEFAULT NULL)", MySql, Likely),
        ("CREATE TABLE a (datetime timestamp NOT NULL); SELECT datetime FROM a", Postgres, Assumed),
        ("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT)", Sqlite, Certain),
        ("PRAGMA foreign_keys=OFF; CREATE TABLE a (b int)", Sqlite, Certain),
        ("INSERT OR IGNORE INTO a VALUES (1)", Sqlite, Certain),
        ("CREATE TABLE a (b text PRIMARY KEY) WITHOUT ROWID", Sqlite, Certain),
        ("CREATE TABLE [dbo].[a] ([id] int)", SqlServer, Certain),
        ("SELECT 1\r\nGO\r\n", SqlServer, Certain),
        ("CREATE TABLE a (b int IDENTITY(1,1))", SqlServer, Certain),
        ("CREATE TABLE a (b int) ENGINE = ReplacingMergeTree(c)", ClickHouse, Certain),
        // What stands in strings and comments says nothing.
        ("-- MySQL AUTO_INCREMENT, `x`\n/* PRAGMA */ SELECT 'ENGINE=InnoDB\nGO\n'", Postgres, Assumed),
        ("COPY a FROM stdin;\nAUTO_INCREMENT\n\\.\n", Postgres, Assumed),
    ] {
        assert_eq!(engine_of(text), (engine, certainty), "{text}");
    }
}

#[test]
fn the_path_outweighs_the_text() {
    let sql = read_as(Engine::Sqlite, "CREATE TABLE `a` (id int AUTO_INCREMENT)");
    assert_eq!((sql.engine, sql.certainty), (Engine::Sqlite, Certainty::Certain));
}
