//! Columns come, go and change, all but their types.

use super::constraint::Filled;
use super::{alter, constraint, constraint_drop, drop, made_up, view, volatility};
use crate::database::effect::{ColumnDrop, Effect, EffectKind, Sureness};
use crate::database::run::Run;
use crate::database::schema::{self, Default_, Id, Kind, Relation, Rows, Rule};
use crate::document::sql::{Column, ColumnChange, Expr, Generated, Ident, LockMode, Shape};
use crate::source::Span;

use LockMode::{AccessExclusive, RowExclusive, ShareRowExclusive};

/// `ADD COLUMN`.
pub(super) fn add(run: &mut Run<'_>, tree: &[Id], column: &Column, if_not_exists: bool) {
    let id = tree[0];
    let known = run.relation(id).column(&column.name.text);
    if known.is_some_and(|known| if_not_exists || known.definition.is_some()) {
        if !if_not_exists {
            run.fail(format!("the column {} is there already", column.name.text));
        }
        return;
    }
    if run.relation(id).is_partition() {
        return run.fail("a partition gets its columns from the partitioned table");
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
    let rows = run.relation(id).rows;
    for table in tree {
        if let Some((why, sureness)) = &value.rewrite {
            run.rewrite(*table, why);
            if *sureness < Sureness::Certain {
                run.unsure(*table, *sureness, "the function is not known; those that do not say otherwise are volatile");
            }
        }
        let made = define(run, *table, column);
        let relation = run.schema.edit(*table);
        relation.columns.retain(|old| old.name != made.name);
        relation.columns.push(made);
    }
    run.lock_all(&value.sequences, RowExclusive);
    if column.is_required() && !value.fills && rows == Rows::Some {
        return run.fail(format!("the column {} is NOT NULL without a default, and the table has rows", column.name.text));
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
    /// A default is written, NULL or not: references are checked.
    is_written: bool,
    sequences: Vec<Id>,
}

fn new_value(run: &mut Run<'_>, column: &Column) -> NewValue {
    let mut value = NewValue { rewrite: None, fills: true, is_written: true, sequences: Vec::new() };
    let is_serial = column.data_type.as_ref().is_some_and(crate::document::sql::DataType::is_serial);
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

/// The column as the schema keeps it. Makes its sequence.
pub(super) fn define(run: &mut Run<'_>, table: Id, column: &Column) -> schema::Column {
    let data_type = column.data_type.as_ref().map(|data_type| run.schema.resolve(data_type)).unwrap_or_default();
    if let Some(user) = data_type.user {
        run.schema.edit_type(user).users.push(table);
    }
    let is_serial = column.data_type.as_ref().is_some_and(crate::document::sql::DataType::is_serial);
    let sequence = (is_serial || column.identity().is_some()).then(|| make_sequence(run, table, &column.name.text));
    let default = column.default().filter(|default| !matches!(default.shape, Shape::Null));
    let default = default.map(|default| default_of(run, table, default));
    schema::Column {
        name: column.name.text.clone(),
        data_type,
        collation: column.collation.as_ref().map(|name| name.last().into()),
        not_null: column.is_required(),
        default: if is_serial { Some(Default_ { sequences: sequence.into_iter().collect() }) } else { default },
        identity: column.identity().is_some(),
        generated: column.generated().map(|generated| schema::Generated {
            from: generated.expr.columns.iter().map(|name| name.text.clone()).collect(),
            stored: generated.stored == Some(true),
        }),
        definition: Some(run.place(column.definition)),
    }
}

fn default_of(run: &mut Run<'_>, table: Id, default: &Expr) -> Default_ {
    let sequences: Vec<Id> = default.calls.iter().filter_map(|call| volatility::sequence(run, call)).collect();
    for sequence in &sequences {
        run.schema.edit(*sequence).used_by.push(table);
    }
    Default_ { sequences }
}

fn make_sequence(run: &mut Run<'_>, table: Id, column: &str) -> Id {
    let (schema, name) = (run.relation(table).schema.clone(), run.relation(table).name.clone());
    let name = run.schema.free_name(&schema, &made_up(&name, column, "seq"));
    let created = Some(run.place(run.span));
    let made = Relation { kind: Kind::Sequence, created, ..Relation::default() };
    let id = run.schema.add(&schema, &name, made);
    alter::own_sequence(run, id, Some((table, column)));
    run.schema.edit(id).used_by.push(table);
    id
}

/// `DROP COLUMN`.
pub(super) fn drop(run: &mut Run<'_>, tree: &[Id], column: &Ident, cascade: bool, span: Span) {
    let id = tree[0];
    let name = &*column.text;
    let users = alter::users_of(run, id, name);
    if !cascade && let Some(user) = users.first() {
        return run.fail(format!("{user} uses the column {name}"));
    }
    if run.relation(id).key.iter().flatten().any(|key| **key == *name) {
        return run.fail(format!("the table is partitioned by {name}"));
    }
    let definition = run.relation(id).column(name).and_then(|column| column.definition);
    let dropped = ColumnDrop { column: name.to_owned(), definition };
    let effect = Effect { place: run.place(span), table: run.touched(id), kind: EffectKind::ColumnDrop(dropped) };
    run.effect(effect);
    for view in view::users_of(run, id, name) {
        drop::view(run, view);
    }
    for table in tree {
        constraint_drop::drop_those_of(run, *table, name, cascade);
        if run.failed() {
            return;
        }
        forget(run, *table, name);
    }
}

pub(super) fn forget(run: &mut Run<'_>, table: Id, name: &str) {
    let relation = run.relation(table);
    let indexes: Vec<Box<str>> =
        relation.indexes.iter().filter(|index| index.mentions(name)).map(|index| index.name.clone()).collect();
    let is_owner = |sequence: &Id| run.relation(*sequence).owned_by.as_ref().is_some_and(|(_, column)| **column == *name);
    let sequences: Vec<Id> = relation.sequences.iter().copied().filter(is_owner).collect();
    for index in indexes {
        run.lock_index(table, &index, AccessExclusive);
        run.schema.remove_index(table, &index);
    }
    for sequence in sequences {
        run.lock(sequence, AccessExclusive);
        run.schema.remove(sequence);
    }
    let relation = run.schema.edit(table);
    let uses = |columns: &[Box<str>]| columns.iter().any(|column| **column == *name);
    relation.policies.retain(|policy| !uses(&policy.columns));
    relation.triggers.retain(|trigger| !uses(&trigger.columns));
    let computed = |column: &schema::Column| column.generated.as_ref().is_some_and(|how| uses(&how.from));
    relation.columns.retain(|column| *column.name != *name && !computed(column));
}

/// `ALTER COLUMN`, all but its type.
pub(super) fn alter(run: &mut Run<'_>, tree: &[Id], column: &Ident, change: &ColumnChange) {
    let name = &*column.text;
    match change {
        ColumnChange::SetNotNull => set_not_null(run, tree, name),
        ColumnChange::DropNotNull => drop_not_null(run, tree, name),
        ColumnChange::SetDefault(value) => {
            let default = default_of(run, tree[0], value);
            for table in tree {
                run.schema.edit(*table).learn(name).default = Some(default.clone());
            }
        }
        ColumnChange::DropDefault => {
            for table in tree {
                run.schema.edit(*table).learn(name).default = None;
            }
        }
        ColumnChange::SetExpression(value) => set_expression(run, tree, name, value),
        ColumnChange::DropExpression(_) => {
            run.needs(13, "DROP EXPRESSION");
            for table in tree {
                run.schema.edit(*table).learn(name).generated = None;
            }
        }
        ColumnChange::AddIdentity(_) => add_identity(run, tree, name),
        ColumnChange::SetIdentity { .. } | ColumnChange::DropIdentity(_) => {
            let drops = matches!(change, ColumnChange::DropIdentity(_));
            for sequence in sequences_of(run, tree[0], name) {
                run.lock(sequence, if drops { AccessExclusive } else { ShareRowExclusive });
                if drops {
                    run.schema.remove(sequence);
                }
            }
            run.schema.edit(tree[0]).learn(name).identity = !drops;
        }
        ColumnChange::SetCompression(_) => {
            run.needs(14, "SET COMPRESSION");
        }
        _ => {}
    }
}

/// The sequences that belong to a column.
pub(super) fn sequences_of(run: &Run<'_>, table: Id, column: &str) -> Vec<Id> {
    let is_owner = |sequence: &Id| run.relation(*sequence).owned_by.as_ref().is_some_and(|(_, owner)| **owner == *column);
    run.relation(table).sequences.iter().copied().filter(is_owner).collect()
}

/// Refuses NULL from now on, in one table, after looking for one where nothing proves that there is none.
pub(super) fn refuse_null(run: &mut Run<'_>, table: Id, column: &str) {
    let relation = run.relation(table);
    if relation.column(column).is_some_and(|column| column.not_null) {
        return;
    }
    let proven = relation.refuses_null(column) && run.version >= 12;
    if !proven {
        run.scan(table, &format!("every row is read to see that {column} is not NULL"));
        if run.relation(table).created.is_none() {
            run.unsure(table, Sureness::Likely, "unless it is NOT NULL already, or a valid CHECK says so");
        }
    }
    let relation = run.schema.edit(table);
    relation.learn(column).not_null = true;
    let is_the_rule = |rule: &Rule| matches!(rule, Rule::NotNull);
    let rules = relation.constraints.iter_mut().filter(|it| is_the_rule(&it.rule) && it.mentions(column));
    rules.for_each(|rule| rule.valid = true);
}

fn set_not_null(run: &mut Run<'_>, tree: &[Id], column: &str) {
    for table in tree {
        refuse_null(run, *table, column);
    }
}

fn drop_not_null(run: &mut Run<'_>, tree: &[Id], column: &str) {
    let is_key = |it: &schema::Constraint| matches!(it.rule, Rule::Key(true)) && it.mentions(column);
    if run.relation(tree[0]).constraints.iter().any(is_key) {
        return run.fail(format!("the column {column} is part of the primary key"));
    }
    for table in tree {
        let relation = run.schema.edit(*table);
        relation.learn(column).not_null = false;
        relation.constraints.retain(|it| !(matches!(it.rule, Rule::NotNull) && it.mentions(column)));
    }
}

fn set_expression(run: &mut Run<'_>, tree: &[Id], column: &str, value: &Expr) {
    if run.needs(17, "SET EXPRESSION") {
        return;
    }
    let from: Vec<Box<str>> = value.columns.iter().map(|name| name.text.clone()).collect();
    for table in tree {
        let how = run.relation(*table).column(column).and_then(|column| column.generated.clone());
        let stored = how.as_ref().is_none_or(|how| how.stored);
        if stored {
            run.rewrite(*table, "the value of each row is computed anew");
        }
        if how.is_none() {
            run.unsure(*table, Sureness::Likely, "unless the column is virtual");
        }
        run.schema.edit(*table).learn(column).generated = Some(schema::Generated { from: from.clone(), stored });
    }
}

fn add_identity(run: &mut Run<'_>, tree: &[Id], column: &str) {
    let id = tree[0];
    let known = run.relation(id).column(column).filter(|column| column.definition.is_some());
    if known.is_some_and(|column| !column.not_null) {
        return run.fail(format!("the column {column} must be NOT NULL before it can be an identity"));
    }
    make_sequence(run, id, column);
    run.schema.edit(id).learn(column).identity = true;
}

/// `RENAME COLUMN`.
pub(super) fn rename(run: &mut Run<'_>, tree: &[Id], column: &Ident, to: &Ident) {
    let (from, to) = (&*column.text, &to.text);
    for table in tree {
        for view in run.relation(*table).used_by.clone() {
            if let Some(used) = &mut run.schema.edit(view).used_columns
                && used.iter().any(|name| **name == *from)
            {
                used.push(to.clone());
            }
        }
        for sequence in sequences_of(run, *table, from) {
            run.schema.edit(sequence).owned_by = Some((*table, to.clone()));
        }
        run.schema.edit(*table).rename_column(from, to);
    }
}
