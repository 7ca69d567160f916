//! The static gate: what an edit adds must not reach for the machinery that judges it.
//!
//! A candidate runs in the process that reports on it, so an object equal to everything, or a write to the report, can not be told from
//! truth there. No refactoring needs such things; a text that newly brings them is not run. The sandbox does not rest on this.

mod uses;
mod words;

use thiserror::Error;

use uses::{Kind, Use, uses};
use words::{FUNCTIONS, INSIDES, KEPT_BY_OTHERS, MODULES};

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
