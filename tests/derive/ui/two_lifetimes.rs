use nlkit::{NlAttrs, NlStr};

#[derive(Default, NlAttrs)]
struct Lamp<'a, 'b> {
    #[nl(id = 1)]
    name: Option<NlStr<'a>>,
    #[nl(id = 2)]
    key: Option<&'b [u8]>,
}

fn main() {}
