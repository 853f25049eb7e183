//! Our specs against what real kernels report of themselves: operation numbers, what can be done
//! and dumped and by whom, groups, and for each request the numbers, types, ranges and nests of its
//! attributes. The running kernel, and captures of others (`NLKIT_CAPTURES`, `NLKIT_POLICIES`).
//!
//! A difference fails, unless it is listed in [`EXCEPTIONS`] with its reason.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use nlkit::Kind;
use nlkit::nlctrl::PolicyInfo;
use nlkit_codegen::ir::{Attribute, Family, Limit, Number, Permission, Scalar, Set, Type, Width};
use nlkit_tests::kernel::{self, CAN_DO, CAN_DUMP, KernelFamily, Policy};
use nlkit_tests::skip::{folder, skip};

mod exceptions;

use exceptions::{EXCEPTIONS, Exception, PARTIAL};

/// The bits of CTRL_ATTR_OP_FLAGS that say who may.
const ADMIN: u32 = 1;
const NAMESPACE_ADMIN: u32 = 16;

fn specs() -> Vec<Family> {
    let families = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/families");
    let mut files: Vec<_> = fs::read_dir(families).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| nlkit_codegen::Builder::new().resolve(file).unwrap()).collect()
}

#[test]
fn the_running_kernel_agrees() {
    match kernel::live() {
        Ok(families) => assert_agreement(&compare("live", &families)),
        Err(error) => skip(&format!("no generic netlink here: {error}")),
    }
}

#[test]
fn captured_kernels_agree() {
    let Some(captures) = folder("NLKIT_CAPTURES") else { return };
    let mut kernels: Vec<_> = fs::read_dir(captures).unwrap().map(|e| e.unwrap().path()).collect();
    kernels.sort();
    let differences = kernels.iter().flat_map(|folder| {
        let name = folder.file_name().unwrap().to_str().unwrap();
        compare(name, &kernel::captured(folder).unwrap())
    });
    let differences: Vec<_> = differences.collect();
    for Exception { family, differences: reads, .. } in EXCEPTIONS {
        for reads in *reads {
            let shown = differences.iter().any(|(_, of, found)| of == family && found == reads);
            assert!(shown, "no captured kernel shows {family}: {reads}; drop the exception");
        }
    }
    assert_agreement(&differences);
}

/// Kernel, family and how they differ.
type Difference = (String, String, String);

/// All differences between our specs and a kernel's families.
fn compare(kernel: &str, families: &[KernelFamily]) -> Vec<Difference> {
    let (mut found, mut compared) = (Vec::new(), Vec::new());
    for spec in specs() {
        let Some(theirs) = families.iter().find(|family| family.name() == spec.name) else {
            println!("{kernel}: has no family {}", spec.name);
            continue;
        };
        let mut comparison = Comparison { spec: &spec, theirs, differences: BTreeSet::new() };
        let facts = comparison.run();
        compared.push(format!("{} ({facts} facts)", spec.name));
        let differences = comparison.differences.into_iter();
        found.extend(differences.map(|it| (kernel.to_owned(), spec.name.clone(), it)));
    }
    println!("{kernel}: {}", compared.join(", "));
    assert!(!compared.is_empty(), "{kernel} has none of our families");
    found
}

fn assert_agreement(differences: &[Difference]) {
    let (excepted, failures): (Vec<_>, Vec<_>) =
        differences.iter().partition(|(kernel, family, reads)| exception(kernel, family, reads));
    println!("{} differences are listed exceptions", excepted.len());
    let text =
        failures.iter().map(|(kernel, family, reads)| format!("{kernel}: {family}: {reads}"));
    let text: Vec<_> = text.collect();
    assert!(text.is_empty(), "{} differences\n{}", text.len(), text.join("\n"));
}

fn exception(kernel: &str, family: &str, difference: &str) -> bool {
    EXCEPTIONS.iter().any(|exception| {
        let Exception { kernels, family: of, differences, .. } = exception;
        let of_kernel = kernels.is_empty() || kernels.contains(&kernel);
        of_kernel && *of == family && differences.contains(&difference)
    })
}

