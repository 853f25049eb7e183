//! A module that is unloaded and loaded again, and those who use and hear its family.

use nlkit::{Connection, Do, Error, Generic, Group, Message, Notification, RawMessage, nlctrl};

use crate::run;

/// A family whose module nothing else here uses (linux/gtp.h).
enum Gtp {}

impl nlkit::Family for Gtp {
    type Protocol = Generic;
    const NAME: &'static str = "gtp";
}

const PDPS: Group<Pdp> = Group::new("gtp");

#[derive(Debug)]
struct Pdp(RawMessage);

impl Notification for Pdp {
    type Family = Gtp;

    fn decode(message: Message<'_>) -> Result<Self, nlkit::DecodeError> {
        Ok(Self(message.to_raw()))
    }

    fn encode(&self, buffer: &mut Vec<u8>) -> Result<u16, nlkit::EncodeError> {
        self.0.encode(buffer)
    }
}

/// An operation that there is not: the kernel says so of a family that it knows.
#[derive(Default)]
struct NoOperation;

impl<'a> nlkit::NlAttrs<'a> for NoOperation {
    const SET: &'static nlkit::Set = &nlkit::Set::new("NoOperation", &[]);

    fn put(&self, _: &mut nlkit::Writer<'_>) {}

    fn set(&mut self, _: nlkit::Attr<'a>) -> Result<(), nlkit::DecodeError> {
        Ok(())
    }
}

impl Do for NoOperation {
    type Family = Gtp;
    type Reply = ();
    const NAME: &'static str = "none";
    const CMD: u16 = 99;
}

#[test]
#[ignore = "runs in the lab"]
fn a_module_that_is_reloaded_is_used_and_heard_again() {
    let mut conn = Connection::generic().unwrap();
    let before = conn.wait_for_family::<Gtp>().unwrap().id;
    let known = conn.request(&NoOperation).unwrap_err();
    assert_eq!(known.errno(), Some(libc::EOPNOTSUPP), "{known}");

    // It has the old id until it asks with it.
    let mut other = Connection::generic().unwrap();
    other.family::<Gtp>().unwrap();
    let mut listener = Connection::generic().unwrap();
    listener.join(nlctrl::NOTIFY).unwrap();
    let mut pdps = listener.subscribe(PDPS).unwrap();
    assert!(conn.policy::<Gtp>().unwrap().family().is_some());

    run("rmmod", "gtp");
    conn.wait_for_family_to_go::<Gtp>().unwrap();
    let gone = conn.request(&NoOperation).unwrap_err();
    assert!(matches!(gone, Error::UnknownFamily { family: "gtp" }), "{gone:?}");
    run("insmod", "/lib/modules/gtp.ko");
    let after = conn.wait_for_family::<Gtp>().unwrap().id;
    assert_ne!(after, before, "ids are given one after the other");
    let again = conn.request(&NoOperation).unwrap_err();
    assert_eq!(again.errno(), Some(libc::EOPNOTSUPP), "{again}");

    let again = other.request(&NoOperation).unwrap_err();
    assert_eq!(again.errno(), Some(libc::EOPNOTSUPP), "{again}");
    assert_eq!(other.counters().retries, 1);

    let lost = pdps.next().unwrap().unwrap_err();
    assert!(matches!(lost, Error::Lost), "{lost:?}");
}
