//! Asking the kernel by spec: JSON in, JSON out.

mod batch;
mod dump;
mod error;
mod notification;

use std::fmt;
use std::time::Duration;

pub use self::batch::Batch;
pub use self::dump::Entries;
pub use self::error::Error;
pub use self::notification::Notification;
use crate::{Family, Format, Mode, Operation, Value};
use nlkit::nlctrl::FamilyInfo;
use nlkit::{
    Counters, Generic, Message, Modifiers, Namespace, Policies, RawOperation, RequestName, Socket,
    SocketOptions, Transport, Warning,
};
use nlkit_codegen::ir;

/// A netlink socket to ask through by spec, one request at a time.
///
/// It is an [`nlkit::Connection`] below, with all that that promises: lost answers are asked for again,
/// losses are told, errors have the kernel's words and the path of the attribute. A connection of generic
/// netlink serves all families of it; one of another protocol all families of that protocol.
///
/// # Examples
/// ```no_run
/// # fn f(netdev: &'static nlkit_dynamic::Family) -> Result<(), Box<dyn std::error::Error>> {
/// use nlkit_dynamic::Connection;
/// use serde_json::json;
///
/// let mut conn = Connection::open(netdev)?;
/// let dev_get = netdev.operation("dev-get").ok_or("no such operation")?;
/// let replies = conn.request(netdev, dev_get, &json!({"ifindex": 1}), Default::default())?;
/// println!("{}", replies[0]["xdp-features"]);
/// for entry in conn.dump(netdev, dev_get, &json!({}))? {
///     println!("{}", entry?);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Connection<T: Transport = Socket> {
    link: Link<T>,
    /// Those whose notifications are decoded.
    families: Vec<&'static Family>,
}

/// A connection of the protocol's kind.
enum Link<T: Transport> {
    Generic(nlkit::Connection<Generic, T>),
    Raw(nlkit::Connection<ByNumber, T>),
}

/// A protocol without generic netlink; the socket has its number.
enum ByNumber {}

impl nlkit::Protocol for ByNumber {
    const NUMBER: i32 = -1; // nothing opens one by this type
}

/// The same with the connection of either kind.
macro_rules! either {
    ($link:expr, $conn:ident => $what:expr) => {
        match $link {
            $crate::connection::Link::Generic($conn) => $what,
            $crate::connection::Link::Raw($conn) => $what,
        }
    };
}
use either;

/// The number of the protocol that a family is spoken over (`NETLINK_GENERIC`, `NETLINK_ROUTE`), for
/// [`SocketOptions::open_protocol`].
pub fn protocol_number(family: &ir::Family) -> i32 {
    match family.protocol {
        ir::Protocol::Generic => <Generic as nlkit::Protocol>::NUMBER,
        ir::Protocol::Raw(number) => number.into(),
    }
}

impl Connection {
    /// A connection for a family, and others of its protocol.
    ///
    /// # Errors
    /// Where the socket cannot be made: `EPROTONOSUPPORT` of a protocol that the kernel does not have.
    pub fn open(family: &'static Family) -> Result<Self, Error> {
        Self::open_with(family, Socket::options(), None)
    }

    /// As [`Connection::open`], in another network namespace.
    ///
    /// # Errors
    /// As [`Connection::open`], and where the namespace cannot be entered.
    pub fn open_in(family: &'static Family, namespace: &Namespace) -> Result<Self, Error> {
        Self::open_with(family, Socket::options(), Some(namespace))
    }

    /// As [`Connection::open`], of a socket with options.
    ///
    /// # Errors
    /// As [`Connection::open_in`].
    pub fn open_with(
        family: &'static Family,
        options: SocketOptions,
        namespace: Option<&Namespace>,
    ) -> Result<Self, Error> {
        let protocol = protocol_number(family.ir());
        let socket = match namespace {
            Some(namespace) => options.open_protocol_in(protocol, namespace)?,
            None => options.open_protocol(protocol)?,
        };
        Ok(Self::with_transport(family, socket))
    }
}

