//! Numbers: on the wire in the runtime's forms, in JSON by name, in hex, as an address or as they are.

use std::net::Ipv4Addr;

use nlkit::{Attr, Be, DecodeError, Form, Kind, Le, Member, Sint, Uint, Writer};
use nlkit_codegen::ir::{self, Order, Width};

use crate::Value;
use crate::error::EncodeError;
use crate::schema::{Number, Shown};
use crate::text;

/// Does `$then` with `$form` as another name of a wire form.
macro_rules! using {
    ($type:ty, $form:ident => $then:expr) => {{
        type $form = $type;
        $then
    }};
}

/// Does `$then` with `$form` as the wire form of a number that can lie in several orders.
macro_rules! in_order {
    ($order:expr, $type:ty, $form:ident => $then:expr) => {
        match $order {
            Order::Native => using!($type, $form => $then),
            Order::Big => using!(Be<$type>, $form => $then),
            Order::Little => using!(Le<$type>, $form => $then),
        }
    };
}

/// Does `$then` with `$form` as the wire form of a number; where its width is not fixed, as one of the
/// last two forms.
macro_rules! with_form {
    ($wire:expr, $form:ident => $then:expr, or $uint:ty, $sint:ty) => {
        match $wire.number {
            ir::Number::Unsigned(Width::W8) => using!(u8, $form => $then),
            ir::Number::Unsigned(Width::W16) => in_order!($wire.order, u16, $form => $then),
            ir::Number::Unsigned(Width::W32) => in_order!($wire.order, u32, $form => $then),
            ir::Number::Unsigned(Width::W64) => in_order!($wire.order, u64, $form => $then),
            ir::Number::Signed(Width::W8) => using!(i8, $form => $then),
            ir::Number::Signed(Width::W16) => in_order!($wire.order, i16, $form => $then),
            ir::Number::Signed(Width::W32) => in_order!($wire.order, i32, $form => $then),
            ir::Number::Signed(Width::W64) => in_order!($wire.order, i64, $form => $then),
            ir::Number::Uint => using!($uint, $form => $then),
            ir::Number::Sint => using!($sint, $form => $then),
        }
    };
}

/// The number in an attribute.
pub(crate) fn get(wire: &ir::Scalar, attr: Attr<'_>) -> Result<i128, DecodeError> {
    with_form!(wire, F => <F as Form<'_, i128>>::get(attr), or Uint, Sint)
}

/// Writes a number that fits as an attribute.
pub(crate) fn put(wire: &ir::Scalar, number: i128, id: u16, out: &mut Writer<'_>) {
    with_form!(wire, F => <F as Form<'_, i128>>::put(&number, id, out), or Uint, Sint);
}

/// The next number in a struct or a C array.
pub(crate) fn get_member(wire: &ir::Scalar, bytes: &mut nlkit::Bytes<'_>) -> i128 {
    with_form!(wire, F => <F as Member<i128>>::get(bytes), or u64, i64)
}

/// Appends a number that fits to a struct or a C array.
pub(crate) fn put_member(wire: &ir::Scalar, number: i128, out: &mut Writer<'_>) {
    with_form!(wire, F => <F as Member<i128>>::put(&number, out), or u64, i64);
}

/// The length of a number in a struct or a C array.
pub(crate) fn len(wire: &ir::Scalar) -> usize {
    with_form!(wire, F => <F as Member<i128>>::LEN, or u64, i64)
}

/// What the kernel calls such a number, which gives its range.
pub(crate) fn kind(wire: &ir::Scalar) -> Kind {
    match wire.number {
        ir::Number::Unsigned(Width::W8) => Kind::U8,
        ir::Number::Unsigned(Width::W16) => Kind::U16,
        ir::Number::Unsigned(Width::W32) => Kind::U32,
        ir::Number::Unsigned(Width::W64) => Kind::U64,
        ir::Number::Signed(Width::W8) => Kind::S8,
        ir::Number::Signed(Width::W16) => Kind::S16,
        ir::Number::Signed(Width::W32) => Kind::S32,
        ir::Number::Signed(Width::W64) => Kind::S64,
        ir::Number::Uint => Kind::Uint,
        ir::Number::Sint => Kind::Sint,
    }
}

impl Number {
    /// The JSON of a number.
    pub(crate) fn show(self, number: i128) -> Value {
        match self.shown {
            Shown::Decimal => plain(number),
            Shown::Hex if number < 0 => format!("-{:#x}", number.unsigned_abs()).into(),
            Shown::Hex => format!("{number:#x}").into(),
            Shown::Ipv4 => match u32::try_from(number) {
                Ok(bits) => Ipv4Addr::from_bits(bits).to_string().into(),
                Err(_) => plain(number),
            },
            Shown::Named(of) if of.flags => of.show_flags(bits(number)),
            Shown::Named(of) => of.show(number),
        }
    }

    /// The number that JSON gives, which fits.
    ///
    /// # Errors
    /// Where it is none, or out of range.
    pub(crate) fn read(self, value: &Value) -> Result<i128, EncodeError> {
        let number = match self.shown {
            Shown::Decimal | Shown::Hex => {
                text::number(value).ok_or_else(|| EncodeError::expected("a number", "42", value))?
            }
            Shown::Ipv4 => read_ipv4(value)?,
            Shown::Named(of) if of.flags => of.read_flags(value)?,
            Shown::Named(of) => of.read(value)?,
        };
        let kind = kind(self.wire);
        match kind.range() {
            Some((lowest, highest)) if !(lowest..=highest).contains(&number) => {
                Err(EncodeError::out_of_range(number, kind, lowest, highest))
            }
            _ => Ok(number),
        }
    }
}

/// The bits of a number with flags, which is unsigned in all specs.
fn bits(number: i128) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// A number as it is. Those on the wire have 64 bits at most, as JSON's here.
pub(crate) fn plain(number: i128) -> Value {
    match (u64::try_from(number), i64::try_from(number)) {
        (Ok(number), _) => number.into(),
        (_, Ok(number)) => number.into(),
        _ => Value::Null,
    }
}

fn read_ipv4(value: &Value) -> Result<i128, EncodeError> {
    let address = value.as_str().and_then(|text| text.parse::<Ipv4Addr>().ok());
    let number = address.map(|address| address.to_bits().into()).or_else(|| text::number(value));
    number.ok_or_else(|| EncodeError::expected("an IPv4 address", "\"192.0.2.1\"", value))
}
