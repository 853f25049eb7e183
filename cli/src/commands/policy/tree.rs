//! Policies as a tree with names, for people and for programs.

use std::collections::BTreeSet;

use nlkit::nlctrl::PolicyInfo;
use nlkit::{Kind, Policy};
use nlkit_codegen::ir::{Family, Permission, Set};
use nlkit_dynamic::agreement::set_inside;
use serde_json::{Map, Value, json};

use crate::kernel::{self, Known};

/// What the kernel checks of a family's requests.
pub(super) struct Tree {
    pub(super) family: String,
    pub(super) id: u16,
    pub(super) version: u32,
    /// Whether there are names.
    pub(super) has_spec: bool,
    /// Why there are no policies.
    pub(super) silent: Option<&'static str>,
    pub(super) operations: Vec<Operation>,
}

/// An operation, with its policies.
#[derive(Clone)]
pub(super) struct Operation {
    pub(super) id: u32,
    pub(super) name: Option<String>,
    pub(super) permission: Permission,
    /// Where it takes a single request.
    pub(super) once: Option<Checked>,
    /// Where it can be dumped.
    pub(super) dump: Option<Checked>,
}

/// What is checked of a call; `None` where that is nothing, or not told.
pub(super) type Checked = Option<Table>;

/// A policy.
#[derive(Clone)]
pub(super) struct Table {
    pub(super) index: u32,
    /// `None` where it has been shown already, since it holds itself, or is in several nests.
    pub(super) attributes: Option<Vec<Attribute>>,
}

/// An attribute.
#[derive(Clone)]
pub(super) struct Attribute {
    pub(super) id: u16,
    pub(super) name: Option<String>,
    pub(super) info: PolicyInfo,
    /// The policy of what it holds.
    pub(super) inside: Option<Table>,
}

impl Tree {
    pub(super) fn new(known: &Known) -> Self {
        let spec = known.spec.as_ref();
        let operations = known.policies.operations().map(|theirs| {
            let ours = spec.iter().flat_map(|spec| &spec.operations).find(|ours| {
                let mut calls = [&ours.once, &ours.dump].into_iter().flatten();
                calls.any(|call| u32::from(call.request_id) == theirs.id())
            });
            let set = ours.and_then(|ours| set_of(spec?, ours.set.as_deref()?));
            let table = |policy: Option<Policy<'_>>| {
                policy.map(|policy| table(policy, spec, set, &mut BTreeSet::new()))
            };
            Operation {
                id: theirs.id(),
                name: ours.map(|ours| ours.name.clone()),
                permission: kernel::permission(&known.info, theirs.id()),
                once: theirs.can_do().then(|| table(theirs.of_do())),
                dump: theirs.can_dump().then(|| table(theirs.of_dump())),
            }
        });
        Self {
            family: known.name.clone(),
            id: known.info.id.unwrap_or_default(),
            version: known.info.version.unwrap_or_default(),
            has_spec: spec.is_some(),
            silent: kernel::why_silent(&known.policies),
            operations: operations.collect(),
        }
    }

    /// The tree as data.
    pub(super) fn to_value(&self) -> Value {
        let operations: Vec<_> = self.operations.iter().map(Operation::to_value).collect();
        json!({
            "family": self.family,
            "id": self.id,
            "version": self.version,
            "operations": operations,
        })
    }
}

fn set_of<'f>(spec: &'f Family, name: &str) -> Option<&'f Set> {
    spec.sets.iter().find(|set| set.name == name)
}

/// A policy with the names of a set.
fn table(
    policy: Policy<'_>,
    spec: Option<&Family>,
    set: Option<&Set>,
    seen: &mut BTreeSet<u32>,
) -> Table {
    let index = policy.index();
    if !seen.insert(index) {
        return Table { index, attributes: None };
    }
    let attributes = policy.attributes().map(|theirs| {
        let ours = set.and_then(|set| set.attributes.iter().find(|ours| ours.id == theirs.id()));
        let name = ours.and_then(|ours| set_inside(&ours.ty, theirs.kind()?));
        let set = name.and_then(|name| set_of(spec?, name));
        Attribute {
            id: theirs.id(),
            name: ours.map(|ours| ours.name.clone()),
            info: theirs.info().clone(),
            inside: theirs.inside().map(|policy| table(policy, spec, set, seen)),
        }
    });
    Table { index, attributes: Some(attributes.collect()) }
}

impl Operation {
    fn to_value(&self) -> Value {
        let mut value = named(self.id, self.name.as_ref());
        value.insert("permission".into(), kernel::permission_name(self.permission).into());
        for (mode, call) in [("do", &self.once), ("dump", &self.dump)] {
            if let Some(checked) = call {
                let checked = checked.as_ref().map_or(Value::Null, |table| table.to_value().into());
                value.insert(mode.into(), checked);
            }
        }
        value.into()
    }
}

impl Table {
    fn to_value(&self) -> Map<String, Value> {
        let mut value = Map::new();
        value.insert("policy".into(), self.index.into());
        match &self.attributes {
            Some(attributes) => {
                let attributes = attributes.iter().map(Attribute::to_value);
                value.insert("attributes".into(), attributes.collect());
            }
            None => {
                value.insert("repeated".into(), true.into());
            }
        }
        value
    }
}

impl Attribute {
    fn to_value(&self) -> Value {
        let info = &self.info;
        let mut value = named(self.id.into(), self.name.as_ref());
        value.insert("type".into(), info.kind().map_or("unknown", Kind::name).into());
        let number = |limit: Option<u64>| limit.map(Value::from);
        let limits = [
            ("min-value", number(info.min).or(info.min_signed.map(Value::from))),
            ("max-value", number(info.max).or(info.max_signed.map(Value::from))),
            ("min-length", info.min_len.map(Value::from)),
            ("max-length", info.max_len.map(Value::from)),
            ("mask", number(info.mask).or(info.bitfield32_mask.map(Value::from))),
        ];
        let limits = limits.into_iter().filter_map(|(key, limit)| Some((key.to_owned(), limit?)));
        value.extend(limits);
        value.extend(self.inside.iter().flat_map(Table::to_value));
        value.into()
    }
}

fn named(id: u32, name: Option<&String>) -> Map<String, Value> {
    let mut value = Map::new();
    value.insert("id".into(), id.into());
    value.extend(name.map(|name| ("name".to_owned(), name.as_str().into())));
    value
}
