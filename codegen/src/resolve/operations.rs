//! Operations: the messages of each, with just the attributes that it takes.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Errors, texts};
use crate::ir::{self, Call, Form, Message, Permission};
use crate::place::{self, Place};
use crate::resolve::definitions::Placed;
use crate::resolve::names;
use crate::resolve::numbers::{Numbers, Pair};
use crate::spec::{AttributeList, Mode, Operation, OperationFlag, Operations, Spec, Word};

/// The operations of a family.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// What is asked for.
    pub(super) operations: Vec<Placed<ir::Operation>>,
    /// What is told unasked.
    pub(super) notifications: Vec<Placed<ir::Notification>>,
}

pub(super) fn resolve(
    spec: &Spec,
    sets: &[ir::Set],
    groups: &[Placed<ir::Group>],
    numbers: &[Numbers],
    errors: &mut Errors,
) -> Resolved {
    let Some(operations) = &spec.operations else {
        return Resolved::default();
    };
    report_duplicates(operations, errors);
    let mut messages = Messages { spec, operations, sets, groups, errors };
    let placed = || operations.list.iter().zip((0..).map(place::operation)).zip(numbers);
    let mut resolved = Resolved::default();
    for ((operation, at), numbers) in placed() {
        messages.report_conflicts(operation, &at);
        if operation.once.is_some() || operation.dump.is_some() {
            let item = messages.operation(operation, &at, numbers);
            resolved.operations.push(Placed { item, at });
        }
    }
    for ((operation, at), numbers) in placed() {
        let message = match (&operation.notify, &operation.event) {
            (Some(name), None) => messages.notify(name, &resolved.operations, &at),
            (None, Some(event)) => Some(messages.event(operation, &event.attributes, &at)),
            _ => None,
        };
        if let Some(message) = message {
            let item = messages.notification(operation, message, numbers.told);
            resolved.notifications.push(Placed { item, at });
        }
    }
    resolved
}

fn report_duplicates(operations: &Operations, errors: &mut Errors) {
    let mut by_name: BTreeMap<&str, Place> = BTreeMap::new();
    for (index, operation) in operations.list.iter().enumerate() {
        let at = place::operation(index).key("name");
        if let Some(first) = by_name.get(operation.name.as_str()) {
            errors.push(texts::duplicate_name("operation", &operation.name, first, &at));
        } else if !operation.name.is_empty() {
            by_name.insert(&operation.name, at);
        }
    }
}

struct Messages<'a> {
    spec: &'a Spec,
    operations: &'a Operations,
    sets: &'a [ir::Set],
    groups: &'a [Placed<ir::Group>],
    errors: &'a mut Errors,
}

impl<'a> Messages<'a> {
    /// An operation is asked for or told, and told in one way.
    fn report_conflicts(&mut self, operation: &Operation, at: &Place) {
        let modes = [
            (operation.once.is_some(), "do"),
            (operation.dump.is_some(), "dump"),
            (operation.notify.is_some(), "notify"),
            (operation.event.is_some(), "event"),
        ];
        let mut given = modes.iter().filter(|(given, _)| *given).map(|(_, key)| *key);
        let told = operation.notify.is_some() || operation.event.is_some();
        match (given.next(), given.next(), given.next_back()) {
            (Some(first), Some(second), last) if told => {
                let other = last.unwrap_or(second);
                self.errors.push(texts::conflicting_modes(&operation.name, at, first, other));
            }
            _ => {}
        }
        let Some(group) = &operation.mcgrp else {
            return;
        };
        if !told {
            let why = "only notifications and events are sent to a group";
            self.errors.push(texts::meaningless_key(at, "mcgrp", why));
        } else if !self.groups.iter().any(|other| other.item.name == *group) {
            let names = self.groups.iter().map(|group| group.item.name.as_str());
            let at = at.key("mcgrp");
            self.errors.push(texts::unknown_name("multicast group", group, at, names));
        }
    }

