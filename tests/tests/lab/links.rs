//! Devices of kinds that come with modules, with `ip` as witness.

use nlkit::{Connection, Modifiers};
use nlkit_specs::rt_link::{
    DellinkRequest, GetlinkDump, GetlinkReply, LinkinfoAttrs, LinkinfoDataMsg, LinkinfoNetkitAttrs,
    NetkitMode, NetkitPolicy, NewlinkRequest,
};
use nlkit_tests::lab::since;
use nlkit_tests::namespace::{in_namespace, ip, ip_json, kernel_error};

/// The modules that bring them.
pub(crate) const MODULES: &[&str] = &[
    "dummy",
    "veth",
    "bridge",
    "bonding",
    "8021q",
    "macvlan",
    "macvtap",
    "ipvlan",
    "vxlan",
    "geneve",
    "ip_gre",
    "ip6_gre",
    "ipip",
    "ip6_tunnel",
    "sit",
    "ip_vti",
    "ip6_vti",
    "vrf",
    "macsec",
    "ifb",
    "xfrm_interface",
];

/// What to give to `ip link add`, in order; the first one is below others.
const LINKS: &[&str] = &[
    "dummy0 type dummy",
    "veth0 type veth peer name veth1",
    "br0 type bridge vlan_filtering 1",
    "bond0 type bond mode 802.3ad miimon 100",
    "vlan0 link dummy0 type vlan id 7 egress-qos-map 1:2 3:4",
    "macvlan0 link dummy0 type macvlan mode bridge",
    "macvtap0 link dummy0 type macvtap mode vepa",
    "ipvlan0 link veth0 type ipvlan mode l3",
    "vxlan0 type vxlan id 42 dev dummy0 group 239.1.1.1 dstport 4789",
    "geneve0 type geneve id 43 remote 192.0.2.9",
    "gretap0x type gretap local 192.0.2.1 remote 192.0.2.2 key 5",
    "gre0x type gre local 192.0.2.1 remote 192.0.2.3 ttl 9",
    "ip6gre0x type ip6gre local 2001:db8::1 remote 2001:db8::2",
    "ipip0x type ipip local 192.0.2.1 remote 192.0.2.4",
    "ip6tnl0x type ip6tnl local 2001:db8::1 remote 2001:db8::3",
    "sit0x type sit local 192.0.2.1 remote 192.0.2.5",
    "vti0x type vti local 192.0.2.1 remote 192.0.2.6 key 7",
    "vti60x type vti6 local 2001:db8::1 remote 2001:db8::4 key 8",
    "vrf0 type vrf table 100",
    "dummy1 type dummy",
    "macsec0 link dummy1 type macsec encrypt off",
    "ifb0x type ifb",
    "xfrm0 type xfrm dev lo if_id 11",
];

/// Makes a device of each kind.
pub(crate) fn make_all() {
    for link in LINKS {
        ip(&format!("link add {link}"));
    }
    if since(6, 12) {
        ip("link add dummy2 type dummy");
        ip("link add hsr0 type hsr slave1 dummy2 slave2 veth1");
    }
}

#[test]
#[ignore = "runs in the lab"]
fn every_kind_of_link_decodes() {
    assert!(in_namespace());
    make_all();
    let mut conn = Connection::route().unwrap();
    let dump = conn.dump(&GetlinkDump::new()).unwrap();
    let found: Vec<GetlinkReply> = dump.map(Result::unwrap).collect();
    let expected = ip_json("link show");
    assert_eq!(found.len(), expected.len());
    let mut unknown = Vec::new();
    for expected in expected {
        let name = expected["ifname"].as_str().unwrap();
        let link = found.iter().find(|link| link.ifname.as_ref().is_some_and(|it| it == name));
        let info = link.unwrap().linkinfo.as_ref();
        let kind = info.and_then(|info| info.kind.as_ref()).map(ToString::to_string);
        assert_eq!(kind.as_deref(), expected["linkinfo"]["info_kind"].as_str(), "{name}");
        if let Some(LinkinfoDataMsg::Unknown(bytes)) = info.and_then(|info| info.data.as_ref()) {
            unknown.push((kind, bytes.clone()));
        }
    }
    assert_eq!(unknown, []);
}

#[test]
#[ignore = "runs in the lab"]
fn a_netkit_is_made_found_and_removed_and_its_policy_is_checked() {
    if !since(6, 12) {
        return;
    }
    assert!(in_namespace());
    // Modules of tunnels put a device of their own into each namespace.
    let before = ip_json("link show").len();
    let mut conn = Connection::route().unwrap();
    let netkit = |policy| {
        let data = LinkinfoNetkitAttrs::new().with_mode(NetkitMode::L2).with_policy(policy);
        let info = LinkinfoAttrs::new().with_data(LinkinfoDataMsg::Netkit(Box::new(data)));
        NewlinkRequest::new().with_ifname("n0").with_linkinfo(info)
    };
    let brand_new = Modifiers::CREATE | Modifiers::EXCL;
    let error = kernel_error(conn.request_with(&netkit(NetkitPolicy(10)), brand_new));
    assert_eq!(error.attribute.as_deref(), Some(".linkinfo.data.policy"), "{error}");
    assert!(error.message.is_some(), "{error}");

    conn.request_with(&netkit(NetkitPolicy::BLACKHOLE), brand_new).unwrap();
    ip("link property add dev n0 altname another-name");
    let links = conn.dump(&GetlinkDump::new()).unwrap().map(Result::unwrap);
    let link = links.into_iter().find(|it| it.ifname.as_ref().unwrap() == "n0").unwrap();
    assert_eq!(link.prop_list.unwrap().alt_ifname, ["another-name"]);
    let Some(LinkinfoDataMsg::Netkit(data)) = link.linkinfo.unwrap().data else { panic!("netkit") };
    assert_eq!((data.mode, data.policy), (Some(NetkitMode::L2), Some(NetkitPolicy::BLACKHOLE)));
    conn.request(&DellinkRequest::new().with_ifname("n0")).unwrap();
    assert_eq!(ip_json("link show").len(), before, "its peer is gone as well");
}
