//! What a real kernel says of its families: live, by a reader that shares no code with that of the runtime,
//! or from a capture of its answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use nlkit::nlctrl::{self, FamilyInfo, GetFamily, NlCtrl, PolicyInfo};
use nlkit::wire::{GENL_HEADER_LEN, HEADER_LEN, Header, align};
use nlkit::{Connection, Dump, Keyed, NlAttrs, NlString, Policies};

/// A result whose error is for a person.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A policy: what the kernel says of each attribute number.
pub type Policy = BTreeMap<u16, PolicyInfo>;

/// A family of a kernel.
#[derive(Debug, Default)]
pub struct KernelFamily {
    /// Its operations and groups.
    pub info: FamilyInfo,
    /// The policies of its operations, by number; operations without one are not here.
    pub op_policies: BTreeMap<u32, OpPolicy>,
    /// Its policies by index; one that takes no attribute is not here.
    pub policies: BTreeMap<u16, Policy>,
}

/// `CTRL_ATTR_POLICY_DO` and `CTRL_ATTR_POLICY_DUMP`: indices of policies.
#[derive(Clone, Debug, Default, PartialEq, NlAttrs)]
pub struct OpPolicy {
    /// For a do.
    #[nl(id = 1, name = "do")]
    pub of_do: Option<u32>,
    /// For a dump.
    #[nl(id = 2, name = "dump")]
    pub of_dump: Option<u32>,
}

/// CTRL_CMD_GETPOLICY.
#[derive(Default, NlAttrs)]
struct GetPolicy {
    #[nl(id = 2)]
    family_name: Option<NlString>,
}

impl Dump for GetPolicy {
    type Family = NlCtrl;
    type Reply = PolicyMessage;
    const NAME: &'static str = "getpolicy";
    const CMD: u16 = 10;
}

/// Attributes of a policy by number.
type Attributes = Vec<(u16, PolicyInfo)>;

/// One message of the answer: some operations, or one attribute of one policy.
#[derive(Debug, Default, NlAttrs)]
struct PolicyMessage {
    #[nl(id = 8, as = Keyed<Keyed>)]
    policy: Option<Vec<(u16, Attributes)>>,
    #[nl(id = 9, as = Keyed)]
    op_policy: Option<Vec<(u16, OpPolicy)>>,
}

/// The bit of CTRL_ATTR_OP_FLAGS for an operation with a policy, GENL_CMD_CAP_HASPOL.
const HAS_POLICY: u32 = 8;
/// The bit for an operation with a do, GENL_CMD_CAP_DO.
const CAN_DO: u32 = 2;

impl KernelFamily {
    fn new(info: FamilyInfo, messages: Vec<PolicyMessage>) -> Self {
        let mut family = Self { info, ..Self::default() };
        let with_policy =
            family.info.ops.iter().flatten().filter(|op| op.flags.unwrap_or(0) & HAS_POLICY != 0);
        let mut in_order = with_policy.cloned().collect::<Vec<_>>().into_iter();
        for message in messages {
            for (cmd, policy) in message.op_policy.into_iter().flatten() {
                // Kernels up to 6.18 call every operation that can only dump 0. The operations come
                // in the order of GETFAMILY's.
                let op = in_order.find(|op| {
                    let dump_only = op.flags.unwrap_or(0) & CAN_DO == 0;
                    op.id == Some(cmd.into()) || cmd == 0 && dump_only
                });
                let id = op.and_then(|op| op.id).unwrap_or(cmd.into());
                family.op_policies.insert(id, policy);
            }
            for (index, attributes) in message.policy.into_iter().flatten() {
                family.policies.entry(index).or_default().extend(attributes);
            }
        }
        family
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.info.name.as_ref().map(NlString::to_string).unwrap_or_default()
    }
}

/// All families of the running kernel.
///
/// # Errors
/// Of the calls.
pub fn live() -> Result<Vec<KernelFamily>> {
    let mut conn = Connection::generic()?;
    let infos: Vec<FamilyInfo> =
        conn.dump(&GetFamily::default())?.collect::<std::result::Result<_, _>>()?;
    let mut families = Vec::new();
    for info in infos {
        let request = GetPolicy { family_name: info.name.clone() };
        let messages = match conn.dump(&request)?.collect() {
            Ok(messages) => messages,
            // A family without any policy.
            Err(nlkit::Error::Kernel(error)) if error.errno == 61 => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        families.push(KernelFamily::new(info, messages));
    }
    Ok(families)
}

/// The families of the kernel whose answers `folder` holds, with their policies: `getfamily.bin` and, for
/// each family, `policy-NAME.bin`, datagrams as they were received, back to back.
///
/// # Errors
/// Where a file is missing or cannot be decoded.
pub fn captured(folder: &Path) -> Result<Vec<(String, Policies)>> {
    let mut families = Vec::new();
    for info in messages::<FamilyInfo>(&folder.join("getfamily.bin"))? {
        let name = info.name.as_ref().map(NlString::to_string).unwrap_or_default();
        let file = format!("policy-{}.bin", name.replace(['/', ' '], "_"));
        let answer = messages::<nlctrl::PolicyMessage>(&folder.join(file))?;
        families.push((name, Policies::from_messages(info, answer)));
    }
    Ok(families)
}

/// The folders of captures below this one, in the order of their names.
///
/// # Errors
/// Where it cannot be read.
pub fn captures(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut folders: Vec<PathBuf> = entries.collect::<std::result::Result<_, _>>()?;
    folders.sort();
    Ok(folders)
}

/// The messages of a capture, without the control messages at its end.
fn messages<T: for<'a> NlAttrs<'a>>(file: &Path) -> Result<Vec<T>> {
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut rest = bytes.as_slice();
    let mut messages = Vec::new();
    while let Some(header) = Header::parse(rest) {
        let len = usize::try_from(header.len)?;
        if header.kind >= 16 {
            let attrs = rest.get(HEADER_LEN + GENL_HEADER_LEN..len).ok_or("a cut message")?;
            messages.push(nlkit::decode(attrs)?);
        }
        rest = rest.get(align(len)..).unwrap_or_default();
    }
    Ok(messages)
}
