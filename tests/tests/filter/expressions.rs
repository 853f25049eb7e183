//! Rules of nftables and the expressions that they are made of.

use nlkit::{Connection, Modifiers, Netfilter, SubMessage};
use nlkit_specs::nftables::{
    self as nft, CmpOps, CtKeys, ExprAttrs, ExprOps, MetaKeys, PayloadBase, Registers, VerdictCode,
};
use serde_json::{Value, json};

use crate::nftables::{INET, commit, header, new_chain, new_table, try_commit};
use crate::witness::{in_namespace, nft, nft_can, nft_list, send_over_lo};

/// What the rules below refer to.
const GROUND: &str = "
    add table inet t
    add set inet t s { type ipv4_addr; flags dynamic,timeout; timeout 60s; }
    add map inet t ports { type inet_service : ipv4_addr; elements = { 80 : 10.0.0.1 } }
    add map inet t counters { type ipv4_addr : counter; }
    add map inet t verdicts { type inet_service : verdict; elements = { 22 : accept } }
    add counter inet t c
    add chain inet t sub
    add chain inet t in { type filter hook input priority 0; }
    add chain inet t pre { type filter hook prerouting priority 0; }
    add chain inet t post { type nat hook postrouting priority 100; }
    add chain inet t first { type nat hook prerouting priority -100; }
    add table netdev t
    add chain netdev t in { type filter hook ingress device lo priority 0; }";

/// `NFPROTO_NETDEV`.
const NETDEV: u8 = 5;

/// Rules as nft has them, with their chain and the kinds of expressions that they come to.
const RULES: &[(u8, &str, &str, &str)] = &[
    (INET, "in", "iifname \"lo\" accept", "meta cmp immediate"),
    (INET, "in", "ip ttl >= 5 jump sub", "meta cmp payload cmp immediate"),
    (INET, "in", "tcp dport 10-20 goto sub", "meta cmp payload cmp cmp immediate"),
    (INET, "in", "tcp dport != 10-20 return", "meta cmp payload range immediate"),
    (INET, "in", "ip daddr & 0.0.0.255 == 0.0.0.7 drop", "meta cmp payload bitwise cmp immediate"),
    (INET, "in", "ct state established,related accept", "ct bitwise cmp immediate"),
    (INET, "in", "ct original packets > 100 drop", "ct byteorder cmp immediate"),
    (INET, "in", "ct mark set meta mark", "meta ct"),
    (INET, "in", "meta mark set ct mark << 4", "ct bitwise meta"),
    (INET, "in", "counter packets 5 bytes 600", "counter"),
    (INET, "in", "log prefix \"a b \" level info flags tcp options flags skuid", "log"),
    (INET, "in", "log group 3 snaplen 64 queue-threshold 2", "log"),
    (INET, "in", "limit rate over 10/minute burst 7 packets drop", "limit immediate"),
    (INET, "in", "quota over 20 mbytes drop", "quota immediate"),
    (INET, "in", "counter name \"c\"", "objref"),
    (INET, "in", "counter name ip saddr map @counters", "meta cmp payload objref"),
    (INET, "in", "tcp dport vmap @verdicts", "meta cmp payload lookup"),
    (INET, "in", "ip saddr != @s drop", "meta cmp payload lookup immediate"),
    (INET, "in", "update @s { ip saddr timeout 5s }", "meta cmp payload dynset"),
    (INET, "in", "add @s { ip saddr counter limit rate 1/second }", "meta cmp payload dynset"),
    (INET, "in", "reject with icmpx type admin-prohibited", "reject"),
    (INET, "in", "meta l4proto tcp reject with tcp reset", "meta cmp reject"),
    (INET, "in", "fib saddr . iif oif missing drop", "fib cmp immediate"),
    (INET, "in", "fib daddr type local accept", "fib cmp immediate"),
    (INET, "in", "numgen random mod 10 offset 3 4", "numgen cmp"),
    (INET, "in", "jhash ip saddr mod 8 seed 0xbeef offset 2 3", "meta cmp payload hash cmp"),
    (INET, "in", "symhash mod 2 0", "hash cmp"),
    (INET, "in", "tcp option maxseg size set 1400", "immediate exthdr"),
    (INET, "in", "exthdr frag exists", "meta cmp exthdr cmp"),
    (INET, "in", "rt classid 9", "rt cmp"),
    (INET, "in", "socket transparent 1 accept", "socket cmp immediate"),
    (
        INET,
        "in",
        "tcp dport 80 synproxy mss 1460 wscale 7 sack-perm",
        "meta cmp payload cmp synproxy",
    ),
    (INET, "in", "osf ttl skip name \"Linux\"", "osf cmp"),
    (INET, "in", "ct count over 5 drop", "connlimit immediate"),
    (INET, "in", "ipsec in reqid 1", "xfrm cmp"),
    (INET, "in", "tcp dport set 99", "meta cmp immediate payload"),
    (INET, "pre", "notrack", "notrack"),
    (
        INET,
        "pre",
        "meta l4proto udp tproxy ip to 127.0.0.1:50",
        "meta cmp immediate immediate tproxy",
    ),
    (
        INET,
        "post",
        "meta l4proto tcp masquerade to :1024-2048 random,persistent",
        "meta cmp immediate immediate masq",
    ),
    (
        INET,
        "post",
        "meta l4proto tcp snat ip to 10.0.0.1-10.0.0.5:1-10 fully-random",
        "meta cmp immediate immediate immediate immediate nat",
    ),
    (INET, "first", "dnat ip to tcp dport map @ports", "meta cmp payload lookup nat"),
    (INET, "first", "meta l4proto tcp redirect to :8080", "meta cmp immediate redir"),
    (NETDEV, "in", "dup to \"lo\"", "immediate dup"),
    (NETDEV, "in", "fwd to \"lo\"", "immediate fwd"),
];