impl<T: Transport> Connection<T> {
    /// A connection over a transport of one's own, which speaks the protocol of the family.
    pub fn with_transport(family: &'static Family, transport: T) -> Self {
        let link = match family.ir().protocol {
            ir::Protocol::Generic => Link::Generic(nlkit::Connection::with_transport(transport)),
            ir::Protocol::Raw(_) => Link::Raw(nlkit::Connection::with_transport(transport)),
        };
        Self { link, families: vec![family] }
    }

    /// From now on decodes the notifications of a family, too. Those that are asked something or whose groups
    /// are joined need not be added.
    ///
    /// # Errors
    /// [`Error::OtherProtocol`].
    pub fn add(&mut self, family: &'static Family) -> Result<(), Error> {
        let protocol = |family: &Family| family.ir().protocol;
        if self.families.iter().any(|known| protocol(known) != protocol(family)) {
            return Err(Error::OtherProtocol { family: family.name() });
        }
        if !self.families.iter().any(|known| known.name() == family.name()) {
            self.families.push(family);
        }
        Ok(())
    }

    /// Ends each wait after `timeout`: see [`nlkit::Connection::set_timeout`].
    pub fn set_timeout(&mut self, timeout: Option<Duration>) {
        either!(&mut self.link, conn => conn.set_timeout(timeout));
    }

    /// What went over the connection so far.
    pub fn counters(&self) -> Counters {
        either!(&self.link, conn => conn.counters())
    }

