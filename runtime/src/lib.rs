//! Typed Linux netlink: attribute sets as plain structs, and connections to the kernel.
//!
//! Only sockets do I/O; the wire format, the [`session`] and all types work without. Sockets are Linux's:
//! on other systems all compiles, but none opens ([`Unsupported`](std::io::ErrorKind::Unsupported)). What
//! is built on nlkit can be tested there against `nlkit::sim`, and takes error numbers from [`errno`]. The
//! modules of tokio and smol need a Unix.
//!
//! - [`NlAttrs`] is a set of attributes; `#[derive(NlAttrs)]` (feature `derive`) writes it for a
//!   struct, and so does the generator for a family's YAML spec (crate nlkit-codegen).
//! - [`Do`], [`Dump`] and [`Notification`] are what a family's operations implement.
//! - [`Connection`] asks the kernel: [`Connection::request`], [`Connection::dump`],
//!   [`Connection::subscribe`].
//! - [`Connection::watch`] keeps a list current, [`Connection::dump_consistent`] asks until one comes
//!   whole, [`Connection::batch`] sends many requests as one.
//! - `nlkit::tokio` and `nlkit::smol` (features) have the same connections for tasks: [`asynchronous`].
//! - `Connection::policy` (feature `policy`) tells what the running kernel supports and checks, `validate`
//!   checks a request before it is sent; [`Connection::wait_for_family`] waits for a module.
//! - [`Connection::open_in`] opens in another network [`Namespace`]; [`Usersock`] is for processes among
//!   themselves.
//! - `nlkit::sim` (feature) is a kernel to test against, `nlkit::serve` (feature) has its handlers, which
//!   serve other processes as well.
//!
//! | feature | brings |
//! |---|---|
//! | `derive` | `#[derive(NlAttrs)]`, `#[derive(NlStruct)]` |
//! | `serde` | Serialize and Deserialize for the value types |
//! | `tokio`, `smol` | sockets and connections for tasks |
//! | `policy` | what the running kernel supports; requests checked before they are sent |
//! | `serve`, `sim` | handlers of requests; the simulated kernel |
//! | `tracing` | a span for each request, with its result and duration, target `nlkit` |
//!
//! ```no_run
//! use nlkit::nlctrl::GetFamily;
//!
//! let mut conn = nlkit::Connection::generic()?;
//! let netdev = conn.request(&GetFamily { name: Some("netdev".into()), id: None })?;
//! println!("{netdev:?}");
//! # Ok::<(), nlkit::Error>(())
//! ```
//!
//! A kernel newer than this crate breaks nothing: unknown attributes are skipped, unknown enum
//! values and flag bits are kept, unknown notifications are handed over as they came. A malformed
//! length is always an error, with the attribute's path.

pub mod asynchronous;
mod attrs;
mod batch;
mod call;
mod channel;
#[cfg_attr(not(feature = "policy"), allow(dead_code, reason = "the rest is for policies"))]
mod checks;
mod connection;
mod counters;
mod debug;
#[cfg(any(feature = "policy", feature = "tracing"))]
mod describe;
mod dump;
mod engine;
pub mod errno;
mod error;
mod explained;
mod extack;
mod families;
mod family;
mod form;
mod guards;
mod heard;
mod hwaddr;
#[cfg_attr(not(feature = "policy"), allow(dead_code, reason = "the rest is for policies"))]
mod kind;
#[cfg_attr(not(feature = "policy"), allow(dead_code, reason = "the rest is for policies"))]
mod level;
mod listeners;
mod listening;
mod loss;
mod message;
mod modifiers;
mod names;
mod namespace;
pub mod nlctrl;
mod outcomes;
mod path;
#[cfg(feature = "policy")]
mod policy;
mod raw;
pub mod script;
#[cfg(feature = "serve")]
pub mod serve;
pub mod session;
mod shape;
#[cfg(feature = "sim")]
pub mod sim;
#[cfg(all(feature = "smol", unix))]
pub mod smol;
mod socket;
mod socket_options;
mod string;
mod structs;
mod sub_message;
mod subscription;
mod sys;
#[cfg(all(feature = "tokio", unix))]
pub mod tokio;
mod trace;
mod transport;
#[cfg(feature = "policy")]
mod validate;
mod value;
mod wait;
mod watch;
pub mod wire;
mod writer;

pub use crate::attrs::{Entry, Field, NlAttrs, Set, View, decode, encode, encode_into};
pub use crate::batch::Batch;
pub use crate::checks::{Checks, Fault, Rule};
pub use crate::connection::Connection;
pub use crate::counters::Counters;
#[cfg(any(feature = "policy", feature = "tracing"))]
pub use crate::describe::describe;
pub use crate::dump::{Messages, Replies, Views};
pub use crate::error::{
    DecodeError, DecodeErrorKind, EncodeError, EncodeErrorKind, Error, RequestName,
};
pub use crate::extack::{KernelError, Sent, Warning};
pub use crate::family::{
    Do, Dump, Family, Generic, Group, Netfilter, Notification, Permission, Protocol, Raw, RawGroup,
    Route, Usersock,
};
pub use crate::form::{
    Array, Be, Element, Form, InOrder, IndexedArray, Keyed, Le, Native, Sint, Uint,
};
pub use crate::hwaddr::{HwAddr, ParseHwAddrError};
pub use crate::kind::Kind;
pub use crate::message::{Message, RawMessage};
pub use crate::modifiers::Modifiers;
pub use crate::names::Names;
pub use crate::namespace::Namespace;
pub use crate::outcomes::{Outcomes, Ticket};
#[cfg(feature = "policy")]
pub use crate::policy::{Attribute, Operation, Policies, Policy, Step, Support, Supported, Walk};
pub use crate::raw::RawOperation;
pub use crate::shape::{Formats, NestedSet, Shape};
pub use crate::socket::Socket;
pub use crate::socket_options::SocketOptions;
pub use crate::string::{NlStr, NlString};
pub use crate::structs::{Bytes, Member, MemberValue, NlStruct, Octets, Rest, read};
pub use crate::sub_message::{Selected, SelectedOuter, Selector, SubMessage, Text};
pub use crate::subscription::Subscription;
pub use crate::transport::{AsyncTransport, Received, Transport};
#[cfg(feature = "policy")]
pub use crate::validate::{Violation, validate, validate_dump, validate_raw};
pub use crate::value::{AttrValue, Bitfield32};
pub use crate::watch::{Update, Watch};
pub use crate::wire::{Attr, Attrs};
pub use crate::writer::Writer;

#[cfg(feature = "derive")]
pub use nlkit_macros::{NlAttrs, NlStruct};

/// Includes the module that a build script generated: `include_family!("lamp")` gives `mod lamp`.
///
/// The name is that of the family, with `_` for `-`; `nlkit_codegen::compile` writes the file. What it
/// holds uses the derive, so the crate needs nlkit with its feature `derive`:
///
/// ```toml
/// [dependencies]
/// nlkit = { version = "0.1", features = ["derive"] }
///
/// [build-dependencies]
/// nlkit-codegen = "0.1"
/// ```
#[macro_export]
macro_rules! include_family {
    ($name:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $name, ".rs"));
    };
}

/// What expanded code and macros call; no part of the API.
#[doc(hidden)]
pub mod __private {
    pub use crate::debug::{Shown, fmt_set};
    pub use crate::names::{fmt_enum, fmt_flags};
    pub use crate::sub_message::kind;
}
