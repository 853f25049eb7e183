//! Traffic control: queueing disciplines, classes, filters.

use std::net::{Ipv4Addr, UdpSocket};

use nlkit::{Connection, Modifiers, Route};
use nlkit_specs::tc::{
    DelchainRequest, DelqdiscRequest, DeltclassRequest, DeltfilterRequest, GetchainDump,
    GetqdiscDump, GetqdiscReply, GetqdiscRequest, GettclassDump, GettclassReply, GettclassRequest,
    GettfilterDump, GettfilterRequest, GnetEstimator, HtbAttrs, NewchainRequest, NewqdiscRequest,
    NewtclassRequest, NewtfilterRequest, Notification, OptionsMsg, RTNLGRP_TC, TbfAttrs,
    TcFifoQopt, TcHtbGlob, TcHtbOpt, TcRatespec, TcSizespec, TcTbfQopt, TcU32Key, TcU32Sel,
    TcaStabAttrs, TcaStatsAppMsg, Tcmsg, U32Attrs,
};
use nlkit_tests::namespace::{assert_shows, index_of, ip, kernel_error, tc, tc_can, tc_json};
use nlkit_tests::skip::skip;
use serde_json::{Value, json};

use crate::{brand_new, with_pair};

/// `TC_H_ROOT`.
const ROOT: u32 = u32::MAX;
/// `TC_H_CLSACT`, which is `TC_H_INGRESS` too.
const INGRESS: u32 = 0xffff_fff1;
/// Ethernet, without a table of rates.
const ETHERNET: u8 = 1;

/// A handle as `tc` writes it: `1:10`.
const fn handle(major: u32, minor: u32) -> u32 {
    major << 16 | minor
}

fn on(device: &str, handle: u32, parent: u32) -> Tcmsg {
    let index = i32::try_from(index_of(device)).unwrap();
    Tcmsg::new().with_ifindex(index).with_handle(handle).with_parent(parent)
}

fn kind(options: &OptionsMsg) -> &'static str {
    nlkit::SubMessage::kind(options).unwrap()
}

fn qdisc(header: Tcmsg, options: OptionsMsg) -> NewqdiscRequest {
    NewqdiscRequest::new().with_header(header).with_kind(kind(&options)).with_options(options)
}

fn class(header: Tcmsg, options: TcHtbOpt) -> NewtclassRequest {
    let options = OptionsMsg::Htb(Box::new(HtbAttrs::new().with_parms(options)));
    NewtclassRequest::new().with_header(header).with_kind("htb").with_options(options)
}

fn rate(bytes: u32) -> TcRatespec {
    TcRatespec::new().with_linklayer(ETHERNET).with_rate(bytes)
}

/// htb on `v0` whose class 1:16 takes what no filter catches.
fn htb(conn: &mut Connection<Route>) {
    let init = TcHtbGlob::new().with_version(3).with_rate2quantum(20).with_defcls(0x16);
    let options = HtbAttrs::new().with_init(init).with_direct_qlen(77);
    let request = qdisc(on("v0", handle(1, 0), ROOT), OptionsMsg::Htb(Box::new(options)));
    conn.request_with(&request, brand_new()).unwrap();
}

fn qdiscs(conn: &mut Connection<Route>, device: &str) -> Vec<GetqdiscReply> {
    let index = i32::try_from(index_of(device)).unwrap();
    let all = conn.dump(&GetqdiscDump::new()).unwrap().map(Result::unwrap);
    all.filter(|qdisc| qdisc.header.ifindex == index).collect()
}

/// A single qdisc. The kernel sends it to those that listen; to the asker only as an echo.
fn look_up(conn: &mut Connection<Route>, header: Tcmsg) -> GetqdiscReply {
    let request = GetqdiscRequest::new().with_header(header);
    let told = conn.request_echo(&request, Modifiers::default()).unwrap();
    match <[_; 1]>::try_from(told) {
        Ok([Notification::NewqdiscNtf(qdisc)]) => qdisc,
        other => panic!("{other:?}"),
    }
}

