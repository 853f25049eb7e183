//! Operations: the messages of each, with just the attributes that it takes.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Errors, texts};
use crate::ir::{self, Call, Form, Message, Permission, Protocol, StructRef};
use crate::place::{self, Place};
use crate::resolve::definitions::{Definitions, Placed};
use crate::resolve::numbers::{Numbers, Pair};
use crate::resolve::selectors::Scopes;
use crate::resolve::structs::Structs;
use crate::resolve::{names, quirks};
use crate::spec::{AttributeList, Mode, Operation, OperationFlag, Operations, Spec, Word};

/// The operations of a family.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// What is asked for.
    pub(super) operations: Vec<Placed<ir::Operation>>,
    /// What is told unasked.
    pub(super) notifications: Vec<Placed<ir::Notification>>,
}

/// What operations are made of.
pub(super) struct Parts<'a> {
    pub(super) spec: &'a Spec,
    pub(super) protocol: Protocol,
    pub(super) definitions: &'a Definitions<'a>,
    pub(super) structs: &'a Structs,
    pub(super) sets: &'a [ir::Set],
    pub(super) scopes: &'a Scopes,
    pub(super) groups: &'a [Placed<ir::Group>],
    /// Of each operation, in the order of the spec.
    pub(super) numbers: &'a [Numbers],
}

pub(super) fn resolve(parts: &Parts<'_>, errors: &mut Errors) -> Resolved {
    let Some(operations) = &parts.spec.operations else {
        return Resolved::default();
    };
    report_duplicates(operations, errors);
    let mut messages = Messages { parts, operations, told: Vec::new(), errors };
    let placed = || operations.list.iter().zip((0..).map(place::operation)).zip(parts.numbers);
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
            (Some(name), None) => messages.notify(operation, name, &resolved.operations, &at),
            (None, Some(event)) => Some(messages.event(operation, &event.attributes, &at)),
            _ => None,
        };
        if let Some(message) = message {
            let item =
                messages.notification(operation, message, &resolved.operations, numbers.told);
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
    parts: &'a Parts<'a>,
    operations: &'a Operations,
    /// Replies and events so far: those that are alike share a type.
    told: Vec<Message>,
    errors: &'a mut Errors,
}

/// What the messages of an operation consist of.
struct Of<'a> {
    set: Option<&'a ir::Set>,
    header: Option<StructRef>,
    /// Where the header comes from.
    header_at: Place,
}

/// What a message consists of.
#[derive(PartialEq)]
struct Body {
    header: Option<StructRef>,
    scope: bool,
    attributes: Vec<ir::Attribute>,
}

impl Body {
    fn is_of(&self, message: &Message) -> bool {
        let Message { header, scope, attributes, .. } = message;
        self.header == *header && self.scope == *scope && self.attributes == *attributes
    }

