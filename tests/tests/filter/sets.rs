//! Sets and maps of nftables, and their elements.

use nlkit::{Connection, Modifiers, Netfilter};
use nlkit_specs::nftables::{
    self as nft, DataAttrs, ExprOps, ObjectType, SetElemFlags, SetFlags, SetelemAttrs, VerdictCode,
};
use nlkit_tests::namespace::kernel_error;
use serde_json::json;

use crate::expressions::counter;
use crate::nftables::{commit, header, new_chain, new_table, try_commit};
use crate::witness::{in_namespace, nft, nft_list};

const ENOENT: i32 = 2;
/// nft's numbers of types, which the kernel keeps for it.
const IPV4_ADDR: u32 = 7;
const INET_SERVICE: u32 = 13;
const VERDICT: u32 = 0xffff_ff00;

fn new_set(name: &str, key_type: u32, key_len: u32) -> nft::NewsetRequest {
    let set = nft::NewsetRequest::new().with_header(header()).with_table("t").with_name(name);
    set.with_key_type(key_type).with_key_len(key_len).with_id(1)
}

fn get_set(conn: &mut Connection<Netfilter>, name: &str) -> nft::GetsetReply {
    let get = nft::GetsetRequest::new().with_header(header()).with_table("t").with_name(name);
    conn.request(&get).unwrap()
}

fn value(bytes: &[u8]) -> DataAttrs {
    DataAttrs::new().with_value(bytes)
}

fn key(bytes: &[u8]) -> SetelemAttrs {
    SetelemAttrs::new().with_key(value(bytes))
}

fn list(elements: impl IntoIterator<Item = SetelemAttrs>) -> nft::SetelemListElemAttrs {
    nft::SetelemListElemAttrs::new().with_elem(elements)
}

fn new_elements(
    set: &str,
    elements: impl IntoIterator<Item = SetelemAttrs>,
) -> nft::NewsetelemRequest {
    let new = nft::NewsetelemRequest::new().with_header(header()).with_table("t").with_set(set);
    new.with_elements(list(elements))
}

/// The elements of a set, by their keys.
fn elements(conn: &mut Connection<Netfilter>, set: &str) -> Vec<SetelemAttrs> {
    let dump = nft::GetsetelemDump::new().with_header(header()).with_table("t").with_set(set);
    let replies = conn.dump(&dump).unwrap().map(Result::unwrap);
    let mut all: Vec<_> =
        replies.filter_map(|reply| reply.elements).flat_map(|it| it.elem).collect();
    all.sort_by_key(|element| element.key.clone().and_then(|key| key.value));
    all
}

#[test]
fn a_set_of_intervals_of_ours_is_shown() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let set = new_set("s", IPV4_ADDR, 4).with_flags(SetFlags::INTERVAL | SetFlags::TIMEOUT);
    let hour = 3_600_000;
    let ends = |bytes: &[u8]| key(bytes).with_flags(SetElemFlags::INTERVAL_END);
    commit(&mut conn, |batch| {
        batch.add(&new_table("t"), Modifiers::CREATE)?;
        batch.add(&set.with_timeout(2 * hour), Modifiers::CREATE)?;
        let first = [key(&[10, 0, 0, 0]), ends(&[11, 0, 0, 0])];
        batch.add(&new_elements("s", first), Modifiers::CREATE)?;
        let second = [key(&[192, 0, 2, 5]).with_timeout(hour), ends(&[192, 0, 2, 8])];
        batch.add(&new_elements("s", second), Modifiers::CREATE)
    });
    let shown = &nft_list("set")[0];
    assert_eq!(shown["flags"], json!(["interval", "timeout"]));
    assert_eq!((&shown["type"], &shown["timeout"]), (&json!("ipv4_addr"), &json!(7200)));
    let of = |index: usize| shown["elem"][index]["elem"]["val"].clone();
    assert_eq!(of(0), json!({ "prefix": { "addr": "10.0.0.0", "len": 8 } }));
    assert_eq!(of(1), json!({ "range": ["192.0.2.5", "192.0.2.7"] }));
    assert_eq!(shown["elem"][1]["elem"]["timeout"], 3600);

    let found = get_set(&mut conn, "s");
    assert_eq!(found.flags, Some(SetFlags::INTERVAL | SetFlags::TIMEOUT));
    assert_eq!((found.key_type, found.key_len), (Some(IPV4_ADDR), Some(4)));
    assert_eq!((found.timeout, found.handle), (Some(2 * hour), shown["handle"].as_u64()));
    let found = elements(&mut conn, "s");
    let second = found.iter().find(|element| element.key == Some(value(&[192, 0, 2, 5]))).unwrap();
    assert_eq!((second.timeout, second.flags), (Some(hour), None));
    assert!((1..=hour).contains(&second.expiration.unwrap()));
    let end = found.iter().find(|element| element.key == Some(value(&[192, 0, 2, 8]))).unwrap();
    assert_eq!(end.flags, Some(SetElemFlags::INTERVAL_END));
}

