//! The NFS server of the kernel, its lock manager, and the caches of sunrpc.

use nlkit::{Connection, Error};
use nlkit_specs::{lockd, nfsd, sunrpc};
use nlkit_tests::lab::since;
use nlkit_tests::namespace::kernel_error;

#[test]
#[ignore = "runs in the lab"]
fn versions_are_chosen() {
    if !since(6, 12) {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let versions = |conn: &mut Connection| {
        let reply = conn.request(&nfsd::VersionGetRequest::new()).unwrap();
        let on = reply.version.iter().filter(|version| version.enabled);
        on.map(|version| (version.major.unwrap(), version.minor)).collect::<Vec<_>>()
    };
    let before = conn.request(&nfsd::VersionGetRequest::new()).unwrap();
    println!("{:?}", versions(&mut conn));
    let version = |major: u32, minor: u32| {
        let version = nfsd::Version::new().with_major(major).with_minor(minor);
        version.with_enabled(true)
    };
    let wanted = [version(4, 1), version(4, 2)];
    conn.request(&nfsd::VersionSetRequest::new().with_version(wanted)).unwrap();
    assert_eq!(versions(&mut conn), [(4, Some(1)), (4, Some(2))]);
    conn.request(&nfsd::VersionSetRequest::new().with_version(before.version.clone())).unwrap();
    assert_eq!(conn.request(&nfsd::VersionGetRequest::new()).unwrap(), before);
}

#[test]
#[ignore = "runs in the lab"]
fn the_server_is_down_and_says_so() {
    if !since(6, 12) {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let server = conn.request(&nfsd::ThreadsGetRequest::new()).unwrap();
    println!("{server:?}");
    assert_eq!(server.threads, [0]);
    let listeners = conn.request(&nfsd::ListenerGetRequest::new()).unwrap();
    assert_eq!(listeners.addr, []);
    let none = conn.dump(&nfsd::RpcStatusGetDump::new()).unwrap();
    println!("{:?}", none.collect::<Vec<_>>());
    let pools = conn.request(&nfsd::PoolModeGetRequest::new()).unwrap();
    println!("{pools:?}");
    let error = kernel_error(conn.request(&nfsd::ThreadsSetRequest::new()));
    println!("{error:?}");
    let started = std::time::Instant::now();
    let outcome = conn.request(&nfsd::ThreadsSetRequest::new().with_threads([2]));
    println!("{outcome:?} {:?}", started.elapsed());
    println!("{:?}", conn.request(&nfsd::ThreadsGetRequest::new()));
}

#[test]
#[ignore = "runs in the lab"]
fn the_lock_manager_keeps_its_settings() {
    if !since(7, 2) {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let set =
        lockd::ServerSetRequest::new().with_gracetime(40).with_tcp_port(4045).with_udp_port(4046);
    conn.request(&set).unwrap();
    let found = conn.request(&lockd::ServerGetRequest::new()).unwrap();
    assert_eq!(
        (found.gracetime, found.tcp_port, found.udp_port),
        (Some(40), Some(4045), Some(4046))
    );
    let error = kernel_error(conn.request(&lockd::ServerSetRequest::new().with_tcp_port(1)));
    assert_eq!(error.errno, 22, "{error}");
}

#[test]
#[ignore = "runs in the lab"]
fn caches_wait_for_nothing() {
    let mut conn = Connection::generic().unwrap();
    let dump = conn.dump(&sunrpc::IpMapGetReqsDump::new());
    if !since(7, 2) {
        assert!(matches!(dump, Err(Error::UnknownFamily { family: "sunrpc" })), "{dump:?}");
        return;
    }
    let waiting: Result<Vec<_>, _> = dump.unwrap().collect();
    println!("{waiting:?}");
    conn.request(&sunrpc::CacheFlushRequest::new()).unwrap();
    conn.join(sunrpc::EXPORTD).unwrap();
}
