//! What happens when our own code fails?
//!
//! Work is wrapped per file, set, group and (subject, check): one failure costs one subject, the run goes on and ends
//! without a GO. The panic hook says the version, the place in our code and the file, never the panic's own words,
//! which may hold a piece of the source.

use std::cell::RefCell;
use std::panic;

use crate::untrusted::Untrusted;

thread_local! {
    static SUBJECT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs work under the name of the file it is about.
pub fn named<T>(subject: &str, work: impl FnOnce() -> T) -> T {
    if SUBJECT.with_borrow(|named| named == subject) {
        return work();
    }
    // Hardly ever is there a name before, and no name takes no memory.
    let before = SUBJECT.with_borrow(String::clone);
    let rename = |subject: &str| {
        SUBJECT.with_borrow_mut(|named| {
            named.clear();
            named.push_str(subject);
        });
    };
    rename(subject);
    let result = work();
    rename(&before);
    result
}

/// Runs work under the name of the file it is about, and says whether it failed.
pub fn caught<T>(subject: &str, work: impl FnOnce() -> T) -> Option<T> {
    named(subject, || tried(work))
}

/// Runs work whose subject is named already, and says whether it failed.
pub fn tried<T>(work: impl FnOnce() -> T) -> Option<T> {
    panic::catch_unwind(panic::AssertUnwindSafe(work)).ok()
}

/// Replaces the default hook, which would print the panic's own words.
pub fn install_hook() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
        let subject = SUBJECT.with_borrow(|subject| match subject.as_str() {
            "" => String::new(),
            path => format!(" while it looked at {}; the rest is judged all the same", Untrusted(path)),
        });
        let version = env!("CARGO_PKG_VERSION");
        #[expect(clippy::print_stderr, reason = "the last words of a failing check")]
        {
            eprintln!("gonogo {version} failed{place}{subject}. Please report this.");
        }
    }));
}
