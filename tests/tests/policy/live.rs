//! The running kernel: its policies read, and its verdict on requests against ours.

use std::collections::BTreeMap;
use std::fmt::Debug;

use nlkit::nlctrl::{GetPolicy, NlCtrl, PolicyMessage};
use nlkit::{
    Connection, Do, Error, Family, Fault, Generic, KernelError, NlAttrs, Policies, Support,
    Violation, describe,
};
use nlkit_specs::{ethtool, mptcp_pm, netdev, nlctrl, ovpn, psp, tcp_metrics, team, wireguard};
use nlkit_tests::any_bytes::AnyBytes;
use nlkit_tests::kernel;
use nlkit_tests::lab::Lab;
use nlkit_tests::namespace::in_namespace;
use nlkit_tests::random::Random;
use nlkit_tests::raw;
use nlkit_tests::skip::{absent, skip};

/// A connection, where the machine has generic netlink.
fn connect() -> Option<Connection<Generic>> {
    match Connection::generic() {
        Ok(conn) => Some(conn),
        Err(error) => {
            skip(&format!("no generic netlink here: {error}"));
            None
        }
    }
}

#[test]
fn the_running_kernels_policies_are_as_another_reader_has_them() {
    compare_readers();
}

fn compare_readers() {
    let Some(mut conn) = connect() else { return };
    let mut attributes = 0;
    for theirs in kernel::live().unwrap() {
        let Some(ours) = policies_of(&mut conn, &theirs.name()) else { continue };
        for (cmd, op) in &theirs.op_policies {
            let operation = ours.operation(*cmd).unwrap();
            assert_eq!(operation.of_do().map(|policy| policy.index()), op.of_do);
            assert_eq!(operation.of_dump().map(|policy| policy.index()), op.of_dump);
        }
        for (index, policy) in &theirs.policies {
            for (id, info) in policy {
                let table = ours.policy((*index).into()).unwrap();
                assert_eq!(table.attribute(*id).unwrap().info(), info, "{} {id}", theirs.name());
                attributes += 1;
            }
        }
    }
    assert!(attributes > 20, "{attributes}");
}

fn policies_of(conn: &mut Connection<Generic>, name: &str) -> Option<Policies> {
    let policies = match name {
        "wireguard" => conn.policy::<wireguard::Family>(),
        "team" => conn.policy::<team::Family>(),
        "ovpn" => conn.policy::<ovpn::Family>(),
        "netdev" => conn.policy::<netdev::Family>(),
        "ethtool" => conn.policy::<ethtool::Family>(),
        "nlctrl" => conn.policy::<NlCtrl>(),
        "tcp_metrics" => conn.policy::<tcp_metrics::Family>(),
        "mptcp_pm" => conn.policy::<mptcp_pm::Family>(),
        _ => return None,
    };
    Some(policies.unwrap())
}

#[test]
fn a_family_that_the_kernel_lacks_supports_nothing() {
    let Some(mut conn) = connect() else { return };
    if conn.family::<psp::Family>().is_ok() {
        return absent("kernel without psp");
    }
    let policies = conn.policy::<psp::Family>().unwrap();
    assert!(policies.family().is_none());
    assert_eq!(policies.of_do::<psp::DevGetRequest>().operation(), Support::No);
}

/// In kernels up to 6.18 the answer for one operation does not name the policy of a dump that takes no
/// attribute; it is not taken for a dump that does not exist.
#[test]
fn an_answer_for_one_operation_leaves_the_other_policies_unknown() {
    let Some(mut conn) = connect() else { return };
    let Ok(family) = conn.family::<netdev::Family>().cloned() else {
        return absent("family netdev");
    };
    let request = GetPolicy { op: Some(1), ..Policies::request("netdev") };
    let messages: Vec<PolicyMessage> =
        conn.dump(&request).unwrap().collect::<Result<_, _>>().unwrap();
    let policies = Policies::from_messages(family, messages);
    let (of_do, of_dump) =
        (policies.of_do::<netdev::DevGetRequest>(), policies.of_dump::<netdev::DevGetDump>());
    assert_eq!([of_do.operation(), of_dump.operation()], [Support::Yes; 2]);
    assert_eq!(of_do.attribute("ifindex"), Support::Yes);
    assert_eq!(policies.of_dump::<netdev::QueueGetDump>().attribute("ifindex"), Support::Unknown);
    // All at once, nothing is missing.
    let policies = conn.policy::<netdev::Family>().unwrap();
    assert!(policies.operation(1).unwrap().of_dump().is_some());
    assert!(policies.operation(12).unwrap().of_dump().is_some());
}

