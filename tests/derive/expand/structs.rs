//! Binary structs: each form of a member, padding, what repeats at the end.

use std::net::Ipv4Addr;

use nlkit as nl;

/// A colour.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Colour(pub u32);
nl::narrow!(Colour, u16);
impl From<u32> for Colour {
    fn from(bits: u32) -> Self {
        Self(bits)
    }
}
impl From<Colour> for u32 {
    fn from(colour: Colour) -> Self {
        colour.0
    }
}

/// A lamp.
#[derive(Clone, Debug, PartialEq, nl::NlStruct)]
#[nl(default, setters, pad = 2)]
#[non_exhaustive]
pub struct Lamp {
    /// How bright.
    pub level: u8,
    #[nl(pad = 3)]
    pub(crate) delay: i64,
    #[nl(as = nl::Be<u16>)]
    pub port: u16,
    #[nl(as = u16, pad = 0x1)]
    #[doc(alias = "colour")]
    pub r#type: Colour,
    pub key: [u8; 4],
    pub address: Ipv4Addr,
    #[nl(as = nl::Octets<8>)]
    pub name: nl::NlString,
    pub timer: Timer,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, nl::NlStruct)]
pub struct Timer {
    pub bytes: u16,
    #[nl(pad = 2)]
    pub out: u32,
}

#[derive(Clone, Debug, Default, PartialEq, nl::NlStruct)]
pub(crate) struct Timers {
    pub(crate) first: u32,
    #[nl(as = nl::Rest)]
    pub(crate) others: Vec<Timer>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, nl::NlStruct)]
pub struct Nothing {}

#[derive(Clone, Copy, Debug, Default, PartialEq, nl::NlStruct)]
#[nl(pad = 300)]
pub struct Reserved {}

#[derive(Clone, Debug, Default, PartialEq, nl::NlAttrs)]
pub struct Room {
    #[nl(id = 1)]
    pub lamp: Option<Lamp>,
    #[nl(id = 2)]
    pub timers: Vec<Timers>,
    #[nl(id = 3)]
    pub nothing: Option<Nothing>,
    #[nl(id = 4)]
    pub reserved: Option<Reserved>,
}
