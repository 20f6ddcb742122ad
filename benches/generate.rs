//! Repositories of any size, the same every time: no big data in the tree.

#![allow(clippy::cast_possible_truncation, reason = "small numbers")]

use std::fmt::Write as _;

use gonogo::tree::Memory;

/// A small generator of numbers (xorshift), seeded.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// A migration of a few statements; one in eight has something to find.
pub fn migration(number: usize, dice: &mut Dice) -> String {
    let mut sql = format!("-- migration {number}\nCREATE TABLE t{number} (\n    id bigint PRIMARY KEY,\n");
    for column in 0..3 + dice.roll(6) {
        let _ = writeln!(
            sql,
            "    c{column} {},",
            ["text NOT NULL", "int DEFAULT 0", "timestamptz", "numeric(10, 2)"][dice.roll(4) as usize]
        );
    }
    sql.push_str("    at timestamptz NOT NULL DEFAULT now()\n);\n");
    let _ = writeln!(sql, "CREATE INDEX t{number}_at ON t{number} (at);\nINSERT INTO t{number} (id) VALUES (1), (2);");
    if number > 0 && dice.roll(8) == 0 {
        let _ = writeln!(sql, "CREATE INDEX t{number}_old ON t{} (at);", dice.roll(number as u64));
    } else {
        let _ = writeln!(sql, "ALTER TABLE t{} ADD COLUMN n{number} text;", dice.roll(number as u64 + 1));
    }
    sql
}

/// A Deployment with its Service; one in eight has something to find.
pub fn manifest(number: usize, dice: &mut Dice) -> String {
    let tag = if dice.roll(8) == 0 { "latest" } else { "1.4.2" };
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-{number}\n  labels:\n    app: web-{number}\nspec:\n  replicas: 3\n  \
         selector:\n    matchLabels:\n      app: web-{number}\n  template:\n    metadata:\n      labels:\n        app: web-{number}\n    spec:\n      \
         containers:\n        - name: web\n          image: registry.example/web:{tag}\n          ports:\n            - name: http\n              \
         containerPort: 8080\n          env:\n            - name: LOG_LEVEL\n              value: \"info\"\n          readinessProbe:\n            \
         httpGet:\n              path: /readyz\n              port: http\n          livenessProbe:\n            httpGet:\n              \
         path: /livez\n              port: http\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web-{number}\nspec:\n  selector:\n    \
         app: web-{number}\n  ports:\n    - port: 80\n      targetPort: http\n"
    )
}

/// Settings for three environments, complete but for one key in production.
pub fn settings(number: usize, keys: usize) -> Vec<(String, String)> {
    ["development", "staging", "production"]
        .iter()
        .map(|environment| {
            let missing = if *environment == "production" { keys / 2 } else { usize::MAX };
            let lines = (0..keys).filter(|key| *key != missing).map(|key| format!("KEY_{key}=value-{key}-{environment}\n"));
            (format!("service-{number}/.env.{environment}"), lines.collect())
        })
        .collect()
}

/// Properties with dotted names, an escape and a comment now and then.
pub fn dotted(keys: usize) -> String {
    (0..keys)
        .map(|key| {
            let note = if key % 8 == 0 { "# what this is for\n" } else { "" };
            format!("{note}service.part-{}.key{key} = value\\u0020{key}\n", key % 16)
        })
        .collect()
}

/// Sections of a few settings each, texts between these quotes.
pub fn sections(count: usize, quote: &str) -> String {
    (0..count)
        .map(|section| {
            format!(
                "[section{section}]\n# what this is for\nname = {quote}value {section}{quote}\nport = {section}\n\
                 address = {quote}http://service-{section}.example/path{quote} # a comment\nenabled = true\n\n"
            )
        })
        .collect()
}

/// JSON with a comment after each setting and a comma after the last.
pub fn commented_json(keys: usize) -> String {
    let lines: String = (0..keys).map(|key| format!("\t\"key{key}\": [\"value // {key}\", {key}, true,], // why\n")).collect();
    format!("{{\n{lines}}}\n")
}

/// A repository with this many migrations and manifests, and a tenth as many services with settings.
pub fn repository(size: usize) -> Memory {
    let mut dice = Dice::new(42);
    let mut tree = Memory::default();
    for number in 0..size {
        tree.insert(format!("db/migrations/{number:05}_step.up.sql"), migration(number, &mut dice));
        tree.insert(format!("db/migrations/{number:05}_step.down.sql"), format!("DROP TABLE t{number};\n"));
        tree.insert(format!("k8s/web-{number}.yaml"), manifest(number, &mut dice));
    }
    for number in 0..size / 10 {
        for (path, text) in settings(number, 20) {
            tree.insert(path, text);
        }
    }
    tree
}
