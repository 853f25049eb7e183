//! Families and their operations as types: what the code generator implements.

use std::marker::PhantomData;

use crate::attrs::NlAttrs;
use crate::error::{DecodeError, EncodeError};
use crate::message::Message;

/// A netlink protocol: the number that a socket is opened with, as a type, so that a request of
/// one protocol does not compile on a socket of another.
///
/// Any number is [`Raw<N>`](Raw); a protocol of one's own can be a type of its own:
/// ```
/// enum Uevent {}
/// impl nlkit::Protocol for Uevent {
///     const NUMBER: i32 = 15; // NETLINK_KOBJECT_UEVENT
/// }
/// ```
pub trait Protocol {
    /// The protocol's number (`NETLINK_GENERIC`).
    const NUMBER: i32;
    /// Whether it is generic netlink: the type of a message is the id of its family, and the number
    /// of the operation stands in a header behind (`struct genlmsghdr`). Otherwise the type is the
    /// number of the operation.
    const GENERIC: bool = false;
}

/// Generic netlink (`NETLINK_GENERIC`): one socket serves all of its families.
#[derive(Clone, Copy, Debug)]
pub enum Generic {}

impl Protocol for Generic {
    const NUMBER: i32 = 16;
    const GENERIC: bool = true;
}

/// A protocol by its number, whose families speak without generic netlink (netlink-raw).
#[derive(Clone, Copy, Debug)]
pub enum Raw<const N: i32> {}

impl<const N: i32> Protocol for Raw<N> {
    const NUMBER: i32 = N;
}

/// Links, addresses, routes, neighbours, rules, traffic control (`NETLINK_ROUTE`).
pub type Route = Raw<0>;

/// Connection tracking, nftables (`NETLINK_NETFILTER`).
pub type Netfilter = Raw<12>;

/// Between processes (`NETLINK_USERSOCK`): the kernel only carries the messages, within one network
/// namespace.
///
/// Everybody may send, to a port id and to a group, and take any port id that is free. To join a group
/// needs `CAP_NET_ADMIN`. Over other protocols, sending to processes needs that as well. Protocols
/// cannot be added without a kernel module, so this one serves all; port ids and groups tell its users
/// apart.
///
/// # Examples
/// ```
/// use nlkit::{Socket, Transport, Usersock};
///
/// let mut server = Socket::new::<Usersock>()?;
/// let mut client = Socket::options().peer(server.port()).open::<Usersock>()?;
/// client.send(b"what time is it?")?;
///
/// let mut buffer = Vec::with_capacity(1 << 16);
/// let asked = server.receive(&mut buffer)?;
/// server.send_to(b"late", asked.source.port)?;
///
/// buffer.clear();
/// assert_eq!(client.receive(&mut buffer)?.source.port, client.peer());
/// assert_eq!(buffer, b"late");
/// # Ok::<(), std::io::Error>(())
/// ```
pub type Usersock = Raw<2>;

/// A family of operations.
pub trait Family {
    /// The protocol that it is spoken over.
    type Protocol: Protocol;
    /// Its name, in generic netlink that which the kernel knows it by.
    const NAME: &'static str;
    /// Its version, for the header of generic netlink; no kernel looks at it.
    const VERSION: u8 = 1;
}

/// A request that is answered once (a "do"): the attributes are those of the implementing type.
///
/// # Examples
/// ```
/// # use nlkit as nl;
/// # #[derive(Default)] struct GetRequest;
/// # impl<'a> nl::NlAttrs<'a> for GetRequest {
/// #     const SET: &'static nl::Set = &nl::Set::new("GetRequest", &[]);
/// #     fn put(&self, _: &mut nl::Writer<'_>) {}
/// #     fn set(&mut self, _: nl::Attr<'a>) -> Result<(), nl::DecodeError> { Ok(()) }
/// # }
/// # type GetReply = GetRequest;
/// enum Lamp {}
/// impl nl::Family for Lamp {
///     type Protocol = nl::Generic;
///     const NAME: &'static str = "lamp";
/// }
/// impl nl::Do for GetRequest {
///     type Family = Lamp;
///     type Reply = GetReply;
///     const NAME: &'static str = "get";
///     const CMD: u16 = 1;
/// }
/// ```
pub trait Do {
    /// The family that takes the request.
    type Family: Family;
    /// What it answers; `()` where it only acknowledges. It owns what it holds.
    type Reply: for<'a> NlAttrs<'a>;
    /// Name of the operation, for errors.
    const NAME: &'static str;
    /// Number of the operation in requests. In generic netlink it is below 256.
    const CMD: u16;
    /// Number of the operation in replies.
    const REPLY_CMD: u16 = Self::CMD;
    /// Whether to ask for an ACK, which costs a second datagram.
    ///
    /// Without one the reply itself ends the request, so an operation that may succeed in silence
    /// needs it. With one and no reply, the answer is an empty reply.
    const ACK: bool = true;
    /// Who may ask.
    const PERMISSION: Permission = Permission::Any;
}

