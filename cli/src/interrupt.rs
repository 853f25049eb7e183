//! Ctrl-C, and being asked to end: what was printed stays whole.
//!
//! A thread of its own waits for the signals, since the one that works may wait for the kernel. It ends the
//! process between two records, and ends the list that JSON is in the middle of; at once where nobody reads.

use std::io::{self, Write};
use std::process::exit;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::failure::{Failure, code};
use crate::talk::clear_progress;

/// What is still to be written to stdout so that it is complete. Who holds it is printing a record.
static OWED: Mutex<&'static str> = Mutex::new("");

/// What the process exits with.
static CODE: AtomicU8 = AtomicU8::new(code::INTERRUPTED);

/// How long a record may take to be printed, while nobody reads.
const PATIENCE: Duration = Duration::from_secs(1);

/// From now on, being asked to end gives this exit code.
pub(crate) fn set_code(code: u8) {
    CODE.store(code, Ordering::Relaxed);
}

/// Ends the process with `code` when somebody asks for it.
///
/// # Errors
/// Where the system refuses.
pub(crate) fn exit_with(code: u8) -> Result<(), Failure> {
    set_code(code);
    let end = || {
        thread::spawn(|| {
            let owed = whole();
            clear_progress();
            let mut stdout = io::stdout().lock();
            let _ = stdout.write_all(owed.as_bytes()).and_then(|()| stdout.flush());
            exit(CODE.load(Ordering::Relaxed).into());
        });
        thread::sleep(PATIENCE);
        exit(code::INTERRUPTED.into());
    };
    ctrlc::set_handler(end).map_err(Failure::system)
}

/// Keeps the process alive while a record is being printed; what it holds will be owed then.
pub(crate) fn whole() -> MutexGuard<'static, &'static str> {
    OWED.lock().unwrap_or_else(PoisonError::into_inner)
}