    fn operation(&mut self, operation: &Operation, at: &Place, numbers: &Numbers) -> ir::Operation {
        let name = &operation.name;
        let set = self.set_of(operation, at);
        let once = operation.once.as_ref().map(|mode| {
            let title = format!("Request of `{name}` (do)");
            let request = self.list(&mode.request, set, &at.key("do").key("request"));
            let request = self.request(operation, names::ty_with(name, "Request"), title, request);
            let reply = mode.reply.is_some().then(|| {
                let attributes = self.list(&mode.reply, set, &at.key("do").key("reply"));
                reply(names::ty_with(name, "Reply"), format!("Reply of `{name}`"), attributes)
            });
            call(numbers.once, request, reply, operation.dump.is_none())
        });
        let dump = operation.dump.as_ref();
        let dump =
            dump.map(|mode| self.dump(operation, mode, once.as_ref(), set, at, numbers.dump));
        ir::Operation {
            name: name.clone(),
            c_name: self.c_name(operation, false),
            doc: operation.doc.clone().unwrap_or_default(),
            set: operation.attribute_set.clone(),
            permission: permission(operation),
            once,
            dump,
        }
    }

    /// The dump of an operation, which shares the types of its do where the attributes are equal.
    fn dump(
        &mut self,
        operation: &Operation,
        mode: &Mode,
        once: Option<&Call>,
        set: Option<&ir::Set>,
        at: &Place,
        numbers: Pair,
    ) -> Call {
        let (name, at) = (&operation.name, at.key("dump"));
        if mode.reply.is_none() {
            self.errors.push(texts::dump_without_reply(name, &at));
        }
        let title = format!("Request of `{name}` (dump)");
        let attributes = self.list(&mode.request, set, &at.key("request"));
        let mut request = self.request(operation, names::ty_with(name, "Dump"), title, attributes);
        if let Some(once) = once.filter(|once| once.request.attributes == request.attributes) {
            request.form = Form::AliasOf(once.request.rust.clone());
        }
        let reply = mode.reply.is_some().then(|| {
            let attributes = self.list(&mode.reply, set, &at.key("reply"));
            match once.and_then(|once| once.reply.as_ref()) {
                Some(same) if same.attributes == attributes => {
                    Message { form: Form::Elsewhere, ..same.clone() }
                }
                Some(_) => {
                    let title = format!("Reply of `{name}` (dump)");
                    reply(names::ty_with(name, "DumpReply"), title, attributes)
                }
                None => {
                    reply(names::ty_with(name, "Reply"), format!("Reply of `{name}`"), attributes)
                }
            }
        });
        call(numbers, request, reply, false)
    }

    fn request(
        &mut self,
        operation: &Operation,
        rust: String,
        title: String,
        attributes: Vec<ir::Attribute>,
    ) -> Message {
        let c_name = Some(self.c_name(operation, false));
        let doc = operation.doc.clone().unwrap_or_default();
        Message { rust, title, doc, c_name, form: Form::Struct, attributes }
    }

    /// What a notification holds: the reply of the operation that it names.
    fn notify(
        &mut self,
        name: &str,
        operations: &[Placed<ir::Operation>],
        at: &Place,
    ) -> Option<Message> {
        let at = at.key("notify");
        let Some(target) = operations.iter().find(|placed| placed.item.name == name) else {
            let names = operations.iter().map(|placed| placed.item.name.as_str());
            self.errors.push(texts::unknown_name("operation", name, at, names));
            return None;
        };
        let calls = [&target.item.once, &target.item.dump].into_iter().flatten();
        let Some(reply) = calls.filter_map(|call| call.reply.as_ref()).next() else {
            self.errors.push(texts::notify_without_reply(name, at, &target.at));
            return None;
        };
        Some(Message { form: Form::Elsewhere, ..reply.clone() })
    }

    fn event(&mut self, operation: &Operation, names: &[String], at: &Place) -> Message {
        let set = self.set_of(operation, at);
        let attributes = self.attributes(names, set, &at.key("event"));
        Message {
            rust: names::ty_with(&operation.name, "Event"),
            title: format!("Event `{}`", operation.name),
            doc: operation.doc.clone().unwrap_or_default(),
            c_name: Some(self.c_name(operation, true)),
            form: Form::Struct,
            attributes,
        }
    }

