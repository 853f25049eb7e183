//! Operations that are known only at run time, and asking for them.

use crate::attrs::Set;
use crate::call::Call;
use crate::connection::{Connection, ready};
use crate::dump::Messages;
use crate::error::{Error, RequestName};
use crate::family::Protocol;
use crate::message::Message;
use crate::modifiers::Modifiers;
use crate::session::Ends;
use crate::transport::Transport;

/// An operation that is known only at run time, in one way to use it: what [`Do`](crate::Do) and
/// [`Dump`](crate::Dump) tell of those that are types.
///
/// Its requests and replies are bytes, a fixed header and attributes; everything else is as it is for types:
/// family ids, lost answers, the kernel's words with the path of the attribute. The sets are for these paths.
///
/// # Examples
/// ```
/// use nlkit::{NlAttrs, RawOperation};
/// use nlkit::nlctrl::{FamilyInfo, GetFamily};
///
/// let getfamily = RawOperation {
///     family: "nlctrl",
///     name: "getfamily",
///     version: 2,
///     cmd: 3,
///     reply_cmd: 1,
///     request: GetFamily::SET,
///     reply: Some(FamilyInfo::SET),
///     ack: false,
/// };
/// # let mut conn = nlkit::Connection::<nlkit::Generic, _>::with_transport(nlkit::script::Script::new(|request: &[u8]| {
/// #     let family = FamilyInfo { id: Some(16), name: Some("nlctrl".into()), ..Default::default() };
/// #     vec![nlkit::script::answer(request).reply(16, 1, &family).into_datagram()]
/// # }));
/// let body = nlkit::encode(&GetFamily { id: Some(16), name: None })?;
/// let mut replies = Vec::new();
/// conn.request_raw(&getfamily, &body, Default::default(), |reply| replies.push(reply.to_raw()))?;
/// let family: FamilyInfo = nlkit::decode(replies[0].message().attrs())?;
/// assert_eq!(family.name, Some("nlctrl".into()));
/// # Ok::<(), nlkit::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RawOperation {
    /// The name of its family.
    pub family: &'static str,
    /// Its name, for errors.
    pub name: &'static str,
    /// The version of its family, for the header of generic netlink.
    pub version: u8,
    /// Its number in requests.
    pub cmd: u16,
    /// Its number in replies; that in requests where there are none.
    pub reply_cmd: u16,
    /// The attributes of its requests.
    pub request: &'static Set,
    /// Those of its replies; `None` where it only acknowledges.
    pub reply: Option<&'static Set>,
    /// Whether to ask for an ACK: see [`Do::ACK`](crate::Do::ACK). For dumps and batches it means nothing.
    pub ack: bool,
}

impl RawOperation {
    /// How a single request of it ends.
    pub(crate) fn ends(&self) -> Ends {
        if self.ack { Ends::Ack } else { Ends::Reply }
    }

    pub(crate) fn request_name(&self) -> RequestName {
        RequestName { family: self.family, operation: self.name }
    }

    /// Whether an answer with or without replies is one.
    pub(crate) fn acknowledged(&self, replied: bool) -> Result<(), Error> {
        match replied || self.ack {
            true => Ok(()),
            false => Err(Error::NoReply { request: self.request_name(), overrun: false }),
        }
    }
}

impl<P: Protocol, T: Transport> Connection<P, T> {
    /// As [`Connection::request_with`], for an operation that is known only at run time: `body` is the fixed
    /// header and the attributes. Each reply is lent to `take`: none where the kernel only acknowledges, or
    /// several of an operation that answers so.
    ///
    /// # Errors
    /// As [`Connection::request_with`]; [`Error::Encode`] where protocol `P` has no operation of such a number.
    pub fn request_raw(
        &mut self,
        operation: &RawOperation,
        body: &[u8],
        modifiers: Modifiers,
        take: impl FnMut(Message<'_>),
    ) -> Result<(), Error> {
        let call = Call::of_raw::<P>(operation, operation.ends())?.with(modifiers);
        let replied = self.ask_raw(call, body, take)?;
        operation.acknowledged(replied)
    }

    /// As [`Connection::request_echo`], for an operation that is known only at run time: what listeners are
    /// told is lent to `take`, whatever it is.
    ///
    /// # Errors
    /// As [`Connection::request_raw`].
    pub fn request_echo_raw(
        &mut self,
        operation: &RawOperation,
        body: &[u8],
        modifiers: Modifiers,
        take: impl FnMut(Message<'_>),
    ) -> Result<(), Error> {
        let call = Call::of_raw::<P>(operation, Ends::Ack)?.with(modifiers).echoed();
        self.ask_raw(call, body, take).map(drop)
    }

    /// Whether there were replies.
    fn ask_raw(
        &mut self,
        call: Call,
        body: &[u8],
        mut take: impl FnMut(Message<'_>),
    ) -> Result<bool, Error> {
        let mut wait = self.block();
        let mut running = self.engine.write_raw(call, body)?;
        let answer =
            self.engine.poll_each(&mut running, &mut wait, &mut |engine, part, running| {
                take(engine.lent(part, running)?);
                Ok(())
            });
        self.engine.close(&mut running);
        ready(answer).map(|()| running.replies > 0)
    }

    /// As [`Connection::dump`], for an operation that is known only at run time: `body` is the fixed header and
    /// the attributes, and the entries are lent as they came.
    ///
    /// # Errors
    /// As [`Connection::dump`]; [`Error::Encode`] where protocol `P` has no operation of such a number.
    pub fn dump_raw(
        &mut self,
        operation: &RawOperation,
        body: &[u8],
    ) -> Result<Messages<'_, P, T>, Error> {
        let call = Call::of_raw::<P>(operation, Ends::Done)?;
        let running = self.engine.write_raw(call, body)?;
        self.start(running).map(|running| Messages::new(self, running))
    }
}
