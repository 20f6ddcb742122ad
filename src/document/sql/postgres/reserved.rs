//! Words with a meaning of their own inside expressions and queries.

/// Whether a word in lower case is no name by itself. Asked of every word, and each length compares with few.
pub fn is_reserved(word: &str) -> bool {
    match word.len() {
        2 => matches!(word, "as" | "by" | "do" | "in" | "is" | "on" | "or" | "to"),
        3 => matches!(word, "all" | "and" | "any" | "asc" | "end" | "for" | "not" | "row" | "set"),
        4 => matches!(
            word,
            "both"
                | "case"
                | "cast"
                | "desc"
                | "else"
                | "from"
                | "full"
                | "into"
                | "join"
                | "left"
                | "like"
                | "null"
                | "only"
                | "over"
                | "some"
                | "then"
                | "true"
                | "user"
                | "when"
                | "with"
        ),
        5 => matches!(
            word,
            "array"
                | "check"
                | "cross"
                | "false"
                | "fetch"
                | "grant"
                | "group"
                | "ilike"
                | "inner"
                | "limit"
                | "order"
                | "outer"
                | "right"
                | "table"
                | "union"
                | "using"
                | "where"
        ),
        6 => matches!(
            word,
            "binary"
                | "column"
                | "create"
                | "escape"
                | "except"
                | "exists"
                | "filter"
                | "freeze"
                | "having"
                | "isnull"
                | "offset"
                | "select"
                | "unique"
                | "values"
                | "window"
                | "within"
        ),
        7 => matches!(
            word,
            "analyse"
                | "analyze"
                | "between"
                | "collate"
                | "default"
                | "foreign"
                | "lateral"
                | "leading"
                | "natural"
                | "notnull"
                | "placing"
                | "primary"
                | "similar"
                | "verbose"
        ),
        8 => matches!(word, "distinct" | "overlaps" | "trailing" | "variadic"),
        9 => matches!(word, "asymmetric" | "collation" | "initially" | "intersect" | "localtime" | "returning" | "symmetric"),
        10 => matches!(word, "asymmetric" | "constraint" | "deferrable" | "references"),
        11 => matches!(word, "system_user" | "tablesample"),
        12 => matches!(word, "concurrently" | "current_date" | "current_role" | "current_time" | "current_user" | "session_user"),
        13 => matches!(word, "authorization"),
        14 => matches!(word, "current_schema" | "localtimestamp"),
        15 => matches!(word, "current_catalog"),
        17 => word == "current_timestamp",
        _ => false,
    }
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
