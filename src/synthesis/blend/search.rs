//! The likeliest token sequence that is a function: a beam over the columns of an alignment, under the grammar.

use crate::codec::vocabulary::{DE, IN, Id, NL};
use crate::codec::{Alphabet, Viable};
use std::collections::HashSet;
use std::rc::Rc;

/// Sequences that are followed at a time.
const BEAM: usize = 48;
/// Cost of going over to the other function, where a statement begins and inside of one.
const CHANGE: (f32, f32) = (0.5, 2.5);
/// At most so many results.
const RESULTS: usize = 12;

/// Whose token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The first function's.
    First,
    /// Both have it.
    Both,
    /// The second function's.
    Second,
}

/// What may stand in a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    /// Whose it is.
    pub side: Side,
    /// The token; none where that function has none here.
    pub id: Option<Id>,
    /// The token of the first function that is kept.
    pub kept: Option<usize>,
    /// Minus its log-probability.
    pub cost: f32,
    /// Whether it is a name put in for that function's own.
    pub stands_in: bool,
}

/// A token sequence that is a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its tokens, and what each was chosen as.
    pub tokens: Vec<(Id, Choice)>,
}

/// What was chosen so far, last first; sequences share their beginnings.
struct Chosen {
    choice: Choice,
    before: Option<Rc<Chosen>>,
}

#[derive(Clone)]
struct Hypothesis {
    viable: Viable,
    cost: f32,
    /// The side of the last choice that was one.
    side: Option<Side>,
    last: Option<Id>,
    /// Only one side so far: such a sequence is always followed, since it can be completed.
    pure: Option<Side>,
    chosen: Option<Rc<Chosen>>,
}

impl Hypothesis {
    /// Goes on with a choice; `None` when the grammar refuses.
    fn with(&self, alphabet: &Alphabet, choice: Choice) -> Option<Self> {
        let mut next = self.clone();
        if let Some(id) = choice.id {
            if !next.viable.read(alphabet, id) {
                return None;
            }
            next.last = Some(id);
        }
        next.cost += choice.cost;
        if choice.side != Side::Both {
            if self.side.is_some_and(|side| side != choice.side) {
                let begins = self.last.is_none_or(|last| matches!(last, NL | IN | DE));
                next.cost += if begins { CHANGE.0 } else { CHANGE.1 };
            }
            next.side = Some(choice.side);
            next.pure = match self.pure {
                Some(Side::Both) => Some(choice.side),
                pure => pure.filter(|side| *side == choice.side),
            };
        }
        next.chosen = Some(Rc::new(Chosen { choice, before: self.chosen.clone() }));
        Some(next)
    }

    fn found(&self) -> Found {
        let mut tokens = Vec::new();
        let mut at = self.chosen.as_deref();
        while let Some(chosen) = at {
            tokens.extend(chosen.choice.id.map(|id| (id, chosen.choice)));
            at = chosen.before.as_deref();
        }
        tokens.reverse();
        Found { tokens }
    }
}

/// The functions that cost least, best first; different ones only.
pub fn search(alphabet: &Alphabet, columns: &[Vec<Choice>]) -> Vec<Found> {
    let start = Hypothesis {
        viable: Viable::default(),
        cost: 0.0,
        side: None,
        last: None,
        pure: Some(Side::Both),
        chosen: None,
    };
    let mut beam = vec![start];
    for choices in columns {
        let next = beam.iter().flat_map(|one| choices.iter().filter_map(|choice| one.with(alphabet, *choice)));
        let mut next: Vec<Hypothesis> = next.collect();
        next.sort_by(|x, y| x.cost.total_cmp(&y.cost));
        // of two that the rest of the way can not tell apart, the cheaper one
        let mut seen = HashSet::new();
        let mut count = 0;
        next.retain(|one| {
            let new = seen.insert((one.viable.clone(), one.side, one.pure));
            count += usize::from(new);
            new && (count <= BEAM || one.pure.is_some())
        });
        beam = next;
    }
    beam.retain(|one| one.viable.is_complete());
    let mut found: Vec<Found> = Vec::new();
    for one in beam {
        let one = one.found();
        let ids = |found: &Found| found.tokens.iter().map(|(id, _)| *id).collect::<Vec<Id>>();
        if !found.iter().any(|other| ids(other) == ids(&one)) {
            found.push(one);
        }
    }
    found.truncate(RESULTS);
    found
}
