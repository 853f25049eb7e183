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
        if !self.is_wanted {
            return;
        }
        if let Some(line) = self.line(Instant::now()) {
            SHOWN.store(true, Ordering::Relaxed);
            let _ = write!(io::stderr(), "{line}");
        }
    }

    /// The line, where it is time for one.
    fn line(&mut self, now: Instant) -> Option<String> {
        if now < self.due {
            return None;
        }
        self.due = now + Duration::from_millis(100);
        Some(format!("\r{} entries", self.entries))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_long_dump_has_a_line_and_not_for_each_entry() {
        let begin = Instant::now();
        let due = begin + Duration::from_millis(500);
        let mut progress = Progress { is_wanted: true, entries: 7, due };
        assert_eq!(progress.line(begin), None);
        assert_eq!(progress.line(due).as_deref(), Some("\r7 entries"));
        assert_eq!(progress.line(due), None);
        assert!(progress.line(due + Duration::from_millis(100)).is_some());
    }
}
