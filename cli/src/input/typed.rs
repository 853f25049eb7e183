//! From what was typed to JSON, by the spec: which texts are lists, which are flags, where a nest is one of
//! several. What it does not know goes on as it is: the codec has the last word, and the errors.

use nlkit_codegen::ir::EnumKind;
use serde_json::{Map, Value};

use super::pairs::{At, Leaf, Node, Typed, split, unquote};
use crate::failure::Failure;
use crate::level::{Kind, Level, Place};

/// A level of the message, with what was typed there, and those around it.
struct Scope<'f, 'o> {
    level: Option<Level<'f>>,
    node: Option<&'o Node>,
    outer: Option<&'o Scope<'f, 'o>>,
}

/// The level that a path of names leads to, where `given` is what was typed so far.
pub(super) fn level_at<'f>(level: Level<'f>, path: &[&str], given: &Node) -> Option<Level<'f>> {
    Scope { level: Some(level), node: Some(given), outer: None }.level_at(path)
}

/// Makes JSON of pairs, for errors with the arguments that they stood in.
pub(super) struct Typing<'a> {
    pub(super) arguments: &'a [String],
}

type Outcome = Result<Value, Failure>;

impl Typing<'_> {
    /// The message that the pairs are.
    pub(super) fn message(&self, root: &Node, level: Level<'_>) -> Outcome {
        self.members(&Scope { level: Some(level), node: Some(root), outer: None })
    }

    fn members(&self, scope: &Scope<'_, '_>) -> Outcome {
        let mut members = Map::new();
        for (name, node) in scope.node.iter().flat_map(|node| &node.members) {
            let place = scope.level.and_then(|level| level.place(name));
            let value = self.place(node, place.as_ref(), scope)?;
            members.insert(name.clone(), value);
        }
        Ok(Value::Object(members))
    }

    /// All that was said about a member.
    fn place<'s>(
        &self,
        node: &'s Node,
        place: Option<&Place<'s>>,
        scope: &Scope<'s, '_>,
    ) -> Outcome {
        self.in_one_way(node)?;
        let is_list = place.is_some_and(Place::is_list);
        if !node.entries.is_empty() {
            return self.entries(node, place, scope);
        }
        if !node.members.is_empty() {
            let nest = self.nest(node, place, scope)?;
            return Ok(if is_list { Value::Array(vec![nest]) } else { nest });
        }
        match node.values.as_slice() {
            [only] if !is_list => self.value(only, place),
            several => self.list(several, place),
        }
    }

    fn in_one_way(&self, node: &Node) -> Result<(), Failure> {
        let ways = [!node.values.is_empty(), !node.members.is_empty(), !node.entries.is_empty()];
        if ways.into_iter().filter(|is_given| *is_given).count() > 1 {
            let what = "this is given in two ways: as a value, and with members or positions";
            return Err(self.mistake(node.at, what));
        }
        Ok(())
    }

    /// A list that was given by positions.
    fn entries<'s>(
        &self,
        node: &'s Node,
        place: Option<&Place<'s>>,
        scope: &Scope<'s, '_>,
    ) -> Outcome {
        let mut list = Vec::new();
        for (index, entry) in &node.entries {
            if *index != list.len() {
                let what = format!("there is a position {index}, but none {}", list.len());
                return Err(self.mistake(entry.at, &what));
            }
            self.in_one_way(entry)?;
            list.push(match entry.values.as_slice() {
                [] if !entry.entries.is_empty() => self.entries(entry, place, scope)?,
                [] => self.nest(entry, place, scope)?,
                [only] => self.value(only, place)?,
                [_, again, ..] => return Err(self.mistake(again.at, "this is given twice")),
            });
        }
        Ok(Value::Array(list))
    }

    fn nest<'s>(
        &self,
        node: &'s Node,
        place: Option<&Place<'s>>,
        scope: &Scope<'s, '_>,
    ) -> Outcome {
        let level = place.and_then(|place| scope.inside(place));
        self.members(&Scope { level, node: Some(node), outer: Some(scope) })
    }

    /// Several values, or one for a list.
    fn list(&self, values: &[Leaf], place: Option<&Place<'_>>) -> Outcome {
        if let (Some(place), [_, again, ..]) = (place, values)
            && !place.is_list()
        {
            return Err(self.mistake(again.at, "this is given twice, but is no list"));
        }
        let mut list = Vec::new();
        for leaf in values {
            match &leaf.value {
                Typed::Json(Value::Array(values)) => list.extend(values.iter().cloned()),
                Typed::Text(text) if is_empty(text) => {}
                Typed::Text(text) if !matches!(place.map(Place::kind), Some(Kind::Flags(_))) => {
                    for part in split(text) {
                        list.push(self.text(part, leaf.at, place)?);
                    }
                }
                _ => list.push(self.value(leaf, place)?),
            }
        }
        Ok(Value::Array(list))
    }

    /// One value.
    fn value(&self, leaf: &Leaf, place: Option<&Place<'_>>) -> Outcome {
        match &leaf.value {
            Typed::Json(value) => Ok(value.clone()),
            Typed::Text(text) => self.text(text, leaf.at, place),
            Typed::Nothing => match place.map(Place::kind) {
                Some(Kind::Flag) | None => Ok(Value::Bool(true)),
                Some(Kind::Nest(_) | Kind::Choice(..)) => Ok(Value::Object(Map::new())),
                Some(_) => {
                    let of_type = place.map(Place::type_text).unwrap_or_default();
                    Err(self.mistake(leaf.at, &format!("this needs a value behind `=`: {of_type}")))
                }
            },
        }
    }

    fn text(&self, text: &str, at: At, place: Option<&Place<'_>>) -> Outcome {
        let plain = |text| unquote(text).map_err(|what| self.mistake(at, &what));
        let Some(kind) = place.map(Place::kind) else { return Ok(Value::String(plain(text)?)) };
        match kind {
            Kind::Flag => {
                match text {
                    "true" | "1" | "yes" => Ok(Value::Bool(true)),
                    "false" | "0" | "no" => Ok(Value::Bool(false)),
                    _ => Err(self
                        .mistake(at, "a flag is there or not: its name alone, `true` or `false`")),
                }
            }
            Kind::Nest(_) | Kind::Choice(..) if is_empty(text) => Ok(Value::Object(Map::new())),
            Kind::Nest(_) => {
                Err(self.mistake(at, "this is a nest: `name.member=value`, or `name:=` and JSON"))
            }
            Kind::Number(names) => {
                let named = names.is_some_and(|it| it.entries.iter().any(|it| it.name == text));
                Ok(if named { None } else { number(text) }.unwrap_or(Value::String(plain(text)?)))
            }
            Kind::Flags(_) => match number(text) {
                Some(number) => Ok(number),
                None => self.flags(text, at),
            },
            Kind::Bitfield(of) => {
                let value = match number(text) {
                    Some(number) => number,
                    None if of.is_some_and(|of| of.kind == EnumKind::Enum) || of.is_none() => {
                        Value::String(plain(text)?)
                    }
                    None => self.flags(text, at)?,
                };
                // Those that are named are meant, and set.
                let pair = [("value", value.clone()), ("selector", value)];
                Ok(pair.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }
            Kind::Text | Kind::Choice(..) => Ok(Value::String(plain(text)?)),
        }
    }

    /// Names of flags: none, or separated by commas.
    fn flags(&self, text: &str, at: At) -> Outcome {
        let names = split(text).into_iter().filter(|name| !is_empty(name));
        let names = names.map(|name| Ok(Value::String(unquote(name)?)));
        let names: Result<_, String> = names.collect();
        names.map(Value::Array).map_err(|what| self.mistake(at, &what))
    }

    fn mistake(&self, at: At, what: &str) -> Failure {
        at.failure(self.arguments, what)
    }
}

