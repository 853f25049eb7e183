//! 100,000 link events against a receive buffer for some twenty.

use std::collections::BTreeMap;

use nlkit::{Connection, Error, Route, Update};
use nlkit_specs::rt_link::{
    GetlinkDump, GetlinkReply, GetlinkRequest, Ifinfomsg, Notification, RTNLGRP_LINK,
};

use super::traffic::{LAST, Order, Storm, event_of_mtu, number};
use super::{alone, connection};

/// Room for some twenty events.
const SMALL: u32 = 32 * 1024;

/// A connection with a small receive buffer.
fn small() -> Connection<Route> {
    let conn = connection();
    conn.transport().set_receive_buffer(SMALL).unwrap();
    conn
}

/// What a user keeps of the links: name and MTU by index.
#[derive(Debug, Default, PartialEq)]
struct Table(BTreeMap<i32, (String, u32)>);

impl Table {
    fn put(&mut self, link: &GetlinkReply) {
        let name = link.ifname.as_ref().unwrap().to_string();
        self.0.insert(link.header.ifi_index, (name, link.mtu.unwrap()));
    }

    fn change(&mut self, notification: &Notification) {
        match notification {
            Notification::NewlinkNtf(link) => self.put(link),
            Notification::DellinkNtf(link) => drop(self.0.remove(&link.header.ifi_index)),
            other => panic!("{other:?}"),
        }
    }

    /// The last event of a storm that it shows.
    fn event(&self) -> Option<u32> {
        event_of_mtu(self.0.get(&1)?.1)
    }

    fn of_now() -> Self {
        let mut table = Self::default();
        let links = connection().dump_consistent(&GetlinkDump::new(), 10).unwrap();
        links.iter().for_each(|link| table.put(link));
        table
    }
}

/// A table that a watch keeps, and what it did for that.
#[derive(Debug, Default)]
struct Kept {
    table: Table,
    synced: bool,
    begins: u32,
    changes: u32,
}

impl Kept {
    fn update(&mut self, update: Update<GetlinkReply, Notification>, storm: &Storm) {
        match update {
            Update::Begin => {
                self.table = Table::default();
                self.synced = false;
                self.begins += 1;
            }
            Update::Entry(link) => self.table.put(&link),
            Update::Synced => {
                self.synced = true;
                // Once, so as to lose something on any machine.
                if self.begins == 1 {
                    storm.run_ahead();
                }
            }
            Update::Change(change) => {
                assert!(self.synced);
                self.changes += 1;
                self.table.change(&change);
            }
            other => panic!("{other:?}"),
        }
    }

    /// Whether it shows the last event of a storm.
    fn is_over(&self) -> bool {
        self.synced && self.table.event() == Some(LAST)
    }

    fn assert_current(&self) {
        println!("{} lists and {} changes", self.begins, self.changes);
        assert!(self.begins > 1, "nothing was lost");
        assert!(self.table.0.len() > 50, "{:?}", self.table);
        assert_eq!(self.table, Table::of_now());
    }
}

/// A connection whose buffer was full, which was told; what was in the buffer is still there. The
/// kernel drops what else there is until that is read, notifications and answers, and does not tell
/// it again.
fn full() -> Connection<Route> {
    let mut conn = small();
    conn.join(RTNLGRP_LINK).unwrap();
    let storm = Storm::until_heard();
    storm.run_ahead();
    storm.end();
    assert!(matches!(conn.notification(), Err(Error::Lost)));
    conn
}

#[test]
fn a_request_behind_a_full_buffer_is_answered() {
    if alone().is_none() {
        return;
    }
    let mut conn = full();
    let lo = Ifinfomsg::new().with_ifi_index(1);
    let link = conn.request(&GetlinkRequest::new().with_header(lo)).unwrap();
    assert_eq!(link.ifname.as_ref().unwrap(), "lo");
    assert_eq!(conn.counters().retries, 1, "the first answer is lost");
}

