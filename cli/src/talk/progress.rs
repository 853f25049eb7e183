//! How far a long dump is, on stderr: where that is a terminal, and stdout is none.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Whether a line is there.
static SHOWN: AtomicBool = AtomicBool::new(false);

/// Counts what came.
pub(crate) struct Progress {
    is_wanted: bool,
    entries: usize,
    /// When the line is to be written next.
    due: Instant,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let is_wanted = io::stderr().is_terminal() && !io::stdout().is_terminal();
        // A short dump needs none.
        Self { is_wanted, entries: 0, due: Instant::now() + Duration::from_millis(500) }
    }

    /// One more entry.
    pub(crate) fn step(&mut self) {
        self.entries += 1;
        if self.is_wanted && Instant::now() >= self.due {
            SHOWN.store(true, Ordering::Relaxed);
            let _ = write!(io::stderr(), "\r{} entries", self.entries);
            self.due = Instant::now() + Duration::from_millis(100);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        clear();
    }
}

/// Takes the line away.
pub(crate) fn clear() {
    if SHOWN.swap(false, Ordering::Relaxed) {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
}
