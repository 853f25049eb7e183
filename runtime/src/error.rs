//! Errors of decoding and encoding, and the one error type of all calls.

use std::borrow::Cow;
use std::fmt;
use std::io;

use crate::attrs::Set;
use crate::errno;
use crate::extack::KernelError;
#[cfg(feature = "policy")]
use crate::validate::Violation;
use crate::wire::MAX_NESTING;

/// Why a call failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The socket failed: creating it, an option, sending or receiving.
    Io(io::Error),
    /// The kernel refused the request, and said why.
    Kernel(Box<KernelError>),
    /// The request cannot be put into a message; nothing was sent.
    Encode(EncodeError),
    /// The request breaks a rule of its spec, or of the running kernel's policy; nothing was sent.
    #[cfg(feature = "policy")]
    Invalid(Box<Violation>),
    /// The answer is malformed. Other messages of the same answer may be fine: a dump goes on.
    Decode(DecodeError),
    /// The kernel has no such family: the module is not loaded, or the kernel is too old.
    UnknownFamily {
        /// The family that was asked for.
        family: &'static str,
    },
    /// The family has no such multicast group in the running kernel.
    UnknownGroup {
        /// The family that was asked.
        family: &'static str,
        /// The group that was asked for.
        group: &'static str,
    },
    /// The data changed while it was dumped (`NLM_F_DUMP_INTR`): entries may be missing, or stand
    /// twice. It comes after the last entry; ask again if that matters.
    DumpInterrupted {
        /// Family and operation of the dump.
        request: RequestName,
    },
    /// The request was carried out as far as one can tell, but its answer never came.
    NoReply {
        /// Family and operation of the request.
        request: RequestName,
        /// Whether messages were lost meanwhile since the receive buffer was full: the reply may
        /// have been among them.
        overrun: bool,
    },
    /// A multicast group cannot be joined or left: `EPERM` where that needs a capability.
    Group {
        /// The family that has the group.
        family: &'static str,
        /// The group.
        group: &'static str,
        /// What the socket says.
        error: io::Error,
    },
    /// An answer holds another message than the one that belongs to the request.
    UnexpectedMessage {
        /// Family and operation of the request.
        request: RequestName,
        /// What came instead.
        found: String,
    },
    /// The kernel dropped messages because this socket's receive buffer was full (`ENOBUFS`, or
    /// `NLMSG_OVERRUN`): notifications are lost. It stands among them as one of their kind, and the
    /// next ones come: a table that is kept by them has to be asked for anew, as
    /// [`Connection::watch`](crate::Connection::watch) does.
    ///
    /// It comes as soon as the kernel tells it, ahead of what is in the buffer, and again when that
    /// has been read, since the kernel drops what comes until then: who asks each time is current.
    Lost,
    /// The time for an answer is over. The kernel may have done what was asked, or be about to.
    Timeout {
        /// Family and operation of the request.
        request: RequestName,
    },
    /// A datagram was longer than the receive buffer, so its end is lost. The buffer has grown:
    /// the same request, sent again, fits.
    Truncated {
        /// Length of the datagram in bytes.
        len: usize,
    },
    /// A datagram is not a sequence of netlink messages.
    Malformed {
        /// What is wrong, and where in the datagram.
        reason: String,
    },
}

impl Error {
    /// The kernel's answer, where this is one.
    pub fn kernel(&self) -> Option<&KernelError> {
        match self {
            Self::Kernel(error) => Some(error),
            _ => None,
        }
    }

    /// Whether a dump that ended so may lack entries, or hold some twice, and can be asked for again.
    pub fn is_incomplete(&self) -> bool {
        matches!(self, Self::DumpInterrupted { .. } | Self::NoReply { overrun: true, .. })
            || self.is_loss()
    }

    /// Whether this tells that a part of what came was lost, notifications perhaps.
    pub fn is_loss(&self) -> bool {
        matches!(self, Self::Lost | Self::Truncated { .. } | Self::Malformed { .. })
    }

