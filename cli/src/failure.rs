//! Why a command failed, and the exit code that tells it.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

/// Exit codes, as `nlkit help` lists them.
pub(crate) mod code {
    /// A check found something: `check`, `verify`, `generate --check`, `diff --exit-code`.
    pub(crate) const FOUND: u8 = 1;
    /// The command line, its JSON or a spec is wrong.
    pub(crate) const USAGE: u8 = 2;
    /// The kernel refused.
    pub(crate) const KERNEL: u8 = 3;
    /// A dump or a stream is incomplete: data changed meanwhile, or was lost.
    pub(crate) const INCOMPLETE: u8 = 4;
    /// The time is over.
    pub(crate) const TIMEOUT: u8 = 5;
    /// There is no such family, operation or group.
    pub(crate) const UNKNOWN: u8 = 6;
    /// A file, a socket or the output failed, or a message is malformed.
    pub(crate) const SYSTEM: u8 = 7;
    /// Ctrl-C.
    pub(crate) const INTERRUPTED: u8 = 130;
    /// Nobody reads the output any more, as SIGPIPE would tell.
    pub(crate) const UNREAD: u8 = 141;

    /// All of them in words, for help and man pages.
    pub(crate) const MEANINGS: [(u8, &str); 10] = [
        (0, "success"),
        (FOUND, "a check found something: `check`, `verify`, `generate --check`, `diff`"),
        (USAGE, "the command line, JSON or a spec is wrong"),
        (KERNEL, "the kernel refused"),
        (INCOMPLETE, "a dump or a stream is incomplete: data changed meanwhile, or was lost"),
        (TIMEOUT, "the time is over"),
        (UNKNOWN, "there is no such family, operation or group"),
        (SYSTEM, "a file, a socket or the output failed, or a message is malformed"),
        (INTERRUPTED, "interrupted: Ctrl-C, SIGTERM; a stream without --count ends so with 0"),
        (UNREAD, "nobody reads the output any more"),
    ];
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    /// What is printed behind `nlkit: `; already printed where it is empty.
    message: String,
    /// What to do about it.
    helps: Vec<String>,
}

impl Failure {
    /// A failure with an exit code of [`code`] and a message, in the voice of the library: lower case, no full stop.
    pub(crate) fn new(code: u8, message: impl fmt::Display) -> Self {
        Self { code, message: message.to_string(), helps: Vec::new() }
    }

    /// A mistake on the command line or in what it names.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(code::USAGE, message)
    }

    /// A file or the system failed.
    pub(crate) fn system(message: impl fmt::Display) -> Self {
        Self::new(code::SYSTEM, message)
    }

    /// The failure with where it is.
    #[must_use]
    pub(crate) fn at(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// Its exit code.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    /// The failure without its words, which somebody has heard already.
    #[must_use]
    pub(crate) fn told(self) -> Self {
        Self::new(self.code, "")
    }

    /// Whether it is that there is no such thing.
    pub(crate) fn is_unknown(&self) -> bool {
        self.code == code::UNKNOWN
    }

    /// The failure with what to do about it.
    #[must_use]
    pub(crate) fn help(mut self, help: impl fmt::Display) -> Self {
        self.helps.push(help.to_string());
        self
    }

    /// Says it on stderr, and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        self.tell();
        ExitCode::from(self.code)
    }

    /// Says it on stderr.
    pub(crate) fn tell(&self) {
        // Who closed stderr does not want to hear it.
        let mut out = io::stderr().lock();
        if !self.message.is_empty() {
            let _ = writeln!(out, "nlkit: {}", self.message.trim_end());
        }
        for help in &self.helps {
            let _ = writeln!(out, "  help: {help}");
        }
    }
}

/// Errors of the runtime, each with its exit code.
impl From<nlkit::Error> for Failure {
    fn from(error: nlkit::Error) -> Self {
        use nlkit::Error;
        let code = match &error {
            Error::Kernel(_) => code::KERNEL,
            Error::UnknownFamily { .. } | Error::UnknownGroup { .. } => code::UNKNOWN,
            Error::Timeout { .. } => code::TIMEOUT,
            _ if error.is_incomplete() || error.is_loss() => code::INCOMPLETE,
            _ => code::SYSTEM,
        };
        Self::new(code, error)
    }
}

/// Errors of calls by spec.
impl From<nlkit_dynamic::Error> for Failure {
    fn from(error: nlkit_dynamic::Error) -> Self {
        use nlkit_dynamic::Error;
        match error {
            Error::Netlink(error) => error.into(),
            Error::NoCall { .. } => Self::new(code::UNKNOWN, error),
            error => Self::usage(error),
        }
    }
}

/// Specs that are wrong: the report is a text of its own.
impl From<nlkit_codegen::Report> for Failure {
    fn from(report: nlkit_codegen::Report) -> Self {
        let _ = write!(io::stderr().lock(), "{report}");
        Self::new(code::USAGE, "")
    }
}

/// Output that nobody reads any more ends the command in silence, as SIGPIPE would.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(code::UNREAD, ""),
            _ => Self::system(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use nlkit::{Error, RequestName};

    use super::*;

    #[test]
    fn errors_of_the_runtime_have_exit_codes() {
        let request = RequestName { family: "lamp", operation: "get" };
        for (error, expected) in [
            (Error::Timeout { request }, code::TIMEOUT),
            (Error::DumpInterrupted { request }, code::INCOMPLETE),
            (Error::Lost, code::INCOMPLETE),
            (Error::UnknownFamily { family: "lamp" }, code::UNKNOWN),
            (Error::UnknownGroup { family: "lamp", group: "x" }, code::UNKNOWN),
            (Error::Io(io::Error::from_raw_os_error(1)), code::SYSTEM),
        ] {
            let text = error.to_string();
            let failure = Failure::from(error);
            assert_eq!((failure.code(), failure.message), (expected, text));
        }
        let unread = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((unread.code(), unread.message.as_str()), (code::UNREAD, ""));
    }
}
