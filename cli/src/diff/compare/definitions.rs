//! Enums, flags and constants.

use nlkit_codegen::ir::{Const, Entry, Enum, EnumKind, Value};

use super::matching::pairs;
use super::{About, Comparison, counted};
use crate::diff::model::{Classes, Item};

impl Comparison<'_> {
    pub(super) fn enums(&mut self) {
        let (of_old, of_new) = (self.old, self.new);
        // The bits of an enum are a type of their own, with the same name and the same entries.
        for as_bits in [false, true] {
            let of = |enums: &[Enum]| -> Vec<Enum> {
                let is_it = |it: &&Enum| (it.kind == EnumKind::FlagsOfEnum) == as_bits;
                enums.iter().filter(is_it).cloned().collect()
            };
            let (olds, news) = (of(&of_old.enums), of(&of_new.enums));
            let names = &self.wire.names;
            let same = |old: &Enum, new: &Enum| names.is_renamed(Item::Enum, &old.name, &new.name);
            for (old, new) in pairs(&olds, &news, |it| &it.name, same) {
                self.enumeration(old, new);
            }
        }
    }

    fn enumeration(&mut self, old: Option<&Enum>, new: Option<&Enum>) {
        let Some(item) = new.or(old) else { return };
        let name = match item.kind {
            EnumKind::FlagsOfEnum => format!("{} as bits", item.name),
            EnumKind::Enum | EnumKind::Flags => item.name.clone(),
        };
        let about = About::whole(Item::Enum, &name);
        let what = format!("{}, {}", kind(item), counted(item.entries.len(), Item::Entry));
        match (old, new) {
            (Some(old), Some(new)) => {
                self.renamed(about, &old.name, &new.name, Classes::api_if(old.rust != new.rust));
                self.changed(about, "kind", &kind(old), &kind(new), Classes::BOTH);
                let widths = (old.repr.bits(), new.repr.bits());
                self.changed(about, "Rust type's bits", &widths.0, &widths.1, Classes::API);
                self.docs(about, &old.doc, &new.doc);
            }
            (_, Some(_)) => self.added(about, what, Classes::NONE),
            (_, None) => self.removed(about, what, Classes::API),
        }
        if item.kind == EnumKind::FlagsOfEnum {
            return;
        }
        let entries = |item: Option<&Enum>| item.map_or(Vec::new(), |item| item.entries.clone());
        let (olds, news) = (entries(old), entries(new));
        match (old, new) {
            (Some(_), Some(_)) => self.entries(about, &olds, &news),
            _ => self.implied(|it| it.entries(about, &olds, &news)),
        }
    }

    fn entries(&mut self, about: About<'_>, old: &[Entry], new: &[Entry]) {
        for (old, new) in pairs(old, new, |it| &it.name, |old, new| old.value == new.value) {
            let Some(entry) = new.or(old) else { continue };
            let about = about.part(Item::Entry, &entry.name);
            match (old, new) {
                (Some(old), Some(new)) => {
                    let api = Classes::api_if(old.rust != new.rust);
                    self.renamed(about, &old.name, &new.name, api);
                    self.changed(about, "value", &old.value, &new.value, Classes::WIRE);
                    self.docs(about, &old.doc, &new.doc);
                }
                (_, Some(_)) => self.added(about, entry.value.to_string(), Classes::NONE),
                (_, None) => {
                    let classes = Classes { wire: !self.implied, api: true };
                    self.removed(about, entry.value.to_string(), classes);
                }
            }
        }
    }

    pub(super) fn constants(&mut self) {
        for (old, new) in pairs(&self.old.consts, &self.new.consts, |it| &it.name, |_, _| false) {
            let Some(item) = new.or(old) else { continue };
            let about = About::whole(Item::Constant, &item.name);
            match (old, new) {
                (Some(old), Some(new)) => {
                    let api = Classes::api_if(old.rust != new.rust);
                    self.renamed(about, &old.name, &new.name, api);
                    let classes = Classes { wire: true, api: rust_type(old) != rust_type(new) };
                    let values = (old.value.to_string(), new.value.to_string());
                    self.changed(about, "value", &values.0, &values.1, classes);
                    self.docs(about, &old.doc, &new.doc);
                }
                (_, Some(_)) => self.added(about, item.value.to_string(), Classes::NONE),
                (_, None) => self.removed(about, item.value.to_string(), Classes::API),
            }
        }
    }
}

fn kind(item: &Enum) -> String {
    let kind = match item.kind {
        EnumKind::Enum => "enum",
        EnumKind::Flags => "flags",
        EnumKind::FlagsOfEnum => "flags of the enum",
    };
    kind.to_owned()
}

fn rust_type(item: &Const) -> &'static str {
    match item.value {
        Value::Unsigned(_) => "u64",
        Value::Signed(_) => "i64",
        Value::Text(_) => "&str",
    }
}
