//! The receive queue of a simulated socket, with the kernel's rules for when it is full.

use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use super::faults::{Fault, Faults};
use super::sleep::Armed;
use crate::errno;
use crate::session::{MIN_TYPE, Source};
use crate::transport::Received;
use crate::wire::{HEADER_LEN, Header, align, flag, kind};

/// What the kernel gives a socket that does not ask for more (net.core.rmem_default).
const RECEIVE_BUFFER: usize = 212_992;
/// The least that a socket can ask for (SOCK_MIN_RCVBUF).
const LEAST_BUFFER: usize = 2304;
/// What the kernel counts for a datagram beside its bytes: its bookkeeping.
const SHARED_INFO: usize = 320;
const SK_BUFF: usize = 256;

/// A receive queue, which its socket and whoever sends to it share.
pub(super) struct Inbox {
    state: Mutex<State>,
    /// Told of all that arrives.
    arrived: Condvar,
}

pub(super) struct State {
    queue: VecDeque<Queued>,
    /// What is in the queue, in bytes as the kernel counts them.
    used: usize,
    limit: usize,
    /// Something was lost; so is all that is sent before the queue is empty.
    congested: bool,
    /// What the next receive is told.
    error: Option<i32>,
    pub(super) groups: BTreeSet<u32>,
    /// Whether it hears of other network namespaces, too.
    pub(super) all_namespaces: bool,
    pub(super) faults: Faults,
    /// The socket's time. It only moves where someone waits for it to.
    pub(super) clock: Duration,
    pub(super) sleeps: Vec<Armed>,
    last_sleep: u64,
    receiver: Option<Waker>,
    /// The receiver knows that nothing is due.
    had_turn: bool,
}

struct Queued {
    bytes: Vec<u8>,
    source: Source,
    due: Duration,
    /// The errno that a receive fails with first.
    fails: Option<i32>,
    /// Only half of it is given.
    cut: bool,
}

/// What becomes of the receive queue's limits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    /// A part of a dump: it was asked whether there is room before it was made.
    Dump,
    /// Anything else.
    Message,
}

