use super::*;

/// Every read with a mark for its need: `!` fails without, `?` can do without.
fn told(path: &str, text: &str) -> Vec<String> {
    let source = Source::decode(path, text.as_bytes().to_vec());
    let mark = |need| match need {
        Need::Must => "!",
        Need::Plain => "",
        Need::Optional => "?",
    };
    let reads = Consumer::read(&source).reads;
    let is_there = |read: &Read| source.slice(read.place).eq_ignore_ascii_case(&read.name) || read.name.contains('.');
    assert!(reads.iter().all(is_there), "{path}: {text}");
    reads.iter().map(|read| format!("{}{}", read.name, mark(read.need))).collect()
}

type Table = &'static [(&'static str, &'static str, &'static [&'static str])];

fn hold(table: Table) {
    for (path, text, wanted) in table {
        assert_eq!(told(path, text), *wanted, "{path}: {text}");
    }
}

#[test]
fn reads_in_scripts() {
    hold(&[
        ("a.ts", "const a = process.env.A_B;\nconst c = process.env['C_D']!;\n", &["A_B", "C_D!"]),
        ("a.ts", "f(process.env.A_B || 'x', process.env.C_D);\n", &["A_B?", "C_D?"]),
        ("a.ts", "const a = process.env.A_B\n  ?? 'x';\nconst b = process.env.B_C;\n", &["A_B?", "B_C"]),
        ("a.ts", "if (!process.env.A_B) {\n  throw new Error('A_B');\n}\n", &["A_B!"]),
        ("a.ts", "if (process.env.A_B) use(process.env.A_B!);\n", &["A_B?", "A_B?"]),
        ("a.ts", "process.env.A_B = 'x';\n// process.env.C_D\ndelete process.env.E_F;\n", &[]),
        ("a.js", "const { A_B, C_D = 1, E_F: e } = process.env;\n", &["A_B", "C_D?", "E_F"]),
        ("a.ts", "const u = requireEnv('A_B');\nnotprocess.env.X_Y;\n", &["A_B!"]),
        (
            "a.ts",
            "createEnv({ server: {\n  A_B: z.string().min(1),\n  C_D: z.string().optional(),\n  E_F: z\n    .enum(['x', 'y'])\n    .default('x'),\n  G_H: z\n    .string(),\n} })",
            &["A_B!", "C_D?", "E_F?", "G_H!"],
        ),
        ("a.js", "cleanEnv(process.env, {\n  A_B: str(),\n  C_D: port({ default: 1 }),\n})\n", &["A_B!", "C_D?"]),
    ]);
}

#[test]
fn reads_of_images_and_the_scripts_that_start_them() {
    hold(&[
        (
            "Dockerfile",
            "FROM a\nARG A_B\nARG C_D=1\nARG TARGETARCH\nENV A_B=$A_B\nRUN x ${E_F:?say it}\n",
            &["A_B", "C_D?", "E_F!"],
        ),
        ("web.dockerfile", "ARG A_B\nFROM a\nARG A_B=2\n", &["A_B?", "A_B?"]),
        ("docker-entrypoint.sh", ": \"${A_B:?}\"\nC_D=${C_D:-x}\n# ${E_F:?}\nrun $G_H ${I_J?no}\n", &["A_B!", "I_J!"]),
        ("bin/entrypoint", "x ${A_B:?}\nif [ -n \"${A_B:-}\" ]; then y; fi\n", &["A_B?", "A_B?"]),
        ("start-web.sh", "exec web --port ${A_B:?}\n", &["A_B!"]),
        ("release.sh", "echo ${A_B:?}\n", &[]),
    ]);
}

#[test]
fn reads_in_other_languages() {
    hold(&[
        (
            "a.py",
            "os.environ[\"A_B\"]\nos.environ.get('C_D')\nos.getenv('E_F', 'x')\nos.environ['G_H'] = 'x'\n",
            &["A_B!", "C_D", "E_F?"],
        ),
        ("a.py", "if 'A_B' in os.environ:\n    a = os.environ['A_B']\n", &["A_B?", "A_B?"]),
        ("a.py", "try:\n    a = os.environ['A_B']\nexcept KeyError:\n    a = 1\n", &["A_B?"]),
        (
            "a.py",
            "class Settings(BaseSettings):\n    database_url: str\n    port: int = 80\n    key: str = Field(...)\n\nclass B:\n    no: str\n",
            &["DATABASE_URL!", "PORT?", "KEY!"],
        ),
        (
            "a.rb",
            "ENV.fetch('A_B')\nENV.fetch('C_D', 1)\nENV.fetch('E_F') { 1 }\nENV['G_H']\nENV['I_J'] || 1\n",
            &["A_B!", "C_D?", "E_F?", "G_H", "I_J?"],
        ),
        ("a.rb", "x = Settings.mail.sender\nENV['A_B'] = 'x'\n", &["mail.sender"]),
        (
            "a.go",
            "os.Getenv(\"A_B\")\nif v := os.Getenv(\"C_D\"); v != \"\" {\nos.LookupEnv(\"E_F\")\n",
            &["A_B", "C_D?", "E_F?"],
        ),
        ("a.go", "if os.Getenv(\"A_B\") == \"\" {\n  log.Fatal(\"no\")\n}\n", &["A_B!"]),
        (
            "a.rs",
            "env::var(\"A_B\").unwrap();\nstd::env::var(\"C_D\").unwrap_or_default();\nenv::var(\"E_F\")?;\n",
            &["A_B!", "C_D?", "E_F!"],
        ),
        ("a.rs", "let a = env::var(\"A_B\")\n    .expect(\"x\");\nif let Ok(b) = env::var(\"C_D\") {}\n", &["A_B!", "C_D?"]),
        ("A.java", "@Value(\"${a.b-c}\") String x;\n@Value(\"${d.e:1}\")\nSystem.getenv(\"A_B\");\n", &["a.b-c!", "A_B"]),
        ("A.kt", "@Value(\"\\${a.b}\")\nSystem.getenv(\"C_D\") ?: \"x\"\n", &["a.b!", "C_D?"]),
        (
            "A.cs",
            "Configuration[\"A:B\"];\nGetConnectionString(\"Db\");\nEnvironment.GetEnvironmentVariable(\"X_Y\") ?? throw e;\n",
            &["A.B", "ConnectionStrings.Db", "X_Y!"],
        ),
        ("a.php", "env('A_B'); env('C_D', 'x'); getenv('E_F');", &["A_B", "C_D?", "E_F"]),
        (
            "a.exs",
            "System.fetch_env!(\"A_B\")\nSystem.get_env(\"C_D\") || raise \"x\"\nSystem.get_env(\"E_F\", \"1\")\n",
            &["A_B!", "C_D!", "E_F?"],
        ),
        (
            "a.tf",
            "variable \"region\" {}\nvariable \"size\" {\n  type = object({ a = string })\n  default = 1\n}\n",
            &["region!", "size?"],
        ),
        ("modules/x/a.tf", "variable \"region\" {}\n", &[]),
        ("a.txt", "process.env.A_B", &[]),
    ]);
}

#[test]
fn programs_that_run_in_production() {
    let table = [
        ("src/app.ts", true),
        ("src/app.test.ts", false),
        ("tests/app.py", false),
        ("scripts/seed.rb", false),
        ("vitest.config.ts", false),
        ("next.config.js", true),
        ("src/main.rs", true),
        ("README.md", false),
        ("Foo/BarTests.cs", false),
    ];
    for (path, wanted) in table {
        assert_eq!(may_read(path), wanted, "{path}");
    }
    assert!(may_hold_reads("a.ts", b"x process.env.A") && !may_hold_reads("a.ts", b"nothing"));
}

#[test]
fn odd_texts_end() {
    for text in [
        "process.env",
        "process.env.",
        "process.env['",
        "} = process.env",
        "= process.env",
        "ö process.env.AB\nö",
        "{ = process.env.AB ?",
    ] {
        told("a.ts", text);
        told("a.py", &text.replace("process.env", "os.environ"));
    }
    assert_eq!(told("a.ts", &format!("process.env.AB {}", "ö".repeat(300))), ["AB"]);
}
