//! Words that few texts hold and many questions begin with. They are looked for once, while a text is at hand: later, each
//! of those who ask would have to fetch it from afar.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// The word that a suppression holds.
pub const OWN: &str = "gonogo";

/// A word that is looked for.
#[derive(Clone, Copy, Debug)]
pub enum Word {
    /// [`OWN`].
    Own,
    /// What holds settings in a cluster.
    ConfigMap,
    /// What Flux installs.
    HelmRelease,
    /// What begins the group of Flux's kustomizations.
    Flux,
    /// What Skaffold builds.
    Artifacts,
    /// What every object of Argo CD says of itself.
    Argo,
    /// What names files of values in an application of Argo CD.
    ValueFiles,
    /// What the labels of Kubernetes itself begin with.
    Kubernetes,
    /// A tag that moves.
    Latest,
    /// What the keys begin with by which pods take in such settings.
    ConfigMapReference,
    /// What begins a variable that Kubernetes, a shell or a kustomization fills in.
    Filled,
}

impl Word {
    const ALL: [Self; 11] = [
        Self::Own,
        Self::ConfigMap,
        Self::HelmRelease,
        Self::Flux,
        Self::Artifacts,
        Self::Argo,
        Self::ValueFiles,
        Self::Kubernetes,
        Self::Latest,
        Self::ConfigMapReference,
        Self::Filled,
    ];

    /// Whether a text holds it; of a whole file [`Document::mentions`](super::Document::mentions) knows.
    pub fn is_in(self, text: &str) -> bool {
        static FINDERS: LazyLock<[Finder<'static>; Word::ALL.len()]> =
            LazyLock::new(|| Word::ALL.map(|word| Finder::new(word.text())));
        FINDERS[self as usize].find(text.as_bytes()).is_some()
    }

    fn text(self) -> &'static str {
        match self {
            Self::Own => OWN,
            Self::ConfigMap => "ConfigMap",
            Self::HelmRelease => "HelmRelease",
            Self::Flux => "kustomize.toolkit.fluxcd.io/",
            Self::Artifacts => "artifacts",
            Self::Argo => "argoproj.io",
            Self::ValueFiles => "valueFiles",
            Self::Kubernetes => "kubernetes.io/",
            Self::Latest => ":latest",
            Self::ConfigMapReference => "configMap",
            Self::Filled => "$(",
        }
    }

    fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// Which of the words a text holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words(u16);

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let held = Word::ALL.into_iter().filter(|word| word.is_in(text));
        Self(held.fold(0, |held, word| held | word.bit()))
    }

    pub(super) fn has(self, word: Word) -> bool {
        self.0 & word.bit() != 0
    }
}
