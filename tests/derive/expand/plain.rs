//! Each kind of field: at most once, multi-attr, flag, nest.

#[derive(Default, ::nlkit::NlAttrs)]
pub struct Lamp {
    #[nl(id = 1)]
    pub name: Option<nlkit::NlString>,
    #[nl(id = 2)]
    pub hours: Vec<u16>,
    #[nl(id = 3)]
    pub dimmed: bool,
    #[nl(id = 0x3fff)]
    pub timer: Option<Timer>,
}

#[derive(Default, ::nlkit::NlAttrs)]
pub struct Timer {
    #[nl(id = 2)]
    pub on_ms: Option<u32>,
    #[nl(id = 1)]
    pub off_ms: Option<u32>,
}
