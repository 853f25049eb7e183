//! A family's handlers.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

use super::call::Call;
use super::dump::{Entries, Style};
use super::envelope::Envelope;
use super::refusal::Refusal;
use crate::attrs::{NlAttrs, Set, decode, encode_into};
use crate::errno;
use crate::error::DecodeError;
use crate::family::{Do, Dump, Family, Group, Notification, Permission, Protocol};

/// What answers the requests of a family: a handler for each operation.
///
/// Handlers take the request by value and a [`Call`] to say more than the reply. They are called one
/// at a time; what they share with each other and with the world outside is theirs to share, in an
/// `Arc<Mutex<_>>`, for example. See [the module](super) for an example.
pub struct Service<F> {
    pub(crate) core: Core,
    family: PhantomData<fn() -> F>,
}

/// A service without the type of its family.
pub(crate) struct Core {
    pub(crate) envelope: Envelope,
    /// Its groups; their numbers are 0 in generic netlink until a kernel gives them some.
    pub(crate) groups: Arc<[Declared]>,
    pub(crate) operations: BTreeMap<u16, Operation>,
    style: Style,
    /// Whether requests have to keep the rules of their types.
    pub(super) checked: bool,
}

/// A service that a kernel has.
pub(crate) type Shared = Arc<Mutex<Core>>;

/// A multicast group of a service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared {
    pub(crate) name: &'static str,
    pub(crate) number: u32,
}

#[derive(Default)]
pub(crate) struct Operation {
    pub(crate) once: Option<Mode<Once>>,
    pub(crate) dump: Option<Mode<Begin>>,
}

/// One way to use an operation.
pub(crate) struct Mode<H> {
    pub(crate) set: &'static Set,
    pub(super) reply_cmd: u16,
    pub(crate) permission: Permission,
    /// Whether there is anything in its reply.
    pub(super) replies: bool,
    pub(super) handler: H,
}

/// Appends the reply's attributes.
pub(crate) type Once = Box<dyn FnMut(&[u8], &mut Call, &mut Vec<u8>) -> Result<(), Refusal> + Send>;
/// Gives what appends entry after entry.
pub(crate) type Begin = Box<dyn FnMut(&[u8], &mut Call) -> Result<Entries, Refusal> + Send>;

impl<F: Family> Service<F> {
    /// A service that refuses everything: `EOPNOTSUPP`.
    pub fn new() -> Self {
        let core = Core {
            envelope: Envelope { generic: F::Protocol::GENERIC, id: 0, version: F::VERSION },
            groups: Arc::new([]),
            operations: BTreeMap::new(),
            style: Style::default(),
            checked: true,
        };
        Self { core, family: PhantomData }
    }

    /// Answers the operation of `R`, asked as a do. Where its reply is `()`, success is just an ACK.
    ///
    /// A request that does not decode is refused with `EINVAL`, and never comes here; nor does one of
    /// an unprivileged asker where the operation needs a privilege ([`Do::PERMISSION`]).
    pub fn on_do<R, H>(&mut self, mut handler: H) -> &mut Self
    where
        R: Do<Family = F> + for<'a> NlAttrs<'a>,
        H: FnMut(R, &mut Call) -> Result<R::Reply, Refusal> + Send + 'static,
    {
        let replies = !R::Reply::SET.is_empty();
        let run = move |attrs: &[u8], call: &mut Call, buffer: &mut Vec<u8>| {
            let reply = handler(decode(attrs).map_err(malformed)?, call)?;
            // An empty reply is one only where the asker waits for it.
            call.silent |= !replies && R::ACK;
            Ok(encode_into(&reply, buffer)?)
        };
        self.core.operations.entry(R::CMD).or_default().once = Some(Mode {
            set: R::SET,
            reply_cmd: R::REPLY_CMD,
            permission: R::PERMISSION,
            replies,
            handler: Box::new(run),
        });
        self
    }

    /// Answers the operation of `R`, asked as a dump, with a list of entries: a `Vec`, or an iterator
    /// that makes them as the asker reads on.
    pub fn on_dump<R, H, I>(&mut self, mut handler: H) -> &mut Self
    where
        R: Dump<Family = F> + for<'a> NlAttrs<'a>,
        H: FnMut(R, &mut Call) -> Result<I, Refusal> + Send + 'static,
        I: IntoIterator<Item = R::Reply>,
        I::IntoIter: Send + 'static,
    {
        let begin = move |attrs: &[u8], call: &mut Call| {
            let mut entries = handler(decode(attrs).map_err(malformed)?, call)?.into_iter();
            let next = move |buffer: &mut Vec<u8>| {
                let entry = entries.next()?;
                Some(encode_into(&entry, buffer).map_err(Refusal::from))
            };
            Ok(Box::new(next) as Entries)
        };
        self.core.operations.entry(R::CMD).or_default().dump = Some(Mode {
            set: R::SET,
            reply_cmd: R::REPLY_CMD,
            permission: R::PERMISSION,
            replies: true,
            handler: Box::new(begin),
        });
        self
    }

    /// Declares a multicast group of generic netlink, so that it gets a number, and nlctrl tells of it.
    /// Groups of raw protocols have their numbers by themselves.
    pub fn group<N: Notification<Family = F>>(&mut self, group: Group<N>) -> &mut Self {
        let declared = Declared { name: group.name(), number: group.number().unwrap_or(0) };
        self.core.groups = self.core.groups.iter().copied().chain([declared]).collect();
        self
    }

    /// Hands requests to their handlers unchecked. Otherwise those with attributes that the request's type
    /// does not have, or that break its limits, are refused before, as newer operations of the kernel do
    /// it: `EINVAL`, `ERANGE`, with the attribute and its policy.
    pub fn unchecked(&mut self) -> &mut Self {
        self.core.checked = false;
        self
    }

    /// Leaves `NLM_F_MULTI` out of its dumps' messages, as the kernel's family netdev does.
    pub fn dumps_without_multi(&mut self) -> &mut Self {
        self.core.style.multi = false;
        self
    }

    /// Puts NLMSG_DONE behind a dump's last entries where there is room, as newer dumps of the kernel
    /// do. Older ones, and a service without this, send it in a datagram of its own.
    pub fn done_with_last_entries(&mut self) -> &mut Self {
        self.core.style.done_apart = false;
        self
    }
}

impl<F: Family> Default for Service<F> {
    fn default() -> Self {
        Self::new()
    }
}

fn malformed(error: DecodeError) -> Refusal {
    Refusal::new(errno::EINVAL).message(error.to_string())
}

impl Core {
    pub(super) fn style(&self) -> Style {
        self.style
    }
}

impl Declared {
    /// The number of a group, in a raw protocol or among those declared.
    pub(crate) fn number_in<N: Notification>(groups: &[Self], group: Group<N>) -> Option<u32> {
        let declared = || groups.iter().find(|it| it.name == group.name()).map(|it| it.number);
        group.number().or_else(declared)
    }
}

impl<F: Family> fmt::Debug for Service<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operations: Vec<_> = self.core.operations.keys().collect();
        f.debug_struct("Service")
            .field("family", &F::NAME)
            .field("operations", &operations)
            .finish_non_exhaustive()
    }
}