/// Kinds that every kernel with nftables has.
const COMMON: &[&str] = &[
    "bitwise",
    "cmp",
    "counter",
    "ct",
    "dynset",
    "immediate",
    "limit",
    "log",
    "lookup",
    "meta",
    "payload",
    "range",
    "reject",
];

fn of_family(family: u8) -> nft::Nfgenmsg {
    nft::Nfgenmsg::new().with_nfgen_family(family)
}

fn rules(conn: &mut Connection<Netfilter>, family: u8, chain: &str) -> Vec<nft::GetruleReply> {
    let dump = nft::GetruleDump::new().with_header(of_family(family));
    let dump = dump.with_table("t").with_chain(chain);
    conn.dump(&dump).unwrap().map(Result::unwrap).collect()
}

fn last_rule(conn: &mut Connection<Netfilter>, family: u8, chain: &str) -> nft::GetruleReply {
    rules(conn, family, chain).pop().expect("a rule")
}

/// The kinds of a rule's expressions. Of each the parameters have to be decoded as its own.
fn kinds(rule: &nft::GetruleReply) -> String {
    let kind = |expr: &ExprAttrs| {
        let name = expr.name.clone().unwrap().to_string();
        let decoded = expr.data.as_ref().and_then(SubMessage::kind);
        assert!(decoded == Some(name.as_str()) || name == "notrack", "{expr:?}");
        name
    };
    let kinds: Vec<_> = rule.expressions.iter().flat_map(|list| &list.elem).map(kind).collect();
    kinds.join(" ")
}

/// What the kernel tells, as it wants to be told: that a `dynset` has expressions it does not tell,
/// and the flags of an `osf` without any and of an `exthdr` that writes it tells, but refuses.
fn as_request(mut list: nft::ExprListAttrs) -> nft::ExprListAttrs {
    for expr in &mut list.elem {
        match &mut expr.data {
            Some(ExprOps::Dynset(dynset)) if dynset.expressions.is_some() => {
                dynset.flags = Some(nft::DynsetFlags::EXPR);
            }
            Some(ExprOps::Exthdr(exthdr)) if exthdr.sreg.is_some() => exthdr.flags = None,
            Some(ExprOps::Osf(osf)) if osf.flags == Some(nft::OsfFlags::default()) => {
                osf.flags = None;
            }
            _ => {}
        }
    }
    list
}

/// What nft shows of the rules of a chain, without what tells them apart.
fn shown(family: &str, chain: &str) -> Vec<Value> {
    let mut rules = nft_list("rule");
    rules.retain(|rule| rule["chain"] == chain && rule["family"] == family);
    rules.iter().map(|rule| rule["expr"].clone()).collect()
}

