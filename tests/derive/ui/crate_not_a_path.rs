use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
#[nl(crate = "nlkit")]
struct Lamp {
    #[nl(id = 1)]
    name: Option<u32>,
}

fn main() {}
