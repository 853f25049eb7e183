use nlkit::{NlAttrs, NlStruct};

#[derive(Default, NlStruct)]
struct Lampmsg {
    level: u32,
}

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(header, max = 5)]
    header: Lampmsg,
}

fn main() {}
