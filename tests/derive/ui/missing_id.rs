use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1)]
    name: Option<u32>,
    level: Option<u32>,
}

fn main() {}
