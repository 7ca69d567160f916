//! Which token sequences are a Python function: an LR(1) automaton over the codec's tokens, made from
//! `grammars/python/tokens.y` by `cfgrammar` and `lrtable`.
//!
//! An LR automaton never shifts a token after which nothing could complete the sentence any more. So it also says, for
//! the beginning of a function, which tokens may come next: see [`Viable`](super::Viable).

use super::slots::ConceptTable;
use super::vocabulary::{Id, Kind, Vocabulary};
use super::{SlotTable, Spellings};
use cfgrammar::TIdx;
use cfgrammar::yacc::{YaccGrammar, YaccKind, YaccOriginalActionKind};
use lrtable::{Action, Minimiser, StIdx, StateTable, from_yacc};
use std::sync::OnceLock;

const SOURCE: &str = include_str!("../../grammars/python/tokens.y");

/// A terminal of the grammar; there are fewer than 128, so that a set of them is one number.
pub(super) type Terminal = u8;

/// What the automaton does in a state on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    /// Nothing: the terminal can not stand here.
    Refuse,
    /// Goes to a state.
    Shift(u16),
    /// Takes `length` states off the stack, then goes where `rule` leads.
    Reduce { length: u8, rule: u16 },
    /// The function is complete.
    Accept,
}

/// The automaton, as dense tables.
#[derive(Debug)]
pub struct Grammar {
    moves: Vec<Move>,
    gotos: Vec<u16>,
    terminals: usize,
    rules: usize,
    /// The state that everything begins in.
    pub(super) start: u16,
    /// The end of the input, as a terminal.
    pub(super) end: Terminal,
    /// Per token what it stands for, soft keywords left out.
    tokens: Vec<Option<Terminal>>,
    /// Names that are keywords in some places.
    soft: Vec<(&'static str, Terminal)>,
    /// Places where the grammar leaves two choices; a grammar that is in order has none.
    pub conflicts: usize,
}

impl Grammar {
    /// The automaton; its tables are made when it is first asked for (some tens of milliseconds).
    pub fn built_in() -> &'static Self {
        static GRAMMAR: OnceLock<Grammar> = OnceLock::new();
        GRAMMAR.get_or_init(|| match Self::read(SOURCE) {
            Ok(grammar) => grammar,
            Err(error) => unreachable!("grammars/python/tokens.y is built in and tested: {error}"),
        })
    }

    fn read(source: &str) -> Result<Self, String> {
        let kind = YaccKind::Original(YaccOriginalActionKind::NoAction);
        let grammar = YaccGrammar::<u16>::new_with_storaget(kind, source)
            .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        let (graph, table) = from_yacc(&grammar, Minimiser::Pager).map_err(|error| error.to_string())?;
        let states = usize::from(graph.all_states_len());
        let terminals = usize::from(grammar.tokens_len());
        let rules = usize::from(grammar.rules_len());
        if terminals > 128 || states > usize::from(u16::MAX) {
            return Err(format!("{terminals} terminals and {states} states are more than fit"));
        }
        let index = |state: usize| StIdx(u16::try_from(state).unwrap_or(u16::MAX));
        let mut moves = Vec::with_capacity(states * terminals);
        let mut gotos = Vec::with_capacity(states * rules);
        for state in 0..states {
            moves.extend(grammar.iter_tidxs().map(|terminal| move_of(&grammar, &table, index(state), terminal)));
            let goto = |rule| table.goto(index(state), rule).map_or(u16::MAX, |StIdx(to)| to);
            gotos.extend(grammar.iter_rules().map(goto));
        }
        let terminal = |name: &str| grammar.token_idx(name).map(number);
        let soft = [("match", "MATCH"), ("case", "CASE"), ("type", "TYPE")];
        Ok(Self {
            moves,
            gotos,
            terminals,
            rules,
            start: table.start_state().0,
            end: number(grammar.eof_token_idx()),
            tokens: tokens(&terminal),
            soft: soft.into_iter().filter_map(|(word, name)| Some((word, terminal(name)?))).collect(),
            conflicts: table.conflicts().map_or(0, |conflicts| conflicts.sr_len() + conflicts.rr_len()),
        })
    }

