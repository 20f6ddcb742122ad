//! What must hold of every reader and writer whatever bytes it is given. Each function panics where it does not.
//!
//! The fuzz targets in `fuzz/` use this file as well, so it needs nothing but the library.

use gonogo::config::Config;
use gonogo::diagnostic::SourceId;
use gonogo::document::consumer::Consumer;
use gonogo::document::dotenv::Dotenv;
use gonogo::document::engine::Engine;
use gonogo::document::jsonc::Jsonc;
use gonogo::document::kind::{Kind, holds_objects, looks_like_object, may_hold_objects};
use gonogo::document::migration::layout;
use gonogo::document::pairs::Pairs;
use gonogo::document::sql::{Action, Name, Sql, TableChange};
use gonogo::document::template::{Hole, Marks, mask};
use gonogo::document::yaml::{Form, Node, Yaml};
use gonogo::document::{Content, Document, ini, properties, toml};
use gonogo::emit::{Format, Style, emit};
use gonogo::report::baseline::Baseline;
use gonogo::report::{Report, Root};
use gonogo::rule::suppression::comment::wishes;
use gonogo::settings::Settings;
use gonogo::source::{Source, Span};
use gonogo::tree::Memory;
use gonogo::untrusted::visible;

fn source(path: &str, bytes: &[u8]) -> Source {
    let source = Source::decode(path, bytes.to_vec());
    // Any offset has a place, even one inside a character or past the end.
    for offset in [0, source.text().len() / 2, source.text().len(), source.text().len() + 9] {
        let offset = u32::try_from(offset).unwrap_or(0);
        let place = source.position(offset);
        assert!(place.line >= 1 && place.line <= source.line_count() && place.column >= 1, "{place:?}");
        assert!(source.original_offset(offset) as usize <= bytes.len() + 1, "{offset} in {:?}", source.encoding());
    }
    source
}

/// The span lies in the text, on boundaries of characters.
fn fits(source: &Source, span: Span, what: &str) {
    assert!(span.start <= span.end && source.text().get(span.range()).is_some(), "{what} at {span:?} in {:?}", source.text());
}

fn all_fit<'a>(source: &Source, spans: impl IntoIterator<Item = &'a Span>, what: &str) {
    for span in spans {
        fits(source, *span, what);
    }
}

fn holes_fit(source: &Source, holes: &[Hole]) {
    for hole in holes {
        fits(source, hole.span, "a hole");
    }
    assert!(holes.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "holes overlap");
}

fn secrets_fit(path: &str, bytes: &[u8], kind: Kind) {
    if let Some(document) = Document::read(path, bytes.to_vec(), kind) {
        all_fit(&document.source, document.secrets(), "a secret");
        all_fit(&document.source, &document.comments(), "a comment");
    }
}

/// The reader of YAML.
pub fn yaml(bytes: &[u8]) {
    let source = source("x.yaml", bytes);
    let yaml = Yaml::read(&source);
    holes_fit(&source, &yaml.holes);
    let mut end = 0;
    for (part, at) in yaml.parts.iter().zip(0..) {
        fits(&source, part.span, "a document");
        assert!(part.span.start >= end, "documents overlap");
        end = part.span.end;
        all_fit(&source, &part.comments, "a comment");
        if let Some(error) = &part.error {
            fits(&source, error.span, "an error");
            assert!(!error.message.is_empty());
        }
        let mut before = part.span.start;
        for node in yaml.nodes_of(&source, SourceId(0), at) {
            assert!(before <= node.span().start, "nodes do not stand in the order in which they begin");
            before = node.span().start;
            fits(&source, node.span(), "a node");
            assert!(part.span.contains(node.span()), "a node outside its document");
            let is_leaf = node.own_children().next().is_none();
            assert!(is_leaf || matches!(node.form(), Form::Mapping | Form::Sequence));
            for child in node.own_children() {
                assert!(child.id() > node.id(), "a child before its parent");
            }
            // Whatever rules may ask of it.
            let _ = (node.text(), node.scalar(), node.field("a"), node.field("<<"), node.items().count(), node.is_open());
            fits(&source, node.title_place().span, "a title");
        }
        if part.error.is_none() {
            ways_are_those_of_a_walk(&yaml, &source, part.span);
        }
    }
    secrets_fit("x.yaml", bytes, Kind::Manifest);
}

