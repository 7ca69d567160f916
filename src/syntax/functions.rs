//! The functions of a source text, also of a broken one.

use super::{Parsed, Problem, first_problem};
use std::collections::HashMap;
use std::ops::Range;
use tree_sitter::Node;

/// A function or method, where it stands and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Dotted name inside the file: `Class.method`, `outer.inner`. A second one of the same name gets `#2`.
    pub qualname: String,
    /// Bytes of the whole definition, decorators included, up to the end of its last line's statement.
    pub range: Range<usize>,
    /// Bytes of `def name(…) -> …:` without the body.
    pub signature: Range<usize>,
    /// Zero-based line of `def` (not of the first decorator).
    pub line: usize,
    /// Whether it stands directly in a class body.
    pub is_method: bool,
    /// The first syntax problem inside it: such a function is not edited.
    pub problem: Option<Problem>,
}

/// All functions in source order, outer before inner. Classes and functions inside errors are found too.
pub fn find_functions(parsed: &Parsed, source: &str) -> Vec<Function> {
    let mut found = Vec::new();
    collect(parsed.root(), source, &mut Vec::new(), false, &mut found);
    let mut seen: HashMap<String, usize> = HashMap::new();
    for function in &mut found {
        let count = seen.entry(function.qualname.clone()).or_default();
        *count += 1;
        if *count > 1 {
            function.qualname = format!("{}#{count}", function.qualname);
        }
    }
    found
}

/// The first function that a range touches, decorators included; like [`enclosing_function`] it is quick, and gives no `#2`.
pub fn first_function(parsed: &Parsed, source: &str, range: &Range<usize>) -> Option<Function> {
    let start = first_definition(parsed.root(), range)?.start_byte();
    enclosing_function(parsed, source, start..start)
}

fn first_definition<'t>(node: Node<'t>, range: &Range<usize>) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    let touched = node.children(&mut cursor).skip_while(|child| child.end_byte() <= range.start);
    let mut touched =
        touched.take_while(|child| child.start_byte() < range.end).filter(|child| holds_statements(*child));
    touched.find_map(|child| definition_at(child).or_else(|| first_definition(child, range)))
}

/// The innermost function that all of `range` lies in, decorators included. Only one path of the tree is looked at, so it
/// is quick in a long file; that is why a second function of the same name does not get its `#2`.
pub fn enclosing_function(parsed: &Parsed, source: &str, range: Range<usize>) -> Option<Function> {
    let mut path = ancestors(parsed.root().descendant_for_byte_range(range.start, range.end)?);
    let at = path.iter().position(|node| definition_at(*node).is_some())?;
    let node = definition_at(path[at])?;
    let outer = path.split_off(at + 1);
    let names = outer.iter().rev().chain([&node]).filter(|one| DEFINITIONS.contains(&one.kind()));
    let names = names.filter_map(|one| Some(&source[one.child_by_field_name("name")?.byte_range()]));
    let qualname = names.collect::<Vec<_>>().join(".");
    let around = outer.iter().find(|one| DEFINITIONS.contains(&one.kind()) || one.kind() == "lambda");
    Some(function(node, qualname, around.is_some_and(|one| one.kind() == "class_definition")))
}

const DEFINITIONS: [&str; 2] = ["function_definition", "class_definition"];

/// The function's definition that a node is; a decorated one counts, since from a decorator the way up leads past it.
fn definition_at(node: Node<'_>) -> Option<Node<'_>> {
    let inner = match node.kind() {
        "decorated_definition" => node.child_by_field_name("definition")?,
        _ => node,
    };
    (inner.kind() == "function_definition").then_some(inner)
}

/// A node and the nodes around it, innermost first.
fn ancestors(node: Node<'_>) -> Vec<Node<'_>> {
    std::iter::successors(Some(node), |node| node.parent()).collect()
}

/// Whether there may be statements in a node: no function stands anywhere else.
fn holds_statements(node: Node<'_>) -> bool {
    const COMPOUND: [&str; 17] = [
        "block",
        "function_definition",
        "decorated_definition",
        "class_definition",
        "if_statement",
        "elif_clause",
        "else_clause",
        "for_statement",
        "while_statement",
        "try_statement",
        "except_clause",
        "except_group_clause",
        "finally_clause",
        "with_statement",
        "match_statement",
        "case_clause",
        "ERROR",
    ];
    // leaves are the most; what is broken may have anything inside
    node.child_count() > 0 && (node.has_error() || COMPOUND.contains(&node.kind()))
}

fn collect<'s>(node: Node<'_>, source: &'s str, path: &mut Vec<&'s str>, in_class: bool, found: &mut Vec<Function>) {
    let mut cursor = node.walk();
    for child in node.children(&mut cursor).filter(|child| holds_statements(*child)) {
        match child.kind() {
            "function_definition" | "class_definition" => {
                let Some(name) = child.child_by_field_name("name") else {
                    collect(child, source, path, false, found);
                    continue;
                };
                path.push(&source[name.byte_range()]);
                let is_function = child.kind() == "function_definition";
                if is_function {
                    found.push(function(child, path.join("."), in_class));
                }
                collect(child, source, path, !is_function, found);
                path.pop();
            }
            // a body of a class is a block; decorators and conditions stand between a class and its methods
            "block" | "decorated_definition" | "if_statement" | "else_clause" | "try_statement" | "ERROR" => {
                collect(child, source, path, in_class, found);
            }
            _ => collect(child, source, path, false, found),
        }
    }
}

fn function(node: Node<'_>, qualname: String, is_method: bool) -> Function {
    let whole = node.parent().filter(|parent| parent.kind() == "decorated_definition").unwrap_or(node);
    let end = node.child_by_field_name("body").map_or(node.end_byte(), |body| body.start_byte());
    Function {
        qualname,
        range: whole.byte_range(),
        signature: node.start_byte()..end,
        line: node.start_position().row,
        is_method,
        problem: first_problem(whole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    const TEXT: &str = "import os\n\nclass A:\n    x = 1\n    @property\n    def f(self):\n        y = lambda: 2\n\n        def g():\n            return 3\n        return g\n\ndef h(): pass\n";

    #[test]
    fn the_innermost_function_is_found_from_any_place_in_it() {
        let parsed = parse(TEXT);
        let all = find_functions(&parsed, TEXT);
        let check = |place: &str, expect: &str| {
            let at = TEXT.find(place).unwrap();
            let found = enclosing_function(&parsed, TEXT, at..at);
            assert_eq!(found.as_ref().map_or("none", |f| f.qualname.as_str()), expect, "at {place:?}");
            if let Some(found) = found {
                assert!(all.contains(&found), "{found:?}");
            }
        };
        check("import", "none");
        check("x = 1", "none");
        check("property", "A.f");
        check("def f", "A.f");
        check("2", "A.f");
        check("def g", "A.f.g");
        check("3", "A.f.g");
        check("return g", "A.f");
        check("pass", "h");
        let both = TEXT.find("3").unwrap()..TEXT.find("return g").unwrap();
        assert_eq!(enclosing_function(&parsed, TEXT, both).unwrap().qualname, "A.f");
    }
}
