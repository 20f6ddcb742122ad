//! Words with a meaning of their own inside expressions and queries.

/// By length: a word is compared with few, and with each of these in one step.
const TWO: &[[u8; 2]] = &[*b"as", *b"by", *b"do", *b"in", *b"is", *b"on", *b"or", *b"to"];
const THREE: &[[u8; 3]] = &[*b"all", *b"and", *b"any", *b"asc", *b"end", *b"for", *b"not", *b"row", *b"set"];
const FOUR: &[[u8; 4]] = &[
    *b"both", *b"case", *b"cast", *b"desc", *b"else", *b"from", *b"full", *b"into", *b"join", *b"left", *b"like", *b"null",
    *b"only", *b"over", *b"some", *b"then", *b"true", *b"user", *b"when", *b"with",
];
const FIVE: &[[u8; 5]] = &[
    *b"array", *b"check", *b"cross", *b"false", *b"fetch", *b"grant", *b"group", *b"ilike", *b"inner", *b"limit", *b"order",
    *b"outer", *b"right", *b"table", *b"union", *b"using", *b"where",
];
const SIX: &[[u8; 6]] = &[
    *b"binary", *b"column", *b"create", *b"escape", *b"except", *b"exists", *b"filter", *b"freeze", *b"having", *b"isnull",
    *b"offset", *b"select", *b"unique", *b"values", *b"window", *b"within",
];
const SEVEN: &[[u8; 7]] = &[
    *b"analyse",
    *b"analyze",
    *b"between",
    *b"collate",
    *b"default",
    *b"foreign",
    *b"lateral",
    *b"leading",
    *b"natural",
    *b"notnull",
    *b"placing",
    *b"primary",
    *b"similar",
    *b"verbose",
];

/// Longer ones.
const LONG: &[&str] = &[
    "distinct",
    "overlaps",
    "trailing",
    "variadic",
    "collation",
    "initially",
    "intersect",
    "localtime",
    "returning",
    "symmetric",
    "asymmetric",
    "constraint",
    "deferrable",
    "references",
    "system_user",
    "tablesample",
    "concurrently",
    "current_date",
    "current_role",
    "current_time",
    "current_user",
    "session_user",
    "authorization",
    "current_schema",
    "localtimestamp",
    "current_catalog",
    "current_timestamp",
];

/// Whether a word in lower case is no name by itself.
pub fn is_reserved(word: &str) -> bool {
    match word.len() {
        2 => is_among(word, TWO),
        3 => is_among(word, THREE),
        4 => is_among(word, FOUR),
        5 => is_among(word, FIVE),
        6 => is_among(word, SIX),
        7 => is_among(word, SEVEN),
        8.. => LONG.contains(&word),
        _ => false,
    }
}

fn is_among<const LENGTH: usize>(word: &str, words: &[[u8; LENGTH]]) -> bool {
    <&[u8; LENGTH]>::try_from(word.as_bytes()).is_ok_and(|word| words.contains(word))
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
