//! A family's attribute tables, made of its IR: what paths in errors, checks, descriptions and policies go
//! by, as the types of generated code have them.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use nlkit::{Checks, Entry, Formats, Kind, NestedSet, Set, Shape};
use nlkit_codegen::ir::{self, Attribute, Form, Limit, Order, Payload, Scalar, StructRef, Type};

use crate::number;
use crate::selector::Key;

/// The tables of a family. They live as long as the program, as those of types do; each is made when it is
/// first looked at.
pub(crate) struct Tables {
    family: &'static ir::Family,
    /// The sets that attributes and sub-messages nest, by the names of their types.
    nested: Mutex<HashMap<&'static str, &'static NestedSet>>,
}

/// What a set consists of.
#[derive(Clone, Copy)]
pub(crate) struct Parts {
    /// Name of its type.
    pub(crate) name: &'static str,
    pub(crate) header: Option<&'static StructRef>,
    pub(crate) scope: bool,
    pub(crate) attributes: &'static [Attribute],
}

impl Parts {
    /// A message with the attributes that the spec lists for it.
    pub(crate) fn of(message: &'static ir::Message) -> Self {
        let name = match &message.form {
            Form::AliasOf(other) => other,
            Form::Struct | Form::Elsewhere => &message.rust,
        };
        let header = message.header.as_ref();
        Self { name, header, scope: message.scope, attributes: &message.attributes }
    }

    /// The message with all attributes of the set that its operation has.
    pub(crate) fn with_all_of(self, set: &'static ir::Set) -> Self {
        Self { scope: self.scope || set.scope, attributes: &set.attributes, ..self }
    }
}

