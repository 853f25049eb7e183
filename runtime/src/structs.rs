//! Fixed binary structs: what stands before the attributes of a message (fixed header), or in an
//! attribute of its own.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::error::EncodeErrorKind;
use crate::form::Native;
use crate::hwaddr::HwAddr;
use crate::string::NlString;
use crate::writer::Writer;

/// A struct of the kernel's interface, member by member as it lies in memory: what
/// `#[derive(NlStruct)]` implements.
///
/// Members stand side by side without padding; where C has some, the struct says so. Kernels grow
/// structs at their end: a shorter one than this reads as zero where it ends, and of a longer one the
/// rest is skipped.
///
/// # Examples
/// By hand, which is just what the derive writes:
/// ```
/// use nlkit as nl;
/// use nl::Member;
///
/// #[derive(Debug, Default, PartialEq)]
/// struct Rtgenmsg { family: u8 }
///
/// impl nl::NlStruct for Rtgenmsg {
///     const LEN: usize = <nl::Native as Member<u8>>::LEN;
///     fn put(&self, out: &mut nl::Writer<'_>) {
///         <nl::Native as Member<u8>>::put(&self.family, out);
///     }
///     fn get(bytes: &mut nl::Bytes<'_>) -> Self {
///         Self { family: <nl::Native as Member<u8>>::get(bytes) }
///     }
/// }
///
/// assert_eq!(nl::read::<Rtgenmsg>(&[2]), Rtgenmsg { family: 2 });
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a binary struct",
    label = "needs `#[derive(NlStruct)]`",
    note = "derive it: its fields are the members in their order, without padding"
)]
pub trait NlStruct: Sized {
    /// Length in bytes, without entries that repeat at its end ([`Rest`]).
    const LEN: usize;
    /// Whether entries repeat at its end. Such a struct is an attribute of its own: neither a member of
    /// another one nor a fixed header, since nothing would tell where it ends.
    const OPEN: bool = false;

    /// Appends its bytes.
    fn put(&self, out: &mut Writer<'_>);

    /// Reads its members one after the other.
    fn get(bytes: &mut Bytes<'_>) -> Self;
}

/// Reads a struct from the bytes of an attribute; what they lack is zero.
#[inline]
pub fn read<T: NlStruct>(bytes: &[u8]) -> T {
    if bytes.len() < T::LEN {
        return read_short(bytes);
    }
    // Of as many bytes as this, the compiler sees that each member's check of the length passes.
    T::get(&mut Bytes::new(bytes))
}

/// Reads a struct that is shorter than ours.
#[cold]
fn read_short<T: NlStruct>(bytes: &[u8]) -> T {
    T::get(&mut Bytes::new(bytes))
}

/// The bytes of a struct, from which its members are read in order. Behind their end is zero.
#[derive(Clone, Debug)]
pub struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    /// All of `bytes`.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next `N` bytes.
    #[inline]
    pub fn take<const N: usize>(&mut self) -> [u8; N] {
        match self.rest.split_first_chunk() {
            Some((bytes, rest)) => {
                self.rest = rest;
                *bytes
            }
            None => self.take_short(),
        }
    }

    /// The bytes that are left, and zeros.
    #[cold]
    fn take_short<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for (to, from) in bytes.iter_mut().zip(self.rest) {
            *to = *from;
        }
        self.rest = &[];
        bytes
    }

    /// Leaves out `len` bytes.
    #[inline]
    pub fn skip(&mut self, len: usize) {
        self.rest = self.rest.get(len..).unwrap_or_default();
    }

    /// The bytes that are left.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

/// How a value of type `T` lies in a struct, as [`Form`](crate::Form) is for attributes: what
/// `#[nl(as = ..)]` names on a member.
///
/// The forms of numbers, `u8` to `i64`, [`Be`](crate::Be) and [`Le`](crate::Le), take every `T`
/// that converts from and into the number.
#[diagnostic::on_unimplemented(
    message = "`{T}` is no member of a struct in the form `{Self}`",
    label = "not a value of this form",
    note = "a member is a number, an array of them such as `[u8; 4]`, an address, or a struct with `#[derive(NlStruct)]`",
    note = "an enum or another byte order needs its form: `#[nl(as = u16)]`, `#[nl(as = Be<u16>)]`; \
            text or bytes of a fixed length are `#[nl(as = Octets<16>)]`"
)]
pub trait Member<T> {
    /// Length in bytes.
    const LEN: usize;

    /// Appends the value's bytes.
    fn put(value: &T, out: &mut Writer<'_>);

    /// Reads the value.
    fn get(bytes: &mut Bytes<'_>) -> T;
}

/// A type with one form as a member: a member of it needs no `as`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no member of a struct",
    label = "has no form of its own there",
    note = "a member is a number, an array of them such as `[u8; 4]`, an address, or a struct with `#[derive(NlStruct)]`",
    note = "an enum or another byte order needs its form: `#[nl(as = u16)]`, `#[nl(as = Be<u16>)]`; \
            text or bytes of a fixed length are `#[nl(as = Octets<16>)]`"
)]
pub trait MemberValue: Sized {
    /// Length in bytes.
    const LEN: usize;

