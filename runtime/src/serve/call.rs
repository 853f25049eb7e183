//! A request while it is handled.

use std::sync::Arc;

use super::refusal::{Refusal, Words};
use super::service::Declared;
use crate::errno;
use crate::family::{Group, Notification};
use crate::modifiers::Modifiers;
use crate::string::NlString;
use crate::wire::Header;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Client {
    /// Port id of the asker's socket.
    pub port: u32,
    /// Whether the asker may use operations that need `CAP_NET_ADMIN`.
    pub privileged: bool,
    /// Whether its socket takes extended ACKs (`NETLINK_EXT_ACK`).
    pub ext_ack: bool,
    /// Whether errors repeat no more of the request than its header (`NETLINK_CAP_ACK`).
    pub cap_ack: bool,
}

impl Client {
    /// An asker at this port, privileged, with both kinds of ACK on as nlkit's own sockets have them.
    pub fn new(port: u32) -> Self {
        Self { port, privileged: true, ext_ack: true, cap_ack: true }
    }
}

/// A request while it is handled: who asks and how, and what there is to say beside the reply.
#[derive(Debug)]
pub struct Call {
    header: Header,
    client: Client,
    groups: Arc<[Declared]>,
    pub(super) words: Words,
    pub(super) silent: bool,
    pub(super) interrupted: bool,
    pub(super) end: Option<Refusal>,
    pub(super) told: Vec<Told>,
}

/// A notification that the request caused.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) group: u32,
    pub(super) cmd: u16,
    pub(super) attrs: Vec<u8>,
}

impl Call {
    pub(super) fn new(header: Header, client: Client, groups: Arc<[Declared]>) -> Self {
        Self {
            header,
            client,
            groups,
            words: Words::default(),
            silent: false,
            interrupted: false,
            end: None,
            told: Vec::new(),
        }
    }

    /// The request's header.
    pub fn header(&self) -> Header {
        self.header
    }

    /// Who asks.
    pub fn client(&self) -> Client {
        self.client
    }

    /// How the request treats what is there already: `CREATE | EXCL`, for example.
    pub fn modifiers(&self) -> Modifiers {
        const TELL: u16 = 0xff; // what all messages have
        Modifiers::from(self.header.flags & !TELL)
    }

    /// Says something of a request that succeeds: the extended ACK's message, without an error. It
    /// goes out with the ACK, and so only where the asker wants one; of a dump, with its end.
    pub fn warn(&mut self, message: impl Into<NlString>) {
        self.words.message = Some(message.into());
    }

    /// Gives the ACK a cookie, of the operation's own meaning.
    pub fn cookie(&mut self, cookie: impl Into<Vec<u8>>) {
        self.words.cookie = Some(cookie.into());
    }

    /// Leaves out the reply: the answer is an ACK where one is asked for, and else nothing.
    pub fn leave_out_reply(&mut self) {
        self.silent = true;
    }

    /// Says of a dump that its data changed meanwhile (`NLM_F_DUMP_INTR`).
    pub fn interrupted(&mut self) {
        self.interrupted = true;
    }

    /// Ends a dump with an error behind its entries, which stands in its NLMSG_DONE.
    pub fn end_with(&mut self, refusal: Refusal) {
        self.end = Some(refusal);
    }

    /// Tells a group of what the request changes, with the request's port and sequence number. It goes
    /// out before the reply; to the asker too where it listens, or has asked for an echo (`NLM_F_ECHO`).
    ///
    /// # Errors
    /// `ENOENT` for a group of generic netlink that was not declared with
    /// [`Service::group`](super::Service::group); `EMSGSIZE` where a value does not fit into a message.
    pub fn notify<N: Notification>(&mut self, group: Group<N>, message: &N) -> Result<(), Refusal> {
        let group = Declared::number_in(&self.groups, group).ok_or_else(|| {
            let what = format!("group `{}` is not declared", group.name());
            Refusal::new(errno::ENOENT).message(what)
        })?;
        let mut attrs = Vec::new();
        let cmd = message.encode(&mut attrs)?;
        self.told.push(Told { group, cmd, attrs });
        Ok(())
    }
}
