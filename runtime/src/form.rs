//! Wire forms: how a Rust value lies in an attribute, chosen with `as` in the derive.

use std::marker::PhantomData;

use crate::attrs::NlAttrs;
use crate::error::{DecodeError, EncodeErrorKind};
use crate::kind::Kind;
use crate::shape::{NestedSet, Shape, set_of};
use crate::structs::{Bytes, Member, MemberValue};
use crate::value::AttrValue;
use crate::wire::{ATTR_ID_MASK, Attr};
use crate::writer::Writer;

/// How a value of type `T` lies in an attribute: what `#[nl(as = ..)]` names.
///
/// The forms of numbers take every `T` that is `Clone` and converts from and into the number (`From`
/// one way, `TryFrom` or `Into` the other), so that an enum or a unit of one's own needs nothing
/// more. Implement it for a type of your own for anything else:
/// ```
/// use nlkit::{Attr, DecodeError, EncodeErrorKind, Form, Native, Writer};
/// use std::time::Duration;
///
/// /// Milliseconds in a u32.
/// struct Millis;
///
/// impl<'a> Form<'a, Duration> for Millis {
///     fn put(value: &Duration, id: u16, out: &mut Writer<'_>) {
///         match u32::try_from(value.as_millis()) {
///             Ok(millis) => Native::put(&millis, id, out),
///             Err(_) => out.fail_at(id, EncodeErrorKind::OutOfRange { wire: "u32" }),
///         }
///     }
///     fn get(attr: Attr<'a>) -> Result<Duration, DecodeError> {
///         let millis: u32 = Native::get(attr)?;
///         Ok(Duration::from_millis(millis.into()))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{T}` has no wire form `{Self}`",
    label = "not a value of this form",
    note = "the form of a number (`u32`, `Be<u16>`, `Uint`) takes every `Clone` type with `From` and \
            `Into` (or `TryInto`) of that very number (`u32`, `u16`, `u64`)",
    note = "`Array<F>` and `IndexedArray<F>` are forms of `Vec<T>`, `Keyed<F>` of \
            `Vec<(u16, T)>`, where F is the form of T"
)]
pub trait Form<'a, T> {
    /// What the payload holds; bytes, where it does not say otherwise.
    const SHAPE: Shape = Shape::Leaf(Kind::Binary);

    /// Writes the whole attribute, header included.
    fn put(value: &T, id: u16, out: &mut Writer<'_>);

    /// Reads the payload.
    ///
    /// # Errors
    /// Where it does not fit the form.
    fn get(attr: Attr<'a>) -> Result<T, DecodeError>;

    /// Reads the payload into its place, which saves a large value from being moved there.
    ///
    /// # Errors
    /// Where it does not fit the form.
    #[inline]
    fn get_into(slot: &mut Option<T>, attr: Attr<'a>) -> Result<(), DecodeError> {
        *slot = Some(Self::get(attr)?);
        Ok(())
    }
}

/// The form of a type that has just one: the default of a field.
#[derive(Debug)]
pub enum Native {}

impl<'a, T: AttrValue<'a>> Form<'a, T> for Native {
    const SHAPE: Shape = T::SHAPE;

    #[inline]
    fn put(value: &T, id: u16, out: &mut Writer<'_>) {
        value.put(id, out);
    }

    #[inline]
    fn get(attr: Attr<'a>) -> Result<T, DecodeError> {
        T::get(attr)
    }

    #[inline]
    fn get_into(slot: &mut Option<T>, attr: Attr<'a>) -> Result<(), DecodeError> {
        T::get_into(slot, attr)
    }
}

/// Big endian (network byte order) of `1`, `2`, `4` or `8` bytes, as `W` says: `Be<u16>`.
#[derive(Debug)]
pub struct Be<W>(PhantomData<W>);

/// Little endian, whatever the host has.
#[derive(Debug)]
pub struct Le<W>(PhantomData<W>);