#[test]
fn maps_of_ours_are_shown() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let verdicts = new_set("v", INET_SERVICE, 2).with_flags(SetFlags::MAP).with_data_type(VERDICT);
    let addresses = new_set("a", INET_SERVICE, 2).with_flags(SetFlags::MAP);
    let addresses = addresses.with_data_type(IPV4_ADDR).with_data_len(4).with_id(2);
    let to = |code, chain: Option<&str>| {
        let mut verdict = nft::VerdictAttrs::new().with_code(code);
        verdict.chain = chain.map(Into::into);
        DataAttrs::new().with_verdict(verdict)
    };
    let ours = [
        key(&[0, 22]).with_data(to(VerdictCode::ACCEPT, None)),
        key(&[0, 23]).with_data(to(VerdictCode::JUMP, Some("sub"))),
    ];
    commit(&mut conn, |batch| {
        batch.add(&new_table("t"), Modifiers::CREATE)?;
        batch.add(&new_chain("t", "sub"), Modifiers::CREATE)?;
        batch.add(&verdicts, Modifiers::CREATE)?;
        batch.add(&new_elements("v", ours.clone()), Modifiers::CREATE)?;
        batch.add(&addresses, Modifiers::CREATE)?;
        let element =
            key(&[0, 80]).with_data(value(&[10, 0, 0, 1])).with_userdata(b"\x00\x03hi\x00");
        batch.add(&new_elements("a", [element]), Modifiers::CREATE)
    });
    let shown = nft_list("map");
    assert_eq!((&shown[0]["type"], &shown[0]["map"]), (&json!("inet_service"), &json!("verdict")));
    let expected = json!([[22, { "accept": null }], [23, { "jump": { "target": "sub" } }]]);
    assert_eq!(shown[0]["elem"], expected);
    let element = json!({ "elem": { "val": 80, "comment": "hi" } });
    assert_eq!(
        (&shown[1]["map"], &shown[1]["elem"]),
        (&json!("ipv4_addr"), &json!([[element, "10.0.0.1"]]))
    );
    assert_eq!(elements(&mut conn, "v"), ours);
    assert_eq!(get_set(&mut conn, "a").data_len, Some(4));
}

