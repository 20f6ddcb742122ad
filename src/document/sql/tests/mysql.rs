use super::*;

const MYSQL: Engine = Engine::MySql;

#[test]
fn quotes_comments_and_escapes_hide_semicolons() {
    for text in [
        r"«SELECT 'it\'s; one'»; «SELECT 'it''s; one'»;",
        r#"«SELECT "a;\"b"»; «SELECT "it's; text"»"#,
        r"«SELECT `a;``b\`»; «SELECT `c`»",
        r"«SELECT 'ends in \\'»; «SELECT 1»",
        "«SELECT 1 # one; two\n + 1»; # 'three\n«SELECT 2»",
        "«SELECT 1 -- one; two\n + 1»; «SELECT 5--1»; --\n«SELECT 2»;--\t'x\n--",
        "«SELECT /* a /* b; */ 1»; «SELECT 2»",
        "«SELECT N'a;b', x'00', b'1', _utf8mb4'a;'»; «SELECT $1, a$b»",
        "«SET @a := 1, @@session.b = ';', @`c;d` = 2»; «SELECT @'e;f'»",
        "«SELECT '$$', $$»; «SELECT $$»",
    ] {
        assert_split(MYSQL, text);
    }
}

#[test]
fn names_in_backticks_and_strings_in_double_quotes_are_told_apart() {
    use lex::{TokenKind, lex};
    let kinds = |engine, text| {
        let tokens = lex(text, Dialect::of(engine)).tokens;
        tokens.iter().map(|token| (token.kind, token.span.range().len())).collect::<Vec<_>>()
    };
    assert_eq!(
        kinds(MYSQL, r#""a" `b` 'c' @d"#),
        [(TokenKind::Text, 3), (TokenKind::Quoted, 3), (TokenKind::Text, 3), (TokenKind::Word, 2)]
    );
    assert_eq!(kinds(Engine::Postgres, r#""a""#), [(TokenKind::Quoted, 3)]);
    assert_eq!(
        kinds(Engine::Sqlite, r#""a" [b c] `d`"#),
        [(TokenKind::Quoted, 3), (TokenKind::Quoted, 5), (TokenKind::Quoted, 3)]
    );
    assert_eq!(kinds(Engine::SqlServer, "[a]]b] #t"), [(TokenKind::Quoted, 6), (TokenKind::Word, 2)]);
}

#[test]
fn a_line_of_the_client_chooses_the_delimiter() {
    for text in [
        "DELIMITER //\n«CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END»//\nDELIMITER ;\n«SELECT 3»;",
        "delimiter $$\n«CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = ';$$'; END»$$\ndelimiter ;\n«SELECT 3»;",
        "DELIMITER ;;\n«CREATE FUNCTION f() RETURNS int RETURN 1»;;\n«SELECT 2» ;;\nDELIMITER ;\n«SELECT 3»;",
        "DELIMITER |\n«SELECT 1»;\n|\nDELIMITER ;\n«SELECT 3»",
        "«SELECT 1»\nDELIMITER //\n«SELECT 2»\nDELIMITER ;\n«SELECT 3»;",
        "DELIMITER ;\n«SELECT 1»;",
        // A column may have that name.
        "«CREATE TABLE a (\n  delimiter varchar(10),\n  b int)»; «SELECT delimiter FROM a»;",
    ] {
        assert_split(MYSQL, text);
    }
}

#[test]
fn bodies_keep_their_semicolons_without_a_delimiter() {
    for text in [
        "«CREATE PROCEDURE p() BEGIN DECLARE a int; SELECT 1; END»; «SELECT 2»;",
        "«CREATE DEFINER=`root`@`localhost` PROCEDURE p() SQL SECURITY INVOKER BEGIN SELECT 1; END»; «SELECT 2»;",
        "«CREATE PROCEDURE p(a int) BEGIN IF a > 1 THEN SELECT 1; ELSEIF a THEN SELECT 2; ELSE SELECT 3; END IF; END»; «SELECT 2»",
        "«CREATE PROCEDURE p() BEGIN IF (a IN (1, 2)) THEN SET b = IF(a, 1, 2); ELSE IF a THEN SELECT 1; END IF; END IF; END»; «SELECT 2»",
        "«CREATE PROCEDURE p() BEGIN w: WHILE a DO REPEAT SET a = REPEAT('x', 2); UNTIL a END REPEAT; END WHILE w; LOOP LEAVE w; END LOOP; END»; «SELECT 2»",
        "«CREATE PROCEDURE p() BEGIN CASE a WHEN 1 THEN SELECT CASE b WHEN 2 THEN 3 ELSE IF(c, d, e) END; END CASE; END»; «SELECT 2»",
        "«CREATE PROCEDURE p() outer_block: BEGIN BEGIN SELECT a.begin, a.end; END; END outer_block»; «SELECT 2»",
        "«CREATE TRIGGER t AFTER UPDATE ON a FOR EACH ROW IF NEW.b THEN SET @c = 1; END IF»; «SELECT 2»",
        "«CREATE TRIGGER t AFTER UPDATE ON a FOR EACH ROW SET NEW.b = IF(NEW.c, 1, 2)»; «SELECT 2»",
        "«CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS now() ENDS now() DO BEGIN DELETE FROM a; END»; «SELECT 2»",
        "«CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN CASE WHEN a THEN 1 END»; «SELECT 2»",
        "«CREATE PROCEDURE IF NOT EXISTS p() SELECT 1»; «SELECT 2»",
        "«DROP PROCEDURE IF EXISTS p»; «BEGIN»; «CREATE TABLE begin_end (a int)»; «COMMIT»;",
        "«BEGIN NOT ATOMIC SELECT 1; SELECT 2; END»; «SELECT 2»",
    ] {
        assert_split(MYSQL, text);
    }
}

#[test]
fn version_comments_are_sql_and_their_marks_are_not() {
    let dump = "-- MySQL dump 10.13  Distrib 8.0.36\n/*M!999999\\- enable the sandbox mode */\n\
        /*!40101 «SET NAMES utf8mb4» */;\n«DROP TABLE IF EXISTS `a`»;\n/*!40101 «SET @saved_cs_client     = @@character_set_client» */;\n\
        «CREATE TABLE `a` (\n  `b;c` int NOT NULL AUTO_INCREMENT,\n  KEY `d` (`b;c`) /*!80000 INVISIBLE */\n) ENGINE=InnoDB COMMENT='it\\'s; fine'»;\n\
        «INSERT INTO `a` VALUES (1,'x\\\\'),(2,'y\\';--')»;\nDELIMITER ;;\n\
        /*!50003 «CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER `t` BEFORE INSERT ON `a` FOR EACH ROW BEGIN\n  SET NEW.b = 1; /* why; */\nEND» */;;\nDELIMITER ;\n\
        «CREATE TABLE e (f int /*!50606 STORAGE DISK*/)»;\n/*!40111 «SET SQL_NOTES=@OLD_SQL_NOTES» */;\n\n-- Dump completed\n";
    assert_split(MYSQL, dump);
    let plain = dump.replace(['«', '»'], "");
    let sql = Sql::read(&Source::decode("x.sql", plain.into_bytes()), None);
    assert_eq!((sql.engine, sql.certainty), (MYSQL, Certainty::Certain));
    assert_eq!(sql.statements.len(), 8);
    assert_split(MYSQL, "«SELECT 1 /*! + 1» */; «SELECT /*+ NO_MERGE(t) */ 2 */ 3»; «SELECT /* /*!50000 */ 4»");
    assert_eq!(read_as(MYSQL, "/*!50000 SELECT 1;").unclosed.map(|(_, what)| what), Some("version comment"));
}

#[test]
fn nothing_is_taken_for_what_postgresql_would_do() {
    let text = "CREATE TABLE a (b int); CREATE INDEX c ON a (b); ALTER TABLE a DROP COLUMN b; DROP TABLE a; SELECT 1; INSERT INTO a VALUES (1)";
    for engine in [MYSQL, Engine::Sqlite, Engine::SqlServer, Engine::ClickHouse, Engine::Other] {
        let sql = read_as(engine, text);
        let (unread, harmless) = sql.statements.split_at(4);
        assert!(unread.iter().all(|statement| matches!(statement.action, Action::Unread)), "{engine:?}");
        assert!(harmless.iter().all(|statement| matches!(statement.action, Action::Harmless)), "{engine:?}");
    }
}
