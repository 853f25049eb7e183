//! Binary structs: where their members lie, and what they are.

use nlkit_codegen::ir::{Family, Member, MemberType, Struct};

use super::matching::pairs;
use super::{About, Comparison, counted};
use crate::diff::model::{Classes, Item};

impl Comparison<'_> {
    pub(super) fn structs(&mut self) {
        let (old, new, names) = (&self.old.structs, &self.new.structs, &self.wire.names);
        let same =
            |old: &Struct, new: &Struct| names.is_renamed(Item::Struct, &old.name, &new.name);
        for (old, new) in pairs(old, new, |it| &it.name, same) {
            let Some(item) = new.or(old) else { continue };
            let about = About::whole(Item::Struct, &item.name);
            let olds = old.map_or(Vec::new(), |item| placed(item, self.old));
            let news = new.map_or(Vec::new(), |item| placed(item, self.new));
            let members = counted(olds.len().max(news.len()), Item::Member);
            let what = format!("{} bytes, {members}", item.len);
            match (old, new) {
                (Some(old), Some(new)) => {
                    let api = Classes::api_if(old.rust != new.rust);
                    self.renamed(about, &old.name, &new.name, api);
                    self.changed(about, "length", &old.len, &new.len, Classes::WIRE);
                    let copy = |it: &Struct| if it.copy { "Copy" } else { "not Copy" };
                    let classes = Classes::api_if(old.copy);
                    self.changed(about, "Rust type", &copy(old), &copy(new), classes);
                    self.docs(about, &old.doc, &new.doc);
                    self.members(about, &olds, &news);
                }
                (_, Some(_)) => {
                    self.added(about, what, Classes::NONE);
                    self.implied(|it| it.members(about, &olds, &news));
                }
                (_, None) => {
                    self.removed(about, what, Classes::API);
                    self.implied(|it| it.members(about, &olds, &news));
                }
            }
        }
    }

    fn members(&mut self, about: About<'_>, old: &[Placed<'_>], new: &[Placed<'_>]) {
        let whole = !self.implied;
        let same = |old: &Placed<'_>, new: &Placed<'_>| {
            old.offset == new.offset && self.wire.is_same_member(&old.member.ty, &new.member.ty)
        };
        for (old, new) in pairs(old, new, |it| &it.member.name, same) {
            let Some(placed) = new.or(old) else { continue };
            let about = about.part(Item::Member, &placed.member.name);
            let what = format!("at {}, {}", placed.offset, placed.member.ty);
            match (old, new) {
                (Some(old), Some(new)) => self.member(about, old, new),
                (_, Some(_)) => {
                    let api = Classes::api_if(whole && self.options.exhaustive);
                    self.added(about, what, api);
                }
                (_, None) => {
                    self.removed(about, what, Classes { wire: !self.implied, api: true });
                }
            }
        }
    }

    fn member(&mut self, about: About<'_>, old: &Placed<'_>, new: &Placed<'_>) {
        let (before, after) = (old.member, new.member);
        let api = Classes::api_if(before.rust != after.rust);
        self.renamed(about, &before.name, &after.name, api);
        self.changed(about, "offset", &old.offset, &new.offset, Classes::WIRE);
        let rust = (before.rust_type(), after.rust_type());
        let words = (before.ty.words(), after.ty.words());
        if !self.wire.is_same_in_words(&words.0, &words.1) {
            let wire = !self.wire.is_same_member(&before.ty, &after.ty);
            let (classes, types) =
                (Classes { wire, api: rust.0 != rust.1 }, (&before.ty, &after.ty));
            self.changed(about, "type", &types.0.to_string(), &types.1.to_string(), classes);
        } else if let (Some(old), Some(new)) = rust
            && !self.wire.names_renamed(&words.0, &words.1)
        {
            self.changed(about, "Rust type", &old, &new, Classes::API);
        }
        self.docs(about, &before.doc, &after.doc);
    }
}

/// A member with its place; pads have none to tell of.
struct Placed<'f> {
    member: &'f Member,
    offset: usize,
}

fn placed<'f>(item: &'f Struct, family: &Family) -> Vec<Placed<'f>> {
    let mut offset = 0;
    let mut placed = Vec::new();
    for member in &item.members {
        if !matches!(member.ty, MemberType::Pad(_)) {
            placed.push(Placed { member, offset });
        }
        offset += member.ty.size(family);
    }
    placed
}
