//! What attributes hold, put inside them: nests, formats, structs and the values of enums.

use serde::Serialize;

use super::{Attribute, Entry, Family, Format, Kind, Link, Member, Operation, Text};

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

impl Family {
    /// The operation with what its attributes hold, so many nests deep.
    pub(crate) fn unfolded(&self, operation: &Operation, depth: usize) -> Operation {
        let mut operation = operation.clone();
        let calls = [&mut operation.once, &mut operation.dump].into_iter().flatten();
        let messages = calls.flat_map(|it| std::iter::once(&mut it.request).chain(&mut it.reply));
        for message in messages {
            self.unfold(&mut message.attributes, depth);
        }
        operation
    }

    /// Puts into attributes what they hold, so many nests deep. What holds itself is not repeated.
    pub(crate) fn unfold(&self, attributes: &mut [Attribute], depth: usize) {
        let mut unfold = Unfold { family: self, around: Vec::new() };
        unfold.attributes(attributes, depth);
    }

    /// Puts into formats what they hold.
    pub(crate) fn unfold_formats(&self, formats: &mut [Format], depth: usize) {
        let mut unfold = Unfold { family: self, around: Vec::new() };
        for format in formats {
            format.inside = unfold.inside(&format.payload, depth);
        }
    }

    /// Puts into members what they hold.
    pub(crate) fn unfold_members(&self, members: &mut [Member], depth: usize) {
        let mut unfold = Unfold { family: self, around: Vec::new() };
        for member in members {
            member.inside = unfold.inside(&member.ty, depth);
        }
    }
}

struct Unfold<'f> {
    family: &'f Family,
    /// What is unfolded at present, from the outside in.
    around: Vec<Link>,
}

impl Unfold<'_> {
    fn attributes(&mut self, attributes: &mut [Attribute], depth: usize) {
        for attribute in attributes {
            attribute.inside = self.inside(&attribute.ty, depth);
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
                for format in &mut formats {
                    format.inside = self.inside(&format.payload, depth);
                }
                Inside::Formats(formats)
            }),
            Kind::Struct => family.structure(&link.path).map(|item| {
                let mut members = item.members.clone();
                for member in &mut members {
                    member.inside = self.inside(&member.ty, depth);
                }
                Inside::Members(members)
            }),
            _ => None,
        };
        self.around.pop();
        inside
    }
}
