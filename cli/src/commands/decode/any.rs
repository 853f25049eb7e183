//! A test, whose `unwrap` is a failure of that. Inputs at random: whatever they hold, decoding ends, and never panics.

use std::cell::RefCell;
use std::io::Cursor;
use std::rc::Rc;

use nlkit_dynamic::decoder::{Context, Decoder, Direction};
use proptest::collection::vec;
use proptest::prelude::*;

use super::input::{self, FamilyId, Format, Item};
use crate::hexdump;
use crate::lookup::{Ids, SpecLookup};
use crate::print::Printer;
use crate::shown::{self, Beside};
use crate::specs::Specs;

thread_local! {
    /// One for all cases: specs are read once.
    static DECODER: RefCell<Decoder<SpecLookup>> = {
        let ids = vec![(20, "netdev".to_owned()), (21, "ethtool".to_owned())];
        let ids = Rc::new(RefCell::new(Ids::new(ids, true)));
        RefCell::new(Decoder::new(SpecLookup::new(Specs::default(), ids).unwrap()))
    };
}

/// Reads an input to its end, and decodes what it holds in both byte orders.
fn decode(input: Vec<u8>, format: Format) {
    let family: FamilyId = Rc::new(|name| (name == "netdev").then_some(20));
    let Ok(items) = input::read(Box::new(Cursor::new(input)), format, "input", &family) else {
        return;
    };
    for item in items {
        if let Ok(Item::Datagram(datagram)) = item {
            for protocol in [None, Some(0), Some(12), Some(16)] {
                feed(&datagram.bytes, protocol, datagram.cut_from);
            }
        }
    }
}

fn feed(bytes: &[u8], protocol: Option<u16>, cut_from: Option<usize>) {
    DECODER.with_borrow_mut(|decoder| {
        for direction in [None, Some(Direction::ToKernel), Some(Direction::FromKernel)] {
            let context = Context { protocol, direction, cut_from, ..Context::default() };
            let turned = decoder.to_native(bytes, &context);
            for bytes in [bytes, &turned] {
                let mut at = 0;
                for message in decoder.feed(bytes, &context) {
                    assert_eq!(message.at, at, "messages follow each other");
                    at += nlkit::wire::align(message.bytes.len());
                    let pieces = hexdump::pieces(&message);
                    let covered: usize = pieces.iter().map(|piece| piece.len).sum();
                    assert_eq!(covered, message.bytes.len(), "{pieces:?}");
                    let mut printer = Printer::sink();
                    shown::print(&mut printer, &message, &Beside::default()).unwrap();
                    let raw = Beside { raw: Some(true), ..Beside::default() };
                    shown::print(&mut printer, &message, &raw).unwrap();
                }
                assert!(at >= bytes.len(), "nothing is passed over");
            }
        }
    });
}

/// A datagram whose headers make sense, of families that are known.
fn plausible() -> impl Strategy<Value = Vec<u8>> {
    let body = vec(prop_oneof![Just(0_u8), Just(8), 0_u8..40, any::<u8>()], 0..120);
    let kind = prop_oneof![0_u16..5, 16_u16..24, 90_u16..120, 0x100_u16..0x108, 0xa00_u16..0xa1a];
    let flags = prop_oneof![Just(1_u16), Just(0x301), Just(2), Just(0x300), Just(0), any::<u16>()];
    let message = (kind, flags, 0_u32..3, 0_u32..3, -2_i64..3, body);
    vec(message, 1..4).prop_map(|messages| {
        let mut datagram = Vec::new();
        for (kind, flags, seq, port, wrong, body) in messages {
            let len = i64::try_from(16 + body.len()).unwrap_or(16);
            // Sometimes a length that is not quite right.
            let len = u32::try_from(len + if wrong == 2 { 2 } else { 0 }).unwrap_or(16);
            let header = nlkit::wire::Header { len, kind, flags, seq, port };
            datagram.extend(header.to_bytes());
            datagram.extend(body);
            datagram.resize(nlkit::wire::align(datagram.len()), 0);
        }
        datagram
    })
}

/// Pieces of what strace prints, in any order.
fn strace() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "sendto(3, ",
        "recvmsg(4, ",
        "socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "\"",
        "\\x",
        "\\0",
        "\\377",
        "...",
        ", ",
        "nlmsg_len=20",
        "nlmsg_type=NLMSG_ERROR",
        "nlmsg_flags=0",
        "nlmsg_seq=1",
        "nlmsg_pid=0",
        "msg_iov=[{iov_base=",
        "error=-EINVAL",
        "msg=",
        " = 20",
        " = -1 ENOBUFS",
        "<unfinished ...>",
        "<... recvmsg resumed>",
        "[pid 7] ",
        "12:00:00.1 ",
        "\n",
        " | 00000  14 00 00 00  .... |",
        " * 4 bytes in buffer 0",
        "/* c */",
        "<NETLINK:[ROUTE:1]>",
        "é",
        "3<",
    ];
    vec(proptest::sample::select(PIECES), 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_of_any_kind_end_without_a_panic(bytes in vec(any::<u8>(), 0..300)) {
        for format in [Format::Auto, Format::Hex, Format::Strace, Format::Raw, Format::Pcap] {
            decode(bytes.clone(), format);
        }
    }

    #[test]
    fn datagrams_that_look_right_are_shown_whole(bytes in plausible()) {
        decode(bytes, Format::Raw);
    }

    #[test]
    fn captures_of_any_packets_end(
        magic in proptest::sample::select(&[0xa1b2_c3d4_u32, 0xa1b2_3c4d, 0x0a0d_0d0a][..]),
        big: bool,
        behind in vec(prop_oneof![Just(0_u8), Just(253), any::<u8>()], 0..200),
        bytes in plausible(),
    ) {
        let number = |number: u32| if big { number.to_be_bytes() } else { number.to_le_bytes() };
        let head = [number(magic), number(0x0004_0002), number(0), number(0), number(65535), number(253)];
        let len = number(u32::try_from(16 + bytes.len()).unwrap_or(0));
        let packet = [&head.concat()[..], &[0; 8], &len, &len, &[0, 4, 3, 0x38], &[0; 12], &bytes, &behind];
        decode(packet.concat(), Format::Pcap);
    }

    #[test]
    fn lines_of_strace_in_any_order_end(text in strace()) {
        decode(text.into_bytes(), Format::Strace);
    }

    #[test]
    fn hex_of_any_form_ends(text in "([0-9a-f]{2,9}[ :|]{0,2}|0x|\n|\t|é|  ){0,60}") {
        decode(text.into_bytes(), Format::Hex);
    }
}
