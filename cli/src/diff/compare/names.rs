//! Which names mean the same thing in both specs.
//!
//! The name of a set, a struct, an enum or a sub-message is only the spec's own: who has another one in
//! the same place, and is mostly alike, was renamed.

use std::collections::{BTreeMap, BTreeSet};

use nlkit_codegen::ir::{
    Attribute, EnumRef, Family, MemberType, Payload, Scalar, Struct, StructRef, Type,
};

use super::matching::normal;
use crate::diff::model::Item;

/// The things of an old family that have another name in the new one.
#[derive(Debug, Default)]
pub(super) struct Names {
    renamed: BTreeMap<(Item, String), String>,
}

impl Names {
    pub(super) fn of(old: &Family, new: &Family) -> Self {
        let mut finder = Finder { old, new, names: Self::default() };
        loop {
            let before = finder.names.renamed.len();
            finder.operations();
            finder.sets();
            finder.sub_messages();
            finder.structs();
            // What was found leads to what it holds.
            if finder.names.renamed.len() == before {
                return finder.names;
            }
        }
    }

    /// Whether both names are those of the same thing.
    pub(super) fn is_same(&self, item: Item, old: &str, new: &str) -> bool {
        self.is_renamed(item, old, new) || normal(old) == normal(new)
    }

    /// Whether it has a name now that is really another.
    pub(super) fn is_renamed(&self, item: Item, old: &str, new: &str) -> bool {
        self.renamed.get(&(item, old.to_owned())).is_some_and(|name| name == new)
    }
}

struct Finder<'f> {
    old: &'f Family,
    new: &'f Family,
    names: Names,
}

impl<'f> Finder<'f> {
    fn operations(&mut self) {
        for old in &self.old.operations {
            let name = normal(&old.name);
            let Some(new) = self.new.operations.iter().find(|it| normal(&it.name) == name) else {
                continue;
            };
            if let (Some(old), Some(new)) = (&old.set, &new.set) {
                self.set(old, new);
            }
            let calls = [(&old.once, &new.once), (&old.dump, &new.dump)];
            for (old, new) in calls {
                if let (Some(old), Some(new)) = (old, new) {
                    self.header(old.request.header.as_ref(), new.request.header.as_ref());
                }
            }
        }
    }

    fn sets(&mut self) {
        for old in &self.old.sets {
            let is_it = |name: &str| self.names.is_same(Item::Set, &old.name, name);
            let Some(new) = self.new.sets.iter().find(|it| is_it(&it.name)) else { continue };
            for old in &old.attributes {
                let same = |it: &&Attribute| it.id == old.id;
                if let Some(new) = new.attributes.iter().find(same) {
                    self.types(&old.ty, &new.ty);
                }
            }
        }
    }

    fn types(&mut self, old: &'f Type, new: &'f Type) {
        match (old, new) {
            (
                Type::Scalar(old) | Type::Ipv4Scalar(old) | Type::Array(old),
                Type::Scalar(new) | Type::Ipv4Scalar(new) | Type::Array(new),
            ) => self.scalar(old, new),
            (Type::Bitfield32 { of: old }, Type::Bitfield32 { of: new }) => {
                self.enumeration(old.as_ref(), new.as_ref());
            }
            (Type::Struct(old), Type::Struct(new)) => self.header(Some(old), Some(new)),
            (
                Type::Nest { set: old, .. } | Type::InOrder { set: old, .. },
                Type::Nest { set: new, .. } | Type::InOrder { set: new, .. },
            ) => self.set(old, new),
            (
                Type::IndexedArray(old) | Type::Keyed(old),
                Type::IndexedArray(new) | Type::Keyed(new),
            ) => self.types(old, new),
            (Type::SubMessage { name: old, .. }, Type::SubMessage { name: new, .. }) => {
                self.sub_message(old, new);
            }
            _ => {}
        }
    }

    fn sub_messages(&mut self) {
        for old in &self.old.sub_messages {
            let is_it = |name: &str| self.names.is_same(Item::SubMessage, &old.name, name);
            let Some(new) = self.new.sub_messages.iter().find(|it| is_it(&it.name)) else {
                continue;
            };
            for old in &old.formats {
                let Some(new) = new.formats.iter().find(|it| it.value == old.value) else {
                    continue;
                };
                let (old, new) = (parts(&old.payload), parts(&new.payload));
                self.header(old.0, new.0);
                if let (Some(old), Some(new)) = (old.1, new.1) {
                    self.set(old, new);
                }
            }
        }
    }

