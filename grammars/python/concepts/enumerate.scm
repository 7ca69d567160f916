; A loop over enumerate(); a loop over the indices of a sequence, or one that counts by hand.
(for_statement
  left: [(pattern_list) (tuple_pattern)]
  right: (call function: (identifier) @_made arguments: (argument_list . [(identifier) (attribute)]))
  (#eq? @_made "enumerate")) @present

(for_statement
  left: (identifier) @_index
  right: (call
    function: (identifier) @_range
    arguments: (argument_list
      . (call function: (identifier) @_len arguments: (argument_list . [(identifier) (attribute)] @_sequence .)) .))
  body: (_) @_body
  (#eq? @_range "range")
  (#eq? @_len "len")
  (#within? @_body "(subscript value: (_) @_sequence subscript: (identifier) @_index)")) @applicable

(for_statement
  left: (identifier) @_index
  right: (call
    function: (identifier) @_range
    arguments: (argument_list (call arguments: (argument_list . [(identifier) (attribute)] @_sequence .))))
  body: (_) @_body
  (#eq? @_range "range")
  (#within? @_body
    "(assignment left: (subscript value: (_) @_sequence subscript: (identifier) @_index))"
    "(subscript value: (_) @_sequence subscript: [(binary_operator) (integer) (slice) (unary_operator)])")) @excluded

(block
  (expression_statement (assignment left: (identifier) @_name !type right: (integer) @_begin))
  . (for_statement
    body: (block
      (_)
      . (expression_statement (augmented_assignment left: (identifier) @_counter "+=" right: (integer) @_step)) .)) @applicable
  (#any-of? @_begin "0" "1")
  (#eq? @_step "1")
  (#eq? @_name @_counter))
