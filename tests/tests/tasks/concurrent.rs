//! Many askers at once: each has its own answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use nlkit::nlctrl::GetFamily;
use nlkit::{AsyncTransport, Connection as Blocking, Generic, asynchronous::Connection};

use super::{ids, on_both};

const TASKS: usize = 64;
const REQUESTS: usize = 100_000;

#[test]
fn sixty_four_tasks_on_one_connection_have_their_own_answers() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let conn = nlkit::tokio::Connection::generic().unwrap();
        let ids = Arc::new(ids(&conn).await.unwrap());
        let tasks = (0..TASKS).map(|task| {
            let (conn, ids) = (conn.clone(), Arc::clone(&ids));
            tokio::spawn(async move {
                let mut answered = 0;
                for round in (task..REQUESTS).step_by(TASKS) {
                    let id = ids[(round + task) % ids.len()];
                    let request = GetFamily { id: Some(id), name: None };
                    assert_eq!(conn.request(&request).await.unwrap().id, Some(id));
                    answered += 1;
                }
                answered
            })
        });
        let tasks: Vec<_> = tasks.collect();
        let mut answered = 0;
        for task in tasks {
            answered += task.await.unwrap();
        }
        assert_eq!(answered, REQUESTS);
        assert_eq!(conn.counters().requests, REQUESTS as u64 + 1, "and the dump");
        assert_eq!(conn.counters().losses, 0);
    });
}

#[test]
fn sixty_four_threads_with_their_own_connections_have_their_own_answers() {
    let answered = AtomicU32::new(0);
    let mut conn = Blocking::generic().unwrap();
    let ids: Vec<_> =
        conn.dump(&GetFamily::default()).unwrap().map(|it| it.unwrap().id.unwrap()).collect();
    std::thread::scope(|scope| {
        for thread in 0..TASKS {
            let (ids, answered) = (&ids, &answered);
            scope.spawn(move || {
                let mut conn = Blocking::generic().unwrap();
                for round in (thread..REQUESTS).step_by(TASKS) {
                    let id = ids[(round + thread) % ids.len()];
                    let reply = conn.request(&GetFamily { id: Some(id), name: None }).unwrap();
                    assert_eq!(reply.id, Some(id));
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(answered.into_inner() as usize, REQUESTS);
}

/// Three dumps at once on one socket, which the kernel would refuse, with requests in between.
async fn dumps_wait_for_each_other<T: AsyncTransport>(conn: Connection<Generic, T>) {
    let all = ids(&conn).await.unwrap();
    let mut first = conn.dump(&GetFamily::default()).await.unwrap();
    let one = first.next().await.unwrap().unwrap();
    let mut second = conn.dump(&GetFamily::default()).await.unwrap();
    let mut third = conn.dump(&GetFamily::default()).await.unwrap();
    let family = conn.request(&GetFamily { id: Some(16), name: None }).await.unwrap();
    assert_eq!(family.id, Some(16));
    assert_eq!(third.collect().await.unwrap().len(), all.len());
    let two = second.collect().await.unwrap();
    assert_eq!(two.len(), all.len());
    let mut rest = first.collect().await.unwrap();
    rest.insert(0, one);
    assert_eq!(rest, two);
}

async fn a_batch_gives_each_reply<T: AsyncTransport>(conn: Connection<Generic, T>) {
    let ids = ids(&conn).await.unwrap();
    let mut batch = conn.batch();
    let tickets: Vec<_> = ids
        .iter()
        .map(|id| batch.add(&GetFamily { id: Some(*id), name: None }, Default::default()).unwrap())
        .collect();
    let missing = batch.add(&GetFamily { id: Some(9), name: None }, Default::default()).unwrap();
    let mut outcomes = batch.send().await.unwrap();
    for (id, ticket) in ids.iter().zip(tickets) {
        assert_eq!(outcomes.take(ticket).unwrap().id, Some(*id));
    }
    let error = outcomes.take(missing).unwrap_err();
    assert_eq!(error.kernel().unwrap().index, Some(ids.len()), "{error}");
}

on_both! { dumps_wait_for_each_other a_batch_gives_each_reply }
