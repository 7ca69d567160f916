//! The names and short strings that a Python text uses: a lexer that knows no grammar, for the gate alone.
//!
//! Code inside f-strings counts as code. A text that is not well formed still gives its names: the gate must see more, never less.

/// What the gate looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// An identifier or keyword.
    Name(String),
    /// A string literal's text, as it stands between its quotes.
    Text(String),
    /// Any other single character that is no blank.
    Other(char),
}

/// The tokens of a text, comments and blanks left out.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    scan(&characters, &mut found);
    found
}

fn scan(text: &[char], found: &mut Vec<Token>) {
    let mut at = 0;
    while let Some(&letter) = text.get(at) {
        if letter == '#' {
            while text.get(at).is_some_and(|&letter| letter != '\n') {
                at += 1;
            }
        } else if letter == '"' || letter == '\'' {
            at = string(text, at, false, found);
        } else if is_name(letter) {
            let start = at;
            while text.get(at).is_some_and(|&letter| is_name(letter)) {
                at += 1;
            }
            let name: String = text[start..at].iter().collect();
            let prefix = name.len() <= 2 && name.chars().all(|letter| "rbuftRBUFT".contains(letter));
            if prefix && text.get(at).is_some_and(|&letter| letter == '"' || letter == '\'') {
                at = string(text, at, name.contains(['f', 'F', 't', 'T']), found);
            } else if !name.starts_with(|first: char| first.is_ascii_digit()) {
                found.push(Token::Name(name));
            }
        } else {
            if !letter.is_whitespace() && letter != '\\' {
                found.push(Token::Other(letter));
            }
            at += 1;
        }
    }
}

/// Reads a string that starts at its quote; gives the position after it.
fn string(text: &[char], start: usize, formatted: bool, found: &mut Vec<Token>) -> usize {
    let quote = text[start];
    let width = if text[start..].starts_with(&[quote; 3]) { 3 } else { 1 };
    let (mut at, mut depth, mut held) = (start + width, 0_usize, vec![' ']);
    let body = at;
    while at < text.len() {
        let letter = text[at];
        if formatted && depth > 0 {
            // inside a field: nested strings may use the same quotes
            match letter {
                '{' | '(' | '[' => depth += 1,
                '}' | ')' | ']' => depth -= 1,
                '"' | '\'' if letter != quote || depth > 1 => {
                    let mut inner = Vec::new();
                    let end = string(text, at, false, &mut inner);
                    held.extend(&text[at..end]);
                    at = end;
                    continue;
                }
                _ if letter == quote && text[at..].starts_with(&vec![quote; width]) => break,
                '\n' if width == 1 => break,
                _ => {}
            }
            held.push(if depth == 0 { ' ' } else { letter });
            at += 1;
            continue;
        }
        match letter {
            '\\' => at += 1,
            '\n' if width == 1 => break,
            '{' if formatted && text.get(at + 1) == Some(&'{') => at += 1,
            '{' if formatted => depth = 1,
            _ if text[at..].starts_with(&vec![quote; width]) => break,
            _ => {}
        }
        at += 1;
    }
    let end = at.min(text.len());
    found.push(Token::Text(text[body.min(end)..end].iter().collect()));
    scan(&held, found);
    if text[end..].starts_with(&vec![quote; width]) { end + width } else { end + usize::from(end < text.len()) }
}

fn is_name(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric() || (!letter.is_ascii() && !letter.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let names: Vec<String> = tokens(text)
            .into_iter()
            .filter_map(|token| if let Token::Name(name) = token { Some(name) } else { None })
            .collect();
        assert_eq!(names, expect, "{text}");
    }

    #[test]
    fn names_are_found_in_code_and_in_fields_only() {
        check("a = os.path # sys", &["a", "os", "path"]);
        check("x = 'os' + \"sys\" + '''a\nb'''; y", &["x", "y"]);
        check("x = 'it\\'s os'; y", &["x", "y"]);
        check("f'{os.x!r:>{width}} sys {{gc}}'", &["os", "x", "r", "width"]);
        check("f'{d[\"os\"]}' + b", &["d", "b"]);
        check("f'{d['k']}' + b", &["d", "b"]);
        check("rb'os' Rb\"sys\" 0x1f 12e3 _a1", &["_a1"]);
        check("'open\nnext", &["next"]);
        check("\"\"\"open", &[]);
        check("\u{ff4f}\u{ff53}.x", &["\u{ff4f}\u{ff53}", "x"]);
    }

    #[test]
    fn no_text_makes_it_panic() {
        let seed = "f'{a[\"b\"]}' '''x\n\\ {{ }} \" # \r\n\u{e9}os(";
        let letters: Vec<char> = seed.chars().collect();
        for start in 0..letters.len() {
            for end in start..letters.len() {
                let text: String = letters[start..end].iter().collect();
                let reversed: String = text.chars().rev().collect();
                tokens(&text);
                tokens(&reversed);
            }
        }
    }
}