/// What is found at once about a byte is what a walk from the top down finds.
fn ways_are_those_of_a_walk(yaml: &Yaml, source: &Source, document: Span) {
    let step = document.range().len() / 40 + 1;
    for offset in document.range().step_by(step).filter_map(|offset| u32::try_from(offset).ok()) {
        let Some(root) = yaml.root_at(source, SourceId(0), offset) else { continue };
        let mut walked = vec![root.span().start];
        let mut node = root;
        loop {
            let before: Vec<Node<'_>> = node.own_children().take_while(|child| child.span().start <= offset).collect();
            let Some(last) = before.len().checked_sub(1) else { break };
            walked.push(before[if node.is_mapping() { last / 2 * 2 } else { last }].span().start);
            node = before[last];
        }
        walked.reverse();
        assert_eq!(yaml.beginnings_around(offset), walked, "at {offset} of {:?}", source.text());
    }
}

fn name_fits(source: &Source, name: &Name) {
    fits(source, name.span, "a name");
    assert!(!name.text().is_empty() || !name.span.is_empty());
}

/// The reader of SQL, in the dialect that the text shows and in all.
pub fn sql(bytes: &[u8]) {
    let source = source("db/1_a.sql", bytes);
    let engines = [Engine::Postgres, Engine::MySql, Engine::Sqlite, Engine::SqlServer];
    for engine in [None].into_iter().chain(engines.map(Some)) {
        sql_fits(&source, &Sql::read(&source, engine));
    }
    secrets_fit("db/1_a.sql", bytes, Kind::Migration);
}

fn sql_fits(source: &Source, sql: &Sql) {
    holes_fit(source, &sql.holes);
    all_fit(source, &sql.comments, "a comment");
    if let Some((span, _)) = &sql.unclosed {
        fits(source, *span, "an opening");
    }
    let mut end = 0;
    for statement in &sql.statements {
        fits(source, statement.span, "a statement");
        assert!(statement.span.start >= end && !statement.span.is_empty(), "statements overlap");
        end = statement.span.end;
        action_fits(source, &statement.action);
        parts_fit(source, &statement.action);
    }
    for span in sql.unread() {
        fits(source, span, "what was not understood");
        let _ = gonogo::document::sql::head(source.slice(span));
    }
}

/// All places that an action knows, as its debug text shows them, so that none is forgotten.
fn parts_fit(source: &Source, action: &Action) {
    let text = format!("{action:?}");
    for place in text.split("Span { start: ").skip(1) {
        let (start, rest) = place.split_once(", end: ").expect("an end");
        let (end, _) = rest.split_once(' ').expect("a bracket");
        if let (Ok(start), Ok(end)) = (start.parse(), end.parse()) {
            fits(source, Span { start, end }, "a part of a statement");
        }
    }
}

fn action_fits(source: &Source, action: &Action) {
    match action {
        Action::CreateTable(create) => {
            name_fits(source, &create.name);
            for column in &create.columns {
                fits(source, column.name.span, "a column");
                fits(source, column.definition, "a definition");
                let _ = gonogo::document::sql::definition(source.slice(column.definition));
            }
        }
        Action::CreateIndex(create) => {
            all_fit(source, [&create.keywords, &create.rest], "an index");
            name_fits(source, &create.table);
        }
        Action::Drop(drop) => drop.names.iter().for_each(|name| name_fits(source, name)),
        Action::AlterTable(alter) => {
            name_fits(source, &alter.table);
            for action in &alter.actions {
                fits(source, action.span, "an action");
                if let TableChange::AddColumn { column, .. } = &action.change {
                    fits(source, column.definition, "a definition");
                }
            }
        }
        _ => {}
    }
}

