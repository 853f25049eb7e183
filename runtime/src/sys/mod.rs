//! What nlkit asks of the operating system. Linux has it; elsewhere the same types are there, so that
//! all code above compiles, and none of them can be made.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux;
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use linux::{Namespace, Socket, errno, errno_text, error};

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod elsewhere;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) use elsewhere::{Namespace, Socket, errno, errno_text, error};

#[cfg(unix)]
mod fd;