/// An unsigned number of 4 or 8 bytes (NLA_UINT): 4 where the value fits. Holds a `u64`.
#[derive(Debug)]
pub enum Uint {}

/// A signed number of 4 or 8 bytes (NLA_SINT): 4 where the value fits. Holds an `i64`.
#[derive(Debug)]
pub enum Sint {}

/// Values of form `F` side by side without headers, a C array: the attribute of a `Vec<T>`.
#[derive(Debug)]
pub struct Array<F>(PhantomData<F>);

/// A nest of one attribute for each entry, numbered from 1 on (indexed-array): of a `Vec<T>`.
///
/// Decoding takes any numbers, in the order in which they come. Encoding begins with 1 since some
/// families skip an entry numbered 0, and those that count from 0 do not look at the number.
#[derive(Debug)]
pub struct IndexedArray<F = Native>(PhantomData<F>);

/// A nest whose attributes mean something by their order, such as actions one after the other: of a
/// `Vec<T>`, where each `T` is a set with one attribute.
#[derive(Debug)]
pub enum InOrder {}

/// A nest whose attributes' numbers are data (nest-type-value): of a `Vec<(u16, T)>`.
#[derive(Debug)]
pub struct Keyed<F = Native>(PhantomData<F>);

mod sealed {
    /// Keeps `Element` to forms whose length is never 0.
    pub trait Sealed {}
}

macro_rules! scalar_form {
    ($form:ty, $shape:expr, $wire:ident, $len:literal, $expected:literal, $to:ident, $from:ident) => {
        #[diagnostic::do_not_recommend] // the trait's own text says what is missing
        impl<'a, T> Form<'a, T> for $form
        where
            T: Clone + From<$wire>,
            $wire: TryFrom<T>,
        {
            const SHAPE: Shape = $shape;

            #[inline]
            fn put(value: &T, id: u16, out: &mut Writer<'_>) {
                match <$wire>::try_from(value.clone()) {
                    Ok(number) => out.fixed(id, number.$to()),
                    Err(_) => {
                        out.fail_at(id, EncodeErrorKind::OutOfRange { wire: stringify!($wire) })
                    }
                }
            }

            #[inline]
            fn get(attr: Attr<'a>) -> Result<T, DecodeError> {
                get_fixed(attr, $expected).map(|bytes| <$wire>::$from(bytes).into())
            }
        }
        #[diagnostic::do_not_recommend]
        impl<T> Member<T> for $form
        where
            T: Clone + From<$wire>,
            $wire: TryFrom<T>,
        {
            const LEN: usize = $len;

            #[inline]
            fn put(value: &T, out: &mut Writer<'_>) {
                match <$wire>::try_from(value.clone()) {
                    Ok(number) => out.raw(&number.$to()),
                    Err(_) => {
                        out.fail_here(EncodeErrorKind::OutOfRange { wire: stringify!($wire) });
                        out.zeros($len);
                    }
                }
            }

            #[inline]
            fn get(bytes: &mut Bytes<'_>) -> T {
                <$wire>::$from(bytes.take()).into()
            }
        }
        impl sealed::Sealed for $form {}
        impl Element for $form {
            const LEN: usize = $len;
        }
    };
}

/// A number in network byte order.
const fn big(kind: Kind) -> Shape {
    if cfg!(target_endian = "big") { Shape::Leaf(kind) } else { Shape::Swapped(kind) }
}

/// A number in the reverse of it.
const fn little(kind: Kind) -> Shape {
    if cfg!(target_endian = "big") { Shape::Swapped(kind) } else { Shape::Leaf(kind) }
}

