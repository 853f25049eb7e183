//! From a datagram of requests to what is answered: the part that is the same for all families.

use std::sync::{MutexGuard, PoisonError};

use super::call::{Call, Client, Told};
use super::dump::{Dump, Form, Style};
use super::envelope::{Envelope, seal};
use super::refusal::{Asked, Refusal, Words};
use super::service::{Begin, Core, Mode, Once, Operation, Shared};
use crate::errno;
use crate::family::Permission;
use crate::session::MIN_TYPE;
use crate::validate::check_message;
use crate::wire::{GENL_HEADER_LEN, HEADER_LEN, Header, align, flag, kind};

/// Bit of a request that is to be answered with what listeners are told, `NLM_F_ECHO`.
const ECHO: u16 = 0x08;

/// Where requests are looked up, and where answers go.
pub(crate) trait Outlet {
    /// The service that a message is for.
    fn find(&mut self, header: &Header) -> Result<Shared, Refusal>;

    /// Whether a dump is under way to the asker.
    fn dumping(&mut self) -> bool;

    /// Sends to the asker; `group` is not 0 for an echo of what that group is told.
    fn unicast(&mut self, datagram: Vec<u8>, group: u32);

    /// Sends to who listens, but for the port `except`.
    fn multicast(&mut self, group: u32, datagram: &[u8], except: Option<u32>);

    /// Takes a dump, to send it datagram by datagram.
    fn start(&mut self, dump: Dump) -> Result<(), Refusal>;
}

/// How a request ends that is not refused.
enum End {
    /// With an ACK where one is asked for.
    Done(Words),
    /// With NLMSG_DONE, some day.
    Dumping,
}

/// Why a request is refused, and its attributes where it was understood that far.
type Refused<'m> = (Refusal, Option<Asked<'m>>);

/// Answers the requests in a datagram, in their order. What cannot be a message ends it, unanswered,
/// as in the kernel.
pub(crate) fn answer(datagram: &[u8], client: Client, out: &mut dyn Outlet) {
    let mut rest = datagram;
    while let Some(header) = Header::parse(rest) {
        let len = usize::try_from(header.len).ok().filter(|len| *len >= HEADER_LEN);
        let Some((message, len)) = len.and_then(|len| Some((rest.get(..len)?, len))) else {
            return;
        };
        let request = Request { header, message, client };
        let outcome = match header.flags & flag::REQUEST != 0 && header.kind >= MIN_TYPE {
            true => request.run(out),
            false => Ok(End::Done(Words::default())),
        };
        match outcome {
            Ok(End::Dumping) => {}
            Ok(End::Done(_)) if header.flags & flag::ACK == 0 => {}
            Ok(End::Done(words)) => out.unicast(request.ack(0, |out| words.put(out)), 0),
            Err((refusal, asked)) => {
                let put = |out: &mut Vec<u8>| refusal.put(asked, out);
                out.unicast(request.ack(refusal.errno(), put), 0);
            }
        }
        rest = rest.get(align(len)..).unwrap_or_default();
    }
}

/// A request as it came.
struct Request<'m> {
    header: Header,
    message: &'m [u8],
    client: Client,
}

