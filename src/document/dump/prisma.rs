//! Prisma's schema: models with their fields, and enums.

mod attribute;

use std::collections::HashMap;

use super::{Writer, fragment, list, literal, quoted, table};
use crate::source::Source;
use attribute::{Attribute, attributes, without_comment};

/// A block of the schema.
struct Block {
    /// `model`, `enum`, `datasource` and the like.
    word: String,
    name: String,
    lines: Vec<String>,
}

/// What would build what the files of a schema tell together; none for another server.
pub fn in_sql(files: &[Source]) -> Option<String> {
    let blocks: Vec<Block> = files.iter().flat_map(|file| blocks(file.text())).collect();
    let setting = |key: &str| {
        let lines = blocks.iter().filter(|block| block.word == "datasource").flat_map(|block| &block.lines);
        let mut values = lines.filter_map(|line| Some(line.split_once('=').filter(|(name, _)| name.trim() == key)?.1.trim()));
        values.next().map(|value| value.trim_matches('"').to_owned())
    };
    if !matches!(setting("provider")?.as_str(), "postgresql" | "postgres") {
        return None;
    }
    let has_keys = setting("relationMode").as_deref() != Some("prisma");
    let mut writer = Writer::default();
    let schema = Schema::of(&blocks, has_keys);
    for block in blocks.iter().filter(|block| block.word == "enum") {
        let values = block.lines.iter().filter(|line| !line.starts_with("@@"));
        let values = values.filter_map(|line| Some(literal(&mapped(line).or_else(|| first_word(line).map(str::to_owned))?)));
        let values: Vec<String> = values.collect();
        writer.statement(&format!("CREATE TYPE {} AS ENUM ({})", schema.enums.get(block.name.as_str())?, values.join(", ")));
    }
    for block in blocks.iter().filter(|block| block.word == "model") {
        schema.model(&mut writer, block);
    }
    Some(writer.finish())
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    // What is in brackets may go on in the next line.
    let (mut rest, mut depth) = (String::new(), 0_i32);
    for line in text.split(['\n', '\r']) {
        let line = without_comment(line).trim();
        if !is_open {
            let mut words = line.trim_end_matches('{').split_whitespace();
            if let (true, Some(word), Some(name)) = (line.ends_with('{'), words.next(), words.next()) {
                blocks.push(Block { word: word.to_owned(), name: name.to_owned(), lines: Vec::new() });
                is_open = true;
            }
            continue;
        }
        if line == "}" {
            (is_open, depth) = (false, 0);
            rest.clear();
            continue;
        }
        depth += line.bytes().map(|byte| i32::from(byte == b'(') - i32::from(byte == b')')).sum::<i32>();
        rest.push_str(line);
        if depth > 0 {
            rest.push(' ');
        } else if let Some(block) = blocks.last_mut().filter(|_| !rest.is_empty()) {
            block.lines.push(std::mem::take(&mut rest));
            depth = 0;
        }
    }
    blocks
}

fn first_word(line: &str) -> Option<&str> {
    line.split_whitespace().next()
}

/// What `@map` calls it.
fn mapped(line: &str) -> Option<String> {
    attributes(line).into_iter().find(|it| it.name == "map")?.first_string()
}

/// What is declared.
struct Schema<'b> {
    /// The table of each model: its name in SQL, and alone.
    tables: HashMap<&'b str, (String, String)>,
    /// The type of each enum.
    enums: HashMap<&'b str, String>,
    /// The fields of each model.
    fields: HashMap<&'b str, Vec<Field>>,
    /// The server holds foreign keys.
    has_keys: bool,
}

