use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::run::{command, data, nlkit, with_input};

/// Writes captures, in either byte order.
#[derive(Clone, Copy)]
struct Order(bool);

impl Order {
    fn u32(self, number: u32) -> [u8; 4] {
        if self.0 { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    fn u16(self, number: u16) -> [u8; 2] {
        if self.0 { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    /// The begin of a pcap file.
    fn pcap(self, magic: u32, link: u32) -> Vec<u8> {
        let version = [self.u16(2), self.u16(4)].concat();
        [
            &self.u32(magic)[..],
            &version,
            &self.u32(0),
            &self.u32(0),
            &self.u32(65535),
            &self.u32(link),
        ]
        .concat()
    }

    /// A packet of a pcap file, of which the last `cut` bytes were not captured.
    fn packet(self, seconds: u32, fraction: u32, data: &[u8], cut: usize) -> Vec<u8> {
        let len = |len: usize| self.u32(u32::try_from(len).unwrap());
        let kept = &data[..data.len() - cut];
        [&self.u32(seconds)[..], &self.u32(fraction), &len(kept.len()), &len(data.len()), kept]
            .concat()
    }

    /// A block of a pcapng file.
    fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let padding = vec![0; body.len().next_multiple_of(4) - body.len()];
        let len = self.u32(u32::try_from(12 + body.len() + padding.len()).unwrap());
        [&self.u32(kind)[..], &len, body, &padding, &len].concat()
    }
}

const LITTLE: Order = Order(cfg!(target_endian = "big"));
const BIG: Order = Order(!cfg!(target_endian = "big"));

/// A datagram behind the header of an nlmon device; its kind is 7 to the kernel, 6 from there.
fn cooked(kind: u16, protocol: u16, datagram: &[u8]) -> Vec<u8> {
    let mut header = [0; 16];
    header[..2].copy_from_slice(&kind.to_be_bytes());
    header[2..4].copy_from_slice(&824_u16.to_be_bytes());
    header[14..].copy_from_slice(&protocol.to_be_bytes());
    [&header[..], datagram].concat()
}

/// RTM_GETLINK of an index, with a name.
fn getlink(order: Order, index: u32) -> Vec<u8> {
    let mut header = [0; 16];
    header[4..8].copy_from_slice(&order.u32(index));
    let name = [&order.u16(7)[..], &order.u16(3), b"lo\0\0"].concat();
    let head =
        [&order.u32(40)[..], &order.u16(18), &order.u16(1), &order.u32(5), &order.u32(0)].concat();
    [&head[..], &header, &name].concat()
}

fn decoded(capture: &[u8]) -> Vec<Value> {
    with_input("decode --offline -o jsonl", capture).ok().records()
}

#[test]
fn a_real_capture_decodes_without_anything_said() {
    // Linux 7.2: `nlkit monitor` and `ip` at work, written by tcpdump.
    let file = data("nlmon.pcap");
    let records = nlkit(&format!("decode --offline -o jsonl {}", file.display())).ok().records();
    assert_eq!(records[0]["time"], "2026-11-21T16:21:28.272981Z");
    assert!(records.iter().all(|record| record.get("malformed").is_none()));
    // The id of netdev was told in the capture, hundreds of messages before.
    let asked =
        records.iter().find(|it| it["family"] == "netdev" && it["kind"] == "request").unwrap();
    assert_eq!(asked["header"]["type"], 22);
    assert_eq!(asked["message"], json!({ "ifindex": 0 }));
    let refused =
        records.iter().find(|it| it["family"] == "netdev" && it["kind"] == "error").unwrap();
    assert_eq!(refused["end"]["errno"], "ERANGE");
    assert_eq!(refused["end"]["attribute"], ".ifindex");
    assert_eq!(refused["end"]["policy"], "u32, 1 to 4294967295");
    let made = records
        .iter()
        .find(|it| it["operation"] == "newlink" && it["message"]["linkinfo"]["kind"] == "veth");
    assert_eq!(made.unwrap()["header"]["flags"], json!(["request", "ack", "excl", "create"]));
}

#[test]
fn times_of_pcap_are_in_micro_or_nanoseconds() {
    let packet = cooked(7, 0, &getlink(LITTLE, 1));
    for (magic, fraction) in [(0xa1b2_c3d4, 250_000), (0xa1b2_3c4d, 250_000_000)] {
        let file =
            [LITTLE.pcap(magic, 253), LITTLE.packet(1_700_000_000, fraction, &packet, 0)].concat();
        let records = decoded(&file);
        assert_eq!(records[0]["time"], "2023-11-14T22:13:20.250000Z");
        assert_eq!(records[0]["message"]["ifname"], "lo");
        assert_eq!(records[0]["protocol"], "route");
    }
}

#[test]
fn the_direction_is_that_of_the_capture() {
    let mut told = getlink(LITTLE, 1);
    told[6] = 0; // no NLM_F_REQUEST
    for (kind, to_kernel) in [(7, true), (6, false), (4, false)] {
        let file = [LITTLE.pcap(0xa1b2_c3d4, 253), LITTLE.packet(0, 0, &cooked(kind, 0, &told), 0)]
            .concat();
        assert_eq!(decoded(&file)[0]["to-kernel"], to_kernel, "{kind}");
    }
}

#[test]
fn captures_of_any_device_have_the_cooked_headers_of_linux() {
    let datagram = getlink(LITTLE, 1);
    let first =
        [LITTLE.pcap(0xa1b2_c3d4, 113), LITTLE.packet(0, 0, &cooked(4, 0, &datagram), 0)].concat();
    assert_eq!(decoded(&first)[0]["operation"], "getlink");
    // Protocol, reserved, device, ARPHRD, packet type, length of an address, address.
    let header =
        [&0_u16.to_be_bytes()[..], &[0; 6], &824_u16.to_be_bytes(), &[7, 0], &[0; 8]].concat();
    let packet = [header, datagram].concat();
    let second = [LITTLE.pcap(0xa1b2_c3d4, 276), LITTLE.packet(0, 0, &packet, 0)].concat();
    assert_eq!(decoded(&second)[0]["operation"], "getlink");
    assert_eq!(decoded(&second)[0]["to-kernel"], true);
}

#[test]
fn simple_packets_of_pcapng_have_no_time_and_are_of_the_first_device() {
    let section = LITTLE
        .block(0x0a0d_0d0a, &[&LITTLE.u32(0x1a2b_3c4d)[..], &[1, 0, 0, 0], &[0xff; 8]].concat());
    let device = LITTLE.block(1, &[&[253, 0, 0, 0][..], &[0; 4]].concat());
    let packet = |datagram: &[u8]| {
        let data = cooked(7, 0, datagram);
        let len = LITTLE.u32(u32::try_from(data.len()).unwrap());
        LITTLE.block(3, &[&len[..], &data].concat())
    };
    let datagram = getlink(LITTLE, 1);
    let file = [section, device, packet(&datagram), packet(&datagram[..39])].concat();
    let records = with_input("decode --offline -o jsonl", &file).records();
    assert_eq!(records.len(), 2, "{records:?}");
    assert_eq!((&records[0]["operation"], records[0].get("time")), (&json!("getlink"), None));
    // The byte that fills the other one up is none of it.
    assert_eq!(records[1]["malformed"], "its length is 40, but 39 bytes are left");
}

#[test]
fn pcapng_has_devices_with_their_own_clocks() {
    let section = LITTLE
        .block(0x0a0d_0d0a, &[&LITTLE.u32(0x1a2b_3c4d)[..], &[1, 0, 0, 0], &[0xff; 8]].concat());
    let device = |options: &[u8]| {
        LITTLE.block(1, &[&LITTLE.u16(253)[..], &[0, 0], &LITTLE.u32(0), options].concat())
    };
    // if_tsresol: in nanoseconds.
    let nanos = [&LITTLE.u16(9)[..], &LITTLE.u16(1), &[9, 0, 0, 0], &[0; 4]].concat();
    let packet = |device: u32, time: u64| {
        let data = cooked(7, 0, &getlink(LITTLE, 1));
        let len = LITTLE.u32(u32::try_from(data.len()).unwrap());
        let (high, low) = ((time >> 32) as u32, time as u32);
        let head = [LITTLE.u32(device), LITTLE.u32(high), LITTLE.u32(low), len, len].concat();
        LITTLE.block(6, &[head, data].concat())
    };
    let file = [
        section.clone(),
        device(&[]),
        device(&nanos),
        packet(0, 1_700_000_000_250_000),
        packet(1, 1_700_000_000_250_000_000),
        section,
        device(&nanos),
        packet(0, 1_700_000_001_250_000_000),
    ]
    .concat();
    let records = decoded(&file);
    let times: Vec<&Value> = records.iter().map(|record| &record["time"]).collect();
    assert_eq!(
        times,
        [
            "2023-11-14T22:13:20.250000Z",
            "2023-11-14T22:13:20.250000Z",
            "2023-11-14T22:13:21.250000Z",
        ]
    );
}

#[test]
fn what_was_not_captured_whole_is_told_in_place() {
    let packet = cooked(7, 0, &getlink(LITTLE, 1));
    let file = [
        LITTLE.pcap(0xa1b2_c3d4, 253),
        LITTLE.packet(0, 0, &packet, 10),
        LITTLE.packet(0, 0, &packet, 0),
    ]
    .concat();
    let ran = with_input("decode --offline -o jsonl", &file);
    assert_eq!(ran.code, 7);
    let records = ran.records();
    assert_eq!(records[0]["malformed"], "cut: 30 of its 40 bytes were captured");
    assert_eq!(records[0]["header"]["seq"], 5);
    assert_eq!(records[1]["operation"], "getlink");
}

#[test]
fn a_capture_that_breaks_off_is_told_behind_what_it_holds() {
    let packet = LITTLE.packet(0, 0, &cooked(7, 0, &getlink(LITTLE, 1)), 0);
    let file = [&LITTLE.pcap(0xa1b2_c3d4, 253)[..], &packet, &packet[..20]].concat();
    let ran = with_input("decode --offline -o jsonl", &file);
    assert_eq!(ran.code, 7);
    let records = ran.records();
    assert_eq!(records[0]["operation"], "getlink");
    assert_eq!(records[1]["fault"], "the capture breaks off: it ends in the middle of a packet");
}

#[test]
fn packets_of_something_else_are_counted() {
    let file = [LITTLE.pcap(0xa1b2_c3d4, 1), LITTLE.packet(0, 0, &[0; 60], 0)].concat();
    let ran = with_input("decode --offline -o jsonl", &file);
    assert_eq!(ran.code, 7);
    assert_eq!(ran.records()[0]["fault"], "1 packets of the capture are not of netlink");
}

/// NLMSG_ERROR for a request of generic netlink, which it repeats, with words, an offset and a policy; before
/// it NEWFAMILY, which tells the id of the family, and the request.
fn refused(order: Order) -> Vec<Vec<u8>> {
    let attr = |id: u16, payload: &[u8]| {
        let len = u16::try_from(4 + payload.len()).unwrap();
        let padding = vec![0; payload.len().next_multiple_of(4) - payload.len()];
        [&order.u16(len)[..], &order.u16(id), payload, &padding].concat()
    };
    let message = |kind: u16, flags: u16, port: u32, body: &[u8]| {
        let len = order.u32(u32::try_from(16 + body.len()).unwrap());
        [&len[..], &order.u16(kind), &order.u16(flags), &order.u32(9), &order.u32(port), body]
            .concat()
    };
    let groups = attr(1, &[attr(1, b"mgmt\0"), attr(2, &order.u32(4))].concat());
    let family = [attr(1, &order.u16(20)), attr(2, b"netdev\0"), attr(7, &groups)].concat();
    let family = message(16, 0, 3, &[&[1, 2, 0, 0], &family[..]].concat());
    let request = message(20, 5, 0, &[&[1, 1, 0, 0], &attr(1, &order.u32(0))[..]].concat());
    let policy = [attr(1, &order.u32(4)), attr(4, &[&order.u32(1)[..], &[0; 4]].concat())];
    let policy = if order.0 == BIG.0 {
        [policy[0].clone(), attr(4, &1_u64.swap_bytes().to_ne_bytes())]
    } else {
        policy
    };
    let ext_ack =
        [attr(1, b"no\0"), attr(2, &order.u32(20)), attr(0x8004, &policy.concat())].concat();
    let code = order.u32((-34_i32).cast_unsigned());
    let error = message(2, 0x200, 77, &[&code[..], &request, &ext_ack].concat());
    vec![family, request, error]
}

#[test]
fn errors_and_nests_of_a_host_of_the_other_byte_order_say_the_same() {
    let of = |order: Order| {
        let packets =
            refused(order).into_iter().map(|it| order.packet(1, 0, &cooked(4, 16, &it), 0));
        decoded(&[order.pcap(0xa1b2_c3d4, 253), packets.collect::<Vec<_>>().concat()].concat())
    };
    let ours = of(LITTLE);
    assert_eq!(ours[0]["message"]["mcast-groups"], json!([{ "1": { "name": "mgmt", "id": 4 } }]));
    assert_eq!(ours[1]["message"], json!({ "ifindex": 0 }));
    assert_eq!(ours[2]["end"]["errno"], "ERANGE");
    assert_eq!(ours[2]["end"]["attribute"], ".ifindex");
    assert_eq!(ours[2]["end"]["msg"], "no");
    assert!(ours[2]["end"]["policy"].is_string());
    assert_eq!(of(BIG), ours);
}

#[test]
fn a_host_of_the_other_byte_order_says_the_same() {
    let of = |order: Order| {
        let packet = cooked(7, 0, &getlink(order, 3));
        [order.pcap(0xa1b2_c3d4, 253), order.packet(1_700_000_000, 0, &packet, 0)].concat()
    };
    let ours = decoded(&of(LITTLE));
    assert_eq!(ours[0]["message"]["ifi-index"], 3);
    assert_eq!(decoded(&of(BIG)), ours);
}

#[test]
fn what_a_pipe_holds_is_printed_before_more_comes() {
    let packet = cooked(7, 0, &getlink(LITTLE, 1));
    let pcap = LITTLE.pcap(0xa1b2_c3d4, 253);
    let pcap = [&pcap[..], &LITTLE.packet(1, 2, &packet, 0)].concat();
    let section = [&LITTLE.u32(0x1a2b_3c4d)[..], &LITTLE.u16(1), &LITTLE.u16(0), &[0xff; 8]];
    let device = [&LITTLE.u16(253)[..], &LITTLE.u16(0), &LITTLE.u32(0)].concat();
    let simple = [&LITTLE.u32(u32::try_from(packet.len()).unwrap())[..], &packet].concat();
    let pcapng = [
        LITTLE.block(0x0a0d_0d0a, &section.concat()),
        LITTLE.block(1, &device),
        LITTLE.block(3, &simple),
    ];
    for capture in [pcap, pcapng.concat()] {
        // All at once, and with a header that comes in two parts.
        for first in [0, 3, 10] {
            let mut command = command("decode --offline -o jsonl -");
            let mut child =
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the command");
            let mut input = child.stdin.take().expect("stdin");
            input.write_all(&capture[..first]).unwrap();
            input.write_all(&capture[first..]).unwrap();
            let mut line = String::new();
            // The input stays open meanwhile.
            BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).unwrap();
            assert!(line.contains("\"getlink\""), "{line}");
            drop(input);
            assert!(child.wait().unwrap().success());
        }
    }
}