#[test]
fn exceptions_have_reasons_and_specs() {
    let specs = specs();
    for Exception { family, differences, why, .. } in EXCEPTIONS {
        assert!(specs.iter().any(|spec| spec.name == *family), "{family}");
        assert!(why.len() > 10, "{family}: {differences:?}: no reason");
    }
}

/// A family of ours beside the kernel's.
struct Comparison<'c> {
    spec: &'c Family,
    theirs: &'c KernelFamily,
    differences: BTreeSet<String>,
}

/// A call of ours, and the policy that the kernel has for it.
struct PolicyOf<'c> {
    op: &'c str,
    mode: &'static str,
    index: u32,
    set: &'c Set,
    request: &'c [Attribute],
}

impl<'c> Comparison<'c> {
    /// Compares all there is, and counts what was compared.
    fn run(&mut self) -> usize {
        self.groups() + self.operations() + self.policies()
    }

    fn differ(&mut self, difference: String) {
        self.differences.insert(difference);
    }

    fn groups(&mut self) -> usize {
        let theirs = self.theirs.info.groups.iter().flatten();
        let theirs: BTreeSet<_> =
            theirs.map(|group| group.name.as_ref().unwrap().to_string()).collect();
        let ours: BTreeSet<_> = self.spec.groups.iter().map(|group| group.name.clone()).collect();
        for group in theirs.symmetric_difference(&ours) {
            self.differ(format!("group {group}"));
        }
        theirs.len()
    }

    fn operations(&mut self) -> usize {
        let theirs: Vec<_> = self.theirs.info.ops.iter().flatten().cloned().collect();
        let newest = theirs.iter().filter_map(|op| op.id).max().unwrap_or(0);
        for op in &theirs {
            let (id, flags) = (op.id.unwrap(), op.flags.unwrap_or(0));
            self.operation(id, flags);
        }
        for op in &self.spec.operations {
            let calls = [&op.once, &op.dump].into_iter().flatten();
            for id in calls.map(|call| u32::from(call.request_id)) {
                // One that was added later has a higher number than all that the kernel knows.
                if id <= newest && !theirs.iter().any(|theirs| theirs.id == Some(id)) {
                    self.differ(format!("operation {} ({id}) is not in the kernel", op.name));
                }
            }
        }
        theirs.len() * 4
    }

    fn operation(&mut self, id: u32, flags: u32) {
        let of = |call: &Option<nlkit_codegen::ir::Call>| {
            call.as_ref().is_some_and(|call| u32::from(call.request_id) == id)
        };
        let operations = &self.spec.operations;
        let Some(op) = operations.iter().find(|op| of(&op.once) || of(&op.dump)) else {
            if !self.is_only_named(id) {
                self.differ(format!("operation {id} is not in the spec"));
            }
            return;
        };
        let permission = match flags & (ADMIN | NAMESPACE_ADMIN) {
            0 => Permission::Any,
            ADMIN => Permission::Admin,
            _ => Permission::NamespaceAdmin,
        };
        let name = &op.name;
        let mut differences = Vec::new();
        if of(&op.once) != (flags & CAN_DO != 0) {
            differences.push(format!("{name}: do"));
        }
        if of(&op.dump) != (flags & CAN_DUMP != 0) {
            differences.push(format!("{name}: dump"));
        }
        if op.permission != permission {
            differences.push(format!("{name}: permission {permission:?}"));
        }
        self.differences.extend(differences);
    }

    /// Whether the spec has the number of an operation that it does not describe.
    fn is_only_named(&self, id: u32) -> bool {
        let names = PARTIAL.iter().find(|(family, _)| *family == self.spec.name);
        let names =
            names.and_then(|(_, names)| self.spec.enums.iter().find(|it| it.name == *names));
        names.is_some_and(|names| names.entries.iter().any(|entry| entry.value == u64::from(id)))
    }

    fn policies(&mut self) -> usize {
        let calls = self.calls();
        calls.iter().map(|call| self.request(call, &calls)).sum()
    }

