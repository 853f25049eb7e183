//! Attribute sets, and sub-messages, whose formats are sets.

use nlkit_codegen::ir::{Attribute, Checks, Family, Format, Selector, Set, SubMessage};

use super::fields::Fields;
use super::matching::{normal, pairs};
use super::{About, Comparison, counted};
use crate::diff::model::{Classes, Item};

impl Comparison<'_> {
    pub(super) fn sets(&mut self) {
        let fields = Fields::of(self.old);
        let (old, new, names) = (&self.old.sets, &self.new.sets, &self.wire.names);
        let same = |old: &Set, new: &Set| names.is_renamed(Item::Set, &old.name, &new.name);
        for (old, new) in pairs(old, new, |it| &it.name, same) {
            let Some(set) = new.or(old) else { continue };
            let about = About::whole(Item::Set, &set.name);
            let what = counted(set.attributes.len(), Item::Attribute);
            match (old, new) {
                (Some(old), Some(new)) => {
                    self.set(about, old, new);
                    self.attributes(about, Some(old), Some(new), &fields);
                }
                (old, Some(_)) => {
                    self.added(about, what, Classes::NONE);
                    self.implied(|it| it.attributes(about, old, new, &fields));
                }
                (old, None) => {
                    // What is on the wire is told of the attributes that had it.
                    self.removed(about, what, Classes::api_if(set.nested));
                    self.implied(|it| it.attributes(about, old, None, &fields));
                }
            }
        }
    }

    fn set(&mut self, about: About<'_>, old: &Set, new: &Set) {
        let api = Classes::api_if(old.nested && new.nested && old.rust != new.rust);
        self.renamed(about, &old.name, &new.name, api);
        if old.nested && !new.nested {
            self.changed(about, "Rust type", &old.rust.as_str(), &"none", Classes::API);
        }
        let of = |set: &Set| set.subset_of.clone().unwrap_or("nothing".to_owned());
        let parents = (of(old), of(new));
        if !self.wire.names.is_same(Item::Set, &parents.0, &parents.1) {
            self.changed(about, "subset-of", &parents.0, &parents.1, Classes::NONE);
        }
        self.docs(about, &old.doc, &new.doc);
    }

    fn attributes(
        &mut self,
        about: About<'_>,
        old: Option<&Set>,
        new: Option<&Set>,
        fields: &Fields<'_>,
    ) {
        let attributes = |set: Option<&Set>| set.map_or(Vec::new(), |set| set.attributes.clone());
        let (olds, news) = (attributes(old), attributes(new));
        let (of_old, of_new) = (self.old, self.new);
        // What had a meaning and has the same number was renamed, whatever it is now.
        let same = |old: &Attribute, new: &Attribute| old.id == new.id && old.is_field();
        for pair in pairs(&olds, &news, |it| &it.name, same) {
            let Some(attribute) = pair.1.or(pair.0) else { continue };
            let about = about.part(Item::Attribute, &attribute.name);
            match pair {
                (Some(one), Some(other)) => {
                    // What a subset has from the set that it is part of is told there.
                    if !(inherits(old, one, of_old) && inherits(new, other, of_new)) {
                        let has_field = old.is_some_and(|set| fields.has(set, one));
                        self.attribute(about, one, other, has_field);
                    }
                }
                (None, _) => {
                    let grows = old.is_some_and(|set| set.nested) && attribute.is_field();
                    let api = Classes::api_if(self.options.exhaustive && grows);
                    self.added(about, whole(attribute), api);
                }
                (Some(_), None) => {
                    let own = old.is_some_and(|it| it.subset_of.is_none());
                    let wire = attribute.is_field() && own && !self.implied;
                    let api = old.is_some_and(|set| fields.has(set, attribute));
                    self.removed(about, whole(attribute), Classes { wire, api });
                }
            }
        }
    }

    fn attribute(&mut self, about: About<'_>, old: &Attribute, new: &Attribute, has_field: bool) {
        let renamed = Classes::api_if(has_field && old.rust != new.rust);
        self.renamed(about, &old.name, &new.name, renamed);
        self.changed(about, "number", &old.id, &new.id, Classes::WIRE);
        self.attribute_type(about, old, new, has_field);
        let checks = (checks_text(&old.checks), checks_text(&new.checks));
        self.changed(about, "checks", &checks.0, &checks.1, Classes::NONE);
        let hint = |it: &Attribute| it.hint.map_or("none".to_owned(), |it| format!("{it:?}"));
        if type_text(old) == type_text(new) {
            self.changed(about, "display-hint", &hint(old), &hint(new), Classes::NONE);
        }
        self.docs(about, &old.doc, &new.doc);
    }

    fn attribute_type(
        &mut self,
        about: About<'_>,
        old: &Attribute,
        new: &Attribute,
        has_field: bool,
    ) {
        let rust = (old.rust_type(), new.rust_type());
        let api = has_field && rust.0 != rust.1;
        let words = (old.ty.words(), new.ty.words());
        let same = self.wire.is_same_in_words(&words.0, &words.1) && old.multi == new.multi;
        if !same {
            // A number that meant nothing so far takes nothing from anybody.
            let wire =
                old.is_field() && (!self.wire.is_same(&old.ty, &new.ty) || old.multi != new.multi);
            let classes = Classes { wire, api };
            self.changed(about, "type", &type_text(old), &type_text(new), classes);
        } else if let (true, (Some(old), Some(new))) = (api, rust)
            // That what it is of has another name is told there.
            && !self.wire.names_renamed(&words.0, &words.1)
        {
            self.changed(about, "Rust type", &old, &new, Classes::API);
        }
    }

    pub(super) fn sub_messages(&mut self) {
        let (old, new) = (&self.old.sub_messages, &self.new.sub_messages);
        let names = &self.wire.names;
        let same = |old: &SubMessage, new: &SubMessage| {
            names.is_renamed(Item::SubMessage, &old.name, &new.name)
        };
        for (old, new) in pairs(old, new, |it| &it.name, same) {
            let Some(message) = new.or(old) else { continue };
            let about = About::whole(Item::SubMessage, &message.name);
            let what = counted(message.formats.len(), Item::Format);
            match (old, new) {
                (Some(old), Some(new)) => {
                    self.renamed(
                        about,
                        &old.name,
                        &new.name,
                        Classes::api_if(old.rust != new.rust),
                    );
                    let selectors = (selector(&old.selector), selector(&new.selector));
                    self.changed(about, "selector", &selectors.0, &selectors.1, Classes::BOTH);
                    self.docs(about, &old.doc, &new.doc);
                    self.formats(about, &old.formats, &new.formats);
                }
                (old, Some(_)) => {
                    self.added(about, what, Classes::NONE);
                    self.implied(|it| it.formats(about, formats(old), &message.formats));
                }
                (_, None) => {
                    self.removed(about, what, Classes::API);
                    self.implied(|it| it.formats(about, &message.formats, &[]));
                }
            }
        }
    }

    fn formats(&mut self, about: About<'_>, old: &[Format], new: &[Format]) {
        for (old, new) in pairs(old, new, |it| &it.value, |_, _| false) {
            let Some(format) = new.or(old) else { continue };
            let about = about.part(Item::Format, &format.value);
            let what = format.payload.to_string();
            match (old, new) {
                (Some(old), Some(new)) => {
                    let words = (old.payload.words(), new.payload.words());
                    if !self.wire.is_same_in_words(&words.0, &words.1) {
                        let wire = !self.wire.is_same_payload(&old.payload, &new.payload);
                        let classes = Classes { wire, api: true };
                        self.changed(about, "payload", &old.payload.to_string(), &what, classes);
                    }
                    self.docs(about, &old.doc, &new.doc);
                }
                // The enum of formats is `#[non_exhaustive]` always.
                (_, Some(_)) => self.added(about, what, Classes::NONE),
                (_, None) => {
                    self.removed(about, what, Classes { wire: !self.implied, api: true });
                }
            }
        }
    }
}

