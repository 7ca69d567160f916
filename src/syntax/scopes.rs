//! Which names a function uses that nothing visible binds.
//!
//! Coarse on purpose: a function and all that is nested in it count as one scope, and order is not looked at. A name that
//! is said to be unbound really is bound nowhere the function can see.

use super::{Parsed, parse};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use tree_sitter::Node;

/// Python's built-in names.
const BUILTINS: &str = include_str!("../../grammars/python/builtins.txt");

/// The names that Python itself binds.
pub fn builtin_names() -> impl Iterator<Item = &'static str> {
    BUILTINS.lines()
}

/// Names that the function at `range` loads and that neither it, nor an enclosing function, nor the module, nor Python binds.
pub fn unbound_names(parsed: &Parsed, source: &str, range: Range<usize>) -> BTreeSet<String> {
    let mut module = Names::default();
    module.visit(parsed.root(), source, Depth::Module);
    let Some(function) = parsed.root().descendant_for_byte_range(range.start, range.end) else {
        return BTreeSet::new();
    };
    let mut own = Names::default();
    own.visit(function, source, Depth::All);
    let mut enclosing = function.parent();
    while let Some(node) = enclosing {
        if node.kind() == "function_definition" {
            let mut outer = Names::default();
            outer.visit(node, source, Depth::All);
            own.bound.extend(outer.bound);
        }
        enclosing = node.parent();
    }
    if module.star || own.star {
        return BTreeSet::new();
    }
    let is_bound = |name: &&str| {
        own.bound.contains(*name) || module.bound.contains(*name) || builtin_names().any(|builtin| builtin == *name)
    };
    own.used.into_iter().filter(|name| !is_bound(name)).map(str::to_owned).collect()
}

/// Names that the statements of a text bind at its top level.
pub fn bound_names(parsed: &Parsed, source: &str) -> BTreeSet<String> {
    let mut names = Names::default();
    names.visit(parsed.root(), source, Depth::Module);
    names.bound.into_iter().map(str::to_owned).collect()
}

/// How often each name of a text is bound.
pub type NameCounts = BTreeMap<String, usize>;

/// Counts the names that a function's text binds, all that is nested in it among them.
pub fn name_counts(text: &str) -> NameCounts {
    fn visit(node: Node<'_>, text: &str, imports: bool, counts: &mut NameCounts) {
        if node.kind() == "identifier" && (imports || matches!(role(node), Role::Binds)) {
            *counts.entry(text[node.byte_range()].to_owned()).or_default() += 1;
        }
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            visit(child, text, imports || child.kind().starts_with("import_"), counts);
        }
    }
    let mut counts = NameCounts::new();
    visit(parse(text).root(), text, false, &mut counts);
    counts
}

/// Byte where a new top-level import belongs: behind the last import of the head of the file, else behind the module's
/// docstring and `from __future__` lines; and whether something stands there already on the line before.
pub fn import_position(parsed: &Parsed) -> (usize, bool) {
    let mut cursor = parsed.root().walk();
    let mut position = None;
    for (number, child) in parsed.root().children(&mut cursor).enumerate() {
        let is_docstring = number == 0
            && child.kind() == "expression_statement"
            && child.child(0).is_some_and(|inner| inner.kind() == "string");
        match child.kind() {
            "import_statement" | "import_from_statement" | "future_import_statement" => {
                position = Some(child.end_byte());
            }
            "comment" => {}
            _ if is_docstring => position = Some(child.end_byte()),
            // imports further down belong to something
            "function_definition" | "class_definition" | "decorated_definition" => break,
            _ => {}
        }
    }
    (position.unwrap_or(0), position.is_some())
}

/// The shortest top-level import that binds this name as the module's own imports do: of `from x import a, b as c` for the name
/// `c` it is `from x import b as c`. Relative imports mean something else in another module and are left out.
pub fn import_of(parsed: &Parsed, source: &str, name: &str) -> Option<String> {
    let text = |node: Node<'_>| source[node.byte_range()].split_whitespace().collect::<Vec<_>>().join(" ");
    let mut cursor = parsed.root().walk();
    let statements = parsed.root().children(&mut cursor).filter(|node| node.kind().starts_with("import_"));
    statements.into_iter().find_map(|statement| {
        let module = statement.child_by_field_name("module_name");
        if module.is_some_and(|module| module.kind() == "relative_import") {
            return None;
        }
        let mut cursor = statement.walk();
        let mut bound = statement.children_by_field_name("name", &mut cursor);
        let part = bound.find(|part| match part.child_by_field_name("alias") {
            Some(alias) => &source[alias.byte_range()] == name,
            None => source[part.byte_range()].split('.').next().map(str::trim) == Some(name),
        })?;
        Some(match module {
            Some(module) => format!("from {} import {}", text(module), text(part)),
            None => format!("import {}", text(part)),
        })
    })
}

