//! Broken files in any number, the same every time: a seeded generator of numbers, and small edits to good files.
//!
//! The fuzz targets in `fuzz/` use this file as well, so it knows nothing but bytes.

/// A small generator of numbers (xorshift), seeded.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        // Neighbouring seeds must not begin alike, and zero would stay zero.
        Self(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % sides.max(1) as u64).unwrap_or(0)
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.roll(list.len())]
    }
}

/// Pieces that mean something to YAML or to template engines.
pub const YAML: &[&str] = &[
    ": ",
    ":",
    "- ",
    "-",
    "? ",
    "[",
    "]",
    "{",
    "}",
    ",",
    ", ",
    "#",
    " # c",
    "# gonogo: allow x because y\n",
    "&a ",
    "*a",
    "*a ",
    "!",
    "!!str ",
    "!!map ",
    "|",
    ">",
    "|2-\n",
    ">+\n",
    "|-\n  x\n\n",
    "'",
    "\"",
    "''",
    "\\",
    "\\n",
    "\\u00e4",
    "\\\n",
    "%",
    "%YAML 1.2\n",
    "@",
    "`",
    "---",
    "---\n",
    "--- ",
    "...\n",
    "\n---\n",
    "\t",
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    " ",
    "  ",
    "    ",
    "\u{FEFF}",
    "\u{85}",
    "\u{A0}",
    "\u{2028}",
    "ä",
    "€",
    "😀",
    "\0",
    "\x07",
    "\x7F",
    "<<: ",
    "<<: *a\n",
    "~",
    "null",
    "key: value\n",
    "\n  - a\n",
    "\n  b: c\n",
    "a: &a b\n",
    "{{ .x }}",
    "\n  {{- if .x }}\n",
    "{{- end }}\n",
    "${X}",
    "((x))",
    "<%= x %>",
    "{a: b}",
    "[a, b]",
    "\"a\": ",
    "=",
    "<<<<<<< a\n",
    "? a\n: b\n",
    "- - a\n",
    ":\n",
    "-\n",
];

/// Pieces that mean something to SQL, to psql or to migration runners.
pub const SQL: &[&str] = &[
    ";",
    ";\n",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    "'",
    "''",
    "\"",
    "\"\"",
    "E'",
    "\\'",
    "U&'",
    "B'",
    "$$",
    "$a$",
    "$1",
    "$",
    "/*",
    "*/",
    "--",
    "-- c\n",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "\0",
    "ä",
    "😀",
    "\u{FEFF}",
    "\u{2028}",
    "BEGIN ATOMIC ",
    "BEGIN;\n",
    "END",
    "END;\n",
    "CASE ",
    "COPY t FROM stdin;\n",
    "\\.\n",
    "\n\\connect x\n",
    "CREATE ",
    "CREATE INDEX i ON t (a);\n",
    "CREATE INDEX CONCURRENTLY i ON t (a);\n",
    "CREATE TABLE t (a int, b text);\n",
    "ALTER TABLE t ",
    "ADD COLUMN c int DEFAULT 1+1",
    "DROP COLUMN c",
    "RENAME TO u",
    "ONLY ",
    "IF NOT EXISTS ",
    "DROP INDEX i;\n",
    "RULE ",
    "public.",
    "{{ x }}",
    "${x}",
    "{% if %}\n",
    "-- +goose Up\n",
    "-- +goose Down\n",
    "-- migrate:down\n",
    "-- gonogo: allow blocking-index because x\n",
    "PASSWORD '",
    "`",
    "GO\n",
    "DELIMITER //\n",
    "1.5e10",
    "::",
    "partition by ",
    "DO $$ ",
];

/// Pieces that mean something to a reader of settings.
pub const SETTINGS: &[&str] = &[
    "=",
    "= ",
    ": ",
    ":",
    "\"",
    "'",
    "`",
    "\\",
    "\\\"",
    "\\n",
    "#",
    " # c",
    "# gonogo: allow duplicate-setting because x\n",
    "export ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "A=1\n",
    "A=\n",
    "\nA=\"two\nlines\"\n",
    "B='",
    "${A}",
    "$(x)",
    "\0",
    "ä",
    "😀",
    "\u{FEFF}",
    "\u{85}",
    "\u{2028}",
    "change_me",
    "://u:p@h",
    "-",
    ".",
    "_",
    "<x>",
    "{{ x }}",
    "=#",
    "K=V=W\n",
];

/// Pieces that mean something to readers of properties, INI, TOML and JSON with comments.
pub const PAIRS: &[&str] = &[
    "[a]\n",
    "[[a]]\n",
    "[a.b]\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\"\"\"",
    "'''",
    "\"",
    "'",
    "\\",
    "\\\n",
    "\\u00e4",
    "\\ud83d\\ude00",
    "\\ud83d",
    "=",
    " = ",
    ": ",
    ".",
    "#",
    "# c\n",
    "; c\n",
    "#---\n",
    "!c\n",
    "//",
    "// c\n",
    "/*",
    "*/",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "\n  b\n",
    "true",
    "-1e9",
    "2026-11-20T00:00:00Z",
    "a = [{b = 1}, 2]\n",
    "a.\"b c\".d = 1\n",
    "\0",
    "ä",
    "😀",
    "\u{FEFF}",
    "\u{2028}",
];

