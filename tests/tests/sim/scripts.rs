//! Random scripts of faults over random calls: what a connection answers is right, or an error that
//! says why not; it never hangs, and is usable afterwards.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use nlkit::sim::{Fault, Faults, Kernel, SendFault, Socket};
use nlkit::wire::Header;
use nlkit::{Connection, Error, Generic, Modifiers, asynchronous};
use nlkit_tests::random::Random;
use nlkit_tests::tunnel::{Family, Notification, PEERS, Peer, Set, Tunnel, tunnel};

use crate::{Tunnels, kernel};

const SEQUENCES: u64 = 10_000;
/// So long that a call which does not end before hangs; a right one never waits for it.
const HANGS: Duration = Duration::from_secs(60);

/// What is done with a connection.
#[derive(Clone, Copy, Debug)]
enum Step {
    Get(u32),
    Set,
    Dump { stop_after: usize },
    Batch { requests: usize },
    Tell { peers: u8 },
    Reload,
}

/// What came of it.
#[derive(Debug)]
enum Seen {
    Got(u32, Result<Tunnel, Error>),
    Set(Result<(), Error>),
    List(Vec<Result<Tunnel, Error>>, bool),
    Batch(Result<Vec<Result<Tunnel, Error>>, Error>),
    Told(u8, Vec<Result<Notification, Error>>),
    Nothing,
}

#[test]
fn blocking_connections_survive_ten_thousand_scripts_of_faults() {
    let mut seen = Tally::default();
    for seed in 0..SEQUENCES / 2 {
        let mut script = Script::new(seed);
        let mut conn: Connection<Generic, Socket> = script.kernel.connect();
        conn.set_timeout(Some(HANGS));
        conn.join(PEERS).unwrap();
        conn.transport().set_faults(&script.faults());
        for step in script.steps() {
            let outcome = blocking(&mut conn, &script, step);
            script.check(&outcome, &mut seen);
        }
        conn.transport().set_faults(&Faults::new());
        for _ in 0..2 {
            // What is left over of the storm.
            while !matches!(conn.try_notification(), Ok(None)) {}
        }
        assert_eq!(conn.request(&script.one()).unwrap(), tunnel(1, "t1"), "seed {seed}");
        let list: Vec<_> = conn.dump(&Tunnel::new()).unwrap().map(Result::unwrap).collect();
        assert_eq!(list, script.tunnels.all(), "seed {seed}");
    }
    seen.has_everything();
}

#[test]
fn async_connections_survive_ten_thousand_scripts_of_faults() {
    let mut seen = Tally::default();
    for seed in SEQUENCES / 2..SEQUENCES {
        async_io::block_on(async {
            let mut script = Script::new(seed);
            let conn = asynchronous::Connection::with_transport(script.kernel.socket::<Generic>());
            let conn = conn.with_timeout(HANGS);
            let mut peers = conn.subscribe(PEERS).await.unwrap();
            conn.with_socket(|socket| socket.set_faults(&script.faults()));
            for step in script.steps() {
                let outcome = task(&conn, &mut peers, &script, step).await;
                script.check(&outcome, &mut seen);
            }
            conn.with_socket(|socket| socket.set_faults(&Faults::new()));
            while told(&mut peers).is_some() {}
            assert_eq!(conn.request(&script.one()).await.unwrap(), tunnel(1, "t1"), "seed {seed}");
            let list = conn.dump(&Tunnel::new()).await.unwrap().collect().await.unwrap();
            assert_eq!(list, script.tunnels.all(), "seed {seed}");
        });
    }
    seen.has_everything();
}

