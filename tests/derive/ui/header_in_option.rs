use nlkit::{NlAttrs, NlStruct};

#[derive(Default, NlStruct)]
struct Lampmsg {
    index: u32,
}

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(header)]
    header: Option<Lampmsg>,
}

fn main() {}
