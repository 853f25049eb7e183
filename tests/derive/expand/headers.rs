//! Fixed headers before the attributes, and a scope for the selectors of sub-messages.

#[derive(Clone, Copy, Debug, Default, PartialEq, nlkit::NlStruct)]
#[nl(setters)]
pub struct Lampmsg {
    pub family: u8,
    #[nl(pad = 1)]
    pub index: u16,
    pub flags: u8,
}

#[derive(Clone, Default, PartialEq, nlkit::NlAttrs)]
#[nl(debug, setters, scope)]
pub struct Lamp {
    #[nl(header)]
    pub header: Lampmsg,
    #[nl(id = 1)]
    pub level: Option<u8>,
    #[nl(id = 2)]
    pub name: Option<nlkit::NlString>,
}

/// Its header is called otherwise, and does not stand first.
#[derive(Default, PartialEq, nlkit::NlAttrs)]
#[nl(debug)]
pub struct Label<'m> {
    #[nl(id = 2)]
    pub name: Option<nlkit::NlStr<'m>>,
    #[nl(header)]
    pub r#type: Lampmsg,
}

#[derive(Default, nlkit::NlAttrs)]
#[nl(debug, setters)]
pub(crate) struct Get {
    #[nl(header)]
    pub(crate) header: Lampmsg,
}

#[derive(Default, nlkit::NlAttrs)]
#[nl(scope)]
pub struct Scope {}