/// The reader of settings.
pub fn dotenv(bytes: &[u8]) {
    let source = source(".env", bytes);
    let file = Dotenv::read(&source);
    all_fit(&source, &file.malformed, "a malformed line");
    all_fit(&source, &file.comments, "a comment");
    let mut end = 0;
    for setting in &file.settings {
        all_fit(&source, [&setting.key, &setting.value], "a setting");
        assert!(setting.key.start >= end && setting.key.end <= setting.value.start, "settings overlap");
        end = setting.value.end;
        assert!(!setting.name(&source).is_empty());
    }
    secrets_fit(".env", bytes, Kind::Settings);
}

/// The readers of properties, INI and TOML.
pub fn pairs(bytes: &[u8]) {
    let source = source("x", bytes);
    for read in [properties::read, ini::read, toml::read] {
        pairs_fit(&source, &read(&source));
    }
}

fn pairs_fit(source: &Source, pairs: &Pairs) {
    all_fit(source, &pairs.comments, "a comment");
    assert!(pairs.comments.is_sorted(), "comments out of order");
    for fault in pairs.malformed.iter().chain(&pairs.cut) {
        fits(source, fault.span, "a fault");
        assert!(!fault.message.is_empty());
    }
    for group in &pairs.groups {
        fits(source, group.name.span, "a group");
        assert!(group.parent.is_none_or(|parent| (parent as usize) < pairs.groups.len()));
    }
    for pair in &pairs.entries {
        all_fit(source, [&pair.key.span, &pair.value.span], "a setting");
        let _ = (pair.key.get(source), pair.value.get(source), pairs.path(pair, source));
    }
    assert!(pairs.entries.is_sorted_by_key(|pair| pair.key.span.start), "settings out of order");
}

/// The reader of JSON with comments.
pub fn jsonc(bytes: &[u8]) {
    let source = source("x.json", bytes);
    let file = Jsonc::read(&source);
    for spans in [&file.comments, &file.trailing_commas] {
        all_fit(&source, spans, "what strict readers refuse");
        assert!(spans.is_sorted(), "out of order");
    }
    all_fit(&source, &file.unclosed, "an opening");
    for (part, at) in file.yaml.parts.iter().zip(0..) {
        for node in file.yaml.nodes_of(&source, SourceId(0), at) {
            fits(&source, node.span(), "a node");
            assert!(part.span.contains(node.span()), "a node outside its document");
            let _ = (node.text(), node.scalar(), node.is_open());
        }
    }
}

/// The masking of templates.
pub fn template(bytes: &[u8]) {
    let source = source("x", bytes);
    for marks in [Marks::Yaml, Marks::Sql] {
        let (masked, holes) = mask(source.text(), marks);
        assert_eq!(masked.len(), source.text().len(), "masking moves the text");
        holes_fit(&source, &holes);
        let same = masked.char_indices().all(|(at, character)| {
            let inside = holes.iter().any(|hole| hole.span.range().contains(&at));
            inside || character == '\n' || source.text()[at..].starts_with(character)
        });
        assert!(same, "masking changes what is no hole");
    }
}

/// The comment that allows a finding.
pub fn suppression(bytes: &[u8]) {
    let source = source("x", bytes);
    let mut end = 0;
    for wish in wishes(source.text()) {
        let named = &source.text()[wish.at.clone()];
        assert!(wish.at.start >= end && !named.is_empty(), "wishes overlap, or none was made");
        assert!(wish.fault.is_some() || named == wish.rule, "`{named}` is not what was read");
        assert!(wish.reason == wish.reason.trim(), "a reason with blanks around it");
        end = wish.at.end;
    }
}

/// A baseline: whatever was read is written so that it is read again.
pub fn baseline(bytes: &[u8]) {
    match Baseline::read("b", bytes) {
        Ok(baseline) => {
            let written = baseline.write();
            assert!(written.split('\n').count() == baseline.len() + 3, "a line for each entry");
            assert_eq!(Baseline::read("b", written.as_bytes()), Ok(baseline));
        }
        Err(reason) => assert!(!reason.contains('\n') && reason.len() < 100, "{reason}"),
    }
}

