use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp<T: Clone, const N: usize> {
    #[nl(id = 1)]
    name: Option<T>,
    #[nl(id = 2)]
    key: Option<[u8; N]>,
}

fn main() {}
