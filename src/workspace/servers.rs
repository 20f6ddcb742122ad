//! For which server is a migration set written?
//!
//! Each file was read for the server that its path names, or else its own words; the files of one set must agree, so
//! those that were read otherwise are read again.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diagnostic::Note;
use crate::document::engine::Engine;
use crate::document::sql::{Certainty, Sql};
use crate::document::{Content, Document};
use crate::guard;
use crate::settings::Settings;
use crate::workspace::sites::Sites;

type Read = (Option<Arc<Document>>, Vec<Note>);

/// Makes all files of a set speak the dialect of most of them. `notes` says what there is to know about a document.
pub fn agree(read: &mut [Read], sites: &Sites, settings: &Settings, notes: impl Fn(&Document) -> Vec<Note> + Sync) {
    let engines = engines(read, sites);
    read.par_iter_mut().for_each(|(document, said)| {
        let Some(document) = document.as_mut().and_then(Arc::get_mut) else { return };
        let Some(sql) = document.sql() else { return };
        // What the configuration says of a file needs no agreement.
        if settings.engine(document.source.path()).is_some() {
            return;
        }
        let place = sites.place(document.source.path());
        let Some(engine) = engines.get(&(place.folder, place.engine)).copied().filter(|engine| *engine != sql.engine) else {
            return;
        };
        let again = guard::caught(document.source.path(), || Sql::read(&document.source, Some(engine)));
        if let Some(again) = again {
            document.content = Content::Sql(again);
            *said = notes(document);
        }
    });
}

/// The server of each set of which a path or a text says anything.
fn engines(read: &[Read], sites: &Sites) -> BTreeMap<(String, Option<Engine>), Engine> {
    let mut votes: BTreeMap<_, BTreeMap<(Certainty, Engine), usize>> = BTreeMap::new();
    for (document, _) in read {
        let Some((document, sql)) = document.as_ref().and_then(|document| Some((document, document.sql()?))) else { continue };
        let place = sites.place(document.source.path());
        *votes.entry((place.folder, place.engine)).or_default().entry((sql.certainty, sql.engine)).or_default() += 1;
    }
    let winner = |votes: BTreeMap<(Certainty, Engine), usize>| {
        // The surest evidence first, then the most of it, then the order of the engines.
        let best = votes.into_iter().max_by_key(|((certainty, engine), count)| (*certainty, *count, std::cmp::Reverse(*engine)));
        best.map(|((_, engine), _)| engine)
    };
    votes.into_iter().filter_map(|(set, votes)| Some((set, winner(votes)?))).collect()
}
