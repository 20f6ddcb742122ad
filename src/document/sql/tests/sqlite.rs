use super::*;

#[test]
fn statements_of_sqlite_end_where_its_shell_ends_them() {
    for text in [
        r"«SELECT 'a\'»; «SELECT 'it''s;'»; «SELECT [a;b], `c;d`, x'00', :e, @f, ?1»;",
        "«SELECT /* a /* b; */ 1»; -- c;d\n«SELECT 5»--6;\n",
        "«CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = CASE WHEN d THEN 1 ELSE 2 END; DELETE FROM e; END»; «SELECT 1»;",
        "«CREATE TEMP TRIGGER IF NOT EXISTS t INSTEAD OF UPDATE OF f ON v FOR EACH ROW WHEN NEW.f BEGIN SELECT RAISE(ABORT, 'no;'); END»;\n«SELECT 1»",
        "«BEGIN TRANSACTION»; «PRAGMA foreign_keys=OFF»; «CREATE TABLE b (c text)»; «END»; «SELECT 1»",
        ".mode column\n«SELECT t.a»;\n.read 'b;c\n«SELECT .5, 1.e3»;",
        "«CREATE TABLE `a` (\n\t`b` text PRIMARY KEY\n)»;\n--> statement-breakpoint\n«CREATE INDEX `c` ON `a` (`b`)»\n",
    ] {
        assert_split(Engine::Sqlite, text);
    }
}
