//! Constraints come, are checked, and go.

use std::sync::Arc;

use super::foreign_key::{Filled, Foreign};
use super::{column, constraint_drop, data, foreign_key, made_up, unique, volatility};
use crate::database::FailureKind;
use crate::database::effect::Sureness;
use crate::database::run::Run;
use crate::database::schema::{Constraint, Id, Index, Kind, Rule};
use crate::document::sql::{
    Attributes, ColumnConstraint, ColumnRule, Condition, Exclude, Expr, Ident, Key, KeyOptions, LockMode, Shape, TableConstraint,
    TableRule, Term,
};

use LockMode::{AccessExclusive, RowShare, Share, ShareRowExclusive, ShareUpdateExclusive};

/// A constraint that is written with a column, once the column is there. `filled` says whether the rows that are there
/// have their references checked, because a default is written, and whether that is more than NULL.
pub(super) fn of_column(run: &mut Run<'_>, tree: &[Id], column: &Ident, written: &ColumnConstraint, filled: Filled) {
    let name = written.name.as_ref().map(|name| &*name.text);
    let columns = vec![column.text.clone()];
    match &written.rule {
        ColumnRule::Check(condition) => check(run, tree, name, Some(&column.text), condition, written.attributes),
        ColumnRule::Unique(options) => key(run, tree, name, false, &columns, options),
        ColumnRule::PrimaryKey(options) => key(run, tree, name, true, &columns, options),
        ColumnRule::References(reference) => {
            let foreign = Foreign { name, columns, reference, attributes: written.attributes, filled };
            foreign_key::add(run, tree, &foreign);
        }
        _ => {}
    }
}

/// `ADD` a constraint, or one of CREATE TABLE.
pub(super) fn add(run: &mut Run<'_>, tree: &[Id], written: &TableConstraint, only: bool) {
    let name = written.name.as_ref().map(|name| &*name.text);
    if let Some(name) = name {
        run.give_way(tree[0], name);
        if run.relation(tree[0]).constraint(name).is_some() {
            return run.taken(format!("the constraint {name} is there already"));
        }
    }
    match &written.rule {
        TableRule::Check(condition) => check(run, tree, name, None, condition, written.attributes),
        TableRule::NotNull(Some(column)) => not_null(run, tree, name, &column.text, written.attributes),
        TableRule::NotNull(None) => {}
        TableRule::Key(written) => table_key(run, tree, name, written, only),
        TableRule::KeyUsingIndex { primary, index } => key_using_index(run, tree[0], name, *primary, &index.text),
        TableRule::Exclude(exclude) => add_exclusion(run, tree[0], name, exclude),
        TableRule::ForeignKey(foreign) => {
            let columns = foreign.columns.iter().map(|column| column.text.clone()).collect();
            let (reference, attributes) = (&foreign.reference, written.attributes);
            foreign_key::add(run, tree, &Foreign { name, columns, reference, attributes, filled: Filled::Values });
        }
    }
}

pub(super) fn is_valid(run: &mut Run<'_>, attributes: Attributes) -> bool {
    if attributes.enforced == Some(false) {
        run.needs(18, "NOT ENFORCED");
        return false;
    }
    attributes.not_valid.is_none()
}

fn check(
    run: &mut Run<'_>,
    tree: &[Id],
    name: Option<&str>,
    column: Option<&str>,
    condition: &Condition,
    attributes: Attributes,
) {
    let valid = is_valid(run, attributes);
    if condition.expr.has_query {
        return run.fail("a CHECK sees its own row alone, so it holds no query");
    }
    if tree.len() == 1 && !attributes.no_inherit && !run.relation(tree[0]).children.is_empty() {
        return run.fail("what inherits from the table must get the constraint, too");
    }
    let named = condition.terms.iter().filter_map(Term::column).map(|column| &*column.text);
    for column in named.filter(|_| column.is_none()) {
        if run.lacks_column(tree[0], column) {
            return;
        }
    }
    let columns: Vec<Arc<str>> = condition.expr.columns.iter().map(|column| column.text.clone()).collect();
    let family = if attributes.no_inherit { &tree[..1] } else { tree };
    let about = column.or(if let [one] = columns.as_slice() { Some(&**one) } else { None });
    let name: Arc<str> = match name {
        Some(name) => name.into(),
        None => free(run, tree[0], &made_up(&run.relation(tree[0]).name, about.unwrap_or_default(), "check")).into(),
    };
    for (at, table) in family.iter().enumerate() {
        if valid {
            run.scan(*table, "every row is checked against the new constraint");
        }
        let functions = volatility::called(run, *table, &condition.expr.calls);
        let rule = Rule::Check { terms: condition.terms.clone(), functions, no_inherit: attributes.no_inherit };
        let constraint =
            Constraint { name: name.clone(), rule, columns: columns.clone(), valid, inherited: at > 0, made: Some(run.here()) };
        run.schema.edit(*table).constraints.push(constraint);
    }
}

