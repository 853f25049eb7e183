//! What a family's messages are made of, ready to be walked: the IR with its references followed.
//!
//! Sets can be recursive, so all of it is `&'static`: one leak for each spec that a program reads.

use std::sync::OnceLock;

use nlkit::wire::align;
use nlkit_codegen::ir;

use crate::selector::Key;

/// What a message or a part of it holds: maybe a struct, then attributes.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) header: Option<&'static Struct>,
    pub(crate) set: &'static Set,
    /// Names that a member of the header and an attribute share.
    pub(crate) shared: Vec<&'static str>,
}

/// A set of attributes.
#[derive(Debug)]
pub(crate) struct Set {
    pub(crate) name: &'static str,
    pub(crate) ir: &'static [ir::Attribute],
    /// Whether sub-messages in it, or in nests below, find their selectors among its attributes.
    pub(crate) scope: bool,
    /// Names with the places that their attributes have below, in the order of the names.
    by_name: Vec<(&'static str, usize)>,
    /// In the order of their numbers. Filled in once all sets have a place.
    attributes: OnceLock<Vec<Attribute>>,
}

/// An attribute.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) id: u16,
    pub(crate) name: &'static str,
    pub(crate) multi: bool,
    pub(crate) ty: Type,
}

/// What the payload of an attribute is.
#[derive(Debug)]
pub(crate) enum Type {
    Unused,
    Pad,
    Flag,
    Number(Number),
    String,
    Bytes(Bytes),
    Bitfield32(Option<&'static Enum>),
    Array(Number),
    Struct(&'static Struct),
    Nest(&'static Set),
    InOrder(&'static Set),
    IndexedArray(Box<Type>),
    Keyed {
        /// What the numbers are, from the outside in.
        keys: Vec<&'static str>,
        entry: Box<Type>,
    },
    SubMessage {
        of: &'static SubMessage,
        /// Number of the attribute that chooses.
        selector: u16,
    },
}

/// A number, and how it is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    pub(crate) wire: &'static ir::Scalar,
    pub(crate) shown: Shown,
}

/// How a number is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shown {
    Decimal,
    Hex,
    Ipv4,
    Named(&'static Enum),
}

/// How bytes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bytes {
    Hex,
    /// With a space after each byte.
    Spaced,
    HwAddr,
    Ipv4,
    Ipv6,
    Ip,
    Uuid,
}

/// An enum or flags.
#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) name: &'static str,
    pub(crate) flags: bool,
    /// Names and values (of flags, numbers of bits), in the order of the names.
    pub(crate) by_name: Vec<(&'static str, u64)>,
    /// The same, in the order of the values.
    pub(crate) by_value: Vec<(u64, &'static str)>,
}

/// A binary struct.
#[derive(Debug)]
pub(crate) struct Struct {
    pub(crate) ir: &'static ir::Struct,
    /// Filled in once all structs have a place.
    members: OnceLock<Vec<Member>>,
}

/// A member of a struct.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) ty: MemberType,
}

/// What a member holds.
#[derive(Debug)]
pub(crate) enum MemberType {
    Number(Number),
    Bytes(usize, Bytes),
    Text(usize),
    Struct(&'static Struct),
    Repeated(&'static Struct),
    Pad(usize),
}

/// A payload whose format another attribute chooses.
#[derive(Debug)]
pub(crate) struct SubMessage {
    pub(crate) ir: &'static ir::SubMessage,
    /// In the order of what chooses them.
    pub(crate) formats: Vec<(Key<'static>, Payload)>,
}

/// What a format of a sub-message holds.
#[derive(Debug)]
pub(crate) enum Payload {
    Nothing,
    Struct(&'static Struct),
    Body(Body),
}

/// A set without attributes: of operations that have none, and around what is not known.
pub(crate) static EMPTY: Set =
    Set { name: "", ir: &[], scope: false, by_name: Vec::new(), attributes: OnceLock::new() };

impl Set {
    /// The set without its attributes, which [`Set::fill`] gives it.
    pub(crate) fn new(set: &'static ir::Set) -> Self {
        let chosen_here =
            |it: &ir::Attribute| matches!(it.ty, ir::Type::SubMessage { outer: false, .. });
        let names = set.attributes.iter().map(|attribute| attribute.name.as_str());
        let mut by_name: Vec<_> = names.zip(0..).collect();
        by_name.sort_unstable();
        Self {
            name: &set.name,
            ir: &set.attributes,
            scope: set.scope || set.attributes.iter().any(chosen_here),
            by_name,
            attributes: OnceLock::new(),
        }
    }

    pub(crate) fn fill(&self, attributes: Vec<Attribute>) {
        self.attributes.get_or_init(|| attributes);
    }

    pub(crate) fn attributes(&self) -> &[Attribute] {
        self.attributes.get().map_or(&[], Vec::as_slice)
    }

    /// The attribute with this number.
    pub(crate) fn attribute(&self, id: u16) -> Option<&Attribute> {
        let list = self.attributes();
        // Most sets have no gaps, so that an attribute stands where its number says.
        let first = list.first()?.id;
        let guess = list.get(usize::from(id.checked_sub(first)?));
        guess.filter(|found| found.id == id).or_else(|| {
            let index = list.binary_search_by_key(&id, |attribute| attribute.id).ok()?;
            list.get(index)
        })
    }

    /// The attribute of this name.
    pub(crate) fn named(&self, name: &str) -> Option<&Attribute> {
        self.attributes().get(self.index(name)?)
    }

    fn index(&self, name: &str) -> Option<usize> {
        let index = self.by_name.binary_search_by_key(&name, |(name, _)| *name).ok()?;
        self.by_name.get(index).map(|(_, index)| *index)
    }
}

impl Struct {
    /// The struct without its members, which [`Struct::fill`] gives it.
    pub(crate) fn new(ir: &'static ir::Struct) -> Self {
        Self { ir, members: OnceLock::new() }
    }

    pub(crate) fn fill(&self, members: Vec<Member>) {
        self.members.get_or_init(|| members);
    }

    pub(crate) fn members(&self) -> &[Member] {
        self.members.get().map_or(&[], Vec::as_slice)
    }

    /// The names of its members.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        let named = self.members().iter().filter(|it| !matches!(it.ty, MemberType::Pad(_)));
        named.map(|member| member.name)
    }

    /// Whether it has a member of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names().any(|member| member == name)
    }
}

impl Body {
    pub(crate) fn new(header: Option<&'static Struct>, set: &'static Set) -> Self {
        let names = header.into_iter().flat_map(Struct::names);
        let shared = names.filter(|name| set.index(name).is_some()).collect();
        Self { header, set, shared }
    }

    /// Length of the header with the padding behind it.
    pub(crate) fn header_len(&self) -> usize {
        align(self.header.map_or(0, |header| header.ir.len))
    }
}

impl SubMessage {
    /// What a selector with this payload chooses.
    pub(crate) fn format(&self, selector: &[u8]) -> Option<&Payload> {
        let key = Key::read(&self.ir.selector, selector)?;
        let index = self.formats.binary_search_by(|(other, _)| other.cmp(&key)).ok()?;
        self.formats.get(index).map(|(_, payload)| payload)
    }
}

impl Enum {
    pub(crate) fn new(item: &'static ir::Enum) -> Self {
        let entries = item.entries.iter().map(|entry| (entry.name.as_str(), entry.value));
        let mut by_name: Vec<_> = entries.collect();
        by_name.sort_unstable();
        let mut by_value: Vec<_> = by_name.iter().map(|(name, value)| (*value, *name)).collect();
        by_value.sort_unstable();
        Self { name: &item.name, flags: item.kind != ir::EnumKind::Enum, by_name, by_value }
    }

    /// The name of a value, or of a bit.
    pub(crate) fn name_of(&self, value: u64) -> Option<&'static str> {
        let index = self.by_value.binary_search_by_key(&value, |(value, _)| *value).ok()?;
        self.by_value.get(index).map(|(_, name)| *name)
    }

    /// The value, or the number of the bit, of a name.
    pub(crate) fn value_of(&self, name: &str) -> Option<u64> {
        let index = self.by_name.binary_search_by_key(&name, |(name, _)| *name).ok()?;
        self.by_name.get(index).map(|(_, value)| *value)
    }
}