/// A request that is answered by a list (a "dump").
pub trait Dump {
    /// The family that takes the request.
    type Family: Family;
    /// What each entry holds. It owns that; [`View`](crate::View) is for what borrows.
    type Reply: for<'a> NlAttrs<'a>;
    /// Name of the operation, for errors.
    const NAME: &'static str;
    /// Number of the operation in requests. In generic netlink it is below 256.
    const CMD: u16;
    /// Number of the operation in replies.
    const REPLY_CMD: u16 = Self::CMD;
    /// Who may ask.
    const PERMISSION: Permission = Permission::Any;
}

/// Who may ask for an operation; others are refused with `EPERM`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Permission {
    /// Everybody.
    #[default]
    Any,
    /// Who has `CAP_NET_ADMIN` in the initial user namespace (`GENL_ADMIN_PERM`).
    Admin,
    /// Who has `CAP_NET_ADMIN` in the user namespace of the network namespace
    /// (`GENL_UNS_ADMIN_PERM`).
    NamespaceAdmin,
}

/// What a family tells without being asked.
pub trait Notification: Sized {
    /// The family that tells it.
    type Family: Family;
    /// Numbers of the messages that it knows.
    ///
    /// They tell the families of one raw protocol apart, such as links and addresses. In generic
    /// netlink the family's id does.
    const CMDS: &'static [u16] = &[];

    /// Decodes a message of the family; one with an unknown number is kept as it came.
    ///
    /// # Errors
    /// Where the message is malformed.
    fn decode(message: Message<'_>) -> Result<Self, DecodeError>;

    /// Appends the message, its fixed header and attributes, to `buffer`, and gives its number: for
    /// who tells. The buffer's length is a multiple of 4; on an error it is as before.
    ///
    /// # Errors
    /// Where a value does not fit into an attribute.
    fn encode(&self, buffer: &mut Vec<u8>) -> Result<u16, EncodeError>;
}

/// A multicast group, with the type of what is told there.
#[derive(Debug)]
pub struct Group<N> {
    name: &'static str,
    number: Option<u32>,
    notification: PhantomData<fn() -> N>,
}

/// A multicast group that is known only at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawGroup {
    /// The name of its family.
    pub family: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its number, which in a raw protocol is what it is found by; in generic netlink the kernel is asked
    /// where there is none.
    pub number: Option<u32>,
}

impl<N: Notification> From<Group<N>> for RawGroup {
    fn from(group: Group<N>) -> Self {
        Self { family: group.family(), name: group.name(), number: group.number() }
    }
}

impl<N: Notification> Group<N> {
    /// The group of this name in the family of `N`, in generic netlink, where the kernel tells its
    /// number.
    pub const fn new(name: &'static str) -> Self {
        Self { name, number: None, notification: PhantomData }
    }

    /// The group of this number, in a raw protocol (`RTNLGRP_LINK`).
    pub const fn numbered(name: &'static str, number: u32) -> Self {
        Self { name, number: Some(number), notification: PhantomData }
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its number, in a raw protocol.
    pub const fn number(&self) -> Option<u32> {
        self.number
    }

    /// The name of its family.
    pub const fn family(&self) -> &'static str {
        N::Family::NAME
    }
}

impl<N> Clone for Group<N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N> Copy for Group<N> {}

/// No attributes: the reply of an operation that only acknowledges.
impl<'a> NlAttrs<'a> for () {
    const SET: &'static crate::Set = &crate::Set::new("()", &[]);

    fn put(&self, _: &mut crate::Writer<'_>) {}

    fn set(&mut self, _: crate::Attr<'a>) -> Result<(), DecodeError> {
        Ok(())
    }
}
