//! Asking for operations that are known only at run time.

use super::Connection;
use super::connection::{collect, started};
use super::dump::Messages;
use super::waiter::Asking;
use crate::call::Call;
use crate::error::Error;
use crate::family::Protocol;
use crate::message::RawMessage;
use crate::modifiers::Modifiers;
use crate::raw::RawOperation;
use crate::session::Ends;
use crate::transport::AsyncTransport;

impl<P: Protocol, T: AsyncTransport> Connection<P, T> {
    /// As [`Connection::request_with`], for an operation that is known only at run time. See
    /// [`crate::Connection::request_raw`].
    ///
    /// # Errors
    /// As [`crate::Connection::request_raw`].
    pub fn request_raw(
        &self,
        operation: &RawOperation,
        body: &[u8],
        modifiers: Modifiers,
    ) -> impl Future<Output = Result<Vec<RawMessage>, Error>> + use<P, T> {
        let operation = *operation;
        let call = Call::of_raw::<P>(&operation, operation.ends());
        let asking = self.ask_raw(call.map(|call| call.with(modifiers)), body);
        async move {
            let replies = replies(asking).await?;
            operation.acknowledged(!replies.is_empty())?;
            Ok(replies)
        }
    }

    /// As [`Connection::request_echo`], for an operation that is known only at run time. See
    /// [`crate::Connection::request_echo_raw`].
    ///
    /// # Errors
    /// As [`crate::Connection::request_raw`].
    pub fn request_echo_raw(
        &self,
        operation: &RawOperation,
        body: &[u8],
        modifiers: Modifiers,
    ) -> impl Future<Output = Result<Vec<RawMessage>, Error>> + use<P, T> {
        let call = Call::of_raw::<P>(operation, Ends::Ack);
        replies(self.ask_raw(call.map(|call| call.with(modifiers).echoed()), body))
    }

    /// As [`Connection::dump`], for an operation that is known only at run time. See
    /// [`crate::Connection::dump_raw`].
    ///
    /// # Errors
    /// As [`crate::Connection::dump_raw`].
    pub fn dump_raw(
        &self,
        operation: &RawOperation,
        body: &[u8],
    ) -> impl Future<Output = Result<Messages<P, T>, Error>> + use<P, T> {
        let asking = self.ask_raw(Call::of_raw::<P>(operation, Ends::Done), body);
        async move { Ok(Messages::new(started(asking).await?)) }
    }

    fn ask_raw(&self, call: Result<Call, Error>, body: &[u8]) -> Result<Asking<P, T>, Error> {
        let running = self.shared.lock().write_raw(call?, body)?;
        Ok(Asking::new(self.waiter(), running))
    }
}

async fn replies<P: Protocol, T: AsyncTransport>(
    asking: Result<Asking<P, T>, Error>,
) -> Result<Vec<RawMessage>, Error> {
    collect(asking, |engine, part, running| Ok(engine.lent(part, running)?.to_raw())).await
}