/// A name that no constraint of the table has.
pub(super) fn free(run: &Run<'_>, table: Id, base: &str) -> String {
    let names = (0_u32..).map(|count| if count == 0 { base.to_owned() } else { format!("{base}{count}") });
    let mut names = names.filter(|name| run.relation(table).constraint(name).is_none());
    names.next().unwrap_or_default()
}

fn not_null(run: &mut Run<'_>, tree: &[Id], name: Option<&str>, column: &str, attributes: Attributes) {
    if run.needs(18, "NOT NULL as a constraint of its own") {
        return;
    }
    let valid = attributes.not_valid.is_none();
    let family = if attributes.no_inherit { &tree[..1] } else { tree };
    for (at, table) in family.iter().enumerate() {
        if valid {
            column::refuse_null(run, *table, column);
        }
        let name = name.map_or_else(|| made_up(&run.relation(*table).name, column, "not_null"), str::to_owned);
        let (columns, inherited) = (vec![column.into()], at > 0);
        let constraint = Constraint { name: name.into(), rule: Rule::NotNull, columns, valid, inherited, made: Some(run.here()) };
        run.schema.edit(*table).constraints.push(constraint);
    }
}

fn table_key(run: &mut Run<'_>, tree: &[Id], name: Option<&str>, written: &Key, only: bool) {
    if written.without_overlaps {
        run.needs(18, "WITHOUT OVERLAPS");
    }
    let columns: Vec<Arc<str>> = written.columns.iter().map(|column| column.text.clone()).collect();
    key(run, if only { &tree[..1] } else { tree }, name, written.primary, &columns, &written.options);
}

fn key(run: &mut Run<'_>, tree: &[Id], name: Option<&str>, primary: bool, columns: &[Arc<str>], options: &KeyOptions) {
    let id = tree[0];
    if options.nulls_not_distinct {
        run.needs(15, "NULLS NOT DISTINCT");
    }
    let schema = run.relation(id).schema.clone();
    if let Some(name) = name.filter(|name| run.schema.slot(&schema, name).is_some()) {
        return run.taken(format!("{name} is there already"));
    }
    if columns.iter().any(|column| run.lacks_column(id, column)) {
        return;
    }
    let has_primary = run.relation(id).constraints.iter().any(|it| matches!(it.rule, Rule::Key(true)));
    if primary && has_primary {
        return run.taken_in(id, "the table has a primary key already");
    }
    let is_partitioned = run.relation(id).kind == Kind::Partitioned;
    let holds = |key: &Option<Arc<str>>| key.as_ref().is_some_and(|key| columns.contains(key));
    if is_partitioned && !run.relation(id).key.iter().all(holds) {
        return run.fail_as(
            FailureKind::Partitioned,
            "a unique constraint of a partitioned table must include the columns it is partitioned by",
        );
    }
    let family = if is_partitioned { tree } else { &tree[..1] };
    let is_nullable = |column: &str| !run.relation(id).column(column).is_some_and(|column| column.not_null);
    let refuses = primary && columns.iter().any(|column| is_nullable(column));
    let mut above: Option<(Id, Arc<str>)> = None;
    for table in family {
        if *table != id && run.version < 18 {
            run.lock(*table, if refuses { AccessExclusive } else { Share });
        }
        if primary {
            for column in columns {
                run.schema.edit(*table).learn(column).not_null = true;
            }
        }
        let index = index_behind(columns, options);
        let about = index.about.clone();
        if *table == id {
            let name = name.map_or_else(|| columns.join(", "), str::to_owned);
            let span = run.action.unwrap_or(run.span);
            unique::note(run, id, &name, &index, span);
        }
        let label = if primary { "pkey" } else { "key" };
        let named = if *table == id { name } else { None };
        let about = if primary { "" } else { &about };
        above = Some(make(run, *table, index, named, (about, label), above));
        let name = above.as_ref().map(|(_, name)| name.clone()).unwrap_or_default();
        let (rule, inherited) = (Rule::Key(primary), *table != id);
        let constraint = Constraint { name, rule, columns: columns.to_vec(), valid: true, inherited, made: Some(run.here()) };
        run.schema.edit(*table).constraints.push(constraint);
    }
}

