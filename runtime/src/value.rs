//! Value types: the Rust types that have one wire form of their own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::attrs::{NlAttrs, fill};
use crate::error::DecodeError;
use crate::form::get_fixed;
use crate::kind::Kind;
use crate::shape::{NestedSet, Shape, set_of};
use crate::wire::Attr;
use crate::writer::Writer;

/// A type with one wire form: a field of it needs no `as`.
///
/// A type with `#[derive(NlAttrs)]` has it as a nest. `'a` is the lifetime of the bytes that the
/// value may borrow from.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value of an attribute",
    label = "has no wire form of its own",
    note = "text is `NlString`, which need not be UTF-8, or `NlStr<'a>` to borrow it; bytes are \
            `Vec<u8>` or `&'a [u8]`",
    note = "a nest is a struct with `#[derive(Default, NlAttrs)]`",
    note = "an enum, a list, another byte order needs its form: `#[nl(id = 1, as = ..)]` with \
            `u32`, `Array<u32>`, `IndexedArray`, `Be<u16>`"
)]
pub trait AttrValue<'a>: Sized {
    /// What the payload holds; bytes, where it does not say otherwise.
    const SHAPE: Shape = Shape::Leaf(Kind::Binary);

    /// Writes the whole attribute, header included.
    fn put(&self, id: u16, out: &mut Writer<'_>);

    /// Reads the payload.
    ///
    /// # Errors
    /// Where it does not fit the type.
    fn get(attr: Attr<'a>) -> Result<Self, DecodeError>;

    /// Reads the payload into its place, which saves a large value from being moved there.
    ///
    /// # Errors
    /// Where it does not fit the type.
    #[inline]
    fn get_into(slot: &mut Option<Self>, attr: Attr<'a>) -> Result<(), DecodeError> {
        *slot = Some(Self::get(attr)?);
        Ok(())
    }
}

/// A nest.
#[diagnostic::do_not_recommend] // most types that are missing here are no sets
impl<'a, T: NlAttrs<'a>> AttrValue<'a> for T {
    const SHAPE: Shape = Shape::Nest(&NestedSet::Type(set_of::<'a, T>));

    #[inline]
    fn put(&self, id: u16, out: &mut Writer<'_>) {
        out.nest(id, |out| NlAttrs::put(self, out));
    }

    #[inline]
    fn get(attr: Attr<'a>) -> Result<Self, DecodeError> {
        let mut value = T::default();
        fill(&mut value, attr.nested()?)?;
        Ok(value)
    }

    #[inline]
    fn get_into(slot: &mut Option<Self>, attr: Attr<'a>) -> Result<(), DecodeError> {
        fill(slot.insert(T::default()), attr.nested()?)
    }
}

/// A nest on the heap, for recursive sets.
impl<'a, T: NlAttrs<'a>> NlAttrs<'a> for Box<T> {
    const SET: &'static crate::Set = T::SET;

    fn put(&self, out: &mut Writer<'_>) {
        (**self).put(out);
    }

    fn set_header(&mut self, bytes: &mut crate::Bytes<'_>) {
        (**self).set_header(bytes);
    }

    fn set(&mut self, attr: Attr<'a>) -> Result<(), DecodeError> {
        (**self).set(attr)
    }
}

impl AttrValue<'_> for Vec<u8> {
    fn put(&self, id: u16, out: &mut Writer<'_>) {
        out.attr(id, self);
    }

    #[inline]
    fn get(attr: Attr<'_>) -> Result<Self, DecodeError> {
        Ok(attr.payload.to_vec())
    }
}

impl<'a> AttrValue<'a> for &'a [u8] {
    fn put(&self, id: u16, out: &mut Writer<'_>) {
        out.attr(id, self);
    }

    #[inline]
    fn get(attr: Attr<'a>) -> Result<Self, DecodeError> {
        Ok(attr.payload)
    }
}

impl<const N: usize> AttrValue<'_> for [u8; N] {
    fn put(&self, id: u16, out: &mut Writer<'_>) {
        out.attr(id, self);
    }

    #[inline]
    fn get(attr: Attr<'_>) -> Result<Self, DecodeError> {
        let found = attr.payload.len();
        attr.payload.try_into().map_err(|_| DecodeError::length(format!("{N} bytes"), found))
    }
}

/// 4 bytes in network order.
impl AttrValue<'_> for Ipv4Addr {
    fn put(&self, id: u16, out: &mut Writer<'_>) {
        out.fixed(id, self.octets());
    }

    #[inline]
    fn get(attr: Attr<'_>) -> Result<Self, DecodeError> {
        get_fixed::<4>(attr, "4 bytes").map(Self::from)
    }
}

/// 16 bytes in network order.
impl AttrValue<'_> for Ipv6Addr {
    fn put(&self, id: u16, out: &mut Writer<'_>) {
        out.fixed(id, self.octets());
    }

    #[inline]
    fn get(attr: Attr<'_>) -> Result<Self, DecodeError> {
        get_fixed::<16>(attr, "16 bytes").map(Self::from)
    }
}

/// 4 or 16 bytes in network order; the length tells which.
impl AttrValue<'_> for IpAddr {
    fn put(&self, id: u16, out: &mut Writer<'_>) {
        match self {
            Self::V4(address) => address.put(id, out),
            Self::V6(address) => address.put(id, out),
        }
    }

    #[inline]
    fn get(attr: Attr<'_>) -> Result<Self, DecodeError> {
        match attr.payload.len() {
            4 => Ipv4Addr::get(attr).map(Self::V4),
            16 => Ipv6Addr::get(attr).map(Self::V6),
            found => Err(DecodeError::length("4 or 16 bytes", found)),
        }
    }
}

/// Bits together with a mask of those that count (`struct nla_bitfield32`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Bitfield32 {
    /// The bits.
    pub value: u32,
    /// Which of them are meant; the kernel leaves the others as they are.
    pub selector: u32,
}

impl AttrValue<'_> for Bitfield32 {
    const SHAPE: Shape = Shape::Leaf(Kind::Bitfield32);

    fn put(&self, id: u16, out: &mut Writer<'_>) {
        let [v0, v1, v2, v3] = self.value.to_ne_bytes();
        let [s0, s1, s2, s3] = self.selector.to_ne_bytes();
        out.fixed(id, [v0, v1, v2, v3, s0, s1, s2, s3]);
    }

    #[inline]
    fn get(attr: Attr<'_>) -> Result<Self, DecodeError> {
        let [v0, v1, v2, v3, s0, s1, s2, s3] = get_fixed(attr, "8 bytes")?;
        Ok(Self {
            value: u32::from_ne_bytes([v0, v1, v2, v3]),
            selector: u32::from_ne_bytes([s0, s1, s2, s3]),
        })
    }
}
