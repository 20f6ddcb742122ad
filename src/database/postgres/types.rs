//! Types and domains.

use std::sync::Arc;

use super::{drop, made_up, retype, volatility};
use crate::database::AddedValue;
use crate::database::run::Run;
use crate::database::schema::{Column, Definition, Domain, Id, Kind, TypeId, UserType};
use crate::document::sql::{
    self, AlterDomain, AlterType, ColumnChange, ColumnRule, CreateDomain, CreateType, DomainChange, LockMode, Shape, TableAction,
    TableChange, TableRule, TypeChange, TypeDefinition,
};

use LockMode::{AccessExclusive, Share};

/// `CREATE TYPE`.
pub(super) fn create(run: &mut Run<'_>, create: &CreateType) {
    let definition = match &create.definition {
        TypeDefinition::Enum(labels) => Definition::Enum(labels.iter().map(|label| label.text.clone()).collect()),
        TypeDefinition::Composite(attributes) => {
            Definition::Composite(attributes.iter().map(|attribute| attribute_of(run, attribute)).collect())
        }
        _ => Definition::Other,
    };
    add(run, &create.name, definition);
}

fn attribute_of(run: &Run<'_>, attribute: &sql::Column) -> Column {
    let data_type = attribute.data_type.as_ref().map(|data_type| run.schema.resolve(data_type)).unwrap_or_default();
    Column {
        name: attribute.name.text.clone(),
        data_type,
        definition: Some(run.place(attribute.definition)),
        ..Column::default()
    }
}

fn add(run: &mut Run<'_>, name: &sql::Name, definition: Definition) {
    let schema: Arc<str> = run.schema.home(name, false).into();
    let made_in = run.schema.transaction();
    let made = Some(run.here());
    let made = UserType { schema: schema.clone(), name: name.last().into(), definition, users: Vec::new(), made_in, made };
    run.schema.add_type(&schema, name.last(), made);
}

/// `ALTER TYPE`.
pub(super) fn alter(run: &mut Run<'_>, alter: &AlterType) {
    let id = run.schema.type_named(alter.name.schema(), alter.name.last());
    match &alter.change {
        TypeChange::AddValue { value, if_not_exists, .. } => {
            let is_fresh = id
                .and_then(|id| run.schema.user_type(id))
                .is_some_and(|it| it.made_in.is_some() && it.made_in == run.schema.transaction());
            if run.version < 12 && !is_fresh {
                run.alone("before PostgreSQL 12 a value cannot be added inside a transaction");
            }
            let Some(id) = id else { return };
            let Some(Definition::Enum(labels)) = run.schema.user_type(id).map(|it| &it.definition) else { return };
            if labels.contains(&value.text) {
                let is_made = run.schema.user_type(id).is_some_and(|it| it.made.is_some());
                if !if_not_exists && is_made {
                    run.taken(format!("the value {} is there already", value.text));
                }
                return;
            }
            if let Definition::Enum(labels) = &mut run.schema.edit_type(id).definition {
                labels.push(value.text.clone());
            }
            if !is_fresh && run.schema.in_transaction() {
                run.out.added_value = Some(added_value(run, id, alter.name.last(), &value.text));
            }
        }
        TypeChange::RenameValue { value, to } => {
            let Some(id) = id else { return };
            if let Definition::Enum(labels) = &mut run.schema.edit_type(id).definition
                && let Some(label) = labels.iter_mut().find(|label| **label == value.text)
            {
                *label = to.text.clone();
            }
        }
        TypeChange::RenameTo(to) => rename(run, id, None, Some(&to.text)),
        TypeChange::SetSchema(to) => rename(run, id, Some(&to.text), None),
        TypeChange::Attributes(actions, cascade) => attributes(run, id, actions, *cascade),
        TypeChange::RenameAttribute { name, to } => {
            let Some(id) = id else { return };
            for table in typed_tables(run, id) {
                run.lock(table, AccessExclusive);
                run.schema.edit(table).rename_column(&name.text, &to.text);
            }
            if let Definition::Composite(columns) = &mut run.schema.edit_type(id).definition {
                columns.iter_mut().filter(|it| it.name == name.text).for_each(|it| it.name = to.text.clone());
            }
        }
        _ => {}
    }
}

