//! Any datagrams, for the decoder: each byte is told of once, and those of a host with the other byte order
//! become those of ours.

use std::collections::BTreeMap;

use nlkit::wire::{ATTR_NESTED, Header, flag};
use nlkit_codegen::Builder;
use nlkit_dynamic::decoder::{Body, Context, Decoder, Lookup};
use nlkit_dynamic::{Family, Mode, Value};
use nlkit_tests::random::Random;
use nlkit_tests::raw;
use serde_json::json;

use crate::any::LAMP;
use crate::families::ours;

/// The protocol of the family with one of each construct.
const LAMPS: u16 = 20;
const GENERIC: u16 = 16;
/// The first id of a family; nlctrl has 16.
const FIRST: u16 = 17;

/// All families, those of generic netlink under ids in the order of their names.
struct All(BTreeMap<String, &'static Family>);

impl Lookup for All {
    fn generic(&mut self, name: &str) -> Option<&'static Family> {
        self.0.values().copied().find(|family| family.name() == name)
    }

    fn name_of(&mut self, id: u16) -> Option<String> {
        let at = usize::from(id.checked_sub(FIRST)?);
        self.0.values().nth(at).map(|family| family.name().to_owned())
    }

    fn raw(&mut self, protocol: u16) -> Vec<&'static Family> {
        let of = |family: &&'static Family| {
            family.ir().protocol == nlkit_codegen::ir::Protocol::Raw(protocol.try_into().unwrap())
        };
        self.0.values().copied().filter(of).collect()
    }
}

#[test]
fn all_bytes_are_told_of_and_nothing_panics() {
    let mut random = Random(0x2127_599b_f432_5c37);
    let families = ours();
    let mut decoder = Decoder::new(All(families.clone()));
    let (mut told, mut malformed) = (0, 0);
    for _ in 0..4000 {
        let mut datagram: Vec<u8> =
            (0..=random.below(3)).flat_map(|_| message(&mut random, &families)).collect();
        random.damage(&mut datagram);
        let protocol = [Some(GENERIC), Some(0), Some(12), None][random.below(4)];
        let context = Context { protocol, told: random.below(4) == 0, ..Context::default() };
        let mut end = 0;
        for message in decoder.feed(&datagram, &context) {
            assert_eq!(message.at, end, "{datagram:02x?}");
            end = nlkit::wire::align(message.at + message.bytes.len());
            told += usize::from(matches!(message.body, Body::Message(_)));
            malformed += usize::from(message.is_malformed());
        }
        assert!(end >= datagram.len(), "{end} of {datagram:02x?}");
        assert_eq!(decoder.to_native(&datagram, &context).len(), datagram.len());
    }
    assert!(told > 1000 && malformed > 500, "{told} told, {malformed} malformed");
}

/// A message of any family, or an end of an answer to one.
fn message(random: &mut Random, families: &BTreeMap<String, &'static Family>) -> Vec<u8> {
    let at = random.below(families.len());
    let family = *families.values().nth(at).unwrap();
    let mode = [Mode::Do, Mode::Dump][random.below(2)];
    let operation = family.operations().get(random.below(family.operations().len()));
    let call = operation.and_then(|operation| Some((operation, operation.call(mode)?)));
    // There are families that only tell.
    let Some((operation, call)) = call else { return Vec::new() };
    let asks = random.below(2) == 0;
    let (cmd, format) = match family.reply(operation, mode).filter(|_| !asks) {
        Some(reply) => (call.reply_id, reply),
        None => (call.request_id, family.request(operation, mode).unwrap()),
    };
    let attrs = random.message(format.set(), 3);
    let flags = [0, flag::REQUEST, flag::REQUEST | flag::DUMP, flag::MULTI][random.below(4)];
    let (seq, port) = (u32::try_from(random.below(3)).unwrap(), 0);
    let message = match family.ir().protocol {
        nlkit_codegen::ir::Protocol::Generic => {
            let id = FIRST + u16::try_from(at).unwrap();
            raw::genl(id, flags, seq, port, cmd.try_into().unwrap(), &attrs)
        }
        _ => raw::message(raw::header(cmd, flags, seq, port, attrs.len()), &attrs),
    };
    match random.below(4) {
        0 => raw::error(flag::ACK_TLVS, -22, &message, &raw::attr(2, &20_u32.to_ne_bytes())),
        _ => message,
    }
}

/// Numbers of a host with the other byte order.
fn turned<const N: usize>(mut bytes: [u8; N]) -> Vec<u8> {
    bytes.reverse();
    bytes.to_vec()
}

