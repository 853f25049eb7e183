//! Sets of attributes with each type that a field can have, in each wire form, and values of them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nlkit::{
    Array, Be, Bitfield32, HwAddr, IndexedArray, Keyed, Le, Names, NlAttrs, NlStr, NlString, Sint,
    Uint,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// An open enum, which also lies in a u16 and in a byte.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Mode(pub u32);
impl Names for Mode {
    const NAMES: &'static [(u64, &'static str)] = &[(0, "off"), (1, "on"), (7, "dim")];
}
nlkit::open_enum!(Mode, u32);
nlkit::narrow!(Mode, u16);
nlkit::narrow!(Mode, u8);

/// Flags, with a name of two bits among them.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Feature(pub u64);
impl Names for Feature {
    const NAMES: &'static [(u64, &'static str)] =
        &[(1, "dim"), (2, "blink"), (1 << 63, "last"), (12, "both"), (0, "none")];
}
nlkit::open_flags!(Feature, u64);

/// Numbers of all widths, in all byte orders.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug)]
pub struct Numbers {
    /// Host order.
    #[nl(id = 1)]
    pub byte: Option<u8>,
    /// Host order.
    #[nl(id = 2)]
    pub half: Option<u16>,
    /// Host order.
    #[nl(id = 3)]
    pub word: Option<u32>,
    /// Host order.
    #[nl(id = 4)]
    pub double: Option<u64>,
    /// Signed.
    #[nl(id = 5)]
    pub signed_byte: Option<i8>,
    /// Signed.
    #[nl(id = 6)]
    pub signed_half: Option<i16>,
    /// Signed.
    #[nl(id = 7)]
    pub signed_word: Option<i32>,
    /// Signed.
    #[nl(id = 8)]
    pub signed_double: Option<i64>,
    /// Network order.
    #[nl(id = 9, as = Be<u16>)]
    pub big_half: Option<u16>,
    /// Network order.
    #[nl(id = 10, as = Be<i64>)]
    pub big_double: Option<i64>,
    /// Little endian.
    #[nl(id = 11, as = Le<u32>)]
    pub little_word: Option<u32>,
    /// Little endian.
    #[nl(id = 12, as = Le<i16>)]
    pub little_half: Option<i16>,
    /// 4 or 8 bytes.
    #[nl(id = 13, as = Uint)]
    pub uint: Option<u64>,
    /// 4 or 8 bytes.
    #[nl(id = 14, as = Sint)]
    pub sint: Option<i64>,
    /// An enum.
    #[nl(id = 15, as = u32)]
    pub mode: Option<Mode>,
    /// An enum in fewer bytes.
    #[nl(id = 16, as = Be<u16>)]
    pub big_mode: Option<Mode>,
    /// Flags.
    #[nl(id = 17, as = u64)]
    pub features: Option<Feature>,
    /// Flags in 4 or 8 bytes.
    #[nl(id = 18, as = Uint)]
    pub more_features: Option<Feature>,
}

/// Values that are no numbers.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug)]
pub struct Values {
    /// Text.
    #[nl(id = 1)]
    pub name: Option<NlString>,
    /// Bytes.
    #[nl(id = 2)]
    pub bytes: Option<Vec<u8>>,
    /// Bytes of one length.
    #[nl(id = 3)]
    pub key: Option<[u8; 5]>,
    /// An address.
    #[nl(id = 4)]
    pub v4: Option<Ipv4Addr>,
    /// An address.
    #[nl(id = 5)]
    pub v6: Option<Ipv6Addr>,
    /// An address of either family.
    #[nl(id = 6)]
    pub ip: Option<IpAddr>,
    /// An address of a link.
    #[nl(id = 7)]
    pub link: Option<HwAddr>,
    /// Bits and a mask.
    #[nl(id = 8)]
    pub bits: Option<Bitfield32>,
    /// A flag.
    #[nl(id = 9)]
    pub flag: bool,
}

/// Values whose attribute numbers are data.
pub type ByKey<T> = Vec<(u16, T)>;

