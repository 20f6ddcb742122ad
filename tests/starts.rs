//! What no migration made, a dump beside the migrations tells of: as far as it comes before what is pending, and never
//! against what the migrations themselves say.

use crate::repository::{Repository, findings};
use crate::support::gonogo;

/// As dbmate leaves it beside its migrations: `customers` is older than they are.
const DUMP: &str = "\\restrict x\n\n-- Dumped from database version 16.3\n\nSET statement_timeout = 0;\n\
SELECT pg_catalog.set_config('search_path', '', false);\n\n\
CREATE TYPE public.mood AS ENUM (\n    'sad',\n    'ok'\n);\n\nALTER TYPE public.mood OWNER TO app;\n\n\
CREATE TABLE public.customers (\n    id bigint NOT NULL,\n    email character varying(255) NOT NULL,\n    \
nick character varying(20),\n    code integer,\n    mood public.mood DEFAULT 'ok'::public.mood\n);\n\n\
ALTER TABLE public.customers OWNER TO app;\n\n\
CREATE TABLE public.orders (\n    id bigint NOT NULL,\n    customer_id bigint NOT NULL\n);\n\n\
CREATE VIEW public.codes AS\n SELECT customers.code\n   FROM public.customers;\n\n\
COPY public.customers (id, email) FROM stdin;\n1\ta;DROP TABLE x\n\\.\n\n\
ALTER TABLE ONLY public.customers\n    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);\n\n\
ALTER TABLE ONLY public.orders\n    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);\n\n\
CREATE INDEX orders_customer_id_idx ON public.orders USING btree (customer_id);\n\n\
ALTER TABLE ONLY public.orders\n    ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id);\n\n\
\\unrestrict x\n\n--\n-- Dbmate schema migrations\n--\n\nINSERT INTO public.schema_migrations (version) VALUES\n    ('20240101000000');\n";

const ORDERS: &str = "-- migrate:up\n\
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id));\n\
CREATE INDEX orders_customer_id_idx ON orders (customer_id);\n-- migrate:down\nDROP TABLE orders;\n";

/// A repository of dbmate in which `orders` has shipped and `text` is pending.
fn dbmate(dump: &str, text: &str) -> Repository {
    let repository = Repository::new(&[("db/schema.sql", dump), ("db/migrations/20240101000000_orders.sql", ORDERS)]);
    let text = format!("-- migrate:up\nSET lock_timeout = '1s';\n{text}\n-- migrate:down\nSELECT 1;\n");
    repository.branch("feature").write("db/migrations/20240201000000_next.sql", &text);
    repository
}

/// The rules that speak, of those that ask what a table looks like.
fn rules(repository: &Repository, arguments: &[&str]) -> Vec<String> {
    let run = repository.check(arguments);
    let of_line = |line: &str| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned());
    let mut rules: Vec<String> = findings(&run).into_iter().filter_map(of_line).collect();
    rules.retain(|rule| !rule.ends_with("-down") && rule != "lock-without-timeout");
    rules
}

const WIDER: &str = "ALTER TABLE customers ALTER COLUMN nick TYPE varchar(40);";

#[test]
fn what_is_pending_meets_the_tables_of_the_dump() {
    for (text, expected) in [
        // Free, and known to be.
        (WIDER, &[][..]),
        ("ALTER TABLE customers ALTER COLUMN email SET NOT NULL;", &[]),
        ("ALTER TABLE customers ALTER COLUMN nick SET NOT NULL;", &["blocking-constraint"]),
        ("ALTER TABLE customers ALTER COLUMN id TYPE text;", &["rewriting-type-change"]),
        // A view that no migration makes is in the way.
        ("ALTER TABLE customers ALTER COLUMN code TYPE bigint;", &["dependent-view"]),
        // The other side of a foreign key.
        ("CREATE TABLE a (id bigint PRIMARY KEY, c text REFERENCES customers (id));", &["foreign-key-type-mismatch"]),
    ] {
        assert_eq!(rules(&dbmate(DUMP, text), &[]), expected, "{text}");
    }
    let run = gonogo(dbmate(DUMP, "ALTER TABLE customers ALTER COLUMN nick SET NOT NULL;").0.path(), &["check"]);
    assert!(run.out.contains("customers looks as db/schema.sql says; no migration here makes it"), "{}", run.out);
}

