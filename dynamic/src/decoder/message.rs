//! Decoded messages.

use nlkit::wire::{Header, flag};
use nlkit::{DecodeError, NlString};

use super::role::Meaning;
use crate::{Format, Mode, Value};

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// A request.
    ToKernel,
    /// An answer, or a notification.
    FromKernel,
}

impl Direction {
    /// As its flags say.
    pub(super) fn of(header: Header) -> Self {
        match header.flags & flag::REQUEST != 0 {
            true => Self::ToKernel,
            false => Self::FromKernel,
        }
    }
}

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// It asks.
    Request,
    /// It answers.
    Reply,
    /// It tells unasked.
    Notification,
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Request => "request",
            Self::Reply => "reply",
            Self::Notification => "notification",
        })
    }
}

/// The header of generic netlink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GenericHeader {
    /// Number of the operation.
    pub cmd: u8,
    /// Version of the family.
    pub version: u8,
}

/// A message of a datagram, as far as it is understood.
#[derive(Clone, Debug)]
pub struct Decoded<'a> {
    /// Where in the datagram it stands.
    pub at: usize,
    /// All of it; of one that is malformed, what is left of the datagram.
    pub bytes: &'a [u8],
    /// Its header; `None` where there are too few bytes for one.
    pub header: Option<Header>,
    /// Which way it goes; `None` where nothing tells.
    pub direction: Option<Direction>,
    /// The protocol, by its number; `None` where nothing tells.
    pub protocol: Option<u16>,
    /// The header of generic netlink.
    pub generic: Option<GenericHeader>,
    /// The name of its family.
    pub family: Option<String>,
    /// The name of the operation or notification.
    pub operation: Option<&'static str>,
    /// What it is for.
    pub role: Option<Role>,
    /// How was asked, of requests and replies.
    pub mode: Option<Mode>,
    /// What it was decoded by.
    pub format: Option<Format>,
    /// What it says.
    pub body: Body<'a>,
}

/// What a message says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Body<'a> {
    /// A message of a family.
    Message(Value),
    /// A message of a family, whose attributes are malformed.
    Undecodable(DecodeError),
    /// Behind the headers, these bytes: there is no spec, or it does not have this message.
    Unknown(&'a [u8]),
    /// NLMSG_ERROR or NLMSG_DONE: an answer is complete.
    End(Box<End>),
    /// NLMSG_NOOP.
    Noop,
    /// NLMSG_OVERRUN: messages were lost.
    Overrun,
    /// It is no message, and why not.
    Malformed(String),
}

/// How an answer ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct End {
    /// 0, or the error number, positive: `EINVAL` is 22.
    pub errno: i32,
    /// The kernel's words (`NLMSGERR_ATTR_MSG`), also with success.
    pub message: Option<NlString>,
    /// The attribute at fault, by its path in the request: `.peers[2].public-key`.
    pub attribute: Option<String>,
    /// Where in the request that is (`NLMSGERR_ATTR_OFFS`).
    pub offset: Option<u32>,
    /// The attribute that is missing, by its path.
    pub missing: Option<String>,
    /// What the attribute at fault should be (`NLMSGERR_ATTR_POLICY`).
    pub policy: Option<String>,
    /// A cookie of the operation's own meaning (`NLMSGERR_ATTR_COOKIE`).
    pub cookie: Option<Vec<u8>>,
}

impl<'a> Decoded<'a> {
    /// Bytes of which nothing is known.
    pub(super) fn empty(at: usize, bytes: &'a [u8]) -> Self {
        Self {
            at,
            bytes,
            header: None,
            direction: None,
            protocol: None,
            generic: None,
            family: None,
            operation: None,
            role: None,
            mode: None,
            format: None,
            body: Body::Unknown(bytes),
        }
    }

    /// Takes what its headers mean, and decodes what is behind them.
    pub(super) fn fill(&mut self, meaning: Meaning, body: &[u8]) {
        self.take(meaning);
        let Some(decoded) = meaning.decode(body) else { return };
        self.format = meaning.format;
        self.body = match decoded {
            Ok(value) => Body::Message(value),
            Err(error) => Body::Undecodable(error),
        };
    }

    /// Takes what its headers mean.
    pub(super) fn take(&mut self, meaning: Meaning) {
        self.family = Some(meaning.family.name().to_owned());
        self.operation = Some(meaning.operation);
        self.role = Some(meaning.role);
        self.mode = meaning.mode;
    }

    /// Whether something about it is wrong: it is malformed, or was cut.
    pub fn is_malformed(&self) -> bool {
        matches!(self.body, Body::Malformed(_) | Body::Undecodable(_))
    }

    /// Its flags by name, and `0x..` for what has none.
    ///
    /// Some bits mean one thing in requests for data, another in those that change it, and in answers.
    pub fn flags(&self) -> Vec<String> {
        super::flags::names(self)
    }
}