impl<'m> Request<'m> {
    fn run(&self, out: &mut dyn Outlet) -> Result<End, Refused<'m>> {
        let shared = out.find(&self.header).map_err(|refusal| (refusal, None))?;
        let mut core = lock(&shared);
        let (envelope, style, checked) = (core.envelope, core.style(), core.checked);
        let (cmd, attrs) = self.split(envelope).ok_or_else(|| refuse(errno::EINVAL))?;
        let call = Call::new(self.header, self.client, core.groups.clone());
        let operation = core.operations.get_mut(&cmd);
        let operation = operation.ok_or_else(|| refuse(errno::EOPNOTSUPP))?;
        match self.is_dump(envelope, operation) {
            true => {
                let mode = operation.dump.as_mut().ok_or_else(|| refuse(errno::EOPNOTSUPP))?;
                self.admit(mode, attrs, envelope, checked)?;
                self.dump(mode, attrs, call, (envelope, style), out)
            }
            false => {
                let mode = operation.once.as_mut().ok_or_else(|| refuse(errno::EOPNOTSUPP))?;
                self.admit(mode, attrs, envelope, checked)?;
                self.once(mode, attrs, call, envelope, out)
            }
        }
    }

    fn once(
        &self,
        mode: &mut Mode<Once>,
        attrs: &'m [u8],
        mut call: Call,
        envelope: Envelope,
        out: &mut dyn Outlet,
    ) -> Result<End, Refused<'m>> {
        let mut reply = Vec::new();
        let start = envelope.begin(&mut reply, mode.reply_cmd);
        let done = (mode.handler)(attrs, &mut call, &mut reply);
        self.tell(envelope, &mut call.told, out);
        let asked = Asked { set: mode.set, attrs, start: envelope.len() };
        done.map_err(|refusal| (refusal, Some(asked)))?;
        if !call.silent {
            envelope.end(&mut reply, start, mode.reply_cmd, self.answer_header());
            out.unicast(reply, 0);
        }
        Ok(End::Done(call.words))
    }

    fn dump(
        &self,
        mode: &mut Mode<Begin>,
        attrs: &'m [u8],
        mut call: Call,
        (envelope, style): (Envelope, Style),
        out: &mut dyn Outlet,
    ) -> Result<End, Refused<'m>> {
        if out.dumping() {
            return Err(refuse(errno::EBUSY));
        }
        let entries = (mode.handler)(attrs, &mut call);
        self.tell(envelope, &mut call.told, out);
        let asked = Asked { set: mode.set, attrs, start: envelope.len() };
        let entries = entries.map_err(|refusal| (refusal, Some(asked)))?;
        let form = Form { envelope, cmd: mode.reply_cmd, style, asked };
        let started = out.start(Dump::new(entries, call, form));
        started.map_err(|refusal| (refusal, None))?;
        Ok(End::Dumping)
    }

    /// The operation, and what stands behind the headers.
    fn split(&self, envelope: Envelope) -> Option<(u16, &'m [u8])> {
        let body = self.message.get(HEADER_LEN..)?;
        if !envelope.generic {
            return Some((self.header.kind, body));
        }
        let (genl, attrs) = body.split_first_chunk::<GENL_HEADER_LEN>()?;
        let [cmd, ..] = *genl;
        Some((cmd.into(), attrs))
    }

    /// Whether it asks for a dump. In raw protocols the bits mean something else where an operation
    /// changes things (`NLM_F_REPLACE | NLM_F_EXCL`).
    fn is_dump(&self, envelope: Envelope, operation: &Operation) -> bool {
        let changes = operation.once.as_ref().is_some_and(|once| !once.replies);
        let can = envelope.generic || operation.dump.is_some() || !changes;
        self.header.flags & flag::DUMP == flag::DUMP && can
    }

    /// Refuses who may not ask, and attributes that break the rules of the request's type.
    fn admit<H>(
        &self,
        mode: &Mode<H>,
        attrs: &[u8],
        envelope: Envelope,
        checked: bool,
    ) -> Result<(), Refused<'m>> {
        if mode.permission != Permission::Any && !self.client.privileged {
            return Err(refuse(errno::EPERM));
        }
        match check_message(attrs, mode.set) {
            Err(violation) if checked => Err((Refusal::of(&violation, envelope.len()), None)),
            _ => Ok(()),
        }
    }

    /// Tells groups what the request caused. Who asked for an echo gets it as a part of the answer,
    /// not as one of the group.
    fn tell(&self, envelope: Envelope, told: &mut Vec<Told>, out: &mut dyn Outlet) {
        let echo = self.header.flags & ECHO != 0;
        for Told { group, cmd, attrs } in told.drain(..) {
            let datagram = envelope.message(cmd, self.answer_header(), &attrs);
            out.multicast(group, &datagram, echo.then_some(self.client.port));
            if echo {
                out.unicast(datagram, group);
            }
        }
    }

    fn answer_header(&self) -> Header {
        Header { flags: 0, port: self.client.port, ..self.header }
    }

    /// NLMSG_ERROR, which with errno 0 is an ACK.
    fn ack(&self, errno: i32, put: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut datagram = vec![0; HEADER_LEN];
        datagram.extend_from_slice(&errno.wrapping_neg().to_ne_bytes());
        let mut flags = 0;
        if errno == 0 || self.client.cap_ack {
            flags |= flag::CAPPED;
            datagram.extend_from_slice(&self.header.to_bytes());
        } else {
            datagram.extend_from_slice(self.message);
            datagram.resize(align(datagram.len()), 0);
        }
        let body = datagram.len();
        if self.client.ext_ack {
            put(&mut datagram);
        }
        if datagram.len() > body {
            flags |= flag::ACK_TLVS;
        }
        seal(&mut datagram, 0, Header { kind: kind::ERROR, flags, ..self.answer_header() });
        datagram
    }
}

/// Refuses a request before its attributes are looked at.
fn refuse<'m>(errno: i32) -> Refused<'m> {
    (Refusal::new(errno), None)
}

/// A handler that panicked is its author's to see; the service goes on.
fn lock(shared: &Shared) -> MutexGuard<'_, Core> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