    pub(super) fn step(&self, state: u16, terminal: Terminal) -> Move {
        let at = usize::from(state) * self.terminals + usize::from(terminal);
        self.moves.get(at).copied().unwrap_or(Move::Refuse)
    }

    pub(super) fn goto(&self, state: u16, rule: u16) -> u16 {
        self.gotos.get(usize::from(state) * self.rules + usize::from(rule)).copied().unwrap_or(u16::MAX)
    }

    /// All terminals but the end.
    pub(super) fn terminals(&self) -> impl Iterator<Item = Terminal> {
        (0..self.terminals).filter_map(|terminal| Terminal::try_from(terminal).ok()).filter(|t| *t != self.end)
    }
}

fn number(terminal: TIdx<u16>) -> Terminal {
    Terminal::try_from(terminal.0).unwrap_or(Terminal::MAX)
}

fn move_of(grammar: &YaccGrammar<u16>, table: &StateTable<u16>, state: StIdx<u16>, terminal: TIdx<u16>) -> Move {
    match table.action(state, terminal) {
        Action::Shift(StIdx(to)) => Move::Shift(to),
        Action::Reduce(production) => Move::Reduce {
            length: u8::try_from(grammar.prod(production).len()).unwrap_or(u8::MAX),
            rule: grammar.prod_to_rule(production).0,
        },
        Action::Accept => Move::Accept,
        Action::Error => Move::Refuse,
    }
}

/// What each token of the vocabulary stands for.
fn tokens(terminal: &dyn Fn(&str) -> Option<Terminal>) -> Vec<Option<Terminal>> {
    let vocabulary = Vocabulary::built_in();
    let of = |id: Id| match vocabulary.kind(id) {
        Kind::Id | Kind::Name | Kind::ConceptName => terminal("NAME"),
        Kind::Str | Kind::String | Kind::ConceptStr => terminal("STRING"),
        Kind::Num | Kind::Number | Kind::ConceptNum => terminal("NUMBER"),
        Kind::Placeholder => terminal("PLACEHOLDER"),
        Kind::Conversion => terminal("CONVERSION"),
        Kind::Special | Kind::Operator | Kind::Keyword => terminal(vocabulary.text(id)),
    };
    (0..vocabulary.len()).map(|id| of(Id::try_from(id).unwrap_or(Id::MAX))).collect()
}

/// What the tokens stand for where these spellings hold: a slot without a spelling stands for nothing, and a name
/// that is spelled `match` may be a keyword.
#[derive(Debug, Clone)]
pub struct Alphabet {
    readings: Vec<[Option<Terminal>; 2]>,
}

impl Alphabet {
    /// The alphabet of a function under a concept.
    pub fn new(slots: &SlotTable, concept: &ConceptTable) -> Self {
        let (vocabulary, grammar) = (Vocabulary::built_in(), Grammar::built_in());
        let spelled = |id: Id| -> Option<&str> {
            let k = || vocabulary.slot_number(id);
            let text = |table: &Spellings| table.strings.get(k()).map(|_| "");
            match vocabulary.kind(id) {
                Kind::Id => slots.names.get(k()).map(String::as_str),
                Kind::ConceptName => concept.names.get(k()).map(String::as_str),
                Kind::Name => Some(vocabulary.text(id)),
                Kind::Str => text(slots),
                Kind::ConceptStr => text(concept),
                Kind::Num => slots.numbers.get(k()).map(|_| ""),
                Kind::ConceptNum => concept.numbers.get(k()).map(|_| ""),
                _ => Some(""),
            }
        };
        let readings = (0..).zip(&grammar.tokens).map(|(id, terminal)| match spelled(id) {
            None => [None, None],
            Some(word) => [*terminal, grammar.soft.iter().find(|(soft, _)| *soft == word).map(|(_, t)| *t)],
        });
        Self { readings: readings.collect() }
    }

    /// Takes tokens out: they stand for nothing any more.
    pub fn forget(&mut self, ids: &[Id]) {
        for id in ids {
            if let Some(readings) = self.readings.get_mut(usize::from(*id)) {
                *readings = [None, None];
            }
        }
    }

    /// The terminals that a token may stand for.
    pub(super) fn readings(&self, id: Id) -> impl Iterator<Item = Terminal> + '_ {
        self.readings.get(usize::from(id)).into_iter().flatten().filter_map(|reading| *reading)
    }
}
