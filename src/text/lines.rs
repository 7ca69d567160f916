//! Byte offsets ⇄ lines and columns.

use std::borrow::Cow;

/// How a column is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16: what the language server protocol counts unless another unit was agreed on.
    Utf16,
    /// Characters.
    Utf32,
}

/// A place between two characters; both numbers start at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column, in the unit that was asked for.
    pub column: usize,
}

/// Where the lines of a text start, kept beside a text that changes. A line ends at `\n`, `\r\n` or `\r`, as in the
/// language server protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineStarts(Vec<usize>);

/// A text and where its lines start.
#[derive(Debug, Clone)]
pub struct LineIndex<'t> {
    text: &'t str,
    starts: Cow<'t, [usize]>,
}

impl LineStarts {
    /// Looks at the text once.
    pub fn new(text: &str) -> Self {
        let ends = (1..=text.len()).filter(|at| ends_line(text.as_bytes(), at - 1));
        Self(std::iter::once(0).chain(ends).collect())
    }

    /// The index of the text that the starts are kept for.
    pub fn index<'t>(&'t self, text: &'t str) -> LineIndex<'t> {
        LineIndex { text, starts: Cow::Borrowed(&self.0) }
    }

    /// Follows a replacement of `removed` bytes at `start` by `inserted` ones; `text` is the text after it. Only the new
    /// bytes are looked at.
    pub fn replaced(&mut self, text: &str, start: usize, removed: usize, inserted: usize) {
        // whether a line starts at an offset depends on the bytes on both sides of it
        let first = self.0.partition_point(|at| *at < start.max(1));
        let last = self.0.partition_point(|at| *at <= start + removed).max(first);
        for at in &mut self.0[last..] {
            *at = *at - removed + inserted;
        }
        let new = (start.max(1)..=start + inserted).filter(|at| ends_line(text.as_bytes(), at - 1));
        self.0.splice(first..last, new);
    }
}

/// Whether the byte at `at` is the last one of a line.
fn ends_line(text: &[u8], at: usize) -> bool {
    text[at] == b'\n' || (text[at] == b'\r' && text.get(at + 1) != Some(&b'\n'))
}

impl<'t> LineIndex<'t> {
    /// Looks at the text once.
    pub fn new(text: &'t str) -> Self {
        Self { text, starts: Cow::Owned(LineStarts::new(text).0) }
    }

    /// Number of lines; a text that ends with a line break has an empty last one.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// The byte offset of the text's end.
    pub fn end(&self) -> usize {
        self.text.len()
    }

    /// The position of a byte offset. An offset inside a character counts as the one of its start, one behind the text
    /// as its end.
    pub fn position(&self, offset: usize, columns: Columns) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let before = &self.text[self.starts[line]..offset];
        let column = match columns {
            Columns::Utf8 => before.len(),
            Columns::Utf16 => before.chars().map(char::len_utf16).sum(),
            Columns::Utf32 => before.chars().count(),
        };
        Position { line, column }
    }

    /// The byte offset of a position. A column behind the line's last character counts as the end of the line, one
    /// inside a character as its start; `None` when there is no such line.
    pub fn offset(&self, position: Position, columns: Columns) -> Option<usize> {
        let start = *self.starts.get(position.line)?;
        let end = self.starts.get(position.line + 1).map_or(self.text.len(), |next| *next);
        let line = self.text[start..end].trim_end_matches(['\n', '\r']);
        let mut column = 0;
        for (at, character) in line.char_indices() {
            let width = match columns {
                Columns::Utf8 => character.len_utf8(),
                Columns::Utf16 => character.len_utf16(),
                Columns::Utf32 => 1,
            };
            if column + width > position.column {
                return Some(start + at);
            }
            column += width;
        }
        Some(start + line.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_the_asked_unit() {
        let check = |text: &str, offset: usize, expect: [(usize, usize); 3]| {
            let index = LineIndex::new(text);
            let units = [Columns::Utf8, Columns::Utf16, Columns::Utf32];
            for (columns, (line, column)) in units.into_iter().zip(expect) {
                let position = Position { line, column };
                assert_eq!(index.position(offset, columns), position, "{text:?} at {offset}");
                assert_eq!(index.offset(position, columns), Some(offset), "{text:?} at {offset}");
            }
        };
        check("", 0, [(0, 0), (0, 0), (0, 0)]);
        check("ab\ncd", 4, [(1, 1), (1, 1), (1, 1)]);
        check("é = 1", 2, [(0, 2), (0, 1), (0, 1)]);
        check("x\n😀 = 1", 6, [(1, 4), (1, 2), (1, 1)]);
        check("a\r\nb\rc\n", 3, [(1, 0), (1, 0), (1, 0)]);
        check("a\r\nb\rc\n", 5, [(2, 0), (2, 0), (2, 0)]);
        check("a\r\nb\rc\n", 7, [(3, 0), (3, 0), (3, 0)]);
    }

    #[test]
    fn line_starts_follow_replacements() {
        let check = |before: &str, start: usize, removed: usize, new: &str| {
            let mut text = before.to_owned();
            let mut starts = LineStarts::new(&text);
            text.replace_range(start..start + removed, new);
            starts.replaced(&text, start, removed, new.len());
            assert_eq!(starts, LineStarts::new(&text), "{before:?} with {new:?} at {start}, {removed} bytes less");
        };
        let texts = ["", "a", "\n", "ab\ncd\n", "a\r\nb\r\n", "\r\r\n\n", "x\ry\n\r"];
        for text in texts {
            for start in 0..=text.len() {
                for removed in 0..=text.len() - start {
                    for new in ["", "z", "\n", "\r", "\r\n", "\n\r", "p\nq\r\n"] {
                        check(text, start, removed, new);
                    }
                }
            }
        }
    }

    #[test]
    fn positions_outside_are_clamped() {
        let index = LineIndex::new("é😀\r\nx");
        let at = |line, column| Position { line, column };
        assert_eq!(index.offset(at(0, 99), Columns::Utf16), Some(6));
        assert_eq!(index.offset(at(0, 2), Columns::Utf16), Some(2), "inside a surrogate pair");
        assert_eq!(index.offset(at(5, 0), Columns::Utf16), None);
        assert_eq!(index.position(99, Columns::Utf8), at(1, 1));
        assert_eq!(index.position(3, Columns::Utf8), at(0, 2), "inside a character");
    }
}
