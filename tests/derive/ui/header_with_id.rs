use nlkit::{NlAttrs, NlStruct};

#[derive(Default, NlStruct)]
struct Lampmsg {
    index: u32,
}

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(header, id = 1)]
    header: Lampmsg,
}

#[derive(Default, NlAttrs)]
struct Timer {
    #[nl(as = nlkit::Native, name = "timermsg")]
    #[nl(header)]
    header: Lampmsg,
}

fn main() {}
