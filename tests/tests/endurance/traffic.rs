//! Link events that say where in their order they stand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use nlkit::{Connection, Modifiers, Route};
use nlkit_specs::rt_link::{DellinkRequest, Ifinfomsg, Notification, SetlinkRequest};

use super::{BATCH, brand_new, connection, veth};

/// How many events a storm has.
pub(crate) const EVENTS: u32 = 100_000;
/// The last one of a storm that ends by itself.
pub(crate) const LAST: u32 = EVENTS - 1;
/// The MTU of the first event. `lo` takes any, and each change is one event.
const FIRST: u32 = 100_000;
/// How often a pair of devices comes or goes in a storm that has those.
const PAIR_EVERY: u32 = 2_000;

/// A thread that changes the MTU of `lo`, one up each time.
pub(crate) struct Storm {
    thread: Option<JoinHandle<u32>>,
    over: Arc<AtomicBool>,
    /// What was sent.
    batches: Receiver<()>,
    /// Leave to send, for a storm that asks for it.
    leave: Sender<()>,
}

/// The side of a storm that sends.
struct Wind {
    conn: Connection<Route>,
    over: Arc<AtomicBool>,
    batches: Sender<()>,
    leave: Receiver<()>,
}

impl Storm {
    /// A storm of [`EVENTS`] events, in which pairs of devices come and go.
    pub(crate) fn with_pairs() -> Self {
        Self::start(|mut wind| {
            for event in (0..EVENTS).step_by(BATCH) {
                wind.send(event);
                if event % PAIR_EVERY == 0 {
                    wind.change_pairs(event / PAIR_EVERY);
                }
            }
            EVENTS
        })
    }

    /// A storm of [`EVENTS`] events, and then of more until [`Storm::end`]: who was told that the end
    /// of the storm was lost is told of something behind it, too.
    pub(crate) fn until_heard() -> Self {
        Self::start(|mut wind| {
            let mut event = 0;
            while event < EVENTS || !wind.over.load(Ordering::Relaxed) {
                wind.send(event);
                event += BATCH as u32;
            }
            event
        })
    }

    /// A storm of [`EVENTS`] events that is ahead of its listener by a batch at most: it goes on with
    /// one for each [`Storm::go_on`].
    pub(crate) fn in_step() -> Self {
        let storm = Self::start(|mut wind| {
            for event in (0..EVENTS).step_by(BATCH) {
                match wind.leave.recv() {
                    Ok(()) => wind.send(event),
                    Err(_) => return event,
                }
            }
            EVENTS
        });
        storm.go_on();
        storm
    }

    fn start(blow: impl FnOnce(Wind) -> u32 + Send + 'static) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&over);
        let (sender, batches) = channel();
        let (leave, left) = channel();
        let thread = std::thread::spawn(move || {
            blow(Wind { conn: connection(), over: shared, batches: sender, leave: left })
        });
        Self { thread: Some(thread), over, batches, leave }
    }

    /// Lets a storm that keeps in step send a batch more.
    pub(crate) fn go_on(&self) {
        // It is over when it has sent all.
        let _over = self.leave.send(());
    }

    /// Lets the storm run ahead by more events than a small receive buffer holds, unless it is over.
    pub(crate) fn run_ahead(&self) {
        self.batches.try_iter().for_each(drop);
        // The first may have been on its way before.
        let _over = self.batches.recv().and_then(|()| self.batches.recv());
    }

    /// Ends the storm, and gives how many events it had.
    pub(crate) fn end(mut self) -> u32 {
        self.over.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

/// A test that fails ends it, too.
impl Drop for Storm {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

impl Wind {
    /// The events from this one on, as many as a batch has.
    fn send(&mut self, event: u32) {
        let mut batch = self.conn.batch();
        for event in event..event + BATCH as u32 {
            let header = Ifinfomsg::new().with_ifi_index(1);
            let request = SetlinkRequest::new().with_header(header).with_mtu(FIRST + event);
            batch.add(&request, Modifiers::default()).unwrap();
        }
        batch.send().unwrap().into_iter().for_each(|outcome| outcome.unwrap());
        let _listens = self.batches.send(());
    }

    /// A pair of devices more; of three, one goes again.
    fn change_pairs(&mut self, round: u32) {
        let request = veth(&format!("x{round}"), &format!("y{round}"));
        self.conn.request_with(&request, brand_new()).unwrap();
        if round % 3 == 2 {
            let gone = format!("x{}", round - 1);
            self.conn.request(&DellinkRequest::new().with_ifname(gone.as_str())).unwrap();
        }
    }
}

/// The number of an event of a storm, from the MTU of `lo`.
pub(crate) fn event_of_mtu(mtu: u32) -> Option<u32> {
    mtu.checked_sub(FIRST)
}

/// The number of an event of a storm; `None` where it is another one.
pub(crate) fn number(notification: &Notification) -> Option<u32> {
    match notification {
        Notification::NewlinkNtf(link) if link.header.ifi_index == 1 => event_of_mtu(link.mtu?),
        _ => None,
    }
}

/// Checks that events come in their order, and that losses are told.
///
/// The kernel tells of a loss (ENOBUFS) ahead of what was in the buffer, and drops what comes until
/// that is read. So a gap shows only behind that, when the next loss may be told already: one told
/// loss may be left over for the next gap.
#[derive(Debug, Default)]
pub(crate) struct Order {
    last: Option<u32>,
    losses: u32,
    pub(crate) heard: u32,
    pub(crate) told: u64,
    pub(crate) gaps: u32,
}

impl Order {
    pub(crate) fn lost(&mut self) {
        self.losses += 1;
        self.told += 1;
    }

    /// Whether it is time to fall behind, lest a fast listener on a slow machine loses nothing.
    pub(crate) fn falls_behind(&self) -> bool {
        self.heard % 5_000 == 100
    }

    pub(crate) fn event(&mut self, event: u32) {
        self.heard += 1;
        // Events of other changes of `lo` repeat its MTU.
        if self.last == Some(event) {
            return;
        }
        let expected = self.last.map_or(0, |last| last + 1);
        assert!(event >= expected, "event {event} after {expected}: out of order");
        if event > expected {
            assert!(self.losses > 0, "{expected} to {event} were lost in silence");
            self.losses = (self.losses - 1).min(1);
            self.gaps += 1;
        }
        self.last = Some(event);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.last >= Some(LAST)
    }
}
