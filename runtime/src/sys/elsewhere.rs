//! Systems without netlink: nothing opens, so there is no value to call anything on.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::io::{self, ErrorKind};
#[cfg(unix)]
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::path::Path;
use std::time::Duration;

use crate::errno;
use crate::transport::Received;

fn unsupported() -> io::Error {
    let what = "only Linux has netlink; here there is the simulated kernel, `nlkit::sim`";
    io::Error::new(ErrorKind::Unsupported, what)
}

/// A socket that cannot be: made by none of its constructors.
pub(crate) struct Socket(Infallible);

impl Socket {
    pub(crate) fn new(_: i32) -> io::Result<Self> {
        Err(unsupported())
    }

    pub(crate) fn bind(&mut self, _: u32) -> io::Result<u32> {
        match self.0 {}
    }

    pub(crate) fn connect(&self, _: u32) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn set_ext_ack(&mut self, _: bool) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn set_cap_ack(&mut self, _: bool) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn set_strict_check(&mut self, _: bool) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn set_listen_all_namespaces(&self, _: bool) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn set_receive_buffer(&self, _: usize) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn set_send_buffer(&self, _: usize) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn receive_buffer(&self) -> io::Result<usize> {
        match self.0 {}
    }

    pub(crate) fn join(&self, _: u32) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn leave(&self, _: u32) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn send(&self, _: &[u8]) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn send_to(&self, _: &[u8], _: u32, _: u32) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn receive(&self, _: &mut Vec<u8>) -> io::Result<usize> {
        match self.0 {}
    }

    pub(crate) fn receive_from(&self, _: &mut Vec<u8>) -> io::Result<Received> {
        match self.0 {}
    }

    pub(crate) fn peek(&self, _: &mut Vec<u8>) -> io::Result<Received> {
        match self.0 {}
    }

    pub(crate) fn take_namespace(&self) -> io::Result<Option<i32>> {
        match self.0 {}
    }

    pub(crate) fn wait_readable(&self, _: Option<Duration>) -> io::Result<bool> {
        match self.0 {}
    }
}

#[cfg(feature = "serve")]
impl Socket {
    pub(crate) fn pass_credentials(&self) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn take_privilege(&self) -> io::Result<bool> {
        match self.0 {}
    }
}

#[cfg(unix)]
impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self.0 {}
    }
}

#[cfg(unix)]
impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        match self.0 {}
    }
}

/// A network namespace that cannot be.
#[derive(Debug)]
pub(crate) struct Namespace(Infallible);

impl Namespace {
    pub(crate) fn open(_: &Path) -> io::Result<Self> {
        Err(unsupported())
    }

    pub(crate) fn enter(&self) -> io::Result<()> {
        match self.0 {}
    }
}

#[cfg(unix)]
impl AsFd for Namespace {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self.0 {}
    }
}

/// Linux's error number in an `io::Error`, whose own numbers are the host's.
#[derive(Debug)]
struct Errno(i32);

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (Linux error {})", errno_text(self.0), self.0)
    }
}

impl std::error::Error for Errno {}

pub(crate) fn error(errno: i32) -> io::Error {
    io::Error::new(kind(errno), Errno(errno))
}

pub(crate) fn errno(error: &io::Error) -> Option<i32> {
    error.get_ref()?.downcast_ref::<Errno>().map(|errno| errno.0)
}

pub(crate) fn errno_text(errno: i32) -> Cow<'static, str> {
    errno::name(errno).unwrap_or("unknown error").into()
}

