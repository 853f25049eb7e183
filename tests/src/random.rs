//! Bytes that follow a message's set as far as its table knows it: numbers of attributes that there are,
//! nests where there are some, payloads of kinds and lengths that are common; a part of them is damaged.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "helpers of tests"
)]

use nlkit::wire::ATTR_NESTED;
use nlkit::{Kind, Set, Shape};

use crate::raw;

/// Lengths that payloads often have.
const LENGTHS: &[usize] = &[0, 1, 2, 4, 4, 4, 8, 8, 3, 5, 6, 12, 16, 20, 32, 36, 40, 64, 100];

/// Texts that choose the formats of sub-messages somewhere.
const KINDS: &[&[u8]] = &[
    b"vlan\0",
    b"htb\0",
    b"u32\0",
    b"counter\0",
    b"bridge\0",
    b"fq_codel\0",
    b"cmp\0",
    b"lookup\0",
    b"timer\0",
    b"point\0",
    b"both\0",
    b"empty\0",
];

/// A generator of numbers (xorshift), so that a failure comes again.
#[derive(Debug)]
pub struct Random(pub u64);

impl Random {
    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`, or 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.number() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    /// So many bytes.
    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.number().to_le_bytes()[3]).collect()
    }

    /// A fixed header, some attributes of the set, and now and then one that it does not have.
    pub fn message(&mut self, set: &Set, deep: usize) -> Vec<u8> {
        let mut bytes = self.bytes(set.header);
        for _ in 0..self.below(5) {
            match set.entries.get(self.below(set.entries.len() + 1)) {
                Some(entry) => bytes.extend(self.attribute(entry.id, entry.shape, deep)),
                None => {
                    let len = LENGTHS[self.below(LENGTHS.len())];
                    let id = u16::try_from(self.below(600)).unwrap();
                    bytes.extend(raw::attr(id, &self.bytes(len)));
                }
            }
        }
        bytes
    }

    fn attribute(&mut self, id: u16, shape: Shape, deep: usize) -> Vec<u8> {
        let payload = self.payload(shape, deep);
        let nest = !matches!(shape, Shape::Leaf(_) | Shape::Swapped(_) | Shape::SubMessage { .. });
        // Now and then one is marked wrongly.
        let marked = nest != (self.below(20) == 0);
        raw::attr(if marked { id | ATTR_NESTED } else { id }, &payload)
    }

    fn payload(&mut self, shape: Shape, deep: usize) -> Vec<u8> {
        match shape {
            Shape::Nest(set) | Shape::InOrder(set) if deep > 0 => self.message(set.get(), deep - 1),
            Shape::Array(entry) | Shape::Keyed(entry) if deep > 0 => {
                let entries = (0..self.below(4)).map(|_| {
                    let id = u16::try_from(self.below(9)).unwrap();
                    self.attribute(id, *entry, deep - 1)
                });
                entries.collect::<Vec<_>>().concat()
            }
            Shape::SubMessage { formats, .. } if deep > 0 => {
                let kind = KINDS.get(self.below(KINDS.len() + 1)).copied().unwrap_or(b"\0\0\0\x01");
                let shape = formats.under(kind);
                self.payload(shape, deep - 1)
            }
            Shape::Leaf(kind) | Shape::Swapped(kind) if self.below(4) > 0 => self.value(kind),
            _ => {
                let len = LENGTHS[self.below(LENGTHS.len())];
                self.bytes(len)
            }
        }
    }

    /// A payload that this kind could have: numbers are small ones more often than not.
    fn value(&mut self, kind: Kind) -> Vec<u8> {
        let number = self.number() >> self.below(64);
        let number = if self.below(3) == 0 { number.wrapping_neg() } else { number };
        let narrow = |len: usize| number.to_ne_bytes()[..len].to_vec();
        match kind {
            Kind::Flag => Vec::new(),
            Kind::U8 | Kind::S8 => (number as u8).to_ne_bytes().to_vec(),
            Kind::U16 | Kind::S16 => (number as u16).to_ne_bytes().to_vec(),
            Kind::U32 | Kind::S32 => (number as u32).to_ne_bytes().to_vec(),
            Kind::Uint | Kind::Sint if self.below(2) == 0 => (number as u32).to_ne_bytes().to_vec(),
            Kind::U64 | Kind::S64 | Kind::Uint | Kind::Sint | Kind::Bitfield32 => narrow(8),
            Kind::String | Kind::NulString if self.below(2) == 0 => {
                KINDS[self.below(KINDS.len())].to_vec()
            }
            Kind::String | Kind::NulString => {
                let len = self.below(20);
                let mut text = vec![b'a'; len];
                text.push(0);
                text
            }
            _ => {
                let len = LENGTHS[self.below(LENGTHS.len())];
                self.bytes(len)
            }
        }
    }

    /// Flips a bit, writes a length, or cuts.
    pub fn damage(&mut self, bytes: &mut Vec<u8>) {
        let len = bytes.len();
        match self.below(6) {
            0 if len > 0 => {
                let at = self.below(len);
                bytes[at] ^= 1 << self.below(8);
            }
            1 if len > 4 => {
                let at = self.below(len / 4) * 4;
                bytes[at] = u8::try_from(self.below(40)).unwrap();
            }
            2 => bytes.truncate(self.below(len + 1)),
            _ => {}
        }
    }
}
