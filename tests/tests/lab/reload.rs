//! A module that is unloaded and loaded again, and those who use and hear its family.

use nlkit::{Connection, Do, Error, Generic, Group, Message, Notification, RawMessage, nlctrl};

use crate::run;

/// A family whose module nothing else here uses (linux/psample.h).
enum Psample {}

impl nlkit::Family for Psample {
    type Protocol = Generic;
    const NAME: &'static str = "psample";
}

const CONFIG: Group<Config> = Group::new("config");

#[derive(Debug)]
struct Config(RawMessage);

impl Notification for Config {
    type Family = Psample;

    fn decode(message: Message<'_>) -> Result<Self, nlkit::DecodeError> {
        Ok(Self(message.to_raw()))
    }

    fn encode(&self, buffer: &mut Vec<u8>) -> Result<u16, nlkit::EncodeError> {
        self.0.encode(buffer)
    }
}

/// PSAMPLE_CMD_DEL_GROUP, which no user may ask for: the kernel says so of a family that it knows.
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
    type Family = Psample;
    type Reply = ();
    const NAME: &'static str = "del-group";
    const CMD: u16 = 3;
}

#[test]
#[ignore = "runs in the lab"]
fn a_module_that_is_reloaded_is_used_and_heard_again() {
    let mut conn = Connection::generic().unwrap();
    let before = conn.wait_for_family::<Psample>().unwrap().id;
    let known = conn.request(&NoOperation).unwrap_err();
    assert_eq!(known.errno(), Some(libc::EOPNOTSUPP), "{known}");

    // It has the old id until it asks with it.
    let mut other = Connection::generic().unwrap();
    other.family::<Psample>().unwrap();
    let mut listener = Connection::generic().unwrap();
    listener.join(nlctrl::NOTIFY).unwrap();
    let mut configs = listener.subscribe(CONFIG).unwrap();
    assert!(conn.policy::<Psample>().unwrap().family().is_some());

    run("rmmod", "psample");
    conn.wait_for_family_to_go::<Psample>().unwrap();
    let gone = conn.request(&NoOperation).unwrap_err();
    assert!(matches!(gone, Error::UnknownFamily { family: "psample" }), "{gone:?}");
    run("insmod", "/lib/modules/psample.ko");
    let after = conn.wait_for_family::<Psample>().unwrap().id;
    assert_ne!(after, before, "ids are given one after the other");
    let again = conn.request(&NoOperation).unwrap_err();
    assert_eq!(again.errno(), Some(libc::EOPNOTSUPP), "{again}");

    let again = other.request(&NoOperation).unwrap_err();
    assert_eq!(again.errno(), Some(libc::EOPNOTSUPP), "{again}");
    assert_eq!(other.counters().retries, 1);

    let lost = configs.next().unwrap().unwrap_err();
    assert!(matches!(lost, Error::Lost), "{lost:?}");
}
