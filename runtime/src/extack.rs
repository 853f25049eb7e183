//! The kernel's word on a refused request: extended ACK (`NLMSGERR_ATTR_*` in linux/netlink.h).

use std::fmt;

use crate::attrs::Set;
use crate::errno;
use crate::error::RequestName;
use crate::form::Native;
use crate::nlctrl::PolicyInfo;
use crate::path::{Place, path_to};
use crate::wire::{Attr, Attrs};
use crate::{DecodeError, Field, NlString};

/// The kernel refused a request.
///
/// Displays as `netdev dev-get: .ifindex: Numerical result out of range (34): integer out of range
/// (u32, 1 to 4294967295)`: request, attribute, errno, message and policy, as far as the kernel
/// told them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct KernelError {
    /// Family and operation of the request.
    pub request: RequestName,
    /// Where it is one of a batch, its position there, from 0 on.
    pub index: Option<usize>,
    /// The error number, positive: `EINVAL` is 22.
    pub errno: i32,
    /// The kernel's message (`NLMSGERR_ATTR_MSG`).
    pub message: Option<NlString>,
    /// The attribute at fault (`NLMSGERR_ATTR_OFFS`), from the request's top level, with the
    /// positions in arrays: `.peers[2].allowedips[0].ipaddr`.
    pub attribute: Option<String>,
    /// The attribute that is missing (`NLMSGERR_ATTR_MISS_TYPE`, `NLMSGERR_ATTR_MISS_NEST`).
    pub missing: Option<String>,
    /// What the attribute at fault should be (`NLMSGERR_ATTR_POLICY`).
    pub policy: Option<PolicyInfo>,
    /// A cookie of the operation's own meaning (`NLMSGERR_ATTR_COOKIE`).
    pub cookie: Option<Vec<u8>>,
}

/// A request as it was sent, to find attributes in it: see [`KernelError::read`].
#[derive(Clone, Copy, Debug)]
pub struct Sent<'m> {
    /// Family and operation.
    pub name: RequestName,
    /// Its attributes.
    pub set: &'static Set,
    /// All of it, with its netlink header.
    pub message: &'m [u8],
    /// Where in it the fixed header or the first attribute begins.
    pub attrs: usize,
}

impl Sent<'_> {
    fn place(&self, offset: u32) -> Option<Place> {
        let offset = usize::try_from(offset).ok()?.checked_sub(self.attrs)?;
        path_to(self.message.get(self.attrs..)?, self.set, offset)
    }

    /// The path of an attribute that should stand in the nest at `nest`, or at the top level.
    fn missing(&self, id: u16, nest: Option<u32>) -> String {
        let (path, set) = match nest.map(|offset| self.place(offset)) {
            None => (String::new(), Some(self.set)),
            Some(Some(place)) => (place.path, place.inner),
            Some(None) => (String::new(), None),
        };
        match set.and_then(|set| set.name_of(id)) {
            Some(name) => format!("{path}.{name}"),
            None => format!("{path}.{id}"),
        }
    }
}

/// The attributes of an extended ACK.
#[derive(Default)]
struct ExtAck {
    message: Option<NlString>,
    offset: Option<u32>,
    cookie: Option<Vec<u8>>,
    policy: Option<PolicyInfo>,
    missing_id: Option<u32>,
    missing_nest: Option<u32>,
}

impl ExtAck {
    /// What can be read: a malformed extended ACK must not hide the error itself.
    fn read(bytes: &[u8]) -> Self {
        let mut ext_ack = Self::default();
        for attr in Attrs::new(bytes).map_while(Result::ok) {
            let _ = ext_ack.set(attr);
        }
        ext_ack
    }

    fn set(&mut self, attr: Attr<'_>) -> Result<(), DecodeError> {
        match attr.id {
            1 => Field::<Native>::set(&mut self.message, attr),
            2 => Field::<Native>::set(&mut self.offset, attr),
            3 => Field::<Native>::set(&mut self.cookie, attr),
            4 => Field::<Native>::set(&mut self.policy, attr),
            5 => Field::<Native>::set(&mut self.missing_id, attr),
            6 => Field::<Native>::set(&mut self.missing_nest, attr),
            _ => Ok(()),
        }
    }
}

