//! Can every value of one type be a value of another?

use std::sync::Arc;

use super::{ColumnType, Definition, Schema};
use crate::document::sql::Modifier;

/// What holds whole numbers, the smallest first.
const WHOLE: &[&str] = &["int2", "int4", "int8"];

/// What holds any text of some length.
const TEXTS: &[&str] = &["varchar", "bpchar", "text", "citext"];

/// The digits of a second that a time keeps where none are said.
const FINEST: i64 = 6;

impl Schema {
    /// Whether some values of one type are none of the other, as far as anybody can tell: they are refused or cut.
    pub fn narrows(&self, from: &ColumnType, to: &ColumnType) -> bool {
        if from.name.is_empty() || to.name.is_empty() || from.is_array != to.is_array {
            return false;
        }
        if let (Some(old), Some(new)) = (self.labels(from), self.labels(to)) {
            return old.iter().any(|label| !new.contains(label));
        }
        let (one, other) = (self.base(from), self.base(to));
        if one.user.is_some() || other.user.is_some() {
            // Any text is no label.
            return other.user.is_some() && self.labels(other).is_some() && TEXTS.contains(&&*one.name);
        }
        if one.name == other.name {
            return shrinks(one, other);
        }
        let whole = |it: &ColumnType| WHOLE.iter().position(|name| **name == *it.name);
        let is_text = |it: &ColumnType| TEXTS.contains(&&*it.name);
        match (&*one.name, &*other.name) {
            _ if is_text(one) && is_text(other) => match (number(one, 0), number(other, 0)) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(old), Some(new)) => new < old,
            },
            // Text holds everything that can be written down; a limit cuts what is longer.
            (_, text) if TEXTS.contains(&text) => false,
            (text, "json" | "jsonb" | "bytea" | "xml") if TEXTS.contains(&text) => text != "json" && &*other.name != "bytea",
            (text, _) if TEXTS.contains(&text) => is_plain(&other.name),
            ("numeric" | "float8" | "float4" | "int8" | "int4", "numeric") => number(other, 0).is_some(),
            ("numeric" | "float8" | "float4", "int2" | "int4" | "int8")
            | ("float8", "float4")
            | ("timestamp" | "timestamptz", "date" | "time") => true,
            _ => matches!((whole(one), whole(other)), (Some(old), Some(new)) if new < old),
        }
    }

    fn labels(&self, data_type: &ColumnType) -> Option<&Vec<Arc<str>>> {
        match &self.user_type(data_type.user?)?.definition {
            Definition::Enum(labels) => Some(labels),
            _ => None,
        }
    }
}

/// Types that not every text is a value of.
fn is_plain(name: &str) -> bool {
    let plain = ["numeric", "float4", "float8", "uuid", "bool", "date", "timestamp", "timestamptz", "time", "interval", "inet"];
    WHOLE.contains(&name) || plain.contains(&name)
}

/// Whether a modifier lets less through than before.
fn shrinks(from: &ColumnType, to: &ColumnType) -> bool {
    let (old, new) = (|at| number(from, at), |at| number(to, at));
    match &*to.name {
        "varchar" | "bpchar" | "varbit" | "bit" => match (old(0), new(0)) {
            // A char without a length holds one character.
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(old), Some(new)) => new < old,
        },
        "numeric" => match (old(0), new(0)) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(old_digits), Some(new_digits)) => {
                let (old_scale, new_scale) = (old(1).unwrap_or(0), new(1).unwrap_or(0));
                new_scale < old_scale || new_digits - new_scale < old_digits - old_scale
            }
        },
        "timestamp" | "timestamptz" | "time" | "timetz" | "interval" => new(0).unwrap_or(FINEST) < old(0).unwrap_or(FINEST),
        _ => false,
    }
}

fn number(data_type: &ColumnType, at: usize) -> Option<i64> {
    match data_type.modifiers.get(at)? {
        Modifier::Number(number) => Some(*number),
        Modifier::Word(_) => None,
    }
}

impl ColumnType {
    /// The type as people write it.
    pub fn shown(&self) -> String {
        let name = match &*self.name {
            "" => "a type that is not known",
            "int2" => "smallint",
            "int4" => "integer",
            "int8" => "bigint",
            "float4" => "real",
            "float8" => "double precision",
            "bool" => "boolean",
            "bpchar" => "char",
            name => name,
        };
        let modifier = |modifier: &Modifier| match modifier {
            Modifier::Number(number) => number.to_string(),
            Modifier::Word(word) => word.to_string(),
        };
        let modifiers: Vec<String> = self.modifiers.iter().map(modifier).collect();
        let modifiers = if modifiers.is_empty() { String::new() } else { format!("({})", modifiers.join(", ")) };
        format!("{name}{modifiers}{}", if self.is_array { "[]" } else { "" })
    }

    /// Whether it is the same type, also where one of them was made again since.
    pub fn is_like(&self, other: &Self) -> bool {
        let same = self.name == other.name && self.modifiers == other.modifiers;
        same && self.is_array == other.is_array && self.finest == other.finest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> ColumnType {
        let (name, rest) = text.split_once('(').unwrap_or((text, ""));
        let numbers = rest.trim_end_matches(')').split(',').filter_map(|number| number.trim().parse().ok());
        ColumnType { name: name.into(), modifiers: numbers.map(Modifier::Number).collect(), ..ColumnType::default() }
    }

    #[test]
    fn what_fits_and_what_does_not() {
        let schema = Schema::default();
        let table = [
            ("int8", "int4", true),
            ("int4", "int8", false),
            ("text", "varchar(50)", true),
            ("varchar(50)", "varchar(20)", true),
            ("varchar(20)", "varchar(50)", false),
            ("varchar(20)", "text", false),
            ("text", "int4", true),
            ("text", "uuid", true),
            ("text", "jsonb", true),
            ("int4", "text", false),
            ("numeric(10,2)", "numeric(12,2)", false),
            ("numeric(10,2)", "numeric(10,4)", true),
            ("numeric(10,2)", "numeric(12,1)", true),
            ("numeric", "int8", true),
            ("int4", "numeric", false),
            ("timestamptz", "date", true),
            ("timestamp", "timestamptz", false),
            ("timestamp", "timestamp(3)", true),
            ("json", "jsonb", false),
            ("somebodys", "int4", false),
            ("", "int4", false),
        ];
        for (from, to, wanted) in table {
            assert_eq!(schema.narrows(&of(from), &of(to)), wanted, "{from} to {to}");
        }
    }
}
