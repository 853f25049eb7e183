//! Neighbours: link-layer addresses of hosts, and what bridges know of them.

use std::net::Ipv4Addr;

use nlkit::{Connection, Modifiers, Route};
use nlkit_specs::rt_neigh::{
    DelneighRequest, GetneighDump, GetneighReply, GetneighRequest, GetneightblDump, Ndmsg, Ndtmsg,
    NdtpaAttrs, NewneighRequest, Notification, NtfFlags, NudState, RTNLGRP_NEIGH,
    SetneightblRequest,
};
use nlkit_tests::namespace::{assert_shows, index_of, ip, ip_json, kernel_error};
use serde_json::{Value, json};

use crate::{BRIDGE, INET, INET6, brand_new, with_pair};

const ADDRESS: [u8; 6] = [2, 0, 0, 0, 0, 9];

/// The header of a neighbour on `device`.
fn on(device: &str, family: u8) -> Ndmsg {
    let index = i32::try_from(index_of(device)).unwrap();
    Ndmsg::new().with_ndm_family(family).with_ndm_ifindex(index)
}

fn permanent(device: &str, host: u8) -> NewneighRequest {
    let header = on(device, INET).with_ndm_state(NudState::PERMANENT);
    let request = NewneighRequest::new().with_header(header).with_lladdr(ADDRESS);
    request.with_dst(Ipv4Addr::new(10, 0, 0, host))
}

fn dump(conn: &mut Connection<Route>, request: &GetneighDump) -> Vec<GetneighReply> {
    conn.dump(request).unwrap().map(Result::unwrap).collect()
}

/// Asserts that `ip` shows a neighbour as we do.
fn assert_neighbour(neighbour: &GetneighReply, shown: &Value) {
    let states = [
        (NudState::REACHABLE, "REACHABLE"),
        (NudState::STALE, "STALE"),
        (NudState::PERMANENT, "PERMANENT"),
        (NudState::NOARP, "NOARP"),
        (NudState::FAILED, "FAILED"),
        (NudState::INCOMPLETE, "INCOMPLETE"),
    ];
    let state = neighbour.header.ndm_state;
    let states: Vec<_> =
        states.iter().filter(|(it, _)| state.contains(*it)).map(|(_, name)| name).collect();
    assert_shows(
        shown,
        &json!({
            "dst": neighbour.dst,
            "lladdr": neighbour.lladdr,
            "state": states,
            "probes": neighbour.probes,
        }),
    );
    let is = |flag| neighbour.header.ndm_flags.contains(flag);
    assert_eq!(shown.get("router").is_some(), is(NtfFlags::ROUTER), "{shown}");
    assert_eq!(shown.get("extern_learn").is_some(), is(NtfFlags::EXT_LEARNED), "{shown}");
}

#[test]
fn a_neighbour_is_shown_with_what_it_was_made_with() {
    let Some(mut conn) = with_pair() else { return };
    let header = on("v0", INET)
        .with_ndm_state(NudState::STALE)
        .with_ndm_flags(NtfFlags::ROUTER | NtfFlags::EXT_LEARNED);
    let request = permanent("v0", 9).with_header(header).with_protocol(44);
    conn.request_with(&request, brand_new()).unwrap();
    let shown = ip_json("neigh show").remove(0);
    assert_shows(
        &shown,
        &json!({
            "dst": "10.0.0.9", "dev": "v0", "lladdr": "02:00:00:00:00:09", "state": ["STALE"],
            "router": null, "extern_learn": null, "protocol": "44",
        }),
    );
    assert!(shown.get("router").is_some());
    let read = dump(&mut conn, &GetneighDump::new()).remove(0);
    assert_neighbour(&read, &shown);
    assert_eq!(read.protocol, Some(44));
    assert_eq!(read.header.ndm_ifindex, header.ndm_ifindex);
}

