//! Everything in a family that has a name, and how it is found.

use super::{
    Attribute, Constant, Entry, Enum, Family, Format, Group, Kind, Link, Member, Notification, Operation,
    Set, Struct, SubMessage, Text,
};

/// Something that has a name.
#[derive(Clone, Debug)]
pub(crate) struct Item<'f> {
    pub(crate) link: Link,
    /// Its own name: the last part of the path.
    pub(crate) name: &'f str,
    pub(crate) c_name: &'f str,
    pub(crate) rust: &'f str,
    pub(crate) doc: &'f str,
    pub(crate) found: Found<'f>,
}

/// What it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found<'f> {
    Operation(&'f Operation),
    Notification(&'f Notification),
    Group(&'f Group),
    Set(&'f Set),
    Attribute(&'f Attribute),
    SubMessage(&'f SubMessage),
    Format(&'f Format),
    Struct(&'f Struct),
    Member(&'f Member),
    Enum(&'f Enum),
    Entry(&'f Entry),
    Constant(&'f Constant),
}

impl Family {
    /// The set of that name.
    pub(crate) fn set(&self, name: &str) -> Option<&Set> {
        self.sets.iter().find(|it| it.name == name)
    }

    /// The sub-message of that name.
    pub(crate) fn sub_message(&self, name: &str) -> Option<&SubMessage> {
        self.sub_messages.iter().find(|it| it.name == name)
    }

    /// The struct of that name.
    pub(crate) fn structure(&self, name: &str) -> Option<&Struct> {
        self.structs.iter().find(|it| it.name == name)
    }

    /// The enum or flags behind a link.
    pub(crate) fn enumeration(&self, link: &Link) -> Option<&Enum> {
        self.enums.iter().find(|it| it.kind == link.kind && it.name == link.path)
    }

    /// All that has a name, in the order of the spec; what is part of something behind it.
    pub(crate) fn items(&self) -> Vec<Item<'_>> {
        let mut items = Vec::new();
        for it in &self.operations {
            let names = [&it.name, &it.c_name, "", &it.doc];
            items.push(whole(Kind::Operation, names, Found::Operation(it)));
        }
        for it in &self.notifications {
            let names = [&it.name, &it.c_name, &it.rust, &it.doc];
            items.push(whole(Kind::Notification, names, Found::Notification(it)));
        }
        for it in &self.groups {
            let names = [&it.name, &it.c_name, &it.rust, &it.doc];
            items.push(whole(Kind::Group, names, Found::Group(it)));
        }
        for set in &self.sets {
            let rust = set.rust.as_deref().unwrap_or_default();
            items.push(whole(Kind::Set, [&set.name, "", rust, &set.doc], Found::Set(set)));
            for it in set.attributes.iter().filter(|it| it.rust.is_some()) {
                let names = [&it.name, &it.c_name, "", &it.doc];
                items.push(part(Kind::Attribute, &set.name, names, Found::Attribute(it)));
            }
        }
        for of in &self.sub_messages {
            let names = [&of.name, "", &of.rust, &of.doc];
            items.push(whole(Kind::SubMessage, names, Found::SubMessage(of)));
            for it in &of.formats {
                let names = [&it.value, "", "", &it.doc];
                items.push(part(Kind::Format, &of.name, names, Found::Format(it)));
            }
        }
        for of in &self.structs {
            let names = [&of.name, &of.c_name, &of.rust, &of.doc];
            items.push(whole(Kind::Struct, names, Found::Struct(of)));
            for it in of.members.iter().filter(|it| it.rust.is_some()) {
                let names = [&it.name, "", "", &it.doc];
                items.push(part(Kind::Member, &of.name, names, Found::Member(it)));
            }
        }
        for of in &self.enums {
            items.push(whole(of.kind, [&of.name, "", &of.rust, &of.doc], Found::Enum(of)));
            for it in &of.entries {
                let names = [&it.name, &it.c_name, "", &it.doc];
                items.push(part(of.entry_kind(), &of.name, names, Found::Entry(it)));
            }
        }
        for it in &self.constants {
            let names = [&it.name, &it.c_name, &it.rust, &it.doc];
            items.push(whole(Kind::Constant, names, Found::Constant(it)));
        }
        items
    }
}

impl Enum {
    /// What its entries are.
    pub(crate) fn entry_kind(&self) -> Kind {
        match self.kind {
            Kind::Flags => Kind::Bit,
            _ => Kind::Value,
        }
    }
}

impl Text {
    /// What it refers to.
    pub(crate) fn links(&self) -> impl Iterator<Item = &Link> {
        self.pieces.iter().filter_map(|(_, link)| link.as_ref())
    }
}

fn whole<'f>(kind: Kind, names: [&'f str; 4], found: Found<'f>) -> Item<'f> {
    let [name, c_name, rust, doc] = names;
    Item { link: Link::new(kind, name), name, c_name, rust, doc, found }
}

fn part<'f>(kind: Kind, of: &str, names: [&'f str; 4], found: Found<'f>) -> Item<'f> {
    let [name, c_name, rust, doc] = names;
    Item { link: Link::part(kind, of, name), name, c_name, rust, doc, found }
}
