//! Everything in a family that has a name, and how it is found.

use super::{
    Attribute, Constant, Entry, Enum, Family, Format, Group, Kind, Link, Member, Notification,
    Operation, Set, Struct, SubMessage, Text,
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

impl Item<'_> {
    /// Whether it stands for itself: no part of something.
    pub(crate) fn is_whole(&self) -> bool {
        self.link.path == self.name
    }
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
            let names: [&str; 4] = [&it.name, &it.c_name, "", &it.doc];
            items.push(whole(Kind::Operation, names, Found::Operation(it)));
        }
        for it in &self.notifications {
            let names: [&str; 4] = [&it.name, &it.c_name, &it.rust, &it.doc];
            items.push(whole(Kind::Notification, names, Found::Notification(it)));
        }
        for it in &self.groups {
            let names: [&str; 4] = [&it.name, &it.c_name, &it.rust, &it.doc];
            items.push(whole(Kind::Group, names, Found::Group(it)));
        }
        for set in &self.sets {
            let rust = set.rust.as_deref().unwrap_or_default();
            items.push(whole(Kind::Set, [&set.name, "", rust, &set.doc], Found::Set(set)));
            for it in set.attributes.iter().filter(|it| it.rust.is_some()) {
                let names: [&str; 4] = [&it.name, &it.c_name, "", &it.doc];
                items.push(part(Kind::Attribute, &set.name, names, Found::Attribute(it)));
            }
        }
        for of in &self.sub_messages {
            let names: [&str; 4] = [&of.name, "", &of.rust, &of.doc];
            items.push(whole(Kind::SubMessage, names, Found::SubMessage(of)));
            for it in &of.formats {
                let names: [&str; 4] = [&it.value, "", "", &it.doc];
                items.push(part(Kind::Format, &of.name, names, Found::Format(it)));
            }
        }
        for of in &self.structs {
            let names: [&str; 4] = [&of.name, &of.c_name, &of.rust, &of.doc];
            items.push(whole(Kind::Struct, names, Found::Struct(of)));
            for it in of.members.iter().filter(|it| it.rust.is_some()) {
                let names: [&str; 4] = [&it.name, "", "", &it.doc];
                items.push(part(Kind::Member, &of.name, names, Found::Member(it)));
            }
        }
        for of in &self.enums {
            items.push(whole(of.kind, [&of.name, "", &of.rust, &of.doc], Found::Enum(of)));
            for it in &of.entries {
                let names: [&str; 4] = [&it.name, &it.c_name, "", &it.doc];
                items.push(part(of.entry_kind(), &of.name, names, Found::Entry(it)));
            }
        }
        for it in &self.constants {
            let names: [&str; 4] = [&it.name, &it.c_name, &it.rust, &it.doc];
            items.push(whole(Kind::Constant, names, Found::Constant(it)));
        }
        items
    }
}

impl Family {
    /// What stands in something, by name: of an attribute what stands in its nest, of an operation its
    /// attributes and the members of its header.
    pub(crate) fn parts<'f>(
        &'f self,
        link: &Link,
        of: Found<'f>,
    ) -> Vec<(Link, &'f str, Found<'f>)> {
        match of {
            Found::Operation(it) => {
                let set = it.set.as_ref().map(|set| Link::new(Kind::Set, set));
                let headers = it.calls().find_map(|(_, call)| call.request.header.as_ref());
                let header = headers.map(|header| Link::new(Kind::Struct, header));
                set.iter().chain(&header).flat_map(|link| self.parts_behind(link)).collect()
            }
            Found::Notification(it) => {
                let attributes = it.message.attributes.iter();
                let attributes = attributes.filter_map(|it| {
                    Some((it.home.clone()?, it.name.as_str(), Found::Attribute(it)))
                });
                let header = it.message.header.as_ref();
                let header = header.map(|header| Link::new(Kind::Struct, header));
                attributes.chain(header.iter().flat_map(|link| self.parts_behind(link))).collect()
            }
            Found::Attribute(it) => it.ty.links().flat_map(|it| self.parts_behind(it)).collect(),
            Found::Format(it) => it.payload.links().flat_map(|it| self.parts_behind(it)).collect(),
            Found::Member(it) => it.ty.links().flat_map(|it| self.parts_behind(it)).collect(),
            Found::Group(_) | Found::Entry(_) | Found::Constant(_) => Vec::new(),
            Found::Set(_) | Found::SubMessage(_) | Found::Struct(_) | Found::Enum(_) => {
                self.parts_behind(link)
            }
        }
    }

    /// The parts of a set, a sub-message, a struct, an enum or flags.
    fn parts_behind<'f>(&'f self, link: &Link) -> Vec<(Link, &'f str, Found<'f>)> {
        let part = |kind, name: &'f str, found| (Link::part(kind, &link.path, name), name, found);
        match link.kind {
            Kind::Set => {
                let attributes = self.set(&link.path).into_iter().flat_map(|it| &it.attributes);
                let part =
                    |it: &'f Attribute| part(Kind::Attribute, &it.name, Found::Attribute(it));
                attributes.map(part).collect()
            }
            Kind::SubMessage => {
                let formats = self.sub_message(&link.path).into_iter().flat_map(|it| &it.formats);
                let part = |it: &'f Format| part(Kind::Format, &it.value, Found::Format(it));
                formats.map(part).collect()
            }
            Kind::Struct => {
                let members = self.structure(&link.path).into_iter().flat_map(|it| &it.members);
                let part = |it: &'f Member| part(Kind::Member, &it.name, Found::Member(it));
                members.map(part).collect()
            }
            Kind::Enum | Kind::Flags => {
                let Some(of) = self.enumeration(link) else { return Vec::new() };
                let part = |it: &'f Entry| part(of.entry_kind(), &it.name, Found::Entry(it));
                of.entries.iter().map(part).collect()
            }
            _ => Vec::new(),
        }
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
