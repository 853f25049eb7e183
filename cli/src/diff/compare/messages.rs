//! Operations, what they list, notifications and the groups that these are told in.

use std::collections::BTreeMap;

use nlkit_codegen::ir::{Attribute, Call, Form, Group, GroupBy, Message, Notification, Operation};

use super::matching::{normal, pairs};
use super::{About, Comparison};
use crate::diff::model::{Classes, Item, Kind};

impl Comparison<'_> {
    pub(super) fn operations(&mut self) {
        let (old, new) = (&self.old.operations, &self.new.operations);
        let same = |old: &Operation, new: &Operation| {
            let modes = old.once.is_some() == new.once.is_some()
                && old.dump.is_some() == new.dump.is_some();
            modes && numbers(old) == numbers(new)
        };
        for (old, new) in pairs(old, new, |it| &it.name, same) {
            let Some(operation) = new.or(old) else { continue };
            let about = About::whole(Item::Operation, &operation.name);
            match (old, new) {
                (Some(old), Some(new)) => self.operation(about, old, new),
                (_, Some(_)) => self.added(about, numbers(operation), Classes::NONE),
                (_, None) => self.removed(about, numbers(operation), Classes::BOTH),
            }
        }
    }

    fn operation(&mut self, about: About<'_>, old: &Operation, new: &Operation) {
        self.renamed(about, &old.name, &new.name, Classes::NONE);
        let permission = |it: &Operation| it.permission.capability().unwrap_or("anybody");
        self.changed(about, "permission", &permission(old), &permission(new), Classes::NONE);
        let set = |it: &Operation| it.set.clone().unwrap_or("none".to_owned());
        let sets = (set(old), set(new));
        if !self.wire.is_same_set(&sets.0, &sets.1) {
            self.changed(about, "attribute-set", &sets.0, &sets.1, Classes::WIRE);
        }
        self.call(about, &ONCE, old.once.as_ref(), new.once.as_ref());
        self.call(about, &DUMP, old.dump.as_ref(), new.dump.as_ref());
        self.docs(about, &old.doc, &new.doc);
        self.listed(about, old.set.as_deref(), &lists(old), &lists(new));
    }

    fn call(&mut self, about: About<'_>, mode: &Words, old: Option<&Call>, new: Option<&Call>) {
        let (old, new) = match (old, new) {
            (Some(old), Some(new)) => (old, new),
            (None, None) => return,
            (old, new) => {
                let text = |call: Option<&Call>| if call.is_some() { "yes" } else { "no" };
                // Where there was none, nobody misses anything.
                let classes = if old.is_some() { Classes::BOTH } else { Classes::NONE };
                let about_mode = (text(old), text(new));
                return self.mode(about, mode.name, about_mode, classes);
            }
        };
        self.changed(about, mode.request_number, &old.request_id, &new.request_id, Classes::WIRE);
        if old.reply.is_some() && new.reply.is_some() {
            self.changed(about, mode.reply_number, &old.reply_id, &new.reply_id, Classes::WIRE);
        }
        let request = (old.request.rust.as_str(), new.request.rust.as_str());
        self.changed(about, mode.request_type, &request.0, &request.1, Classes::API);
        let reply = |call: &Call| call.reply.as_ref().map_or("()".to_owned(), |it| it.rust.clone());
        self.changed(about, mode.reply_type, &reply(old), &reply(new), Classes::API);
        self.header(about, mode.header, &old.request, &new.request);
    }

    fn header(&mut self, about: About<'_>, aspect: &'static str, old: &Message, new: &Message) {
        let name =
            |it: &Message| it.header.as_ref().map_or("none".to_owned(), |it| it.name.clone());
        let (old, new) = (name(old), name(new));
        if !self.wire.names.is_same(Item::Struct, &old, &new) {
            self.changed(about, aspect, &old, &new, Classes::BOTH);
        }
    }

    /// Tells that an operation can be asked in one way more or less.
    fn mode(
        &mut self,
        about: About<'_>,
        name: &'static str,
        (old, new): (&str, &str),
        classes: Classes,
    ) {
        let kind = if old == "no" { Kind::Added } else { Kind::Removed };
        let values = (Some(old.to_owned()), Some(new.to_owned()));
        self.push(kind, about, Some(name), values, classes);
    }

    /// Tells what messages list more and less than they did. `set` is that of the old ones.
    fn listed(
        &mut self,
        about: About<'_>,
        set: Option<&str>,
        old: &[(&'static str, &[Attribute])],
        new: &[(&'static str, &[Attribute])],
    ) {
        let mut added: BTreeMap<(u16, &str), Vec<&str>> = BTreeMap::new();
        let mut removed = added.clone();
        for (place, attributes) in new {
            let Some((_, before)) = old.iter().find(|(other, _)| other == place) else { continue };
            for it in attributes.iter().filter(|it| !has(before, it)) {
                added.entry((it.id, &it.name)).or_default().push(place);
            }
            for it in before.iter().filter(|it| !has(attributes, it)) {
                removed.entry((it.id, &it.name)).or_default().push(place);
            }
        }
        for ((_, attribute), places) in added {
            let about = about.part(Item::Listed, attribute);
            self.added(about, places.join(", "), Classes::api_if(self.options.exhaustive));
        }
        for ((id, attribute), places) in removed {
            // That there is no such attribute any more is told of the set.
            if !self.is_left(set, id, attribute) {
                continue;
            }
            self.removed(about.part(Item::Listed, attribute), places.join(", "), Classes::API);
        }
    }

    /// Whether an attribute of an old set is in the new one too; of an event nobody knows the set.
    fn is_left(&self, set: Option<&str>, id: u16, name: &str) -> bool {
        let mut sets = self.new.sets.iter().filter(|new| match set {
            Some(set) => self.wire.names.is_same(Item::Set, set, &new.name),
            None => true,
        });
        sets.any(|set| {
            let mut attributes = set.attributes.iter();
            attributes.any(|it| it.id == id && normal(&it.name) == normal(name))
        })
    }

    pub(super) fn notifications(&mut self) {
        let none: &[Notification] = &[];
        let old = self.old.notifications.as_deref().unwrap_or(none);
        let new = self.new.notifications.as_deref().unwrap_or(none);
        for (old, new) in pairs(old, new, |it| &it.name, |old, new| old.id == new.id) {
            let Some(told) = new.or(old) else { continue };
            let about = About::whole(Item::Notification, &told.name);
            match (old, new) {
                (Some(old), Some(new)) => self.notification(about, old, new),
                // The enum of notifications is `#[non_exhaustive]` always.
                (_, Some(_)) => self.added(about, told.id.to_string(), Classes::NONE),
                (_, None) => self.removed(about, told.id.to_string(), Classes::BOTH),
            }
        }
    }

    fn notification(&mut self, about: About<'_>, old: &Notification, new: &Notification) {
        self.renamed(about, &old.name, &new.name, Classes::api_if(old.rust != new.rust));
        self.changed(about, "number", &old.id, &new.id, Classes::WIRE);
        let group = |it: &Notification| it.group.clone().unwrap_or("none".to_owned());
        self.changed(about, "group", &group(old), &group(new), Classes::NONE);
        let types = (old.message.rust.as_str(), new.message.rust.as_str());
        self.changed(about, "Rust type", &types.0, &types.1, Classes::API);
        self.header(about, "fixed-header", &old.message, &new.message);
        self.docs(about, &old.doc, &new.doc);
        // What a reply lists is told of its operation.
        let own = |message: &Message| message.form != Form::Elsewhere;
        if own(&old.message) && own(&new.message) {
            let list = |it: &Notification| vec![("event", it.message.attributes.clone())];
            let (old, new) = (list(old), list(new));
            self.listed(about, None, &slices(&old), &slices(&new));
        }
    }

    pub(super) fn groups(&mut self) {
        let same = |old: &Group, new: &Group| match (old.by, new.by) {
            (GroupBy::Number(old), GroupBy::Number(new)) => old == new,
            _ => false,
        };
        for (old, new) in pairs(&self.old.groups, &self.new.groups, |it| &it.name, same) {
            let Some(group) = new.or(old) else { continue };
            let about = About::whole(Item::Group, &group.name);
            match (old, new) {
                (Some(old), Some(new)) => {
                    let has_const = old.by != GroupBy::Nothing;
                    // In generic netlink the kernel finds it by its name.
                    let wire = new.by == GroupBy::Name;
                    let api = has_const && old.rust != new.rust;
                    self.renamed(about, &old.name, &new.name, Classes { wire, api });
                    let classes = if has_const { Classes::WIRE } else { Classes::NONE };
                    self.changed(about, "number", &by(old), &by(new), classes);
                    self.docs(about, &old.doc, &new.doc);
                }
                (_, Some(_)) => self.added(about, by(group), Classes::NONE),
                (_, None) => self.removed(about, by(group), Classes::BOTH),
            }
        }
    }
}

/// What the aspects of a mode are called.
struct Words {
    name: &'static str,
    request_number: &'static str,
    reply_number: &'static str,
    request_type: &'static str,
    reply_type: &'static str,
    header: &'static str,
}

const ONCE: Words = Words {
    name: "do",
    request_number: "do request number",
    reply_number: "do reply number",
    request_type: "do request Rust type",
    reply_type: "do reply Rust type",
    header: "do fixed-header",
};

const DUMP: Words = Words {
    name: "dump",
    request_number: "dump request number",
    reply_number: "dump reply number",
    request_type: "dump request Rust type",
    reply_type: "dump reply Rust type",
    header: "dump fixed-header",
};

/// How an operation is asked, and its numbers: `do 1`, `do 3 -> 4, dump 3`.
fn numbers(operation: &Operation) -> String {
    let text = |name: &str, call: &Call| match call.request_id == call.reply_id {
        true => format!("{name} {}", call.request_id),
        false => format!("{name} {} -> {}", call.request_id, call.reply_id),
    };
    let once = operation.once.as_ref().map(|call| text("do", call));
    let dump = operation.dump.as_ref().map(|call| text("dump", call));
    once.into_iter().chain(dump).collect::<Vec<_>>().join(", ")
}

/// What the messages of an operation list.
fn lists(operation: &Operation) -> Vec<(&'static str, &[Attribute])> {
    let names = [("do request", "do reply"), ("dump request", "dump reply")];
    let calls = [&operation.once, &operation.dump].into_iter().zip(names);
    let mut lists = Vec::new();
    for (call, (request, reply)) in calls {
        let Some(call) = call else { continue };
        lists.push((request, call.request.attributes.as_slice()));
        lists.extend(call.reply.iter().map(|message| (reply, message.attributes.as_slice())));
    }
    lists
}

fn slices<'a>(lists: &'a [(&'static str, Vec<Attribute>)]) -> Vec<(&'static str, &'a [Attribute])> {
    lists.iter().map(|(place, attributes)| (*place, attributes.as_slice())).collect()
}

/// Whether a list has the attribute, maybe by another name or number.
fn has(list: &[Attribute], attribute: &Attribute) -> bool {
    let name = normal(&attribute.name);
    list.iter().any(|it| it.id == attribute.id || normal(&it.name) == name)
}

fn by(group: &Group) -> String {
    match group.by {
        GroupBy::Name => "by name".to_owned(),
        GroupBy::Number(number) => number.to_string(),
        GroupBy::Nothing => "no number".to_owned(),
    }
}
