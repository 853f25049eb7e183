//! The spec as text, with comments for who fills it in.

use std::collections::BTreeMap;
use std::fmt::Write;

use nlkit::nlctrl::FamilyInfo;
use nlkit::{Kind, Operation, Policies, Policy};
use nlkit_codegen::ir::{Checks, Permission};

use super::sets::{Attribute, Set, Sets};
use crate::kernel;

/// The longest length that a spec can give: what fits into an attribute.
const MAX_LEN: i128 = 65_531;
/// The column behind which a list is continued in the next line.
const WIDTH: usize = 100;

/// The spec of a family. `release` is that of the kernel.
pub(super) fn of(name: &str, info: &FamilyInfo, policies: &Policies, release: &str) -> String {
    let sets = Sets::new(policies);
    let mut spec = Spec { out: String::new(), sets: &sets, info, lists: BTreeMap::new() };
    spec.head(name, policies, release);
    spec.definitions();
    spec.sets();
    spec.operations(policies);
    spec.groups();
    spec.out
}

/// What stands at the top, for `{name}` and `{release}`.
const HEAD: &str = "\
# A first spec of the family `{name}`, of what Linux {release} tells of it.
#
# Numbers, types, limits, nests, operations, who may use them and groups are the kernel's. It tells no
# names, and nothing of what it answers. To be filled in, from its headers and source:
#
# - Names: `attr-1` is attribute 1 of its set, `op-1` operation 1, `set-1` just the first set. Each is to be
#   replaced wherever it stands.
# - Replies. Policies are of requests only. An operation that answers has a `reply` beside `request`, with the
#   number of that message as `value`: often that of the request. Its attributes are of the same set; those
#   that only replies have are missing there.
# - Numbers that no policy lists. An attribute of such a number is not there, is not for requests, is in network
#   byte order (`byte-order: big-endian`), or is taken without a check.
# - What numbers mean: `enum:` with a definition of type enum or flags. What bytes are: `struct:`,
#   `sub-type:`, `display-hint:`.
# - Notifications: entries of `operations` with `event:` and `mcgrp:`.
#
# `nlkit check` says what is wrong with the file, `nlkit verify` what the kernel sees otherwise.
---
";

struct Spec<'s> {
    out: String,
    sets: &'s Sets,
    info: &'s FamilyInfo,
    /// The lists of attributes that have an anchor, by set.
    lists: BTreeMap<usize, Vec<u16>>,
}

