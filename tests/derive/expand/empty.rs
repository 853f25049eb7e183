//! Sets without attributes.

#[derive(Default, nlkit::NlAttrs)]
pub struct Nothing {}

#[derive(Default, nlkit::NlAttrs)]
#[nl(debug, setters)]
pub(crate) struct Request {}
