//! The version of a family.

use crate::catalogue::{Errors, texts};
use crate::place::Place;
use crate::spec::Spec;

/// The version; 1 where the spec has none.
pub(super) fn resolve(spec: &Spec, errors: &mut Errors) -> u8 {
    let Some(version) = spec.version else {
        return 1;
    };
    u8::try_from(version).ok().filter(|version| *version > 0).unwrap_or_else(|| {
        errors.push(texts::version_out_of_range(version, Place::root().key("version")));
        1
    })
}
