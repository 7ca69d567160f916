//! Two functions side by side: which token of the one stands for which of the other.

use super::grammar::Alphabet;
use super::vocabulary::{Id, Kind, Vocabulary};

/// A place in the alignment of two token sequences; at least one side has a token there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Token of the first sequence.
    pub a: Option<usize>,
    /// Token of the second.
    pub b: Option<usize>,
}

/// What a token that stands alone costs.
const ALONE: f32 = -0.3;

/// How well two tokens stand for each other: the same word, the same punctuation, two of a class (two names); `None` for
/// what must not.
fn likeness(alphabet: &Alphabet, a: Id, b: Id) -> Option<f32> {
    let vocabulary = Vocabulary::built_in();
    if a == b {
        let light = matches!(vocabulary.kind(a), Kind::Special | Kind::Operator);
        return Some(if light { 1.0 } else { 2.0 });
    }
    alphabet.readings(a).any(|reading| alphabet.readings(b).any(|other| other == reading)).then_some(0.4)
}

/// The best alignment in which tokens of a class stand for each other (Needleman and Wunsch 1970). Both sequences fit the
/// model, so a table of all pairs is small.
pub fn columns(alphabet: &Alphabet, a: &[Id], b: &[Id]) -> Vec<Column> {
    let width = b.len() + 1;
    let mut best = vec![0.0f32; (a.len() + 1) * width];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            let at = |i: usize, j: usize| best[i * width + j];
            let both = match (i.checked_sub(1), j.checked_sub(1)) {
                (Some(x), Some(y)) => likeness(alphabet, a[x], b[y]).map(|likeness| at(x, y) + likeness),
                (None, None) => Some(0.0),
                _ => None,
            };
            let alone_a = i.checked_sub(1).map(|x| at(x, j) + ALONE);
            let alone_b = j.checked_sub(1).map(|y| at(i, y) + ALONE);
            let choices = [both, alone_a, alone_b].into_iter().flatten();
            best[i * width + j] = choices.fold(f32::NEG_INFINITY, f32::max);
        }
    }
    let (mut i, mut j) = (a.len(), b.len());
    let mut columns = Vec::with_capacity(a.len().max(b.len()));
    while i > 0 || j > 0 {
        let here = best[i * width + j];
        let both = i > 0
            && j > 0
            && likeness(alphabet, a[i - 1], b[j - 1]).is_some_and(|l| best[(i - 1) * width + j - 1] + l >= here);
        let from_a = both || i > 0 && (j == 0 || best[(i - 1) * width + j] + ALONE >= here);
        let from_b = both || !from_a;
        columns.push(Column { a: from_a.then(|| i - 1), b: from_b.then(|| j - 1) });
        i -= usize::from(from_a);
        j -= usize::from(from_b);
    }
    columns.reverse();
    columns
}