/// Lists in each layout.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug)]
pub struct Lists {
    /// Multi-attr.
    #[nl(id = 1)]
    pub numbers: Vec<u32>,
    /// Multi-attr.
    #[nl(id = 2)]
    pub names: Vec<NlString>,
    /// Multi-attr of nests.
    #[nl(id = 3)]
    pub values: Vec<Values>,
    /// Multi-attr in a wire form.
    #[nl(id = 4, as = Be<u16>)]
    pub modes: Vec<Mode>,
    /// C array.
    #[nl(id = 5, as = Array<u32>)]
    pub array: Option<Vec<u32>>,
    /// C array in a wire form.
    #[nl(id = 6, as = Array<Be<u16>>)]
    pub big_array: Option<Vec<Mode>>,
    /// C array of single bytes.
    #[nl(id = 7, as = Array<u8>)]
    pub byte_array: Option<Vec<u8>>,
    /// Numbered nests.
    #[nl(id = 8, as = IndexedArray)]
    pub indexed: Option<Vec<Values>>,
    /// Numbered numbers.
    #[nl(id = 9, as = IndexedArray<Be<u32>>)]
    pub indexed_numbers: Option<Vec<u32>>,
    /// Numbered texts.
    #[nl(id = 10, as = IndexedArray)]
    pub indexed_names: Option<Vec<NlString>>,
    /// Nests by key.
    #[nl(id = 11, as = Keyed)]
    pub keyed: Option<ByKey<Values>>,
    /// Numbers by two keys.
    #[nl(id = 12, as = Keyed<Keyed<u8>>)]
    pub twice_keyed: Option<ByKey<ByKey<u8>>>,
    /// C arrays of numbered entries.
    #[nl(id = 13, as = IndexedArray<Array<u16>>)]
    pub arrays: Option<Vec<Vec<u16>>>,
}

/// All of it, in nests, in itself.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug)]
pub struct Everything {
    /// A nest.
    #[nl(id = 1)]
    pub numbers: Option<Numbers>,
    /// A nest.
    #[nl(id = 2)]
    pub values: Option<Values>,
    /// A nest.
    #[nl(id = 3)]
    pub lists: Option<Lists>,
    /// Itself.
    #[nl(id = 4)]
    pub inner: Option<Box<Everything>>,
    /// Itself, many times.
    #[nl(id = 5)]
    pub all: Vec<Everything>,
}

/// A projection of [`Everything`].
#[derive(Default, PartialEq, NlAttrs)]
#[nl(debug)]
pub struct Glance<'m> {
    /// Of the values.
    #[nl(id = 2)]
    pub values: Option<GlanceValues<'m>>,
    /// Of the lists.
    #[nl(id = 3)]
    pub lists: Option<GlanceLists<'m>>,
    /// Deeper.
    #[nl(id = 4)]
    pub inner: Option<Box<Glance<'m>>>,
}

/// A projection of [`Values`].
#[derive(Default, PartialEq, NlAttrs)]
#[nl(debug)]
pub struct GlanceValues<'m> {
    /// Text.
    #[nl(id = 1)]
    pub name: Option<NlStr<'m>>,
    /// Bytes.
    #[nl(id = 2)]
    pub bytes: Option<&'m [u8]>,
    /// A flag.
    #[nl(id = 9)]
    pub flag: bool,
}

/// A projection of [`Lists`].
#[derive(Default, PartialEq, NlAttrs)]
#[nl(debug)]
pub struct GlanceLists<'m> {
    /// Multi-attr.
    #[nl(id = 2)]
    pub names: Vec<NlStr<'m>>,
    /// Numbered nests.
    #[nl(id = 8, as = IndexedArray)]
    pub indexed: Option<Vec<GlanceValues<'m>>>,
    /// Nests by key.
    #[nl(id = 11, as = Keyed)]
    pub keyed: Option<ByKey<GlanceValues<'m>>>,
}

impl<'m> From<&'m Everything> for Glance<'m> {
    fn from(all: &'m Everything) -> Self {
        Self {
            values: all.values.as_ref().map(Into::into),
            lists: all.lists.as_ref().map(Into::into),
            inner: all.inner.as_deref().map(|inner| Box::new(inner.into())),
        }
    }
}

impl<'m> From<&'m Values> for GlanceValues<'m> {
    fn from(values: &'m Values) -> Self {
        Self {
            name: values.name.as_ref().map(Into::into),
            bytes: values.bytes.as_deref(),
            flag: values.flag,
        }
    }
}

impl<'m> From<&'m Lists> for GlanceLists<'m> {
    fn from(lists: &'m Lists) -> Self {
        let keyed = lists.keyed.as_ref();
        Self {
            names: lists.names.iter().map(Into::into).collect(),
            indexed: lists.indexed.as_ref().map(|all| all.iter().map(Into::into).collect()),
            keyed: keyed.map(|all| all.iter().map(|(key, one)| (*key, one.into())).collect()),
        }
    }
}

/// Text without NULs, short and long, mostly no UTF-8.
pub fn text() -> impl Strategy<Value = NlString> {
    vec(1..=u8::MAX, 0..24).prop_map(|bytes| bytes.as_slice().into())
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![0..9_u32, any::<u16>().prop_map(u32::from)].prop_map(Mode)
}

fn key() -> impl Strategy<Value = u16> {
    0..=0x3fff_u16
}

