//! A simulated kernel: families from their generated types, to test against with no root, whatever
//! families the machine's own kernel has, and whether that is Linux.
//!
//! A [`Kernel`] has the families whose [`Service`](crate::serve::Service)s were added, and nlctrl, which
//! tells of them. Connections to it are like any other. It answers as the kernel does, in what is said
//! and in how that is cut into datagrams, down to the receive buffer that overflows; and it fails on a
//! script ([`Faults`]), with a clock of its own, so that a test of a delay takes no time.
//!
//! ```
//! # #[cfg(feature = "derive")] {
//! # use nlkit as nl;
//! # enum Lamp {}
//! # impl nl::Family for Lamp {
//! #     type Protocol = nl::Generic;
//! #     const NAME: &'static str = "lamp";
//! # }
//! # #[derive(Default, nl::NlAttrs)]
//! # struct Get { #[nl(id = 1)] id: Option<u32> }
//! # impl nl::Do for Get {
//! #     type Family = Lamp;
//! #     type Reply = Get;
//! #     const NAME: &'static str = "get";
//! #     const CMD: u16 = 1;
//! # }
//! use nlkit::{Generic, serve::Service, sim::Kernel};
//!
//! let mut lamps = Service::<Lamp>::new();
//! lamps.on_do(|request: Get, _| Ok(request));
//! let kernel = Kernel::new();
//! kernel.add(lamps);
//!
//! let mut conn = kernel.connect::<Generic>();
//! assert_eq!(conn.request(&Get { id: Some(7) })?.id, Some(7));
//! # }
//! # Ok::<(), nlkit::Error>(())
//! ```

mod faults;
mod inbox;
mod kernel;
mod nlctrl;
mod policy;
mod sleep;
mod socket;

pub use faults::{Fault, Faults, SendFault};
pub use kernel::Kernel;
pub use sleep::Sleep;
pub use socket::Socket;