/// The index that a key stands on, without its name.
fn index_behind(columns: &[Arc<str>], options: &KeyOptions) -> Index {
    let carried = options.include.iter().map(|column| column.text.clone());
    let about: String = columns.iter().cloned().chain(carried).collect::<Vec<_>>().join("_");
    Index {
        method: "btree".into(),
        keys: columns.iter().cloned().map(Some).collect(),
        classes: vec![None; columns.len()],
        collations: vec![None; columns.len()],
        about: about.as_str().into(),
        others: options.include.iter().map(|column| column.text.clone()).collect(),
        unique: true,
        constraint: true,
        valid: true,
        ..Index::default()
    }
}

/// Makes the index behind a constraint; one that is there already and fits serves as a part of the one above.
fn make(
    run: &mut Run<'_>,
    table: Id,
    mut index: Index,
    name: Option<&str>,
    (about, label): (&str, &str),
    above: Option<(Id, Arc<str>)>,
) -> (Id, Arc<str>) {
    let (schema, owner) = (run.relation(table).schema.clone(), run.relation(table).name.clone());
    let fitting = above.as_ref().and_then(|_| run.relation(table).indexes.iter().position(|other| index.fits(other)));
    if let Some(at) = fitting {
        let there = &mut run.schema.edit(table).indexes[at];
        (there.part_of, there.constraint) = (above, true);
        return (table, there.name.clone());
    }
    let name = name.map_or_else(|| run.schema.free_name(&schema, &made_up(&owner, about, label)), str::to_owned);
    run.build(table, &name, &format!("the index {name} is built while nobody may read or write the table"));
    (index.name, index.made) = (name.as_str().into(), Some(run.here()));
    // A partitioned table only passes it down.
    index.part_of = above.filter(|(id, _)| *id != table);
    run.schema.add_index(table, index);
    (table, name.into())
}

fn add_exclusion(run: &mut Run<'_>, id: Id, name: Option<&str>, exclude: &Exclude) {
    if run.relation(id).kind == Kind::Partitioned && run.version < 17 {
        return run.fail_as(FailureKind::Partitioned, "exclusion constraints on partitioned tables came with PostgreSQL 17");
    }
    let column = |expr: &Expr| if let Shape::Column(column) = &expr.shape { Some(column.text.clone()) } else { None };
    let keys: Vec<Option<Arc<str>>> = exclude.elements.iter().map(|element| column(&element.expr)).collect();
    let columns: Vec<Arc<str>> =
        exclude.elements.iter().flat_map(|element| &element.expr.columns).map(|column| column.text.clone()).collect();
    let index = Index {
        method: exclude.method.as_ref().map_or("btree", |method| &method.text).into(),
        classes: vec![None; keys.len()],
        collations: vec![None; keys.len()],
        about: columns.join("_").into(),
        has_expression: keys.iter().any(Option::is_none),
        others: columns.clone(),
        keys,
        partial: exclude.predicate.is_some(),
        constraint: true,
        valid: true,
        ..Index::default()
    };
    let (_, name) = make(run, id, index, name, (&columns.join("_"), "excl"), None);
    let constraint = Constraint { name, rule: Rule::Exclude, columns, valid: true, inherited: false, made: Some(run.here()) };
    run.schema.edit(id).constraints.push(constraint);
}