/// Numbers, all set or any of them.
pub fn numbers() -> BoxedStrategy<Numbers> {
    let plain = any::<(Option<u8>, Option<u16>, Option<u32>, Option<u64>)>();
    let signed = any::<(Option<i8>, Option<i16>, Option<i32>, Option<i64>)>();
    let ordered = any::<(Option<u16>, Option<i64>, Option<u32>, Option<i16>)>();
    let small = prop_oneof![any::<u64>(), 0..10_u64, (1_u64 << 32) - 2..(1 << 32) + 2];
    let signed_small = prop_oneof![any::<i64>(), -9..9_i64, (1_i64 << 31) - 2..(1 << 31) + 2];
    let wide = (option::of(small), option::of(signed_small));
    let flags = any::<(Option<u64>, Option<u64>)>();
    let modes = (option::of(any::<u32>()), option::of(mode()));
    (plain, signed, ordered, wide, flags, modes)
        .prop_map(|(plain, signed, ordered, wide, flags, modes)| Numbers {
            byte: plain.0,
            half: plain.1,
            word: plain.2,
            double: plain.3,
            signed_byte: signed.0,
            signed_half: signed.1,
            signed_word: signed.2,
            signed_double: signed.3,
            big_half: ordered.0,
            big_double: ordered.1,
            little_word: ordered.2,
            little_half: ordered.3,
            uint: wide.0,
            sint: wide.1,
            mode: modes.0.map(Mode),
            big_mode: modes.1,
            features: flags.0.map(Feature),
            more_features: flags.1.map(Feature),
        })
        .boxed()
}

/// Values, any of them set.
pub fn values() -> BoxedStrategy<Values> {
    let link = vec(any::<u8>(), 0..=32).prop_map(|bytes| HwAddr::new(&bytes));
    let ips = any::<(Option<[u8; 4]>, Option<[u8; 16]>, Option<IpAddr>)>();
    let rest = any::<(Option<[u8; 5]>, Option<(u32, u32)>, bool)>();
    let bytes = option::of(vec(any::<u8>(), 0..40));
    (option::of(text()), bytes, ips, option::of(link), rest)
        .prop_map(|(name, bytes, (v4, v6, ip), link, (key, bits, flag))| Values {
            name,
            bytes,
            key,
            v4: v4.map(Into::into),
            v6: v6.map(Into::into),
            ip,
            link: link.flatten(),
            bits: bits.map(|(value, selector)| Bitfield32 { value, selector }),
            flag,
        })
        .boxed()
}

/// Lists, short and empty ones.
pub fn lists() -> BoxedStrategy<Lists> {
    let short = 0..4_usize;
    let multi = (
        vec(any::<u32>(), short.clone()),
        vec(text(), short.clone()),
        vec(values(), 0..3),
        vec(mode(), short.clone()),
    );
    let arrays = (
        option::of(vec(any::<u32>(), short.clone())),
        option::of(vec(mode(), short.clone())),
        option::of(vec(any::<u8>(), 0..7)),
        option::of(vec(vec(any::<u16>(), short.clone()), 0..3)),
    );
    let indexed = (
        option::of(vec(values(), 0..3)),
        option::of(vec(any::<u32>(), short.clone())),
        option::of(vec(text(), short)),
    );
    let keyed = (
        option::of(vec((key(), values()), 0..3)),
        option::of(vec((key(), vec((key(), any::<u8>()), 0..3)), 0..3)),
    );
    (multi, arrays, indexed, keyed)
        .prop_map(|(multi, arrays, indexed, keyed)| Lists {
            numbers: multi.0,
            names: multi.1,
            values: multi.2,
            modes: multi.3,
            array: arrays.0,
            big_array: arrays.1,
            byte_array: arrays.2,
            arrays: arrays.3,
            indexed: indexed.0,
            indexed_numbers: indexed.1,
            indexed_names: indexed.2,
            keyed: keyed.0,
            twice_keyed: keyed.1,
        })
        .boxed()
}

/// All of it, up to four deep.
pub fn everything() -> BoxedStrategy<Everything> {
    let leaf = (option::of(numbers()), option::of(values()), option::of(lists()));
    let leaf = leaf.prop_map(|(numbers, values, lists)| Everything {
        numbers,
        values,
        lists,
        ..Everything::default()
    });
    leaf.prop_recursive(3, 6, 2, |inner| {
        let deeper = option::of(inner.clone().prop_map(Box::new));
        let parts = (option::of(numbers()), option::of(values()), deeper, vec(inner, 0..2));
        parts.prop_map(|(numbers, values, inner, all)| Everything {
            numbers,
            values,
            lists: None,
            inner,
            all,
        })
    })
    .boxed()
}