/// The scalars, native and in both byte orders.
macro_rules! scalar {
    ($($wire:ident, $kind:ident, $len:literal, $expected:literal;)*) => {$(
        scalar_form!(
            $wire, Shape::Leaf(Kind::$kind), $wire, $len, $expected, to_ne_bytes, from_ne_bytes
        );
        scalar_form!(Be<$wire>, big(Kind::$kind), $wire, $len, $expected, to_be_bytes, from_be_bytes);
        scalar_form!(
            Le<$wire>, little(Kind::$kind), $wire, $len, $expected, to_le_bytes, from_le_bytes
        );

        impl AttrValue<'_> for $wire {
            const SHAPE: Shape = Shape::Leaf(Kind::$kind);

            #[inline]
            fn put(&self, id: u16, out: &mut Writer<'_>) {
                out.fixed(id, self.to_ne_bytes());
            }

            #[inline]
            fn get(attr: Attr<'_>) -> Result<Self, DecodeError> {
                get_fixed(attr, $expected).map(Self::from_ne_bytes)
            }
        }

        impl MemberValue for $wire {
            const LEN: usize = $len;

            #[inline]
            fn put(&self, out: &mut Writer<'_>) {
                out.raw(&self.to_ne_bytes());
            }

            #[inline]
            fn get(bytes: &mut Bytes<'_>) -> Self {
                Self::from_ne_bytes(bytes.take())
            }
        }
    )*};
}

scalar! {
    u8, U8, 1, "1 byte";
    u16, U16, 2, "2 bytes";
    u32, U32, 4, "4 bytes";
    u64, U64, 8, "8 bytes";
    i8, S8, 1, "1 byte";
    i16, S16, 2, "2 bytes";
    i32, S32, 4, "4 bytes";
    i64, S64, 8, "8 bytes";
}

/// Arrays of numbers in structs; those of bytes are bytes.
macro_rules! member_array {
    ($($wire:ident)*) => {$(
        impl<const N: usize> MemberValue for [$wire; N] {
            const LEN: usize = N * <$wire as MemberValue>::LEN;

            fn put(&self, out: &mut Writer<'_>) {
                self.iter().for_each(|number| MemberValue::put(number, out));
            }

            fn get(bytes: &mut Bytes<'_>) -> Self {
                std::array::from_fn(|_| MemberValue::get(bytes))
            }
        }
    )*};
}

member_array!(u16 u32 u64 i8 i16 i32 i64);

/// The payload as an array of just the right length.
#[inline]
pub(crate) fn get_fixed<const N: usize>(
    attr: Attr<'_>,
    expected: &'static str,
) -> Result<[u8; N], DecodeError> {
    match attr.payload.try_into() {
        Ok(bytes) => Ok(bytes),
        Err(_) => Err(DecodeError::length(expected, attr.payload.len())),
    }
}

/// The numbers of 4 or 8 bytes.
macro_rules! variable_form {
    ($form:ident, $wide:ident, $narrow:ident, $name:literal) => {
        #[diagnostic::do_not_recommend]
        impl<'a, T> Form<'a, T> for $form
        where
            T: Clone + From<$wide>,
            $wide: TryFrom<T>,
        {
            const SHAPE: Shape = Shape::Leaf(Kind::$form);

            #[inline]
            fn put(value: &T, id: u16, out: &mut Writer<'_>) {
                let Ok(wide) = <$wide>::try_from(value.clone()) else {
                    return out.fail_at(id, EncodeErrorKind::OutOfRange { wire: $name });
                };
                match <$narrow>::try_from(wide) {
                    Ok(narrow) => out.fixed(id, narrow.to_ne_bytes()),
                    Err(_) => out.fixed(id, wide.to_ne_bytes()),
                }
            }

            #[inline]
            fn get(attr: Attr<'a>) -> Result<T, DecodeError> {
                if let Ok(bytes) = attr.payload.try_into() {
                    return Ok(<$wide>::from(<$narrow>::from_ne_bytes(bytes)).into());
                }
                get_fixed(attr, "4 or 8 bytes").map(|bytes| <$wide>::from_ne_bytes(bytes).into())
            }
        }
    };
}

variable_form!(Uint, u64, u32, "uint");
variable_form!(Sint, i64, i32, "sint");

