//! What a real server does with one statement: its locks, its files, its reads, and what a second session cannot do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::record::{Locks, Relation, Seen, derived, explains, refused, strength, strengthen, told};
use super::server::Server;
use super::session::{Answer, Refusal, Session};

/// Takes away whatever an earlier statement has left.
pub const WIPE: &str = r"DO $$ DECLARE r record; BEGIN
FOR r IN SELECT format('DROP PUBLICATION %I', pubname) AS sql FROM pg_publication
  UNION ALL SELECT format('DROP EVENT TRIGGER %I', evtname) FROM pg_event_trigger
  UNION ALL SELECT format('DROP EXTENSION %I CASCADE', extname) FROM pg_extension WHERE extname <> 'plpgsql'
  UNION ALL SELECT format('DROP FOREIGN DATA WRAPPER IF EXISTS %I CASCADE', fdwname) FROM pg_foreign_data_wrapper
  UNION ALL SELECT format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
  UNION ALL SELECT 'CREATE SCHEMA public'
  UNION ALL SELECT 'GRANT ALL ON SCHEMA public TO public'
  UNION ALL SELECT format('DROP OWNED BY %I CASCADE', rolname) FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres'
  UNION ALL SELECT format('DROP ROLE %I', rolname) FROM pg_roles
    WHERE rolname !~ '^pg_' AND rolname NOT IN ('postgres', 'app_role', 'other_role')
LOOP EXECUTE r.sql; END LOOP; END $$";

const RELATIONS: &str = "SELECT c.oid, CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname,
c.relkind::text, coalesce(pg_relation_filenode(c.oid), 0),
CASE WHEN c.relkind IN ('r', 'm', 'i', 'S') THEN pg_relation_size(c.oid) / 8192 ELSE 0 END, coalesce(i.indrelid, 0)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'i', 'I')";

/// Whoever holds up a statement that runs outside a transaction: what it is called, and what it holds on a table.
const HOLDERS: &[(&str, &str)] =
    &[("maintenance of ", "SHARE UPDATE EXCLUSIVE"), ("readers of ", "ACCESS SHARE"), ("writers of ", "ROW EXCLUSIVE")];

/// Measures entries of a catalogue on one server.
pub struct Bench<'a> {
    server: &'a Server,
    /// The second session.
    second: Session,
}

fn relations(answer: &Answer) -> Vec<Relation> {
    let read = |row: &String| {
        let columns: Vec<&str> = row.split('\t').collect();
        let number = |at: usize| columns.get(at)?.parse().ok();
        let (name, kind) = ((*columns.get(1)?).to_owned(), (*columns.get(2)?).to_owned());
        Some(Relation { oid: number(0)?, name, kind, file: number(3)?, pages: number(4)?, of: number(5)? })
    };
    answer.rows.iter().filter_map(read).collect()
}

fn pairs(answer: &Answer) -> BTreeMap<u64, u64> {
    let read = |row: &String| row.split_once('\t').and_then(|(oid, count)| Some((oid.parse().ok()?, count.parse().ok()?)));
    answer.rows.iter().filter_map(read).collect()
}

fn list(before: &[Relation]) -> String {
    let oids: Vec<String> = before.iter().map(|relation| relation.oid.to_string()).collect();
    format!("unnest(ARRAY[{}]::oid[]) AS o", oids.join(","))
}

