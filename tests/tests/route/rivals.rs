//! What other netlink libraries got wrong with rtnetlink when they were tried: see `tests/CASES.md`.

use nlkit::{
    Connection, EncodeErrorKind, Error, Modifiers, NlAttrs, NlString, Selected, Text, sub_message,
};
use nlkit_specs::rt_link::{
    GetlinkDump, GetlinkRequest, Ifinfomsg, LinkinfoAttrs, LinkinfoBridgeAttrs, LinkinfoDataMsg,
    LinkinfoMacvlanAttrs, LinkinfoVxlanAttrs, MacvlanMacaddrDataAttrs, NewlinkRequest,
    NewlinkpropRequest, Notification, PropListLinkAttrs, RTNLGRP_LINK,
};
use nlkit_specs::tc::{GettclassDump, TcaStatsAppMsg, Tcmsg};
use nlkit_tests::namespace::{in_namespace, index_of, ip, ip_json, kernel_error, tc_can};
use nlkit_tests::skip::skip;

use crate::{brand_new, link, with_pair};

/// One such name made every dump raise, and it could not be set.
#[test]
fn an_alias_of_any_bytes_is_set_and_dumped() {
    let Some(mut conn) = with_pair() else { return };
    ip("link set v0 alias héllo-wörld-☃");
    let aliases: [&[u8]; 2] = ["grüße".as_bytes(), b"\xff\xfe not text"];
    for alias in aliases {
        let header = Ifinfomsg::new().with_ifi_index(index_of("v1") as i32);
        let request = NewlinkRequest::new().with_header(header).with_ifalias(alias);
        conn.request(&request).unwrap();
        let found = conn.dump(&GetlinkDump::new()).unwrap().map(Result::unwrap);
        let found: Vec<_> = found.filter_map(|link| link.ifalias).collect();
        assert_eq!(found, [NlString::from(alias), "héllo-wörld-☃".into()]);
    }
    assert_eq!(ip_json("link show v0")[0]["ifalias"], "héllo-wörld-☃");
}

/// A kind without a format lost the whole dump; macvlan was one.
#[test]
fn a_macvlan_does_not_lose_a_dump() {
    let Some(mut conn) = with_pair() else { return };
    ip("link add link v0 name m0 type macvlan mode private");
    let links = conn.dump(&GetlinkDump::new()).unwrap();
    let links: Vec<_> = links.collect::<Result<_, _>>().unwrap();
    assert_eq!(links.len(), 4);
    let kinds = links.iter().filter_map(|link| link.linkinfo.as_ref()?.data.as_ref());
    assert!(kinds.into_iter().any(|data| matches!(data, LinkinfoDataMsg::Macvlan(_))));
}

/// Kinds of a spec that is far behind the kernel.
#[derive(Debug, PartialEq)]
enum Few {
    Vxlan(Box<LinkinfoVxlanAttrs>),
    Unknown(Vec<u8>),
}
sub_message!(Few, Text: "vxlan" => Vxlan(Box<LinkinfoVxlanAttrs>));

#[derive(Debug, Default, NlAttrs)]
struct FewInfo {
    #[nl(id = 1)]
    kind: Option<NlString>,
    #[nl(id = 2, as = Selected<1>)]
    data: Option<Few>,
}

#[derive(Default, NlAttrs)]
struct FewLink {
    #[nl(header)]
    header: Ifinfomsg,
    #[nl(id = 3)]
    ifname: Option<NlString>,
    #[nl(id = 18)]
    linkinfo: Option<FewInfo>,
}