    /// The errno behind this error: the kernel's, or the socket's.
    pub fn errno(&self) -> Option<i32> {
        match self {
            Self::Kernel(error) => Some(error.errno),
            // What the kernel would have said.
            #[cfg(feature = "policy")]
            Self::Invalid(violation) => Some(violation.errno()),
            Self::UnknownFamily { .. } => Some(crate::errno::ENOENT),
            Self::Io(error) | Self::Group { error, .. } => errno::of(error),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "netlink socket: {error}"),
            Self::Kernel(error) => error.fmt(f),
            Self::Encode(error) => error.fmt(f),
            #[cfg(feature = "policy")]
            Self::Invalid(violation) => violation.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::UnknownFamily { family } => {
                write!(
                    f,
                    "the running kernel has no generic netlink family `{family}` in this network \
                     namespace"
                )
            }
            Self::UnknownGroup { family, group } => {
                write!(f, "family `{family}` of the running kernel has no group `{group}`")
            }
            Self::DumpInterrupted { request } => {
                write!(f, "{request}: the data changed during the dump, it may be inconsistent")
            }
            Self::NoReply { request, overrun: false } => write!(f, "{request}: no reply"),
            Self::NoReply { request, overrun: true } => write!(
                f,
                "{request}: no reply, and messages were lost: the receive buffer was full; the \
                 kernel may have done what was asked"
            ),
            Self::Group { family, group, error } => {
                write!(f, "group `{group}` of family `{family}`: {error}")
            }
            Self::UnexpectedMessage { request, found } => {
                write!(f, "{request}: unexpected answer: {found}")
            }
            Self::Lost => f.write_str("messages were lost: the receive buffer was full"),
            Self::Timeout { request } => write!(f, "{request}: nothing came in time"),
            Self::Truncated { len } => {
                write!(f, "a datagram of {len} bytes did not fit into the receive buffer")
            }
            Self::Malformed { reason } => write!(f, "malformed datagram: {reason}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The others are displayed whole, and would be told twice.
        match self {
            Self::Io(error) | Self::Group { error, .. } => error.source(),
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<EncodeError> for Error {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Io(error) => error,
            error => {
                let kind = match (&error, error.errno()) {
                    (_, Some(errno)) => errno::error(errno).kind(),
                    (Error::Timeout { .. }, None) => io::ErrorKind::TimedOut,
                    (Error::DumpInterrupted { .. }, None) => io::ErrorKind::Interrupted,
                    (Error::UnknownFamily { .. } | Error::UnknownGroup { .. }, None) => {
                        io::ErrorKind::NotFound
                    }
                    (Error::Encode(_), None) => io::ErrorKind::InvalidInput,
                    (Error::Decode(_) | Error::Malformed { .. }, None) => {
                        io::ErrorKind::InvalidData
                    }
                    _ => io::ErrorKind::Other,
                };
                io::Error::new(kind, error)
            }
        }
    }
}

/// Family and operation of a request, as they are named in its spec: `ethtool rings-get`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestName {
    /// Name of the family.
    pub family: &'static str,
    /// Name of the operation.
    pub operation: &'static str,
}

impl fmt::Display for RequestName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.family, self.operation)
    }
}

/// A message that cannot be decoded: what is wrong, and with which attribute.
///
/// Displays as `GetReply.timer.port: expected 2 bytes, got 4`.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodeError(Box<DecodeErrorInner>);

#[derive(Clone, Debug, PartialEq)]
struct DecodeErrorInner {
    kind: DecodeErrorKind,
    root: &'static str,
    /// From the innermost step to the outermost, as they are pushed on the way out.
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Attribute(&'static str),
    Unnamed(u16),
    Index(usize),
}

/// What is wrong with a message or an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The payload does not have the length of its type.
    Length {
        /// The lengths that fit, in words: `4 bytes`, `4 or 8 bytes`.
        expected: Cow<'static, str>,
        /// Length of the payload in bytes.
        found: usize,
    },
    /// An attribute's header gives a length that is too short for a header, or more than there is.
    Header {
        /// The length in the header.
        len: usize,
        /// Bytes left, header included.
        left: usize,
    },
    /// Bytes too few for a header follow the last attribute.
    Leftover {
        /// How many.
        left: usize,
    },
    /// The message is shorter than its fixed headers.
    Short {
        /// Length of the headers in bytes.
        expected: usize,
        /// Length of the message in bytes.
        found: usize,
    },
    /// Nests stand deeper in each other than [`MAX_NESTING`].
    TooDeep,
    /// The payload holds a value that its type does not take; for forms of one's own.
    Value(Cow<'static, str>),
}

impl DecodeError {
    /// An error without a path yet; decoding adds it on the way out.
    #[cold]
    pub fn new(kind: DecodeErrorKind) -> Self {
        Self(Box::new(DecodeErrorInner { kind, root: "", steps: Vec::new() }))
    }

    /// The payload has `found` bytes where its type has `expected`.
    #[cold]
    pub fn length(expected: impl Into<Cow<'static, str>>, found: usize) -> Self {
        Self::new(DecodeErrorKind::Length { expected: expected.into(), found })
    }

