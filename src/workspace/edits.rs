//! What did the migrations say before they were changed?

use super::Workspace;
use super::history::{Script, forward};
use crate::document::sql::{Sql, Statement};
use crate::source::Source;

impl Workspace {
    /// The statements of a script, as they were read.
    pub fn parsed<'w>(&'w self, script: &'w Script) -> impl Iterator<Item = &'w Statement> {
        let sql = self.document(script.source).sql();
        sql.into_iter().flat_map(|sql| script.of(sql))
    }

    /// The statements of a script as they are compared: blanks count for nothing.
    pub fn statements(&self, script: &Script) -> Vec<String> {
        let source = &self.document(script.source).source;
        self.parsed(script).map(|statement| plain(source, statement)).collect()
    }

    /// The statements that the base has in the place of a script that goes forward; none for one that is new, or the same.
    pub fn before_edit(&self, script: &Script) -> Option<Vec<String>> {
        let engine = self.document(script.source).sql()?.engine;
        let old = self.change.old_text(script.source)?;
        let sql = Sql::read(&old, Some(engine));
        Some(forward(&old, &sql).into_iter().map(|at| plain(&old, &sql.statements[at])).collect())
    }
}

fn plain(source: &Source, statement: &Statement) -> String {
    source.slice(statement.span).split_whitespace().collect::<Vec<_>>().join(" ")
}
