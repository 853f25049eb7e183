//! The NFS server of the kernel, its lock manager, and the caches of sunrpc.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

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
fn a_server_that_is_down_says_so() {
    if !since(6, 12) {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let server = conn.request(&nfsd::ThreadsGetRequest::new()).unwrap();
    assert_eq!((server.threads, server.leasetime), (vec![0], Some(90)));
    assert_eq!(conn.request(&nfsd::ListenerGetRequest::new()).unwrap().addr, []);
    let requests: Result<Vec<_>, _> = conn.dump(&nfsd::RpcStatusGetDump::new()).unwrap().collect();
    assert_eq!(kernel_error(requests).errno, 19, "ENODEV");
    let pools = conn.request(&nfsd::PoolModeGetRequest::new()).unwrap();
    assert_eq!(pools.mode.unwrap(), "global");
    let error = kernel_error(conn.request(&nfsd::ThreadsSetRequest::new()));
    assert_eq!(error.missing.as_deref(), Some(".threads"), "{error}");
    let nosuch = nfsd::PoolModeSetRequest::new().with_mode("nosuch");
    assert_eq!(kernel_error(conn.request(&nosuch)).errno, 22, "EINVAL");
}

/// Says yes to whatever a server wants to register, as rpcbind would: the kernel starts no server
/// without one.
fn rpcbind() {
    const ACCEPTED: [u32; 6] = [1, 0, 0, 0, 0, 1];
    let listener = TcpListener::bind("127.0.0.1:111").unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                while let Some(call) = fragment(&mut stream) {
                    let words = ACCEPTED.iter().flat_map(|word| word.to_be_bytes());
                    let reply: Vec<u8> = call[..4].iter().copied().chain(words).collect();
                    let mark = 0x8000_0000 | u32::try_from(reply.len()).unwrap();
                    stream.write_all(&[&mark.to_be_bytes(), &reply[..]].concat()).unwrap();
                }
            });
        }
    });
}

/// A call of RPC over TCP; `None` at the end.
fn fragment(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut mark = [0; 4];
    stream.read_exact(&mut mark).ok()?;
    let mut call = vec![0; (u32::from_be_bytes(mark) & 0x7fff_ffff) as usize];
    stream.read_exact(&mut call).ok()?;
    Some(call)
}

/// `struct sockaddr_in` in the room of a `struct sockaddr_storage`.
fn address(port: u16) -> Vec<u8> {
    let mut address = [&2_u16.to_ne_bytes()[..], &port.to_be_bytes(), &[127, 0, 0, 1]].concat();
    address.resize(128, 0);
    address
}

#[test]
#[ignore = "runs in the lab"]
fn a_server_is_started_and_stopped() {
    if !since(6, 12) {
        return;
    }
    rpcbind();
    let mut conn = Connection::generic().unwrap();
    let socket = nfsd::Sock::new().with_addr(address(2049)).with_transport_name("tcp");
    conn.request(&nfsd::ListenerSetRequest::new().with_addr([socket])).unwrap();
    let threads = nfsd::ThreadsSetRequest::new().with_threads([3]).with_scope("lab");
    conn.request(&threads).unwrap();
    let server = conn.request(&nfsd::ThreadsGetRequest::new()).unwrap();
    assert_eq!((server.threads, server.scope.unwrap()), (vec![3], "lab".into()));
    let listeners = conn.request(&nfsd::ListenerGetRequest::new()).unwrap();
    let [listener] = &listeners.addr[..] else { panic!("{listeners:?}") };
    assert_eq!(listener.addr.as_ref().unwrap()[..8], address(2049)[..8]);
    assert_eq!(listener.transport_name.as_ref().unwrap(), &"tcp");
    assert!(TcpStream::connect("127.0.0.1:2049").is_ok(), "it listens");
    assert_eq!(conn.dump(&nfsd::RpcStatusGetDump::new()).unwrap().count(), 0);
    let version = nfsd::Version::new().with_major(3).with_minor(0);
    let fixed = conn.request(&nfsd::VersionSetRequest::new().with_version([version]));
    assert_eq!(kernel_error(fixed).errno, 16, "EBUSY while it runs");

    conn.request(&nfsd::ThreadsSetRequest::new().with_threads([0])).unwrap();
    assert_eq!(conn.request(&nfsd::ThreadsGetRequest::new()).unwrap().threads, [0]);
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
    assert_eq!(waiting.unwrap(), []);
    conn.request(&sunrpc::CacheFlushRequest::new()).unwrap();
    conn.join(sunrpc::EXPORTD).unwrap();
}
