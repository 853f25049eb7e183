//! What the running kernel checks of a family's requests, as it tells by CTRL_CMD_GETPOLICY.
//!
//! `read` makes the tables of the kernel's messages, `tree` is what users walk, `supports` answers by
//! name, `rules` checks a request, and `ask` is all that does I/O.

mod ask;
mod read;
mod rules;
mod supports;
mod tree;

use std::collections::BTreeMap;

use crate::nlctrl::{FamilyInfo, OpInfo, PolicyInfo};

pub use self::supports::{Support, Supported};
pub use self::tree::{Attribute, Operation, Policy, Step, Walk};

/// The policies of a family in the running kernel: which operations it has, and what it checks of the
/// attributes of their requests.
///
/// From [`Connection::policy`](crate::Connection::policy). A policy can hold itself, by way of nests, so
/// they are tables that refer to each other by index: [`Policies::operations`] begins a walk through them.
/// Displays as a tree.
///
/// # Examples
/// ```no_run
/// # enum Netdev {}
/// # impl nlkit::Family for Netdev {
/// #     type Protocol = nlkit::Generic;
/// #     const NAME: &'static str = "netdev";
/// # }
/// let mut conn = nlkit::Connection::generic()?;
/// let policies = conn.policy::<Netdev>()?;
/// for operation in policies.operations() {
///     let takes = operation.of_do().map_or(0, |policy| policy.attributes().count());
///     println!("operation {} takes {takes} attributes", operation.id());
/// }
/// # Ok::<(), nlkit::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policies {
    family: Option<FamilyInfo>,
    operations: BTreeMap<u32, Op>,
    tables: BTreeMap<u32, Table>,
}

/// An operation of the kernel's.
#[derive(Clone, Debug, Default, PartialEq)]
struct Op {
    /// Flags of GETFAMILY; `None` where it does not list the operation.
    flags: Option<u32>,
    of_do: Option<u32>,
    of_dump: Option<u32>,
}

/// A policy.
#[derive(Clone, Debug, Default, PartialEq)]
struct Table {
    attributes: BTreeMap<u16, PolicyInfo>,
    /// The highest number that it could list, where that is known. Beyond it there is nothing.
    highest: Option<u32>,
}

/// The way of calling an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Do,
    Dump,
}

impl Op {
    fn policy(&self, mode: Mode) -> Option<u32> {
        match mode {
            Mode::Do => self.of_do,
            Mode::Dump => self.of_dump,
        }
    }

    /// Whether it can be called this way; `None` where that is not told.
    fn can(&self, mode: Mode) -> Option<bool> {
        let bit = match mode {
            Mode::Do => OpInfo::CAN_DO,
            Mode::Dump => OpInfo::CAN_DUMP,
        };
        match self.flags {
            Some(flags) => Some(flags & bit != 0),
            None => self.policy(mode).map(|_| true),
        }
    }
}
