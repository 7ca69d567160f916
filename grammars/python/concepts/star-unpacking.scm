; A starred part of a display or target; a display added to a sequence, or a head and a rest taken from a list.
[
  (list (list_splat))
  (subscript (list_splat))
  (tuple (list_splat))
  (expression_list (list_splat))
  (pattern_list (list_splat_pattern))
  (tuple_pattern (list_splat_pattern))
] @present

(binary_operator
  left: [(list (_)) (tuple (_))]
  operator: "+"
  right: [(identifier) (attribute) (call)]) @applicable

(binary_operator
  left: [(identifier) (attribute) (call)]
  operator: "+"
  right: [(list (_)) (tuple (_))]) @applicable

(block
  (expression_statement
    (assignment
      left: (identifier)
      !type
      right: (subscript value: (identifier) @_list subscript: (integer) @_head)))
  . (expression_statement
    (assignment
      left: (identifier)
      !type
      right: (subscript value: (identifier) @_list_2 subscript: (slice) @_rest))) @applicable
  (#eq? @_head "0")
  (#eq? @_rest "1:")
  (#eq? @_list @_list_2))