/// The kinds that std gives these numbers on Linux.
fn kind(errno: i32) -> ErrorKind {
    match errno {
        errno::E2BIG => ErrorKind::ArgumentListTooLong,
        errno::EACCES | errno::EPERM => ErrorKind::PermissionDenied,
        errno::EADDRINUSE => ErrorKind::AddrInUse,
        errno::EADDRNOTAVAIL => ErrorKind::AddrNotAvailable,
        errno::EAGAIN => ErrorKind::WouldBlock,
        errno::EBUSY => ErrorKind::ResourceBusy,
        errno::ECONNABORTED => ErrorKind::ConnectionAborted,
        errno::ECONNREFUSED => ErrorKind::ConnectionRefused,
        errno::ECONNRESET => ErrorKind::ConnectionReset,
        errno::EDEADLK => ErrorKind::Deadlock,
        errno::EDQUOT => ErrorKind::QuotaExceeded,
        errno::EEXIST => ErrorKind::AlreadyExists,
        errno::EFBIG => ErrorKind::FileTooLarge,
        errno::EHOSTUNREACH => ErrorKind::HostUnreachable,
        errno::EINTR => ErrorKind::Interrupted,
        errno::EINVAL => ErrorKind::InvalidInput,
        errno::EISDIR => ErrorKind::IsADirectory,
        errno::EMLINK => ErrorKind::TooManyLinks,
        errno::ENAMETOOLONG => ErrorKind::InvalidFilename,
        errno::ENETDOWN => ErrorKind::NetworkDown,
        errno::ENETUNREACH => ErrorKind::NetworkUnreachable,
        errno::ENOENT => ErrorKind::NotFound,
        errno::ENOMEM => ErrorKind::OutOfMemory,
        errno::ENOSPC => ErrorKind::StorageFull,
        errno::ENOSYS | errno::EOPNOTSUPP => ErrorKind::Unsupported,
        errno::ENOTCONN => ErrorKind::NotConnected,
        errno::ENOTDIR => ErrorKind::NotADirectory,
        errno::ENOTEMPTY => ErrorKind::DirectoryNotEmpty,
        errno::EPIPE => ErrorKind::BrokenPipe,
        errno::EROFS => ErrorKind::ReadOnlyFilesystem,
        errno::ESPIPE => ErrorKind::NotSeekable,
        errno::ESTALE => ErrorKind::StaleNetworkFileHandle,
        errno::ETIMEDOUT => ErrorKind::TimedOut,
        errno::ETXTBSY => ErrorKind::ExecutableFileBusy,
        errno::EXDEV => ErrorKind::CrossesDevices,
        _ => ErrorKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_opens_and_the_error_says_why() {
        let error = Socket::new(0).map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("only Linux has netlink"), "{error}");
        let error = Namespace::open(Path::new("/proc/self/ns/net")).map(drop).unwrap_err();
        assert_eq!((error.kind(), errno(&error)), (ErrorKind::Unsupported, None));
    }

    #[test]
    fn a_number_goes_into_an_error_and_comes_out_again() {
        let full = error(errno::ENOBUFS);
        assert_eq!(super::errno(&full), Some(errno::ENOBUFS));
        assert_eq!(full.to_string(), "ENOBUFS (Linux error 105)");
        assert_eq!(full.raw_os_error(), None);
        assert_eq!(error(4095).to_string(), "unknown error (Linux error 4095)");
    }

    #[test]
    fn a_number_of_the_host_is_not_taken_for_one_of_linux() {
        assert_eq!(super::errno(&io::Error::from_raw_os_error(errno::ENOBUFS)), None);
    }

    /// Where std has a kind that cannot be named, or none, ours is `Other`.
    #[cfg(target_os = "linux")]
    #[test]
    fn numbers_have_the_kinds_that_they_have_on_linux() {
        let named = (1..=133).filter(|&errno| {
            let (ours, linux) = (kind(errno), io::Error::from_raw_os_error(errno).kind());
            if ours == ErrorKind::Other {
                let linux = format!("{linux:?}");
                let nameless = ["Uncategorized", "FilesystemLoop", "InProgress"];
                assert!(nameless.contains(&linux.as_str()), "{errno}: {linux}");
            } else {
                assert_eq!(ours, linux, "{errno}");
            }
            ours != ErrorKind::Other
        });
        assert!(named.count() > 30);
    }
}