fn classes(conn: &mut Connection<Route>, device: &str) -> Vec<GettclassReply> {
    let header = on(device, 0, 0);
    conn.dump(&GettclassDump::new().with_header(header)).unwrap().map(Result::unwrap).collect()
}

/// Asserts that `tc` shows a qdisc as we do.
fn assert_qdisc(qdisc: &GetqdiscReply, shown: &Value) {
    let parent = |it: u32| match it {
        ROOT => Value::Null,
        INGRESS => json!("ffff:fff1"),
        it if it >> 16 == 0 => json!(format!(":{:x}", it & 0xffff)),
        it => json!(format!("{:x}:{}", it >> 16, hex(it & 0xffff))),
    };
    let stats = qdisc.stats2.as_ref().unwrap();
    let (basic, queue) = (stats.basic.unwrap(), stats.queue.unwrap());
    assert_shows(
        shown,
        &json!({
            "kind": qdisc.kind,
            "handle": format!("{:x}:", qdisc.header.handle >> 16),
            "parent": parent(qdisc.header.parent),
            "root": (qdisc.header.parent == ROOT).then_some(true),
            "bytes": basic.bytes,
            "packets": basic.packets,
            "drops": queue.drops,
            "overlimits": queue.overlimits,
            "requeues": queue.requeues,
            "backlog": queue.backlog,
            "qlen": queue.qlen,
        }),
    );
    // The same counters in the older form.
    let older = qdisc.stats.unwrap();
    assert_eq!((older.bytes, older.packets), (basic.bytes, basic.packets));
    assert_eq!((older.drops, older.qlen), (queue.drops, queue.qlen));
    assert_options(qdisc.options.as_ref(), &shown["options"]);
}

/// A number of a handle: 0 is left out.
fn hex(number: u32) -> String {
    if number == 0 { String::new() } else { format!("{number:x}") }
}

fn assert_options(options: Option<&OptionsMsg>, shown: &Value) {
    let of_kind = match options {
        Some(OptionsMsg::Pfifo(fifo) | OptionsMsg::Bfifo(fifo)) => json!({ "limit": fifo.limit }),
        Some(OptionsMsg::PfifoFast(bands)) => {
            json!({ "bands": bands.bands, "priomap": bands.priomap })
        }
        Some(OptionsMsg::Htb(htb)) => {
            let init = htb.init.unwrap();
            json!({
                "r2q": init.rate2quantum,
                "default": format!("{:#x}", init.defcls),
                "direct_packets_stat": init.direct_pkts,
                "direct_qlen": htb.direct_qlen,
            })
        }
        Some(OptionsMsg::Tbf(tbf)) => json!({ "rate": tbf.parms.unwrap().rate.rate }),
        Some(OptionsMsg::Clsact | OptionsMsg::Ingress | OptionsMsg::Mq) | None => json!({}),
        other => panic!("{other:?}"),
    };
    assert_shows(shown, &of_kind);
}

/// The number behind a word in what `tc` prints.
fn number_after(text: &str, word: &str) -> i64 {
    let rest = text.split_once(word).unwrap_or_else(|| panic!("no {word:?} in {text}")).1;
    let number: String = rest.chars().take_while(|it| it.is_ascii_digit() || *it == '-').collect();
    number.parse().unwrap()
}

/// Keeps devices from saying anything unasked, so that counters stand still.
fn quiet(device: &str) {
    std::fs::write(format!("/proc/sys/net/ipv6/conf/{device}/disable_ipv6"), "1").unwrap();
}

