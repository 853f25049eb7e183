//! What the running kernel says of a refused request, and of one that it carried out with a remark.

use std::io;

use nlkit::{Connection, Do, Error, KernelError, Kind, Modifiers, NlAttrs, NlString};
use nlkit_specs::rt_link::{Ifinfomsg, NewlinkRequest};
use nlkit_specs::tc::{HtbAttrs, NewtclassRequest, OptionsMsg, TcHtbOpt, TcRatespec, Tcmsg};
use nlkit_specs::{ethtool, netdev};
use nlkit_tests::namespace::{in_namespace, index_of, ip, kernel_error, tc_can};
use nlkit_tests::skip::skip;

fn of_lo() -> ethtool::Header {
    ethtool::Header::new().with_dev_name("lo")
}

fn features_error(header: ethtool::Header) -> KernelError {
    let mut conn = Connection::generic().unwrap();
    kernel_error(conn.request(&ethtool::FeaturesGetRequest::new().with_header(header)))
}

#[test]
fn a_broken_policy_is_told_with_its_length() {
    let error = features_error(ethtool::Header::new().with_dev_name("x".repeat(200)));
    assert_eq!(error.policy.as_ref().unwrap().max_len, Some(127));
    assert_eq!(
        error.to_string(),
        "ethtool features-get: .header.dev-name: Invalid argument (22): Attribute failed policy \
         validation (nul-string, 127 bytes at most)"
    );
}

/// A request whose attributes have not the types that the policy wants: those of the specs have.
#[derive(Default, NlAttrs)]
struct Narrow {
    #[nl(id = 1, name = "header")]
    header: Option<NarrowHeader>,
}

#[derive(Default, NlAttrs)]
struct NarrowHeader {
    #[nl(id = 2, name = "dev-name")]
    dev_name: Option<NlString>,
    #[nl(id = 3, name = "flags")]
    flags: Option<u8>,
}

impl Do for Narrow {
    type Family = ethtool::Family;
    type Reply = ethtool::FeaturesGetReply;
    const NAME: &'static str = "features-get";
    const CMD: u16 = <ethtool::FeaturesGetRequest as Do>::CMD;
    const ACK: bool = false;
}

#[test]
fn a_broken_policy_is_told_with_its_type_and_its_mask() {
    let mut conn = Connection::generic().unwrap();
    let header = NarrowHeader { dev_name: Some("lo".into()), flags: Some(1) };
    let error = kernel_error(conn.request(&Narrow { header: Some(header) }));
    assert_eq!(
        error.to_string(),
        "ethtool features-get: .header.flags: Invalid argument (22): invalid attribute length \
         (u32, bits 0x3)"
    );
    let policy = error.policy.unwrap();
    assert_eq!((policy.kind(), policy.mask), (Some(Kind::U32), Some(3)));
    // For a bit too many the kernel has words.
    let error = features_error(of_lo().with_flags(ethtool::HeaderFlags(1 << 7)));
    assert_eq!(
        error.to_string(),
        "ethtool features-get: .header.flags: Invalid argument (22): reserved bit set"
    );
}

fn bits(names: &[&str]) -> ethtool::Bitset {
    let bit = |name: &&str| ethtool::BitsetBit::new().with_name(*name).with_value(true);
    let bits: Vec<_> = names.iter().map(bit).collect();
    ethtool::Bitset::new().with_bits(ethtool::BitsetBits::new().with_bit(bits))
}

#[test]
fn a_path_has_the_position_in_a_list() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let wanted = bits(&["tx-checksum-sctp", "rx-gro", "tx-no-such-thing", "rx-lro"]);
    let request = ethtool::FeaturesSetRequest::new().with_header(of_lo()).with_wanted(wanted);
    let error = kernel_error(conn.request(&request));
    assert_eq!(
        error.to_string(),
        "ethtool features-set: .wanted.bits.bit[2].name: Operation not supported (95): bit name not found"
    );
}

#[test]
fn an_error_of_a_batch_has_its_position() {
    let mut conn = Connection::generic().unwrap();
    let mut batch = conn.batch();
    let ask = |index| netdev::DevGetRequest::new().with_ifindex(index);
    let first = batch.add(&ask(1), Modifiers::default()).unwrap();
    batch.add(&netdev::DevGetRequest::new(), Modifiers::default()).unwrap();
    batch.add(&ask(0), Modifiers::default()).unwrap();
    let mut outcomes = batch.send().unwrap();
    let told: Vec<_> =
        outcomes.iter().map(|it| it.err().map(ToString::to_string).unwrap_or_default()).collect();
    let missing = "netdev dev-get: request 1 of the batch: missing attribute .ifindex: Invalid \
                   argument (22)";
    let range = "netdev dev-get: request 2 of the batch: .ifindex: Numerical result out of range \
                 (34): integer out of range (u32, 1 to 4294967295)";
    assert_eq!(told, ["", missing, range]);
    let indices = outcomes.iter().map(|it| it.err().and_then(Error::kernel)?.index);
    assert_eq!(indices.collect::<Vec<_>>(), [None, Some(1), Some(2)]);
    assert_eq!(outcomes.take(first).unwrap().ifindex, Some(1));
}

