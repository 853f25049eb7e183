//! `Debug` of attribute sets: what is set, and only that.

use std::fmt;

/// A field that shows only where it is set, and then without the `Some`.
pub trait Shown {
    /// What is to be shown.
    fn shown(&self) -> Option<&dyn fmt::Debug>;
}

impl<T: fmt::Debug> Shown for Option<T> {
    fn shown(&self) -> Option<&dyn fmt::Debug> {
        self.as_ref().map(|value| value as &dyn fmt::Debug)
    }
}

impl<T: fmt::Debug> Shown for Vec<T> {
    fn shown(&self) -> Option<&dyn fmt::Debug> {
        (!self.is_empty()).then_some(self)
    }
}

impl Shown for bool {
    fn shown(&self) -> Option<&dyn fmt::Debug> {
        self.then_some(self)
    }
}

/// Writes the struct `name` with those of its fields that are set: the `Debug` of `#[nl(debug)]`.
pub fn fmt_set(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    fields: &[(&str, &dyn Shown)],
) -> fmt::Result {
    let mut out = f.debug_struct(name);
    for (name, field) in fields {
        if let Some(value) = field.shown() {
            out.field(name, value);
        }
    }
    out.finish()
}
