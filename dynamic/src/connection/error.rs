//! Why a call of a dynamic connection failed.

use std::fmt;

use nlkit::{DecodeError, RequestName};

use crate::{EncodeError, Mode};

/// Why a call failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The kernel refused it, or something on the way to it failed.
    Netlink(nlkit::Error),
    /// The request's JSON cannot be put into a message; nothing was sent.
    Encode {
        /// Family and operation of the request.
        request: RequestName,
        /// What is wrong, and where.
        error: EncodeError,
    },
    /// The operation cannot be called in this way, by its spec; nothing was sent.
    NoCall {
        /// Family and operation of the request.
        request: RequestName,
        /// The way that it does not have.
        mode: Mode,
    },
    /// The family is spoken over another protocol than the connection.
    OtherProtocol {
        /// The family.
        family: &'static str,
    },
}

impl Error {
    /// The runtime's error, where this is one.
    pub fn netlink(&self) -> Option<&nlkit::Error> {
        match self {
            Self::Netlink(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Netlink(error) => error.fmt(f),
            Self::Encode { request, error } => write!(f, "{request}: {error}"),
            Self::NoCall { request, mode: Mode::Do } => {
                write!(f, "{request}: the operation has no `do`, only a dump")
            }
            Self::NoCall { request, mode: Mode::Dump } => {
                write!(f, "{request}: the operation has no `dump`, only a do")
            }
            Self::OtherProtocol { family } => {
                write!(f, "family `{family}` is spoken over another protocol than the connection")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The others are displayed whole, and would be told twice.
        match self {
            Self::Netlink(error) => error.source(),
            _ => None,
        }
    }
}

impl From<nlkit::Error> for Error {
    fn from(error: nlkit::Error) -> Self {
        Self::Netlink(error)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Netlink(error.into())
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Netlink(error.into())
    }
}
