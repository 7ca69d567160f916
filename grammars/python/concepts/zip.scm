; A loop over zip(); a loop over indices that begins by reading an item of two sequences.
(for_statement
  left: [(pattern_list) (tuple_pattern)]
  right: (call function: (identifier) @_made)
  (#eq? @_made "zip")) @present

(for_statement
  left: (identifier) @_index
  right: (call
    function: (identifier) @_range
    arguments: (argument_list . (call function: (identifier) @_len arguments: (argument_list . (_) .)) .))
  body: (block
    . (expression_statement (assignment !type right: (subscript subscript: (identifier) @_index_2)))
    . (expression_statement (assignment !type right: (subscript subscript: (identifier) @_index_3)))
    . (_))
  (#eq? @_range "range")
  (#eq? @_len "len")
  (#eq? @_index @_index_2)
  (#eq? @_index @_index_3)) @applicable