fn blocking(conn: &mut Connection<Generic, Socket>, script: &Script, step: Step) -> Seen {
    match step {
        Step::Get(number) => Seen::Got(number, conn.request(&Tunnel::new().with_ifindex(number))),
        Step::Set => Seen::Set(conn.request(&Set::default())),
        Step::Dump { stop_after } => match conn.dump(&Tunnel::new()) {
            Err(error) => Seen::List(vec![Err(error)], true),
            Ok(mut dump) => {
                let list: Vec<_> = dump.by_ref().take(stop_after).collect();
                Seen::List(list, dump.next().is_none())
            }
        },
        Step::Batch { requests } => {
            let mut batch = conn.batch();
            let tickets: Vec<_> = (0..requests)
                .map(|index| batch.add(&script.numbered(index), Modifiers::default()).unwrap())
                .collect();
            Seen::Batch(batch.send().map(|mut outcomes| {
                tickets.into_iter().map(|ticket| outcomes.take(ticket)).collect()
            }))
        }
        Step::Tell { peers } => {
            script.tell(peers);
            // Behind its answer nothing is late any more.
            assert!((0..50).any(|_| conn.request(&script.one()).is_ok()));
            let mut told = Vec::new();
            loop {
                match conn.try_notification() {
                    Ok(None) => return Seen::Told(peers, told),
                    Ok(Some(raw)) => told.extend(conn.decode_notification(&raw)),
                    Err(error) => told.push(Err(error)),
                }
            }
        }
        Step::Reload => {
            script.kernel.reload::<Family>();
            let joined = (0..50).any(|_| conn.join(PEERS).is_ok());
            assert!(joined, "seed {}", script.seed);
            Seen::Nothing
        }
    }
}

type Peers = asynchronous::Subscription<Notification, Generic, Socket>;

async fn task(
    conn: &asynchronous::Connection<Generic, Socket>,
    peers: &mut Peers,
    script: &Script,
    step: Step,
) -> Seen {
    match step {
        Step::Get(number) => {
            Seen::Got(number, conn.request(&Tunnel::new().with_ifindex(number)).await)
        }
        Step::Set => Seen::Set(conn.request(&Set::default()).await),
        Step::Dump { stop_after } => match conn.dump(&Tunnel::new()).await {
            Err(error) => Seen::List(vec![Err(error)], true),
            Ok(mut dump) => {
                let mut list = Vec::new();
                while list.len() < stop_after {
                    match dump.next().await {
                        Some(entry) => list.push(entry),
                        None => return Seen::List(list, true),
                    }
                }
                Seen::List(list, dump.next().await.is_none())
            }
        },
        Step::Batch { requests } => {
            let mut batch = conn.batch();
            let tickets: Vec<_> = (0..requests)
                .map(|index| batch.add(&script.numbered(index), Modifiers::default()).unwrap())
                .collect();
            Seen::Batch(batch.send().await.map(|mut outcomes| {
                tickets.into_iter().map(|ticket| outcomes.take(ticket)).collect()
            }))
        }
        Step::Tell { peers: count } => {
            script.tell(count);
            let mut tries = 0;
            while conn.request(&script.one()).await.is_err() {
                tries += 1;
                assert!(tries < 50, "seed {}", script.seed);
            }
            let mut events = Vec::new();
            while let Some(event) = told(peers) {
                events.push(event);
            }
            Seen::Told(count, events)
        }
        Step::Reload => {
            script.kernel.reload::<Family>();
            let mut tries = 0;
            while conn.join(PEERS).await.is_err() {
                tries += 1;
                assert!(tries < 50, "seed {}", script.seed);
            }
            Seen::Nothing
        }
    }
}

/// What a subscription has already.
fn told(peers: &mut Peers) -> Option<Result<Notification, Error>> {
    match peers.poll_next(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(event) => Some(event),
        Poll::Pending => None,
    }
}

/// A generator whose first numbers differ as its seeds do.
fn random(seed: u64) -> Random {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for _ in 0..4 {
        random.number();
    }
    random
}

/// A kernel, and what is done with it.
struct Script {
    seed: u64,
    dice: Random,
    kernel: Kernel,
    tunnels: Tunnels,
    /// The peers that were told of so far, each another.
    last_peer: AtomicU64,
}

impl Script {
    fn new(seed: u64) -> Self {
        let mut dice = random(seed);
        let (kernel, tunnels) = kernel();
        let count = [1, 3, 300][dice.below(3)];
        tunnels.put((1..=count).map(|number| tunnel(number, &format!("t{number}"))));
        Self { seed, dice, kernel, tunnels, last_peer: AtomicU64::new(0) }
    }

