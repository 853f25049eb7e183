//! Recursion: which nests need a box, since their struct would otherwise hold itself.

use std::collections::BTreeMap;

use crate::ir::{Set, Type};

/// Boxes the nests that stand on a cycle. A nest in a vector (multi-attr, array) is on the heap as
/// it is, so only nests that stand once count.
pub(super) fn mark_boxes(sets: &mut [Set]) {
    let names: BTreeMap<&str, usize> =
        sets.iter().zip(0..).map(|(set, index)| (set.name.as_str(), index)).collect();
    let edges: Vec<Vec<usize>> = sets.iter().map(|set| direct_nests(set, &names)).collect();
    let component = components(&edges);
    let boxed: Vec<Vec<bool>> = sets
        .iter()
        .zip(&component)
        .map(|(set, own)| {
            let on_cycle = |name: &str| {
                let other = names.get(name).and_then(|index| component.get(*index));
                other == Some(own)
            };
            let attributes = set.attributes.iter();
            attributes.map(|it| !it.multi && nest(&it.ty).is_some_and(on_cycle)).collect()
        })
        .collect();
    for (set, boxed) in sets.iter_mut().zip(boxed) {
        for (attribute, on_cycle) in set.attributes.iter_mut().zip(boxed) {
            if let Type::Nest { boxed, .. } = &mut attribute.ty {
                *boxed = on_cycle;
            }
        }
    }
}

/// The sets that `set` holds directly.
fn direct_nests(set: &Set, names: &BTreeMap<&str, usize>) -> Vec<usize> {
    let direct = set.attributes.iter().filter(|attribute| !attribute.multi);
    direct.filter_map(|it| names.get(nest(&it.ty)?).copied()).collect()
}

fn nest(ty: &Type) -> Option<&str> {
    match ty {
        Type::Nest { set, .. } => Some(set),
        _ => None,
    }
}

/// The strongly connected component of each node, by Tarjan's algorithm without recursion, so that
/// a long chain of nests is no trouble. A node that does not reach itself has one of its own.
///
/// Two nodes of one component are on a cycle together; an edge from a node to itself ends in its
/// own component too, and any other edge out of such a node ends in another one.
///
/// They are numbered from the inside out: an edge never leads to a higher one.
pub(super) fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    let mut search = Search {
        component: vec![usize::MAX; edges.len()],
        index: vec![usize::MAX; edges.len()],
        low: vec![0; edges.len()],
        stack: Vec::new(),
        next: 0,
        found: 0,
    };
    for start in 0..edges.len() {
        search.from(start, edges);
    }
    search.component
}

struct Search {
    component: Vec<usize>,
    index: Vec<usize>,
    low: Vec<usize>,
    stack: Vec<usize>,
    next: usize,
    found: usize,
}

impl Search {
    fn from(&mut self, start: usize, edges: &[Vec<usize>]) {
        if at(&self.index, start) != usize::MAX {
            return;
        }
        self.enter(start);
        // Each node on the way, with the number of its edges that have been followed.
        let mut path = vec![(start, 0)];
        while let Some((node, followed)) = path.last_mut() {
            let node = *node;
            match edges.get(node).and_then(|edges| edges.get(*followed)) {
                Some(&to) => {
                    *followed += 1;
                    if at(&self.index, to) == usize::MAX {
                        self.enter(to);
                        path.push((to, 0));
                    } else if at(&self.component, to) == usize::MAX {
                        self.lower(node, at(&self.index, to));
                    }
                }
                None => {
                    path.pop();
                    if let Some((before, _)) = path.last() {
                        self.lower(*before, at(&self.low, node));
                    }
                    self.leave(node);
                }
            }
        }
    }

    fn enter(&mut self, node: usize) {
        for list in [&mut self.index, &mut self.low] {
            if let Some(slot) = list.get_mut(node) {
                *slot = self.next;
            }
        }
        self.next += 1;
        self.stack.push(node);
    }

    fn lower(&mut self, node: usize, to: usize) {
        if let Some(low) = self.low.get_mut(node) {
            *low = (*low).min(to);
        }
    }

    /// Closes a component if `node` is the first of it.
    fn leave(&mut self, node: usize) {
        if at(&self.low, node) != at(&self.index, node) {
            return;
        }
        while let Some(member) = self.stack.pop() {
            if let Some(component) = self.component.get_mut(member) {
                *component = self.found;
            }
            if member == node {
                break;
            }
        }
        self.found += 1;
    }
}

fn at(list: &[usize], index: usize) -> usize {
    list.get(index).copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn cycles_are_found_and_chains_are_none() {
        // 0 -> 1 -> 2 -> 1, 3 -> 3, 4 -> 0
        let found = components(&[vec![1], vec![2], vec![1], vec![3], vec![0]]);
        assert_eq!(found[1], found[2]);
        for (one, other) in [(0, 1), (0, 3), (0, 4), (3, 4), (1, 3)] {
            assert_ne!(found[one], found[other], "{one} {other}");
        }
    }

    #[test]
    fn a_long_chain_is_no_trouble() {
        let chain: Vec<Vec<usize>> = (1..=200_000).map(|next| vec![next % 200_000]).collect();
        let found = components(&chain);
        assert!(found.iter().all(|component| *component == found[0]));
    }
}