/// Sends packets out of `v0`.
fn send(packets: usize) {
    ip("addr add 10.0.0.1/24 dev v0");
    ip("neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev v0");
    let socket = UdpSocket::bind((Ipv4Addr::new(10, 0, 0, 1), 0)).unwrap();
    for _ in 0..packets {
        socket.send_to(&[7; 58], (Ipv4Addr::new(10, 0, 0, 2), 9)).unwrap();
    }
}

#[test]
fn queueing_disciplines_that_tc_makes_are_decoded() {
    let Some(mut conn) = with_pair() else { return };
    ip("link add q0 numtxqueues 2 type ifb");
    ip("link set q0 up");
    quiet("v0");
    quiet("v1");
    quiet("q0");
    let made = [
        ("v0", "root pfifo limit 55", "pfifo"),
        ("v0", "root bfifo limit 5555", "bfifo"),
        ("v0", "root pfifo_fast", "pfifo_fast"),
        ("v0", "root htb default 16 r2q 20 direct_qlen 77", "htb"),
        ("v0", "root tbf rate 800kbit burst 4k limit 9k", "tbf"),
        ("v1", "ingress", "ingress"),
        ("v1", "clsact", "clsact"),
        ("q0", "root mq", "mq"),
    ];
    for (device, qdisc, kind) in made {
        if !tc_can(&format!("qdisc replace dev {device} {qdisc}")) {
            skip(&format!("this kernel has no {kind}"));
            continue;
        }
        let read = qdiscs(&mut conn, device);
        let shown = tc_json(&format!("qdisc show dev {device}"));
        assert_eq!(read.len(), shown.len());
        assert!(read.iter().any(|it| it.kind.as_ref().unwrap() == kind), "{read:?}");
        for (read, shown) in read.iter().zip(&shown) {
            assert_qdisc(read, shown);
        }
        if kind == "ingress" {
            tc("qdisc del dev v1 ingress");
        }
    }
}

#[test]
fn a_format_that_is_just_a_struct_is_made_changed_and_gone() {
    let Some(mut conn) = with_pair() else { return };
    let fifo = |limit| OptionsMsg::Pfifo(TcFifoQopt::new().with_limit(limit));
    let header = on("v0", handle(0x11, 0), ROOT);
    conn.request_with(&qdisc(header, fifo(55)), brand_new()).unwrap();
    let shown = tc_json("qdisc show dev v0").remove(0);
    assert_shows(&shown, &json!({ "kind": "pfifo", "handle": "11:", "root": true }));
    assert_eq!(shown["options"]["limit"], 55);
    assert_eq!(kernel_error(conn.request_with(&qdisc(header, fifo(66)), brand_new())).errno, 17);

    conn.request_with(&qdisc(header, fifo(77)), Modifiers::CREATE | Modifiers::REPLACE).unwrap();
    let found = look_up(&mut conn, header);
    assert_eq!(found.options, Some(fifo(77)));
    assert_eq!(tc_json("qdisc show dev v0")[0]["options"]["limit"], 77);
    conn.request(&DelqdiscRequest::new().with_header(header)).unwrap();
    assert!(!qdiscs(&mut conn, "v0").iter().any(|it| it.header.handle == header.handle));
}

#[test]
fn a_format_with_nothing_is_just_its_kind() {
    let Some(mut conn) = with_pair() else { return };
    let header = on("v0", handle(0xffff, 0), INGRESS);
    conn.request_with(&qdisc(header, OptionsMsg::Clsact), brand_new()).unwrap();
    let kinds: Vec<_> = tc_json("qdisc show dev v0").iter().map(|it| it["kind"].clone()).collect();
    assert!(kinds.contains(&json!("clsact")), "{kinds:?}");
    let read = qdiscs(&mut conn, "v0");
    let read = read.iter().find(|it| it.header.parent == INGRESS).unwrap();
    assert_eq!(read.kind.as_ref().unwrap(), "clsact");
    assert!(matches!(read.options, None | Some(OptionsMsg::Clsact)), "{read:?}");
}

