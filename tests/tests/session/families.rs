//! From a family's name to its id, and what becomes of an id that is stale.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use nlkit::nlctrl::{self, FamilyInfo};
use nlkit::script::{Script, answer};
use nlkit::{Connection, Error, Family, Transport};
use nlkit_tests::tunnel::{self, Set, Tunnel};

use crate::{is_dump, list, name, names, scripted};

const ENOENT: i32 = 2;

/// A kernel whose family has an id that can change, or is not there at all.
#[derive(Clone, Default)]
struct Kernel {
    id: Rc<Cell<Option<u16>>>,
    /// Message types of what was sent, in order.
    sent: Rc<RefCell<Vec<u16>>>,
    /// What a request to the right id is refused with.
    refuses: Rc<Cell<Option<i32>>>,
}

impl Kernel {
    fn new(id: u16) -> Self {
        let kernel = Self::default();
        kernel.id.set(Some(id));
        kernel
    }

    fn respond(&self, request: &[u8]) -> Vec<u8> {
        let kind = answer(request).request().kind;
        self.sent.borrow_mut().push(kind);
        match self.id.get() {
            Some(id) if kind == nlctrl::ID => tunnel::resolve(request, id).unwrap_or_default(),
            Some(id) if kind == id => match self.refuses.get() {
                Some(errno) => answer(request).error(errno, &[]).into_datagram(),
                None => self.answer(request, id),
            },
            _ => answer(request).error(ENOENT, &[]).into_datagram(),
        }
    }

    fn answer(&self, request: &[u8], id: u16) -> Vec<u8> {
        let reply = answer(request).reply(id, tunnel::GET, &tunnel::tunnel(1, "wg0"));
        match (is_dump(request), answer(request).cmd()) {
            (true, _) => reply.done(0).into_datagram(),
            (false, 2) => answer(request).ack().into_datagram(),
            (false, _) => reply.into_datagram(),
        }
    }

    fn connect(&self) -> Connection<nlkit::Generic, impl Transport> {
        let kernel = self.clone();
        Connection::with_transport(Script::new(move |request: &[u8]| vec![kernel.respond(request)]))
    }

    fn sent(&self) -> Vec<u16> {
        self.sent.take()
    }
}

#[test]
fn a_family_is_asked_for_once() {
    let kernel = Kernel::new(40);
    let mut conn = kernel.connect();
    conn.request(&Tunnel::new()).unwrap();
    conn.request(&Set::default()).unwrap();
    assert_eq!(names(&mut conn).unwrap(), ["wg0"]);
    assert_eq!(kernel.sent(), [nlctrl::ID, 40, 40, 40]);
    assert_eq!(conn.family::<tunnel::Family>().unwrap().id, Some(40));
    assert!(kernel.sent().is_empty());
}

#[test]
fn nlctrl_needs_no_resolving() {
    let mut conn = scripted(|_| panic!("only nlctrl is asked"));
    let request = nlctrl::GetFamily { name: Some("tunnel".into()), id: None };
    assert_eq!(conn.request(&request).unwrap().id, Some(40));
}

#[test]
fn a_stale_id_is_asked_for_again_and_the_request_sent_again_once() {
    let kernel = Kernel::new(40);
    let mut conn = kernel.connect();
    conn.request(&Tunnel::new()).unwrap();
    kernel.sent();
    for id in [41, 42, 43] {
        kernel.id.set(Some(id));
        assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "wg0");
        assert_eq!(kernel.sent(), [id - 1, nlctrl::ID, id]);
        conn.request(&Set::default()).unwrap();
        assert_eq!(kernel.sent(), [id]);
    }
    kernel.id.set(Some(50));
    assert_eq!(names(&mut conn).unwrap(), ["wg0"]);
    assert_eq!(kernel.sent(), [43, nlctrl::ID, 50]);
}

#[test]
fn the_request_is_sent_again_as_it_was() {
    let bodies = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&bodies);
    let mut ids = [40, 41].into_iter();
    let mut conn = Connection::with_transport(Script::new(move |request: &[u8]| {
        let header = answer(request).request();
        if header.kind == nlctrl::ID {
            return vec![tunnel::resolve(request, ids.next().unwrap_or(99)).unwrap_or_default()];
        }
        log.borrow_mut().push((header.kind, header.seq, request[16..].to_vec()));
        match log.borrow().len() {
            2 => vec![answer(request).error(ENOENT, &[]).into_datagram()],
            _ => vec![answer(request).ack().into_datagram()],
        }
    }));
    conn.request(&Set::default()).unwrap();
    conn.request(&Set { ifindex: Some(7), peers: None }).unwrap();
    let bodies = bodies.borrow();
    let [_, (40, first, body), (41, second, again)] = &bodies[..] else {
        panic!("{bodies:?}");
    };
    assert_eq!(body, again);
    assert_ne!(first, second, "it is a request of its own");
}

/// ENOENT is also what the kernel says of a tunnel that does not exist.
#[test]
fn the_same_id_means_that_the_error_was_another() {
    let kernel = Kernel::new(40);
    let mut conn = kernel.connect();
    conn.request(&Tunnel::new()).unwrap();
    kernel.refuses.set(Some(ENOENT));
    kernel.sent();
    for _ in 0..2 {
        let error = conn.request(&Tunnel::new()).unwrap_err();
        assert_eq!(error.to_string(), "tunnel get: No such file or directory (2)");
        assert_eq!(kernel.sent(), [40, nlctrl::ID], "not sent again");
    }
    let error = names(&mut conn).unwrap_err();
    assert_eq!(error.errno(), Some(ENOENT));
    kernel.refuses.set(None);
    conn.request(&Tunnel::new()).unwrap();
}

