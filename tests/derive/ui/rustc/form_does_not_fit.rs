use nlkit::{Be, NlAttrs, NlString};

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1, as = Be<u16>)]
    name: Option<NlString>,
}

fn main() {}
