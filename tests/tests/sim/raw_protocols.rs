//! Protocols without generic netlink: the type of a message is its operation.

use nlkit::serve::{Refusal, Service};
use nlkit::sim::Kernel;
use nlkit::{Error, Modifiers, Raw, Route, Transport};
use nlkit_specs::{rt_addr, rt_link};
use nlkit_tests::namespace::kernel_error;
use nlkit_tests::shelf::{Get, Header, Make, Protocol, SHELVES, Shelf, Told};

fn shelf(number: i32) -> Get {
    Get::new().with_header(Header::new().with_shelf(number))
}

fn kernel() -> Kernel {
    let kernel = Kernel::new();
    let mut service = Service::<Shelf>::new();
    service.on_do(|request: Get, _| match request.header.shelf {
        number @ 1..=3 => Ok(shelf(number)),
        _ => Err(Refusal::new(libc::ENOENT)),
    });
    service.on_dump(|_: Get, _| Ok((1..=3).map(shelf)));
    service.on_do(|request: Make, call| {
        if call.modifiers() != Modifiers::CREATE | Modifiers::EXCL {
            return Err(Refusal::new(libc::EINVAL).missing(".row.kind"));
        }
        call.notify(SHELVES, &Told::New(shelf(request.header.shelf)))
    });
    kernel.add(service);
    kernel
}

#[test]
fn operations_are_told_apart_by_the_type_of_the_message() {
    let mut conn = kernel().connect::<Protocol>();
    assert_eq!(conn.request(&shelf(2)).unwrap(), shelf(2));
    assert_eq!(kernel_error(conn.request(&shelf(9))).errno, libc::ENOENT);
    let all: Vec<Get> = conn.dump(&shelf(0)).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(all, (1..=3).map(shelf).collect::<Vec<_>>());
}

#[test]
fn a_change_is_told_with_its_number_and_modifiers_come_through() {
    let kernel = kernel();
    let mut listener = kernel.connect::<Protocol>();
    listener.join(SHELVES).unwrap();
    let mut conn = kernel.connect::<Protocol>();
    let make = Make::new().with_header(Header::new().with_shelf(7));
    assert_eq!(kernel_error(conn.request(&make)).errno, libc::EINVAL);
    // Not a dump, although the bits of REPLACE and EXCL are those of one.
    let both = Modifiers::REPLACE | Modifiers::EXCL;
    assert_eq!(kernel_error(conn.request_with(&make, both)).errno, libc::EINVAL);
    conn.request_with(&make, Modifiers::CREATE | Modifiers::EXCL).unwrap();
    let told = listener.subscribe(SHELVES).unwrap().next().unwrap().unwrap();
    assert_eq!(told, Told::New(shelf(7)));
    kernel.notify(SHELVES, &Told::Del(shelf(7))).unwrap();
    let told = listener.subscribe(SHELVES).unwrap().next().unwrap().unwrap();
    assert_eq!(told, Told::Del(shelf(7)));
}

#[test]
fn families_share_a_protocol() {
    let kernel = Kernel::new();
    let mut links = Service::<rt_link::Family>::new();
    links.on_dump(|_: rt_link::GetlinkDump, _| {
        Ok([rt_link::GetlinkReply::new().with_ifname("lo").with_mtu(65536)])
    });
    links.on_do(|_: rt_link::DellinkRequest, _| Ok(()));
    kernel.add(links);
    let mut addresses = Service::<rt_addr::Family>::new();
    addresses.on_dump(|_: rt_addr::GetaddrDump, _| {
        Ok([rt_addr::GetaddrReply::new().with_local([127, 0, 0, 1])])
    });
    kernel.add(addresses);
    let mut conn = kernel.connect::<Route>();
    let link = conn.dump(&rt_link::GetlinkDump::new()).unwrap().next().unwrap().unwrap();
    assert_eq!(link.ifname.unwrap(), "lo");
    let address = conn.dump(&rt_addr::GetaddrDump::new()).unwrap().next().unwrap().unwrap();
    assert_eq!(address.local.unwrap(), std::net::Ipv4Addr::LOCALHOST);
    let absent = conn.request(&rt_addr::NewaddrRequest::new());
    assert_eq!(kernel_error(absent).errno, libc::EOPNOTSUPP);
    conn.transport_mut().set_privileged(false);
    let denied = conn.request(&rt_link::DellinkRequest::new());
    assert_eq!(kernel_error(denied).errno, libc::EPERM);
    assert!(kernel.remove::<rt_addr::Family>());
    let gone = conn.dump(&rt_addr::GetaddrDump::new()).unwrap().next().unwrap();
    assert_eq!(gone.unwrap_err().errno(), Some(libc::EOPNOTSUPP));
}

#[test]
fn a_protocol_that_nothing_speaks_is_refused() {
    let mut socket = Kernel::new().socket::<Raw<30>>();
    assert_eq!(socket.send(&[0; 16]).unwrap_err().raw_os_error(), Some(libc::ECONNREFUSED));
    let mut conn = Kernel::new().connect::<Protocol>();
    assert!(matches!(conn.request(&shelf(1)), Err(Error::Io(_))));
}
