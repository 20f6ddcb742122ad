//! The bytes of one file: of a plain one alone, and no more than are wanted.

use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::Path;

use super::Unreadable;

/// Reads what may be anything.
pub(super) fn read_plain(path: &Path, limit: u64) -> Result<Vec<u8>, Unreadable> {
    // Looked at before it is opened, because opening a pipe waits for ever.
    let found = fs::symlink_metadata(path).map_err(|error| unreadable(&error))?;
    plain(found.file_type())?;
    if found.len() > limit {
        return Err(Unreadable::TooLarge { limit });
    }
    let mut file = File::open(path).map_err(|error| unreadable(&error))?;
    let length = usize::try_from(found.len()).unwrap_or(0);
    // What gives its length when it is asked for one byte more has come to its end; to ask again would take as long.
    let mut bytes = vec![0; length + 1];
    let got = file.read(&mut bytes).map_err(|error| unreadable(&error))?;
    bytes.truncate(got);
    if got != length {
        // It has changed since it was looked at: one more than the limit, in case it grows while it is read.
        file.take((limit + 1).saturating_sub(got as u64)).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    }
    if bytes.len() as u64 > limit {
        return Err(Unreadable::TooLarge { limit });
    }
    Ok(bytes)
}

/// Reads what was a plain file a moment ago. Should it be something else by now, a link is not followed, a pipe not waited
/// for, and there are no bytes.
#[cfg(unix)]
pub(super) fn read_found(path: &Path, limit: u64) -> Result<Vec<u8>, Unreadable> {
    use std::cell::RefCell;
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    // Nearly all files are smaller. They are read before anybody asks how long they are.
    const ORDINARY: usize = 64 << 10;
    thread_local! {
        static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    let how = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed();
    let mut file = File::options().read(true).custom_flags(how).open(path).map_err(|error| unreadable(&error))?;
    BUFFER.with_borrow_mut(|buffer| {
        buffer.resize(ORDINARY, 0);
        let got = fill(&mut file, buffer).map_err(|error| unreadable(&error))?;
        if got == 0 {
            // A pipe without a writer gives as much as an empty file.
            plain(file.metadata().map_err(|error| unreadable(&error))?.file_type())?;
        }
        let mut bytes = buffer[..got].to_vec();
        if got == ORDINARY {
            let length = file.metadata().map_or(0, |found| found.len());
            if length > limit {
                return Err(Unreadable::TooLarge { limit });
            }
            bytes.reserve_exact(usize::try_from(length).unwrap_or(0).saturating_sub(got));
            // One more than the limit, in case it grows while it is read.
            let mut rest = file.take((limit + 1).saturating_sub(got as u64));
            rest.read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
        }
        if bytes.len() as u64 > limit { Err(Unreadable::TooLarge { limit }) } else { Ok(bytes) }
    })
}

/// Reads until the buffer is full or the file is at its end, and says how much that is.
#[cfg(unix)]
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match file.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

/// Whether it is a file.
pub(super) fn plain(kind: FileType) -> Result<(), Unreadable> {
    if kind.is_file() { Ok(()) } else { Err(Unreadable::NotAFile) }
}

/// Why there are no bytes.
pub(super) fn unreadable(error: &io::Error) -> Unreadable {
    if error.kind() == io::ErrorKind::NotFound {
        return Unreadable::Vanished;
    }
    Unreadable::Refused(reason(error))
}

/// What went wrong, in the same words on every system where we can.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