fn key_using_index(run: &mut Run<'_>, id: Id, name: Option<&str>, primary: bool, index: &str) {
    if run.relation(id).kind == Kind::Partitioned {
        return run.fail_as(FailureKind::Partitioned, "a partitioned table takes no constraint USING INDEX");
    }
    let known = run.relation(id).index(index).cloned();
    if let Some(known) = &known
        && (!known.unique || known.partial || known.has_expression || known.is_turned || !known.valid)
    {
        return run.fail(format!("the index {index} is not a valid unique index over plain ascending columns of all rows"));
    }
    run.lock_index(id, index, if run.version >= 12 { ShareUpdateExclusive } else { AccessExclusive });
    let columns: Vec<Arc<str>> = known.iter().flat_map(|index| index.keys.iter().flatten().cloned()).collect();
    if primary {
        for column in &columns {
            column::refuse_null(run, id, column);
        }
        if known.is_none() {
            run.scan(id, "every row is read to see that the columns of the key are not NULL");
            run.unsure(id, Sureness::Possible, "unless they are NOT NULL already, or a valid CHECK says so");
        }
    }
    let name: Arc<str> = name.unwrap_or(index).into();
    if let Some(known) = known {
        run.schema.remove_index(id, index);
        run.schema.add_index(id, Index { name: name.clone(), constraint: true, ..known });
    }
    let constraint =
        Constraint { name, rule: Rule::Key(primary), columns, valid: true, inherited: false, made: Some(run.here()) };
    run.schema.edit(id).constraints.push(constraint);
}

/// `VALIDATE CONSTRAINT`.
pub(super) fn validate(run: &mut Run<'_>, tree: &[Id], name: &Ident) {
    if run.relation(tree[0]).constraint(&name.text).is_none() {
        if run.knows(tree[0]) && constraint_drop::not_null(run, tree[0], &name.text).is_none() {
            return run.fail(format!("{} has no constraint {}", run.schema.display(tree[0]), name.text));
        }
        run.scan(tree[0], "every row is checked against the constraint");
        run.unsure(tree[0], Sureness::Likely, "unless it is valid already; where it was made is not known");
        return;
    }
    for table in tree {
        let Some(constraint) = run.relation(*table).constraint(&name.text).filter(|it| !it.valid).cloned() else { continue };
        match &constraint.rule {
            Rule::Foreign { to, .. } => {
                let targets = if run.relation(*to).kind == Kind::Partitioned { run.schema.tree(*to) } else { vec![*to] };
                run.lock_all(&targets, RowShare);
                // Rows without a value refer to nothing, and an index finds those that have one: none.
                let source = run.source;
                let null = constraint
                    .columns
                    .iter()
                    .find(|name| run.relation(*table).column(name).is_some_and(|column| column.unfilled == Some(source)));
                if !null.is_some_and(|column| data::leads(run.relation(*table), column)) {
                    foreign_key::compare(run, &[*table], &targets);
                }
            }
            Rule::NotNull => constraint.columns.iter().for_each(|column| column::refuse_null(run, *table, column)),
            _ => run.scan(*table, "every row is checked against the constraint"),
        }
        let there = run.schema.edit(*table).constraints.iter_mut().filter(|it| it.name == name.text);
        there.for_each(|constraint| constraint.valid = true);
    }
}

/// `ALTER CONSTRAINT`.
pub(super) fn alter(run: &mut Run<'_>, tree: &[Id], name: &Ident, attributes: Attributes) {
    let is_foreign = |it: &Constraint| matches!(it.rule, Rule::Foreign { .. });
    let known = run.relation(tree[0]).constraint(&name.text);
    if known.is_some_and(|it| !is_foreign(it) && !matches!(it.rule, Rule::NotNull)) {
        return run.fail(format!("{} is no foreign key, and only those are altered", name.text));
    }
    let Some(enforced) = attributes.enforced else { return };
    if run.needs(18, "ALTER CONSTRAINT .. ENFORCED") {
        return;
    }
    for table in tree {
        let constraint = run.relation(*table).constraint(&name.text).cloned();
        let Some((constraint, to)) = constraint.and_then(|it| it.target().map(|to| (it, to))) else { continue };
        run.lock(to, if enforced { ShareRowExclusive } else { AccessExclusive });
        if enforced && !constraint.valid {
            foreign_key::compare(run, &[*table], &[to]);
        }
        let there = run.schema.edit(*table).constraints.iter_mut().filter(|it| it.name == name.text);
        there.for_each(|constraint| constraint.valid = enforced);
    }
}
