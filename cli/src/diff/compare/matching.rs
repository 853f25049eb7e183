//! Which thing of the one is which of the other.

/// A name as it is compared where the two spell it in different ways: `rt_link` and `rt-link`.
pub(crate) fn normal(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', ' '], "-")
}

/// A thing as the one has it and as the other has it; of one that was added or removed just one.
pub(crate) type Pair<'f, T> = (Option<&'f T>, Option<&'f T>);

/// Pairs of things: by name, by name as [`normal`] has it, by what `is_same` says. In the order of the
/// new ones, then those that are gone.
pub(crate) fn pairs<'f, T>(
    old: &'f [T],
    new: &'f [T],
    name: impl Fn(&T) -> &str,
    is_same: impl Fn(&T, &T) -> bool,
) -> Vec<Pair<'f, T>> {
    let mut gone: Vec<&T> = old.iter().collect();
    let mut pairs: Vec<Pair<'f, T>> = new.iter().map(|new| (None, Some(new))).collect();
    let by_name = |old: &T, new: &T| name(old) == name(new);
    let by_normal_name = |old: &T, new: &T| normal(name(old)) == normal(name(new));
    take(&mut pairs, &mut gone, by_name);
    take(&mut pairs, &mut gone, by_normal_name);
    take(&mut pairs, &mut gone, is_same);
    pairs.extend(gone.into_iter().map(|old| (Some(old), None)));
    pairs
}

/// Gives each new one that has none yet an old one that is the same.
fn take<'f, T>(pairs: &mut [Pair<'f, T>], gone: &mut Vec<&'f T>, is_same: impl Fn(&T, &T) -> bool) {
    for (found, new) in pairs {
        let Some(new) = new.filter(|_| found.is_none()) else { continue };
        if let Some(index) = gone.iter().position(|old| is_same(old, new)) {
            *found = Some(gone.remove(index));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn names_come_before_numbers() {
        let old = [("a", 1), ("b-c", 2), ("d", 3), ("e", 4)];
        let new = [("d", 1), ("b_c", 9), ("f", 4), ("g", 2)];
        let found = pairs(&old, &new, |it| it.0, |old, new| old.1 == new.1);
        let found: Vec<_> =
            found.into_iter().map(|(old, new)| (old.map(|it| it.0), new.map(|it| it.0))).collect();
        let expected = [
            (Some("d"), Some("d")),
            (Some("b-c"), Some("b_c")),
            (Some("e"), Some("f")),
            (None, Some("g")),
            (Some("a"), None),
        ];
        assert_eq!(found, expected);
    }
}
