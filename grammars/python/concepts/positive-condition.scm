; An if with a negated test and an else.
(if_statement
  condition: [
    (not_operator)
    (comparison_operator . (_) ["!=" "is not" "not in"] (_) .)
    (parenthesized_expression (not_operator))
    (parenthesized_expression (comparison_operator . (_) ["!=" "is not" "not in"] (_) .))
  ]
  consequence: (block)
  . alternative: (else_clause)) @applicable

(if_statement consequence: (block . (if_statement) .)) @excluded

(if_statement alternative: (else_clause body: (block . (if_statement) .))) @excluded

(if_statement alternative: (else_clause body: (block . (if_statement) @excluded .)))
