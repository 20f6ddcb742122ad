//! The one door to sqlparser: data types and column definitions, on slices of a statement.
//!
//! It never decides where anything stands, nor whether a statement counts. Long slices are not given to it: its trees
//! are dropped by recursion.

use sqlparser::ast::{ColumnDef, ColumnOption};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

const LONGEST_SLICE: usize = 4096;
const MAX_DEPTH: usize = 40;

/// What a column's definition says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Definition {
    /// The type in capitals, as people write it: `NUMERIC(10,2)`.
    pub data_type: String,
    /// Whether NULL is refused.
    pub required: bool,
    /// Whether there is a default.
    pub has_default: bool,
}

/// Reads what follows a column's name; `None` where sqlparser does not understand it.
pub fn definition(text: &str) -> Option<Definition> {
    if text.len() > LONGEST_SLICE {
        return None;
    }
    let parser = Parser::new(&PostgreSqlDialect {}).with_recursion_limit(MAX_DEPTH);
    let column = parser.try_with_sql(&format!("c {text}")).ok()?.parse_column_def().ok()?;
    Some(describe(&column))
}

fn describe(column: &ColumnDef) -> Definition {
    let has = |wanted: fn(&ColumnOption) -> bool| column.options.iter().any(|option| wanted(&option.option));
    Definition {
        data_type: column.data_type.to_string(),
        required: has(|option| matches!(option, ColumnOption::NotNull | ColumnOption::PrimaryKey { .. })),
        has_default: has(|option| matches!(option, ColumnOption::Default(_) | ColumnOption::Generated { .. })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_has_a_type_and_options() {
        let wanted =
            |data_type: &str, required, has_default| Some(Definition { data_type: data_type.to_owned(), required, has_default });
        assert_eq!(definition("numeric(10, 2) NOT NULL DEFAULT 0"), wanted("NUMERIC(10,2)", true, true));
        assert_eq!(definition("timestamptz"), wanted("TIMESTAMPTZ", false, false));
        assert_eq!(definition("text[] UNIQUE"), wanted("TEXT[]", false, false));
        assert_eq!(definition("bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"), wanted("BIGINT", true, true));
        assert_eq!(definition("(("), None);
    }

    #[test]
    fn a_monstrous_default_costs_nothing() {
        let sum = format!("int DEFAULT {}1", "1+".repeat(100_000));
        assert_eq!(definition(&sum), None);
        let nested = format!("int DEFAULT {}1{}", "(".repeat(500), ")".repeat(500));
        assert_eq!(definition(&nested), None);
    }
}
