//! What the running kernel says of a family, and the spec that there is for it.

use nlkit::nlctrl::{FamilyInfo, GetFamily, OpInfo, PolicyInfo};
use nlkit::{Connection, Generic, Policies};
use nlkit_codegen::ir::{Checks, Family, Limit, Permission, Protocol};

use crate::args::Common;
use crate::failure::{Failure, code};
use crate::netns::Netns;
use crate::specs::{Specs, similar};

/// A family of the running kernel, with its spec where there is one.
pub(crate) struct Known {
    /// Its name in the kernel.
    pub(crate) name: String,
    pub(crate) spec: Option<Family>,
    pub(crate) info: FamilyInfo,
    pub(crate) policies: Policies,
}

/// Asks for a family, by its name in the kernel or that of its spec's file.
///
/// # Errors
/// Where the kernel does not have it, or it is of a raw protocol.
pub(crate) fn known(family: &str, netns: &Netns, common: &Common) -> Result<Known, Failure> {
    let specs = Specs::new(&common.specs);
    let spec = match specs.find(family) {
        Ok(origin) => Some(origin.resolve()?),
        Err(failure) if failure.is_unknown() => None,
        Err(failure) => return Err(failure),
    };
    if let Some(Family { protocol: Protocol::Raw(number), name, .. }) = &spec {
        let why = "only generic netlink tells what it checks";
        let message = format!("`{name}` is of a raw protocol, {number}: {why}");
        return Err(Failure::new(code::UNKNOWN, message));
    }
    let name = spec.as_ref().map_or(family, |spec| &spec.name).to_owned();
    let mut connection = netns.connect::<Generic>()?;
    let policies = policies(&mut connection, &name)?;
    match policies.family() {
        Some(info) => Ok(Known { info: info.clone(), name, spec, policies }),
        None => Err(absent(&mut connection, &name)),
    }
}

/// Whether the running kernel has a family: asked where an error is to say more, so errors say no.
pub(crate) fn has(name: &str, netns: &Netns) -> bool {
    let policies = netns.connect::<Generic>().and_then(|mut conn| policies(&mut conn, name));
    policies.is_ok_and(|policies| policies.family().is_some())
}

/// That a family of the running kernel has no spec.
pub(crate) fn without_spec(name: &str) -> Failure {
    let what = format!("the running kernel has the family `{name}`, but there is no spec for it");
    Failure::new(code::UNKNOWN, what).help(format_args!(
        "`nlkit policy {name}` shows what the kernel tells of it; \
         `nlkit scaffold {name} -o {name}.yaml` begins a spec"
    ))
}

/// The policies of a family; those of one that the kernel lacks are empty.
///
/// # Errors
/// Of the calls.
pub(crate) fn policies(
    connection: &mut Connection<Generic>,
    name: &str,
) -> Result<Policies, Failure> {
    // GENL_NAMSIZ, with its NUL: the kernel refuses longer names, which no family can have.
    if name.len() > 15 {
        return Ok(Policies::absent());
    }
    Ok(connection.policy_of(name)?)
}

fn absent(connection: &mut Connection<Generic>, name: &str) -> Failure {
    let message = format!("the running kernel has no family `{name}`");
    let failure = Failure::new(code::UNKNOWN, message);
    let families = connection.dump(&GetFamily::default()).and_then(|dump| dump.collect());
    let families: Vec<FamilyInfo> = families.unwrap_or_default();
    let names: Vec<String> =
        families.iter().filter_map(|it| it.name.as_ref()).map(ToString::to_string).collect();
    match similar(name, names.iter().map(String::as_str)) {
        Some(other) => failure.help(format_args!("it has one with a similar name: `{other}`")),
        None => failure.help(
            "`nlkit families` lists those that it has; one of a module comes when that is loaded",
        ),
    }
}

/// Why a kernel tells no policy of a family, in words; `None` where it tells some.
pub(crate) fn why_silent(policies: &Policies) -> Option<&'static str> {
    let mut operations = policies.operations();
    if operations.any(|op| op.of_do().is_some() || op.of_dump().is_some()) {
        return None;
    }
    let ops = policies.family().into_iter().flat_map(|info| &info.ops).flatten();
    let checks = ops.into_iter().any(|op| op.flags.unwrap_or_default() & OpInfo::HAS_POLICY != 0);
    Some(match checks {
        true => "it has policies, but this kernel does not tell them: that came with Linux 5.7",
        false => "it has no policies",
    })
}

/// Who may use an operation, by CTRL_ATTR_OP_FLAGS.
pub(crate) fn permission(info: &FamilyInfo, id: u32) -> Permission {
    let op = info.ops.iter().flatten().find(|op| op.id == Some(id));
    nlkit_dynamic::agreement::permission(op.and_then(|op| op.flags).unwrap_or_default())
}

/// What programs call a permission.
pub(crate) fn permission_name(permission: Permission) -> &'static str {
    match permission {
        Permission::Any => "any",
        Permission::Admin => "admin",
        Permission::NamespaceAdmin => "namespace-admin",
    }
}

/// The limits of a policy as those of a spec, without such as the kind has anyway.
pub(crate) fn checks(info: &PolicyInfo) -> Checks {
    let limit = |number: i128| Limit { number, kernel: None };
    let (lowest, highest) =
        info.kind().and_then(|kind| kind.range()).unwrap_or((i128::MIN, i128::MAX));
    let min = info.min.map(i128::from).or(info.min_signed.map(i128::from));
    let max = info.max.map(i128::from).or(info.max_signed.map(i128::from));
    let mut checks = Checks {
        min: min.filter(|min| *min > lowest).map(limit),
        max: max.filter(|max| *max < highest).map(limit),
        min_len: info.min_len.filter(|min| *min > 0).map(i128::from).map(limit),
        max_len: info.max_len.map(i128::from).map(limit),
        mask: info.mask.or(info.bitfield32_mask.map(u64::from)),
        ..Checks::default()
    };
    if checks.min_len.is_some() && checks.min_len == checks.max_len {
        checks.exact_len = checks.min_len.take();
        checks.max_len = None;
    }
    checks
}
