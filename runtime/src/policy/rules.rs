//! Checking a request against the kernel's policies.

use super::{Attribute, Mode, Policies, Policy, Support};
use crate::attrs::{NlAttrs, Set, encode};
use crate::checks::Fault;
use crate::error::{Error, RequestName};
use crate::family::{Do, Dump};
use crate::kind::Kind;
use crate::level::Level;
use crate::raw::RawOperation;
use crate::shape::Shape;
use crate::validate::{Rules, Ruling, Violation, check, of_do, of_dump};

impl Policies {
    /// Checks a request for a do against the policy of the running kernel, as the kernel will.
    ///
    /// It lets pass what the policies do not tell: see [`Support::Unknown`]; the least length of bytes is
    /// told only beside a greatest one. It takes all operations to
    /// check strictly, as newer ones do; others of the kernel's skip attributes that they do not
    /// know in silence, which are refused here.
    ///
    /// # Errors
    /// [`Error::Invalid`], and [`Error::Encode`] where it cannot be put into a message at all.
    pub fn validate<'a, R: Do + NlAttrs<'a>>(&self, request: &R) -> Result<(), Error> {
        self.by_policy(&encode(request)?, R::SET, R::CMD, Mode::Do, of_do::<R>())
    }

    /// As [`Policies::validate`], of a request for a dump.
    ///
    /// # Errors
    /// [`Error::Invalid`], and [`Error::Encode`] where it cannot be put into a message at all.
    pub fn validate_dump<'a, R: Dump + NlAttrs<'a>>(&self, request: &R) -> Result<(), Error> {
        self.by_policy(&encode(request)?, R::SET, R::CMD, Mode::Dump, of_dump::<R>())
    }

    /// As [`Policies::validate`], of a request for an operation that is known only at run time: `body` is its
    /// fixed header and its attributes.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn validate_raw(&self, operation: &RawOperation, body: &[u8]) -> Result<(), Error> {
        let &RawOperation { request, cmd, .. } = operation;
        self.by_policy(body, request, cmd, Mode::Do, operation.request_name())
    }

    /// As [`Policies::validate_raw`], of a request for a dump.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn validate_raw_dump(&self, operation: &RawOperation, body: &[u8]) -> Result<(), Error> {
        let &RawOperation { request, cmd, .. } = operation;
        self.by_policy(body, request, cmd, Mode::Dump, operation.request_name())
    }

    fn by_policy(
        &self,
        bytes: &[u8],
        set: &'static Set,
        cmd: u16,
        mode: Mode,
        name: RequestName,
    ) -> Result<(), Error> {
        let checked = match self.is_of(name.family) {
            true => self.check_message(bytes, set, cmd, mode),
            false => Err(Violation::at(0, Fault::OtherFamily, None)),
        };
        checked.map_err(|violation| violation.of(name))
    }

    /// Checks the attributes of a message, behind its fixed header.
    pub(crate) fn check_message(
        &self,
        bytes: &[u8],
        set: &'static Set,
        cmd: u16,
        mode: Mode,
    ) -> Result<(), Box<Violation>> {
        if self.has(cmd, mode) == Support::No {
            return Err(Violation::at(0, Fault::NoOperation, None));
        }
        match self.of_request(cmd, mode) {
            Some(policy) => check(bytes, set, KernelLevel::new(Some(policy), set)),
            None => Ok(()),
        }
    }
}

/// The attributes at one level of a message, by the kernel's policy and by our tables, which have the
/// names.
#[derive(Clone, Copy)]
pub(super) struct KernelLevel<'p> {
    theirs: Theirs<'p>,
    pub(super) ours: Level,
}

