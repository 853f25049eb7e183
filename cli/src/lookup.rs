//! Specs and family ids for decoding, found when they are needed.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use nlkit::Connection;
use nlkit::nlctrl::{self, FamilyInfo};
use nlkit_dynamic::Family;
use nlkit_dynamic::decoder::Lookup;

use crate::failure::Failure;
use crate::protocol::GENERIC;
use crate::specs::{Origin, Specs};

/// Which families of generic netlink have which ids: what the user says, then the running kernel.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    given: Vec<(u16, String)>,
    /// What the kernel says; asked once, and only if it matters.
    kernel: Option<Vec<(u16, String)>>,
}

impl Ids {
    /// Those that the user gives; without the kernel where `offline`.
    pub(crate) fn new(given: Vec<(u16, String)>, offline: bool) -> Self {
        Self { given, kernel: offline.then(Vec::new) }
    }

    /// Those of families that the kernel has told of already.
    pub(crate) fn of(families: &[FamilyInfo]) -> Self {
        Self { given: Vec::new(), kernel: Some(pairs(families)) }
    }

    /// The name of the family that has this id.
    pub(crate) fn name_of(&mut self, id: u16) -> Option<String> {
        let by_id = |all: &[(u16, String)]| all.iter().find(|it| it.0 == id).map(|it| it.1.clone());
        by_id(&self.given).or_else(|| by_id(self.kernel()))
    }

    /// The id of the family that has this name.
    pub(crate) fn id_of(&mut self, name: &str) -> Option<u16> {
        let by_name = |all: &[(u16, String)]| all.iter().find(|it| it.1 == name).map(|it| it.0);
        let controller = (name == "nlctrl").then_some(nlctrl::ID);
        controller.or_else(|| by_name(&self.given)).or_else(|| by_name(self.kernel()))
    }

    /// Without one that answers, there are no names.
    fn kernel(&mut self) -> &[(u16, String)] {
        self.kernel.get_or_insert_with(|| {
            let families = Connection::generic().and_then(|mut conn| conn.families());
            pairs(&families.unwrap_or_default())
        })
    }
}

fn pairs(families: &[FamilyInfo]) -> Vec<(u16, String)> {
    families.iter().filter_map(|it| Some((it.id?, it.name.as_ref()?.to_string()))).collect()
}

/// Finds specs where the command line says, each resolved once.
#[derive(Debug)]
pub(crate) struct SpecLookup {
    specs: Specs,
    origins: BTreeMap<String, Origin>,
    /// `None` of one that is wrong, which has been told.
    resolved: HashMap<String, Option<&'static Family>>,
    of_protocol: HashMap<u16, Vec<&'static Family>>,
    ids: Rc<RefCell<Ids>>,
}

impl SpecLookup {
    /// All specs that there are, and these ids.
    ///
    /// # Errors
    /// Where a file or folder that was named cannot be read.
    pub(crate) fn new(specs: Specs, ids: Rc<RefCell<Ids>>) -> Result<Self, Failure> {
        let origins = specs.all()?;
        Ok(Self { specs, origins, resolved: HashMap::new(), of_protocol: HashMap::new(), ids })
    }

    /// The family that the user names.
    ///
    /// # Errors
    /// Where there is none, or its spec is wrong.
    pub(crate) fn named(&mut self, name: &str) -> Result<&'static Family, Failure> {
        let ir = self.specs.family(name)?;
        if let Some(Some(known)) = self.resolved.get(&ir.name) {
            return Ok(known);
        }
        let name = ir.name.clone();
        let family = Family::new(ir);
        self.resolved.insert(name, Some(family));
        Ok(family)
    }

    fn family(&mut self, name: &str) -> Option<&'static Family> {
        if let Some(known) = self.resolved.get(name) {
            return *known;
        }
        let origin = self.origins.get(name)?;
        // What is wrong with it is told on stderr; its messages are shown as bytes then.
        let family = match origin.resolve() {
            Ok(ir) => Some(Family::new(ir)),
            Err(failure) => {
                failure.report();
                None
            }
        };
        self.resolved.insert(name.to_owned(), family);
        family
    }

    /// The names of the families without generic netlink, by what their specs begin with: resolving all
    /// of them would take its time.
    fn names_of(&self, protocol: u16) -> Vec<String> {
        let is_of = |origin: &Origin| {
            let Ok((_, text)) = origin.read() else { return false };
            let mut lines = text.lines().take_while(|line| !line.starts_with("operations:"));
            let number = lines.find_map(|line| line.strip_prefix("protonum:"));
            number.and_then(|number| number.split('#').next()?.trim().parse().ok())
                == Some(protocol)
        };
        let of_protocol = self.origins.iter().filter(|(_, origin)| is_of(origin));
        of_protocol.map(|(name, _)| name.clone()).collect()
    }
}

impl Lookup for SpecLookup {
    fn generic(&mut self, name: &str) -> Option<&'static Family> {
        self.family(name)
    }

    fn name_of(&mut self, id: u16) -> Option<String> {
        self.ids.borrow_mut().name_of(id)
    }

    fn raw(&mut self, protocol: u16) -> Vec<&'static Family> {
        if let Some(known) = self.of_protocol.get(&protocol) {
            return known.clone();
        }
        let names = if protocol == GENERIC { Vec::new() } else { self.names_of(protocol) };
        let families: Vec<_> = names.iter().filter_map(|name| self.family(name)).collect();
        self.of_protocol.insert(protocol, families.clone());
        families
    }
}
