//! Types and domains.

use super::{drop, volatility};
use crate::database::run::Run;
use crate::database::schema::{Definition, Domain, Id, Kind, TypeId, UserType};
use crate::document::sql::{
    AlterDomain, AlterType, ColumnRule, CreateDomain, CreateType, DomainChange, LockMode, Shape, TableRule, TypeChange,
    TypeDefinition,
};

use LockMode::{Share, ShareUpdateExclusive};

/// `CREATE TYPE`.
pub(super) fn create(run: &mut Run<'_>, create: &CreateType) {
    let definition = match &create.definition {
        TypeDefinition::Enum(labels) => Definition::Enum(labels.iter().map(|label| label.text.clone()).collect()),
        _ => Definition::Other,
    };
    add(run, &create.name, definition);
}

fn add(run: &mut Run<'_>, name: &crate::document::sql::Name, definition: Definition) {
    let schema: Box<str> = run.schema.home(name, false).into();
    let fresh = run.schema.in_transaction();
    let made = UserType { schema: schema.clone(), name: name.last().into(), definition, users: Vec::new(), fresh };
    run.schema.add_type(&schema, name.last(), made);
}

/// `ALTER TYPE`.
pub(super) fn alter(run: &mut Run<'_>, alter: &AlterType) {
    let id = run.schema.type_named(alter.name.schema(), alter.name.last());
    match &alter.change {
        TypeChange::AddValue { value, if_not_exists, .. } => {
            let is_fresh = id.and_then(|id| run.schema.user_type(id)).is_some_and(|it| it.fresh);
            if run.version < 12 && !is_fresh {
                run.alone("before PostgreSQL 12 a value cannot be added inside a transaction");
            }
            let Some(id) = id else { return };
            let Some(Definition::Enum(labels)) = run.schema.user_type(id).map(|it| &it.definition) else { return };
            if labels.contains(&value.text) {
                if !if_not_exists {
                    run.fail(format!("the value {} is there already", value.text));
                }
                return;
            }
            if let Definition::Enum(labels) = &mut run.schema.edit_type(id).definition {
                labels.push(value.text.clone());
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
        _ => {}
    }
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
                domain.checks.push((name.unwrap_or_default(), true));
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
                let name = added.name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
                change(run, id, |domain| domain.checks.push((name, valid)));
            }
            TableRule::NotNull(_) => refuse_null(run, id),
            _ => {}
        },
        DomainChange::SetNotNull => refuse_null(run, id),
        DomainChange::DropNotNull => change(run, id, |domain| domain.not_null = false),
        DomainChange::ValidateConstraint(name) => {
            let mode = if run.version >= 18 { ShareUpdateExclusive } else { Share };
            check_users(run, id, mode, "every row is checked against the domain's constraint");
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
            if matches!(run.relation(user).kind, Kind::Table | Kind::MaterializedView) {
                run.lock(user, mode);
                run.scan(user, why);
            }
        }
    }
}