fn quoted(name: &str) -> String {
    name.split('.').map(|part| format!("\"{part}\"")).collect::<Vec<_>>().join(".")
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

impl<'a> Bench<'a> {
    pub fn new(server: &'a Server) -> Result<Self, String> {
        Ok(Self { server, second: server.session()? })
    }

    /// What the server does with an entry of a catalogue, in the words of the catalogue.
    pub fn measure(&mut self, entry: &Value) -> Result<Value, String> {
        let mut first = match self.prepare(entry)? {
            Ok(session) => session,
            Err(refusal) => {
                return Ok(json!({"status": "setup_unsupported", "error": format!("{} {}", refusal.state, refusal.message)}));
            }
        };
        let sql = entry["sql"].as_str().ok_or("no statement")?;
        let before = relations(&self.second.ask(RELATIONS)?);
        let reads = format!("SELECT o, pg_stat_get_xact_blocks_fetched(o) FROM {}", list(&before));
        first.ask("BEGIN")?;
        let base = pairs(&first.ask(&reads)?);
        match first.ask(sql)?.error {
            Some(refusal) if refusal.state == "25001" => {
                first.ask("ROLLBACK")?;
                drop(first);
                self.outside(entry, sql)
            }
            Some(refusal) => Ok(refused(&refusal, true)),
            None => {
                let locks = self.locks(first.pid)?;
                let blocks = self.blocked(&before, &locks)?;
                let mut counted = pairs(&first.ask(&reads)?);
                for (oid, count) in &mut counted {
                    *count = count.saturating_sub(base.get(oid).copied().unwrap_or(0));
                }
                let after = relations(&first.ask(RELATIONS)?);
                first.ask("ROLLBACK")?;
                Ok(told(&before, &Seen { locks, after, reads: counted, blocks, waits_for: None }))
            }
        }
    }

    /// A session in which all is ready for the statement.
    fn prepare(&mut self, entry: &Value) -> Result<Result<Session, Refusal>, String> {
        if let Some(refusal) = self.second.ask(WIPE)?.error {
            return Err(format!("the database cannot be emptied: {}", refusal.message));
        }
        let mut first = self.server.session()?;
        for part in ["setup", "session"] {
            for sql in texts(&entry[part]) {
                if let Some(refusal) = first.ask(sql)?.error {
                    return Ok(Err(refusal));
                }
            }
        }
        Ok(Ok(first))
    }

    fn ready(&mut self, entry: &Value) -> Result<Session, String> {
        self.prepare(entry)?.map_err(|refusal| format!("the setup worked once and then not: {}", refusal.message))
    }

    /// The strongest lock of a session on each relation, held or waited for.
    fn locks(&mut self, pid: u32) -> Result<Locks, String> {
        let asked = format!("SELECT relation, mode FROM pg_locks WHERE locktype = 'relation' AND pid = {pid}");
        let mut locks = Locks::new();
        for row in self.second.ask(&asked)?.rows {
            let Some((oid, mode)) = row.split_once('\t') else { continue };
            strengthen(&mut locks, oid.parse().map_err(|_| "no number")?, mode);
        }
        Ok(locks)
    }

    /// What the second session cannot do, tried.
    fn blocked(&mut self, before: &[Relation], locks: &Locks) -> Result<BTreeMap<String, Vec<String>>, String> {
        let mut script = "SET lock_timeout = '3ms';\n".to_owned();
        for relation in before.iter().filter(|relation| matches!(&*relation.kind, "r" | "p" | "v" | "m" | "f")) {
            let name = quoted(&relation.name);
            let _ = writeln!(
                script,
                "SELECT format('%I', attname) AS col FROM pg_attribute a WHERE attrelid = {} AND attnum > 0 AND NOT \
                 attisdropped ORDER BY atthasdef, attidentity, attnum LIMIT 1 \\gset",
                relation.oid
            );
            let mut tries = vec![("select", format!("SELECT FROM {name} LIMIT 1"))];
            if matches!(&*relation.kind, "r" | "p" | "f") {
                tries.push(("insert", format!("INSERT INTO {name} SELECT * FROM {name} LIMIT 1")));
                tries.push(("update", format!("UPDATE {name} SET :col = :col WHERE ctid = '(0,1)'")));
            }
            for (what, sql) in tries {
                let _ = writeln!(script, "BEGIN;\n{sql};\n\\echo TRIED {} {what} :SQLSTATE\nROLLBACK;", relation.oid);
            }
        }
        script.push_str("RESET lock_timeout");
        let mut blocks: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in self.second.ask(&script)?.rows {
            let Some(("55P03", tried)) = row.strip_prefix("TRIED ").and_then(|said| said.rsplit_once(' ')).map(|(a, b)| (b, a))
            else {
                continue;
            };
            let Some((oid, what)) = tried.split_once(' ') else { continue };
            let Some(relation) = before.iter().find(|relation| relation.oid.to_string() == oid) else { continue };
            let is_row = !explains(before, locks);
            // The row inserted is one that is there already: it waits for whoever takes that one away.
            if is_row && what == "insert" {
                continue;
            }
            let suffix = if is_row { " (row lock)" } else { "" };
            blocks.entry(relation.name.clone()).or_default().push(format!("{what}{suffix}"));
        }
        Ok(blocks)
    }

    /// A statement that refuses to run in a transaction.
    fn outside(&mut self, entry: &Value, sql: &str) -> Result<Value, String> {
        let mut first = self.ready(entry)?;
        if let Some(refusal) = first.ask(sql)?.error {
            return Ok(refused(&refusal, false));
        }
        drop(first);
        // The setup's reads are reported when its session ends, and forgotten then.
        let setup = self.ready(entry)?;
        self.see_off(setup)?;
        let before = relations(&self.second.ask(RELATIONS)?);
        self.second.ask("SELECT pg_stat_reset()")?;
        let mut first = self.server.session()?;
        for setting in texts(&entry["session"]) {
            first.ask(setting)?;
        }
        first.ask(sql)?;
        self.see_off(first)?;
        let after = relations(&self.second.ask(RELATIONS)?);
        let reads = self.reported(&before)?;
        let (locks, waits_for) = self.held_up(entry, sql, &before)?;
        let blocks = derived(&before, &locks);
        Ok(told(&before, &Seen { locks, after, reads, blocks, waits_for: Some(waits_for) }))
    }

    /// Ends a session and waits until its server process is gone, which outlives the client and reports its reads last.
    fn see_off(&mut self, session: Session) -> Result<(), String> {
        let asked = format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {}", session.pid);
        drop(session);
        let start = Instant::now();
        while self.second.ask(&asked)?.rows.first().is_none_or(|count| count != "0") {
            if start.elapsed() > Duration::from_secs(15) {
                return Err("a session that was closed does not end".to_owned());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Reads as the server has counted them. Before version 15 a collector writes them down, which takes it a moment.
    fn reported(&mut self, before: &[Relation]) -> Result<BTreeMap<u64, u64>, String> {
        if self.server.major < 15 {
            std::thread::sleep(Duration::from_millis(1200));
        }
        self.second.ask("SELECT pg_stat_clear_snapshot()")?;
        let asked = format!("SELECT o, pg_stat_get_blocks_fetched(o) FROM {}", list(before));
        Ok(pairs(&self.second.ask(&asked)?))
    }

    /// Lets others hold up the statement, each in turn, and sees which locks it has and wants meanwhile.
    fn held_up(&mut self, entry: &Value, sql: &str, before: &[Relation]) -> Result<(Locks, BTreeSet<String>), String> {
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let mut waits_for = BTreeSet::new();
        let tables = before.iter().filter(|relation| matches!(&*relation.kind, "r" | "p" | "m"));
        let mut holders = vec![("an old snapshot anywhere".to_owned(), "SELECT count(*) FROM pg_class".to_owned())];
        for table in tables {
            let name = quoted(&table.name);
            for (who, mode) in HOLDERS {
                let holds = match (&*table.kind, *mode) {
                    // One who reads locks the indexes too.
                    (_, "ACCESS SHARE") => format!("SELECT FROM ONLY {name} LIMIT 1"),
                    ("m", "SHARE UPDATE EXCLUSIVE") => format!("ANALYZE {name}"),
                    ("m", _) => continue,
                    (_, mode) => format!("LOCK TABLE ONLY {name} IN {mode} MODE"),
                };
                holders.push((format!("{who}{}", table.name), holds));
            }
        }
        for (who, holds) in holders {
            let mut first = self.ready(entry)?;
            let again = relations(&self.second.ask(RELATIONS)?);
            let mut holder = self.server.session()?;
            // Only one who looks has a snapshot that is waited for.
            let is_snapshot = who.starts_with("an old");
            holder.ask(if is_snapshot { "BEGIN ISOLATION LEVEL REPEATABLE READ" } else { "BEGIN" })?;
            holder.ask(&holds)?;
            first.send(sql)?;
            let waits = self.watch(&mut first, holder.pid, &again, &mut names)?;
            if waits {
                waits_for.insert(who);
            }
            holder.ask("ROLLBACK")?;
            drop(holder);
            if waits {
                first.answer(Duration::from_secs(20))?.ok_or("the statement never ended")?;
            }
        }
        let locks = before.iter().filter_map(|relation| Some((relation.oid, names.get(&relation.name)?.clone())));
        Ok((locks.collect(), waits_for))
    }

    /// Watches a statement until it waits for the holder or is over; says whether it waits.
    fn watch(
        &mut self,
        first: &mut Session,
        holder: u32,
        relations: &[Relation],
        names: &mut BTreeMap<String, String>,
    ) -> Result<bool, String> {
        let start = Instant::now();
        // Not for whoever else: one who only looks, as this session does, is waited for too while it looks.
        let asked = format!("SELECT count(*) FROM unnest(pg_blocking_pids({})) AS pid WHERE pid = {holder}", first.pid);
        loop {
            // In this order: once it waits it takes no further lock.
            let waits = self.second.ask(&asked)?.rows.first().is_some_and(|count| count != "0");
            for (oid, mode) in self.locks(first.pid)? {
                let Some(relation) = relations.iter().find(|relation| relation.oid == oid) else { continue };
                let known = names.entry(relation.name.clone()).or_default();
                if strength(&mode) > strength(known) {
                    *known = mode;
                }
            }
            if waits {
                return Ok(true);
            }
            if first.answer(Duration::from_millis(2))?.is_some() {
                return Ok(false);
            }
            if start.elapsed() > Duration::from_secs(15) {
                return Err("the statement neither ends nor waits".to_owned());
            }
        }
    }
}
