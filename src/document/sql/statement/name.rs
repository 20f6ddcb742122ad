//! Identifiers and names.

use std::fmt;
use std::sync::Arc;

use crate::source::Span;

/// An identifier, folded as the server folds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ident {
    /// Where it stands, quotes included.
    pub span: Span,
    /// Its text: lower case unless quoted.
    pub text: Arc<str>,
}

/// The name of a table or another object, maybe with a schema.
#[derive(Clone, Debug)]
pub struct Name {
    /// All of it.
    pub span: Span,
    /// The name as people say it: without the default schema, and without one that a template fills in.
    text: Arc<str>,
    /// Where the last part begins in `text`.
    last: u32,
    /// The schema that is written and goes without saying.
    unsaid: Unsaid,
}

/// A schema that is written and that nobody would say.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Unsaid {
    No,
    /// The default schema.
    Public,
    /// What stands in the place of one in a template.
    Hole(Arc<str>),
}

/// Whether something is filled in where a schema is written.
pub fn is_hole(schema: &str) -> bool {
    schema.contains(['{', '$', '%'])
}

impl Name {
    /// This name as the schema (and database) of another part.
    #[must_use]
    pub fn of(self, last: Ident) -> Self {
        let span = self.span.to(last.span);
        if &*self.text == "public" && self.last == 0 {
            return Self { unsaid: Unsaid::Public, span, ..Self::from(last) };
        }
        if self.last == 0 && is_hole(&self.text) {
            return Self { unsaid: Unsaid::Hole(self.text), span, ..Self::from(last) };
        }
        let mut text = String::with_capacity(self.text.len() + 1 + last.text.len());
        text.push_str(&self.text);
        text.push('.');
        let start = u32::try_from(text.len()).unwrap_or(0);
        text.push_str(&last.text);
        Self { span, text: text.into(), last: start, unsaid: Unsaid::No }
    }

    /// The name as people say it: without the default schema.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The last part.
    pub fn last(&self) -> &str {
        &self.text[self.last as usize..]
    }

    /// The schema where the statement writes one, `public` included; with the database before it, as `db.schema`.
    pub fn schema(&self) -> Option<&str> {
        match &self.unsaid {
            Unsaid::Public => return Some("public"),
            Unsaid::Hole(schema) => return Some(schema),
            Unsaid::No => {}
        }
        self.last.checked_sub(1).map(|dot| &self.text[..dot as usize])
    }

    /// This name with another last part, as RENAME TO makes it.
    pub fn renamed(&self, last: &Ident) -> String {
        format!("{}{}", &self.text[..self.last as usize], last.text)
    }
}

impl From<Ident> for Name {
    fn from(ident: Ident) -> Self {
        Self { span: ident.span, text: ident.text, last: 0, unsaid: Unsaid::No }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
