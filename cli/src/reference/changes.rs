//! Examples for the changes that people make most, and for protocols without generic netlink, where what a
//! request needs depends on the family. Tests run them, so that they do what they say: on the loopback
//! device, which is everywhere, or with devices called `eth0` and `wg0`. Only that of rings wants hardware.

/// Family, operation, command.
pub(super) const EXAMPLES: [(&str, &str, &str); 23] = [
    (
        "rt-link",
        "newlink",
        "nlkit do rt-link newlink --create --excl ifname=br0 linkinfo.kind=bridge",
    ),
    ("rt-link", "getlink", "nlkit do rt-link getlink ifname=lo"),
    ("rt-link", "setlink", "nlkit do rt-link setlink ifname=eth0 mtu=1400"),
    ("rt-link", "dellink", "nlkit do rt-link dellink ifname=eth0"),
    (
        "rt-addr",
        "newaddr",
        "nlkit do rt-addr newaddr --create --excl ifa-family=2 ifa-index=1 ifa-prefixlen=32 local=192.0.2.1",
    ),
    ("rt-addr", "getaddr", "nlkit do rt-addr getaddr ifa-family=10 address=::1"),
    (
        "rt-addr",
        "deladdr",
        "nlkit do rt-addr deladdr ifa-family=2 ifa-index=1 ifa-prefixlen=32 local=192.0.2.1",
    ),
    (
        "rt-route",
        "newroute",
        "nlkit do rt-route newroute --create --excl rtm-family=2 rtm-dst-len=24 rtm-table=254 rtm-protocol=4 \
         rtm-type=unicast dst=198.51.100.0 oif=1",
    ),
    (
        "rt-route",
        "getroute",
        "nlkit do rt-route getroute rtm-family=2 rtm-dst-len=32 dst=127.0.0.1",
    ),
    (
        "rt-route",
        "delroute",
        "nlkit do rt-route delroute rtm-family=2 rtm-dst-len=24 rtm-table=254 dst=198.51.100.0",
    ),
    (
        "rt-neigh",
        "newneigh",
        "nlkit do rt-neigh newneigh --create --replace ndm-family=2 ndm-ifindex=2 ndm-state=permanent \
         dst=192.0.2.9 lladdr=02:00:00:00:00:01",
    ),
    ("rt-neigh", "getneigh", "nlkit do rt-neigh getneigh ndm-family=2 ndm-ifindex=2 dst=192.0.2.9"),
    ("rt-neigh", "delneigh", "nlkit do rt-neigh delneigh ndm-family=2 ndm-ifindex=2 dst=192.0.2.9"),
    (
        "rt-rule",
        "newrule",
        "nlkit do rt-rule newrule --create --excl family=2 action=to-tbl table=100 priority=1000",
    ),
    ("rt-rule", "delrule", "nlkit do rt-rule delrule family=2 priority=1000"),
    (
        "tc",
        "newqdisc",
        "nlkit do tc newqdisc --create --excl ifindex=1 parent=0xffffffff handle=0x10000 kind=pfifo",
    ),
    ("tc", "delqdisc", "nlkit do tc delqdisc ifindex=1 parent=0xffffffff"),
    (
        "nftables",
        "newtable",
        "nlkit multi nftables batch-begin res-id=10 -- newtable --create nfgen-family=2 name=mine \
         -- batch-end res-id=10",
    ),
    ("nftables", "gettable", "nlkit do nftables gettable nfgen-family=2 name=mine"),
    (
        "nftables",
        "deltable",
        "nlkit multi nftables batch-begin res-id=10 -- deltable nfgen-family=2 name=mine -- batch-end res-id=10",
    ),
    ("ethtool", "rings-set", "nlkit do ethtool rings-set header.dev-name=eth0 rx=512"),
    ("ethtool", "channels-set", "nlkit do ethtool channels-set header.dev-name=eth0 rx-count=1"),
    ("wireguard", "set-device", "nlkit do wireguard set-device ifname=wg0 listen-port=51820"),
];

/// The example of an operation.
pub(super) fn example(family: &str, operation: &str) -> Option<&'static str> {
    let found = EXAMPLES.iter().find(|(of, name, _)| (*of, *name) == (family, operation));
    found.map(|(_, _, example)| *example)
}
