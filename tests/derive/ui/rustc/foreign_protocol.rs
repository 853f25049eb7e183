use nlkit::{Connection, NlAttrs, Protocol};

enum Route {}

impl Protocol for Route {
    const NUMBER: i32 = 0;
}

enum RtLink {}

impl nlkit::Family for RtLink {
    type Protocol = Route;
    const NAME: &'static str = "rt-link";
}

#[derive(Default, NlAttrs)]
struct GetLink {}

impl nlkit::Dump for GetLink {
    type Family = RtLink;
    type Reply = ();
    const NAME: &'static str = "getlink";
    const CMD: u16 = 18;
}

fn main() -> Result<(), nlkit::Error> {
    let mut conn = Connection::generic()?;
    conn.dump(&GetLink {})?;
    Ok(())
}
