//! nlkit under another path.

use nlkit as wire;

#[derive(Default, wire::NlAttrs)]
#[nl(crate = super::wire_elsewhere, debug, setters)]
pub struct Lamp<'m> {
    #[nl(header)]
    pub header: Timer,
    #[nl(id = 1)]
    pub name: Option<wire::NlStr<'m>>,
}

#[derive(Clone, Copy, Debug, Default, wire::NlStruct)]
#[nl(crate = super::wire_elsewhere, setters)]
pub struct Timer {
    pub on: u32,
}
