use nlkit::NlAttrs;

struct Meters;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1, as = Meters)]
    height: Option<u32>,
}

fn main() {}
