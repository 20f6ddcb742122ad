//! Columns come.

use super::constraint;
use super::foreign_key::Filled;
use super::{casts, made_up, volatility, whole};
use crate::database::FailureKind;
use crate::database::effect::Sureness;
use crate::database::run::Run;
use crate::database::schema::{self, ColumnType, Default_, Emptied, Id, Kind, Relation, Rows};
use crate::document::sql::{Column, DataType, Expr, Generated, LockMode, Shape};

use LockMode::RowExclusive;

/// PostgreSQL takes no more columns for a table: appendix K of its manual, "Limits".
pub(super) const MOST_COLUMNS: usize = 1600;

/// Fails where a table would have more columns than the server takes.
pub(super) fn fits(run: &mut Run<'_>, columns: usize) -> bool {
    if columns > MOST_COLUMNS {
        run.fail(format!("a table has {MOST_COLUMNS} columns at most"));
    }
    columns <= MOST_COLUMNS
}

/// `ADD COLUMN`.
pub(super) fn add(run: &mut Run<'_>, tree: &[Id], column: &Column, if_not_exists: bool) {
    let id = tree[0];
    let known = run.relation(id).column(&column.name.text);
    if known.is_some_and(|known| if_not_exists || known.definition.is_some()) {
        if !if_not_exists {
            run.taken(format!("the column {} is there already", column.name.text));
        }
        return;
    }
    if run.is_no(id, &[Kind::Table, Kind::Partitioned, Kind::Foreign], "which gets no columns of its own") {
        return;
    }
    if !fits(run, run.relation(id).columns.len() + 1) {
        return;
    }
    if run.relation(id).is_partition() {
        return run.fail_as(FailureKind::Partitioned, "a partition gets its columns from the partitioned table");
    }
    if run.relation(id).of_type.is_some() {
        return run.fail("the table gets its columns from its type");
    }
    supported(run, column);
    let value = new_value(run, column);
    if run.failed() {
        return;
    }
    if let [only] = tree
        && !run.relation(*only).children.is_empty()
    {
        return run.fail("what inherits from the table must get the column, too");
    }
    let gives = value.is_written && value.fills && column.generated().is_none();
    if (gives || value.rewrite.is_some()) && is_worn(run, id) {
        return;
    }
    let rows = run.relation(id).rows;
    for table in tree {
        if let Some((why, sureness)) = &value.rewrite {
            run.rewrite(*table, why);
            if *sureness < Sureness::Certain {
                run.unsure(*table, *sureness, "the function is not known; those that do not say otherwise are volatile");
            }
        }
        let unfilled = (!value.fills && value.rewrite.is_none()).then_some(run.source);
        let made = schema::Column { unfilled, ..define(run, *table, column) };
        let relation = run.schema.edit(*table);
        relation.columns.retain(|old| old.name != made.name);
        relation.columns.push(made);
    }
    run.lock_all(&value.sequences, RowExclusive);
    if value.refuses_null && !value.fills && run.emptied(id).is_none() {
        if rows == Rows::Some {
            return run.fail_as(
                FailureKind::Required,
                format!("the column {} takes no NULL and has no default, and the table has rows", column.name.text),
            );
        }
        // It fails, or there is no row.
        run.empties(id, Emptied::Storage);
    }
    let filled = match (value.is_written, value.fills) {
        (false, _) => Filled::Nothing,
        (true, false) => Filled::Null,
        (true, true) => Filled::Values,
    };
    for rule in &column.constraints {
        constraint::of_column(run, tree, &column.name, rule, filled);
    }
}

/// What the rows that are there get as the value of a new column.
struct NewValue {
    rewrite: Option<(String, Sureness)>,
    /// Every row gets one.
    fills: bool,
    /// It or its domain takes no NULL.
    refuses_null: bool,
    /// A default is written, NULL or not: references are checked.
    is_written: bool,
    sequences: Vec<Id>,
}

fn new_value(run: &mut Run<'_>, column: &Column) -> NewValue {
    let refuses_null = column.is_required();
    let mut value = NewValue { rewrite: None, fills: true, refuses_null, is_written: true, sequences: Vec::new() };
    let is_serial = column.data_type.as_ref().is_some_and(DataType::is_serial);
    if is_serial || column.identity().is_some() {
        value.rewrite = Some(("each row gets a number of its own".to_owned(), Sureness::Certain));
        return value;
    }
    if let Some(generated) = column.generated() {
        if generated.stored == Some(true) {
            value.rewrite = Some(("the value of each row is computed and stored".to_owned(), Sureness::Certain));
        }
        return value;
    }
    let data_type = column.data_type.as_ref().map(|data_type| run.schema.resolve(data_type)).unwrap_or_default();
    let default = column.default();
    value.is_written = default.is_some();
    value.fills = default.is_some_and(|default| !matches!(default.shape, Shape::Null));
    if let Some(default) = default {
        let nature = volatility::of(run, default);
        if nature.volatile {
            let function = nature.function.unwrap_or_default();
            let why = format!("each row gets its own value of {function}(), which is volatile");
            value.rewrite = Some((why, nature.sureness));
        }
        value.sequences = nature.sequences;
    } else if let Some(domain) = run.schema.domain(&data_type) {
        value.fills = domain.has_default;
        if domain.default_is_volatile {
            let why = "each row gets its own value of the domain's volatile default".to_owned();
            value.rewrite = Some((why, Sureness::Certain));
        }
    }
    value.refuses_null |= run.schema.takes_no_null(&data_type);
    if run.schema.is_constrained(&data_type) {
        value.rewrite = Some(("the new value of each row must pass the domain's constraints".to_owned(), Sureness::Certain));
    }
    value
}

