; A loop over the indices of a sequence, which are for nothing but its elements.
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
  right: (call function: (identifier) @_range)
  body: (_) @_body
  (#eq? @_range "range")
  (#within? @_body
    "(argument_list (identifier) @_index)"
    "(assignment right: (identifier) @_index)"
    "(binary_operator (identifier) @_index)"
    "(comparison_operator (identifier) @_index)"
    "(expression_list (identifier) @_index)"
    "(interpolation (identifier) @_index)"
    "(keyword_argument value: (identifier) @_index)"
    "(list (identifier) @_index)"
    "(pair (identifier) @_index)"
    "(parenthesized_expression (identifier) @_index)"
    "(slice (identifier) @_index)"
    "(tuple (identifier) @_index)"
    "(unary_operator (identifier) @_index)"
    "(assignment left: (subscript subscript: (identifier) @_index))"
    "(augmented_assignment left: (subscript subscript: (identifier) @_index))")) @excluded

(for_statement
  left: (identifier) @_index
  right: (call
    function: (identifier) @_range
    arguments: (argument_list (call arguments: (argument_list . [(identifier) (attribute)] @_sequence .))))
  body: (_) @_body
  (#eq? @_range "range")
  (#within? @_body "(subscript value: (_) @not._sequence subscript: (identifier) @_index)")) @excluded
