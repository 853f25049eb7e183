//! All messages of nlkit-specs, as functions of their types.

use nlkit::{Connection, Dump, Error, Family, NlAttrs, Protocol};

pub use crate::round_trip::{MessageType, RoundTrip};

/// All messages of nlkit-specs.
pub static MESSAGES: &[MessageType] = include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// A dump of a family.
pub struct DumpType {
    /// Name of the family in the kernel.
    pub family: &'static str,
    /// Name of the operation.
    pub op: &'static str,
    /// Whether it is one of generic netlink.
    pub generic: bool,
    /// Asks the running kernel for all there is, over a connection of its own, and counts it.
    pub count: fn() -> Result<usize, Error>,
}

impl DumpType {
    const fn of<R: Dump + for<'a> NlAttrs<'a>>() -> Self {
        let generic = <<R::Family as Family>::Protocol as Protocol>::GENERIC;
        Self { family: R::Family::NAME, op: R::NAME, generic, count: count::<R> }
    }
}

fn count<R: Dump + for<'a> NlAttrs<'a>>() -> Result<usize, Error> {
    let mut conn = Connection::<<R::Family as Family>::Protocol>::open()?;
    let mut count = 0;
    for reply in conn.dump(&R::default())? {
        reply?;
        count += 1;
    }
    Ok(count)
}

/// All dumps of nlkit-specs.
pub static DUMPS: &[DumpType] = include!(concat!(env!("OUT_DIR"), "/dumps.rs"));
