use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1 as = u8)]
    name: Option<u8>,
}

fn main() {}
