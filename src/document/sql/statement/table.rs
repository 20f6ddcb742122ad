//! Tables, their columns, constraints and partitions.

use super::{Condition, DataType, Expr, Ident, IndexElement, Name, Query, SequenceOptions, Setting};
use crate::source::Span;

/// `CREATE TABLE` and `CREATE FOREIGN TABLE`, also `AS` a query; `SELECT .. INTO` is one too.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word that the statement has or has not")]
pub struct CreateTable {
    /// From `CREATE` to `TABLE`.
    pub keywords: Span,
    /// The table.
    pub name: Name,
    /// Gone with the session.
    pub temporary: bool,
    /// `UNLOGGED`.
    pub unlogged: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// The server of a foreign table.
    pub server: Option<Ident>,
    /// Its columns. Those of `AS` a query have no type; of a partition or typed table they only add to what is there.
    pub columns: Vec<Column>,
    /// Its constraints, but for those written with a column.
    pub constraints: Vec<TableConstraint>,
    /// `LIKE`.
    pub likes: Vec<Like>,
    /// `INHERITS`.
    pub inherits: Vec<Name>,
    /// `OF` a type.
    pub of_type: Option<Name>,
    /// It holds no rows itself.
    pub partition_by: Option<PartitionBy>,
    /// It is a partition.
    pub partition_of: Option<PartitionOf>,
    /// `USING`: its access method.
    pub method: Option<Ident>,
    /// `WITH` or `OPTIONS`.
    pub settings: Vec<Setting>,
    /// `TABLESPACE`.
    pub tablespace: Option<Ident>,
    /// `AS`: where its rows come from.
    pub query: Option<Box<Query>>,
    /// `WITH NO DATA`.
    pub no_data: bool,
}

/// A column and how it is defined.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: Ident,
    /// Everything after the name.
    pub definition: Span,
    /// Its type; none where it comes from elsewhere: of a partition, a typed table or a query.
    pub data_type: Option<DataType>,
    /// `COLLATE`.
    pub collation: Option<Name>,
    /// `STORAGE`.
    pub storage: Option<Ident>,
    /// `COMPRESSION`.
    pub compression: Option<Ident>,
    /// All its constraints, its default among them, in order.
    pub constraints: Vec<ColumnConstraint>,
}

impl Column {
    fn find<'a, T>(&'a self, wanted: impl Fn(&'a ColumnRule) -> Option<T>) -> Option<T> {
        self.constraints.iter().find_map(|constraint| wanted(&constraint.rule))
    }

    /// Its default.
    pub fn default(&self) -> Option<&Expr> {
        self.find(|rule| if let ColumnRule::Default(value) = rule { Some(&**value) } else { None })
    }

    /// How its values are computed.
    pub fn generated(&self) -> Option<&Generated> {
        self.find(|rule| if let ColumnRule::Generated(generated) = rule { Some(&**generated) } else { None })
    }

    /// Its identity.
    pub fn identity(&self) -> Option<&Identity> {
        self.find(|rule| if let ColumnRule::Identity(identity) = rule { Some(identity) } else { None })
    }

    /// Whether its definition refuses NULL: `NOT NULL`, a primary key, an identity or a serial type.
    pub fn is_required(&self) -> bool {
        let refuses = |rule: &ColumnRule| {
            matches!(rule, ColumnRule::NotNull | ColumnRule::PrimaryKey(_) | ColumnRule::Identity(_)).then_some(())
        };
        self.find(refuses).is_some() || self.data_type.as_ref().is_some_and(DataType::is_serial)
    }
}

/// A constraint that is written with its column.
#[derive(Clone, Debug)]
pub struct ColumnConstraint {
    /// All of it, its name included.
    pub span: Span,
    /// Its name, unless the server chooses one.
    pub name: Option<Ident>,
    /// What it says.
    pub rule: ColumnRule,
    /// When it is held.
    pub attributes: Attributes,
}

/// What a constraint of a column says.
#[derive(Clone, Debug)]
pub enum ColumnRule {
    /// `NOT NULL`.
    NotNull,
    /// `NULL`: says nothing.
    Null,
    /// `DEFAULT`.
    Default(Box<Expr>),
    /// `GENERATED ALWAYS AS (..)`.
    Generated(Box<Generated>),
    /// `GENERATED .. AS IDENTITY`.
    Identity(Identity),
    /// `CHECK`.
    Check(Box<Condition>),
    /// `UNIQUE`.
    Unique(Box<KeyOptions>),
    /// `PRIMARY KEY`.
    PrimaryKey(Box<KeyOptions>),
    /// `REFERENCES`.
    References(Box<Reference>),
}

/// `GENERATED ALWAYS AS (..)`.
#[derive(Clone, Debug)]
pub struct Generated {
    /// From what.
    pub expr: Expr,
    /// `STORED` or `VIRTUAL`, where it is said: the default is virtual since 18.
    pub stored: Option<bool>,
}

/// `GENERATED .. AS IDENTITY`.
#[derive(Clone, Debug)]
pub struct Identity {
    /// `ALWAYS`, not `BY DEFAULT`.
    pub always: bool,
    /// Of its sequence.
    pub options: Box<SequenceOptions>,
}

/// Of the index behind a constraint.
#[derive(Clone, Debug, Default)]
pub struct KeyOptions {
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// `INCLUDE`.
    pub include: Vec<Ident>,
    /// `WITH`.
    pub settings: Vec<Setting>,
    /// `USING INDEX TABLESPACE`.
    pub tablespace: Option<Ident>,
}

