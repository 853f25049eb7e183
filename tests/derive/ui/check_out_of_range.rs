use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1, exact_len = 65532)]
    key: Option<Vec<u8>>,
    #[nl(id = 2, min_len = -1)]
    name: Option<Vec<u8>>,
    #[nl(id = 3, max = 0x1_0000_0000_0000_0000)]
    level: Option<u64>,
    #[nl(id = 4, mask = 0)]
    modes: Option<u8>,
}

fn main() {}