/// Good files of those kinds to begin with.
pub const PAIRS_FILES: &[&str] = &[
    "# c\nserver.port = 8080\nspring.name: a\\\n  b\nkey\\ with\\ blanks value\\u0020x\n!d\nempty=\n#---\nlast",
    "[server]\n; c\nport = 8080 ; d\nhosts =\n  a\n  b # e\n\nname = \"x y\"\nskip-networking\n[client:a]\nurl: http://b/c#d\n",
    "a = 1 # c\nb.\"c d\" = \"e\\u00e4\"\nf = [1, 'two', {g = true}]\n[h.i]\nj = \"\"\"\nk\n  l\\\n m\"\"\"\n[[n]]\no = 2026-11-20\n[[n]]\np = {q = [[]]}\n",
    "{\n\t// c\n\t\"a\": 1, /* d */ \"b\": [true, \"x // y\", null,],\n  \"e\": {\"f\": \"\\u00e4\\\"\",},\n}\n",
];

/// SQL of other engines to begin with.
pub const SQL_FILES: &[&str] = &[
    "DELIMITER //\nCREATE TRIGGER `t` BEFORE INSERT ON a FOR EACH ROW BEGIN IF 1 THEN SET @b = \"c;\"; END IF; END//\nDELIMITER ;\n\
     # c\n/*!40101 SET NAMES utf8 */;\nALTER TABLE `a` ADD INDEX `i` (`b`), ALGORITHM=INPLACE;\n",
    "CREATE PROCEDURE [dbo].[p] AS\nBEGIN\n  BEGIN TRY\n    SELECT [a]]b] FROM t;\n  END TRY BEGIN CATCH THROW; END CATCH\nEND\nGO 2\n\
     :setvar x \"y\"\nALTER TABLE dbo.t ADD c nvarchar(max) NULL\nGO\n",
    "PRAGMA foreign_keys=off;\nCREATE TRIGGER t AFTER UPDATE ON a BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 END; END;\n\
     CREATE TABLE \"n\" ([a] integer PRIMARY KEY AUTOINCREMENT, `b` text);\n",
];

/// A copy of a text with one to four small edits.
pub fn mutate(dice: &mut Dice, text: &[u8], pieces: &[&str]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for _ in 0..=dice.roll(4) {
        edit(dice, &mut bytes, pieces);
    }
    bytes
}

fn edit(dice: &mut Dice, bytes: &mut Vec<u8>, pieces: &[&str]) {
    let at = dice.roll(bytes.len() + 1);
    let near = (at + 1 + dice.roll(12)).min(bytes.len());
    match dice.roll(12) {
        0 if at < bytes.len() => bytes[at] ^= 1 << dice.roll(8),
        1 => drop(bytes.drain(at..near)),
        2 => {
            let again = bytes[at..near].to_vec();
            drop(bytes.splice(at..at, again));
        }
        3 => bytes.truncate(at),
        4 => drop(bytes.drain(..at)),
        5 => swap_lines(dice, bytes),
        6 | 7 => indent(dice, bytes),
        8 => {
            let line = line_at(bytes, at);
            drop(bytes.drain(line));
        }
        9 => {
            let line = bytes[line_at(bytes, at)].to_vec();
            let there = line_at(bytes, dice.roll(bytes.len() + 1)).start;
            drop(bytes.splice(there..there, line));
        }
        _ => {
            let piece = dice.pick(pieces).bytes();
            drop(bytes.splice(at..at, piece));
        }
    }
}

/// The line around a byte, with its line break.
fn line_at(bytes: &[u8], at: usize) -> std::ops::Range<usize> {
    let at = at.min(bytes.len());
    let start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let end = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |newline| at + newline + 1);
    start..end
}

fn swap_lines(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.len() > 1 {
        let (one, other) = (dice.roll(lines.len()), dice.roll(lines.len()));
        lines.swap(one, other);
        *bytes = lines.concat();
    }
}

/// A line goes in or out by a blank or two, or begins with a tab.
fn indent(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let at = dice.roll(bytes.len() + 1);
    let start = line_at(bytes, at).start;
    match dice.roll(4) {
        0 => drop(bytes.splice(start..start, *b" ")),
        1 => drop(bytes.splice(start..start, *b"  ")),
        2 => drop(bytes.splice(start..start, *b"\t")),
        _ => {
            let blanks = bytes[start..].iter().take_while(|byte| **byte == b' ').take(1 + dice.roll(2)).count();
            drop(bytes.drain(start..start + blanks));
        }
    }
}

/// What configurations are made of.
pub const CONFIG: &[&str] = &[
    "=",
    " = ",
    "[",
    "[[",
    "]]",
    "{",
    ",",
    "\"",
    "\"\"\"",
    "\\u00e9",
    "#",
    "  # ",
    "\n",
    "\r\n",
    "\r",
    "\u{202E}",
    "\u{1b}",
    "true",
    "2027-01-31",
    "level = \"off\"\n",
    "[rules.missing-setting]\n",
    "optional = [\"A_*\"]\n",
    "[[overrides]]\n",
    "[[allow]]\n",
    "paths = [\"*\"]\n",
    "**/",
    "[a-",
];
