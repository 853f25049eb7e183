//! Transactions of nftables: all of it or nothing; and what listeners are told of them and of packets.

use nlkit::{Connection, Error, Modifiers, Netfilter};
use nlkit_specs::helpers::nftables as helper;
use nlkit_specs::nftables as nft;
use nlkit_tests::namespace::kernel_error;
use serde_json::json;

use crate::expressions::{code, counter, new_rule, verdict};
use crate::nftables::{
    INET, batch_header, commit, header, new_chain, new_table, transaction, try_commit,
};
use crate::witness::{in_namespace, nft, nft_list, send_over_lo};

const ENOENT: i32 = 2;
const ERESTART: i32 = 85;

fn begin() -> nft::BatchBeginRequest {
    nft::BatchBeginRequest::new().with_header(batch_header())
}

fn jump_to(chain: &str) -> nft::VerdictAttrs {
    code(nft::VerdictCode::JUMP).with_chain(chain)
}

fn generation(conn: &mut Connection<Netfilter>) -> u32 {
    conn.request(&nft::GetgenRequest::new()).unwrap().id.unwrap()
}

#[test]
fn a_transaction_takes_effect_as_a_whole() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let before = generation(&mut conn);
    // What comes later in the batch names what came before by a number.
    let mut rule = new_rule("", [counter(1, 2), verdict(jump_to("sub"))]);
    (rule.chain, rule.chain_id) = (None, Some(5));
    let outcomes = transaction(&mut conn, &begin(), |batch| {
        batch.add(&new_table("t"), Modifiers::CREATE)?;
        batch.add(&new_chain("t", "sub"), Modifiers::CREATE)?;
        batch.add(&new_chain("t", "in").with_id(5), Modifiers::CREATE)?;
        batch.add(&rule, Modifiers::CREATE | Modifiers::APPEND)
    });
    assert_eq!(outcomes.len(), 6, "begin and end are among them");
    outcomes.into_iter().for_each(Result::unwrap);
    assert_eq!(generation(&mut conn), before + 1);
    let shown = &nft_list("rule")[0];
    assert_eq!(
        (&shown["chain"], &shown["expr"][1]["jump"]["target"]),
        (&json!("in"), &json!("sub"))
    );
}

#[test]
fn of_a_transaction_with_errors_nothing_remains() {
    if !in_namespace(&["nft"]) {
        return;
    }
    nft("add table inet t\nadd chain inet t in");
    let mut conn = Connection::netfilter().unwrap();
    let before = generation(&mut conn);
    let delete = nft::DelchainRequest::new().with_header(header()).with_table("t").with_name("in");
    let outcomes = transaction(&mut conn, &begin(), |batch| {
        batch.add(&new_table("u"), Modifiers::CREATE)?;
        batch.add(&new_chain("nosuch", "c"), Modifiers::CREATE)?;
        let rule = new_rule("in", [counter(0, 0), verdict(jump_to("nowhere"))]);
        batch.add(&rule, Modifiers::CREATE | Modifiers::APPEND)?;
        batch.add(&delete, Modifiers::default())
    });
    let failed: Vec<_> = outcomes.iter().map(Result::is_err).collect();
    // Those between are fine by themselves, and so the kernel says.
    assert_eq!(failed, [false, false, true, true, false, false]);
    let mut errors = outcomes.into_iter().filter(Result::is_err).map(kernel_error);
    let chain = errors.next().unwrap();
    assert_eq!((chain.errno, chain.attribute.as_deref()), (ENOENT, Some(".table")));
    assert_eq!(
        chain.to_string(),
        "nftables newchain: request 2 of the batch: .table: No such file or directory (2)"
    );
    let rule = errors.next().unwrap();
    assert_eq!((rule.request.operation, rule.errno), ("newrule", ENOENT));
    assert_eq!(rule.attribute.as_deref(), Some(".expressions.elem[1]"), "{rule}");

    assert_eq!(generation(&mut conn), before);
    let names = |kind| nft_list(kind).into_iter().map(|it| it["name"].clone()).collect::<Vec<_>>();
    assert_eq!((names("table"), names("chain")), (vec![json!("t")], vec![json!("in")]));
    assert_eq!(nft_list("rule"), [json!(null); 0]);
    try_commit(&mut conn, |batch| batch.add(&delete, Modifiers::default())).expect("usable after");
}

