use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1)]
    name: Option<u32>,
    #[nl(id = 2)]
    level: Option<u32>,
    #[nl(id = 0x1, as = u8)]
    r#type: Option<u8>,
}

fn main() {}
