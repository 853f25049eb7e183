//! Places in a YAML document, by path: `attribute-sets`, 3, `attributes`, 5, `name`.

/// A place. Those in one list are in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) steps: Vec<Step>,
}

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

impl Place {
    /// The whole document.
    pub(crate) fn root() -> Self {
        Self::default()
    }

    /// The value of `key` here.
    pub(crate) fn key(&self, key: &str) -> Self {
        self.step(Step::Key(key.to_owned()))
    }

    /// The entry `index` here.
    pub(crate) fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    fn step(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { steps }
    }
}

/// Definition `index`.
pub(crate) fn definition(index: usize) -> Place {
    Place::root().key("definitions").index(index)
}

/// Attribute set `index`.
pub(crate) fn set(index: usize) -> Place {
    Place::root().key("attribute-sets").index(index)
}

/// Operation `index`.
pub(crate) fn operation(index: usize) -> Place {
    Place::root().key("operations").key("list").index(index)
}

/// Multicast group `index`.
pub(crate) fn group(index: usize) -> Place {
    Place::root().key("mcast-groups").key("list").index(index)
}

/// Sub-message `index`.
pub(crate) fn sub_message(index: usize) -> Place {
    Place::root().key("sub-messages").index(index)
}
