; An augmented assignment; an assignment whose value begins with its own target.
(augmented_assignment left: [(identifier) (attribute) (subscript)]) @present

(assignment
  left: [(identifier) (attribute) (subscript)] @_target
  !type
  right: [(binary_operator left: (_) @_left) (parenthesized_expression (binary_operator left: (_) @_left))]
  (#eq? @_target @_left)
  (#not-match? @_target "\\(")) @applicable
