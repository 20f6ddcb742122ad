//! Which database is it?

/// A database server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Engine {
    /// `PostgreSQL`.
    Postgres,
    /// `MySQL` or `MariaDB`.
    MySql,
    /// `SQLite`.
    Sqlite,
    /// SQL Server.
    SqlServer,
    /// `ClickHouse`.
    ClickHouse,
    /// Any other.
    Other,
}

impl Engine {
    /// The words that a configuration may use.
    pub const WORDS: &[&str] = &["postgres", "mysql", "mariadb", "sqlite", "sqlserver", "clickhouse"];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::MySql => "MySQL",
            Self::Sqlite => "SQLite",
            Self::SqlServer => "SQL Server",
            Self::ClickHouse => "ClickHouse",
            Self::Other => "another database",
        }
    }

    /// Its name on rule pages.
    pub fn key(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::MySql => "mysql",
            Self::Sqlite => "sqlite",
            Self::SqlServer => "sqlserver",
            Self::ClickHouse => "clickhouse",
            Self::Other => "other",
        }
    }

    /// What a word of a path or a file name says.
    pub fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "postgres" | "postgresql" | "pg" | "psql" => Self::Postgres,
            "mysql" | "mariadb" => Self::MySql,
            "sqlite" | "sqlite3" => Self::Sqlite,
            "mssql" | "sqlserver" | "tsql" => Self::SqlServer,
            "clickhouse" => Self::ClickHouse,
            "oracle" | "h2" | "cockroach" | "cockroachdb" | "crdb" | "snowflake" | "bigquery" | "spanner" | "cassandra"
            | "tidb" => Self::Other,
            _ => return None,
        })
    }
}
