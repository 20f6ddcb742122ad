use super::*;

const MSSQL: Engine = Engine::SqlServer;

#[test]
fn batches_end_at_go_on_its_own_line() {
    for text in [
        "«SET ANSI_NULLS ON»\nGO\n«CREATE TABLE [dbo].[a;b] ([c] nvarchar(10) DEFAULT (N'd;e'))»\r\n  go 5 -- five times\r\n«SELECT 1»\nGO",
        "«SELECT go FROM a\nWHERE b = 1»;\n«SELECT 'x\nGO\ny'»\nGO\n",
        "«SELECT /* a /* b; */ c\nGO\n*/ 1»; «SELECT ']]', [d]]e;]»; «SELECT \"f;g\"»",
        "«SELECT @@rowcount, @a, #b.c FROM #b»; «SELECT ##d.e»",
        "«SELECT 1\nGOTO x»\nGO\n«SELECT go\nGO 1 2»\n",
    ] {
        assert_split(MSSQL, text);
    }
}

#[test]
fn blocks_and_routines_keep_their_semicolons() {
    for text in [
        "«IF OBJECT_ID('a') IS NULL BEGIN CREATE TABLE a (b int); SELECT CASE WHEN 1=1 THEN 2 END; END»; «SELECT 1»",
        "«BEGIN TRAN»; «UPDATE a SET b = 1»; «COMMIT TRAN»; «BEGIN TRANSACTION c»; «BEGIN DISTRIBUTED TRAN»; «SELECT 1»",
        "«BEGIN TRY SELECT 1; END TRY BEGIN CATCH THROW; END CATCH»; «SELECT 2»",
        "«CREATE OR ALTER PROCEDURE p @a int AS SET NOCOUNT ON; SELECT 1; IF @a = 1 BEGIN SELECT 2; END SELECT 3»;\nGO\n«SELECT 4»; «SELECT 5»",
        "«ALTER TRIGGER t ON a AFTER INSERT AS BEGIN SET NOCOUNT ON; DELETE FROM b; END»\nGO\n«CREATE UNIQUE INDEX function ON a (b)»; «SELECT 1»",
        "«END CONVERSATION @h»; «BEGIN DIALOG @h FROM SERVICE s TO SERVICE 't'»; «SELECT 1»",
        "«CREATE FUNCTION f() RETURNS @t TABLE (a int) AS BEGIN INSERT @t SELECT 1; RETURN; END»\nGO\n«GRANT SELECT ON f TO r»",
    ] {
        assert_split(MSSQL, text);
    }
}

#[test]
fn what_may_hold_a_second_statement_is_not_harmless() {
    for (text, harmless) in [
        ("SET NOCOUNT ON", true),
        ("SET NOCOUNT ON\nALTER TABLE a DROP COLUMN b", false),
        ("SELECT 1 DROP TABLE a", false),
        ("BEGIN TRANSACTION a", true),
        ("BEGIN ALTER TABLE a ADD b int; END", false),
    ] {
        let sql = read_as(MSSQL, text);
        assert_eq!(matches!(sql.statements[0].action, Action::Harmless), harmless, "{text}");
    }
}
