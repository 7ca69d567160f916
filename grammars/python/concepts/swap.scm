; Two values exchanged at once; three assignments that exchange them.
(assignment
  left: [(pattern_list . (_) @_a . (_) @_b .) (tuple_pattern . (_) @_a . (_) @_b .)]
  right: [(expression_list . (_) @_c . (_) @_d .) (tuple . (_) @_c . (_) @_d .)]
  (#eq? @_a @_d)
  (#eq? @_b @_c)) @present

(block
  (expression_statement (assignment left: (identifier) @_kept right: (_) @_a))
  . (expression_statement (assignment left: (_) @_a_2 right: (_) @_b)) @applicable
  . (expression_statement (assignment left: (_) @_b_2 right: (identifier) @_kept_2))
  (#eq? @_kept @_kept_2)
  (#eq? @_a @_a_2)
  (#eq? @_b @_b_2))
