use nlkit::{NlAttrs, NlStruct};

#[derive(Default, NlAttrs)]
#[nl(setters)]
struct Lamp {
    #[nl(id = 1)]
    r#type: Option<u32>,
    #[nl(id = 2)]
    type_: Option<u32>,
}

#[derive(Default, NlAttrs)]
#[nl(setters)]
struct Message {
    #[nl(header)]
    header: Lampmsg,
    #[nl(id = 1)]
    header_: Option<u32>,
}

#[derive(Default, NlStruct)]
struct Lampmsg {
    index: u32,
}

fn main() {}