/// A form of a length that the type gives, so that values can lie side by side: the scalars.
pub trait Element: sealed::Sealed {
    /// Length of one value in bytes.
    const LEN: usize;
}

impl<'a, T, F: Form<'a, T> + Member<T> + Element> Form<'a, Vec<T>> for Array<F> {
    fn put(value: &Vec<T>, id: u16, out: &mut Writer<'_>) {
        let put = |element, out: &mut Writer<'_>| <F as Form<'a, T>>::put(element, id, out);
        out.array(id, <F as Element>::LEN, value.iter(), put);
    }

    fn get(attr: Attr<'a>) -> Result<Vec<T>, DecodeError> {
        let chunks = attr.payload.chunks_exact(<F as Element>::LEN);
        if !chunks.remainder().is_empty() {
            let expected = format!("a multiple of {} bytes", <F as Element>::LEN);
            return Err(DecodeError::length(expected, attr.payload.len()));
        }
        // As members of a struct, which cannot fail: for native numbers that becomes one copy.
        Ok(chunks.map(|bytes| <F as Member<T>>::get(&mut Bytes::new(bytes))).collect())
    }
}

impl<'a, T, F: Form<'a, T>> Form<'a, Vec<T>> for IndexedArray<F> {
    const SHAPE: Shape = Shape::Array(&F::SHAPE);

    fn put(value: &Vec<T>, id: u16, out: &mut Writer<'_>) {
        out.nest(id, |out| {
            // As many entries as there are numbers are too long for a nest by their headers alone.
            for (entry, index) in value.iter().zip(1..=ATTR_ID_MASK) {
                F::put(entry, index, out);
            }
        });
    }

    fn get(attr: Attr<'a>) -> Result<Vec<T>, DecodeError> {
        let mut entries = Vec::new();
        for entry in attr.nested()? {
            match F::get(entry?) {
                Ok(value) => entries.push(value),
                Err(error) => return Err(error.at_index(entries.len())),
            }
        }
        Ok(entries)
    }
}

impl<'a, T: NlAttrs<'a>> Form<'a, Vec<T>> for InOrder {
    const SHAPE: Shape = Shape::InOrder(&NestedSet::Type(set_of::<'a, T>));

    fn put(value: &Vec<T>, id: u16, out: &mut Writer<'_>) {
        out.nest(id, |out| value.iter().for_each(|entry| entry.put(out)));
    }

    fn get(attr: Attr<'a>) -> Result<Vec<T>, DecodeError> {
        let mut entries = Vec::new();
        for attr in attr.nested()? {
            let attr = attr?;
            // As in any set, what it does not know is skipped.
            if T::SET.entry(attr.id).is_none() {
                continue;
            }
            let mut entry = T::default();
            if let Err(error) = entry.set(attr) {
                return Err(error.in_attribute(T::SET, attr.id).at_index(entries.len()));
            }
            entries.push(entry);
        }
        Ok(entries)
    }
}

impl<'a, T, F: Form<'a, T>> Form<'a, Vec<(u16, T)>> for Keyed<F> {
    const SHAPE: Shape = Shape::Keyed(&F::SHAPE);

    fn put(value: &Vec<(u16, T)>, id: u16, out: &mut Writer<'_>) {
        out.nest(id, |out| {
            for (key, entry) in value {
                if *key > ATTR_ID_MASK {
                    out.fail_at(*key, EncodeErrorKind::OutOfRange { wire: "an attribute's type" });
                } else {
                    F::put(entry, *key, out);
                }
            }
        });
    }

    fn get(attr: Attr<'a>) -> Result<Vec<(u16, T)>, DecodeError> {
        let mut entries = Vec::new();
        for entry in attr.nested()? {
            let entry = entry?;
            match F::get(entry) {
                Ok(value) => entries.push((entry.id, value)),
                Err(error) => return Err(error.at_index(entry.id.into())),
            }
        }
        Ok(entries)
    }
}
