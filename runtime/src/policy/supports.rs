//! Whether the running kernel has something, by the names of the spec.

use super::rules::{KernelLevel, Listing};
use super::{Mode, Policies, Policy};
use crate::attrs::{NlAttrs, Set};
use crate::family::{Do, Dump, Family};
use crate::level::Level;
use crate::raw::RawOperation;

/// Whether the running kernel has something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Support {
    /// It has.
    Yes,
    /// It has not.
    No,
    /// Its policies do not tell; only trying will.
    ///
    /// So it is of attributes where an operation has no policy, or where the kernel tells none, which
    /// it does from 5.7 on; of an attribute that the policy does not list, but has a place for: one
    /// without a check, or a number in network byte order; of what a nest or a
    /// sub-message holds that no policy looks into; of the values of an attribute without limits; and of
    /// a path that the request's type does not have.
    Unknown,
}

impl Support {
    fn of(known: Option<bool>) -> Self {
        match known {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unknown,
        }
    }
}

impl Policies {
    /// What the running kernel supports of a single request (do).
    ///
    /// # Examples
    /// ```no_run
    /// # use nlkit::{nlctrl::{GetFamily, NlCtrl}, Support};
    /// let mut conn = nlkit::Connection::generic()?;
    /// let policies = conn.policy::<NlCtrl>()?;
    /// let getfamily = policies.of_do::<GetFamily>();
    /// assert_eq!(getfamily.operation(), Support::Yes);
    /// assert_eq!(getfamily.attribute("family-name"), Support::Yes);
    /// # Ok::<(), nlkit::Error>(())
    /// ```
    pub fn of_do<R: Do + for<'a> NlAttrs<'a>>(&self) -> Supported<'_> {
        self.supported(R::SET, <R::Family as Family>::NAME, R::CMD, Mode::Do)
    }

    /// What the running kernel supports of a request for a dump.
    pub fn of_dump<R: Dump + for<'a> NlAttrs<'a>>(&self) -> Supported<'_> {
        self.supported(R::SET, <R::Family as Family>::NAME, R::CMD, Mode::Dump)
    }

    /// What the running kernel supports of a single request for an operation that is known only at run time.
    pub fn of_raw_do(&self, operation: &RawOperation) -> Supported<'_> {
        self.supported(operation.request, operation.family, operation.cmd, Mode::Do)
    }

    /// As [`Policies::of_raw_do`], of a request for a dump.
    pub fn of_raw_dump(&self, operation: &RawOperation) -> Supported<'_> {
        self.supported(operation.request, operation.family, operation.cmd, Mode::Dump)
    }

    fn supported(&self, set: &'static Set, family: &str, cmd: u16, mode: Mode) -> Supported<'_> {
        Supported { policies: self, set, cmd, mode, ours: self.is_of(family) }
    }

    /// Whether these can be the policies of a family: those of one that the kernel does not have are
    /// anybody's.
    pub(super) fn is_of(&self, family: &str) -> bool {
        let name = self.family().and_then(|known| known.name.as_ref());
        name.is_none_or(|name| *name == family)
    }

    /// Whether an operation can be called this way.
    pub(super) fn has(&self, cmd: u16, mode: Mode) -> Support {
        match self.operations.get(&cmd.into()) {
            Some(op) => Support::of(op.can(mode)),
            None => Support::No,
        }
    }

    pub(super) fn of_request(&self, cmd: u16, mode: Mode) -> Option<Policy<'_>> {
        self.policy(self.operations.get(&cmd.into())?.policy(mode)?)
    }
}

/// What the running kernel supports of a request: [`Policies::of_do`], [`Policies::of_dump`].
#[derive(Clone, Copy, Debug)]
pub struct Supported<'p> {
    policies: &'p Policies,
    set: &'static Set,
    cmd: u16,
    mode: Mode,
    /// Whether the policies are those of the request's family.
    ours: bool,
}

impl Supported<'_> {
    /// Whether there is the operation. A family that the kernel does not have has none; of a request of
    /// another family than that of the policies nothing is known.
    pub fn operation(&self) -> Support {
        if self.ours { self.policies.has(self.cmd, self.mode) } else { Support::Unknown }
    }

    /// Whether the request can have an attribute: its path by the names of the spec, `header.flags`,
    /// through lists with a position or without, `peers.allowedips.ipaddr`. Paths as errors have
    /// them do as well: `.peers[2].allowedips[0].ipaddr`.
    pub fn attribute(&self, path: &str) -> Support {
        match self.operation() {
            Support::Yes => self.find(path).map_or(Support::Unknown, |listing| match listing {
                Listing::Listed(_) => Support::Yes,
                Listing::Beyond | Listing::Rejected => Support::No,
                Listing::Entry(_) | Listing::Untold => Support::Unknown,
            }),
            other => other,
        }
    }

    /// Whether an attribute, which is a number, can have this value: that of an enum, or bits of flags.
    /// It is in the range or mask of the kernel's policy; where there is neither, that is unknown.
    pub fn value(&self, path: &str, value: impl Into<i128>) -> Support {
        match (self.attribute(path), self.find(path)) {
            (Support::Yes, Some(Listing::Listed(attribute))) => {
                Support::of(attribute.rule().takes(value.into()))
            }
            (other, _) => other,
        }
    }

    /// What the policies say of an attribute; `None` of a path that there is not.
    fn find(&self, path: &str) -> Option<Listing<'_>> {
        let policy = self.policies.of_request(self.cmd, self.mode);
        let mut level = KernelLevel::new(policy, self.set);
        let mut found = None;
        for name in path.trim_start_matches('.').split('.') {
            let name = name.split_once('[').map_or(name, |(name, _)| name);
            if found.is_some() {
                level = level.entries();
            }
            let (Level::Set(set) | Level::InOrder(set)) = level.ours else { return None };
            let entry = set.entries.iter().find(|entry| entry.name == name)?;
            let listing = level.listing(entry.id);
            if matches!(listing, Listing::Beyond | Listing::Rejected) {
                return Some(listing);
            }
            level = level.inside(entry.id, &listing, &[]);
            found = Some(listing);
        }
        found
    }
}
