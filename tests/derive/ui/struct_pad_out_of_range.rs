use nlkit::NlStruct;

#[derive(Default, NlStruct)]
#[nl(pad = 65536)]
struct Lampmsg {
    #[nl(pad = 65535)]
    widest: u32,
    #[nl(pad = 0)]
    index: u32,
    #[nl(pad = -1)]
    level: u32,
}

fn main() {}
