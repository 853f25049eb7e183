//! A complete downstream crate: `specs/lamp.yaml` is its family, `build.rs` compiles it, and this
//! makes calls. No kernel has lamps, so a simulated one answers; with a module that has them the only
//! line to change is the one that makes the connection. Its tests need no root.

mod house;

nlkit::include_family!("lamp");

use nlkit::{Connection, Error, Generic, Transport};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let kernel = house::kernel();
    let mut conn = kernel.connect();
    let mut listener = kernel.connect();
    listener.join(lamp::EVENTS)?;

    println!("all lamps:");
    for lamp in conn.dump(&lamp::GetDump::new())? {
        println!("  {:?}", lamp?);
    }

    println!("lamp 2 now:\n  {:?}", light(&mut conn, 2, 20)?);
    match light(&mut conn, 2, 9999) {
        Err(Error::Kernel(error)) => println!("refused, as it should be:\n  {error}"),
        other => return Err(format!("not refused: {other:?}").into()),
    }

    println!("told meanwhile:");
    if let Some(event) = listener.subscribe(lamp::EVENTS)?.next() {
        match event? {
            lamp::Notification::ChangeNtf(lamp) => println!("  changed: {lamp:?}"),
            other => println!("  {other:?}"),
        }
    }
    Ok(())
}

/// Lights a lamp for some minutes, and tells what it does then.
fn light<T: Transport>(
    conn: &mut Connection<Generic, T>,
    id: u32,
    minutes: u16,
) -> Result<lamp::GetReply, Error> {
    let timer = lamp::Timer::new().with_minutes(minutes).with_port(4000);
    let request = lamp::SetRequest::new().with_id(id).with_mode(lamp::Mode::TIMED);
    conn.request(&request.with_timer(timer))?;
    conn.request(&lamp::GetRequest::new().with_id(id))
}

#[cfg(test)]
mod tests {
    use nlkit::sim::{Fault, Faults};

    use super::{Error, house, lamp, light};

    #[test]
    fn a_lamp_is_lit_and_listeners_are_told() {
        let kernel = house::kernel();
        let mut listener = kernel.connect();
        listener.join(lamp::EVENTS).unwrap();
        let lit = light(&mut kernel.connect(), 1, 20).unwrap();
        assert_eq!(lit.mode, Some(lamp::Mode::TIMED));
        assert_eq!(lit.timer.as_ref().unwrap().minutes, Some(20));
        let told = listener.subscribe(lamp::EVENTS).unwrap().next().unwrap().unwrap();
        assert_eq!(told, lamp::Notification::ChangeNtf(lit));
    }

    #[test]
    fn a_refusal_says_what_is_wrong() {
        let mut conn = house::kernel().connect();
        let Err(Error::Kernel(error)) = light(&mut conn, 2, 9999) else { panic!("not refused") };
        assert_eq!(error.attribute.as_deref(), Some(".timer.minutes"));
        assert_eq!(error.errno, nlkit::errno::ERANGE);
        let Err(Error::Kernel(error)) = light(&mut conn, 3, 20) else { panic!("not refused") };
        assert_eq!((error.attribute.as_deref(), error.errno), (Some(".id"), nlkit::errno::ENODEV));
    }

    #[test]
    fn a_list_that_changes_meanwhile_says_so() {
        let kernel = house::kernel();
        kernel.set_faults(Faults::new().on_arrival(2, Fault::Interrupt));
        let mut conn = kernel.connect();
        let lamps: Vec<_> = conn.dump(&lamp::GetDump::new()).unwrap().collect();
        assert!(matches!(lamps[..], [Ok(_), Ok(_), Err(Error::DumpInterrupted { .. })]));
    }
}
