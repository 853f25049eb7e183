//! Every network device of this machine: link state, rings and channels from the family ethtool,
//! which answers the same for all drivers, and what it can do for XDP from the family netdev.
//!
//! ```sh
//! cargo run --example devices
//! cargo run --example devices -- --sim     # of a simulated kernel
//! ```

use std::collections::BTreeMap;
use std::process::ExitCode;

use nlkit::{Connection, Error, Generic, NlString, Transport};
use nlkit_specs::{ethtool, netdev};

/// A row of the table; what a device's driver does not have stays `None`.
#[derive(Default)]
struct Device {
    name: Option<NlString>,
    link: Option<u8>,
    rings: Option<ethtool::RingsGetReply>,
    channels: Option<ethtool::ChannelsGetReply>,
    netdev: Option<netdev::DevGetReply>,
}

fn main() -> ExitCode {
    let devices = match nlkit_examples::has("--sim") {
        true => collect(&mut nlkit_examples::kernel().connect()),
        false => Connection::generic().and_then(|mut conn| collect(&mut conn)),
    };
    match devices {
        Ok(devices) => {
            print(&devices);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One dump for each column, joined by interface index.
fn collect<T: Transport>(
    conn: &mut Connection<Generic, T>,
) -> Result<BTreeMap<u32, Device>, Error> {
    let mut devices = BTreeMap::<u32, Device>::new();
    for reply in conn.dump(&ethtool::LinkstateGetDump::new())? {
        let reply = reply?;
        let device = entry(&mut devices, &reply.header);
        device.link = reply.link;
    }
    for reply in conn.dump(&ethtool::RingsGetDump::new())? {
        let reply = reply?;
        let device = entry(&mut devices, &reply.header);
        device.rings = Some(reply);
    }
    for reply in conn.dump(&ethtool::ChannelsGetDump::new())? {
        let reply = reply?;
        let device = entry(&mut devices, &reply.header);
        device.channels = Some(reply);
    }
    for reply in conn.dump(&netdev::DevGetDump::new())? {
        let reply = reply?;
        let device = devices.entry(reply.ifindex.unwrap_or(0)).or_default();
        device.netdev = Some(reply);
    }
    Ok(devices)
}

/// The device that an ethtool reply is about.
fn entry<'d>(
    devices: &'d mut BTreeMap<u32, Device>,
    header: &Option<ethtool::Header>,
) -> &'d mut Device {
    let header = header.clone().unwrap_or_default();
    let device = devices.entry(header.dev_index.unwrap_or(0)).or_default();
    device.name = device.name.take().or(header.dev_name);
    device
}

fn print(devices: &BTreeMap<u32, Device>) {
    let head = ["index", "name", "link", "rx ring", "tx ring", "channels", "XDP features"];
    row(&head.map(str::to_owned));
    for (index, device) in devices {
        let rings = device.rings.as_ref();
        row(&[
            index.to_string(),
            device.name.as_ref().map_or("?".to_owned(), NlString::to_string),
            link(device.link),
            of_most(rings.and_then(|rings| rings.rx), rings.and_then(|rings| rings.rx_max)),
            of_most(rings.and_then(|rings| rings.tx), rings.and_then(|rings| rings.tx_max)),
            device.channels.as_ref().map_or("-".to_owned(), channels),
            device.netdev.as_ref().map_or("-".to_owned(), features),
        ]);
    }
}

fn row(cells: &[String; 7]) {
    let [index, name, link, rx, tx, channels, features] = cells;
    let line =
        format!("{index:>5}  {name:<15} {link:<5} {rx:>11} {tx:>11}  {channels:<20} {features}");
    println!("{}", line.trim_end());
}

fn link(link: Option<u8>) -> String {
    match link {
        Some(0) => "down".to_owned(),
        Some(_) => "up".to_owned(),
        None => "-".to_owned(),
    }
}

/// `256 / 4096`: the current size and the largest.
fn of_most(now: Option<u32>, most: Option<u32>) -> String {
    match (now, most) {
        (Some(now), Some(most)) => format!("{now} / {most}"),
        (Some(now), None) => now.to_string(),
        _ => "-".to_owned(),
    }
}

fn channels(channels: &ethtool::ChannelsGetReply) -> String {
    let kinds = [
        ("rx", channels.rx_count, channels.rx_max),
        ("tx", channels.tx_count, channels.tx_max),
        ("combined", channels.combined_count, channels.combined_max),
        ("other", channels.other_count, channels.other_max),
    ];
    let used = kinds.into_iter().filter(|(_, _, most)| most.unwrap_or(0) > 0);
    let text = used.map(|(kind, now, most)| format!("{kind} {}", of_most(now, most)));
    text.collect::<Vec<_>>().join(", ")
}

fn features(device: &netdev::DevGetReply) -> String {
    match device.xdp_features {
        Some(features) if !features.is_empty() => features.to_string(),
        _ => "-".to_owned(),
    }
}