/// Whether this server knows what the definition says.
fn supported(run: &mut Run<'_>, column: &Column) {
    if let Some(generated) = column.generated() {
        generated_is_known(run, generated);
    }
    if column.compression.is_some() {
        run.needs(14, "COMPRESSION");
    }
}

fn generated_is_known(run: &mut Run<'_>, generated: &Generated) {
    if generated.stored == Some(true) {
        run.needs(12, "generated columns");
    } else {
        run.needs(18, "virtual generated columns");
    }
}

/// Notes that a table has a column of a type that the history made, be it the row type of another table.
pub(super) fn wear(run: &mut Run<'_>, table: Id, written: Option<&DataType>, data_type: &ColumnType) {
    if let Some(user) = data_type.user {
        run.schema.edit_type(user).users.push(table);
    } else if let Some(written) = written.filter(|written| !casts::is_of_server(&written.name))
        && let Some(row) = run.schema.row_type(written.schema.as_deref(), &written.name)
    {
        run.schema.edit(row).worn_by.push(table);
    }
}

/// Fails where a column elsewhere holds rows of a table, whose values nobody would write anew.
pub(super) fn is_worn(run: &mut Run<'_>, id: Id) -> bool {
    let name = run.relation(id).name.clone();
    let wears = |wearer: Id| {
        let wearer = run.relation(wearer);
        let column = wearer.columns.iter().find(|column| column.data_type.user.is_none() && column.data_type.name == name)?;
        Some(format!("{}.{}", wearer.display(), column.name))
    };
    let found = run.relation(id).worn_by.iter().find_map(|wearer| wears(*wearer));
    let is_worn = found.is_some();
    if let Some(column) = found {
        run.fail_as(FailureKind::Used, format!("the column {column} holds rows of the table, so its own cannot change"));
    }
    is_worn
}

/// The column as the schema keeps it. Makes its sequence.
pub(super) fn define(run: &mut Run<'_>, table: Id, column: &Column) -> schema::Column {
    let data_type = column.data_type.as_ref().map(|data_type| run.schema.resolve(data_type)).unwrap_or_default();
    wear(run, table, column.data_type.as_ref(), &data_type);
    let is_serial = column.data_type.as_ref().is_some_and(DataType::is_serial);
    let sequence = (is_serial || column.identity().is_some()).then(|| make_sequence(run, table, &column.name.text));
    let default = column.default().filter(|default| !matches!(default.shape, Shape::Null));
    let default = default.map(|default| default_of(run, table, default));
    schema::Column {
        name: column.name.text.clone(),
        data_type,
        collation: column.collation.as_ref().map(|name| name.last().into()),
        not_null: column.is_required(),
        default: if is_serial {
            Some(Default_ { sequences: sequence.into_iter().collect(), functions: Vec::new(), written: None })
        } else {
            default
        },
        identity: column.identity().is_some(),
        generated: column.generated().map(|generated| schema::Generated {
            from: generated.expr.columns.iter().map(|name| name.text.clone()).collect(),
            stored: generated.stored == Some(true),
        }),
        definition: Some(run.place(column.definition)),
        born: run.schema.clock,
        unfilled: None,
    }
}

pub(super) fn default_of(run: &mut Run<'_>, table: Id, default: &Expr) -> Default_ {
    let sequences: Vec<Id> = default.calls.iter().filter_map(|call| volatility::sequence(run, call)).collect();
    for sequence in &sequences {
        run.schema.edit(*sequence).used_by.push(table);
    }
    Default_ { sequences, functions: volatility::called(run, table, &default.calls), written: Some(run.place(default.span)) }
}

pub(super) fn make_sequence(run: &mut Run<'_>, table: Id, column: &str) -> Id {
    let (schema, name) = (run.relation(table).schema.clone(), run.relation(table).name.clone());
    let name = run.schema.free_name(&schema, &made_up(&name, column, "seq"));
    let created = Some(run.place(run.span));
    let made = Relation { kind: Kind::Sequence, created, ..Relation::default() };
    let id = run.schema.add(&schema, &name, made);
    whole::own_sequence(run, id, Some((table, column)));
    run.schema.edit(id).used_by.push(table);
    id
}