/// The tables of a composite type, which get all their columns from it.
fn typed_tables(run: &Run<'_>, id: TypeId) -> Vec<Id> {
    let mut tables = run.schema.user_type(id).map(|it| it.users.clone()).unwrap_or_default();
    tables.retain(|table| run.schema.exists(*table) && run.relation(*table).of_type == Some(id));
    tables.sort_unstable();
    tables.dedup();
    tables
}

/// `ADD`, `DROP` and `ALTER ATTRIBUTE`: what happens to the type happens to the tables of it.
fn attributes(run: &mut Run<'_>, id: Option<TypeId>, actions: &[TableAction], cascade: bool) {
    let Some(id) = id else { return };
    let tables = typed_tables(run, id);
    for action in actions {
        let retyped = match &action.change {
            TableChange::AlterColumn { change: ColumnChange::SetType(to), column } => Some((column, to)),
            TableChange::DropColumn { .. } | TableChange::AddColumn { .. } => None,
            _ => return,
        };
        if retyped.is_some()
            && let Some(user) = drop::users_of_type(run, id).first()
        {
            return run.fail(format!("a column of {} is of the type, so its attributes keep theirs", run.schema.display(*user)));
        }
        if !cascade && let Some(table) = tables.first() {
            return run.fail(format!("{} is a table of the type; say CASCADE", run.schema.display(*table)));
        }
        let made = match &action.change {
            TableChange::AddColumn { column, .. } => Some(attribute_of(run, column)),
            _ => None,
        };
        for table in &tables {
            run.lock(*table, AccessExclusive);
            match (&action.change, retyped, &made) {
                (_, Some((column, to)), _) => {
                    run.allows_typed = true;
                    retype::set_type(run, &[*table], column, to);
                }
                (TableChange::DropColumn { column, .. }, ..) => super::column::forget(run, *table, &column.text),
                (_, _, Some(made)) => run.schema.edit(*table).columns.push(made.clone()),
                _ => {}
            }
        }
        if let Definition::Composite(columns) = &mut run.schema.edit_type(id).definition {
            if let TableChange::DropColumn { column, .. } = &action.change {
                columns.retain(|it| it.name != column.text);
            }
            columns.extend(made);
        }
    }
}

fn added_value(run: &Run<'_>, id: TypeId, name: &str, value: &str) -> AddedValue {
    let columns = drop::users_of_type(run, id).into_iter().map(|table| {
        let of_type = run.relation(table).columns.iter().filter(|column| column.data_type.user == Some(id));
        (run.schema.display(table), of_type.map(|column| column.name.clone()).collect())
    });
    AddedValue { name: name.into(), value: value.into(), columns: columns.collect() }
}

fn rename(run: &mut Run<'_>, id: Option<TypeId>, schema: Option<&str>, name: Option<&str>) {
    let Some((id, old)) = id.and_then(|id| Some((id, run.schema.user_type(id)?.clone()))) else { return };
    let (schema, name) = (schema.unwrap_or(&old.schema), name.unwrap_or(&old.name));
    run.schema.name_type(&old.schema, &old.name, None);
    run.schema.name_type(schema, name, Some(id));
    let known = run.schema.edit_type(id);
    (known.schema, known.name) = (schema.into(), name.into());
}

/// `CREATE DOMAIN`.
pub(super) fn create_domain(run: &mut Run<'_>, create: &CreateDomain) {
    let mut domain = Domain { base: run.schema.resolve(&create.data_type), ..Domain::default() };
    for constraint in &create.constraints {
        match &constraint.rule {
            ColumnRule::NotNull => domain.not_null = true,
            ColumnRule::Check(_) => {
                let name = constraint.name.as_ref().map(|name| name.text.clone());
                let name = name.unwrap_or_else(|| check_name(create.name.last(), &domain));
                domain.checks.push((name, true));
            }
            ColumnRule::Default(value) if !matches!(value.shape, Shape::Null) => {
                domain.has_default = true;
                domain.default_is_volatile = volatility::of(run, value).volatile;
            }
            _ => {}
        }
    }
    add(run, &create.name, Definition::Domain(domain));
}