impl KernelError {
    /// The kernel's word on a request, as a connection reads it: for who has the messages from elsewhere, a
    /// capture perhaps. `ext_ack` are the attributes of the answer, as
    /// [`Outcome::ext_ack`](crate::session::Outcome::ext_ack) finds them.
    ///
    /// What cannot be read is left out: it must not hide the error itself.
    pub fn read(errno: i32, ext_ack: &[u8], sent: &Sent<'_>) -> Self {
        let ext_ack = ExtAck::read(ext_ack);
        let missing_id = ext_ack.missing_id.and_then(|id| u16::try_from(id).ok());
        Self {
            request: sent.name,
            index: None,
            errno,
            message: ext_ack.message,
            attribute: ext_ack.offset.and_then(|at| Some(sent.place(at)?.path)),
            missing: missing_id.map(|id| sent.missing(id, ext_ack.missing_nest)),
            policy: ext_ack.policy,
            cookie: ext_ack.cookie,
        }
    }
}

/// What the kernel remarks on a request that it carried out: words, or a cookie.
///
/// Displays as `tc newtclass: quantum of class 10001 is big. Consider r2q change.`
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Warning {
    /// Family and operation of the request.
    pub request: RequestName,
    /// Where it is one of a batch, its position there, from 0 on.
    pub index: Option<usize>,
    /// The kernel's message (`NLMSGERR_ATTR_MSG`).
    pub message: Option<NlString>,
    /// The attribute that it is about, from the request's top level.
    pub attribute: Option<String>,
    /// A cookie of the operation's own meaning (`NLMSGERR_ATTR_COOKIE`): the number of a measurement
    /// that nl80211 began, for example.
    pub cookie: Option<Vec<u8>>,
}

impl Warning {
    /// `None` where the ACK says nothing of this kind.
    pub(crate) fn new(ext_ack: &[u8], sent: &Sent<'_>, index: Option<usize>) -> Option<Self> {
        let ExtAck { message, offset, cookie, .. } = ExtAck::read(ext_ack);
        if message.is_none() && cookie.is_none() {
            return None;
        }
        let attribute = offset.and_then(|at| Some(sent.place(at)?.path));
        Some(Self { request: sent.name, index, message, attribute, cookie })
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_request(f, self.request, self.index)?;
        if let Some(attribute) = &self.attribute {
            write!(f, "{attribute}: ")?;
        }
        match (&self.message, &self.cookie) {
            (Some(message), _) => f.write_str(&one_line(message)),
            (None, cookie) => write!(f, "cookie {:02x?}", cookie.as_deref().unwrap_or_default()),
        }
    }
}

fn write_request(
    f: &mut fmt::Formatter<'_>,
    request: RequestName,
    index: Option<usize>,
) -> fmt::Result {
    write!(f, "{request}: ")?;
    match index {
        Some(index) => write!(f, "request {index} of the batch: "),
        None => Ok(()),
    }
}

impl fmt::Display for KernelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_request(f, self.request, self.index)?;
        if let Some(attribute) = &self.attribute {
            write!(f, "{attribute}: ")?;
        }
        if let Some(missing) = &self.missing {
            write!(f, "missing attribute {missing}: ")?;
        }
        write!(f, "{} ({})", errno::text(self.errno), self.errno)?;
        if let Some(message) = &self.message {
            write!(f, ": {}", one_line(message))?;
        }
        if let Some(policy) = &self.policy {
            write!(f, " ({policy})")?;
        }
        Ok(())
    }
}

impl std::error::Error for KernelError {}

/// A message as one line: some drivers end theirs with a line feed.
fn one_line(message: &NlString) -> String {
    let line = |c: char| if c.is_control() { ' ' } else { c };
    message.to_string().trim_end().chars().map(line).collect()
}
