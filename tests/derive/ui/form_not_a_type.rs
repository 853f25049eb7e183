use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1, as = "u8")]
    name: Option<u8>,
    #[nl(id = 2, as = 8)]
    level: Option<u8>,
    #[nl(id = 3, as)]
    colour: Option<u8>,
}

fn main() {}
