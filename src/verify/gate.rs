//! The static gate: what an edit adds must not reach for the machinery that judges it.
//!
//! A candidate runs in the process that reports on it, so an object equal to everything, or a write to the report, can not be told from
//! truth there. No refactoring needs such things; a text that newly brings them is not run. The sandbox does not rest on this.

use std::collections::HashMap;

use thiserror::Error;

use super::names::{Token, tokens};

/// Modules that reach the system, the interpreter or the tests.
const MODULES: &[&str] = &[
    "os",
    "posix",
    "sys",
    "subprocess",
    "socket",
    "ctypes",
    "_ctypes",
    "importlib",
    "builtins",
    "gc",
    "inspect",
    "pickle",
    "shutil",
    "pytest",
    "_pytest",
    "unittest",
    "signal",
    "atexit",
    "threading",
    "_thread",
    "multiprocessing",
    "faulthandler",
    "runpy",
    "site",
    "mmap",
    "fcntl",
];

/// Functions that make code out of data, or change what is not theirs.
const FUNCTIONS: &[&str] =
    &["exec", "eval", "compile", "__import__", "globals", "setattr", "delattr", "vars", "breakpoint", "exit", "quit"];

/// Attributes that lead from any object to the interpreter's insides.
const INSIDES: &[&str] = &[
    "__builtins__",
    "__class__",
    "__bases__",
    "__base__",
    "__mro__",
    "__subclasses__",
    "__globals__",
    "__code__",
    "__closure__",
    "__dict__",
    "__loader__",
    "__spec__",
    "__getattribute__",
    "__reduce__",
    "__reduce_ex__",
    "__defaults__",
    "__kwdefaults__",
    "__wrapped__",
    "f_globals",
    "f_locals",
    "f_back",
    "tb_frame",
    "gi_frame",
    "cr_frame",
    "_getframe",
    "modules",
    "meta_path",
    "settrace",
    "setprofile",
    "_exit",
];

/// What the gate found in the part that the edit adds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GateRefusal {
    /// A module, or something of it, that the text did not use before.
    #[error("the edit brings in `{0}`, which reaches outside the function")]
    Module(String),
    /// A function that makes code of data or changes other objects.
    #[error("the edit adds a call of `{0}`")]
    Function(String),
    /// A special method; by those an object can claim to equal anything.
    #[error("the edit defines `{0}`")]
    SpecialMethod(String),
    /// An attribute of the interpreter's.
    #[error("the edit adds a use of `{0}`")]
    Inside(String),
    /// Python folds such names (`ｏｓ` is `os`), so what they say can not be compared.
    #[error("the edit adds the name `{0}`, which is not plain ASCII")]
    Name(String),
}