    /// The calls of ours that the kernel has a policy for.
    fn calls(&self) -> Vec<PolicyOf<'c>> {
        let mut calls = Vec::new();
        for op in &self.spec.operations {
            for (mode, call) in [("do", &op.once), ("dump", &op.dump)] {
                let Some(call) = call else { continue };
                let policies = self.theirs.op_policies.get(&call.request_id.into());
                let index = policies.and_then(|policies| match mode {
                    "do" => policies.of_do,
                    _ => policies.of_dump,
                });
                let set = self.spec.sets.iter().find(|set| Some(&set.name) == op.set.as_ref());
                if let Some(index) = index {
                    let (op, request) = (op.name.as_str(), call.request.attributes.as_slice());
                    calls.push(PolicyOf { op, mode, index, set: set.unwrap(), request });
                }
            }
        }
        calls
    }

    /// The policy of a request: it takes the attributes of the request, and no other.
    fn request(&mut self, call: &PolicyOf<'c>, calls: &[PolicyOf<'c>]) -> usize {
        let place = format!("{} {}", call.op, call.mode);
        let none = Policy::new();
        let index = u16::try_from(call.index).unwrap();
        let policy = self.theirs.policies.get(&index).unwrap_or(&none);
        let newest = policy.keys().max().copied().unwrap_or(0);
        for attribute in call.request {
            if attribute.id <= newest && !policy.contains_key(&attribute.id) {
                self.differ(format!("{place}: does not take {}", attribute.name));
            }
        }
        let sharing: Vec<_> = calls.iter().filter(|other| other.index == call.index).collect();
        let ids = |of: &PolicyOf<'_>| of.request.iter().map(|it| it.id).collect::<BTreeSet<_>>();
        // One policy for operations with different lists says nothing of what each takes. That of
        // the do and the dump of one operation has what either takes.
        if sharing.iter().all(|other| other.op == call.op || ids(other) == ids(call)) {
            let listed: BTreeSet<_> = sharing.iter().flat_map(|other| ids(other)).collect();
            for (id, _) in
                policy.iter().filter(|(id, info)| is_taken(info) && !listed.contains(*id))
            {
                let name = call.set.attributes.iter().find(|attribute| attribute.id == *id);
                let name = name.map_or(id.to_string(), |attribute| attribute.name.clone());
                self.differ(format!("{place}: takes {name} too"));
            }
        }
        let sets: Vec<_> = sharing.iter().map(|other| other.set).collect();
        self.attributes(&sets, policy, &mut BTreeSet::from([call.index]))
    }

    /// The attributes of a policy, each in the first of these sets that has it, and those in its
    /// nests.
    fn attributes(&mut self, sets: &[&Set], policy: &Policy, seen: &mut BTreeSet<u32>) -> usize {
        let mut facts = 0;
        for (id, info) in policy.iter().filter(|(_, info)| is_taken(info)) {
            facts += 1;
            let mut found = sets.iter().flat_map(|set| {
                let of_set = set.attributes.iter().filter(|attribute| attribute.id == *id);
                of_set.map(|attribute| (&set.name, attribute))
            });
            let Some((set, attribute)) = found.next() else {
                let set = sets.first().map_or("", |set| &set.name);
                self.differ(format!("attribute {id} of {set} is not in the spec"));
                continue;
            };
            let path = format!("{set}.{}", attribute.name);
            let kind = info.kind().map_or("unknown", Kind::name);
            if !kinds(&attribute.ty).contains(&kind) {
                self.differ(format!("{path} is {kind}"));
            }
            self.range(&path, attribute, info);
            if let (Some(inner), Some(index)) = (nest(&attribute.ty), info.policy)
                && seen.insert(index)
            {
                let set = self.spec.sets.iter().find(|set| set.name == inner).unwrap();
                let inner = self.theirs.policies.get(&u16::try_from(index).unwrap());
                facts += inner.map_or(0, |inner| self.attributes(&[set], inner, seen));
            }
        }
        facts
    }

    /// The ranges that the spec gives; what only the kernel knows is left out.
    fn range(&mut self, path: &str, attribute: &Attribute, info: &PolicyInfo) {
        let min = info.min.map(i128::from).or(info.min_signed.map(i128::from));
        let max = info.max.map(i128::from).or(info.max_signed.map(i128::from));
        let checks = &attribute.checks;
        for (what, ours, theirs) in [
            ("min", &checks.min, min),
            ("max", &checks.max, max),
            ("min-len", &checks.min_len, info.min_len.map(i128::from)),
            ("max-len", &checks.max_len, info.max_len.map(i128::from)),
            ("exact-len", &checks.exact_len, info.max_len.map(i128::from)),
        ] {
            if let (Some(Limit { number, kernel: None }), Some(theirs)) = (ours, theirs)
                && *number != theirs
            {
                self.differ(format!("{path}: {what} {theirs}"));
            }
        }
    }
}

