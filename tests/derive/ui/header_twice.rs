use nlkit::{NlAttrs, NlStruct};

#[derive(Default, NlStruct)]
struct Lampmsg {
    index: u32,
}

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(header)]
    header: Lampmsg,
    #[nl(id = 1)]
    level: Option<u32>,
    #[nl(header)]
    other: Lampmsg,
}

fn main() {}
