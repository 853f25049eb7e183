//! Projections: structs that borrow from the message, and need not name all of it.

use nlkit::{NlAttrs, NlStr, NlString, View};

#[derive(Default, NlAttrs)]
#[nl(setters)]
struct Whole {
    #[nl(id = 1)]
    name: Option<NlString>,
    #[nl(id = 2)]
    key: Option<Vec<u8>>,
    #[nl(id = 3)]
    timer: Vec<WholeTimer>,
    #[nl(id = 4)]
    level: Option<u32>,
}

#[derive(Default, NlAttrs)]
struct WholeTimer {
    #[nl(id = 1)]
    label: Option<NlString>,
    #[nl(id = 2)]
    hour: Option<u8>,
}

/// `'nl` and `'view` are what the expansion calls lifetimes of its own.
#[derive(Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
struct Brief<'nl> {
    #[nl(id = 1)]
    name: Option<NlStr<'nl>>,
    #[nl(id = 2)]
    key: Option<&'nl [u8]>,
    #[nl(id = 3)]
    timer: Vec<BriefTimer<'nl>>,
}

#[derive(Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
struct BriefTimer<'view> {
    #[nl(id = 1)]
    label: Option<NlStr<'view>>,
}

/// A lifetime that no field uses is none of the message's.
#[derive(Default, NlAttrs)]
struct Level {
    #[nl(id = 4)]
    level: Option<u32>,
}

fn message() -> Vec<u8> {
    let timer = WholeTimer { label: Some("wake".into()), hour: Some(7) };
    let whole =
        Whole::new().with_name("hall").with_key([1, 2, 3]).with_timer([timer]).with_level(5);
    nlkit::encode(&whole).unwrap()
}

#[test]
fn a_projection_borrows_from_the_message() {
    let bytes = message();
    let brief: Brief<'_> = nlkit::decode(&bytes).unwrap();
    assert_eq!(
        format!("{brief:?}"),
        "Brief { name: \"hall\", key: [1, 2, 3], timer: [BriefTimer { label: \"wake\" }] }"
    );
    let inside = |part: &[u8]| bytes.as_ptr_range().contains(&part.as_ptr());
    assert!(inside(brief.name.unwrap().as_bytes()) && inside(brief.key.unwrap()));
    assert!(inside(brief.timer[0].label.unwrap().as_bytes()));
}

#[test]
fn a_projection_encodes_too() {
    let brief = Brief::new()
        .with_name("hall")
        .with_key([1, 2, 3].as_slice())
        .with_timer([BriefTimer::new().with_label("wake")]);
    let bytes = nlkit::encode(&brief).unwrap();
    let whole: Whole = nlkit::decode(&bytes).unwrap();
    assert_eq!(whole.name.unwrap(), "hall");
    assert_eq!(whole.key.unwrap(), [1, 2, 3]);
    assert_eq!(whole.timer[0].label.as_ref().unwrap(), &"wake");
    assert_eq!((whole.level, whole.timer[0].hour), (None, None));
}

/// What a dump does with it: the caller writes any lifetime, the dump puts in that of its buffer.
#[test]
fn a_view_takes_the_lifetime_that_it_is_lent() {
    fn lend<V: View>(bytes: &[u8]) -> V::Of<'_> {
        nlkit::decode(bytes).unwrap()
    }
    let bytes = message();
    assert_eq!(lend::<Brief<'_>>(&bytes).name.unwrap(), "hall");
    assert_eq!(lend::<Level>(&bytes).level, Some(5));
}
