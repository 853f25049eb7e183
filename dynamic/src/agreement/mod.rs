//! Whether a kernel agrees with a spec: what it tells of a family, by CTRL_CMD_GETFAMILY and
//! CTRL_CMD_GETPOLICY, against what the spec says.
//!
//! `limits` has the rules of types and limits, `attributes` walks policies and sets side by side,
//! `family` compares all around them.

mod attributes;
mod family;
mod limits;

use std::fmt;

use nlkit::Policies;
use nlkit_codegen::ir::{Family, Protocol};

pub use self::attributes::set_inside;
pub use self::family::permission;

/// All that a spec and a kernel say of a family, fact by fact: what agrees, too.
///
/// Policies tell what requests take. Of replies and notifications the kernel says nothing, so they are not
/// compared; nor is a family of a raw protocol, which has no policies to ask for.
///
/// # Examples
/// ```no_run
/// use nlkit_codegen::Builder;
/// use nlkit_dynamic::agreement::{self, Level};
///
/// let spec = Builder::new().resolve("specs/netdev.yaml").expect("a spec");
/// let policies = nlkit::Connection::generic()?.policy_of(&spec.name)?;
/// for finding in agreement::compare(&spec, &policies) {
///     if finding.level == Level::Wrong {
///         println!("{finding}");
///     }
/// }
/// # Ok::<(), nlkit::Error>(())
/// ```
pub fn compare(family: &Family, policies: &Policies) -> Vec<Finding> {
    let whole = |level, kernel: &str| Finding {
        place: Place::default(),
        aspect: Aspect::Presence,
        level,
        spec: family.name.clone(),
        kernel: kernel.to_owned(),
    };
    match (family.protocol, policies.family()) {
        (Protocol::Raw(_), _) => {
            vec![whole(Level::NotChecked, "no policies to ask for in a raw protocol")]
        }
        (_, None) => vec![whole(Level::NotInKernel, "no such family")],
        (_, Some(info)) => {
            let mut findings = family::compare(family, info);
            findings.extend(attributes::compare(family, policies));
            findings
        }
    }
}

/// What a spec and a kernel say of one thing.
///
/// Displays as a line: `rings-set do .header.flags: bits: the spec says 0x3, the kernel 0x7`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where it is.
    pub place: Place,
    /// What it is about.
    pub aspect: Aspect,
    /// Whether they agree.
    pub level: Level,
    /// What the spec says; empty where it says nothing.
    pub spec: String,
    /// What the kernel says; empty where it says nothing.
    pub kernel: String,
}

/// Where a finding is; empty where it is about the family.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// A group, an operation, or a call: `group mgmt`, `operation dev-get`, `dev-get do`.
    pub item: String,
    /// How many other calls go by the same policy.
    pub others: usize,
    /// The attribute, by its path: `.header.flags`.
    pub path: String,
    /// The set that holds it.
    pub set: Option<String>,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aspect {
    /// Whether there is such a thing.
    Presence,
    /// Whether an operation takes a single request.
    Do,
    /// Whether an operation can be dumped.
    Dump,
    /// Who may ask.
    Permission,
    /// The length of the fixed header.
    Header,
    /// The type of an attribute.
    Type,
    /// The lowest value.
    Min,
    /// The highest value.
    Max,
    /// The shortest length.
    MinLen,
    /// The greatest length.
    MaxLen,
    /// The bits that may be set.
    Bits,
    /// What a nest holds.
    Inside,
}

impl Aspect {
    /// Its name: `min-len`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Presence => "presence",
            Self::Do => "do",
            Self::Dump => "dump",
            Self::Permission => "permission",
            Self::Header => "header",
            Self::Type => "type",
            Self::Min => "min",
            Self::Max => "max",
            Self::MinLen => "min-len",
            Self::MaxLen => "max-len",
            Self::Bits => "bits",
            Self::Inside => "inside",
        }
    }

    /// Whether it is a limit of values, lengths or bits.
    pub fn is_limit(self) -> bool {
        matches!(self, Self::Min | Self::Max | Self::MinLen | Self::MaxLen | Self::Bits)
    }
}

/// Whether spec and kernel agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// They say the same.
    Agrees,
    /// The kernel does not tell.
    NotChecked,
    /// The spec is newer: its number is above all that the kernel has, or the administrator of a namespace
    /// may, too.
    Newer,
    /// The kernel has not what the spec has, among what is older and newer.
    NotInKernel,
    /// The spec has not what the kernel has.
    NotInSpec,
    /// They contradict each other.
    Wrong,
}

impl Level {
    /// All of them, the worst one first.
    pub const ALL: [Self; 6] = [
        Self::Wrong,
        Self::NotInSpec,
        Self::NotInKernel,
        Self::Newer,
        Self::NotChecked,
        Self::Agrees,
    ];

    /// Its name: `not-in-kernel`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::NotChecked => "not-checked",
            Self::Newer => "newer",
            Self::NotInKernel => "not-in-kernel",
            Self::NotInSpec => "not-in-spec",
            Self::Wrong => "wrong",
        }
    }
}

impl Place {
    /// Whether the finding is about the family as a whole.
    pub fn is_family(&self) -> bool {
        self.item.is_empty()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.item)?;
        if self.others > 0 {
            write!(f, " (and {} more)", self.others)?;
        }
        if self.path.is_empty() { Ok(()) } else { write!(f, " {}", self.path) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, aspect, spec, kernel, .. } = self;
        let place = place.to_string();
        if !place.is_empty() {
            write!(f, "{place}: ")?;
        }
        if *aspect != Aspect::Presence {
            write!(f, "{}: ", aspect.name())?;
        }
        let presence = *aspect == Aspect::Presence;
        match (spec.as_str(), kernel.as_str(), self.level) {
            (_, kernel, Level::NotInSpec) if presence => {
                write!(f, "the spec has none, the kernel has {kernel}")
            }
            (_, kernel, _) if presence => write!(f, "the kernel has {kernel}"),
            ("", kernel, _) => write!(f, "the kernel says {kernel}"),
            (spec, "", _) => write!(f, "the spec says {spec}, the kernel does not tell"),
            (spec, kernel, Level::Agrees) if spec == kernel => f.write_str(spec),
            (spec, kernel, _) => write!(f, "the spec says {spec}, the kernel {kernel}"),
        }
    }
}
