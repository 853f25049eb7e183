//! What of a sound spec may not be meant so: nothing here keeps code from being generated.
//!
//! Each lint reads what the spec says and what it resolved to, and is found by name.

mod docs;
mod layout;
mod lists;
mod unused;

use std::collections::BTreeMap;

use crate::catalogue::{Code, Errors};
use crate::ir::Family;
use crate::report::Severity;
use crate::spec::Spec;

/// Something that a spec may have and not mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lint {
    /// `unused-set`: no operation, attribute or format has the set.
    UnusedSet,
    /// `unused-definition`: no attribute, member, header or limit has the enum, the flags or the struct.
    UnusedDefinition,
    /// `unused-sub-message`: no attribute has the sub-message.
    UnusedSubMessage,
    /// `listed-twice`: a list of attributes has one twice.
    ListedTwice,
    /// `not-an-attribute`: a list of attributes has a name that is none, and is passed over.
    NotAnAttribute,
    /// `c-layout`: C would lay a struct out in another way, unless it is packed there.
    CLayout,
    /// `no-group`: a family has multicast groups, and nothing says in which this is told.
    NoGroup,
    /// `missing-doc`: a set, a definition or a group has no docs.
    MissingDoc,
}

/// What is done about a lint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing.
    Allow,
    /// It is a warning.
    Warn,
    /// It is an error.
    Deny,
}

impl Lint {
    /// All that there are.
    pub const ALL: &[Self] = &[
        Self::UnusedSet,
        Self::UnusedDefinition,
        Self::UnusedSubMessage,
        Self::ListedTwice,
        Self::NotAnAttribute,
        Self::CLayout,
        Self::NoGroup,
        Self::MissingDoc,
    ];

    /// Its stable name, which is the code of its diagnostics.
    pub fn name(self) -> &'static str {
        self.code().name()
    }

    /// What is done about it where nobody says otherwise.
    pub fn level(self) -> Level {
        match self {
            // The kernel's own specs seldom have them, and mean nothing by it.
            Self::NoGroup | Self::MissingDoc => Level::Allow,
            _ => Level::Warn,
        }
    }

    fn code(self) -> Code {
        match self {
            Self::UnusedSet => Code::UnusedSet,
            Self::UnusedDefinition => Code::UnusedDefinition,
            Self::UnusedSubMessage => Code::UnusedSubMessage,
            Self::ListedTwice => Code::ListedTwice,
            Self::NotAnAttribute => Code::NotAnAttribute,
            Self::CLayout => Code::CLayout,
            Self::NoGroup => Code::NoGroup,
            Self::MissingDoc => Code::MissingDoc,
        }
    }
}

/// What is done about each lint; by default what [`Lint::level`] says.
///
/// ```
/// use nlkit_codegen::{Builder, Level, Levels, Lint, Severity};
///
/// let spec = "
/// name: lamp
/// doc: Lamps.
/// definitions: [{ name: mode, type: enum, entries: [off, on] }]
/// attribute-sets: []
/// operations: { list: [] }
/// ";
/// let mut levels = Levels::default();
/// let report = Builder::new().check_str("lamp.yaml", spec, &levels);
/// let found = report.diagnostics().first().unwrap();
/// assert_eq!((found.code(), found.severity()), ("unused-definition", Severity::Warning));
///
/// levels.set(Lint::UnusedDefinition, Level::Allow);
/// assert!(Builder::new().check_str("lamp.yaml", spec, &levels).is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    levels: BTreeMap<Lint, Level>,
}

impl Levels {
    /// Says what is done about a lint.
    pub fn set(&mut self, lint: Lint, level: Level) {
        self.levels.insert(lint, level);
    }

    /// Makes errors of all that would be warnings.
    pub fn deny_warnings(&mut self) {
        for lint in Lint::ALL {
            if self.of(*lint) == Level::Warn {
                self.set(*lint, Level::Deny);
            }
        }
    }

    fn of(&self, lint: Lint) -> Level {
        self.levels.get(&lint).copied().unwrap_or(lint.level())
    }
}

/// All that the lints find that are not allowed.
pub(crate) fn lint(spec: &Spec, family: &Family, levels: &Levels) -> Errors {
    let mut found = Errors::default();
    unused::lint(spec, &mut found);
    lists::lint(spec, family, &mut found);
    layout::lint(spec, family, &mut found);
    docs::lint(spec, &mut found);
    let level = |code| {
        let lint = Lint::ALL.iter().find(|lint| lint.code() == code);
        lint.map_or(Level::Deny, |lint| levels.of(*lint))
    };
    found.drafts.retain(|draft| level(draft.code) != Level::Allow);
    for draft in &mut found.drafts {
        draft.severity = match level(draft.code) {
            Level::Deny => Severity::Error,
            Level::Warn | Level::Allow => Severity::Warning,
        };
    }
    found
}