impl<'b> Schema<'b> {
    fn of(blocks: &'b [Block], has_keys: bool) -> Self {
        let of = |word: &'static str| blocks.iter().filter(move |block| block.word == word);
        let named = |block: &'b Block| {
            let said = |name: &str| block.attributes().find(|it| it.name == name).and_then(|it| it.first_string());
            let name = said("map").unwrap_or_else(|| block.name.clone());
            (block.name.as_str(), (table(&said("schema").unwrap_or_default(), &name), name))
        };
        let fields = |block: &'b Block| (block.name.as_str(), block.lines.iter().filter_map(|line| Field::read(line)).collect());
        Self {
            tables: of("model").map(named).collect(),
            enums: of("enum").map(named).map(|(name, (in_sql, _))| (name, in_sql)).collect(),
            fields: of("model").map(fields).collect(),
            has_keys,
        }
    }

    fn model(&self, writer: &mut Writer, block: &Block) {
        let name = block.name.as_str();
        let (Some((in_sql, _)), Some(fields)) = (self.tables.get(name), self.fields.get(name)) else { return };
        let columns = fields.iter().filter_map(|field| self.column(field));
        writer.table(in_sql, &columns.collect::<Vec<_>>());
        for field in fields {
            for attribute in &field.attributes {
                self.say(writer, name, attribute, std::slice::from_ref(&field.column), &field.data_type);
            }
        }
        for attribute in block.attributes() {
            let columns = self.columns(name, &attribute.list("fields"));
            self.say(writer, name, &attribute, &columns, "");
        }
    }

    /// The columns of fields of a model. What it does not have stays as it is written.
    fn columns(&self, model: &str, fields: &[String]) -> Vec<String> {
        let known: HashMap<&str, &str> =
            self.fields.get(model).into_iter().flatten().map(|it| (it.name.as_str(), it.column.as_str())).collect();
        fields.iter().map(|name| known.get(name.as_str()).map_or_else(|| name.clone(), |column| (*column).to_owned())).collect()
    }

    /// What an attribute of a model or of one of its fields makes.
    fn say(&self, writer: &mut Writer, model: &str, attribute: &Attribute, columns: &[String], data_type: &str) {
        let Some((table, bare)) = self.tables.get(model) else { return };
        let written = |columns: &[String]| list(columns.iter().map(String::as_str));
        let named = |made_up: String| quoted(&attribute.string("map").unwrap_or(made_up));
        let joined = columns.join("_");
        match attribute.name.as_str() {
            "id" => {
                let name = named(format!("{bare}_pkey"));
                writer.statement(&format!("ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY ({})", written(columns)));
            }
            "unique" => {
                let name = named(format!("{bare}_{joined}_key"));
                writer.statement(&format!("CREATE UNIQUE INDEX {name} ON {table} ({})", written(columns)));
            }
            "index" => {
                let name = named(format!("{bare}_{joined}_idx"));
                let method = attribute.word("type").unwrap_or_else(|| "btree".to_owned());
                writer.statement(&format!("CREATE INDEX {name} ON {table} USING {method} ({})", written(columns)));
            }
            "relation" if self.has_keys => {
                let from = self.columns(model, &attribute.list("fields"));
                let Some((to, _)) = self.tables.get(data_type).filter(|_| !from.is_empty()) else { return };
                let there = self.columns(data_type, &attribute.list("references"));
                let name = named(format!("{bare}_{}_fkey", from.join("_")));
                let (from, there) = (written(&from), written(&there));
                writer
                    .later(&format!("ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({from}) REFERENCES {to} ({there})"));
            }
            _ => {}
        }
    }

    /// The column of a field; none for one that stands for a relation.
    fn column(&self, field: &Field) -> Option<String> {
        if self.tables.contains_key(field.data_type.as_str()) {
            return None;
        }
        let counts =
            field.find("default").is_some_and(|it| it.written.trim_start_matches(['(', ' ']).starts_with("autoincrement"));
        let native = field.attributes.iter().find_map(|it| it.name.strip_prefix("db."));
        let length = field.attributes.iter().find(|it| it.name.starts_with("db.")).map_or("", |it| it.written.as_str());
        let data_type = match (native, self.enums.get(field.data_type.as_str())) {
            (_, Some(own)) => own.clone(),
            (Some(native), None) => format!("{}{length}", in_server(native)?),
            (None, None) => plain(&field.data_type)?,
        };
        let data_type = match (counts, data_type.as_str()) {
            (true, "smallint") => "smallserial".to_owned(),
            (true, "integer") => "serial".to_owned(),
            (true, "bigint") => "bigserial".to_owned(),
            _ => data_type,
        };
        let array = if field.is_list { "[]" } else { "" };
        let not_null = if field.is_optional || field.is_list { "" } else { " NOT NULL" };
        let default = field.find("default").and_then(default).unwrap_or_default();
        Some(format!("{} {}{array}{default}{not_null}", quoted(&field.column), fragment(&data_type)?))
    }
}

