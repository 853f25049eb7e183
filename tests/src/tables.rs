//! Tables of the messages of specs, as Rust code: the tests' build script prints that of nlkit-specs,
//! and tests those of the crates that they make.

use std::fmt::Write;

use nlkit_codegen::ir::{Call, Family, Message};

/// A row `MessageType::of::<..>(..),` for each message of a family, which `stem` names; `module` is
/// the path to its types.
pub fn messages(stem: &str, module: &str, family: &Family) -> String {
    let mut table = String::new();
    let mut row = |op: &str, mode: &str, direction: &str, message: &Message| {
        let ty = format!("{module}::{}", message.rust);
        // Writing to a string cannot fail.
        let _ =
            writeln!(table, "MessageType::of::<{ty}>({stem:?}, {op:?}, {mode:?}, {direction:?}),");
    };
    for op in &family.operations {
        for (mode, call) in [("do", &op.once), ("dump", &op.dump)] {
            let Some(Call { request, reply, .. }) = call else { continue };
            row(&op.name, mode, "request", request);
            if let Some(reply) = reply {
                row(&op.name, mode, "reply", reply);
            }
        }
    }
    for notification in family.notifications.iter().flatten() {
        row(&notification.name, "event", "reply", &notification.message);
    }
    table
}
