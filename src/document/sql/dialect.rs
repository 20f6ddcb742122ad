//! In what do the servers' lexers differ?

use crate::document::engine::Engine;

/// How one server, and the client that feeds it, reads a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a habit that a lexer has or has not")]
pub struct Dialect {
    /// `# comments` to the end of the line.
    pub hash_comments: bool,
    /// `--` begins a comment only before a blank; `5--1` is a sum.
    pub dashes_need_blank: bool,
    /// Comments hold comments: `/* /* */ */`.
    pub nested_comments: bool,
    /// `/*!50003 TRIGGER */` is SQL.
    pub version_comments: bool,
    /// `'it\'s'`, without an `E` before it.
    pub backslash_escapes: bool,
    /// `"text"`; elsewhere a name.
    pub double_quoted_text: bool,
    /// `` `name` ``
    pub backticks: bool,
    /// `[name]`
    pub brackets: bool,
    /// `$$text$$`
    pub dollar_quotes: bool,
    /// `@variable`, and `#table` where that is no comment.
    pub sigils: bool,
    /// Lines that begin with a backslash, and the data of COPY.
    pub psql: bool,
    /// `DELIMITER //`
    pub delimiter_lines: bool,
    /// `GO` ends a batch, and a statement need not end otherwise.
    pub batches: bool,
    /// `.mode column`
    pub dot_lines: bool,
}

/// As the SQL standard has it.
const STANDARD: Dialect = Dialect {
    hash_comments: false,
    dashes_need_blank: false,
    nested_comments: false,
    version_comments: false,
    backslash_escapes: false,
    double_quoted_text: false,
    backticks: false,
    brackets: false,
    dollar_quotes: false,
    sigils: false,
    psql: false,
    delimiter_lines: false,
    batches: false,
    dot_lines: false,
};

const POSTGRES: Dialect = Dialect { nested_comments: true, dollar_quotes: true, psql: true, ..STANDARD };

const MYSQL: Dialect = Dialect {
    hash_comments: true,
    dashes_need_blank: true,
    version_comments: true,
    backslash_escapes: true,
    double_quoted_text: true,
    backticks: true,
    sigils: true,
    delimiter_lines: true,
    ..STANDARD
};

const SQLITE: Dialect = Dialect { backticks: true, brackets: true, sigils: true, dot_lines: true, ..STANDARD };

const SQL_SERVER: Dialect = Dialect { nested_comments: true, brackets: true, sigils: true, batches: true, ..STANDARD };

const CLICKHOUSE: Dialect =
    Dialect { hash_comments: true, backslash_escapes: true, backticks: true, dollar_quotes: true, ..STANDARD };

/// What most others understand; nothing of theirs is judged.
const OTHER: Dialect = Dialect { backticks: true, ..POSTGRES };

impl Dialect {
    /// That of an engine.
    pub const fn of(engine: Engine) -> Self {
        match engine {
            Engine::Postgres => POSTGRES,
            Engine::MySql => MYSQL,
            Engine::Sqlite => SQLITE,
            Engine::SqlServer => SQL_SERVER,
            Engine::ClickHouse => CLICKHOUSE,
            Engine::Other => OTHER,
        }
    }
}

/// The length of `/*!50003` or `/*M!100100`, whose content is SQL to a server of that version. No server has reached the
/// versions from 90000 on: dumps write them to say something to nobody.
pub fn version_mark(bytes: &[u8]) -> Option<usize> {
    let mark = [&b"/*!"[..], b"/*M!"].iter().find(|mark| bytes.starts_with(mark))?.len();
    let digits = bytes[mark..].iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    let never = digits >= 5 && bytes[mark] == b'9';
    (!never).then_some(mark + digits)
}
