//! What does a deployer run around a release? Hooks of Helm and of Argo CD, and whether they change a database.

use super::Workspace;
use super::field::Field;
use super::topology::Workload;
use super::topology::object::Object;
use crate::document::Known;

/// What is run at certain moments of a release.
pub struct Hook<'w> {
    /// Who runs it.
    pub deployer: Deployer,
    /// When: `pre-upgrade`, `PreSync`, ...
    pub moments: Vec<String>,
    /// Where that is said.
    pub field: Field<'w>,
}

/// Who runs hooks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deployer {
    /// `helm upgrade`
    Helm,
    /// A sync of Argo CD.
    Argo,
}

const ANNOTATIONS: [(&str, Deployer); 2] = [("helm.sh/hook", Deployer::Helm), ("argocd.argoproj.io/hook", Deployer::Argo)];

impl Hook<'_> {
    /// Whether it runs at such a moment.
    pub fn runs(&self, moment: impl Fn(&str) -> bool) -> bool {
        self.moments.iter().any(|name| moment(name))
    }
}

impl Object {
    /// The hook that it is. Absent where nobody makes it one, unknown where a template may.
    pub fn hook<'w>(&self, workspace: &'w Workspace) -> Known<Hook<'w>> {
        let annotations = self.field(workspace, "metadata.annotations");
        for (annotation, deployer) in ANNOTATIONS {
            let field = annotations.field(annotation);
            match field.text() {
                Known::Is(text) => {
                    let moments = text.split(',').map(|moment| moment.trim().to_owned()).collect();
                    return Known::Is(Hook { deployer, moments, field });
                }
                Known::Unknown => return Known::Unknown,
                Known::Absent => {}
            }
        }
        if annotations.is_open() { Known::Unknown } else { Known::Absent }
    }
}

/// Tools that bring a database to the schema of a release.
const TOOLS: [&str; 9] = ["migrat", "alembic", "flyway", "liquibase", "dbmate", "goose", "sqitch", "db:schema", "schema-upgrade"];

impl Workload {
    /// Whether it looks like something that migrates a database: by its name, an image or a command.
    pub fn looks_like_migration(&self, workspace: &Workspace) -> bool {
        let tells = |text: &str| {
            let text = text.to_ascii_lowercase();
            TOOLS.iter().any(|tool| text.contains(tool))
        };
        tells(&self.name)
            || self.containers(workspace).any(|container| {
                tells(&container.name())
                    || container.image().is_some_and(|image| tells(&image))
                    || container.words().any(|word| tells(&word))
            })
    }
}