impl Tables {
    /// The tables of a family.
    pub(crate) fn new(family: &'static ir::Family) -> &'static Self {
        leak(Self { family, nested: Mutex::default() })
    }

    /// The table of a message. It is made anew each time, so who asks keeps it.
    pub(crate) fn table(&'static self, parts: Parts) -> &'static Set {
        leak(self.set(parts))
    }

    fn set(&'static self, parts: Parts) -> Set {
        let entries: Vec<_> = parts.attributes.iter().filter_map(|it| self.entry(it)).collect();
        let header = parts.header.and_then(|header| self.structure(header));
        let set = Set::new(parts.name, leak(entries)).with_header(header.map_or(0, |it| it.len));
        if parts.scope { set.with_scope() } else { set }
    }

    /// `None` of pads and unused ones.
    fn entry(&'static self, attribute: &'static Attribute) -> Option<Entry> {
        let &Attribute { id, ref name, multi, .. } = attribute;
        let shape = self.shape(&attribute.ty)?;
        let multi = multi && attribute.ty != Type::Flag;
        let checks = Some(checks(attribute)).filter(|checks| *checks != Checks::NONE);
        Some(Entry { id, name, multi, shape, checks: checks.map(leak) })
    }

    fn shape(&'static self, ty: &'static Type) -> Option<Shape> {
        Some(match ty {
            Type::Unused | Type::Pad => return None,
            Type::Flag => Shape::Leaf(Kind::Flag),
            Type::Scalar(scalar) => of_number(scalar),
            // In network order it is bytes, an address.
            Type::Ipv4Scalar(scalar) if scalar.order != Order::Big => of_number(scalar),
            Type::String => Shape::Leaf(Kind::NulString),
            Type::Bitfield32 { .. } => Shape::Leaf(Kind::Bitfield32),
            Type::Ipv4Scalar(_) | Type::Binary | Type::HwAddr | Type::Array(_) => BYTES,
            Type::Ipv4 | Type::Ipv6 | Type::Ip | Type::Struct(_) => BYTES,
            Type::Nest { set, .. } => Shape::Nest(self.named(set)?),
            Type::InOrder { set, .. } => Shape::InOrder(self.named(set)?),
            Type::IndexedArray(entry) => Shape::Array(leak(self.shape(entry)?)),
            Type::Keyed(entry) => Shape::Keyed(leak(self.shape(entry)?)),
            &Type::SubMessage { ref name, selector, outer, .. } => {
                Shape::SubMessage { selector, outer, formats: self.formats(name)? }
            }
        })
    }

    /// The set of this name.
    fn named(&'static self, name: &str) -> Option<&'static NestedSet> {
        let set = self.family.sets.iter().find(|set| set.name == name)?;
        Some(self.nested(Parts {
            name: &set.rust,
            header: None,
            scope: set.scope,
            attributes: &set.attributes,
        }))
    }

    fn nested(&'static self, parts: Parts) -> &'static NestedSet {
        let mut nested = self.nested.lock().unwrap_or_else(PoisonError::into_inner);
        nested.entry(parts.name).or_insert_with(|| {
            // Made when it is asked for: sets hold each other.
            let set: &LazyLock<_, _> = leak(LazyLock::new(move || self.set(parts)));
            leak(NestedSet::Made(leak(move || -> &'static Set { set })))
        })
    }

    fn formats(&'static self, name: &str) -> Option<&'static Formats> {
        let sub_message = self.family.sub_messages.iter().find(|it| it.name == name)?;
        let shapes = sub_message
            .formats
            .iter()
            .map(|format| (Key::of(format), self.payload(&format.payload).unwrap_or(BYTES)));
        let shapes: HashMap<_, _> = shapes.collect();
        Some(leak(Formats::Made(leak(move |selector: &[u8]| {
            let key = Key::read(&sub_message.selector, selector);
            key.and_then(|key| shapes.get(&key).copied()).unwrap_or(BYTES)
        }))))
    }

    fn payload(&'static self, payload: &'static Payload) -> Option<Shape> {
        match payload {
            Payload::Nothing | Payload::Header(_) => None,
            Payload::Attributes { set, .. } => self.named(set).map(Shape::Nest),
            Payload::Both { header, set, rust } => {
                let set = self.family.sets.iter().find(|it| it.name == *set)?;
                Some(Shape::Nest(self.nested(Parts {
                    name: rust,
                    header: Some(header),
                    scope: set.scope,
                    attributes: &set.attributes,
                })))
            }
        }
    }

    fn structure(&self, name: &StructRef) -> Option<&'static ir::Struct> {
        self.family.structs.iter().find(|it| it.name == name.name)
    }
}

/// Bytes of which no more is known.
const BYTES: Shape = Shape::Leaf(Kind::Binary);

/// The shape of a number.
pub(crate) fn of_number(scalar: &Scalar) -> Shape {
    let kind = number::kind(scalar);
    let swapped = match (kind, scalar.order) {
        // Always in the order of the host.
        (Kind::Uint | Kind::Sint, _) | (_, Order::Native) => false,
        (_, Order::Big) => cfg!(target_endian = "little"),
        (_, Order::Little) => cfg!(target_endian = "big"),
    };
    if swapped { Shape::Swapped(kind) } else { Shape::Leaf(kind) }
}

/// What is checked before a request is sent. A limit that only the kernel has may be another there, and an
/// address is no number of ours.
fn checks(attribute: &Attribute) -> Checks {
    let ir::Checks { min, max, min_len, max_len, exact_len, mask, unterminated_ok: _ } =
        &attribute.checks;
    let number = |limit: &Option<Limit>| {
        limit.as_ref().filter(|limit| limit.kernel.is_none()).map(|limit| limit.number)
    };
    let length = |limit| number(limit).and_then(|number| u32::try_from(number).ok());
    let mut checks = Checks::NONE;
    if !matches!(attribute.ty, Type::Ipv4Scalar(_)) {
        checks = number(min).map_or(checks, |min| checks.min(min));
        checks = number(max).map_or(checks, |max| checks.max(max));
        checks = mask.map_or(checks, |mask| checks.mask(mask));
    }
    checks = length(min_len).map_or(checks, |len| checks.min_len(len));
    checks = length(max_len).map_or(checks, |len| checks.max_len(len));
    length(exact_len).map_or(checks, |len| checks.exact_len(len))
}

/// What lives as long as the program: once for each family.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