#[test]
fn a_request_without_attributes_goes_in_a_batch() {
    let mut conn = Connection::generic().unwrap();
    let mut batch = conn.batch();
    for _ in 0..3 {
        batch.add(&netdev::DevGetRequest::new(), Modifiers::default()).unwrap();
    }
    let outcomes = batch.send().unwrap();
    let missing = outcomes.iter().map(|it| it.unwrap_err().kernel().unwrap().missing.clone());
    assert_eq!(missing.collect::<Vec<_>>(), vec![Some(".ifindex".to_owned()); 3]);
    let request = netdev::DevGetRequest::new().with_ifindex(1);
    assert_eq!(conn.request(&request).unwrap().ifindex, Some(1), "usable after it");
}

#[test]
fn errors_become_those_of_io_by_their_errno() {
    let mut conn = Connection::route().unwrap();
    let nosuch = Ifinfomsg::new().with_ifi_index(i32::MAX);
    let request = NewlinkRequest::new().with_header(nosuch).with_ifname("a-name-that-is-too-long");
    let error = conn.request(&request).unwrap_err();
    let (errno, text) = (error.errno(), error.to_string());
    let error = io::Error::from(error);
    assert_eq!(error.kind(), io::Error::from_raw_os_error(errno.unwrap()).kind());
    assert_eq!(error.to_string(), text, "in the kernel's words");
    let inner = error.downcast::<Error>().unwrap();
    assert_eq!(inner.kernel().unwrap().request.operation, "newlink");

    let kinds = [(1, io::ErrorKind::PermissionDenied), (17, io::ErrorKind::AlreadyExists)];
    for (errno, kind) in kinds {
        let error = Error::Io(io::Error::from_raw_os_error(errno));
        assert_eq!((error.errno(), io::Error::from(error).kind()), (Some(errno), kind));
    }
}

/// A class whose rate is far above what the qdisc is made for, which the kernel remarks.
fn class(minor: u32) -> NewtclassRequest {
    let rate = TcRatespec::new().with_linklayer(1).with_rate(1_250_000_000);
    let parameters = TcHtbOpt::new().with_rate(rate).with_ceil(rate).with_buffer(1_000_000);
    let options = HtbAttrs::new().with_parms(parameters.with_cbuffer(1_000_000));
    let index = i32::try_from(index_of("v0")).unwrap();
    let header = Tcmsg::new().with_ifindex(index).with_handle(1 << 16 | minor).with_parent(1 << 16);
    NewtclassRequest::new()
        .with_header(header)
        .with_kind("htb")
        .with_options(OptionsMsg::Htb(Box::new(options)))
}

#[test]
fn a_remark_on_what_was_done_is_kept() {
    if !in_namespace() {
        return;
    }
    ip("link add v0 type veth peer name v1");
    if !tc_can("qdisc add dev v0 root handle 1: htb r2q 1") {
        return skip("this kernel has no htb");
    }
    let brand_new = Modifiers::CREATE | Modifiers::EXCL;
    let mut conn = Connection::route().unwrap();
    conn.request_with(&class(1), brand_new).unwrap();
    let [warning] = &conn.take_warnings()[..] else { panic!("one remark") };
    assert_eq!((warning.request.family, warning.request.operation), ("tc", "newtclass"));
    assert_eq!((warning.index, &warning.attribute, &warning.cookie), (None, &None, &None));
    let text: &NlString = warning.message.as_ref().unwrap();
    assert!(text.to_string().contains("quantum of class 10001 is big"), "{warning}");
    assert_eq!(warning.to_string(), format!("tc newtclass: {text}"));
    assert_eq!(conn.take_warnings(), [], "each is told once");

    let mut batch = conn.batch();
    for minor in [2, 3] {
        batch.add(&class(minor), brand_new).unwrap();
    }
    assert!(batch.send().unwrap().into_iter().all(|outcome| outcome.is_ok()));
    let told: Vec<_> = conn.take_warnings().iter().map(ToString::to_string).collect();
    let [second, third] = &told[..] else { panic!("{told:?}") };
    assert!(second.starts_with("tc newtclass: request 0 of the batch: "), "{second}");
    assert!(third.starts_with("tc newtclass: request 1 of the batch: "), "{third}");
    assert!(third.contains("class 10003"), "{third}");
}

#[test]
fn tasks_are_told_the_same() {
    if !in_namespace() {
        return;
    }
    ip("link add v0 type veth peer name v1");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let conn = nlkit::tokio::Connection::generic().unwrap();
        let bad = netdev::DevGetRequest::new().with_ifindex(0);
        let error = conn.request(&bad).await.unwrap_err().to_string();
        let range =
            "Numerical result out of range (34): integer out of range (u32, 1 to 4294967295)";
        assert_eq!(error, format!("netdev dev-get: .ifindex: {range}"));
        let mut batch = conn.batch();
        batch.add(&bad.clone().with_ifindex(1), Modifiers::default()).unwrap();
        batch.add(&bad, Modifiers::default()).unwrap();
        let outcomes = batch.send().await.unwrap();
        let told: Vec<_> = outcomes.iter().map(|it| it.err().map(ToString::to_string)).collect();
        let second = format!("netdev dev-get: request 1 of the batch: .ifindex: {range}");
        assert_eq!(told, [None, Some(second)]);

        if !tc_can("qdisc add dev v0 root handle 1: htb r2q 1") {
            return skip("this kernel has no htb");
        }
        let conn = nlkit::tokio::Connection::route().unwrap();
        conn.request_with(&class(1), Modifiers::CREATE).await.unwrap();
        let [warning] = &conn.take_warnings()[..] else { panic!("one remark") };
        assert!(warning.to_string().contains("quantum of class 10001 is big"), "{warning}");
    });
}
