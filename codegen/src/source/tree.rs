//! The document as a tree of spans, built only where there is an error to show.

use std::collections::BTreeMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, Span};

use crate::place::{Place, Step};

/// How deep the tree goes. The reader of the model gives up at 128 levels.
const MAX_DEPTH: usize = 200;

/// A document: nodes by index, the root first.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    span: Range<usize>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Scalar(String),
    Sequence(Vec<usize>),
    Mapping(Vec<(usize, usize)>),
    Alias(Option<usize>),
}

/// A collection that has begun: its node, and the key that waits for a value.
struct Open {
    node: usize,
    key: Option<usize>,
}

impl Tree {
    /// Reads `text` as far as it can.
    pub(crate) fn new(text: &str) -> Self {
        let mut builder = Builder::new(text);
        let mut parser = Parser::new_from_str(text);
        while builder.open.len() < MAX_DEPTH
            && let Some(Ok((event, span))) = parser.next_event()
        {
            builder.take(event, span);
        }
        Self { nodes: builder.nodes }
    }

    /// The span of what stands at `place`, or of the nearest that there is.
    pub(crate) fn value(&self, place: &Place) -> Range<usize> {
        let (found, holder) = self.find(place);
        self.show(found, holder)
    }

    /// The span of the key of `place`.
    pub(crate) fn key(&self, place: &Place) -> Range<usize> {
        let (found, holder) = self.find(place);
        match holder {
            Some(key) => self.span(key),
            None => self.show(found, None),
        }
    }

    /// The span of the scalar that begins at byte `start`.
    pub(crate) fn scalar_at(&self, start: usize) -> Option<Range<usize>> {
        let scalars = self.nodes.iter().filter(|node| matches!(node.kind, Kind::Scalar(_)));
        let mut spans = scalars.map(|node| node.span.clone());
        spans.find(|span| span.start == start && !span.is_empty())
    }

    /// Each key that stands twice in a mapping: its name, the first and the other.
    pub(crate) fn double_keys(&self) -> Vec<(String, Range<usize>, Range<usize>)> {
        let mut double = Vec::new();
        for node in &self.nodes {
            let Kind::Mapping(entries) = &node.kind else {
                continue;
            };
            let mut seen = BTreeMap::new();
            for (key, _) in entries {
                let Some(text) = self.text(*key) else {
                    continue;
                };
                match seen.get(text) {
                    Some(first) => {
                        double.push((text.to_owned(), self.span(*first), self.span(*key)));
                    }
                    None => {
                        seen.insert(text, *key);
                    }
                }
            }
        }
        double
    }

    /// The node at `place` and its key, if it is the value of one.
    fn find(&self, place: &Place) -> (usize, Option<usize>) {
        let mut found = (0, None);
        for step in &place.steps {
            let next = match (self.content(found.0), step) {
                (Some(Kind::Mapping(entries)), Step::Key(name)) => entries
                    .iter()
                    .find(|(key, _)| self.text(*key) == Some(name))
                    .map(|(key, value)| (*value, Some(*key))),
                (Some(Kind::Sequence(entries)), Step::Index(index)) => {
                    entries.get(*index).map(|entry| (*entry, None))
                }
                _ => None,
            };
            match next {
                Some(next) => found = next,
                None => break,
            }
        }
        found
    }

    /// A span that fits on a line: of a collection its key, its `name` or its first key.
    fn show(&self, node: usize, holder: Option<usize>) -> Range<usize> {
        match (self.nodes.get(node).map(|node| &node.kind), holder) {
            (Some(Kind::Sequence(_) | Kind::Mapping(_)), Some(key)) => self.span(key),
            (Some(Kind::Mapping(entries)), None) => {
                let name = entries.iter().find(|(key, _)| self.text(*key) == Some("name"));
                match (name, entries.first()) {
                    (Some((_, name)), _) => self.span(*name),
                    (None, Some((key, _))) => self.span(*key),
                    (None, None) => self.span(node),
                }
            }
            _ => self.span(node),
        }
    }

    fn span(&self, node: usize) -> Range<usize> {
        self.nodes.get(node).map_or(0..0, |node| node.span.clone())
    }

    fn text(&self, node: usize) -> Option<&str> {
        match self.content(node) {
            Some(Kind::Scalar(text)) => Some(text),
            _ => None,
        }
    }

    /// What the node is, an alias being what it stands for.
    fn content(&self, node: usize) -> Option<&Kind> {
        match &self.nodes.get(node)?.kind {
            Kind::Alias(target) => self.nodes.get((*target)?).map(|node| &node.kind),
            kind => Some(kind),
        }
    }
}

