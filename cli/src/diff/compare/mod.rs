//! Compares the families of two specs, thing by thing.
//!
//! Things are matched by their names, then by names that differ in `_` and `-` only, then by their
//! numbers or, where they have none, by where they are used: then they were renamed.

mod definitions;
mod fields;
pub(super) mod matching;
mod messages;
mod names;
mod sets;
mod structs;
mod wire;

use nlkit_codegen::ir::{Family, Protocol};

use self::wire::Wire;
use super::Options;
use super::model::{Change, Classes, Item, Kind};

/// All that is not in `new` as it was in `old`.
pub(crate) fn compare(old: &Family, new: &Family, options: Options) -> Vec<Change> {
    let wire = Wire::of(old, new);
    let mut comparison =
        Comparison { old, new, wire, options, changes: Vec::new(), implied: false };
    comparison.family();
    comparison.operations();
    comparison.notifications();
    comparison.groups();
    comparison.sets();
    comparison.sub_messages();
    comparison.enums();
    comparison.structs();
    comparison.constants();
    comparison.changes
}

/// A family without anything, which one that was added or removed is compared with.
pub(crate) fn nothing_of(family: &Family) -> Family {
    Family {
        groups: Vec::new(),
        consts: Vec::new(),
        enums: Vec::new(),
        structs: Vec::new(),
        sets: Vec::new(),
        sub_messages: Vec::new(),
        operations: Vec::new(),
        notifications: None,
        ..family.clone()
    }
}

struct Comparison<'f> {
    old: &'f Family,
    new: &'f Family,
    wire: Wire<'f>,
    options: Options,
    changes: Vec<Change>,
    /// Whether what comes is part of something that was added or removed.
    implied: bool,
}

/// The thing that changes are told of.
#[derive(Clone, Copy)]
struct About<'n> {
    item: Item,
    of: Option<&'n str>,
    name: &'n str,
}

impl<'n> About<'n> {
    fn whole(item: Item, name: &'n str) -> Self {
        Self { item, of: None, name }
    }

    /// A part of this.
    fn part(self, item: Item, name: &'n str) -> Self {
        Self { item, of: Some(self.name), name }
    }
}

impl Comparison<'_> {
    fn push(
        &mut self,
        kind: Kind,
        about: About<'_>,
        aspect: Option<&'static str>,
        (old, new): (Option<String>, Option<String>),
        classes: Classes,
    ) {
        let About { item, of, name } = about;
        let (of, name, implied) = (of.map(str::to_owned), name.to_owned(), self.implied);
        self.changes.push(Change { kind, item, of, name, aspect, old, new, classes, implied });
    }

    fn added(&mut self, about: About<'_>, what: String, classes: Classes) {
        self.push(Kind::Added, about, None, (None, Some(what)), classes);
    }

    fn removed(&mut self, about: About<'_>, what: String, classes: Classes) {
        self.push(Kind::Removed, about, None, (Some(what), None), classes);
    }

    /// Tells of parts of what was added or removed.
    fn implied(&mut self, parts: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.implied, true);
        parts(self);
        self.implied = before;
    }

    /// Tells that it has another name, if it has.
    fn renamed(&mut self, about: About<'_>, old: &str, new: &str, classes: Classes) {
        if old != new {
            let names = (Some(old.to_owned()), Some(new.to_owned()));
            self.push(Kind::Renamed, about, None, names, classes);
        }
    }

    /// Tells that something of it is another, if it is.
    fn changed<T: PartialEq + ToString>(
        &mut self,
        about: About<'_>,
        aspect: &'static str,
        old: &T,
        new: &T,
        classes: Classes,
    ) {
        if old != new {
            let values = (Some(old.to_string()), Some(new.to_string()));
            self.push(Kind::Changed, about, Some(aspect), values, classes);
        }
    }

    /// Tells that its docs are others, if that is asked for.
    fn docs(&mut self, about: About<'_>, old: &str, new: &str) {
        if self.options.docs {
            self.changed(about, "doc", &old.trim(), &new.trim(), Classes::NONE);
        }
    }

    fn family(&mut self) {
        let (old, new) = (self.old, self.new);
        let about = About::whole(Item::Family, &new.name);
        // The kernel finds a family of generic netlink by its name.
        let wire = new.protocol == Protocol::Generic;
        let api = old.module != new.module;
        self.renamed(about, &old.name, &new.name, Classes { wire, api });
        let protocols = (protocol(old.protocol), protocol(new.protocol));
        self.changed(about, "protocol", &protocols.0, &protocols.1, Classes::BOTH);
        self.changed(about, "version", &old.version, &new.version, Classes::NONE);
        self.docs(about, &old.doc, &new.doc);
    }
}

fn protocol(protocol: Protocol) -> String {
    match protocol {
        Protocol::Generic => "generic netlink".to_owned(),
        Protocol::Raw(number) => format!("netlink protocol {number}"),
    }
}

fn counted(count: usize, item: Item) -> String {
    crate::count::counted(count, item.name(), &item.plural())
}
