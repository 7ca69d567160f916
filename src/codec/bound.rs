//! The names that a function binds, read off its tokens.

use super::vocabulary::{DE, IN, Id, Kind, NL, Vocabulary};
use crate::syntax::builtin_names;
use std::collections::HashSet;
use std::sync::OnceLock;

/// Frequent names that are the function's own and stand on both sides of an edit. Their spelling is this function's choice,
/// as that of a rare name is.
pub fn own_names(source: &[Id], target: &[Id]) -> HashSet<Id> {
    let bound: HashSet<Id> = bound(source).union(&bound(target)).copied().collect();
    bound.into_iter().filter(|id| source.contains(id) && target.contains(id) && !is_alike(*id)).collect()
}

/// `self` and `cls`: who a method is called on, in every function.
pub fn is_receiver(id: Id) -> bool {
    static RECEIVERS: OnceLock<HashSet<Id>> = OnceLock::new();
    RECEIVERS.get_or_init(|| frequent(["self", "cls"])).contains(&id)
}

/// Receivers and built-in names mean the same in every function.
fn is_alike(id: Id) -> bool {
    static BUILT_IN: OnceLock<HashSet<Id>> = OnceLock::new();
    is_receiver(id) || BUILT_IN.get_or_init(|| frequent(builtin_names())).contains(&id)
}

/// Those of some names that the vocabulary has.
fn frequent<'n>(names: impl IntoIterator<Item = &'n str>) -> HashSet<Id> {
    names.into_iter().filter_map(|name| Vocabulary::built_in().id(Kind::Name, name)).collect()
}

/// Frequent names that are parameters, or targets of an assignment, a loop, `as` or `:=`.
fn bound(ids: &[Id]) -> HashSet<Id> {
    let vocabulary = Vocabulary::built_in();
    let text = |id: &Id| if matches!(*id, NL | IN | DE) { "" } else { vocabulary.text(*id) };
    let mut bound = HashSet::new();
    let mut targets: Vec<Id> = Vec::new(); // of the statement so far, while it may be one's left side
    let (mut left, mut depth, mut header, mut looping) = (true, 0usize, false, false);
    for (at, id) in ids.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |before| text(&ids[before]));
        let after = ids.get(at + 1).map_or("", text);
        match text(id) {
            "" => (left, targets, depth, header, looping) = (true, Vec::new(), 0, false, false),
            "def" => (header, left) = (true, false),
            "for" => (looping, left) = (true, false),
            "in" => (looping, left) = (false, false),
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                header &= depth > 0;
            }
            "=" if depth == 0 && left => bound.extend(targets.drain(..)),
            "," | "*" | "." | ":" => {}
            _ if vocabulary.kind(*id) == Kind::Name => {
                let parameter = header && depth == 1 && matches!(before, "(" | "," | "*" | "**");
                if parameter || before == "as" || after == ":=" || looping && before != "." {
                    bound.insert(*id);
                } else if left && before != "." && after != "." {
                    targets.push(*id);
                }
            }
            other => left &= vocabulary.kind(*id) == Kind::Id || other == "+=",
        }
    }
    bound
}

#[cfg(test)]
mod tests {
    use super::super::{ConceptTable, Lexed, SlotTable};
    use super::*;

    #[test]
    fn what_a_function_binds() {
        let cases = [
            ("def get(name, value=None, *args, **kwargs):\n    pass\n", "args kwargs name value"),
            ("def f(self):\n    for key, value in self.items(index):\n        pass\n", "key self value"),
            ("def f():\n    data = name.value\n    key, value = data\n    data.name = path\n", "data key value"),
            (
                "def f():\n    with open(path) as file:\n        g(name=value)\n    if (data := g()):\n        pass\n",
                "data file",
            ),
            ("def f():\n    return [name for name in value if index]\n", "name"),
        ];
        for (source, expect) in cases {
            let ids = Lexed::new(source).unwrap().ids(&ConceptTable::default(), &mut SlotTable::default()).unwrap();
            let mut names: Vec<&str> = bound(&ids).iter().map(|id| Vocabulary::built_in().text(*id)).collect();
            names.sort_unstable();
            assert_eq!(names.join(" "), expect, "{source}");
        }
    }
}
