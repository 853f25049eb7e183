use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
#[nl]
struct Lamp {
    #[nl]
    name: Option<u32>,
    #[nl = 2]
    level: Option<u32>,
    #[nl()]
    colour: Option<u32>,
}

fn main() {}