#[test]
fn neighbours_that_iproute2_makes_are_decoded() {
    let Some(mut conn) = with_pair() else { return };
    ip("neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0 nud permanent");
    ip("neigh add 10.0.0.11 lladdr 02:00:00:00:00:11 dev v1 nud noarp extern_learn");
    ip("neigh add fd00::9 lladdr 02:00:00:00:00:99 dev v1 nud stale router");
    let neighbours = dump(&mut conn, &GetneighDump::new());
    let shown = ip_json("neigh show nud all");
    for host in ["10.0.0.9", "10.0.0.11", "fd00::9"] {
        let is = |neighbour: &&GetneighReply| neighbour.dst.unwrap().to_string() == host;
        let neighbour = neighbours.iter().find(is).unwrap();
        assert_neighbour(neighbour, shown.iter().find(|shown| shown["dst"] == host).unwrap());
        assert!(neighbour.cacheinfo.is_some());
    }
}

#[test]
fn a_neighbour_is_new_once_replaced_looked_up_and_gone() {
    let Some(mut conn) = with_pair() else { return };
    let request = permanent("v0", 9);
    conn.request_with(&request, brand_new()).unwrap();
    assert_eq!(kernel_error(conn.request_with(&request, brand_new())).errno, 17);
    let other = request.clone().with_lladdr([2, 0, 0, 0, 0, 0x77]);
    conn.request_with(&other, Modifiers::CREATE | Modifiers::REPLACE).unwrap();
    assert_eq!(ip_json("neigh show")[0]["lladdr"], "02:00:00:00:00:77");

    let lookup =
        GetneighRequest::new().with_header(on("v0", INET)).with_dst(Ipv4Addr::new(10, 0, 0, 9));
    let found = conn.request(&lookup).unwrap();
    assert_eq!(found.lladdr, Some([2, 0, 0, 0, 0, 0x77].into()));
    assert_eq!(found.header.ndm_state, NudState::PERMANENT);
    let delete =
        DelneighRequest::new().with_header(on("v0", INET)).with_dst(Ipv4Addr::new(10, 0, 0, 9));
    conn.request(&delete).unwrap();
    assert_eq!(kernel_error(conn.request(&lookup)).errno, 2);
    assert_eq!(kernel_error(conn.request(&delete)).errno, 2);
}

#[test]
fn the_kernel_filters_a_dump_of_neighbours() {
    let Some(mut conn) = with_pair() else { return };
    for (device, host) in [("v0", 1), ("v1", 2), ("v1", 3)] {
        conn.request_with(&permanent(device, host), brand_new()).unwrap();
    }
    let header = Ndmsg::new().with_ndm_family(INET);
    let of_v1 = GetneighDump::new().with_header(header).with_ifindex(index_of("v1"));
    let hosts = dump(&mut conn, &of_v1);
    let hosts: Vec<_> = hosts.iter().map(|it| it.dst.unwrap().to_string()).collect();
    assert_eq!(hosts.len(), 2);
    assert!(hosts.contains(&"10.0.0.2".to_owned()) && hosts.contains(&"10.0.0.3".to_owned()));
}

#[test]
fn neighbours_that_come_and_go_are_told() {
    let Some(mut conn) = with_pair() else { return };
    let mut listener = Connection::route().unwrap();
    let mut events = listener.subscribe(RTNLGRP_NEIGH).unwrap();
    let mut next = |host: &str| {
        let mut event = || loop {
            match events.next().unwrap().unwrap() {
                Notification::NewneighNtf(it) => return (true, it),
                Notification::DelneighNtf(it) => return (false, it),
                _ => {}
            }
        };
        // The devices look for addresses of their own meanwhile.
        loop {
            let (new, neighbour) = event();
            if neighbour.dst.unwrap().to_string() == host {
                return (new, neighbour);
            }
        }
    };
    conn.request_with(&permanent("v0", 9), brand_new()).unwrap();
    let (new, told) = next("10.0.0.9");
    assert!(new);
    assert_eq!((told.lladdr, told.header.ndm_state), (Some(ADDRESS.into()), NudState::PERMANENT));
    let delete =
        DelneighRequest::new().with_header(on("v0", INET)).with_dst(Ipv4Addr::new(10, 0, 0, 9));
    conn.request(&delete).unwrap();
    // It fails first, then it goes.
    let gone = std::iter::repeat_with(|| next("10.0.0.9")).find(|(new, _)| !new).unwrap().1;
    assert_eq!(gone.header.ndm_ifindex, told.header.ndm_ifindex);
}

