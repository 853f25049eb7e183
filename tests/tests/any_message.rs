//! Whatever bytes come, for each message of nlkit-specs: an error or a value, never a panic, and a value
//! that can be sent reads the same again.
//!
//! The bytes follow the message's set as far as paths know it: numbers of attributes that there are,
//! nests where there are some, payloads of lengths that are common; then a part of them is damaged.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use nlkit::{EncodeErrorKind, Set, Shape};
use nlkit_tests::messages::MESSAGES;
use nlkit_tests::raw;

/// Messages of each type.
const CASES: u64 = 40;

/// Lengths that payloads often have.
const LENGTHS: &[usize] = &[0, 1, 2, 4, 4, 4, 8, 8, 3, 5, 6, 12, 16, 20, 32, 36, 40, 64, 100];

/// A generator of numbers (xorshift), so that a failure comes again.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next().to_le_bytes()[3]).collect()
    }

    /// A fixed header, some attributes of the set, and now and then one that it does not have.
    fn message(&mut self, set: &Set, deep: usize) -> Vec<u8> {
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
        raw::attr(id, &payload)
    }

    fn payload(&mut self, shape: Shape, deep: usize) -> Vec<u8> {
        match shape {
            Shape::Nest(set) | Shape::InOrder(set) if deep > 0 => self.message(set(), deep - 1),
            Shape::Array(entry) | Shape::Keyed(entry) if deep > 0 => {
                let entries = (0..self.below(4)).map(|_| {
                    let id = u16::try_from(self.below(9)).unwrap();
                    self.attribute(id, *entry, deep - 1)
                });
                entries.collect::<Vec<_>>().concat()
            }
            Shape::SubMessage { inside, .. } if deep > 0 => {
                let kinds: &[&[u8]] = &[b"vlan\0", b"htb\0", b"u32\0", b"counter\0", b"\0\0\0\x01"];
                let shape = inside(kinds[self.below(kinds.len())]);
                self.payload(shape, deep - 1)
            }
            _ => {
                let len = LENGTHS[self.below(LENGTHS.len())];
                self.bytes(len)
            }
        }
    }

    /// Flips a bit, writes a length, or cuts.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
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

#[test]
fn every_message_reads_any_bytes() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut decoded, mut refused) = (0, 0);
    for message in MESSAGES {
        for _ in 0..CASES {
            let mut bytes = random.message(message.set, 4);
            random.damage(&mut bytes);
            let name = format!("{} {} {}", message.family, message.op, message.direction);
            let first = match (message.round_trip)(&bytes) {
                Ok(first) => first,
                Err(error) => {
                    assert!(error.to_string().starts_with(message.set.name), "{name}: {error}");
                    refused += 1;
                    continue;
                }
            };
            decoded += 1;
            match first.bytes {
                Ok(bytes) => {
                    let again = (message.round_trip)(&bytes).unwrap_or_else(|error| {
                        panic!("{name}: {error}\n{}\n{bytes:?}", first.value)
                    });
                    assert_eq!(first.value, again.value, "{name}");
                    assert_eq!(Ok(bytes), again.bytes, "{name}");
                }
                // What the kernel may say but must not be told: text with a NUL, a number of an enum
                // beyond its width is impossible, a selector that is missing is kept raw.
                Err(error) => {
                    assert!(matches!(error.kind(), EncodeErrorKind::InnerNul), "{name}: {error}");
                }
            }
        }
    }
    println!("{decoded} decoded, {refused} refused, of {} types", MESSAGES.len());
    assert!(decoded > 10_000 && refused > 1_000, "{decoded} decoded, {refused} refused");
}
