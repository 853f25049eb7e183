use nlkit::{NlStruct, Rest};

#[derive(NlStruct)]
struct Entry {
    number: u32,
}

#[derive(NlStruct)]
struct Entries {
    #[nl(as = Rest)]
    entries: Vec<Entry>,
}

#[derive(NlStruct)]
struct Outer {
    entries: Entries,
    more: u8,
}

fn main() {
    let _ = <Outer as NlStruct>::LEN;
}
