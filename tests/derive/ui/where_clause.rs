use nlkit::{NlAttrs, NlStr};

#[derive(Default, NlAttrs)]
struct Lamp<'a>
where
    'a: 'static,
{
    #[nl(id = 1)]
    name: Option<NlStr<'a>>,
}

#[derive(Default, NlAttrs)]
struct Timer
where
    u8: Copy,
{
    #[nl(id = 1)]
    on: Option<u32>,
}

#[derive(Default, NlAttrs)]
struct Room<'a: 'static> {
    #[nl(id = 1)]
    name: Option<NlStr<'a>>,
}

fn main() {}
