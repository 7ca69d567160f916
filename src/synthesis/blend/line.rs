//! The two token sequences side by side, and where on the way each stretch turns over.

use super::SynthesisError;
use super::search::{self, Choice, Found, Side};
use crate::codec::vocabulary::{DE, IN, Id, NL};
use crate::codec::{Alphabet, Column, Kind, Vocabulary, columns};
use crate::latent::LatentError;
use crate::synthesis::{Cancel, Engine};
use std::collections::HashMap;

/// Places on the way where the latents are asked.
const GRID: usize = 16;
/// How decided a stretch is far from where it turns: log-odds for the whole way.
const DECIDED: f32 = 10.0;
/// Cost of a name that stands in for its counterpart.
const STANDS_IN: f32 = 1.5;

/// An alignment with its turning points.
pub struct Line {
    a: Vec<Id>,
    b: Vec<Id>,
    columns: Vec<Column>,
    /// Per column the share of the way at which it turns over.
    turns: Vec<f32>,
    /// Names of one function that stand for another's, both ways.
    counterparts: HashMap<Id, Id>,
}

impl Line {
    /// Aligns, and asks the latents.
    pub fn new(
        engine: &Engine,
        alphabet: &Alphabet,
        a: &[Id],
        b: &[Id],
        cancel: &Cancel,
    ) -> Result<Self, SynthesisError> {
        let columns = columns(alphabet, a, b);
        let said = Self::ask(engine, &columns, a, b, cancel).map_err(|error| match error {
            LatentError::Cancelled => SynthesisError::Cancelled,
            other => other.into(),
        })?;
        let turns = turns(&columns, a, b, &said);
        let counterparts = counterparts(&columns, a, b);
        Ok(Self { a: a.to_vec(), b: b.to_vec(), columns, turns, counterparts })
    }

    /// What the latents say at each column, at each place of the grid. A gap is filled with line ends: the encoder and
    /// the un-pool head carry those through (99.9 % of the tokens come back), padding they do not (81 %).
    fn ask(
        engine: &Engine,
        columns: &[Column],
        a: &[Id],
        b: &[Id],
        cancel: &Cancel,
    ) -> Result<Vec<Vec<Id>>, LatentError> {
        let filled =
            |of: &dyn Fn(&Column) -> Option<Id>| columns.iter().map(|c| of(c).unwrap_or(NL)).collect::<Vec<Id>>();
        let (first, second) = (filled(&|c| c.a.map(|k| a[k])), filled(&|c| c.b.map(|k| b[k])));
        let shares: Vec<f32> = (0..GRID).map(|step| (step as f32 + 0.5) / GRID as f32).collect();
        let stop = cancel.clone();
        let worker = engine.worker();
        worker.run(move |model| model.said_between(&first, &second, &shares, &|| stop.is_cancelled()))
    }

    /// The sequences that agree best with alignment and turning points at a share of the way, best first.
    pub fn search(&self, alphabet: &Alphabet, t: f32) -> Vec<Found> {
        search::search(alphabet, &self.choices(t))
    }

    /// What may stand in each column, and what it costs.
    fn choices(&self, t: f32) -> Vec<Vec<Choice>> {
        let name = self.name_column();
        (0..self.columns.len())
            .map(|at| {
                let column = self.columns[at];
                let (a, b) = (column.a.map(|k| self.a[k]), column.b.map(|k| self.b[k]));
                let choice = |side, id, kept, cost| Choice { side, id, kept, cost, stands_in: false };
                if a == b || Some(at) == name {
                    return vec![choice(Side::Both, a, column.a, 0.0)];
                }
                // log-odds of the second function's side
                let odds = DECIDED * (t - self.turns[at]);
                let cost = |odds: f32| (-odds).exp().ln_1p();
                let mut choices =
                    vec![choice(Side::First, a, column.a, cost(-odds)), choice(Side::Second, b, None, cost(odds))];
                for (side, own, odds) in [(Side::First, a, -odds), (Side::Second, b, odds)] {
                    if let Some(other) = own.and_then(|id| self.counterparts.get(&id)) {
                        let stand_in = choice(side, Some(*other), None, cost(odds) + STANDS_IN);
                        choices.push(Choice { stands_in: true, ..stand_in });
                    }
                }
                choices
            })
            .collect()
    }

