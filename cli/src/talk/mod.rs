//! What `do`, `dump`, `multi` and `subscribe` share.

mod flags;
mod link;
mod progress;
mod raw;
mod request;

pub(crate) use flags::Flags;
pub(crate) use link::{Link, RECEIVE_BUFFER, Wire, tell_warnings};
pub(crate) use progress::{Progress, clear as clear_progress};
pub(crate) use request::{Request, call, operation};

use nlkit_dynamic::{Notification, Value};

/// What a notification holds; of one that no spec knows its bytes in hex.
pub(crate) fn body(notification: &Notification) -> Value {
    notification.value.clone().unwrap_or_else(|| {
        let bytes = notification.message.message().attrs().iter();
        Value::String(bytes.map(|byte| format!("{byte:02x}")).collect())
    })
}
