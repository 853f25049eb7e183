//! Families whose hardware no virtual machine has: what they say without it. And fou, which needs
//! none.

use std::net::Ipv4Addr;

use nlkit::{Connection, Dump, Error, Family, Generic, NlAttrs};
use nlkit_specs::{
    dev_energymodel, devlink, dpll, drm_ras, fou, handshake, net_shaper, netdev, psp,
};
use nlkit_tests::lab::since;
use nlkit_tests::namespace::{in_namespace, ip, kernel_error};

/// How many entries a dump has.
fn count<R>(request: &R) -> Result<usize, Error>
where
    R: Dump + for<'a> NlAttrs<'a>,
    R::Family: Family<Protocol = Generic>,
{
    let mut conn = Connection::generic()?;
    let mut count = 0;
    for entry in conn.dump(request)? {
        entry?;
        count += 1;
    }
    Ok(count)
}

#[test]
#[ignore = "runs in the lab"]
fn a_family_without_devices_lists_none() {
    assert_eq!(count(&devlink::GetDump::new()).unwrap(), 0);
    assert_eq!(count(&devlink::PortGetDump::new()).unwrap(), 0);
    assert_eq!(count(&devlink::InfoGetDump::new()).unwrap(), 0);
    let dpll = [count(&dpll::DeviceGetDump::new()), count(&dpll::PinGetDump::new())];
    let energy = count(&dev_energymodel::GetPerfDomainsDump::new());
    let expect = |counted: Result<usize, Error>, there: bool| match counted {
        Ok(count) => assert!(there && count == 0, "{count}"),
        Err(Error::UnknownFamily { family }) => assert!(!there, "no {family}"),
        Err(error) => panic!("{error}"),
    };
    dpll.into_iter().for_each(|counted| expect(counted, since(6, 12)));
    expect(energy, since(7, 2));
    expect(count(&psp::DevGetDump::new()), false);
    expect(count(&drm_ras::ListNodesDump::new()), false);
}

#[test]
#[ignore = "runs in the lab"]
fn devlink_tells_what_it_lacks() {
    let mut conn = Connection::generic().unwrap();
    let error = kernel_error(conn.request(&devlink::GetRequest::new()));
    assert_eq!(error.errno, 22, "{error}");
    let nosuch = devlink::GetRequest::new().with_bus_name("pci").with_dev_name("0000:00:00.0");
    let error = kernel_error(conn.request(&nosuch));
    assert_eq!(error.errno, 19, "ENODEV: {error}");
    let of_one = devlink::PortGetDump::new().with_bus_name("pci").with_dev_name("0000:00:00.0");
    match count(&of_one) {
        Ok(count) => assert!(!since(6, 12) && count == 0, "{count}"),
        refused => assert_eq!(kernel_error(refused).errno, 19, "ENODEV"),
    }
}

