//! Checking a request before it is sent, and one that was received: one walk over its bytes, with the
//! rules of our own tables or of the kernel's policy.

use std::fmt;

use crate::attrs::{NlAttrs, Set, encode};
use crate::checks::{Fault, Rule};
use crate::error::{Error, RequestName};
use crate::family::{Do, Dump, Family};
use crate::level::{Level, located};
use crate::path::path_to;
use crate::raw::RawOperation;
use crate::wire::{ATTR_HEADER_LEN, MAX_NESTING};

/// A request that breaks a rule, of the family's spec or of the running kernel's policy.
///
/// Displays as `netdev dev-get: .ifindex: 0 is out of range (u32, 1 to 4294967295)`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Family and operation of the request; `None` of a message on its own.
    pub request: Option<RequestName>,
    /// The attribute, from the message's top level: `.peers[2].allowedips[0].ipaddr`. Empty where it
    /// is the message itself.
    pub attribute: String,
    /// Where the attribute's header begins, in bytes, from where the fixed header begins, or the first
    /// attribute where there is none.
    pub offset: usize,
    /// What is wrong.
    pub fault: Fault,
    /// What the attribute should be, as far as there is a rule of it.
    pub rule: Option<Rule>,
}

impl Violation {
    /// The errno that a kernel refuses such a request with, positive: `ERANGE`, `EINVAL`.
    ///
    /// It is that of operations which check strictly, as all newer ones do; others can take lengths and
    /// attributes without a word.
    pub fn errno(&self) -> i32 {
        self.fault.errno(self.rule.as_ref())
    }

    /// What a kernel says to it in its extended ACK: `integer out of range`. Empty where it says
    /// nothing.
    pub fn kernel_message(&self) -> &'static str {
        self.fault.message(self.rule.as_ref())
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(request) = &self.request {
            write!(f, "{request}: ")?;
        }
        if !self.attribute.is_empty() {
            write!(f, "{}: ", self.attribute)?;
        }
        self.fault.fmt(f)?;
        self.rule.map_or(Ok(()), |rule| write!(f, " ({rule})"))
    }
}

impl std::error::Error for Violation {}

/// Checks a request for a do against its family's spec: ranges, lengths, bits, wherever the spec tells
/// them. It asks no kernel; [`Policies::validate`](crate::Policies::validate) goes by the running one.
///
/// # Errors
/// [`Error::Invalid`], and [`Error::Encode`] where it cannot be put into a message at all.
///
/// # Examples
/// ```
/// # use nlkit::{Attr, DecodeError, Entry, Field, Native, NlAttrs, Set, Writer};
/// # #[derive(Default)] struct SetLevel { level: Option<u32> }
/// # impl<'a> NlAttrs<'a> for SetLevel {
/// #     const SET: &'static Set = &Set::new("SetLevel", &[
/// #         Entry::of::<Option<u32>, Native>(1, "level").with_checks(&nlkit::Checks::NONE.min(1).max(100)),
/// #     ]);
/// #     fn put(&self, out: &mut Writer<'_>) { Field::<Native>::put(&self.level, 1, out); }
/// #     fn set(&mut self, _: Attr<'a>) -> Result<(), DecodeError> { Ok(()) }
/// # }
/// # enum Lamp {}
/// # impl nlkit::Family for Lamp {
/// #     type Protocol = nlkit::Generic;
/// #     const NAME: &'static str = "lamp";
/// # }
/// # impl nlkit::Do for SetLevel {
/// #     type Family = Lamp;
/// #     type Reply = ();
/// #     const NAME: &'static str = "set";
/// #     const CMD: u16 = 1;
/// # }
/// let error = nlkit::validate(&SetLevel { level: Some(120) }).unwrap_err();
/// assert_eq!(error.to_string(), "lamp set: .level: 120 is out of range (u32, 1 to 100)");
/// ```
pub fn validate<'a, R: Do + NlAttrs<'a>>(request: &R) -> Result<(), Error> {
    by_spec(request, of_do::<R>())
}

/// As [`validate`], of a request for a dump.
///
/// # Errors
/// [`Error::Invalid`], and [`Error::Encode`] where it cannot be put into a message at all.
pub fn validate_dump<'a, R: Dump + NlAttrs<'a>>(request: &R) -> Result<(), Error> {
    by_spec(request, of_dump::<R>())
}

/// As [`validate`], of a request for an operation that is known only at run time: `body` is its fixed header and
/// its attributes.
///
/// # Errors
/// [`Error::Invalid`].
pub fn validate_raw(operation: &RawOperation, body: &[u8]) -> Result<(), Error> {
    let checked = check_message(body, operation.request);
    checked.map_err(|violation| violation.of(operation.request_name()))
}

fn by_spec<'a, R: NlAttrs<'a>>(request: &R, name: RequestName) -> Result<(), Error> {
    let checked = check_message(&encode(request)?, R::SET);
    checked.map_err(|violation| violation.of(name))
}