#[test]
fn an_unknown_kind_is_kept_as_it_came() {
    if !in_namespace() {
        return;
    }
    ip("link add br0 type bridge priority 4096");
    ip("link add x0 type vxlan id 5 dstport 4789");
    let mut conn = Connection::route().unwrap();
    let mut data = Vec::new();
    let mut links = conn.dump_as::<FewLink, _>(&GetlinkDump::new()).unwrap();
    while let Some(link) = links.next() {
        let link = link.unwrap();
        let Some(info) = link.linkinfo else { continue };
        assert!(link.header.ifi_index > 1 && link.ifname.is_some() && info.kind.is_some());
        data.push(info.data.unwrap());
    }
    drop(links);
    let [Few::Unknown(bridge), Few::Vxlan(vxlan)] = data.as_slice() else { panic!("{data:?}") };
    assert_eq!(vxlan.id, Some(5));
    let bridge: LinkinfoBridgeAttrs = nlkit::decode(bridge).unwrap();
    assert_eq!((bridge.priority, bridge.ageing_time), (Some(4096), Some(30000)));
}

/// The other way round: a kind that has no format can be made all the same.
#[test]
fn an_unknown_kind_is_sent_as_it_is_given() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let options = nlkit::encode(&LinkinfoBridgeAttrs::new().with_priority(8192)).unwrap();
    let info =
        LinkinfoAttrs::new().with_kind("bridge").with_data(LinkinfoDataMsg::Unknown(options));
    let request = NewlinkRequest::new().with_ifname("br0").with_linkinfo(info);
    conn.request_with(&request, brand_new()).unwrap();
    assert_eq!(ip_json("link show br0")[0]["linkinfo"]["info_data"]["priority"], 8192);
    let error = conn.request_with(
        &NewlinkRequest::new().with_linkinfo(LinkinfoAttrs::new().with_kind("no-such-kind")),
        brand_new(),
    );
    assert_eq!(
        kernel_error(error).to_string(),
        "rt-link newlink: Operation not supported (95): Unknown device type"
    );
}

#[test]
fn statistics_of_a_class_do_not_lose_a_dump() {
    let Some(mut conn) = with_pair() else { return };
    if !tc_can("qdisc add dev v0 root handle 1: htb") {
        return skip("this kernel has no htb");
    }
    assert!(tc_can("class add dev v0 parent 1: classid 1:1 htb rate 1mbit"));
    let header = Tcmsg::new().with_ifindex(index_of("v0") as i32);
    let classes = conn.dump(&GettclassDump::new().with_header(header)).unwrap();
    let classes: Vec<_> = classes.collect::<Result<_, _>>().unwrap();
    let [class] = classes.as_slice() else { panic!("{classes:?}") };
    let stats = class.stats2.as_ref().unwrap();
    let Some(TcaStatsAppMsg::Htb(of_htb)) = &stats.app else { panic!("{stats:?}") };
    assert_eq!((of_htb.lends, of_htb.borrows), (0, 0));
    assert!(of_htb.tokens > 0 && of_htb.ctokens > 0, "{of_htb:?}");
    assert_eq!(class.xstats, Some(TcaStatsAppMsg::Htb(*of_htb)));
}

