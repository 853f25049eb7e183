use nlkit::{NlAttrs, NlStruct};

#[derive(Default, NlAttrs)]
#[nl(debug, crate = ::nlkit)]
#[nl(crate = ::nlkit)]
#[nl(debug)]
#[nl(scope, scope)]
struct Lamp {
    #[nl(id = 1, id = 2)]
    name: Option<u32>,
    #[nl(id = 2, as = u32)]
    #[nl(as = u16)]
    level: Option<u32>,
    #[nl(id = 3, name = "a", name = "b")]
    colour: Option<u32>,
}

#[derive(Default, NlAttrs)]
struct Message {
    #[nl(header, header)]
    header: Lampmsg,
}

#[derive(Default, NlStruct)]
struct Lampmsg {
    index: u32,
}

fn main() {}
