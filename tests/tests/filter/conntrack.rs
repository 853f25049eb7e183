//! Connections that the kernel tracks: those of real packets, of the tool `conntrack` and of ours.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use nlkit::{Connection, Modifiers, Netfilter};
use nlkit_specs::conntrack::{self as ct, NfCtStatus, NfCtTcpFlags, NfCtTcpState};
use nlkit_specs::nftables;
use nlkit_tests::namespace::kernel_error;

use crate::nftables::{commit, new_table};
use crate::witness::{in_namespace, nft, run, send_over_lo};

const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const UDP: u8 = 17;
const TCP: u8 = 6;
const ENOENT: i32 = 2;
const EEXIST: i32 = 17;

fn header(family: u8) -> ct::Nfgenmsg {
    ct::Nfgenmsg::new().with_nfgen_family(family)
}

fn ipv4(from: Ipv4Addr, to: Ipv4Addr) -> ct::TupleIpAttrs {
    ct::TupleIpAttrs::new().with_ip_v4_src(from).with_ip_v4_dst(to)
}

fn ports(protocol: u8, from: u16, to: u16) -> ct::TupleProtoAttrs {
    let proto = ct::TupleProtoAttrs::new().with_proto_num(protocol);
    proto.with_proto_src_port(from).with_proto_dst_port(to)
}

fn tuple(ip: ct::TupleIpAttrs, proto: ct::TupleProtoAttrs) -> ct::TupleAttrs {
    ct::TupleAttrs::new().with_tuple_ip(ip).with_tuple_proto(proto)
}

const HERE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const THERE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);

/// Both directions of a connection from port 1000 here to port 2000 there.
fn tuples(protocol: u8) -> [ct::TupleAttrs; 2] {
    let original = tuple(ipv4(HERE, THERE), ports(protocol, 1000, 2000));
    [original, tuple(ipv4(THERE, HERE), ports(protocol, 2000, 1000))]
}

fn new(protocol: u8) -> ct::NewRequest {
    let [original, reply] = tuples(protocol);
    let new = ct::NewRequest::new().with_header(header(AF_INET)).with_timeout(300);
    new.with_tuple_orig(original).with_tuple_reply(reply)
}

fn get(protocol: u8) -> ct::GetRequest {
    let [original, _] = tuples(protocol);
    ct::GetRequest::new().with_header(header(AF_INET)).with_tuple_orig(original)
}

/// Changes nothing but what is set afterwards.
fn change(protocol: u8) -> ct::NewRequest {
    let [original, _] = tuples(protocol);
    ct::NewRequest::new().with_header(header(AF_INET)).with_tuple_orig(original)
}

fn dump(conn: &mut Connection<Netfilter>, request: &ct::GetDump) -> Vec<ct::GetReply> {
    conn.dump(request).unwrap().map(Result::unwrap).collect()
}

/// The connections that the tool lists, each on a line with `NAME=VALUE` in it.
fn listed() -> Vec<String> {
    run("conntrack", "-L -o extended,id").lines().map(str::to_owned).collect()
}

/// The values of a name on such a line: of the original direction, then of the reply.
fn values<'l>(line: &'l str, name: &str) -> Vec<&'l str> {
    let pairs = line.split(' ').filter_map(|word| word.split_once('='));
    pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).collect()
}

fn setting(name: &str, value: u32) {
    std::fs::write(format!("/proc/sys/net/netfilter/{name}"), value.to_string()).unwrap();
}

