//! What a connection tells `tracing` (feature `tracing`); without the feature nothing is left of it.
//!
//! Its target is `nlkit`. Each request is a span at debug level, `netlink`, with its family, operation and flags; its end is an
//! event in it with the result and the time that it took, and each of its messages one at trace level.

#[cfg(feature = "tracing")]
pub(crate) use self::on::{Trace, loss, notification};

#[cfg(not(feature = "tracing"))]
pub(crate) use self::off::{Trace, loss, notification};

#[cfg(feature = "tracing")]
mod on {
    use std::time::Instant;

    use tracing::{Level, Span, debug, debug_span, enabled, field, trace, warn};

    use crate::call::Call;
    use crate::describe::describe;
    use crate::error::Error;
    use crate::message::Message;
    use crate::names::Names as _;

    /// The span of a request.
    pub(crate) struct Trace {
        span: Span,
        begun: Instant,
    }

    impl Trace {
        pub(crate) fn new(call: &Call) -> Self {
            let flags = call.flags();
            let span = debug_span!(
                target: "nlkit",
                "netlink",
                family = call.name.family,
                operation = call.name.operation,
                flags = %Flags(flags),
                result = field::Empty,
                micros = field::Empty,
            );
            Self { span, begun: Instant::now() }
        }

        /// The request goes out.
        pub(crate) fn sent(&self, call: &Call, attrs: &[u8]) {
            if enabled!(target: "nlkit", Level::TRACE) {
                trace!(target: "nlkit", parent: &self.span, attributes = %describe(attrs, call.set), "request");
            }
        }

        /// A part of the answer came.
        pub(crate) fn reply(&self, call: &Call, message: &Message<'_>) {
            if enabled!(target: "nlkit", Level::TRACE) {
                let message = describe(message.attrs(), call.reply_set);
                trace!(target: "nlkit", parent: &self.span, attributes = %message, "reply");
            }
        }

        /// The answer is complete.
        pub(crate) fn end<V>(&self, outcome: &Result<V, Error>) {
            let micros = u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.span.record("micros", micros);
            match outcome {
                Ok(_) => {
                    self.span.record("result", "ok");
                    debug!(target: "nlkit", parent: &self.span, micros, "done");
                }
                Err(error) => {
                    self.span.record("result", field::display(error));
                    debug!(target: "nlkit", parent: &self.span, micros, %error, "failed");
                }
            }
        }
    }

    /// The flags of a request's header, by name.
    struct Flags(u16);

    impl std::fmt::Display for Flags {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let dump = self.0 & crate::wire::flag::DUMP == crate::wire::flag::DUMP;
            let (bits, dumps) = match dump {
                true => (self.0 & !crate::wire::flag::DUMP, "dump"),
                false => (self.0, ""),
            };
            let mut parts: Vec<_> = [(0x01, "request"), (0x04, "ack")]
                .iter()
                .filter(|(bit, _)| bits & bit != 0)
                .map(|(_, name)| *name)
                .collect();
            let known = crate::Modifiers::NAMES.iter();
            parts
                .extend(known.filter(|(bit, _)| u64::from(bits) & bit != 0).map(|(_, name)| *name));
            parts.extend((!dumps.is_empty()).then_some(dumps));
            f.write_str(&parts.join(" | "))
        }
    }

    pub(crate) fn notification(message: &Message<'_>) {
        let header = message.header();
        trace!(target: "nlkit", kind = header.kind, cmd = message.cmd(), len = header.len, "notification");
    }

    pub(crate) fn loss(error: &Error) {
        warn!(target: "nlkit", %error, "messages were lost");
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use crate::call::Call;
    use crate::error::Error;
    use crate::message::Message;

    pub(crate) struct Trace;

    impl Trace {
        #[inline]
        pub(crate) fn new(_: &Call) -> Self {
            Self
        }

        #[inline]
        pub(crate) fn sent(&self, _: &Call, _: &[u8]) {}

        #[inline]
        pub(crate) fn reply(&self, _: &Call, _: &Message<'_>) {}

        #[inline]
        pub(crate) fn end<V>(&self, _: &Result<V, Error>) {}
    }

    #[inline]
    pub(crate) fn notification(_: &Message<'_>) {}

    #[inline]
    pub(crate) fn loss(_: &Error) {}
}