    fn notification(&self, operation: &Operation, message: Message, id: u16) -> ir::Notification {
        ir::Notification {
            name: operation.name.clone(),
            rust: names::ty(&operation.name),
            c_name: self.c_name(operation, true),
            doc: operation.doc.clone().unwrap_or_default(),
            id,
            group: operation.mcgrp.clone(),
            message,
        }
    }

    /// The set of an operation; an error says where it names one that is not there, or lists
    /// attributes and names none.
    fn set_of(&mut self, operation: &Operation, at: &Place) -> Option<&'a ir::Set> {
        let Some(name) = &operation.attribute_set else {
            if lists_attributes(operation) {
                self.errors.push(texts::missing_key("attribute-set", "operation", at));
            }
            return None;
        };
        let set = self.sets.iter().find(|set| set.name == *name);
        if set.is_none() {
            let names = self.sets.iter().map(|set| set.name.as_str());
            let at = at.key("attribute-set");
            self.errors.push(texts::unknown_name("attribute set", name, at, names));
        }
        set
    }

    fn list(
        &mut self,
        list: &Option<AttributeList>,
        set: Option<&ir::Set>,
        at: &Place,
    ) -> Vec<ir::Attribute> {
        let names = list.as_ref().map_or(&[][..], |list| &list.attributes);
        self.attributes(names, set, at)
    }

    /// The attributes of a list, in the order of their numbers; pads and unused ones have no value
    /// to give.
    fn attributes(
        &mut self,
        names: &[String],
        set: Option<&ir::Set>,
        at: &Place,
    ) -> Vec<ir::Attribute> {
        let Some(set) = set else { return Vec::new() };
        let mut listed: BTreeMap<&str, Place> = BTreeMap::new();
        for (index, name) in names.iter().enumerate() {
            let at = at.key("attributes").index(index);
            if let Some(first) = listed.get(name.as_str()) {
                self.errors.push(texts::twice_in_list(name, first, &at));
            } else if set.attributes.iter().any(|attribute| attribute.name == *name) {
                listed.insert(name, at);
            } else {
                let names = set.attributes.iter().map(|attribute| attribute.name.as_str());
                self.errors.push(texts::unknown_attribute(name, &set.name, at, names));
            }
        }
        let listed: BTreeSet<&str> = listed.into_keys().collect();
        let attributes = set.attributes.iter().filter(|it| listed.contains(it.name.as_str()));
        attributes
            .filter(|it| !matches!(it.ty, ir::Type::Pad | ir::Type::Unused))
            .cloned()
            .collect()
    }

    fn c_name(&self, operation: &Operation, told: bool) -> String {
        let prefix = match (&self.operations.async_prefix, &self.operations.name_prefix) {
            (Some(prefix), _) if told => prefix.clone(),
            (_, Some(prefix)) => prefix.clone(),
            (_, None) => format!("{}-cmd-", self.spec.name),
        };
        names::c(&prefix, &operation.name)
    }
}

fn call(numbers: Pair, request: Message, reply: Option<Message>, alone: bool) -> Call {
    // Without a reply, only an ACK ends a request. With one, an operation that can be dumped too
    // reads, and so never succeeds in silence.
    let ack = reply.is_none() || alone;
    let reply_id = if reply.is_some() { numbers.reply } else { numbers.request };
    Call { request_id: numbers.request, reply_id, request, reply, ack }
}

fn reply(rust: String, title: String, attributes: Vec<ir::Attribute>) -> Message {
    Message { rust, title, doc: String::new(), c_name: None, form: Form::Struct, attributes }
}

fn lists_attributes(operation: &Operation) -> bool {
    let modes = [&operation.once, &operation.dump].into_iter().flatten();
    let lists = modes.flat_map(|mode| [&mode.request, &mode.reply]).flatten();
    let event = operation.event.iter().any(|event| !event.attributes.is_empty());
    event || lists.into_iter().any(|list| !list.attributes.is_empty())
}

fn permission(operation: &Operation) -> Permission {
    let has = |flag| operation.flags.contains(&Word::Known(flag));
    match (has(OperationFlag::UnsAdminPerm), has(OperationFlag::AdminPerm)) {
        (true, _) => Permission::NamespaceAdmin,
        (false, true) => Permission::Admin,
        (false, false) => Permission::Any,
    }
}