    /// The function's own name stays the first one's, so that whoever calls it still finds it.
    fn name_column(&self) -> Option<usize> {
        let def = Vocabulary::built_in().id(Kind::Keyword, "def");
        let name = self.a.iter().position(|id| Some(*id) == def)? + 1;
        self.columns.iter().position(|column| column.a == Some(name))
    }
}

/// Where each column turns over. The latents say it for each token: half-way between the places where the first function's
/// token is no longer said and where the second one's is. A stretch (what differs in a row, within a statement) turns
/// over as one, at its mean; and the stretches are spread over the way in that order, each as long as it is, so that a share
/// of the way is a share of the change.
fn turns(columns: &[Column], a: &[Id], b: &[Id], said: &[Vec<Id>]) -> Vec<f32> {
    let ids = |column: &Column| (column.a.map(|k| a[k]), column.b.map(|k| b[k]));
    let turn = |at: usize| {
        let (own, other) = ids(&columns[at]);
        let (own, other) = (own.unwrap_or(NL), other.unwrap_or(NL));
        let count = |id: Id| said.iter().filter(|said| said.get(at) == Some(&id)).count() as f32;
        (1.0 + (count(own) - count(other)) / said.len().max(1) as f32) / 2.0
    };
    let ends = |id: Option<Id>| matches!(id, Some(NL | IN | DE));
    let mut stretches: Vec<Vec<usize>> = Vec::new();
    let mut open = false;
    for (at, column) in columns.iter().enumerate() {
        let (own, other) = ids(column);
        if own == other {
            open = false;
            continue;
        }
        match stretches.last_mut() {
            Some(stretch) if open => stretch.push(at),
            _ => stretches.push(vec![at]),
        }
        open = !ends(own) && !ends(other);
    }
    let mean = |stretch: &Vec<usize>| stretch.iter().map(|at| turn(*at)).sum::<f32>() / stretch.len() as f32;
    let mut order: Vec<(f32, Vec<usize>)> = stretches.into_iter().map(|stretch| (mean(&stretch), stretch)).collect();
    order.sort_by(|x, y| x.0.total_cmp(&y.0));
    let total: usize = order.iter().map(|(_, stretch)| stretch.len()).sum();
    let mut turns = vec![0.5; columns.len()];
    let mut before = 0;
    for (_, stretch) in order {
        let middle = before as f32 + stretch.len() as f32 / 2.0;
        for at in &stretch {
            turns[*at] = middle / total as f32;
        }
        before += stretch.len();
    }
    turns
}

/// For each name the one that it is aligned with most often, the first such among equals.
fn counterparts(columns: &[Column], a: &[Id], b: &[Id]) -> HashMap<Id, Id> {
    let vocabulary = Vocabulary::built_in();
    let is_name = |id: Id| matches!(vocabulary.kind(id), Kind::Id | Kind::Name);
    let mut counts: Vec<((Id, Id), usize)> = Vec::new();
    for column in columns {
        let (Some(x), Some(y)) = (column.a.map(|k| a[k]), column.b.map(|k| b[k])) else { continue };
        if x == y || !is_name(x) || !is_name(y) {
            continue;
        }
        for pair in [(x, y), (y, x)] {
            match counts.iter_mut().find(|(other, _)| *other == pair) {
                Some((_, count)) => *count += 1,
                None => counts.push((pair, 1)),
            }
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut counterparts = HashMap::new();
    for ((name, other), _) in counts {
        counterparts.entry(name).or_insert(other);
    }
    counterparts
}