pub(crate) fn of_do<R: Do>() -> RequestName {
    RequestName { family: <R::Family as Family>::NAME, operation: R::NAME }
}

pub(crate) fn of_dump<R: Dump>() -> RequestName {
    RequestName { family: <R::Family as Family>::NAME, operation: R::NAME }
}

/// Checks the fixed header and the attributes of a message, as a kernel whose policy is our table would.
pub(crate) fn check_message(bytes: &[u8], set: &'static Set) -> Result<(), Box<Violation>> {
    check(bytes, set, Level::Set(set))
}

/// Checks `bytes`, a message of `set`, by the rules of a level.
pub(crate) fn check<L: Rules>(
    bytes: &[u8],
    set: &'static Set,
    level: L,
) -> Result<(), Box<Violation>> {
    check_level(bytes, 0, level, &[], 0).map_err(|mut violation| {
        let place = path_to(bytes, set, violation.offset);
        violation.attribute = place.map(|place| place.path).unwrap_or_default();
        violation
    })
}

impl Violation {
    /// One whose path is for the end of the walk to tell.
    #[cold]
    pub(crate) fn at(offset: usize, fault: Fault, rule: Option<Rule>) -> Box<Self> {
        Box::new(Self { request: None, attribute: String::new(), offset, fault, rule })
    }

    pub(crate) fn of(mut self: Box<Self>, request: RequestName) -> Error {
        self.request = Some(request);
        Error::Invalid(self)
    }
}

/// The rules of the attributes at one level of a message.
pub(crate) trait Rules: Copy {
    /// Length of what stands before the attributes.
    fn header(self) -> usize;

    /// Whether sub-messages find their selectors here.
    fn is_scope(self) -> bool;

    /// The rule of attribute `id`; `scope` is where selectors stand.
    fn rule(self, id: u16, scope: &[u8]) -> Ruling<Self>;
}

/// What the rules say of an attribute.
pub(crate) enum Ruling<L> {
    /// There is no such attribute, or it cannot be set.
    Refused(Fault),
    /// Nothing is known of it.
    Unknown,
    /// It goes by a rule, and what is in it by those of a level.
    Ruled(Rule, Option<L>),
    /// It is a nest in a list, which need not be marked as one; what is in it goes by a level.
    Entry(L),
}

/// The rules of our own tables.
impl Rules for Level {
    fn header(self) -> usize {
        Level::header(self)
    }

    fn is_scope(self) -> bool {
        Level::is_scope(self)
    }

    fn rule(self, id: u16, scope: &[u8]) -> Ruling<Self> {
        match self.meaning(id) {
            Some(meaning) => {
                let inside = meaning.inside(scope);
                match (self, inside) {
                    (_, Self::Unknown) => Ruling::Ruled(meaning.rule(), None),
                    (Self::Array(_) | Self::Keyed(_), inside) => Ruling::Entry(inside),
                    (_, inside) => Ruling::Ruled(meaning.rule(), Some(inside)),
                }
            }
            None => Ruling::Refused(Fault::Unknown),
        }
    }
}

/// Checks what begins at `start` of the message, in the order in which the kernel does.
fn check_level<L: Rules>(
    bytes: &[u8],
    start: usize,
    level: L,
    scope: &[u8],
    depth: u8,
) -> Result<(), Box<Violation>> {
    let broken = |at, fault| Violation::at(at, fault, None);
    let header = level.header();
    let attrs = bytes.get(header..).ok_or_else(|| broken(start, Fault::NoHeader))?;
    let scope = if level.is_scope() { attrs } else { scope };
    for attr in located(attrs) {
        let attr = attr.map_err(|at| broken(start + header + at, Fault::Malformed))?;
        let at = start + header + attr.at;
        let inside = match level.rule(attr.id, scope) {
            Ruling::Unknown => continue,
            Ruling::Refused(fault) => return Err(broken(at, fault)),
            Ruling::Ruled(rule, inside) => {
                let with_rule = |fault| Violation::at(at, fault, rule.kind.map(|_| rule));
                rule.check(attr.payload, attr.nested).map_err(with_rule)?;
                inside
            }
            Ruling::Entry(_) if (1..ATTR_HEADER_LEN).contains(&attr.payload.len()) => {
                return Err(broken(at, Fault::ShortEntry(attr.payload.len())));
            }
            Ruling::Entry(inside) => Some(inside),
        };
        match inside {
            Some(_) if depth >= MAX_NESTING => return Err(broken(at, Fault::TooDeep)),
            // An empty one has not even a fixed header.
            Some(inside) if !attr.payload.is_empty() => {
                check_level(attr.payload, at + ATTR_HEADER_LEN, inside, scope, depth + 1)?;
            }
            _ => {}
        }
    }
    Ok(())
}