fn turned_attr(kind: u16, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(4 + payload.len()).unwrap();
    let mut bytes = [&turned(len.to_ne_bytes()), &turned(kind.to_ne_bytes()), payload].concat();
    bytes.resize(nlkit::wire::align(bytes.len()), 0);
    bytes
}

#[test]
fn each_construct_of_a_host_with_the_other_byte_order_is_turned() {
    let lamp = Builder::new().resolve_str("lamp.yaml", LAMP);
    let lamp = Family::new(lamp.unwrap_or_else(|report| panic!("{report}")));
    let get = lamp.request(lamp.operation("get").unwrap(), Mode::Do).unwrap();
    let id = |name: &str| get.attributes().iter().find(|it| it.name == name).unwrap().id;
    let (u16s, u32s) = (|it: u16| turned(it.to_ne_bytes()), |it: u32| turned(it.to_ne_bytes()));
    let u64s = |it: u64| turned(it.to_ne_bytes());
    // In network order wherever it comes from, then 2 bytes of padding.
    let point = [vec![0, 7, 0, 0], u32s(9), vec![2, b'a', b'b', 0]].concat();
    let on = turned_attr(1, &u32s(5));
    let cases: Vec<(&str, bool, Vec<u8>, Value)> = vec![
        ("id", false, u32s(3), json!(3)),
        ("name", false, b"hall\0".to_vec(), json!("hall")),
        ("mode", false, u32s(2), json!("blink")),
        ("features", false, u32s(5), json!(["dim", "timer"])),
        ("key", false, vec![1, 2, 3], json!("010203")),
        ("gateway", false, vec![192, 0, 2, 1], json!("192.0.2.1")),
        ("mask", false, u16s(0x1234), json!("0x1234")),
        ("big", false, u32s(7), json!(7)),
        ("big", false, u64s(1 << 40), json!(1_u64 << 40)),
        ("offset", false, turned((-2_i64).to_ne_bytes()), json!(-2)),
        ("point", false, point.clone(), json!({"x": 7, "y": 9, "mode": "blink", "label": "ab"})),
        (
            "line",
            false,
            [u32s(1), point.clone()].concat(),
            json!({"count": 1, "points": [{"x": 7, "y": 9, "mode": "blink", "label": "ab"}]}),
        ),
        (
            "bits",
            false,
            [u32s(1), u32s(4)].concat(),
            json!({"value": ["dim"], "selector": ["timer"]}),
        ),
        ("samples", false, [u16s(1), u16s(0xffff)].concat(), json!([1, -1])),
        ("timer", true, on.clone(), json!({"on-ms": 5})),
        ("indexed", true, turned_attr(4, &on), json!([{"4": {"on-ms": 5}}])),
        ("numbers", true, turned_attr(1, &u16s(6)), json!([6])),
        (
            "rules",
            true,
            turned_attr(3, &turned_attr(4, &on)),
            json!({"policy": 3, "number": 4, "on-ms": 5}),
        ),
        ("counters", true, turned_attr(3, &u64s(8)), json!({"index": 3, "value": 8})),
        ("steps", true, turned_attr(id("id"), &u32s(1)), json!([{"id": 1}])),
    ];
    let mut decoder = Decoder::new(All(BTreeMap::from([("lamp".to_owned(), lamp)])));
    let mut check = |attrs: &[u8], expected: Value| {
        let Header { len, kind, flags, seq, port } =
            raw::header(21, flag::REQUEST, 1, 2, attrs.len());
        let header = [u32s(len), u16s(kind), u16s(flags), u32s(seq), u32s(port)].concat();
        let datagram = [header, attrs.to_vec()].concat();
        let context = Context { protocol: Some(LAMPS), ..Context::default() };
        let native = decoder.to_native(&datagram, &context);
        let [message] = &decoder.feed(&native, &context)[..] else { panic!("one message") };
        let Body::Message(value) = &message.body else { panic!("{:?}", message.body) };
        assert_eq!(*value, expected);
    };
    for (name, is_nest, payload, value) in cases {
        let kind = if is_nest { id(name) | ATTR_NESTED } else { id(name) };
        check(&turned_attr(kind, &payload), json!({ name: value }));
    }
    let data = turned_attr(id("data"), &point);
    let attrs = [data, turned_attr(id("kind"), b"point\0")].concat();
    let inside = json!({"x": 7, "y": 9, "mode": "blink", "label": "ab"});
    check(&attrs, json!({"data": inside, "kind": "point"}));
    check(
        &turned_attr(99 | ATTR_NESTED, &on),
        json!({"UnknownAttr(99)": {"UnknownAttr(1)": hex(5)}}),
    );
}

/// What is not known to be a number stays as it is.
fn hex(number: u32) -> String {
    turned(number.to_ne_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