/// A configuration: what is wrong with it has a place in it, and what is right can be printed and read again.
pub fn config(bytes: &[u8]) {
    let source = source("gonogo.toml", bytes);
    let is_clean = |text: &str| !text.chars().any(|next| next != '\n' && visible(next).is_some());
    match Config::of_text(source.text()) {
        Ok(config) => {
            config.apply(&mut Settings::default());
            let shown = config.show();
            assert!(is_clean(&shown), "{shown:?}");
            let again = Config::of_text(&shown).unwrap_or_else(|wrong| panic!("{shown}\n{}", wrong[0]));
            let values = |text: &str| {
                let lines =
                    text.split('\n').map(|line| line.rsplit_once("  # ").map_or(line, |(value, _)| value.trim_end()).to_owned());
                lines.collect::<Vec<String>>()
            };
            assert_eq!(values(&again.show()), values(&shown), "printed once more it differs");
        }
        Err(wrong) => {
            assert!(!wrong.is_empty(), "refused without a word");
            for complaint in &wrong {
                all_fit(&complaint.source, complaint.span.as_ref(), "a complaint");
                let told = complaint.to_string();
                assert!(is_clean(&told) && told.split('\n').count() <= 3, "{told:?}");
            }
        }
    }
}

/// What a file is taken for, by its path and by its text.
pub fn kinds(bytes: &[u8]) {
    let source = source("x.yaml", bytes);
    for path in source.text().split('\n') {
        for named in [false, true] {
            let _ = Kind::of_path(path, named);
        }
        let _ = (layout(path), may_hold_objects(path, bytes));
    }
    let yaml = Yaml::read(&source);
    let broken = yaml.parts.iter().any(|part| part.error.is_some());
    if !broken && holds_objects(&source, &yaml) {
        assert!(yaml.roots(&source, SourceId(0)).next().is_some(), "objects without a document");
    }
    let _ = looks_like_object(source.text());
    for program in ["a.ts", "a.py", "a.rb", "a.go", "a.rs", "A.kt", "A.cs", "a.php", "a.ex"] {
        let source = Source::decode(program, bytes.to_vec());
        for read in Consumer::read(&source).reads {
            fits(&source, read.place, "a read");
        }
    }
}

/// Everything from bytes to a report: the text holds no control characters and, as JSON, is JSON.
pub fn writer(format: Format, path: &str, bytes: &[u8]) -> String {
    let tree: Memory = [(path.to_owned(), bytes.to_vec())].into_iter().collect();
    let settings = Settings::default();
    let root = Root::judge(&tree, "", "", &settings);
    for document in &root.workspace.documents {
        let is_read = match &document.content {
            Content::Yaml(yaml) => !yaml.parts.is_empty() || !yaml.has_holes(),
            Content::Consumer(consumer) => !consumer.reads.is_empty(),
            Content::Sql(_) | Content::Dotenv(_) | Content::Entries(_) | Content::Compose(_) => true,
        };
        assert!(is_read);
    }
    for finding in &root.findings {
        assert!(finding.suppressed.as_ref().is_none_or(|found| !found.reason.trim().is_empty()), "allowed without a reason");
        for label in finding.diagnostic.labels() {
            let source = &root.workspace.document(label.place.source).source;
            fits(source, label.place.span, "a label");
        }
    }
    assert!(!root.notes.iter().any(|note| note.message.contains("report it")), "{:?}", root.notes);
    let report = Report::new(vec![root], &settings);
    let text = emit(&report, format, Style { coverage: true, ..Style::default() });
    let hidden =
        |character: char| (character.is_control() && character != '\n') || ('\u{202A}'..='\u{202E}').contains(&character);
    assert!(!text.chars().any(hidden), "a hidden character in {text}");
    let is_command = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
    assert!(format == Format::GitHub || !text.split('\n').any(is_command), "a forged command in {text}");
    if format == Format::Json {
        let report: Result<serde_json::Value, _> = serde_json::from_str(&text);
        assert!(report.is_ok_and(|report| report["schema_version"] == 1), "no JSON: {text}");
    }
    text
}
