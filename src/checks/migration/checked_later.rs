//! Constraints in two steps: they bind new rows first, and the old ones are checked while nobody waits.

use super::safe_way::{NOTHING, PATIENCE, SafeWay, folded, made_up};

/// A rule of a table that binds new rows at once and is checked against the old ones while nobody waits.
pub fn not_valid(table: &str, name: &str, rule: &str) -> SafeWay {
    not_valid_after(SafeWay::default(), table, name, rule)
}

/// The same, after something else.
pub fn not_valid_after(way: SafeWay, table: &str, name: &str, rule: &str) -> SafeWay {
    let back = format!("{PATIENCE}ALTER TABLE {table} DROP CONSTRAINT {name};");
    way.then(&format!("add_{name}"), format!("{PATIENCE}ALTER TABLE {table} ADD {rule} NOT VALID;"), back).then(
        &format!("validate_{name}"),
        format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name};"),
        NOTHING,
    )
}

/// NOT NULL after a check that nobody waits for. Table and column are as they are written.
pub fn not_null(table: &str, column: &str, version: u32) -> SafeWay {
    let name = made_up(table, &folded(column), "not_null");
    if version >= 18 {
        return not_valid(table, &name, &format!("CONSTRAINT {name} NOT NULL {column}"));
    }
    let check = not_valid(table, &name, &format!("CONSTRAINT {name} CHECK ({column} IS NOT NULL)"));
    // Before 12 the server does not take the check as a proof, so it stays.
    if version < 12 {
        return check;
    }
    check.then(
        &format!("require_{column}"),
        // In one ALTER TABLE the check would go first, and prove nothing any more.
        format!("{PATIENCE}ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;\nALTER TABLE {table} DROP CONSTRAINT {name};"),
        format!("{PATIENCE}ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL;"),
    )
}