    fn steps(&mut self) -> Vec<Step> {
        let dice = &mut self.dice;
        let step = |dice: &mut Random| match dice.below(12) {
            0..3 => Step::Get([1, 1, 1000][dice.below(3)]),
            3 | 4 => Step::Set,
            5 | 6 => Step::Dump { stop_after: usize::MAX },
            7 => Step::Dump { stop_after: dice.below(3) },
            8 | 9 => Step::Batch { requests: 1 + dice.below(5) },
            10 => Step::Tell { peers: 1 + dice.below(5) as u8 },
            _ => Step::Reload,
        };
        (0..8).map(|_| step(dice)).collect()
    }

    fn one(&self) -> Tunnel {
        Tunnel::new().with_ifindex(1)
    }

    /// A request of a batch: every third one is for a tunnel that there is not.
    fn numbered(&self, index: usize) -> Tunnel {
        Tunnel::new().with_ifindex(if index % 3 == 2 { 1000 } else { 1 })
    }

    fn tell(&self, peers: u8) {
        for _ in 0..peers {
            let number = self.last_peer.fetch_add(1, Ordering::Relaxed) + 1;
            let peer = Peer::new().with_public_key((number as u32).to_be_bytes());
            self.kernel.notify(PEERS, &Notification::PeerAdd(peer)).unwrap();
        }
    }

    /// A fault for one in three datagrams, for one in eight that are sent.
    fn faults(&mut self) -> Faults {
        const FAULTS: usize = 9;
        let salt = self.dice.number();
        let mut faults = Faults::new();
        for which in 0..FAULTS {
            let count = AtomicU64::new(0);
            let fault = match which {
                0 => Fault::Overrun,
                1 => Fault::Interrupt,
                2 => Fault::Truncate,
                3 => Fault::Overtake,
                4 => Fault::Stale(1 << 20),
                5 => Fault::OtherSocket,
                6 => Fault::OtherProcess(4242),
                7 => Fault::Errno(libc::EINTR),
                _ => Fault::Garbage(vec![salt as u8; 1 + salt as usize % 40]),
            };
            let hit = move |datagram: &[u8]| {
                // Of what is told unasked a copy would be told, too.
                let unasked = Header::parse(datagram).is_some_and(|it| it.seq == 0);
                let nth = count.fetch_add(1, Ordering::Relaxed);
                let mut dice = random(salt ^ (nth << 8) ^ which as u64);
                dice.below(3 * FAULTS) == 0 && !(unasked && matches!(which, 4..=6))
            };
            faults = faults.on_arrival_if(hit, fault);
        }
        let late = [Fault::Delay(Duration::from_secs(1)), Fault::Delay(Duration::from_secs(7))];
        let sends = [libc::ENOBUFS, libc::ECONNREFUSED, libc::EINTR].map(SendFault::Errno);
        let mut sends = sends.to_vec();
        sends.push(SendFault::NoFamily);
        faults.at_random(self.seed, 9, &late).at_random_send(self.seed, 8, &sends)
    }

    fn check(&self, seen: &Seen, tally: &mut Tally) {
        let seed = self.seed;
        let right = match seen {
            Seen::Got(1000, Err(Error::Kernel(error))) if error.errno == libc::ENODEV => {
                tally.count("refused");
                error.attribute.as_deref() == Some(".ifindex")
            }
            Seen::Got(number, Ok(got)) => *number == 1 && *got == tunnel(1, "t1"),
            Seen::Got(_, Err(error)) => tally.explains(error),
            Seen::Set(Ok(())) => true,
            Seen::Set(Err(error)) => tally.explains(error),
            Seen::List(list, complete) => self.check_list(list, *complete, tally),
            Seen::Batch(Err(error)) => tally.explains(error),
            Seen::Batch(Ok(outcomes)) => {
                outcomes.iter().enumerate().all(|(index, outcome)| match outcome {
                    Ok(got) => index % 3 != 2 && *got == tunnel(1, "t1"),
                    Err(Error::Kernel(error)) if error.errno == libc::ENODEV => {
                        index % 3 == 2 && error.index == Some(index)
                    }
                    Err(error) => tally.explains(error),
                })
            }
            Seen::Told(count, told) => self.check_told(*count, told, tally),
            Seen::Nothing => true,
        };
        assert!(right, "seed {seed}: {seen:?}");
    }