/// When a constraint is held, and for whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Attributes {
    /// `DEFERRABLE` or `NOT DEFERRABLE`, where it is said.
    pub deferrable: Option<bool>,
    /// `INITIALLY DEFERRED`.
    pub initially_deferred: bool,
    /// `NOT VALID`, and where.
    pub not_valid: Option<Span>,
    /// `ENFORCED` or `NOT ENFORCED`, where it is said.
    pub enforced: Option<bool>,
    /// `NO INHERIT`.
    pub no_inherit: bool,
    /// `INHERIT`, of `ALTER CONSTRAINT`.
    pub inherit: bool,
}

/// A constraint of a table, or of a domain.
#[derive(Clone, Debug)]
pub struct TableConstraint {
    /// All of it, its name included.
    pub span: Span,
    /// Its name, unless the server chooses one.
    pub name: Option<Ident>,
    /// What it says.
    pub rule: TableRule,
    /// When it is held.
    pub attributes: Attributes,
}

/// What a constraint of a table says.
#[derive(Clone, Debug)]
pub enum TableRule {
    /// `CHECK`.
    Check(Box<Condition>),
    /// `NOT NULL` a column, since 18; of a domain without one.
    NotNull(Option<Ident>),
    /// `UNIQUE` or `PRIMARY KEY`.
    Key(Box<Key>),
    /// `UNIQUE` or `PRIMARY KEY` `USING INDEX`.
    KeyUsingIndex {
        /// `PRIMARY KEY`.
        primary: bool,
        /// The index, which takes the constraint's name.
        index: Ident,
    },
    /// `FOREIGN KEY`.
    ForeignKey(Box<ForeignKey>),
    /// `EXCLUDE`.
    Exclude(Box<Exclude>),
}

/// `UNIQUE` or `PRIMARY KEY`.
#[derive(Clone, Debug)]
pub struct Key {
    /// `PRIMARY KEY`.
    pub primary: bool,
    /// Its columns.
    pub columns: Vec<Ident>,
    /// `WITHOUT OVERLAPS` of the last column.
    pub without_overlaps: bool,
    /// Of its index.
    pub options: KeyOptions,
}

/// `FOREIGN KEY`.
#[derive(Clone, Debug)]
pub struct ForeignKey {
    /// The columns that refer.
    pub columns: Vec<Ident>,
    /// To what.
    pub reference: Reference,
}

/// `REFERENCES`.
#[derive(Clone, Debug)]
pub struct Reference {
    /// All of it.
    pub span: Span,
    /// The table.
    pub table: Name,
    /// Its columns; none for its primary key.
    pub columns: Vec<Ident>,
    /// `ON DELETE`.
    pub on_delete: Option<Referential>,
    /// `ON UPDATE`.
    pub on_update: Option<Referential>,
    /// `MATCH FULL`.
    pub match_full: bool,
}

/// What happens to rows that refer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Referential {
    /// `NO ACTION`.
    NoAction,
    /// `RESTRICT`.
    Restrict,
    /// `CASCADE`.
    Cascade,
    /// `SET NULL`.
    SetNull,
    /// `SET DEFAULT`.
    SetDefault,
}

/// `EXCLUDE`.
#[derive(Clone, Debug)]
pub struct Exclude {
    /// `USING`.
    pub method: Option<Ident>,
    /// What is compared, each with its operator.
    pub elements: Vec<IndexElement>,
    /// `WHERE`.
    pub predicate: Option<Condition>,
    /// Of its index.
    pub options: KeyOptions,
}

/// `LIKE` another table.
#[derive(Clone, Debug)]
pub struct Like {
    /// All of it.
    pub span: Span,
    /// The table.
    pub table: Name,
    /// `INCLUDING` (true) and `EXCLUDING` what, in order: `all`, `defaults`, `indexes`.
    pub parts: Vec<(bool, Ident)>,
}

/// `PARTITION BY`.
#[derive(Clone, Debug)]
pub struct PartitionBy {
    /// All of it.
    pub span: Span,
    /// `range`, `list` or `hash`.
    pub strategy: Ident,
    /// By what.
    pub keys: Vec<IndexElement>,
}

/// `PARTITION OF`.
#[derive(Clone, Debug)]
pub struct PartitionOf {
    /// The table it is a part of.
    pub parent: Name,
    /// Which part.
    pub bound: Bound,
}

/// Which rows a partition holds.
#[derive(Clone, Debug)]
pub struct Bound {
    /// All of it.
    pub span: Span,
    /// The rows.
    pub rows: Rows,
}

/// Which rows a partition holds.
#[derive(Clone, Debug)]
pub enum Rows {
    /// `DEFAULT`: what no other does.
    Default,
    /// `FROM .. TO ..`.
    Range {
        /// From this on.
        from: Vec<Edge>,
        /// To this, which is no part of it.
        to: Vec<Edge>,
    },
    /// `IN (..)`.
    List(Vec<Expr>),
    /// `WITH (MODULUS m, REMAINDER r)`.
    Hash {
        /// How many there are.
        modulus: u32,
        /// Which one it is.
        remainder: u32,
    },
}

/// The edge of a range.
#[derive(Clone, Debug)]
pub enum Edge {
    /// `MINVALUE`.
    Lowest,
    /// `MAXVALUE`.
    Highest,
    /// A value.
    At(Expr),
}
