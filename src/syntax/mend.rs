//! The tree of a text that changes, mended piece by piece.
//!
//! tree-sitter can parse again with an old tree at hand. But Python's line ends and blocks are tokens without width, made by a
//! scanner with a state, and behind a change of one of them tree-sitter passes over the rest of the old tree: it reads on to
//! the end of the file. What stands from the start of one statement of the module to that of another means the same whatever
//! stands around it, so here only that is parsed.

use super::{Parsed, Replacement, Spot, parse_within};
use std::ops::Range;

/// With more pieces than this it is time to parse the text as a whole.
const MOST_PIECES: usize = 256;

/// A tree of a text, and newer trees of some of its stretches. A copy costs little.
#[derive(Clone)]
pub struct Mended {
    base: Parsed,
    /// The later ones stand over the earlier ones.
    pieces: Vec<Piece>,
    /// What was changed since it was parsed.
    touched: Option<Range<usize>>,
    /// In a broken text what a stretch means may depend on all that is before it.
    sound: bool,
}

/// From the start of one statement of the module to the start of another.
#[derive(Clone)]
struct Piece {
    /// Its bytes; the last one ends behind any text.
    range: Range<usize>,
    parsed: Parsed,
}

impl Mended {
    /// The tree of a text.
    pub fn new(parsed: Parsed) -> Self {
        Self { sound: !parsed.root().has_error(), base: parsed, pieces: Vec::new(), touched: None }
    }

    /// The tree, when it is that of the whole text as it is now.
    pub fn whole(&self) -> Option<&Parsed> {
        (self.pieces.is_empty() && self.touched.is_none()).then_some(&self.base)
    }

    /// The tree of the text as it was, with its places moved: what [`super::parse_again`] takes.
    pub fn before(&self) -> &Parsed {
        &self.base
    }

    /// Hears of a replacement in the text.
    pub fn replaced(&mut self, by: &Replacement) {
        self.base.replaced(by);
        for piece in &mut self.pieces {
            piece.parsed.replaced(by);
            piece.range = moved(&piece.range, by);
        }
        let new = by.start.offset..by.new_end.offset;
        self.touched = Some(match self.touched.take().map(|touched| moved(&touched, by)) {
            Some(touched) => touched.start.min(new.start)..touched.end.max(new.end),
            None => new,
        });
    }

    /// Parses what was changed. Whether that is enough: when it has a syntax error, or the text had one before, it is not known
    /// what it does to the rest, and the text has to be parsed as a whole.
    pub fn mend(&mut self, source: &str) -> bool {
        let Some(touched) = self.touched.clone() else { return true };
        if !self.sound || self.pieces.len() >= MOST_PIECES {
            return false;
        }
        // the first byte of the one and the line end before the other are as they were
        let (mut start, mut end) = (Spot { offset: 0, line: 0, column: 0 }, None::<Spot>);
        self.statements(|spot| {
            if spot.offset < touched.start && start.offset < spot.offset {
                start = spot;
            }
            if touched.end < spot.offset && end.is_none_or(|end| spot.offset < end.offset) {
                end = Some(spot);
            }
        });
        let text = &source[start.offset..end.map_or(source.len(), |end| end.offset)];
        // joined with the line behind it
        if end.is_some() && text.trim_end().ends_with('\\') {
            return false;
        }
        let parsed = parse_within(source, start, end);
        if parsed.root().has_error() {
            return false;
        }
        let range = start.offset..end.map_or(usize::MAX, |end| end.offset);
        self.pieces.retain(|piece| piece.range.start < range.start || range.end < piece.range.end);
        self.pieces.push(Piece { range, parsed });
        self.touched = None;
        true
    }

    /// A tree that is right at the lines of a range, whatever it says of others; `None` when no single one is. For a text that
    /// was [mended](Self::mend).
    pub fn at(&self, range: &Range<usize>) -> Option<&Parsed> {
        for piece in self.pieces.iter().rev() {
            let (start, end) = (piece.range.start, piece.range.end);
            if start <= range.start && range.start < end && range.end <= end {
                return Some(&piece.parsed);
            }
            if start < range.end && range.start < end {
                return None;
            }
        }
        Some(&self.base)
    }

    /// The places where a statement of the module begins a line. What follows a comment decides which block the comment is in,
    /// so those do not count.
    fn statements(&self, mut hear: impl FnMut(Spot)) {
        let everywhere = 0..usize::MAX;
        let trees =
            std::iter::once((&everywhere, &self.base)).chain(self.pieces.iter().map(|one| (&one.range, &one.parsed)));
        for (number, (range, parsed)) in trees.enumerate() {
            let newer = &self.pieces[number..];
            let mut cursor = parsed.root().walk();
            for node in parsed.root().named_children(&mut cursor).filter(|node| node.kind() != "comment") {
                let (offset, at) = (node.start_byte(), node.start_position());
                if at.column == 0 && range.contains(&offset) && !newer.iter().any(|piece| piece.range.contains(&offset))
                {
                    hear(Spot { offset, line: at.row, column: 0 });
                }
            }
        }
    }
}