/// What the kernel says where a policy refuses.
const POLICY_ERRORS: &[&str] = &[
    "Unknown attribute type",
    "Attribute failed policy validation",
    "integer out of range",
    "invalid attribute length",
    "reserved bit set",
    "NLA_F_NESTED is missing",
    "NLA_F_NESTED not expected",
    "binary attribute size out of range",
    "bytes leftover after parsing attributes",
    "Array element too short",
    UNLISTED,
];

/// What it says of an attribute that it does not list, where the operation is strict. The policy does not
/// tell whether it is, so we let it pass.
const UNLISTED: &str = "Unsupported attribute";

/// What it says with a policy beside, where it lists the attribute. What it does not list is what can never
/// be set, and numbers in network order; we let them pass.
const WITH_POLICY: &[&str] = &[
    "Attribute failed policy validation",
    "integer out of range",
    "invalid attribute length",
    "NLA_F_NESTED not expected",
];

/// How often the verdicts were what.
type Counts = BTreeMap<String, usize>;

/// Checks requests of any bytes here, and has the kernel check them.
struct Judge<'c> {
    conn: &'c mut Connection<Generic>,
    random: Random,
    counts: Counts,
}

impl Judge<'_> {
    fn compare<R>(&mut self)
    where
        R: Do + for<'a> NlAttrs<'a>,
        R::Family: Family<Protocol = Generic>,
        R::Reply: Debug,
    {
        let policies = self.conn.policy::<R::Family>().unwrap();
        if policies.of_do::<R>().operation() != Support::Yes {
            return absent(R::NAME);
        }
        let strict = self.is_strict::<R>();
        for _ in 0..400 {
            let mut bytes = self.random.message(R::SET, 3);
            if self.random.below(4) == 0 {
                self.random.damage(&mut bytes);
            }
            // What has no whole header is cut by netlink itself.
            bytes.resize(nlkit::wire::align(bytes.len()), 0);
            let shown = format!("{} {}", R::NAME, describe(&bytes, R::SET));
            let request = AnyBytes::<R>::new(bytes);
            let ours = match policies.validate(&request) {
                Ok(()) => None,
                Err(Error::Invalid(violation)) => Some(*violation),
                Err(error) => panic!("{error}"),
            };
            let theirs = self.verdict(&request);
            let verdict = judge(ours.as_ref(), theirs.as_ref(), strict);
            let verdict = verdict.unwrap_or_else(|why| {
                panic!("{shown}: {why}\nours: {ours:?}\ntheirs: {theirs:?}\n{policies}")
            });
            *self.counts.entry(verdict).or_default() += 1;
        }
    }

    /// Whether the operation refuses what it does not know.
    fn is_strict<R>(&mut self) -> bool
    where
        R: Do + for<'a> NlAttrs<'a>,
        R::Family: Family<Protocol = Generic>,
    {
        let request = AnyBytes::<R>::new(raw::attr(999, &[]));
        self.verdict(&request).is_some()
    }

    /// The kernel's error, where a policy refuses.
    fn verdict<R>(&mut self, request: &AnyBytes<R>) -> Option<KernelError>
    where
        R: Do + for<'a> NlAttrs<'a>,
        R::Family: Family<Protocol = Generic>,
    {
        match self.conn.request(request) {
            Err(Error::Kernel(error)) => {
                let message = error.message.as_ref().map(ToString::to_string).unwrap_or_default();
                POLICY_ERRORS.contains(&message.as_str()).then_some(*error)
            }
            _ => None,
        }
    }
}

