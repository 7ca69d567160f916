//! Pairs out of texts: functions of two versions of a module, matched by name.

use super::store::StoredPair;
use super::{imports_brought, same_function};
use crate::syntax::{Function, find_functions, parse};

/// What two versions of a module give.
#[derive(Debug, Default, PartialEq)]
pub struct Collected {
    /// One for each function that changed.
    pub pairs: Vec<StoredPair>,
    /// Functions that could not be matched or read, in words.
    pub notes: Vec<String>,
}

/// The functions that two versions of a module have both, where they differ. `origin` stands in front of their names. Of a
/// function and one inside it that both changed, the inner one is taken.
pub fn from_modules(origin: &str, before: &str, after: &str) -> Collected {
    let (old, new) = (find_functions(&parse(before), before), find_functions(&parse(after), after));
    let mut collected = Collected::default();
    let renamed =
        |one: &Function| matches!((old.as_slice(), new.as_slice()), ([_], [only]) if only.qualname == one.qualname);
    let mut changed: Vec<(&Function, &Function)> = Vec::new();
    let mut added = 0;
    for one in &new {
        let same =
            old.iter().find(|other| other.qualname == one.qualname).or_else(|| old.first().filter(|_| renamed(one)));
        let Some(other) = same else {
            added += 1;
            continue;
        };
        if let Some(problem) = other.problem.as_ref().or(one.problem.as_ref()) {
            let place = format!("syntax error at {}:{}", problem.line, problem.column);
            collected.notes.push(format!("{origin}::{}: {place}", one.qualname));
        } else if !same_function(&alone(before, other), &alone(after, one))
            && before[other.range.clone()] != after[one.range.clone()]
        {
            changed.push((other, one));
        }
    }
    let matched = |one: &&Function| new.iter().any(|other| other.qualname == one.qualname || renamed(other));
    let gone = old.iter().filter(|one| !matched(one)).count();
    if added + gone > 0 {
        collected
            .notes
            .push(format!("{origin}: functions only after: {added}, only before: {gone}; they are no pairs"));
    }
    for (other, one) in &changed {
        let inside = format!("{}.", one.qualname);
        if changed.iter().any(|(_, inner)| inner.qualname.starts_with(&inside)) {
            continue;
        }
        let (old_text, new_text) = (alone(before, other), alone(after, one));
        let imports = imports_brought(&old_text, &new_text, before, after);
        let origin = format!("{origin}::{}", one.qualname);
        collected.pairs.push(StoredPair { origin, imports, before: old_text, after: new_text });
    }
    collected
}

/// A function's text without the margin that it has where it stands.
fn alone(source: &str, function: &Function) -> String {
    let line = source[..function.range.start].rfind('\n').map_or(0, |at| at + 1);
    let margin = Some(&source[line..function.range.start]).filter(|margin| margin.trim().is_empty()).unwrap_or("");
    let text = &source[function.range.clone()];
    let lines = text.split_inclusive('\n').map(|line| line.strip_prefix(margin).unwrap_or(line));
    let mut text: String = lines.collect();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// What an edit did to one function of a module: `name` is its qualified name after the edit. `None` when the function was not
/// there before, could not be read, or is the same. A function that changed its name is found when no other came or went.
pub fn pair_of(origin: &str, before: &str, after: &str, name: &str) -> Option<StoredPair> {
    let (old, new) = (find_functions(&parse(before), before), find_functions(&parse(after), after));
    let one = new.iter().find(|one| one.qualname == name)?;
    let lone = |these: &[Function], others: &[Function]| -> Option<usize> {
        let missing = |one: &Function| others.iter().all(|other| other.qualname != one.qualname);
        let mut alone = (0..these.len()).filter(|at| missing(&these[*at]));
        alone.next().filter(|_| alone.next().is_none())
    };
    let renamed = || {
        let is_new = lone(&new, &old).is_some_and(|at| new[at].qualname == name);
        lone(&old, &new).filter(|_| is_new).map(|at| &old[at])
    };
    let other = old.iter().find(|other| other.qualname == name).or_else(renamed)?;
    if other.problem.is_some() || one.problem.is_some() {
        return None;
    }
    let (old_text, new_text) = (alone(before, other), alone(after, one));
    if same_function(&old_text, &new_text) {
        return None;
    }
    let imports = imports_brought(&old_text, &new_text, before, after);
    Some(StoredPair { origin: format!("{origin}::{name}"), imports, before: old_text, after: new_text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_functions_are_matched_by_name() {
        let before = "import os\n\nclass A:\n    def f(self):\n        print(1)\n        return 1\n\n    def g(self):\n        return 2\n\ndef old(): pass\n\ndef h():\n    def i():\n        print(3)\n        return 3\n    return i\n";
        let after = "import os\nimport log\n\nclass A:\n    def g(self):\n\n        return (2)  # same\n\n    def f(self):\n        log.info(1)\n        return 1\n\ndef new(): pass\n\ndef h():\n    def i():\n        return 3\n    return i\n";
        let collected = from_modules("a.py", before, after);
        let origins: Vec<&str> = collected.pairs.iter().map(|pair| pair.origin.as_str()).collect();
        assert_eq!(origins, ["a.py::A.f", "a.py::h.i"]);
        assert_eq!(collected.pairs[0].before, "def f(self):\n    print(1)\n    return 1\n");
        assert_eq!(collected.pairs[0].imports, ["import log"]);
        assert_eq!(collected.pairs[1].after, "def i():\n    return 3\n");
        assert_eq!(collected.notes, ["a.py: functions only after: 1, only before: 1; they are no pairs"]);
    }

    #[test]
    fn a_single_function_may_change_its_name() {
        let collected = from_modules("x", "def f(a):\n    return a\n", "def g(a):\n    return a\n");
        assert_eq!((collected.pairs.len(), collected.notes.len()), (1, 0));
    }

    #[test]
    fn broken_functions_are_named() {
        let collected = from_modules("x", "def f(a):\n    return a\n", "def f(a):\n    x = = 1\n    return a\n");
        assert!(collected.pairs.is_empty());
        assert!(collected.notes[0].starts_with("x::f: syntax error at 2:"), "{:?}", collected.notes);
    }

    #[test]
    fn one_function_is_found_under_its_old_name() {
        let before = "def f(a):\n    return a\n\nclass A:\n    def g(self):\n        return 1\n";
        let check = |after: &str, name: &str, expect: Option<&str>| {
            let found = pair_of("x", before, after, name);
            assert_eq!(found.as_ref().map(|pair| pair.before.as_str()), expect, "{after}");
        };
        let g = "def g(self):\n    return 1\n";
        check(&before.replace("return 1", "return 2"), "A.g", Some(g));
        check(&before.replace("def g", "def h").replace("return 1", "return 2"), "A.h", Some(g));
        check(&before.replace("return 1", "return  (1)  # one"), "A.g", None);
        check(&before.replace("return 1", "return ("), "A.g", None);
        check(&format!("{before}    def h(self):\n        return 1\n"), "A.h", None);
        check(before, "nothing", None);
    }
}
