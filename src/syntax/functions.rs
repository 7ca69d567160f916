//! The functions of a source text, also of a broken one.

use super::{Parsed, Problem, first_problem};
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
    for i in 0..found.len() {
        let same = found[..i].iter().filter(|f| base(&f.qualname) == found[i].qualname).count();
        if same > 0 {
            found[i].qualname = format!("{}#{}", found[i].qualname, same + 1);
        }
    }
    found
}

fn base(qualname: &str) -> &str {
    qualname.split('#').next().unwrap_or(qualname)
}

fn collect<'s>(node: Node<'_>, source: &'s str, path: &mut Vec<&'s str>, in_class: bool, found: &mut Vec<Function>) {
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
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