impl Spec<'_> {
    /// Appends a line, so far indented.
    fn line(&mut self, indent: usize, line: &str) {
        // Writing into a string cannot fail.
        let _ = writeln!(self.out, "{:indent$}{line}", "");
    }

    fn head(&mut self, name: &str, policies: &Policies, release: &str) {
        self.out.push_str(&HEAD.replace("{name}", name).replace("{release}", release));
        self.line(0, &format!("name: {}", quoted(name)));
        self.line(0, "protocol: genetlink-legacy");
        if let Some(version) = self.info.version.filter(|version| (2..256).contains(version)) {
            self.line(0, &format!("version: {version}"));
        }
        self.line(0, "doc: To be written.");
        if let Some(why) = kernel::why_silent(policies) {
            self.line(0, &format!("# What its requests take is not told: {why}."));
        }
    }

    /// A fixed header, of which only the length is known, and the bits of bitfields.
    fn definitions(&mut self) {
        let len = self.info.hdrsize.filter(|len| *len > 0);
        let fields = self.sets.list.iter().enumerate().flat_map(|(number, set)| {
            let fields = set.attributes.iter().filter_map(|(id, it)| Some((*id, bits(it)?)));
            fields.map(move |(id, mask)| (bits_name(number, id), mask))
        });
        let fields: Vec<_> = fields.collect();
        if len.is_none() && fields.is_empty() {
            return;
        }
        self.out.push('\n');
        self.line(0, "definitions:");
        if let Some(len) = len {
            self.line(
                2,
                "# The fixed header of all messages, of whose members only the length is known.",
            );
            self.line(2, "- name: header");
            self.line(4, "type: struct");
            self.line(4, "doc: To be written.");
            self.line(4, &format!("members: [{{ name: bytes, type: binary, len: {len} }}]"));
        }
        for (name, mask) in fields {
            self.line(2, &format!("- name: {name}"));
            self.line(4, "type: flags");
            self.line(4, "doc: To be written.");
            self.line(4, "entries:");
            for bit in (0..32).filter(|bit| mask & 1 << bit != 0) {
                self.line(6, &format!("- {{ name: bit-{bit}, value: {bit} }}"));
            }
        }
    }

    fn sets(&mut self) {
        let sets = self.sets;
        self.out.push('\n');
        if sets.list.is_empty() {
            return self.line(0, "attribute-sets: []");
        }
        self.line(0, "attribute-sets:");
        for (number, set) in sets.list.iter().enumerate() {
            self.line(2, &format!("- name: {}", set_name(number)));
            self.line(4, "doc: To be written.");
            self.set(number, set);
        }
        if sets.list.iter().flat_map(|set| set.attributes.values()).any(is_opaque) {
            self.line(2, "# Nests of which the kernel does not tell what is inside. Each may be another set.");
            self.line(2, "- name: opaque");
            self.line(4, "doc: To be written.");
            self.line(4, "attributes: []");
        }
    }

    fn set(&mut self, number: usize, set: &Set) {
        let gaps = set.gaps().into_iter().map(|(from, to)| match to - from {
            0 => from.to_string(),
            _ => format!("{from} to {to}"),
        });
        let gaps: Vec<_> = gaps.collect();
        if !gaps.is_empty() {
            self.line(4, &format!("# Not listed: {}.", gaps.join(", ")));
        }
        if set.attributes.is_empty() {
            return self.line(4, "attributes: []");
        }
        self.line(4, "attributes:");
        let mut next = 1;
        for (id, attribute) in &set.attributes {
            self.line(6, &format!("- name: attr-{id}"));
            if *id != next {
                self.line(8, &format!("value: {id}"));
            }
            next = id.saturating_add(1);
            self.attribute(attribute);
            if bits(attribute).is_some() {
                self.line(8, &format!("enum: {}", bits_name(number, *id)));
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute) {
        if attribute.disputed {
            self.line(8, "# Another request has it as another type.");
        }
        let kind = attribute.info.kind();
        let nest = match attribute.inside {
            Some(set) => set_name(set),
            None => "opaque".to_owned(),
        };
        match kind {
            Some(Kind::Nested) => {
                self.line(8, "type: nest");
                self.line(8, &format!("nested-attributes: {nest}"));
            }
            Some(Kind::NestedArray) => {
                self.line(8, "type: indexed-array");
                self.line(8, "sub-type: nest");
                self.line(8, &format!("nested-attributes: {nest}"));
            }
            Some(Kind::String | Kind::NulString) => self.line(8, "type: string"),
            Some(kind) => self.line(8, &format!("type: {kind}")),
            None => {
                let number = attribute.info.kind.unwrap_or_default();
                self.line(8, &format!("# A type that nlkit does not know: {number}."));
                self.line(8, "type: binary");
            }
        }
        let checks = limits(&attribute.checks, kind);
        if !checks.is_empty() {
            self.line(8, &format!("checks: {{ {} }}", checks.join(", ")));
        }
    }

    fn operations(&mut self, policies: &Policies) {
        self.out.push('\n');
        self.line(0, "operations:");
        self.line(2, "# Requests and replies are counted apart: each says its number as `value`.");
        self.line(2, "enum-model: directional");
        if self.info.hdrsize.is_some_and(|len| len > 0) {
            self.line(2, "fixed-header: header");
        }
        let operations: Vec<_> =
            policies.operations().filter(|op| op.can_do() || op.can_dump()).collect();
        if operations.is_empty() {
            return self.line(2, "list: []");
        }
        self.line(2, "list:");
        operations.iter().for_each(|op| self.operation(op));
    }

    fn operation(&mut self, op: &Operation<'_>) {
        let id = op.id();
        self.line(4, &format!("- name: op-{id}"));
        self.line(6, "doc: To be written.");
        let set = [op.of_do(), op.of_dump()].into_iter().flatten().find_map(|it| self.sets.of(it));
        if let Some(set) = set {
            self.line(6, &format!("attribute-set: {}", set_name(set)));
        }
        match kernel::permission(self.info, id) {
            Permission::Any => {}
            Permission::Admin => self.line(6, "flags: [admin-perm]"),
            Permission::NamespaceAdmin => self.line(6, "flags: [uns-admin-perm]"),
        }
        if op.can_do() {
            self.line(6, "do:");
            self.request(id, op.of_do());
            self.line(8, &format!("# reply: {{ value: {id}, attributes: [] }}"));
        }
        if op.can_dump() {
            self.line(6, "dump:");
            self.request(id, op.of_dump());
            self.line(8, "# What it lists.");
            self.line(8, &format!("reply: {{ value: {id}, attributes: [] }}"));
        }
    }

    fn request(&mut self, id: u32, policy: Option<Policy<'_>>) {
        let Some(policy) = policy else {
            self.line(8, "# What it takes is not told.");
            return self.line(8, &format!("request: {{ value: {id} }}"));
        };
        let set = self.sets.of(policy);
        let taken = set.and_then(|set| self.sets.list.get(set));
        let taken = policy
            .attributes()
            .filter(|theirs| taken.is_some_and(|set| set.attributes.contains_key(&theirs.id())));
        let ids: Vec<u16> = taken.map(|theirs| theirs.id()).collect();
        let (Some(set), false) = (set, ids.is_empty()) else {
            return self.line(8, &format!("request: {{ value: {id} }}"));
        };
        self.line(8, "request:");
        self.line(10, &format!("value: {id}"));
        // One list for all that take the same, so that a name is filled in once.
        let anchor = set_name(set);
        match self.lists.get(&set) {
            Some(known) if *known == ids => self.line(10, &format!("attributes: *{anchor}")),
            Some(_) => self.list("attributes: [", &ids),
            None => {
                self.list(&format!("attributes: &{anchor} ["), &ids);
                self.lists.insert(set, ids);
            }
        }
    }

    /// A list of attributes, over as many lines as it takes.
    fn list(&mut self, begin: &str, ids: &[u16]) {
        let mut line = begin.to_owned();
        for (position, id) in ids.iter().enumerate() {
            let end = if position + 1 == ids.len() { "]" } else { ", " };
            let word = format!("attr-{id}{end}");
            if line.len() + word.len() > WIDTH - 10 {
                self.line(10, line.trim_end());
                line = "  ".to_owned();
            }
            line.push_str(&word);
        }
        self.line(10, &line);
    }

    fn groups(&mut self) {
        let groups = self.info.groups.iter().flatten().filter_map(|group| group.name.as_ref());
        let groups: Vec<_> = groups.map(|name| quoted(&name.to_string())).collect();
        if groups.is_empty() {
            return;
        }
        self.out.push('\n');
        self.line(0, "mcast-groups:");
        self.line(2, "list:");
        for name in groups {
            self.line(4, &format!("- name: {name}"));
        }
    }
}

/// Whether it is a nest of unknown contents.
fn is_opaque(attribute: &Attribute) -> bool {
    let nest = matches!(attribute.info.kind(), Some(Kind::Nested | Kind::NestedArray));
    nest && attribute.inside.is_none()
}

/// The bits of a bitfield, where the kernel tells them.
fn bits(attribute: &Attribute) -> Option<u64> {
    attribute.checks.mask.filter(|_| attribute.info.kind() == Some(Kind::Bitfield32))
}

fn bits_name(set: usize, id: u16) -> String {
    format!("{}-attr-{id}", set_name(set))
}

fn set_name(number: usize) -> String {
    format!("set-{}", number + 1)
}

/// The limits that a spec can give an attribute of this kind.
fn limits(checks: &Checks, kind: Option<Kind>) -> Vec<String> {
    let number = kind.is_some_and(|kind| kind.range().is_some());
    let length = kind.is_some_and(Kind::has_length);
    let limits = [
        ("min", &checks.min, number),
        ("max", &checks.max, number),
        ("min-len", &checks.min_len, length),
        ("max-len", &checks.max_len, length),
        ("exact-len", &checks.exact_len, length),
    ];
    let limits = limits.into_iter().filter(|(_, _, meant)| *meant);
    let limits = limits.filter_map(|(key, limit, _)| Some((key, limit.as_ref()?.number)));
    let limits = limits.filter(|(_, limit)| number || *limit <= MAX_LEN);
    let mut limits: Vec<_> = limits.map(|(key, limit)| format!("{key}: {limit}")).collect();
    limits.extend(checks.mask.filter(|_| number).map(|mask| format!("flags-mask: {mask:#x}")));
    if kind == Some(Kind::String) {
        limits.push("unterminated-ok: true".to_owned());
    }
    limits
}

/// A name as YAML: quoted, unless it can be nothing but text.
fn quoted(name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(|first| first.is_ascii_alphabetic())
        && chars.all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.' | '/'));
    let word = matches!(
        name.to_ascii_lowercase().as_str(),
        "null" | "true" | "false" | "yes" | "no" | "on" | "off"
    );
    if plain && !word { name.to_owned() } else { format!("{name:?}") }
}
