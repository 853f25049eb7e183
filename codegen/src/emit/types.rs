//! The Rust types of fields as text, for who compares or describes.

use proc_macro2::TokenStream;

use super::{Prelude, fields, structs};
use crate::ir::{Attribute, Member, MemberType};

/// Where nothing hides the names of the standard prelude.
const PRELUDE: Prelude<'static> = Prelude { hidden: &[] };

impl Attribute {
    /// The Rust type of its field: `Option<nl::NlString>`; `None` where it has none, as pads.
    pub fn rust_type(&self) -> Option<String> {
        fields::whole(self, &PRELUDE).map(|value| text(&value.ty))
    }
}

impl Member {
    /// The Rust type of its field: `[u8; 6]`; `None` where it has none, as pads.
    pub fn rust_type(&self) -> Option<String> {
        let pad = matches!(self.ty, MemberType::Pad(_));
        (!pad).then(|| text(&structs::value(&self.ty, &PRELUDE).ty))
    }
}

/// A type as people write it: tokens have spaces between all.
fn text(ty: &TokenStream) -> String {
    ty.to_string().replace(' ', "").replace(',', ", ").replace(';', "; ")
}

#[cfg(test)]
mod tests {
    use crate::Builder;

    #[test]
    fn types_are_those_of_the_code() {
        let spec = "
name: lamp
doc: Lamps.
protocol: genetlink-legacy
definitions:
  - name: bulb
    type: struct
    members: [{ name: mac, type: binary, len: 6 }, { name: gap, type: pad, len: 2 }]
attribute-sets:
  - name: lamp
    attributes:
      - { name: label, type: string }
      - { name: on, type: flag }
      - { name: watts, type: u32, multi-attr: true }
      - { name: lamps, type: nest-type-value, nested-attributes: lamp, type-value: [id] }
      - { name: gap, type: pad }
operations: { list: [{ name: get, doc: Look., attribute-set: lamp, do: { } }] }
";
        let family = Builder::new().resolve_str("lamp.yaml", spec).unwrap();
        let set = family.sets.first().unwrap();
        let types: Vec<_> = set.attributes.iter().map(|it| it.rust_type()).collect();
        let text = |text: &str| Some(text.to_owned());
        let lamps = text("Option<Vec<(u16, Lamp)>>");
        let expected = [text("Option<nl::NlString>"), text("bool"), text("Vec<u32>"), lamps, None];
        assert_eq!(types, expected);
        let members = family.structs.first().unwrap().members.iter();
        assert_eq!(members.map(|it| it.rust_type()).collect::<Vec<_>>(), [text("[u8; 6]"), None]);
        let code = Builder::new().generate_str("lamp.yaml", spec).unwrap();
        for ty in types.into_iter().flatten() {
            assert!(code.contains(&format!(": {ty},")), "{ty}");
        }
    }
}
