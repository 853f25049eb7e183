//! The session and the connection against a kernel that says what a test wants it to.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

/// Makes a transport one of tasks, which nobody wakes: the test polls.
macro_rules! never_woken {
    ($transport:ty) => {
        impl nlkit::AsyncTransport for $transport {
            type Sleep = std::future::Ready<()>;

            fn poll_receive(
                &mut self,
                _: &mut std::task::Context<'_>,
                buffer: &mut Vec<u8>,
            ) -> std::task::Poll<std::io::Result<nlkit::Received>> {
                match nlkit::Transport::receive(self, buffer) {
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                        std::task::Poll::Pending
                    }
                    received => std::task::Poll::Ready(received),
                }
            }

            fn sleep(&self, _: std::time::Duration) -> Self::Sleep {
                std::future::ready(())
            }
        }
    };
}

mod datagrams;
mod dumps;
mod families;
mod faults;
mod feed;
mod kernel_errors;
mod long_life;
mod meanwhile;
mod notifications;
mod raw_operations;
mod raw_protocols;
mod requests;

use nlkit::script::{Script, answer};
use nlkit::{Connection, Error, Generic, Transport};
use nlkit_tests::faulty::{Faulty, Step, ack_noop};
use nlkit_tests::tunnel::{self, Tunnel};

/// A connection to a kernel with the family `tunnel`, whose requests `respond` answers.
#[expect(clippy::type_complexity, reason = "the type of a closure cannot be named")]
fn scripted<F>(mut respond: F) -> Connection<Generic, Script<impl FnMut(&[u8]) -> Vec<Vec<u8>>>>
where
    F: FnMut(&[u8]) -> Vec<Vec<u8>>,
{
    Connection::with_transport(Script::new(move |request: &[u8]| {
        match tunnel::resolve(request, tunnel::ID) {
            Some(family) => vec![family],
            None => respond(request),
        }
    }))
}

/// As [`scripted`], with a kernel whose socket fails too.
#[expect(clippy::type_complexity, reason = "the type of a closure cannot be named")]
fn faulty<F>(
    mut respond: F,
) -> Connection<Generic, Faulty<impl FnMut(&[u8]) -> Result<Vec<Step>, i32>>>
where
    F: FnMut(&[u8]) -> Vec<Step>,
{
    Connection::with_transport(Faulty::new(move |request: &[u8]| {
        if let Some(ack) = ack_noop(request) {
            return Ok(ack);
        }
        Ok(match tunnel::resolve(request, tunnel::ID) {
            Some(family) => vec![family.into()],
            None => respond(request),
        })
    }))
}

/// The answer to `get` with one tunnel.
fn one(request: &[u8], name: &str) -> Vec<u8> {
    let tunnel = tunnel::tunnel(1, name);
    answer(request).reply(tunnel::ID, tunnel::GET, &tunnel).into_datagram()
}

/// The answer to a dump of `get`, as one datagram.
fn list(request: &[u8], names: &[&str]) -> Vec<u8> {
    let tunnels = (1..).zip(names).map(|(number, name)| tunnel::tunnel(number, name));
    let entries = tunnels
        .fold(answer(request), |answer, tunnel| answer.reply(tunnel::ID, tunnel::GET, &tunnel));
    entries.done(0).into_datagram()
}

/// The names of a dump, or its first error.
fn names<T: Transport>(conn: &mut Connection<Generic, T>) -> Result<Vec<String>, Error> {
    let dump = conn.dump(&Tunnel::new())?;
    dump.map(|tunnel| tunnel.map(|tunnel| name(&tunnel))).collect()
}

fn name(tunnel: &Tunnel) -> String {
    tunnel.ifname.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// Whether a datagram that was sent asks for a list.
fn is_dump(request: &[u8]) -> bool {
    let flags = answer(request).request().flags;
    flags & nlkit::wire::flag::DUMP == nlkit::wire::flag::DUMP
}