/// Where a stretch is after a replacement, which belongs to it when it touches it.
fn moved(range: &Range<usize>, by: &Replacement) -> Range<usize> {
    let behind = |at: usize| (at - by.old_end.offset).saturating_add(by.new_end.offset);
    let start = if range.start >= by.old_end.offset { behind(range.start) } else { range.start.min(by.start.offset) };
    let end = match range.end {
        end if end >= by.old_end.offset => behind(end),
        end if end > by.start.offset => by.new_end.offset,
        end => end,
    };
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{enclosing_function, parse};

    const TEXT: &str = "import os\n\n\n@deco\ndef f(a):\n    if a:\n        return 1\n    # end\n\n\nclass A:\n    x = 1\n\n    def g(self):\n        return \"\"\"\n1\"\"\"\n# between\n\n\ndef h(): pass\nx = [\n1]; y = 2\n\n\nasync def i():\n    def j():\n        return 2\n    return j\n";

    fn spot(text: &str, offset: usize) -> Spot {
        let line_start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
        Spot { offset, line: text[..offset].matches('\n').count(), column: offset - line_start }
    }

    /// Replaces in the text and tells the tree.
    fn replace(text: &mut String, tree: &mut Mended, range: Range<usize>, new: &str) {
        let (start, old_end) = (spot(text, range.start), spot(text, range.end));
        text.replace_range(range, new);
        tree.replaced(&Replacement { start, old_end, new_end: spot(text, start.offset + new.len()) });
    }

    /// Whether the mended tree says the same of every place as a new one.
    fn agree(text: &str, tree: &Mended, what: &str) {
        let whole = parse(text);
        assert!(!whole.root().has_error(), "{what}: mended, but broken:\n{text}");
        for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            let found = tree.at(&(at..at)).map(|parsed| enclosing_function(parsed, text, at..at));
            assert_eq!(found, Some(enclosing_function(&whole, text, at..at)), "{what}: byte {at} of\n{text}");
        }
    }

    #[test]
    fn a_change_is_mended_where_it_is() {
        let check = |from: &str, to: &str, mends: bool| {
            let mut text = TEXT.to_owned();
            let mut tree = Mended::new(parse(&text));
            let start = text.find(from).unwrap();
            replace(&mut text, &mut tree, start..start + from.len(), to);
            assert_eq!(tree.mend(&text), mends, "{from:?} to {to:?}");
            if mends {
                agree(&text, &tree, &format!("{from:?} to {to:?}"));
            }
        };
        check("import os", "import sys", true);
        check("return 1", "return 12", true);
        check("\n\n\n@deco", "\n#\n\n@deco", true);
        check("    # end", "    b = 2\n    # end", true);
        check("# between\n\n\ndef h(): pass\n", "", true);
        check("# between\n", "    # between\n    def k(self): pass\n", true);
        check("return j\n", "return j\n\n\ndef k():\n    return 3", true);
        check("def f(a):\n    if a:\n        return 1\n    # end\n\n\n", "", true);
        check("return 1", "return (1", false);
        check("return 1", "return \"\"\"", false);
        check("def h(): pass", "    y = 3", true);
        check("def h(): pass", "else: pass", false);
        check("def h(): pass", "x = 1 \\", false);
        check("1\"\"\"\n", "1\n", false);
    }

    #[test]
    fn changes_at_random_places_are_mended_as_if_parsed_anew() {
        let pieces = [
            "x",
            "\n",
            "    ",
            "  y = 1\n",
            "(",
            ")",
            "\"\"\"",
            "# c\n",
            "def k(): pass\n",
            "\\\n",
            "@d\n",
            "else:\n",
            "",
            "\n\n\n",
        ];
        let (mut seed, mut mended) = (7u64, 0);
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        for round in 0..60 {
            let mut text = TEXT.to_owned();
            let mut tree = Mended::new(parse(&text));
            for step in 0..12 {
                let sound = (text.clone(), tree.clone());
                let start = random(text.len() + 1);
                let end = (start + random(3)).min(text.len());
                replace(&mut text, &mut tree, start..end, pieces[random(pieces.len())]);
                if tree.mend(&text) {
                    mended += 1;
                    agree(&text, &tree, &format!("round {round}, step {step}"));
                } else {
                    (text, tree) = sound;
                }
            }
        }
        assert!(mended > 100, "{mended} of 720 changes were mended");
    }
}
