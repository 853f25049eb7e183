use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id)]
    name: Option<u32>,
    #[nl(id(2))]
    level: Option<u32>,
    #[nl(3)]
    colour: Option<u32>,
    #[nl(id = )]
    dimmed: bool,
}

fn main() {}