    /// Appends the value's bytes.
    fn put(&self, out: &mut Writer<'_>);

    /// Reads the value.
    fn get(bytes: &mut Bytes<'_>) -> Self;
}

impl<T: MemberValue> Member<T> for Native {
    const LEN: usize = T::LEN;

    #[inline]
    fn put(value: &T, out: &mut Writer<'_>) {
        value.put(out);
    }

    #[inline]
    fn get(bytes: &mut Bytes<'_>) -> T {
        T::get(bytes)
    }
}

/// A struct in a struct.
#[diagnostic::do_not_recommend] // most types that are missing here are no structs
impl<T: NlStruct> MemberValue for T {
    const LEN: usize = {
        assert!(!T::OPEN, "a struct that repeats at its end can be no member of another");
        T::LEN
    };

    #[inline]
    fn put(&self, out: &mut Writer<'_>) {
        NlStruct::put(self, out);
    }

    #[inline]
    fn get(bytes: &mut Bytes<'_>) -> Self {
        NlStruct::get(bytes)
    }
}

impl<const N: usize> MemberValue for [u8; N] {
    const LEN: usize = N;

    #[inline]
    fn put(&self, out: &mut Writer<'_>) {
        out.raw(self);
    }

    #[inline]
    fn get(bytes: &mut Bytes<'_>) -> Self {
        bytes.take()
    }
}

/// 4 bytes in network order.
impl MemberValue for Ipv4Addr {
    const LEN: usize = 4;

    fn put(&self, out: &mut Writer<'_>) {
        out.raw(&self.octets());
    }

    #[inline]
    fn get(bytes: &mut Bytes<'_>) -> Self {
        Self::from(bytes.take::<4>())
    }
}

/// 16 bytes in network order.
impl MemberValue for Ipv6Addr {
    const LEN: usize = 16;

    fn put(&self, out: &mut Writer<'_>) {
        out.raw(&self.octets());
    }

    #[inline]
    fn get(bytes: &mut Bytes<'_>) -> Self {
        Self::from(bytes.take::<16>())
    }
}

/// `N` bytes of a struct that hold text, a hardware address, or bytes, zero behind their end.
///
/// A longer value is an encode error. Text ends at its first NUL; a hardware address and bytes have
/// all `N` bytes when decoded.
#[derive(Debug)]
pub enum Octets<const N: usize> {}

impl<const N: usize> Octets<N> {
    fn put_padded(bytes: &[u8], out: &mut Writer<'_>) {
        match N.checked_sub(bytes.len()) {
            Some(left) => {
                out.raw(bytes);
                out.zeros(left);
            }
            None => {
                out.fail_here(EncodeErrorKind::NoRoom { len: bytes.len(), room: N });
                out.zeros(N);
            }
        }
    }
}

impl<const N: usize> Member<NlString> for Octets<N> {
    const LEN: usize = N;

    fn put(value: &NlString, out: &mut Writer<'_>) {
        let bytes = value.as_bytes();
        if bytes.contains(&0) {
            out.fail_here(EncodeErrorKind::InnerNul);
        }
        Self::put_padded(bytes, out);
    }

    #[inline]
    fn get(bytes: &mut Bytes<'_>) -> NlString {
        let bytes = bytes.take::<N>();
        NlString::from(bytes.split(|byte| *byte == 0).next().unwrap_or_default())
    }
}

impl<const N: usize> Member<HwAddr> for Octets<N> {
    const LEN: usize = N;

    fn put(value: &HwAddr, out: &mut Writer<'_>) {
        Self::put_padded(value.as_bytes(), out);
    }

    #[inline]
    fn get(bytes: &mut Bytes<'_>) -> HwAddr {
        const { assert!(N <= 32, "an address has 32 bytes at most") };
        HwAddr::new(&bytes.take::<N>()).unwrap_or_default()
    }
}

impl<const N: usize> Member<Vec<u8>> for Octets<N> {
    const LEN: usize = N;

    fn put(value: &Vec<u8>, out: &mut Writer<'_>) {
        Self::put_padded(value, out);
    }

    fn get(bytes: &mut Bytes<'_>) -> Vec<u8> {
        bytes.take::<N>().to_vec()
    }
}

/// As many structs as the payload has room for: the last member, a C flexible array.
#[derive(Debug)]
pub enum Rest {}

impl<T: NlStruct> Member<Vec<T>> for Rest {
    const LEN: usize = 0;

    fn put(value: &Vec<T>, out: &mut Writer<'_>) {
        value.iter().for_each(|entry| entry.put(out));
    }

    fn get(bytes: &mut Bytes<'_>) -> Vec<T> {
        let mut entries = Vec::new();
        // A struct without members would never come to the end.
        while T::LEN > 0 && !bytes.rest().is_empty() {
            entries.push(T::get(bytes));
        }
        entries
    }
}