#[test]
fn a_transaction_for_another_generation_is_refused() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let generation = generation(&mut conn);
    nft("add table inet t");
    let stale = begin().with_genid(generation);
    let add = |batch: &mut crate::nftables::Transaction<'_>| {
        batch.add(&new_table("u"), Modifiers::CREATE)
    };
    let mut outcomes = transaction(&mut conn, &stale, add).into_iter();
    let error = kernel_error(outcomes.next().unwrap());
    assert_eq!((error.request.operation, error.errno), ("batch-begin", ERESTART), "{error}");
    // The kernel did not look at the others.
    let table = outcomes.next().unwrap().unwrap_err();
    assert!(matches!(table, Error::NoReply { overrun: false, .. }), "{table:?}");
    assert_eq!(nft_list("table").len(), 1);

    let current = begin().with_genid(generation + 1);
    transaction(&mut conn, &current, add).into_iter().for_each(Result::unwrap);
    assert_eq!(nft_list("table").len(), 2);
}

#[test]
fn a_change_outside_of_a_batch_is_refused() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let error = kernel_error(conn.request_with(&new_table("t"), Modifiers::CREATE));
    assert_eq!(error.errno, 22, "{error}");
    assert_eq!(nft_list("table"), [json!(null); 0]);
}

/// What a notification is of: its kind, and the name of what it is about.
fn told(notification: nft::Notification) -> (&'static str, String) {
    use nft::Notification as N;
    let (kind, name) = match notification {
        N::NewtableNtf(table) => ("new table", table.name),
        N::DeltableNtf(table) => ("del table", table.name),
        N::NewchainNtf(chain) => ("new chain", chain.name),
        N::DelchainNtf(chain) => ("del chain", chain.name),
        N::NewruleNtf(rule) => ("new rule", rule.chain),
        N::DelruleNtf(rule) => ("del rule", rule.chain),
        N::NewsetNtf(set) => ("new set", set.name),
        N::DelsetNtf(set) => ("del set", set.name),
        N::NewsetelemNtf(elements) => ("new elements", elements.set),
        N::DelsetelemNtf(elements) => ("del elements", elements.set),
        N::NewobjNtf(object) => ("new object", object.name),
        N::DelobjNtf(object) => ("del object", object.name),
        N::NewgenNtf(generation) => ("generation", generation.proc_name),
        other => panic!("{other:?}"),
    };
    (kind, name.unwrap().to_string())
}

/// What a listener is told up to the next generation.
fn told_of_transaction(listener: &mut Connection<Netfilter>) -> Vec<(&'static str, String)> {
    let mut events = listener.subscribe(nft::NFNLGRP_NFTABLES).unwrap();
    let mut all = Vec::new();
    while all.last().is_none_or(|(kind, _)| *kind != "generation") {
        all.push(told(events.next().unwrap().unwrap()));
    }
    all
}

fn expected(list: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    list.iter().map(|(kind, name)| (*kind, (*name).to_owned())).collect()
}

