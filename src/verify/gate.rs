//! The static gate: what an edit adds must not reach for the machinery that judges it.
//!
//! A candidate runs in the process that reports on it, so an object equal to everything, or a write to the report, can not be told from
//! truth there. No refactoring needs such things; a text that newly brings them is not run. The sandbox does not rest on this.

use std::collections::{HashMap, HashSet};

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
    "resource",
    "marshal",
    "zipimport",
    "pkgutil",
    "concurrent",
    "pty",
    "pdb",
    "bdb",
    "timeit",
    "cProfile",
    "doctest",
    "mock",
];

/// Modules that others keep as an attribute: `shutil.os`, `random._os`.
const KEPT_BY_OTHERS: &[&str] =
    &["os", "_os", "posix", "sys", "_sys", "subprocess", "builtins", "importlib", "ctypes", "_thread"];

/// Functions that make code out of data, or change what is not theirs.
const FUNCTIONS: &[&str] = &[
    "exec",
    "eval",
    "compile",
    "__import__",
    "globals",
    "locals",
    "setattr",
    "delattr",
    "vars",
    "breakpoint",
    "exit",
    "quit",
    "methodcaller",
];

/// Functions that read an attribute by its name, and which argument that is: the name must be there to be read.
const BY_NAME: &[(&str, usize)] = &[("getattr", 1), ("hasattr", 1), ("attrgetter", 0)];

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
    "FunctionType",
    "LambdaType",
    "MethodType",
    "CodeType",
    "ModuleType",
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
    /// An attribute whose name is only known at run time.
    #[error("the edit uses `{0}` with a name that can not be read in the text")]
    ByName(String),
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
            Kind::Whole => GateRefusal::Module(name.clone()),
            Kind::Dynamic => GateRefusal::ByName(name.clone()),
            Kind::Attribute if KEPT_BY_OTHERS.contains(&name.as_str()) && new => GateRefusal::Module(name.clone()),
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
    /// A special name in a string that holds nothing but names with dots between.
    Text,
    /// An imported module as a value: what is done with it then is out of sight.
    Whole,
    /// A function of [`BY_NAME`] whose name of an attribute is no plain string.
    Dynamic,
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
            ("def f(x): return x.name", "def f(x): return getattr(x, 'name', None)"),
            ("f(key=lambda x: x.a)", "from operator import attrgetter\nf(key=attrgetter('a.b', 'c'))"),
            ("def f(o, n): return getattr(o, n)", "def f(o, n):\n    value = getattr(o, n)\n    return value"),
            ("signal = 1", "signal = 1\nif signal: pass"),
            ("import os\ndef f(): return os.name", "import os\ndef f():\n    name = os.name\n    return name"),
            (
                "def f(self): return self.a",
                "def f(self):\n    \"\"\"Calls `__init__` of os.path.\"\"\"\n    return self.a",
            ),
        ] {
            assert_eq!(refused(before, after), None, "{after}");
        }
    }

    #[test]
    fn what_reaches_for_the_machinery_is_refused() {
        let mut wrong = Vec::new();
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
            ("", "from unittest import mock", "mock"),
            ("import os", "import os\nfrom os import *\nsystem('x')", "`os.*`"),
            ("import os", "import os\nimport os as o\no.system('x')", "`os.o`"),
            ("import os", "import os\no = os\no.system('x')", "`os`"),
            ("import os", "import os\ngetattr(os, 'system')", "`os`"),
            ("import random", "import random\nrandom._os.system('x')", "`_os`"),
            ("import shutil", "import shutil\nshutil.os.system('x')", "`os`"),
            ("", "from pathlib import os", "`os`"),
            ("", "getattr(f, '__glo' + 'bals__')", "`getattr`"),
            ("", "getattr(f, '__glo' 'bals__')", "`getattr`"),
            ("", "getattr(f, '\\x5f_globals__')", "`getattr`"),
            ("", "getattr(*x)", "`getattr`"),
            ("", "get = getattr", "`getattr`"),
            ("", "map(getattr, a, b)", "`getattr`"),
            ("", "attrgetter('f.__globals__')(x)", "`__globals__`"),
            ("", "attrgetter(name)(x)", "`attrgetter`"),
            ("", "methodcaller('system')", "`methodcaller`"),
            ("", "type('A', (), {'__eq__': f})", "`__eq__`"),
            ("", "type('A', (), dict(__eq__=f))", "`__eq__`"),
            ("", "import marshal", "`marshal`"),
            ("", "types.FunctionType(code, {})", "`FunctionType`"),
            ("", "import timeit", "`timeit`"),
            ("", "locals()['x']", "`locals`"),
            ("", "match x:\n  case object(__class__=c): pass", "`__class__`"),
            ("", "__builtins__['eval']", "`__builtins__`"),
            ("", "x\\\n.__globals__", "`__globals__`"),
            ("", "class A:\n  async def __aenter__(self): pass", "`__aenter__`"),
            ("", "class A:\n  __slots__ = ()", "`__slots__`"),
            ("", "from _pytest import reports", "_pytest"),
            ("", "gc.get_objects()", "`gc`"),
            ("", "inspect.stack()", "`inspect`"),
            ("", "pickle.loads(x)", "`pickle`"),
            ("", "sys.modules", "`sys`"),
            ("", "ctypes.CDLL(None)", "`ctypes`"),
            ("", "importlib.reload(m)", "`importlib`"),
        ] {
            let said = refused(before, after).unwrap_or_default();
            if !said.contains(word) {
                wrong.push(format!("{after}: {word} is not in {said:?}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn a_concept_may_bring_what_it_is_about() {
        assert_eq!(check("", "import threading\nlock = threading.Lock()", &["threading"]), Ok(()));
        assert!(check("", "import os", &["threading"]).is_err());
    }
}
