use nlkit::NlAttrs;

const LEVEL: u16 = 2;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = "1")]
    name: Option<u32>,
    #[nl(id = LEVEL)]
    level: Option<u32>,
}

fn main() {}