/// An id that was asked for just now is not stale.
#[test]
fn a_fresh_id_is_not_asked_for_again() {
    let kernel = Kernel::new(40);
    kernel.refuses.set(Some(ENOENT));
    let mut conn = kernel.connect();
    conn.request(&Tunnel::new()).unwrap_err();
    assert_eq!(kernel.sent(), [nlctrl::ID, 40]);
}

#[test]
fn other_errors_do_not_ask_again() {
    let kernel = Kernel::new(40);
    let mut conn = kernel.connect();
    conn.request(&Tunnel::new()).unwrap();
    kernel.sent();
    for errno in [1, 19, 22, 95] {
        kernel.refuses.set(Some(errno));
        assert_eq!(conn.request(&Tunnel::new()).unwrap_err().errno(), Some(errno));
        assert_eq!(kernel.sent(), [40]);
    }
}

#[test]
fn a_family_that_is_gone_is_unknown() {
    let kernel = Kernel::new(40);
    let mut conn = kernel.connect();
    conn.request(&Tunnel::new()).unwrap();
    kernel.id.set(None);
    for _ in 0..2 {
        let error = conn.request(&Tunnel::new()).unwrap_err();
        assert!(matches!(error, Error::UnknownFamily { family: "tunnel" }), "{error:?}");
    }
    let error = names(&mut conn).unwrap_err();
    assert!(matches!(error, Error::UnknownFamily { family: "tunnel" }), "{error:?}");
    kernel.id.set(Some(44));
    conn.request(&Tunnel::new()).unwrap();
}

/// A family whose id is another each time that one asks.
#[test]
fn a_request_is_sent_again_only_once() {
    let sent = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&sent);
    let mut id = 40;
    let mut conn = Connection::with_transport(Script::new(move |request: &[u8]| {
        let kind = answer(request).request().kind;
        log.borrow_mut().push(kind);
        assert!(log.borrow().len() < 20, "it goes on for ever");
        vec![match (kind, log.borrow().len()) {
            (nlctrl::ID, _) => {
                id += 1;
                tunnel::resolve(request, id).unwrap_or_default()
            }
            (_, 2) => answer(request).ack().into_datagram(),
            _ => answer(request).error(ENOENT, &[]).into_datagram(),
        }]
    }));
    conn.request(&Set::default()).unwrap();
    let error = conn.request(&Set::default()).unwrap_err();
    assert_eq!(error.errno(), Some(ENOENT));
    assert_eq!(*sent.borrow(), [nlctrl::ID, 41, 41, nlctrl::ID, 42]);
}

/// A family that is loaded anew while a dump is under way: its first half is not given twice.
#[test]
fn an_error_behind_the_first_entry_is_not_retried() {
    let mut id = 40;
    let mut conn = Connection::with_transport(Script::new(move |request: &[u8]| {
        if let Some(family) = tunnel::resolve(request, id) {
            return vec![family];
        }
        let old = answer(request).request().kind;
        let reply = answer(request).reply(old, tunnel::GET, &tunnel::tunnel(1, "a"));
        if !is_dump(request) {
            return vec![reply.into_datagram()];
        }
        id += 1;
        vec![reply.error(ENOENT, &[]).into_datagram()]
    }));
    conn.request(&Tunnel::new()).unwrap();
    let dump: Vec<_> = conn.dump(&Tunnel::new()).unwrap().collect();
    let [Ok(_), Err(error)] = &dump[..] else {
        panic!("{dump:?}");
    };
    assert_eq!(error.errno(), Some(ENOENT));
}

#[test]
fn an_unknown_family_says_its_name() {
    let mut conn = Connection::with_transport(Script::new(|request: &[u8]| {
        vec![answer(request).error(ENOENT, &[]).into_datagram()]
    }));
    let error = conn.request(&Tunnel::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the running kernel has no generic netlink family `tunnel` in this network namespace"
    );
    let error = conn.dump(&Tunnel::new()).unwrap_err();
    assert!(matches!(error, Error::UnknownFamily { .. }), "{error:?}");
    let error = conn.subscribe(tunnel::PEERS).unwrap_err();
    assert!(matches!(error, Error::UnknownFamily { .. }), "{error:?}");
}

#[test]
fn another_error_of_resolving_is_passed_on() {
    let mut conn = Connection::with_transport(Script::new(|request: &[u8]| {
        vec![answer(request).error(1, &[]).into_datagram()]
    }));
    let error = conn.request(&Tunnel::new()).unwrap_err();
    assert_eq!(error.to_string(), "nlctrl getfamily: Operation not permitted (1)");
}

#[test]
fn a_family_without_an_id_is_unknown() {
    let mut conn = Connection::with_transport(Script::new(|request: &[u8]| {
        let nameless = FamilyInfo::default();
        vec![answer(request).reply(nlctrl::ID, 1, &nameless).into_datagram()]
    }));
    let error = conn.request(&Tunnel::new()).unwrap_err();
    assert!(matches!(error, Error::UnknownFamily { family: "tunnel" }), "{error:?}");
}

#[test]
fn an_unknown_group_says_its_name_and_its_familys() {
    let mut conn = scripted(|request| vec![list(request, &[])]);
    let error = conn.subscribe(tunnel::NO_GROUP).unwrap_err();
    let text = "family `tunnel` of the running kernel has no group `weather`";
    assert_eq!(error.to_string(), text);
    assert!(matches!(
        error,
        Error::UnknownGroup { family: tunnel::Family::NAME, group: "weather" }
    ));
    assert!(conn.transport().groups().is_empty());
}