#[test]
fn a_token_bucket_has_its_rates() {
    let Some(mut conn) = with_pair() else { return };
    let parameters = TcTbfQopt::new()
        .with_rate(rate(100_000))
        .with_peakrate(rate(200_000))
        .with_limit(9216)
        .with_mtu(1600);
    let options = TbfAttrs::new().with_parms(parameters).with_burst(4096).with_pburst(1600);
    let header = on("v0", handle(1, 0), ROOT);
    let request = qdisc(header, OptionsMsg::Tbf(Box::new(options)));
    match conn.request_with(&request, brand_new()) {
        Err(error) if error.errno() == Some(2) => return skip("this kernel has no tbf"),
        made => made.unwrap(),
    }
    let shown = tc("-d qdisc show dev v0");
    let expected = "rate 800Kbit burst 4Kb/1 mpu 0b peakrate 1600Kbit mtu 1600b/1";
    assert!(shown.contains(expected), "{shown}");
    let found = look_up(&mut conn, header);
    let Some(OptionsMsg::Tbf(read)) = &found.options else { panic!("{found:?}") };
    let read = read.parms.unwrap();
    assert_eq!((read.rate.rate, read.peakrate.rate, read.limit), (100_000, 200_000, 9216));
    assert_eq!((read.rate.linklayer, read.rate.overhead), (ETHERNET, 0));
    // In ticks of 64 ns: 4096 bytes at 100,000 in a second.
    assert_eq!(read.buffer, 640_000);
}

