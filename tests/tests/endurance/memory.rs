//! Memory stays flat: what a thread has allocated and not freed, counted.

use std::future::poll_fn;
use std::hint::black_box;
use std::net::Ipv4Addr;
use std::pin::pin;
use std::task::Poll;

use allocation_counter::{AllocationInfo, measure};
use nlkit::nlctrl::GetFamily;
use nlkit::{Connection, NlStr, Route};
use nlkit_specs::netdev::DevGetRequest;
use nlkit_specs::rt_link::GetlinkDump;
use nlkit_specs::rt_route::{GetrouteDump, NewrouteRequest, RtmType, Rtmsg};
use nlkit_tests::long_routes::lo_up;

use super::tasks::{self, on_tokio};
use super::{BATCH, alone, brand_new, make_veths};

const REQUESTS: u32 = 1_000_000;
const TASK_REQUESTS: u32 = 100_000;
const ROUTES: u32 = 100_000;
const DROPPED: u32 = 10_000;
/// What may be kept for later, whatever the number of rounds.
const SLACK: i64 = 4096;

/// Does a job once, which fills buffers, then so many times, and asserts that this leaves nothing
/// allocated.
fn assert_flat(rounds: u32, mut job: impl FnMut()) -> AllocationInfo {
    job();
    let memory = measure(|| (0..rounds).for_each(|_| job()));
    println!("{rounds} rounds: {memory:?}");
    assert!(memory.bytes_current < SLACK, "{memory:?}");
    memory
}

/// What these tests would see, were there such a leak.
#[test]
fn a_leak_of_eight_bytes_is_counted() {
    let memory = measure(|| std::mem::forget(black_box(Box::new(black_box(1u64)))));
    assert_eq!(memory.bytes_current, 8);
}

/// One attribute of a family.
#[derive(Default, nlkit::NlAttrs)]
struct Brief<'a> {
    #[nl(id = 2)]
    name: Option<NlStr<'a>>,
}

/// And a request allocates nothing but what its reply owns.
#[test]
fn a_million_requests_leave_memory_as_it_was() {
    let mut conn = Connection::generic().unwrap();
    let request = GetFamily { id: Some(16), name: None };
    let memory = assert_flat(REQUESTS, || {
        let len = |family: Brief<'_>| family.name.map(|name| name.as_bytes().len());
        let len = conn.request_as::<Brief<'_>, _, _>(&request, len).unwrap();
        assert_eq!(len.flatten(), Some("nlctrl".len()));
    });
    assert_eq!((memory.count_total, memory.bytes_current), (0, 0));
    assert_eq!(conn.counters().requests, u64::from(REQUESTS) + 1);
}

#[test]
fn requests_with_owned_replies_and_errors_leave_memory_as_it_was() {
    let mut conn = Connection::generic().unwrap();
    let (good, bad) =
        (GetFamily { id: Some(16), name: None }, DevGetRequest::new().with_ifindex(0));
    assert_flat(DROPPED, || {
        assert_eq!(conn.request(&good).unwrap().id, Some(16));
        let error = conn.request(&bad).unwrap_err();
        assert!(error.kernel().is_some(), "{error}");
    });
}

/// Routes to single addresses through `lo`.
fn make_routes(conn: &mut Connection<Route>) {
    lo_up(conn);
    let header = Rtmsg::new()
        .with_rtm_family(2)
        .with_rtm_dst_len(32)
        .with_rtm_table(254)
        .with_rtm_scope(253)
        .with_rtm_type(RtmType::UNICAST);
    let mut route = NewrouteRequest::new().with_header(header).with_oif(1);
    let mut routes = (0..ROUTES).map(|route| Ipv4Addr::from(0x0a00_0000 + route)).peekable();
    while routes.peek().is_some() {
        let mut batch = conn.batch();
        for address in routes.by_ref().take(BATCH) {
            route.dst = Some(address.into());
            batch.add(&route, brand_new()).unwrap();
        }
        batch.send().unwrap().into_iter().for_each(|outcome| outcome.unwrap());
    }
}