/// `NLA_REJECT` stands in policies, too.
fn is_taken(info: &PolicyInfo) -> bool {
    info.kind != Some(0)
}

/// The set inside an attribute.
fn nest(ty: &Type) -> Option<&str> {
    match ty {
        Type::Nest { set, .. } | Type::InOrder { set, .. } => Some(set),
        Type::IndexedArray(inner) => nest(inner),
        _ => None,
    }
}

/// The kernel's names of the types that an attribute of ours can have there.
fn kinds(ty: &Type) -> &'static [&'static str] {
    match ty {
        Type::Flag => &["flag"],
        Type::Scalar(Scalar { number, .. }) | Type::Ipv4Scalar(Scalar { number, .. }) => {
            match number {
                Number::Unsigned(Width::W8) => &["u8"],
                Number::Unsigned(Width::W16) => &["u16"],
                Number::Unsigned(Width::W32) => &["u32"],
                Number::Unsigned(Width::W64) => &["u64"],
                Number::Signed(Width::W8) => &["s8"],
                Number::Signed(Width::W16) => &["s16"],
                Number::Signed(Width::W32) => &["s32"],
                Number::Signed(Width::W64) => &["s64"],
                Number::Uint => &["uint"],
                Number::Sint => &["sint"],
            }
        }
        Type::String => &["string", "nul-string"],
        Type::Binary | Type::HwAddr | Type::Array(_) | Type::Struct(_) => &["binary"],
        // Families with policies that can be asked for have none.
        Type::SubMessage { .. } => &[],
        Type::Ipv4 | Type::Ipv6 | Type::Ip => &["binary"],
        Type::Bitfield32 { .. } => &["bitfield32"],
        Type::Nest { .. } | Type::InOrder { .. } | Type::Keyed(_) => &["nested"],
        Type::IndexedArray(_) => &["nested-array", "nested"],
        Type::Unused | Type::Pad => &[],
    }
}

/// What our types make of the captures is what an independent decoder made of them.
#[test]
fn captures_decode_as_elsewhere() {
    let (Some(captures), Some(policies)) = (folder("NLKIT_CAPTURES"), folder("NLKIT_POLICIES"))
    else {
        return;
    };
    let mut compared = 0;
    for kernel in fs::read_dir(&captures).unwrap().map(|entry| entry.unwrap()) {
        for family in kernel::captured(&kernel.path()).unwrap() {
            let stem = family.name().replace(['/', ' '], "_");
            let file = policies.join(kernel.file_name()).join(format!("{stem}.json"));
            let text = fs::read_to_string(&file).unwrap();
            let theirs: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(theirs["id"], family.info.id.unwrap(), "{}", file.display());
            for op in theirs["ops"].as_array().unwrap() {
                let cmd = u32::try_from(op["cmd"].as_u64().unwrap()).unwrap();
                let policy = family.op_policies.get(&cmd).cloned().unwrap_or_default();
                let index = |key: &str| op.get(key).and_then(serde_json::Value::as_u64);
                assert_eq!(index("do"), policy.of_do.map(u64::from), "{}: {cmd}", file.display());
                assert_eq!(index("dump"), policy.of_dump.map(u64::from));
            }
            for (index, policy) in &family.policies {
                for (id, info) in policy {
                    let entry = &theirs["policies"][index.to_string()][id.to_string()];
                    let kind = entry["type"].as_str().map(|kind| kind.replace('_', "-"));
                    assert_eq!(kind.as_deref(), info.kind().map(Kind::name), "{}", file.display());
                    let policy = entry.get("policy").and_then(serde_json::Value::as_u64);
                    assert_eq!(policy, info.policy.map(u64::from));
                    let mask = entry.get("mask").and_then(serde_json::Value::as_u64);
                    assert_eq!(mask, info.mask.or(info.bitfield32_mask.map(u64::from)));
                    compared += 1;
                }
            }
        }
    }
    println!("{compared} attributes of policies are as elsewhere");
    assert!(compared > 1000);
}