    fn message(self, rust: String, title: String) -> Message {
        let Self { header, scope, attributes } = self;
        let (doc, form) = (String::new(), Form::Struct);
        Message { rust, title, doc, c_name: None, form, header, scope, attributes }
    }
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
        } else if !self.parts.groups.iter().any(|other| other.item.name == *group) {
            let names = self.parts.groups.iter().map(|group| group.item.name.as_str());
            let at = at.key("mcgrp");
            self.errors.push(texts::unknown_name("multicast group", group, at, names));
        }
    }

    fn operation(&mut self, operation: &Operation, at: &Place, numbers: &Numbers) -> ir::Operation {
        let name = &operation.name;
        let of = self.of(operation, at);
        let once = operation.once.as_ref().map(|mode| {
            let title = format!("Request of `{name}` (do)");
            let request = self.list(&mode.request, &of, &at.key("do").key("request"));
            let request = self.request(operation, names::ty_with(name, "Request"), title, request);
            let reply = mode.reply.is_some().then(|| {
                let body = self.list(&mode.reply, &of, &at.key("do").key("reply"));
                self.reply(names::ty_with(name, "Reply"), format!("Reply of `{name}`"), body)
            });
            call(numbers.once, request, reply, operation.dump.is_none())
        });
        let dump = operation.dump.as_ref();
        let dump =
            dump.map(|mode| self.dump(operation, mode, once.as_ref(), &of, at, numbers.dump));
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

    /// The dump of an operation, which shares the types of its do where the messages are alike.
    fn dump(
        &mut self,
        operation: &Operation,
        mode: &Mode,
        once: Option<&Call>,
        of: &Of<'_>,
        at: &Place,
        numbers: Pair,
    ) -> Call {
        let (name, at) = (&operation.name, at.key("dump"));
        if mode.reply.is_none() {
            self.errors.push(texts::dump_without_reply(name, &at));
        }
        let title = format!("Request of `{name}` (dump)");
        let body = self.list(&mode.request, of, &at.key("request"));
        let alias = once.filter(|once| body.is_of(&once.request));
        let alias = alias.map(|once| Form::AliasOf(once.request.rust.clone()));
        let mut request = self.request(operation, names::ty_with(name, "Dump"), title, body);
        request.form = alias.unwrap_or(request.form);
        let reply = mode.reply.is_some().then(|| {
            let body = self.list(&mode.reply, of, &at.key("reply"));
            match once.and_then(|once| once.reply.as_ref()) {
                Some(same) if body.is_of(same) => Message { form: Form::Elsewhere, ..same.clone() },
                Some(_) => {
                    let title = format!("Reply of `{name}` (dump)");
                    self.reply(names::ty_with(name, "DumpReply"), title, body)
                }
                None => {
                    self.reply(names::ty_with(name, "Reply"), format!("Reply of `{name}`"), body)
                }
            }
        });
        call(numbers, request, reply, false)
    }

    /// A request: always a type of its own, since it says what the operation is.
    fn request(&self, operation: &Operation, rust: String, title: String, body: Body) -> Message {
        let c_name = Some(self.c_name(operation, false));
        let doc = operation.doc.clone().unwrap_or_default();
        Message { doc, c_name, ..body.message(rust, title) }
    }

    /// A reply or event: another name of the first one that is like it.
    fn reply(&mut self, rust: String, title: String, body: Body) -> Message {
        let same = self.told.iter().find(|other| body.is_of(other)).map(|it| it.rust.clone());
        let message = body.message(rust, title);
        match same {
            Some(same) => Message { form: Form::AliasOf(same), ..message },
            None => {
                self.told.push(message.clone());
                message
            }
        }
    }

    /// What a notification holds: the reply of the operation that it names.
    fn notify(
        &mut self,
        operation: &Operation,
        name: &str,
        operations: &[Placed<ir::Operation>],
        at: &Place,
    ) -> Option<Message> {
        let place = at.key("notify");
        let Some(target) = operations.iter().find(|placed| placed.item.name == name) else {
            let names = operations.iter().map(|placed| placed.item.name.as_str());
            self.errors.push(texts::unknown_name("operation", name, place, names));
            return None;
        };
        let calls = [&target.item.once, &target.item.dump].into_iter().flatten();
        let Some(reply) = calls.filter_map(|call| call.reply.as_ref()).next() else {
            self.errors.push(texts::notify_without_reply(name, place, &target.at));
            return None;
        };
        let header = reply.header.as_ref().map(|header| &header.name);
        if operation.fixed_header.as_ref().is_some_and(|own| Some(own) != header) {
            let (at, target) = (at.key("fixed-header"), target.at.key("name"));
            self.errors.push(texts::other_header(&operation.name, at, target));
        }
        Some(Message { form: Form::Elsewhere, ..reply.clone() })
    }

    fn event(&mut self, operation: &Operation, names: &[String], at: &Place) -> Message {
        let of = self.of(operation, at);
        let body = self.body(names, &of, &at.key("event"));
        let (rust, title) = (names::ty_with(&operation.name, "Event"), &operation.name);
        let message = self.reply(rust, format!("Event `{title}`"), body);
        let c_name = Some(self.c_name(operation, true));
        Message { doc: operation.doc.clone().unwrap_or_default(), c_name, ..message }
    }

    fn notification(
        &self,
        operation: &Operation,
        message: Message,
        operations: &[Placed<ir::Operation>],
        id: u16,
    ) -> ir::Notification {
        let target = operation
            .notify
            .as_ref()
            .and_then(|name| operations.iter().find(|placed| placed.item.name == *name));
        ir::Notification {
            name: operation.name.clone(),
            rust: names::ty(&operation.name),
            c_name: self.c_name(operation, true),
            doc: operation.doc.clone().unwrap_or_default(),
            id,
            group: operation.mcgrp.clone(),
            set: target.map_or(&operation.attribute_set, |target| &target.item.set).clone(),
            message,
        }
    }

    /// What the messages of an operation consist of; an error says where it names a set or a struct
    /// that is not there, or lists attributes and names no set.
    fn of(&mut self, operation: &Operation, at: &Place) -> Of<'a> {
        let Parts { definitions, structs, sets, .. } = *self.parts;
        let set = match &operation.attribute_set {
            Some(name) => {
                let set = sets.iter().find(|set| set.name == *name);
                if set.is_none() {
                    let names = sets.iter().map(|set| set.name.as_str());
                    let at = at.key("attribute-set");
                    self.errors.push(texts::unknown_name("attribute set", name, at, names));
                }
                set
            }
            None => {
                if lists_attributes(operation) {
                    self.errors.push(texts::missing_key("attribute-set", "operation", at));
                }
                None
            }
        };
        let (name, header_at) = match &operation.fixed_header {
            Some(own) => (Some(own), at.clone()),
            None => (self.operations.fixed_header.as_ref(), Place::root().key("operations")),
        };
        let header_at = header_at.key("fixed-header");
        let header =
            name.and_then(|name| structs.header(name, header_at.clone(), definitions, self.errors));
        Of { set, header, header_at }
    }

    fn list(&mut self, list: &Option<AttributeList>, of: &Of<'_>, at: &Place) -> Body {
        let names = list.as_ref().map_or(&[][..], |list| &list.attributes);
        self.body(names, of, at)
    }

    /// The attributes of a list, in the order of their numbers; pads and unused ones have no value
    /// to give. One that is listed twice is there once: a list is a set, and kernels' specs have it.
    fn body(&mut self, names: &[String], of: &Of<'_>, at: &Place) -> Body {
        let header = of.header.clone();
        let Some(set) = of.set else {
            return Body { header, scope: false, attributes: Vec::new() };
        };
        let mut listed: BTreeSet<&str> = BTreeSet::new();
        for (index, name) in names.iter().enumerate() {
            let at = at.key("attributes").index(index);
            let Some(attribute) = set.attributes.iter().find(|it| it.name == *name) else {
                if self.is_passed_over(name, set, &header) {
                    continue;
                }
                let names = set.attributes.iter().map(|attribute| attribute.name.as_str());
                self.errors.push(texts::unknown_attribute(name, &set.name, at, names));
                continue;
            };
            if header.is_some() && attribute.rust == "header" {
                self.errors.push(texts::header_clash(name, at, of.header_at.clone()));
            }
            listed.insert(name);
        }
        let attributes = set.attributes.iter().filter(|it| listed.contains(it.name.as_str()));
        let attributes: Vec<ir::Attribute> = attributes
            .filter(|it| !matches!(it.ty, ir::Type::Pad | ir::Type::Unused))
            .cloned()
            .collect();
        let scope = self.parts.scopes.open(set, &attributes);
        Body { header, scope, attributes }
    }

    /// Whether a name in a list that is no attribute is no mistake either: members of the header,
    /// which is always there, and what released kernels have.
    fn is_passed_over(&self, name: &str, set: &ir::Set, header: &Option<StructRef>) -> bool {
        let is_member = |header| self.parts.structs.has_member(header, name);
        header.as_ref().is_some_and(is_member)
            || quirks::is_no_attribute(&self.parts.spec.name, &set.name, name)
    }

    fn c_name(&self, operation: &Operation, told: bool) -> String {
        let prefix = match (&self.operations.async_prefix, &self.operations.name_prefix) {
            (Some(prefix), _) if told => prefix.clone(),
            (_, Some(prefix)) => prefix.clone(),
            (_, None) => format!("{}-cmd-", self.parts.spec.name),
        };
        // A raw protocol tells with the number, and so the C name, of the operation that changes.
        let raw = matches!(self.parts.protocol, Protocol::Raw(_));
        let name = operation.name.strip_suffix("-ntf").filter(|_| told && raw);
        names::c(&prefix, name.unwrap_or(&operation.name))
    }
}

fn call(numbers: Pair, request: Message, reply: Option<Message>, alone: bool) -> Call {
    // Without a reply, only an ACK ends a request. With one, an operation that can be dumped too
    // reads, and so never succeeds in silence.
    let ack = reply.is_none() || alone;
    let reply_id = if reply.is_some() { numbers.reply } else { numbers.request };
    Call { request_id: numbers.request, reply_id, request, reply, ack }
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
