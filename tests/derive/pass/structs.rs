//! Binary structs: where their members lie, and what a shorter or longer payload gives.

use std::net::Ipv4Addr;

use nlkit::{Be, Bytes, HwAddr, Le, NlAttrs, NlString, NlStruct, Octets, Rest};

#[derive(Clone, Debug, PartialEq, NlStruct)]
#[nl(default, setters, pad = 3)]
struct Lamp {
    level: u8,
    #[nl(pad = 1, as = Be<u16>)]
    port: u16,
    #[nl(as = Le<i32>)]
    offset: i32,
    address: Ipv4Addr,
    #[nl(as = Octets<6>)]
    name: NlString,
    #[nl(as = Octets<2>)]
    hardware: HwAddr,
    timer: Timer,
    last: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, NlStruct)]
#[nl(setters, pad = 1)]
struct Timer {
    on: [u8; 2],
    off: u8,
}

#[derive(Clone, Debug, Default, PartialEq, NlStruct)]
#[nl(setters)]
struct Timers {
    count: u8,
    #[nl(pad = 1, as = Rest)]
    timers: Vec<Timer>,
}

#[derive(Clone, Debug, Default, PartialEq, NlAttrs)]
#[nl(setters)]
struct Room {
    #[nl(id = 1)]
    lamp: Option<Lamp>,
    #[nl(id = 2)]
    timers: Vec<Timers>,
}

fn lamp() -> Lamp {
    Lamp::new()
        .with_level(1)
        .with_port(0x0203)
        .with_offset(-2)
        .with_address([4, 5, 6, 7])
        .with_name("hall")
        .with_hardware(HwAddr::new(&[8, 9]).unwrap())
        .with_timer(Timer::new().with_on([10, 11]).with_off(12))
        .with_last(13)
}

#[rustfmt::skip]
const LAMP: [u8; 28] = [
    1, 0, 2, 3,
    0xfe, 0xff, 0xff, 0xff,
    4, 5, 6, 7,
    b'h', b'a', b'l', b'l', 0, 0,
    8, 9,
    10, 11, 12, 0,
    13, 0, 0, 0,
];

#[test]
fn members_lie_side_by_side_and_padding_where_it_is_said() {
    assert_eq!([Lamp::LEN, Timer::LEN, Timers::LEN], [LAMP.len(), 4, 2]);
    let bytes = nlkit::encode(&Room::new().with_lamp(lamp())).unwrap();
    assert_eq!(bytes[4..], LAMP);
    assert_eq!(nlkit::decode::<Room>(&bytes).unwrap().lamp, Some(lamp()));
}

#[test]
fn padding_may_hold_anything() {
    let mut bytes = LAMP;
    for at in [1, 23, 25, 26, 27] {
        bytes[at] = 0xff;
    }
    assert_eq!(nlkit::read::<Lamp>(&bytes), lamp());
}

#[test]
fn what_is_missing_is_zero_and_what_is_more_is_left() {
    assert_eq!(nlkit::read::<Lamp>(&[]), Lamp::default());
    assert_eq!(nlkit::read::<Lamp>(&LAMP[..3]), Lamp::new().with_level(1).with_port(0x0200));
    let longer = [&LAMP[..], &[42, 43]].concat();
    let mut bytes = Bytes::new(&longer);
    assert_eq!(Lamp::get(&mut bytes), lamp());
    assert_eq!(bytes.rest(), [42, 43]);
}

/// By `default`, where the members' types have none.
#[test]
fn a_default_is_all_zero() {
    assert_eq!(Lamp::default().address, Ipv4Addr::UNSPECIFIED);
    assert_eq!(Lamp::default().hardware.as_bytes(), [0, 0]);

    #[derive(NlStruct)]
    #[nl(default)]
    struct Key {
        bytes: [u8; 64],
    }
    assert_eq!(Key::default().bytes, [0; 64]);
}

#[test]
fn the_last_member_may_take_all_that_is_left() {
    let timer = |off| Timer::new().with_off(off);
    let timers = Timers::new().with_count(2).with_timers([timer(1), timer(2)]);
    let room = Room::new().with_timers([timers, Timers::new()]);
    let bytes = nlkit::encode(&room).unwrap();
    assert_eq!(bytes[..2], 14u16.to_ne_bytes());
    assert_eq!(bytes[4..14], [2, 0, 0, 0, 1, 0, 0, 0, 2, 0]);
    assert_eq!(nlkit::decode::<Room>(&bytes).unwrap(), room);
}

/// A new kernel's struct in an old one's place: nothing is lost but what is not known.
#[test]
fn a_set_skips_what_a_longer_struct_holds() {
    let bytes = nlkit::encode(&Room::new().with_lamp(lamp()));

    #[derive(Default, NlStruct)]
    struct OldLamp {
        level: u8,
    }
    #[derive(Default, NlAttrs)]
    struct OldRoom {
        #[nl(id = 1)]
        lamp: Option<OldLamp>,
    }
    let room: OldRoom = nlkit::decode(&bytes.unwrap()).unwrap();
    assert_eq!(room.lamp.unwrap().level, 1);
}
