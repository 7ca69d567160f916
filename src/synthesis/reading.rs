//! What the model reads of a function: all of it, or what matters for an edit where the function is long.

use crate::codec::vocabulary::{DE, IN, NL};
use crate::codec::{ConceptTable, EncodeError, Encoded, Focus, Id, LONGEST, Lexed, SlotTable, encode_whole};
use crate::latent::Script;
use std::ops::Range;

/// A function longer than this is cut to about so many tokens where a detector says at which places the edit will be.
const CLOSE: usize = 128;
/// A longer function is refused even so: filters and alignment look at all of it.
const LONGEST_WHOLE: usize = 2048;

/// A function's tokens, and the part of them that is read.
pub(super) struct Reading {
    /// The whole function.
    pub encoded: Encoded,
    /// Its slots.
    pub slots: SlotTable,
    focus: Option<Focus>,
}

impl Reading {
    /// A function to be edited at some places (bytes; none: they are not known). They are asked for where it is long.
    pub fn new(
        lexed: &Lexed<'_>,
        concept: &ConceptTable,
        places: impl FnOnce() -> Vec<Range<usize>>,
    ) -> Result<Self, EncodeError> {
        let mut slots = SlotTable::default();
        let encoded = encode_whole(lexed.source, lexed.start, &lexed.lexemes, concept, &mut slots)?;
        let tokens = encoded.ids.len();
        if tokens > LONGEST_WHOLE {
            return Err(EncodeError::TooLong { tokens });
        }
        let too_long = tokens > LONGEST;
        let focus = if tokens > CLOSE {
            let places = in_tokens(&encoded, &places(), too_long);
            Some(places).filter(|places| !places.is_empty()).and_then(|p| Focus::new(&encoded.ids, &slots, &p, CLOSE))
        } else {
            None
        };
        if too_long && focus.as_ref().is_none_or(|focus| focus.ids.len() > LONGEST) {
            return Err(EncodeError::TooLong { tokens });
        }
        Ok(Self { encoded, slots, focus: focus.filter(|focus| focus.ids.len() <= LONGEST) })
    }

    /// The tokens that are read.
    pub fn ids(&self) -> &[Id] {
        self.focus.as_ref().map_or(&self.encoded.ids, |focus| &focus.ids)
    }

    /// The slots of these tokens.
    pub fn read_slots(&self) -> &SlotTable {
        self.focus.as_ref().map_or(&self.slots, |focus| &focus.slots)
    }

    /// A script over what was read as one over the whole function; `None` where that can not be.
    pub fn whole(&self, script: Script) -> Option<Script> {
        match &self.focus {
            Some(focus) => Some(Script { steps: focus.script(&script.steps)?, ..script }),
            None => Some(script),
        }
    }

    /// Reads all of the function from now on; whether that is another reading and the function is short enough.
    pub fn widen(&mut self) -> bool {
        self.encoded.ids.len() <= LONGEST && self.focus.take().is_some()
    }
}

/// The tokens of places. A place that is the whole function says nothing about where; in a function that has to be cut it
/// stands for the beginning and the end.
fn in_tokens(encoded: &Encoded, places: &[Range<usize>], must_cut: bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for place in places {
        let first = encoded.layout.partition_point(|token| token.text.end <= place.start);
        let behind = encoded.layout.partition_point(|token| token.text.start < place.end);
        // the ends of statements and blocks have no text
        let is_whole = first == 0 && encoded.ids[behind..].iter().all(|id| matches!(*id, NL | DE));
        match (is_whole, must_cut) {
            (false, _) => found.push(first..behind),
            (true, true) => found.extend(ends(encoded)),
            (true, false) => {}
        }
    }
    found.retain(|place| !place.is_empty());
    found
}

/// The first token of the body, and the last one before its end.
fn ends(encoded: &Encoded) -> [Range<usize>; 2] {
    let count = encoded.ids.len();
    let first = encoded.ids.iter().position(|id| *id == IN).map_or(0, |open| open + 1);
    [first..(first + 1).min(count), count.saturating_sub(2)..count.saturating_sub(1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str, place: Option<&str>) -> Result<Reading, EncodeError> {
        let lexed = Lexed::new(source).unwrap();
        let places: Vec<Range<usize>> = place
            .map(|text| {
                let start = source.find(text).unwrap();
                start..start + text.len()
            })
            .into_iter()
            .collect();
        Reading::new(&lexed, &ConceptTable::default(), || places)
    }

    fn of(lines: usize) -> String {
        let lines: String = (0..lines).map(|k| format!("    total = add(total, number, {})\n", k % 10)).collect();
        format!("def f(total, number):\n{lines}    return total\n")
    }

    #[test]
    fn how_much_is_read() {
        let (short, long, longer) = (of(9), of(20), of(60));
        let whole = |source: &str| source.trim_end().to_owned();
        // no place is known: all of it, or nothing
        assert!(read(&long, None).unwrap().ids().len() > CLOSE);
        assert!(matches!(read(&longer, None), Err(EncodeError::TooLong { .. })));
        assert_eq!(read(&short, Some("return total")).unwrap().ids().len(), read(&short, None).unwrap().ids().len());
        for source in [&long, &longer] {
            let reading = read(source, Some("return total")).unwrap();
            assert!(reading.ids().len() <= CLOSE, "{}", reading.ids().len());
            assert!(reading.encoded.ids.len() > CLOSE);
        }
        // a place that is the whole function does not say what may be left out; where something has to be, its ends are read
        assert!(read(&long, Some(&whole(&long))).unwrap().ids().len() > CLOSE);
        assert!(read(&longer, Some(&whole(&longer))).unwrap().ids().len() <= CLOSE);
        assert!(matches!(read(&of(600), Some("return total")), Err(EncodeError::TooLong { .. })));
    }

    #[test]
    fn what_was_left_out_is_read_when_asked_for() {
        let (long, longer) = (of(20), of(60));
        let mut reading = read(&long, Some("return total")).unwrap();
        assert!(reading.widen());
        assert_eq!(reading.ids(), reading.encoded.ids);
        assert!(!reading.widen());
        assert!(!read(&longer, Some("return total")).unwrap().widen());
    }
}