/// What the kernel says of the attributes at one level.
#[derive(Clone, Copy)]
enum Theirs<'p> {
    /// They go by a policy.
    Policy(Policy<'p>),
    /// Each of them is a nest whose attributes go by a policy.
    Entries(Policy<'p>),
    /// Nothing.
    Untold,
}

/// What a policy says of an attribute.
pub(super) enum Listing<'p> {
    /// It lists it.
    Listed(Attribute<'p>),
    /// The attribute is an entry of a list, whose attributes go by a policy.
    Entry(Policy<'p>),
    /// Its number is beyond all that the policy knows.
    Beyond,
    /// It cannot be set (`NLA_REJECT`).
    Rejected,
    /// Nothing.
    Untold,
}

impl<'p> KernelLevel<'p> {
    /// The attributes of a message of `set`.
    pub(super) fn new(policy: Option<Policy<'p>>, set: &'static Set) -> Self {
        let theirs = policy.map_or(Theirs::Untold, Theirs::Policy);
        Self { theirs, ours: Level::Set(set) }
    }

    pub(super) fn listing(self, id: u16) -> Listing<'p> {
        let policy = match self.theirs {
            Theirs::Policy(policy) => policy,
            Theirs::Entries(policy) => return Listing::Entry(policy),
            Theirs::Untold => return Listing::Untold,
        };
        // Kernels list no number of another byte order than the host's.
        let listed = self.ours.meaning(id);
        let swapped = listed.is_some_and(|meaning| matches!(meaning.shape, Shape::Swapped(_)));
        match policy.attribute(id) {
            // NL_ATTR_TYPE_INVALID.
            Some(attribute) if attribute.info().kind == Some(0) => Listing::Rejected,
            Some(attribute) => Listing::Listed(attribute),
            None if policy.is_beyond(id) && !swapped => Listing::Beyond,
            None => Listing::Untold,
        }
    }

    /// The attributes inside of attribute `id`, of which the policy says this.
    pub(super) fn inside(self, id: u16, listing: &Listing<'p>, scope: &[u8]) -> Self {
        let theirs = match listing {
            Listing::Listed(attribute) => match (attribute.kind(), attribute.inside()) {
                (Some(Kind::NestedArray), Some(policy)) => Theirs::Entries(policy),
                (_, Some(policy)) => Theirs::Policy(policy),
                (_, None) => Theirs::Untold,
            },
            Listing::Entry(policy) => Theirs::Policy(*policy),
            Listing::Beyond | Listing::Rejected | Listing::Untold => Theirs::Untold,
        };
        let meaning = self.ours.meaning(id);
        let ours = meaning.map_or(Level::Unknown, |meaning| meaning.inside(scope));
        Self { theirs, ours }
    }

    /// The attributes of the entries, where these are entries of lists. Kernel and spec can see it
    /// differently; then the kernel's policy tells nothing.
    pub(super) fn entries(self) -> Self {
        match (self.ours, self.theirs) {
            (Level::Array(_) | Level::Keyed(_), Theirs::Policy(_)) => {
                Self { theirs: Theirs::Untold, ..self }.entries()
            }
            // Any number will do: all entries are alike.
            (Level::Array(_) | Level::Keyed(_), _) => {
                self.inside(1, &self.listing(1), &[]).entries()
            }
            (_, Theirs::Entries(_)) => Self { theirs: Theirs::Untold, ..self },
            _ => self,
        }
    }
}

impl Rules for KernelLevel<'_> {
    fn header(self) -> usize {
        self.ours.header()
    }

    fn is_scope(self) -> bool {
        self.ours.is_scope()
    }

    fn rule(self, id: u16, scope: &[u8]) -> Ruling<Self> {
        let listing = self.listing(id);
        let inside = self.inside(id, &listing, scope);
        match listing {
            Listing::Listed(attribute) => {
                let told = !matches!(inside.theirs, Theirs::Untold);
                Ruling::Ruled(attribute.rule(), told.then_some(inside))
            }
            Listing::Entry(_) => Ruling::Entry(inside),
            Listing::Beyond => Ruling::Refused(Fault::Unknown),
            Listing::Rejected => Ruling::Refused(Fault::Rejected),
            Listing::Untold => Ruling::Unknown,
        }
    }
}
