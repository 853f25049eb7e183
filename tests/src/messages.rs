//! All messages of nlkit-specs, as functions of their types.

use nlkit::{Connection, DecodeError, Dump, EncodeError, Error, Family, NlAttrs, Protocol, Set};

/// A message of a family.
pub struct MessageType {
    /// File name of the spec, without its ending.
    pub family: &'static str,
    /// Name of the operation.
    pub op: &'static str,
    /// `do`, `dump` or `event`.
    pub mode: &'static str,
    /// `request` or `reply`.
    pub direction: &'static str,
    /// Its attributes.
    pub set: &'static Set,
    /// Decodes the attributes, encodes them again, and shows the value.
    pub round_trip: fn(&[u8]) -> Result<RoundTrip, DecodeError>,
}

/// What became of a message.
pub struct RoundTrip {
    /// The value's `Debug`.
    pub value: String,
    /// The value, encoded.
    pub bytes: Result<Vec<u8>, EncodeError>,
}

impl MessageType {
    const fn of<T: for<'a> NlAttrs<'a> + std::fmt::Debug>(
        family: &'static str,
        op: &'static str,
        mode: &'static str,
        direction: &'static str,
    ) -> Self {
        Self { family, op, mode, direction, set: T::SET, round_trip: round_trip::<T> }
    }
}

fn round_trip<T: for<'a> NlAttrs<'a> + std::fmt::Debug>(
    bytes: &[u8],
) -> Result<RoundTrip, DecodeError> {
    let value: T = nlkit::decode(bytes)?;
    Ok(RoundTrip { value: format!("{value:?}"), bytes: nlkit::encode(&value) })
}

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
