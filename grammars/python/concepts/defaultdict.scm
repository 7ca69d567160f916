; A defaultdict() of a built-in kind; a setdefault() with an empty container, where an empty dict is made too.
(assignment
  left: (identifier)
  right: (call function: [(identifier) @_made (attribute attribute: (identifier) @_made)])
  (#eq? @_made "defaultdict")) @present

(call
  function: (attribute object: (identifier) attribute: (identifier) @_verb)
  arguments: (argument_list . (_) . [(list) (dictionary) (call)] @_empty .)
  (#eq? @_verb "setdefault")
  (#any-of? @_empty "[]" "{}" "set()" "list()" "dict()")) @applicable

(assignment
  left: (identifier)
  !type
  right: [(dictionary) (call)] @_start
  (#any-of? @_start "{}" "dict()")) @needed