#[test]
fn a_connection_of_ours_is_listed_changed_and_deleted() {
    if !in_namespace(&["conntrack"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let create = Modifiers::CREATE | Modifiers::EXCL;
    let ours = new(UDP).with_mark(7).with_status(NfCtStatus::CONFIRMED | NfCtStatus::ASSURED);
    conn.request_with(&ours, create).unwrap();
    let again = kernel_error(conn.request_with(&ours, create));
    assert_eq!(again.errno, EEXIST, "{again}");

    let line = listed().remove(0);
    assert_eq!(values(&line, "src"), ["10.0.0.1", "10.0.0.2"]);
    assert_eq!(values(&line, "dst"), ["10.0.0.2", "10.0.0.1"]);
    assert_eq!(values(&line, "sport"), ["1000", "2000"]);
    assert_eq!(values(&line, "mark"), ["7"]);
    assert!(line.contains(" udp ") && line.contains("[ASSURED]"), "{line}");

    let found = conn.request(&get(UDP)).unwrap();
    assert_eq!([found.tuple_orig.unwrap(), found.tuple_reply.unwrap()], tuples(UDP));
    assert_eq!(values(&line, "id"), [found.id.unwrap().to_string()]);
    assert_eq!(found.status, Some(NfCtStatus::CONFIRMED | NfCtStatus::ASSURED));
    assert!((1..=300).contains(&found.timeout.unwrap()));
    assert_eq!((found.mark, found.header.nfgen_family), (Some(7), AF_INET));

    let marked = change(UDP).with_mark(0xf0).with_mark_mask(0xff).with_timeout(4000);
    conn.request(&marked).unwrap();
    let found = conn.request(&get(UDP)).unwrap();
    // The bits of the mask are cleared, then those of the mark flipped.
    assert_eq!(found.mark, Some(0xf0));
    assert!((3000..=4000).contains(&found.timeout.unwrap()));
    assert_eq!(values(&listed()[0], "mark"), ["240"]);

    let other = ct::DeleteRequest::new().with_header(header(AF_INET));
    let other = other.with_tuple_orig(tuples(UDP)[0].clone());
    let wrong = other.clone().with_id(found.id.unwrap() ^ 1);
    assert_eq!(kernel_error(conn.request(&wrong)).errno, ENOENT, "of another id");
    conn.request(&other).unwrap();
    assert_eq!(listed(), [""; 0]);
    assert_eq!(kernel_error(conn.request(&get(UDP))).errno, ENOENT);
}

#[test]
fn a_tcp_connection_of_ours_has_its_state() {
    if !in_namespace(&["conntrack"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let flags = |flags| ct::NfCtTcpFlagsMask::new().with_flags(flags).with_mask(flags);
    let tcp = ct::ProtoinfoTcpAttrs::new()
        .with_tcp_state(NfCtTcpState::ESTABLISHED)
        .with_tcp_wscale_original(7)
        .with_tcp_wscale_reply(9)
        .with_tcp_flags_original(flags(NfCtTcpFlags::WINDOW_SCALE | NfCtTcpFlags::SACK_PERM))
        .with_tcp_flags_reply(flags(NfCtTcpFlags::WINDOW_SCALE));
    let ours = new(TCP).with_protoinfo(ct::ProtoinfoAttrs::new().with_protoinfo_tcp(tcp));
    conn.request_with(&ours, Modifiers::CREATE | Modifiers::EXCL).unwrap();
    assert!(listed()[0].contains(" ESTABLISHED "), "{:?}", listed());

    let found = conn.request(&get(TCP)).unwrap().protoinfo.unwrap().protoinfo_tcp.unwrap();
    assert_eq!(found.tcp_state, Some(NfCtTcpState::ESTABLISHED));
    assert_eq!((found.tcp_wscale_original, found.tcp_wscale_reply), (Some(7), Some(9)));
    let flags = found.tcp_flags_original.unwrap().flags;
    assert!(flags.contains(NfCtTcpFlags::WINDOW_SCALE | NfCtTcpFlags::SACK_PERM), "{flags}");
    let flags = found.tcp_flags_reply.unwrap().flags;
    assert!(!flags.contains(NfCtTcpFlags::SACK_PERM), "{flags}");

    let close = ct::ProtoinfoTcpAttrs::new().with_tcp_state(NfCtTcpState::CLOSE_WAIT);
    let close = change(TCP).with_protoinfo(ct::ProtoinfoAttrs::new().with_protoinfo_tcp(close));
    conn.request(&close).unwrap();
    assert!(listed()[0].contains(" CLOSE_WAIT "), "{:?}", listed());
}

#[test]
fn nat_of_ours_shows_in_the_reply() {
    if !in_namespace(&["conntrack"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let ports = ct::NatProtoAttrs::new().with_nat_port_min(5000).with_nat_port_max(5000);
    let address = Ipv4Addr::new(10, 0, 0, 9);
    let nat = ct::NatAttrs::new().with_nat_v4_minip(address).with_nat_v4_maxip(address);
    let ours = new(UDP).with_nat_src(nat.with_nat_proto(ports));
    conn.request_with(&ours, Modifiers::CREATE | Modifiers::EXCL).unwrap();
    let line = listed().remove(0);
    assert_eq!((values(&line, "dst")[1], values(&line, "dport")[1]), ("10.0.0.9", "5000"));
    let found = conn.request(&get(UDP)).unwrap();
    assert!(found.status.unwrap().contains(NfCtStatus::SRC_NAT | NfCtStatus::SRC_NAT_DONE));
    assert_eq!(found.tuple_reply.unwrap().tuple_ip, Some(ipv4(THERE, address)));
}

#[test]
fn connections_of_the_tool_are_dumped() {
    if !in_namespace(&["conntrack"]) {
        return;
    }
    run("conntrack", "-I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1000 --dport 2000 -t 300 -m 7");
    run(
        "conntrack",
        "-I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 1000 --dport 2000 -t 300 --state SYN_SENT -w 5",
    );
    run(
        "conntrack",
        "-I -p icmpv6 -s fd00::1 -d fd00::2 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 77 -t 9",
    );
    let mut conn = Connection::netfilter().unwrap();
    let all = dump(&mut conn, &ct::GetDump::new());
    let find = |protocol| {
        let number = |entry: &ct::GetReply| entry.tuple_orig.clone()?.tuple_proto?.proto_num;
        all.iter().find(|entry| number(entry) == Some(protocol)).expect("an entry")
    };
    assert_eq!(all.len(), 3);
    let udp = find(UDP);
    assert_eq!([udp.tuple_orig.clone().unwrap(), udp.tuple_reply.clone().unwrap()], tuples(UDP));
    assert_eq!((udp.mark, udp.zone), (Some(7), None));
    let tcp = find(TCP);
    let state = tcp.protoinfo.clone().unwrap().protoinfo_tcp.unwrap().tcp_state;
    assert_eq!((tcp.zone, state), (Some(5), Some(NfCtTcpState::SYN_SENT)));
    let icmp = find(58);
    assert_eq!(icmp.header.nfgen_family, AF_INET6);
    let original = icmp.tuple_orig.clone().unwrap();
    let addresses: [Ipv6Addr; 2] = ["fd00::1".parse().unwrap(), "fd00::2".parse().unwrap()];
    let [from, to] = addresses;
    let expected = ct::TupleIpAttrs::new().with_ip_v6_src(from).with_ip_v6_dst(to);
    assert_eq!(original.tuple_ip, Some(expected));
    let proto = ct::TupleProtoAttrs::new().with_proto_num(58).with_proto_icmpv6_id(77);
    let proto = proto.with_proto_icmpv6_type(128).with_proto_icmpv6_code(0);
    assert_eq!(original.tuple_proto, Some(proto));
}

#[test]
fn a_dump_takes_families_marks_and_filters() {
    if !in_namespace(&["conntrack"]) {
        return;
    }
    for (port, mark) in [(1, 0x11), (2, 0x21), (3, 0x12)] {
        let arguments = format!("-I -p udp -s 10.0.0.1 -d 10.0.0.{port} --sport 9 --dport {port}");
        run("conntrack", &format!("{arguments} -t 300 -m {mark}"));
    }
    let mut conn = Connection::netfilter().unwrap();
    let ports = |conn: &mut Connection<Netfilter>, request: &ct::GetDump| {
        let port = |entry: ct::GetReply| entry.tuple_orig?.tuple_proto?.proto_dst_port;
        let mut ports: Vec<_> = dump(conn, request).into_iter().filter_map(port).collect();
        ports.sort_unstable();
        ports
    };
    let marked = ct::GetDump::new().with_mark(1).with_mark_mask(0xf);
    assert_eq!(ports(&mut conn, &marked), [1, 2]);
    assert_eq!(ports(&mut conn, &ct::GetDump::new().with_header(header(AF_INET))), [1, 2, 3]);
    assert_eq!(ports(&mut conn, &ct::GetDump::new().with_header(header(AF_INET6))), [0; 0]);
    let filter = ct::FilterAttrs::new().with_orig_flags(1 << 1).with_reply_flags(0);
    let to = tuple(ct::TupleIpAttrs::new().with_ip_v4_dst(THERE), ct::TupleProtoAttrs::new());
    let mut filtered = ct::GetDump::new().with_header(header(AF_INET)).with_filter(filter);
    filtered.tuple_orig = Some(to);
    assert_eq!(ports(&mut conn, &filtered), [2]);
}

/// A rule that has the kernel track what leaves.
fn track() {
    nft("add table inet t
         add chain inet t out { type filter hook output priority 0; }
         add rule inet t out ct state new ct mark set 9");
    setting("nf_conntrack_acct", 1);
    setting("nf_conntrack_timestamp", 1);
}

fn v4(address: SocketAddr) -> (Ipv4Addr, u16) {
    match address {
        SocketAddr::V4(address) => (*address.ip(), address.port()),
        SocketAddr::V6(address) => panic!("{address}"),
    }
}

/// What the kernel tracks of a datagram from one socket to another.
fn tuple_of(from: &UdpSocket, to: &UdpSocket) -> ct::TupleAttrs {
    let (from, to) = (v4(from.local_addr().unwrap()), v4(to.local_addr().unwrap()));
    tuple(ipv4(from.0, to.0), ports(UDP, from.1, to.1))
}

#[test]
fn packets_are_counted() {
    if !in_namespace(&["conntrack", "nft"]) {
        return;
    }
    track();
    let (client, server) = send_over_lo(72);
    client.send_to(&[0; 22], server.local_addr().unwrap()).unwrap();
    server.send_to(&[0; 2], client.local_addr().unwrap()).unwrap();
    let mut conn = Connection::netfilter().unwrap();
    let get = ct::GetRequest::new().with_header(header(AF_INET));
    let get = get.with_tuple_orig(tuple_of(&client, &server));
    let found = conn.request(&get).unwrap();
    let counters =
        |packets, bytes| Some(ct::CounterAttrs::new().with_packets(packets).with_bytes(bytes));
    assert_eq!(found.counters_orig, counters(2, 150));
    assert_eq!(found.counters_reply, counters(1, 30));
    assert_eq!((found.mark, found.tuple_reply), (Some(9), Some(tuple_of(&server, &client))));
    assert!(found.status.unwrap().contains(NfCtStatus::SEEN_REPLY | NfCtStatus::CONFIRMED));
    let timestamp = found.timestamp.unwrap();
    assert!(timestamp.start.unwrap() > 0 && timestamp.stop.is_none());
    let line = listed().remove(0);
    assert_eq!(
        (values(&line, "packets"), values(&line, "bytes")),
        (vec!["2", "1"], vec!["150", "30"])
    );

    let zero = ct::GetCtrzeroRequest::new().with_header(header(AF_INET));
    let zero = zero.with_tuple_orig(tuple_of(&client, &server));
    assert_eq!(conn.request(&zero).unwrap().counters_orig, counters(2, 150), "as it was before");
    assert_eq!(conn.request(&get).unwrap().counters_orig, counters(0, 0));
    let all: Vec<_> = conn.dump(&ct::GetCtrzeroDump::new()).unwrap().map(Result::unwrap).collect();
    assert_eq!(all.len(), 1);
    assert_eq!(values(&listed()[0], "packets"), ["0", "0"]);
}

/// The next message of conntrack: whether it says that the connection is new, and what it says.
fn next(listener: &mut Connection<Netfilter>) -> (bool, ct::Notification) {
    const NLM_F_CREATE: u16 = 0x400;
    let message = listener.notification().unwrap();
    let create = message.message().header().flags & NLM_F_CREATE != 0;
    let event = listener.decode_notification::<ct::Notification>(&message);
    (create, event.expect("one of conntrack").unwrap())
}

#[test]
fn listeners_are_told_of_new_changed_and_gone_connections() {
    if !in_namespace(&["conntrack", "nft"]) {
        return;
    }
    track();
    let mut listener = Connection::netfilter().unwrap();
    listener.join(ct::NFNLGRP_CONNTRACK_NEW).unwrap();
    listener.join(ct::NFNLGRP_CONNTRACK_UPDATE).unwrap();
    listener.join(ct::NFNLGRP_CONNTRACK_DESTROY).unwrap();
    let (client, server) = send_over_lo(72);
    let (true, ct::Notification::NewNtf(new)) = next(&mut listener) else { panic!("not new") };
    assert_eq!(new.tuple_orig, Some(tuple_of(&client, &server)));
    assert_eq!((new.mark, new.counters_orig), (Some(9), None));

    server.send_to(&[0; 2], client.local_addr().unwrap()).unwrap();
    let (false, ct::Notification::NewNtf(replied)) = next(&mut listener) else { panic!("new") };
    assert!(replied.status.unwrap().contains(NfCtStatus::SEEN_REPLY));
    assert_eq!(replied.id, new.id);
    let mark = ct::NewRequest::new().with_header(header(AF_INET)).with_mark(12);
    let mut conn = Connection::netfilter().unwrap();
    conn.request(&mark.with_tuple_orig(tuple_of(&client, &server))).unwrap();
    let (false, ct::Notification::NewNtf(marked)) = next(&mut listener) else { panic!("new") };
    assert_eq!((marked.mark, marked.id), (Some(12), new.id));

    run("conntrack", "-D -p udp");
    let ct::Notification::DeleteNtf(gone) = next(&mut listener).1 else { panic!("not gone") };
    assert_eq!((gone.id, gone.mark), (new.id, Some(12)));
    let counted = gone.counters_orig.unwrap();
    assert_eq!((counted.packets, counted.bytes), (Some(1), Some(100)));
    assert!(gone.timestamp.unwrap().stop.is_some());
}

#[test]
fn a_subscription_is_of_one_family_among_two() {
    if !in_namespace(&["conntrack"]) {
        return;
    }
    let mut listener = Connection::netfilter().unwrap();
    listener.join(nftables::NFNLGRP_NFTABLES).unwrap();
    listener.join(ct::NFNLGRP_CONNTRACK_NEW).unwrap();
    let mut conn = Connection::netfilter().unwrap();
    commit(&mut conn, |batch| batch.add(&new_table("t"), Modifiers::CREATE));
    conn.request_with(&new(UDP), Modifiers::CREATE | Modifiers::EXCL).unwrap();
    let mut connections = listener.subscribe(ct::NFNLGRP_CONNTRACK_NEW).unwrap();
    let event = connections.next().unwrap().unwrap();
    let ct::Notification::NewNtf(entry) = event else { panic!("{event:?}") };
    assert_eq!(entry.tuple_orig, Some(tuples(UDP)[0].clone()));
    drop(connections);
    let mut tables = listener.subscribe(nftables::NFNLGRP_NFTABLES).unwrap();
    let event = tables.next().unwrap().unwrap();
    let nftables::Notification::NewtableNtf(table) = event else { panic!("{event:?}") };
    assert_eq!(table.name.unwrap(), "t");
}

#[test]
fn the_statistics_are_those_of_the_tool() {
    if !in_namespace(&["conntrack"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    conn.request_with(&new(UDP), Modifiers::CREATE | Modifiers::EXCL).unwrap();
    conn.request_with(&new(TCP), Modifiers::CREATE | Modifiers::EXCL).unwrap();
    let stats = conn.dump(&ct::GetStatsDump::new()).unwrap().map(Result::unwrap);
    let lines = run("conntrack", "-S");
    let lines: Vec<_> = lines.lines().map(|line| line.replace('\t', " ")).collect();
    let mut inserted = 0;
    for (cpu, (stat, line)) in stats.zip(&lines).enumerate() {
        assert_eq!(stat.header.res_id, u16::try_from(cpu).unwrap());
        let insert = stat.insert.unwrap();
        assert_eq!(values(line, "cpu"), [cpu.to_string()]);
        assert_eq!(values(line, "insert"), [insert.to_string()]);
        assert_eq!(values(line, "drop"), [stat.drop.unwrap().to_string()]);
        inserted += insert;
    }
    assert_eq!(inserted, 2);

    let global = conn.request(&ct::GetStatsGlobalRequest::new()).unwrap();
    assert_eq!(run("conntrack", "-C").trim(), global.entries.unwrap().to_string());
    let most = std::fs::read_to_string("/proc/sys/net/netfilter/nf_conntrack_max").unwrap();
    assert_eq!(
        (global.entries, most.trim()),
        (Some(2), global.max_entries.unwrap().to_string().as_str())
    );
}
