//! Whatever bytes come, for each message of nlkit-specs: an error or a value, never a panic, and a value
//! that can be sent reads the same again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use nlkit::EncodeErrorKind;
use nlkit_tests::messages::MESSAGES;
use nlkit_tests::random::Random;

/// Messages of each type.
const CASES: u64 = 40;

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
