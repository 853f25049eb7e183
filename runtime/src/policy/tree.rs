//! The policies as a tree, which may lead back into itself.

use std::collections::BTreeSet;
use std::collections::btree_map;
use std::fmt;

use super::{Mode, Op, Policies, Table};
use crate::checks::Rule;
use crate::kind::Kind;
use crate::nlctrl::{FamilyInfo, PolicyInfo};

impl Policies {
    /// What the kernel says of the family; `None` where it does not have it.
    pub fn family(&self) -> Option<&FamilyInfo> {
        self.family.as_ref()
    }

    /// The operations of the family, by number.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        let ops = self.operations.iter();
        ops.map(|(id, op)| Operation { policies: self, id: *id, op })
    }

    /// An operation by its number.
    pub fn operation(&self, id: u32) -> Option<Operation<'_>> {
        let (&id, op) = self.operations.get_key_value(&id)?;
        Some(Operation { policies: self, id, op })
    }

    /// A policy by its index.
    pub fn policy(&self, index: u32) -> Option<Policy<'_>> {
        self.tables.get(&index).map(|table| Policy { policies: self, index, table })
    }
}

/// An operation of the running kernel.
#[derive(Clone, Copy)]
pub struct Operation<'p> {
    policies: &'p Policies,
    id: u32,
    op: &'p Op,
}

impl<'p> Operation<'p> {
    /// Its number.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Whether it takes a single request.
    pub fn can_do(&self) -> bool {
        self.op.can(Mode::Do) == Some(true)
    }

    /// Whether it can be dumped.
    pub fn can_dump(&self) -> bool {
        self.op.can(Mode::Dump) == Some(true)
    }

    /// What it checks of a single request; `None` where it does not, or does not tell.
    pub fn of_do(&self) -> Option<Policy<'p>> {
        self.policies.policy(self.op.of_do?)
    }

    /// What it checks of a request for a dump; `None` where it does not, or does not tell.
    pub fn of_dump(&self) -> Option<Policy<'p>> {
        self.policies.policy(self.op.of_dump?)
    }
}

/// A policy: what the kernel checks of a set of attributes.
#[derive(Clone, Copy)]
pub struct Policy<'p> {
    policies: &'p Policies,
    index: u32,
    table: &'p Table,
}

impl<'p> Policy<'p> {
    /// Its index, which is good for one answer of the kernel only.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The attributes that it lists, by number. Those that it takes without a check, or whose byte order
    /// is the network's, kernels do not list.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'p>> + use<'p> {
        let policies = self.policies;
        let attributes = self.table.attributes.iter();
        attributes.map(move |(&id, info)| Attribute { policies, id, info })
    }

    /// The attribute of this number, where it lists that.
    pub fn attribute(&self, id: u16) -> Option<Attribute<'p>> {
        let info = self.table.attributes.get(&id)?;
        Some(Attribute { policies: self.policies, id, info })
    }

    /// Whether an attribute of this number is beyond all that it knows. No policy knows 0.
    pub(super) fn is_beyond(&self, id: u16) -> bool {
        id == 0 || self.table.highest.is_some_and(|highest| u32::from(id) > highest)
    }

    /// Its attributes and, behind each nest, those inside. Each policy comes once, however often nests
    /// lead to it, so the walk has an end.
    pub fn walk(&self) -> Walk<'p> {
        let seen = BTreeSet::from([self.index]);
        Walk { policies: self.policies, open: vec![self.table.attributes.iter()], seen }
    }
}

/// The attributes of a policy and of those inside: [`Policy::walk`].
pub struct Walk<'p> {
    policies: &'p Policies,
    open: Vec<btree_map::Iter<'p, u16, PolicyInfo>>,
    seen: BTreeSet<u32>,
}

/// A step of a [`Walk`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Step<'p> {
    /// The attribute.
    pub attribute: Attribute<'p>,
    /// How many nests it stands in.
    pub depth: usize,
    /// Whether it is a nest whose attributes do not follow, since they came before.
    pub repeated: bool,
}

impl<'p> Iterator for Walk<'p> {
    type Item = Step<'p>;

    fn next(&mut self) -> Option<Step<'p>> {
        loop {
            let depth = self.open.len().checked_sub(1)?;
            let Some((&id, info)) = self.open.last_mut()?.next() else {
                self.open.pop();
                continue;
            };
            let attribute = Attribute { policies: self.policies, id, info };
            let inside = attribute.inside();
            let repeated = inside.is_some_and(|inside| !self.seen.insert(inside.index));
            if let Some(inside) = inside.filter(|_| !repeated) {
                self.open.push(inside.table.attributes.iter());
            }
            return Some(Step { attribute, depth, repeated });
        }
    }
}

/// An attribute of a policy.
#[derive(Clone, Copy)]
pub struct Attribute<'p> {
    policies: &'p Policies,
    id: u16,
    info: &'p PolicyInfo,
}

impl<'p> Attribute<'p> {
    /// Its number.
    pub fn id(&self) -> u16 {
        self.id
    }

    /// What the kernel says of it.
    pub fn info(&self) -> &'p PolicyInfo {
        self.info
    }

    /// Its kind; `None` where a newer kernel has one that is not known.
    pub fn kind(&self) -> Option<Kind> {
        self.info.kind()
    }

    /// What it must be.
    pub fn rule(&self) -> Rule {
        self.info.rule()
    }

    /// The policy of the attributes inside of it, where it is a nest and the kernel checks what is in it.
    pub fn inside(&self) -> Option<Policy<'p>> {
        self.policies.policy(self.info.policy?)
    }
}

/// One line for each operation, attribute, and attribute in it.
impl fmt::Display for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.family.as_ref().and_then(|family| family.name.as_ref());
        match name {
            Some(name) => writeln!(f, "{name}")?,
            None => writeln!(f, "no such family")?,
        }
        self.operations().try_for_each(|operation| operation.fmt(f))
    }
}

impl fmt::Display for Operation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modes =
            [("do", self.can_do(), self.of_do()), ("dump", self.can_dump(), self.of_dump())];
        for (mode, can, policy) in modes {
            match policy {
                Some(policy) => write!(f, "{} {mode}\n{policy}", self.id)?,
                None if can => writeln!(f, "{} {mode}, without a policy", self.id)?,
                None => {}
            }
        }
        Ok(())
    }
}

impl fmt::Display for Policy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Step { attribute, depth, repeated } in self.walk() {
            let indent = (depth + 1) * 2;
            write!(f, "{:indent$}{attribute}", "")?;
            f.write_str(if repeated { ", as above\n" } else { "\n" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.info)?;
        self.info.policy.map_or(Ok(()), |index| write!(f, ", policy {index}"))
    }
}

impl fmt::Debug for Operation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("id", &self.id).field("op", self.op).finish()
    }
}

impl fmt::Debug for Policy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("index", &self.index).field("table", self.table).finish()
    }
}

impl fmt::Debug for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attribute").field("id", &self.id).field("info", self.info).finish()
    }
}

impl fmt::Debug for Walk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk").field("depth", &self.open.len()).finish_non_exhaustive()
    }
}
