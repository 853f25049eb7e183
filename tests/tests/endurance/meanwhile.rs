//! Requests on a connection that a storm of notifications goes to.

use nlkit::{Connection, Error, Route};
use nlkit_specs::rt_link::{GetlinkRequest, Ifinfomsg, Notification, RTNLGRP_LINK};

use super::traffic::{EVENTS, Order, Storm, number};
use super::{BATCH, alone, make_veths};

/// Room for less than a batch of events.
const SMALL: u32 = 128 * 1024;
/// Room for more than a batch, which a storm in step is ahead.
const LARGE: u32 = 1024 * 1024;
const PAIRS: i32 = 10;

/// Asks for one device after the other while a storm is on, and reads what was told meanwhile; each
/// answer is that of its request. Gives how many requests were answered.
fn ask_in_a_storm(conn: &mut Connection<Route>, start: fn() -> Storm, order: &mut Order) -> u32 {
    conn.join(RTNLGRP_LINK).unwrap();
    let storm = start();
    let mut answered = 0;
    while !order.is_over() {
        let index = 2 + answered as i32 % (2 * PAIRS);
        let device = Ifinfomsg::new().with_ifi_index(index);
        match conn.request(&GetlinkRequest::new().with_header(device)) {
            Ok(link) => {
                assert_eq!(link.header.ifi_index, index);
                answered += 1;
            }
            // After three attempts, which all met a full buffer.
            Err(error) => assert!(matches!(error, Error::NoReply { overrun: true, .. }), "{error}"),
        }
        loop {
            match conn.try_notification() {
                Ok(None) => break,
                Ok(Some(raw)) => {
                    let told = conn.decode_notification::<Notification>(&raw).unwrap().unwrap();
                    number(&told).into_iter().for_each(|event| order.event(event));
                    if order.heard.is_multiple_of(BATCH as u32) {
                        storm.go_on();
                        break;
                    }
                }
                Err(Error::Lost) => order.lost(),
                Err(error) => panic!("{error}"),
            }
        }
    }
    println!("{answered} answers during {} events: {order:?}", storm.end());
    answered
}

#[test]
fn requests_in_a_storm_are_answered_and_notifications_kept_in_their_order() {
    let Some(mut conn) = alone() else { return };
    make_veths(&mut conn, PAIRS as usize);
    let mut order = Order::default();
    conn.transport().set_receive_buffer(LARGE).unwrap();
    let answered = ask_in_a_storm(&mut conn, Storm::in_step, &mut order);
    assert!(answered > 100, "{answered} answers");
    assert_eq!((order.told, order.gaps, conn.counters().losses), (0, 0, 0));
    assert_eq!(order.heard, EVENTS);
}

#[test]
fn requests_in_a_storm_that_overruns_the_buffer_are_answered_and_losses_told() {
    let Some(mut conn) = alone() else { return };
    make_veths(&mut conn, PAIRS as usize);
    let mut order = Order::default();
    conn.transport().set_receive_buffer(SMALL).unwrap();
    let answered = ask_in_a_storm(&mut conn, Storm::until_heard, &mut order);
    assert!(answered > 100, "{answered} answers");
    assert!(order.told > 0 && order.gaps > 0, "nothing was lost");
}