impl Block {
    fn attributes(&self) -> impl Iterator<Item = Attribute> {
        self.lines.iter().filter(|line| line.starts_with("@@")).flat_map(|line| attributes(line))
    }
}

/// A field of a model.
struct Field {
    name: String,
    column: String,
    data_type: String,
    is_list: bool,
    is_optional: bool,
    attributes: Vec<Attribute>,
}

impl Field {
    fn read(line: &str) -> Option<Self> {
        if line.starts_with("@@") {
            return None;
        }
        let (name, rest) = line.split_once(char::is_whitespace)?;
        let rest = rest.trim_start();
        let written = if rest.starts_with("Unsupported(") { rest.split_inclusive(')').next()? } else { first_word(rest)? };
        let mut after = &rest[written.len()..];
        let mut data_type = written;
        let is_list = data_type.ends_with("[]") || after.starts_with("[]");
        let is_optional = data_type.ends_with('?') || after.starts_with('?');
        data_type = data_type.trim_end_matches("[]").trim_end_matches('?');
        after = after.trim_start_matches("[]").trim_start_matches('?');
        let attributes = attributes(after);
        let column = attributes.iter().find(|it| it.name == "map").and_then(Attribute::first_string);
        let column = column.unwrap_or_else(|| name.to_owned());
        Some(Self { name: name.to_owned(), column, data_type: data_type.to_owned(), is_list, is_optional, attributes })
    }

    fn find(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|it| it.name == name)
    }
}

/// What the server holds a type of Prisma in, where the field does not say.
fn plain(data_type: &str) -> Option<String> {
    let name = match data_type {
        "String" => "text",
        "Boolean" => "boolean",
        "Int" => "integer",
        "BigInt" => "bigint",
        "Float" => "double precision",
        "Decimal" => "numeric(65, 30)",
        "DateTime" => "timestamp(3)",
        "Json" => "jsonb",
        "Bytes" => "bytea",
        // It is written out.
        _ => return Some(data_type.strip_prefix("Unsupported(\"")?.strip_suffix("\")")?.to_owned()),
    };
    Some(name.to_owned())
}

/// What `@db.` calls a type of the server.
fn in_server(native: &str) -> Option<&'static str> {
    Some(match native {
        "Text" => "text",
        "Char" => "char",
        "VarChar" => "varchar",
        "Bit" => "bit",
        "VarBit" => "varbit",
        "Uuid" => "uuid",
        "Xml" => "xml",
        "Inet" => "inet",
        "Citext" => "citext",
        "Boolean" => "boolean",
        "SmallInt" => "smallint",
        "Integer" => "integer",
        "BigInt" => "bigint",
        "Oid" => "oid",
        "Real" => "real",
        "DoublePrecision" => "double precision",
        "Decimal" => "numeric",
        "Money" => "money",
        "Timestamp" => "timestamp",
        "Timestamptz" => "timestamptz",
        "Date" => "date",
        "Time" => "time",
        "Timetz" => "timetz",
        "Json" => "json",
        "JsonB" => "jsonb",
        "ByteA" => "bytea",
        _ => return None,
    })
}

