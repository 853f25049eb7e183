//! Notifications of the families netdev and ethtool as they come, until interrupted.
//!
//! ```sh
//! cargo run --example monitor              # all of them
//! cargo run --example monitor -- 2         # two, then it ends
//! ```
//!
//! To see some, make a device in another shell: `ip link add type veth`.

use std::process::ExitCode;

use nlkit::{Connection, Error, RawMessage};
use nlkit_specs::{ethtool, netdev};

fn main() -> ExitCode {
    let count = std::env::args().nth(1).map_or(Ok(usize::MAX), |count| count.parse());
    let Ok(count) = count else {
        eprintln!("usage: monitor [COUNT]");
        return ExitCode::FAILURE;
    };
    match monitor(count) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One connection joins the groups of both families.
fn monitor(count: usize) -> Result<(), Error> {
    let mut conn = Connection::generic()?;
    conn.join(netdev::MGMT)?;
    conn.join(netdev::PAGE_POOL)?;
    conn.join(ethtool::MONITOR)?;
    eprintln!("waiting for notifications of netdev and ethtool");
    for _ in 0..count {
        match conn.notification() {
            Ok(message) => println!("{}", describe(&conn, &message)),
            Err(Error::Lost) => println!("some notifications were lost"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn describe(conn: &Connection, message: &RawMessage) -> String {
    if let Some(event) = conn.decode_notification::<netdev::Notification>(message) {
        return event.map_or_else(|error| format!("netdev: {error}"), |e| format!("netdev: {e:?}"));
    }
    match conn.decode_notification::<ethtool::Notification>(message) {
        Some(Ok(event)) => format!("ethtool: {event:?}"),
        Some(Err(error)) => format!("ethtool: {error}"),
        None => format!("another family: {message:?}"),
    }
}
