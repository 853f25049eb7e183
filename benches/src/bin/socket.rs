//! Calls to the real kernel, beside a raw socket that only walks message headers: dumps of links,
//! routes, ethtool features and netdev devices; and round trips, beside a send and a receive by hand.
//!
//! ```sh
//! cargo run --release -p nlkit-bench --bin socket                  # 5,000 veths, 100,000 routes
//! cargo run --release -p nlkit-bench --bin socket -- 1000 20000
//! ```
//!
//! Needs root: it makes its devices and routes in a network namespace of its own.

use std::hint::black_box;

use nlkit::nlctrl::GetFamily;
use nlkit::wire::GENL_HEADER_LEN;
use nlkit::{Connection, Do, Dump, Family, Generic, NlAttrs, NlStr, Protocol, Route, View};
use nlkit_bench::raw::Raw;
use nlkit_bench::{Contender, Effort, Result, compare, hand, namespace};
use nlkit_specs::{ethtool, netdev, rt_link, rt_route};

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let devices: u32 = args.next().map_or(Ok(5_000), |text| text.parse())?;
    let routes: u32 = args.next().map_or(Ok(100_000), |text| text.parse())?;
    namespace::enter()?;
    namespace::make_veths(devices / 2)?;
    bench_links()?;
    bench_netdev()?;
    bench_features()?;
    bench_family()?;
    bench_device()?;
    bench_link()?;
    namespace::make_routes(routes)?;
    bench_routes()
}

/// A dump as the raw loop asks for it.
struct Ask {
    title: &'static str,
    kind: u16,
    body: &'static [u8],
    rounds: u32,
}

/// A projection, and what a caller reads of it.
trait Project: View {
    fn read(view: &Self::Of<'_>) -> u64;
}

/// Dumps into owned structs and into projection `V`, and into what `by_hand` makes of a message.
fn bench_dump<P: Protocol, V: Project, R, H>(
    ask: &Ask,
    request: &R,
    by_hand: Option<fn(&[u8]) -> H>,
) -> Result<()>
where
    R: Dump<Family: Family<Protocol = P>> + for<'a> NlAttrs<'a>,
{
    let Ask { title, kind, body, rounds } = *ask;
    let (mut raw, mut decoding) = (Raw::new(P::NUMBER)?, Raw::new(P::NUMBER)?);
    let mut owned = Connection::<P>::open()?;
    let mut collected = Connection::<P>::open()?;
    let mut lent = Connection::<P>::open()?;
    let count = raw.dump(kind, body)?;
    let found = owned.dump(request)?.filter(|reply| reply.is_ok()).count();
    if found != count {
        return Err(format!("nlkit got {found} messages, the raw loop {count}").into());
    }
    let mut contenders = vec![
        Contender::new("raw loop over message headers", || raw.dump(kind, body).ok()),
        Contender::new("nlkit, owned structs, streamed", || {
            let mut replies = owned.dump(request).ok()?;
            replies.try_for_each(|reply| black_box(&reply).is_ok().then_some(()))
        }),
        Contender::new("nlkit, owned structs, collected", || {
            let replies = collected.dump(request).ok()?;
            replies.collect::<std::result::Result<Vec<_>, _>>().ok()
        }),
        Contender::new("nlkit, projection, streamed", || {
            let mut views = lent.dump_as::<V, _>(request).ok()?;
            let mut sum = 0u64;
            while let Some(Ok(view)) = views.next() {
                sum = sum.wrapping_add(V::read(&view));
            }
            Some(sum)
        }),
    ];
    if let Some(by_hand) = by_hand {
        let decode = move || {
            let each = |message: &[u8]| drop(black_box(by_hand(message)));
            decoding.dump_each(kind, body, each).ok()
        };
        contenders.insert(1, Contender::new("the same with a decoder by hand", decode));
    }
    let effort = Effort { rounds, repeats: 1, units: u32::try_from(count)? };
    compare(&format!("dump {title}, {count} messages, for each"), effort, contenders);
    Ok(())
}

/// What a list of links shows.
#[derive(Default, NlAttrs)]
struct LinkBrief<'a> {
    #[nl(header)]
    header: rt_link::Ifinfomsg,
    #[nl(id = 3)]
    name: Option<NlStr<'a>>,
    #[nl(id = 4)]
    mtu: Option<u32>,
    #[nl(id = 16)]
    operstate: Option<u8>,
}

impl Project for LinkBrief<'static> {
    fn read(link: &Self::Of<'_>) -> u64 {
        let name = link.name.map_or(0, |name| name.as_bytes().len() as u64);
        let state = u64::from(link.operstate.unwrap_or(0));
        name + state + u64::from(link.mtu.unwrap_or(0)) + u64::from(link.header.ifi_flags.0)
    }
}

fn bench_links() -> Result<()> {
    let ask = Ask { title: "RTM_GETLINK", kind: 18, body: &[0; 16], rounds: 100 };
    let request = rt_link::GetlinkDump::new();
    bench_dump::<Route, LinkBrief<'static>, _, _>(&ask, &request, Some(hand::link::decode))
}

/// What a table of routes shows.
#[derive(Default, NlAttrs)]
struct RouteBrief {
    #[nl(header)]
    header: rt_route::Rtmsg,
    #[nl(id = 1)]
    dst: Option<std::net::IpAddr>,
    #[nl(id = 4)]
    oif: Option<u32>,
}

