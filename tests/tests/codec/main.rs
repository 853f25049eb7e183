//! Attributes by the byte: what the kernel will read, and what does not fit or cannot be read.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod decoding;
mod encoding;
mod names;
mod structs;
mod sub_messages;

use nlkit::{
    Array, Be, DecodeErrorKind, EncodeErrorKind, HwAddr, IndexedArray, Keyed, Le, NlAttrs, NlStr,
    NlString, Sint, Uint,
};
use nlkit_tests::raw;
use nlkit_tests::tunnel::{AllowedIp, ByKey, Endpoint, Peer, Tunnel};

/// A number that lies in fewer bytes than it has.
#[derive(Clone, Copy, Default, PartialEq)]
struct Wide(u32);
impl nlkit::Names for Wide {
    const NAMES: &'static [(u64, &'static str)] = &[(1, "one")];
}
nlkit::open_enum!(Wide, u32);
nlkit::narrow!(Wide, u8);

#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
struct Room {
    #[nl(id = 1)]
    number: Option<u32>,
    #[nl(id = 2)]
    behind: Option<Box<Room>>,
    #[nl(id = 3)]
    rooms: Vec<Room>,
    #[nl(id = 4, as = IndexedArray)]
    boxes: Option<Vec<Room>>,
    #[nl(id = 5, as = Keyed<Keyed>)]
    floors: Option<ByKey<ByKey<Room>>>,
    #[nl(id = 6, as = u8)]
    wide: Option<Wide>,
    #[nl(id = 7)]
    name: Option<NlString>,
    #[nl(id = 8)]
    key: Option<Vec<u8>>,
    #[nl(id = 9, as = Array<u8>)]
    wides: Option<Vec<Wide>>,
    #[nl(id = 10, as = IndexedArray<u8>)]
    list: Option<Vec<Wide>>,
    #[nl(id = 11, as = Array<u32>)]
    numbers: Option<Vec<u32>>,
    #[nl(id = 12)]
    names: Vec<NlString>,
    #[nl(id = 13, as = IndexedArray)]
    labels: Option<Vec<NlString>>,
}

/// That many rooms one behind the other, with `last` at the end.
fn row(rooms: usize, last: Room) -> Room {
    (0..rooms).fold(last, |inner, _| Room::new().with_behind(inner))
}

fn encode_error(room: &Room) -> (String, EncodeErrorKind) {
    let error = nlkit::encode(room).unwrap_err();
    assert_eq!(error.to_string(), format!("Room{}: {}", error.path(), error.kind()));
    // Appending to a message leaves it as it was.
    let mut buffer = vec![1, 2, 3, 4];
    assert_eq!(nlkit::encode_into(room, &mut buffer), Err(error.clone()));
    assert_eq!(buffer, [1, 2, 3, 4]);
    (error.path().to_owned(), error.kind().clone())
}

fn decode_error<'m, T: NlAttrs<'m>>(bytes: &'m [u8]) -> String {
    match nlkit::decode::<T>(bytes) {
        Ok(_) => panic!("{bytes:?} decodes"),
        Err(error) => error.to_string(),
    }
}
