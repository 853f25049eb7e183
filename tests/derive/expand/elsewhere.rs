//! nlkit under another path.

use nlkit as wire;

#[derive(Default, wire::NlAttrs)]
#[nl(crate = super::wire_elsewhere, debug, setters)]
pub struct Lamp<'m> {
    #[nl(id = 1)]
    pub name: Option<wire::NlStr<'m>>,
}
