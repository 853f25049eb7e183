//! Errors of system calls, told with what was tried and what helps.

use std::fmt;
use std::io;

/// An error of a system call in an `io::Error` of the same kind, which displays more.
#[derive(Debug)]
struct Explained {
    tried: String,
    error: io::Error,
    advice: &'static str,
}

/// `error`, as what came of `tried`: what helps against it may be empty.
#[cold]
pub(crate) fn explain(error: io::Error, tried: String, advice: &'static str) -> io::Error {
    io::Error::new(error.kind(), Explained { tried, error, advice })
}

/// What was explained, where `error` is an explanation.
pub(crate) fn inside(error: &io::Error) -> Option<&io::Error> {
    Some(&error.get_ref()?.downcast_ref::<Explained>()?.error)
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tried, error, advice } = self;
        write!(f, "{tried}: {error}")?;
        if advice.is_empty() { Ok(()) } else { write!(f, ": {advice}") }
    }
}

impl std::error::Error for Explained {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
