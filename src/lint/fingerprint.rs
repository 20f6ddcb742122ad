//! What makes a finding the same finding after its file has changed around it?

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use crate::diagnostic::{Place, SourceId};
use crate::document::secret::MASK;
use crate::document::{Content, Document};
use crate::rule::Finding;
use crate::source::Span;
use crate::workspace::Workspace;

/// Gives each finding a fingerprint that survives everything but a change of its own subject.
pub(super) fn identify(workspace: &Workspace, findings: &mut [Finding]) {
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let sources: BTreeSet<SourceId> = findings.iter().map(|finding| finding.diagnostic.primary.place.source).collect();
    let left_out = |source: SourceId| (source, left_out(workspace.document(source)));
    let hidden: HashMap<SourceId, Vec<(Span, &'static str)>> = sources.into_par_iter().map(left_out).collect();
    // Many findings may be about one long statement.
    let mut known: HashMap<(&str, Place), [u64; 2]> = HashMap::new();
    for finding in findings {
        let place = finding.diagnostic.primary.place;
        let document = workspace.document(place.source);
        let hidden = &hidden[&place.source];
        let rule = finding.rule.name;
        let subject = match &document.content {
            Content::Sql(_) | Content::Dotenv(_) => Place { span: workspace.subject(place), ..place },
            // What is said of one of them names it.
            Content::Entries(_) | Content::Compose(_) | Content::Consumer(_) | Content::Yaml(_) => place,
        };
        let begun = *known.entry((rule, subject)).or_insert_with(|| {
            let identity = identity(workspace, subject, hidden);
            let (here, anywhere) = ([rule, workspace.path(place.source), &identity], [rule, &identity]);
            [format!("{}\0", here.join("\0")), format!("{}\0", anywhere.join("\0"))].map(|text| fnv(BASIS, &text))
        });
        let [hash, essence] = begun.map(|begun| fnv(begun, &finding.diagnostic.about));
        let occurrence = seen.entry(hash).or_default();
        *occurrence += 1;
        let whole = |hash: u64| format!("{:016x}", fnv(BASIS, &format!("{hash:x}\0{occurrence}")));
        finding.fingerprint = whole(hash);
        finding.essence = whole(essence);
    }
}

/// The fingerprint of many findings of a rule in a file that are told as one: the same while some come or go.
pub fn of_many(rule: &str, path: &str, number: usize) -> String {
    format!("{:016x}", fnv(BASIS, &[rule, path, "many", &number.to_string()].join("\0")))
}

/// What no fingerprint is made of, and what stands there instead: comments, and what is secret, because a hash of a
/// secret can be guessed.
fn left_out(document: &Document) -> Vec<(Span, &'static str)> {
    let comments = document.sql().into_iter().flat_map(|sql| &sql.comments);
    let mut spans: Vec<(Span, &'static str)> = comments.map(|span| (*span, " ")).collect();
    spans.extend(document.secrets().iter().map(|span| (*span, MASK)));
    spans.sort_unstable();
    let mut end = 0;
    // The rest of one that overlaps goes with the first.
    for (span, _) in &mut spans {
        span.start = span.start.max(end);
        span.end = span.end.max(span.start);
        end = span.end;
    }
    spans
}

/// The words of a place, with one blank between them and without what is left out.
fn words(workspace: &Workspace, place: Place, hidden: &[(Span, &'static str)]) -> String {
    let mut text = String::new();
    let mut at = place.span.start;
    let first = hidden.partition_point(|(span, _)| span.end <= at);
    for (span, instead) in hidden[first..].iter().take_while(|(span, _)| span.start < place.span.end) {
        text.push_str(workspace.text(Place { span: Span { start: at, end: span.start.max(at) }, ..place }));
        text.push_str(instead);
        at = span.end.min(place.span.end);
    }
    text.push_str(workspace.text(Place { span: Span { start: at, end: place.span.end }, ..place }));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a place is about, in words that do not change when it moves.
fn identity(workspace: &Workspace, place: Place, hidden: &[(Span, &'static str)]) -> String {
    let document = workspace.document(place.source);
    match &document.content {
        Content::Dotenv(dotenv) => {
            let at = dotenv.settings.partition_point(|setting| setting.key.end <= place.span.start);
            let setting = dotenv.settings.get(at).filter(|setting| place.span.contains(setting.key));
            setting.map(|setting| setting.name(&document.source).to_owned()).unwrap_or_default()
        }
        Content::Sql(_) | Content::Entries(_) | Content::Compose(_) | Content::Consumer(_) => words(workspace, place, hidden),
        Content::Yaml(yaml) => {
            let root = yaml.object_at(&document.source, place.source, place.span.start);
            let field = |name: &str| root.and_then(|root| root.field("metadata").field(name).text().into_option());
            let kind = root.and_then(|root| root.field("kind").text().into_option());
            let object = [kind, field("namespace"), field("name")].map(Option::unwrap_or_default);
            format!("{}\0{}", object.join("/"), words(workspace, place, hidden))
        }
    }
}

/// Where FNV-1a begins.
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a: the same on every machine and in every version. It goes on where a text that stands before has led to.
fn fnv(begun: u64, text: &str) -> u64 {
    text.bytes().fold(begun, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