/// The name that the server gives to a CHECK of a domain.
fn check_name(domain: &str, known: &Domain) -> Arc<str> {
    let names = (0_u32..).map(|count| match count {
        0 => made_up(domain, "", "check"),
        count => made_up(domain, "", &format!("check{count}")),
    });
    let mut names = names.filter(|name| !known.checks.iter().any(|(other, _)| **other == **name));
    names.next().unwrap_or_default().into()
}

/// `ALTER DOMAIN`.
pub(super) fn alter_domain(run: &mut Run<'_>, alter: &AlterDomain) {
    let Some(id) = run.schema.type_named(alter.name.schema(), alter.name.last()) else { return };
    match &alter.change {
        DomainChange::AddConstraint(added) => match &added.rule {
            TableRule::Check(_) => {
                let valid = added.attributes.not_valid.is_none();
                if valid {
                    check_users(run, id, Share, "every row is checked against the domain's new constraint");
                }
                let written = added.name.as_ref().map(|name| name.text.clone());
                let name = written.unwrap_or_else(|| match run.schema.user_type(id).map(|it| (&it.name, &it.definition)) {
                    Some((name, Definition::Domain(domain))) => check_name(name, domain),
                    _ => Arc::default(),
                });
                change(run, id, |domain| domain.checks.push((name, valid)));
            }
            TableRule::NotNull(_) => refuse_null(run, id),
            _ => {}
        },
        DomainChange::SetNotNull => refuse_null(run, id),
        DomainChange::DropNotNull => change(run, id, |domain| domain.not_null = false),
        DomainChange::ValidateConstraint(name) => {
            check_users(run, id, Share, "every row is checked against the domain's constraint");
            change(run, id, |domain| domain.checks.iter_mut().filter(|it| it.0 == name.text).for_each(|it| it.1 = true));
        }
        DomainChange::DropConstraint { name, .. } => {
            change(run, id, |domain| domain.checks.retain(|it| it.0 != name.text));
        }
        DomainChange::RenameConstraint { name, to } => change(run, id, |domain| {
            domain.checks.iter_mut().filter(|it| it.0 == name.text).for_each(|it| it.0 = to.text.clone());
        }),
        DomainChange::SetDefault(value) => {
            let volatile = volatility::of(run, value).volatile;
            change(run, id, |domain| (domain.has_default, domain.default_is_volatile) = (true, volatile));
        }
        DomainChange::DropDefault => {
            change(run, id, |domain| (domain.has_default, domain.default_is_volatile) = (false, false));
        }
        DomainChange::RenameTo(to) => rename(run, Some(id), None, Some(&to.text)),
        DomainChange::SetSchema(to) => rename(run, Some(id), Some(&to.text), None),
        DomainChange::OwnerTo(_) => {}
    }
}

fn refuse_null(run: &mut Run<'_>, id: TypeId) {
    let is_so = matches!(run.schema.user_type(id).map(|it| &it.definition), Some(Definition::Domain(it)) if it.not_null);
    if !is_so {
        check_users(run, id, Share, "every row is read to see that the domain's values are not NULL");
        change(run, id, |domain| domain.not_null = true);
    }
}

fn change(run: &mut Run<'_>, id: TypeId, how: impl FnOnce(&mut Domain)) {
    if let Definition::Domain(domain) = &mut run.schema.edit_type(id).definition {
        how(domain);
    }
}

/// Every table with a column of the domain, or of a domain upon it, is read.
fn check_users(run: &mut Run<'_>, id: TypeId, mode: LockMode, why: &str) {
    for domain in run.schema.upon(id) {
        let users: Vec<Id> = drop::users_of_type(run, domain);
        for user in users {
            let is_inside = |column: &Column| column.data_type.user == Some(domain) && column.data_type.is_array;
            if run.relation(user).columns.iter().any(is_inside) {
                let user = run.schema.display(user);
                return run.fail(format!("a column of {user} is an array of it, into which the server does not look"));
            }
            if matches!(run.relation(user).kind, Kind::Table | Kind::MaterializedView) {
                run.lock(user, mode);
                run.scan(user, why);
            }
        }
    }
}