fn formats(message: Option<&SubMessage>) -> &[Format] {
    message.map_or(&[], |message| &message.formats)
}

fn selector(selector: &Selector) -> String {
    normal(&selector.to_string())
}

/// Whether a subset has an attribute just as the set has it that it is part of.
fn inherits(set: Option<&Set>, attribute: &Attribute, family: &Family) -> bool {
    let parent = set.and_then(|set| set.subset_of.as_ref());
    let parent = parent.and_then(|name| family.sets.iter().find(|set| set.name == *name));
    let original = parent.and_then(|set| set.attributes.iter().find(|it| it.id == attribute.id));
    original.is_some_and(|it| {
        let same = it.ty == attribute.ty && it.multi == attribute.multi;
        same && it.checks == attribute.checks && it.hint == attribute.hint
    })
}

fn type_text(attribute: &Attribute) -> String {
    let multi = if attribute.multi { ", multi-attr" } else { "" };
    format!("{}{multi}", attribute.ty)
}

fn whole(attribute: &Attribute) -> String {
    format!("{}, {}", attribute.id, type_text(attribute))
}

fn checks_text(checks: &Checks) -> String {
    let mut phrases = checks.phrases();
    phrases.extend(checks.unterminated_ok.then(|| "may lack its NUL".to_owned()));
    if phrases.is_empty() { "none".to_owned() } else { phrases.join(", ") }
}