    /// What is wrong.
    pub fn kind(&self) -> &DecodeErrorKind {
        &self.0.kind
    }

    /// Which attribute, from the message's top level: `.timer.port`, `.peers[2]`; empty where it
    /// is the message itself.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in self.0.steps.iter().rev() {
            match step {
                Step::Attribute(name) => path.extend([".", name]),
                Step::Unnamed(id) => path.push_str(&format!(".{id}")),
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }

    #[cold]
    pub(crate) fn in_attribute(mut self, set: &Set, id: u16) -> Self {
        let step = set.name_of(id).map_or(Step::Unnamed(id), Step::Attribute);
        self.0.steps.push(step);
        self
    }

    /// The error with one more step at the begin of its path: inside of the attribute of this name.
    #[cold]
    #[must_use]
    pub fn at_name(mut self, name: &'static str) -> Self {
        self.0.steps.push(Step::Attribute(name));
        self
    }

    /// The error with one more step at the begin of its path: inside of this entry of a list.
    #[cold]
    #[must_use]
    pub fn at_index(mut self, index: usize) -> Self {
        self.0.steps.push(Step::Index(index));
        self
    }

    /// The error in the message of this name, which stands before the path.
    #[cold]
    #[must_use]
    pub fn in_message(mut self, root: &'static str) -> Self {
        self.0.root = root;
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}: {}", self.0.root, self.path(), self.0.kind)
    }
}

impl std::error::Error for DecodeError {}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { expected, found } => write!(f, "expected {expected}, got {found}"),
            Self::Header { len, left } => {
                write!(f, "attribute header gives a length of {len} bytes, with {left} left")
            }
            Self::Leftover { left } => write!(f, "{left} bytes left over after the last attribute"),
            Self::Short { expected, found } => {
                write!(f, "expected a header of {expected} bytes, got {found}")
            }
            Self::TooDeep => write!(f, "nested deeper than {MAX_NESTING} levels"),
            Self::Value(what) => f.write_str(what),
        }
    }
}

/// A value that does not fit into a message: what is wrong, and with which attribute.
///
/// Displays as `GetRequest.timer.name: a string cannot hold a NUL byte`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError {
    pub(crate) root: &'static str,
    pub(crate) path: String,
    pub(crate) kind: EncodeErrorKind,
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeErrorKind {
    /// The attribute, or the nest, would be longer than 65,535 bytes with its header.
    TooLong {
        /// Length of the payload in bytes.
        len: usize,
    },
    /// A string holds a NUL byte, where the kernel would cut it.
    InnerNul,
    /// The number does not fit into the attribute's wire type.
    OutOfRange {
        /// The wire type: `u8`.
        wire: &'static str,
    },
    /// A member of a struct is longer than the bytes that it has there.
    NoRoom {
        /// Length of the value in bytes.
        len: usize,
        /// The bytes that there are.
        room: usize,
    },
    /// Nests stand deeper in each other than [`MAX_NESTING`].
    TooDeep,
    /// The number of an operation that its protocol cannot have: in generic netlink they are below 256, in
    /// others from 16 on. Those of types are checked when they are compiled.
    Operation {
        /// The number.
        cmd: u16,
    },
    /// A sub-message whose selector, the attribute that tells its kind, tells another.
    Selector {
        /// The selector's value that the sub-message goes with.
        kind: &'static str,
    },
}

impl EncodeError {
    /// What is wrong.
    pub fn kind(&self) -> &EncodeErrorKind {
        &self.kind
    }

    /// Which attribute, from the message's top level: `.timer.name`, `.peers[2]`.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}: {}", self.root, self.path, self.kind)
    }
}

impl std::error::Error for EncodeError {}

impl fmt::Display for EncodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { len } => {
                write!(f, "{len} bytes do not fit: an attribute holds 65531 at most")
            }
            Self::NoRoom { len, room } => {
                write!(f, "{len} bytes do not fit: the struct has room for {room}")
            }
            Self::InnerNul => f.write_str("a string cannot hold a NUL byte"),
            Self::OutOfRange { wire } => write!(f, "the value does not fit into {wire}"),
            Self::Operation { cmd } => write!(
                f,
                "{cmd} is no number of an operation: below 256 in generic netlink, else from 16 on"
            ),
            Self::Selector { kind } => {
                write!(f, "of kind `{kind}`, but the attribute that tells the kind has another")
            }
            Self::TooDeep => write!(f, "nested deeper than {MAX_NESTING} levels"),
        }
    }
}
