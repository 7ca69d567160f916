//! Bytes of a Python file ⇄ text: byte order mark, PEP 263 coding lines, and back to the very same bytes.

/// How the characters of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, the default.
    Utf8,
    /// ISO 8859-1: one byte a character.
    Latin1,
    /// ASCII: UTF-8 of which only the first 128 characters may be used.
    Ascii,
}

/// The text of a file, with all that is needed to write it back: `encode(decode(bytes)) == bytes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// The text, line endings as in the file, without the byte order mark.
    pub text: String,
    /// How it is written.
    pub encoding: Encoding,
    /// Whether the file starts with a byte order mark.
    pub bom: bool,
}

/// Why bytes are not the text of a Python file. Lines and columns start at 1; columns are bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A NUL byte: Python refuses the file as well.
    #[error("{line}:{column}: NUL byte; this is not Python source (is it a binary file, or UTF-16?)")]
    Nul {
        /// Line of the byte.
        line: usize,
        /// Column of the byte.
        column: usize,
    },
    /// Not UTF-8, and no coding line says otherwise.
    #[error(
        "{line}:{column}: byte 0x{byte:02x} is not valid UTF-8; add the coding line that is missing, such as `# -*- coding: latin-1 -*-`, or save the file as UTF-8"
    )]
    NotUtf8 {
        /// Line of the byte.
        line: usize,
        /// Column of the byte.
        column: usize,
        /// The byte.
        byte: u8,
    },
    /// The coding line says ASCII and the file has other bytes.
    #[error("{line}:{column}: byte 0x{byte:02x} is not ASCII, as the coding line promises")]
    NotAscii {
        /// Line of the byte.
        line: usize,
        /// Column of the byte.
        column: usize,
        /// The byte.
        byte: u8,
    },
    /// A coding line with another encoding.
    #[error("{line}:1: encoding {name:?} is not supported: only utf-8, latin-1 and ascii are; save the file as UTF-8")]
    Unsupported {
        /// Line of the coding line.
        line: usize,
        /// The encoding it names.
        name: String,
    },
    /// A UTF-8 byte order mark and a coding line that says something else.
    #[error("{line}:1: the file starts with a UTF-8 byte order mark, but its coding line says {name:?}")]
    BomConflict {
        /// Line of the coding line.
        line: usize,
        /// The encoding it names.
        name: String,
    },
}

/// A character that the file's encoding does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the character {character:?} on line {line} can not be written in the file's encoding, {}", .encoding.name())]
pub struct EncodeError {
    /// The character.
    pub character: char,
    /// Its line, from 1.
    pub line: usize,
    /// The encoding of the file.
    pub encoding: Encoding,
}

const BOM: &[u8] = b"\xef\xbb\xbf";

impl Encoding {
    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Latin1 => "latin-1",
            Self::Ascii => "ascii",
        }
    }

    /// By Python's names for it: case and `_` do not matter.
    fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().replace('_', "-").as_str() {
            "utf-8" | "utf8" | "u8" | "cp65001" => Some(Self::Utf8),
            "latin-1" | "latin1" | "latin" | "l1" | "iso-8859-1" | "iso8859-1" | "iso-latin-1" | "8859" | "cp819" => {
                Some(Self::Latin1)
            }
            "ascii" | "us-ascii" | "646" => Some(Self::Ascii),
            // as Python's tokeniser: utf-8-anything is utf-8, such as Emacs' utf-8-unix
            name if name.starts_with("utf-8-") => Some(Self::Utf8),
            _ => None,
        }
    }
}

impl SourceText {
    /// Reads a file's bytes as Python does.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (bom, body) = match bytes.strip_prefix(BOM) {
            Some(body) => (true, body),
            None => (false, bytes),
        };
        if let Some(at) = body.iter().position(|byte| *byte == 0) {
            let (line, column) = place(body, at);
            return Err(DecodeError::Nul { line, column });
        }
        let encoding = match coding_line(body) {
            None => Encoding::Utf8,
            Some((line, name)) => match Encoding::from_name(&name) {
                Some(encoding) if bom && encoding != Encoding::Utf8 => {
                    return Err(DecodeError::BomConflict { line, name });
                }
                Some(encoding) => encoding,
                None => return Err(DecodeError::Unsupported { line, name }),
            },
        };
        let text = match encoding {
            Encoding::Latin1 => body.iter().map(|byte| char::from(*byte)).collect(),
            Encoding::Utf8 => match std::str::from_utf8(body) {
                Ok(text) => text.to_owned(),
                Err(error) => {
                    let at = error.valid_up_to();
                    let (line, column) = place(body, at);
                    let byte = body[at];
                    return Err(DecodeError::NotUtf8 { line, column, byte });
                }
            },
            Encoding::Ascii => match body.iter().position(|byte| !byte.is_ascii()) {
                None => String::from_utf8_lossy(body).into_owned(),
                Some(at) => {
                    let (line, column) = place(body, at);
                    let byte = body[at];
                    return Err(DecodeError::NotAscii { line, column, byte });
                }
            },
        };
        Ok(Self { text, encoding, bom })
    }

    /// The bytes of the file, were `text` its text.
    pub fn encode(&self, text: &str) -> Result<Vec<u8>, EncodeError> {
        let highest = match self.encoding {
            Encoding::Utf8 => char::MAX,
            Encoding::Latin1 => '\u{ff}',
            Encoding::Ascii => '\u{7f}',
        };
        if let Some(at) = text.find(|character| character > highest) {
            let character = text[at..].chars().next().unwrap_or_default();
            let (line, _) = place(text.as_bytes(), at);
            let encoding = self.encoding;
            return Err(EncodeError { character, line, encoding });
        }
        let mut bytes = if self.bom { BOM.to_vec() } else { Vec::new() };
        match self.encoding {
            Encoding::Latin1 => bytes.extend(text.chars().map(|character| character as u8)),
            Encoding::Utf8 | Encoding::Ascii => bytes.extend(text.as_bytes()),
        }
        Ok(bytes)
    }
}