#[test]
fn a_table_of_which_nobody_tells_stays_unknown() {
    let hand_written = DUMP.replace("pg_catalog.set_config", "set_config").replace("Dumped from", "from");
    let elsewhere = DUMP.replace("public.customers", "public.clients");
    for dump in [hand_written.as_str(), elsewhere.as_str(), ""] {
        let repository = dbmate(dump, WIDER);
        assert_eq!(rules(&repository, &[]), ["rewriting-type-change"], "{dump}");
        let list = gonogo(repository.0.path(), &["migrations"]);
        assert!(!list.out.contains("starts from"), "{}", list.out);
    }
}

#[test]
fn the_dump_of_the_base_counts_whatever_was_written_since() {
    // The pending migration has been run, and its dump lies beside it.
    let after = DUMP.replace("varying(20)", "varying(40)").replace("0000');", "0000'),\n    ('20240201000000');");
    let repository = dbmate(DUMP, WIDER);
    repository.write("db/schema.sql", &after);
    assert_eq!(rules(&repository, &[]), Vec::<String>::new());
    // Narrower than it was, however it looks by now.
    let repository =
        dbmate(&after.replace(",\n    ('20240201000000')", ""), "ALTER TABLE customers ALTER COLUMN nick TYPE varchar(20);");
    repository.write("db/schema.sql", DUMP);
    assert_eq!(rules(&repository, &[]), ["narrowed-type", "rewriting-type-change"]);
}

#[test]
fn a_dump_of_a_later_day_tells_nothing_of_what_changes() {
    let after = DUMP.replace("varying(20)", "varying(40)").replace("0000');", "0000'),\n    ('20240201000000');");
    // Nothing has shipped as far as anybody asks, so the dump may be younger.
    let repository = dbmate(&after, WIDER);
    assert_eq!(rules(&repository, &["--all"]), ["rewriting-type-change"]);
    // Where it lists what has run, its day is known.
    let repository = dbmate(DUMP, WIDER);
    repository.write("gonogo.toml", "[[migrations]]\npath = \"db/migrations/\"\napplied-through = \"20240101000000\"\n");
    assert_eq!(rules(&repository, &[]), Vec::<String>::new());
    repository.write("db/schema.sql", &after);
    assert_eq!(rules(&repository, &[]), ["rewriting-type-change"]);
    // The key that nothing changes still has its type.
    let text = "CREATE TABLE a (id bigint PRIMARY KEY, c text REFERENCES customers (id));";
    repository.write("db/migrations/20240201000000_next.sql", &format!("-- migrate:up\n{text}\n"));
    assert_eq!(rules(&repository, &[]), ["foreign-key-type-mismatch"]);
}

#[test]
fn what_the_migrations_make_is_theirs_alone() {
    // The dump has all of it; none of it is there twice, and none is missing.
    let text = "ALTER TABLE orders ADD COLUMN note text;\nCREATE TABLE notes (id bigint PRIMARY KEY);\nDROP TABLE orders;";
    let after = DUMP.replace("customer_id bigint NOT NULL\n", "customer_id bigint NOT NULL,\n    note text\n");
    let after = after.replace("CREATE VIEW", "CREATE TABLE public.notes (id bigint NOT NULL);\n\nCREATE VIEW");
    for dump in [DUMP, after.as_str()] {
        let text =
            format!("{text}\nALTER TABLE customers ADD COLUMN since date;\nALTER TABLE customers RENAME COLUMN nick TO code;");
        assert_eq!(rules(&dbmate(dump, &text), &[]), ["dropped-table", "renamed-column"], "{dump}");
    }
}

#[test]
fn of_two_databases_nobody_knows_which_it_tells() {
    let repository = dbmate(DUMP, WIDER);
    repository.write("db/others/1_a.sql", "CREATE TABLE others (id int);\n");
    assert_eq!(rules(&repository, &[]), ["rewriting-type-change"]);
}