#[test]
fn listeners_are_told_of_all_that_comes_and_goes() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut listener = Connection::netfilter().unwrap();
    listener.join(nft::NFNLGRP_NFTABLES).unwrap();
    nft("add table inet t
         add chain inet t c
         add counter inet t o
         add set inet t s { type ipv4_addr; }
         add element inet t s { 10.0.0.1 }
         add rule inet t c ip saddr @s drop");
    let new = [
        ("new table", "t"),
        ("new chain", "c"),
        ("new object", "o"),
        ("new set", "s"),
        ("new elements", "s"),
        ("new rule", "c"),
        ("generation", "nft"),
    ];
    assert_eq!(told_of_transaction(&mut listener), expected(&new));

    nft("flush chain inet t c");
    let gone = [("del rule", "c"), ("generation", "nft")];
    assert_eq!(told_of_transaction(&mut listener), expected(&gone));
    nft("delete element inet t s { 10.0.0.1 }
         delete set inet t s
         delete counter inet t o
         delete chain inet t c
         delete table inet t");
    let gone = [
        ("del elements", "s"),
        ("del set", "s"),
        ("del object", "o"),
        ("del chain", "c"),
        ("del table", "t"),
        ("generation", "nft"),
    ];
    assert_eq!(told_of_transaction(&mut listener), expected(&gone));
}

/// The kernel's number of this thread.
fn thread_id() -> String {
    let path = std::fs::read_link("/proc/thread-self").unwrap();
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// The attributes of a notification are those of an answer to a get.
#[test]
fn what_listeners_are_told_of_is_what_a_get_gives() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut listener = Connection::netfilter().unwrap();
    let mut conn = Connection::netfilter().unwrap();
    let mut events = listener.subscribe(nft::NFNLGRP_NFTABLES).unwrap();
    commit(&mut conn, |batch| {
        batch.add(&new_table("t"), Modifiers::CREATE)?;
        batch.add(&new_chain("t", "c"), Modifiers::CREATE)?;
        batch.add(&new_rule("c", [counter(3, 4)]), Modifiers::CREATE | Modifiers::APPEND)
    });
    let mut next = || events.next().unwrap().unwrap();
    let nft::Notification::NewtableNtf(table) = next() else { panic!("no table") };
    let nft::Notification::NewchainNtf(chain) = next() else { panic!("no chain") };
    let nft::Notification::NewruleNtf(rule) = next() else { panic!("no rule") };
    let nft::Notification::NewgenNtf(generation) = next() else { panic!("no generation") };

    let get = nft::GetchainRequest::new().with_header(header()).with_table("t").with_name("c");
    assert_eq!(chain, conn.request(&get).unwrap());
    let rules = nft::GetruleDump::new().with_header(header()).with_table("t").with_chain("c");
    assert_eq!(conn.dump(&rules).unwrap().map(Result::unwrap).collect::<Vec<_>>(), [rule]);
    assert_eq!(generation.id, conn.request(&nft::GetgenRequest::new()).unwrap().id);
    assert_eq!(generation.proc_pid.unwrap().to_string(), thread_id());
    assert_eq!((table.header.nfgen_family, table.name.unwrap()), (INET, "t".into()));
}

/// The steps of a packet, up to the policy.
fn trace(conn: &mut Connection<Netfilter>) -> Vec<nft::TraceEvent> {
    let mut steps = Vec::new();
    loop {
        let message = conn.notification().unwrap();
        match conn.decode_notification(&message).unwrap().unwrap() {
            nft::Notification::Trace(step) => steps.push(step),
            other => panic!("{other:?}"),
        }
        if steps.last().unwrap().r#type == Some(nft::TraceTypes::POLICY) {
            return steps;
        }
    }
}

/// A packet over `lo` sets off a trace, which tells of each rule and of the policy.
#[test]
fn a_traced_packet_is_told_step_by_step() {
    if !in_namespace(&["nft"]) {
        return;
    }
    nft("add table inet t
         add chain inet t in { type filter hook input priority 0; policy accept; }
         add rule inet t in meta l4proto udp meta nftrace set 1
         add rule inet t in meta mark set 5 counter");
    let handles: Vec<_> = nft_list("rule").iter().map(|rule| rule["handle"].as_u64()).collect();
    let mut conn = Connection::netfilter().unwrap();
    conn.join(nft::NFNLGRP_NFTRACE).unwrap();
    let (sender, receiver) = send_over_lo(72);
    let steps = trace(&mut conn);
    let of_rules: Vec<_> = steps
        .iter()
        .filter(|step| step.rule_handle.is_some())
        .map(|step| step.rule_handle)
        .collect();
    assert_eq!(of_rules, handles);
    assert!(steps.iter().all(|step| step.id == steps[0].id && step.header.nfgen_family == INET));
    assert_eq!(steps[0].nfproto, Some(2), "IPv4 in a chain of both");
    assert_eq!((steps[0].iif, steps[0].mark), (Some(1), None));
    assert_eq!(steps[0].verdict, Some(code(nft::VerdictCode::CONTINUE)));
    let policy = steps.last().unwrap();
    assert_eq!((policy.policy, policy.mark, &policy.verdict), (Some(1), Some(5), &None));
    let udp = steps[0].transport_header.as_ref().unwrap();
    let ports = [&sender, &receiver].map(|socket| socket.local_addr().unwrap().port());
    assert_eq!(udp[..4], [ports[0].to_be_bytes(), ports[1].to_be_bytes()].concat());
    assert_eq!(steps[0].network_header.as_ref().unwrap()[12..], [127, 0, 0, 1, 127, 0, 0, 1]);
}

#[test]
fn a_long_transaction_is_one_call() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    helper::transaction(&mut conn, |changes| {
        changes.add(&new_table("t"), Modifiers::CREATE)?;
        (0..1000).try_for_each(|number| {
            changes.add(&new_chain("t", &format!("c{number}")), Modifiers::CREATE)
        })
    })
    .unwrap();
    assert_eq!(nft_list("chain").len(), 1000);
}

