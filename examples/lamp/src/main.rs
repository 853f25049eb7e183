//! A complete downstream crate: `specs/lamp.yaml` is its family, `build.rs` compiles it, and this
//! makes calls. No kernel has lamps, so a script answers in its place; with a module that has them
//! the only line to change is the one that makes the connection.

mod house;

nlkit::include_family!("lamp");

use nlkit::{Connection, Error};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut conn = Connection::with_transport(house::kernel());

    println!("all lamps:");
    for lamp in conn.dump(&lamp::GetDump::new())? {
        println!("  {:?}", lamp?);
    }

    let timer = lamp::Timer::new().with_minutes(20).with_port(4000);
    let request = lamp::SetRequest::new().with_id(2).with_mode(lamp::Mode::TIMED).with_timer(timer);
    conn.request(&request)?;
    println!("lamp 2 now:\n  {:?}", conn.request(&lamp::GetRequest::new().with_id(2))?);

    let timer = lamp::Timer::new().with_minutes(9999);
    match conn.request(&lamp::SetRequest::new().with_id(2).with_timer(timer)) {
        Err(Error::Kernel(error)) => println!("refused, as it should be:\n  {error}"),
        other => return Err(format!("not refused: {other:?}").into()),
    }

    println!("told meanwhile:");
    let mut events = conn.subscribe(lamp::EVENTS)?;
    if let Some(event) = events.next() {
        match event? {
            lamp::Notification::ChangeNtf(lamp) => println!("  changed: {lamp:?}"),
            other => println!("  {other:?}"),
        }
    }
    Ok(())
}