/// What the server fills in by itself. Prisma makes up the other values before it asks the server.
fn default(attribute: &Attribute) -> Option<String> {
    let written = attribute.written.strip_prefix('(')?.strip_suffix(')')?.trim();
    if written == "now()" {
        return Some(" DEFAULT CURRENT_TIMESTAMP".to_owned());
    }
    if let Some(expression) = written.strip_prefix("dbgenerated(") {
        let expression = attribute::unquoted(expression.strip_suffix(')')?)?;
        return fragment(&expression).map(|expression| format!(" DEFAULT {expression}"));
    }
    // The value of an enum.
    let is_word = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_number = written.parse::<f64>().is_ok();
    (is_number || matches!(written, "true" | "false")).then(|| format!(" DEFAULT {written}")).or_else(|| {
        let text = attribute::unquoted(written).or_else(|| is_word.then(|| written.to_owned()))?;
        Some(format!(" DEFAULT {}", literal(&text)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[&str]) -> Option<String> {
        let files: Vec<Source> = files.iter().map(|text| Source::decode("a.prisma", text.as_bytes().to_vec())).collect();
        in_sql(&files)
    }

    const DATASOURCE: &str = "datasource db {\n  provider = \"postgresql\" // the only one\n  url = env(\"DATABASE_URL\")\n}\n";

    #[test]
    fn models_are_what_would_build_them() {
        let text = "/// Whoever logs in\nmodel User {\n  id        Int      @id @default(autoincrement())\n  \
            email     String   @unique @db.VarChar(320) // with an @ in it\n  nick      String?  @map(\"nick_name\") @default(\"a, (b)\")\n  \
            tags      String[]\n  role      Role     @default(USER)\n  createdAt DateTime @default(now()) @map(\"created_at\") @db.Timestamptz(6)\n  \
            vector    Unsupported(\"tsvector\")?\n  posts     Post[]\n\n  @@index([createdAt(sort: Desc), nick], map: \"recent\", type: Gin)\n  @@map(\"users\")\n}\n\n\
            enum Role {\n  USER\n  ADMIN @map(\"admin\")\n\n  @@map(\"roles\")\n}\n";
        let other = "model Post {\n  author    User   @relation(fields: [authorId], references: [id], onDelete: Cascade)\n  \
            authorId  Int\n  slug      String @default(uuid())\n\n  @@id([authorId, slug])\n  @@schema(\"blog\")\n}\n";
        let expected = "CREATE TYPE public.\"roles\" AS ENUM ('USER', 'admin');\n\
            CREATE TABLE public.\"users\" (\"id\" serial NOT NULL, \"email\" varchar(320) NOT NULL, \"nick_name\" text DEFAULT 'a, (b)', \
            \"tags\" text[], \"role\" public.\"roles\" DEFAULT 'USER' NOT NULL, \"created_at\" timestamptz(6) DEFAULT CURRENT_TIMESTAMP NOT NULL, \
            \"vector\" tsvector);\n\
            ALTER TABLE public.\"users\" ADD CONSTRAINT \"users_pkey\" PRIMARY KEY (\"id\");\n\
            CREATE UNIQUE INDEX \"users_email_key\" ON public.\"users\" (\"email\");\n\
            CREATE INDEX \"recent\" ON public.\"users\" USING gin (\"created_at\", \"nick_name\");\n\
            CREATE TABLE \"blog\".\"Post\" (\"authorId\" integer NOT NULL, \"slug\" text NOT NULL);\n\
            ALTER TABLE \"blog\".\"Post\" ADD CONSTRAINT \"Post_pkey\" PRIMARY KEY (\"authorId\", \"slug\");\n\
            ALTER TABLE \"blog\".\"Post\" ADD CONSTRAINT \"Post_authorId_fkey\" FOREIGN KEY (\"authorId\") REFERENCES public.\"users\" (\"id\");\n";
        assert_eq!(read(&[DATASOURCE, text, other]).as_deref(), Some(expected));
    }

    #[test]
    fn other_servers_and_keys_that_the_server_does_not_hold() {
        assert_eq!(read(&[&DATASOURCE.replace("postgresql", "mysql")]), None);
        assert_eq!(read(&["model A {\n  id Int @id\n}\n"]), None);
        let alone = DATASOURCE.replace('}', "  relationMode = \"prisma\"\n}");
        let text = "model A {\n  id Int @id\n  b  Int\n  to A @relation(fields: [b], references: [id])\n}\n";
        assert!(!read(&[&alone, text]).unwrap_or_default().contains("FOREIGN KEY"));
        assert!(read(&[DATASOURCE, text]).unwrap_or_default().contains("FOREIGN KEY"));
    }

    #[test]
    fn what_is_cut_off_costs_itself_alone() {
        let text =
            "model A {\n  id Int @id(\n  b Int\n}\nmodel B {\n  id Int @id @default(\"\\\n}\nmodel C {\n  c Int\n}\n@@@((\n";
        assert!(read(&[DATASOURCE, text]).unwrap_or_default().contains("\"c\" integer NOT NULL"));
    }
}
