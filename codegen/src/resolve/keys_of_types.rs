//! Keys of types: which keys of an attribute mean something for its type.

use crate::catalogue::{Errors, texts};
use crate::place::Place;
use crate::resolve::types::number_of;
use crate::spec::{AttrType, Attribute, Word};

/// Reports keys that mean nothing for the type.
pub(super) fn check(keys: &Attribute, ty: AttrType, at: &Place, errors: &mut Errors) {
    let sub_type = keys.sub_type.as_ref().and_then(Word::known);
    // What one entry of an array is; of anything else, the thing itself.
    let array = matches!(ty, AttrType::Binary | AttrType::IndexedArray | AttrType::NestTypeValue);
    let element = if array { sub_type.unwrap_or(ty) } else { ty };
    let number = number_of(element).is_some();
    let fixed = number && !matches!(element, AttrType::Uint | AttrType::Sint);
    let nest = matches!(element, AttrType::Nest | AttrType::NestTypeValue);
    let binary = element == AttrType::Binary;
    let structure = keys.structure.is_some();
    let nothing = matches!(ty, AttrType::Flag | AttrType::Pad | AttrType::Unused);
    let meanings = [
        // On bytes it changes nothing, and kernels' specs have it there.
        ("byte-order", keys.byte_order.is_some(), fixed || binary),
        ("multi-attr", keys.multi_attr == Some(true), !nothing),
        ("nested-attributes", keys.nested_attributes.is_some(), nest),
        ("in-order", keys.in_order == Some(true), ty == AttrType::Nest),
        ("enum", keys.enumeration.is_some(), number || element == AttrType::Bitfield32),
        ("enum-as-flags", keys.enum_as_flags == Some(true), keys.enumeration.is_some()),
        ("sub-type", keys.sub_type.is_some(), array && !(structure && ty == AttrType::Binary)),
        ("display-hint", keys.display_hint.is_some(), (number || binary) && !structure),
        ("struct", structure, binary || ty == AttrType::Binary),
        ("sub-message", keys.sub_message.is_some(), ty == AttrType::SubMessage),
        ("selector", keys.selector.is_some(), ty == AttrType::SubMessage),
    ];
    for (key, given, meant) in meanings {
        if given && !meant {
            errors.push(texts::meaningless_key(at, key, &why(key, structure, &keys.ty)));
        }
    }
}

fn why(key: &str, structure: bool, ty: &Option<Word<AttrType>>) -> String {
    match key {
        "enum-as-flags" => "there is no `enum`".to_owned(),
        "sub-type" | "display-hint" if structure => "the struct says it".to_owned(),
        _ => format!("type {} has none", texts::word(ty)),
    }
}
