//! Prints the impls. They are thin: two calls for each field and a static table of names; loops,
//! nesting and error paths live in the runtime.

pub(crate) mod sets;
mod setters;
pub(crate) mod structs;

use proc_macro2::{Span, TokenStream};

/// The tokens as if they stood at `span`, for messages; they mean what they mean where they do.
fn located(tokens: TokenStream, span: Span) -> TokenStream {
    let located = tokens.into_iter().map(|mut token| {
        token.set_span(span.resolved_at(token.span()));
        token
    });
    located.collect()
}
