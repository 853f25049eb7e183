//! Sub-messages: attributes whose content another attribute chooses.

use crate::attrs::find;
use crate::error::{DecodeError, EncodeErrorKind};
use crate::form::Form;
use crate::shape::{Formats, Shape};
use crate::wire::Attr;
use crate::writer::Writer;

/// An attribute whose content another attribute chooses, the selector: an enum with a variant for
/// each kind, made by [`sub_message!`](crate::sub_message).
///
/// A kind that is not known, or that no selector told, is kept as its bytes: it never costs a message.
pub trait SubMessage: Sized {
    /// What the payload holds under this selector, as far as paths need it.
    fn shape(selector: &[u8]) -> Shape;

    /// Reads the payload under the selector, whose payload is given where it was found.
    ///
    /// # Errors
    /// Where the payload does not fit the kind.
    fn get(selector: Option<&[u8]>, attr: Attr<'_>) -> Result<Self, DecodeError>;

    /// Writes the whole attribute, header included.
    fn put(&self, id: u16, out: &mut Writer<'_>);

    /// The selector's value that goes with this variant; `None` of an unknown kind.
    fn kind(&self) -> Option<&'static str>;

    /// Whether a selector with this payload goes with this variant.
    fn agrees(&self, selector: &[u8]) -> bool;

    /// Writes the selector that goes with this variant; of an unknown kind, nothing.
    fn put_selector(&self, id: u16, out: &mut Writer<'_>);
}

/// How the value of a selector is read: [`Text`], or the form of a number.
pub trait Selector {
    /// What kinds are told apart by.
    type Key<'a>;

    /// The value of a selector with this payload.
    fn key(payload: &[u8]) -> Option<Self::Key<'_>>;

    /// Writes a selector of this value.
    fn put(key: Self::Key<'_>, id: u16, out: &mut Writer<'_>);
}

/// A selector that is a string.
#[derive(Debug)]
pub enum Text {}

impl Selector for Text {
    type Key<'a> = &'a str;

    fn key(payload: &[u8]) -> Option<&str> {
        let text = payload.split(|byte| *byte == 0).next()?;
        std::str::from_utf8(text).ok()
    }

    fn put(key: &str, id: u16, out: &mut Writer<'_>) {
        out.string(id, key.as_bytes());
    }
}

impl<F: for<'a> Form<'a, u64>> Selector for F {
    type Key<'a> = u64;

    fn key(payload: &[u8]) -> Option<u64> {
        F::get(Attr::new(0, payload)).ok()
    }

    fn put(key: u64, id: u16, out: &mut Writer<'_>) {
        F::put(&key, id, out);
    }
}

/// The form of a sub-message whose selector is attribute `ID` of the same set.
///
/// Where the selector is not set, it is written with the sub-message; one that is set to another kind
/// is an encode error. Both only where the selector's number is the lower one, so that it is written
/// first.
#[derive(Debug)]
pub enum Selected<const ID: u16> {}

impl<'a, const ID: u16, T: SubMessage> Form<'a, T> for Selected<ID> {
    const SHAPE: Shape =
        Shape::SubMessage { selector: ID, outer: false, formats: &Formats::Type(T::shape) };

    fn put(value: &T, id: u16, out: &mut Writer<'_>) {
        // A selector with a higher number is not written yet.
        match value.kind().filter(|_| ID < id).map(|kind| (kind, find(out.set(), ID))) {
            Some((kind, Some(selector))) if !value.agrees(selector) => {
                return out.fail_at(id, EncodeErrorKind::Selector { kind });
            }
            Some((_, None)) => value.put_selector(ID, out),
            _ => {}
        }
        value.put(id, out);
    }

    fn get(attr: Attr<'a>) -> Result<T, DecodeError> {
        T::get(find(attr.scope, ID), attr)
    }
}

/// The form of a sub-message whose selector is attribute `ID` of an outer set: the next one outwards
/// with `#[nl(scope)]`.
#[derive(Debug)]
pub enum SelectedOuter<const ID: u16> {}

impl<'a, const ID: u16, T: SubMessage> Form<'a, T> for SelectedOuter<ID> {
    const SHAPE: Shape =
        Shape::SubMessage { selector: ID, outer: true, formats: &Formats::Type(T::shape) };

    fn put(value: &T, id: u16, out: &mut Writer<'_>) {
        value.put(id, out);
    }

    fn get(attr: Attr<'a>) -> Result<T, DecodeError> {
        T::get(find(attr.scope, ID), attr)
    }
}

/// Makes an enum a sub-message: each kind with its variant, whose payload is a set of attributes or a
/// binary struct, in a box or not, or nothing. The enum has a variant `Unknown(Vec<u8>)` beside.
///
/// ```
/// use nlkit::{AttrValue, NlString};
///
/// #[derive(Clone, Debug, PartialEq)]
/// enum Options {
///     Limit(u32),
///     Ingress,
///     Unknown(Vec<u8>),
/// }
/// nlkit::sub_message!(Options, nlkit::Text: "pfifo" => Limit(u32), "ingress" => Ingress);
///
/// let attr = nlkit::Attr::new(2, &[5, 0, 0, 0]);
/// # #[cfg(target_endian = "little")]
/// assert_eq!(nlkit::SubMessage::get(Some(b"pfifo\0"), attr), Ok(Options::Limit(5)));
/// assert_eq!(nlkit::SubMessage::get(Some(b"sfq\0"), attr), Ok(Options::Unknown(vec![5, 0, 0, 0])));
/// ```
///
/// A selector that is a number has its form: `sub_message!(Data, nlkit::Be<u32>: 1 => Counter(..))`.
#[macro_export]
macro_rules! sub_message {
    ($name:ident, $selector:ty: $($key:literal => $variant:ident $(($payload:ty))?),* $(,)?) => {
        impl $crate::SubMessage for $name {
            fn shape(selector: &[u8]) -> $crate::Shape {
                match <$selector as $crate::Selector>::key(selector) {
                    $(::core::option::Option::Some($key) => $crate::__sub_message!(shape $($payload)?),)*
                    _ => $crate::Shape::Leaf($crate::Kind::Binary),
                }
            }

            fn get(
                selector: ::core::option::Option<&[u8]>,
                attr: $crate::Attr<'_>,
            ) -> ::core::result::Result<Self, $crate::DecodeError> {
                match selector.and_then(<$selector as $crate::Selector>::key) {
                    $(::core::option::Option::Some($key) => {
                        $crate::__sub_message!(get $name $variant attr $($payload)?)
                    })*
                    _ => $crate::AttrValue::get(attr).map(Self::Unknown),
                }
            }

            fn put(&self, id: u16, out: &mut $crate::Writer<'_>) {
                match self {
                    $($crate::__sub_message!(pattern $variant value $($payload)?) => {
                        $crate::__sub_message!(put id out value $($payload)?)
                    })*
                    Self::Unknown(payload) => $crate::AttrValue::put(payload, id, out),
                }
            }

            fn kind(&self) -> ::core::option::Option<&'static str> {
                match self {
                    $(Self::$variant { .. } => ::core::option::Option::Some(
                        $crate::__private::kind(stringify!($key)),
                    ),)*
                    Self::Unknown(_) => ::core::option::Option::None,
                }
            }

            fn agrees(&self, selector: &[u8]) -> bool {
                match (self, <$selector as $crate::Selector>::key(selector)) {
                    $((Self::$variant { .. }, key) => {
                        key == ::core::option::Option::Some($key)
                    })*
                    (Self::Unknown(_), _) => true,
                }
            }

            fn put_selector(&self, id: u16, out: &mut $crate::Writer<'_>) {
                match self {
                    $(Self::$variant { .. } => {
                        <$selector as $crate::Selector>::put($key, id, out)
                    })*
                    Self::Unknown(_) => {}
                }
            }
        }
    };
}

/// The parts of [`sub_message!`](crate::sub_message) that differ with and without a payload.
#[doc(hidden)]
#[macro_export]
macro_rules! __sub_message {
    (shape) => {
        $crate::Shape::Leaf($crate::Kind::Binary)
    };
    (shape $payload:ty) => {
        <$payload as $crate::AttrValue<'static>>::SHAPE
    };
    (get $name:ident $variant:ident $attr:ident) => {
        match $attr.payload.is_empty() {
            true => ::core::result::Result::Ok($name::$variant),
            false => $crate::AttrValue::get($attr).map($name::Unknown),
        }
    };
    (get $name:ident $variant:ident $attr:ident $payload:ty) => {
        <$payload as $crate::AttrValue<'_>>::get($attr).map($name::$variant)
    };
    (pattern $variant:ident $value:ident) => {
        Self::$variant
    };
    (pattern $variant:ident $value:ident $payload:ty) => {
        Self::$variant($value)
    };
    (put $id:ident $out:ident $value:ident) => {
        $out.nest($id, |_| {})
    };
    (put $id:ident $out:ident $value:ident $payload:ty) => {
        $crate::AttrValue::put($value, $id, $out)
    };
}

/// A selector's value as people write it: text without its quotes.
pub fn kind(literal: &'static str) -> &'static str {
    literal.trim_matches('"')
}
