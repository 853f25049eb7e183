//! All dumps, under each kernel, with radios, an NFS server and so on behind some.

use nlkit::Error;
use nlkit_tests::lab::since;
use nlkit_tests::long_routes;
use nlkit_tests::messages::DUMPS;
use nlkit_tests::namespace::{in_namespace, ip};

use crate::links;

/// Something to list for families that list what is in a namespace.
fn populate() {
    links::make_all();
    ip("link set lo up");
    ip("address add 10.1.2.3/24 dev lo");
    ip("route add 10.9.0.0/16 via 10.1.2.4");
    ip("neighbour add 10.1.2.9 lladdr 02:00:00:00:00:09 dev dummy0");
    ip("link add name wg0 type wireguard");
    ip("fou add port 5555 ipproto 4");
}

/// Whatever a kernel answers, it decodes; what it refuses, it refuses in words.
#[test]
#[ignore = "runs in the lab"]
fn every_dump_decodes() {
    assert!(in_namespace());
    populate();
    let (mut generic, mut raw) = (0, 0);
    for dump in DUMPS {
        let name = format!("{} {}", dump.family, dump.op);
        match (dump.count)() {
            Ok(count) => {
                println!("{name}: {count}");
                let counter = if dump.generic { &mut generic } else { &mut raw };
                *counter += 1;
            }
            Err(Error::Kernel(error)) => println!("{error}"),
            Err(error @ Error::UnknownFamily { .. }) => println!("{error}"),
            Err(error) => panic!("{name}: {error}"),
        }
    }
    let enough = if since(6, 12) { 40 } else { 20 };
    assert!(generic > enough && raw > 10, "{generic} dumps answered, and {raw} raw ones");
}

#[test]
#[ignore = "runs in the lab"]
fn long_routes_are_dumped_and_told() {
    assert!(in_namespace());
    long_routes::a_notification_of_a_long_route_is_whole();
    long_routes::an_11_kib_route_is_in_every_dump_of_a_fresh_socket();
}

#[test]
#[ignore = "runs in the lab"]
fn a_route_that_no_dump_has_room_for_is_an_error_of_the_dump() {
    assert!(in_namespace());
    long_routes::a_route_that_no_dump_has_room_for_is_an_error_of_the_dump();
}
