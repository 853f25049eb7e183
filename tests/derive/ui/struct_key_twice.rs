use nlkit::NlStruct;

#[derive(Default, NlStruct)]
#[nl(setters, crate = ::nlkit, pad = 1, setters)]
#[nl(default, default)]
#[nl(crate = ::nlkit)]
#[nl(pad = 2)]
struct Lampmsg {
    #[nl(pad = 1, pad = 1)]
    index: u32,
    #[nl(as = u32)]
    #[nl(as = u16)]
    level: u32,
}

fn main() {}