    fn structs(&mut self) {
        for old in &self.old.structs {
            let is_it = |name: &str| self.names.is_same(Item::Struct, &old.name, name);
            let Some(new) = self.new.structs.iter().find(|it| is_it(&it.name)) else { continue };
            for old in &old.members {
                let name = normal(&old.name);
                let Some(new) = new.members.iter().find(|it| normal(&it.name) == name) else {
                    continue;
                };
                match (&old.ty, &new.ty) {
                    (MemberType::Scalar(old), MemberType::Scalar(new)) => self.scalar(old, new),
                    (MemberType::Struct(old), MemberType::Struct(new)) => {
                        self.header(Some(old), Some(new));
                    }
                    _ => {}
                }
            }
        }
    }

    fn scalar(&mut self, old: &Scalar, new: &Scalar) {
        self.enumeration(old.of.as_ref(), new.of.as_ref());
    }

    fn set(&mut self, old: &str, new: &str) {
        let sets = |family: &'f Family| {
            let sets = family.sets.iter();
            sets.map(|set| (set.name.as_str(), set.attributes.iter().map(|it| it.id).collect()))
        };
        self.take(Item::Set, (old, sets(self.old)), (new, sets(self.new)));
    }

    fn sub_message(&mut self, old: &str, new: &str) {
        let messages = |family: &'f Family| {
            let messages = family.sub_messages.iter();
            messages.map(|it| (it.name.as_str(), it.formats.iter().map(|it| &it.value).collect()))
        };
        self.take(Item::SubMessage, (old, messages(self.old)), (new, messages(self.new)));
    }

    fn header(&mut self, old: Option<&StructRef>, new: Option<&StructRef>) {
        let (Some(old), Some(new)) = (old, new) else { return };
        let structs = |family: &'f Family| {
            let members = |item: &'f Struct| item.members.iter().map(|it| normal(&it.name));
            family.structs.iter().map(move |item| (item.name.as_str(), members(item).collect()))
        };
        self.take(Item::Struct, (&old.name, structs(self.old)), (&new.name, structs(self.new)));
    }

    fn enumeration(&mut self, old: Option<&EnumRef>, new: Option<&EnumRef>) {
        let (Some(old), Some(new)) = (old, new) else { return };
        let enums = |family: &'f Family| {
            let enums = family.enums.iter();
            enums.map(|it| (it.name.as_str(), it.entries.iter().map(|it| it.value).collect()))
        };
        self.take(Item::Enum, (&old.name, enums(self.old)), (&new.name, enums(self.new)));
    }

    /// Takes two names that stand in the same place for the same thing, where neither is left or was there
    /// before, and at least half of what they hold is alike.
    fn take<'n, P: Ord>(
        &mut self,
        item: Item,
        (old, mut olds): (&str, impl Iterator<Item = (&'n str, BTreeSet<P>)> + Clone),
        (new, mut news): (&str, impl Iterator<Item = (&'n str, BTreeSet<P>)> + Clone),
    ) {
        let (left, before) = (normal(old), normal(new));
        if left == before
            || news.clone().any(|(name, _)| normal(name) == left)
            || olds.clone().any(|(name, _)| normal(name) == before)
            || self.names.renamed.contains_key(&(item, old.to_owned()))
            || self.names.renamed.iter().any(|((it, _), name)| *it == item && name == new)
        {
            return;
        }
        let parts = (olds.find(|(name, _)| *name == old), news.find(|(name, _)| *name == new));
        if let (Some((_, one)), Some((_, other))) = parts
            && one.intersection(&other).count() * 2 >= one.union(&other).count()
        {
            self.names.renamed.insert((item, old.to_owned()), new.to_owned());
        }
    }
}

fn parts(payload: &Payload) -> (Option<&StructRef>, Option<&String>) {
    match payload {
        Payload::Nothing => (None, None),
        Payload::Header(header) => (Some(header), None),
        Payload::Attributes { set, .. } => (None, Some(set)),
        Payload::Both { header, set, .. } => (Some(header), Some(set)),
    }
}
