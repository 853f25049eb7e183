//! What may stand at a place of a message: members of a struct, attributes of a set; by the spec.

use nlkit_codegen::ir::{
    Attribute, Enum, EnumKind, EnumRef, Family, Format, Member, MemberType, Message, Operation,
    Payload, Scalar, Selector, Struct, SubMessage, Type,
};

/// A level of a message: the members of the struct that it begins with, then its attributes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level<'f> {
    family: &'f Family,
    header: Option<&'f Struct>,
    attributes: &'f [Attribute],
}

/// One of what may stand there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'f> {
    family: &'f Family,
    of: Of<'f>,
}

#[derive(Clone, Copy, Debug)]
enum Of<'f> {
    Attribute(&'f Attribute),
    Member(&'f Member),
}

/// What a person writes at a place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind<'f> {
    /// That it is there is what it says.
    Flag,
    /// A number, maybe by the name of an enum's entry.
    Number(Option<&'f Enum>),
    /// Names of flags.
    Flags(Option<&'f Enum>),
    /// Flags, and which of them are meant.
    Bitfield(Option<&'f Enum>),
    /// Text, or what is written as text: an address, hex.
    Text,
    /// A level of its own.
    Nest(Level<'f>),
    /// A level that another attribute chooses.
    Choice(&'f SubMessage, u16),
}

impl<'f> Level<'f> {
    /// What a message of an operation takes: the whole set of the operation, since what specs list is
    /// often incomplete.
    pub(crate) fn of_message(
        family: &'f Family,
        operation: &'f Operation,
        message: &'f Message,
    ) -> Self {
        let header = message.header.as_ref().and_then(|it| struct_named(family, &it.name));
        let set = operation.set.as_deref().unwrap_or_default();
        Self { header, ..Self::of_set(family, set) }
    }

    /// What the spec lists for a message.
    pub(crate) fn listed(family: &'f Family, message: &'f Message) -> Self {
        let header = message.header.as_ref().and_then(|it| struct_named(family, &it.name));
        Self { family, header, attributes: &message.attributes }
    }

    fn of_set(family: &'f Family, name: &'f str) -> Self {
        let set = family.sets.iter().find(|set| set.name == name);
        let attributes = set.map_or(&[][..], |set| &set.attributes);
        Self { family, header: None, attributes }
    }

    fn of_struct(family: &'f Family, name: &str) -> Self {
        Self { family, header: struct_named(family, name), attributes: &[] }
    }

    fn of_format(family: &'f Family, format: &'f Format) -> Self {
        match &format.payload {
            Payload::Nothing => Self::of_set(family, ""),
            Payload::Header(header) => Self::of_struct(family, &header.name),
            Payload::Attributes { set, .. } => Self::of_set(family, set),
            Payload::Both { header, set, .. } => {
                Self { header: struct_named(family, &header.name), ..Self::of_set(family, set) }
            }
        }
    }

    /// All that may stand there, without padding and what has no meaning.
    pub(crate) fn places(self) -> impl Iterator<Item = Place<'f>> {
        let header = self.header.map_or(&[][..], |header| &header.members);
        let members = header.iter().filter(|it| !matches!(it.ty, MemberType::Pad(_)));
        let attributes = self.attributes.iter();
        let attributes = attributes.filter(|it| !matches!(it.ty, Type::Pad | Type::Unused));
        let of = members.map(Of::Member).chain(attributes.map(Of::Attribute));
        of.map(move |of| Place { family: self.family, of })
    }

    /// The place of that name.
    pub(crate) fn place(self, name: &str) -> Option<Place<'f>> {
        self.places().find(|place| place.name() == name)
    }

    /// The name of the attribute of that number.
    pub(crate) fn name_of(self, id: u16) -> Option<&'f str> {
        let attribute = self.attributes.iter().find(|attribute| attribute.id == id)?;
        Some(&attribute.name)
    }

    /// The level that a sub-message has where its selector is this text.
    pub(crate) fn chosen(self, sub_message: &'f SubMessage, selector: &str) -> Option<Self> {
        let format = sub_message.formats.iter().find(|format| match &sub_message.selector {
            Selector::Text => format.value == selector,
            Selector::Number(_) => {
                format.value == selector || format.number == selector.parse().ok()
            }
        })?;
        Some(Self::of_format(self.family, format))
    }
}

impl<'f> Place<'f> {
    pub(crate) fn name(&self) -> &'f str {
        match self.of {
            Of::Attribute(attribute) => &attribute.name,
            Of::Member(member) => &member.name,
        }
    }

    pub(crate) fn doc(&self) -> &'f str {
        match self.of {
            Of::Attribute(attribute) => &attribute.doc,
            Of::Member(member) => &member.doc,
        }
    }

    /// Its type, in the words of the spec.
    pub(crate) fn type_text(&self) -> String {
        match self.of {
            Of::Attribute(attribute) => attribute.ty.to_string(),
            Of::Member(member) => member.ty.to_string(),
        }
    }

    /// Whether it is a list: it may stand several times, or is an array.
    pub(crate) fn is_list(&self) -> bool {
        match self.of {
            Of::Attribute(attribute) => {
                attribute.multi
                    || matches!(
                        attribute.ty,
                        Type::Array(_) | Type::IndexedArray(_) | Type::InOrder { .. }
                    )
            }
            Of::Member(member) => matches!(member.ty, MemberType::Repeated(_)),
        }
    }

    /// What a person writes there; of a list, in each of its entries.
    pub(crate) fn kind(&self) -> Kind<'f> {
        match self.of {
            Of::Attribute(attribute) => self.kind_of_type(&attribute.ty),
            Of::Member(member) => self.kind_of_member(&member.ty),
        }
    }

    fn kind_of_type(&self, ty: &'f Type) -> Kind<'f> {
        match ty {
            Type::Flag => Kind::Flag,
            Type::Scalar(scalar) | Type::Array(scalar) => self.number(scalar),
            Type::Ipv4Scalar(_) | Type::Ipv4 | Type::Ipv6 | Type::Ip | Type::HwAddr => Kind::Text,
            Type::String | Type::Binary | Type::Pad | Type::Unused => Kind::Text,
            Type::Bitfield32 { of } => {
                Kind::Bitfield(of.as_ref().and_then(|of| self.enum_named(of)))
            }
            Type::Struct(of) => Kind::Nest(Level::of_struct(self.family, &of.name)),
            Type::Nest { set, .. } | Type::InOrder { set, .. } => {
                Kind::Nest(Level::of_set(self.family, set))
            }
            Type::IndexedArray(entry) | Type::Keyed(entry) => self.kind_of_type(entry),
            Type::SubMessage { name, selector, .. } => {
                let mut all = self.family.sub_messages.iter();
                match all.find(|sub_message| &sub_message.name == name) {
                    Some(sub_message) => Kind::Choice(sub_message, *selector),
                    None => Kind::Text,
                }
            }
        }
    }

    fn kind_of_member(&self, ty: &'f MemberType) -> Kind<'f> {
        match ty {
            MemberType::Scalar(scalar) => self.number(scalar),
            MemberType::Ipv4Scalar(_) | MemberType::Ipv4 | MemberType::Ipv6 => Kind::Text,
            MemberType::HwAddr(_) | MemberType::Text(_) => Kind::Text,
            MemberType::Bytes(_) | MemberType::Pad(_) => Kind::Text,
            MemberType::Struct(of) | MemberType::Repeated(of) => {
                Kind::Nest(Level::of_struct(self.family, &of.name))
            }
        }
    }

    fn number(&self, scalar: &'f Scalar) -> Kind<'f> {
        match scalar.of.as_ref().and_then(|of| self.enum_named(of)) {
            Some(of) if of.kind != EnumKind::Enum => Kind::Flags(Some(of)),
            of => Kind::Number(of),
        }
    }

    fn enum_named(&self, of: &EnumRef) -> Option<&'f Enum> {
        self.family.enums.iter().find(|it| it.rust == of.rust)
    }
}

fn struct_named<'f>(family: &'f Family, name: &str) -> Option<&'f Struct> {
    family.structs.iter().find(|it| it.name == name)
}

impl<'f> Kind<'f> {
    /// The enum or flags that give names to its values.
    pub(crate) fn names(&self) -> Option<&'f Enum> {
        match self {
            Self::Number(of) | Self::Flags(of) | Self::Bitfield(of) => *of,
            _ => None,
        }
    }
}
