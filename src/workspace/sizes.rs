//! How many rows do tables have?
//!
//! Files of migrations do not tell. The configuration does: it calls tables small, or names a file that one query of
//! `psql` writes. A table of which nobody says anything is believed to hold many.

use std::collections::HashMap;

use crate::settings::Tables;
use crate::source::lines;
use crate::tree::Tree;

/// What is known of the sizes of tables.
#[derive(Clone, Debug, Default)]
pub struct Sizes {
    rows: HashMap<String, u64>,
    /// Who says so.
    file: String,
    small: Vec<String>,
    small_below: u64,
}

/// How many rows a table has.
#[derive(Clone, Copy, Debug)]
pub struct Size<'s> {
    rows: Option<u64>,
    file: &'s str,
    is_small: bool,
}

impl Size<'_> {
    /// Whether work on all of it takes no time.
    pub fn is_small(&self) -> bool {
        self.is_small
    }

    /// In words, with who says so.
    pub fn told(&self) -> String {
        match self.rows {
            Some(rows) => format!("{} rows, as {} says", grouped(rows), self.file),
            None => "few rows, as the configuration says".to_owned(),
        }
    }
}

/// Larger files of sizes are not read: a million tables have none.
const LARGEST: u64 = 8 << 20;

impl Sizes {
    /// What the configuration says, and the file that it names; and what is wrong with that.
    pub fn of_tree(tree: &dyn Tree, tables: &Tables) -> (Self, Option<String>) {
        let mut sizes = Self { small: tables.small.clone(), small_below: tables.small_below, ..Self::default() };
        let Some(file) = &tables.rows_file else { return (sizes, None) };
        sizes.file.clone_from(file);
        let Ok(bytes) = tree.read(file, LARGEST) else {
            return (sizes, Some("the file of table sizes cannot be read, so every table is believed to be large".to_owned()));
        };
        for line in lines(&String::from_utf8_lossy(&bytes)) {
            if let Some((table, rows)) = entry(line) {
                sizes.rows.insert(table, rows);
            }
        }
        let is_empty = sizes.rows.is_empty();
        (sizes, is_empty.then(|| "no line of it reads `schema,table,rows`, so every table is believed to be large".to_owned()))
    }

    /// That of a table by the name that people call it by; none where nobody says.
    pub fn of(&self, table: &str) -> Option<Size<'_>> {
        let short = table.strip_prefix("public.").unwrap_or(table);
        let rows = self.rows.get(short).copied();
        let is_listed = self.small.iter().any(|small| small.strip_prefix("public.").unwrap_or(small) == short);
        let is_small = is_listed || rows.is_some_and(|rows| rows < self.small_below);
        (is_listed || rows.is_some()).then_some(Size { rows, file: &self.file, is_small })
    }
}

/// `public,orders,120000000`.
fn entry(line: &str) -> Option<(String, u64)> {
    let (table, rows) = line.trim().rsplit_once(',')?;
    let rows = rows.trim().parse().ok()?;
    let (schema, name) = table.split_once(',')?;
    let unquoted = |text: &str| text.trim().trim_matches('"').to_owned();
    let (schema, name) = (unquoted(schema), unquoted(name));
    Some((if schema == "public" { name } else { format!("{schema}.{name}") }, rows))
}

/// `120,000,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == first {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Memory;

    #[test]
    fn a_file_and_a_list_say_how_large_tables_are() {
        let tree: Memory = [("rows.csv", "public,orders,120000000\napp,\"plans\",12\nno line\n")].into_iter().collect();
        let tables = Tables { small: vec!["countries".to_owned()], rows_file: Some("rows.csv".to_owned()), small_below: 1000 };
        let (sizes, wrong) = Sizes::of_tree(&tree, &tables);
        assert_eq!(wrong, None);
        let told = |name: &str| sizes.of(name).map(|size| (size.is_small(), size.told()));
        assert_eq!(told("orders"), Some((false, "120,000,000 rows, as rows.csv says".to_owned())));
        assert_eq!(told("app.plans"), Some((true, "12 rows, as rows.csv says".to_owned())));
        assert_eq!(told("public.countries"), Some((true, "few rows, as the configuration says".to_owned())));
        assert_eq!(told("invoices"), None, "nobody says");
        let missing = Tables { rows_file: Some("nowhere.csv".to_owned()), ..tables };
        assert!(Sizes::of_tree(&tree, &missing).1.is_some_and(|wrong| wrong.contains("cannot be read")));
    }

    #[test]
    fn numbers_are_grouped_as_people_read_them() {
        assert_eq!(["1", "999", "1,000", "12,345,678"].map(str::to_owned), [1, 999, 1_000, 12_345_678].map(grouped));
    }
}