/// RTM_DELLINK, which the kernel's own spec does not list, killed the listener.
#[test]
fn the_end_of_a_device_is_a_notification_like_others() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let mut events = conn.subscribe(RTNLGRP_LINK).unwrap();
    ip("link add i0 type ifb");
    ip("link del i0");
    ip("link add i1 type ifb");
    let mut gone = 0;
    for event in events.by_ref() {
        match event.unwrap() {
            Notification::DellinkNtf(link) => {
                assert_eq!(link.ifname.as_ref().unwrap(), "i0");
                assert_eq!(link.linkinfo.unwrap().kind.as_ref().unwrap(), "ifb");
                gone += 1;
            }
            Notification::NewlinkNtf(link) if link.ifname.as_ref().unwrap() == "i1" => break,
            Notification::NewlinkNtf(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(gone, 1);
}

fn encode_error<T: std::fmt::Debug>(result: Result<T, Error>) -> nlkit::EncodeError {
    match result {
        Err(Error::Encode(error)) => error,
        other => panic!("it should not encode: {other:?}"),
    }
}

/// The length of a nest has 16 bits, and wrapped.
#[test]
fn a_nest_above_64_kib_is_not_sent() {
    let Some(mut conn) = with_pair() else { return };
    let names: Vec<NlString> = (0..700).map(|it| format!("{it:0>120}").into()).collect();
    let list = PropListLinkAttrs::new().with_alt_ifname(names);
    let header = Ifinfomsg::new().with_ifi_index(index_of("v0") as i32);
    let request = NewlinkpropRequest::new().with_header(header).with_prop_list(list);
    let error = encode_error(conn.request_with(&request, brand_new()));
    assert_eq!(error.path(), ".prop-list");
    assert_eq!(error.kind(), &EncodeErrorKind::TooLong { len: 700 * 128 });

    let sources = vec![nlkit::HwAddr::from([2, 0, 0, 0, 0, 1]); 10_000];
    let list = MacvlanMacaddrDataAttrs::new().with_macaddr(sources);
    let data = LinkinfoMacvlanAttrs::new().with_macaddr_data(list);
    let info = LinkinfoAttrs::new()
        .with_kind("macvlan")
        .with_data(LinkinfoDataMsg::Macvlan(Box::new(data)));
    let request = NewlinkRequest::new().with_ifname("m0").with_linkinfo(info);
    let error = encode_error(conn.request_with(&request, brand_new()));
    assert_eq!(error.path(), ".linkinfo.data.macaddr-data");

    let v0 = link(&mut conn, "v0");
    assert!(v0.prop_list.is_none(), "nothing was sent, and the connection goes on");
}

#[test]
fn a_sub_message_without_its_selector_is_sent_with_it() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let data = || LinkinfoDataMsg::from(LinkinfoBridgeAttrs::new().with_forward_delay(700));
    let request = NewlinkRequest::new().with_ifname("br1");
    let request = request.with_linkinfo(LinkinfoAttrs::new().with_data(data()));
    conn.request_with(&request, brand_new()).unwrap();
    assert_eq!(ip_json("link show br1")[0]["linkinfo"]["info_kind"], "bridge");
    assert_eq!(ip_json("link show br1")[0]["linkinfo"]["info_data"]["forward_delay"], 700);

    let info = LinkinfoAttrs::new().with_kind("vxlan").with_data(data());
    let mut batch = conn.batch();
    let request = NewlinkRequest::new().with_ifname("br0").with_linkinfo(info);
    let error = encode_error(batch.add(&request, brand_new()));
    assert_eq!(error.path(), ".linkinfo.data");
    assert_eq!(error.kind(), &EncodeErrorKind::Selector { kind: "bridge" });
    assert_eq!(batch.send().unwrap().len(), 0, "the batch is as before");
    assert_eq!(ip_json("link show").len(), 2);
}

/// A failure in a batch left a socket on which every later call failed.
#[test]
fn a_connection_is_usable_after_a_batch_that_failed() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let nosuch = Ifinfomsg::new().with_ifi_index(4711).with_ifi_change(1);
    let mut batch = conn.batch();
    for _ in 0..3 {
        let request = NewlinkRequest::new().with_header(nosuch).with_mtu(1400);
        batch.add(&request, Modifiers::default()).unwrap();
    }
    let outcomes = batch.send().unwrap();
    assert_eq!(outcomes.len(), 3);
    for outcome in outcomes {
        let error = kernel_error(outcome);
        assert_eq!((error.errno, error.request.operation), (19, "newlink"), "{error}");
    }
    assert_eq!(link(&mut conn, "lo").header.ifi_index, 1);
    let all = conn.dump(&GetlinkDump::new()).unwrap().map(Result::unwrap).count();
    assert_eq!(all, 1);
    let error = kernel_error(conn.request(&GetlinkRequest::new().with_ifname("nosuch")));
    assert_eq!(error.errno, 19);
}
