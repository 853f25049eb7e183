//! Which network namespace a command asks: `--netns`.

use std::path::Path;

use clap_complete::ArgValueCompleter;
use nlkit::{Connection, Namespace, Protocol};

use crate::completion;
use crate::failure::Failure;

/// Which network namespace to ask.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Netns {
    /// A network namespace: a name of `ip netns`, a path, or a process id
    #[arg(long, value_name = "NAME|PATH|PID", add = ArgValueCompleter::new(completion::namespaces))]
    netns: Option<String>,
}

impl Netns {
    /// The namespace; `None` where it is that of this process.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub(crate) fn open(&self) -> Result<Option<Namespace>, Failure> {
        let Some(name) = &self.netns else { return Ok(None) };
        let opened = match name.parse() {
            Ok(pid) => Namespace::of_process(pid),
            Err(_) if name.contains('/') => Namespace::at(Path::new(name)),
            Err(_) => Namespace::named(name),
        };
        opened.map(Some).map_err(Failure::system)
    }

    /// A connection there.
    ///
    /// # Errors
    /// Where the namespace cannot be entered, or the socket not be made.
    pub(crate) fn connect<P: Protocol>(&self) -> Result<Connection<P>, Failure> {
        match self.open()? {
            Some(namespace) => Ok(Connection::open_in(&namespace)?),
            None => Ok(Connection::open()?),
        }
    }
}