/// PEP 263: a comment in the first two lines, the second only below a blank line or a comment. Its line from 1, and
/// the name of the encoding.
fn coding_line(bytes: &[u8]) -> Option<(usize, String)> {
    for (number, line) in bytes.split(|byte| *byte == b'\n').take(2).enumerate() {
        // an old Mac's file has no `\n`: its first line ends at the first `\r`
        let line = line.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let line = line.trim_start_matches([' ', '\t', '\x0c']);
        if line.is_empty() {
            continue;
        }
        let comment = line.strip_prefix('#')?;
        let names = comment.match_indices("coding").filter_map(|(at, word)| {
            let rest = comment[at + word.len()..].strip_prefix([':', '='])?;
            let rest = rest.trim_start_matches([' ', '\t']);
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
            let name = &rest[..end.unwrap_or(rest.len())];
            (!name.is_empty()).then(|| name.to_owned())
        });
        if let Some(name) = names.into_iter().next() {
            return Some((number + 1, name));
        }
    }
    None
}

/// Line and column of a byte, both from 1.
fn place(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = &bytes[..at];
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |i| i + 1);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    (line, at - line_start + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_back_byte_for_byte() {
        let check = |bytes: &[u8], text: &str, encoding: Encoding| {
            let source = SourceText::decode(bytes).unwrap();
            assert_eq!((source.text.as_str(), source.encoding), (text, encoding));
            assert_eq!(source.encode(&source.text).unwrap(), bytes);
        };
        check(b"", "", Encoding::Utf8);
        check("é\r\nb\rc\n\x0c".as_bytes(), "é\r\nb\rc\n\x0c", Encoding::Utf8);
        check(b"\xef\xbb\xbfx = 1", "x = 1", Encoding::Utf8);
        check(b"\xef\xbb\xbf# coding: utf8\n", "# coding: utf8\n", Encoding::Utf8);
        check(b"# coding: utf-8-unix\n", "# coding: utf-8-unix\n", Encoding::Utf8);
        check(
            b"# -*- coding: latin-1 -*-\ns = '\xe9\x80'\r\n",
            "# -*- coding: latin-1 -*-\ns = 'é\u{80}'\r\n",
            Encoding::Latin1,
        );
        check(
            b"#!/usr/bin/python\n# vim: set fileencoding=ISO_8859-1 :\n#\xfc",
            "#!/usr/bin/python\n# vim: set fileencoding=ISO_8859-1 :\n#ü",
            Encoding::Latin1,
        );
        check(b"# coding=us-ascii\nx\n", "# coding=us-ascii\nx\n", Encoding::Ascii);
        check(b"x = 1\n# coding: cp1252\n", "x = 1\n# coding: cp1252\n", Encoding::Utf8);
        check(b"\n\n# coding: cp1252\n", "\n\n# coding: cp1252\n", Encoding::Utf8);
        check(b"# encoding\n", "# encoding\n", Encoding::Utf8);
    }

    #[test]
    fn what_is_not_text_is_refused_with_its_place() {
        let check = |bytes: &[u8], expect: &str| {
            let message = SourceText::decode(bytes).unwrap_err().to_string();
            assert!(message.starts_with(expect), "{message}");
        };
        check(b"x = 1\ny\0", "2:2: NUL byte");
        check(b"x = '\xe9'\n", "1:6: byte 0xe9 is not valid UTF-8; add the coding line");
        check(b"# coding: ascii\ns = '\xc3\xa9'\n", "2:6: byte 0xc3 is not ASCII");
        check(b"#\n# coding: shift_jis\n", "2:1: encoding \"shift_jis\" is not supported");
        check(b"\xef\xbb\xbf# coding: latin-1\n", "1:1: the file starts with a UTF-8 byte order mark");
        check(b"\xff\xfex\0", "1:4: NUL byte");
    }

    #[test]
    fn a_character_outside_the_encoding_is_refused() {
        let source = SourceText::decode(b"# coding: latin-1\n").unwrap();
        let error = source.encode("# coding: latin-1\n'\u{20ac}'\n").unwrap_err();
        assert_eq!(error.to_string(), "the character '€' on line 2 can not be written in the file's encoding, latin-1");
    }
}
