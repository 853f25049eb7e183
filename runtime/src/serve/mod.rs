//! The answering side: what a family's kernel module does, as typed handlers.
//!
//! A [`Service`] answers the requests of one family: a handler for each operation, by the types that
//! the generator makes of the family's spec, or that a person derives. It is what a simulated kernel
//! (feature `sim`) consists of, and a [`Server`] answers other processes with it.
//!
//! ```
//! # #[cfg(feature = "derive")] {
//! use nlkit as nl;
//! use nlkit::errno;
//! use nlkit::serve::{Call, Refusal, Service};
//!
//! enum Lamp {}
//! impl nl::Family for Lamp {
//!     type Protocol = nl::Generic;
//!     const NAME: &'static str = "lamp";
//! }
//!
//! #[derive(Default, nl::NlAttrs)]
//! struct Get {
//!     #[nl(id = 1)]
//!     id: Option<u32>,
//!     #[nl(id = 2)]
//!     name: Option<nl::NlString>,
//! }
//! impl nl::Do for Get {
//!     type Family = Lamp;
//!     type Reply = Get;
//!     const NAME: &'static str = "get";
//!     const CMD: u16 = 1;
//! }
//!
//! let mut lamps = Service::<Lamp>::new();
//! lamps.on_do(|request: Get, _: &mut Call| match request.id {
//!     Some(1) => Ok(Get { id: Some(1), name: Some("hall".into()) }),
//!     Some(_) => Err(Refusal::new(errno::ENODEV).message("no such lamp").attribute(".id")),
//!     None => Err(Refusal::new(errno::EINVAL).missing(".id")),
//! });
//! # }
//! ```
//!
//! Around the handlers all is as the kernel does it: an ACK where it is asked for, and always an
//! error; several requests in one datagram, in their order; a no-op that is acknowledged; `EOPNOTSUPP`
//! for what has no handler; `EPERM` where the operation needs a privilege; extended ACK attributes
//! where the asker has them on.

mod answer;
mod call;
mod dump;
mod envelope;
mod policy;
mod refusal;
mod server;
mod service;

pub use call::{Call, Client};
pub use refusal::Refusal;
pub use server::Server;
pub use service::Service;

pub(crate) use envelope::Envelope;
#[cfg(feature = "sim")]
pub(crate) use {
    answer::{Outlet, answer},
    dump::Dump,
    policy::info_of,
    service::{Core, Declared, Operation, Shared},
};