impl<'f> Scope<'f, '_> {
    /// The level inside one of its places.
    fn inside(&self, place: &Place<'f>) -> Option<Level<'f>> {
        match place.kind() {
            Kind::Nest(level) => Some(level),
            Kind::Choice(sub_message, selector) => {
                let (level, text) = self.selected(selector)?;
                level.chosen(sub_message, text)
            }
            _ => None,
        }
    }

    fn level_at(&self, path: &[&str]) -> Option<Level<'f>> {
        let Some((name, behind)) = path.split_first() else { return self.level };
        let level = self.inside(&self.level?.place(name)?);
        let node = self.node.and_then(|node| node.member(name));
        // Of a list, any entry says as much.
        let node = node.and_then(|node| node.entries.values().next().or(Some(node)));
        Scope { level, node, outer: Some(self) }.level_at(behind)
    }

    /// What was typed for the attribute of that number here, or in a level around this one.
    fn selected(&self, selector: u16) -> Option<(Level<'f>, &str)> {
        let here = self.level.and_then(|level| {
            let name = level.name_of(selector)?;
            Some((level, self.node?.member(name)?.text()?))
        });
        here.or_else(|| self.outer?.selected(selector))
    }
}

/// Whether it stands for nothing inside: as it is typed, or as it is printed.
fn is_empty(text: &str) -> bool {
    matches!(text, "" | "[]" | "{}")
}

fn number(text: &str) -> Option<Value> {
    let unsigned = text.parse::<u64>().ok().map(Value::from);
    unsigned.or_else(|| text.parse::<i64>().ok().map(Value::from))
}