#[derive(Clone, Copy, PartialEq)]
enum Depth {
    /// Bodies of functions and classes are not entered.
    Module,
    All,
}

#[derive(Default)]
struct Names<'s> {
    bound: BTreeSet<&'s str>,
    used: BTreeSet<&'s str>,
    star: bool,
}

impl<'s> Names<'s> {
    fn visit(&mut self, node: Node<'_>, source: &'s str, depth: Depth) {
        match node.kind() {
            "identifier" => {
                let name = &source[node.byte_range()];
                match role(node) {
                    Role::Binds => {
                        self.bound.insert(name);
                    }
                    Role::Uses => {
                        self.used.insert(name);
                    }
                    Role::Neither => {}
                }
                return;
            }
            "wildcard_import" => self.star = true,
            "function_definition" | "class_definition" if depth == Depth::Module => {
                if let Some(name) = node.child_by_field_name("name") {
                    self.bound.insert(&source[name.byte_range()]);
                }
                // a function may bind the module's names
                self.globals(node, source);
                return;
            }
            "import_statement" | "import_from_statement" | "future_import_statement" => {
                self.import(node, source);
                return;
            }
            "lambda" if depth == Depth::Module => return,
            _ => {}
        }
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            self.visit(child, source, depth);
        }
    }

    fn globals(&mut self, node: Node<'_>, source: &'s str) {
        if node.kind() == "global_statement" {
            let mut cursor = node.walk();
            self.bound.extend(node.named_children(&mut cursor).map(|name| &source[name.byte_range()]));
        }
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            self.globals(child, source);
        }
    }

    fn import(&mut self, node: Node<'_>, source: &'s str) {
        let module = node.child_by_field_name("module_name").map(|module| module.id());
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor).filter(|child| Some(child.id()) != module) {
            match child.kind() {
                "wildcard_import" => self.star = true,
                "aliased_import" => {
                    if let Some(alias) = child.child_by_field_name("alias") {
                        self.bound.insert(&source[alias.byte_range()]);
                    }
                }
                "dotted_name" => {
                    let text = &source[child.byte_range()];
                    self.bound.insert(text.split('.').next().unwrap_or(text).trim());
                }
                _ => {}
            }
        }
    }
}

enum Role {
    Binds,
    Uses,
    Neither,
}

/// What an identifier does where it stands.
fn role(node: Node<'_>) -> Role {
    let Some(parent) = node.parent() else {
        return Role::Uses;
    };
    let is = |field: &str| parent.child_by_field_name(field).is_some_and(|child| child.id() == node.id());
    match parent.kind() {
        "attribute" if is("attribute") => Role::Neither,
        "keyword_argument" if is("name") => Role::Neither,
        "function_definition" | "class_definition" if is("name") => Role::Binds,
        "parameters" | "lambda_parameters" | "global_statement" | "nonlocal_statement" => Role::Binds,
        "default_parameter" | "typed_default_parameter" | "named_expression" if is("name") => Role::Binds,
        "typed_parameter" if !is("type") => Role::Binds,
        "list_splat_pattern"
        | "dictionary_splat_pattern"
        | "as_pattern_target"
        | "pattern_list"
        | "tuple_pattern"
        | "list_pattern" => Role::Binds,
        "assignment" | "augmented_assignment" | "for_statement" | "for_in_clause" if is("left") => Role::Binds,
        "case_pattern" | "splat_pattern" | "keyword_pattern" => Role::Binds,
        "dotted_name" if parent.parent().is_some_and(|outer| outer.kind() == "case_pattern") => Role::Binds,
        "type" if parent.parent().is_some_and(|outer| outer.kind() == "type_parameter") => Role::Uses,
        _ => Role::Uses,
    }
}
