//! A simulated kernel for the examples: a host with a loopback device, a network card and a bridge.

use std::net::Ipv4Addr;
use std::thread;
use std::time::Duration;

use nlkit::serve::Service;
use nlkit::sim::Kernel;
use nlkit_specs::rt_link::{self, GetlinkReply, IfinfoFlags, Ifinfomsg, LinkinfoAttrs};
use nlkit_specs::{ethtool, netdev, rt_addr, rt_route};

const INET: u8 = 2;

/// The kernel, with what the examples ask for.
pub fn kernel() -> Kernel {
    let kernel = Kernel::new();
    kernel.add(ethtool());
    kernel.add(netdev());
    kernel.add(links());
    kernel.add(addresses());
    kernel.add(routes());
    kernel
}

/// Lets a device come and go, from a thread of its own, for as long as the program runs.
pub fn stir(kernel: &Kernel) {
    let kernel = kernel.clone();
    thread::spawn(move || {
        let (device, gone) = (device(9), link(9, "veth0", 1500, IfinfoFlags::default()));
        let told = || -> Result<(), nlkit::Error> {
            kernel.notify(netdev::MGMT, &netdev::Notification::DevAddNtf(device.clone()))?;
            kernel.notify(ethtool::MONITOR, &ethtool::Notification::RingsNtf(rings(2, "eth0")))?;
            kernel.notify(netdev::MGMT, &netdev::Notification::DevDelNtf(device.clone()))?;
            kernel.notify(rt_link::RTNLGRP_LINK, &rt_link::Notification::NewlinkNtf(gone.clone()))
        };
        while told().is_ok() {
            thread::sleep(Duration::from_millis(200));
        }
    });
}

fn ethtool() -> Service<ethtool::Family> {
    let mut service = Service::new();
    service.group(ethtool::MONITOR);
    service.on_dump(|_: ethtool::LinkstateGetDump, _| {
        let state = |index, name, link| {
            ethtool::LinkstateGetReply::new().with_header(about(index, name)).with_link(link)
        };
        Ok([state(1, "lo", 1), state(2, "eth0", 1), state(3, "br0", 0)])
    });
    service.on_dump(|_: ethtool::RingsGetDump, _| Ok([rings(2, "eth0")]));
    service.on_dump(|_: ethtool::ChannelsGetDump, _| {
        let channels = ethtool::ChannelsGetReply::new().with_header(about(2, "eth0"));
        Ok([channels.with_combined_count(4).with_combined_max(8)])
    });
    service
}

fn about(index: u32, name: &str) -> ethtool::Header {
    ethtool::Header::new().with_dev_index(index).with_dev_name(name)
}

fn rings(index: u32, name: &str) -> ethtool::RingsGetReply {
    let rings = ethtool::RingsGetReply::new().with_header(about(index, name));
    rings.with_rx(512).with_rx_max(4096).with_tx(512).with_tx_max(4096)
}

fn netdev() -> Service<netdev::Family> {
    let mut service = Service::new();
    // As the kernel's own: its dumps are not marked as answers of several messages.
    service.group(netdev::MGMT).group(netdev::PAGE_POOL).dumps_without_multi();
    service.on_dump(|_: netdev::DevGetDump, _| Ok((1..=3).map(device)));
    service
}

fn device(index: u32) -> netdev::DevGetReply {
    use netdev::XdpAct;
    let features = match index {
        2 => XdpAct::BASIC | XdpAct::REDIRECT | XdpAct::XSK_ZEROCOPY,
        _ => XdpAct::default(),
    };
    netdev::DevGetReply::new().with_ifindex(index).with_xdp_features(features)
}

fn links() -> Service<rt_link::Family> {
    let mut service = Service::new();
    service.on_dump(|_: rt_link::GetlinkDump, _| {
        let bridge = rt_link::LinkinfoBridgeAttrs::new().with_forward_delay(1500);
        let bridge = LinkinfoAttrs::new().with_kind("bridge").with_data(bridge);
        Ok([
            link(1, "lo", 65_536, IfinfoFlags::UP | IfinfoFlags::LOOPBACK),
            link(2, "eth0", 1500, IfinfoFlags::UP),
            link(3, "br0", 1500, IfinfoFlags::default()).with_linkinfo(bridge),
        ])
    });
    service
}

fn link(index: i32, name: &str, mtu: u32, flags: IfinfoFlags) -> GetlinkReply {
    let header = Ifinfomsg::new().with_ifi_index(index).with_ifi_flags(flags);
    GetlinkReply::new().with_header(header).with_ifname(name).with_mtu(mtu)
}

fn addresses() -> Service<rt_addr::Family> {
    let mut service = Service::new();
    service.on_dump(|_: rt_addr::GetaddrDump, _| {
        let address = |index, local: Ipv4Addr, len| {
            let header = rt_addr::Ifaddrmsg::new().with_ifa_family(INET).with_ifa_index(index);
            let header = header.with_ifa_prefixlen(len);
            rt_addr::GetaddrReply::new().with_header(header).with_local(local)
        };
        Ok([address(1, Ipv4Addr::LOCALHOST, 8), address(2, Ipv4Addr::new(192, 0, 2, 7), 24)])
    });
    service
}

fn routes() -> Service<rt_route::Family> {
    let mut service = Service::new();
    service.on_dump(|_: rt_route::GetrouteDump, _| {
        let header = rt_route::Rtmsg::new().with_rtm_family(INET);
        let header = header.with_rtm_type(rt_route::RtmType::UNICAST);
        let route = |len| {
            let header = header.with_rtm_dst_len(len);
            rt_route::GetrouteReply::new().with_header(header).with_oif(2_u32)
        };
        Ok([
            route(0).with_gateway(Ipv4Addr::new(192, 0, 2, 1)),
            route(24).with_dst(Ipv4Addr::new(192, 0, 2, 0)),
        ])
    });
    service
}
