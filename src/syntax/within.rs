//! `(#within? @node "query" …)`: that something stands anywhere below a node, which one of the queries says.
//!
//! A tree-sitter query says how deep a node stands. "At any depth" has to be spelled out depth by depth, and each node with
//! children of a query costs up to a millisecond of compiling: this predicate says it once. The inner queries have captures of
//! their own. One of a name that the match around it has captured has to have the same text as there; with `not.` before the
//! name, another one.

use tree_sitter::{
    Language, Node, Query, QueryCursor, QueryMatch, QueryPredicate, QueryPredicateArg, StreamingIterator,
};

const OPERATOR: &str = "within?";
/// Before the name of a capture outside whose text it must not have.
const NOT: &str = "not.";

/// What has to stand below one capture of a pattern.
pub struct Within {
    below: u32,
    query: Query,
    shared: Vec<Shared>,
}

/// A name that is captured inside and outside.
struct Shared {
    inside: u32,
    outside: u32,
    /// Whether both have the same text.
    same: bool,
}

impl Within {
    /// The predicates of one pattern of a query. Those that nobody knows are mistakes: tree-sitter passes over them.
    pub fn of(outer: &Query, pattern: usize, language: &Language) -> Result<Vec<Self>, String> {
        outer.general_predicates(pattern).iter().map(|one| Self::new(one, outer, language)).collect()
    }

    fn new(predicate: &QueryPredicate, outer: &Query, language: &Language) -> Result<Self, String> {
        let unknown = || format!("#{} is no predicate, or takes other arguments", predicate.operator);
        let (OPERATOR, [QueryPredicateArg::Capture(below), texts @ ..]) = (&*predicate.operator, &*predicate.args)
        else {
            return Err(unknown());
        };
        let text = |one: &QueryPredicateArg| match one {
            QueryPredicateArg::String(text) => Ok(format!("{text}\n")),
            QueryPredicateArg::Capture(_) => Err(unknown()),
        };
        let text = texts.iter().map(text).collect::<Result<String, _>>()?;
        let query = Query::new(language, &text).map_err(|error| format!("in #{OPERATOR}: {error}"))?;
        let shared = (0..).zip(query.capture_names()).filter_map(|(inside, name)| {
            let of = name.strip_prefix(NOT);
            let outside = outer.capture_index_for_name(of.unwrap_or(name))?;
            Some(Shared { inside, outside, same: of.is_none() })
        });
        let shared = shared.collect();
        Ok(Self { below: *below, query, shared })
    }

    /// Whether it is so in a match of the outer query.
    pub fn holds(&self, outer: &QueryMatch<'_, '_>, source: &[u8]) -> bool {
        let text = |node: Node<'_>| source.get(node.byte_range());
        let mut cursor = QueryCursor::new();
        outer.nodes_for_capture_index(self.below).any(|below| {
            let mut matches = cursor.matches(&self.query, below, source);
            while let Some(inner) = matches.next() {
                let suits = |one: &Shared| {
                    let outside = outer.nodes_for_capture_index(one.outside).next();
                    let mut inside = inner.nodes_for_capture_index(one.inside);
                    outside.is_none_or(|outside| inside.all(|inside| (text(inside) == text(outside)) == one.same))
                };
                if self.shared.iter().all(suits) {
                    return true;
                }
            }
            false
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::{Pattern, Searched, find_functions, parse};

    #[test]
    fn something_is_looked_for_at_any_depth() {
        let query = "((for_statement left: (identifier) @_name body: (_) @_body) @found
            (#within? @_body \"(subscript value: (identifier) @_of subscript: (identifier) @_name)\")
            (#within? @_body \"((identifier) @_call (#eq? @_call \\\"f\\\"))\"))";
        // joined with another one, whose captures have the same names
        let other = "(while_statement (identifier) @_of body: (_) @_body) @other";
        let pattern = Pattern::joined([other, query]).unwrap();
        let count = |body: &str| {
            let text = format!("def g(a):\n    for i in a:\n{body}    while i: i = a[i] + f\n");
            let parsed = parse(&text);
            let function = find_functions(&parsed, &text).remove(0);
            let captures = pattern.captures(&Searched::new(&parsed, &text, function.range));
            captures.iter().filter(|one| one.name == "found").count()
        };
        assert_eq!(count("        f(a[i])\n"), 1);
        assert_eq!(count("        if a:\n            while 1:\n                x = [[[b(f)[0] + a[i]]]]\n"), 1);
        assert_eq!(count("        f(a[j])\n"), 0, "another name");
        assert_eq!(count("        g(a[i])\n"), 0, "one of the two");
        assert_eq!(count("        f(i)\n"), 0);
    }

    #[test]
    fn what_has_another_text_can_be_looked_for() {
        let query = "((while_statement (identifier) @_name body: (_) @found)
            (#within? @found \"(call (identifier) @not._name)\" \"(await (identifier) @_name)\"))";
        let count = |body: &str| {
            let text = format!("def f(a):\n    while a: {body}\n");
            let parsed = parse(&text);
            let function = find_functions(&parsed, &text).remove(0);
            let pattern = Pattern::new(query).unwrap();
            let captures = pattern.captures(&Searched::new(&parsed, &text, function.range));
            captures.iter().filter(|one| one.name == "found").count()
        };
        assert_eq!((count("a()"), count("b()"), count("a(b)"), count("a(b())")), (0, 1, 0, 1));
        assert_eq!((count("await a"), count("await b")), (1, 0));
    }

    #[test]
    fn mistakes_are_found_when_the_query_is_compiled() {
        let check = |text: &str, line: usize, expect: &str| {
            let error = Pattern::joined(["(block) @b\n", text]).map(|_| ()).unwrap_err();
            assert!(error.line == line && error.message.contains(expect), "{text}: {error}");
        };
        check("((block) @b\n (#inside? @b \"(call)\"))", 3, "#inside? is no predicate");
        check("\n((block) @b (#within? @b \"(call)\" @b))", 4, "other arguments");
        check("((block) @b (#within? \"(call)\" @b))", 3, "other arguments");
        check("((block) @b (#within? @b \"(cull)\"))", 3, "in #within?: ");
    }
}
