//! The tables that are made of specs at run time are those of the types.

use std::collections::HashSet;
use std::rc::Rc;

use nlkit::{Entry, Set, Shape};
use nlkit_codegen::Builder;
use nlkit_codegen::ir::{self, Number, Order, Selector};
use nlkit_dynamic::Family;
use nlkit_tests::messages::{MESSAGES, MessageType};
use serde_json::json;

use crate::families::{format, ours};

#[test]
fn the_tables_of_every_message_are_those_of_its_type() {
    let families = ours();
    let mut pairs = Pairs::default();
    let mut covered = HashSet::new();
    for message in MESSAGES {
        covered.insert(message.family);
        pairs.compare_messages(families[message.family], message);
    }
    assert_eq!(covered.len(), 33);
    assert!(pairs.seen.len() > 200, "{} sets", pairs.seen.len());
    assert!(pairs.formats > 300, "{} formats", pairs.formats);
}

/// A set with no sub-message of its own is a scope for those in its nests.
#[test]
fn a_path_leads_through_a_sub_message_whose_selector_is_further_out() {
    let spec = "
name: shelf
doc: Shelves.
protocol: netlink-raw
protonum: 2
attribute-sets:
  - name: shelf
    attributes:
      - { name: kind, type: string }
      - { name: inside, type: nest, nested-attributes: inside }
  - name: inside
    attributes:
      - { name: data, type: sub-message, sub-message: data, selector: kind }
  - name: books
    attributes: [ { name: pages, type: u32 } ]
sub-messages:
  - { name: data, formats: [ { value: books, attribute-set: books } ] }
operations:
  list:
    - name: get
      doc: Look at a shelf.
      attribute-set: shelf
      value: 16
      do: { request: { attributes: [kind, inside] } }
";
    let family = Family::new(Builder::new().resolve_str("shelf.yaml", spec).unwrap());
    let get = format(family, "get", "do", "request").unwrap();
    assert!(get.set().scope);
    let mut bytes = Vec::new();
    let shelf = json!({"kind": "books", "inside": {"data": {"pages": 7}}});
    get.encode(&shelf, &mut bytes).unwrap();
    let text = nlkit::describe(&bytes, get.set()).to_string();
    assert_eq!(text, r#"kind="books" inside{data{pages=7}}"#);
}

/// What is compared already, and what is at the moment.
#[derive(Default)]
struct Pairs {
    seen: HashSet<(usize, usize)>,
    formats: usize,
    /// What selectors of sub-messages can hold.
    selectors: Rc<[Vec<u8>]>,
    place: String,
}

impl Pairs {
    fn compare_messages(&mut self, family: &'static Family, message: &MessageType) {
        let MessageType { op, mode, direction, .. } = message;
        self.selectors = selectors(family.ir());
        self.place = format!("{} {op} {direction}", message.family);
        let ours = format(family, op, mode, direction);
        let ours = ours.unwrap_or_else(|| panic!("no {}", self.place)).set();
        // Messages have the whole set of their operation; types what the spec lists for each.
        let typed = message.set;
        assert_eq!(ours.header, typed.header, "{}", self.place);
        assert!(ours.scope || !typed.scope, "{}", self.place);
        for entry in typed.entries {
            let ours = ours.entry(entry.id).unwrap_or_else(|| panic!("no {entry:?}"));
            self.compare_entries(ours, entry);
        }
    }

    fn compare(&mut self, ours: &'static Set, typed: &'static Set) {
        let address = |set: &'static Set| std::ptr::from_ref(set).addr();
        if !self.seen.insert((address(ours), address(typed))) {
            return;
        }
        let place = std::mem::take(&mut self.place);
        self.place = format!("{place}, {}", typed.name);
        let told = |set: &Set| (set.name, set.header, set.scope);
        assert_eq!(told(ours), told(typed), "{}", self.place);
        let numbers = |set: &Set| set.entries.iter().map(|entry| entry.id).collect::<Vec<_>>();
        assert_eq!(numbers(ours), numbers(typed), "{}", self.place);
        for (ours, typed) in ours.entries.iter().zip(typed.entries) {
            self.compare_entries(ours, typed);
        }
        self.place = place;
    }

    fn compare_entries(&mut self, ours: &'static Entry, typed: &'static Entry) {
        let told = |entry: &Entry| (entry.id, entry.name, entry.multi, entry.checks.copied());
        assert_eq!(told(ours), told(typed), "{}", self.place);
        self.compare_shapes(ours.shape, typed.shape, typed.name);
    }

    fn compare_shapes(&mut self, ours: Shape, typed: Shape, name: &str) {
        match (ours, typed) {
            (Shape::Leaf(ours), Shape::Leaf(typed)) => {
                assert_eq!(ours, typed, "{}, {name}", self.place);
            }
            (Shape::Swapped(ours), Shape::Swapped(typed)) => {
                assert_eq!(ours, typed, "{}, {name}", self.place);
            }
            (Shape::Nest(ours), Shape::Nest(typed))
            | (Shape::InOrder(ours), Shape::InOrder(typed)) => {
                self.compare(ours.get(), typed.get());
            }
            (Shape::Array(ours), Shape::Array(typed))
            | (Shape::Keyed(ours), Shape::Keyed(typed)) => {
                self.compare_shapes(*ours, *typed, name);
            }
            (
                Shape::SubMessage { selector, outer, formats: ours },
                Shape::SubMessage { selector: id, outer: is_outer, formats: typed },
            ) => {
                assert_eq!((selector, outer), (id, is_outer), "{}, {name}", self.place);
                for selector in self.selectors.clone().iter() {
                    self.compare_shapes(ours.under(selector), typed.under(selector), name);
                    self.formats += 1;
                }
            }
            (ours, typed) => panic!("{}, {name}: {ours:?}, {typed:?}", self.place),
        }
    }
}

/// What chooses the formats of a family's sub-messages, as it lies in messages, and what chooses none.
fn selectors(family: &ir::Family) -> Rc<[Vec<u8>]> {
    let formats = family.sub_messages.iter().flat_map(|sub_message| {
        sub_message.formats.iter().map(|format| (&sub_message.selector, format))
    });
    let known = formats.map(|(selector, format)| match (selector, format.number) {
        (Selector::Number(scalar), Some(number)) => {
            let Number::Unsigned(width) = scalar.number else { panic!("{scalar:?}") };
            let len = usize::try_from(width.bits() / 8).unwrap();
            let bytes: Vec<_> = number.to_le_bytes().into_iter().take(len).collect();
            let big = match scalar.order {
                Order::Native => cfg!(target_endian = "big"),
                Order::Big => true,
                Order::Little => false,
            };
            if big { bytes.into_iter().rev().collect() } else { bytes }
        }
        _ => [format.value.as_bytes(), b"\0"].concat(),
    });
    known.chain([b"nobody\0".to_vec(), vec![0xff; 4], Vec::new()]).collect()
}
