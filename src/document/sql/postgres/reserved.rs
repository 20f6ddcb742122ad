//! Words with a meaning of their own inside expressions and queries.

/// By length, so that a word is compared with few.
const RESERVED: [&[&str]; 16] = [
    &[],
    &[],
    &["as", "by", "do", "in", "is", "on", "or", "to"],
    &["all", "and", "any", "asc", "end", "for", "not", "row", "set"],
    &[
        "both", "case", "cast", "desc", "else", "from", "full", "into", "join", "left", "like", "null", "only", "over", "some",
        "then", "true", "user", "when", "with",
    ],
    &[
        "array", "check", "cross", "false", "fetch", "grant", "group", "ilike", "inner", "limit", "order", "outer", "right",
        "table", "union", "using", "where",
    ],
    &[
        "binary", "column", "create", "escape", "except", "exists", "filter", "freeze", "having", "isnull", "offset", "select",
        "unique", "values", "window", "within",
    ],
    &[
        "analyse", "analyze", "between", "collate", "default", "foreign", "lateral", "leading", "natural", "notnull", "placing",
        "primary", "similar", "verbose",
    ],
    &["distinct", "overlaps", "trailing", "variadic"],
    &["asymmetric", "collation", "initially", "intersect", "localtime", "returning", "symmetric"],
    &["asymmetric", "constraint", "deferrable", "references"],
    &["system_user", "tablesample"],
    &["concurrently", "current_date", "current_role", "current_time", "current_user", "session_user"],
    &["authorization"],
    &["current_schema", "localtimestamp"],
    &["current_catalog"],
];

/// Whether a word in lower case is no name by itself.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.get(word.len()).is_some_and(|words| words.contains(&word)) || word == "current_timestamp"
}

/// Whether a word is a function that needs no brackets.
pub fn is_value_function(word: &str) -> bool {
    let long = word.len() > 9 && (word.starts_with("current_") || word == "localtimestamp" || word == "session_user");
    let known = long && is_reserved(word);
    known || matches!(word, "user" | "localtime" | "system_user")
}

/// What looks like a call and is none.
pub fn is_construct(word: &str) -> bool {
    matches!(word, "coalesce" | "nullif" | "greatest" | "least" | "grouping")
}

/// Functions whose arguments have words between them: `extract(year FROM d)`.
pub fn separates_by_words(word: &str) -> bool {
    matches!(word, "extract" | "substring" | "trim" | "overlay" | "position")
}
