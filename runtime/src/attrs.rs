//! Attribute sets: the trait that the derive implements, and the names it keeps.

use crate::checks::Checks;
use crate::error::{DecodeError, EncodeError};
use crate::form::Form;
use crate::kind::Kind;
use crate::path::path_to;
use crate::shape::Shape;
use crate::structs::Bytes;
use crate::wire::{Attr, Attrs, align};
use crate::writer::Writer;

/// A set of attributes as a Rust struct: what `#[derive(NlAttrs)]` implements.
///
/// `'a` is the lifetime of the bytes that a decoded value may borrow from; a struct that owns its
/// fields implements the trait for every `'a`. Decoding starts from [`Default`] and fills in what
/// is there: an attribute that the struct does not name is skipped, so a newer kernel never breaks
/// it, and a struct may name just those that it needs.
///
/// # Examples
/// By hand, which is just what the derive writes:
/// ```
/// use nlkit as nl;
/// use nl::{Field, Form};
///
/// #[derive(Default, PartialEq, Debug)]
/// struct Timer { on_ms: Option<u32>, port: Option<u16> }
///
/// impl<'a> nl::NlAttrs<'a> for Timer {
///     const SET: &'static nl::Set = &nl::Set::new(
///         "Timer",
///         &[
///             nl::Entry::of::<Option<u32>, nl::Native>(1, "on-ms"),
///             nl::Entry::of::<Option<u16>, nl::Be<u16>>(2, "port"),
///         ],
///     );
///     fn put(&self, out: &mut nl::Writer<'_>) {
///         Field::<nl::Native>::put(&self.on_ms, 1, out);
///         Field::<nl::Be<u16>>::put(&self.port, 2, out);
///     }
///     fn set(&mut self, attr: nl::Attr<'a>) -> Result<(), nl::DecodeError> {
///         match attr.id {
///             1 => Field::<nl::Native>::set(&mut self.on_ms, attr),
///             2 => Field::<nl::Be<u16>>::set(&mut self.port, attr),
///             _ => Ok(()),
///         }
///     }
/// }
///
/// let timer = Timer { on_ms: None, port: Some(80) };
/// assert_eq!(nl::encode(&timer)?, [6, 0, 2, 0, 0, 80, 0, 0]);
/// assert_eq!(nl::decode::<Timer>(&[6, 0, 2, 0, 0, 80, 0, 0])?, timer);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of attributes",
    label = "needs `#[derive(Default, NlAttrs)]`",
    note = "derive it, and number the fields: `#[nl(id = 1)]`"
)]
pub trait NlAttrs<'a>: Default {
    /// Name and attributes, for the paths in errors.
    const SET: &'static Set;

    /// Writes the fixed header, where there is one, and all attributes that are set.
    fn put(&self, out: &mut Writer<'_>);

    /// Takes the fixed header: all [`Set::header`] bytes of it.
    fn set_header(&mut self, _: &mut Bytes<'_>) {}

    /// Takes one attribute; one that the set does not name is skipped.
    ///
    /// # Errors
    /// Where the payload does not fit the attribute's type.
    fn set(&mut self, attr: Attr<'a>) -> Result<(), DecodeError>;
}

/// A set of attributes whose lifetime can be chosen, which lets a dump lend each message to a
/// value that borrows from the receive buffer. `#[derive(NlAttrs)]` implements it too.
pub trait View {
    /// The same struct, borrowing from bytes of lifetime `'a`.
    type Of<'a>: NlAttrs<'a>;
}

/// Decodes the attributes of a message: `bytes` begin with the fixed header, or where there is none
/// with the first attribute's header.
///
/// # Errors
/// Names the attribute by its path from `T`: `Timer.port: expected 2 bytes, got 4`.
pub fn decode<'a, T: NlAttrs<'a>>(bytes: &'a [u8]) -> Result<T, DecodeError> {
    // Decoded where it is returned: some values are 2 KiB, which is not to be moved.
    let mut decoded = Ok(T::default());
    if let Ok(value) = &mut decoded
        && let Err(error) = decode_into(value, bytes)
    {
        decoded = Err(error);
    }
    decoded
}

/// As [`decode`], into a value that is there already, which saves moving it.
#[inline]
pub(crate) fn decode_into<'a, T: NlAttrs<'a>>(
    value: &mut T,
    bytes: &'a [u8],
) -> Result<(), DecodeError> {
    fill(value, Attrs::new(bytes)).map_err(|error| error.in_message(T::SET.name))
}

/// Encodes the attributes of a message.
///
/// # Errors
/// Where a value does not fit into an attribute: see [`crate::EncodeErrorKind`].
pub fn encode<'a, T: NlAttrs<'a>>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    encode_into(value, &mut bytes)?;
    Ok(bytes)
}

/// Appends the attributes of `value` to `buffer`, whose length is a multiple of 4; on an error the
/// buffer is as before.
///
/// # Errors
/// Where a value does not fit into an attribute: see [`crate::EncodeErrorKind`].
pub fn encode_into<'a, T: NlAttrs<'a>>(value: &T, buffer: &mut Vec<u8>) -> Result<(), EncodeError> {
    let start = buffer.len();
    let mut out = Writer::new(buffer);
    value.put(&mut out);
    let Some((at, kind)) = out.into_failure() else {
        return Ok(());
    };
    let path = buffer.get(start..).and_then(|bytes| path_to(bytes, T::SET, at.checked_sub(start)?));
    buffer.truncate(start);
    Err(EncodeError { root: T::SET.name, path: path.map(|p| p.path).unwrap_or_default(), kind })
}

/// Takes the fixed header and every attribute; an error names the one at fault.
#[inline]
pub(crate) fn fill<'a, T: NlAttrs<'a>>(value: &mut T, attrs: Attrs<'a>) -> Result<(), DecodeError> {
    // A copy of its own, which the loop keeps in registers; an argument of this size has an address.
    let mut attrs = attrs.clone();
    if T::SET.header > 0 {
        let header = attrs.split_header(T::SET.header)?;
        value.set_header(&mut Bytes::new(header));
    }
    if T::SET.scope {
        attrs.open_scope();
    }
    while let Some(attr) = attrs.step()? {
        if let Err(error) = value.set(attr) {
            return Err(error.in_attribute(T::SET, attr.id));
        }
    }
    Ok(())
}

/// The payload of attribute `id` in `bytes`, as far as they can be read: of several the last, as for the
/// kernel.
pub(crate) fn find(bytes: &[u8], id: u16) -> Option<&[u8]> {
    let attrs = Attrs::new(bytes).map_while(Result::ok);
    attrs.filter(|attr| attr.id == id).last().map(|attr| attr.payload)
}

/// Name and attributes of a set, in the order of their numbers or not.
#[derive(Debug)]
#[non_exhaustive]
pub struct Set {
    /// Name of the Rust struct.
    pub name: &'static str,
    /// Length of the fixed header before the attributes, with the padding behind it; 0 where there
    /// is none.
    pub header: usize,
    /// Whether sub-messages in it, or in nests below, find their selectors among its attributes.
    pub scope: bool,
    /// Its attributes.
    pub entries: &'static [Entry],
}

impl Set {
    /// A set without fixed header. It is a scope where one of its own attributes is a sub-message.
    pub const fn new(name: &'static str, entries: &'static [Entry]) -> Self {
        let mut scope = false;
        let mut rest = entries;
        while let [first, others @ ..] = rest {
            scope |= matches!(first.shape, Shape::SubMessage { outer: false, .. });
            rest = others;
        }
        Self { name, header: 0, scope, entries }
    }

    /// The set with a fixed header of `len` bytes before its attributes.
    pub const fn with_header(self, len: usize) -> Self {
        Self { header: align(len), ..self }
    }

    /// The set as one that holds selectors of sub-messages in nests below.
    pub const fn with_scope(self) -> Self {
        Self { scope: true, ..self }
    }

    /// Whether there is nothing in it: neither a fixed header nor an attribute.
    pub const fn is_empty(&self) -> bool {
        self.header == 0 && self.entries.is_empty()
    }

    /// The entry of attribute `id`.
    pub fn entry(&self, id: u16) -> Option<&'static Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// The name of attribute `id`, as in the spec.
    pub fn name_of(&self, id: u16) -> Option<&'static str> {
        self.entry(id).map(|entry| entry.name)
    }
}