/// Decoded and sent back as another rule, each expression means to nft what it meant.
#[test]
fn rules_of_nft_come_back_as_they_were() {
    if !in_namespace(&["nft"]) {
        return;
    }
    nft(GROUND);
    let mut conn = Connection::netfilter().unwrap();
    let mut seen = Vec::new();
    for (family, chain, text, expected) in RULES {
        let name = if *family == NETDEV { "netdev" } else { "inet" };
        if let Err(why) = nft_can(&format!("add rule {name} t {chain} {text}")) {
            println!("not here: {text}: {why}");
            continue;
        }
        let rule = last_rule(&mut conn, *family, chain);
        assert_eq!(kinds(&rule), *expected, "{text}");
        seen.extend(expected.split(' '));

        let mut again = nft::NewruleRequest::new().with_header(of_family(*family));
        again = again.with_table("t").with_chain(*chain);
        again.expressions = rule.expressions.clone().map(as_request);
        let last = Modifiers::CREATE | Modifiers::APPEND;
        let added = try_commit(&mut conn, |batch| batch.add(&again, last));
        added.unwrap_or_else(|error| panic!("{text}: {error}: {again:?}"));
        assert_eq!(last_rule(&mut conn, *family, chain).expressions, rule.expressions, "{text}");
        let shown = shown(name, chain);
        assert_eq!(shown[shown.len() - 2], shown[shown.len() - 1], "{text}");
        nft(&format!("flush chain {name} t {chain}"));
    }
    let missing: Vec<_> = COMMON.iter().filter(|kind| !seen.contains(kind)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// An expression, whose name is that of its parameters.
fn expr(data: ExprOps) -> ExprAttrs {
    let name = data.kind().unwrap();
    ExprAttrs::new().with_name(name).with_data(data)
}

fn meta(key: MetaKeys) -> ExprAttrs {
    expr(ExprOps::Meta(Box::new(nft::ExprMetaAttrs::new().with_key(key).with_dreg(1))))
}

fn cmp(op: CmpOps, value: &[u8]) -> ExprAttrs {
    let data = nft::DataAttrs::new().with_value(value);
    expr(ExprOps::Cmp(Box::new(nft::ExprCmpAttrs::new().with_sreg(1).with_op(op).with_data(data))))
}

fn payload(base: PayloadBase, offset: u32, len: u32) -> ExprAttrs {
    let load = nft::ExprPayloadAttrs::new().with_dreg(Registers::REG_1).with_base(base);
    expr(ExprOps::Payload(Box::new(load.with_offset(offset).with_len(len))))
}

fn value(bytes: &[u8]) -> ExprAttrs {
    let data = nft::DataAttrs::new().with_value(bytes);
    expr(ExprOps::Immediate(Box::new(nft::ExprImmediateAttrs::new().with_dreg(1).with_data(data))))
}

pub(crate) fn verdict(verdict: nft::VerdictAttrs) -> ExprAttrs {
    let data = nft::DataAttrs::new().with_verdict(verdict);
    expr(ExprOps::Immediate(Box::new(nft::ExprImmediateAttrs::new().with_dreg(0).with_data(data))))
}

pub(crate) fn code(code: VerdictCode) -> nft::VerdictAttrs {
    nft::VerdictAttrs::new().with_code(code)
}

pub(crate) fn counter(packets: u64, bytes: u64) -> ExprAttrs {
    let counter = nft::ExprCounterAttrs::new().with_packets(packets).with_bytes(bytes);
    expr(ExprOps::Counter(Box::new(counter)))
}

pub(crate) fn new_rule(
    chain: &str,
    expressions: impl IntoIterator<Item = ExprAttrs>,
) -> nft::NewruleRequest {
    let rule = nft::NewruleRequest::new().with_header(header()).with_table("t").with_chain(chain);
    rule.with_expressions(nft::ExprListAttrs::new().with_elem(expressions))
}

/// IPv4 to TCP port 22 in an established connection: count, log, mark and jump.
fn our_expressions() -> Vec<ExprAttrs> {
    let state = nft::ExprCtAttrs::new().with_key(CtKeys::STATE).with_dreg(1);
    let bits = |number: u32| nft::DataAttrs::new().with_value(number.to_ne_bytes());
    let mask = nft::ExprBitwiseAttrs::new().with_sreg(1).with_dreg(1).with_len(4);
    let mask = mask.with_op(nft::BitwiseOps::MASK_XOR).with_mask(bits(2)).with_xor(bits(0));
    let log = nft::LogAttrs::new().with_prefix("ours").with_level(nft::LogLevel::INFO);
    let mark = nft::ExprMetaAttrs::new().with_key(MetaKeys::MARK).with_sreg(1);
    vec![
        meta(MetaKeys::NFPROTO),
        cmp(CmpOps::EQ, &[2]),
        meta(MetaKeys::L4_PROTO),
        cmp(CmpOps::EQ, &[6]),
        payload(PayloadBase::TRANSPORT_HEADER, 2, 2),
        cmp(CmpOps::EQ, &22u16.to_be_bytes()),
        expr(ExprOps::Ct(Box::new(state))),
        expr(ExprOps::Bitwise(Box::new(mask))),
        cmp(CmpOps::NEQ, &[0; 4]),
        counter(7, 800),
        expr(ExprOps::Log(Box::new(log))),
        value(&0x20u32.to_ne_bytes()),
        expr(ExprOps::Meta(Box::new(mark))),
        verdict(code(VerdictCode::JUMP).with_chain("sub")),
    ]
}

#[test]
fn a_rule_of_ours_is_shown_as_it_is_meant() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let rule = new_rule("in", our_expressions()).with_userdata(b"\x00\x05mine\x00");
    commit(&mut conn, |batch| {
        batch.add(&new_table("t"), Modifiers::CREATE)?;
        batch.add(&new_chain("t", "in"), Modifiers::CREATE)?;
        batch.add(&new_chain("t", "sub"), Modifiers::CREATE)?;
        batch.add(&rule, Modifiers::CREATE | Modifiers::APPEND)
    });
    let shown = &nft_list("rule")[0];
    assert_eq!((&shown["chain"], &shown["comment"]), (&json!("in"), &json!("mine")));
    let matches = |left: Value, op: &str, right: Value| json!({ "match": { "op": op, "left": left, "right": right } });
    let port = json!({ "payload": { "protocol": "tcp", "field": "dport" } });
    let expressions = shown["expr"].as_array().unwrap();
    let expected = [
        matches(json!({ "meta": { "key": "nfproto" } }), "==", json!("ipv4")),
        matches(port, "==", json!(22)),
        matches(json!({ "ct": { "key": "state" } }), "in", json!("established")),
        json!({ "counter": { "packets": 7, "bytes": 800 } }),
        json!({ "log": { "prefix": "ours", "level": "info" } }),
        json!({ "mangle": { "key": { "meta": { "key": "mark" } }, "value": 32 } }),
        json!({ "jump": { "target": "sub" } }),
    ];
    assert_eq!(expressions.as_slice(), expected);

    let found = last_rule(&mut conn, INET, "in");
    assert_eq!(found.expressions.unwrap().elem, our_expressions());
    assert_eq!(found.handle, shown["handle"].as_u64());
    assert_eq!(found.userdata, rule.userdata);
}

/// Those that nft cannot write here, or writes in other ways.
#[test]
fn expressions_that_nft_does_not_write_come_back_as_they_were() {
    if !in_namespace(&["nft"]) {
        return;
    }
    nft("add table inet t\nadd chain inet t in { type filter hook input priority 0; }");
    let mut conn = Connection::netfilter().unwrap();
    let last = nft::ExprLastAttrs::new().with_set(0).with_msecs(0);
    let th = payload(PayloadBase::TRANSPORT_HEADER, 0, 4);
    let inner = nft::ExprInnerAttrs::new().with_num(0).with_type(nft::InnerType::VXLAN);
    let flags = nft::InnerFlags::HDRSIZE | nft::InnerFlags::LL | nft::InnerFlags::NH;
    let inner = inner.with_flags(flags | nft::InnerFlags::TH).with_hdrsize(8).with_expr(th);
    for ours in [ExprOps::Last(Box::new(last)), ExprOps::Inner(Box::new(inner))] {
        let rule = new_rule("in", [expr(ours)]);
        commit(&mut conn, |batch| batch.add(&rule, Modifiers::CREATE | Modifiers::APPEND));
        assert_eq!(last_rule(&mut conn, INET, "in").expressions, rule.expressions);
    }
}

/// The counters of the rules of chain `in`, from first to last.
fn counters(rules: &[nft::GetruleReply]) -> Vec<u64> {
    let packets = |rule: &nft::GetruleReply| match rule.expressions.as_ref()?.elem[0].data.as_ref()
    {
        Some(ExprOps::Counter(counter)) => counter.packets,
        _ => None,
    };
    rules.iter().filter_map(packets).collect()
}

#[test]
fn rules_take_their_places_are_replaced_and_deleted() {
    if !in_namespace(&["nft"]) {
        return;
    }
    nft("add table inet t\nadd chain inet t in");
    let mut conn = Connection::netfilter().unwrap();
    let of = |number| new_rule("in", [counter(number, 0)]);
    let new = Modifiers::CREATE;
    commit(&mut conn, |batch| {
        batch.add(&of(1), new | Modifiers::APPEND)?;
        batch.add(&of(2), new | Modifiers::APPEND)?;
        batch.add(&of(3), new)
    });
    let found = rules(&mut conn, INET, "in");
    assert_eq!(counters(&found), [3, 1, 2]);
    assert_eq!(found[1].position, found[0].handle, "the rule before");

    let first = found[1].handle.unwrap();
    commit(&mut conn, |batch| {
        batch.add(&of(4).with_position(first), new | Modifiers::APPEND)?;
        batch.add(&of(5).with_position(first), new)?;
        // By a number that is good within the batch alone.
        batch.add(&of(6).with_id(77), new | Modifiers::APPEND)?;
        batch.add(&of(7).with_position_id(77), new)?;
        batch.add(&of(8).with_handle(first), Modifiers::REPLACE)
    });
    assert_eq!(counters(&rules(&mut conn, INET, "in")), [3, 5, 8, 4, 2, 7, 6]);
    let seen: Vec<_> = nft_list("rule")
        .iter()
        .map(|rule| rule["expr"][0]["counter"]["packets"].as_u64().unwrap())
        .collect();
    assert_eq!(seen, [3, 5, 8, 4, 2, 7, 6]);

    let third = rules(&mut conn, INET, "in")[2].handle.unwrap();
    let delete = nft::DelruleRequest::new().with_header(header()).with_table("t").with_chain("in");
    commit(&mut conn, |batch| batch.add(&delete.clone().with_handle(third), Modifiers::default()));
    assert_eq!(counters(&rules(&mut conn, INET, "in")), [3, 5, 4, 2, 7, 6]);
    commit(&mut conn, |batch| batch.add(&delete, Modifiers::default()));
    assert_eq!(nft_list("rule"), [json!(null); 0], "all of the chain");
}

#[test]
fn getrule_reset_gives_what_was_counted() {
    if !in_namespace(&["nft"]) {
        return;
    }
    nft("add table inet t\nadd chain inet t out { type filter hook output priority 0; }");
    nft("add rule inet t out counter\nadd rule inet t out meta l4proto udp counter");
    let mut conn = Connection::netfilter().unwrap();
    let _sockets = send_over_lo(72);
    let handle = rules(&mut conn, INET, "out")[0].handle.unwrap();
    let reset = nft::GetruleResetRequest::new().with_header(header()).with_table("t");
    let reset = reset.with_chain("out");
    let one = conn.request(&reset.clone().with_handle(handle)).unwrap();
    assert_eq!(one.expressions.unwrap().elem, [counter(1, 100)]);
    let after = rules(&mut conn, INET, "out");
    assert_eq!(after[0].expressions.as_ref().unwrap().elem, [counter(0, 0)]);
    assert_eq!(after[1].expressions.as_ref().unwrap().elem[2], counter(1, 100), "not of the other");

    let _more = send_over_lo(172);
    let all: Vec<_> = conn.dump(&reset).unwrap().map(Result::unwrap).collect();
    assert_eq!(all[0].expressions.as_ref().unwrap().elem, [counter(1, 200)]);
    assert_eq!(all[1].expressions.as_ref().unwrap().elem[2], counter(2, 300));
    let left = rules(&mut conn, INET, "out");
    assert_eq!(left[1].expressions.as_ref().unwrap().elem[2], counter(0, 0));
}
