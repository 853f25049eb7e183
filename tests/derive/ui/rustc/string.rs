use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1)]
    name: Option<String>,
}

fn main() {}