#[test]
fn sets_of_nft_are_dumped() {
    if !in_namespace(&["nft"]) {
        return;
    }
    nft("add table inet t
         add counter inet t c
         add set inet t pairs { type ipv4_addr . inet_service; flags interval; counter;
             elements = { 10.0.0.0/8 . 80-90 }; }
         add map inet t objects { type mark : counter; elements = { 5 : \"c\", * : \"c\" }; }
         add set inet t big { type inet_service; size 1000; gc-interval 7s; timeout 1d; policy memory; }");
    let mut conn = Connection::netfilter().unwrap();
    let dump = nft::GetsetDump::new().with_header(header()).with_table("t");
    let sets: Vec<_> = conn.dump(&dump).unwrap().map(Result::unwrap).collect();
    let find = |name| sets.iter().find(|set| set.name.as_ref().unwrap() == name).unwrap();
    assert_eq!(sets.len(), 3);

    let pairs = find("pairs");
    let flags = SetFlags::INTERVAL | SetFlags::CONCAT;
    assert!(pairs.flags.unwrap().contains(flags), "{pairs:?}");
    assert_eq!(pairs.key_len, Some(8));
    let concat = pairs.desc.as_ref().unwrap().concat.as_ref().unwrap();
    assert_eq!(concat.elem.iter().map(|field| field.len).collect::<Vec<_>>(), [Some(4), Some(2)]);
    assert_eq!(pairs.expr.as_ref().unwrap().name.as_ref().unwrap(), &"counter");
    let objects = find("objects");
    assert_eq!(objects.obj_type, Some(ObjectType::COUNTER));
    assert!(objects.flags.unwrap().contains(SetFlags::OBJECT));
    let big = find("big");
    assert_eq!((big.timeout, big.gc_interval), (Some(86_400_000), Some(7000)));
    assert_eq!(big.policy, Some(nft::SetPolicy::MEMORY));
    assert_eq!(big.desc.as_ref().unwrap().size, Some(1000));

    let pair = elements(&mut conn, "pairs").pop().unwrap();
    assert_eq!(pair.key, Some(value(&[10, 0, 0, 0, 0, 80, 0, 0])));
    assert_eq!(pair.key_end, Some(value(&[10, 255, 255, 255, 0, 90, 0, 0])));
    assert_eq!(pair.expr, Some(counter(0, 0)));
    let found = elements(&mut conn, "objects");
    assert_eq!((found[0].key.as_ref(), found[0].flags), (None, Some(SetElemFlags::CATCHALL)));
    assert_eq!(found[1].key, Some(value(&5u32.to_ne_bytes())));
    assert!(found.iter().all(|element| element.objref.as_ref().unwrap() == "c"));
}

/// A set with an element that counts.
fn counting_set() -> Connection<Netfilter> {
    nft("add table inet t
         add set inet t s { type inet_service; counter; }
         add element inet t s { 1 counter packets 7 bytes 8 }
         add element inet t s { 2, 3 }");
    Connection::netfilter().unwrap()
}

#[test]
fn elements_are_got_reset_and_deleted() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = counting_set();
    let get = nft::GetsetelemRequest::new().with_header(header()).with_table("t").with_set("s");
    let found = conn.request(&get.clone().with_elements(list([key(&[0, 1])]))).unwrap();
    assert_eq!(found.elements.unwrap().elem, [key(&[0, 1]).with_expr(counter(7, 8))]);
    let error = kernel_error(conn.request(&get.with_elements(list([key(&[0, 9])]))));
    assert_eq!((error.errno, error.attribute.as_deref()), (ENOENT, Some(".elements.elem[0]")));

    let delete = nft::DelsetelemRequest::new().with_header(header()).with_table("t").with_set("s");
    let one = delete.clone().with_elements(list([key(&[0, 3])]));
    commit(&mut conn, |batch| batch.add(&one, Modifiers::default()));
    let missing = delete.clone().with_elements(list([key(&[0, 2]), key(&[0, 3])]));
    let error =
        kernel_error(try_commit(&mut conn, |batch| batch.add(&missing, Modifiers::default())));
    assert_eq!((error.errno, error.attribute.as_deref()), (ENOENT, Some(".elements.elem[1]")));
    assert_eq!(elements(&mut conn, "s").len(), 2, "nothing of it remains");
    commit(&mut conn, |batch| batch.add(&delete, Modifiers::default()));
    assert_eq!(nft_list("set")[0].get("elem"), None, "all of them");

    let delete = nft::DelsetRequest::new().with_header(header()).with_table("t").with_name("s");
    commit(&mut conn, |batch| batch.add(&delete, Modifiers::default()));
    assert_eq!(nft_list("set"), [json!(null); 0]);
}

/// From Linux 6.5 on.
#[test]
fn getsetelem_reset_gives_what_was_counted() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = counting_set();
    let reset = nft::GetsetelemResetDump::new().with_header(header()).with_table("t").with_set("s");
    let replies: Result<Vec<_>, _> = conn.dump(&reset).unwrap().collect();
    let all = replies.unwrap().into_iter().flat_map(|reply| reply.elements.unwrap().elem);
    assert_eq!(all.filter(|element| element.expr == Some(counter(7, 8))).count(), 1);
    let left = elements(&mut conn, "s");
    assert_eq!(left.len(), 3);
    assert!(left.iter().all(|element| element.expr == Some(counter(0, 0))), "{left:?}");
}

/// What a rule puts into a set with `dynset` is there, with its timeout and its expressions.
#[test]
fn an_element_that_a_rule_adds_is_decoded() {
    if !in_namespace(&["nft"]) {
        return;
    }
    nft("add table inet t
         add set inet t s { type ipv4_addr; flags dynamic,timeout; timeout 60s; }
         add chain inet t out { type filter hook output priority 0; }
         add rule inet t out update @s { ip daddr timeout 50s counter limit rate over 9/second }");
    let _sockets = crate::witness::send_over_lo(72);
    let mut conn = Connection::netfilter().unwrap();
    let element = elements(&mut conn, "s").pop().unwrap();
    assert_eq!(element.key, Some(value(&[127, 0, 0, 1])));
    assert_eq!((element.timeout, &element.expr), (Some(50_000), &None), "two expressions");
    let expressions = element.expressions.unwrap().elem;
    assert_eq!(expressions[0], counter(1, 100));
    let Some(ExprOps::Limit(limit)) = &expressions[1].data else { panic!("{expressions:?}") };
    assert_eq!((limit.rate, limit.flags), (Some(9), Some(nft::LimitFlags::INV)));
}
