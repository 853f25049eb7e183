//! Tasks that share a connection to a kernel that answers late: what one learns is not another's answer.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use nlkit::asynchronous::Connection;
use nlkit::nlctrl::{self, FamilyInfo, GroupInfo};
use nlkit::script::{PORT, answer};
use nlkit::session::Source;
use nlkit::wire::Header;
use nlkit::{Generic, Received, Transport, errno};
use nlkit_specs::netdev;
use nlkit_tests::raw;
use nlkit_tests::tunnel::{self, Family, Tunnel};

/// A kernel whose answers a test gives when it likes.
#[derive(Default)]
struct Late {
    sent: Vec<Vec<u8>>,
    queue: VecDeque<(Vec<u8>, Source)>,
}

impl Transport for Late {
    fn port(&self) -> u32 {
        PORT
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        self.sent.push(datagram.to_vec());
        Ok(())
    }

    fn receive(&mut self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        let (datagram, source) = self.queue.pop_front().ok_or(io::ErrorKind::WouldBlock)?;
        buffer.extend_from_slice(&datagram);
        Ok(Received { len: datagram.len(), source })
    }

    fn wait(&mut self, _: Option<Duration>) -> io::Result<bool> {
        Ok(!self.queue.is_empty())
    }

    fn join(&mut self, _: u32) -> io::Result<()> {
        Ok(())
    }

    fn leave(&mut self, _: u32) -> io::Result<()> {
        Ok(())
    }
}

never_woken!(Late);

type Conn = Connection<Generic, Late>;

fn poll<F: Future>(future: &mut Pin<&mut F>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// The last request that was sent, but for the no-ops of the connection.
fn last(conn: &Conn) -> Vec<u8> {
    let asks = |sent: &&Vec<u8>| Header::parse(sent).unwrap().kind != nlkit::wire::kind::NOOP;
    conn.with_socket(|kernel| kernel.sent.iter().rfind(asks).unwrap().clone())
}

fn say(conn: &Conn, datagram: Vec<u8>) {
    conn.with_socket(|kernel| kernel.queue.push_back((datagram, Source::default())));
}

/// The answer to a question for a family.
fn family(request: &[u8], id: u16, name: &str) -> Vec<u8> {
    let info = FamilyInfo { id: Some(id), name: Some(name.into()), ..FamilyInfo::default() };
    answer(request).reply(nlctrl::ID, 1, &info).into_datagram()
}

#[test]
fn a_batch_does_not_take_the_id_of_one_family_for_anothers() {
    let conn = Conn::with_transport(Late::default());
    {
        let mut known = pin!(conn.family::<Family>());
        assert!(poll(&mut known).is_pending());
        say(&conn, family(&last(&conn), tunnel::ID, "tunnel"));
        assert!(poll(&mut known).is_ready());
    }
    let mut batch = conn.batch();
    batch.add(&Tunnel::new(), Default::default()).unwrap();
    batch.add(&netdev::DevGetRequest::new(), Default::default()).unwrap();
    let mut batch = pin!(batch.send());
    assert!(poll(&mut batch).is_pending());
    let asked = last(&conn);
    // Meanwhile another task is told that the first family's id is stale.
    let mut request = pin!(conn.request(&Tunnel::new()));
    assert!(poll(&mut request).is_pending());
    say(&conn, answer(&last(&conn)).error(errno::ENOENT, &[]).into_datagram());
    assert!(poll(&mut request).is_pending());
    say(&conn, family(&asked, 55, "netdev"));
    assert!(poll(&mut batch).is_pending());
    let sent = last(&conn);
    let first = Header::parse(&sent).unwrap();
    let second = Header::parse(&sent[first.len as usize..]).unwrap();
    assert_eq!([first.kind, second.kind], [tunnel::ID, 55]);
}

#[test]
fn a_wait_for_a_family_to_go_asks_for_itself() {
    let conn = Conn::with_transport(Late::default());
    let mut gone = pin!(conn.wait_for_family_to_go::<Family>());
    assert!(poll(&mut gone).is_pending());
    let notify = GroupInfo { id: Some(16), name: Some("notify".into()) };
    let controller = FamilyInfo {
        id: Some(nlctrl::ID),
        name: Some("nlctrl".into()),
        groups: Some(vec![notify]),
        ..FamilyInfo::default()
    };
    say(&conn, answer(&last(&conn)).reply(nlctrl::ID, 1, &controller).into_datagram());
    assert!(poll(&mut gone).is_pending());
    let asked = last(&conn);
    let mut known = pin!(conn.family::<Family>());
    assert!(poll(&mut known).is_pending());
    say(&conn, family(&asked, tunnel::ID, "tunnel"));
    say(&conn, family(&last(&conn), tunnel::ID, "tunnel"));
    let went = nlkit::encode(&FamilyInfo { name: Some("tunnel".into()), ..FamilyInfo::default() });
    let went = raw::genl(nlctrl::ID, 0, 0, 0, 2, &went.unwrap());
    let source = Source { groups: 1 << 15, ..Source::default() };
    conn.with_socket(|kernel| kernel.queue.push_back((went, source)));
    // It reads all that, and asks once more; only then does the other task read its old answer.
    assert!(poll(&mut gone).is_pending());
    assert!(poll(&mut known).is_ready());
    say(&conn, answer(&last(&conn)).error(errno::ENOENT, &[]).into_datagram());
    assert!(matches!(poll(&mut gone), Poll::Ready(Ok(()))));
}