/// Compares two texts of the same file or function. `allowed` are the names that the concept introduces by definition.
pub fn check(before: &str, after: &str, allowed: &[&str]) -> Result<(), GateRefusal> {
    let (before, after) = (uses(before), uses(after));
    let mut added: Vec<&Use> = after
        .iter()
        .filter(|(found, count)| before.get(*found).copied().unwrap_or(0) < **count)
        .map(|(found, _)| found)
        .collect();
    // the same refusal for the same texts
    added.sort();
    for found in added {
        let Use { kind, name, root } = found;
        if allowed.contains(&name.as_str()) || allowed.contains(&root.as_str()) {
            continue;
        }
        let new = !before.contains_key(found);
        let refusal = match kind {
            Kind::Definition => GateRefusal::SpecialMethod(name.clone()),
            Kind::Attribute if MODULES.contains(&root.as_str()) && new => GateRefusal::Module(format!("{root}.{name}")),
            Kind::Name if MODULES.contains(&name.as_str()) && new => GateRefusal::Module(name.clone()),
            Kind::Name if FUNCTIONS.contains(&name.as_str()) => GateRefusal::Function(name.clone()),
            Kind::Name | Kind::Attribute if INSIDES.contains(&name.as_str()) => GateRefusal::Inside(name.clone()),
            Kind::Text if INSIDES.contains(&name.as_str()) || name.starts_with("__") => {
                GateRefusal::Inside(name.clone())
            }
            Kind::Name | Kind::Attribute if !name.is_ascii() && new => GateRefusal::Name(name.clone()),
            _ => continue,
        };
        return Err(refusal);
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Kind {
    /// `def __x__`, `__x__ =`.
    Definition,
    /// A name that is not an attribute.
    Name,
    /// The part after a dot.
    Attribute,
    /// A string with nothing in it but a special name.
    Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Use {
    kind: Kind,
    name: String,
    /// The module before the dot, when it is one of those that the gate knows.
    root: String,
}

fn uses(text: &str) -> HashMap<Use, usize> {
    let tokens = tokens(text);
    let name_at = |at: Option<usize>| {
        at.and_then(|at| tokens.get(at))
            .and_then(|token| if let Token::Name(name) = token { Some(name.as_str()) } else { None })
    };
    let is = |at: Option<usize>, letter: char| at.and_then(|at| tokens.get(at)) == Some(&Token::Other(letter));
    let mut found = HashMap::new();
    for (at, token) in tokens.iter().enumerate() {
        let (before, two_before) = (at.checked_sub(1), at.checked_sub(2));
        let (kind, name) = match token {
            Token::Other(_) => continue,
            Token::Text(text) if special(text.trim()) => (Kind::Text, text.trim()),
            Token::Text(_) => continue,
            Token::Name(name) if is(before, '.') => (Kind::Attribute, name.as_str()),
            Token::Name(name) => (Kind::Name, name.as_str()),
        };
        // another object's name says nothing about the attribute: an edit may rename it
        let root =
            name_at(two_before).filter(|root| kind == Kind::Attribute && MODULES.contains(root)).unwrap_or_default();
        // `from os import X` brings X as `os.X` would
        let mut add = |kind, name: &str, root: &str| {
            *found.entry(Use { kind, name: name.to_owned(), root: root.to_owned() }).or_insert(0) += 1
        };
        let assigned = is(Some(at + 1), '=') && !is(Some(at + 2), '=');
        if special(name) && kind != Kind::Text && (name_at(before) == Some("def") || assigned) {
            add(Kind::Definition, name, "");
        }
        add(kind, name, root);
        if name == "import"
            && let Some(module) = name_at(before)
        {
            let imported = tokens[at + 1..].iter().map_while(|token| match token {
                Token::Name(name) => Some(name.as_str()),
                Token::Other(',' | '(') => Some(""),
                _ => None,
            });
            imported.filter(|name| !name.is_empty()).for_each(|name| add(Kind::Attribute, name, module));
        }
    }
    found
}

fn special(name: &str) -> bool {
    name.len() > 4
        && name.starts_with("__")
        && name.ends_with("__")
        && name.chars().all(|letter| letter == '_' || letter.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(before: &str, after: &str) -> Option<String> {
        check(before, after, &[]).err().map(|refusal| refusal.to_string())
    }

    #[test]
    fn ordinary_edits_pass() {
        for (before, after) in [
            ("def f(a): return a", "def f(a):\n    if a is None:\n        raise ValueError('os')\n    return a"),
            (
                "import os\ndef f(p): os.remove(p)",
                "import os\ndef f(p):\n    try:\n        os.remove(p)\n    except OSError:\n        pass",
            ),
            ("import os\nx = os.path.join('a')", "import os\nx = os.path.join('a')\ny = os.path.exists(x)"),
            ("def f(): print('a')", "import logging\nlogger = logging.getLogger(__name__)\ndef f(): logger.info('a')"),
            ("def f(): ...", "from functools import lru_cache\n@lru_cache\ndef f(): ..."),
            (
                "class A:\n  def __eq__(self, o): return self is o",
                "class A:\n  def __eq__(self, other): return self is other",
            ),
            ("def f(x): return x.__class__", "def f(y): return y.__class__"),
            ("x = eval(a)", "y = eval(a)"),
        ] {
            assert_eq!(refused(before, after), None, "{after}");
        }
    }

    #[test]
    fn what_reaches_for_the_machinery_is_refused() {
        for (before, after, word) in [
            ("def f(): pass", "def f():\n    import os", "`os`"),
            ("import os\nos.path", "import os\nos.path\nos._exit(0)", "`os._exit`"),
            ("import os", "import os\nfrom os import _exit as bye\nbye(0)", "_exit"),
            ("", "import sys as s", "`sys`"),
            ("", "eval('1')", "`eval`"),
            ("eval('1')", "eval('1'); eval('2')", "`eval`"),
            ("", "f'{exec(x)}'", "`exec`"),
            ("", "class E:\n  def __eq__(self, o): return True", "`__eq__`"),
            ("", "A.__eq__ = lambda a, b: True", "`__eq__`"),
            ("x", "x.__class__.__bases__", "__"),
            ("x", "getattr(x, '__globals__')", "`__globals__`"),
            ("", "\u{ff4f}\u{ff53}.x", "ASCII"),
            ("", "from unittest import mock", "unittest"),
        ] {
            let said = refused(before, after).unwrap_or_default();
            assert!(said.contains(word), "{after}: {said:?}");
        }
    }

    #[test]
    fn a_concept_may_bring_what_it_is_about() {
        assert_eq!(check("", "import threading\nlock = threading.Lock()", &["threading"]), Ok(()));
        assert!(check("", "import os", &["threading"]).is_err());
    }
}
