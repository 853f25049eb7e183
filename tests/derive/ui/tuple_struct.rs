use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp(#[nl(id = 1)] Option<u32>, #[nl(id = 2)] bool);

fn main() {}
