//! How an edit looks beside the pairs that show its concept, token by token: what it takes away or stands beside, and what it
//! brings. No model is asked.

use super::applicability::{Gram, beside_the_change};
use crate::codec::WindowPair;
use std::collections::BTreeSet;

/// What changes in each pair of a concept, and what all of them have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Likeness {
    pairs: Vec<Sides>,
    common: Sides,
}

/// Grams of the before and of the after side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Sides([BTreeSet<Gram>; 2]);

/// How like an edit is to the pairs, each from 0 to 1; the side before the edit, and the side after it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Alike {
    /// Share of what all pairs have in common that the edit has.
    pub common: [f32; 2],
    /// Common share with the pair that is most like it (intersection over union).
    pub nearest: [f32; 2],
}

impl Sides {
    fn of(window: &WindowPair) -> Self {
        let before = beside_the_change(&window.ids, &window.tags);
        Self([before, beside_the_change(&window.opposite_ids, &window.opposite_tags)])
    }
}

impl Likeness {
    /// Of a concept's windows; `remove`: for taking it out.
    pub fn new(windows: &[WindowPair], remove: bool) -> Self {
        let turned = |mut sides: Sides| {
            if remove {
                sides.0.reverse();
            }
            sides
        };
        let pairs: Vec<Sides> = windows.iter().map(|window| turned(Sides::of(window))).collect();
        let both =
            |a: Sides, b: &Sides| Sides([0, 1].map(|side| a.0[side].intersection(&b.0[side]).copied().collect()));
        let common = pairs.split_first().map(|(first, others)| others.iter().fold(first.clone(), both));
        Self { common: common.unwrap_or_default(), pairs }
    }

    /// Compares the window of an edit.
    pub fn of(&self, window: &WindowPair) -> Alike {
        let edit = Sides::of(window);
        let share = |part: usize, of: usize| if of == 0 { 1.0 } else { part as f32 / of as f32 };
        let common = [0, 1].map(|side| {
            let needed = &self.common.0[side];
            share(needed.intersection(&edit.0[side]).count(), needed.len())
        });
        let nearest = [0, 1].map(|side| {
            let alike = self.pairs.iter().map(|pair| {
                let (a, b) = (&pair.0[side], &edit.0[side]);
                share(a.intersection(b).count(), a.union(b).count())
            });
            alike.fold(0.0, f32::max)
        });
        Alike { common, nearest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::concepts::Taught;

    fn windows(pairs: &[(&str, &str)]) -> Vec<WindowPair> {
        Taught::new(pairs.iter().copied()).unwrap().windows
    }

    #[test]
    fn an_edit_is_like_the_pairs_where_it_changes_the_same() {
        let one = ("def f(a):\n    if a == None:\n        g()\n", "def f(a):\n    if a is None:\n        g()\n");
        let two = ("def h(b):\n    return b == None\n", "def h(b):\n    return b is None\n");
        let other = ("def h(b):\n    return b == 1\n", "def h(b):\n    return b != 1\n");
        let shown = windows(&[one, two]);
        let of = |remove: bool, edit: (&str, &str)| Likeness::new(&shown, remove).of(&windows(&[edit])[0]);
        let same = of(false, two);
        assert_eq!((same.common, same.nearest), ([1.0; 2], [1.0; 2]));
        let unlike = of(false, other);
        assert!(
            unlike.common[1] < 0.5 && unlike.nearest[1] < 0.5 && unlike.nearest[0] > unlike.nearest[1],
            "{unlike:?}"
        );
        let turned = of(true, (two.1, two.0));
        assert_eq!((turned.common, turned.nearest), ([1.0; 2], [1.0; 2]));
        assert_eq!(Likeness::new(&[], false).of(&shown[0]).nearest, [0.0; 2]);
    }
}
