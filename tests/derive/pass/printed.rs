//! Structs that a macro of one's own prints.

use nlkit::{NlAttrs, NlString};

macro_rules! set {
    ($name:ident { $($field:ident: $ty:ty = $id:literal $(as $form:ty)?),* $(,)? }) => {
        #[derive(Clone, Default, PartialEq, NlAttrs)]
        #[nl(debug, setters)]
        struct $name {
            $(#[nl(id = $id $(, as = $form)?)] $field: $ty),*
        }
    };
}

set! {
    Lamp {
        level: Option<u32> = 1,
        name: Option<NlString> = 2,
        hours: Vec<u16> = 3 as nlkit::Be<u16>,
        dimmed: bool = 4,
    }
}

#[test]
fn a_macro_may_print_the_struct() {
    let lamp = Lamp::new().with_level(1).with_name("hall").with_hours([7]).with_dimmed(true);
    let bytes = nlkit::encode(&lamp).unwrap();
    assert_eq!(nlkit::decode::<Lamp>(&bytes).unwrap(), lamp);
    let set = <Lamp as NlAttrs<'_>>::SET;
    assert_eq!(set.entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [1, 2, 3, 4]);
}