impl Inbox {
    pub(super) fn new(faults: Faults) -> Self {
        let state = State {
            queue: VecDeque::new(),
            used: 0,
            limit: RECEIVE_BUFFER,
            congested: false,
            error: None,
            groups: BTreeSet::new(),
            all_namespaces: false,
            faults,
            clock: Duration::ZERO,
            sleeps: Vec::new(),
            last_sleep: 0,
            receiver: None,
            had_turn: false,
        };
        Self { state: Mutex::new(state), arrived: Condvar::new() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A datagram arrives.
    pub(super) fn deliver(&self, datagram: Vec<u8>, source: Source, delivery: Delivery) {
        let mut state = self.lock();
        state.arrive(datagram, source, delivery);
        let receiver = state.receiver.take();
        drop(state);
        self.arrived.notify_all();
        if let Some(receiver) = receiver {
            receiver.wake();
        }
    }

    /// A datagram to a group arrives, from another network namespace where one is given; where this
    /// socket listens to that.
    pub(super) fn deliver_to_group(&self, datagram: &[u8], group: u32, namespace: Option<i32>) {
        let state = self.lock();
        let listens = state.groups.contains(&group);
        let reaches = namespace.is_none() || state.all_namespaces;
        drop(state);
        if listens && reaches {
            let source = Source { namespace, ..told_to(group) };
            self.deliver(datagram.to_vec(), source, Delivery::Message);
        }
    }

    /// Waits for something to receive. Where only what is not due is there, the socket's time moves on,
    /// to then or to the end of the timeout; where nothing is there, this really waits.
    pub(super) fn wait(&self, timeout: Option<Duration>) -> bool {
        let mut state = self.lock();
        let until = timeout.map(|timeout| state.clock.saturating_add(timeout));
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            if state.is_ready() {
                return true;
            }
            if let Some(due) = state.next_due() {
                state.clock = until.map_or(due, |until| until.min(due));
                return state.clock == due;
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => {
                    state.clock = until.unwrap_or(state.clock);
                    return false;
                }
                Some(left) => {
                    let waited = self.arrived.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// The receiver is to be woken by what comes. True where something is there already, or is there now
    /// since the time has moved on. The receiver gets a turn before that, in which it may begin to sleep.
    pub(super) fn register(&self, receiver: &Waker) -> bool {
        let mut state = self.lock();
        if state.is_ready() {
            return true;
        }
        state.receiver = Some(receiver.clone());
        if !state.queue.is_empty() && !std::mem::replace(&mut state.had_turn, true) {
            drop(state);
            receiver.wake_by_ref();
            return false;
        }
        let wakers = state.advance();
        let ready = state.is_ready();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        ready
    }
}

/// Where a datagram to a group comes from; groups above 32 have no bit.
pub(super) fn told_to(group: u32) -> Source {
    let groups = group.checked_sub(1).and_then(|bit| 1_u32.checked_shl(bit)).unwrap_or(0);
    Source { groups, ..Source::default() }
}

impl State {
    pub(super) fn set_limit(&mut self, bytes: u32) {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        self.limit = bytes.saturating_mul(2).max(LEAST_BUFFER);
    }

    /// Whether there is room for a dump's next datagram, which may have this length.
    pub(super) fn has_room(&self, len: usize) -> bool {
        self.used == 0 || self.used.saturating_add(size_of(len)) < self.limit
    }

    /// Whether the next datagram of a dump is to be made.
    pub(super) fn is_half_empty(&self) -> bool {
        self.used <= self.limit / 2
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub(super) fn next_sleep(&mut self) -> u64 {
        self.last_sleep += 1;
        self.last_sleep
    }

    fn is_ready(&self) -> bool {
        self.error.is_some() || self.queue.front().is_some_and(|next| next.due <= self.clock)
    }

    fn next_due(&self) -> Option<Duration> {
        self.queue.front().map(|next| next.due)
    }

    /// Moves the time on to what comes first, a datagram or the end of a sleep, and gives who is to be
    /// woken. Without a datagram to come, sleeps take their time: they are told that they have to.
    pub(super) fn advance(&mut self) -> Vec<Waker> {
        let Some(due) = self.next_due() else {
            let waiting = self.sleeps.iter_mut().filter(|sleep| !sleep.timed);
            return waiting.filter_map(|sleep| sleep.waker.take()).collect();
        };
        let over = self.sleeps.iter().any(|sleep| sleep.until <= self.clock);
        if self.is_ready() || over {
            return Vec::new();
        }
        let until = self.sleeps.iter().map(|sleep| sleep.until).min();
        self.clock = until.map_or(due, |until| until.min(due));
        self.had_turn = false;
        let over = self.sleeps.iter_mut().filter(|sleep| sleep.until <= self.clock);
        let mut wakers: Vec<_> = over.filter_map(|sleep| sleep.waker.take()).collect();
        if self.clock == due {
            wakers.extend(self.receiver.take());
        }
        wakers
    }

    /// Wakes the receiver, who may move the time on.
    pub(super) fn take_receiver(&mut self) -> Option<Waker> {
        self.receiver.take()
    }

    fn arrive(&mut self, mut datagram: Vec<u8>, source: Source, delivery: Delivery) {
        let (mut fails, mut cut, mut delay, mut overtakes) = (None, false, Duration::ZERO, false);
        match self.faults.arriving(&datagram) {
            None => {}
            Some(Fault::Overrun) if delivery == Delivery::Message => return self.overrun(),
            Some(Fault::Overrun) => self.overrun(),
            Some(Fault::Vanish) => return,
            Some(Fault::Errno(errno)) => fails = Some(errno),
            Some(Fault::Interrupt) if delivery == Delivery::Message => {}
            Some(Fault::Interrupt) => {
                change_headers(&mut datagram, |header| header.flags |= flag::DUMP_INTR);
            }
            Some(Fault::Truncate) => cut = true,
            Some(Fault::Overtake) => overtakes = true,
            Some(Fault::Duplicate) => self.admit(queued(datagram.clone(), source), delivery),
            Some(Fault::Delay(time)) => delay = time,
            Some(Fault::Garbage(bytes)) => self.admit(queued(bytes, source), delivery),
            Some(Fault::Stale(by)) => {
                let mut stale = datagram.clone();
                change_headers(&mut stale, |header| header.seq = header.seq.wrapping_sub(by));
                self.admit(queued(stale, source), delivery);
            }
            Some(Fault::OtherSocket) => {
                let mut other = datagram.clone();
                change_headers(&mut other, |header| header.port = header.port.wrapping_add(1));
                self.admit(queued(other, source), delivery);
            }
            Some(Fault::OtherProcess(port)) => {
                let source = Source { port, ..source };
                self.admit(queued(datagram.clone(), source), delivery);
            }
        }
        let due = self.clock.saturating_add(delay);
        self.admit(Queued { fails, cut, due, ..queued(datagram, source) }, delivery);
        if overtakes {
            self.overtake();
        }
    }

    /// The last datagram overtakes the one before it, but for one of the same answer: a kernel keeps
    /// those in order.
    fn overtake(&mut self) {
        let mut last = self.queue.iter().rev().map(|it| Header::parse(&it.bytes).map(|it| it.seq));
        let (Some(this), Some(before)) = (last.next(), last.next()) else { return };
        if this != before || this.is_none_or(|seq| seq == 0) {
            let last = self.queue.len() - 1;
            self.queue.swap(last - 1, last);
        }
    }

    /// Puts a datagram into the queue, or drops it where the queue is full.
    fn admit(&mut self, mut datagram: Queued, delivery: Delivery) {
        let size = size_of(datagram.bytes.len());
        let fits = self.used == 0 || self.used.saturating_add(size) <= self.limit;
        if delivery == Delivery::Message && (self.congested || !fits) {
            return self.overrun();
        }
        // What is late holds up what is behind it.
        let last = self.queue.back().map_or(Duration::ZERO, |last| last.due);
        datagram.due = datagram.due.max(last).max(self.clock);
        self.used = self.used.saturating_add(size);
        self.queue.push_back(datagram);
    }

    /// Something is lost. That is told once, before what is still in the queue.
    fn overrun(&mut self) {
        if !self.congested {
            self.congested = true;
            self.error = Some(errno::ENOBUFS);
        }
    }

    /// The next receive is told that a dump cannot go on.
    pub(super) fn fail(&mut self, errno: i32) {
        self.error = Some(errno);
    }

    pub(super) fn receive(&mut self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        let received = self.take(buffer);
        // What is on its way is not in the queue yet.
        self.congested &= self.queue.front().is_some_and(|next| next.due <= self.clock);
        received
    }

    fn take(&mut self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        if let Some(errno) = self.error.take() {
            return Err(errno::error(errno));
        }
        let Some(next) = self.queue.front_mut().filter(|next| next.due <= self.clock) else {
            return Err(io::ErrorKind::WouldBlock.into());
        };
        if let Some(errno) = next.fails.take() {
            return Err(errno::error(errno));
        }
        let Queued { bytes, source, cut, .. } =
            self.queue.pop_front().ok_or(io::ErrorKind::WouldBlock)?;
        self.used = self.used.saturating_sub(size_of(bytes.len()));
        let room = buffer.capacity().saturating_sub(buffer.len());
        let given = if cut { bytes.len() / 2 } else { bytes.len() };
        buffer.extend(bytes.iter().take(room.min(given)));
        Ok(Received { len: bytes.len(), source })
    }
}

fn queued(bytes: Vec<u8>, source: Source) -> Queued {
    Queued { bytes, source, due: Duration::ZERO, fails: None, cut: false }
}

/// What a datagram counts for in the receive buffer (truesize): its memory comes in powers of two.
fn size_of(len: usize) -> usize {
    len.saturating_add(SHARED_INFO).next_power_of_two() + SK_BUFF
}

/// Changes the headers of all messages in a datagram, but not those of other control messages than
/// what ends an answer.
fn change_headers(datagram: &mut [u8], change: impl Fn(&mut Header)) {
    let mut rest = datagram;
    while let Some(mut header) = Header::parse(rest) {
        let len = usize::try_from(header.len).unwrap_or(usize::MAX).max(HEADER_LEN);
        if matches!(header.kind, kind::DONE | kind::ERROR | MIN_TYPE..) {
            change(&mut header);
        }
        if let Some(start) = rest.first_chunk_mut() {
            *start = header.to_bytes();
        }
        let Some((_, behind)) = std::mem::take(&mut rest).split_at_mut_checked(align(len)) else {
            return;
        };
        rest = behind;
    }
}
