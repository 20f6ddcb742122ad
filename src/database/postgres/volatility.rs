//! Does an expression answer the same every time?

use std::sync::Arc;

use crate::database::effect::Sureness;
use crate::database::run::Run;
use crate::database::schema::{Id, Kind};
use crate::document::sql::{Call, Expr, Volatility};

/// Functions of the server and of well-known extensions that never do.
const VOLATILE: &[&str] = &[
    "array_sample",
    "array_shuffle",
    "clock_timestamp",
    "currval",
    "dblink",
    "gen_random_bytes",
    "gen_random_uuid",
    "gen_salt",
    "gen_ulid",
    "lastval",
    "lo_create",
    "lo_creat",
    "nanoid",
    "nextval",
    "pg_advisory_lock",
    "pg_advisory_xact_lock",
    "pg_notify",
    "pg_sleep",
    "pg_sleep_for",
    "pg_sleep_until",
    "random",
    "random_normal",
    "set_config",
    "setseed",
    "setval",
    "timeofday",
    "ulid",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuid_generate_v7",
    "uuidv4",
    "uuidv7",
];

/// Functions that do, at least within one statement.
const STEADY: &[&str] = &[
    "abs",
    "age",
    "array",
    "array_append",
    "array_cat",
    "array_fill",
    "array_length",
    "array_prepend",
    "array_remove",
    "array_to_string",
    "ascii",
    "btrim",
    "cardinality",
    "ceil",
    "ceiling",
    "char_length",
    "chr",
    "coalesce",
    "concat",
    "concat_ws",
    "convert_from",
    "convert_to",
    "current_catalog",
    "current_database",
    "current_date",
    "current_role",
    "current_schema",
    "current_setting",
    "current_time",
    "current_timestamp",
    "current_user",
    "date",
    "date_part",
    "date_trunc",
    "daterange",
    "decode",
    "digest",
    "div",
    "encode",
    "exp",
    "extract",
    "floor",
    "format",
    "greatest",
    "hashtext",
    "hstore",
    "initcap",
    "int4range",
    "int8range",
    "json_array",
    "json_build_array",
    "json_build_object",
    "json_object",
    "jsonb_array_length",
    "jsonb_build_array",
    "jsonb_build_object",
    "jsonb_extract_path",
    "jsonb_extract_path_text",
    "jsonb_object",
    "jsonb_set",
    "least",
    "left",
    "length",
    "ln",
    "localtime",
    "localtimestamp",
    "log",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "make_time",
    "make_timestamp",
    "make_timestamptz",
    "md5",
    "mod",
    "now",
    "nullif",
    "numrange",
    "octet_length",
    "overlay",
    "pg_backend_pid",
    "pg_current_xact_id",
    "point",
    "position",
    "power",
    "quote_ident",
    "quote_literal",
    "regexp_match",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row",
    "row_to_json",
    "rpad",
    "rtrim",
    "session_user",
    "setweight",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sign",
    "split_part",
    "sqrt",
    "st_geomfromtext",
    "st_makepoint",
    "st_point",
    "st_setsrid",
    "statement_timestamp",
    "string_to_array",
    "strpos",
    "substr",
    "substring",
    "timezone",
    "to_char",
    "to_date",
    "to_hex",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_timestamp",
    "to_tsquery",
    "to_tsvector",
    "transaction_timestamp",
    "translate",
    "trim",
    "trunc",
    "tsrange",
    "tstzrange",
    "txid_current",
    "unaccent",
    "unistr",
    "upper",
    "user",
    "uuid_generate_v3",
    "uuid_generate_v5",
    "uuid_nil",
    "version",
    "width_bucket",
    "xmlelement",
];

/// What a new column's value is, for all the rows that are there.
pub(super) struct Nature {
    /// Each row needs its own.
    pub volatile: bool,
    pub sureness: Sureness,
    /// Which function says so.
    pub function: Option<String>,
    pub sequences: Vec<Id>,
}

