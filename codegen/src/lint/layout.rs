//! Structs against what a C compiler would make of their members.
//!
//! A spec's struct is its members side by side. Where C pads, the spec has to say so, or all that
//! comes behind is read from the wrong place; whether C has it packed, no spec tells.

use std::collections::BTreeMap;

use crate::catalogue::{Errors, texts};
use crate::ir::{Family, MemberType, Struct};
use crate::place;
use crate::spec::Spec;

pub(super) fn lint(spec: &Spec, family: &Family, found: &mut Errors) {
    let structs = family.structs.iter().map(|item| (item.name.as_str(), item)).collect();
    let mut aligns = Aligns { structs, known: BTreeMap::new() };
    for (index, definition) in spec.definitions.iter().enumerate() {
        let Some(item) = aligns.structs.get(definition.name.as_str()).copied() else { continue };
        let at = place::definition(index);
        let mut offset = 0;
        for member in &item.members {
            let align = aligns.of_member(&member.ty);
            if offset % align != 0 {
                let index = definition.members.iter().position(|it| it.name == member.name);
                let at = index.map_or(at.clone(), |index| at.key("members").index(index));
                found.push(texts::misaligned_member(&member.name, at, offset, align));
            }
            offset += member.ty.size(family);
        }
        let align = aligns.of_struct(item);
        if item.len % align != 0 {
            found.push(texts::unpadded_struct(&item.name, at.key("name"), item.len, align));
        }
    }
}

/// What the offsets of structs and members are multiples of in C.
struct Aligns<'f> {
    structs: BTreeMap<&'f str, &'f Struct>,
    known: BTreeMap<&'f str, usize>,
}

impl<'f> Aligns<'f> {
    /// No struct holds itself.
    fn of_struct(&mut self, item: &'f Struct) -> usize {
        if let Some(known) = self.known.get(item.name.as_str()) {
            return *known;
        }
        let align = item.members.iter().map(|member| self.of_member(&member.ty)).max();
        let align = align.unwrap_or(1);
        self.known.insert(&item.name, align);
        align
    }

    fn of_member(&mut self, ty: &MemberType) -> usize {
        match ty {
            MemberType::Scalar(number) | MemberType::Ipv4Scalar(number) => number.number.size(),
            MemberType::Struct(of) | MemberType::Repeated(of) => {
                let item = self.structs.get(of.name.as_str()).copied();
                item.map_or(1, |item| self.of_struct(item))
            }
            // Arrays of bytes, as far as a spec says.
            MemberType::Bytes(_)
            | MemberType::HwAddr(_)
            | MemberType::Ipv4
            | MemberType::Ipv6
            | MemberType::Text(_)
            | MemberType::Pad(_) => 1,
        }
    }
}
