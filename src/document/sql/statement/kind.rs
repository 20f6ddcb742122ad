//! What a statement is called in reports for machines. These words are an interface: they are added to, never changed.

use super::{Action, ObjectKind, Transaction};

impl Action {
    /// Its first words in kebab case, as far as they say what it is: `alter-table`, `create-index`, `set`.
    pub fn kind(&self) -> String {
        let word = match self {
            Self::AlterTable(alter) => return format!("alter-{}", alter.kind.word()),
            Self::MoveTablespace(moved) => return format!("alter-{}", moved.kind.word()),
            Self::AlterObject(alter) => return format!("alter-{}", alter.kind.word()),
            Self::CreateObject(create) => return format!("create-{}", create.kind.word()),
            Self::Drop(drop) => return format!("drop-{}", drop.kind.word()),
            Self::CreateTable(create) if create.server.is_some() => "create-foreign-table",
            Self::CreateTable(_) => "create-table",
            Self::CreateView(create) if create.materialized => "create-materialized-view",
            Self::CreateView(_) => "create-view",
            Self::CreateFunction(create) if create.procedure => "create-procedure",
            Self::CreateFunction(_) => "create-function",
            Self::Subscription(subscription) if &*subscription.verb.text == "create" => "create-subscription",
            Self::Subscription(_) => "alter-subscription",
            Self::Grant(grant) if grant.revoke => "revoke",
            Self::Owned(owned) if owned.to.is_some() => "reassign-owned",
            Self::Transaction(transaction) => transaction.kind(),
            _ => self.fixed_kind(),
        };
        word.to_owned()
    }

    /// That of a statement of which there is one form.
    fn fixed_kind(&self) -> &'static str {
        match self {
            Self::CreateIndex(_) => "create-index",
            Self::CreateSequence(_) => "create-sequence",
            Self::CreateType(_) => "create-type",
            Self::AlterType(_) => "alter-type",
            Self::CreateDomain(_) => "create-domain",
            Self::AlterDomain(_) => "alter-domain",
            Self::CreateTrigger(_) => "create-trigger",
            Self::CreateRule(_) => "create-rule",
            Self::CreatePolicy(_) => "create-policy",
            Self::AlterPolicy(_) => "alter-policy",
            Self::CreatePublication(_) => "create-publication",
            Self::AlterPublication(_) => "alter-publication",
            Self::CreateSchema(_) => "create-schema",
            Self::CreateExtension(_) => "create-extension",
            Self::CreateStatistics(_) => "create-statistics",
            Self::Reindex(_) => "reindex",
            Self::Cluster(_) => "cluster",
            Self::Vacuum(_) => "vacuum",
            Self::Analyze(_) => "analyze",
            Self::Refresh(_) => "refresh-materialized-view",
            Self::Truncate(_) => "truncate",
            Self::LockTable(_) => "lock-table",
            Self::Comment(_) => "comment",
            Self::Grant(_) => "grant",
            Self::DefaultPrivileges => "alter-default-privileges",
            Self::Owned(_) => "drop-owned",
            Self::ImportForeignSchema => "import-foreign-schema",
            Self::Set(_) => "set",
            Self::Query(_) => "select",
            Self::Insert(_) => "insert",
            Self::Update(_) => "update",
            Self::Delete(_) => "delete",
            Self::Merge(_) => "merge",
            Self::Copy(_) => "copy",
            Self::Do(_) => "do",
            Self::Call(_) => "call",
            Self::Prepare(_) => "prepare",
            Self::Execute(_) => "execute",
            Self::Explain(_) => "explain",
            Self::Declare(_) => "declare",
            Self::Unread => "unread",
            _ => "other",
        }
    }
}

impl Transaction {
    fn kind(&self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Commit(_) => "commit",
            Self::Rollback(_) => "rollback",
            Self::Savepoint(_) => "savepoint",
            Self::Release(_) => "release-savepoint",
            Self::RollbackTo(_) => "rollback-to-savepoint",
            Self::Prepare => "prepare-transaction",
            Self::FinishPrepared => "finish-prepared",
            Self::Set => "set-transaction",
        }
    }
}

impl ObjectKind {
    /// Its keywords in kebab case.
    pub fn word(self) -> &'static str {
        match self {
            Self::AccessMethod => "access-method",
            Self::Aggregate => "aggregate",
            Self::Cast => "cast",
            Self::Collation => "collation",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Conversion => "conversion",
            Self::Database => "database",
            Self::Domain => "domain",
            Self::EventTrigger => "event-trigger",
            Self::Extension => "extension",
            Self::ForeignDataWrapper => "foreign-data-wrapper",
            Self::ForeignTable => "foreign-table",
            Self::Function => "function",
            Self::Index => "index",
            Self::Language => "language",
            Self::LargeObject => "large-object",
            Self::MaterializedView => "materialized-view",
            Self::Operator => "operator",
            Self::OperatorClass => "operator-class",
            Self::OperatorFamily => "operator-family",
            Self::Parameter => "parameter",
            Self::Policy => "policy",
            Self::Procedure => "procedure",
            Self::PropertyGraph => "property-graph",
            Self::Publication => "publication",
            Self::Role => "role",
            Self::Routine => "routine",
            Self::Rule => "rule",
            Self::Schema => "schema",
            Self::Sequence => "sequence",
            Self::Server => "server",
            Self::Statistics => "statistics",
            Self::Subscription => "subscription",
            Self::System => "system",
            Self::Table => "table",
            Self::Tablespace => "tablespace",
            Self::TextSearch => "text-search",
            Self::Transform => "transform",
            Self::Trigger => "trigger",
            Self::Type => "type",
            Self::UserMapping => "user-mapping",
            Self::View => "view",
        }
    }
}