/// Whether our verdict can stand beside the kernel's.
fn judge(
    ours: Option<&Violation>,
    theirs: Option<&KernelError>,
    strict: bool,
) -> Result<String, String> {
    let message = |error: &KernelError| error.message.as_ref().unwrap().to_string();
    match (ours, theirs) {
        (_, Some(theirs)) if message(theirs) == UNLISTED => Ok(UNLISTED.to_owned()),
        (_, Some(theirs))
            if theirs.policy.is_none() && WITH_POLICY.contains(&message(theirs).as_str()) =>
        {
            Ok("an attribute that is not listed".to_owned())
        }
        // A least length alone is in no policy.
        (_, Some(theirs))
            if message(theirs) == "binary attribute size out of range"
                && theirs.policy.as_ref().is_some_and(|policy| policy.min_len.is_none()) =>
        {
            Ok("a limit that is not told".to_owned())
        }
        (None, None) => Ok("both take it".to_owned()),
        (None, Some(_)) => Err("the kernel's policy refuses it, and we do not".to_owned()),
        (Some(ours), None) => match ours.fault {
            // What is left over behind the entries of a list it does not look at.
            Fault::Malformed if ours.attribute.ends_with(']') => {
                Ok("the rest of a list".to_owned())
            }
            _ if strict => Err("we refuse it, and the kernel's policy does not".to_owned()),
            // What operations that do not check strictly let pass.
            Fault::Unknown | Fault::NotMarked | Fault::Marked | Fault::Malformed => {
                Ok(format!("an operation that is not strict takes {:?}", ours.fault))
            }
            Fault::Length(_) => Ok("an operation that is not strict takes a length".to_owned()),
            _ => Err("we refuse it, and the kernel does not".to_owned()),
        },
        // Which of several faults it sees first differs where it does not look at all.
        (Some(_), Some(_)) if !strict => Ok("both refuse it, not strictly".to_owned()),
        (Some(ours), Some(theirs)) => {
            let mine = (ours.errno(), ours.kernel_message().to_owned());
            if mine != (theirs.errno, message(theirs)) {
                return Err(format!("{mine:?}"));
            }
            match &theirs.attribute {
                Some(attribute) if *attribute != ours.attribute => {
                    Err("another attribute".to_owned())
                }
                _ => Ok(format!("both refuse it: {}", mine.1)),
            }
        }
    }
}

#[test]
fn our_verdict_on_any_request_is_the_kernels() {
    if in_namespace() {
        compare_verdicts();
    }
}

#[test]
fn linux_6_1() {
    boot("6.1", "wireguard,team");
}

#[test]
fn linux_6_12() {
    boot("6.12", "wireguard,team");
}

#[test]
fn linux_7_2() {
    boot("7.2", "wireguard,team,ovpn");
}

fn boot(kernel: &'static str, modules: &'static str) {
    Lab { kernel, modules, programs: &[] }.run();
}

#[test]
#[ignore = "runs under the lab's kernels"]
fn our_verdict_is_that_of_the_labs_kernel() {
    assert!(in_namespace());
    compare_verdicts();
}

#[test]
#[ignore = "runs under the lab's kernels"]
fn the_policies_of_the_labs_kernel_are_as_another_reader_has_them() {
    compare_readers();
}

fn compare_verdicts() {
    let Some(mut conn) = connect() else { return };
    let random = Random(0x9e37_79b9_7f4a_7c15);
    let mut judge = Judge { conn: &mut conn, random, counts: Counts::new() };
    judge.compare::<nlctrl::GetfamilyRequest>();
    judge.compare::<netdev::DevGetRequest>();
    judge.compare::<netdev::QueueGetRequest>();
    judge.compare::<netdev::NapiGetRequest>();
    judge.compare::<netdev::NapiSetRequest>();
    judge.compare::<netdev::PagePoolGetRequest>();
    judge.compare::<ethtool::RingsGetRequest>();
    judge.compare::<ethtool::RingsSetRequest>();
    judge.compare::<ethtool::CoalesceSetRequest>();
    judge.compare::<ethtool::LinkinfoGetRequest>();
    judge.compare::<ethtool::LinkstateGetRequest>();
    judge.compare::<ethtool::ChannelsSetRequest>();
    judge.compare::<ethtool::PauseSetRequest>();
    judge.compare::<ethtool::ModuleEepromGetRequest>();
    judge.compare::<wireguard::SetDeviceRequest>();
    judge.compare::<team::OptionsSetRequest>();
    judge.compare::<ovpn::PeerNewRequest>();
    judge.compare::<tcp_metrics::GetRequest>();
    judge.compare::<tcp_metrics::DelRequest>();
    judge.compare::<mptcp_pm::GetLimitsRequest>();
    judge.compare::<mptcp_pm::SetLimitsRequest>();
    judge.compare::<mptcp_pm::AddAddrRequest>();
    judge.compare::<mptcp_pm::GetAddrRequest>();
    println!("{:#?}", judge.counts);
    let refused = judge.counts.iter().filter(|(verdict, _)| verdict.starts_with("both refuse"));
    let refused: usize = refused.map(|(_, count)| count).sum();
    assert!(refused > 500 && judge.counts["both take it"] > 500, "{:#?}", judge.counts);
}