#[test]
fn classes_have_their_rates_and_their_counters() {
    let Some(mut conn) = with_pair() else { return };
    quiet("v0");
    quiet("v1");
    if !tc_can("qdisc add dev v1 root htb") {
        return skip("this kernel has no htb");
    }
    htb(&mut conn);
    // In ticks of 64 ns: 3072 bytes at 125,000 in a second, and 5120 at 250,000.
    let top = TcHtbOpt::new()
        .with_rate(rate(125_000).with_overhead(12).with_mpu(64))
        .with_ceil(rate(250_000).with_overhead(12).with_mpu(64))
        .with_buffer(384_000)
        .with_cbuffer(320_000);
    conn.request_with(&class(on("v0", handle(1, 1), handle(1, 0)), top), brand_new()).unwrap();
    let leaf = top.with_prio(3).with_quantum(2500);
    conn.request_with(&class(on("v0", handle(1, 0x16), handle(1, 1)), leaf), brand_new()).unwrap();
    send(3);

    let shown = tc("-s -d class show dev v0 classid 1:16");
    let expected = "class htb 1:16 parent 1:1 leaf";
    assert!(shown.contains("class htb 1:16 parent 1:1 "), "{expected}: {shown}");
    let expected = "prio 3 quantum 2500 rate 1Mbit overhead 12 ceil 2Mbit linklayer ethernet \
                    burst 3Kb/1 mpu 64b cburst 5Kb/1 mpu 64b level 0";
    assert!(shown.contains(expected), "{shown}");
    let classes = classes(&mut conn, "v0");
    assert_eq!(classes.len(), 2);
    let read = classes.iter().find(|it| it.header.handle == handle(1, 0x16)).unwrap();
    assert_eq!(read.header.parent, handle(1, 1));
    let Some(OptionsMsg::Htb(options)) = &read.options else { panic!("{read:?}") };
    let parameters = options.parms.unwrap();
    assert_eq!(parameters.rate, leaf.rate);
    assert_eq!((parameters.buffer, parameters.cbuffer), (384_000, 320_000));
    assert_eq!((parameters.prio, parameters.quantum, parameters.level), (3, 2500, 0));

    let request = GettclassRequest::new().with_header(on("v0", handle(1, 0x16), 0));
    let told = conn.request_echo(&request, Modifiers::default()).unwrap();
    let [Notification::NewtclassNtf(looked_up)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(looked_up.options, read.options);

    let stats = read.stats2.as_ref().unwrap();
    let basic = stats.basic.unwrap();
    assert_eq!((basic.packets, basic.bytes), (3, 300));
    assert_eq!(number_after(&shown, "Sent "), 300);
    let Some(TcaStatsAppMsg::Htb(of_htb)) = &stats.app else { panic!("{stats:?}") };
    assert_eq!(i64::from(of_htb.lends), number_after(&shown, "lended: "));
    assert_eq!(of_htb.lends, 3);
    assert_eq!(i64::from(of_htb.borrows), number_after(&shown, "borrowed: "));
    assert_eq!(i64::from(of_htb.giants), number_after(&shown, "giants: "));
    let Some(TcaStatsAppMsg::Htb(older)) = &read.xstats else { panic!("{read:?}") };
    assert_eq!(older.lends, 3);
}

#[test]
fn a_filter_has_all_of_its_keys() {
    let Some(mut conn) = with_pair() else { return };
    if !tc_can("qdisc add dev v1 root htb") || !tc_can("qdisc add dev v0 ingress") {
        return skip("this kernel has no htb or no ingress");
    }
    htb(&mut conn);
    let key = |mask, val, off| TcU32Key::new().with_mask(mask).with_val(val).with_off(off);
    let keys = vec![
        key(0xffff_ff00, 0x0a01_0200, 12),
        key(0x0000_ffff, 80, 20),
        key(0x00ff_0000, 0x0006_0000, 8),
    ];
    // TC_U32_TERMINAL
    let selector = TcU32Sel::new().with_flags(1).with_nkeys(3).with_keys(keys.clone());
    let options = U32Attrs::new().with_classid(handle(1, 0x10)).with_sel(selector);
    let info = 10 << 16 | u32::from(0x0800_u16.to_be());
    let header = on("v0", 0, handle(1, 0)).with_info(info);
    let request = NewtfilterRequest::new()
        .with_header(header)
        .with_kind("u32")
        .with_options(OptionsMsg::U32(Box::new(options)));
    match conn.request_with(&request, brand_new()) {
        Err(error) if error.errno() == Some(2) => return skip("this kernel has no u32"),
        made => made.unwrap(),
    }
    // Its JSON has several fields `match`.
    let shown = tc("-d filter show dev v0 parent 1:");
    for part in [
        "protocol ip pref 10 u32 chain 0",
        "flowid 1:10",
        "match 0a010200/ffffff00 at 12",
        "match 00000050/0000ffff at 20",
        "match 00060000/00ff0000 at 8",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let of_parent = GettfilterDump::new().with_header(on("v0", 0, handle(1, 0)));
    let filters: Vec<_> = conn.dump(&of_parent).unwrap().map(Result::unwrap).collect();
    let options = |filter: &GetqdiscReply| match &filter.options {
        Some(OptionsMsg::U32(options)) => Some((**options).clone()),
        None => None,
        other => panic!("{other:?}"),
    };
    let with_keys = filters.iter().find(|it| options(it).is_some_and(|it| it.sel.is_some()));
    let filter = with_keys.unwrap();
    let read = options(filter).unwrap();
    assert_eq!(read.sel.unwrap().keys, keys);
    assert_eq!(read.classid, Some(handle(1, 0x10)));
    assert_eq!((filter.header.info, filter.chain), (info, Some(0)));

    let lookup = GettfilterRequest::new().with_header(filter.header).with_kind("u32");
    assert_eq!(options(&conn.request(&lookup).unwrap()).unwrap().sel.unwrap().nkeys, 3);
    let delete = DeltfilterRequest::new().with_header(filter.header).with_kind("u32");
    conn.request(&delete).unwrap();
    assert!(!tc("filter show dev v0 parent 1:").contains("match"));
}

#[test]
fn a_filter_that_tc_makes_is_decoded() {
    let Some(mut conn) = with_pair() else { return };
    let filter = "filter add dev v0 parent ffff: protocol ipv6 prio 7 u32 match ip6 dst fd00::1/128 \
                  match ip6 dport 443 0xffff classid 1:7";
    if !tc_can("qdisc add dev v0 handle ffff: ingress") || !tc_can(filter) {
        return skip("this kernel has no ingress or no u32");
    }
    let of_parent = GettfilterDump::new().with_header(on("v0", 0, handle(0xffff, 0)));
    let filters: Vec<_> = conn.dump(&of_parent).unwrap().map(Result::unwrap).collect();
    let keys = filters.iter().find_map(|filter| match &filter.options {
        Some(OptionsMsg::U32(options)) => options.sel.clone(),
        _ => None,
    });
    let selector = keys.unwrap();
    assert_eq!((usize::from(selector.nkeys), selector.keys.len()), (5, 5));
    let key = |val, mask, off| TcU32Key::new().with_val(val).with_mask(mask).with_off(off);
    assert_eq!(selector.keys[0], key(0xfd00_0000, u32::MAX, 24));
    assert_eq!(selector.keys[3], key(1, u32::MAX, 36));
    assert_eq!(selector.keys[4], key(443, 0xffff, 40));
}

#[test]
fn a_rate_is_estimated_where_it_is_asked_for() {
    let Some(mut conn) = with_pair() else { return };
    let header = on("v0", handle(1, 0), ROOT);
    let fifo = OptionsMsg::Pfifo(TcFifoQopt::new().with_limit(55));
    let estimator = GnetEstimator::new().with_interval(-2).with_ewma_log(3);
    conn.request_with(&qdisc(header, fifo).with_rate(estimator), brand_new()).unwrap();
    let found = look_up(&mut conn, header);
    let stats = found.stats2.unwrap();
    assert_eq!(stats.rate_est.unwrap().bps, 0);
    assert!(tc("-s qdisc show dev v0").contains("rate 0bit 0pps"));
}

/// Filters for which the device does not count: they are of the block, and dumped by its number.
#[test]
fn a_block_of_filters_has_chains_and_serves_two_devices() {
    const OF_BLOCK: i32 = -1;
    let Some(mut conn) = with_pair() else { return };
    for device in ["v0", "v1"] {
        let header = on(device, handle(0xffff, 0), INGRESS);
        let request = qdisc(header, OptionsMsg::Clsact).with_ingress_block(7);
        conn.request_with(&request, brand_new()).unwrap();
    }
    let shown = tc("qdisc show");
    assert_eq!(shown.matches("clsact ffff: dev v").count(), 2, "{shown}");
    assert_eq!(shown.matches("ingress_block 7").count(), 2, "{shown}");
    let read = qdiscs(&mut conn, "v1");
    assert!(read.iter().any(|it| it.ingress_block == Some(7)), "{read:?}");

    let block = Tcmsg::new().with_ifindex(OF_BLOCK).with_parent(7);
    conn.request_with(&NewchainRequest::new().with_header(block).with_chain(5), brand_new())
        .unwrap();
    assert_eq!(tc("chain show block 7").trim(), "chain chain 5");
    let chains = conn.dump(&GetchainDump::new().with_header(block)).unwrap();
    let chains: Vec<_> = chains.map(|chain| chain.unwrap().chain).collect();
    assert_eq!(chains, [Some(5)]);
    if tc_can("filter add block 7 chain 5 protocol ip prio 3 u32 match ip src 10.0.0.9 classid 1:1")
    {
        let of_chain = GettfilterDump::new().with_header(block).with_chain(5);
        let filters = conn.dump(&of_chain).unwrap().map(Result::unwrap);
        let filters: Vec<_> = filters.filter(|it| it.chain == Some(5)).collect();
        assert!(filters.iter().all(|it| it.kind.as_ref().unwrap() == "u32"), "{filters:?}");
        assert_eq!(filters.len(), 3, "the priority, its table, and the filter");
    }
    conn.request(&DelchainRequest::new().with_header(block).with_chain(5)).unwrap();
    assert_eq!(tc("chain show block 7").trim(), "");
}

#[test]
fn sizes_of_packets_are_corrected_by_a_table() {
    let Some(mut conn) = with_pair() else { return };
    let base = TcSizespec::new().with_overhead(20).with_linklayer(ETHERNET.into()).with_mpu(64);
    let fifo = OptionsMsg::Pfifo(TcFifoQopt::new().with_limit(55));
    let header = on("v0", handle(1, 0), ROOT);
    let request = qdisc(header, fifo).with_stab(TcaStabAttrs::new().with_base(base));
    conn.request_with(&request, brand_new()).unwrap();
    let shown = tc("-d qdisc show dev v0");
    assert!(shown.contains("linklayer ethernet overhead 20 mpu 64"), "{shown}");
    assert_eq!(look_up(&mut conn, header).stab.unwrap().base, Some(base));
}

#[test]
fn what_is_wrong_is_told_in_words() {
    let Some(mut conn) = with_pair() else { return };
    let header = on("v0", handle(1, 0), ROOT);
    let request = NewqdiscRequest::new().with_header(header).with_kind("nosuch");
    let error = kernel_error(conn.request_with(&request, brand_new()));
    assert_eq!(
        error.to_string(),
        "tc newqdisc: No such file or directory (2): Specified qdisc kind is unknown"
    );
    if !tc_can("qdisc add dev v0 handle ffff: ingress") {
        return skip("this kernel has no ingress");
    }
    let options = U32Attrs::new().with_classid(1).with_indev("a-name-that-is-too-long");
    let info = 10 << 16 | u32::from(0x0800_u16.to_be());
    let request = NewtfilterRequest::new()
        .with_header(on("v0", 0, handle(0xffff, 0)).with_info(info))
        .with_kind("u32")
        .with_options(OptionsMsg::U32(Box::new(options)));
    let error = kernel_error(conn.request_with(&request, brand_new()));
    assert_eq!((error.errno, error.attribute.as_deref()), (34, Some(".options.indev")), "{error}");
}

#[test]
fn what_comes_and_goes_is_told() {
    let Some(mut conn) = with_pair() else { return };
    if !tc_can("qdisc add dev v1 root htb") {
        return skip("this kernel has no htb");
    }
    let mut listener = Connection::route().unwrap();
    let mut events = listener.subscribe(RTNLGRP_TC).unwrap();
    htb(&mut conn);
    let header = on("v0", handle(1, 1), handle(1, 0));
    let options = TcHtbOpt::new().with_rate(rate(125_000)).with_ceil(rate(125_000)).with_buffer(9);
    conn.request_with(&class(header, options), brand_new()).unwrap();
    conn.request(&DeltclassRequest::new().with_header(header)).unwrap();
    conn.request(&DelqdiscRequest::new().with_header(on("v0", 0, ROOT))).unwrap();

    // A new one may take the place of another, whose end is told too.
    let mut of_v0 = || loop {
        let event = events.next().unwrap().unwrap();
        let told = match &event {
            Notification::NewqdiscNtf(it) => ("new", it),
            Notification::DelqdiscNtf(it) => ("gone", it),
            Notification::NewtclassNtf(it) => ("new class", it),
            Notification::DeltclassNtf(it) => ("class gone", it),
            other => panic!("{other:?}"),
        };
        if told.1.kind.as_ref().unwrap() == "htb" {
            return (told.0, told.1.header.handle);
        }
    };
    assert_eq!(of_v0(), ("new", handle(1, 0)));
    assert_eq!(of_v0(), ("new class", handle(1, 1)));
    assert_eq!(of_v0(), ("class gone", handle(1, 1)));
    assert_eq!(of_v0(), ("gone", handle(1, 0)));
}
