//! Tables, chains, objects, flow tables and the generation of nftables.

use nlkit::{Batch, Connection, Error, Modifiers, Netfilter, Socket};
use nlkit_specs::nftables::{self as nft, ChainFlags, ObjData, ObjectType, TableFlags};
use nlkit_tests::namespace::kernel_error;
use nlkit_tests::skip::absent;
use serde_json::json;

use crate::witness::{in_namespace, nft, nft_list, run, send_over_lo};

/// `NFPROTO_INET`: IPv4 and IPv6.
pub(crate) const INET: u8 = 1;
const ENOENT: i32 = 2;
const EEXIST: i32 = 17;

pub(crate) fn header() -> nft::Nfgenmsg {
    nft::Nfgenmsg::new().with_nfgen_family(INET)
}

/// The header of the messages around a batch, which say whose batch it is.
pub(crate) fn batch_header() -> nft::Nfgenmsg {
    nft::Nfgenmsg::new().with_res_id(10)
}

/// A batch of nftables under way.
pub(crate) type Transaction<'c> = Batch<'c, Netfilter, Socket>;

/// The outcomes of a transaction, those of its begin and end included.
pub(crate) fn transaction<V>(
    conn: &mut Connection<Netfilter>,
    begin: &nft::BatchBeginRequest,
    fill: impl FnOnce(&mut Transaction<'_>) -> Result<V, Error>,
) -> Vec<Result<(), Error>> {
    let mut batch = conn.batch();
    batch.add_unacknowledged(begin, Modifiers::default()).unwrap();
    fill(&mut batch).unwrap();
    batch
        .add_unacknowledged(
            &nft::BatchEndRequest::new().with_header(batch_header()),
            Modifiers::default(),
        )
        .unwrap();
    batch.send().unwrap().into_iter().collect()
}

/// A transaction; the first error in it.
pub(crate) fn try_commit<V>(
    conn: &mut Connection<Netfilter>,
    fill: impl FnOnce(&mut Transaction<'_>) -> Result<V, Error>,
) -> Result<(), Error> {
    let begin = nft::BatchBeginRequest::new().with_header(batch_header());
    transaction(conn, &begin, fill).into_iter().collect()
}

/// A transaction that has to succeed.
pub(crate) fn commit<V>(
    conn: &mut Connection<Netfilter>,
    fill: impl FnOnce(&mut Transaction<'_>) -> Result<V, Error>,
) {
    try_commit(conn, fill).unwrap();
}

pub(crate) fn new_table(name: &str) -> nft::NewtableRequest {
    nft::NewtableRequest::new().with_header(header()).with_name(name)
}

fn get_table(name: &str) -> nft::GettableRequest {
    nft::GettableRequest::new().with_header(header()).with_name(name)
}

#[test]
fn a_table_of_ours_is_shown_changed_and_deleted() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let new = new_table("ours").with_userdata(b"\x00\x06hello\x00");
    commit(&mut conn, |batch| batch.add(&new, Modifiers::CREATE | Modifiers::EXCL));

    let shown = nft_list("table");
    assert_eq!((&shown[0]["family"], &shown[0]["name"]), (&json!("inet"), &json!("ours")));
    assert!(nft("list ruleset").contains("comment \"hello\""));
    let table = conn.request(&get_table("ours")).unwrap();
    assert_eq!(table.header.nfgen_family, INET);
    assert_eq!((table.name.unwrap(), table.r#use), ("ours".into(), Some(0)));
    assert_eq!(table.handle, shown[0]["handle"].as_u64());
    assert_eq!(table.userdata.unwrap(), b"\x00\x06hello\x00");
    assert_eq!((table.flags, table.owner), (Some(TableFlags::default()), None));

    let error = kernel_error(try_commit(&mut conn, |batch| {
        batch.add(&new, Modifiers::CREATE | Modifiers::EXCL)
    }));
    assert_eq!((error.errno, error.attribute.as_deref()), (EEXIST, Some(".name")), "{error}");
    let dormant = new_table("ours").with_flags(TableFlags::DORMANT);
    commit(&mut conn, |batch| batch.add(&dormant, Modifiers::default()));
    assert!(nft("list ruleset").contains("flags dormant"));
    assert_eq!(conn.request(&get_table("ours")).unwrap().flags, Some(TableFlags::DORMANT));

    let delete = nft::DeltableRequest::new().with_header(header()).with_name("ours");
    commit(&mut conn, |batch| batch.add(&delete, Modifiers::default()));
    assert_eq!(nft_list("table"), [json!(null); 0]);
    let error = kernel_error(conn.request(&get_table("ours")));
    assert_eq!((error.errno, error.attribute.as_deref()), (ENOENT, Some(".name")), "{error}");
}

#[test]
fn tables_of_nft_are_dumped() {
    if !in_namespace(&["nft"]) {
        return;
    }
    nft("add table inet one { flags dormant; }\nadd table ip two\nadd chain ip two c");
    let mut conn = Connection::netfilter().unwrap();
    let dumped = |conn: &mut Connection<Netfilter>, family| {
        let header = nft::Nfgenmsg::new().with_nfgen_family(family);
        let tables = conn.dump(&nft::GettableDump::new().with_header(header)).unwrap();
        tables.map(Result::unwrap).collect::<Vec<_>>()
    };
    let all = dumped(&mut conn, 0);
    let seen: Vec<_> = all
        .iter()
        .map(|table| (table.header.nfgen_family, table.name.as_ref().unwrap().to_string()))
        .collect();
    assert_eq!(seen, [(INET, "one".to_owned()), (2, "two".to_owned())]);
    assert_eq!((all[0].flags, all[0].r#use), (Some(TableFlags::DORMANT), Some(0)));
    assert_eq!((all[1].flags, all[1].r#use), (Some(TableFlags::default()), Some(1)));
    let handles: Vec<_> = nft_list("table").iter().map(|it| it["handle"].as_u64()).collect();
    assert_eq!(all.iter().map(|table| table.handle).collect::<Vec<_>>(), handles);
    assert_eq!(dumped(&mut conn, 2), [all[1].clone()], "of one family alone");
}

/// The socket that owns a table takes it with it.
#[test]
fn a_table_with_an_owner_goes_with_its_socket() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut owner = Connection::netfilter().unwrap();
    let new = new_table("mine").with_flags(TableFlags::OWNER);
    commit(&mut owner, |batch| batch.add(&new, Modifiers::CREATE));
    let mut conn = Connection::netfilter().unwrap();
    let table = conn.request(&get_table("mine")).unwrap();
    assert_eq!(table.flags, Some(TableFlags::OWNER));
    assert_eq!(table.owner, Some(nlkit::Transport::port(owner.transport())));
    let delete = nft::DeltableRequest::new().with_header(header()).with_name("mine");
    let refused = try_commit(&mut conn, |batch| batch.add(&delete, Modifiers::default()));
    assert_eq!(kernel_error(refused).errno, 1, "of another socket");
    drop(owner);
    // A process that another test is just starting may hold the socket for a moment yet.
    let gone = (0..1_000_000).any(|_| conn.request(&get_table("mine")).is_err());
    assert!(gone);
    assert_eq!(kernel_error(conn.request(&get_table("mine"))).errno, ENOENT);
}

pub(crate) fn new_chain(table: &str, name: &str) -> nft::NewchainRequest {
    nft::NewchainRequest::new().with_header(header()).with_table(table).with_name(name)
}

fn get_chain(name: &str) -> nft::GetchainRequest {
    nft::GetchainRequest::new().with_header(header()).with_table("t").with_name(name)
}

#[test]
fn a_base_chain_of_ours_is_shown_changed_and_deleted() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let hook = nft::NftHookAttrs::new().with_num(1).with_priority(-5);
    let input = new_chain("t", "in").with_hook(hook.clone()).with_policy(0).with_type("filter");
    commit(&mut conn, |batch| {
        batch.add(&new_table("t"), Modifiers::CREATE)?;
        batch.add(&input, Modifiers::CREATE)?;
        batch.add(&new_chain("t", "plain"), Modifiers::CREATE)
    });
    let shown = nft_list("chain");
    let expected = json!({
        "family": "inet", "table": "t", "name": "in", "handle": shown[0]["handle"],
        "type": "filter", "hook": "input", "prio": -5, "policy": "drop",
    });
    assert_eq!(shown[0], expected);
    assert_eq!((&shown[1]["name"], shown[1].get("hook")), (&json!("plain"), None));

    let accept = new_chain("t", "in").with_policy(1);
    commit(&mut conn, |batch| batch.add(&accept, Modifiers::default()));
    assert_eq!(nft_list("chain")[0]["policy"], "accept");
    let chain = conn.request(&get_chain("in")).unwrap();
    assert_eq!((chain.policy, chain.hook), (Some(1), Some(hook)));
    assert_eq!(chain.handle, shown[0]["handle"].as_u64());

    let elsewhere = new_chain("nosuch", "c");
    let error =
        kernel_error(try_commit(&mut conn, |batch| batch.add(&elsewhere, Modifiers::CREATE)));
    assert_eq!((error.errno, error.attribute.as_deref()), (ENOENT, Some(".table")), "{error}");
    let delete = nft::DelchainRequest::new().with_header(header()).with_table("t");
    commit(&mut conn, |batch| batch.add(&delete.clone().with_name("in"), Modifiers::default()));
    commit(&mut conn, |batch| batch.add(&delete.with_name("plain"), Modifiers::default()));
    assert_eq!(nft_list("chain"), [json!(null); 0]);
}

#[test]
fn chains_of_nft_are_dumped() {
    if !in_namespace(&["nft"]) {
        return;
    }
    nft("add table inet t
         add chain inet t out { type route hook output priority 300; policy drop; }
         add chain inet t plain
         add rule inet t out jump plain
         add chain inet t dev { type filter hook ingress device lo priority -1; }");
    let mut conn = Connection::netfilter().unwrap();
    let chains = conn.dump(&nft::GetchainDump::new().with_header(header())).unwrap();
    let chains: Vec<_> = chains.map(Result::unwrap).collect();
    let find = |name| chains.iter().find(|chain| chain.name.as_ref().unwrap() == name).unwrap();
    assert_eq!(chains.len(), 3);

    let out = find("out");
    assert_eq!(
        (out.table.as_ref().unwrap(), out.r#type.as_ref().unwrap()),
        (&"t".into(), &"route".into())
    );
    assert_eq!((out.policy, out.r#use, out.flags), (Some(0), Some(1), Some(ChainFlags::BASE)));
    let hook = out.hook.as_ref().unwrap();
    assert_eq!((hook.num, hook.priority, hook.dev.as_ref()), (Some(3), Some(300), None));
    let plain = find("plain");
    assert_eq!((plain.r#use, plain.policy, &plain.hook), (Some(1), None, &None), "the jump");
    let hook = find("dev").hook.clone().unwrap();
    assert_eq!((hook.num, hook.priority), (Some(5), Some(-1)), "NF_INET_INGRESS");
    assert_eq!(hook.dev.unwrap(), "lo");
    let shown: Vec<_> = nft_list("chain").iter().map(|it| it["handle"].as_u64()).collect();
    assert_eq!(chains.iter().map(|chain| chain.handle).collect::<Vec<_>>(), shown);
}

#[test]
fn the_generation_goes_up_with_each_transaction() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let before = conn.request(&nft::GetgenRequest::new()).unwrap();
    commit(&mut conn, |batch| batch.add(&new_table("t"), Modifiers::CREATE));
    let after = conn.request(&nft::GetgenRequest::new()).unwrap();
    assert_eq!(after.id.unwrap(), before.id.unwrap() + 1);
    assert_eq!(u32::from(after.header.res_id), after.id.unwrap() & 0xffff);
    nft("add table inet u");
    let last = conn.request(&nft::GetgenRequest::new()).unwrap();
    assert_eq!(last.id.unwrap(), after.id.unwrap() + 1);
}

fn new_object(name: &str, kind: ObjectType, data: ObjData) -> nft::NewobjRequest {
    let new = nft::NewobjRequest::new().with_header(header()).with_table("t").with_name(name);
    new.with_type(kind).with_data(data)
}

fn get_object(name: &str, kind: ObjectType) -> nft::GetobjRequest {
    let get = nft::GetobjRequest::new().with_header(header()).with_table("t");
    get.with_name(name).with_type(kind)
}

#[test]
fn objects_of_ours_are_shown_used_reset_and_deleted() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let counter = nft::CounterAttrs::new().with_packets(3).with_bytes(400);
    let quota = nft::QuotaAttrs::new()
        .with_bytes(5000)
        .with_consumed(70)
        .with_flags(nft::QuotaFlags::INVERT);
    commit(&mut conn, |batch| {
        batch.add(&new_table("t"), Modifiers::CREATE)?;
        let counter = ObjData::Counter(Box::new(counter.clone()));
        batch.add(&new_object("c", ObjectType::COUNTER, counter), Modifiers::CREATE)?;
        let quota = ObjData::Quota(Box::new(quota.clone()));
        batch.add(&new_object("q", ObjectType::QUOTA, quota), Modifiers::CREATE)
    });
    let shown = &nft_list("counter")[0];
    assert_eq!((&shown["packets"], &shown["bytes"]), (&json!(3), &json!(400)));
    let shown = &nft_list("quota")[0];
    let expected = (&json!(5000), &json!(70), &json!(true));
    assert_eq!((&shown["bytes"], &shown["used"], &shown["inv"]), expected);

    nft("add chain inet t out { type filter hook output priority 0; }
         add rule inet t out counter name c");
    let _sockets = send_over_lo(72);
    let found = conn.request(&get_object("c", ObjectType::COUNTER)).unwrap();
    assert_eq!((found.r#use, found.r#type), (Some(1), Some(ObjectType::COUNTER)));
    let counted = nft::CounterAttrs::new().with_packets(4).with_bytes(500);
    assert_eq!(found.data, Some(ObjData::Counter(Box::new(counted.clone()))));
    let reset = nft::GetobjResetRequest::new().with_header(header()).with_table("t");
    let reset = reset.with_name("c").with_type(ObjectType::COUNTER);
    let last = conn.request(&reset).unwrap();
    assert_eq!(last.data, Some(ObjData::Counter(Box::new(counted))), "as it was before");
    assert_eq!(nft_list("counter")[0]["packets"], 0);

    let delete = nft::DelobjRequest::new().with_header(header()).with_table("t");
    let delete = delete.with_name("q").with_type(ObjectType::QUOTA);
    commit(&mut conn, |batch| batch.add(&delete, Modifiers::default()));
    assert_eq!(nft_list("quota"), [json!(null); 0]);
    assert_eq!(kernel_error(conn.request(&get_object("q", ObjectType::QUOTA))).errno, ENOENT);
}

/// The parameters of the object of this name that nft has made.
fn object(objects: &[nft::GetobjReply], name: &str) -> ObjData {
    let found = objects.iter().find(|object| object.name.as_ref().unwrap() == name);
    found.and_then(|object| object.data.clone()).unwrap_or_else(|| panic!("{name}: {objects:?}"))
}

#[test]
fn objects_of_nft_are_dumped() {
    if !in_namespace(&["nft"]) {
        return;
    }
    nft("add table inet t
         add counter inet t c { packets 1 bytes 2 }
         add quota inet t q { 3 kbytes used 4 bytes }
         add limit inet t l { rate over 7 mbytes/minute burst 9 kbytes; }
         add ct helper inet t h { type \"ftp\" protocol tcp; l3proto ip; }
         add ct timeout inet t to { protocol udp; l3proto ip; policy = { unreplied : 11, replied : 12 }; }
         add ct expectation inet t e { protocol tcp; dport 13; timeout 14s; size 15; l3proto ip; }
         add synproxy inet t s { mss 1460; wscale 7; timestamp sack-perm }");
    let mut conn = Connection::netfilter().unwrap();
    let dump = nft::GetobjDump::new().with_header(header()).with_table("t");
    let objects: Vec<_> = conn.dump(&dump).unwrap().map(Result::unwrap).collect();
    assert_eq!(objects.len(), 7);

    let counter = nft::CounterAttrs::new().with_packets(1).with_bytes(2);
    assert_eq!(object(&objects, "c"), ObjData::Counter(Box::new(counter)));
    let quota = nft::QuotaAttrs::new().with_bytes(3072).with_consumed(4);
    let quota = quota.with_flags(nft::QuotaFlags::default());
    assert_eq!(object(&objects, "q"), ObjData::Quota(Box::new(quota)));
    let limit = nft::LimitAttrs::new().with_rate(7 << 20).with_unit(60).with_burst(9 << 10);
    let limit = limit.with_type(nft::LimitType::PKT_BYTES).with_flags(nft::LimitFlags::INV);
    assert_eq!(object(&objects, "l"), ObjData::Limit(Box::new(limit)));
    let helper = nft::CtHelperAttrs::new().with_name("ftp").with_l3proto(2).with_l4proto(6);
    assert_eq!(object(&objects, "h"), ObjData::CtHelper(Box::new(helper)));
    let expect = nft::CtExpectAttrs::new().with_l3proto(2).with_l4proto(6).with_dport(13);
    let expect = expect.with_timeout(14_000).with_size(15);
    assert_eq!(object(&objects, "e"), ObjData::CtExpect(Box::new(expect)));
    let flags = nft::SynproxyFlags::MSS | nft::SynproxyFlags::WSCALE;
    let flags = flags | nft::SynproxyFlags::SACK_PERM | nft::SynproxyFlags::TIMESTAMP;
    let proxy = nft::SynproxyAttrs::new().with_mss(1460).with_wscale(7).with_flags(flags);
    assert_eq!(object(&objects, "s"), ObjData::Synproxy(Box::new(proxy)));
    // Two timeouts in seconds, each with its header.
    let timeouts = [0, 8, 0, 1, 0, 0, 0, 11, 0, 8, 0, 2, 0, 0, 0, 12];
    let ObjData::CtTimeout(timeout) = object(&objects, "to") else { panic!("{objects:?}") };
    assert_eq!((timeout.l3proto, timeout.l4proto), (Some(2), Some(17)));
    let data = timeout.data.unwrap();
    assert_eq!((&data[4..8], &data[12..16]), (&timeouts[4..8], &timeouts[12..16]), "{data:?}");
}

#[test]
fn a_flow_table_is_made_shown_and_deleted() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    commit(&mut conn, |batch| batch.add(&new_table("t"), Modifiers::CREATE));
    let devices = nft::HookDevAttrs::new().with_name([nlkit::NlString::from("lo")]);
    let hook = nft::FlowtableHookAttrs::new().with_num(0).with_priority(7).with_devs(devices);
    let new = nft::NewflowtableRequest::new().with_header(header()).with_table("t");
    let new = new.with_name("f").with_hook(hook.clone());
    let begin = nft::BatchBeginRequest::new().with_header(batch_header());
    let made = transaction(&mut conn, &begin, |batch| batch.add(&new, Modifiers::CREATE));
    if made[1].as_ref().err().and_then(Error::errno) == Some(ENOENT) {
        return absent("flow tables");
    }
    made.into_iter().for_each(Result::unwrap);
    let shown = &nft_list("flowtable")[0];
    let expected = (&json!("f"), &json!(7), &json!("lo"));
    assert_eq!((&shown["name"], &shown["prio"], &shown["dev"]), expected);

    let get = nft::GetflowtableRequest::new().with_header(header()).with_table("t").with_name("f");
    let found = conn.request(&get).unwrap();
    assert_eq!((found.hook, found.handle), (Some(hook), shown["handle"].as_u64()));
    let delete = nft::DelflowtableRequest::new().with_header(header()).with_table("t");
    commit(&mut conn, |batch| batch.add(&delete.with_name("f"), Modifiers::default()));
    assert_eq!(nft_list("flowtable"), [json!(null); 0]);
    assert!(run("nft", "list flowtables").contains("table inet t"));
}
