use nlkit::NlStruct;

#[derive(NlStruct)]
struct Lampmsg<'a, T, const N: usize>
where
    T: Copy,
{
    index: T,
    name: &'a [u8; N],
}

fn main() {}
