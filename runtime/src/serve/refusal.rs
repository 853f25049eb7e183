//! Why a request is refused, and how that stands in an extended ACK.

use super::policy::info_of;
use crate::attrs::{Field, Set};
use crate::checks::Fault;
use crate::errno;
use crate::error::EncodeError;
use crate::form::Native;
use crate::nlctrl::PolicyInfo;
use crate::path::{offset_of, path_to};
use crate::string::NlString;
use crate::validate::Violation;
use crate::writer::Writer;

/// Why a request is refused, as the kernel says it: an errno, and what an extended ACK adds to it.
///
/// Attributes are named by their paths, as [`KernelError`](crate::KernelError) shows them. They stand
/// in the answer as offsets into the request, so a path that the request does not have is left out.
///
/// ```
/// use nlkit::{errno, serve::Refusal};
///
/// let refusal = Refusal::new(errno::ERANGE)
///     .message("a lamp burns for a day at most")
///     .attribute(".timer.minutes");
/// assert_eq!(refusal.errno(), errno::ERANGE);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    errno: i32,
    /// In a box, since every handler's result is as large as this.
    more: Box<More>,
}

/// What a refusal says beside its errno.
#[derive(Clone, Debug, Default, PartialEq)]
struct More {
    attribute: Option<Place>,
    missing: Option<String>,
    policy: Option<PolicyInfo>,
    words: Words,
}

/// What an ACK and an error can both say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) message: Option<NlString>,
    pub(crate) cookie: Option<Vec<u8>>,
}

/// An attribute in the request.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Path(String),
    /// In bytes from the start of the message.
    Offset(u32),
}

/// The attributes of a request, to find paths in.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'m> {
    pub(crate) set: &'static Set,
    /// The fixed header and the attributes.
    pub(crate) attrs: &'m [u8],
    /// How far they stand from the start of the message.
    pub(crate) start: usize,
}

impl Refusal {
    /// A refusal with this errno, positive: [`errno::EINVAL`](crate::errno::EINVAL).
    pub fn new(errno: i32) -> Self {
        Self { errno, more: Box::default() }
    }

    /// With words for a person (`NLMSGERR_ATTR_MSG`).
    #[must_use]
    pub fn message(mut self, message: impl Into<NlString>) -> Self {
        self.more.words.message = Some(message.into());
        self
    }

    /// With the attribute at fault (`NLMSGERR_ATTR_OFFS`) by its path: `.peers[2].port`.
    #[must_use]
    pub fn attribute(mut self, path: impl Into<String>) -> Self {
        self.more.attribute = Some(Place::Path(path.into()));
        self
    }

    /// With the attribute at fault by where it stands in the request, in bytes from the start of its
    /// header.
    #[must_use]
    pub fn offset(mut self, offset: u32) -> Self {
        self.more.attribute = Some(Place::Offset(offset));
        self
    }

    /// With the attribute that is missing (`NLMSGERR_ATTR_MISS_TYPE`, and `NLMSGERR_ATTR_MISS_NEST`
    /// where it should stand in a nest) by the path that it would have: `.timer.port`.
    #[must_use]
    pub fn missing(mut self, path: impl Into<String>) -> Self {
        self.more.missing = Some(path.into());
        self
    }

    /// With bytes of the operation's own meaning (`NLMSGERR_ATTR_COOKIE`), 20 at most in a kernel.
    #[must_use]
    pub fn cookie(mut self, cookie: impl Into<Vec<u8>>) -> Self {
        self.more.words.cookie = Some(cookie.into());
        self
    }

    /// The refusal of attributes that break a rule, which begin `start` bytes into the request: what the
    /// kernel says before any handler sees it.
    pub(super) fn of(violation: &Violation, start: usize) -> Self {
        let mut refusal = Self::new(violation.errno());
        let message = violation.kernel_message();
        if !message.is_empty() {
            refusal = refusal.message(message);
        }
        let offset = u32::try_from(start + violation.offset);
        match (&violation.fault, offset) {
            // Those are told without a place.
            (Fault::Malformed | Fault::NoHeader, _) | (_, Err(_)) => {}
            (_, Ok(offset)) => refusal = refusal.offset(offset),
        }
        refusal.more.policy = violation.rule.as_ref().and_then(info_of);
        refusal
    }

    /// The errno, positive.
    pub fn errno(&self) -> i32 {
        self.errno
    }

    /// Appends the attributes of the extended ACK. `asked` is `None` where the request was not
    /// understood that far.
    pub(crate) fn put(&self, asked: Option<Asked<'_>>, buffer: &mut Vec<u8>) {
        let More { attribute, missing, policy, words } = &*self.more;
        words.put(buffer);
        let mut out = Writer::new(buffer);
        let offset = match attribute {
            Some(Place::Offset(offset)) => Some(*offset),
            Some(Place::Path(path)) => asked.and_then(|asked| asked.find(path)),
            None => None,
        };
        if let Some(offset) = offset {
            out.fixed(attr::OFFSET, offset.to_ne_bytes());
        }
        Field::<Native>::put(policy, attr::POLICY, &mut out);
        let missing = missing.as_ref().zip(asked);
        if let Some((id, nest)) = missing.and_then(|(path, asked)| asked.missing(path)) {
            out.fixed(attr::MISSING_TYPE, u32::from(id).to_ne_bytes());
            if let Some(nest) = nest {
                out.fixed(attr::MISSING_NEST, nest.to_ne_bytes());
            }
        }
    }
}

/// What a handler could not put into a message, as the kernel says it of a full buffer.
impl From<EncodeError> for Refusal {
    fn from(error: EncodeError) -> Self {
        Self::new(errno::EMSGSIZE).message(error.to_string())
    }
}

impl Words {
    pub(crate) fn put(&self, buffer: &mut Vec<u8>) {
        let mut out = Writer::new(buffer);
        if let Some(message) = &self.message {
            // The kernel's messages are C strings.
            let text = message.as_bytes().split(|byte| *byte == 0).next().unwrap_or_default();
            out.string(attr::MESSAGE, text);
        }
        if let Some(cookie) = &self.cookie {
            out.attr(attr::COOKIE, cookie);
        }
    }
}

impl Asked<'_> {
    fn find(&self, path: &str) -> Option<u32> {
        let at = offset_of(self.attrs, self.set, path)?;
        u32::try_from(self.start + at).ok()
    }

    /// The number of the attribute that would have this path, and where the nest stands that it would
    /// be in.
    fn missing(&self, path: &str) -> Option<(u16, Option<u32>)> {
        let (nest, name) = path.rsplit_once('.')?;
        if nest.is_empty() {
            return Some((id_of(self.set, name)?, None));
        }
        let at = offset_of(self.attrs, self.set, nest)?;
        let id = id_of(path_to(self.attrs, self.set, at)?.inner?, name)?;
        Some((id, Some(u32::try_from(self.start + at).ok()?)))
    }
}

fn id_of(set: &Set, name: &str) -> Option<u16> {
    set.entries.iter().find(|entry| entry.name == name).map(|entry| entry.id)
}

/// Numbers of an extended ACK's attributes (`enum nlmsgerr_attrs`).
mod attr {
    pub(super) const MESSAGE: u16 = 1;
    pub(super) const OFFSET: u16 = 2;
    pub(super) const COOKIE: u16 = 3;
    pub(super) const POLICY: u16 = 4;
    pub(super) const MISSING_TYPE: u16 = 5;
    pub(super) const MISSING_NEST: u16 = 6;
}
