//! The links of this network namespace with what their kinds say, their addresses, and the routes:
//! three families of rtnetlink over one socket. With `--watch` it goes on to tell what changes.
//!
//! ```sh
//! cargo run --example network
//! cargo run --example network -- --sim     # of a simulated kernel
//! ```

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::process::ExitCode;

use nlkit::{Connection, Error, NlString, Route, Transport};
use nlkit_specs::rt_link::{self, GetlinkReply, IfinfoFlags};
use nlkit_specs::{rt_addr, rt_route};

fn main() -> ExitCode {
    let done = match nlkit_examples::has("--sim") {
        true => {
            let kernel = nlkit_examples::kernel();
            nlkit_examples::stir(&kernel);
            run(&mut kernel.connect())
        }
        false => Connection::route().and_then(|mut conn| run(&mut conn)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run<T: Transport>(conn: &mut Connection<Route, T>) -> Result<(), Error> {
    show(conn)?;
    match nlkit_examples::has("--watch") {
        true => watch(conn),
        false => Ok(()),
    }
}

fn show<T: Transport>(conn: &mut Connection<Route, T>) -> Result<(), Error> {
    let mut names = BTreeMap::new();
    let links = conn.dump(&rt_link::GetlinkDump::new())?.collect::<Result<Vec<_>, _>>()?;
    for link in &links {
        names.insert(u32::try_from(link.header.ifi_index).unwrap_or(0), name(link));
    }
    let addresses = conn.dump(&rt_addr::GetaddrDump::new())?.collect::<Result<Vec<_>, _>>()?;
    for link in &links {
        print_link(link);
        let of_link = addresses
            .iter()
            .filter(|it| i32::try_from(it.header.ifa_index) == Ok(link.header.ifi_index));
        for rt_addr::GetaddrReply { header, address, local, .. } in of_link {
            if let Some(address) = local.or(*address) {
                println!("    {address}/{}", header.ifa_prefixlen);
            }
        }
    }
    for route in conn.dump(&rt_route::GetrouteDump::new())? {
        print_route(&route?, &names);
    }
    Ok(())
}

fn name(link: &GetlinkReply) -> NlString {
    link.ifname.clone().unwrap_or_default()
}

fn print_link(link: &GetlinkReply) {
    let up = link.header.ifi_flags.contains(IfinfoFlags::UP);
    let (name, mtu) = (name(link), link.mtu.unwrap_or(0));
    println!("{name}: {}, mtu {mtu}", if up { "up" } else { "down" });
    if let Some(kind) = link.linkinfo.as_ref().and_then(|info| info.kind.as_ref()) {
        println!("    {kind}");
    }
    if let Some(data) = link.linkinfo.as_ref().and_then(|info| info.data.as_ref()) {
        println!("    {data:?}");
    }
}

fn print_route(route: &rt_route::GetrouteReply, names: &BTreeMap<u32, NlString>) {
    let any: IpAddr = match route.header.rtm_family {
        2 => [0; 4].into(),
        _ => [0; 16].into(),
    };
    let to = format!("{}/{}", route.dst.unwrap_or(any), route.header.rtm_dst_len);
    let via = route.gateway.map(|gateway| format!(" via {gateway}")).unwrap_or_default();
    let dev = route.oif.and_then(|oif| names.get(&oif)).map(|name| format!(" dev {name}"));
    println!("{:?} {to}{via}{}", route.header.rtm_type, dev.unwrap_or_default());
}

fn watch<T: Transport>(conn: &mut Connection<Route, T>) -> Result<(), Error> {
    for event in conn.subscribe(rt_link::RTNLGRP_LINK)? {
        println!("{:?}", event?);
    }
    Ok(())
}
