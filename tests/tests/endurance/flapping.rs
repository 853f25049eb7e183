//! Dumps of links while others come and go.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nlkit::{Error, NlString};
use nlkit_specs::rt_link::{DellinkRequest, GetlinkDump, GetlinkReply};

use super::{alone, brand_new, connection, make_veths, veth};

/// Devices that are always there: veths, and `lo`.
const STABLE: usize = 301;
const DUMPS: u64 = 1_000;
const PLAIN_DUMPS: u32 = 50;
/// More than any dump needs: about half of them are interrupted.
const ATTEMPTS: u32 = 1_000;

/// Makes pair after pair, and removes the one before, until told to stop; gives how many.
///
/// The kernel makes both ends of a pair in one step, and removes them in one: at any moment there
/// are one or two pairs.
fn flap(stop: &AtomicBool) -> u32 {
    let mut conn = connection();
    let mut round = 0;
    while !stop.load(Ordering::Relaxed) {
        round += 1;
        let request = veth(&format!("x{round}"), &format!("y{round}"));
        conn.request_with(&request, brand_new()).unwrap();
        let before = format!("x{}", round - 1);
        conn.request(&DellinkRequest::new().with_ifname(before.as_str())).unwrap();
    }
    round
}

/// The links that are always there, by their indices.
struct Stable(HashMap<i32, NlString>);

impl Stable {
    /// Asserts that these are the links of one moment: each of those that are always there, both
    /// ends of a pair or of two that follow one another, and nothing twice. Gives the number of
    /// the last pair.
    fn assert_one_moment(&self, links: &[GetlinkReply]) -> u32 {
        let mut indices: Vec<_> = links.iter().map(|link| link.header.ifi_index).collect();
        indices.sort_unstable();
        indices.dedup();
        assert_eq!(indices.len(), links.len(), "an index twice");
        let mut stable = 0;
        let mut others = Vec::new();
        for link in links {
            let name = link.ifname.as_ref().unwrap();
            match self.0.get(&link.header.ifi_index) {
                Some(known) => {
                    assert_eq!(name, known);
                    stable += 1;
                }
                None => others.push(name.to_string()),
            }
        }
        assert_eq!(stable, self.0.len(), "a link is missing");
        let round = |name: &String| -> u32 { name.trim_start_matches(['x', 'y']).parse().unwrap() };
        let last = others.iter().map(round).max().expect("a pair is always there");
        let first = if others.len() > 2 { last - 1 } else { last };
        let mut expected: Vec<_> =
            (first..=last).flat_map(|it| [format!("x{it}"), format!("y{it}")]).collect();
        others.sort_unstable();
        expected.sort_unstable();
        assert_eq!(others, expected, "no moment had these");
        last
    }
}

#[test]
fn a_consistent_dump_shows_one_moment_while_links_come_and_go() {
    let Some(mut conn) = alone() else { return };
    make_veths(&mut conn, STABLE / 2);
    let stable = conn.dump(&GetlinkDump::new()).unwrap().map(Result::unwrap);
    let stable = Stable(stable.map(|it| (it.header.ifi_index, it.ifname.unwrap())).collect());
    assert_eq!(stable.0.len(), STABLE);
    conn.request_with(&veth("x0", "y0"), brand_new()).unwrap();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let stop = StopOnDrop(&stop);
        let flapping = scope.spawn(|| flap(stop.0));

        let before = conn.counters().requests;
        let (mut last, mut moments) = (0, 0);
        for _ in 0..DUMPS {
            let links = conn.dump_consistent(&GetlinkDump::new(), ATTEMPTS).unwrap();
            let pair = stable.assert_one_moment(&links);
            assert!(pair >= last, "pair {pair} after {last}: a part of an earlier dump");
            moments += u32::from(pair > last);
            last = pair;
        }
        let asked = conn.counters().requests - before;

        let mut interrupted = 0;
        for _ in 0..PLAIN_DUMPS {
            let links: Result<Vec<_>, _> = conn.dump(&GetlinkDump::new()).unwrap().collect();
            match links {
                Ok(links) => {
                    stable.assert_one_moment(&links);
                }
                Err(Error::DumpInterrupted { .. }) => interrupted += 1,
                Err(error) => panic!("{error}"),
            }
        }
        drop(stop);
        println!(
            "{} pairs came and went; {DUMPS} consistent dumps saw {moments} moments and took \
             {asked} dumps; {interrupted} of {PLAIN_DUMPS} plain ones were interrupted",
            flapping.join().unwrap(),
        );
        assert!(moments > 10, "the links have hardly changed");
        assert!(asked > DUMPS && interrupted > 0, "no dump was interrupted");
        assert_eq!(conn.counters().losses, 0);
    });
}

/// Ends the other thread, after a panic as well.
struct StopOnDrop<'s>(&'s AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
