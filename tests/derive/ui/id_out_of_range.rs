use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 0x3fff)]
    highest: Option<u32>,
    #[nl(id = 16384)]
    level: Option<u32>,
    #[nl(id = 99999)]
    name: Option<u32>,
}

fn main() {}