struct Builder<'t> {
    text: &'t str,
    /// Byte offset of each character.
    offsets: Vec<usize>,
    nodes: Vec<Node>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, usize>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        let offsets = text.char_indices().map(|(offset, _)| offset).collect();
        Self { text, offsets, nodes: Vec::new(), open: Vec::new(), anchors: BTreeMap::new() }
    }

    fn take(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Scalar(text, _, anchor, _) => {
                self.add(Kind::Scalar(text.into_owned()), span, anchor);
            }
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor).copied();
                self.add(Kind::Alias(target), span, 0);
            }
            Event::SequenceStart(anchor, _) => self.begin(Kind::Sequence(Vec::new()), span, anchor),
            Event::MappingStart(anchor, _) => self.begin(Kind::Mapping(Vec::new()), span, anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
            }
            _ => {}
        }
    }

    fn begin(&mut self, kind: Kind, span: Span, anchor: usize) {
        let node = self.add(kind, span, anchor);
        self.open.push(Open { node, key: None });
    }

    /// Adds a node to the collection that is open.
    fn add(&mut self, kind: Kind, span: Span, anchor: usize) -> usize {
        let node = self.nodes.len();
        self.nodes.push(Node { span: self.bytes(span), kind });
        if anchor != 0 {
            self.anchors.insert(anchor, node);
        }
        let Some(open) = self.open.last_mut() else {
            return node;
        };
        match self.nodes.get_mut(open.node).map(|node| &mut node.kind) {
            Some(Kind::Sequence(entries)) => entries.push(node),
            Some(Kind::Mapping(entries)) => match open.key.take() {
                Some(key) => entries.push((key, node)),
                None => open.key = Some(node),
            },
            _ => {}
        }
        node
    }

    /// The first line of the span, in bytes.
    fn bytes(&self, span: Span) -> Range<usize> {
        let offset = |index: usize| self.offsets.get(index).copied().unwrap_or(self.text.len());
        let (start, end) = (offset(span.start.index()), offset(span.end.index()));
        let text = self.text.get(start..end).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default().trim_end();
        start..start + line.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;
    use crate::place::Place;

    const TEXT: &str = "# é\nname: lamp\nsets:\n  - &a\n    name: \"x y\"\n    list: [one, two]\n  - *a\n  -\n    doc: |\n      long\n      text\n    list:\n";

    fn value(place: &Place) -> &'static str {
        TEXT.get(Tree::new(TEXT).value(place)).unwrap()
    }

    #[test]
    fn spans_are_of_keys_and_values() {
        let root = Place::root();
        assert_eq!(value(&root.key("name")), "lamp");
        assert_eq!(TEXT.get(Tree::new(TEXT).key(&root.key("name"))), Some("name"));
        let first = root.key("sets").index(0);
        assert_eq!(value(&first.key("name")), "\"x y\"");
        assert_eq!(value(&first.key("list").index(1)), "two");
        assert_eq!(value(&first), "\"x y\"", "a mapping shows its name");
        assert_eq!(value(&root.key("sets")), "sets", "a list shows its key");
    }

    #[test]
    fn an_alias_leads_to_its_content() {
        let alias = Place::root().key("sets").index(1);
        assert_eq!(value(&alias.key("list").index(0)), "one");
        assert_eq!(value(&alias), "*a");
    }

    #[test]
    fn what_is_missing_shows_what_is_around_it() {
        let third = Place::root().key("sets").index(2);
        assert_eq!(value(&third.key("name")), "doc");
        assert_eq!(value(&third.key("doc")), "long", "text on several lines shows its first");
        assert_eq!(value(&Place::root().key("sets").index(7)), "sets");
    }

    #[test]
    fn double_keys_are_found_with_both_spans() {
        let text = "a: 1\nb: {c: 1, c: 2}\na: 3\n";
        let double = Tree::new(text).double_keys();
        let found: Vec<_> = double.iter().map(|(key, _, second)| (&**key, second.start)).collect();
        assert_eq!(found, [("a", 21), ("c", 15)]);
    }

    #[test]
    fn broken_text_and_recursive_aliases_are_no_trouble() {
        for text in
            ["", "a: [1, {b: \"", "&a [*a, *b]", "\u{feff}a: 1\r\nb: é", "- - - - ? x", "\0"]
        {
            let tree = Tree::new(text);
            let place = Place::root().index(0).index(0).key("b");
            assert!(text.get(tree.value(&place)).is_some());
            tree.double_keys();
        }
    }
}
