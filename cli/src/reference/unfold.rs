//! What attributes hold, put inside them: nests, formats, structs and the values of enums.

use serde::Serialize;

use super::{
    Attribute, Constant, Entry, Enum, Family, Format, Found, Group, Kind, Link, Member, Message,
    Notification, Operation, Set, Struct, SubMessage, Text,
};

/// What an attribute, a format or a member holds.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Inside {
    /// Those of a nest, behind the members of the struct that it begins with.
    Attributes(Vec<Attribute>),
    /// Those of a sub-message.
    Formats(Vec<Format>),
    /// Those of a struct.
    Members(Vec<Member>),
    /// Those of an enum or flags.
    Values(Vec<Entry>),
}

/// Something with what it holds.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Shown {
    Operation(Box<Operation>),
    Notification(Notification),
    Group(Group),
    Set(Set),
    Attribute(Attribute),
    SubMessage(SubMessage),
    Format(Format),
    Struct(Struct),
    Member(Member),
    Enum(Enum),
    Entry(Entry),
    Constant(Constant),
}

impl Family {
    /// Something with what it holds, so many nests deep. What holds itself is not repeated.
    pub(crate) fn show(&self, found: Found<'_>, depth: usize) -> Shown {
        let mut unfold = Unfold { family: self, around: Vec::new() };
        match found {
            Found::Operation(it) => {
                let mut it = it.clone();
                for call in [&mut it.once, &mut it.dump].into_iter().flatten() {
                    unfold.message(&mut call.request, depth);
                    call.reply.iter_mut().for_each(|reply| unfold.message(reply, depth));
                }
                Shown::Operation(Box::new(it))
            }
            Found::Notification(it) => {
                let mut it = it.clone();
                unfold.message(&mut it.message, depth);
                Shown::Notification(it)
            }
            Found::Group(it) => Shown::Group(it.clone()),
            Found::Set(it) => {
                let mut it = it.clone();
                unfold.attributes(&mut it.attributes, depth);
                Shown::Set(it)
            }
            Found::Attribute(it) => {
                let inside = unfold.inside(&it.ty, depth);
                Shown::Attribute(Attribute { inside, ..it.clone() })
            }
            Found::SubMessage(it) => {
                let mut it = it.clone();
                unfold.formats(&mut it.formats, depth);
                Shown::SubMessage(it)
            }
            Found::Format(it) => {
                let inside = unfold.inside(&it.payload, depth);
                Shown::Format(Format { inside, ..it.clone() })
            }
            Found::Struct(it) => {
                let mut it = it.clone();
                unfold.members(&mut it.members, depth);
                Shown::Struct(it)
            }
            Found::Member(it) => {
                let inside = unfold.inside(&it.ty, depth);
                Shown::Member(Member { inside, ..it.clone() })
            }
            Found::Enum(it) => Shown::Enum(it.clone()),
            Found::Entry(it) => Shown::Entry(it.clone()),
            Found::Constant(it) => Shown::Constant(it.clone()),
        }
    }
}

struct Unfold<'f> {
    family: &'f Family,
    /// What is unfolded at present, from the outside in.
    around: Vec<Link>,
}

impl Unfold<'_> {
    fn message(&mut self, message: &mut Message, depth: usize) {
        let header = message.header.as_deref().and_then(|name| self.family.structure(name));
        if let (Some(header), Some(depth)) = (header, depth.checked_sub(1)) {
            message.members = header.members.clone();
            self.members(&mut message.members, depth);
        }
        self.attributes(&mut message.attributes, depth);
    }

    fn attributes(&mut self, attributes: &mut [Attribute], depth: usize) {
        for attribute in attributes {
            attribute.inside = self.inside(&attribute.ty, depth);
        }
    }

    fn formats(&mut self, formats: &mut [Format], depth: usize) {
        for format in formats {
            format.inside = self.inside(&format.payload, depth);
        }
    }

    fn members(&mut self, members: &mut [Member], depth: usize) {
        for member in members {
            member.inside = self.inside(&member.ty, depth);
        }
    }

    /// What stands behind the last link of a text. Values are no deeper than what has them.
    fn inside(&mut self, text: &Text, depth: usize) -> Option<Inside> {
        let whole = |link: &&Link| !matches!(link.kind, Kind::Attribute);
        let link = text.links().filter(whole).last()?;
        let family = self.family;
        if let Kind::Enum | Kind::Flags = link.kind {
            return Some(Inside::Values(family.enumeration(link)?.entries.clone()));
        }
        let depth = depth.checked_sub(1)?;
        if self.around.contains(link) {
            return None;
        }
        self.around.push(link.clone());
        let inside = match link.kind {
            Kind::Set => family.set(&link.path).map(|set| {
                let mut attributes = set.attributes.clone();
                self.attributes(&mut attributes, depth);
                Inside::Attributes(attributes)
            }),
            Kind::SubMessage => family.sub_message(&link.path).map(|message| {
                let mut formats = message.formats.clone();
                self.formats(&mut formats, depth);
                Inside::Formats(formats)
            }),
            Kind::Struct => family.structure(&link.path).map(|item| {
                let mut members = item.members.clone();
                self.members(&mut members, depth);
                Inside::Members(members)
            }),
            _ => None,
        };
        self.around.pop();
        inside
    }
}
