//! Which marks of a text are templates?

/// Which marks are holes; it depends on the format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Marks {
    /// `{{ }}`, `{% %}`, `<% %>`, `${name}` and `((word))`. Kubernetes' own `$(NAME)` is none.
    Yaml,
    /// Those but for `${name}`, which compose itself fills in.
    Compose,
    /// `{{ }}`, `{% %}` and `${name}`; `((` and `<%` are real SQL.
    Sql,
    /// Those, and `$(name)`, which the client of SQL Server fills in.
    SqlServer,
}

impl Marks {
    /// Whether they are those of a tree.
    pub fn is_yaml(self) -> bool {
        matches!(self, Self::Yaml | Self::Compose)
    }
}
