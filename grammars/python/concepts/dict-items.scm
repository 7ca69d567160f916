; A loop over items() with a name for key and value; a loop over keys that first looks the value up.
(for_statement
  left: [(pattern_list . (identifier) . (identifier) .) (tuple_pattern . (identifier) . (identifier) .)]
  right: (call
    function: (attribute object: [(identifier) (attribute)] attribute: (identifier) @_verb)
    arguments: (argument_list) @_nothing)
  (#eq? @_verb "items")
  (#eq? @_nothing "()")) @present

(for_statement
  left: (identifier) @_key
  right: [(identifier) (attribute)] @_mapping
  body: (block
    . (expression_statement
      (assignment
        left: (identifier) @_value
        !type
        right: (subscript value: (_) @_owner subscript: (identifier) @_index)))
    . (_))
  (#eq? @_key @_index)
  (#eq? @_mapping @_owner)
  (#not-eq? @_key @_value)) @applicable
