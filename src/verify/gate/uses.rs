//! What a text uses: names, attributes, special names in strings, each with how often.

use std::collections::{HashMap, HashSet};

use super::super::names::{Token, tokens};
use super::words::{BY_NAME, MODULES};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    /// `def __x__`, `__x__ =`.
    Definition,
    /// A name that is not an attribute.
    Name,
    /// The part after a dot.
    Attribute,
    /// A special name in a string that holds nothing but names with dots between.
    Text,
    /// An imported module as a value: what is done with it then is out of sight.
    Whole,
    /// A function of [`BY_NAME`] whose name of an attribute is no plain string.
    Dynamic,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Use {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// The module before the dot, when it is one of those that the gate knows.
    pub(super) root: String,
}

/// What a text uses of what the gate looks at, and how often.
pub(super) fn uses(text: &str) -> HashMap<Use, usize> {
    let tokens = tokens(text);
    let imports = tokens.iter().enumerate().filter(|(_, token)| **token == Token::Name("import".to_owned()));
    let listed: HashSet<usize> = imports.flat_map(|(at, _)| import_list(&tokens, at)).collect();
    let imported: HashSet<&str> = listed.iter().filter_map(|at| name_at(&tokens, Some(*at))).collect();
    let mut found = HashMap::new();
    let mut add = |kind, name: &str, root: &str| {
        *found.entry(Use { kind, name: name.to_owned(), root: root.to_owned() }).or_insert(0) += 1;
    };
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1);
        let (kind, name) = match token {
            Token::Other(_) => continue,
            Token::Text(text) => {
                // `attrgetter('a.__class__')`
                text.split('.').map(str::trim).filter(|part| special(part)).for_each(|part| add(Kind::Text, part, ""));
                continue;
            }
            Token::Name(name) if is(&tokens, before, '.') => (Kind::Attribute, name.as_str()),
            Token::Name(name) => (Kind::Name, name.as_str()),
        };
        // another object's name says nothing about the attribute: an edit may rename it
        let root = name_at(&tokens, at.checked_sub(2))
            .filter(|root| kind == Kind::Attribute && MODULES.contains(root))
            .unwrap_or_default();
        let assigned = is(&tokens, Some(at + 1), '=') && !is(&tokens, Some(at + 2), '=');
        if special(name) && (name_at(&tokens, before) == Some("def") || assigned) {
            add(Kind::Definition, name, "");
        }
        let whole = kind == Kind::Name && !is(&tokens, Some(at + 1), '.');
        if whole && MODULES.contains(&name) && imported.contains(name) {
            add(Kind::Whole, name, "");
        }
        if let Some((_, position)) = BY_NAME.iter().find(|(function, _)| *function == name)
            && !listed.contains(&at)
            && !reads_plain_name(&tokens[at + 1..], *position)
        {
            add(Kind::Dynamic, name, "");
        }
        add(kind, name, root);
        // `from os import X` brings X as `os.X` would
        if name == "import"
            && let Some(module) = name_at(&tokens, before)
        {
            for listed in import_list(&tokens, at) {
                add(Kind::Attribute, name_at(&tokens, Some(listed)).unwrap_or("*"), module);
            }
        }
    }
    found
}

fn name_at(tokens: &[Token], at: Option<usize>) -> Option<&str> {
    match tokens.get(at?)? {
        Token::Name(name) => Some(name),
        _ => None,
    }
}

fn is(tokens: &[Token], at: Option<usize>, letter: char) -> bool {
    at.and_then(|at| tokens.get(at)) == Some(&Token::Other(letter))
}

/// Positions of the names that an `import` at `at` brings: `*` is everything, an alias stands for what it names.
fn import_list(tokens: &[Token], at: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut next = at + 1 + usize::from(is(tokens, Some(at + 1), '('));
    loop {
        if name_at(tokens, Some(next)).is_none() && !is(tokens, Some(next), '*') {
            return found;
        }
        found.push(next);
        while is(tokens, Some(next + 1), '.') {
            next += 2;
        }
        if name_at(tokens, Some(next + 1)) == Some("as") {
            found.push(next + 2);
            next += 2;
        }
        if !is(tokens, Some(next + 1), ',') {
            return found;
        }
        next += 2;
    }
}

/// Whether these tokens start a call whose argument at this position is a string that spells a name.
fn reads_plain_name(rest: &[Token], position: usize) -> bool {
    // passed on as a value
    if !is(rest, Some(0), '(') {
        return false;
    }
    let (mut depth, mut argument) = (0_usize, 0);
    for (at, token) in rest.iter().enumerate() {
        match token {
            Token::Other('(' | '[' | '{') => depth += 1,
            Token::Other(')' | ']' | '}') => depth = depth.saturating_sub(1),
            Token::Other(',') if depth == 1 => argument += 1,
            _ => continue,
        }
        if depth == 0 {
            return false;
        }
        if depth == 1 && argument == position && matches!(token, Token::Other('(' | ',')) {
            let ends = is(rest, Some(at + 2), ',') || is(rest, Some(at + 2), ')');
            let plain =
                |text: &str| text.chars().all(|letter| letter == '_' || letter == '.' || letter.is_alphanumeric());
            return ends && matches!(rest.get(at + 1), Some(Token::Text(text)) if plain(text));
        }
    }
    false
}

fn special(name: &str) -> bool {
    name.len() > 4
        && name.starts_with("__")
        && name.ends_with("__")
        && name.chars().all(|letter| letter == '_' || letter.is_alphanumeric())
}
