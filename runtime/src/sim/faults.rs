//! What goes wrong, and when.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What goes wrong as a datagram arrives at a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is lost since the receive buffer is full: `ENOBUFS` is told, and until the queue is empty
    /// everything else is lost too. A part of a dump is told of, but not lost: the kernel looks for room
    /// before it makes one.
    Overrun,
    /// It is lost, and nobody is told. No kernel does that.
    Vanish,
    /// The receive that would give it fails first, with this errno: `EINTR`, for example.
    Errno(i32),
    /// A part of a dump says that the data changed meanwhile (`NLM_F_DUMP_INTR`).
    Interrupt,
    /// Its second half is cut off, as by a buffer that is too small (`MSG_TRUNC`).
    Truncate,
    /// It overtakes the one before it, where that was not received yet and is no part of the same
    /// answer.
    Overtake,
    /// It arrives twice. No kernel does that, and nothing tells of entries of a dump that they did.
    Duplicate,
    /// It is due after this time, and with it all behind it.
    Delay(Duration),
    /// Bytes arrive before it.
    Garbage(Vec<u8>),
    /// A copy arrives before it whose sequence numbers are lower by this.
    Stale(u32),
    /// A copy arrives before it that is addressed to another socket.
    OtherSocket,
    /// A copy arrives before it that another process has sent, from this port.
    OtherProcess(u32),
}

/// What goes wrong as a datagram is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendFault {
    /// It is not sent: this errno, `ENOBUFS` or `ECONNREFUSED` or `EINTR`, for example.
    Errno(i32),
    /// It is for a family that has just gone: `ENOENT`.
    NoFamily,
}

/// A script of what goes wrong on a socket, datagram by datagram.
///
/// Each socket counts its own datagrams, those sent and those that arrive, from 1 on. Where several
/// rules fit the first counts.
///
/// ```
/// use nlkit::errno;
/// use nlkit::sim::{Fault, Faults, SendFault};
///
/// let faults = Faults::new()
///     .on_send(1, SendFault::Errno(errno::ENOBUFS))
///     .on_arrival(3, Fault::Overrun)
///     .at_random(42, 100, &[Fault::Duplicate, Fault::Stale(1024)]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults {
    sends: Vec<(When, SendFault)>,
    arrivals: Vec<(When, Fault)>,
    random: Vec<Random>,
    sent: u64,
    arrived: u64,
}

/// Whether a datagram is one that a rule is for.
type Test = Arc<dyn Fn(&[u8]) -> bool + Send + Sync>;

#[derive(Clone)]
enum When {
    /// The datagram of this number.
    At(u64),
    If(Test),
}

#[derive(Clone, Debug)]
struct Random {
    dice: Dice,
    one_in: u32,
    faults: Vec<Fault>,
    send_faults: Vec<SendFault>,
}

impl Faults {
    /// Nothing goes wrong.
    pub fn new() -> Self {
        Self::default()
    }

    /// The `nth` datagram that is sent, counted from 1.
    #[must_use]
    pub fn on_send(mut self, nth: u64, fault: SendFault) -> Self {
        self.sends.push((When::At(nth), fault));
        self
    }

    /// Each datagram that is sent and passes a test.
    #[must_use]
    pub fn on_send_if(
        mut self,
        test: impl Fn(&[u8]) -> bool + Send + Sync + 'static,
        fault: SendFault,
    ) -> Self {
        self.sends.push((When::If(Arc::new(test)), fault));
        self
    }

    /// The `nth` datagram that arrives, counted from 1.
    #[must_use]
    pub fn on_arrival(mut self, nth: u64, fault: Fault) -> Self {
        self.arrivals.push((When::At(nth), fault));
        self
    }

    /// Each datagram that arrives and passes a test.
    #[must_use]
    pub fn on_arrival_if(
        mut self,
        test: impl Fn(&[u8]) -> bool + Send + Sync + 'static,
        fault: Fault,
    ) -> Self {
        self.arrivals.push((When::If(Arc::new(test)), fault));
        self
    }

    /// About one in `one_in` of the datagrams that arrive, with a fault from the list. The same seed
    /// gives the same faults; sockets of one kernel have different ones.
    #[must_use]
    pub fn at_random(mut self, seed: u64, one_in: u32, faults: &[Fault]) -> Self {
        let faults = faults.to_vec();
        self.random.push(Random { dice: Dice(seed), one_in, faults, send_faults: Vec::new() });
        self
    }

    /// As [`Faults::at_random`], of the datagrams that are sent.
    #[must_use]
    pub fn at_random_send(mut self, seed: u64, one_in: u32, faults: &[SendFault]) -> Self {
        let send_faults = faults.to_vec();
        self.random.push(Random { dice: Dice(seed), one_in, faults: Vec::new(), send_faults });
        self
    }

    /// The script for the socket with this port.
    pub(super) fn of_socket(&self, port: u32) -> Self {
        let mut own = self.clone();
        for random in &mut own.random {
            random.dice.0 ^= u64::from(port) << 32;
        }
        own
    }

    pub(super) fn sending(&mut self, datagram: &[u8]) -> Option<SendFault> {
        self.sent += 1;
        let (rules, number) = (&self.sends, self.sent);
        let rule = rules.iter().find(|(when, _)| when.fits(number, datagram));
        let random = self.random.iter_mut();
        rule.map(|(_, fault)| *fault).or_else(|| {
            random.filter(|it| !it.send_faults.is_empty()).find_map(|it| {
                let index = it.dice.pick(it.one_in, it.send_faults.len())?;
                it.send_faults.get(index).copied()
            })
        })
    }

    pub(super) fn arriving(&mut self, datagram: &[u8]) -> Option<Fault> {
        self.arrived += 1;
        let (rules, number) = (&self.arrivals, self.arrived);
        let rule = rules.iter().find(|(when, _)| when.fits(number, datagram));
        let random = self.random.iter_mut();
        rule.map(|(_, fault)| fault.clone()).or_else(|| {
            random.filter(|it| !it.faults.is_empty()).find_map(|it| {
                let index = it.dice.pick(it.one_in, it.faults.len())?;
                it.faults.get(index).cloned()
            })
        })
    }
}

impl When {
    fn fits(&self, number: u64, datagram: &[u8]) -> bool {
        match self {
            Self::At(nth) => *nth == number,
            Self::If(test) => test(datagram),
        }
    }
}

impl fmt::Debug for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(nth) => write!(f, "At({nth})"),
            Self::If(_) => f.write_str("If(..)"),
        }
    }
}

/// Random numbers that a seed determines (splitmix64): a test that fails has to fail again.
#[derive(Clone, Debug)]
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of `len`, once in `one_in` calls.
    fn pick(&mut self, one_in: u32, len: usize) -> Option<usize> {
        let (whether, which) = (self.next(), self.next());
        let hit = whether % u64::from(one_in.max(1)) == 0;
        let len = u64::try_from(len).ok()?;
        hit.then_some(which.checked_rem(len)?).and_then(|index| usize::try_from(index).ok())
    }
}
