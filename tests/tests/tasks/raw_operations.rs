//! Operations that are known only at run time, asked for by tasks.

use nlkit::nlctrl::{FamilyInfo, GetFamily, NOTIFY};
use nlkit::{
    AsyncTransport, Generic, Message, Modifiers, NlAttrs, RawGroup, RawOperation,
    asynchronous::Connection,
};

use crate::{ids, on_both};

const GETFAMILY: RawOperation = RawOperation {
    family: "nlctrl",
    name: "getfamily",
    version: 2,
    cmd: 3,
    reply_cmd: 1,
    request: GetFamily::SET,
    reply: Some(FamilyInfo::SET),
    ack: false,
};

on_both! {
    requests_dumps_batches_and_groups_are_those_of_types
}

async fn requests_dumps_batches_and_groups_are_those_of_types<T: AsyncTransport>(
    conn: Connection<Generic, T>,
) {
    let body = nlkit::encode(&GetFamily { id: Some(16), name: None }).unwrap();
    let replies = conn.request_raw(&GETFAMILY, &body, Modifiers::default()).await.unwrap();
    let names: Vec<_> = replies.iter().map(|reply| info(reply.message()).name).collect();
    assert_eq!(names, [Some("nlctrl".into())]);

    let mut dump = conn.dump_raw(&GETFAMILY, &[]).await.unwrap();
    let mut found = Vec::new();
    while let Some(entry) = dump.next().await {
        found.extend(info(entry.unwrap().message()).id);
    }
    drop(dump);
    assert_eq!(found, ids(&conn).await.unwrap());

    let nobody = nlkit::encode(&GetFamily { name: Some("nobody".into()), id: None }).unwrap();
    let refused = conn.request_raw(&GETFAMILY, &nobody, Modifiers::default()).await.unwrap_err();
    assert_eq!(refused.to_string(), "nlctrl getfamily: No such file or directory (2)");

    let mut batch = conn.batch();
    let ticket = batch.add_raw(&GETFAMILY, &body, Modifiers::default()).unwrap();
    let replies = batch.send().await.unwrap().take_raw(ticket).unwrap();
    assert_eq!(nlkit::decode::<FamilyInfo>(&replies[0]).unwrap().id, Some(16));

    let nlctrl = conn.family_named("nlctrl").await.unwrap();
    assert_eq!(nlctrl.id.and_then(|id| conn.family_of(id)), Some("nlctrl"));
    conn.join_raw(RawGroup::from(NOTIFY)).await.unwrap();
    conn.leave_raw(RawGroup::from(NOTIFY)).await.unwrap();
}

fn info(message: Message<'_>) -> FamilyInfo {
    message.decode().unwrap()
}