/// One attribute of a [`Set`].
#[derive(Debug)]
pub struct Entry {
    /// Its number.
    pub id: u16,
    /// Its name, as in the spec: `dev-name`.
    pub name: &'static str,
    /// Whether it may stand several times (multi-attr).
    pub multi: bool,
    /// What its payload holds.
    pub shape: Shape,
    /// What its value is checked for, where the spec says so; of a list, each entry's.
    pub checks: Option<&'static Checks>,
}

impl Entry {
    /// The entry of a field of type `T` in the wire form `F`.
    pub const fn of<'a, T: Field<'a, F>, F>(id: u16, name: &'static str) -> Self {
        Self { id, name, multi: T::MULTI, shape: T::SHAPE, checks: None }
    }

    /// The entry with limits, which must be of a sort that its value can break. Otherwise this panics,
    /// which in the constant that a set is means that it does not compile.
    #[must_use]
    pub const fn with_checks(self, checks: &'static Checks) -> Self {
        assert!(
            checks.fit(self.shape),
            "`min`, `max` and `mask` are for numbers, lengths for bytes and text; a form of one's own \
             tells which it is by its `SHAPE`"
        );
        Self { checks: Some(checks), ..self }
    }
}

/// A type that a field of a set can have: how often its attribute may stand, in wire form `F`.
///
/// `Option<T>` is an attribute that stands once or not at all (of several the last counts, as in
/// the kernel), `Vec<T>` one that may repeat (multi-attr), `bool` one without payload (flag).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no field of a set of attributes in the wire form `{F}`",
    label = "neither `Option<_>`, `Vec<_>` nor a flag",
    note = "write `Option<{Self}>` for an attribute that stands once or not at all, `Vec<{Self}>` \
            for one that may repeat (multi-attr), `bool` without `as` for a flag"
)]
pub trait Field<'a, F> {
    /// Whether the attribute may repeat.
    const MULTI: bool;
    /// What its payload holds.
    const SHAPE: Shape;

    /// Writes the attribute as often as it is set.
    fn put(&self, id: u16, out: &mut Writer<'_>);

    /// Takes one occurrence of the attribute.
    ///
    /// # Errors
    /// Where the payload does not fit the type.
    fn set(&mut self, attr: Attr<'a>) -> Result<(), DecodeError>;
}

impl<'a, T, F: Form<'a, T>> Field<'a, F> for Option<T> {
    const MULTI: bool = false;
    const SHAPE: Shape = F::SHAPE;

    #[inline]
    fn put(&self, id: u16, out: &mut Writer<'_>) {
        if let Some(value) = self {
            F::put(value, id, out);
        }
    }

    #[inline]
    fn set(&mut self, attr: Attr<'a>) -> Result<(), DecodeError> {
        F::get_into(self, attr)
    }
}

impl<'a, T, F: Form<'a, T>> Field<'a, F> for Vec<T> {
    const MULTI: bool = true;
    const SHAPE: Shape = F::SHAPE;

    #[inline]
    fn put(&self, id: u16, out: &mut Writer<'_>) {
        for value in self {
            F::put(value, id, out);
        }
    }

    #[inline]
    fn set(&mut self, attr: Attr<'a>) -> Result<(), DecodeError> {
        match F::get(attr) {
            Ok(value) => self.push(value),
            Err(error) => return Err(error.at_index(self.len())),
        }
        Ok(())
    }
}

impl<'a> Field<'a, crate::form::Native> for bool {
    const MULTI: bool = false;
    const SHAPE: Shape = Shape::Leaf(Kind::Flag);

    #[inline]
    fn put(&self, id: u16, out: &mut Writer<'_>) {
        if *self {
            out.fixed(id, []);
        }
    }

    #[inline]
    fn set(&mut self, _: Attr<'a>) -> Result<(), DecodeError> {
        *self = true;
        Ok(())
    }
}
