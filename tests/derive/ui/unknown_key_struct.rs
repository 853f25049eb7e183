use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
#[nl(Debug)]
#[nl(id = 3)]
struct Lamp {
    #[nl(id = 1)]
    name: Option<u32>,
}

fn main() {}
