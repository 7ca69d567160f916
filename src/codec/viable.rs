//! The beginning of a function, as the automaton sees it: what has been read, and what may come next.

use super::grammar::{Alphabet, Grammar, Move, Terminal};
use super::vocabulary::Id;

/// A set of terminals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terminals(u128);

impl Terminals {
    fn insert(&mut self, terminal: Terminal) {
        self.0 |= 1 << terminal;
    }

    fn contains(self, terminal: Terminal) -> bool {
        self.0 >> terminal & 1 == 1
    }

    /// Whether a token may stand for one of them.
    pub fn allow(self, alphabet: &Alphabet, id: Id) -> bool {
        alphabet.readings(id).any(|terminal| self.contains(terminal))
    }
}

/// What was read so far can be completed to a function. One stack of states per reading: a name that is spelled like a soft
/// keyword has two until the next tokens decide.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Viable {
    stacks: Vec<Vec<u16>>,
}

impl Default for Viable {
    fn default() -> Self {
        Self { stacks: vec![vec![Grammar::built_in().start]] }
    }
}

/// The top of a stack after reductions: so many of its states stay, and these lie on them.
struct Top {
    kept: usize,
    above: Vec<u16>,
}

/// Reduces until the terminal is shifted: the new top without that state, and the state. `None` when it can not be.
fn shift(stack: &[u16], terminal: Terminal) -> Option<(Top, u16)> {
    let grammar = Grammar::built_in();
    let mut top = Top { kept: stack.len(), above: Vec::new() };
    loop {
        let state = *top.above.last().or_else(|| stack[..top.kept].last())?;
        match grammar.step(state, terminal) {
            Move::Refuse => return None,
            Move::Shift(to) => return Some((top, to)),
            Move::Accept => return Some((top, state)),
            Move::Reduce { length, rule } => {
                let length = usize::from(length);
                let from_above = length.min(top.above.len());
                top.above.truncate(top.above.len() - from_above);
                top.kept = top.kept.checked_sub(length - from_above)?;
                let below = *top.above.last().or_else(|| stack[..top.kept].last())?;
                top.above.push(grammar.goto(below, rule));
            }
        }
    }
}

impl Viable {
    /// Reads a token; `false`, and nothing has changed, when it can not come here.
    pub fn read(&mut self, alphabet: &Alphabet, id: Id) -> bool {
        let mut terminals = alphabet.readings(id);
        let (first, second) = (terminals.next(), terminals.next());
        if let (Some(first), None, [stack]) = (first, second, self.stacks.as_mut_slice()) {
            // nearly always: one reading of one token
            let Some((top, state)) = shift(stack, first) else { return false };
            stack.truncate(top.kept);
            stack.extend(top.above);
            stack.push(state);
            return true;
        }
        let mut next = Vec::new();
        for stack in &self.stacks {
            for terminal in first.into_iter().chain(second) {
                if let Some((top, state)) = shift(stack, terminal) {
                    let mut stack = stack[..top.kept].to_vec();
                    stack.extend(top.above);
                    stack.push(state);
                    next.push(stack);
                }
            }
        }
        let read = !next.is_empty();
        if read {
            self.stacks = next;
        }
        read
    }

    /// Reads tokens up to the first that can not come; how many were read.
    pub fn read_all(&mut self, alphabet: &Alphabet, ids: &[Id]) -> usize {
        ids.iter().take_while(|id| self.read(alphabet, **id)).count()
    }

    /// Whether a token may come next.
    pub fn allows(&self, alphabet: &Alphabet, id: Id) -> bool {
        alphabet.readings(id).any(|terminal| self.stacks.iter().any(|stack| shift(stack, terminal).is_some()))
    }

    /// Everything that may come next.
    pub fn next(&self) -> Terminals {
        let mut terminals = Terminals::default();
        for terminal in Grammar::built_in().terminals() {
            if self.stacks.iter().any(|stack| shift(stack, terminal).is_some()) {
                terminals.insert(terminal);
            }
        }
        terminals
    }

    /// Whether what was read is a whole function.
    pub fn is_complete(&self) -> bool {
        let end = Grammar::built_in().end;
        self.stacks.iter().any(|stack| shift(stack, end).is_some())
    }
}

/// Whether tokens are a function.
pub fn is_function(alphabet: &Alphabet, ids: &[Id]) -> bool {
    let mut viable = Viable::default();
    viable.read_all(alphabet, ids) == ids.len() && viable.is_complete()
}
