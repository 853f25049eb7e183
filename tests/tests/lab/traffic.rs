//! Traffic control that comes with modules, with `tc` as witness.

use nlkit::{Connection, Modifiers, Route};
use nlkit_specs::tc::{
    ActAttrs, ActOptionsMsg, ActVlanAttrs, DelqdiscRequest, DeltfilterRequest, FlowerAttrs,
    FqCodelAttrs, GetqdiscDump, GettfilterDump, NewqdiscRequest, NewtfilterRequest, OptionsMsg,
    TcVlan, TcaStatsAppMsg, Tcmsg,
};
use nlkit_tests::namespace::{in_namespace, index_of, ip, kernel_error, tc};

/// The modules that bring it.
pub(crate) const MODULES: &[&str] = &["sch_ingress", "cls_flower", "act_vlan"];

/// `TC_H_ROOT`.
const ROOT: u32 = u32::MAX;
/// `TC_H_CLSACT`.
const CLSACT: u32 = 0xffff_fff1;
/// The filters of what comes in: `TC_H_MIN_INGRESS` of clsact.
const INGRESS: u32 = 0xffff_fff2;
/// `TCA_VLAN_ACT_POP` and `TCA_VLAN_ACT_PUSH`.
const POP: i32 = 1;
const PUSH: i32 = 2;
/// `TC_ACT_PIPE`: on to the next action.
const PIPE: i32 = 3;
const ETHERTYPE_VLAN: u16 = 0x8100;

fn with_device() -> Connection<Route> {
    assert!(in_namespace());
    ip("link add v0 type veth peer name v1");
    ip("link set v0 up");
    Connection::route().unwrap()
}

fn on_v0(handle: u32, parent: u32) -> Tcmsg {
    let index = i32::try_from(index_of("v0")).unwrap();
    Tcmsg::new().with_ifindex(index).with_handle(handle).with_parent(parent)
}

fn brand_new() -> Modifiers {
    Modifiers::CREATE | Modifiers::EXCL
}

#[test]
#[ignore = "runs in the lab"]
fn fq_codel_is_made_found_with_its_counters_and_removed() {
    let mut conn = with_device();
    let options = FqCodelAttrs::new().with_limit(777).with_flows(64).with_quantum(1514);
    let request = NewqdiscRequest::new()
        .with_header(on_v0(1 << 16, ROOT))
        .with_options(OptionsMsg::FqCodel(Box::new(options)));
    conn.request_with(&request, brand_new()).unwrap();
    let shown = tc("qdisc show dev v0");
    assert!(shown.contains("fq_codel 1: root") && shown.contains("limit 777p flows 64"), "{shown}");

    let all = conn.dump(&GetqdiscDump::new()).unwrap().map(Result::unwrap);
    let found = all.into_iter().find(|qdisc| qdisc.header.handle == 1 << 16).unwrap();
    let Some(OptionsMsg::FqCodel(options)) = &found.options else { panic!("{found:?}") };
    assert_eq!((options.limit, options.flows, options.quantum), (Some(777), Some(64), Some(1514)));
    let app = found.stats2.as_ref().unwrap().app.as_ref();
    let Some(TcaStatsAppMsg::FqCodel(stats)) = app else { panic!("{found:?}") };
    assert_eq!((stats.r#type, stats.drop_overlimit), (0, 0), "counters of a qdisc: {stats:?}");

    conn.request(&DelqdiscRequest::new().with_header(on_v0(1 << 16, ROOT))).unwrap();
    assert!(!tc("qdisc show dev v0").contains("777p"));
}

fn vlan(action: i32) -> ActVlanAttrs {
    ActVlanAttrs::new().with_parms(TcVlan::new().with_v_action(action).with_action(PIPE))
}

fn flower(actions: [ActVlanAttrs; 2]) -> NewtfilterRequest {
    let actions =
        actions.map(|vlan| ActAttrs::new().with_options(ActOptionsMsg::Vlan(vlan.into())));
    let options = FlowerAttrs::new().with_act(actions.to_vec()).with_key_eth_type(ETHERTYPE_VLAN);
    let info = 10 << 16 | u32::from(ETHERTYPE_VLAN.to_be());
    NewtfilterRequest::new()
        .with_header(on_v0(0, INGRESS).with_info(info))
        .with_options(OptionsMsg::Flower(Box::new(options)))
}

/// The actions are an array that counts from 1 on: from 0 on, the first would be passed over.
#[test]
#[ignore = "runs in the lab"]
fn a_flower_has_both_of_its_vlan_actions() {
    let mut conn = with_device();
    let header = on_v0(0xffff_0000, CLSACT);
    let request = NewqdiscRequest::new().with_header(header).with_options(OptionsMsg::Clsact);
    conn.request_with(&request, brand_new()).unwrap();
    let push = || vlan(PUSH).with_push_vlan_protocol(ETHERTYPE_VLAN);
    let wrong = flower([vlan(POP), push()]);
    let error = kernel_error(conn.request_with(&wrong, brand_new()));
    assert_eq!(error.errno, 22, "it needs a number: {error}");

    let request = flower([vlan(POP), push().with_push_vlan_id(123)]);
    conn.request_with(&request, brand_new()).unwrap();
    let shown = tc("filter show dev v0 ingress");
    assert!(shown.contains("order 1: vlan  pop pipe"), "{shown}");
    assert!(shown.contains("order 2: vlan  push id 123"), "{shown}");

    let of_ingress = GettfilterDump::new().with_header(on_v0(0, INGRESS));
    let filters = conn.dump(&of_ingress).unwrap().map(Result::unwrap);
    let filters: Vec<_> = filters.filter(|it| it.header.handle != 0).collect();
    let [filter] = &filters[..] else { panic!("{filters:?}") };
    let Some(OptionsMsg::Flower(flower)) = &filter.options else { panic!("{filter:?}") };
    let actions = flower.act.as_ref().unwrap();
    let found = actions.iter().map(|action| match &action.options {
        Some(ActOptionsMsg::Vlan(vlan)) => (vlan.parms.unwrap().v_action, vlan.push_vlan_id),
        other => panic!("{other:?}"),
    });
    assert_eq!(found.collect::<Vec<_>>(), [(POP, None), (PUSH, Some(123))]);

    let delete = DeltfilterRequest::new().with_header(filter.header).with_kind("flower");
    conn.request(&delete).unwrap();
    assert_eq!(tc("filter show dev v0 ingress").trim(), "");
}

/// Through a sub-message, the array in it, and another sub-message.
#[test]
#[ignore = "runs in the lab"]
fn an_error_has_the_position_of_the_action() {
    let mut conn = with_device();
    tc("qdisc add dev v0 clsact");
    let mut request = flower([vlan(POP), vlan(POP)]);
    let Some(OptionsMsg::Flower(options)) = &mut request.options else { panic!("{request:?}") };
    let actions = options.act.as_mut().unwrap();
    // A cookie has 16 bytes at most.
    actions[1].cookie = Some(vec![1; 64]);
    let error = kernel_error(conn.request_with(&request, brand_new()));
    assert_eq!(error.attribute.as_deref(), Some(".options.act[1].cookie"), "{error}");
}