#[test]
fn the_list_names_the_dump() {
    let repository = dbmate(DUMP, WIDER);
    let text = gonogo(repository.0.path(), &["migrations"]).out;
    assert!(
        text.contains("  starts from db/schema.sql, which tells of a table that no migration here makes: customers\n"),
        "{text}"
    );
    let json = gonogo(repository.0.path(), &["migrations", "--output", "json"]).out;
    let list: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(list["sets"][0]["starts_from"], "db/schema.sql");
    assert_eq!(list["sets"][0]["told_tables"], serde_json::json!(["customers"]));
}

const PRISMA: &str = "datasource db {\n  provider = \"postgresql\"\n}\n\nmodel Customer {\n  id    Int    @id\n  email String @db.VarChar(20)\n\n  \
@@map(\"customers\")\n}\n\nmodel Order {\n  id Int @id\n}\n";

#[test]
fn prisma_tells_what_its_history_lacks() {
    let repository = Repository::new(&[
        ("prisma/schema.prisma", PRISMA),
        ("prisma/migrations/migration_lock.toml", "provider = \"postgresql\"\n"),
        ("prisma/migrations/20240101000000_a/migration.sql", "CREATE TABLE \"Order\" (\"id\" INTEGER NOT NULL);\n"),
    ]);
    let text = "SET lock_timeout = '1s';\nALTER TABLE \"customers\" ALTER COLUMN \"email\" SET DATA TYPE VARCHAR(40);\n";
    repository.branch("feature").write("prisma/migrations/20240201000000_b/migration.sql", text);
    repository.write("prisma/schema.prisma", &PRISMA.replace("(20)", "(40)"));
    assert_eq!(rules(&repository, &[]), Vec::<String>::new());
    // In parts, in a folder.
    let (head, rest) = PRISMA.split_once("model").expect("models");
    repository.git(&["checkout", "-q", "main"]);
    repository.remove("prisma/schema.prisma").write("prisma/schema/main.prisma", head);
    repository.write("prisma/schema/more/all.prisma", &format!("model{rest}")).commit("in parts");
    repository.git(&["checkout", "-q", "-b", "later"]);
    assert_eq!(rules(&repository, &[]), Vec::<String>::new());
}

#[test]
fn drizzle_tells_what_it_found_in_a_database_that_was_there() {
    let snapshot = |length: u32| {
        format!(
            r#"{{"version": "7", "dialect": "postgresql", "tables": {{"public.customers": {{"name": "customers", "schema": "",
            "columns": {{"email": {{"name": "email", "type": "varchar({length})", "notNull": false}}}}}}}}}}"#
        )
    };
    let journal = |tags: &[&str]| {
        let entries = tags.iter().enumerate().map(|(at, tag)| format!(r#"{{"idx": {at}, "tag": "{tag}"}}"#));
        format!(r#"{{"dialect": "postgresql", "entries": [{}]}}"#, entries.collect::<Vec<_>>().join(", "))
    };
    let repository = Repository::new(&[
        ("d/meta/_journal.json", &journal(&["0000_found"])),
        ("d/meta/0000_snapshot.json", &snapshot(20)),
        ("d/0000_found.sql", "-- It was there.\n/*\nCREATE TABLE \"customers\" (\"email\" varchar(20));\n*/\n"),
    ]);
    let text = "SET lock_timeout = '1s';--> statement-breakpoint\nALTER TABLE \"customers\" ALTER COLUMN \"email\" SET DATA TYPE varchar(40);";
    repository.branch("feature").write("d/0001_wider.sql", text).write("d/meta/0001_snapshot.json", &snapshot(40));
    repository.write("d/meta/_journal.json", &journal(&["0000_found", "0001_wider"]));
    assert_eq!(rules(&repository, &[]), Vec::<String>::new());
    // From the beginning, too: the first one does nothing.
    assert_eq!(rules(&repository, &["--all"]), Vec::<String>::new());
    repository.write("d/meta/0000_snapshot.json", &snapshot(60));
    assert_eq!(rules(&repository, &["--all"]), ["narrowed-type", "rewriting-type-change"]);
    repository.remove("d/meta/0000_snapshot.json");
    assert_eq!(rules(&repository, &["--all"]), ["rewriting-type-change"]);
}