    fn check_list(
        &self,
        list: &[Result<Tunnel, Error>],
        complete: bool,
        tally: &mut Tally,
    ) -> bool {
        let all = self.tunnels.all();
        let entries: Vec<_> = list.iter().flatten().cloned().collect();
        let mut errors = list.iter().filter_map(|entry| entry.as_ref().err());
        match (errors.next(), errors.next()) {
            (None, _) if complete => entries == all,
            (None, _) => entries.iter().zip(&all).all(|(ours, theirs)| ours == theirs),
            // What is there is a part of it, in order.
            (Some(error), None) => {
                let mut rest = all.iter();
                let part = entries.iter().all(|entry| rest.any(|other| other == entry));
                let interrupted = matches!(error, Error::DumpInterrupted { .. });
                part && (!interrupted || entries == all) && tally.explains(error)
            }
            _ => false,
        }
    }

    /// The last of those that were told of, in order; what is missing is told.
    fn check_told(
        &self,
        count: u8,
        told: &[Result<Notification, Error>],
        tally: &mut Tally,
    ) -> bool {
        let last = self.last_peer.load(Ordering::Relaxed);
        let mut numbers = Vec::new();
        let mut lost = false;
        for event in told {
            match event {
                Ok(Notification::PeerAdd(peer)) => {
                    numbers.push(u64::from(u32::from_be_bytes(peer.public_key.unwrap())));
                }
                Err(error) if error.is_loss() => {
                    tally.count("loss");
                    lost = true;
                }
                // What other sockets' requests cause is told as a notification is.
                Ok(Notification::Unknown(_)) => {}
                _ => return false,
            }
        }
        let fresh: Vec<_> = (last + 1 - u64::from(count)..=last).collect();
        let got: Vec<_> = numbers.iter().filter(|number| fresh.contains(number)).copied().collect();
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        sorted.dedup();
        // A notification may overtake another one.
        let mut in_any_order = got.clone();
        in_any_order.sort_unstable();
        sorted.len() == numbers.len() && (in_any_order == fresh || lost)
    }
}

/// Which errors were seen: a test of faults that raises none says nothing.
#[derive(Debug, Default)]
struct Tally(BTreeMap<&'static str, u32>);

impl Tally {
    fn count(&mut self, what: &'static str) -> bool {
        *self.0.entry(what).or_default() += 1;
        true
    }

    /// Whether an error is one that the faults explain.
    fn explains(&mut self, error: &Error) -> bool {
        match error {
            Error::Io(error) => match error.raw_os_error() {
                Some(libc::ENOBUFS) => self.count("no room to send"),
                Some(libc::ECONNREFUSED) => self.count("nobody there"),
                _ => false,
            },
            Error::Kernel(error) if error.errno == libc::ENOENT => self.count("stale id"),
            Error::UnknownFamily { .. } => self.count("no family"),
            Error::NoReply { overrun: true, .. } => self.count("overrun"),
            Error::NoReply { .. } => self.count("no reply"),
            Error::Truncated { .. } => self.count("truncated"),
            Error::Malformed { .. } => self.count("malformed"),
            Error::DumpInterrupted { .. } => self.count("interrupted"),
            _ => false,
        }
    }

    fn has_everything(&self) {
        println!("{:?}", self.0);
        let wanted = [
            "refused",
            "loss",
            "no room to send",
            "nobody there",
            "stale id",
            "overrun",
            "truncated",
            "interrupted",
        ];
        for what in wanted {
            assert!(self.0.contains_key(what), "{what}: {:?}", self.0);
        }
    }
}
