//! Expressions and data types, as far as their cost depends on what they say.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Ident, Name};
use crate::source::Span;

/// An expression.
#[derive(Clone, Debug, Default)]
pub struct Expr {
    /// All of it, without brackets that only surround it.
    pub span: Span,
    /// What it is at the top.
    pub shape: Shape,
    /// The functions it calls, also those without brackets (`CURRENT_DATE`), in order.
    pub calls: Vec<Call>,
    /// The words that may be columns, each once, in order.
    pub columns: Vec<Ident>,
    /// It holds a query.
    pub has_query: bool,
}

/// What an expression is at the top.
#[derive(Clone, Debug, Default)]
pub enum Shape {
    /// `NULL`, also with casts.
    Null,
    /// One literal, also with casts: `'{}'::jsonb`, `date '2024-01-01'`, `-1`.
    Literal(Literal),
    /// Neither function nor column nor query: `1 + 1`, `ARRAY['a']`, `(1, 2)`.
    Constant,
    /// `c`, `t.c`.
    Column(Ident),
    /// `c::text::mood`, `CAST(c AS text)`: a column and the types in order.
    Cast(Box<(Ident, Vec<DataType>)>),
    /// `c AT TIME ZONE 'UTC'`, with the zone where it is a literal.
    AtTimeZone(Box<(Ident, Option<Literal>)>),
    /// One call, also with casts.
    Call,
    /// Anything else.
    #[default]
    Other,
}

/// A string, number or boolean.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Literal {
    /// Where it stands.
    pub span: Span,
    /// Its value: of a string what is inside the quotes.
    pub text: Arc<str>,
    /// It is written as a string.
    pub quoted: bool,
}

/// A call of a function.
#[derive(Clone, Debug)]
pub struct Call {
    /// The function.
    pub name: Name,
    /// The first argument where it is a literal: the sequence of `nextval('s')`.
    pub literal: Option<Literal>,
}

impl Call {
    /// Whether it makes one value of many rows, as far as the server's own functions go.
    pub fn is_aggregate(&self) -> bool {
        let name = self.name.last();
        let others = ["count", "sum", "min", "max", "avg", "string_agg", "bool_and", "bool_or", "every"];
        others.contains(&name) || ["array_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg"].contains(&name)
    }
}

/// A condition: what must hold at once, as far as proofs need it.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// The whole of it.
    pub expr: Expr,
    /// Its parts that AND joins.
    pub terms: Vec<Term>,
}

/// A part of a condition that must hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Term {
    /// `c IS NOT NULL`.
    NotNull(Ident),
    /// `c >= 1`, also written `1 <= c`: the sign is the one for the column on the left (`=`, `<`, `<=`, `>`, `>=`, `<>`).
    Compare(Ident, &'static str, Literal),
    /// `c IN (1, 2)`, `c = ANY (ARRAY[1, 2])`.
    In(Ident, Vec<Literal>),
    /// Something else.
    Other(Span),
}

impl Term {
    /// The column that it speaks of.
    pub fn column(&self) -> Option<&Ident> {
        match self {
            Self::NotNull(column) | Self::Compare(column, ..) | Self::In(column, _) => Some(column),
            Self::Other(_) => None,
        }
    }
}

/// A data type.
#[derive(Clone, Debug)]
pub struct DataType {
    /// All of it.
    pub span: Span,
    /// The schema, where one other than `pg_catalog` is written.
    pub schema: Option<Arc<str>>,
    /// The name by which the server's catalogue calls it: `int4`, `varchar`, `bpchar`, `timestamptz`, `float8`, `bool`. The
    /// serial types keep theirs: `serial`, `bigserial`, `smallserial`.
    pub name: Cow<'static, str>,
    /// What stands in brackets: `numeric(10, 2)`.
    pub modifiers: Vec<Modifier>,
    /// How many dimensions: `int[][]`, `int ARRAY`.
    pub dimensions: u8,
    /// The fields of an interval: `DAY TO SECOND`.
    pub fields: Option<Fields>,
    /// `SETOF`, of what functions return.
    pub set_of: bool,
    /// `t.c%TYPE`, in the arguments of functions.
    pub copied: bool,
}

/// The fields of an interval.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fields {
    /// All of it.
    pub span: Span,
    /// The finest one: 0 for seconds, 1 for minutes, up to 5 for years.
    pub finest: u8,
}

/// Something in the brackets of a type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Modifier {
    /// A number.
    Number(i64),
    /// Anything else, as extensions have it: `geometry(Point, 4326)`.
    Word(Arc<str>),
}

impl DataType {
    /// The number at this place of the brackets.
    pub fn number(&self, at: usize) -> Option<i64> {
        match self.modifiers.get(at)? {
            Modifier::Number(number) => Some(*number),
            Modifier::Word(_) => None,
        }
    }

    /// Whether it makes a sequence and a default.
    pub fn is_serial(&self) -> bool {
        self.schema.is_none() && matches!(&*self.name, "serial" | "bigserial" | "smallserial")
    }
}

/// One of the settings in brackets: `(fillfactor = 70)`, also `OPTIONS (a 'b')`.
#[derive(Clone, Debug)]
pub struct Setting {
    /// All of it.
    pub span: Span,
    /// What is set, with its prefix: `toast.autovacuum_enabled`. An option's ADD, SET or DROP is not part of it.
    pub name: Arc<str>,
    /// To what, where it is said; a name or a number as written, of a string what is inside.
    pub value: Option<Arc<str>>,
}
