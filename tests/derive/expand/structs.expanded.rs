//! Binary structs: each form of a member, padding, what repeats at the end.
use std::net::Ipv4Addr;
use nlkit as nl;
/// A colour.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Colour(pub u32);
nl::narrow!(Colour, u16);
impl From<u32> for Colour {
    fn from(bits: u32) -> Self {
        Self(bits)
    }
}
impl From<Colour> for u32 {
    fn from(colour: Colour) -> Self {
        colour.0
    }
}
/// A lamp.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub struct Lamp {
    /// How bright.
    pub level: u8,
    pub(crate) delay: i64,
    pub port: u16,
    #[doc(alias = "colour")]
    pub r#type: Colour,
    pub key: [u8; 4],
    pub address: Ipv4Addr,
    pub name: nl::NlString,
    pub timer: Timer,
}
#[automatically_derived]
impl ::nlkit::NlStruct for Lamp {
    const LEN: usize = <::nlkit::Native as ::nlkit::Member<u8>>::LEN + 3
        + <::nlkit::Native as ::nlkit::Member<i64>>::LEN
        + <nl::Be<u16> as ::nlkit::Member<u16>>::LEN + 1
        + <u16 as ::nlkit::Member<Colour>>::LEN
        + <::nlkit::Native as ::nlkit::Member<[u8; 4]>>::LEN
        + <::nlkit::Native as ::nlkit::Member<Ipv4Addr>>::LEN
        + <nl::Octets<8> as ::nlkit::Member<nl::NlString>>::LEN
        + <::nlkit::Native as ::nlkit::Member<Timer>>::LEN + 2;
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        <::nlkit::Native as ::nlkit::Member<u8>>::put(&self.level, out);
        out.zeros(3);
        <::nlkit::Native as ::nlkit::Member<i64>>::put(&self.delay, out);
        <nl::Be<u16> as ::nlkit::Member<u16>>::put(&self.port, out);
        out.zeros(1);
        <u16 as ::nlkit::Member<Colour>>::put(&self.r#type, out);
        <::nlkit::Native as ::nlkit::Member<[u8; 4]>>::put(&self.key, out);
        <::nlkit::Native as ::nlkit::Member<Ipv4Addr>>::put(&self.address, out);
        <nl::Octets<8> as ::nlkit::Member<nl::NlString>>::put(&self.name, out);
        <::nlkit::Native as ::nlkit::Member<Timer>>::put(&self.timer, out);
        out.zeros(2);
    }
    #[inline]
    fn get(bytes: &mut ::nlkit::Bytes<'_>) -> Self {
        let value = Self {
            level: <::nlkit::Native as ::nlkit::Member<u8>>::get(bytes),
            delay: {
                bytes.skip(3);
                <::nlkit::Native as ::nlkit::Member<i64>>::get(bytes)
            },
            port: <nl::Be<u16> as ::nlkit::Member<u16>>::get(bytes),
            r#type: {
                bytes.skip(1);
                <u16 as ::nlkit::Member<Colour>>::get(bytes)
            },
            key: <::nlkit::Native as ::nlkit::Member<[u8; 4]>>::get(bytes),
            address: <::nlkit::Native as ::nlkit::Member<Ipv4Addr>>::get(bytes),
            name: <nl::Octets<8> as ::nlkit::Member<nl::NlString>>::get(bytes),
            timer: <::nlkit::Native as ::nlkit::Member<Timer>>::get(bytes),
        };
        bytes.skip(2);
        value
    }
}
#[automatically_derived]
impl ::nlkit::AttrValue<'_> for Lamp {
    #[inline]
    fn put(&self, id: u16, out: &mut ::nlkit::Writer<'_>) {
        out.structure(id, self);
    }
    #[inline]
    fn get(
        attr: ::nlkit::Attr<'_>,
    ) -> ::core::result::Result<Self, ::nlkit::DecodeError> {
        ::core::result::Result::Ok(::nlkit::read(attr.payload))
    }
}
#[automatically_derived]
impl ::core::default::Default for Lamp {
    fn default() -> Self {
        ::nlkit::read(&[])
    }
}
impl Lamp {
    /// With each member's default; `with_` methods set them.
    pub fn new() -> Self {
        ::core::default::Default::default()
    }
    /// Sets `level`.
    #[must_use]
    pub fn with_level(mut self, level: u8) -> Self {
        self.level = level;
        self
    }
    /// Sets `delay`.
    #[must_use]
    pub(crate) fn with_delay(mut self, delay: i64) -> Self {
        self.delay = delay;
        self
    }
    /// Sets `port`.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }
    /// Sets `type`.
    #[must_use]
    pub fn with_type(mut self, r#type: impl ::core::convert::Into<Colour>) -> Self {
        self.r#type = ::core::convert::Into::into(r#type);
        self
    }
    /// Sets `key`.
    #[must_use]
    pub fn with_key(mut self, key: impl ::core::convert::Into<[u8; 4]>) -> Self {
        self.key = ::core::convert::Into::into(key);
        self
    }
    /// Sets `address`.
    #[must_use]
    pub fn with_address(
        mut self,
        address: impl ::core::convert::Into<Ipv4Addr>,
    ) -> Self {
        self.address = ::core::convert::Into::into(address);
        self
    }
    /// Sets `name`.
    #[must_use]
    pub fn with_name(mut self, name: impl ::core::convert::Into<nl::NlString>) -> Self {
        self.name = ::core::convert::Into::into(name);
        self
    }
    /// Sets `timer`.
    #[must_use]
    pub fn with_timer(mut self, timer: impl ::core::convert::Into<Timer>) -> Self {
        self.timer = ::core::convert::Into::into(timer);
        self
    }
}
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timer {
    pub bytes: u16,
    pub out: u32,
}
#[automatically_derived]
impl ::nlkit::NlStruct for Timer {
    const LEN: usize = <::nlkit::Native as ::nlkit::Member<u16>>::LEN + 2
        + <::nlkit::Native as ::nlkit::Member<u32>>::LEN;
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        <::nlkit::Native as ::nlkit::Member<u16>>::put(&self.bytes, out);
        out.zeros(2);
        <::nlkit::Native as ::nlkit::Member<u32>>::put(&self.out, out);
    }
    #[inline]
    fn get(bytes: &mut ::nlkit::Bytes<'_>) -> Self {
        Self {
            bytes: <::nlkit::Native as ::nlkit::Member<u16>>::get(bytes),
            out: {
                bytes.skip(2);
                <::nlkit::Native as ::nlkit::Member<u32>>::get(bytes)
            },
        }
    }
}
#[automatically_derived]
impl ::nlkit::AttrValue<'_> for Timer {
    #[inline]
    fn put(&self, id: u16, out: &mut ::nlkit::Writer<'_>) {
        out.structure(id, self);
    }
    #[inline]
    fn get(
        attr: ::nlkit::Attr<'_>,
    ) -> ::core::result::Result<Self, ::nlkit::DecodeError> {
        ::core::result::Result::Ok(::nlkit::read(attr.payload))
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Timers {
    pub(crate) first: u32,
    pub(crate) others: Vec<Timer>,
}
#[automatically_derived]
impl ::nlkit::NlStruct for Timers {
    const LEN: usize = <::nlkit::Native as ::nlkit::Member<u32>>::LEN
        + <nl::Rest as ::nlkit::Member<Vec<Timer>>>::LEN;
    const OPEN: bool = true;
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        <::nlkit::Native as ::nlkit::Member<u32>>::put(&self.first, out);
        <nl::Rest as ::nlkit::Member<Vec<Timer>>>::put(&self.others, out);
    }
    #[inline]
    fn get(bytes: &mut ::nlkit::Bytes<'_>) -> Self {
        Self {
            first: <::nlkit::Native as ::nlkit::Member<u32>>::get(bytes),
            others: <nl::Rest as ::nlkit::Member<Vec<Timer>>>::get(bytes),
        }
    }
}
#[automatically_derived]
impl ::nlkit::AttrValue<'_> for Timers {
    #[inline]
    fn put(&self, id: u16, out: &mut ::nlkit::Writer<'_>) {
        out.structure(id, self);
    }
    #[inline]
    fn get(
        attr: ::nlkit::Attr<'_>,
    ) -> ::core::result::Result<Self, ::nlkit::DecodeError> {
        ::core::result::Result::Ok(::nlkit::read(attr.payload))
    }
}
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Nothing {}
#[automatically_derived]
impl ::nlkit::NlStruct for Nothing {
    const LEN: usize = 0;
    #[inline]
    fn put(&self, _: &mut ::nlkit::Writer<'_>) {}
    #[inline]
    fn get(_: &mut ::nlkit::Bytes<'_>) -> Self {
        Self {}
    }
}
#[automatically_derived]
impl ::nlkit::AttrValue<'_> for Nothing {
    #[inline]
    fn put(&self, id: u16, out: &mut ::nlkit::Writer<'_>) {
        out.structure(id, self);
    }
    #[inline]
    fn get(
        attr: ::nlkit::Attr<'_>,
    ) -> ::core::result::Result<Self, ::nlkit::DecodeError> {
        ::core::result::Result::Ok(::nlkit::read(attr.payload))
    }
}
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reserved {}
#[automatically_derived]
impl ::nlkit::NlStruct for Reserved {
    const LEN: usize = 300;
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        out.zeros(300);
    }
    #[inline]
    fn get(bytes: &mut ::nlkit::Bytes<'_>) -> Self {
        let value = Self {};
        bytes.skip(300);
        value
    }
}
#[automatically_derived]
impl ::nlkit::AttrValue<'_> for Reserved {
    #[inline]
    fn put(&self, id: u16, out: &mut ::nlkit::Writer<'_>) {
        out.structure(id, self);
    }
    #[inline]
    fn get(
        attr: ::nlkit::Attr<'_>,
    ) -> ::core::result::Result<Self, ::nlkit::DecodeError> {
        ::core::result::Result::Ok(::nlkit::read(attr.payload))
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Room {
    pub lamp: Option<Lamp>,
    pub timers: Vec<Timers>,
    pub nothing: Option<Nothing>,
    pub reserved: Option<Reserved>,
}
#[automatically_derived]
impl<'nl> ::nlkit::NlAttrs<'nl> for Room {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new(
        "Room",
        &[
            ::nlkit::Entry::of::<Option<Lamp>, ::nlkit::Native>(1, "lamp"),
            ::nlkit::Entry::of::<Vec<Timers>, ::nlkit::Native>(2, "timers"),
            ::nlkit::Entry::of::<Option<Nothing>, ::nlkit::Native>(3, "nothing"),
            ::nlkit::Entry::of::<Option<Reserved>, ::nlkit::Native>(4, "reserved"),
        ],
    );
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        ::nlkit::Field::<::nlkit::Native>::put(&self.lamp, 1, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.timers, 2, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.nothing, 3, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.reserved, 4, out);
    }
    #[inline]
    fn set(
        &mut self,
        attr: ::nlkit::Attr<'nl>,
    ) -> ::core::result::Result<(), ::nlkit::DecodeError> {
        match attr.id {
            1 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.lamp, attr),
            2 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.timers, attr),
            3 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.nothing, attr),
            4 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.reserved, attr),
            _ => ::core::result::Result::Ok(()),
        }
    }
}
#[automatically_derived]
impl ::nlkit::View for Room {
    type Of<'view> = Room;
}
