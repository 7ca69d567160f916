//! What pairs teach: windows for the edit encoder and the spellings that travel along.

use crate::codec::{ConceptTable, FunctionError, Lexed, Pair, WindowPair, concept_of, lesson};
use crate::latent::Practice;
use serde::{Deserialize, Serialize};

/// A concept as its pairs show it: everything but the vector, which the edit encoder makes of the windows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taught {
    /// Spellings that the edit brings or takes away.
    pub concept: ConceptTable,
    /// One window per pair.
    pub windows: Vec<WindowPair>,
    /// Whether the pairs change what is in front of the body: then the signature may change.
    #[serde(default)]
    pub changes_signature: bool,
}

/// What pairs teach, and what each of them asks to be written.
pub type WithPractice = (Taught, Vec<Option<Practice>>);

impl Taught {
    /// Learns from (before, after) texts, each one function. An error names the pair, from 1.
    pub fn new<'s>(pairs: impl Iterator<Item = (&'s str, &'s str)>) -> Result<Self, (usize, FunctionError)> {
        Ok(Self::with_practice(pairs, false)?.0)
    }

    /// The same, and for each pair what it asks to be written when the concept is added or removed: `None` where that
    /// says what nobody could know.
    pub fn with_practice<'s>(
        pairs: impl Iterator<Item = (&'s str, &'s str)>,
        remove: bool,
    ) -> Result<WithPractice, (usize, FunctionError)> {
        let mut lexed = Vec::new();
        for (number, (before, after)) in (1..).zip(pairs) {
            let pair = Lexed::new(before).and_then(|before| Ok(Pair { before, after: Lexed::new(after)? }));
            lexed.push(pair.map_err(|error| (number, error))?);
        }
        let concept = concept_of(&lexed);
        let (mut windows, mut practice) = (Vec::new(), Vec::new());
        for (number, pair) in (1..).zip(&lexed) {
            let lesson = lesson(pair, &concept).map_err(|error| (number, error))?;
            windows.push(WindowPair::new(&lesson.window, &lesson.opposite));
            let asked = if remove { lesson.backward } else { lesson.forward };
            practice.push(asked.map(|asked| Practice { source: asked.source, script: asked.script, remove }));
        }
        let changes_signature = lexed.iter().any(|pair| signature(&pair.before) != signature(&pair.after));
        Ok((Self { concept, windows, changes_signature }, practice))
    }
}

/// Whether any pair changes what stands between `async` or `def` and the colon.
pub fn changes_signature(pairs: &[Pair<'_>]) -> bool {
    pairs.iter().any(|pair| signature(&pair.before) != signature(&pair.after))
}

/// The text from `async` or `def` to the colon, blanks aside: what the filter of edits compares.
fn signature<'a>(function: &'a Lexed<'_>) -> Vec<&'a str> {
    let head = function.lexemes.iter().take_while(|lexeme| lexeme.kind != crate::syntax::LexemeKind::Indent);
    let texts: Vec<&str> = head.map(|lexeme| &function.source[lexeme.range.clone()]).collect();
    let def = texts.iter().position(|text| *text == "def").unwrap_or(0);
    let is_async = def > 0 && texts[def - 1] == "async";
    texts[def - usize::from(is_async)..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_concept_that_is_about_the_signature_may_change_it() {
        let changes = |before: &str, after: &str| Taught::new([(before, after)].into_iter()).unwrap().changes_signature;
        assert!(changes("def f(a):\n    return a\n", "async def f(a):\n    return a\n"));
        assert!(changes("@g\ndef f(a):\n    return a\n", "@g\nasync def f(a):\n    return a\n"));
        assert!(changes("def f(a):\n    return a\n", "def f(a, b):\n    return a\n"));
        assert!(!changes("def f(a):\n    return a\n", "@g\ndef f(a):\n    return a\n"));
        assert!(!changes("def f(a):\n    return a\n", "def f(a):\n    g()\n    return a\n"));
    }
}
