//! Functions, triggers, rules, and what is inside them.

use std::sync::Arc;

use super::{DataType, Expr, Ident, Name, Query, Setting, Statement};
use crate::source::Span;

/// `CREATE FUNCTION`, `CREATE PROCEDURE`.
#[derive(Clone, Debug)]
pub struct CreateFunction {
    /// From `CREATE` to `FUNCTION`.
    pub keywords: Span,
    /// `PROCEDURE`.
    pub procedure: bool,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// Its name.
    pub name: Name,
    /// The brackets with its arguments.
    pub signature: Span,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// `RETURNS`; of `RETURNS TABLE` a record.
    pub returns: Option<DataType>,
    /// `LANGUAGE`.
    pub language: Option<Ident>,
    /// `IMMUTABLE`, `STABLE` or `VOLATILE`; volatile where nothing is said.
    pub volatility: Volatility,
    /// `SECURITY DEFINER`.
    pub security_definer: bool,
    /// `SET`: what holds while it runs.
    pub settings: Vec<Setting>,
    /// What it does, where it is written in SQL or PL/pgSQL.
    pub body: Option<Arc<Body>>,
}

/// An argument of a function.
#[derive(Clone, Debug)]
pub struct Argument {
    /// `in`, `out`, `inout`, `variadic`, where it is said.
    pub mode: Option<Ident>,
    /// Its name.
    pub name: Option<Ident>,
    /// Its type.
    pub data_type: DataType,
    /// `DEFAULT`.
    pub default: Option<Expr>,
}

/// Whether a function answers the same every time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Volatility {
    /// Always.
    Immutable,
    /// Within one statement.
    Stable,
    /// Never.
    #[default]
    Volatile,
}

/// What a function or a DO does.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its text, quotes included.
    pub span: Span,
    /// The statements in it that are written out, in order, also as the literal of an EXECUTE.
    pub statements: Vec<Inner>,
    /// Statements that are put together when it runs: what they do is unknown.
    pub dynamic: Vec<Span>,
    /// Errors are caught somewhere in it.
    pub catches: bool,
    /// It was understood to its end.
    pub complete: bool,
}

/// A statement inside a body.
#[derive(Clone, Debug)]
pub struct Inner {
    /// The statement.
    pub statement: Statement,
    /// It stands in a branch, a loop or a handler: it may not run, or more than once.
    pub conditional: bool,
}

/// `DO`.
#[derive(Clone, Debug)]
pub struct DoBlock {
    /// `LANGUAGE`, where it is said.
    pub language: Option<Ident>,
    /// What it does.
    pub body: Body,
}

/// `CREATE TRIGGER`.
#[derive(Clone, Debug)]
pub struct CreateTrigger {
    /// From `CREATE` to `TRIGGER`.
    pub keywords: Span,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `CONSTRAINT`.
    pub constraint: bool,
    /// Its name.
    pub name: Ident,
    /// The table.
    pub table: Name,
    /// `BEFORE`, `AFTER` or `INSTEAD`.
    pub timing: Ident,
    /// `INSERT`, `UPDATE`, `DELETE`, `TRUNCATE`.
    pub events: Vec<Ident>,
    /// `UPDATE OF`.
    pub columns: Vec<Ident>,
    /// `FROM`, of a constraint trigger.
    pub from: Option<Name>,
    /// `REFERENCING`: how many tables of what has changed its function sees.
    pub transitions: u8,
    /// `FOR EACH ROW`.
    pub each_row: bool,
    /// `WHEN`.
    pub when: Option<Expr>,
    /// What runs.
    pub function: Name,
}

/// `CREATE RULE`.
#[derive(Clone, Debug)]
pub struct CreateRule {
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// Its name.
    pub name: Ident,
    /// The table.
    pub table: Name,
    /// `SELECT`, `INSERT`, `UPDATE`, `DELETE`.
    pub event: Ident,
    /// `INSTEAD`.
    pub instead: bool,
    /// The words that may be columns of the table: those after `OLD` and `NEW`, each once.
    pub columns: Vec<Ident>,
    /// What runs, as far as it was read.
    pub statements: Vec<Statement>,
}

/// `CALL`, or `EXECUTE` of something prepared.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// What is called.
    pub name: Name,
    /// Its arguments.
    pub arguments: Box<Query>,
}