/// What a user keeps by asking at each loss is current in the end.
#[test]
fn what_is_lost_behind_a_full_buffer_is_told() {
    if alone().is_none() {
        return;
    }
    let mut conn = full();
    // Some room, so that the kernel begins with the list at once.
    for _ in 0..10 {
        conn.notification().unwrap();
    }
    let request = GetlinkDump::new();
    let links = conn.dump(&request).unwrap();
    super::make_veths(&mut connection(), 1);
    let mut known = links.map(Result::unwrap).count();
    loop {
        match conn.try_notification() {
            Ok(None) => break,
            Ok(Some(_)) => {}
            Err(Error::Lost) => known = conn.dump(&request).unwrap().map(Result::unwrap).count(),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(known, 3, "lo and a pair");
}

#[test]
fn every_loss_in_a_storm_is_told() {
    if alone().is_none() {
        return;
    }
    let mut conn = small();
    let mut order = Order::default();
    let mut events = conn.subscribe(RTNLGRP_LINK).unwrap();
    let storm = Storm::until_heard();
    while !order.is_over() {
        match events.next().unwrap() {
            Ok(notification) => {
                number(&notification).into_iter().for_each(|event| order.event(event));
                order.falls_behind().then(|| storm.run_ahead());
            }
            Err(Error::Lost) => order.lost(),
            Err(error) => panic!("{error}"),
        }
    }
    drop(events);
    println!("of {} events: {order:?}", storm.end());
    assert!(order.gaps > 0, "nothing was lost");
    assert_eq!(conn.counters().losses, order.told);
}

#[test]
fn a_watched_table_is_current_after_a_storm() {
    if alone().is_none() {
        return;
    }
    let mut conn = small();
    let mut kept = Kept::default();
    let mut watch = conn.watch(&GetlinkDump::new(), &[RTNLGRP_LINK]).unwrap();
    let storm = Storm::with_pairs();
    while !kept.is_over() {
        kept.update(watch.next().unwrap().unwrap(), &storm);
    }
    kept.assert_current();
}

/// Who does it by hand, and asks as soon as a loss is told.
#[test]
fn who_asks_anew_at_each_loss_has_a_current_table() {
    if alone().is_none() {
        return;
    }
    let mut conn = small();
    conn.join(RTNLGRP_LINK).unwrap();
    let mut table = Table::default();
    let storm = Storm::with_pairs();
    let mut lists = 0;
    let mut stale = true;
    while stale || table.event() != Some(LAST) {
        if stale {
            match conn.dump_consistent(&GetlinkDump::new(), 100) {
                Ok(links) => {
                    table = Table::default();
                    links.iter().for_each(|link| table.put(link));
                    lists += 1;
                    stale = false;
                    if lists == 1 {
                        storm.run_ahead();
                    }
                }
                Err(error) => assert!(error.is_incomplete(), "{error}"),
            }
        } else {
            match conn.notification() {
                Ok(raw) => {
                    let change = conn.decode_notification::<Notification>(&raw).unwrap().unwrap();
                    table.change(&change);
                }
                Err(error) => {
                    assert!(error.is_loss(), "{error}");
                    stale = true;
                }
            }
        }
    }
    println!("{lists} lists");
    assert!(lists > 1, "nothing was lost");
    assert_eq!(table, Table::of_now());
}

#[test]
fn every_loss_in_a_storm_is_told_to_a_task() {
    if alone().is_none() {
        return;
    }
    super::tasks::on_tokio(async {
        let conn = super::tasks::connection();
        conn.with_socket(|socket| socket.get_ref().set_receive_buffer(SMALL)).unwrap();
        let mut order = Order::default();
        let mut events = conn.subscribe(RTNLGRP_LINK).await.unwrap();
        let storm = Storm::until_heard();
        while !order.is_over() {
            match events.next().await {
                Ok(notification) => {
                    number(&notification).into_iter().for_each(|event| order.event(event));
                    order.falls_behind().then(|| storm.run_ahead());
                }
                Err(Error::Lost) => order.lost(),
                Err(error) => panic!("{error}"),
            }
        }
        println!("of {} events: {order:?}", storm.end());
        assert!(order.gaps > 0, "nothing was lost");
        assert_eq!(conn.counters().losses, order.told);
    });
}

#[test]
fn a_table_that_a_task_watches_is_current_after_a_storm() {
    if alone().is_none() {
        return;
    }
    super::tasks::on_tokio(async {
        let conn = super::tasks::connection();
        conn.with_socket(|socket| socket.get_ref().set_receive_buffer(SMALL)).unwrap();
        let mut kept = Kept::default();
        let mut watch = conn.watch(&GetlinkDump::new(), &[RTNLGRP_LINK]).await.unwrap();
        let storm = Storm::with_pairs();
        while !kept.is_over() {
            kept.update(watch.next().await.unwrap(), &storm);
        }
        kept.assert_current();
    });
}
