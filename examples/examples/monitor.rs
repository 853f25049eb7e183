//! Notifications of the families netdev and ethtool as they come, until interrupted.
//!
//! ```sh
//! cargo run --example monitor              # all of them
//! cargo run --example monitor -- 2         # two, then it ends
//! cargo run --example monitor -- --sim     # of a simulated kernel, where devices come and go
//! ```
//!
//! To see some of the running kernel, make a device in another shell: `ip link add type veth`.

use std::process::ExitCode;

use nlkit::{Connection, Error, Generic, RawMessage, Transport};
use nlkit_specs::{ethtool, netdev};

fn main() -> ExitCode {
    let count = nlkit_examples::argument().map_or(Ok(usize::MAX), |count| count.parse());
    let Ok(count) = count else {
        eprintln!("usage: monitor [--sim] [COUNT]");
        return ExitCode::FAILURE;
    };
    let done = match nlkit_examples::has("--sim") {
        true => {
            let kernel = nlkit_examples::kernel();
            nlkit_examples::stir(&kernel);
            monitor(&mut kernel.connect(), count)
        }
        false => Connection::generic().and_then(|mut conn| monitor(&mut conn, count)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One connection joins the groups of both families.
fn monitor<T: Transport>(conn: &mut Connection<Generic, T>, count: usize) -> Result<(), Error> {
    conn.join(netdev::MGMT)?;
    conn.join(netdev::PAGE_POOL)?;
    conn.join(ethtool::MONITOR)?;
    eprintln!("waiting for notifications of netdev and ethtool");
    for _ in 0..count {
        match conn.notification() {
            Ok(message) => println!("{}", describe(conn, &message)),
            Err(Error::Lost) => println!("some notifications were lost"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn describe<T: Transport>(conn: &Connection<Generic, T>, message: &RawMessage) -> String {
    if let Some(event) = conn.decode_notification::<netdev::Notification>(message) {
        return event.map_or_else(|error| format!("netdev: {error}"), |e| format!("netdev: {e:?}"));
    }
    match conn.decode_notification::<ethtool::Notification>(message) {
        Some(Ok(event)) => format!("ethtool: {event:?}"),
        Some(Err(error)) => format!("ethtool: {error}"),
        None => format!("another family: {message:?}"),
    }
}
