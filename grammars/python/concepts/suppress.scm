; with suppress(); a try whose only handler does nothing.
(with_item
  value: (call function: [(identifier) @_name (attribute attribute: (identifier) @_name)])
  (#eq? @_name "suppress")) @present

(try_statement
  body: (block)
  . (except_clause
    value: [(attribute) (binary_operator) (call) (identifier) (parenthesized_expression) (subscript) (tuple)]
    (block . (pass_statement) .)) .) @applicable
