//! Team devices: answers of several messages to a request that is no dump.

use nlkit::{Connection, Error};
use nlkit_specs::rt_link::LinkinfoAttrs;
use nlkit_specs::team::{
    self, AttrOption, ItemOption, Notification, OptionsGetRequest, OptionsSetRequest,
    PortListGetRequest,
};
use nlkit_tests::namespace::{in_namespace, index_of, ip, kernel_error};

use crate::make_link;

/// `NLA_STRING`, which is how a team says that an option is a string.
const STRING: u8 = 5;

fn make_team() -> (Connection, u32) {
    assert!(in_namespace());
    let index = make_link("team0", LinkinfoAttrs::new().with_kind("team"));
    let mut conn = Connection::generic().unwrap();
    conn.join(team::CHANGE_EVENT).unwrap();
    (conn, index)
}

fn set_mode(conn: &mut Connection, index: u32, mode: &str) -> Result<(), Error> {
    let data = [mode.as_bytes(), &[0]].concat();
    let option = AttrOption::new().with_name("mode").with_type(STRING).with_data(data);
    let list = ItemOption::new().with_option([option]);
    conn.request(&OptionsSetRequest::new().with_team_ifindex(index).with_list_option(list))
}

fn options(conn: &mut Connection, index: u32) -> (usize, Vec<AttrOption>) {
    let replies = conn.request_all(&OptionsGetRequest::new().with_team_ifindex(index)).unwrap();
    assert!(replies.iter().all(|reply| reply.team_ifindex == Some(index)));
    let messages = replies.len();
    let lists = replies.into_iter().filter_map(|reply| reply.list_option);
    (messages, lists.flat_map(|list| list.option).collect())
}

fn name(option: &AttrOption) -> String {
    option.name.as_ref().unwrap().to_string()
}

fn mode_of(options: &[AttrOption]) -> Vec<u8> {
    options.iter().find(|option| name(option) == "mode").unwrap().data.clone().unwrap()
}

#[test]
#[ignore = "runs in the lab"]
fn options_come_in_several_messages() {
    let (mut conn, index) = make_team();
    let (messages, few) = options(&mut conn, index);
    assert_eq!(messages, 1, "{few:?}");
    assert_eq!(mode_of(&few), b"*NOMODE*\0");

    set_mode(&mut conn, index, "loadbalance").unwrap();
    // This mode has a table of 256 entries among its options.
    let (messages, many) = options(&mut conn, index);
    assert!(messages > 1, "{messages} messages");
    assert_eq!(mode_of(&many), b"loadbalance\0");
    let table = many.iter().filter(|option| name(option) == "lb_tx_hash_to_port_mapping");
    let mut places: Vec<_> = table.map(|option| option.array_index.unwrap()).collect();
    places.sort_unstable();
    assert_eq!(places, (0..256).collect::<Vec<_>>());

    let single = conn.request(&OptionsGetRequest::new().with_team_ifindex(index));
    assert!(matches!(single, Err(Error::UnexpectedMessage { .. })), "{single:?}");
    assert_eq!(options(&mut conn, index).0, messages, "usable after it");
}

#[test]
#[ignore = "runs in the lab"]
fn ports_are_listed() {
    let (mut conn, index) = make_team();
    set_mode(&mut conn, index, "loadbalance").unwrap();
    let request = PortListGetRequest::new().with_team_ifindex(index);
    for port in 0..3 {
        ip(&format!("link add d{port} type dummy"));
        ip(&format!("link set d{port} master team0"));
    }
    let replies = conn.request_all(&request).unwrap();
    let ports = replies.into_iter().filter_map(|reply| reply.list_port);
    let mut found: Vec<_> =
        ports.flat_map(|list| list.port).map(|port| port.ifindex.unwrap()).collect();
    found.sort_unstable();
    assert_eq!(found, ["d0", "d1", "d2"].map(index_of));

    // Each port has options of its own.
    let (_, options) = options(&mut conn, index);
    let enabled = options.iter().filter(|option| name(option) == "enabled");
    let mut of_ports: Vec<_> = enabled.map(|option| option.port_ifindex.unwrap()).collect();
    of_ports.sort_unstable();
    assert_eq!(of_ports, found);
}

#[test]
#[ignore = "runs in the lab"]
fn a_change_is_told() {
    let (mut conn, index) = make_team();
    let mut listener = Connection::generic().unwrap();
    listener.join(team::CHANGE_EVENT).unwrap();
    set_mode(&mut conn, index, "loadbalance").unwrap();
    for conn in [&mut listener, &mut conn] {
        // The options that this mode brings are told too.
        let told = conn.subscribe(team::CHANGE_EVENT).unwrap().map(Result::unwrap);
        let mode = told.filter_map(|event| {
            let Notification::OptionsNtf(told) = event else { panic!("{event:?}") };
            assert_eq!(told.team_ifindex, Some(index));
            told.list_option.unwrap().option.into_iter().find(|option| name(option) == "mode")
        });
        let mode = mode.take(1).next().unwrap();
        assert_eq!((mode.changed, mode.data.as_deref()), (true, Some(&b"loadbalance\0"[..])));
    }
}

/// It fails to tell somebody, and says so, but the change is made.
#[test]
#[ignore = "runs in the lab"]
fn a_change_that_nobody_listens_to_looks_like_an_error() {
    let (mut conn, index) = make_team();
    conn.leave(team::CHANGE_EVENT).unwrap();
    let error = kernel_error(set_mode(&mut conn, index, "loadbalance"));
    assert_eq!(error.errno, 3, "ESRCH");
    assert_eq!(mode_of(&options(&mut conn, index).1), b"loadbalance\0");
}

#[test]
#[ignore = "runs in the lab"]
fn what_is_refused_is_told() {
    let (mut conn, index) = make_team();
    let error = kernel_error(conn.request_all(&OptionsGetRequest::new()));
    assert_eq!(error.errno, 22, "{error}");
    let error = kernel_error(set_mode(&mut conn, index, "nosuch"));
    assert_eq!(error.errno, 22, "{error}");
    let lo = OptionsGetRequest::new().with_team_ifindex(1_u32);
    let error = kernel_error(conn.request_all(&lo));
    assert_eq!(error.errno, 22, "lo is no team: {error}");
}
