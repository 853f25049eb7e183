//! Who uses what: links from sets, sub-messages, structs and enums back to where they stand.

use std::collections::{BTreeMap, BTreeSet};

use super::{Family, Kind, Link, Message, Text};

/// Tells each set, sub-message, struct and enum who uses it, in the order of the spec.
pub(super) fn add(family: &mut Family) {
    let mut uses = Uses::default();
    for operation in &family.operations {
        let user = Link::new(Kind::Operation, &operation.name);
        if let Some(set) = &operation.set {
            uses.push(Link::new(Kind::Set, set), &user);
        }
        for (_, call) in operation.calls() {
            uses.header(&call.request, &user);
            call.reply.iter().for_each(|reply| uses.header(reply, &user));
        }
    }
    for told in &family.notifications {
        let user = Link::new(Kind::Notification, &told.name);
        uses.header(&told.message, &user);
        // It does not say its set: that of its attributes is it.
        let homes = told.message.attributes.iter().filter_map(|it| it.home.as_ref());
        let sets: BTreeSet<&str> =
            homes.filter_map(|home| Some(home.path.split_once('.')?.0)).collect();
        sets.into_iter().for_each(|set| uses.push(Link::new(Kind::Set, set), &user));
    }
    for set in &family.sets {
        for attribute in &set.attributes {
            let user = Link::part(Kind::Attribute, &set.name, &attribute.name);
            uses.text(&attribute.ty, &user);
        }
    }
    for message in &family.sub_messages {
        for format in &message.formats {
            let user = Link::part(Kind::Format, &message.name, &format.value);
            uses.text(&format.payload, &user);
        }
    }
    for item in &family.structs {
        for member in &item.members {
            uses.text(&member.ty, &Link::part(Kind::Member, &item.name, &member.name));
        }
    }
    let mut of = |kind, name: &str| uses.of.remove(&Link::new(kind, name)).unwrap_or_default();
    family.sets.iter_mut().for_each(|it| it.used_by = of(Kind::Set, &it.name));
    family.sub_messages.iter_mut().for_each(|it| it.used_by = of(Kind::SubMessage, &it.name));
    family.structs.iter_mut().for_each(|it| it.used_by = of(Kind::Struct, &it.name));
    family.enums.iter_mut().for_each(|it| it.used_by = of(it.kind, &it.name));
}

#[derive(Default)]
struct Uses {
    of: BTreeMap<Link, Vec<Link>>,
}

impl Uses {
    fn push(&mut self, used: Link, user: &Link) {
        let users = self.of.entry(used).or_default();
        if users.last() != Some(user) {
            users.push(user.clone());
        }
    }

    fn header(&mut self, message: &Message, user: &Link) {
        if let Some(header) = &message.header {
            self.push(Link::new(Kind::Struct, header), user);
        }
    }

    fn text(&mut self, text: &Text, user: &Link) {
        let whole = |link: &&Link| !matches!(link.kind, Kind::Attribute);
        for link in text.links().filter(whole) {
            self.push(link.clone(), user);
        }
    }
}