/// Of three expressions, the second is of a kind that there is not.
#[test]
fn a_refused_transaction_names_the_expression_by_its_position() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let nosuch = nft::ExprAttrs::new().with_name("nosuch");
    let refused = helper::transaction(&mut conn, |changes| {
        changes.add(&new_table("t"), Modifiers::CREATE)?;
        changes.add(&new_chain("t", "c"), Modifiers::CREATE)?;
        let expressions = [counter(1, 2), nosuch, counter(3, 4)];
        changes.add(&new_rule("c", expressions), Modifiers::CREATE)
    });
    let error = kernel_error(refused);
    assert_eq!((error.errno, error.index), (ENOENT, Some(2)), "{error}");
    assert_eq!(error.attribute.as_deref(), Some(".expressions.elem[1]"), "{error}");
}

#[test]
fn a_transaction_of_a_task_takes_effect_as_a_whole() {
    if !in_namespace(&["nft"]) {
        return;
    }
    // The socket is of this thread's namespace, whichever thread polls.
    let conn = nlkit::smol::Connection::netfilter().unwrap();
    async_io::block_on(async {
        let refused = helper::transaction_async(&conn, |changes| {
            changes.add(&new_table("t"), Modifiers::CREATE)?;
            changes.add(&new_chain("nosuch", "c"), Modifiers::CREATE)
        });
        let refused = refused.await.unwrap_err();
        assert_eq!((refused.kernel().unwrap().index, refused.errno()), (Some(1), Some(ENOENT)));
        assert!(nft_list("table").is_empty(), "nothing remains");
        let made = helper::transaction_async(&conn, |changes| {
            changes.add(&new_table("t"), Modifiers::CREATE)?;
            changes.add(&new_chain("t", "c"), Modifiers::CREATE)
        });
        made.await.unwrap();
        assert_eq!(nft_list("table").len(), 1);
    });
}

#[test]
fn a_refused_transaction_names_the_request() {
    if !in_namespace(&["nft"]) {
        return;
    }
    let mut conn = Connection::netfilter().unwrap();
    let refused = helper::transaction(&mut conn, |changes| {
        changes.add(&new_table("t"), Modifiers::CREATE)?;
        changes.add(&new_chain("t", "c"), Modifiers::CREATE)?;
        changes.add(&new_rule("nosuch", [counter(1, 2)]), Modifiers::CREATE)
    });
    let refused = refused.unwrap_err();
    assert_eq!((refused.kernel().unwrap().index, refused.errno()), (Some(2), Some(ENOENT)));
    assert!(refused.to_string().starts_with("nftables newrule: request 2 of "), "{refused}");
    assert!(nft_list("table").is_empty(), "nothing remains");
    // What does not fit into a message is told before anything is sent.
    let long = "x".repeat(70_000);
    let refused =
        helper::transaction(&mut conn, |changes| changes.add(&new_table(&long), Modifiers::CREATE));
    assert!(matches!(refused.unwrap_err(), Error::Encode(_)));
}