impl Project for RouteBrief {
    fn read(route: &Self) -> u64 {
        let v4 = route.dst.is_some_and(|address| address.is_ipv4());
        u64::from(v4) + u64::from(route.oif.unwrap_or(0)) + u64::from(route.header.rtm_dst_len)
    }
}

fn bench_routes() -> Result<()> {
    let body = &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let ask = Ask { title: "RTM_GETROUTE", kind: 26, body, rounds: 60 };
    let header = rt_route::Rtmsg::new().with_rtm_family(2);
    let request = rt_route::GetrouteDump::new().with_header(header);
    bench_dump::<Route, RouteBrief, _, _>(&ask, &request, Some(hand::route::decode))
}

/// Two of the five attributes.
#[derive(Default, NlAttrs)]
struct DevBrief {
    #[nl(id = 1)]
    ifindex: Option<u32>,
    #[nl(id = 3)]
    xdp_features: Option<u64>,
}

impl Project for DevBrief {
    fn read(dev: &Self) -> u64 {
        dev.xdp_features.unwrap_or(0) + u64::from(dev.ifindex.unwrap_or(0))
    }
}

fn bench_netdev() -> Result<()> {
    let kind = id_of::<netdev::Family>()?;
    let ask = Ask { title: "netdev dev-get", kind, body: &[1, 1, 0, 0], rounds: 200 };
    let by_hand = |message: &[u8]| hand::netdev::decode(message.get(4..)?);
    bench_dump::<Generic, DevBrief, _, _>(&ask, &netdev::DevGetDump::new(), Some(by_hand))
}

/// How many features are on.
#[derive(Default, NlAttrs)]
struct FeaturesBrief {
    #[nl(id = 4)]
    active: Option<SetBrief>,
}

#[derive(Default, NlAttrs)]
struct SetBrief {
    #[nl(id = 2)]
    size: Option<u32>,
}

impl Project for FeaturesBrief {
    fn read(features: &Self) -> u64 {
        features.active.as_ref().and_then(|set| set.size).unwrap_or(0).into()
    }
}

fn bench_features() -> Result<()> {
    let kind = id_of::<ethtool::Family>()?;
    let ask = Ask { title: "ethtool features-get", kind, body: &[11, 1, 0, 0], rounds: 30 };
    let request = ethtool::FeaturesGetDump::new();
    let by_hand = |message: &[u8]| hand::ethtool::decode_features(message.get(4..)?);
    bench_dump::<Generic, FeaturesBrief, _, _>(&ask, &request, Some(by_hand))
}

fn id_of<F: Family<Protocol = Generic>>() -> Result<u16> {
    Ok(Connection::generic()?.family::<F>()?.id.ok_or("no id")?)
}

fn bench_family() -> Result<()> {
    let mut raw = Raw::new(Generic::NUMBER)?;
    let mut conn = Connection::generic()?;
    let request = GetFamily { name: Some("netdev".into()), id: None };
    // CTRL_CMD_GETFAMILY with CTRL_ATTR_FAMILY_NAME.
    let body = b"\x03\x02\0\0\x0b\0\x02\0netdev\0\0";
    compare(
        "GETFAMILY round trip",
        Effort { rounds: 200, repeats: 200, units: 1 },
        vec![
            Contender::new("raw send and receive", || raw.request(0x10, body).ok()),
            Contender::new("nlkit, owned reply", || conn.request(&request).ok()),
        ],
    );
    Ok(())
}

/// A `do` of one small message, in the way of each: by hand is a send, a receive, and the same fields
/// read from the same bytes.
struct Round {
    title: &'static str,
    kind: u16,
    body: Vec<u8>,
}

const SMALL: Effort = Effort { rounds: 300, repeats: 500, units: 1 };

fn bench_round<P, R, H>(round: &Round, request: &R, by_hand: fn(&[u8]) -> Option<H>) -> Result<()>
where
    P: Protocol,
    R: Do<Family: Family<Protocol = P>> + for<'a> NlAttrs<'a>,
{
    let Round { title, kind, body } = round;
    let mut hand = Raw::new(P::NUMBER)?;
    let mut conn = Connection::<P>::open()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tasks = runtime.block_on(async { nlkit::tokio::Connection::<P>::open() })?;
    compare(
        title,
        SMALL,
        vec![
            Contender::new("by hand", || by_hand(hand.ask(*kind, body).ok()?)),
            Contender::new("nlkit, owned reply", || conn.request(request).ok()),
            Contender::new("nlkit on tokio", || runtime.block_on(tasks.request(request)).ok()),
        ],
    );
    Ok(())
}

fn bench_device() -> Result<()> {
    let kind = id_of::<netdev::Family>()?;
    // NETDEV_CMD_DEV_GET with NETDEV_A_DEV_IFINDEX, 1.
    let body = [[1, 1, 0, 0], [8, 0, 1, 0], 1u32.to_ne_bytes()].concat();
    let round = Round { title: "netdev dev-get round trip", kind, body };
    let request = netdev::DevGetRequest::new().with_ifindex(1);
    bench_round(&round, &request, |message| hand::netdev::decode(message.get(GENL_HEADER_LEN..)?))
}

fn bench_link() -> Result<()> {
    // RTM_GETLINK with struct ifinfomsg, whose index is 1.
    let body = [[0; 4], 1u32.to_ne_bytes(), [0; 4], [0; 4]].concat();
    let round = Round { title: "RTM_GETLINK round trip", kind: 18, body };
    let lo = rt_link::Ifinfomsg::new().with_ifi_index(1);
    let request = rt_link::GetlinkRequest::new().with_header(lo);
    bench_round(&round, &request, hand::link::decode)
}