    /// What the kernel remarked on requests that it carried out, since this was asked the last time.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        either!(&mut self.link, conn => conn.take_warnings())
    }

    /// Whether requests are checked against their specs before they are sent: see
    /// [`nlkit::Connection::validate_by_spec`].
    pub fn validate_by_spec(&mut self, validate: bool) {
        either!(&mut self.link, conn => conn.validate_by_spec(validate));
    }

    /// The transport.
    pub fn transport(&self) -> &T {
        either!(&self.link, conn => conn.transport())
    }

    /// The transport, to set options of one's own.
    pub fn transport_mut(&mut self) -> &mut T {
        either!(&mut self.link, conn => conn.transport_mut())
    }

    /// The connection of generic netlink below; `None` of another protocol.
    pub fn generic(&mut self) -> Option<&mut nlkit::Connection<Generic, T>> {
        match &mut self.link {
            Link::Generic(conn) => Some(conn),
            Link::Raw(_) => None,
        }
    }

    /// What the running kernel says of a family: id, operations, groups; `None` of another protocol than
    /// generic netlink, where nobody tells.
    ///
    /// # Errors
    /// Where the kernel does not have it.
    pub fn family(&mut self, family: &'static Family) -> Result<Option<&FamilyInfo>, Error> {
        let Link::Generic(conn) = &mut self.link else { return Ok(None) };
        Ok(Some(conn.family_named(family.name())?))
    }

    /// What the running kernel checks of a family's requests; `None` of another protocol than generic netlink,
    /// where nobody tells. See [`nlkit::Connection::policy`].
    ///
    /// # Errors
    /// Of the connection; that the kernel does not have the family is none.
    pub fn policies(&mut self, family: &'static Family) -> Result<Option<Policies>, Error> {
        let Link::Generic(conn) = &mut self.link else { return Ok(None) };
        Ok(Some(conn.policy_of(family.name())?))
    }

    /// Asks the kernel and waits for the answer: no reply where the operation only acknowledges, one mostly,
    /// several of operations that answer so.
    ///
    /// # Errors
    /// The kernel's refusal; JSON that does not fit the spec; an operation without a do.
    pub fn request(
        &mut self,
        family: &'static Family,
        operation: &'static Operation,
        request: &Value,
        modifiers: Modifiers,
    ) -> Result<Vec<Value>, Error> {
        let call = Call::new(family, operation, Mode::Do)?;
        let body = self.body(&call, request)?;
        let mut replies = Vec::new();
        let take = |message: Message<'_>| replies.push(call.decode(&message));
        either!(&mut self.link, conn => conn.request_raw(&call.raw, &body, modifiers, take))?;
        replies.into_iter().collect()
    }

    /// Asks the kernel for a list, whose entries come as the iterator goes on.
    ///
    /// # Errors
    /// JSON that does not fit the spec; an operation without a dump; where the request cannot be sent. The
    /// kernel's refusal is the iterator's first item.
    pub fn dump(
        &mut self,
        family: &'static Family,
        operation: &'static Operation,
        request: &Value,
    ) -> Result<Entries<'_, T>, Error> {
        let call = Call::new(family, operation, Mode::Dump)?;
        let body = self.body(&call, request)?;
        Entries::new(&mut self.link, call, &body)
    }

    /// Asks the kernel for a list until it comes whole, `attempts` times in all: see
    /// [`nlkit::Connection::dump_consistent`].
    ///
    /// # Errors
    /// As [`Connection::dump`]; what was wrong with the last attempt.
    pub fn dump_consistent(
        &mut self,
        family: &'static Family,
        operation: &'static Operation,
        request: &Value,
        attempts: u32,
    ) -> Result<Vec<Value>, Error> {
        let mut attempt = 1;
        loop {
            match self.dump(family, operation, request)?.collect() {
                Err(Error::Netlink(error)) if error.is_incomplete() && attempt < attempts => {
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Several requests in one datagram.
    pub fn batch(&mut self) -> Batch<'_, T> {
        Batch::new(self)
    }

    /// The fixed header and the attributes of a request, over this connection's protocol.
    fn body(&mut self, call: &Call, request: &Value) -> Result<Vec<u8>, Error> {
        self.add(call.family)?;
        let mut body = Vec::new();
        match call.request.encode(request, &mut body) {
            Ok(()) => Ok(body),
            Err(error) => Err(Error::Encode { request: call.name(), error }),
        }
    }
}

/// An operation of a family, in one way to use it.
#[derive(Clone, Copy)]
struct Call {
    family: &'static Family,
    raw: RawOperation,
    request: Format,
    reply: Option<Format>,
}

impl Call {
    fn new(
        family: &'static Family,
        operation: &'static Operation,
        mode: Mode,
    ) -> Result<Self, Error> {
        let raw = raw_operation(family, operation, mode);
        let (Some(raw), Some(request)) = (raw, family.request(operation, mode)) else {
            let request = RequestName { family: family.name(), operation: operation.name() };
            return Err(Error::NoCall { request, mode });
        };
        Ok(Self { family, raw, request, reply: family.reply(operation, mode) })
    }

    fn name(&self) -> RequestName {
        RequestName { family: self.raw.family, operation: self.raw.name }
    }

    /// A reply. Where the spec knows of none, it has what requests have.
    fn decode(&self, message: &Message<'_>) -> Result<Value, Error> {
        self.decode_bytes(message.attrs())
    }

    fn decode_bytes(&self, bytes: &[u8]) -> Result<Value, Error> {
        Ok(self.reply.unwrap_or(self.request).decode(bytes)?)
    }
}

/// What the runtime has to know of an operation, for [`Policies::of_raw_do`] and
/// [`nlkit::Connection::request_raw`]; `None` where the operation cannot be called this way.
pub fn raw_operation(
    family: &'static Family,
    operation: &'static Operation,
    mode: Mode,
) -> Option<RawOperation> {
    let call = operation.call(mode)?;
    Some(RawOperation {
        family: family.name(),
        name: operation.name(),
        version: family.ir().version,
        cmd: call.request_id,
        reply_cmd: call.reply_id,
        request: family.request(operation, mode)?.set(),
        reply: family.reply(operation, mode).map(Format::set),
        ack: call.ack,
    })
}

impl<T: Transport + fmt::Debug> fmt::Debug for Connection<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.families.iter().map(|family| family.name()).collect();
        let mut out = f.debug_struct("Connection");
        either!(&self.link, conn => out.field("connection", conn))
            .field("families", &names)
            .finish()
    }
}
