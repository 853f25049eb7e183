//! The protocol of a family, and its version.

use crate::catalogue::{Errors, texts};
use crate::ir::Protocol;
use crate::place::Place;
use crate::spec::{self, Spec, Word};

/// The kernel has netlink protocols below this number (`MAX_LINKS`).
const PROTOCOLS: i128 = 32;

/// The protocol; generic netlink where the spec has none.
pub(super) fn resolve(spec: &Spec, errors: &mut Errors) -> Protocol {
    let root = Place::root();
    let raw = spec.protocol == Some(Word::Known(spec::Protocol::NetlinkRaw));
    match (raw, spec.protonum) {
        (false, None) => Protocol::Generic,
        (false, Some(_)) => {
            let why = "only `protocol: netlink-raw` has a number";
            errors.push(texts::meaningless_key(&root, "protonum", why));
            Protocol::Generic
        }
        (true, None) => {
            errors.push(texts::missing_protonum(root.key("protocol")));
            Protocol::Raw(0)
        }
        (true, Some(number)) => {
            let fits = u8::try_from(number).ok().filter(|_| number < PROTOCOLS);
            let Some(fits) = fits else {
                let range = format!("0..={}", PROTOCOLS - 1);
                let at = root.key("protonum");
                errors.push(texts::value_out_of_range("protocol number", number, at, &range));
                return Protocol::Raw(0);
            };
            Protocol::Raw(fits)
        }
    }
}

/// The version; 1 where the spec has none.
pub(super) fn version(spec: &Spec, protocol: Protocol, errors: &mut Errors) -> u8 {
    let Some(version) = spec.version else {
        return 1;
    };
    let root = Place::root();
    if protocol != Protocol::Generic {
        let why = "it stands in the header of generic netlink";
        errors.push(texts::meaningless_key(&root, "version", why));
        return 1;
    }
    u8::try_from(version).ok().filter(|version| *version > 0).unwrap_or_else(|| {
        errors.push(texts::version_out_of_range(version, root.key("version")));
        1
    })
}
