use nlkit::{NlAttrs, NlStruct};

#[derive(Default, NlStruct)]
#[nl(setters = true)]
struct Lampmsg {
    index: u32,
}

#[derive(Default, NlAttrs)]
#[nl(scope = 1)]
struct Lamp {
    #[nl(header = Lampmsg)]
    header: Lampmsg,
}

fn main() {}
