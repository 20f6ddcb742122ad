use super::*;

fn expr(text: &str) -> Expr {
    match column_change(&format!("SET DEFAULT {text}")) {
        ColumnChange::SetDefault(expr) => *expr,
        other => panic!("{other:?}"),
    }
}

fn shape(text: &str) -> String {
    match expr(text).shape {
        Shape::Null => "null".to_owned(),
        Shape::Literal(literal) => format!("literal {}", literal.text),
        Shape::Constant => "constant".to_owned(),
        Shape::Column(column) => format!("column {}", column.text),
        Shape::Cast(cast) => {
            let types: Vec<&str> = cast.1.iter().map(|data_type| &*data_type.name).collect();
            format!("cast {} {}", cast.0.text, types.join(" "))
        }
        Shape::AtTimeZone(at) => format!("{} at {:?}", at.0.text, at.1.map(|zone| zone.text)),
        Shape::Call => "call".to_owned(),
        Shape::Other => "other".to_owned(),
    }
}

#[test]
fn an_expression_is_known_by_its_top() {
    for (text, wanted) in [
        ("NULL", "null"),
        ("NULL::text", "null"),
        ("(('a'))", "literal a"),
        ("'it''s'::text", "literal it's"),
        ("-1.5", "literal -1.5"),
        ("TRUE", "literal true"),
        ("date '2024-01-01'", "literal 2024-01-01"),
        ("timestamp with time zone 'epoch'", "literal epoch"),
        ("'{}'::jsonb", "literal {}"),
        ("('{}'::text)::jsonb", "literal {}"),
        ("CAST('1' AS numeric(3, 1))", "literal 1"),
        ("ARRAY['a', 'b']::text[]", "constant"),
        ("1 + 1", "constant"),
        ("'a' || 'b'", "constant"),
        ("c", "column c"),
        ("(t.c)", "column c"),
        ("c::text::mood", "cast c text mood"),
        ("CAST(c AS bigint)", "cast c int8"),
        ("c AT TIME ZONE 'UTC'", "c at Some(\"UTC\")"),
        ("c AT TIME ZONE z", "c at None"),
        ("now()", "call"),
        ("CURRENT_TIMESTAMP(3)", "call"),
        ("app.f(c)::int", "call"),
        ("c <> 0", "other"),
        ("now() + interval '7 days'", "other"),
        ("CASE WHEN c THEN 1 END", "other"),
        ("(SELECT 1)", "other"),
    ] {
        assert_eq!(shape(text), wanted, "{text}");
    }
}

#[test]
fn calls_and_columns_are_found_wherever_they_stand() {
    for (text, calls, columns) in [
        ("now()", &["now"][..], &[][..]),
        ("current_date + 1", &["current_date"], &[]),
        ("app.F(a, coalesce(t.b, random()))", &["app.f", "random"], &["a", "b"]),
        ("extract(year FROM d)", &["extract"], &["d"]),
        ("a IS DISTINCT FROM b", &[], &["a", "b"]),
        ("a::numeric(10, 2) / 2", &[], &["a"]),
        ("interval '1' day * a", &[], &["a"]),
        ("CASE WHEN a IN (1, 2) THEN left(b, 1) ELSE NULL END", &["left"], &["a", "b"]),
        ("ARRAY[gen_random_uuid()]", &["gen_random_uuid"], &[]),
        ("a COLLATE \"C\" || 'x'", &[], &["a"]),
        ("row_number() OVER (PARTITION BY a ORDER BY b NULLS LAST)", &["row_number"], &["a", "b"]),
    ] {
        let found = expr(text);
        let names: Vec<&str> = found.calls.iter().map(|call| call.name.text()).collect();
        assert_eq!(names, calls, "{text}");
        assert_eq!(super::names(&found.columns), columns, "{text}");
        assert!(!found.has_query, "{text}");
    }
    let next = expr("nextval('app.s'::regclass)");
    assert_eq!(next.calls[0].literal.as_ref().map(|literal| &*literal.text), Some("app.s"));
    assert!(expr("(SELECT max(a) FROM t)").has_query);
}

fn terms(text: &str) -> Vec<String> {
    let TableChange::AddConstraint(constraint) = change(&format!("ADD CHECK ({text})")) else { panic!("no constraint") };
    let TableRule::Check(condition) = constraint.rule else { panic!("no check") };
    condition.terms.iter().map(term).collect()
}

fn term(term: &Term) -> String {
    match term {
        Term::NotNull(column) => format!("{}!", column.text),
        Term::Compare(column, sign, value) => format!("{} {sign} {}", column.text, value.text),
        Term::In(column, values) => {
            let values: Vec<&str> = values.iter().map(|value| &*value.text).collect();
            format!("{} in {}", column.text, values.join(","))
        }
        Term::Other(_) => "?".to_owned(),
    }
}

#[test]
fn a_condition_is_what_must_hold_at_once() {
    for (text, wanted) in [
        ("c IS NOT NULL", &["c!"][..]),
        ("(c)::text IS NOT NULL", &["c!"]),
        ("c IS NOT NULL AND c <> ''", &["c!", "c <> "]),
        ("((a IS NOT NULL) AND ((b > 0) AND (d <= '2024-01-01'::date)))", &["a!", "b > 0", "d <= 2024-01-01"]),
        ("at >= date '2025-01-01' AND at < '2026-01-01'", &["at >= 2025-01-01", "at < 2026-01-01"]),
        ("10 > a", &["a < 10"]),
        ("a = ANY (ARRAY['x'::text, 'y'::text])", &["a in x,y"]),
        ("(a)::text = ANY ((ARRAY['x'::character varying])::text[])", &["a in x"]),
        ("a IN (1, -2)", &["a in 1,-2"]),
        ("a IS NOT NULL OR b", &["?"]),
        ("a IS NOT NULL AND (b OR d)", &["a!", "?"]),
        ("a BETWEEN 1 AND 2 AND b IS NOT NULL", &["a >= 1", "a <= 2", "b!"]),
        ("NOT (a IS NULL)", &["a!"]),
        ("NOT a IS NULL", &["a!"]),
        ("NOT (a IS NULL OR b IS NULL OR d > 3)", &["a!", "b!", "d <= 3"]),
        ("NOT (a IS NULL AND b IS NULL)", &["?"]),
        ("NOT (NOT (a IS NOT NULL))", &["a!"]),
        ("(a IS NULL) = false", &["a!"]),
        ("a IS DISTINCT FROM NULL", &["a!"]),
        ("ROW(a, b) IS NOT NULL", &["a!", "b!"]),
        ("(a, b) IS NOT NULL", &["a!", "b!"]),
        ("NOT ((a, b) IS NULL)", &["?"]),
        ("(a IS NOT NULL AND b > 1) OR (d AND a IS NOT NULL)", &["a!", "?"]),
        ("a NOT IN (1, 2)", &["a <> 1", "a <> 2"]),
        ("a NOT BETWEEN 1 AND 2", &["?"]),
        ("a BETWEEN b AND 2", &["?"]),
        ("CASE WHEN a AND b THEN true END AND d IS NOT NULL", &["?", "d!"]),
        ("NOT (a IS NOT NULL)", &["?"]),
        ("lower(a) = 'x'", &["?"]),
        ("a + 1 > 0", &["?"]),
    ] {
        assert_eq!(terms(text), wanted, "{text}");
    }
}
