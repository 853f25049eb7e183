//! What stands around attributes: groups, operations, who may, the fixed header.

use nlkit::nlctrl::{FamilyInfo, OpInfo};
use nlkit::wire::align;
use nlkit_codegen::ir::{Call, Family, Operation, Permission};

use super::{Aspect, Finding, Level, Place};

/// GENL_ADMIN_PERM.
const ADMIN: u32 = 1;
/// GENL_UNS_ADMIN_PERM.
const NAMESPACE_ADMIN: u32 = 16;

pub(super) fn compare(family: &Family, info: &FamilyInfo) -> Vec<Finding> {
    let mut comparison = Comparison { family, info, findings: Vec::new() };
    comparison.groups();
    comparison.header();
    comparison.operations();
    comparison.findings
}

struct Comparison<'c> {
    family: &'c Family,
    info: &'c FamilyInfo,
    findings: Vec<Finding>,
}

impl Comparison<'_> {
    fn find(&mut self, item: &str, aspect: Aspect, level: Level, spec: &str, kernel: &str) {
        let place = Place { item: item.to_owned(), ..Place::default() };
        let (spec, kernel) = (spec.to_owned(), kernel.to_owned());
        self.findings.push(Finding { place, aspect, level, spec, kernel });
    }

    /// What both can have or not.
    fn presence(&mut self, item: &str, aspect: Aspect, ours: bool, theirs: bool) {
        let (no, yes) = if aspect == Aspect::Presence { ("none", "it") } else { ("no", "yes") };
        let (level, spec, kernel) = match (ours, theirs) {
            (false, false) => return,
            (true, true) => (Level::Agrees, yes, yes),
            (true, false) => (Level::NotInKernel, yes, no),
            (false, true) => (Level::NotInSpec, no, yes),
        };
        self.find(item, aspect, level, spec, kernel);
    }

    fn groups(&mut self) {
        let theirs = self.info.groups.iter().flatten().filter_map(|group| group.name.as_ref());
        let theirs: Vec<String> = theirs.map(ToString::to_string).collect();
        for group in &self.family.groups {
            let has = theirs.contains(&group.name);
            self.presence(&format!("group {}", group.name), Aspect::Presence, true, has);
        }
        for group in theirs {
            if !self.family.groups.iter().any(|ours| ours.name == group) {
                self.presence(&format!("group {group}"), Aspect::Presence, false, true);
            }
        }
    }

    /// The fixed header, which the kernel has for the whole family.
    fn header(&mut self) {
        let calls = self.family.operations.iter().flat_map(calls);
        let headers = calls.map(|call| {
            call.request.header.as_ref().map_or(0, |header| {
                let found = self.family.structs.iter().find(|item| item.name == header.name);
                found.map_or(0, |item| align(item.len))
            })
        });
        let Some(ours) = headers.max() else { return };
        let theirs = self.info.hdrsize.unwrap_or_default();
        let theirs = align(usize::try_from(theirs).unwrap_or_default());
        if ours == 0 && theirs == 0 {
            return;
        }
        let level = if ours == theirs { Level::Agrees } else { Level::Wrong };
        let bytes = |len: usize| format!("{len} bytes");
        self.find("fixed header", Aspect::Header, level, &bytes(ours), &bytes(theirs));
    }

    fn operations(&mut self) {
        let theirs: Vec<&OpInfo> = self.info.ops.iter().flatten().collect();
        let newest = theirs.iter().filter_map(|op| op.id).max().unwrap_or(0);
        for op in &theirs {
            let id = op.id.unwrap_or_default();
            let is_it = |call: &Call| u32::from(call.request_id) == id;
            let ours = self.family.operations.iter().find(|op| calls(op).any(is_it));
            match ours {
                Some(ours) => self.operation(ours, id, op.flags.unwrap_or_default()),
                None => {
                    let item = format!("operation {id}");
                    self.find(&item, Aspect::Presence, Level::NotInSpec, "none", "it");
                }
            }
        }
        for op in &self.family.operations {
            let mut ids: Vec<u32> = calls(op).map(|call| call.request_id.into()).collect();
            ids.dedup();
            for id in ids.into_iter().filter(|id| !theirs.iter().any(|op| op.id == Some(*id))) {
                let level = if id > newest { Level::Newer } else { Level::NotInKernel };
                let item = format!("operation {} ({id})", op.name);
                self.find(&item, Aspect::Presence, level, "it", "none");
            }
        }
    }

    /// An operation that both have, by its number.
    fn operation(&mut self, ours: &Operation, id: u32, flags: u32) {
        let item = format!("operation {} ({id})", ours.name);
        let is_it = |call: &Option<Call>| {
            call.as_ref().is_some_and(|call| u32::from(call.request_id) == id)
        };
        self.find(&item, Aspect::Presence, Level::Agrees, "it", "it");
        self.presence(&item, Aspect::Do, is_it(&ours.once), flags & OpInfo::CAN_DO != 0);
        self.presence(&item, Aspect::Dump, is_it(&ours.dump), flags & OpInfo::CAN_DUMP != 0);
        let theirs = permission(flags);
        let level = match (ours.permission, theirs) {
            (ours, theirs) if ours == theirs => Level::Agrees,
            // Kernels begin with the stricter of these two, and have the other later.
            (Permission::NamespaceAdmin, Permission::Admin) => Level::Newer,
            _ => Level::Wrong,
        };
        let words = |permission: Permission| permission.capability().unwrap_or("everybody");
        self.find(&item, Aspect::Permission, level, words(ours.permission), words(theirs));
    }
}

fn calls(op: &Operation) -> impl Iterator<Item = &Call> {
    [&op.once, &op.dump].into_iter().flatten()
}

/// Who may use an operation, by its flags in CTRL_ATTR_OP_FLAGS.
pub fn permission(flags: u32) -> Permission {
    match (flags & NAMESPACE_ADMIN != 0, flags & ADMIN != 0) {
        (true, _) => Permission::NamespaceAdmin,
        (false, true) => Permission::Admin,
        (false, false) => Permission::Any,
    }
}
