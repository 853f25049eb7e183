//! What nlkit asks of the operating system. Linux has it; elsewhere the same types are there, so that
//! all code above compiles, and none of them can be made.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux;
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use linux::{Namespace, Socket, errno, errno_text, error};

// Tests on Linux hold what it says of errors against what Linux says.
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
#[cfg_attr(any(target_os = "linux", target_os = "android"), allow(dead_code))]
mod elsewhere;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) use elsewhere::{Namespace, Socket, errno, errno_text, error};

#[cfg(unix)]
mod fd;