/// Blocking and in a task, in owned structs: at no time is there more than some of them.
#[test]
fn a_dump_of_100000_routes_takes_no_memory() {
    let Some(mut conn) = alone() else { return };
    make_routes(&mut conn);
    let request = GetrouteDump::new().with_header(Rtmsg::new().with_rtm_family(2));
    conn.dump(&request).unwrap().next().unwrap().unwrap();
    let mut count = 0;
    let memory = measure(|| {
        let routes = conn.dump(&request).unwrap();
        count = routes.filter(|route| route.as_ref().unwrap().dst.is_some()).count();
    });
    assert_small(count, &memory);

    on_tokio(async {
        let conn = tasks::connection();
        conn.dump(&request).await.unwrap().next().await.unwrap().unwrap();
        // Counted by thread, and this runtime has one.
        let mut routes = conn.dump(&request).await.unwrap();
        let mut count = 0;
        let mut total = AllocationInfo::default();
        while let Some(route) = next_measured(&mut routes, &mut total).await {
            count += usize::from(route.unwrap().dst.is_some());
        }
        assert_small(count, &total);
    });
}

fn assert_small(routes: usize, memory: &AllocationInfo) {
    println!("{routes} routes: {memory:?}");
    assert!(routes >= ROUTES as usize, "{routes} routes");
    assert!(memory.bytes_max < SLACK as u64, "{memory:?}");
}

type Routes =
    nlkit::asynchronous::Replies<nlkit_specs::rt_route::GetrouteReply, Route, nlkit::tokio::Socket>;

/// The next entry; what is allocated for it adds up.
async fn next_measured(
    routes: &mut Routes,
    total: &mut AllocationInfo,
) -> Option<Result<nlkit_specs::rt_route::GetrouteReply, nlkit::Error>> {
    poll_fn(|cx| {
        let mut next = Poll::Pending;
        *total += measure(|| next = routes.poll_next(cx));
        next
    })
    .await
}

#[test]
fn a_hundred_thousand_requests_of_tasks_leave_memory_as_it_was() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let conn = runtime.block_on(async { nlkit::tokio::Connection::generic().unwrap() });
    assert_flat(10, || {
        runtime.block_on(async {
            for _ in 0..TASK_REQUESTS / 10 {
                let request = GetFamily { id: Some(16), name: None };
                assert_eq!(conn.request(&request).await.unwrap().id, Some(16));
            }
        });
    });
}

/// Each dump is longer than a datagram, so that most of it is read when the next one begins.
#[test]
fn ten_thousand_dropped_dumps_leave_memory_as_it_was() {
    let Some(mut conn) = alone() else { return };
    make_veths(&mut conn, 15);
    assert_flat(DROPPED, || {
        let mut links = conn.dump(&GetlinkDump::new()).unwrap();
        assert_eq!(links.next().unwrap().unwrap().header.ifi_index, 1);
    });
    assert_eq!(conn.dump(&GetlinkDump::new()).unwrap().map(Result::unwrap).count(), 31);
}

/// Of each kind: one that was never polled, and one that was polled once. That for a notification
/// waits then, and no other does.
#[test]
fn ten_thousand_dropped_futures_leave_memory_as_it_was() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let conn = runtime.block_on(async { nlkit::tokio::Connection::generic().unwrap() });
    assert_flat(DROPPED, || {
        runtime.block_on(async {
            let request = GetFamily { id: Some(16), name: None };
            drop(conn.request(&request));
            drop(conn.notification());
            drop(conn.dump(&GetFamily::default()));
            let _answered = poll_once(conn.request(&request)).await;
            assert!(poll_once(conn.notification()).await.is_pending());
            let _begun = poll_once(conn.dump(&GetFamily::default())).await;
        });
    });
    let request = GetFamily { id: Some(16), name: None };
    assert_eq!(runtime.block_on(conn.request(&request)).unwrap().id, Some(16));
}

async fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}