/// How volatile an expression is.
pub(super) fn of(run: &mut Run<'_>, expr: &Expr) -> Nature {
    let mut nature = Nature { volatile: false, sureness: Sureness::Certain, function: None, sequences: Vec::new() };
    for call in &expr.calls {
        let (volatile, sureness) = of_call(run, call);
        if volatile && !nature.volatile {
            nature.volatile = true;
            nature.sureness = sureness;
            nature.function = Some(call.name.to_string());
        } else if volatile {
            nature.sureness = nature.sureness.max(sureness);
        }
        nature.sequences.extend(sequence(run, call));
    }
    nature
}

fn of_call(run: &mut Run<'_>, call: &Call) -> (bool, Sureness) {
    let name = call.name.last();
    if name == "gen_random_uuid" && run.schema.function(name).is_none() && call.name.schema().is_none() && run.version < 13 {
        run.needs(13, "gen_random_uuid() (unless the extension pgcrypto is there)");
        run.out.error.iter_mut().for_each(|error| error.kind = crate::database::FailureKind::Unsupported);
    }
    if matches!(name, "uuidv7" | "uuidv4") && run.schema.function(name).is_none() {
        run.needs(18, &format!("{name}()"));
    }
    if let Some(function) = run.schema.function(name) {
        let volatility = function.inlined.filter(|_| run.version >= 12).unwrap_or(function.volatility);
        return (volatility == Volatility::Volatile, Sureness::Certain);
    }
    let is_in = |list: &[&str]| list.contains(&name);
    if is_in(VOLATILE) {
        (true, Sureness::Certain)
    } else if is_in(STEADY) {
        (false, Sureness::Certain)
    } else {
        // Volatile is what a function is that says nothing else.
        (true, Sureness::Likely)
    }
}

/// Functions that read and change nothing but what stands in the query, beside those above.
const PLAIN: &[&str] = &[
    "array_agg",
    "avg",
    "bool_and",
    "bool_or",
    "count",
    "dense_rank",
    "first_value",
    "generate_series",
    "generate_subscripts",
    "json_agg",
    "json_array_elements",
    "jsonb_agg",
    "jsonb_array_elements",
    "jsonb_each",
    "jsonb_object_agg",
    "jsonb_typeof",
    "lag",
    "last_value",
    "lead",
    "max",
    "min",
    "rank",
    "regexp_split_to_table",
    "row_number",
    "string_agg",
    "sum",
    "to_regclass",
    "unnest",
];

/// Whether a function is one of those that everybody has, and which make no tables.
pub(super) fn is_of_the_server(name: &crate::document::sql::Name) -> bool {
    let is_in = |list: &[&str]| list.contains(&name.last());
    name.schema() == Some("pg_catalog") || name.last().starts_with("pg_") || is_in(VOLATILE) || is_in(STEADY) || is_in(PLAIN)
}

/// Whether an expression may answer otherwise tomorrow, so that no index can be built on it. Only what is known to.
pub(super) fn is_changeable(run: &Run<'_>, expr: &Expr) -> bool {
    const CHANGING: &[&str] = &[
        "current_date",
        "current_role",
        "current_schema",
        "current_setting",
        "current_time",
        "current_timestamp",
        "current_user",
        "localtime",
        "localtimestamp",
        "now",
        "session_user",
        "statement_timestamp",
        "transaction_timestamp",
        "txid_current",
        "user",
    ];
    expr.calls.iter().any(|call| match run.schema.function(call.name.last()) {
        Some(function) => {
            let declares = function.volatility != Volatility::Immutable;
            declares && function.inlined.is_none() && !function.is_several
        }
        None => VOLATILE.contains(&call.name.last()) || CHANGING.contains(&call.name.last()),
    })
}

/// The functions of the history that something of a relation calls.
pub(super) fn called(run: &mut Run<'_>, by: Id, calls: &[Call]) -> Vec<Arc<str>> {
    let known = calls.iter().map(|call| call.name.last()).filter(|name| run.schema.function(name).is_some());
    let functions: Vec<Arc<str>> = known.map(Into::into).collect();
    for function in &functions {
        run.schema.note_call(function, by);
    }
    functions
}

/// The sequence that `nextval('s')` draws from.
pub(super) fn sequence(run: &mut Run<'_>, call: &Call) -> Option<Id> {
    if !matches!(call.name.last(), "nextval" | "setval" | "currval") {
        return None;
    }
    let name = Run::name_in(call.literal.as_ref()?)?;
    run.named(&name, Kind::Sequence)
}
