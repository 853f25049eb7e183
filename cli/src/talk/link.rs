//! The connection of a command: where it is opened, how long it waits, who looks on.

use std::io::Write;
use std::time::Duration;

use clap::Args;
use nlkit::{Socket, SocketOptions};
use nlkit_codegen::ir;
use nlkit_dynamic::{Connection, Direction, Family, Tap, protocol_number};

use super::raw;
use crate::args::Common;
use crate::duration;
use crate::failure::Failure;
use crate::kernel;
use crate::netns::Netns;
use crate::specs::Specs;

/// Bytes that the kernel keeps for who listens while what came is printed.
pub(crate) const RECEIVE_BUFFER: u32 = 8 << 20;

/// How to talk to the kernel.
#[derive(Debug, Args)]
pub(crate) struct Link {
    #[command(flatten)]
    netns: Netns,
    /// How long to wait for an answer, or for the next notification: 5, 500ms, 2m
    #[arg(long, value_name = "TIME", value_parser = duration::parse_some)]
    pub(crate) timeout: Option<Duration>,
    /// Show all messages in hex, attribute by attribute, on stderr
    #[arg(long)]
    raw: bool,
}

/// A connection that somebody may look at.
pub(crate) type Wire = Connection<Tap<Socket, Look>>;

/// Who looks at each datagram.
pub(crate) type Look = Box<dyn FnMut(Direction, &[u8]) + Send>;

impl Link {
    /// The family that is to be talked to.
    ///
    /// # Errors
    /// Where there is no spec for it, or that is wrong.
    pub(crate) fn family(&self, name: &str, specs: &Specs) -> Result<ir::Family, Failure> {
        specs.family(name).map_err(|failure| {
            let is_there = failure.is_unknown() && kernel::has(name, &self.netns);
            if is_there { kernel::without_spec(name) } else { failure }
        })
    }

    /// A connection for families, which are of one protocol.
    ///
    /// # Errors
    /// Where the namespace cannot be entered, or the socket not be made.
    pub(crate) fn open(
        &self,
        families: &[&'static Family],
        common: &Common,
    ) -> Result<Wire, Failure> {
        self.open_with(Socket::options(), families, common)
    }

    /// As [`Link::open`], to listen.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn listen(
        &self,
        families: &[&'static Family],
        common: &Common,
    ) -> Result<Wire, Failure> {
        self.open_with(Socket::options().receive_buffer(RECEIVE_BUFFER), families, common)
    }

    fn open_with(
        &self,
        options: SocketOptions,
        families: &[&'static Family],
        common: &Common,
    ) -> Result<Wire, Failure> {
        let Some(family) = families.first() else { return Err(Failure::usage("no family")) };
        let protocol = protocol_number(family.ir());
        let socket = match self.netns.open()? {
            Some(namespace) => options.open_protocol_in(protocol, &namespace),
            None => options.open_protocol(protocol),
        };
        let look: Look = match self.raw {
            true => raw::look(families.to_vec(), common.output.color),
            false => Box::new(|_, _| {}),
        };
        let tap = Tap::new(socket.map_err(nlkit::Error::from)?, look);
        let mut conn = Connection::with_transport(family, tap);
        conn.set_timeout(self.timeout);
        Ok(conn)
    }
}

/// What the kernel remarked goes to stderr.
pub(crate) fn tell_warnings(conn: &mut Wire) {
    let mut stderr = std::io::stderr().lock();
    for warning in conn.take_warnings() {
        let _ = writeln!(stderr, "nlkit: warning: {warning}");
    }
}
