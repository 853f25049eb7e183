//! Structs that a macro of one's own prints.

use nlkit::{NlAttrs, NlString, NlStruct};

macro_rules! set {
    ($name:ident $header:ty { $($field:ident: $ty:ty = $id:literal $(as $form:ty)?),* $(,)? }) => {
        #[derive(Clone, Default, PartialEq, NlAttrs)]
        #[nl(debug, setters)]
        struct $name {
            #[nl(header)]
            header: $header,
            $(#[nl(id = $id $(, as = $form)?)] $field: $ty),*
        }
    };
}

macro_rules! binary {
    ($name:ident $pad:literal { $($field:ident: $ty:ty $(as $form:ty)?),* $(,)? }) => {
        #[derive(Clone, Debug, Default, PartialEq, NlStruct)]
        #[nl(setters, pad = $pad)]
        struct $name {
            $($(#[nl(as = $form, pad = $pad)])? $field: $ty),*
        }
    };
}

binary! {
    Lampmsg 2 {
        family: u8,
        port: u16 as nlkit::Be<u16>,
        name: NlString as nlkit::Octets<4>,
    }
}

set! {
    Lamp Lampmsg {
        level: Option<u32> = 1,
        name: Option<NlString> = 2,
        hours: Vec<u16> = 3 as nlkit::Be<u16>,
        dimmed: bool = 4,
    }
}

#[test]
fn a_macro_may_print_the_struct() {
    let header = Lampmsg::new().with_family(1).with_port(2).with_name("up");
    let lamp = Lamp::new().with_header(header).with_level(1).with_name("hall");
    let lamp = lamp.with_hours([7]).with_dimmed(true);
    let bytes = nlkit::encode(&lamp).unwrap();
    assert_eq!(nlkit::decode::<Lamp>(&bytes).unwrap(), lamp);
    assert_eq!(bytes[..16], *b"\x01\0\0\0\x02\0\0up\0\0\0\0\0\0\0");
    let set = <Lamp as NlAttrs<'_>>::SET;
    assert_eq!(set.entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [1, 2, 3, 4]);
}