#[test]
fn an_entry_of_a_bridge_is_a_neighbour_without_an_address() {
    let Some(mut conn) = with_pair() else { return };
    ip("link add br0 type bridge");
    ip("link set v0 master br0");
    let header = on("v0", BRIDGE).with_ndm_state(NudState::NOARP).with_ndm_flags(NtfFlags::MASTER);
    let request = NewneighRequest::new().with_header(header).with_lladdr(ADDRESS);
    conn.request_with(&request, brand_new()).unwrap();
    let all = GetneighDump::new().with_header(Ndmsg::new().with_ndm_family(BRIDGE));
    let entries = dump(&mut conn, &all);
    let entry = entries.iter().find(|entry| entry.lladdr == Some(ADDRESS.into())).unwrap();
    assert_eq!((entry.dst, entry.master), (None, Some(index_of("br0"))));
    assert_eq!(entry.header.ndm_state, NudState::NOARP);
    let listed = std::process::Command::new("bridge").args(["-j", "fdb"]).output().unwrap();
    let listed: Vec<Value> = serde_json::from_slice(&listed.stdout).unwrap();
    let shown = listed.iter().find(|it| it["mac"] == "02:00:00:00:00:09").unwrap();
    assert_shows(shown, &json!({ "ifname": "v0", "master": "br0", "state": "static" }));

    let by_master = dump(&mut conn, &all.with_master(index_of("br0")));
    assert!(by_master.iter().any(|it| it.lladdr == entry.lladdr), "{by_master:?}");
}

/// The reachable time is drawn at random now and then, and references come and go: both are left out.
#[test]
fn tables_of_neighbours_are_those_of_iproute2_and_change() {
    let Some(mut conn) = with_pair() else { return };
    let header = Ndtmsg::new().with_family(INET);
    let parameters =
        NdtpaAttrs::new().with_ifindex(index_of("v0")).with_ucast_probes(7).with_locktime(5000);
    let change = SetneightblRequest::new().with_header(header).with_name("arp_cache");
    conn.request(&change.with_parms(parameters)).unwrap();
    let shown = ip_json("ntable show");
    let tables = conn.dump(&GetneightblDump::new()).unwrap();
    let tables: Vec<_> = tables.map(Result::unwrap).collect();
    assert_eq!(tables.len(), shown.len());
    for (table, shown) in tables.iter().zip(&shown) {
        let settings = table.parms.as_ref().unwrap();
        assert_shows(
            shown,
            &json!({
                "family": if table.header.family == INET6 { "inet6" } else { "inet" },
                "name": table.name,
                "thresh1": table.thresh1,
                "thresh2": table.thresh2,
                "thresh3": table.thresh3,
                "gc_interval": table.gc_interval,
                "base_reachable": settings.base_reachable_time,
                "retrans": settings.retrans_time,
                "gc_stale": settings.gc_staletime,
                "delay_probe": settings.delay_probe_time,
                "app_probes": settings.app_probes,
                "ucast_probes": settings.ucast_probes,
                "mcast_probes": settings.mcast_probes,
                "anycast_delay": settings.anycast_delay,
                "proxy_delay": settings.proxy_delay,
                "proxy_queue": settings.proxy_qlen,
                "locktime": settings.locktime,
            }),
        );
    }
    let changed = tables.iter().filter_map(|table| table.parms.as_ref());
    let changed = changed.filter(|it| it.ucast_probes == Some(7)).count();
    assert_eq!(changed, 1);
}
