//! Enums and flags by name.

use nlkit_tests::sets::{Feature, Mode};

#[test]
fn an_enum_shows_its_name_or_its_number() {
    assert_eq!([Mode(1), Mode(7), Mode(5)].map(|mode| mode.to_string()), ["on", "dim", "5"]);
    assert_eq!(format!("{:?} {:>4} {:<4}|", Mode(0), Mode(1), Mode(300)), "off   on 300 |");
}

#[test]
fn flags_show_their_names_and_what_has_none() {
    let shown = |bits| Feature(bits).to_string();
    assert_eq!([shown(0), shown(1), shown(3)], ["0x0", "dim", "dim | blink"]);
    assert_eq!([shown(0x10), shown(0x11)], ["0x10", "dim | 0x10"]);
    // A name of two bits counts where both are set.
    assert_eq!([shown(12), shown(4), shown(13)], ["both", "0x4", "dim | both"]);
    assert_eq!(format!("{:?}", Feature(1 << 63)), "last");
}

#[test]
fn unknown_values_and_bits_are_kept() {
    let numbers = nlkit_tests::sets::Numbers {
        mode: Some(Mode(u32::MAX)),
        features: Some(Feature(u64::MAX)),
        ..Default::default()
    };
    let bytes = nlkit::encode(&numbers).unwrap();
    let decoded: nlkit_tests::sets::Numbers = nlkit::decode(&bytes).unwrap();
    assert_eq!(decoded, numbers);
}
