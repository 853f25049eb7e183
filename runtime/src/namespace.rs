//! Sockets in other network namespaces.

use std::io;
use std::path::Path;
use std::thread;

use crate::connection::Connection;
use crate::errno;
use crate::error::Error;
use crate::explained::explain;
use crate::family::Protocol;
use crate::socket::Socket;
use crate::sys;

/// A network namespace, to open sockets in.
///
/// It is held by a descriptor, so it lives at least as long as this does. A socket belongs for good to
/// the namespace that it was made in, wherever its user runs: opening one there moves nobody but a
/// short-lived thread.
///
/// Entering one needs `CAP_SYS_ADMIN`, both in the process' own user namespace and in the one that the
/// network namespace belongs to.
///
/// # Examples
/// ```no_run
/// use nlkit::{Connection, Namespace, Route};
///
/// let blue = Namespace::named("blue")?; // as made by `ip netns add blue`
/// let mut conn = Connection::<Route>::open_in(&blue)?;
/// # Ok::<(), nlkit::Error>(())
/// ```
#[derive(Debug)]
pub struct Namespace {
    pub(crate) inner: sys::Namespace,
    /// Which one it is, for errors.
    what: String,
}

impl Namespace {
    /// The namespace that a file stands for: `/run/netns/NAME`, `/proc/PID/ns/net`.
    ///
    /// # Errors
    /// `ENOENT` where there is no such file, `EACCES` where the process may not look there. A file that is
    /// no network namespace is told when a socket is opened.
    pub fn at(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        Self::open(path, format!("`{}`", path.display()), "no namespace is mounted there")
    }

    /// The namespace that iproute2 calls so (`ip netns`): the file in `/run/netns`.
    ///
    /// # Errors
    /// `ENOENT` where none has that name.
    pub fn named(name: &str) -> io::Result<Self> {
        if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
            let what =
                format!("`{name}` is no name of a network namespace: one file in /run/netns");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
        let path = Path::new("/run/netns").join(name);
        Self::open(&path, format!("`{name}`"), "`ip netns list` shows those that have a name")
    }

    /// The namespace that a process is in: its first thread, if they differ.
    ///
    /// # Errors
    /// `ENOENT` where there is no such process (any more), `EACCES` for one of another user without
    /// `CAP_SYS_PTRACE`.
    pub fn of_process(pid: u32) -> io::Result<Self> {
        let path = format!("/proc/{pid}/ns/net");
        Self::open(path.as_ref(), format!("of process {pid}"), "there is no such process")
    }

    /// The namespace that the calling thread is in.
    ///
    /// # Errors
    /// `ENOENT` where `/proc` is not mounted.
    pub fn current() -> io::Result<Self> {
        let path = Path::new("/proc/thread-self/ns/net");
        Self::open(path, "of this thread".to_owned(), "/proc is not mounted")
    }

    pub(crate) fn new(inner: sys::Namespace, what: String) -> Self {
        Self { inner, what }
    }

    fn open(path: &Path, what: String, not_there: &'static str) -> io::Result<Self> {
        match sys::Namespace::open(path) {
            Ok(inner) => Ok(Self::new(inner, what)),
            Err(error) => {
                let advice = match error.kind() {
                    io::ErrorKind::NotFound => not_there,
                    io::ErrorKind::PermissionDenied => {
                        "to look at a process of somebody else needs CAP_SYS_PTRACE"
                    }
                    _ => "",
                };
                Err(explain(error, format!("network namespace {what}"), advice))
            }
        }
    }

    /// What `make` gives on a thread in this namespace, which ends with it.
    pub(crate) fn within<T, F>(&self, make: F) -> io::Result<T>
    where
        T: Send,
        F: FnOnce() -> io::Result<T> + Send,
    {
        thread::scope(|scope| {
            let inside = || {
                self.inner.enter().map_err(|error| self.not_entered(error))?;
                make()
            };
            let thread = thread::Builder::new().name("nlkit-netns".to_owned());
            let thread = thread.spawn_scoped(scope, inside)?;
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn not_entered(&self, error: io::Error) -> io::Error {
        let advice = match errno::of(&error) {
            Some(errno::EPERM) => {
                "it needs CAP_SYS_ADMIN, in the user namespace that it belongs to as well"
            }
            Some(errno::EINVAL) => "it is none: nothing is mounted on the file, or something else",
            _ => "",
        };
        explain(error, format!("cannot enter network namespace {}", self.what), advice)
    }
}

impl<P: Protocol> Connection<P> {
    /// As [`Connection::open`], in another network namespace. No thread of the caller's moves.
    ///
    /// # Errors
    /// Where the namespace cannot be entered, `EPERM` without `CAP_SYS_ADMIN`; where the socket cannot be
    /// made.
    pub fn open_in(namespace: &Namespace) -> Result<Self, Error> {
        Ok(Self::with_transport(Socket::options().open_in::<P>(namespace)?))
    }
}
