//! What a comparison found, as data: what is printed and what is given as JSON.

use std::collections::BTreeMap;
use std::ops::AddAssign;

/// What became of one family.
#[derive(Debug)]
pub(crate) struct FamilyDiff {
    /// Its name, the new one where it has another.
    pub(crate) name: String,
    /// What became of it as a whole.
    pub(crate) fate: Fate,
    pub(crate) old: Option<Side>,
    pub(crate) new: Option<Side>,
    pub(crate) changes: Vec<Change>,
}

/// What became of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Added,
    Removed,
    Changed,
    Same,
}

impl Fate {
    pub(crate) const ALL: [Self; 4] = [Self::Added, Self::Removed, Self::Changed, Self::Same];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Same => "same",
        }
    }
}

/// A family as one of the two has it.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) counts: Counts,
}

/// How many of each kind there are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) of: BTreeMap<Item, usize>,
}

impl AddAssign<&Counts> for Counts {
    fn add_assign(&mut self, other: &Counts) {
        for (item, count) in &other.of {
            *self.of.entry(*item).or_default() += count;
        }
    }
}

/// One thing that is not as it was.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) kind: Kind,
    pub(crate) item: Item,
    /// What it is in: the set of an attribute, the enum of an entry.
    pub(crate) of: Option<String>,
    pub(crate) name: String,
    /// What of it is another: `number`, `type`; `None` where it is the whole.
    pub(crate) aspect: Option<&'static str>,
    /// What it was, and what it is.
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
    pub(crate) classes: Classes,
    /// Whether it comes with something that was added or removed as a whole.
    pub(crate) implied: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Added,
    Removed,
    Renamed,
    Changed,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Added, Self::Removed, Self::Renamed, Self::Changed];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
            Self::Changed => "changed",
        }
    }
}

/// Kinds of things that a family has, in the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Item {
    Family,
    Operation,
    /// An attribute in a list of an operation.
    Listed,
    Notification,
    Group,
    Set,
    Attribute,
    SubMessage,
    Format,
    Enum,
    Entry,
    Struct,
    Member,
    Constant,
}

impl Item {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Family => "family",
            Self::Operation => "operation",
            Self::Listed => "listed",
            Self::Notification => "notification",
            Self::Group => "group",
            Self::Set => "set",
            Self::Attribute => "attribute",
            Self::SubMessage => "sub-message",
            Self::Format => "format",
            Self::Enum => "enum",
            Self::Entry => "entry",
            Self::Struct => "struct",
            Self::Member => "member",
            Self::Constant => "constant",
        }
    }

    pub(crate) fn plural(self) -> String {
        match self {
            Self::Family => "families".to_owned(),
            Self::Entry => "entries".to_owned(),
            Self::Listed => "listed attributes".to_owned(),
            _ => format!("{}s", self.name()),
        }
    }
}

/// Whom a change breaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Classes {
    /// Messages of the one mean something else to the other, or nothing.
    pub(crate) wire: bool,
    /// Rust code that uses what is generated does not compile any more.
    pub(crate) api: bool,
}

impl Classes {
    pub(crate) const NONE: Self = Self { wire: false, api: false };
    pub(crate) const WIRE: Self = Self { wire: true, api: false };
    pub(crate) const API: Self = Self { wire: false, api: true };
    pub(crate) const BOTH: Self = Self { wire: true, api: true };

    /// The Rust API, if `breaks`.
    pub(crate) fn api_if(breaks: bool) -> Self {
        Self { wire: false, api: breaks }
    }
}

/// What a change is for who reads of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Added,
    Wire,
    Api,
    Other,
    Docs,
}

impl Class {
    pub(crate) const ALL: [Self; 5] = [Self::Added, Self::Wire, Self::Api, Self::Other, Self::Docs];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Wire => "wire",
            Self::Api => "api",
            Self::Other => "other",
            Self::Docs => "docs",
        }
    }
}

impl Change {
    /// Its classes: `wire` and `api` can come together, the others stand alone.
    pub(crate) fn classes(&self) -> Vec<Class> {
        let Classes { wire, api } = self.classes;
        let breaks = [(wire, Class::Wire), (api, Class::Api)];
        let breaks: Vec<Class> =
            breaks.into_iter().filter(|(breaks, _)| *breaks).map(|(_, class)| class).collect();
        match (breaks.is_empty(), self.kind, self.aspect) {
            (false, _, _) => breaks,
            (true, Kind::Added, _) => vec![Class::Added],
            (true, _, Some("doc")) => vec![Class::Docs],
            (true, _, _) => vec![Class::Other],
        }
    }
}