#[test]
#[ignore = "runs in the lab"]
fn dpll_tells_what_it_lacks() {
    if !since(6, 12) {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let error = kernel_error(conn.request(&dpll::DeviceGetRequest::new()));
    assert_eq!(error.missing.as_deref(), Some(".id"), "{error}");
    let error = kernel_error(conn.request(&dpll::DeviceGetRequest::new().with_id(3)));
    assert_eq!(error.errno, 19, "{error}");
    let mode = dpll::DeviceIdGetRequest::new().with_type(dpll::Type(77));
    let error = kernel_error(conn.request(&mode));
    assert_eq!((error.errno, error.attribute.as_deref()), (34, Some(".type")), "{error}");
}

#[test]
#[ignore = "runs in the lab"]
fn a_device_that_cannot_shape_says_so() {
    if !since(7, 2) {
        return;
    }
    assert!(in_namespace());
    let mut conn = Connection::generic().unwrap();
    let handle = || net_shaper::Handle::new().with_scope(net_shaper::Scope::NETDEV);
    let request = net_shaper::GetRequest::new().with_ifindex(1).with_handle(handle());
    let error = kernel_error(conn.request(&request));
    assert_eq!((error.errno, error.attribute.as_deref()), (95, Some(".ifindex")), "{error}");
    let request = net_shaper::GetRequest::new().with_handle(handle());
    let error = kernel_error(conn.request(&request));
    assert_eq!(error.missing.as_deref(), Some(".ifindex"), "{error}");
    let handle = net_shaper::Handle::new().with_scope(net_shaper::Scope(9));
    let request = net_shaper::GetRequest::new().with_ifindex(1).with_handle(handle);
    let error = kernel_error(conn.request(&request));
    assert_eq!((error.errno, error.attribute.as_deref()), (34, Some(".handle.scope")), "{error}");
}

#[test]
#[ignore = "runs in the lab"]
fn no_handshake_waits() {
    if !since(6, 12) {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    conn.join(handshake::TLSHD).unwrap();
    let request =
        handshake::AcceptRequest::new().with_handler_class(handshake::HandlerClass::TLSHD);
    assert_eq!(kernel_error(conn.request(&request)).errno, 11, "EAGAIN");
    let error = kernel_error(conn.request(&handshake::AcceptRequest::new()));
    assert_eq!(error.missing.as_deref(), Some(".handler-class"), "{error}");
    let done = handshake::DoneRequest::new().with_sockfd(99).with_status(u32::MAX);
    let error = kernel_error(conn.request(&done));
    assert_eq!(
        error.to_string(),
        "handshake done: .status: Numerical result out of range (34): integer out of range (u32, 0 \
         to 4095)"
    );
}

#[test]
#[ignore = "runs in the lab"]
fn energy_models_of_unknown_domains_are_refused() {
    if !since(7, 2) {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let request = dev_energymodel::GetPerfTableRequest::new().with_perf_domain_id(5);
    let error = kernel_error(conn.request(&request));
    assert_eq!(error.to_string(), "dev-energymodel get-perf-table: Invalid argument (22)");
    let request = dev_energymodel::GetPerfDomainsRequest::new().with_perf_domain_id(5);
    let error = kernel_error(conn.request(&request));
    assert_eq!(error.errno, 22, "{error}");
}

#[test]
#[ignore = "runs in the lab"]
fn a_fou_port_is_added_found_and_removed() {
    assert!(in_namespace());
    let mut conn = Connection::generic().unwrap();
    let local = Ipv4Addr::new(127, 0, 0, 1);
    let add = fou::AddRequest::new()
        .with_port(5555)
        .with_ipproto(4)
        .with_type(fou::EncapType::DIRECT)
        .with_af(2)
        .with_local_v4(local);
    conn.request(&add).unwrap();
    ip("fou add port 7777 gue");

    let mut found: Vec<_> = conn.dump(&fou::GetDump::new()).unwrap().map(Result::unwrap).collect();
    found.sort_by_key(|port| port.port);
    let [ours, other] = &found[..] else { panic!("{found:?}") };
    assert_eq!((ours.port, ours.ipproto, ours.af), (Some(5555), Some(4), Some(2)));
    assert_eq!((ours.r#type, ours.local_v4), (Some(fou::EncapType::DIRECT), Some(local)));
    assert_eq!((other.port, other.r#type), (Some(7777), Some(fou::EncapType::GUE)));
    let shown = ip("fou show");
    assert!(shown.contains("port 5555 ipproto 4 local 127.0.0.1"), "{shown}");

    let get = fou::GetRequest::new().with_port(5555).with_af(2).with_local_v4(local);
    assert_eq!(conn.request(&get).unwrap(), *ours);
    let del = fou::DelRequest::new().with_port(5555).with_af(2).with_local_v4(local);
    conn.request(&del).unwrap();
    assert!(!ip("fou show").contains("5555"));
    kernel_error(conn.request(&del));
}

#[test]
#[ignore = "runs in the lab"]
fn page_pools_are_asked_for_in_a_nest_that_is_checked() {
    if !since(7, 2) {
        return;
    }
    assert!(in_namespace());
    let mut conn = Connection::generic().unwrap();
    let of = |info| netdev::PagePoolStatsGetRequest::new().with_info(info);
    let error = kernel_error(conn.request(&of(netdev::PagePoolInfo::new().with_id(0_u64))));
    assert_eq!((error.errno, error.attribute.as_deref()), (34, Some(".info.id")), "{error}");
    let error = kernel_error(conn.request(&of(netdev::PagePoolInfo::new())));
    assert_eq!(error.missing.as_deref(), Some(".info.id"), "{error}");
    let error = kernel_error(conn.request(&of(netdev::PagePoolInfo::new().with_id(4711_u64))));
    assert_eq!(error.errno, 2, "{error}");
}
